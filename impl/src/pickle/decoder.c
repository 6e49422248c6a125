/* The unpickler: its interface, and the loop over opcodes. */
#include "pickle/decoder.h"

#include <stdio.h>

#include "base/checked.h"
#include "pickle/decoder_fast_atoms.h"
#include "pickle/decoder_fast_containers.h"
#include "pickle/input.h"

const pickle_decode_options pickle_decode_defaults = {0};

enum {
    DEFAULT_MAX_DEPTH = 10000000,
    DEFAULT_MAX_MEMO = 100000000,
    DEFAULT_MAX_DIGITS = 4300
};

/* ---- errors ---- */

static const char *opcode_name(int op) {
    switch (op) {
#define X(name, byte, protocol, argument, before, after)                       \
    case byte:                                                                 \
        return #name;
#include "pickle/opcodes.def"
#undef X
    default: return "";
    }
}

/* A message may quote bytes of the input, or be cut inside a character. */
static void keep_utf8(char *message) {
    uint8_t *p = (uint8_t *)message;
    size_t len = strlen(message);
    if (pickle__utf8_valid(p, len, NULL, NULL)) {
        return;
    }
    for (size_t i = 0; i < len; i++) {
        if (p[i] >= 0x80) {
            p[i] = '?';
        }
    }
}

pickle_code pickle__fail(pickle_decoder *d, pickle_code code,
                         const char *format, ...) {
    pickle_error *err = &d->error;
    va_list args;
    va_start(args, format);
    pickle__error_clear(err);
    err->code = code;
    err->offset = d->op_off;
    err->opcode = d->op;
    err->where = opcode_name(d->op);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    keep_utf8(err->message);
    return code;
}

pickle_code pickle__fail_doc(pickle_decoder *d) {
    pickle_error why;
    pickle_code code = pickle_doc_error(d->doc, &why);
    if (!code) {
        code = PICKLE_ERR_NOMEM;
        return pickle__fail(d, code, "%s", pickle_code_text(code));
    }
    return pickle__fail(d, code, "%s", why.message);
}

/* ---- storage ---- */

bool pickle__decoder_grow(pickle_decoder *d, void **array, const void *start,
                          size_t *cap, size_t need, size_t size) {
    if (need <= *cap) {
        return true;
    }
    size_t new_cap = *cap < 16 ? 16 : *cap;
    while (new_cap < need) {
        if (!pickle__mul_size(new_cap, 2, &new_cap)) {
            return false;
        }
    }
    size_t bytes;
    if (!pickle__mul_size(new_cap, size, &bytes)) {
        return false;
    }
    bool inside = *array == start;
    void *p = pickle__realloc(&d->alloc, inside ? NULL : *array,
                              inside ? 0 : *cap * size, bytes);
    if (!p) {
        return false;
    }
    if (inside && start) {
        memcpy(p, start, *cap * size);
    }
    *array = p;
    *cap = new_cap;
    return true;
}

pickle_code pickle__stack_grow(pickle_decoder *d) {
    size_t used = (size_t)(d->hot.sp - d->stack);
    size_t fence = (size_t)(d->hot.fence - d->stack);
    size_t cap = (size_t)(d->hot.limit - d->stack);
    if (!pickle__decoder_grow(d, (void **)&d->stack, d->stack_start, &cap,
                              used + 1, sizeof *d->stack)) {
        return pickle__fail(d, PICKLE_ERR_NOMEM, "out of memory");
    }
    d->hot.sp = d->stack + used;
    d->hot.fence = d->stack + fence;
    d->hot.limit = d->stack + cap;
    return PICKLE_OK;
}

/* ---- the loop ---- */

static pickle_code refill(pickle_decoder *d) {
    if (d->hot.sp == d->hot.limit) {
        pickle_code code = pickle__stack_grow(d);
        if (code) {
            return code;
        }
    }
    return d->hot.p == d->hot.end ? pickle__input_opcode(d) : PICKLE_OK;
}

/* One opcode that the inline handlers do not finish: often because the chunk
 * is full. Then the size of the next one is chosen here, if it matters. */
