pickle_add_unit(value)
pickle_add_unit(keys)
pickle_add_unit(text)
