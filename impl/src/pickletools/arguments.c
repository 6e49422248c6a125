/* Reading the arguments of opcodes: one function for each format of
 * arguments.def, as the readers of Lib/pickletools.py. */
#include "base/repr.h"
#include "pickletools/codec.h"

/* A length that a 64-bit CPython cannot have: sys.maxsize is 2**63 - 1. */
#define IS_OVER_MAXSIZE(n) ((n) > (uint64_t)INT64_MAX)

/* ---- bytes ---- */

/* `count` bytes of an integer called `name`, least significant first. */
static bool take_uint(pickle_genops *it, size_t count, const char *name,
                      uint64_t *n) {
    *n = 0;
    if (it->len - it->pos < count) {
        return pickle__genops_fail(it, PICKLE_ERR_PICKLETOOLS,
                                   "not enough data in stream to read %s",
                                   name);
    }
    for (size_t i = count; i > 0; i--) {
        *n = *n << 8 | it->data[it->pos + i - 1];
    }
    it->pos += count;
    return true;
}

static bool take_int4(pickle_genops *it, int64_t *n) {
    uint64_t u;
    bool good = take_uint(it, 4, "int4", &u);
    *n = (int64_t)(u ^ UINT64_C(0x80000000)) - INT64_C(0x80000000);
    return good;
}

/* The n bytes of a counted format. */
static bool take_bytes(pickle_genops *it, uint64_t n, const char *name,
                       const uint8_t **data) {
    if (IS_OVER_MAXSIZE(n)) {
        return pickle__genops_fail(it, PICKLE_ERR_PICKLETOOLS,
                                   "%s byte count > sys.maxsize: %llu", name,
                                   (unsigned long long)n);
    }
    size_t left = it->len - it->pos;
    if (n > left) {
        return pickle__genops_fail(
            it, PICKLE_ERR_PICKLETOOLS,
            "expected %llu bytes in a %s, but only %zu remain",
            (unsigned long long)n, name, left);
    }
    *data = it->data + it->pos;
    it->pos += (size_t)n;
    return true;
}

/* A count of `width` bytes and what it counts. */
static bool take_counted(pickle_genops *it, size_t width, const char *name,
                         pickle_arg *arg) {
    uint64_t n;
    if (!take_uint(it, width,
                   width == 1   ? "uint1"
                   : width == 4 ? "uint4"
                                : "uint8",
                   &n) ||
        !take_bytes(it, n, name, &arg->data)) {
        return false;
    }
    arg->len = (size_t)n;
    return true;
}

/* A line without its newline. */
static bool take_line(pickle_genops *it, const char *name, const uint8_t **line,
                      size_t *len) {
    size_t left = it->len - it->pos;
    const uint8_t *start = it->data + it->pos;
    *line = start;
    *len = 0;
    const uint8_t *end = left ? memchr(start, '\n', left) : NULL;
    if (!end) {
        return pickle__genops_fail(it, PICKLE_ERR_PICKLETOOLS,
                                   "no newline found when trying to read %s",
                                   name);
    }
    *len = (size_t)(end - start);
    it->pos += *len + 1;
    return true;
}

/* ---- ints ---- */

static bool read_none(pickle_genops *it, pickle_arg *arg) {
    (void)it;
    (void)arg;
    return true;
}

static bool read_uint(pickle_genops *it, size_t width, const char *name,
                      pickle_arg *arg) {
    uint64_t n;
    if (!take_uint(it, width, name, &n)) {
        return false;
    }
    arg->kind = PICKLE_ARG_INT;
    arg->integer = (int64_t)n;
    return true;
}

static bool read_uint1(pickle_genops *it, pickle_arg *arg) {
    return read_uint(it, 1, "uint1", arg);
}

static bool read_uint2(pickle_genops *it, pickle_arg *arg) {
    return read_uint(it, 2, "uint2", arg);
}

static bool read_uint4(pickle_genops *it, pickle_arg *arg) {
    return read_uint(it, 4, "uint4", arg);
}

static bool read_int4(pickle_genops *it, pickle_arg *arg) {
    arg->kind = PICKLE_ARG_INT;
    return take_int4(it, &arg->integer);
}

/* Eight bytes of the input and a sign byte, which they lack. */
static bool read_uint8(pickle_genops *it, pickle_arg *arg) {
    if (!read_uint(it, 8, "uint8", arg) || arg->integer >= 0) {
        return !it->ended;
    }
    it->scratch.len = 0;
    pickle__text_put(&it->scratch, it->data + it->pos - 8, 8);
    pickle__text_byte(&it->scratch, 0);
    if (it->scratch.failed) {
        return pickle__genops_nomem(it);
    }
    pickle__int_arg(it->scratch.data, it->scratch.len, arg);
    return true;
}

