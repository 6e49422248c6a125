/*
 * reduction/dupfd.c  DupFd(): making one in the form that the moment asks for,
 * and getting at its descriptor.
 */
#include <pickleproof/reduction.h>

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

struct pickle_spawning {
    pickle_allocator alloc;
    pickle_dupfd_form form;
    pickle_handle *handles;
    size_t count;
    size_t cap;
};

pickle_code pickle_spawning_new(pickle_dupfd_form form,
                                const pickle_allocator *alloc,
                                pickle_spawning **out, pickle_error *err) {
    const pickle_allocator *a = alloc ? alloc : pickle_allocator_default();
    pickle__error_clear(err);
    if (form != PICKLE_DUPFD_SPAWN && form != PICKLE_DUPFD_FORKSERVER) {
        return pickle__error_code(err, PICKLE_ERR_ARGUMENT, "spawning");
    }
    pickle_spawning *s = pickle__alloc(a, sizeof *s);
    if (!s) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "spawning");
    }
    memset(s, 0, sizeof *s);
    s->alloc = *a;
    s->form = form;
    *out = s;
    return PICKLE_OK;
}

void pickle_spawning_free(pickle_spawning *s) {
    if (s) {
        pickle_allocator a = s->alloc;
        pickle__free(&a, s->handles, s->cap * sizeof *s->handles);
        pickle__free(&a, s, sizeof *s);
    }
}

const pickle_handle *pickle_spawning_handles(const pickle_spawning *s,
                                             size_t *count) {
    *count = s->count;
    return s->handles;
}

/* ---- making ---- */

static bool reserve(pickle_spawning *s) {
    if (s->count < s->cap) {
        return true;
    }
    size_t cap = s->cap ? s->cap * 2 : 8;
    pickle_handle *grown = pickle__realloc(
        &s->alloc, s->handles, s->cap * sizeof *grown, cap * sizeof *grown);
    if (grown) {
        s->handles = grown;
        s->cap = cap;
    }
    return grown != NULL;
}

/* Note a descriptor for the child, and say what its DupFd holds. */
static pickle_code add_handle(pickle_spawning *s, pickle_handle h, int64_t *n,
                              pickle_error *err) {
    size_t at = s->count;
    bool spawn = s->form == PICKLE_DUPFD_SPAWN;
    *n = spawn ? h : (int64_t)at;
    while (spawn && at > 0 && s->handles[at - 1] >= h) {
        at--;
    }
    if (spawn && at < s->count && s->handles[at] == h) {
        return PICKLE_OK;
    }
    if (!reserve(s)) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "DupFd");
    }
    memmove(s->handles + at + 1, s->handles + at,
            (s->count - at) * sizeof *s->handles);
    s->handles[at] = h;
    s->count++;
    return PICKLE_OK;
}

/* An address as Python has it: a str, or (host, port). */
static pickle_value address_value(pickle_doc *doc, const pickle_address *a) {
    pickle_value text = pickle_str(doc, a->text, a->len);
    if (a->family != PICKLE_AF_INET || pickle_is_null(text)) {
        return text;
    }
    pickle_value pair[2] = {text, pickle_int(doc, a->port)};
    return pickle_tuple(doc, pair, 2);
}

static pickle_code share(pickle_resource_sharer *sharer, pickle_doc *doc,
                         pickle_handle h, pickle_value *dup,
                         pickle_error *err) {
    pickle_address address;
    int64_t key;
    pickle_code code =
        pickle_resource_sharer_register(sharer, h, &address, &key, err);
    if (!code) {
        *dup = pickle_dupfd_value(doc, PICKLE_DUPFD_SHARER, key,
                                  address_value(doc, &address));
    }
    return code;
}

