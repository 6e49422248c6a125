/* reduction/rebuild.c  DupFd objects in their three forms, and recognising what
 * a peer has sent. */
#include <pickleproof/reduction.h>

#include <string.h>

#include "reduction/members.h"
#include "value/node.h"

static const struct {
    const char *module;
    const char *qualname;
    const char *attribute;
} forms[] = {
    {"multiprocessing.popen_spawn_posix", "_DupFd", "fd"},
    {"multiprocessing.popen_forkserver", "_DupFd", "ind"},
    {"multiprocessing.resource_sharer", "DupFd", "_id"},
};

#define COUNT_OF(a) (sizeof(a) / sizeof(a)[0])

pickle_value pickle_dupfd_value(pickle_doc *doc, pickle_dupfd_form form,
                                int64_t n, pickle_value address) {
    pickle_value what = pickle_int(doc, n);
    if (form == PICKLE_DUPFD_SHARER) {
        pickle_value id[2] = {address, what};
        if (pickle_is_null(address)) {
            return address;
        }
        what = pickle_tuple(doc, id, 2);
    }
    pickle_value v = pickle_instance(
        doc, pickle_global(doc, forms[form].module, forms[form].qualname),
        pickle_null());
    pickle_value state = pickle_dict(doc, 1);
    if (pickle_is_null(v) ||
        pickle_dict_set(doc, state, pickle_str_z(doc, forms[form].attribute),
                        what) ||
        pickle_object_add_state(doc, v, state)) {
        return pickle_null();
    }
    return v;
}

bool pickle_get_dupfd(pickle_value v, pickle_dupfd_form *form, int64_t *n,
                      pickle_value *address) {
    pickle_value cls = pickle_get_callable(v);
    if (pickle_kind_of(v) != PICKLE_KIND_INSTANCE) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if (!pickle_is_global(cls, forms[i].module, forms[i].qualname)) {
            continue;
        }
        pickle_value what =
            pickle_dict_get_z(pickle_get_state(v), forms[i].attribute);
        *form = (pickle_dupfd_form)i;
        *address = pickle_null();
        if (i == PICKLE_DUPFD_SHARER) {
            if (pickle_get_count(what) != 2) {
                return false;
            }
            *address = pickle_get_item(what, 0);
            what = pickle_get_item(what, 1);
        }
        return pickle_get_int(what, n);
    }
    return false;
}

/* Whether v is the call of one of socket's enums with its number. */
static bool called_member(pickle_value v, const char *cls, int64_t *n) {
    pickle_value args = pickle_get_args(v);
    return pickle_kind_of(v) == PICKLE_KIND_REDUCE &&
           pickle_is_global(pickle_get_callable(v), "socket", cls) &&
           pickle_get_count(args) == 1 &&
           pickle_get_int(pickle_get_item(args, 0), n);
}

/* A member of a socket enum in any form CPython has written. */
static bool enum_number(pickle_value v, const char *cls, int64_t *n) {
    if (pickle_get_int(v, n) || called_member(v, cls, n)) {
        return true;
    }
    for (size_t i = 0; i < PICKLE__MEMBER_COUNT; i++) {
        const pickle__member *m = &pickle__members[i];
        if (strcmp(m->cls, cls) == 0 &&
            pickle_is_global(v, "socket", m->name)) {
            *n = m->number;
            return true;
        }
    }
    return false;
}

bool pickle_get_rebuilt(pickle_value v, pickle_rebuilt *out) {
    pickle_value f = pickle_get_callable(v);
    pickle_value args = pickle_get_args(v);
    memset(out, 0, sizeof *out);
    if (pickle_kind_of(v) != PICKLE_KIND_REDUCE) {
        return false;
    }
    out->dup = pickle_get_item(args, 0);
    if (pickle_is_global(f, "multiprocessing.reduction", "_rebuild_socket")) {
        out->is_socket = true;
        out->family = out->type = out->proto = -1;
        if (pickle_get_count(args) == 1) {
            return true; /* of Windows */
        }
        return pickle_get_count(args) == 4 &&
               enum_number(pickle_get_item(args, 1), "AddressFamily",
                           &out->family) &&
               enum_number(pickle_get_item(args, 2), "SocketKind",
                           &out->type) &&
               pickle_get_int(pickle_get_item(args, 3), &out->proto);
    }
    out->is_pipe = pickle_is_global(f, "multiprocessing.connection",
                                    "rebuild_pipe_connection");
    if (out->is_pipe || pickle_is_global(f, "multiprocessing.connection",
                                         "rebuild_connection")) {
        out->readable = pickle_get_bool(pickle_get_item(args, 1));
        out->writable = pickle_get_bool(pickle_get_item(args, 2));
        return pickle_get_count(args) == 3;
    }
    return false;
}
