/*
 * value/node.h  How values lie in memory. Private to impl: value, pickle,
 * pickletools and reduction may look inside.
 *
 * A handle's top 16 bits are its tag (pickleproof/value.h draws it). Every
 * node starts with a header that holds the encoder's memo slot, so that
 * pickling needs no table of pointers:
 *
 *     0        4      5      6      8
 *     | memo   | kind | flags| aux  | what the kind adds ...
 *
 * A slot is never cleared. An encoder keeps the nodes it memoized in an array,
 * and a slot counts only if that array's entry points back at the node.
 */
#ifndef PICKLE_VALUE_NODE_H
#define PICKLE_VALUE_NODE_H

#include <string.h>

#include <pickleproof/value.h>

#include "base/arena.h"

/* ---- handles ---- */

enum {
    PICKLE__TAG_CONST = 0xfff1,
    PICKLE__TAG_INT = 0xfff2,    /* 48-bit two's complement */
    PICKLE__TAG_NUMBER = 0xfff3, /* big int, boxed float: no identity */
    PICKLE__TAG_STR = 0xfff4,
    PICKLE__TAG_BYTES = 0xfff5,
    PICKLE__TAG_BYTEARRAY = 0xfff6,
    PICKLE__TAG_TUPLE = 0xfff7,
    PICKLE__TAG_LIST = 0xfff8,
    PICKLE__TAG_DICT = 0xfff9,
    PICKLE__TAG_SET = 0xfffa,
    PICKLE__TAG_FROZENSET = 0xfffb,
    PICKLE__TAG_GLOBAL = 0xfffc,
    PICKLE__TAG_OBJECT = 0xfffd, /* instance, reduced call */
    PICKLE__TAG_OTHER = 0xfffe   /* complex, buffer, persistent object */
};

#define PICKLE__ADDRESS_MASK UINT64_C(0x0000ffffffffffff)
#define PICKLE__NO_MEMO      UINT32_MAX

static inline unsigned pickle__tag(pickle_value v) {
    return (unsigned)(v.bits >> 48);
}

/* A double that is not a node: every pattern below the tags. */
static inline bool pickle__is_double(pickle_value v) {
    return v.bits < UINT64_C(0xfff1000000000000);
}

static inline bool pickle__is_small_int(pickle_value v) {
    return pickle__tag(v) == PICKLE__TAG_INT;
}

static inline int64_t pickle__small_int(pickle_value v) {
    return (int64_t)(v.bits << 16) >> 16;
}

static inline bool pickle__fits_small_int(int64_t n) {
    return n >= -(INT64_C(1) << 47) && n < (INT64_C(1) << 47);
}

static inline pickle_value pickle__make_small_int(int64_t n) {
    pickle_value v = {(uint64_t)PICKLE__TAG_INT << 48 |
                      ((uint64_t)n & PICKLE__ADDRESS_MASK)};
    return v;
}

static inline pickle_value pickle__make(unsigned tag, const void *node) {
    pickle_value v = {(uint64_t)tag << 48 | (uint64_t)(uintptr_t)node};
    return v;
}

/* ---- nodes ---- */

typedef struct pickle__node {
    uint32_t memo; /* the encoder's slot: see above */
    uint8_t kind;  /* pickle_kind */
    uint8_t flags; /* of the kind */
    uint16_t aux;  /* of the kind */
} pickle__node;

_Static_assert(sizeof(pickle_value) == 8, "a handle is 64 bits");
_Static_assert(sizeof(pickle__node) == 8, "the header is 8 bytes");

static inline pickle__node *pickle__node_of(pickle_value v) {
    return (pickle__node *)(uintptr_t)(v.bits & PICKLE__ADDRESS_MASK);
}

/* str, bytes, bytearray, buffer, and the big int (two's complement). The data
 * follows the node, or stands in borrowed memory. */
typedef struct pickle__blob {
    pickle__node node;
    size_t len;
    const uint8_t *data;
} pickle__blob;

/* Flag of a buffer beside those of value.h: a memoryview that READONLY_BUFFER
 * made. What lies under it can be written, so it has no hash. */
enum { PICKLE__BUFFER_VIEW = 4 };

enum { /* flags of str and bytes */
       PICKLE__STR_ASCII = 1,
       PICKLE__SHARED = 2,    /* CPython's own: '', 'a', b'', b'a', 'latin1' */
       PICKLE__STR_MODULE = 4 /* the str that globals of a module share */
};

