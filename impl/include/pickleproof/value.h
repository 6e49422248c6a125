/**
 * @file value.h  The values that pickles are made of, and the documents that
 * own them.
 *
 * A **document** owns everything decoded into it or built in it: one arena,
 * freed at once. A pickle_value is a 64-bit handle, passed by value and valid
 * until its document is freed. A document belongs to one thread at a time.
 *
 *     bits  63........48 47..........................................0
 *           any pattern not below          a double, as it is
 *           fff1            0, 1, 2, 3     null handle, None, False, True
 *           fff2            48-bit two's complement   int, when it fits
 *           fff3 .. ffff    address        a node; the tag tells its family
 *
 * Doubles whose own bits would look like a tag (some negative NaNs) are kept in
 * the arena, so every bit pattern survives.
 *
 * **Identity.** str, bytes and every container have identity: two handles are
 * the same object when their bits are equal (pickle_is). Numbers, booleans and
 * None do not. Globals are one object per module and qualified name.
 *
 * **Nothing is ever called.** A decoded class or function is a name; a call of
 * it is a node that says what would have been called with what. This is what
 * makes the library safe on hostile input.
 *
 * **Building.** Constructors return the null handle on failure, and every
 * constructor that is handed a null handle returns one, so a program may build
 * first and ask pickle_doc_error() once.
 */
#ifndef PICKLEPROOF_VALUE_H
#define PICKLEPROOF_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pickleproof/alloc.h>
#include <pickleproof/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A handle to a value; compare with pickle_is(), never look inside. */
typedef struct pickle_value {
    uint64_t bits;
} pickle_value;

/** An owner of values. Opaque. */
typedef struct pickle_doc pickle_doc;

/** What a value is. Numbers are stable. */
typedef enum pickle_kind {
    PICKLE_KIND_NULL = 0, /**< the null handle: no value */
    PICKLE_KIND_NONE = 1,
    PICKLE_KIND_BOOL = 2,
    PICKLE_KIND_INT = 3,
    PICKLE_KIND_FLOAT = 4,
    PICKLE_KIND_COMPLEX = 5,
    PICKLE_KIND_STR = 6,
    PICKLE_KIND_BYTES = 7,
    PICKLE_KIND_BYTEARRAY = 8,
    PICKLE_KIND_TUPLE = 9,
    PICKLE_KIND_LIST = 10,
    PICKLE_KIND_DICT = 11,
    PICKLE_KIND_SET = 12,
    PICKLE_KIND_FROZENSET = 13,
    PICKLE_KIND_GLOBAL =
        14, /**< a class or function: module and qualified name */
    PICKLE_KIND_INSTANCE =
        15, /**< cls.__new__(cls, *args, **kwargs), state, items, pairs */
    PICKLE_KIND_REDUCE =
        16, /**< callable(*args), state, items, pairs, state setter */
    PICKLE_KIND_PERSID =
        17, /**< an object that stays outside, named by its persistent id */
    PICKLE_KIND_NATIVE = 19, /**< an object that only a reducer can pickle: its
                                exact type and what the reducer needs */
    PICKLE_KIND_BUFFER =
        18 /**< a PickleBuffer: read-only or writable, in-band or out-of-band */
} pickle_kind;

/* ---- documents ---- */

/** Options of a document. Zero-initialise, or take pickle_doc_defaults. */
typedef struct pickle_doc_options {
    const pickle_allocator
        *alloc;       /**< copied; NULL means pickle_allocator_default() */
    size_t max_bytes; /**< most memory the document may take, in bytes; 0 means
                         the default, 4 GiB */
    size_t size_hint; /**< bytes expected in all, to size the first block; 0
                         means small */
} pickle_doc_options;

/**
 * Make an empty document.
 *
 * @param[in]  opt  borrowed for the call; NULL means all defaults.
 * @param[out] doc  receives a document owned by the caller; release with
 * pickle_doc_free(). Unchanged on failure.
 * @param[out] err  nullable; always written.
 * @return PICKLE_OK, or PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_doc_new(
    const pickle_doc_options *opt, pickle_doc **doc, pickle_error *err);

/** Free a document and every value in it. @param[in] doc  taken; NULL is
 * allowed. */
PICKLE_API void pickle_doc_free(pickle_doc *doc);

