/*
 * How the decoder reads: truncations, sources, frames, several pickles in a
 * row, hooks.
 */
#include "decoder_support.h"

#include <pickleproof/pickletools.h>

/* ---- truncation ---- */

/* Where the opcode begins that byte `at` belongs to, as pickletools sees it. */
static size_t opcode_start(const sample *s, size_t at) {
    pickle_genops *it = NULL;
    pickle_genop op = {0};
    size_t start = 0;
    assert_int_equal(pickle_genops_new(s->data, s->len, NULL, &it, NULL),
                     PICKLE_OK);
    while (pickle_genops_next(it, &op) && op.offset <= at) {
        start = op.offset;
    }
    pickle_genops_free(it);
    return start;
}

/* A frame must be there as a whole: cutting it is found at the FRAME opcode,
 * which stands behind PROTO. */
static void check_truncation(const sample *s, size_t len) {
    bool framed = s->protocol >= 4;
    size_t offset = opcode_start(s, len);
    bool between = offset == len;
    if (framed && len > 2) {
        offset = 2;
        between = false;
    }
    test_rejects(s->data, len, NULL,
                 between ? PICKLE_ERR_EOF : PICKLE_ERR_TRUNCATED, offset,
                 __FILE__, __LINE__);
}

static void decode_every_truncation_is_rejected(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        for (size_t len = 0; len < samples[i].len; len++) {
            check_truncation(&samples[i], len);
        }
    }
}

/* ---- a source ---- */

typedef struct source {
    const char *data;
    size_t len;
    size_t at;
    size_t piece; /* the most bytes given at once */
    size_t asked; /* the furthest place asked for */
    int failure;
} source;

static int read_source(void *ctx, void *out, size_t cap, size_t *got) {
    source *s = ctx;
    size_t n = s->len - s->at;
    if (s->failure) {
        return s->failure;
    }
    if (s->at + cap > s->asked) {
        s->asked = s->at + cap;
    }
    n = n < cap ? n : cap;
    n = n < s->piece ? n : s->piece;
    memcpy(out, s->data + s->at, n);
    s->at += n;
    *got = n;
    return 0;
}

typedef struct stream {
    source source;
    pickle_doc *doc;
    pickle_decoder *dec;
} stream;

static void stream_init(stream *s, const void *data, size_t len, size_t piece,
                        const pickle_decode_options *opt) {
    memset(s, 0, sizeof *s);
    s->source = (source){data, len, 0, piece, 0, 0};
    assert_int_equal(pickle_doc_new(NULL, &s->doc, NULL), PICKLE_OK);
    assert_int_equal(pickle_decoder_new_stream(s->doc, read_source, &s->source,
                                               opt, &s->dec, NULL),
                     PICKLE_OK);
}

static void stream_deinit(stream *s) {
    pickle_decoder_free(s->dec);
    pickle_doc_free(s->doc);
}

/* The next pickle of a stream is this. */
static void assert_loads(stream *s, const char *canonical) {
    pickle_value v;
    pickle_error err;
    if (pickle_decoder_load(s->dec, &v, &err)) {
        fail_msg("rejected at %zu: %s", err.offset, err.message);
    }
    char *text = test_text(v, false);
    assert_string_equal(text, canonical);
    free(text);
}

static char *text_from_memory(const sample *s) {
    pickle_doc *doc = NULL;
    assert_int_equal(pickle_decode(s->data, s->len, NULL, &doc, NULL, NULL),
                     PICKLE_OK);
    char *text = test_text(pickle_doc_get_root(doc), false);
    pickle_doc_free(doc);
    return text;
}

static void decode_stream_in_pieces_equals_memory(void **state) {
    static const size_t pieces[] = {1, 2, 3, 7, 64, 100000};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        char *text = text_from_memory(&samples[i]);
        for (size_t k = 0; k < COUNT_OF(pieces); k++) {
            stream s;
            stream_init(&s, samples[i].data, samples[i].len, pieces[k], NULL);
            assert_loads(&s, text);
            assert_int_equal(s.source.asked, samples[i].len);
            assert_int_equal(pickle_decoder_offset(s.dec), samples[i].len);
            stream_deinit(&s);
        }
        free(text);
    }
}

