/*
 * pickle/decoder.h  The unpickler's state and what its files share.
 *
 * One value stack, one stack of mark positions, the memo. The bytes at hand
 * are [begin, data_end): the whole input, or what a stream has delivered.
 *
 * Two layers execute opcodes. pickle__op() (decoder_ops.c) knows every opcode,
 * every profile and every error, and reads byte by byte where it must. The
 * loop in decoder.c handles the frequent opcodes inline when their bytes are
 * at hand and nothing can go wrong, and falls back to pickle__op() otherwise,
 * so that errors are made in one place only.
 */
#ifndef PICKLE_PICKLE_DECODER_H
#define PICKLE_PICKLE_DECODER_H

#include <pickleproof/pickle.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/utf8.h"
#include "pickle/known.h"
#include "pickle/opcodes.h"
#include "value/node.h"

/* What starts inside the decoder and moves to the heap when it grows. */
#ifdef PICKLE_HOSTILE
enum {
    PICKLE__STACK_START = 3,
    PICKLE__MEMO_START = 2,
    PICKLE__MARK_START = 1
};
#else
enum {
    PICKLE__STACK_START = 64,
    PICKLE__MEMO_START = 64,
    PICKLE__MARK_START = 32
};
#endif

/* The part of the state the loop keeps in registers. */
typedef struct pickle__hot {
    const uint8_t *p;    /* next byte */
    const uint8_t *end;  /* of the bytes that may be read: data or frame */
    const uint8_t *at;   /* the opcode being executed */
    pickle_value *sp;    /* one past the top of the stack */
    pickle_value *fence; /* of the topmost mark, or the base of the stack */
    pickle_value *limit; /* end of the stack's storage */
} pickle__hot;

/* What an extension code stands for, once it has been looked up. */
typedef struct pickle__extension {
    pickle_value value;
    int32_t code;
} pickle__extension;

/* Memo entries whose index is far from the others: open addressing. */
typedef struct pickle__sparse_entry {
    uint64_t index;
    pickle_value value; /* null: free */
} pickle__sparse_entry;

struct pickle_decoder {
    pickle__hot hot;
    pickle_doc *doc;

    pickle_value *stack;
    size_t *marks; /* positions in the stack */
    size_t mark_count;
    size_t mark_cap;
    size_t mark_limit; /* marks that need no look at storage or options */

    pickle_value *memo; /* [memo_len]; null handles are gaps */
    size_t memo_len;
    size_t memo_cap;
    size_t memo_fast; /* memo_cap while the entries are [0, memo_len), else 0 */
    uint64_t cpython_memo; /* how long 3.15's array is; 0 not asked */
    size_t memo_count;     /* entries CPython counts: MEMOIZE's next index */
    pickle__sparse_entry *sparse;
    size_t sparse_count;
    size_t sparse_cap; /* a power of two, or 0 */

    const uint8_t *begin;    /* of the bytes at hand */
    const uint8_t *data_end; /* of the bytes at hand */
    size_t base;             /* offset of begin in the input */
    pickle_read_fn read;     /* NULL: memory */
    void *read_ctx;
    uint8_t *buf; /* a stream's bytes at hand */
    size_t buf_cap;
    bool in_frame; /* hot.end is the end of a frame */

    int op; /* the opcode at work, for errors; -1 none */
    size_t op_off;

    int cpython;
    unsigned proto;
    bool pure;          /* equal pickle._Unpickler */
    bool strict_frames; /* nothing may cross a frame's end */
    bool borrow;
    size_t next_buffer;
    pickle_decode_options opt;
    pickle_allocator alloc;
    pickle_error error;

    pickle_value empty_frozenset; /* null until made */
    size_t plan_left;  /* bytes that arrays may still be planned ahead */
    pickle_value *big; /* lists and dicts to trim when the pickle is read */
    size_t big_count;
    size_t big_cap;
    pickle__extension *extensions; /* the codes met so far */
    size_t extension_count;
    size_t extension_cap;

    pickle_value stack_start[PICKLE__STACK_START];
    pickle_value memo_start[PICKLE__MEMO_START];
    size_t mark_start[PICKLE__MARK_START];
};

/* A line without its newline. */
typedef struct pickle__line {
    const uint8_t *text;
    size_t len;
    bool ended; /* false: the input ended first (pure Python goes on) */
} pickle__line;

/* ---- decoder.c ---- */

/* Record an error of the opcode at work. Returns code. */
pickle_code pickle__fail(pickle_decoder *d, pickle_code code,
                         const char *format, ...) PICKLE__PRINTF(3, 4);

/* Record why the document could not make a value: NOMEM, LIMIT, ... */
pickle_code pickle__fail_doc(pickle_decoder *d);

/* Grow an array of the decoder to at least `need` elements; `start` is its
 * storage inside the decoder, which is copied, not freed. */
