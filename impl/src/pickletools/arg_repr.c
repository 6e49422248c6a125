/* Arguments as dis prints them. */
#include "base/decimal.h"
#include "base/repr.h"
#include "base/repr_float.h"
#include "pickletools/genops.h"

#define MAX_DIGITS 4300

/* More bytes than this are more than MAX_DIGITS digits in any case. */
#define MAX_INT_BYTES 1790

static bool put_bigint(pickle__text *t, const uint8_t *data, size_t len) {
    uint8_t text[MAX_INT_BYTES / 2 * 5 + 32];
    if (len > MAX_INT_BYTES) {
        return false;
    }
    size_t n = pickle__decimal(text, data, len);
    if (n - (text[0] == '-') > MAX_DIGITS) {
        return false;
    }
    pickle__text_put(t, text, n);
    return true;
}

static void put_float(pickle__text *t, double x) {
    uint8_t text[PICKLE__REPR_FLOAT_ROOM];
    pickle__text_put(t, text, pickle__repr_float(text, x));
}

static void put_int(pickle__text *t, int64_t n) {
    uint8_t text[PICKLE__DECIMAL_SMALL];
    pickle__text_put(t, text, pickle__decimal_small(text, n));
}

bool pickle__arg_repr(pickle__text *t, const pickle_arg *arg, int cpython,
                      bool ascii_only) {
    switch (arg->kind) {
    case PICKLE_ARG_NONE: break;
    case PICKLE_ARG_BOOL:
        pickle__text_str(t, arg->integer ? "True" : "False");
        break;
    case PICKLE_ARG_INT: put_int(t, arg->integer); break;
    case PICKLE_ARG_BIGINT: return put_bigint(t, arg->data, arg->len);
    case PICKLE_ARG_FLOAT: put_float(t, arg->number); break;
    case PICKLE_ARG_STR:
        pickle__repr_str(t, arg->data, arg->len, cpython, ascii_only);
        break;
    case PICKLE_ARG_BYTES: pickle__repr_bytes(t, arg->data, arg->len); break;
    case PICKLE_ARG_BYTEARRAY:
        pickle__repr_bytearray(t, arg->data, arg->len, cpython);
        break;
    }
    return true;
}

bool pickle__is_ascii_arg(uint8_t opcode, int cpython) {
    return cpython >= 314 && (opcode == 'S' || opcode == 'T' || opcode == 'U');
}

pickle_code pickle_genop_repr(const pickle_genop *op, int cpython,
                              pickle_bytes_buffer *out, pickle_error *err) {
    pickle__text t;
    pickle__error_clear(err);
    cpython = pickle__cpython(cpython);
    if (!cpython) {
        return pickle__error_code(err, PICKLE_ERR_ARGUMENT, "genops");
    }
    pickle__text_borrow(&t, out);
    bool good = pickle__arg_repr(&t, &op->arg, cpython,
                                 pickle__is_ascii_arg(op->info->code, cpython));
    pickle__text_return(&t, out, good && !t.failed);
    if (t.failed) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, op->info->name);
    }
    return good
               ? PICKLE_OK
               : pickle__error_code(err, PICKLE_ERR_INT_DIGITS, op->info->name);
}
