/* value/text_read_labels.c  What stands for a value met before: `*N`, `^D`, and
 * labels. */
#include <string.h>

#include "value/hash.h"
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

/* `^D`: D numbered containers up. Frames of labels and globals do not count, so
 * the frame is the lowest of its level. */
pickle_value pickle__read_level(reader *r) {
    const char *at = r->p - 1;
    size_t n;
    if (!pickle__read_decimal(r, &n) || n == 0) {
        pickle__read_syntax(r, "expected a level from 1");
        return pickle_null();
    }
    size_t top = r->depth ? r->frames[r->depth - 1].level : 0;
    size_t low = 0;
    size_t high = n <= top ? r->depth : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->frames[middle].level < top - n + 1) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (n <= top && !pickle_is_null(r->frames[low].v)) {
        return r->frames[low].v;
    }
    pickle__read_fail(r, at, PICKLE_ERR_TEXT_REFERENCE,
                      "no container at that level");
    return pickle_null();
}

/* ---- labels ---- */

static size_t home(const reader *r, const char *name, size_t len) {
    return pickle__hash_bytes(r->doc->classes.seed, name, len) &
           (r->label_slot_cap - 1);
}

static label *find_label(reader *r, const char *name, size_t len) {
    if (r->label_slot_cap == 0) {
        return NULL;
    }
    size_t at = home(r, name, len);
    for (; r->label_slots[at]; at = (at + 1) & (r->label_slot_cap - 1)) {
        label *a = &r->labels[r->label_slots[at] - 1];
        if (a->len == len && memcmp(a->name, name, len) == 0) {
            return a;
        }
    }
    return NULL;
}

static void put_slot(reader *r, size_t index) {
    const label *a = &r->labels[index];
    size_t at = home(r, a->name, a->len);
    while (r->label_slots[at]) {
        at = (at + 1) & (r->label_slot_cap - 1);
    }
    r->label_slots[at] = (uint32_t)(index + 1);
}

/* Slots for twice as many labels. */
static bool more_slots(reader *r) {
    size_t cap = r->label_slot_cap ? r->label_slot_cap * 2 : 64;
    uint32_t *slots = pickle__alloc(r->alloc, cap * sizeof *slots);
    if (!slots) {
        pickle__read_fail(r, r->p, PICKLE_ERR_NOMEM, "out of memory");
        return false;
    }
    memset(slots, 0, cap * sizeof *slots);
    pickle__free(r->alloc, r->label_slots, r->label_slot_cap * sizeof *slots);
    r->label_slots = slots;
    r->label_slot_cap = cap;
    for (size_t i = 0; i < r->label_count; i++) {
        put_slot(r, i);
    }
    return true;
}

static bool add_label(reader *r, const char *name, size_t len) {
    label *a = pickle__read_room(r, r->labels, r->label_count, &r->label_cap,
                                 sizeof *a);
    if (!a) {
        return false;
    }
    r->labels = a;
    if ((r->label_count + 1) * 2 > r->label_slot_cap && !more_slots(r)) {
        return false;
    }
    a[r->label_count] = (label){name, len, pickle_null()};
    put_slot(r, r->label_count++);
    return true;
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
    if (!add_label(r, name, len)) {
        return true;
    }
    pickle__read_push_frame(r, '$', LABEL, pickle_null());
    if (r->code == PICKLE_OK) {
        r->frames[r->depth - 1].number = r->label_count - 1;
    }
    return false;
}