typedef struct pickle__float {
    pickle__node node;
    double re;
    double im; /* of a complex; absent from a float */
} pickle__float;

typedef struct pickle__tuple {
    pickle__node node; /* flags: PICKLE__HASHABLE */
    uint32_t count;
    uint32_t class; /* of those it is equal to, see keys.h; 0: not known */
    pickle_value items[];
} pickle__tuple;

/* Open addressing over positions in the array; lives in the arena. */
typedef struct pickle__index pickle__index;

/* list, and the front of set and frozenset. */
typedef struct pickle__list {
    pickle__node node;
    size_t count;
    size_t cap;
    pickle_value *items;
} pickle__list;

typedef struct pickle__set {
    pickle__list list;    /* flags: PICKLE__UNCHECKED */
    pickle__index *index; /* NULL until a lookup or a check needs it */
    pickle_doc *doc;      /* its memory, for the index */
    uint32_t class;       /* as a tuple's */
} pickle__set;

/* Entries in order. A decoder appends without looking for equal keys and sets
 * PICKLE__UNCHECKED; the first reader calls pickle__dict_check(). */
typedef struct pickle__dict {
    pickle__node node;
    size_t count;
    size_t cap;
    pickle_pair *pairs;
    pickle__index *index; /* NULL until a lookup or a check needs it */
    pickle_doc *doc;      /* its memory, for the index */
} pickle__dict;

enum {
    PICKLE__UNCHECKED = 1, /* dict, set, frozenset: may hold equal keys */
    PICKLE__HASHABLE = 2,  /* tuple: known to be hashable */
    PICKLE__ON_PATH = 4    /* tuple: being walked, see value_hashable() */
};

typedef struct pickle__global {
    pickle__node node;
    pickle_value module;         /* str */
    pickle_value qualname;       /* str */
    struct pickle__global *next; /* in its bucket of the document's table */
    uint64_t hash;
    uint32_t known; /* a known constructor (pickle/known.def), 0 if none or not
                       looked up; see flags */
} pickle__global;

/* The str that the globals of one module share. */
typedef struct pickle__module {
    pickle_value name;
    struct pickle__module *next;
} pickle__module;

enum { PICKLE__MODULE_BUCKETS = 64 };

/* What few objects have. */
typedef struct pickle__object_more {
    pickle__list items; /* node unused */
    pickle_pair *pairs;
    size_t pair_count;
    size_t pair_cap;
    pickle__list more_states; /* node unused: all states, when more than one */
    pickle_value kwargs;
    pickle_value setter;
} pickle__object_more;

/* An instance or a reduced call; aux is the pickle_base of an instance. */
typedef struct pickle__object {
    pickle__node node;
    pickle_value callable; /* or class */
    pickle_value args;     /* a tuple */
    pickle_value state;    /* the last one; null if none */
    pickle__object_more *more;
} pickle__object;

typedef struct pickle__persid {
    pickle__node node;
    pickle_value id;
} pickle__persid;

static inline pickle__blob *pickle__blob_of(pickle_value v) {
    return (pickle__blob *)pickle__node_of(v);
}
static inline pickle__tuple *pickle__tuple_of(pickle_value v) {
    return (pickle__tuple *)pickle__node_of(v);
}
static inline pickle__list *pickle__list_of(pickle_value v) {
    return (pickle__list *)pickle__node_of(v);
}
static inline pickle__set *pickle__set_of(pickle_value v) {
    return (pickle__set *)pickle__node_of(v);
}
static inline pickle__dict *pickle__dict_of(pickle_value v) {
    return (pickle__dict *)pickle__node_of(v);
}
static inline pickle__global *pickle__global_of(pickle_value v) {
    return (pickle__global *)pickle__node_of(v);
}
static inline pickle__object *pickle__object_of(pickle_value v) {
    return (pickle__object *)pickle__node_of(v);
}

/* ---- documents ---- */

/* Tuples and frozensets that are equal: the first met stands for all. */
typedef struct pickle__class {
    pickle_value v;
    uint64_t hash;
} pickle__class;

typedef struct pickle__classes {
    pickle__arena *arena;
    uint64_t seed;
    pickle__class *all; /* class i + 1 */
    size_t count;
    size_t cap;
    uint32_t *slots; /* 2 * cap, open addressing by hash; 0 is free */
} pickle__classes;

