#include "pickletools/memo.h"

#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"

#ifdef PICKLE_HOSTILE
#define FIRST_DENSE ((size_t)2)
#else
#define FIRST_DENSE ((size_t)256)
#endif

/* No node: the root of an empty tree. */
#define NOWHERE UINT32_MAX

/* References to leaves have this bit, those to branches have not. */
#define LEAF (UINT32_C(1) << 31)

/*
 * A leaf is an entry; a branch tells its two subtrees apart by one bit of the
 * key: bit `mask` of byte `at`. Every branch below looks at a later bit.
 */
typedef struct memo_node {
    uint32_t child[2]; /* branch; leaf: offset and length of the key */
    uint32_t at;       /* branch: byte of the key; leaf: value */
    uint8_t mask;
} memo_node;

/* The form of a key in the tree: a prefix-free string of bytes. */
typedef struct key_bytes {
    const uint8_t *data;
    size_t len;
    uint8_t scratch[8];
} key_bytes;

void pickle__dis_memo_init(pickle__memo *m, const pickle_allocator *alloc) {
    memset(m, 0, sizeof *m);
    m->alloc = *alloc;
    m->root = NOWHERE;
}

void pickle__dis_memo_deinit(pickle__memo *m) {
    pickle__free(&m->alloc, m->dense, m->dense_cap * sizeof *m->dense);
    pickle__free(&m->alloc, m->nodes, m->node_cap * sizeof *m->nodes);
    pickle__free(&m->alloc, m->keys, m->key_cap);
    memset(m, 0, sizeof *m);
}

pickle_arg pickle__dis_memo_index(size_t n) {
    pickle_arg arg = {PICKLE_ARG_INT, (int64_t)n, 0, NULL, 0};
    return arg;
}

/* ---- keys ---- */

static void key_of(const pickle_arg *arg, key_bytes *key) {
    if (arg->kind == PICKLE_ARG_BIGINT) {
        key->data = arg->data;
        key->len = arg->len;
        return;
    }
    for (int i = 0; i < 8; i++) {
        key->scratch[i] = (uint8_t)((uint64_t)arg->integer >> 8 * i);
    }
    key->data = key->scratch;
    key->len = 8;
}

/*
 * Byte i of a key as the tree sees it: its length in four bytes, then its
 * bytes, then zeros. The length makes it prefix-free: keys of equal length
 * differ in their bytes, and a big int is never 8 bytes long.
 */
static uint8_t key_byte(const uint8_t *data, size_t len, size_t i) {
    if (i < 4) {
        return (uint8_t)(len >> 8 * i);
    }
    return i - 4 < len ? data[i - 4] : 0;
}

static int direction(const memo_node *branch, const key_bytes *key) {
    return (key_byte(key->data, key->len, branch->at) & branch->mask) != 0;
}

/* The leaf the key would be at, if it is anywhere. The tree is not empty. */
static memo_node *nearest(const pickle__memo *m, const key_bytes *key) {
    uint32_t at = m->root;
    while (!(at & LEAF)) {
        at = m->nodes[at].child[direction(&m->nodes[at], key)];
    }
    return &m->nodes[at & ~LEAF];
}

static bool is_key_of(const pickle__memo *m, const memo_node *leaf,
                      const key_bytes *key) {
    return leaf->child[1] == key->len &&
           memcmp(m->keys + leaf->child[0], key->data, key->len) == 0;
}

/* ---- the array ---- */

static bool is_dense(const pickle__memo *m, const pickle_arg *key) {
    return key->kind != PICKLE_ARG_BIGINT && key->integer >= 0 &&
           (uint64_t)key->integer < m->dense_cap;
}

/* Whether the array should grow for a key: it stays at least a quarter full,
 * but for its first size. */
static bool is_worth_it(const pickle__memo *m, const pickle_arg *key) {
    return key->kind != PICKLE_ARG_BIGINT && key->integer >= 0 &&
           (uint64_t)key->integer < 2 * m->count + FIRST_DENSE;
}

static bool grow_dense(pickle__memo *m, uint64_t key) {
    size_t cap = m->dense_cap ? m->dense_cap : FIRST_DENSE;
    while (cap <= key) {
        cap *= 2;
    }
    uint32_t *dense =
        pickle__realloc(&m->alloc, m->dense, m->dense_cap * sizeof *m->dense,
                        cap * sizeof *m->dense);
    if (!dense) {
        return false;
    }
    for (size_t i = m->dense_cap; i < cap; i++) {
        dense[i] = PICKLE__MEMO_ABSENT;
    }
    m->dense = dense;
    m->dense_cap = cap;
    return true;
}

/* ---- the tree ---- */

