/**
 * @file pickletools.h  Python's pickletools: look at a pickle without loading
 * it.
 *
 * genops reads opcodes one after the other, dis writes a symbolic disassembly,
 * optimize drops memo entries nobody fetches. Text, errors and the text printed
 * before an error equal CPython's character for character, well-formed or not;
 * options name the version to equal.
 *
 * One thing is not CPython's: its 68 one-line descriptions of the opcodes. The
 * library has sentences of its own for `annotate`, and takes a program's.
 */
#ifndef PICKLEPROOF_PICKLETOOLS_H
#define PICKLEPROOF_PICKLETOOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pickleproof/alloc.h>
#include <pickleproof/error.h>
#include <pickleproof/pickle.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the table of opcodes ---- */

/** What is known of one opcode, as an element of pickletools.opcodes. */
typedef struct pickle_opcode_info {
    const char *name;     /**< "BININT1" */
    const char *argument; /**< CPython's name of the argument's format, such
                             as "uint1"; "" if there is no argument */
    const char *before;   /**< kinds taken from the stack, separated by blanks,
                             the top last: "list mark stackslice" */
    const char *after;    /**< kinds put there */
    uint8_t code;         /**< the byte */
    uint8_t protocol;     /**< the protocol that introduced it, 0 to 5 */
} pickle_opcode_info;

/**
 * Look an opcode up.
 * @param[in] code  any byte.
 * @return a static entry, or NULL if no opcode has that byte.
 */
PICKLE_API const pickle_opcode_info *pickle_opcode_get(uint8_t code);

/**
 * This library's own one-line description of an opcode, in words that are not
 * CPython's.
 * @param[in] code  any byte.
 * @return a static string, or NULL if no opcode has that byte.
 */
PICKLE_API const char *pickle_opcode_annotation(uint8_t code);

/* ---- genops ---- */

/** What an opcode's argument is, in Python's terms. */
typedef enum pickle_arg_kind {
    PICKLE_ARG_NONE,   /**< the opcode has no argument */
    PICKLE_ARG_BOOL,   /**< False or True: `integer` is 0 or 1 (the text 00 or
                          01 of INT, GET and PUT) */
    PICKLE_ARG_INT,    /**< an int that fits `integer` */
    PICKLE_ARG_BIGINT, /**< any other int: `data[len]`, two's complement, least
                          significant byte first, without needless bytes */
    PICKLE_ARG_FLOAT,  /**< `number` */
    PICKLE_ARG_STR,    /**< `data[len]`, UTF-8, a lone surrogate as three bytes
                          of its own */
    PICKLE_ARG_BYTES,  /**< `data[len]` */
    PICKLE_ARG_BYTEARRAY /**< `data[len]` */
} pickle_arg_kind;

/** An opcode's argument. `data` is borrowed until the next opcode is read. */
typedef struct pickle_arg {
    pickle_arg_kind kind;
    int64_t integer;
    double number;
    const uint8_t *data; /**< not NULL where the kind has bytes */
    size_t len;          /**< bytes of `data` */
} pickle_arg;

/** One opcode met in a pickle. */
typedef struct pickle_genop {
    const pickle_opcode_info *info; /**< static */
    size_t offset; /**< bytes from the start of the data to the opcode */
    size_t len;    /**< bytes of the opcode with its argument */
    pickle_arg arg;
} pickle_genop;

/** Options of genops. Zero-initialise: all defaults. */
typedef struct pickle_genops_options {
    int cpython;  /**< version to equal, see PICKLE_CPYTHON_DEFAULT; 0 means
                     that */
    size_t start; /**< offset of the first opcode, in bytes; offsets count from
                     the start of the data, as a file's tell() does */
    const pickle_allocator *alloc; /**< copied; NULL means
                                      pickle_allocator_default() */
} pickle_genops_options;

/** Reads opcodes one after the other. Opaque. */
typedef struct pickle_genops pickle_genops;

