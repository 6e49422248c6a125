/* Handing text and errors to a program. */
#include "pickletools/genops.h"

void pickle__text_borrow(pickle__text *t, const pickle_bytes_buffer *buf) {
    pickle__text_init(t,
                      buf->alloc.fn ? &buf->alloc : pickle_allocator_default());
    t->data = buf->data;
    t->len = buf->len;
    t->cap = buf->cap;
}

void pickle__text_return(const pickle__text *t, pickle_bytes_buffer *buf,
                         bool keep) {
    buf->data = t->data;
    buf->cap = t->cap;
    if (keep) {
        buf->len = t->len;
    }
}

static void put_message(const pickle__text *message, pickle_bytes_buffer *buf) {
    pickle__text t;
    pickle__text_borrow(&t, buf);
    pickle__text_put(&t, message->data, message->len);
    pickle__text_terminate(&t);
    pickle__text_return(&t, buf, !t.failed);
}

pickle_code pickle__report(const pickle__fault *fault,
                           const pickle__text *message,
                           pickle_bytes_buffer *buf, pickle_error *err) {
    if (message->failed || fault->code == PICKLE_ERR_NOMEM) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, fault->where);
    }
    if (buf) {
        put_message(message, buf);
    }
    /* Every message is ASCII, so cutting it keeps it UTF-8. */
    int shown = message->len < 119 ? (int)message->len : 119;
    pickle__error_set(err, fault->code, fault->where, "%.*s", shown,
                      message->len ? (const char *)message->data : "");
    if (err) {
        err->offset = fault->offset;
        err->opcode = fault->opcode;
    }
    return fault->code;
}