/** The value a document stands for. @param[in] doc  borrowed. @return borrowed;
 * null if none was set. */
PICKLE_API pickle_value pickle_doc_get_root(const pickle_doc *doc);

/** Set the value a document stands for. @param[in] doc  borrowed. @param[in]
 * root  a value of this document. */
PICKLE_API void pickle_doc_set_root(pickle_doc *doc, pickle_value root);

/**
 * The first error of building in this document; PICKLE_OK while there is none.
 * @param[in]  doc  borrowed.
 * @param[out] err  nullable; receives a copy.
 * @return the code.
 */
PICKLE_API pickle_code pickle_doc_error(const pickle_doc *doc,
                                        pickle_error *err);

/** Memory a document holds from its allocator now, in bytes. @param[in] doc
 * borrowed. @return bytes. */
PICKLE_API size_t pickle_doc_memory(const pickle_doc *doc);

/* ---- any value ---- */

/** The kind of a value. @param[in] v  any handle. @return its kind;
 * PICKLE_KIND_NULL for the null handle. */
PICKLE_API pickle_kind pickle_kind_of(pickle_value v);

/** Python's name of a kind, such as "bytearray". @param[in] kind  any. @return
 * static, "?" if not a kind. */
PICKLE_API const char *pickle_kind_name(pickle_kind kind);

/** Whether two handles are the same object, as `is` in Python. */
static inline bool pickle_is(pickle_value a, pickle_value b) {
    return a.bits == b.bits;
}

/** The null handle: no value. */
static inline pickle_value pickle_null(void) {
    pickle_value v = {UINT64_C(0xfff1000000000000)};
    return v;
}

/** Whether a handle is null. */
static inline bool pickle_is_null(pickle_value v) {
    return v.bits == UINT64_C(0xfff1000000000000);
}

/** None. */
static inline pickle_value pickle_none(void) {
    pickle_value v = {UINT64_C(0xfff1000000000001)};
    return v;
}

/** True or False. */
static inline pickle_value pickle_bool(bool b) {
    pickle_value v = {UINT64_C(0xfff1000000000002) + (b ? 1u : 0u)};
    return v;
}

/** Whether v is True. @param[in] v  any. @return true only for True itself. */
static inline bool pickle_get_bool(pickle_value v) {
    return v.bits == UINT64_C(0xfff1000000000003);
}

/**
 * Python's `a == b`, for values of one or two documents. No limit on depth;
 * cycles compare by the pairs on the way.
 *
 * Numbers compare across kinds (1 == 1.0 == True); a str never equals bytes;
 * bytes equals bytearray; globals by name; instances, calls and persistent
 * objects by identity within a document, as objects without `__eq__` do.
 *
 * @param[in]  a      any value.
 * @param[in]  b      any value.
 * @param[out] equal  written on success.
 * @param[out] err    nullable; always written.
 * @return PICKLE_OK, or PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_equal(pickle_value a,
                                                     pickle_value b,
                                                     bool *equal,
                                                     pickle_error *err);

/** Whether Python could hash the value (list, dict, set and bytearray cannot,
 * nor a tuple that holds one). */
PICKLE_API bool pickle_is_hashable(pickle_value v);

/* ---- numbers ---- */

/** An int. @param[in] doc  borrowed. @param[in] n  its value. @return the
 * value; null if out of memory. */
PICKLE_API pickle_value pickle_int(pickle_doc *doc, int64_t n);

/** An int from an unsigned number. @param[in] doc  borrowed. @param[in] n  its
 * value. @return the value or null. */
PICKLE_API pickle_value pickle_int_u64(pickle_doc *doc, uint64_t n);

/**
 * An int of any size from `data[len]`, little-endian two's complement, as
 * `int.from_bytes(data, "little", signed=True)`.
 * @param[in] doc   borrowed.
 * @param[in] data  `data[len]` bytes, borrowed for the call; redundant sign
 * bytes are allowed.
 * @param[in] len   bytes; 0 makes 0.
 * @return the value, or null if out of memory.
 */
PICKLE_API pickle_value pickle_int_bytes(pickle_doc *doc, const void *data,
                                         size_t len);

/**
 * The value of an int that fits 64 bits.
 * @param[in]  v  any value; False and True count as 0 and 1.
 * @param[out] n  written when true is returned.
 * @return false if v is no int or does not fit.
 */
