#include "value/hash.h"

#include <math.h>

#include "base/alloc.h"

static uint64_t mix(uint64_t a, uint64_t b) {
    uint64_t x = (a ^ b) * UINT64_C(0x9fb21c651e98df25);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 29;
}

uint64_t pickle__hash_bytes(uint64_t seed, const void *data, size_t len) {
    const uint8_t *p = data;
    uint64_t h = seed ^ len;
    for (; len >= 8; p += 8, len -= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        h = mix(h + UINT64_C(0x9e3779b97f4a7c15), word);
    }
    uint64_t tail = 0;
    for (size_t i = 0; i < len; i++) {
        tail |= (uint64_t)p[i] << (8 * i);
    }
    return mix(h, tail ^ seed);
}

/* An int that equals a double hashes as that double does. */
static uint64_t hash_double(uint64_t seed, double x) {
    if (x == floor(x) && x >= -9223372036854775808.0 &&
        x < 9223372036854775808.0) {
        return mix(seed, (uint64_t)(int64_t)x);
    }
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return mix(seed ^ 0x5bd1e995u, bits);
}

/* The double that an int past 64 bits equals exactly, if there is one. */
static bool exact_double(const pickle__blob *b, double *x) {
    size_t top = b->len;
    bool negative = b->data[top - 1] >= 0x80;
    size_t low = 0;
    while (low < top - 1 && b->data[low] == 0) {
        low++;
    }
    if (top - low > 9 || top > 130) {
        return false;
    }
    /* At most nine bytes that matter: take them as a magnitude. */
    double sum = 0;
    unsigned carry = 1;
    uint64_t magnitude = 0;
    for (size_t i = low; i < top; i++) {
        unsigned byte = b->data[i];
        if (negative) {
            byte = (~byte & 0xffu) + carry;
            carry = byte >> 8;
            byte &= 0xff;
        }
        if (i - low == 8) {
            if (byte) {
                return false; /* the magnitude needs more than 64 bits */
            }
            break;
        }
        magnitude |= (uint64_t)byte << (8 * (i - low));
    }
    sum = (double)magnitude;
    if (sum >= 18446744073709551616.0 || (uint64_t)sum != magnitude) {
        return false;
    }
    *x = ldexp(negative ? -sum : sum, (int)(8 * low));
    return isfinite(*x);
}

static uint64_t hash_int(uint64_t seed, pickle_value v) {
    int64_t n;
    double x;
    if (pickle_get_int(v, &n)) {
        return mix(seed, (uint64_t)n);
    }
    const pickle__blob *b = pickle__blob_of(v);
    if (exact_double(b, &x)) {
        return hash_double(seed, x);
    }
    return pickle__hash_bytes(seed, b->data, b->len);
}

static uint64_t hash_complex(uint64_t seed, pickle_value v) {
    double re;
    double im;
    pickle_get_complex(v, &re, &im);
    return im == 0 ? hash_double(seed, re)
                   : mix(hash_double(seed, re), hash_double(~seed, im));
}

static uint64_t hash_atom(uint64_t seed, pickle_value v) {
    size_t len;
    const uint8_t *data;
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_INT:
    case PICKLE_KIND_BOOL: return hash_int(seed, v);
    case PICKLE_KIND_FLOAT: return hash_double(seed, pickle_get_float(v));
    case PICKLE_KIND_COMPLEX: return hash_complex(seed, v);
    case PICKLE_KIND_STR:
    case PICKLE_KIND_BYTES:
        data = pickle_get_data(v, &len);
        return pickle__hash_bytes(seed ^ pickle__tag(v), data, len);
    case PICKLE_KIND_GLOBAL: return mix(seed, pickle__global_of(v)->hash);
    default: return mix(seed, v.bits);
    }
}

static bool is_sequence(pickle_value v) {
    unsigned tag = pickle__tag(v);
    return tag == PICKLE__TAG_TUPLE || tag == PICKLE__TAG_FROZENSET;
}

static bool is_hashed(pickle_value v) {
    return (pickle__node_of(v)->flags & PICKLE__HASHED) != 0;
}

static uint64_t hash_of_done(uint64_t seed, pickle_value v) {
    if (!is_sequence(v)) {
        return hash_atom(seed, v);
    }
    return pickle__tag(v) == PICKLE__TAG_TUPLE ? pickle__tuple_of(v)->hash
                                               : pickle__set_of(v)->hash;
}

static const pickle_value *elements(pickle_value v, size_t *count) {
    if (pickle__tag(v) == PICKLE__TAG_TUPLE) {
        *count = pickle__tuple_of(v)->count;
        return pickle__tuple_of(v)->items;
    }
    *count = pickle__list_of(v)->count;
    return pickle__list_of(v)->items;
}