/* Nothing behind the pickle is asked for, so that it can be something else. */
static void decode_stream_leaves_what_follows(void **state) {
    static const char data[] = "\x80\x02]q\x00K\x05"
                               "a.\x80\x02h\x00.I7\n.xyz";
    (void)state;
    stream s;
    stream_init(&s, data, sizeof data - 1, 100, NULL);
    assert_loads(&s, "l(i5)");
    assert_int_equal(s.source.asked, 9);
    assert_loads(&s, "l(i5)"); /* the memo stays */
    assert_int_equal(s.source.asked, 14);
    assert_loads(&s, "i7");
    assert_int_equal(s.source.asked, 18);
    stream_deinit(&s);
}

static void decode_memory_several_pickles_share_the_memo(void **state) {
    static const char data[] = "\x80\x04]\x94.\x80\x04h\x00h\x00\x86.N";
    (void)state;
    pickle_doc *doc = NULL;
    pickle_decoder *dec = NULL;
    pickle_value first;
    pickle_value second;
    pickle_error err;
    assert_int_equal(pickle_doc_new(NULL, &doc, NULL), PICKLE_OK);
    assert_int_equal(
        pickle_decoder_new(doc, data, sizeof data - 1, NULL, &dec, NULL),
        PICKLE_OK);
    assert_int_equal(pickle_decoder_load(dec, &first, NULL), PICKLE_OK);
    assert_int_equal(pickle_decoder_offset(dec), 5);
    assert_int_equal(pickle_decoder_load(dec, &second, NULL), PICKLE_OK);
    assert_true(pickle_is(pickle_get_item(second, 0), first));
    assert_true(pickle_is(pickle_get_item(second, 1), first));
    assert_true(pickle_is(pickle_doc_get_root(doc), second));
    /* The third has no STOP; offsets count from the first byte of all. */
    assert_int_equal(pickle_decoder_load(dec, &first, &err), PICKLE_ERR_EOF);
    assert_int_equal(err.offset, sizeof data - 1);
    assert_int_equal(err.opcode, -1);
    pickle_decoder_free(dec);
    pickle_doc_free(doc);
}

/* The stack and the marks of a failed load are gone at the next. */
static void decode_after_a_failure_starts_anew(void **state) {
    static const char data[] = "NN(N\xff((.N.";
    (void)state;
    stream s;
    pickle_value v;
    stream_init(&s, data, sizeof data - 1, 1, NULL);
    assert_int_equal(pickle_decoder_load(s.dec, &v, NULL), PICKLE_ERR_OPCODE);
    assert_int_equal(pickle_decoder_load(s.dec, &v, NULL),
                     PICKLE_ERR_MARK_UNEXPECTED);
    assert_loads(&s, "N");
    stream_deinit(&s);
}

static void decode_failing_source_is_a_hook_error(void **state) {
    (void)state;
    stream s;
    pickle_value v;
    pickle_error err;
    stream_init(&s, "N.", 2, 1, NULL);
    s.source.failure = 5;
    assert_int_equal(pickle_decoder_load(s.dec, &v, &err), PICKLE_ERR_HOOK);
    assert_int_equal(err.os_error, 5);
    stream_deinit(&s);
}

/* ---- frames from a file: facts of the C unpickler up to 3.13 ---- */

static void
decode_stream_drops_what_an_argument_leaves_of_a_frame(void **state) {
#define FRAME(n) "\x95" n "\0\0\0\0\0\0\0"
    static const struct {
        const char *data;
        size_t len;
        pickle_code code;
        size_t offset;
    } rows[] = {
#define ROW(text, code, offset) {text, sizeof text - 1, code, offset}
        /* the rest of the line is the frame's, its newline is not */
        ROW(FRAME("\2") "I5\n.", PICKLE_ERR_TRUNCATED, 9),
        /* four bytes are read anew, STOP among them */
        ROW(FRAME("\2") "J\1\0\0\0.", PICKLE_ERR_EOF, 15),
        /* bytes are read into the object, whatever the frame */
        ROW(FRAME("\3") "C\2ab.", PICKLE_OK, 0),
        /* an opcode may stand at the end of a frame, its argument behind */
        ROW(FRAME("\1") "K\5.", PICKLE_OK, 0),
#undef ROW
    };
#undef FRAME
    (void)state;
    pickle_decode_options opt = {.cpython = 313};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        stream s;
        pickle_value v;
        pickle_error err;
        stream_init(&s, rows[i].data, rows[i].len, 100, &opt);
        assert_int_equal(pickle_decoder_load(s.dec, &v, &err), rows[i].code);
        if (rows[i].code) {
            assert_int_equal(err.offset, rows[i].offset);
        }
        stream_deinit(&s);
    }
}