static pickle_code slow(pickle_decoder *d) {
    pickle__arena *a = &d->doc->arena;
    size_t next_size = a->next_size;
    d->op = *d->hot.at;
    d->op_off = pickle__offset(d, d->hot.at);
    d->hot.p = d->hot.at + 1;
    if (a->end - a->pos < 512 && d->data_end - d->hot.p > 8192) {
        a->next_size = pickle__plan_chunk(d);
    }
    const pickle__chunk *chunk = a->chunks;
    pickle_code code = pickle__op(d);
    if (chunk != a->chunks) {
        a->next_size = next_size;
    }
    return code;
}

/*
 * Run to STOP. An inline handler that returns false has changed nothing but
 * the read position, and the opcode is executed anew by pickle__op().
 */
static pickle_code run(pickle_decoder *d, pickle_value *result) {
    pickle__hot h = d->hot;
    for (;;) {
        if (PICKLE__UNLIKELY(h.p == h.end || h.sp == h.limit)) {
            d->hot = h;
            pickle_code code = refill(d);
            if (code) {
                return code;
            }
            h = d->hot;
        }
        h.at = h.p++;
        bool done = false;
        switch (*h.at) {
        case PICKLE__OP_MARK: done = fast_mark(d, &h); break;
        case PICKLE__OP_NONE: done = fast_push(&h, pickle_none()); break;
        case PICKLE__OP_NEWTRUE: done = fast_push(&h, pickle_bool(1)); break;
        case PICKLE__OP_NEWFALSE: done = fast_push(&h, pickle_bool(0)); break;
        case PICKLE__OP_BININT1: done = fast_binint1(&h); break;
        case PICKLE__OP_BININT2: done = fast_binint2(&h); break;
        case PICKLE__OP_BININT: done = fast_binint(&h); break;
        case PICKLE__OP_LONG1: done = fast_long1(d, &h); break;
        case PICKLE__OP_BINFLOAT: done = fast_binfloat(&h); break;
        case PICKLE__OP_SHORT_BINUNICODE: done = fast_str1(d, &h); break;
        case PICKLE__OP_BINUNICODE: done = fast_str4(d, &h); break;
        case PICKLE__OP_SHORT_BINBYTES: done = fast_bytes1(d, &h); break;
        case PICKLE__OP_BINGET: done = fast_binget(d, &h); break;
        case PICKLE__OP_LONG_BINGET: done = fast_long_binget(d, &h); break;
        case PICKLE__OP_MEMOIZE: done = fast_memoize(d, &h); break;
        case PICKLE__OP_BINPUT: done = fast_binput(d, &h); break;
        case PICKLE__OP_LONG_BINPUT: done = fast_long_binput(d, &h); break;
        case PICKLE__OP_EMPTY_TUPLE: done = fast_empty_tuple(d, &h); break;
        case PICKLE__OP_EMPTY_LIST: done = fast_empty_list(d, &h); break;
        case PICKLE__OP_EMPTY_DICT: done = fast_empty_dict(d, &h); break;
        case PICKLE__OP_TUPLE1: done = fast_tuple(d, &h, 1); break;
        case PICKLE__OP_TUPLE2: done = fast_tuple(d, &h, 2); break;
        case PICKLE__OP_TUPLE3: done = fast_tuple(d, &h, 3); break;
        case PICKLE__OP_TUPLE: done = fast_tuple_mark(d, &h); break;
        case PICKLE__OP_APPEND: done = fast_append(d, &h); break;
        case PICKLE__OP_APPENDS: done = fast_appends(d, &h); break;
        case PICKLE__OP_SETITEM: done = fast_setitem(d, &h); break;
        case PICKLE__OP_SETITEMS: done = fast_setitems(d, &h); break;
        case PICKLE__OP_NEWOBJ: done = fast_newobj(d, &h); break;
        case PICKLE__OP_REDUCE: done = fast_reduce(d, &h); break;
        case PICKLE__OP_BUILD: done = fast_build(d, &h); break;
        case PICKLE__OP_PROTO: done = fast_proto(d, &h); break;
        case PICKLE__OP_STOP:
            d->hot = h;
            d->op = PICKLE__OP_STOP;
            d->op_off = pickle__offset(d, h.at);
            return pickle__op_stop(d, result);
        default: break;
        }
        if (PICKLE__UNLIKELY(!done)) {
            d->hot = h;
            pickle_code code = slow(d);
            if (code) {
                return code;
            }
            h = d->hot;
        }
    }
}

