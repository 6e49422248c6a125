/* disassembly.c  dis, genops and optimize over the public API. */
#include <pickleproof/pickletools.h>
#include <string.h>

#include "request.h"
#include "testee_c.h"

/* As vectors/disassembly asks for it: each opcode is described by its name. */
static const char *const *opcode_names(void) {
    static const char *names[256];
    for (int i = 0; i < 256; i++) {
        const pickle_opcode_info *info = pickle_opcode_get((uint8_t)i);
        names[i] = info ? info->name : NULL;
    }
    return names;
}

/* text: what came before the error; NULL for optimize. */
static void reply_broken(pickle_code code, const void *message, size_t len,
                         const buffer *text, buffer *reply) {
    buffer_printf(reply, "err %s x:", pickle_code_exception(code));
    buffer_hex(reply, message, len);
    if (text) {
        buffer_puts(reply, " text=");
        buffer_hex(reply, buffer_text(text), text->len);
    }
}

static void reply_bytes(const void *data, size_t len, buffer *reply) {
    buffer_puts(reply, "ok x:");
    buffer_hex(reply, data, len);
}

static int append(void *ctx, const void *data, size_t len) {
    buffer_add(ctx, data, len);
    return 0;
}

void testee_dis(const testee_request *r, buffer *reply) {
    pickle_dis_options opt = pickle_dis_defaults;
    pickle_bytes_buffer message = {0};
    buffer text = {0};
    size_t used = 0;
    opt.cpython = r->cpython;
    opt.indentlevel = r->indent;
    opt.annotate = r->annotate;
    opt.annotations = opcode_names();
    opt.start = r->start;
    opt.hide_offsets = r->no_offsets;
    pickle_code code = pickle_dis_memo_new(NULL, &opt.memo);
    while (code == PICKLE_OK) {
        code = pickle_dis(buffer_text(&r->data), r->data.len, &opt, append,
                          &text, &used, &message, NULL);
        if (!r->many || used >= r->data.len)
            break;
        opt.start = used;
    }
    if (code == PICKLE_OK)
        reply_bytes(buffer_text(&text), text.len, reply);
    else
        reply_broken(code, message.data, message.len, &text, reply);
    pickle_dis_memo_free(opt.memo);
    pickle_bytes_buffer_deinit(&message);
    buffer_free(&text);
}

/* ---- genops ---- */

static pickle_value value_of(pickle_doc *doc, const pickle_arg *arg) {
    switch (arg->kind) {
    case PICKLE_ARG_NONE: break;
    case PICKLE_ARG_BOOL: return pickle_bool(arg->integer != 0);
    case PICKLE_ARG_INT: return pickle_int(doc, arg->integer);
    case PICKLE_ARG_BIGINT: return pickle_int_bytes(doc, arg->data, arg->len);
    case PICKLE_ARG_FLOAT: return pickle_float(doc, arg->number);
    case PICKLE_ARG_STR:
        return pickle_str(doc, (const char *)arg->data, arg->len);
    case PICKLE_ARG_BYTES: return pickle_bytes(doc, arg->data, arg->len);
    case PICKLE_ARG_BYTEARRAY:
        return pickle_bytearray(doc, arg->data, arg->len);
    }
    return pickle_null();
}

static pickle_code add_argument(const pickle_arg *arg, buffer *out) {
    pickle_doc *doc = NULL;
    char *text = NULL;
    size_t len = 0;
    pickle_code code = pickle_doc_new(NULL, &doc, NULL);
    if (code == PICKLE_OK)
        code = pickle_text_write(value_of(doc, arg), NULL, NULL, &text, &len,
                                 NULL);
    if (code == PICKLE_OK) {
        buffer_putc(out, ' ');
        buffer_add(out, text, len);
        pickle_text_free(NULL, text, len);
    }
    pickle_doc_free(doc);
    return code;
}

void testee_genops(const testee_request *r, buffer *reply) {
    pickle_genops_options opt = {.cpython = r->cpython, .start = r->start};
    pickle_genops *it = NULL;
    pickle_genop op;
    buffer text = {0};
    size_t len = 0;
    pickle_code code =
        pickle_genops_new(buffer_text(&r->data), r->data.len, &opt, &it, NULL);
    while (code == PICKLE_OK && pickle_genops_next(it, &op)) {
        buffer_printf(&text, "%zu %s", op.offset, op.info->name);
        if (op.arg.kind != PICKLE_ARG_NONE)
            code = add_argument(&op.arg, &text);
        buffer_putc(&text, '\n');
    }
    if (code == PICKLE_OK)
        code = pickle_genops_error(it, NULL);
    if (code == PICKLE_OK) {
        reply_bytes(buffer_text(&text), text.len, reply);
    } else {
        const char *message = it ? pickle_genops_message(it, &len) : "";
        reply_broken(code, message, len, &text, reply);
    }
    pickle_genops_free(it);
    buffer_free(&text);
}

/* ---- optimize ---- */

void testee_optimize(const testee_request *r, buffer *reply) {
    pickle_bytes_buffer message = {0}, out = {0};
    pickle_code code = pickle_optimize(buffer_text(&r->data), r->data.len,
                                       r->cpython, &out, &message, NULL);
    if (code == PICKLE_OK)
        reply_bytes(out.data, out.len, reply);
    else
        reply_broken(code, message.data, message.len, NULL, reply);
    pickle_bytes_buffer_deinit(&message);
    pickle_bytes_buffer_deinit(&out);
}