/* ---- identity ---- */

/* CPython shares '' and the strs of one latin-1 character; others are objects
 * of their own. */
static void decode_one_character_strs_are_shared(void **state) {
    static const struct {
        const char *data;
        bool shared;
    } rows[] = {{"V\nV\n\x86.", true},
                {"Va\nX\1\0\0\0a\x86.", true},
                {"V\xe9\nV\\u00e9\n\x86.", true},
                {"S''\nV\n\x86.", true},
                {"V\\u0100\nV\\u0100\n\x86.", false},
                {"Vab\nVab\n\x86.", false}};
    static const char twice[] = "\x8c\2\xc3\xa9\x8c\2\xc3\xa9\x86.";
    (void)state;
    for (size_t i = 0; i <= COUNT_OF(rows); i++) {
        bool last = i == COUNT_OF(rows);
        const char *data = last ? twice : rows[i].data;
        /* One row holds NULs; its length is known. */
        size_t len = last ? sizeof twice - 1 : i == 1 ? 11 : strlen(data);
        pickle_doc *doc = NULL;
        assert_int_equal(pickle_decode(data, len, NULL, &doc, NULL, NULL),
                         PICKLE_OK);
        pickle_value pair = pickle_doc_get_root(doc);
        assert_int_equal(
            pickle_is(pickle_get_item(pair, 0), pickle_get_item(pair, 1)),
            last || rows[i].shared);
        pickle_doc_free(doc);
    }
}

/* ---- hooks ---- */

typedef struct hook {
    char names[100];
    bool refuse;
    pickle_value answer;
} hook;

static pickle_value find_class(void *ctx, pickle_doc *doc, pickle_value module,
                               pickle_value qualname, bool *refuse) {
    hook *h = ctx;
    (void)doc;
    size_t module_len;
    size_t name_len;
    const uint8_t *m = pickle_get_data(module, &module_len);
    const uint8_t *q = pickle_get_data(qualname, &name_len);
    size_t used = strlen(h->names);
    snprintf(h->names + used, sizeof h->names - used, "%.*s:%.*s ",
             (int)module_len, (const char *)m, (int)name_len, (const char *)q);
    *refuse = h->refuse;
    return h->answer;
}

static void decode_find_class_sees_python_3_names(void **state) {
    (void)state;
    hook h = {.answer = pickle_null()};
    pickle_decode_options opt = {.find_class = find_class, .hook_ctx = &h};
    assert_decodes_with("c__builtin__\nunicode\n.", &opt, "gbuiltins:str");
    assert_decodes_with("\x80\x04\x8c\x01m\x8c\x03"
                        "a.b\x93.",
                        &opt, "gm:a.b");
    assert_string_equal(h.names, "builtins:str m:a.b ");
}

static void decode_find_class_answers_or_refuses(void **state) {
    (void)state;
    hook h = {.answer = pickle_none()};
    pickle_decode_options opt = {.find_class = find_class, .hook_ctx = &h};
    assert_decodes_with("cos\nsystem\n.", &opt, "N");
    h.refuse = true;
    assert_rejects_with("Ncos\nsystem\n.", &opt, PICKLE_ERR_HOOK, 1);
}

static pickle_value no_object(void *ctx, pickle_doc *doc, pickle_value id) {
    (void)ctx;
    (void)doc;
    (void)id;
    return pickle_null();
}

static void decode_persistent_load_may_refuse(void **state) {
    (void)state;
    pickle_decode_options opt = {.persistent_load = no_object};
    assert_rejects_with("NK\5Q.", &opt, PICKLE_ERR_HOOK, 3);
}

/* Looks a key up in the dict that is the id, or adds it to the set. */
static pickle_value look_up(void *ctx, pickle_doc *doc, pickle_value id) {
    pickle_value one = pickle_int(doc, 1);
    (void)ctx;
    return pickle_bool(pickle_kind_of(id) == PICKLE_KIND_DICT
                           ? !pickle_is_null(pickle_dict_get(id, one))
                           : pickle_set_add(doc, id, one) == PICKLE_OK);
}

