/* The public functions of the pickler, and its loop. */
#include "pickle/encoder.h"

#include <stdio.h>

#include "pickle/encoder_fast.h"

#define MAX_DEPTH ((size_t)1000000)

const pickle_encode_options pickle_encode_defaults = {.protocol = 4};

/* ---- errors, frames ---- */

pickle_code pickle__encode_fail(pickle_encoder *e, pickle_code code,
                                const char *format, ...) {
    va_list args;
    e->failed = code;
    pickle__error_code(e->err, code, "encode");
    if (e->err) {
        va_start(args, format);
        vsnprintf(e->err->message, sizeof e->err->message, format, args);
        va_end(args);
    }
    return code;
}

pickle_code pickle__encode_fail_doc(pickle_encoder *e, const pickle_doc *doc) {
    pickle_code code = pickle_doc_error(doc, e->err);
    e->failed = code ? code : PICKLE_ERR_NOMEM;
    return code ? code : pickle__error_code(e->err, e->failed, "encode");
}

pickle_code pickle__frames_grow(pickle_encoder *e) {
    if (e->depth == e->max_depth) {
        return pickle__encode_fail(
            e, PICKLE_ERR_DEPTH,
            "maximum recursion depth exceeded while pickling an object");
    }
    pickle__frame *grown =
        pickle__encoder_grow(e, e->frames, e->frames_start, &e->frame_space,
                             PICKLE__FRAMES_START, sizeof *grown);
    if (!grown) {
        return pickle__encode_fail(e, PICKLE_ERR_NOMEM, "frames");
    }
    e->frames = grown;
    e->frame_cap =
        e->frame_space < e->max_depth ? e->frame_space : e->max_depth;
    return PICKLE_OK;
}

pickle__frame *pickle__push_frame(pickle_encoder *e, pickle__frame_kind kind) {
    if (PICKLE__UNLIKELY(e->depth == e->frame_cap) && pickle__frames_grow(e)) {
        return NULL;
    }
    pickle__frame *f = &e->frames[e->depth++];
    f->kind = (uint8_t)kind;
    f->flags = 0;
    f->step = 0;
    f->form = 0;
    f->first = 0;
    f->left = 0;
    f->stop = 0;
    return f;
}

/* ---- the loop ---- */

/* Save the rest of a batch, value by value. */
static pickle_code save_values(pickle_encoder *e, pickle__frame *f) {
    const size_t depth = e->depth;
    do {
        pickle_value v = pickle__frame_values(f)[f->stop - f->left];
        f->left--;
        pickle_code code = pickle__save(e, v);
        if (code) {
            return code;
        }
        f = &e->frames[depth - 1];
    } while (e->depth == depth && f->left);
    return PICKLE_OK;
}

static pickle_code step(pickle_encoder *e, pickle__frame *f) {
    pickle_code code = pickle__writer_room(&e->w);
    if (code) {
        return code;
    }
    switch (f->kind) {
    case PICKLE__FRAME_OBJECT: return pickle__object_step(e, f);
    case PICKLE__FRAME_GLOBAL: return pickle__global_step(e, f);
    case PICKLE__FRAME_NESTED: return pickle__nested_step(e, f);
    case PICKLE__FRAME_PERSID: return pickle__persid_step(e, f);
    default:
        if (f->left == 0) {
            return pickle__batch_next(e, f);
        }
        return e->inlined ? save_fast(e) : save_values(e, f);
    }
}

static pickle_code dump(pickle_encoder *e, pickle_value v) {
    pickle__memo_claim(e);
    if (e->proto >= 2) {
        pickle__put(&e->w, PICKLE__OP_PROTO);
        pickle__put(&e->w, (unsigned)e->proto);
    }
    if (e->w.framing) {
        pickle__frame_open(&e->w);
    }
    e->depth = 0;
    e->nesting = 0;
    pickle_code code = pickle__save(e, v);
    while (!code && e->depth) {
        code = step(e, &e->frames[e->depth - 1]);
    }
    if (!code) {
        code = pickle__writer_room(&e->w);
    }
    if (!code) {
        pickle__put(&e->w, PICKLE__OP_STOP);
        code = pickle__writer_finish(&e->w);
    }
    return code;
}

/* ---- making and freeing ---- */

static pickle_code check_options(const pickle_encode_options *opt,
                                 pickle_error *err) {
    if (opt->protocol > PICKLE_HIGHEST_PROTOCOL) {
        return pickle__error_set(err, PICKLE_ERR_ARGUMENT, "encode",
                                 "pickle protocol must be <= %d",
                                 PICKLE_HIGHEST_PROTOCOL);
    }
    if (opt->cpython && (opt->cpython < PICKLE_CPYTHON_MIN ||
                         opt->cpython > PICKLE_CPYTHON_MAX)) {
        return pickle__error_set(err, PICKLE_ERR_ARGUMENT, "encode",
                                 "no such version of CPython: %d",
                                 opt->cpython);
    }
    if (opt->buffer_callback && opt->protocol >= 0 && opt->protocol < 5) {
        return pickle__error_set(err, PICKLE_ERR_PICKLING_VALUE, "encode",
                                 "buffer_callback needs protocol >= 5");
    }
    return PICKLE_OK;
}

