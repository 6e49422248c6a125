/*
 * The decoder against what interpreters do (decoder_TOPIC.def): each case from
 * memory, from memory with borrowed payloads, and from a source that gives one
 * byte at a time. Offsets, messages and values are all theirs.
 */
#include "test_support.h"

#include <pickleproof/copyreg.h>

typedef struct test_case {
    int first;
    int last;
    bool pure;
    const char *keys;
    const char *data;
    size_t len;
    const char *exception;
    int offset;
    const char *message;
    const char *text;
} test_case;

#define BYTES(literal) literal, sizeof(literal) - 1
#define CASE(...)      {__VA_ARGS__},
static const test_case cases[] = {
#include "decoder_numbers.def"
#include "decoder_objects.def"
#include "decoder_reading.def"
#include "decoder_stack.def"
#include "decoder_strings.def"
};
#undef CASE
#undef BYTES

/* ---- the keys of a case ---- */

typedef struct settings {
    pickle_decode_options opt;
    char text[160];
    pickle_extension_registry *extensions;
    pickle_oob_buffer buffers[4];
    uint8_t bytes[4][16];
} settings;

static pickle_value persistent_load(void *ctx, pickle_doc *doc,
                                    pickle_value id) {
    (void)ctx;
    return pickle_persid(doc, id);
}