#define TEN      "K\1K\2K\3K\4K\5K\6K\7K\x08K\x09K\x0a"
#define TEN_KEYS "K\1NK\2NK\3NK\4NK\5NK\6NK\7NK\x08NK\x09NK\x0aN"

/* What a hook has looked into grows on, and equal keys stay one. */
static void decode_persistent_load_may_look_into_its_id(void **state) {
    (void)state;
    pickle_decode_options opt = {.persistent_load = look_up};
    assert_decodes_with("\x80\x04]\x8f\x94(" TEN "\x90"
                        "ah\0Qah\0(K\1K\x0bK\2\x90"
                        "0h\0Qa.",
                        &opt, "l(S(i1,i2,i3,i4,i5,i6,i7,i8,i9,ia,ib),T,T)");
    assert_decodes_with("\x80\x04]}\x94(" TEN_KEYS "u"
                        "ah\0Qah\0(K\1\x88K\x0bNK\x0bK\2u"
                        "0h\0Qa.",
                        &opt,
                        "l(d(i1=T,i2=N,i3=N,i4=N,i5=N,i6=N,i7=N,i8=N,i9=N,"
                        "ia=N,ib=i2),T,T)");
}

static void decode_fix_imports_off_keeps_names(void **state) {
    (void)state;
    pickle_decode_options opt = {.no_fix_imports = true};
    assert_decodes("cUserDict\nUserDict\n.", "gcollections:UserDict");
    assert_decodes_with("cUserDict\nUserDict\n.", &opt, "gUserDict:UserDict");
}

/* ---- arguments of the interface ---- */

static void decode_reports_what_it_used(void **state) {
    (void)state;
    pickle_doc *doc = NULL;
    size_t used = 77;
    assert_int_equal(pickle_decode("K", 1, NULL, &doc, &used, NULL),
                     PICKLE_ERR_TRUNCATED);
    assert_null(doc);
    assert_int_equal(used, 77);
    assert_int_equal(pickle_decode("K\5.xyz", 6, NULL, &doc, &used, NULL),
                     PICKLE_OK);
    assert_int_equal(used, 3);
    pickle_doc_free(doc);
}

static void decode_unknown_version_is_an_argument_error(void **state) {
    (void)state;
    pickle_doc *doc = NULL;
    pickle_error err;
    pickle_decode_options opt = {.cpython = 307};
    assert_int_equal(pickle_decode("N.", 2, &opt, &doc, NULL, &err),
                     PICKLE_ERR_ARGUMENT);
    assert_int_equal(err.offset, PICKLE_NO_OFFSET);
    opt.cpython = 316;
    assert_int_equal(pickle_decode("N.", 2, &opt, &doc, NULL, NULL),
                     PICKLE_ERR_ARGUMENT);
}

static void decode_error_names_the_opcode(void **state) {
    (void)state;
    pickle_doc *doc = NULL;
    pickle_error err;
    memset(&err, 0xa5, sizeof err);
    assert_int_equal(pickle_decode("NNh\7.", 5, NULL, &doc, NULL, &err),
                     PICKLE_ERR_MEMO_MISSING);
    assert_int_equal(err.offset, 2);
    assert_int_equal(err.opcode, 'h');
    assert_string_equal(err.where, "BINGET");
    assert_int_equal(err.os_error, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decode_every_truncation_is_rejected),
        cmocka_unit_test(decode_stream_in_pieces_equals_memory),
        cmocka_unit_test(decode_stream_leaves_what_follows),
        cmocka_unit_test(decode_memory_several_pickles_share_the_memo),
        cmocka_unit_test(decode_after_a_failure_starts_anew),
        cmocka_unit_test(decode_failing_source_is_a_hook_error),
        cmocka_unit_test(
            decode_stream_drops_what_an_argument_leaves_of_a_frame),
        cmocka_unit_test(decode_one_character_strs_are_shared),
        cmocka_unit_test(decode_find_class_sees_python_3_names),
        cmocka_unit_test(decode_find_class_answers_or_refuses),
        cmocka_unit_test(decode_persistent_load_may_refuse),
        cmocka_unit_test(decode_persistent_load_may_look_into_its_id),
        cmocka_unit_test(decode_fix_imports_off_keeps_names),
        cmocka_unit_test(decode_reports_what_it_used),
        cmocka_unit_test(decode_unknown_version_is_an_argument_error),
        cmocka_unit_test(decode_error_names_the_opcode),
    };
    return RUN_TESTS(tests);
}