/**
 * Start reading the opcodes of one pickle.
 *
 * @param[in]  data  `data[len]`, borrowed until pickle_genops_free(). NULL
 * only if len is 0.
 * @param[in]  len   bytes.
 * @param[in]  opt   borrowed for the call; NULL means all defaults.
 * @param[out] it    owned by the caller; release with pickle_genops_free().
 * Unchanged on failure.
 * @param[out] err   nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_ARGUMENT (version, start past the end),
 * PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_genops_new(
    const void *data, size_t len, const pickle_genops_options *opt,
    pickle_genops **it, pickle_error *err);

/**
 * Read the next opcode.
 *
 * @param[in]  it  borrowed.
 * @param[out] op  receives the opcode; unchanged where false is returned.
 * @return true, or false after STOP and on an error: ask
 * pickle_genops_error() which.
 *
 * Limits:  memory in proportion to the argument, never to a length the pickle
 * merely declares. Source: CPython Lib/pickletools.py, genops().
 */
PICKLE_API PICKLE_NODISCARD bool pickle_genops_next(pickle_genops *it,
                                                    pickle_genop *op);

/**
 * What stopped the reading.
 *
 * @param[in]  it   borrowed.
 * @param[out] err  nullable; always written; offset is that of the opcode at
 * fault.
 * @return PICKLE_OK after STOP and while there is more; PICKLE_ERR_PICKLETOOLS
 * (a ValueError in CPython), PICKLE_ERR_UNICODE_DECODE, PICKLE_ERR_INT_DIGITS,
 * PICKLE_ERR_NOMEM.
 */
PICKLE_API pickle_code pickle_genops_error(const pickle_genops *it,
                                           pickle_error *err);

/**
 * The whole message of the error: a pickle_error holds its first 119 bytes,
 * and CPython quotes whole lines of the pickle.
 *
 * @param[in]  it   borrowed.
 * @param[out] len  nullable; bytes of the message, without its NUL.
 * @return UTF-8 with a NUL, borrowed until pickle_genops_free(); "" without an
 * error.
 */
PICKLE_API const char *pickle_genops_message(const pickle_genops *it,
                                             size_t *len);

/** Offset of the byte after the last opcode read: after STOP, where the pickle
 * ends; after an error, that of the opcode at fault. */
PICKLE_API size_t pickle_genops_offset(const pickle_genops *it);

/** Release a reader. @param[in] it  taken; NULL is allowed. */
PICKLE_API void pickle_genops_free(pickle_genops *it);

/**
 * Write an argument as dis prints it: as Python's repr(), or in 3.14 and newer
 * for STRING and its two binary forms as ascii().
 *
 * @param[in]     op       borrowed, as pickle_genops_next() gave it.
 * @param[in]     cpython  version to equal; 0 means PICKLE_CPYTHON_DEFAULT.
 * Printable characters are those of that version's Unicode.
 * @param[in,out] out      UTF-8 text is appended, nothing for an opcode without
 * an argument; on failure len is as before.
 * @param[out]    err      nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_INT_DIGITS (an int of more than 4300 digits),
 * PICKLE_ERR_ARGUMENT, PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_genop_repr(const pickle_genop *op, int cpython, pickle_bytes_buffer *out,
                  pickle_error *err);

/* ---- dis ---- */

/** The memo of dis, when several pickles of one Pickler are disassembled in
 * turn. Opaque. */
typedef struct pickle_dis_memo pickle_dis_memo;

/** Options of dis. Start from pickle_dis_defaults. */
typedef struct pickle_dis_options {
    int cpython;     /**< version to equal, see PICKLE_CPYTHON_DEFAULT; 0 means
                        that */
    int indentlevel; /**< blanks for each open MARK; below 1 none */
    int annotate; /**< 0: no descriptions; else a hint for the column, from 0,
                     where they start */
    const char *const *annotations; /**< `annotations[256]` by opcode byte,
                                       UTF-8, borrowed for the call; NULL or
                                       an entry NULL means
                                       pickle_opcode_annotation() */
    bool hide_offsets; /**< print no offsets, as for a stream without tell() */
    size_t start;      /**< offset of the first opcode, in bytes */
    pickle_dis_memo *memo; /**< borrowed for the call and written to; NULL means
                              an empty one */
    uint64_t max_output;   /**< most bytes of text; 0 means the default, 1 GiB.
                              Deep nesting makes quadratic text: a megabyte of
                              MARKs would be two terabytes */
    const pickle_allocator *alloc; /**< copied; NULL means
                                      pickle_allocator_default() */
} pickle_dis_options;