struct pickle_doc {
    pickle__arena arena;
    pickle_value root;
    pickle_value empty_tuple; /* made on first use; null until then */
    pickle_value latin1;      /* the interned 'latin1', made on first use */
    pickle_value
        *char_str; /* 257: '' and the latin-1 singletons; NULL until used */
    pickle_value
        *char_bytes; /* 257: b'' and one-byte singletons; NULL until used */
    pickle__global **globals; /* hash table by (module, qualname) */
    size_t global_count;
    pickle__module **modules; /* hash table by name */
    size_t module_cap;
    size_t global_cap;       /* a power of two */
    void *memo_owner;        /* the encoder whose slots stand in the nodes */
    pickle__classes classes; /* of keys; its seed is that of every index */
    pickle_error error;      /* sticky, of building */
    size_t struct_size; /* of the block that holds this struct and the first
                           chunk */
};

/* Record an error of building, if there is none yet; returns null. */
pickle_value pickle__doc_error(pickle_doc *doc, pickle_code code,
                               const char *where);

/* The same for a failed allocation: NOMEM or LIMIT. */
pickle_value pickle__doc_fail(pickle_doc *doc);

/* Allocate a node with its header filled; NULL (sticky error set) on failure.
 */
static inline void *pickle__node_new(pickle_doc *doc, size_t size,
                                     pickle_kind kind) {
    pickle__node *n = pickle__arena_alloc(&doc->arena, size);
    if (PICKLE__UNLIKELY(!n)) {
        pickle__doc_fail(doc);
        return NULL;
    }
    n->memo = PICKLE__NO_MEMO;
    n->kind = (uint8_t)kind;
    n->flags = 0;
    n->aux = 0;
    return n;
}

/* ---- constructors for the decoder and the encoder: no checks of their own
 * ---- */

/* A blob with `data[len]` copied behind the node, or borrowed. The caller has
 * checked UTF-8 and sets the flags. Null on failure. */
pickle_value pickle__blob_copy(pickle_doc *doc, unsigned tag, pickle_kind kind,
                               const void *data, size_t len);
pickle_value pickle__blob_borrow(pickle_doc *doc, unsigned tag,
                                 pickle_kind kind, const void *data,
                                 size_t len);

/* CPython's shared objects: '' and one-character latin-1 strs (index 256 is the
 * empty one, otherwise the code point), b'' and one-byte bytes. */
pickle_value pickle__char_str(pickle_doc *doc, unsigned index);
pickle_value pickle__char_bytes(pickle_doc *doc, unsigned index);

/* The interned 'latin1' the pickler writes for bytes below protocol 3. */
pickle_value pickle__latin1(pickle_doc *doc);

/* The global of two strs, one object per name. Null on failure. */
pickle_value pickle__global_named(pickle_doc *doc, const uint8_t *module,
                                  size_t module_len, const uint8_t *qualname,
                                  size_t qualname_len);

/*
 * An array of `count` members of `size` bytes, moved to where there is room for
 * `more`: exactly that at first, since most are filled at once, later half as
 * many again. *cap is the new room. NULL, recorded, on failure: the array
 * stays.
 */
void *pickle__array_grow(pickle_doc *doc, void *array, size_t count,
                         size_t *cap, size_t more, size_t size);

/* Make room for `more` further elements or entries. False on failure. */
bool pickle__list_reserve(pickle_doc *doc, pickle__list *l, size_t more);
bool pickle__dict_reserve(pickle_doc *doc, pickle__dict *d, size_t more);

/* As pickle_set_add() and pickle_dict_set(), without a look at what is there:
 * where tuples and frozensets are not whole yet, none can be compared. */
pickle_code pickle__set_put(pickle_doc *doc, pickle_value set,
                            pickle_value item);
pickle_code pickle__dict_put(pickle_doc *doc, pickle_value dict,
                             pickle_value key, pickle_value value);

/* Drop later equal keys or elements and clear PICKLE__UNCHECKED. A dict keeps
 * the first key and the last value, a set the first element. False if out of
 * memory: then nothing has changed. Any reader of entries calls these. */
bool pickle__dict_check(pickle__dict *d);
bool pickle__set_check(pickle__set *s);

/* Give back what a long list holds in reserve. */
void pickle__list_trim(pickle_doc *doc, pickle__list *l);

/* What few objects have, made on first use. NULL on failure. */
pickle__object_more *pickle__object_more_of(pickle_doc *doc, pickle__object *o);

#endif
