/* str(id), the form of a persistent id at protocol 0. */
#include "base/text.h"
#include "pickle/encoder.h"
#include "value/repr.h"

static pickle_code write_text(pickle_encoder *e, const pickle__text *t) {
    for (size_t i = 0; i < t->len; i++) {
        if (t->data[i] >= 0x80) {
            return pickle__encode_fail(
                e, PICKLE_ERR_PICKLING,
                "persistent IDs in protocol 0 must be ASCII strings");
        }
    }
    pickle_code code = pickle__writer_grow(&e->w, t->len);
    if (!code) {
        pickle__put(&e->w, PICKLE__OP_PERSID);
        pickle__put_bytes(&e->w, t->data, t->len);
        pickle__put(&e->w, '\n');
    }
    return code;
}

/* str(id): a str itself, else its repr(). */
static pickle_code put_str(pickle_encoder *e, pickle__text *t,
                           pickle_value id) {
    if (pickle_kind_of(id) == PICKLE_KIND_STR) {
        size_t len;
        const uint8_t *data = pickle_get_data(id, &len);
        pickle__text_put(t, data, len);
        return t->failed ? PICKLE_ERR_NOMEM : PICKLE_OK;
    }
    return pickle__repr(t, id, e->cpython, pickle__max_digits(e));
}

pickle_code pickle__put_persid_text(pickle_encoder *e, pickle_value id) {
    pickle__text t;
    pickle__text_init(&t, &e->doc->arena.alloc);
    pickle_code code = put_str(e, &t, id);
    switch (code) {
    case PICKLE_OK: code = write_text(e, &t); break;
    case PICKLE_ERR_NOMEM:
        code = pickle__encode_fail(e, code, "persistent id");
        break;
    case PICKLE_ERR_INT_DIGITS: code = pickle__fail_digits(e); break;
    default: code = pickle__encode_fail(e, code, "str() of this persistent id");
    }
    pickle__text_deinit(&t);
    return code;
}
