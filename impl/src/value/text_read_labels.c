/* value/text_read_labels.c  What stands for a value met before: `*N`, `^D`, and
 * labels. */
#include <string.h>

#include "value/text_read.h"

pickle_value pickle__read_reference(reader *r) {
    const char *at = r->p - 1;
    size_t n;
    if (!pickle__read_decimal(r, &n)) {
        return pickle_null();
    }
    if (n >= r->number_count) {
        pickle__read_fail(r, at, PICKLE_ERR_TEXT_REFERENCE,
                          "no value of that number");
        return pickle_null();
    }
    if (pickle_is_null(r->numbered[n])) {
        pickle__read_fail(r, at, PICKLE_ERR_TEXT_REFERENCE,
                          "that value is not made yet");
        return pickle_null();
    }
    return r->numbered[n];
}

/* `^D`: D numbered containers up. Frames of labels and globals do not count. */
pickle_value pickle__read_level(reader *r) {
    const char *at = r->p - 1;
    size_t n;
    if (!pickle__read_decimal(r, &n) || n == 0) {
        pickle__read_syntax(r, "expected a level from 1");
        return pickle_null();
    }
    for (size_t i = r->depth; i > 0; i--) {
        read_frame *f = &r->frames[i - 1];
        if (f->type != '$' && f->type != 'g' && f->type != 'p' && --n == 0) {
            if (pickle_is_null(f->v)) {
                break;
            }
            return f->v;
        }
    }
    pickle__read_fail(r, at, PICKLE_ERR_TEXT_REFERENCE,
                      "no container at that level");
    return pickle_null();
}

/* ---- labels ---- */

static label *find_label(reader *r, const char *name, size_t len) {
    for (size_t i = 0; i < r->label_count; i++) {
        if (r->labels[i].len == len &&
            memcmp(r->labels[i].name, name, len) == 0) {
            return &r->labels[i];
        }
    }
    return NULL;
}

pickle_value pickle__read_shared_object(reader *r, const char *name,
                                        size_t len) {
    unsigned index = 256;
    if (len == 1 && name[0] == 'L') {
        return pickle__latin1(r->doc);
    }
    if (len == 3 && pickle__read_hex(name[1]) >= 0 &&
        pickle__read_hex(name[2]) >= 0) {
        index = (unsigned)(pickle__read_hex(name[1]) << 4 |
                           pickle__read_hex(name[2]));
    } else if (len != 1) {
        return pickle_null();
    }
    if (name[0] == 'S') {
        return pickle__char_str(r->doc, index);
    }
    return name[0] == 'Y' ? pickle__char_bytes(r->doc, index) : pickle_null();
}

/* True when a value has come (*v); false when one must be read first. */
bool pickle__read_label(reader *r, pickle_value *v) {
    const char *name = r->p;
    while (r->p < r->end &&
           ((*r->p >= '0' && *r->p <= '9') || (*r->p >= 'a' && *r->p <= 'z') ||
            (*r->p >= 'A' && *r->p <= 'Z'))) {
        r->p++;
    }
    size_t len = (size_t)(r->p - name);
    label *known = find_label(r, name, len);
    *v = pickle_null();
    if (known) {
        if (pickle_is_null(known->v)) {
            pickle__read_fail(r, name, PICKLE_ERR_TEXT_REFERENCE,
                              "a label inside its own value");
        }
        *v = known->v;
        return true;
    }
    if (len == 0 || r->p == r->end || *r->p != '=') {
        pickle__read_fail(r, name, PICKLE_ERR_TEXT_REFERENCE,
                          "label is not defined");
        return true;
    }
    r->p++;
    label *a = pickle__read_room(r, r->labels, r->label_count, &r->label_cap,
                                 sizeof *a);
    if (!a) {
        return true;
    }
    r->labels = a;
    a[r->label_count++] = (label){name, len, pickle_null()};
    pickle__read_push_frame(r, '$', LABEL, pickle_null());
    if (r->code == PICKLE_OK) {
        r->frames[r->depth - 1].number = r->label_count - 1;
    }
    return false;
}