bool pickle__decoder_grow(pickle_decoder *d, void **array, const void *start,
                          size_t *cap, size_t need, size_t size);

/* Make room for one more value on the stack. */
pickle_code pickle__stack_grow(pickle_decoder *d);

/* ---- decoder_plan.c: sizes guessed from how far the input is read ---- */

/* Start a pickle: `len` bytes are at hand. */
void pickle__plan_start(pickle_decoder *d, size_t len);

/* The size of the next chunk of the document. */
size_t pickle__plan_chunk(const pickle_decoder *d);

/* Before `more` elements of `size` bytes go to an array that holds `count` of
 * `cap`: make it as large as it will be in the end, if it is large. */
void pickle__plan_array(pickle_decoder *d, void **array, size_t count,
                        size_t *cap, size_t more, size_t size);

/* Remember an array that has become large, and give back at the end what the
 * arrays do not use. */
void pickle__plan_note(pickle_decoder *d, pickle_value container);
void pickle__plan_trim(pickle_decoder *d);

/* ---- decoder_ops.c ---- */

/* Execute the opcode d->op, hot.p being behind it. */
pickle_code pickle__op(pickle_decoder *d);

/* STOP: pop the result. */
pickle_code pickle__op_stop(pickle_decoder *d, pickle_value *v);

/* Too few values above the fence. */
pickle_code pickle__fail_underflow(pickle_decoder *d);

/* Values above the fence. */
static inline size_t pickle__depth(const pickle_decoder *d) {
    return (size_t)(d->hot.sp - d->hot.fence);
}

/* Refuse fewer than n values above the fence. */
pickle_code pickle__need(pickle_decoder *d, size_t n);

/* Push a value that the document has made: null is its failure. */
static inline pickle_code pickle__push(pickle_decoder *d, pickle_value v) {
    if (PICKLE__UNLIKELY(pickle_is_null(v))) {
        return pickle__fail_doc(d);
    }
    *d->hot.sp++ = v;
    return PICKLE_OK;
}

/* Pop the topmost mark: the values above it are items[count], still on the
 * stack; the caller sets sp to items. */
pickle_code pickle__pop_mark(pickle_decoder *d, pickle_value **items,
                             size_t *count);

/* Take an unsigned argument of n bytes, little-endian. */
pickle_code pickle__arg_unsigned(pickle_decoder *d, size_t n, uint64_t *value);

/* ---- decoder_data.c: `n` and `bytes` are the size of the argument ---- */

pickle_code pickle__op_binint_unsigned(pickle_decoder *d, size_t n);
pickle_code pickle__op_binint(pickle_decoder *d);
pickle_code pickle__op_long1(pickle_decoder *d);
pickle_code pickle__op_long4(pickle_decoder *d);
pickle_code pickle__op_binfloat(pickle_decoder *d);
pickle_code pickle__op_binunicode(pickle_decoder *d, size_t bytes);
pickle_code pickle__op_binbytes(pickle_decoder *d, size_t bytes);
pickle_code pickle__op_bytearray8(pickle_decoder *d);

/* ---- decoder_container.c ---- */

pickle_code pickle__op_tuple(pickle_decoder *d);
pickle_code pickle__op_tuple_n(pickle_decoder *d, size_t count);
pickle_code pickle__op_list(pickle_decoder *d);
pickle_code pickle__op_dict(pickle_decoder *d);
pickle_code pickle__op_frozenset(pickle_decoder *d);
pickle_code pickle__op_append(pickle_decoder *d);
pickle_code pickle__op_appends(pickle_decoder *d);
pickle_code pickle__op_setitem(pickle_decoder *d);
pickle_code pickle__op_setitems(pickle_decoder *d);
pickle_code pickle__op_additems(pickle_decoder *d);

/* Refuse what cannot be a key or an element. what: "a dict key". */
pickle_code pickle__hashable(pickle_decoder *d, pickle_value v,
                             const char *what);

/* A frozenset of `items[count]`; called: made by frozenset(), not by the C
 * unpickler's own constructor. */
pickle_code pickle__frozenset(pickle_decoder *d, const pickle_value *items,
                              size_t count, bool called, pickle_value *result);

/* Append to a native list; add to a native set; put pairs (count is even, of
 * values) into a native dict. Keys and elements are checked. */
pickle_code pickle__extend_list(pickle_decoder *d, pickle_value list,
                                const pickle_value *items, size_t count);
pickle_code pickle__extend_set(pickle_decoder *d, pickle_value set,
                               const pickle_value *items, size_t count);
pickle_code pickle__extend_dict(pickle_decoder *d, pickle_value dict,
                                const pickle_value *items, size_t count);

/* ---- decoder_text.c, decoder_string.c, decoder_codec.c ---- */

