def decode(request):
    raise NotImplementedError
