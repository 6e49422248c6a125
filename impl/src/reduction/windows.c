/* reduction/windows.c  What stands for handles and sockets in pickles of
 * Windows. Making and reading them takes no Windows; using them does. */
#include <pickleproof/reduction.h>

#include "reduction/reducers.h"
#include "value/node.h"

static pickle_value instance_with(pickle_doc *doc, const char *module,
                                  const char *qualname, pickle_value state) {
    pickle_value v = pickle_instance(doc, pickle_global(doc, module, qualname),
                                     pickle_null());
    return pickle_is_null(v) || pickle_is_null(state) ||
                   pickle_object_add_state(doc, v, state)
               ? pickle_null()
               : v;
}

static bool set(pickle_doc *doc, pickle_value dict, const char *key,
                pickle_value value) {
    return pickle_dict_set(doc, dict, pickle_str_z(doc, key), value) ==
           PICKLE_OK;
}

pickle_value pickle_duphandle_value(pickle_doc *doc, int64_t handle,
                                    int64_t access, int64_t pid) {
    pickle_value state = pickle_dict(doc, 3);
    if (!set(doc, state, "_handle", pickle_int(doc, handle)) ||
        !set(doc, state, "_access", pickle_int(doc, access)) ||
        !set(doc, state, "_pid", pickle_int(doc, pid))) {
        return pickle_null();
    }
    return instance_with(doc, "multiprocessing.reduction", "DupHandle", state);
}

pickle_value pickle_dupsocket_value(pickle_doc *doc, pickle_value address,
                                    int64_t key) {
    pickle_value id[2] = {address, pickle_int(doc, key)};
    if (pickle_is_null(address) || pickle_is_null(id[1])) {
        return pickle_null();
    }
    pickle_value state = pickle_dict(doc, 1);
    if (!set(doc, state, "_id", pickle_tuple(doc, id, 2))) {
        return pickle_null();
    }
    return instance_with(doc, "multiprocessing.resource_sharer", "DupSocket",
                         state);
}

static bool is_instance(pickle_value v, const char *module,
                        const char *qualname) {
    return pickle_kind_of(v) == PICKLE_KIND_INSTANCE &&
           pickle_is_global(pickle_get_callable(v), module, qualname);
}

bool pickle_get_duphandle(pickle_value v, int64_t *handle, int64_t *access,
                          int64_t *pid) {
    pickle_value state = pickle_get_state(v);
    return is_instance(v, "multiprocessing.reduction", "DupHandle") &&
           pickle_get_int(pickle_dict_get_z(state, "_handle"), handle) &&
           pickle_get_int(pickle_dict_get_z(state, "_access"), access) &&
           pickle_get_int(pickle_dict_get_z(state, "_pid"), pid);
}

bool pickle_get_dupsocket(pickle_value v, pickle_value *address, int64_t *key) {
    pickle_value id = pickle_dict_get_z(pickle_get_state(v), "_id");
    if (!is_instance(v, "multiprocessing.resource_sharer", "DupSocket") ||
        pickle_get_count(id) != 2) {
        return false;
    }
    *address = pickle_get_item(id, 0);
    return pickle_get_int(pickle_get_item(id, 1), key);
}

pickle_value pickle_windows_socket_value(pickle_doc *doc, pickle_value dup) {
    return pickle__native_of(doc, "socket", "socket", &dup, 1);
}

pickle_value pickle_pipe_connection_value(pickle_doc *doc, pickle_value dup,
                                          bool readable, bool writable) {
    pickle_value fields[3] = {dup, pickle_bool(readable),
                              pickle_bool(writable)};
    return pickle__native_of(doc, "multiprocessing.connection",
                             "PipeConnection", fields, 3);
}
