def topics():
    return []
