/**
 * @file pickle.h  Python's pickle: encode values to bytes, decode bytes to
 * values, protocols 0 to 5.
 *
 * Byte for byte what CPython's C pickler writes; accepts and rejects what
 * CPython's C unpickler does. Nothing named in a pickle is ever imported or
 * called, so any bytes may be decoded.
 */
#ifndef PICKLEPROOF_PICKLE_H
#define PICKLEPROOF_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pickleproof/alloc.h>
#include <pickleproof/copyreg.h>
#include <pickleproof/error.h>
#include <pickleproof/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The highest protocol, as pickle.HIGHEST_PROTOCOL. */
#define PICKLE_HIGHEST_PROTOCOL 5

/**
 * Which CPython to equal, as major * 100 + minor: 308 to 315. 0 means
 * PICKLE_CPYTHON_DEFAULT. The bytes of the C pickler differ between {3.8
 * to 3.12}, {3.13, 3.14} and {3.15} only; the default protocol is 4 up to 3.13,
 * then 5; what the unpickler accepts, and some exceptions, differ in more
 * places.
 */
#define PICKLE_CPYTHON_DEFAULT 313

/** The oldest and newest CPython that can be named. */
#define PICKLE_CPYTHON_MIN 308
#define PICKLE_CPYTHON_MAX 315

/* ---- encode ---- */

/**
 * A sink of bytes.
 * @return 0 to go on; anything else stops the encoder with PICKLE_ERR_HOOK and
 * that number in os_error.
 */
typedef int (*pickle_write_fn)(void *ctx, const void *data, size_t len);

/**
 * What a persistent_id hook answers: the id of the object, or the null handle
 * to pickle it as usual. Asked for every value the pickler saves, as CPython
 * does. Values of kind PERSID need no hook.
 */
typedef pickle_value (*pickle_persistent_id_fn)(void *ctx, pickle_doc *doc,
                                                pickle_value v);

/** Receives one out-of-band buffer. @return true to keep it in-band, as a
 * buffer_callback that returns something true. */
typedef bool (*pickle_buffer_fn)(void *ctx, pickle_value buffer);

/** Options of the encoder. Zero-initialise: all defaults, but protocol 0. Start
 * from pickle_encode_defaults. */
typedef struct pickle_encode_options {
    int protocol; /**< 0 to 5; negative means the highest */
    int cpython; /**< version to equal, see PICKLE_CPYTHON_DEFAULT; 0 means that
                  */
    bool pure_python; /**< write what the pure-Python pickle._Pickler writes */
    bool no_fix_imports; /**< do not map names to Python 2's at protocols 0 to 2
                          */
    bool fast;           /**< Pickler.fast: no memo */
    const pickle_extension_registry
        *extensions;                       /**< borrowed; NULL means none */
    pickle_persistent_id_fn persistent_id; /**< NULL means none */
    pickle_reducer_fn reducer_override; /**< NULL means none; asked in the place
                                           CPython asks it */
    pickle_reducer_fn dispatch_table;   /**< NULL means none; asked for what
                                           CPython looks up there */
    pickle_buffer_fn
        buffer_callback; /**< NULL: out-of-band buffers are written in-band */
    void *hook_ctx;      /**< ctx of the hooks */
    size_t max_depth;    /**< levels of nesting; 0 means the default, 1,000,000
                            (the encoder does not recurse) */
    size_t max_digits;   /**< digits of an int in text at protocols 0 and 1; 0
                            means CPython's 4300, SIZE_MAX no limit */
} pickle_encode_options;

/** Protocol 4, everything else zero: what pickle.dumps does in CPython 3.8
 * to 3.13. */
extern PICKLE_API const pickle_encode_options pickle_encode_defaults;

/** A growing buffer of bytes that the caller owns and may use again:
 * `data[len]`. Zero-initialise. */
typedef struct pickle_bytes_buffer {
    uint8_t *data;
    size_t len;
    size_t cap;
    pickle_allocator alloc; /**< fn NULL means pickle_allocator_default() */
} pickle_bytes_buffer;

/** Release what a buffer holds and zero its data, len and cap. @param[in] buf
 * borrowed; NULL is allowed. */
PICKLE_API void pickle_bytes_buffer_deinit(pickle_bytes_buffer *buf);

