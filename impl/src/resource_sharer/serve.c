/*
 * resource_sharer/serve.c  The sharer's thread: one client at a time, whatever
 * it does.
 */
#include "connection/connection.h"
#include "connection/handles.h"
#include "connection/listener.h"
#include "resource_sharer/sharer.h"

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

/* Receive the request and send what it asks for; with None it asks the thread
 * to end. */
static pickle_code answer(pickle_resource_sharer *s, pickle_connection *client,
                          bool *end, pickle_error *err) {
    pickle_doc *doc;
    pickle_handle h;
    pickle_code code = pickle__request_recv(s, client, &doc, end, err);
    if (code) {
        return code;
    }
    code = *end ? PICKLE_OK : pickle__request_take(s, doc, &h, err);
    if (!code && !*end) {
        code = pickle__connection_send_handle(client, h, err);
        pickle__handle_close(h);
    }
    pickle_doc_free(doc);
    return code;
}

/* Returns false when the thread is to end. */
static bool serve_client(pickle_resource_sharer *s, pickle_connection *client) {
    pickle_error err;
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
    code = code ? code : answer(s, client, &end, &err);
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
