/*
 * resource_sharer/serve.c  The sharer's thread: one client at a time, whatever
 * it does.
 */
#include <inttypes.h>

#include "connection/connection.h"
#include "connection/handles.h"
#include "connection/listener.h"
#include "resource_sharer/sharer.h"

/* A request is some twenty bytes. */
#define MAX_REQUEST ((size_t)4096)

/* How long to rest when clients cannot be accepted. */
enum { REST_MS = 20 };

static void report(const pickle_resource_sharer *s, const pickle_error *err) {
    if (s->opt.on_error) {
        s->opt.on_error(s->opt.on_error_ctx, err);
    }
}

/* Name the client, so that stop can cut it off; false if it is too late. */
static bool enter(pickle_resource_sharer *s, pickle_connection *client) {
    pickle__mutex_lock(s->mutex);
    bool stopping = s->stopping;
    s->client = stopping ? NULL : client;
    pickle__mutex_unlock(s->mutex);
    return !stopping;
}

static void leave(pickle_resource_sharer *s, pickle_connection *client) {
    pickle__mutex_lock(s->mutex);
    s->client = NULL;
    pickle__mutex_unlock(s->mutex);
    pickle_connection_close(client);
}

static pickle_code send_entry(pickle_resource_sharer *s,
                              pickle_connection *client, int64_t key,
                              pickle_error *err) {
    pickle__mutex_lock(s->mutex);
    pickle_handle h = pickle__entries_take(s, key);
    pickle__mutex_unlock(s->mutex);
    if (h == PICKLE_INVALID_HANDLE) {
        return pickle__error_set(err, PICKLE_ERR_KEY, "sharer", "%" PRId64,
                                 key);
    }
    pickle_code code = pickle__connection_send_handle(client, h, err);
    pickle__handle_close(h);
    return code;
}

/* The first of the two that `key, pid = request` needs. Others than tuples and
 * lists of two hold nothing that could be a key, but say so as CPython does. */
static pickle_code unpack(pickle_value request, pickle_value *first,
                          pickle_error *err) {
    switch (pickle_kind_of(request)) {
    case PICKLE_KIND_TUPLE:
    case PICKLE_KIND_LIST:
    case PICKLE_KIND_DICT:
    case PICKLE_KIND_SET:
    case PICKLE_KIND_FROZENSET:
        if (pickle_get_count(request) != 2) {
            break;
        }
        *first = pickle_kind_of(request) <= PICKLE_KIND_LIST
                     ? pickle_get_item(request, 0)
                     : pickle_none();
        return PICKLE_OK;
    case PICKLE_KIND_STR:
    case PICKLE_KIND_BYTES:
    case PICKLE_KIND_BYTEARRAY: *first = pickle_none(); return PICKLE_OK;
    default:
        return pickle__error_set(err, PICKLE_ERR_TYPE, "sharer",
                                 "a request is (key, pid)");
    }
    return pickle__error_set(err, PICKLE_ERR_VALUE, "sharer",
                             "a request is (key, pid)");
}

/* A key is what equals an int: True and 1.0 are 1. What can be a key of a dict
 * is one that is not there; the rest cannot be looked up. */
static pickle_code find_key(pickle_value v, int64_t *key, pickle_error *err) {
    double number;
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_BOOL: *key = pickle_get_bool(v); return PICKLE_OK;
    case PICKLE_KIND_FLOAT:
        number = pickle_get_float(v);
        if (number < 1 || number > 1e15 || number != (double)(int64_t)number) {
            break;
        }
        *key = (int64_t)number;
        return PICKLE_OK;
    case PICKLE_KIND_LIST:
    case PICKLE_KIND_DICT:
    case PICKLE_KIND_SET:
    case PICKLE_KIND_BYTEARRAY:
        return pickle__error_set(err, PICKLE_ERR_TYPE, "sharer",
                                 "unhashable type");
    default:
        if (pickle_get_int(v, key)) {
            return PICKLE_OK;
        }
    }
    return pickle__error_code(err, PICKLE_ERR_KEY, "sharer");
}

/* The request (key, pid); None asks the thread to end. */
static pickle_code read_request(pickle_connection *client, int64_t *key,
                                bool *end, pickle_error *err) {
    pickle_decode_options opt = pickle_decode_defaults;
    pickle_value first = pickle_null();
    pickle_doc *doc;
    opt.max_bytes = MAX_REQUEST;
    pickle_code code = pickle_connection_recv(client, &opt, &doc, err);
    if (code) {
        return code;
    }
    pickle_value v = pickle_doc_get_root(doc);
    *end = pickle_kind_of(v) == PICKLE_KIND_NONE;
    if (!*end) {
        code = unpack(v, &first, err);
        code = code ? code : find_key(first, key, err);
    }
    pickle_doc_free(doc);
    return code;
}

/* Returns false when the thread is to end. */
static bool serve_client(pickle_resource_sharer *s, pickle_connection *client) {
    pickle_error err;
    int64_t key = 0;
    bool end = false;
    pickle_auth_options auth = pickle__sharer_auth(s);
    pickle_connection_set_timeout(client, auth.timeout_ms);
    pickle_connection_set_peer(client, auth.cpython);
    if (auth.acknowledge) {
        pickle_connection_set_acknowledge(client, true);
    }
    if (!enter(s, client)) {
        pickle_connection_close(client);
        return false;
    }
    pickle_code code = pickle__listener_handshake(client, &auth, &err);
    code = code ? code : read_request(client, &key, &end, &err);
    code = code || end ? code : send_entry(s, client, key, &err);
    leave(s, client);
    if (code) {
        report(s, &err);
    }
    return !end;
}

/* Wait for a client, or to be woken. */
static pickle_code wait_client(pickle_resource_sharer *s, bool *woken,
                               pickle_error *err) {
    pickle_handle handles[2] = {s->wake[0],
                                pickle_listener_handle(s->listener)};
    bool ready[2] = {false, false};
    pickle_code code = PICKLE_OK;
    while (!code && !ready[0] && !ready[1]) {
        code = pickle__handle_poll(handles, 2, PICKLE__NO_DEADLINE, ready, err);
    }
    *woken = ready[0];
    return code;
}

static bool is_stopping(pickle_resource_sharer *s) {
    pickle__mutex_lock(s->mutex);
    bool stopping = s->stopping;
    pickle__mutex_unlock(s->mutex);
    return stopping;
}

/* Serve the next client; false when the thread is to end. Where the system has
 * no memory or no descriptor for it now, it may have soon. */
static bool serve_next(pickle_resource_sharer *s) {
    pickle_connection *client;
    pickle_error err;
    bool woken;
    pickle_code code = wait_client(s, &woken, &err);
    if (!code && woken) {
        return false;
    }
    code = code ? code
                : pickle__listener_accept_raw(s->listener, 0, &client, &err);
    if (!code) {
        return serve_client(s, client);
    }
    if (code != PICKLE_ERR_TIMEOUT) {
        report(s, &err);
        pickle__rest_ms(REST_MS);
    }
    return !is_stopping(s);
}

void pickle__sharer_run(void *sharer) {
    pickle_resource_sharer *s = sharer;
    while (serve_next(s)) {
        continue;
    }
    pickle__mutex_lock(s->mutex);
    pickle__handle_close(s->done[1]);
    s->done[1] = PICKLE_INVALID_HANDLE; /* the number may be another's soon */
    pickle__mutex_unlock(s->mutex);
}
