/* peer_connection.c  Connections, listeners, clients. See peer.h. */
#include <pickleproof/reduction.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "peer.h"

/* `ok`, or what the library says. */
static void reply_code(peer_request *r, pickle_code code,
                       const pickle_error *err) {
    if (code == PICKLE_OK)
        peer_ok(r);
    else
        peer_error(r, err);
}

/* ---- messages ---- */

/* What ForkingPickler.dumps writes by default in this version. */
static pickle_encode_options encode_options(const testee_peer *p) {
    pickle_encode_options opt = pickle_encode_defaults;
    opt.cpython = p->cpython;
    opt.protocol = p->cpython >= 314 ? 5 : 4;
    return opt;
}

static pickle_code dump(const testee_peer *p, pickle_doc *doc,
                        pickle_value value, bool spawning,
                        pickle_bytes_buffer *out, pickle_error *err) {
    pickle_encode_options opt = encode_options(p);
    pickle_forking_pickler *forking = NULL;
    pickle_code code = pickle_forking_pickler_new(NULL, NULL, &forking, err);
    if (code == PICKLE_OK)
        code = pickle_reducer_install_stdlib(forking, spawning, err);
    if (code == PICKLE_OK)
        code = pickle_forking_dumps(forking, doc, value, &opt, out, err);
    pickle_forking_pickler_free(forking);
    return code;
}

static const char *value_text(peer_request *r) {
    for (size_t i = 1; i < r->count; i++) {
        if (strncmp(r->words[i], "v:", 2) == 0)
            return r->words[i] + 2;
    }
    return NULL;
}

void peer_do_send(peer_request *r) {
    pickle_connection *conn = peer_connection(r, 0);
    const char *text = value_text(r);
    pickle_bytes_buffer out = {0};
    pickle_doc *doc = NULL;
    pickle_value value = pickle_null();
    pickle_error err;
    if (!conn)
        return;
    if (!text || strcmp(text, "?") == 0) {
        buffer_puts(r->reply, "na no-value");
        return;
    }
    pickle_code code = pickle_doc_new(NULL, &doc, &err);
    if (code == PICKLE_OK)
        code = pickle_text_read(doc, text, strlen(text), &value, &err);
    if (code == PICKLE_OK)
        code = dump(r->peer, doc, value, peer_key(r, "spawning") != NULL, &out,
                    &err);
    if (code == PICKLE_OK)
        code = pickle_connection_send_bytes(conn, out.data, out.len, &err);
    reply_code(r, code, &err);
    pickle_bytes_buffer_deinit(&out);
    pickle_doc_free(doc);
}

void peer_do_recv(peer_request *r) {
    pickle_connection *conn = peer_connection(r, 0);
    pickle_decode_options opt = pickle_decode_defaults;
    pickle_doc *doc = NULL;
    char *text = NULL;
    size_t len = 0;
    pickle_error err;
    if (!conn)
        return;
    opt.cpython = r->peer->cpython;
    pickle_code code = pickle_connection_recv(conn, &opt, &doc, &err);
    if (code == PICKLE_OK)
        code = pickle_text_write(pickle_doc_get_root(doc), NULL, NULL, &text,
                                 &len, &err);
    if (code == PICKLE_OK) {
        buffer_puts(r->reply, "ok ");
        buffer_add(r->reply, text, len);
        pickle_text_free(NULL, text, len);
    } else {
        peer_error(r, &err);
    }
    pickle_doc_free(doc);
}

void peer_do_send_bytes(peer_request *r) {
    pickle_connection *conn = peer_connection(r, 0);
    buffer data = {0};
    pickle_error err;
    if (conn && peer_bytes(r, 1, &data))
        reply_code(r,
                   pickle_connection_send_bytes(conn, buffer_text(&data),
                                                data.len, &err),
                   &err);
    buffer_free(&data);
}

void peer_do_recv_bytes(peer_request *r) {
    pickle_connection *conn = peer_connection(r, 0);
    pickle_bytes_buffer out = {0};
    pickle_error err;
    int64_t max = -1;
    if (!conn || (r->count > 1 && !peer_int(r, 1, &max)))
        return;
    if (r->count > 1 && max < 0) {
        peer_raise(r, "ValueError", "negative maxlength");
        return;
    }
    if (pickle_connection_recv_bytes(conn,
                                     r->count > 1 ? (size_t)max : SIZE_MAX,
                                     &out, &err) == PICKLE_OK)
        peer_ok_bytes(r, out.data, out.len);
    else
        peer_error(r, &err);
    pickle_bytes_buffer_deinit(&out);
}

