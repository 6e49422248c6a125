#include "pickletools/stack.h"

#include <pickleproof/pickletools.h>

#include "base/alloc.h"

static const char *const kind_names[] = {
#define X(name, text) text,
    PICKLE__KINDS(X)
#undef X
};

/* ---- effects ---- */

/* The kind of the word at *at, which moves behind it and its blank. */
static pickle__stack_kind next_kind(const char **at) {
    size_t len = strcspn(*at, " ");
    size_t kind = 0;
    while (strlen(kind_names[kind]) != len ||
           memcmp(kind_names[kind], *at, len) != 0) {
        kind++;
    }
    *at += len;
    *at += **at == ' ';
    return (pickle__stack_kind)kind;
}

/* Kinds below a mark count, what is above it goes with the mark. */
static void read_effect(const pickle_opcode_info *info, pickle__effect *e) {
    memset(e, 0, sizeof *e);
    for (const char *at = info->before; *at;) {
        if (next_kind(&at) == PICKLE__STACK_MARK) {
            e->takes_mark = true;
        }
        e->pops += !e->takes_mark;
    }
    for (const char *at = info->after; *at;) {
        e->pushes[e->push_count++] = (uint8_t)next_kind(&at);
    }
}

void pickle__effects_init(pickle__effect effects[256]) {
    for (int i = 0; i < 256; i++) {
        const pickle_opcode_info *info = pickle_opcode_get((uint8_t)i);
        if (info) {
            read_effect(info, &effects[i]);
        }
    }
}

/* ---- the stack ---- */

void pickle__stack_init(pickle__stack *s, const pickle_allocator *alloc) {
    pickle__text_init(&s->kinds, alloc);
    s->marks = NULL;
    s->mark_count = s->mark_cap = 0;
}

void pickle__stack_deinit(pickle__stack *s) {
    pickle__free(&s->kinds.alloc, s->marks, s->mark_cap * sizeof *s->marks);
    pickle__text_deinit(&s->kinds);
}

bool pickle__stack_push_mark(pickle__stack *s, size_t offset) {
    if (s->mark_count == s->mark_cap) {
        size_t cap = s->mark_cap ? s->mark_cap * 2 : 16;
        size_t *marks =
            pickle__realloc(&s->kinds.alloc, s->marks,
                            s->mark_cap * sizeof *marks, cap * sizeof *marks);
        if (!marks) {
            return false;
        }
        s->marks = marks;
        s->mark_cap = cap;
    }
    s->marks[s->mark_count++] = offset;
    return true;
}

bool pickle__stack_cut(pickle__stack *s) {
    while (s->kinds.len) {
        if (s->kinds.data[--s->kinds.len] == PICKLE__STACK_MARK) {
            return true;
        }
    }
    return false;
}

bool pickle__stack_top_is_mark(const pickle__stack *s) {
    return s->kinds.len &&
           s->kinds.data[s->kinds.len - 1] == PICKLE__STACK_MARK;
}

void pickle__stack_repr(const pickle__stack *s, pickle__text *t) {
    pickle__text_byte(t, '[');
    for (size_t i = 0; i < s->kinds.len; i++) {
        pickle__text_str(t, i ? ", " : "");
        pickle__text_str(t, kind_names[s->kinds.data[i]]);
    }
    pickle__text_byte(t, ']');
}