/* Hash a container whose elements have theirs. */
static void finish(uint64_t seed, pickle_value v) {
    size_t count;
    const pickle_value *items = elements(v, &count);
    bool ordered = pickle__tag(v) == PICKLE__TAG_TUPLE;
    uint64_t h = mix(seed, count * 2 + ordered);
    for (size_t i = 0; i < count; i++) {
        uint64_t one = hash_of_done(seed, items[i]);
        h = ordered ? mix(h, one) : h + mix(seed, one);
    }
    uint32_t folded = (uint32_t)(h ^ h >> 32);
    if (ordered) {
        pickle__tuple_of(v)->hash = folded;
    } else {
        pickle__set_of(v)->hash = folded;
    }
    pickle__node_of(v)->flags |= PICKLE__HASHED;
}

typedef struct hash_frame {
    pickle_value v;
    size_t next;
} hash_frame;

bool pickle__hash(pickle_doc *doc, pickle_value v, uint64_t *hash) {
    uint64_t seed = doc->seed;
    if (!is_sequence(v)) {
        *hash = hash_atom(seed, v);
        return true;
    }
    if (is_hashed(v)) {
        *hash = mix(seed, hash_of_done(seed, v));
        return true;
    }
    hash_frame first[16];
    hash_frame *stack = first;
    size_t cap = 16;
    size_t depth = 1;
    bool ok = true;
    stack[0] = (hash_frame){v, 0};
    while (depth) {
        hash_frame *top = &stack[depth - 1];
        size_t count;
        const pickle_value *items = elements(top->v, &count);
        while (top->next < count && (!is_sequence(items[top->next]) ||
                                     is_hashed(items[top->next]))) {
            top->next++;
        }
        if (top->next == count) {
            finish(seed, top->v);
            depth--;
            continue;
        }
        if (top->v.bits == items[top->next].bits) {
            top->next++; /* only a program that builds could do this */
            continue;
        }
        if (depth == cap) {
            hash_frame *more = pickle__realloc(
                &doc->arena.alloc, stack == first ? NULL : stack,
                stack == first ? 0 : cap * sizeof *stack,
                2 * cap * sizeof *stack);
            if (!more) {
                ok = false;
                break;
            }
            if (stack == first) {
                memcpy(more, first, sizeof first);
            }
            stack = more;
            cap *= 2;
        }
        pickle_value inner =
            elements(stack[depth - 1].v, &count)[stack[depth - 1].next++];
        stack[depth++] = (hash_frame){inner, 0};
    }
    if (stack != first) {
        pickle__free(&doc->arena.alloc, stack, cap * sizeof *stack);
    }
    if (ok) {
        *hash = mix(seed, hash_of_done(seed, v));
    }
    return ok;
}

bool pickle__is_atom(pickle_value v) {
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_TUPLE:
    case PICKLE_KIND_LIST:
    case PICKLE_KIND_DICT:
    case PICKLE_KIND_SET:
    case PICKLE_KIND_FROZENSET: return false;
    default: return true;
    }
}

/* A number as an exact double where it has one; kind tells what it is. */
static bool number_as_double(pickle_value v, double *x) {
    int64_t n;
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_FLOAT: *x = pickle_get_float(v); return true;
    case PICKLE_KIND_BOOL:
    case PICKLE_KIND_INT:
        if (pickle_get_int(v, &n)) {
            *x = (double)n;
            return *x < 9223372036854775808.0 && (int64_t)*x == n;
        }
        return exact_double(pickle__blob_of(v), x);
    default: return false;
    }
}

static bool is_number(pickle_kind k) {
    return k == PICKLE_KIND_BOOL || k == PICKLE_KIND_INT ||
           k == PICKLE_KIND_FLOAT || k == PICKLE_KIND_COMPLEX;
}

static bool ints_equal(pickle_value a, pickle_value b) {
    int64_t m;
    int64_t n;
    bool small = pickle_get_int(a, &m);
    if (small != pickle_get_int(b, &n)) {
        return false;
    }
    if (small) {
        return m == n;
    }
    const pickle__blob *p = pickle__blob_of(a);
    const pickle__blob *q = pickle__blob_of(b);
    return p->len == q->len && memcmp(p->data, q->data, p->len) == 0;
}

