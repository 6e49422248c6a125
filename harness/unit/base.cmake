pickle_add_unit(base)
