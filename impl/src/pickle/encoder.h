/*
 * pickle/encoder.h  The pickler's state and what its files share.
 *
 * Nothing recurses: a container being saved is a frame on a stack of the
 * encoder's own. pickle__save() saves what has no parts and pushes a frame for
 * what has; the loop in encoder.c then works on the topmost frame until none
 * is left.
 *
 * Where CPython makes temporary objects (the pair a complex is reduced to, the
 * list of a set's elements below protocol 4, ...) they are made here too, in a
 * document of the encoder's own, and saved like any other value: they take
 * numbers in the memo, hooks are asked for them, and parts of them may be
 * shared with the graph.
 */
#ifndef PICKLE_PICKLE_ENCODER_H
#define PICKLE_PICKLE_ENCODER_H

#include <pickleproof/pickle.h>

#include "base/alloc.h"
#include "base/error.h"
#include "pickle/opcodes.h"
#include "pickle/writer.h"
#include "value/node.h"

#ifdef PICKLE_HOSTILE
enum { PICKLE__FRAMES_START = 1, PICKLE__JOURNAL_START = 1 };
#else
enum { PICKLE__FRAMES_START = 24, PICKLE__JOURNAL_START = 64 };
#endif

/* Items of one APPENDS, SETITEMS or ADDITEMS. */
enum { PICKLE__BATCH = 1000 };

typedef enum pickle__frame_kind {
    /* Values saved one after the other: `left` of them up to index `stop`. */
    PICKLE__FRAME_LIST,      /* node: pickle__list */
    PICKLE__FRAME_SET,       /* node: pickle__list, from protocol 4 */
    PICKLE__FRAME_DICT,      /* node: pickle__dict */
    PICKLE__FRAME_PAIRS,     /* node: pickle__object_more */
    PICKLE__FRAME_TUPLE,     /* node: pickle__tuple */
    PICKLE__FRAME_FROZENSET, /* node: pickle__list, from protocol 4 */
    /* Work in steps. */
    PICKLE__FRAME_OBJECT, /* node: pickle__object; encoder_reduce.c */
    PICKLE__FRAME_GLOBAL, /* node: pickle__global; encoder_global.c */
    PICKLE__FRAME_NESTED, /* node: pickle__global; encoder_global.c */
    PICKLE__FRAME_PERSID
} pickle__frame_kind;

enum {                           /* flags of frames with batches */
       PICKLE__BATCH_OPEN = 1,   /* the closing opcode is due */
       PICKLE__BATCH_SINGLE = 2, /* it is APPEND or SETITEM */
       PICKLE__TAIL_SINGLE = 4,  /* a last batch of one has no MARK */
       PICKLE__TAIL_EMPTY = 8,   /* an empty batch follows a last full one */
       PICKLE__GUARDED = 16,     /* in fast mode: counts for the cycle guard */
       PICKLE__NO_NUMBER = 32    /* an object that is not to be memoized */
};

typedef struct pickle__frame {
    uint8_t kind;
    uint8_t flags;
    uint8_t step;   /* of work in steps */
    uint8_t form;   /* of an object: how it is constructed */
    uint32_t first; /* of a tuple: items left out at its front */
    void *node;
    pickle_value self; /* takes the memo entry; null: a temporary */
    union {
        size_t left;           /* values of the batch not yet saved */
        pickle_value qualname; /* of a global being saved */
    };
    size_t stop; /* index after the batch; else a place, see step */
} pickle__frame;

struct pickle_encoder {
    pickle__writer w;

    /* The memo: journal[i] is the node that has number i, and a node's slot
     * counts if the journal agrees. NULL: a temporary nobody can meet. */
    pickle__node **journal;
    size_t memo_count;
    size_t memo_cap;

    pickle__frame *frames;
    size_t depth;
    size_t frame_space; /* what frames has room for */
    size_t frame_cap;   /* the same, but never above max_depth */
    size_t max_depth;

    int proto;
    int cpython;
    bool memoize; /* protocol 4 and 5: MEMOIZE instead of PUT */
    bool fast;
    bool pure;
    bool fix_imports;   /* and the protocol is below 3 */
    bool inlined;       /* nothing asks for the loop's slow form */
    uint8_t list_flags; /* of the frame of an exact list */
    uint8_t dict_flags; /* of an exact dict or set */
    const pickle_encode_options *opt;
    pickle_error *err;  /* nullable */
    pickle_code failed; /* the last error, for what returns no code */