static unsigned hex_digit(char c) {
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* r6162,w63 */
static void take_buffers(settings *s, char *list) {
    s->opt.has_buffers = true;
    s->opt.buffers = s->buffers;
    for (char *part = strtok(list, ","); part && *part != '-';
         part = strtok(NULL, ",")) {
        size_t i = s->opt.buffer_count++;
        size_t len = strlen(part + 1) / 2;
        for (size_t k = 0; k < len; k++) {
            s->bytes[i][k] = (uint8_t)(hex_digit(part[1 + 2 * k]) << 4 |
                                       hex_digit(part[2 + 2 * k]));
        }
        s->buffers[i] = (pickle_oob_buffer){s->bytes[i], len, *part == 'r'};
    }
}

/* collections:Counter:1,builtins:int.real:2 */
static void take_extensions(settings *s, char *list) {
    assert_int_equal(pickle_extension_registry_new(NULL, &s->extensions, NULL),
                     PICKLE_OK);
    for (char *module = strtok(list, ":"); module; module = strtok(NULL, ":")) {
        char *name = strtok(NULL, ":");
        char *code = strtok(NULL, ",");
        assert_int_equal(
            pickle_extension_add(s->extensions, module, name, atoi(code), NULL),
            PICKLE_OK);
    }
    s->opt.extensions = s->extensions;
}

static void take_key(settings *s, const char *key, char *value) {
    if (strcmp(key, "enc") == 0) {
        s->opt.encoding = value;
    } else if (strcmp(key, "errors") == 0) {
        s->opt.errors = value;
    } else if (strcmp(key, "pid") == 0) {
        s->opt.persistent_load = persistent_load;
    } else if (strcmp(key, "buffers") == 0) {
        take_buffers(s, value);
    } else if (strcmp(key, "ext") == 0) {
        take_extensions(s, value);
    } else {
        fail_msg("key %s", key);
    }
}

static void settings_init(settings *s, const test_case *c, int version) {
    memset(s, 0, sizeof *s);
    s->opt.cpython = version;
    s->opt.pure_python = c->pure;
    snprintf(s->text, sizeof s->text, "%s", c->keys);
    for (char *at = s->text; *at;) {
        char *key = at;
        char *end = strchr(at, ';');
        at = end ? end + 1 : at + strlen(at);
        if (end) {
            *end = '\0';
        }
        char *value = strchr(key, '=');
        *value = '\0';
        take_key(s, key, value + 1);
    }
}

static void settings_deinit(settings *s) {
    pickle_extension_registry_free(s->extensions);
}

/* ---- one case ---- */

/* What happened: the error, or the text of the value. */
typedef struct outcome {
    pickle_error err;
    char *text;
} outcome;

static outcome from_memory(const test_case *c,
                           const pickle_decode_options *opt) {
    outcome o = {.text = NULL};
    pickle_doc *doc = NULL;
    if (!pickle_decode(c->data, c->len, opt, &doc, NULL, &o.err)) {
        o.text = test_text(pickle_doc_get_root(doc), false);
        pickle_doc_free(doc);
    }
    return o;
}

typedef struct source {
    const char *data;
    size_t left;
    size_t asked; /* the most bytes that were asked for beyond the end */
} source;

static int read_one(void *ctx, void *out, size_t cap, size_t *got) {
    source *s = ctx;
    *got = cap && s->left ? 1 : 0;
    if (*got) {
        *(char *)out = *s->data++;
        s->left--;
    }
    return 0;
}

static outcome from_stream(const test_case *c,
                           const pickle_decode_options *opt) {
    outcome o = {.text = NULL};
    source s = {c->data, c->len, 0};
    pickle_doc *doc = NULL;
    pickle_decoder *dec = NULL;
    pickle_value v;
    assert_int_equal(pickle_doc_new(NULL, &doc, NULL), PICKLE_OK);
    assert_int_equal(
        pickle_decoder_new_stream(doc, read_one, &s, opt, &dec, NULL),
        PICKLE_OK);
    if (!pickle_decoder_load(dec, &v, &o.err)) {
        o.text = test_text(v, false);
    }
    pickle_decoder_free(dec);
    pickle_doc_free(doc);
    return o;
}

static bool is_expected(const test_case *c, const outcome *o) {
    if (o->text) {
        return !*c->exception && strcmp(o->text, c->text) == 0;
    }
    size_t shown = sizeof o->err.message - 1;
    return strcmp(pickle_code_exception(o->err.code), c->exception) == 0 &&
           (c->offset < 0 || o->err.offset == (size_t)c->offset) &&
           (!*c->message || strncmp(o->err.message, c->message, shown) == 0) &&
           o->err.message[0];
}

static bool check(const test_case *c, int version, const char *how, outcome o) {
    bool same = is_expected(c, &o);
    if (!same) {
        print_error("3.%d %s %s %s\n", version - 300, c->pure ? "Python" : "C",
                    how, c->keys);
        test_print_hex("input", c->data, c->len);
        print_error("expected %s %d %s %s\n", c->exception, c->offset,
                    c->message, c->text);
        print_error("actual   %s %td %s %s\n",
                    o.text ? "" : pickle_code_exception(o.err.code),
                    o.text ? -1 : (ptrdiff_t)o.err.offset,
                    o.text ? "" : o.err.message, o.text ? o.text : "");
    }
    free(o.text);
    return same;
}

/* From a file the C unpickler of before 3.14 drops what an argument leaves of
 * a frame: another outcome than from memory. */
static bool frames_matter(const test_case *c, int version) {
    return !c->pure && version < 314 && memchr(c->data, '\x95', c->len);
}

static bool check_version(const test_case *c, int version) {
    settings s;
    settings_init(&s, c, version);
    bool same = check(c, version, "memory", from_memory(c, &s.opt));
    s.opt.borrow = true;
    same = check(c, version, "borrowed", from_memory(c, &s.opt)) && same;
    if (!frames_matter(c, version)) {
        same = check(c, version, "stream", from_stream(c, &s.opt)) && same;
    }
    settings_deinit(&s);
    return same;
}

static void decode_every_case_does_as_interpreters(void **state) {
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        wrong += !check_version(&cases[i], cases[i].first);
        if (cases[i].last != cases[i].first) {
            wrong += !check_version(&cases[i], cases[i].last);
        }
    }
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decode_every_case_does_as_interpreters),
    };
    return RUN_TESTS(tests);
}
