/* Values and what CPython's picklers write for them: encoder_cases.def. */
#include "encoder_support.h"

typedef enum option {
    NONE,
    FAST,
    NO_FIX,
    MANY,  /* the items of the value in turn, with one Pickler */
    CLEAR, /* the same with clear_memo() between */
    EXT,
    PID_STR,
    PID_NONE,
    OVERRIDE,
    TABLE,
    OUT_OF_BAND,
    IN_BAND
} option;

typedef enum which { C = 1, PURE = 2, BOTH = 3 } which;

/* A text, times; a %x in it is the number of the time. */
typedef struct piece {
    const char *text;
    size_t times;
} piece;

typedef struct value_row {
    const char *name;
    option option;
    piece pieces[12];
} value_row;

/* The bytes, or their number and hash. */
typedef struct expected {
    const char *data;
    size_t len;
    uint64_t hash;
} expected;

typedef struct case_row {
    size_t value;
    int protocol;
    int first;
    int last;
    which which;
    const char *exception;
    expected bytes;
    const char *sizes;
} case_row;

#define BYTES(text)                                                            \
    { text, sizeof(text) - 1, 0 }
#define DIGEST(len, hash)                                                      \
    { NULL, len, hash }

static const value_row values[] = {
#define VALUE(name, option, ...) {name, option, {__VA_ARGS__}},
#define CASE(value, protocol, first, last, which, exception, bytes, sizes)
#include "encoder_cases.def"
#undef VALUE
#undef CASE
};

static const case_row cases[] = {
#define VALUE(name, option, ...)
#define CASE(value, protocol, first, last, which, exception, bytes, sizes)     \
    {value, protocol, first, last, which, exception, bytes, sizes},
#include "encoder_cases.def"
#undef VALUE
#undef CASE
};