PICKLE_API bool pickle_get_int(pickle_value v, int64_t *n);

/**
 * The shortest little-endian two's complement form of an int.
 * @param[in]  v        an int; for another kind 0 is returned.
 * @param[in]  scratch  8 bytes of the caller's, used for small ints.
 * @param[out] data     receives `data[len]`, borrowed until the document is
 * freed or scratch reused.
 * @return len in bytes, at least 1 for an int (0 is one zero byte).
 */
PICKLE_API size_t pickle_get_int_bytes(pickle_value v, uint8_t scratch[8],
                                       const uint8_t **data);

/** A float; every bit pattern is kept. @param[in] doc  borrowed. @param[in] x
 * its value. @return the value or null. */
PICKLE_API pickle_value pickle_float(pickle_doc *doc, double x);

/** The value of a float. @param[in] v  a float. @return its value, bits kept; 0
 * for another kind. */
PICKLE_API double pickle_get_float(pickle_value v);

/** A complex number. @param[in] doc  borrowed. @param[in] re  its real part.
 * @param[in] im  its imaginary part. @return the value or null. */
PICKLE_API pickle_value pickle_complex(pickle_doc *doc, double re, double im);

/** The parts of a complex number. @param[in] v  a complex. @param[out] re
 * 0 for another kind. @param[out] im  0 for another kind. */
PICKLE_API void pickle_get_complex(pickle_value v, double *re, double *im);

/* ---- str, bytes, bytearray, buffer ---- */

/**
 * A str, copied into the document.
 * @param[in] doc   borrowed.
 * @param[in] utf8  `utf8[len]` bytes of UTF-8 in which a lone surrogate is
 * three bytes of its own ("surrogatepass").
 * @param[in] len   bytes.
 * @return a new object; null if out of memory or not such UTF-8
 * (PICKLE_ERR_UNICODE_DECODE).
 */
PICKLE_API pickle_value pickle_str(pickle_doc *doc, const char *utf8,
                                   size_t len);

/** As pickle_str() from a NUL-terminated string. */
PICKLE_API pickle_value pickle_str_z(pickle_doc *doc, const char *utf8);

/** As pickle_str(), but the bytes are borrowed until the document is freed. */
PICKLE_API pickle_value pickle_str_borrow(pickle_doc *doc, const char *utf8,
                                          size_t len);

/** A bytes object, copied. @param[in] doc  borrowed. @param[in] data
 * `data[len]`. @param[in] len  bytes. */
PICKLE_API pickle_value pickle_bytes(pickle_doc *doc, const void *data,
                                     size_t len);

/** As pickle_bytes(), but `data[len]` is borrowed until the document is freed.
 */
PICKLE_API pickle_value pickle_bytes_borrow(pickle_doc *doc, const void *data,
                                            size_t len);

/** A bytearray, copied. @param[in] doc  borrowed. @param[in] data  `data[len]`.
 * @param[in] len  bytes. */
PICKLE_API pickle_value pickle_bytearray(pickle_doc *doc, const void *data,
                                         size_t len);

/** How a PickleBuffer is held. */
typedef enum pickle_buffer_flags {
    PICKLE_BUFFER_READONLY = 1,
    PICKLE_BUFFER_OUT_OF_BAND = 2
} pickle_buffer_flags;

/**
 * A PickleBuffer over `data[len]`, borrowed until the document is freed (PEP
 * 574).
 * @param[in] doc    borrowed.
 * @param[in] data   `data[len]` bytes.
 * @param[in] len    bytes.
 * @param[in] flags  of pickle_buffer_flags. Out-of-band buffers go to the
 * encoder's buffer_callback.
 * @return a new object, or null.
 */
PICKLE_API pickle_value pickle_buffer(pickle_doc *doc, const void *data,
                                      size_t len, unsigned flags);

/** The flags of a PickleBuffer. @param[in] v  a buffer. @return of
 * pickle_buffer_flags, 0 for another kind. */
PICKLE_API unsigned pickle_get_buffer_flags(pickle_value v);

/**
 * The bytes of a str (UTF-8), bytes, bytearray or buffer.
 * @param[in]  v    the value.
 * @param[out] len  receives the length in bytes; 0 for another kind.
 * @return `data[len]`, borrowed until the document is freed, not
 * NUL-terminated; NULL for another kind.
 */