/** indentlevel 4, everything else zero: what pickletools.dis does. */
extern PICKLE_API const pickle_dis_options pickle_dis_defaults;

/**
 * Write the symbolic disassembly of one pickle.
 *
 * @param[in]  data     `data[len]`, borrowed for the call. NULL only if len
 * is 0.
 * @param[in]  len      bytes.
 * @param[in]  opt      borrowed; NULL means pickle_dis_defaults.
 * @param[in]  write    receives the text, UTF-8, in pieces of any size; what
 * CPython prints before an error included.
 * @param[in]  ctx      for write.
 * @param[out] used     nullable; as pickle_genops_offset(); always written.
 * @param[out] message  nullable; the whole message of an error is appended, and
 * a NUL that len does not count: a pickle_error holds its first 119 bytes.
 * @param[out] err      nullable; always written; offset is that of the opcode
 * at fault.
 * @return PICKLE_OK, or the code stored in `err`.
 *
 * Errors:  PICKLE_ERR_PICKLETOOLS, PICKLE_ERR_UNICODE_DECODE,
 * PICKLE_ERR_INT_DIGITS, PICKLE_ERR_INDEX (CPython's own loop runs off its
 * stack after a MARK was taken as an operand), PICKLE_ERR_LIMIT,
 * PICKLE_ERR_HOOK, PICKLE_ERR_ARGUMENT, PICKLE_ERR_NOMEM.
 * Limits:  opt->max_output; time in proportion to input and output; memory at
 * most about 64 bytes a byte of input. Source: CPython Lib/pickletools.py,
 * dis().
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_dis(const void *data, size_t len, const pickle_dis_options *opt,
           pickle_write_fn write, void *ctx, size_t *used,
           pickle_bytes_buffer *message, pickle_error *err);

/**
 * Make a memo for pickle_dis().
 * @param[in]  alloc  copied; NULL means pickle_allocator_default().
 * @param[out] memo   owned by the caller; release with pickle_dis_memo_free().
 * @return PICKLE_OK or PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_dis_memo_new(const pickle_allocator *alloc, pickle_dis_memo **memo);

/** Release a memo. @param[in] memo  taken; NULL is allowed. */
PICKLE_API void pickle_dis_memo_free(pickle_dis_memo *memo);

/* ---- optimize ---- */

/**
 * Write a pickle again without the memo entries that nothing fetches, and in
 * new frames.
 *
 * @param[in]     data     `data[len]`, borrowed for the call. NULL only if len
 * is 0. Bytes after STOP are not copied.
 * @param[in]     len      bytes.
 * @param[in]     cpython  version to equal; 0 means PICKLE_CPYTHON_DEFAULT.
 * @param[in,out] out      the pickle is appended; on failure len is as before.
 * @param[out]    message  as in pickle_dis().
 * @param[out]    err      nullable; always written; offset is that of the
 * opcode at fault.
 * @return PICKLE_OK, or the code stored in `err`.
 *
 * Errors:  PICKLE_ERR_PICKLETOOLS, PICKLE_ERR_UNICODE_DECODE,
 * PICKLE_ERR_INT_DIGITS, PICKLE_ERR_TYPE (a memo entry is fetched that was not
 * stored before), PICKLE_ERR_PROTOCOL, PICKLE_ERR_ARGUMENT, PICKLE_ERR_NOMEM.
 * Source:  CPython Lib/pickletools.py, optimize(); Lib/pickle.py, _Framer.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_optimize(
    const void *data, size_t len, int cpython, pickle_bytes_buffer *out,
    pickle_bytes_buffer *message, pickle_error *err);

#ifdef __cplusplus
}
#endif

#endif