/* str(BufferTooShort) is the repr of the whole message. */
static void too_short(peer_request *r, const pickle_bytes_buffer *whole) {
    const unsigned char *data = whole->data;
    bool apostrophe = whole->len && memchr(data, '\'', whole->len);
    bool quote = whole->len && memchr(data, '"', whole->len);
    char mark = apostrophe && !quote ? '"' : '\'';
    buffer text = {0};
    buffer_printf(&text, "b%c", mark);
    for (size_t i = 0; i < whole->len; i++) {
        if (data[i] == '\\' || data[i] == mark)
            buffer_printf(&text, "\\%c", data[i]);
        else if (data[i] == '\n' || data[i] == '\r' || data[i] == '\t')
            buffer_puts(&text, data[i] == '\n'   ? "\\n"
                               : data[i] == '\r' ? "\\r"
                                                 : "\\t");
        else if (data[i] < 0x20 || data[i] > 0x7e)
            buffer_printf(&text, "\\x%02x", data[i]);
        else
            buffer_putc(&text, (char)data[i]);
    }
    buffer_putc(&text, mark);
    peer_raise(r, "BufferTooShort", text.data);
    buffer_free(&text);
}

void peer_do_recv_bytes_into(peer_request *r) {
    enum { ROOM_MAX = 1 << 26 };
    pickle_connection *conn = peer_connection(r, 0);
    pickle_bytes_buffer whole = {0};
    pickle_error err;
    int64_t cap;
    size_t len = 0;
    if (!conn || !peer_int(r, 1, &cap) || cap < 0 || cap > ROOM_MAX)
        return;
    char *room = must_calloc((size_t)cap + 1, 1);
    pickle_code code = pickle_connection_recv_bytes_into(
        conn, room, (size_t)cap, &len, &whole, &err);
    if (code == PICKLE_OK)
        peer_ok_bytes(r, room, len);
    else if (code == PICKLE_ERR_BUFFER_TOO_SHORT)
        too_short(r, &whole);
    else
        peer_error(r, &err);
    free(room);
    pickle_bytes_buffer_deinit(&whole);
}

void peer_do_poll(peer_request *r) {
    pickle_connection *conn = peer_connection(r, 0);
    pickle_error err;
    int64_t ms;
    bool ready = false;
    if (!conn || !peer_int(r, 1, &ms))
        return;
    if (pickle_connection_poll(conn, (int)ms, &ready, &err) == PICKLE_OK)
        buffer_puts(r->reply, ready ? "ok T" : "ok F");
    else
        peer_error(r, &err);
}

void peer_do_wait(peer_request *r) {
    size_t count = r->count > 1 ? r->count - 1 : 0, found = 0;
    pickle_handle *handles = must_calloc(count + 1, sizeof *handles);
    bool *ready = must_calloc(count + 1, sizeof *ready);
    pickle_error err;
    int64_t ms;
    bool good = peer_int(r, 0, &ms);
    for (size_t i = 0; good && i < count; i++) {
        const thing *t = peer_thing(r, i + 1);
        good = t != NULL;
        handles[i] = good ? peer_fd(t) : -1;
    }
    if (good && pickle_connection_wait(handles, count, (int)ms, ready, &found,
                                       &err) != PICKLE_OK) {
        peer_error(r, &err);
    } else if (good) {
        peer_ok(r);
        for (size_t i = 0; i < count; i++) {
            if (ready[i])
                buffer_printf(r->reply, " %s", r->words[i + 1]);
        }
    }
    free(handles);
    free(ready);
}

void peer_do_connection(peer_request *r) {
    const char *name = peer_word(r, 0), *how = peer_word(r, 2);
    thing *from = name && how ? peer_thing(r, 1) : NULL;
    if (!from)
        return;
    int direction = (strchr(how, 'r') ? PICKLE_READABLE : 0) |
                    (strchr(how, 'w') ? PICKLE_WRITABLE : 0);
    int fd = peer_release(from);
    thing *t = peer_add(r->peer, name, fd);
    t->direction = direction;
    size_t at = (size_t)(t - r->peer->things);
    peer_request one = {r->peer, &r->peer->things[at].name, 1, r->reply};
    if (peer_connection(&one, 0))
        peer_ok(r);
}

/* ---- listeners and clients ---- */

/* The key of key=HEX; without one none. False if it is no hex. */
static bool read_auth(peer_request *r, buffer *key, pickle_auth_options *auth) {
    const char *hex = peer_key(r, "key");
    *auth = (pickle_auth_options){.cpython = r->peer->cpython,
                                  .acknowledge = r->peer->acknowledge};
    if (!hex)
        return true;
    if (!buffer_unhex(key, hex, strlen(hex))) {
        peer_raise(r, "ValueError", "not a key");
        return false;
    }
    auth->authkey = buffer_text(key);
    auth->authkey_len = key->len;
    return true;
}