PICKLE_API const uint8_t *pickle_get_data(pickle_value v, size_t *len);

/** Whether a str has exactly the bytes of a NUL-terminated string. @return
 * false for another kind. */
PICKLE_API bool pickle_str_equals(pickle_value v, const char *utf8);

/* ---- tuple, list, set, frozenset ---- */

/**
 * A tuple. `()` is one object per document, as in CPython.
 * @param[in] doc    borrowed.
 * @param[in] items  `items[count]`, copied; null handles are for
 * pickle_tuple_set() to fill. NULL makes a tuple of null handles.
 * @param[in] count  elements.
 */
PICKLE_API pickle_value pickle_tuple(pickle_doc *doc, const pickle_value *items,
                                     size_t count);

/** Put an element of a tuple that is being built (for cycles). @return
 * PICKLE_OK or PICKLE_ERR_BUG. */
PICKLE_API pickle_code pickle_tuple_set(pickle_value tuple, size_t index,
                                        pickle_value item);

/** A list with room for `cap` elements. @param[in] doc  borrowed. @param[in]
 * cap  elements, 0 allowed. */
PICKLE_API pickle_value pickle_list(pickle_doc *doc, size_t cap);

/** Append to a list. @return PICKLE_OK, or the document's sticky error. */
PICKLE_API pickle_code pickle_list_append(pickle_doc *doc, pickle_value list,
                                          pickle_value item);

/** An empty set with room for `cap` elements. */
PICKLE_API pickle_value pickle_set(pickle_doc *doc, size_t cap);

/** An empty frozenset with room for `cap` elements, to be filled before it is
 * used. */
PICKLE_API pickle_value pickle_frozenset(pickle_doc *doc, size_t cap);

/** Add to a set or a frozenset being built; an equal element is kept.
 * Unhashable: PICKLE_ERR_UNHASHABLE, sticky. */
PICKLE_API pickle_code pickle_set_add(pickle_doc *doc, pickle_value set,
                                      pickle_value item);

/**
 * The elements of a tuple, list, set or frozenset, in order (a set's: order of
 * insertion).
 * @param[in]  v      the value.
 * @param[out] count  receives the number of elements; 0 for another kind.
 * @return `items[count]`, borrowed until the container changes.
 */
PICKLE_API const pickle_value *pickle_get_items(pickle_value v, size_t *count);

/** Number of elements of a tuple, list, set or frozenset, or of entries of a
 * dict; 0 for another kind. */
PICKLE_API size_t pickle_get_count(pickle_value v);

/** Element `index` of a tuple or list. @return null if there is none. */
PICKLE_API pickle_value pickle_get_item(pickle_value v, size_t index);

/** Whether a set or frozenset holds an element equal to item. */
PICKLE_API bool pickle_set_has(pickle_value set, pickle_value item);

/* ---- dict ---- */

/** One entry of a dict, or one key and value that an object was given. */
typedef struct pickle_pair {
    pickle_value key;
    pickle_value value;
} pickle_pair;

/** An empty dict with room for `cap` entries. */
PICKLE_API pickle_value pickle_dict(pickle_doc *doc, size_t cap);

/**
 * `dict[key] = value`: an equal key is kept and its value replaced; a new one
 * goes to the end.
 * @return PICKLE_OK, or the document's sticky error: PICKLE_ERR_UNHASHABLE,
 * PICKLE_ERR_NOMEM.
 */
PICKLE_API pickle_code pickle_dict_set(pickle_doc *doc, pickle_value dict,
                                       pickle_value key, pickle_value value);

/** The value of an equal key. @return null if there is none. Linear up to 8
 * entries, then by an index built on first use. */
PICKLE_API pickle_value pickle_dict_get(pickle_value dict, pickle_value key);

/** As pickle_dict_get() for a str key given as a NUL-terminated string. */
PICKLE_API pickle_value pickle_dict_get_z(pickle_value dict, const char *utf8);

/** The entries of a dict in order of insertion. @param[out] count  receives
 * their number. @return `pairs[count]`. */
PICKLE_API const pickle_pair *pickle_get_pairs(pickle_value dict,
                                               size_t *count);

/* ---- globals, objects ---- */