/**
 * Pickle one value to memory, as pickle.dumps.
 *
 * @param[in]     doc  document of v, borrowed; its memo slots are written, and
 * temporaries may be added to it.
 * @param[in]     v    the value.
 * @param[in]     opt  borrowed; NULL means pickle_encode_defaults.
 * @param[in,out] out  the pickle is appended; on failure len is as before.
 * @param[out]    err  nullable; always written.
 * @return PICKLE_OK, or the code stored in `err`.
 *
 * Errors:  PICKLE_ERR_PICKLING and its three companions, PICKLE_ERR_INT_DIGITS,
 * PICKLE_ERR_DEPTH, PICKLE_ERR_HOOK, PICKLE_ERR_ARGUMENT (protocol, version),
 * PICKLE_ERR_BUG (null value), PICKLE_ERR_NOMEM. Threads: the document must not
 * be in use by another thread. Source:  CPython Modules/_pickle.c, dump() and
 * save().
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_encode(pickle_doc *doc, pickle_value v, const pickle_encode_options *opt,
              pickle_bytes_buffer *out, pickle_error *err);

/** A Pickler: keeps its memo from dump to dump. Opaque. */
typedef struct pickle_encoder pickle_encoder;

/**
 * Make a Pickler for the values of one document.
 *
 * @param[in]  doc    borrowed until the encoder is freed. Several encoders of
 * one document may take turns.
 * @param[in]  opt    copied; NULL means pickle_encode_defaults.
 * @param[in]  write  receives the bytes, in the pieces CPython's file.write()
 * receives them: each frame, each payload of 64 KiB and more on its own and
 * uncopied, and the rest.
 * @param[in]  ctx    for write.
 * @param[out] enc    owned by the caller; release with pickle_encoder_free().
 * Unchanged on failure.
 * @param[out] err    nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_ARGUMENT, PICKLE_ERR_PICKLING_VALUE
 * (buffer_callback below protocol 5), PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_encoder_new(
    pickle_doc *doc, const pickle_encode_options *opt, pickle_write_fn write,
    void *ctx, pickle_encoder **enc, pickle_error *err);

/** Pickle one value, as Pickler.dump. Errors as pickle_encode(); after one,
 * what was written is not a whole pickle. */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_encoder_dump(pickle_encoder *enc,
                                                            pickle_value v,
                                                            pickle_error *err);

/** Forget the memo, as Pickler.clear_memo. */
PICKLE_API void pickle_encoder_clear_memo(pickle_encoder *enc);

/** Free an encoder. @param[in] enc  taken; NULL is allowed. */
PICKLE_API void pickle_encoder_free(pickle_encoder *enc);

/* ---- decode ---- */

/**
 * A source of bytes: put up to `cap` bytes into `out`.
 * @param[out] got  bytes put; 0 means the end.
 * @return 0, or anything else to stop with PICKLE_ERR_HOOK and that number in
 * os_error.
 */
typedef int (*pickle_read_fn)(void *ctx, void *out, size_t cap, size_t *got);

/** persistent_load: the object for an id. @return null to reject with
 * PICKLE_ERR_HOOK. */
typedef pickle_value (*pickle_persistent_load_fn)(void *ctx, pickle_doc *doc,
                                                  pickle_value id);

/**
 * find_class: asked once for each global named, with Python 3 names. Return a
 * value of the document to use instead, or the null handle for the usual
 * symbolic global. Set *refuse to reject the pickle with PICKLE_ERR_HOOK.
 */
typedef pickle_value (*pickle_find_class_fn)(void *ctx, pickle_doc *doc,
                                             pickle_value module,
                                             pickle_value qualname,
                                             bool *refuse);

/** One out-of-band buffer for NEXT_BUFFER: `data[len]`, borrowed until the
 * document is freed. */
typedef struct pickle_oob_buffer {
    const void *data;
    size_t len;
    bool readonly;
} pickle_oob_buffer;