    pickle_doc *doc;
    pickle_doc *scratch; /* temporaries, NULL until needed */

    /* In fast mode: containers being saved from depth 50 on. */
    pickle__node **guard;
    size_t guard_cap;
    size_t nesting;

    pickle_encode_options own_opt; /* of pickle_encoder_new() */
    pickle_bytes_buffer own_out;

    pickle__frame frames_start[PICKLE__FRAMES_START];
    pickle__node *journal_start[PICKLE__JOURNAL_START];
};

/* ---- encoder.c ---- */

/* Record an error. Returns code. */
pickle_code pickle__encode_fail(pickle_encoder *e, pickle_code code,
                                const char *format, ...) PICKLE__PRINTF(3, 4);

/* Record why a document could not make a value. */
pickle_code pickle__encode_fail_doc(pickle_encoder *e, const pickle_doc *doc);

/* The document of temporaries; NULL (error recorded) on failure. */
pickle_doc *pickle__scratch(pickle_encoder *e);

/* Make room for one more frame. */
pickle_code pickle__frames_grow(pickle_encoder *e);

/* Push a frame; NULL (error recorded) on failure. The caller sets node, self,
 * left and stop as the kind needs them; other frames may have moved. */
pickle__frame *pickle__push_frame(pickle_encoder *e, pickle__frame_kind kind);

/* ---- encoder_save.c ---- */

/* CPython's save(): write a value, or push a frame that will. */
pickle_code pickle__save(pickle_encoder *e, pickle_value v);

/* The same without asking persistent_id. */
pickle_code pickle__save_inner(pickle_encoder *e, pickle_value v);

/* Take up work on the topmost frame, one of the steps. */
pickle_code pickle__persid_step(pickle_encoder *e, pickle__frame *f);

/* A hook has been called: the slots of the nodes may be another encoder's, and
 * the document may have failed. */
pickle_code pickle__after_hook(pickle_encoder *e, bool had_error);

/* ---- encoder_batch.c: containers ---- */

pickle_code pickle__save_list(pickle_encoder *e, pickle_value v);
pickle_code pickle__save_dict(pickle_encoder *e, pickle_value v);
pickle_code pickle__save_set(pickle_encoder *e, pickle_value v);
pickle_code pickle__save_frozenset(pickle_encoder *e, pickle_value v);
pickle_code pickle__save_tuple(pickle_encoder *e, pickle_value v);

/* Save the items of a tuple from `first` on as a new tuple. */
pickle_code pickle__save_tuple_rest(pickle_encoder *e, pickle_value v,
                                    uint32_t first);

/* Save what a reduce's iterators yield. */
pickle_code pickle__save_items(pickle_encoder *e, pickle__object_more *more);
pickle_code pickle__save_pairs(pickle_encoder *e, pickle__object_more *more);

/* The topmost frame has no values left in its batch: close it and open the
 * next, or finish and pop. */
pickle_code pickle__batch_next(pickle_encoder *e, pickle__frame *f);

/* The values of a frame that has some. */
static inline const pickle_value *pickle__frame_values(const pickle__frame *f) {
    switch (f->kind) {
    case PICKLE__FRAME_DICT:
        return &((const pickle__dict *)f->node)->pairs->key;
    case PICKLE__FRAME_PAIRS:
        return &((const pickle__object_more *)f->node)->pairs->key;
    case PICKLE__FRAME_TUPLE:
        return ((const pickle__tuple *)f->node)->items + f->first;
    default: return ((const pickle__list *)f->node)->items;
    }
}

/* ---- encoder_atoms.c ---- */

/* The most digits of an int in decimal, and the refusal of more. */
size_t pickle__max_digits(const pickle_encoder *e);
pickle_code pickle__fail_digits(pickle_encoder *e);