/**
 * The class or function `module.qualname`: one object per document and name.
 * @param[in] doc       borrowed.
 * @param[in] module    NUL-terminated UTF-8.
 * @param[in] qualname  NUL-terminated UTF-8; nested names are dotted
 * ("Outer.Inner").
 */
PICKLE_API pickle_value pickle_global(pickle_doc *doc, const char *module,
                                      const char *qualname);

/**
 * As pickle_global(), from two str objects of the document that the pickler
 * will treat as `__module__` and
 * `__qualname__` (their identity decides what is memoized). If the global
 * exists already, it is returned as it is.
 */
PICKLE_API pickle_value pickle_global_str(pickle_doc *doc, pickle_value module,
                                          pickle_value qualname);

/** The `__module__` of a global, a str; null for another kind. */
PICKLE_API pickle_value pickle_get_module(pickle_value global);

/** The `__qualname__` of a global, a str; null for another kind. */
PICKLE_API pickle_value pickle_get_qualname(pickle_value global);

/** Whether v is the global module.qualname. */
PICKLE_API bool pickle_is_global(pickle_value v, const char *module,
                                 const char *qualname);

/** What copyreg._reduce_ex finds for an instance at protocols 0 and 1. */
typedef enum pickle_base {
    PICKLE_BASE_OBJECT = 0,
    PICKLE_BASE_INT, /**< the base value is args[0], also for the next five */
    PICKLE_BASE_FLOAT,
    PICKLE_BASE_STR,
    PICKLE_BASE_BYTES,
    PICKLE_BASE_TUPLE,
    PICKLE_BASE_COMPLEX,
    PICKLE_BASE_LIST,   /**< the base value is a new list of the items */
    PICKLE_BASE_DICT,   /**< the base value is a new dict of the pairs */
    PICKLE_BASE_REFUSES /**< `__slots__` without `__getstate__`: protocols 0 and
                           1 raise TypeError */
} pickle_base;

/**
 * An instance of a class: `cls.__new__(cls, *args)`. Add state, items, pairs,
 * kwargs and base with the setters below. Pickled as object.__reduce_ex__ does:
 * copyreg._reconstructor at protocols 0 and 1, NEWOBJ or NEWOBJ_EX from 2.
 * @param[in] cls   any value; a global as a rule.
 * @param[in] args  a tuple; null means `()`.
 */
PICKLE_API pickle_value pickle_instance(pickle_doc *doc, pickle_value cls,
                                        pickle_value args);

/**
 * What a call returned: `callable(*args)`, as a reduce tuple says it. The tuple
 * keeps its identity: one that is used elsewhere too is pickled once.
 * @param[in] args  a tuple.
 */
PICKLE_API pickle_value pickle_reduce(pickle_doc *doc, pickle_value callable,
                                      pickle_value args);

/** Add a state for BUILD (or for the state setter). Called again: one more
 * BUILD. */
PICKLE_API pickle_code pickle_object_add_state(pickle_doc *doc,
                                               pickle_value object,
                                               pickle_value state);

/** Add an item (APPEND, APPENDS, ADDITEMS: the fourth member of a reduce
 * tuple). */
PICKLE_API pickle_code pickle_object_add_item(pickle_doc *doc,
                                              pickle_value object,
                                              pickle_value item);

/** Add a key and value (SETITEM, SETITEMS: the fifth member of a reduce tuple).
 */
PICKLE_API pickle_code pickle_object_add_pair(pickle_doc *doc,
                                              pickle_value object,
                                              pickle_value key,
                                              pickle_value value);

/** Set keyword arguments of an instance, a dict (NEWOBJ_EX, also with an empty
 * dict). Null: none (NEWOBJ). */
PICKLE_API pickle_code pickle_object_set_kwargs(pickle_doc *doc,
                                                pickle_value object,
                                                pickle_value kwargs);

/** Set the state setter of a call (the sixth member of a reduce tuple). */
PICKLE_API pickle_code pickle_object_set_setter(pickle_doc *doc,
                                                pickle_value object,
                                                pickle_value setter);

/** Set the base of an instance for protocols 0 and 1. */
PICKLE_API pickle_code pickle_object_set_base(pickle_doc *doc,
                                              pickle_value object,
                                              pickle_base base);

/** The class of an instance or the callable of a call; null for another kind.
 */