static pickle_code load(pickle_decoder *d, pickle_value *v, pickle_error *err) {
    pickle__error_clear(err);
    d->hot.sp = d->hot.fence = d->stack;
    d->mark_count = 0;
    d->proto = 0;
    /* A frame that a STOP stood in is over; the pure-Python unpickler had
     * taken it whole from its file. */
    if (d->in_frame && d->pure) {
        d->hot.p = d->hot.end;
    }
    d->in_frame = false;
    d->hot.end = d->data_end;
    pickle__plan_start(d, (size_t)(d->data_end - d->hot.p));
    pickle_code code = run(d, v);
    pickle__plan_trim(d);
    if (code && err) {
        *err = d->error;
    }
    return code;
}

/* ---- interface ---- */

static pickle_code take_options(pickle_decoder *d,
                                const pickle_decode_options *opt,
                                pickle_error *err) {
    d->opt = opt ? *opt : pickle_decode_defaults;
    d->cpython = d->opt.cpython ? d->opt.cpython : PICKLE_CPYTHON_DEFAULT;
    if (d->cpython < PICKLE_CPYTHON_MIN || d->cpython > PICKLE_CPYTHON_MAX) {
        return pickle__error_set(err, PICKLE_ERR_ARGUMENT, "",
                                 "no CPython version %d", d->cpython);
    }
    if (d->opt.max_depth == 0) {
        d->opt.max_depth = DEFAULT_MAX_DEPTH;
    }
    if (d->opt.max_memo == 0) {
        d->opt.max_memo = DEFAULT_MAX_MEMO;
    }
    if (d->opt.max_digits == 0) {
        d->opt.max_digits = DEFAULT_MAX_DIGITS;
    }
    d->mark_limit =
        d->mark_cap < d->opt.max_depth ? d->mark_cap : d->opt.max_depth;
    if (d->memo_cap > d->opt.max_memo) {
        d->memo_cap = d->memo_fast = d->opt.max_memo;
    }
    d->pure = d->opt.pure_python;
    /* gh-154848, also in late 3.14 releases. */
    d->strict_frames = d->pure || d->cpython >= 314;
    d->alloc = d->opt.alloc ? *d->opt.alloc : *pickle_allocator_default();
    return PICKLE_OK;
}

/* Field by field, for the sake of small pickles: most of the struct is storage
 * that needs no clearing. */
static pickle_code init(pickle_decoder *d, pickle_doc *doc,
                        const pickle_decode_options *opt, pickle_error *err) {
    d->doc = doc;
    d->stack = d->hot.sp = d->hot.fence = d->stack_start;
    d->hot.limit = d->stack_start + PICKLE__STACK_START;
    d->marks = d->mark_start;
    d->mark_cap = PICKLE__MARK_START;
    d->mark_count = d->mark_limit = 0;
    d->memo = d->memo_start;
    d->memo_cap = d->memo_fast = PICKLE__MEMO_START;
    d->memo_len = d->memo_count = 0;
    d->cpython_memo = 0;
    d->sparse = NULL;
    d->sparse_count = d->sparse_cap = 0;
    d->base = 0;
    d->read = NULL;
    d->read_ctx = NULL;
    d->buf = NULL;
    d->buf_cap = 0;
    d->in_frame = d->borrow = false;
    d->op = -1;
    d->next_buffer = 0;
    d->empty_frozenset = pickle_null();
    d->big = NULL;
    d->big_count = d->big_cap = 0;
    d->extensions = NULL;
    d->extension_count = d->extension_cap = 0;
    return take_options(d, opt, err);
}