static bool take_long(pickle_genops *it, uint64_t n, const char *name,
                      pickle_arg *arg) {
    if (n > it->len - it->pos) {
        return pickle__genops_fail(it, PICKLE_ERR_PICKLETOOLS,
                                   "not enough data in stream to read %s",
                                   name);
    }
    pickle__int_arg(it->data + it->pos, (size_t)n, arg);
    it->pos += (size_t)n;
    return true;
}

static bool read_long1(pickle_genops *it, pickle_arg *arg) {
    uint64_t n;
    return take_uint(it, 1, "uint1", &n) && take_long(it, n, "long1", arg);
}

static bool read_long4(pickle_genops *it, pickle_arg *arg) {
    int64_t n;
    if (!take_int4(it, &n)) {
        return false;
    }
    if (n < 0) {
        return pickle__genops_fail(it, PICKLE_ERR_PICKLETOOLS,
                                   "long4 byte count < 0: %lld", (long long)n);
    }
    return take_long(it, (uint64_t)n, "long4", arg);
}

/* Two texts are bools wherever such an int may stand, also in GET and PUT. */
static bool read_decimalnl_short(pickle_genops *it, pickle_arg *arg) {
    const uint8_t *line;
    size_t len;
    if (!take_line(it, "stringnl", &line, &len)) {
        return false;
    }
    if (len == 2 && line[0] == '0' && (line[1] == '0' || line[1] == '1')) {
        arg->kind = PICKLE_ARG_BOOL;
        arg->integer = line[1] - '0';
        return true;
    }
    return pickle__parse_int(it, line, len, arg);
}

static bool read_decimalnl_long(pickle_genops *it, pickle_arg *arg) {
    const uint8_t *line;
    size_t len;
    if (!take_line(it, "stringnl", &line, &len)) {
        return false;
    }
    if (len && line[len - 1] == 'L') {
        len--;
    }
    return pickle__parse_int(it, line, len, arg);
}

/* ---- floats ---- */

static bool read_float8(pickle_genops *it, pickle_arg *arg) {
    uint64_t little;
    uint64_t bits = 0;
    if (!take_uint(it, 8, "float8", &little)) {
        return false;
    }
    for (int i = 0; i < 8; i++) {
        bits = bits << 8 | (little >> 8 * i & 0xff);
    }
    arg->kind = PICKLE_ARG_FLOAT;
    memcpy(&arg->number, &bits, sizeof bits);
    return true;
}

static bool read_floatnl(pickle_genops *it, pickle_arg *arg) {
    const uint8_t *line;
    size_t len;
    arg->kind = PICKLE_ARG_FLOAT;
    return take_line(it, "stringnl", &line, &len) &&
           pickle__parse_float(it, line, len, &arg->number);
}

/* ---- str ---- */

/* The argument is the str in it->scratch. */
static bool scratch_str(pickle_genops *it, pickle_arg *arg) {
    /* Never NULL, as the interface says, not for an empty str either. */
    if (!pickle__text_reserve(&it->scratch, 1)) {
        return pickle__genops_nomem(it);
    }
    arg->kind = PICKLE_ARG_STR;
    arg->data = it->scratch.data;
    arg->len = it->scratch.len;
    return true;
}

