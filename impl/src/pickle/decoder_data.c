/* Opcodes that push numbers, str, bytes and bytearray from binary arguments. */
#include <inttypes.h>

#include "pickle/decoder.h"
#include "pickle/input.h"

/* ---- numbers ---- */

pickle_code pickle__op_binint_unsigned(pickle_decoder *d, size_t n) {
    uint64_t value;
    pickle_code code = pickle__arg_unsigned(d, n, &value);
    return code ? code
                : pickle__push(d, pickle__make_small_int((int64_t)value));
}

pickle_code pickle__op_binint(pickle_decoder *d) {
    uint64_t value;
    pickle_code code = pickle__arg_unsigned(d, 4, &value);
    return code ? code
                : pickle__push(
                      d, pickle__make_small_int((int32_t)(uint32_t)value));
}

static pickle_code long_payload(pickle_decoder *d, uint64_t len) {
    const uint8_t *data;
    size_t got;
    pickle_code code =
        pickle__input_payload(d, len, PICKLE__PAYLOAD_READ, &data, &got);
    return code ? code : pickle__push(d, pickle_int_bytes(d->doc, data, got));
}

pickle_code pickle__op_long1(pickle_decoder *d) {
    uint64_t len;
    pickle_code code = pickle__arg_unsigned(d, 1, &len);
    return code ? code : long_payload(d, len);
}

pickle_code pickle__op_long4(pickle_decoder *d) {
    uint64_t len;
    pickle_code code = pickle__arg_unsigned(d, 4, &len);
    if (code) {
        return code;
    }
    if (len > INT32_MAX) {
        return pickle__fail(d, PICKLE_ERR_NEGATIVE_COUNT,
                            "LONG pickle has negative byte count");
    }
    return long_payload(d, len);
}

pickle_code pickle__op_binfloat(pickle_decoder *d) {
    const uint8_t *arg = NULL;
    pickle_code code = pickle__input_arg(d, 8, &arg);
    if (code) {
        return code;
    }
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++) {
        bits = bits << 8 | arg[i];
    }
    double x;
    memcpy(&x, &bits, sizeof x);
    return pickle__push(d, pickle_float(d->doc, x));
}

/* ---- str, bytes, bytearray ---- */

/*
 * A length of `bytes` bytes. From 2^63 on the C unpickler says OverflowError,
 * the pure-Python one UnpicklingError.
 */
static pickle_code arg_length(pickle_decoder *d, size_t bytes, const char *what,
                              uint64_t *len) {
    pickle_code code = pickle__arg_unsigned(d, bytes, len);
    if (code || *len <= INT64_MAX) {
        return code;
    }
    if (d->pure) {
        return pickle__fail(d, PICKLE_ERR_READ_OVERFLOW,
                            "%s%s exceeds system's maximum size of %" PRId64
                            " bytes",
                            what, strchr(what, '8') ? "" : "8", INT64_MAX);
    }
    return pickle__fail(d, PICKLE_ERR_SIZE_OVERFLOW,
                        "%s exceeds system's maximum size of %" PRId64 " bytes",
                        what, INT64_MAX);
}

pickle_code pickle__op_binunicode(pickle_decoder *d, size_t bytes) {
    uint64_t len;
    const uint8_t *data;
    size_t got;
    pickle_code code = arg_length(d, bytes, "BINUNICODE", &len);
    if (!code) {
        code = pickle__input_payload(d, len, PICKLE__PAYLOAD_READ, &data, &got);
    }
    return code ? code : pickle__push_utf8(d, data, got);
}

/*
 * Up to 3.14 the C unpickler allocates the object before it reads. What would
 * take more memory than the document may have is refused as it refuses it;
 * shorter lengths fail where the bytes end.
 */
static pickle_code check_allocation(pickle_decoder *d, uint64_t len,
                                    bool is_bytes) {
    const uint64_t bytes_header = 33;
    if (d->cpython >= 315 || (d->pure && is_bytes)) {
        return PICKLE_OK;
    }
    if (is_bytes && len > (uint64_t)INT64_MAX - bytes_header) {
        return pickle__fail(d, PICKLE_ERR_SIZE_OVERFLOW,
                            "byte string is too large");
    }
    if (len > d->doc->arena.max_bytes + d->doc->struct_size) {
        return pickle__fail(d, PICKLE_ERR_LIMIT, "out of memory");
    }
    return PICKLE_OK;
}

static pickle_code bytes_payload(pickle_decoder *d, size_t bytes,
                                 const char *what, bool is_bytes,
                                 const uint8_t **data, size_t *got) {
    uint64_t len;
    pickle_code code = arg_length(d, bytes, what, &len);
    if (!code) {
        code = check_allocation(d, len, is_bytes);
    }
    return code
               ? code
               : pickle__input_payload(d, len, PICKLE__PAYLOAD_INTO, data, got);
}

pickle_code pickle__op_binbytes(pickle_decoder *d, size_t bytes) {
    const uint8_t *data;
    size_t len;
    pickle_code code = bytes_payload(d, bytes, "BINBYTES", true, &data, &len);
    if (code) {
        return code;
    }
    if (len == 0) {
        return pickle__push(d, pickle__char_bytes(d->doc, 256));
    }
    if (d->borrow) {
        return pickle__push(d,
                            pickle__blob_borrow(d->doc, PICKLE__TAG_BYTES,
                                                PICKLE_KIND_BYTES, data, len));
    }
    return pickle__push(d, pickle__blob_copy(d->doc, PICKLE__TAG_BYTES,
                                             PICKLE_KIND_BYTES, data, len));
}

pickle_code pickle__op_bytearray8(pickle_decoder *d) {
    const uint8_t *data;
    size_t len;
    pickle_code code = bytes_payload(d, 8, "BYTEARRAY8", false, &data, &len);
    return code ? code : pickle__push(d, pickle_bytearray(d->doc, data, len));
}