static uint64_t fnv(const uint8_t *data, size_t len) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ data[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* The text of a value, which the caller frees. */
static char *text_of(const value_row *v) {
    size_t room = 1;
    for (const piece *p = v->pieces; p->text; p++) {
        room += (strlen(p->text) + 16) * p->times;
    }
    char *text = malloc(room);
    size_t len = 0;
    for (const piece *p = v->pieces; p->text; p++) {
        const char *number = strstr(p->text, "%x");
        for (size_t i = 0; i < p->times; i++) {
            if (number) {
                len += (size_t)snprintf(text + len, room - len, "%.*s%zx%s",
                                        (int)(number - p->text), p->text, i,
                                        number + 2);
            } else {
                memcpy(text + len, p->text, strlen(p->text));
                len += strlen(p->text);
            }
        }
    }
    text[len] = 0;
    return text;
}

typedef struct setting {
    pickle_encode_options opt;
    hook_state hooks;
    pickle_extension_registry *reg;
} setting;

static void add_extensions(setting *s) {
    pickle_error err;
    assert_int_equal(pickle_extension_registry_new(NULL, &s->reg, &err),
                     PICKLE_OK);
    assert_int_equal(
        pickle_extension_add(s->reg, "pickleproof_kit", "ExtA", 1, &err), 0);
    assert_int_equal(
        pickle_extension_add(s->reg, "pickleproof_kit", "ExtC", 256, &err), 0);
    assert_int_equal(pickle_extension_add(s->reg, "pickleproof_kit", "ExtF",
                                          0x7fffffff, &err),
                     0);
    s->opt.extensions = s->reg;
}

static void set_option(setting *s, option kind) {
    pickle_encode_options *opt = &s->opt;
    switch (kind) {
    case FAST: opt->fast = true; break;
    case NO_FIX: opt->no_fix_imports = true; break;
    case EXT: add_extensions(s); break;
    case PID_STR: opt->persistent_id = pid_of_strs; break;
    case PID_NONE: opt->persistent_id = no_pid; break;
    case OVERRIDE: opt->reducer_override = override_plain; break;
    case TABLE: opt->dispatch_table = table_of_plain; break;
    case OUT_OF_BAND: opt->buffer_callback = keep_out; break;
    case IN_BAND: opt->buffer_callback = take_in; break;
    default: break;
    }
}

static void setting_init(setting *s, const case_row *row, int cpython,
                         bool pure) {
    memset(s, 0, sizeof *s);
    s->opt = pickle_encode_defaults;
    s->opt.protocol = row->protocol;
    s->opt.cpython = cpython;
    s->opt.pure_python = pure;
    s->opt.hook_ctx = &s->hooks;
    s->hooks.args = pickle_null();
    set_option(s, values[row->value].option);
}

static bool is_expected(const case_row *row, pickle_code code,
                        const uint8_t *data, size_t len) {
    if (*row->exception) {
        return code && strcmp(pickle_code_exception(code), row->exception) == 0;
    }
    if (code || len != row->bytes.len) {
        return false;
    }
    return row->bytes.data ? memcmp(data, row->bytes.data, len) == 0
                           : fnv(data, len) == row->bytes.hash;
}

static void complain(const case_row *row, int cpython, bool pure,
                     const char *how, pickle_code code, const uint8_t *data,
                     size_t len) {
    print_error("%s, protocol %d, %s %d, %s: %s\n", values[row->value].name,
                row->protocol, pure ? "pure" : "C", cpython, how,
                code ? pickle_code_name(code) : "other bytes");
    if (row->bytes.data) {
        test_print_hex("expected", row->bytes.data, row->bytes.len);
    } else {
        print_error("expected %zu bytes %s\n", row->bytes.len, row->exception);
    }
    test_print_hex("actual  ", data, code ? 0 : len);
}

/* Into memory, behind bytes that are there already. */
static bool encodes_in_memory(const case_row *row, pickle_doc *doc,
                              pickle_value v, int cpython, bool pure) {
    setting s;
    pickle_error err;
    pickle_bytes_buffer out = {0};
    setting_init(&s, row, cpython, pure);
    out.alloc = *pickle_allocator_default();
    out.data = out.alloc.fn(out.alloc.ctx, NULL, 0, 3);
    out.cap = out.len = 3;
    memcpy(out.data, "abc", 3);
    pickle_code code = pickle_encode(doc, v, &s.opt, &out, &err);
    bool ok = is_expected(row, code, out.data + 3, out.len - 3) &&
              memcmp(out.data, "abc", 3) == 0 && (!code || out.len == 3) &&
              err.code == code;
    if (!ok) {
        complain(row, cpython, pure, "memory", code, out.data + 3, out.len - 3);
    }
    pickle_bytes_buffer_deinit(&out);
    pickle_extension_registry_free(s.reg);
    return ok;
}

static pickle_code dump_all(pickle_encoder *e, pickle_value v, option kind,
                            pickle_error *err) {
    if (kind != MANY && kind != CLEAR) {
        return pickle_encoder_dump(e, v, err);
    }
    size_t count;
    const pickle_value *items = pickle_get_items(v, &count);
    pickle_code code = PICKLE_OK;
    for (size_t i = 0; i < count && !code; i++) {
        code = pickle_encoder_dump(e, items[i], err);
        if (kind == CLEAR) {
            pickle_encoder_clear_memo(e);
        }
    }
    return code;
}

/* Streaming, in the pieces CPython writes. */
static bool encodes_streaming(const case_row *row, pickle_doc *doc,
                              pickle_value v, int cpython, bool pure) {
    setting s;
    pickle_error err;
    sink out = {0};
    pickle_encoder *e;
    setting_init(&s, row, cpython, pure);
    assert_int_equal(
        pickle_encoder_new(doc, &s.opt, sink_write, &out, &e, &err), PICKLE_OK);
    pickle_code code = dump_all(e, v, values[row->value].option, &err);
    pickle_encoder_free(e);
    bool ok = is_expected(row, code, out.data, out.len);
    if (!ok) {
        complain(row, cpython, pure, "stream", code, out.data, out.len);
    } else if (!pure && !code && strcmp(row->sizes, out.sizes) != 0) {
        print_error("%s, protocol %d, %d: writes %s, not %s\n",
                    values[row->value].name, row->protocol, cpython, out.sizes,
                    row->sizes);
        ok = false;
    }
    free(out.data);
    pickle_extension_registry_free(s.reg);
    return ok;
}

static bool run_row(const case_row *row, const char *text, int cpython,
                    bool pure) {
    option kind = values[row->value].option;
    pickle_doc *doc;
    pickle_value v;
    pickle_error err;
    assert_int_equal(pickle_doc_new(NULL, &doc, &err), PICKLE_OK);
    if (pickle_text_read(doc, text, strlen(text), &v, &err)) {
        print_error("%s: %s\n", values[row->value].name, err.message);
        fail();
    }
    bool ok = encodes_streaming(row, doc, v, cpython, pure);
    if (kind != MANY && kind != CLEAR) {
        ok = encodes_in_memory(row, doc, v, cpython, pure) && ok;
    }
    pickle_doc_free(doc);
    return ok;
}

static void encoder_writes_what_cpython_writes(void **state) {
    (void)state;
    size_t bad = 0;
    size_t done = 0;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const case_row *row = &cases[i];
        char *text = text_of(&values[row->value]);
        for (int pure = 0; pure < 2; pure++) {
            if (!(row->which & (pure ? PURE : C))) {
                continue;
            }
            bad += !run_row(row, text, row->first, pure);
            done++;
            if (row->last != row->first) {
                bad += !run_row(row, text, row->last, pure);
                done++;
            }
        }
        free(text);
    }
    assert_true(done > 3000);
    assert_int_equal(bad, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encoder_writes_what_cpython_writes),
    };
    return RUN_TESTS(tests);
}
