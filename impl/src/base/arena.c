#include "base/arena.h"

#include "base/alloc.h"
#include "base/checked.h"

#define FIRST_CHUNK ((size_t)4096)
#define MAX_CHUNK   ((size_t)1 << 20)

void pickle__arena_init(pickle__arena *a, const pickle_allocator *alloc,
                        size_t max_bytes, void *first, size_t first_size) {
    memset(a, 0, sizeof *a);
    a->alloc = *alloc;
    a->max_bytes = max_bytes;
    a->next_size = FIRST_CHUNK;
    a->pos = first;
    a->end = first ? (uint8_t *)first + first_size : NULL;
}

void pickle__arena_deinit(pickle__arena *a) {
    for (pickle__chunk *c = a->chunks; c;) {
        pickle__chunk *next = c->next;
        pickle__free(&a->alloc, c, c->size);
        c = next;
    }
    for (pickle__block *b = a->blocks; b;) {
        pickle__block *next = b->next;
        pickle__free(&a->alloc, b, sizeof *b + b->size);
        b = next;
    }
    a->chunks = NULL;
    a->blocks = NULL;
    a->pos = a->end = NULL;
    a->total = 0;
}

/* Whether `more` bytes can be taken without passing the limit. */
static bool within_limit(pickle__arena *a, size_t more) {
    if (more > a->max_bytes || a->total > a->max_bytes - more) {
        a->hit_limit = true;
        return false;
    }
    return true;
}

static void link_block(pickle__arena *a, pickle__block *b) {
    b->prev = NULL;
    b->next = a->blocks;
    if (b->next) {
        b->next->prev = b;
    }
    a->blocks = b;
}

static void unlink_block(pickle__arena *a, pickle__block *b) {
    if (b->prev) {
        b->prev->next = b->next;
    } else {
        a->blocks = b->next;
    }
    if (b->next) {
        b->next->prev = b->prev;
    }
}

static void *alloc_large(pickle__arena *a, size_t size) {
    size_t need;
    if (!pickle__add_size(size, sizeof(pickle__block), &need) ||
        !within_limit(a, need)) {
        return NULL;
    }
    pickle__block *b = pickle__alloc(&a->alloc, need);
    if (!b) {
        return NULL;
    }
    b->size = size;
    b->pad = 0;
    a->total += need;
    link_block(a, b);
    return b + 1;
}

static bool add_chunk(pickle__arena *a, size_t payload) {
    size_t size = a->next_size;
    while (size - sizeof(pickle__chunk) < payload) {
        size *= 2;
    }
    /* Near the limit, take what is needed rather than a whole chunk. */
    if (size > a->max_bytes || a->total > a->max_bytes - size) {
        size = payload + sizeof(pickle__chunk);
    }
    if (!within_limit(a, size)) {
        return false;
    }
    pickle__chunk *c = pickle__alloc(&a->alloc, size);
    if (!c) {
        return false;
    }
    c->next = a->chunks;
    c->size = size;
    a->chunks = c;
    a->total += size;
    a->pos = (uint8_t *)(c + 1);
    a->end = (uint8_t *)c + size;
    if (a->next_size < MAX_CHUNK) {
        a->next_size *= 2;
    }
    return true;
}

void *pickle__arena_alloc_slow(pickle__arena *a, size_t size) {
    if (size >= PICKLE__ARENA_LARGE) {
        return alloc_large(a, size);
    }
    size_t need = (size + 7) & ~(size_t)7;
    if (need > (size_t)(a->end - a->pos) && !add_chunk(a, need)) {
        return NULL;
    }
    void *p = a->pos;
    a->pos += need;
    return p;
}

static void *resize_large(pickle__arena *a, void *ptr, size_t new_size) {
    pickle__block *b = (pickle__block *)ptr - 1;
    size_t old_need = sizeof *b + b->size;
    size_t need;
    if (!pickle__add_size(new_size, sizeof *b, &need) ||
        (need > old_need && !within_limit(a, need - old_need))) {
        return NULL;
    }
    unlink_block(a, b);
    pickle__block *moved = pickle__realloc(&a->alloc, b, old_need, need);
    if (!moved) {
        link_block(a, b);
        return NULL;
    }
    moved->size = new_size;
    a->total = a->total - old_need + need;
    link_block(a, moved);
    return moved + 1;
}

void *pickle__arena_resize(pickle__arena *a, void *ptr, size_t old_size,
                           size_t new_size) {
    if (old_size >= PICKLE__ARENA_LARGE) {
        if (new_size < PICKLE__ARENA_LARGE) {
            return ptr; /* stays a block: its size is not told again */
        }
        return resize_large(a, ptr, new_size);
    }
    size_t old_need = (old_size + 7) & ~(size_t)7;
    if (ptr && (uint8_t *)ptr + old_need == a->pos && new_size >= old_size &&
        new_size < PICKLE__ARENA_LARGE) {
        size_t need = (new_size + 7) & ~(size_t)7;
        if (need - old_need <= (size_t)(a->end - a->pos)) {
            a->pos += need - old_need;
            return ptr;
        }
    }
    if (ptr && new_size <= old_size) {
        return ptr;
    }
    void *p = pickle__arena_alloc(a, new_size);
    if (p && old_size) {
        memcpy(p, ptr, old_size);
    }
    return p;
}
