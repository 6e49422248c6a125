/* operations.c  load, dump and redump over the public API. */
#include <pickleproof/pickle.h>
#include <pickleproof/reduction.h>
#include <string.h>

#include "request.h"
#include "testee_c.h"

static void reply_error(const pickle_error *err, buffer *reply) {
    reply->len = 0;
    buffer_printf(reply, "err %s x:", pickle_code_exception(err->code));
    buffer_hex(reply, err->message, strlen(err->message));
    if (err->offset != PICKLE_NO_OFFSET)
        buffer_printf(reply, " off=%zu", err->offset);
}

/* ---- load ---- */

static pickle_value load_persistent(void *ctx, pickle_doc *doc,
                                    pickle_value id) {
    (void)ctx;
    return pickle_persid(doc, id);
}

static pickle_decode_options decode_options(const testee_request *r) {
    pickle_decode_options opt = pickle_decode_defaults;
    opt.cpython = r->cpython;
    opt.pure_python = r->pure_python;
    opt.no_fix_imports = r->no_fix_imports;
    opt.borrow = true; /* the request outlives the document */
    opt.encoding = r->encoding[0] ? r->encoding : NULL;
    opt.errors = r->errors[0] ? r->errors : NULL;
    opt.buffers = r->buffers;
    opt.buffer_count = r->buffer_count;
    opt.has_buffers = r->has_buffers;
    opt.extensions = r->extensions;
    opt.persistent_load = r->persistent ? load_persistent : NULL;
    return opt;
}

static pickle_code add_text(pickle_value v, buffer *reply, pickle_error *err) {
    char *text = NULL;
    size_t len = 0;
    pickle_code code = pickle_text_write(v, NULL, NULL, &text, &len, err);
    if (code == PICKLE_OK) {
        buffer_putc(reply, ' ');
        buffer_add(reply, text, len);
        pickle_text_free(NULL, text, len);
    }
    return code;
}

/* One pickle after the other until the data ends; many=2 has a new Unpickler
 * for each. */
static pickle_code load_many(const testee_request *r, pickle_doc *doc,
                             buffer *reply, size_t *used, pickle_error *err) {
    pickle_decode_options opt = decode_options(r);
    const char *data = buffer_text(&r->data);
    size_t base = 0;
    pickle_decoder *dec = NULL;
    pickle_code code =
        pickle_decoder_new(doc, data, r->data.len, &opt, &dec, err);
    while (code == PICKLE_OK) {
        pickle_value v = pickle_null();
        code = pickle_decoder_load(dec, &v, err);
        if (code == PICKLE_OK)
            code = add_text(v, reply, err);
        else if (err->offset != PICKLE_NO_OFFSET)
            err->offset += base;
        *used = base + pickle_decoder_offset(dec);
        if (code != PICKLE_OK || *used >= r->data.len)
            break;
        if (r->many == 2) {
            pickle_decoder_free(dec);
            dec = NULL;
            base = *used;
            code = pickle_decoder_new(doc, data + base, r->data.len - base,
                                      &opt, &dec, err);
        }
    }
    pickle_decoder_free(dec);
    return code;
}

void testee_load(const testee_request *r, buffer *reply) {
    pickle_error err;
    pickle_doc *doc = NULL;
    size_t used = 0;
    pickle_code code;
    buffer_puts(reply, "ok");
    if (r->many) {
        code = pickle_doc_new(NULL, &doc, &err);
        if (code == PICKLE_OK)
            code = load_many(r, doc, reply, &used, &err);
    } else {
        pickle_decode_options opt = decode_options(r);
        code = pickle_decode(buffer_text(&r->data), r->data.len, &opt, &doc,
                             &used, &err);
        if (code == PICKLE_OK)
            code = add_text(pickle_doc_get_root(doc), reply, &err);
    }
    if (code != PICKLE_OK)
        reply_error(&err, reply);
    else if (r->want_used)
        buffer_printf(reply, " used=%zu", used);
    pickle_doc_free(doc);
}

/* ---- dump ---- */

static bool keep_out_of_band(void *ctx, pickle_value value) {
    (void)ctx;
    (void)value;
    return false;
}

static int append(void *ctx, const void *data, size_t len) {
    buffer_add(ctx, data, len);
    return 0;
}