uint32_t pickle__dis_memo_get(const pickle__memo *m, const pickle_arg *arg) {
    if (is_dense(m, arg) && m->dense[arg->integer] != PICKLE__MEMO_ABSENT) {
        return m->dense[arg->integer];
    }
    /* An entry may be older than the part of the array it would now be in. */
    if (m->root == NOWHERE) {
        return PICKLE__MEMO_ABSENT;
    }
    key_bytes key;
    key_of(arg, &key);
    const memo_node *leaf = nearest(m, &key);
    return is_key_of(m, leaf, &key) ? leaf->at : PICKLE__MEMO_ABSENT;
}

/* Room for a key, a leaf and a branch. */
static bool reserve(pickle__memo *m, size_t len) {
    if (m->node_cap - m->node_count < 2) {
        size_t cap = m->node_cap ? m->node_cap * 2 : 16;
        memo_node *nodes = cap >= LEAF
                               ? NULL
                               : pickle__realloc(&m->alloc, m->nodes,
                                                 m->node_cap * sizeof *nodes,
                                                 cap * sizeof *nodes);
        if (!nodes) {
            return false;
        }
        m->nodes = nodes;
        m->node_cap = cap;
    }
    if (m->key_cap - m->key_len < len) {
        size_t cap = m->key_cap * 2 + len + 128;
        uint8_t *keys = cap > UINT32_MAX ? NULL
                                         : pickle__realloc(&m->alloc, m->keys,
                                                           m->key_cap, cap);
        if (!keys) {
            return false;
        }
        m->keys = keys;
        m->key_cap = cap;
    }
    return true;
}

static uint32_t add_leaf(pickle__memo *m, const key_bytes *key,
                         uint32_t value) {
    memo_node *leaf = &m->nodes[m->node_count];
    leaf->child[0] = (uint32_t)m->key_len;
    leaf->child[1] = (uint32_t)key->len;
    leaf->at = value;
    leaf->mask = 0;
    memcpy(m->keys + m->key_len, key->data, key->len);
    m->key_len += key->len;
    m->count++;
    return (uint32_t)m->node_count++ | LEAF;
}

/* The first bit in which the key differs from a leaf's: byte and mask. */
static void first_difference(const pickle__memo *m, const memo_node *leaf,
                             const key_bytes *key, memo_node *branch) {
    const uint8_t *other = m->keys + leaf->child[0];
    size_t i = 0;
    uint8_t bits;
    do {
        bits = key_byte(key->data, key->len, i) ^
               key_byte(other, leaf->child[1], i);
        i++;
    } while (!bits);
    branch->at = (uint32_t)(i - 1);
    branch->mask = 0x80;
    while (!(bits & branch->mask)) {
        branch->mask >>= 1;
    }
}

/* Whether a branch looks at an earlier bit than another. */
static bool is_before(const memo_node *a, const memo_node *b) {
    return a->at < b->at || (a->at == b->at && a->mask > b->mask);
}

static bool insert(pickle__memo *m, const key_bytes *key, uint32_t value) {
    if (!reserve(m, key->len)) {
        return false;
    }
    if (m->root == NOWHERE) {
        m->root = add_leaf(m, key, value);
        return true;
    }
    memo_node *leaf = nearest(m, key);
    if (is_key_of(m, leaf, key)) {
        leaf->at = value;
        return true;
    }
    memo_node branch;
    first_difference(m, leaf, key, &branch);
    uint32_t *link = &m->root;
    while (!(*link & LEAF) && is_before(&m->nodes[*link], &branch)) {
        link = &m->nodes[*link].child[direction(&m->nodes[*link], key)];
    }
    int side = direction(&branch, key);
    branch.child[!side] = *link;
    branch.child[side] = add_leaf(m, key, value);
    *link = (uint32_t)m->node_count;
    m->nodes[m->node_count++] = branch;
    return true;
}

bool pickle__dis_memo_set(pickle__memo *m, const pickle_arg *arg,
                          uint32_t value) {
    bool has_tree = m->root != NOWHERE;
    if (!is_dense(m, arg) && is_worth_it(m, arg) &&
        !grow_dense(m, (uint64_t)arg->integer)) {
        return false;
    }
    if (is_dense(m, arg)) {
        uint32_t *slot = &m->dense[arg->integer];
        if (*slot != PICKLE__MEMO_ABSENT) {
            *slot = value;
            return true;
        }
        if (!has_tree || pickle__dis_memo_get(m, arg) == PICKLE__MEMO_ABSENT) {
            *slot = value;
            m->count++;
            return true;
        }
    }
    key_bytes key;
    key_of(arg, &key);
    return insert(m, &key, value);
}