pickle_code pickle_dupfd_make(pickle_doc *doc, pickle_handle h,
                              pickle_spawning *spawning,
                              pickle_resource_sharer *sharer, pickle_value *out,
                              pickle_error *err) {
    pickle_value dup = pickle_null();
    pickle_code code = PICKLE_OK;
    pickle__error_clear(err);
    if (spawning) {
        int64_t n;
        code = add_handle(spawning, h, &n, err);
        if (!code) {
            dup = pickle_dupfd_value(doc, spawning->form, n, pickle_null());
        }
    } else if (sharer) {
        code = share(sharer, doc, h, &dup, err);
    } else {
        code = pickle__error_set(err, PICKLE_ERR_ARGUMENT, "DupFd",
                                 "SCM_RIGHTS appears not to be available");
    }
    if (!code && pickle_is_null(dup)) {
        code = pickle__error_code(err, PICKLE_ERR_NOMEM, "DupFd");
    }
    if (!code) {
        *out = dup;
    }
    return code;
}

/* ---- detaching ---- */

/* Python counts from the end below 0. */
static pickle_code take_inherited(const pickle_detach_options *opt, int64_t n,
                                  pickle_handle *h, pickle_error *err) {
    int64_t count = (int64_t)opt->inherited_count;
    int64_t at = n < 0 ? n + count : n;
    if (!opt->inherited) {
        return pickle__error_set(err, PICKLE_ERR_TYPE, "detach",
                                 "'NoneType' object is not subscriptable");
    }
    if (at < 0 || at >= count) {
        return pickle__error_set(err, PICKLE_ERR_INDEX, "detach",
                                 "list index out of range");
    }
    *h = opt->inherited[at];
    return PICKLE_OK;
}

static pickle_code read_address(pickle_value v, pickle_address *address,
                                pickle_error *err) {
    bool is_tuple = pickle_kind_of(v) == PICKLE_KIND_TUPLE;
    size_t len;
    int64_t port = 0;
    const char *text = (const char *)pickle_get_data(
        is_tuple ? pickle_get_item(v, 0) : v, &len);
    if (!is_tuple && text) {
        return pickle_address_unix(text, len, address, err);
    }
    char host[PICKLE_ADDRESS_MAX];
    if (!text || len >= sizeof host || pickle_get_count(v) != 2 ||
        !pickle_get_int(pickle_get_item(v, 1), &port) || port < 0 ||
        port > UINT16_MAX) {
        return pickle__error_set(err, PICKLE_ERR_ARGUMENT, "detach",
                                 "address type unrecognized");
    }
    memcpy(host, text, len);
    host[len] = '\0';
    return pickle_address_inet(host, (uint16_t)port, address, err);
}

static pickle_code fetch(pickle_value from, int64_t key,
                         const pickle_detach_options *opt, pickle_handle *h,
                         pickle_error *err) {
    pickle_address address;
    pickle_code code = read_address(from, &address, err);
    return code ? code
                : pickle_resource_sharer_fetch(&address, key, opt->auth,
                                               opt->alloc, h, err);
}

pickle_code pickle_dupfd_detach(pickle_value dup,
                                const pickle_detach_options *opt,
                                pickle_handle *h, pickle_error *err) {
    const pickle_detach_options none = {0};
    pickle_dupfd_form form;
    int64_t n;
    pickle_value address;
    pickle__error_clear(err);
    opt = opt ? opt : &none;
    if (!pickle_get_dupfd(dup, &form, &n, &address)) {
        return pickle__error_set(err, PICKLE_ERR_ATTRIBUTE, "detach",
                                 "'%s' object has no attribute 'detach'",
                                 pickle_kind_name(pickle_kind_of(dup)));
    }
    switch (form) {
    case PICKLE_DUPFD_FORKSERVER: return take_inherited(opt, n, h, err);
    case PICKLE_DUPFD_SHARER: return fetch(address, n, opt, h, err);
    case PICKLE_DUPFD_SPAWN: break;
    }
    *h = (pickle_handle)n;
    return PICKLE_OK;
}
