#include "pickletools/genops.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/repr.h"

/* ---- errors ---- */

bool pickle__genops_stop(pickle_genops *it, pickle_code code) {
    pickle__text_terminate(&it->message);
    it->fault.code = it->message.failed ? PICKLE_ERR_NOMEM : code;
    it->ended = true;
    return false;
}

bool pickle__genops_fail(pickle_genops *it, pickle_code code,
                         const char *format, ...) {
    char text[200]; /* longer ones quote the pickle and are built otherwise */
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pickle__text_str(&it->message, text);
    return pickle__genops_stop(it, code);
}

static bool fail_unknown(pickle_genops *it, uint8_t code) {
    if (it->hide_offsets) {
        pickle__text_str(&it->message, "at position <unknown>, opcode ");
    } else {
        pickle__text_format(&it->message, "at position %zu, opcode ",
                            it->fault.offset);
    }
    pickle__repr_bytes(&it->message, &code, 1);
    pickle__text_str(&it->message, " unknown");
    return pickle__genops_stop(it, PICKLE_ERR_PICKLETOOLS);
}

/* ---- lifecycle ---- */

int pickle__cpython(int option) {
    int version = option ? option : PICKLE_CPYTHON_DEFAULT;
    return version >= PICKLE_CPYTHON_MIN && version <= PICKLE_CPYTHON_MAX
               ? version
               : 0;
}

bool pickle__genops_init(pickle_genops *it, const void *data, size_t len,
                         int cpython, size_t start,
                         const pickle_allocator *alloc) {
    memset(it, 0, sizeof *it);
    it->data = data;
    it->len = len;
    it->pos = start;
    it->fault.offset = start;
    it->fault.opcode = -1;
    it->fault.where = "";
    it->cpython = pickle__cpython(cpython);
    const pickle_allocator *a = alloc ? alloc : pickle_allocator_default();
    pickle__text_init(&it->scratch, a);
    pickle__text_init(&it->unescaped, a);
    pickle__text_init(&it->message, a);
    return it->cpython && start <= len && (data || len == 0);
}

void pickle__genops_deinit(pickle_genops *it) {
    pickle__text_deinit(&it->scratch);
    pickle__text_deinit(&it->unescaped);
    pickle__text_deinit(&it->message);
}

pickle_code pickle_genops_new(const void *data, size_t len,
                              const pickle_genops_options *opt,
                              pickle_genops **it, pickle_error *err) {
    static const pickle_genops_options defaults = {0, 0, NULL};
    const pickle_genops_options *o = opt ? opt : &defaults;
    pickle_genops start;
    pickle__error_clear(err);
    if (!pickle__genops_init(&start, data, len, o->cpython, o->start,
                             o->alloc)) {
        return pickle__error_code(err, PICKLE_ERR_ARGUMENT, "genops");
    }
    pickle_genops *made = pickle__alloc(&start.message.alloc, sizeof *made);
    if (!made) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "genops");
    }
    *made = start;
    *it = made;
    return PICKLE_OK;
}

void pickle_genops_free(pickle_genops *it) {
    if (it) {
        pickle_allocator alloc = it->message.alloc;
        pickle__genops_deinit(it);
        pickle__free(&alloc, it, sizeof *it);
    }
}

/* ---- reading ---- */

bool pickle_genops_next(pickle_genops *it, pickle_genop *op) {
    if (it->ended) {
        return false;
    }
    it->fault.offset = it->pos;
    if (it->pos == it->len) {
        return pickle__genops_fail(it, PICKLE_ERR_PICKLETOOLS,
                                   "pickle exhausted before seeing STOP");
    }
    uint8_t code = it->data[it->pos++];
    const pickle_opcode_info *info = pickle_opcode_get(code);
    it->fault.opcode = code;
    if (!info) {
        return fail_unknown(it, code);
    }
    it->fault.where = info->name;
    pickle_arg arg = {PICKLE_ARG_NONE, 0, 0, NULL, 0};
    if (!pickle__argument_read(it, code, &arg)) {
        return false;
    }
    it->fault.opcode = -1;
    it->ended = code == '.';
    op->info = info;
    op->offset = it->fault.offset;
    op->len = it->pos - it->fault.offset;
    op->arg = arg;
    return true;
}

size_t pickle_genops_offset(const pickle_genops *it) {
    return it->fault.code ? it->fault.offset : it->pos;
}

const char *pickle_genops_message(const pickle_genops *it, size_t *len) {
    bool has_message = it->fault.code && !it->message.failed;
    if (len) {
        *len = has_message ? it->message.len : 0;
    }
    return has_message ? (const char *)it->message.data : "";
}

pickle_code pickle_genops_error(const pickle_genops *it, pickle_error *err) {
    pickle__error_clear(err);
    if (!it->fault.code) {
        return PICKLE_OK;
    }
    return pickle__report(&it->fault, &it->message, NULL, err);
}
