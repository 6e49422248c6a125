/* peer_sharer.c  Connections and sockets sent alive, through the resource
 * sharer. See peer.h. */
#define _GNU_SOURCE /* SO_DOMAIN, SO_PROTOCOL */
#include <pickleproof/reduction.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "peer.h"

void peer_stop_sharer(testee_peer *p) {
    pickle_resource_sharer_free(p->sharer);
    p->sharer = NULL;
}

static pickle_code start_sharer(testee_peer *p, pickle_error *err) {
    pickle_sharer_options opt = {.authkey = buffer_text(&p->authkey),
                                 .authkey_len = p->authkey.len,
                                 .cpython = p->cpython,
                                 .acknowledge = p->acknowledge};
    if (p->sharer)
        return PICKLE_OK;
    return pickle_resource_sharer_new(&opt, NULL, &p->sharer, err);
}

/* ---- objects ---- */

/* The address as CPython writes it: a str, or host and port. */
static pickle_value address_value(pickle_doc *doc, const pickle_address *a) {
    pickle_value text = pickle_str(doc, a->text, a->len);
    if (a->family != PICKLE_AF_INET)
        return text;
    pickle_value pair[] = {text, pickle_int(doc, a->port)};
    return pickle_tuple(doc, pair, 2);
}

static const char *str_of(pickle_value v, size_t *len) {
    return pickle_kind_of(v) == PICKLE_KIND_STR
               ? (const char *)pickle_get_data(v, len)
               : NULL;
}

static bool address_of(pickle_value v, pickle_address *a, pickle_error *err) {
    size_t len = 0, count = 0;
    const char *text = str_of(v, &len);
    int64_t port = 0;
    if (text)
        return pickle_address_unix(text, len, a, err) == PICKLE_OK;
    const pickle_value *items = pickle_get_items(v, &count);
    text = count == 2 ? str_of(items[0], &len) : NULL;
    return text && pickle_get_int(items[1], &port) &&
           pickle_address_inet(text, (uint16_t)port, a, err) == PICKLE_OK;
}

static int option_of(int fd, int option) {
    int value = 0;
    socklen_t len = sizeof value;
    getsockopt(fd, SOL_SOCKET, option, &value, &len);
    return value;
}

static pickle_value object_of(pickle_doc *doc, pickle_value dup, const thing *t,
                              bool is_socket) {
    int fd = peer_fd(t);
    if (is_socket)
        return pickle_socket_value(doc, dup, option_of(fd, SO_DOMAIN),
                                   option_of(fd, SO_TYPE),
                                   option_of(fd, SO_PROTOCOL));
    return pickle_connection_value(doc, dup, t->direction & PICKLE_READABLE,
                                   t->direction & PICKLE_WRITABLE);
}

static pickle_code dump_live(testee_peer *p, const thing *t, bool is_socket,
                             int protocol, pickle_bytes_buffer *out,
                             pickle_error *err) {
    pickle_encode_options opt = pickle_encode_defaults;
    pickle_forking_pickler *forking = NULL;
    pickle_doc *doc = NULL;
    pickle_address address;
    int64_t key = 0;
    opt.cpython = p->cpython;
    opt.protocol = protocol;
    pickle_code code = start_sharer(p, err);
    if (code == PICKLE_OK)
        code = pickle_resource_sharer_register(p->sharer, peer_fd(t), &address,
                                               &key, err);
    if (code == PICKLE_OK)
        code = pickle_doc_new(NULL, &doc, err);
    if (code == PICKLE_OK)
        code = pickle_forking_pickler_new(NULL, NULL, &forking, err);
    if (code == PICKLE_OK) {
        pickle_value dup = pickle_dupfd_value(doc, PICKLE_DUPFD_SHARER, key,
                                              address_value(doc, &address));
        code = pickle_forking_dumps(
            forking, doc, object_of(doc, dup, t, is_socket), &opt, out, err);
    }
    pickle_forking_pickler_free(forking);
    pickle_doc_free(doc);
    return code;
}

/* FD connection|socket at words `first` on. */
static bool dump_words(peer_request *r, size_t first,
                       pickle_bytes_buffer *out) {
    const thing *t = peer_thing(r, first);
    const char *kind = t ? peer_word(r, first + 1) : NULL;
    const char *protocol = peer_key(r, "proto");
    pickle_error err;
    if (!kind)
        return false;
    int number = protocol ? atoi(protocol) : r->peer->cpython >= 314 ? 5 : 4;
    if (dump_live(r->peer, t, strcmp(kind, "socket") == 0, number, out, &err) ==
        PICKLE_OK)
        return true;
    peer_error(r, &err);
    return false;
}

void peer_do_send_object(peer_request *r) {
    pickle_connection *conn = peer_connection(r, 0);
    pickle_bytes_buffer out = {0};
    pickle_error err;
    if (conn && dump_words(r, 1, &out)) {
        if (pickle_connection_send_bytes(conn, out.data, out.len, &err) ==
            PICKLE_OK)
            peer_ok(r);
        else
            peer_error(r, &err);
    }
    pickle_bytes_buffer_deinit(&out);
}