static bool is_ascii(const uint8_t *data, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (data[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

/* A str that is the same in every encoding at hand stays where it is. */
static bool borrow_str(pickle_arg *arg, const uint8_t *data, size_t len) {
    arg->kind = PICKLE_ARG_STR;
    arg->data = data;
    arg->len = len;
    return true;
}

static bool fail_quote(pickle_genops *it, const uint8_t *line, size_t len) {
    pickle__text *m = &it->message;
    if (len == 0 || (line[0] != '"' && line[0] != '\'')) {
        pickle__text_str(m, "no string quotes around ");
    } else {
        pickle__text_str(m,
                         it->cpython < 314 ? "strinq quote " : "string quote ");
        pickle__repr_bytes(m, line, 1);
        pickle__text_str(m, " not found at both ends of ");
    }
    pickle__repr_bytes(m, line, len);
    return pickle__genops_stop(it, PICKLE_ERR_PICKLETOOLS);
}

static bool read_stringnl(pickle_genops *it, pickle_arg *arg) {
    const uint8_t *line;
    size_t len;
    if (!take_line(it, "stringnl", &line, &len)) {
        return false;
    }
    if (len == 0 || (line[0] != '"' && line[0] != '\'') ||
        line[len - 1] != line[0]) {
        return fail_quote(it, line, len);
    }
    /* A lone quote is its own other end. */
    len = len < 2 ? 0 : len - 2;
    line++;
    it->scratch.len = 0;
    return pickle__decode_line(it, line, len,
                               it->cpython < 314 ? PICKLE__CODEC_ASCII
                                                 : PICKLE__CODEC_LATIN1) &&
           scratch_str(it, arg);
}

/* Despite the name, escapes are undone here too. */
static bool append_noescape(pickle_genops *it) {
    const uint8_t *line;
    size_t len;
    return take_line(it, "stringnl", &line, &len) &&
           pickle__decode_line(it, line, len,
                               it->cpython < 314 ? PICKLE__CODEC_ASCII
                                                 : PICKLE__CODEC_UTF8);
}

static bool read_stringnl_noescape(pickle_genops *it, pickle_arg *arg) {
    it->scratch.len = 0;
    return append_noescape(it) && scratch_str(it, arg);
}

static bool read_stringnl_noescape_pair(pickle_genops *it, pickle_arg *arg) {
    it->scratch.len = 0;
    if (!append_noescape(it)) {
        return false;
    }
    pickle__text_byte(&it->scratch, ' ');
    return append_noescape(it) && scratch_str(it, arg);
}

static bool read_unicodestringnl(pickle_genops *it, pickle_arg *arg) {
    const uint8_t *line;
    size_t len;
    if (!take_line(it, "unicodestringnl", &line, &len)) {
        return false;
    }
    if (is_ascii(line, len) && !(len && memchr(line, '\\', len))) {
        return borrow_str(arg, line, len);
    }
    it->scratch.len = 0;
    return pickle__decode_raw_unicode(it, line, len) && scratch_str(it, arg);
}

static bool finish_latin1(pickle_genops *it, pickle_arg *arg) {
    if (is_ascii(arg->data, arg->len)) {
        return borrow_str(arg, arg->data, arg->len);
    }
    it->scratch.len = 0;
    pickle__decode_latin1(it, arg->data, arg->len);
    return scratch_str(it, arg);
}

static bool read_string1(pickle_genops *it, pickle_arg *arg) {
    return take_counted(it, 1, "string1", arg) && finish_latin1(it, arg);
}

static bool read_string4(pickle_genops *it, pickle_arg *arg) {
    int64_t n;
    if (!take_int4(it, &n)) {
        return false;
    }
    if (n < 0) {
        return pickle__genops_fail(it, PICKLE_ERR_PICKLETOOLS,
                                   "string4 byte count < 0: %lld",
                                   (long long)n);
    }
    arg->len = (size_t)n;
    return take_bytes(it, (uint64_t)n, "string4", &arg->data) &&
           finish_latin1(it, arg);
}

static bool read_unicode(pickle_genops *it, size_t width, const char *name,
                         pickle_arg *arg) {
    arg->kind = PICKLE_ARG_STR;
    return take_counted(it, width, name, arg) &&
           pickle__check_utf8(it, arg->data, arg->len);
}

static bool read_unicodestring1(pickle_genops *it, pickle_arg *arg) {
    return read_unicode(it, 1, "unicodestring1", arg);
}

static bool read_unicodestring4(pickle_genops *it, pickle_arg *arg) {
    return read_unicode(it, 4, "unicodestring4", arg);
}

static bool read_unicodestring8(pickle_genops *it, pickle_arg *arg) {
    return read_unicode(it, 8, "unicodestring8", arg);
}

/* ---- bytes ---- */

static bool read_bytes1(pickle_genops *it, pickle_arg *arg) {
    arg->kind = PICKLE_ARG_BYTES;
    return take_counted(it, 1, "bytes1", arg);
}

static bool read_bytes4(pickle_genops *it, pickle_arg *arg) {
    arg->kind = PICKLE_ARG_BYTES;
    return take_counted(it, 4, "bytes4", arg);
}

static bool read_bytes8(pickle_genops *it, pickle_arg *arg) {
    arg->kind = PICKLE_ARG_BYTES;
    return take_counted(it, 8, "bytes8", arg);
}

static bool read_bytearray8(pickle_genops *it, pickle_arg *arg) {
    arg->kind = PICKLE_ARG_BYTEARRAY;
    return take_counted(it, 8, "bytearray8", arg);
}

/* ---- by opcode ---- */

enum argument {
#define X(name, text, reader) ARGUMENT_##name,
#include "pickletools/arguments.def"
#undef X
};

bool pickle__argument_read(pickle_genops *it, uint8_t opcode, pickle_arg *arg) {
    static bool (*const readers[])(pickle_genops *, pickle_arg *) = {
#define X(name, text, reader) reader,
#include "pickletools/arguments.def"
#undef X
    };
    static const uint8_t formats[256] = {
#define X(name, byte, protocol, argument, before, after)                       \
    [byte] = ARGUMENT_##argument,
#include "pickle/opcodes.def"
#undef X
    };
    return readers[formats[opcode]](it, arg);
}