static bool numbers_equal(pickle_value a, pickle_kind ka, pickle_value b,
                          pickle_kind kb) {
    if (ka == PICKLE_KIND_COMPLEX || kb == PICKLE_KIND_COMPLEX) {
        double re[2];
        double im[2] = {0, 0};
        if (ka == PICKLE_KIND_COMPLEX) {
            pickle_get_complex(a, &re[0], &im[0]);
        } else if (!number_as_double(a, &re[0])) {
            return false;
        }
        if (kb == PICKLE_KIND_COMPLEX) {
            pickle_get_complex(b, &re[1], &im[1]);
        } else if (!number_as_double(b, &re[1])) {
            return false;
        }
        return re[0] == re[1] && im[0] == im[1];
    }
    if (ka == PICKLE_KIND_FLOAT || kb == PICKLE_KIND_FLOAT) {
        double x;
        double y;
        return number_as_double(a, &x) && number_as_double(b, &y) && x == y;
    }
    return ints_equal(a, b);
}

static bool is_bytes_like(pickle_kind k) {
    return k == PICKLE_KIND_BYTES || k == PICKLE_KIND_BYTEARRAY;
}

bool pickle__atoms_equal(pickle_value a, pickle_value b) {
    pickle_kind ka = pickle_kind_of(a);
    pickle_kind kb = pickle_kind_of(b);
    if (is_number(ka) && is_number(kb)) {
        return numbers_equal(a, ka, b, kb);
    }
    if (pickle_is(a, b)) {
        return true;
    }
    if ((ka == PICKLE_KIND_STR && kb == PICKLE_KIND_STR) ||
        (is_bytes_like(ka) && is_bytes_like(kb))) {
        const pickle__blob *p = pickle__blob_of(a);
        const pickle__blob *q = pickle__blob_of(b);
        return p->len == q->len && memcmp(p->data, q->data, p->len) == 0;
    }
    if (ka == PICKLE_KIND_GLOBAL && kb == PICKLE_KIND_GLOBAL) {
        const pickle__global *g = pickle__global_of(a);
        const pickle__global *h = pickle__global_of(b);
        return pickle__atoms_equal(g->module, h->module) &&
               pickle__atoms_equal(g->qualname, h->qualname);
    }
    return false;
}

bool pickle__keys_equal(pickle_value a, pickle_value b) {
    if (pickle__is_atom(a) || pickle__is_atom(b)) {
        return pickle__atoms_equal(a, b);
    }
    bool equal = false;
    return pickle_is(a, b) ||
           (pickle_equal(a, b, &equal, NULL) == PICKLE_OK && equal);
}

/* ---- the index ---- */

static void put_slot(pickle__index *x, uint64_t hash, size_t position) {
    size_t i = hash & (x->cap - 1);
    while (x->slots[i]) {
        i = (i + 1) & (x->cap - 1);
    }
    x->slots[i] = (uint32_t)(position + 1);
}

/* An index of all keys so far, of room for as many again. NULL on failure. */
static pickle__index *build(pickle_doc *doc, pickle__keys keys) {
    size_t cap = 32;
    while (cap < keys.count * 3) {
        cap *= 2;
    }
    if (keys.count >= UINT32_MAX) {
        return NULL;
    }
    pickle__index *x =
        pickle__arena_alloc(&doc->arena, sizeof *x + cap * sizeof x->slots[0]);
    if (!x) {
        return NULL;
    }
    memset(x->slots, 0, cap * sizeof x->slots[0]);
    x->cap = cap;
    x->count = 0;
    return x;
}

static bool extend(pickle_doc *doc, pickle__keys keys, pickle__index *x) {
    for (; x->count < keys.count; x->count++) {
        uint64_t hash;
        if (!pickle__hash(doc, keys.keys[x->count * keys.stride], &hash)) {
            return false;
        }
        put_slot(x, hash, x->count);
    }
    return true;
}

size_t pickle__find_key(pickle_doc *doc, pickle__keys keys,
                        pickle__index **index, pickle_value key) {
    if (keys.count <= 8) {
        for (size_t i = 0; i < keys.count; i++) {
            if (pickle__keys_equal(keys.keys[i * keys.stride], key)) {
                return i;
            }
        }
        return PICKLE__NOT_FOUND;
    }
    if (!*index || (*index)->cap < keys.count * 2) {
        pickle__index *x = build(doc, keys);
        if (!x) {
            return PICKLE__NO_MEMORY;
        }
        *index = x;
    }
    uint64_t hash;
    if (!extend(doc, keys, *index) || !pickle__hash(doc, key, &hash)) {
        return PICKLE__NO_MEMORY;
    }
    const pickle__index *x = *index;
    for (size_t i = hash & (x->cap - 1); x->slots[i];
         i = (i + 1) & (x->cap - 1)) {
        size_t at = x->slots[i] - 1;
        if (pickle__keys_equal(keys.keys[at * keys.stride], key)) {
            return at;
        }
    }
    return PICKLE__NOT_FOUND;
}