void peer_do_dump_object(peer_request *r) {
    pickle_bytes_buffer out = {0};
    if (dump_words(r, 0, &out))
        peer_ok_bytes(r, out.data, out.len);
    pickle_bytes_buffer_deinit(&out);
}

/* ---- fetching ---- */

pickle_auth_options peer_auth(testee_peer *p) {
    pickle_auth_options auth = {.authkey = buffer_text(&p->authkey),
                                .authkey_len = p->authkey.len,
                                .cpython = p->cpython,
                                .acknowledge = p->acknowledge};
    return auth;
}

static pickle_code fetch(testee_peer *p, const pickle_address *a, int64_t key,
                         pickle_handle *h, pickle_error *err) {
    pickle_auth_options auth = peer_auth(p);
    return pickle_resource_sharer_fetch(a, key, &auth, NULL, h, err);
}

static void tell_rebuilt(peer_request *r, const char *name, int fd,
                         const pickle_rebuilt *b) {
    thing *t = peer_add(r->peer, name, fd);
    peer_ok(r);
    if (b->is_socket) {
        buffer_printf(r->reply, " socket i%llx i%llx i%llx",
                      (unsigned long long)b->family,
                      (unsigned long long)b->type,
                      (unsigned long long)b->proto);
        return;
    }
    t->direction = (b->readable ? PICKLE_READABLE : 0) |
                   (b->writable ? PICKLE_WRITABLE : 0);
    buffer_printf(r->reply, " connection %s%s", b->readable ? "r" : "",
                  b->writable ? "w" : "");
}

static void rebuild(peer_request *r, const char *name, pickle_value v) {
    pickle_rebuilt b;
    pickle_dupfd_form form;
    pickle_value where = pickle_null();
    pickle_address address;
    pickle_error err = {.code = PICKLE_ERR_VALUE, .message = "no address"};
    pickle_handle h;
    int64_t key;
    if (!pickle_get_rebuilt(v, &b) ||
        !pickle_get_dupfd(b.dup, &form, &key, &where) ||
        form != PICKLE_DUPFD_SHARER)
        peer_raise(r, "TypeError", "neither a Connection nor a socket");
    else if (!address_of(where, &address, &err) ||
             fetch(r->peer, &address, key, &h, &err) != PICKLE_OK)
        peer_error(r, &err);
    else
        tell_rebuilt(r, name, (int)h, &b);
}

static void load(peer_request *r, const char *name, const void *data,
                 size_t len) {
    pickle_decode_options opt = pickle_decode_defaults;
    pickle_doc *doc = NULL;
    pickle_error err;
    opt.cpython = r->peer->cpython;
    if (pickle_decode(data, len, &opt, &doc, NULL, &err) == PICKLE_OK)
        rebuild(r, name, pickle_doc_get_root(doc));
    else
        peer_error(r, &err);
    pickle_doc_free(doc);
}

void peer_do_recv_object(peer_request *r) {
    pickle_connection *conn = peer_connection(r, 0);
    const char *name = conn ? peer_word(r, 1) : NULL;
    pickle_bytes_buffer in = {0};
    pickle_error err;
    if (!name)
        return;
    if (pickle_connection_recv_bytes(conn, SIZE_MAX, &in, &err) == PICKLE_OK)
        load(r, name, in.data, in.len);
    else
        peer_error(r, &err);
    pickle_bytes_buffer_deinit(&in);
}

void peer_do_load_object(peer_request *r) {
    const char *name = peer_word(r, 1);
    buffer data = {0};
    if (name && peer_bytes(r, 0, &data))
        load(r, name, buffer_text(&data), data.len);
    buffer_free(&data);
}

/* ---- the sharer itself ---- */

static void fetch_words(peer_request *r) {
    const char *name = peer_word(r, 3);
    buffer path = {0};
    pickle_address address;
    pickle_error err;
    pickle_handle h;
    int64_t key;
    if (name && peer_bytes(r, 1, &path) && peer_int(r, 2, &key)) {
        if (pickle_address_unix(buffer_text(&path), path.len, &address, &err) ==
                PICKLE_OK &&
            fetch(r->peer, &address, key, &h, &err) == PICKLE_OK) {
            peer_add(r->peer, name, (int)h);
            peer_ok(r);
        } else {
            peer_error(r, &err);
        }
    }
    buffer_free(&path);
}

/* A new key is for what is started from now on: a running sharer keeps its
 * own. */
static void set_key(peer_request *r) {
    buffer key = {0};
    if (peer_bytes(r, 1, &key)) {
        buffer_clear(&r->peer->authkey);
        buffer_add(&r->peer->authkey, buffer_text(&key), key.len);
        peer_ok(r);
    }
    buffer_free(&key);
}

void peer_do_sharer(peer_request *r) {
    const char *what = peer_word(r, 0);
    if (!what)
        return;
    if (strcmp(what, "stop") == 0) {
        if (r->peer->sharer)
            pickle_resource_sharer_stop(r->peer->sharer, -1);
        peer_ok(r);
    } else if (strcmp(what, "key") == 0) {
        set_key(r);
    } else if (strcmp(what, "fetch") == 0) {
        fetch_words(r);
    }
}