PICKLE_API pickle_value pickle_get_callable(pickle_value object);

/** The tuple of arguments of an instance or a call. */
PICKLE_API pickle_value pickle_get_args(pickle_value object);

/** The last state given, null if none. */
PICKLE_API pickle_value pickle_get_state(pickle_value object);

/** All states given, in order. @param[out] count  receives their number. */
PICKLE_API const pickle_value *pickle_object_get_states(pickle_value object,
                                                        size_t *count);

/** The items added, in order. @param[out] count  receives their number. */
PICKLE_API const pickle_value *pickle_object_get_items(pickle_value object,
                                                       size_t *count);

/** The pairs added, in order, as given (equal keys are all kept). @param[out]
 * count  receives their number. */
PICKLE_API const pickle_pair *pickle_object_get_pairs(pickle_value object,
                                                      size_t *count);

/** The keyword arguments of an instance, a dict; null if none. */
PICKLE_API pickle_value pickle_object_get_kwargs(pickle_value object);

/** The state setter of a call; null if none. */
PICKLE_API pickle_value pickle_object_get_setter(pickle_value object);

/** The base of an instance for protocols 0 and 1. */
PICKLE_API pickle_base pickle_object_get_base(pickle_value object);

/**
 * An object that only a reducer can pickle: a bound method, a socket, an object
 * of the embedding program. Without a reducer for its type (pickle.h,
 * reduction.h) pickling it raises TypeError, as CPython does.
 *
 * @param[in] doc     borrowed.
 * @param[in] type    its exact type, a global; pickle_get_callable() gives it.
 * @param[in] fields  a tuple of what the reducer needs; pickle_get_args() gives
 *                    it. Null means `()`.
 * @return a new object, or null.
 */
PICKLE_API pickle_value pickle_native(pickle_doc *doc, pickle_value type,
                                      pickle_value fields);

/** A persistent object: pickled as its id (PERSID, BINPERSID). */
PICKLE_API pickle_value pickle_persid(pickle_doc *doc, pickle_value id);

/** The id of a persistent object; null for another kind. */
PICKLE_API pickle_value pickle_get_persid(pickle_value v);

/* ---- canonical text (harness/PROTOCOL.md) ---- */

/** Options of canonical text. */
typedef struct pickle_text_options {
    bool labels;      /**< write `$n` for str, bytes and persistent objects met
                         twice, globals' own strings, and sets in order */
    size_t max_bytes; /**< most text to write, in bytes; 0 means the default, 1
                         GiB */
} pickle_text_options;

/**
 * Write the canonical text of a value. No limit on depth, cycles allowed.
 *
 * @param[in]  v     the value.
 * @param[in]  opt   borrowed; NULL means no labels: the form in which a load is
 * reported.
 * @param[in]  alloc borrowed; NULL means pickle_allocator_default(). Allocates
 * the text.
 * @param[out] text  receives `text[len]` and a NUL, owned by the caller;
 * release with pickle_text_free().
 * @param[out] len   receives the length in bytes, without the NUL.
 * @param[out] err   nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_NOMEM or PICKLE_ERR_LIMIT.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_text_write(
    pickle_value v, const pickle_text_options *opt,
    const pickle_allocator *alloc, char **text, size_t *len, pickle_error *err);

/** Release the text of pickle_text_write(). @param[in] text  as received;
 * NULL is allowed. @param[in] len  as received. */
PICKLE_API void pickle_text_free(const pickle_allocator *alloc, char *text,
                                 size_t len);

/**
 * Read canonical text into a document, labels included.
 *
 * @param[in]  doc   borrowed.
 * @param[in]  text  `text[len]`, borrowed for the call.
 * @param[in]  len   bytes.
 * @param[out] v     receives the value; unchanged on failure.
 * @param[out] err   nullable; always written; offset is the byte at fault.
 * @return PICKLE_OK, PICKLE_ERR_TEXT_SYNTAX, PICKLE_ERR_TEXT_REFERENCE,
 * PICKLE_ERR_UNICODE_DECODE, PICKLE_ERR_UNHASHABLE, PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_text_read(pickle_doc *doc,
                                                         const char *text,
                                                         size_t len,
                                                         pickle_value *v,
                                                         pickle_error *err);

#ifdef __cplusplus
}
#endif

#endif