/* Everything but the two arrays inside and what is for streaming. */
static void init(pickle_encoder *e, pickle_doc *doc,
                 const pickle_encode_options *opt, pickle_error *err) {
    e->journal = e->journal_start;
    e->memo_count = 0;
    e->memo_cap = PICKLE__JOURNAL_START;
    e->frames = e->frames_start;
    e->depth = 0;
    e->frame_space = PICKLE__FRAMES_START;
    e->max_depth = opt->max_depth ? opt->max_depth : MAX_DEPTH;
    e->frame_cap = e->max_depth < PICKLE__FRAMES_START ? e->max_depth
                                                       : PICKLE__FRAMES_START;
    e->proto = opt->protocol < 0 ? PICKLE_HIGHEST_PROTOCOL : opt->protocol;
    e->cpython = opt->cpython ? opt->cpython : PICKLE_CPYTHON_DEFAULT;
    e->memoize = e->proto >= 4;
    e->fast = opt->fast;
    e->pure = opt->pure_python;
    e->fix_imports = e->proto < 3 && !opt->no_fix_imports;
    e->inlined = e->proto >= 1 && !opt->fast && !opt->persistent_id &&
                 !(opt->pure_python && opt->reducer_override);
    bool harmonized = e->pure || e->cpython >= 315;
    e->list_flags = harmonized ? PICKLE__TAIL_SINGLE : 0;
    e->dict_flags = harmonized ? PICKLE__TAIL_SINGLE : PICKLE__TAIL_EMPTY;
    e->opt = opt;
    e->err = err;
    e->failed = PICKLE_OK;
    e->doc = doc;
    e->scratch = NULL;
    e->guard = NULL;
    e->guard_cap = 0;
    e->nesting = 0;
    e->w.write = NULL;
    e->w.write_ctx = NULL;
}

static void deinit(pickle_encoder *e) {
    const pickle_allocator *alloc = &e->doc->arena.alloc;
    if (e->journal != e->journal_start) {
        pickle__free(alloc, e->journal, e->memo_cap * sizeof *e->journal);
    }
    if (e->frames != e->frames_start) {
        pickle__free(alloc, e->frames, e->frame_space * sizeof *e->frames);
    }
    pickle__free(alloc, e->guard, e->guard_cap * sizeof *e->guard);
    pickle_doc_free(e->scratch);
    if (e->doc->memo_owner == e) {
        e->doc->memo_owner = NULL;
    }
}

pickle_code pickle_encode(pickle_doc *doc, pickle_value v,
                          const pickle_encode_options *opt,
                          pickle_bytes_buffer *out, pickle_error *err) {
    pickle_encoder e;
    opt = opt ? opt : &pickle_encode_defaults;
    pickle__error_clear(err);
    pickle_code code = check_options(opt, err);
    if (code) {
        return code;
    }
    init(&e, doc, opt, err);
    code = pickle__writer_start(&e.w, out, e.memoize, err);
    if (!code) {
        code = dump(&e, v);
    }
    if (!code) {
        out->len = (size_t)(e.w.pos - e.w.begin);
    }
    deinit(&e);
    return code;
}

pickle_code pickle_encoder_new(pickle_doc *doc,
                               const pickle_encode_options *opt,
                               pickle_write_fn write, void *ctx,
                               pickle_encoder **enc, pickle_error *err) {
    opt = opt ? opt : &pickle_encode_defaults;
    pickle__error_clear(err);
    pickle_code code = check_options(opt, err);
    if (code) {
        return code;
    }
    if (!write) {
        return pickle__error_code(err, PICKLE_ERR_BUG, "encoder");
    }
    pickle_encoder *e = pickle__alloc(&doc->arena.alloc, sizeof *e);
    if (!e) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "encoder");
    }
    e->own_opt = *opt;
    init(e, doc, &e->own_opt, NULL);
    memset(&e->own_out, 0, sizeof e->own_out);
    e->own_out.alloc = doc->arena.alloc;
    e->w.write = write;
    e->w.write_ctx = ctx;
    *enc = e;
    return PICKLE_OK;
}

pickle_code pickle_encoder_dump(pickle_encoder *e, pickle_value v,
                                pickle_error *err) {
    pickle__error_clear(err);
    e->err = err;
    pickle_code code =
        pickle__writer_start(&e->w, &e->own_out, e->memoize, err);
    if (!code) {
        code = dump(e, v);
    }
    e->err = NULL;
    e->w.err = NULL;
    return code;
}

void pickle_encoder_clear_memo(pickle_encoder *e) {
    e->memo_count = 0;
    pickle_doc_free(e->scratch);
    e->scratch = NULL;
}

void pickle_encoder_free(pickle_encoder *e) {
    if (e) {
        pickle_allocator alloc = e->doc->arena.alloc;
        pickle_bytes_buffer_deinit(&e->own_out);
        deinit(e);
        pickle__free(&alloc, e, sizeof *e);
    }
}

void pickle_bytes_buffer_deinit(pickle_bytes_buffer *buf) {
    if (buf) {
        pickle__free(buf->alloc.fn ? &buf->alloc : pickle_allocator_default(),
                     buf->data, buf->cap);
        buf->data = NULL;
        buf->len = 0;
        buf->cap = 0;
    }
}
