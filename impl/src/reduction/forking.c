/*
 * reduction/forking.c  ForkingPickler: pickle with the reducers of
 * reduction.py.
 *
 * An instance copies the tables when it is made, as CPython's constructor
 * does; that is why a later registration does not reach it.
 */
#include <pickleproof/reduction.h>

#include "base/alloc.h"
#include "base/error.h"
#include "reduction/members.h"
#include "value/node.h"

struct pickle_forking_pickler {
    pickle_allocator alloc;
    const pickle_dispatch_table *copyreg;
    pickle_dispatch_table *extra;
};

/* What the encoder's hooks are called with: the instance's table, and the
 * program's own hooks behind it. */
typedef struct hooks {
    const pickle_dispatch_table *table;
    pickle_encode_options user;
    pickle__reducer_state state;
} hooks;

struct pickle_forking_instance {
    pickle_allocator alloc;
    pickle_dispatch_table *table;
    hooks hooks;
    pickle_encoder *encoder;
};

pickle_code pickle_forking_pickler_new(const pickle_allocator *alloc,
                                       const pickle_dispatch_table *copyreg,
                                       pickle_forking_pickler **out,
                                       pickle_error *err) {
    const pickle_allocator *a = alloc ? alloc : pickle_allocator_default();
    pickle__error_clear(err);
    pickle_forking_pickler *cls = pickle__alloc(a, sizeof *cls);
    if (!cls) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "ForkingPickler");
    }
    cls->alloc = *a;
    cls->copyreg = copyreg;
    cls->extra = NULL;
    pickle_code code = pickle_dispatch_table_new(a, &cls->extra, err);
    if (code == PICKLE_OK) {
        code = pickle_reducer_install(cls, &pickle_reducer_defaults, err);
    }
    if (code) {
        pickle_forking_pickler_free(cls);
        return code;
    }
    *out = cls;
    return PICKLE_OK;
}

void pickle_forking_pickler_free(pickle_forking_pickler *cls) {
    if (cls) {
        pickle_allocator a = cls->alloc;
        pickle_dispatch_table_free(cls->extra);
        pickle__free(&a, cls, sizeof *cls);
    }
}

pickle_dispatch_table *
pickle_forking_pickler_reducers(pickle_forking_pickler *cls) {
    return cls->extra;
}

pickle_code pickle_forking_pickler_register(pickle_forking_pickler *cls,
                                            const char *module,
                                            const char *qualname,
                                            pickle_reducer_fn fn, void *ctx,
                                            pickle_error *err) {
    return pickle_dispatch_table_set(cls->extra, module, qualname, fn, ctx,
                                     err);
}

/* A copy of copyreg's table, updated with the registered reducers. */
static pickle_code snapshot(const pickle_forking_pickler *cls,
                            pickle_dispatch_table **table, pickle_error *err) {
    pickle_dispatch_table *t;
    pickle_code code = pickle_dispatch_table_new(&cls->alloc, &t, err);
    if (code) {
        return code;
    }
    if (cls->copyreg) {
        code = pickle_dispatch_table_update(t, cls->copyreg, err);
    }
    if (code == PICKLE_OK) {
        code = pickle_dispatch_table_update(t, cls->extra, err);
    }
    if (code) {
        pickle_dispatch_table_free(t);
        return code;
    }
    *table = t;
    return PICKLE_OK;
}

/* ---- the encoder's hooks ---- */

static pickle_value look_up(void *ctx, pickle_doc *doc, pickle_value v) {
    hooks *h = ctx;
    void *reducer_ctx = NULL;
    pickle_value type = pickle_type_of(doc, v);
    if (pickle_is_null(type)) {
        return type;
    }
    pickle_reducer_fn fn =
        pickle_dispatch_table_find(h->table, type, &reducer_ctx);
    if (!fn) {
        return pickle_null();
    }
    return fn(reducer_ctx ? reducer_ctx : &h->state, doc, v);
}