pickle_code pickle__save_int(pickle_encoder *e, pickle_value v);
pickle_code pickle__save_float(pickle_encoder *e, pickle_value v);
pickle_code pickle__save_const(pickle_encoder *e, pickle_value v);
pickle_code pickle__save_str(pickle_encoder *e, pickle_value v);
pickle_code pickle__save_bytes(pickle_encoder *e, pickle_value v);
pickle_code pickle__save_bytearray(pickle_encoder *e, pickle_value v);
pickle_code pickle__save_buffer(pickle_encoder *e, pickle_value v);

/* ---- encoder_global.c ---- */

/* Save a global, self taking the memo entry. */
pickle_code pickle__save_global(pickle_encoder *e, pickle_value self,
                                pickle_value global);
pickle_code pickle__global_step(pickle_encoder *e, pickle__frame *f);
pickle_code pickle__nested_step(pickle_encoder *e, pickle__frame *f);

/* The global of two static names; null (error recorded) on failure. */
pickle_value pickle__named(pickle_encoder *e, const char *module,
                           const char *qualname);

/* ---- encoder_reduce.c, encoder_lower.c ---- */

/* Save an instance or a call, self taking the memo entry. A null object is the
 * failure to make one. */
pickle_code pickle__save_native(pickle_encoder *e, pickle_value v);
pickle_code pickle__save_object(pickle_encoder *e, pickle_value self,
                                pickle_value object);
pickle_code pickle__object_step(pickle_encoder *e, pickle__frame *f);

/* A tuple, and a call of module.qualname, among the temporaries. Null (error
 * recorded) on failure, or if an item is null (then it is recorded already). */
pickle_value pickle__make_tuple(pickle_encoder *e, const pickle_value *items,
                                size_t count);
pickle_value pickle__make_reduce(pickle_encoder *e, pickle_value callable,
                                 const pickle_value *items, size_t count);
pickle_value pickle__make_call(pickle_encoder *e, const char *module,
                               const char *qualname, const pickle_value *items,
                               size_t count);

/* A new tuple of the same items; () and what is no tuple as it is. */
pickle_value pickle__copy_tuple(pickle_encoder *e, pickle_value v);

/* The call that CPython writes for a value that has no opcode of its own at
 * this protocol. Null (error recorded) on failure. */
pickle_value pickle__lower_bytes(pickle_encoder *e, pickle_value v);
pickle_value pickle__lower_bytearray(pickle_encoder *e, pickle_value v);
pickle_value pickle__lower_complex(pickle_encoder *e, pickle_value v);
pickle_value pickle__lower_set(pickle_encoder *e, pickle_value v);
pickle_value pickle__lower_instance(pickle_encoder *e, pickle_value v);
/* functools.partial(cls.__new__, cls, *args, **kwargs), for protocols 2, 3. */
pickle_value pickle__lower_partial(pickle_encoder *e, pickle_value cls,
                                   pickle_value args, pickle_value kwargs);

/* ---- encoder_persid.c ---- */

/* Write str(id) for protocol 0. */
pickle_code pickle__put_persid_text(pickle_encoder *e, pickle_value id);

/* ---- encoder_memo.c ---- */

/* Number a node (NULL: a temporary) and write PUT or MEMOIZE. */
pickle_code pickle__memo_put(pickle_encoder *e, pickle__node *n);

/* Write GET for a node that has a number. */
void pickle__memo_get(pickle_encoder *e, const pickle__node *n);

/* Make room for one more number. */
pickle_code pickle__memo_grow(pickle_encoder *e);

/* Double an array of `size` bytes an element, `start` (NULL: none) being its
 * first storage, which is not freed. NULL on failure: nothing has changed. */
void *pickle__encoder_grow(pickle_encoder *e, void *array, const void *start,
                           size_t *cap, size_t first, size_t size);

/* Put this encoder's numbers back into the nodes. */
void pickle__memo_claim(pickle_encoder *e);

/* fast mode's cycle guard around lists and dicts. */
pickle_code pickle__guard_enter(pickle_encoder *e, pickle__node *n);
void pickle__guard_leave(pickle_encoder *e);

static inline bool pickle__memo_has(const pickle_encoder *e,
                                    const pickle__node *n) {
    return n->memo < e->memo_count && e->journal[n->memo] == n;
}

/* The node that takes a value's number: NULL for a temporary. */
static inline pickle__node *pickle__memo_node(pickle_value self) {
    return pickle_is_null(self) ? NULL : pickle__node_of(self);
}

#endif