static void deinit(pickle_decoder *d) {
    const pickle_allocator *a = &d->alloc;
    if (d->stack != d->stack_start) {
        size_t cap = (size_t)(d->hot.limit - d->stack);
        pickle__free(a, d->stack, cap * sizeof *d->stack);
    }
    if (d->memo != d->memo_start) {
        pickle__free(a, d->memo, d->memo_cap * sizeof *d->memo);
    }
    if (d->marks != d->mark_start) {
        pickle__free(a, d->marks, d->mark_cap * sizeof *d->marks);
    }
    pickle__free(a, d->sparse, d->sparse_cap * sizeof *d->sparse);
    pickle__free(a, d->big, d->big_cap * sizeof *d->big);
    pickle__free(a, d->extensions, d->extension_cap * sizeof *d->extensions);
    pickle__free(a, d->buf, d->buf_cap);
}

/*
 * How much a document of this pickle will need, for its first block: values
 * take a few times their pickled size, and shared objects and names some
 * tables. The smallest pickles, messages of a few numbers, need neither.
 */
static size_t size_hint(size_t len) {
    if (len < 24) {
        return 640;
    }
    return len < 8192 ? len * 6 + 1024 : 65536;
}

pickle_code pickle_decode(const void *data, size_t len,
                          const pickle_decode_options *opt, pickle_doc **doc,
                          size_t *used, pickle_error *err) {
    pickle_decoder d;
    pickle_doc *fresh = NULL;
    pickle_value root;
    pickle_code code = init(&d, NULL, opt, err);
    if (code) {
        return code;
    }
    pickle_doc_options doc_opt = {d.opt.alloc, d.opt.max_bytes, size_hint(len)};
    code = pickle_doc_new(&doc_opt, &fresh, err);
    if (code) {
        return code;
    }
    d.doc = fresh;
    d.borrow = d.opt.borrow;
    pickle__input_memory(&d, data, len);
    code = load(&d, &root, err);
    if (code) {
        pickle_doc_free(fresh);
    } else {
        pickle_doc_set_root(fresh, root);
        *doc = fresh;
        if (used) {
            *used = pickle__offset(&d, d.hot.p);
        }
    }
    deinit(&d);
    return code;
}

static pickle_code decoder_new(pickle_doc *doc,
                               const pickle_decode_options *opt,
                               pickle_decoder **dec, pickle_error *err) {
    pickle__error_clear(err);
    const pickle_allocator *a =
        opt && opt->alloc ? opt->alloc : pickle_allocator_default();
    pickle_decoder *d = pickle__alloc(a, sizeof *d);
    if (!d) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "");
    }
    pickle_code code = init(d, doc, opt, err);
    if (code) {
        pickle__free(a, d, sizeof *d);
        return code;
    }
    *dec = d;
    return PICKLE_OK;
}

pickle_code pickle_decoder_new(pickle_doc *doc, const void *data, size_t len,
                               const pickle_decode_options *opt,
                               pickle_decoder **dec, pickle_error *err) {
    pickle_code code = decoder_new(doc, opt, dec, err);
    if (!code) {
        (*dec)->borrow = (*dec)->opt.borrow;
        pickle__input_memory(*dec, data, len);
    }
    return code;
}

pickle_code pickle_decoder_new_stream(pickle_doc *doc, pickle_read_fn read,
                                      void *ctx,
                                      const pickle_decode_options *opt,
                                      pickle_decoder **dec, pickle_error *err) {
    pickle_code code = decoder_new(doc, opt, dec, err);
    if (!code) {
        pickle__input_stream(*dec, read, ctx);
    }
    return code;
}

pickle_code pickle_decoder_load(pickle_decoder *dec, pickle_value *v,
                                pickle_error *err) {
    pickle_value root;
    pickle_code code = load(dec, &root, err);
    if (!code) {
        pickle_doc_set_root(dec->doc, root);
        *v = root;
    }
    return code;
}

size_t pickle_decoder_offset(const pickle_decoder *dec) {
    return pickle__offset(dec, dec->hot.p);
}

void pickle_decoder_free(pickle_decoder *dec) {
    if (dec) {
        pickle_allocator a = dec->alloc;
        deinit(dec);
        pickle__free(&a, dec, sizeof *dec);
    }
}