static pickle_value ask_persistent_id(void *ctx, pickle_doc *doc,
                                      pickle_value v) {
    hooks *h = ctx;
    return h->user.persistent_id(h->user.hook_ctx, doc, v);
}

static pickle_value ask_override(void *ctx, pickle_doc *doc, pickle_value v) {
    hooks *h = ctx;
    return h->user.reducer_override(h->user.hook_ctx, doc, v);
}

static bool give_buffer(void *ctx, pickle_value buffer) {
    hooks *h = ctx;
    return h->user.buffer_callback(h->user.hook_ctx, buffer);
}

/* The options the encoder gets: the program's, with its hooks behind ours. */
static pickle_encode_options wrap(hooks *h, const pickle_encode_options *opt,
                                  const pickle_dispatch_table *table) {
    h->table = table;
    h->user = opt ? *opt : pickle_encode_defaults;
    pickle__reducer_state_init(
        &h->state, h->user.cpython ? h->user.cpython : PICKLE_CPYTHON_DEFAULT);
    pickle_encode_options wrapped = h->user;
    wrapped.hook_ctx = h;
    wrapped.dispatch_table = look_up;
    wrapped.persistent_id = h->user.persistent_id ? ask_persistent_id : NULL;
    wrapped.reducer_override = h->user.reducer_override ? ask_override : NULL;
    wrapped.buffer_callback = h->user.buffer_callback ? give_buffer : NULL;
    return wrapped;
}

static pickle_code check_options(const pickle_encode_options *opt,
                                 pickle_error *err) {
    if (opt && opt->dispatch_table) {
        return pickle__error_set(err, PICKLE_ERR_ARGUMENT, "ForkingPickler",
                                 "its dispatch table is its own");
    }
    return PICKLE_OK;
}

pickle_code pickle_forking_instance_new(pickle_forking_pickler *cls,
                                        pickle_doc *doc,
                                        const pickle_encode_options *opt,
                                        pickle_write_fn write, void *ctx,
                                        pickle_forking_instance **out,
                                        pickle_error *err) {
    pickle__error_clear(err);
    pickle_code code = check_options(opt, err);
    if (code) {
        return code;
    }
    pickle_forking_instance *inst = pickle__alloc(&cls->alloc, sizeof *inst);
    if (!inst) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "ForkingPickler");
    }
    memset(inst, 0, sizeof *inst);
    inst->alloc = cls->alloc;
    code = snapshot(cls, &inst->table, err);
    if (code == PICKLE_OK) {
        pickle_encode_options wrapped = wrap(&inst->hooks, opt, inst->table);
        code =
            pickle_encoder_new(doc, &wrapped, write, ctx, &inst->encoder, err);
    }
    if (code) {
        pickle_forking_instance_free(inst);
        return code;
    }
    *out = inst;
    return PICKLE_OK;
}

pickle_code pickle_forking_instance_dump(pickle_forking_instance *inst,
                                         pickle_value v, pickle_error *err) {
    return pickle_encoder_dump(inst->encoder, v, err);
}

void pickle_forking_instance_free(pickle_forking_instance *inst) {
    if (inst) {
        pickle_allocator a = inst->alloc;
        pickle_encoder_free(inst->encoder);
        pickle_dispatch_table_free(inst->table);
        pickle__free(&a, inst, sizeof *inst);
    }
}

pickle_code pickle_forking_dumps(pickle_forking_pickler *cls, pickle_doc *doc,
                                 pickle_value v,
                                 const pickle_encode_options *opt,
                                 pickle_bytes_buffer *out, pickle_error *err) {
    pickle_dispatch_table *table;
    hooks h;
    pickle__error_clear(err);
    pickle_code code = check_options(opt, err);
    if (code == PICKLE_OK) {
        code = snapshot(cls, &table, err);
    }
    if (code) {
        return code;
    }
    pickle_encode_options wrapped = wrap(&h, opt, table);
    code = pickle_encode(doc, v, &wrapped, out, err);
    pickle_dispatch_table_free(table);
    return code;
}