static bool listener_address(peer_request *r, const char *kind,
                             pickle_address *a, bool *given) {
    char name[64];
    pickle_error err;
    *given = strcmp(kind, "unix") != 0;
    pickle_code code = PICKLE_OK;
    if (strcmp(kind, "localhost") == 0) {
        code = pickle_address_inet("localhost", 0, a, &err);
    } else if (strcmp(kind, "inet") == 0) {
        code = pickle_address_inet("127.0.0.1", 0, a, &err);
    } else if (strcmp(kind, "abstract") == 0) {
        int n = snprintf(name + 1, sizeof name - 1, "pickleproof-%ld-%zu",
                         (long)getpid(), ++r->peer->names_made);
        name[0] = '\0';
        code = pickle_address_unix(name, (size_t)n + 1, a, &err);
    }
    if (code != PICKLE_OK)
        peer_error(r, &err);
    return code == PICKLE_OK;
}

static void tell_address(peer_request *r, const pickle_address *a) {
    buffer text = {0};
    buffer_add(&text, a->text, a->len);
    if (a->family == PICKLE_AF_INET)
        buffer_printf(&text, ":%d", a->port);
    peer_ok_bytes(r, buffer_text(&text), text.len);
    buffer_free(&text);
}

void peer_do_listener(peer_request *r) {
    const char *name = peer_word(r, 0), *kind = peer_word(r, 1);
    const char *backlog = peer_key(r, "backlog");
    pickle_auth_options auth;
    pickle_address address;
    pickle_listener *l = NULL;
    pickle_error err;
    buffer key = {0};
    bool given = false;
    if (name && kind && read_auth(r, &key, &auth) &&
        listener_address(r, kind, &address, &given)) {
        if (pickle_listener_new(given ? &address : NULL,
                                backlog ? atoi(backlog) : 0, &auth, NULL, &l,
                                &err) == PICKLE_OK) {
            peer_add(r->peer, name, -1)->listener = l;
            tell_address(r, pickle_listener_address(l));
        } else {
            peer_error(r, &err);
        }
    }
    buffer_free(&key);
}

/* A path, an abstract name, or HOST:PORT. */
static bool read_address(peer_request *r, size_t i, pickle_address *a) {
    buffer text = {0};
    pickle_error err;
    pickle_code code = PICKLE_OK;
    bool good = peer_bytes(r, i, &text);
    char *colon = good && text.len && text.data[0] && text.data[0] != '/'
                      ? strrchr(text.data, ':')
                      : NULL;
    if (colon) {
        *colon = '\0';
        code =
            pickle_address_inet(text.data, (uint16_t)atoi(colon + 1), a, &err);
    } else if (good) {
        code = pickle_address_unix(buffer_text(&text), text.len, a, &err);
    }
    if (good && code != PICKLE_OK)
        peer_error(r, &err);
    buffer_free(&text);
    return good && code == PICKLE_OK;
}

static void add_connection(peer_request *r, const char *name,
                           pickle_connection *conn) {
    thing *t = peer_add(r->peer, name, -1);
    t->conn = conn;
    t->fd = (int)pickle_connection_handle(conn);
    peer_ok(r);
}

void peer_do_client(peer_request *r) {
    const char *name = peer_word(r, 0);
    pickle_auth_options auth;
    pickle_address address;
    pickle_connection *conn = NULL;
    pickle_error err;
    buffer key = {0};
    if (name && read_auth(r, &key, &auth) && read_address(r, 1, &address)) {
        if (pickle_client(&address, &auth, NULL, &conn, &err) == PICKLE_OK)
            add_connection(r, name, conn);
        else
            peer_error(r, &err);
    }
    buffer_free(&key);
}

void peer_do_accept_client(peer_request *r) {
    const thing *t = peer_thing(r, 0);
    const char *name = peer_word(r, 1);
    pickle_connection *conn = NULL;
    pickle_error err;
    if (!t || !name)
        return;
    if (!t->listener)
        peer_raise(r, "OSError", "listener is closed");
    else if (pickle_listener_accept(t->listener, PICKLE_NO_TIMEOUT, &conn,
                                    &err) == PICKLE_OK)
        add_connection(r, name, conn);
    else
        peer_error(r, &err);
}

static void challenge(peer_request *r,
                      pickle_code (*half)(pickle_connection *,
                                          const pickle_auth_options *,
                                          pickle_error *)) {
    pickle_connection *conn = peer_connection(r, 0);
    pickle_auth_options auth;
    pickle_error err;
    buffer key = {0};
    if (conn && read_auth(r, &key, &auth))
        reply_code(r, half(conn, &auth, &err), &err);
    buffer_free(&key);
}

void peer_do_deliver(peer_request *r) {
    challenge(r, pickle_deliver_challenge);
}

void peer_do_answer(peer_request *r) {
    challenge(r, pickle_answer_challenge);
}