static pickle_encode_options encode_options(const testee_request *r) {
    pickle_encode_options opt = pickle_encode_defaults;
    /* Enough for every vector; an endless value is told sooner. */
    opt.max_depth = 20000;
    opt.protocol = r->protocol;
    opt.cpython = r->cpython;
    opt.pure_python = r->pure_python;
    opt.no_fix_imports = r->no_fix_imports;
    opt.fast = r->fast;
    opt.extensions = r->extensions;
    opt.buffer_callback = r->protocol >= 5 ? keep_out_of_band : NULL;
    return opt;
}

/* The items of a tuple with one Pickler; many=2 clears its memo between. */
static pickle_code dump_many(const testee_request *r, pickle_doc *doc,
                             pickle_value v, buffer *out, pickle_error *err) {
    pickle_encode_options opt = encode_options(r);
    pickle_encoder *enc = NULL;
    size_t count = 0;
    const pickle_value *items = pickle_get_items(v, &count);
    pickle_code code = pickle_encoder_new(doc, &opt, append, out, &enc, err);
    for (size_t i = 0; i < count && code == PICKLE_OK; i++) {
        if (i && r->many == 2)
            pickle_encoder_clear_memo(enc);
        code = pickle_encoder_dump(enc, items[i], err);
    }
    pickle_encoder_free(enc);
    return code;
}

#ifdef TESTEE_XPROC
/* ForkingPickler. There is none in Python: its base is the C pickler. */
static pickle_code dump_forking(const testee_request *r, pickle_doc *doc,
                                pickle_value v, pickle_bytes_buffer *out,
                                pickle_error *err) {
    pickle_encode_options opt = encode_options(r);
    pickle_forking_pickler *cls = NULL;
    pickle_code code = pickle_forking_pickler_new(NULL, NULL, &cls, err);
    if (code == PICKLE_OK)
        code = pickle_reducer_install_stdlib(cls, false, err);
    if (code == PICKLE_OK)
        code = pickle_forking_dumps(cls, doc, v, &opt, out, err);
    pickle_forking_pickler_free(cls);
    return code;
}
#endif

static pickle_code dump_one(const testee_request *r, pickle_doc *doc,
                            pickle_value v, pickle_bytes_buffer *out,
                            pickle_error *err) {
    pickle_encode_options opt = encode_options(r);
#ifdef TESTEE_XPROC
    if (r->forking)
        return dump_forking(r, doc, v, out, err);
#endif
    return pickle_encode(doc, v, &opt, out, err);
}

static void dump_value(const testee_request *r, pickle_doc *doc, pickle_value v,
                       buffer *reply) {
    pickle_error err;
    pickle_code code;
    buffer_puts(reply, "ok x:");
    if (r->many) {
        buffer out = {0};
        code = dump_many(r, doc, v, &out, &err);
        if (code == PICKLE_OK)
            buffer_hex(reply, buffer_text(&out), out.len);
        buffer_free(&out);
    } else {
        pickle_bytes_buffer out = {0};
        code = dump_one(r, doc, v, &out, &err);
        if (code == PICKLE_OK)
            buffer_hex(reply, out.data, out.len);
        pickle_bytes_buffer_deinit(&out);
    }
    if (code != PICKLE_OK)
        reply_error(&err, reply);
}

void testee_dump(const testee_request *r, buffer *reply) {
    pickle_error err;
    pickle_doc *doc = NULL;
    pickle_value v = pickle_null();
    if (!r->text || (r->text_len == 1 && r->text[0] == '?')) {
        buffer_puts(reply, "na no-value");
        return;
    }
    if (pickle_doc_new(NULL, &doc, &err) != PICKLE_OK ||
        pickle_text_read(doc, r->text, r->text_len, &v, &err) != PICKLE_OK)
        reply_error(&err, reply);
    else
        dump_value(r, doc, v, reply);
    pickle_doc_free(doc);
}

void testee_redump(const testee_request *r, buffer *reply) {
    pickle_error err;
    pickle_doc *doc = NULL;
    pickle_decode_options opt = decode_options(r);
    if (pickle_decode(buffer_text(&r->data), r->data.len, &opt, &doc, NULL,
                      &err) != PICKLE_OK)
        reply_error(&err, reply);
    else
        dump_value(r, doc, pickle_doc_get_root(doc), reply);
    pickle_doc_free(doc);
}