pickle_code pickle__op_int(pickle_decoder *d);
pickle_code pickle__op_long(pickle_decoder *d);
pickle_code pickle__op_float(pickle_decoder *d);
pickle_code pickle__op_string(pickle_decoder *d);
pickle_code pickle__op_binstring(pickle_decoder *d);
pickle_code pickle__op_short_binstring(pickle_decoder *d);
pickle_code pickle__op_unicode(pickle_decoder *d);

/* The index that a GET or PUT line names. *big: it does not fit; then *index
 * is the nearest that does. */
pickle_code pickle__line_index(pickle_decoder *d, const pickle__line *line,
                               int64_t *index, bool *big);

/* Storage for text that is being made: its size is known beforehand. */
typedef struct pickle__output {
    uint8_t *data;
    size_t len;
    size_t size;
} pickle__output;

pickle_code pickle__output_init(pickle_decoder *d, pickle__output *out,
                                size_t size);
void pickle__output_deinit(pickle_decoder *d, pickle__output *out);

/* Append a character in UTF-8. */
void pickle__output_char(pickle__output *out, uint32_t c);

/* Whether all bytes are below 0x80. */
bool pickle__is_ascii(const uint8_t *data, size_t len);

/* Refuse bytes that a codec cannot decode. */
pickle_code pickle__fail_decode(pickle_decoder *d, const char *codec,
                                const uint8_t *data,
                                const pickle__utf8_error *bad);

/* Push a string of Python 2, decoded as the options say; counted: not the
 * text of STRING. */
pickle_code pickle__push_string(pickle_decoder *d, const uint8_t *data,
                                size_t len, bool counted);

/* Push a str of UTF-8 (surrogatepass) bytes that stand in the input. */
pickle_code pickle__push_utf8(pickle_decoder *d, const uint8_t *data,
                              size_t len);

/* A str of valid UTF-8, shared if it is one latin-1 character. Null on
 * failure. */
pickle_value pickle__decoder_str(pickle_decoder *d, const uint8_t *data,
                                 size_t len, bool ascii);

/* str.encode("latin-1"), as bytes or bytearray. */
pickle_code pickle__encode_latin1(pickle_decoder *d, pickle_value str,
                                  pickle_kind kind, pickle_value *v);

/* ---- decoder_memo.c ---- */

pickle_code pickle__op_get(pickle_decoder *d);
pickle_code pickle__op_put(pickle_decoder *d);
pickle_code pickle__op_binget(pickle_decoder *d, size_t n);
pickle_code pickle__op_binput(pickle_decoder *d, size_t n);
pickle_code pickle__op_memoize(pickle_decoder *d);

pickle_code pickle__decoder_memo_put(pickle_decoder *d, uint64_t index,
                                     pickle_value v);
/* Null if there is none. */
pickle_value pickle__decoder_memo_get(const pickle_decoder *d, uint64_t index);

/* ---- decoder_global.c ---- */

pickle_code pickle__op_global(pickle_decoder *d);
pickle_code pickle__op_stack_global(pickle_decoder *d);
pickle_code pickle__op_ext(pickle_decoder *d, size_t bytes);

/* The class that two lines name: of GLOBAL, and of INST, which takes ASCII
 * only. */
pickle_code pickle__named_class(pickle_decoder *d, bool ascii, pickle_value *v);

/* ---- decoder_object.c, decoder_build.c, decoder_call.c ---- */

pickle_code pickle__op_reduce(pickle_decoder *d);
pickle_code pickle__op_newobj(pickle_decoder *d);
pickle_code pickle__op_newobj_ex(pickle_decoder *d);
pickle_code pickle__op_inst(pickle_decoder *d);
pickle_code pickle__op_obj(pickle_decoder *d);
pickle_code pickle__op_build(pickle_decoder *d);

/* APPEND(S), SETITEM(S), ADDITEMS to what is no exact list, dict or set. */
pickle_code pickle__append_other(pickle_decoder *d, pickle_value target,
                                 const pickle_value *items, size_t count);
pickle_code pickle__setitems_other(pickle_decoder *d, pickle_value target,
                                   const pickle_value *items, size_t count);
pickle_code pickle__additems_other(pickle_decoder *d, pickle_value target,
                                   const pickle_value *items, size_t count);

/* callable(*args), resolved or symbolic. */
pickle_code pickle__call(pickle_decoder *d, pickle_value callable,
                         pickle_value args, pickle_value *result);

/* cls.__new__(cls, *args, **kwargs), resolved or symbolic; kwargs may be
 * null. cls is a type as far as can be told. */
pickle_code pickle__new(pickle_decoder *d, pickle_value cls, pickle_value args,
                        pickle_value kwargs, pickle_value *result);

/* Flag of a bytearray: a buffer lies over its bytes. */
enum { PICKLE__BYTEARRAY_VIEWED = 0x40 };

/* list(v) of a native iterable; others are refused. */
pickle_code pickle__iterate(pickle_decoder *d, pickle_value v,
                            pickle_value *list);

#endif