/** Options of the decoder. Zero-initialise, or take pickle_decode_defaults. */
typedef struct pickle_decode_options {
    int cpython;         /**< version whose acceptance to equal; 0 means
                            PICKLE_CPYTHON_DEFAULT */
    bool pure_python;    /**< accept and reject as the pure-Python
                            pickle._Unpickler */
    bool no_fix_imports; /**< do not map Python 2 names below protocol 3 */
    bool borrow; /**< str and bytes point into the input, which must outlive the
                    document (memory only) */
    const char *encoding; /**< for STRING opcodes: "ASCII" if NULL; also
                             "latin-1", "utf-8", "bytes" */
    const char
        *errors; /**< "strict" if NULL; also "ignore", "replace",
                    "surrogateescape", "backslashreplace", "surrogatepass" */
    const pickle_oob_buffer
        *buffers; /**< `buffers[buffer_count]`, borrowed for the call */
    size_t buffer_count;
    bool has_buffers; /**< false: NEXT_BUFFER is rejected with
                         PICKLE_ERR_BUFFERS_NONE */
    const pickle_extension_registry
        *extensions; /**< borrowed; NULL means none */
    pickle_persistent_load_fn
        persistent_load;             /**< NULL: persistent ids are rejected */
    pickle_find_class_fn find_class; /**< NULL: every global is symbolic */
    void *hook_ctx;
    const pickle_allocator *alloc; /**< copied into the document; NULL means
                                      pickle_allocator_default() */
    size_t
        max_bytes; /**< most memory of the document, in bytes; 0 means 4 GiB */
    size_t max_depth; /**< open MARKs; 0 means 10,000,000. Nesting costs nothing
                         else: nothing recurses */
    size_t max_memo;  /**< memo entries; 0 means 100,000,000 */
    size_t max_digits; /**< digits of an int in text; 0 means CPython's 4300,
                          SIZE_MAX no limit */
} pickle_decode_options;

/** All defaults. */
extern PICKLE_API const pickle_decode_options pickle_decode_defaults;

/**
 * Decode one pickle held in memory, as pickle.loads.
 *
 * @param[in]  data  `data[len]` bytes, borrowed for the call (with opt->borrow:
 * until the document is freed).
 * @param[in]  len   bytes.
 * @param[in]  opt   borrowed; NULL means pickle_decode_defaults.
 * @param[out] doc   receives a document owned by the caller, its root the
 * value; release with pickle_doc_free(). Unchanged on failure.
 * @param[out] used  nullable; bytes read up to and with the STOP opcode.
 * Unchanged on failure.
 * @param[out] err   nullable; always written; offset is that of the opcode at
 * fault.
 * @return PICKLE_OK, or the code stored in `err`.
 *
 * Errors:  PICKLE_ERR_EOF to PICKLE_ERR_LOOKUP, PICKLE_ERR_INT_DIGITS,
 * PICKLE_ERR_LIMIT, PICKLE_ERR_HOOK, PICKLE_ERR_ARGUMENT, PICKLE_ERR_NOMEM.
 * Limits:  those of the options; a length that the input declares is never
 * allocated before the bytes are there. Threads: any. Source:  CPython
 * Modules/_pickle.c, load(); PEP 307, 3154, 574.
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_decode(const void *data, size_t len, const pickle_decode_options *opt,
              pickle_doc **doc, size_t *used, pickle_error *err);

/** An Unpickler: keeps its memo from load to load, as several pickles of one
 * Pickler need. Opaque. */
typedef struct pickle_decoder pickle_decoder;

/**
 * Make an Unpickler that reads from memory. All values go into one document.
 *
 * @param[in]  doc   borrowed until the decoder is freed.
 * @param[in]  data  `data[len]`, borrowed until the decoder is freed (with
 * opt->borrow: until the document is).
 * @param[in]  opt   copied, what it points to borrowed until the decoder is
 * freed; NULL means pickle_decode_defaults.
 * @param[out] dec   owned by the caller; release with pickle_decoder_free().
 * Unchanged on failure.
 * @return PICKLE_OK, PICKLE_ERR_ARGUMENT, PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_decoder_new(
    pickle_doc *doc, const void *data, size_t len,
    const pickle_decode_options *opt, pickle_decoder **dec, pickle_error *err);

/**
 * Make an Unpickler that reads from a source. It never asks for bytes beyond
 * the opcode, argument or frame it is in, so nothing past the pickle's end is
 * consumed (CPython's behaviour with a file that has no peek()).
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_decoder_new_stream(
    pickle_doc *doc, pickle_read_fn read, void *ctx,
    const pickle_decode_options *opt, pickle_decoder **dec, pickle_error *err);

/**
 * Decode the next pickle, as Unpickler.load. Sets the root of the document.
 * @param[out] v    receives the value; unchanged on failure.
 * @param[out] err  nullable; always written; offsets count from the start of
 * the input.
 * @return as pickle_decode(); PICKLE_ERR_EOF where no byte is left.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_decoder_load(pickle_decoder *dec,
                                                            pickle_value *v,
                                                            pickle_error *err);

/** Bytes consumed so far. */
PICKLE_API size_t pickle_decoder_offset(const pickle_decoder *dec);

/** Free a decoder. @param[in] dec  taken; NULL is allowed. The document stays.
 */
PICKLE_API void pickle_decoder_free(pickle_decoder *dec);

#ifdef __cplusplus
}
#endif

#endif
