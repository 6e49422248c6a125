/* wire_auth.c  auth: one half of the handshake, or both as a listener or a
 * client goes through them. See wire.h. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "wire.h"

typedef struct keyed {
    pickle_auth_options auth;
    buffer key;
    wire_random random;
} keyed;

static void read_auth(const wire_request *r, keyed *k) {
    *k = (keyed){.auth = {.cpython = r->cpython,
                          .digest = wire_key(r, "digest"),
                          .random = wire_random_take}};
    if (wire_key_bytes(r, "key", &k->key)) {
        k->auth.authkey = buffer_text(&k->key);
        k->auth.authkey_len = k->key.len;
    }
    wire_key_bytes(r, "random", &k->random.bytes);
    k->auth.random_ctx = &k->random;
}

/* ---- one half ---- */

static void one_half(wire_request *r, const keyed *k, bool deliver) {
    wire_peer p;
    pickle_error err;
    if (!wire_peer_open(&p, &r->data, NULL, false)) {
        r->na = "peer";
        return;
    }
    pickle_connection *conn = wire_peer_connection(&p, r);
    pickle_code code = deliver ? pickle_deliver_challenge(conn, &k->auth, &err)
                               : pickle_answer_challenge(conn, &k->auth, &err);
    wire_done(r, code, &err);
    pickle_connection_close(conn);
    wire_peer_finish(&p, r, true);
}

/* ---- both, through a socket ---- */

/* What the peer got, until this side has closed: it may have left something
 * unread, which the peer is told with an error. */
static void read_all(int fd, buffer *out) {
    ssize_t n = 1;
    while (n > 0 || (n < 0 && errno == EINTR)) {
        n = recv(fd, buffer_room(out, 4096), 4096, 0);
        out->len += n > 0 ? (size_t)n : 0;
    }
}

static int connect_to(const pickle_address *address) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    memcpy(name.sun_path, address->text, address->len);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&name, sizeof name) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* The outcome, and how much of `total` was used if the connection lives. */
static void tell_outcome(wire_request *r, pickle_connection *conn,
                         pickle_code code, const pickle_error *err,
                         size_t *used) {
    buffer left = {0};
    wire_done(r, code, err);
    if (code == PICKLE_OK) {
        read_all((int)pickle_connection_handle(conn), &left);
        *used = r->data.len - left.len;
        pickle_connection_close(conn);
    }
    buffer_free(&left);
}

static void tell_written(wire_request *r, const buffer *written,
                         pickle_code code, size_t used) {
    wire_bytes(r, "x:", buffer_text(written), written->len);
    if (code == PICKLE_OK)
        wire_word(r, "used:%zu", used);
}

static void as_listener(wire_request *r, const keyed *k) {
    pickle_listener *listener = NULL;
    pickle_connection *conn = NULL;
    pickle_error err;
    buffer written = {0};
    size_t used = 0;
    pickle_code code =
        pickle_listener_new(NULL, 1, &k->auth, NULL, &listener, &err);
    int fd =
        code == PICKLE_OK ? connect_to(pickle_listener_address(listener)) : -1;
    if (fd < 0) {
        r->na = "listener";
        pickle_listener_close(listener);
        return;
    }
    wire_feed(fd, buffer_text(&r->data), r->data.len);
    shutdown(fd, SHUT_WR);
    code = pickle_listener_accept(listener, PICKLE_NO_TIMEOUT, &conn, &err);
    tell_outcome(r, conn, code, &err, &used);
    read_all(fd, &written);
    tell_written(r, &written, code, used);
    close(fd);
    pickle_listener_close(listener);
    buffer_free(&written);
}

/* The peer of a client has to accept while the client is at it. */
typedef struct server {
    int fd;
    const buffer *script;
    buffer written;
} server;

static void *serve_one(void *arg) {
    server *s = arg;
    int fd = accept(s->fd, NULL, NULL);
    if (fd >= 0) {
        wire_feed(fd, buffer_text(s->script), s->script->len);
        shutdown(fd, SHUT_WR);
        read_all(fd, &s->written);
        close(fd);
    }
    return NULL;
}

/* An abstract address that the system chooses. */
static int listen_somewhere(pickle_address *address) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    socklen_t len = sizeof name.sun_family;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&name, len) != 0 || listen(fd, 1) != 0) {
        close(fd);
        return -1;
    }
    len = sizeof name;
    getsockname(fd, (struct sockaddr *)&name, &len);
    if (pickle_address_unix(name.sun_path, len - sizeof name.sun_family,
                            address, NULL) != PICKLE_OK) {
        close(fd);
        return -1;
    }
    return fd;
}

static void as_client(wire_request *r, const keyed *k) {
    pickle_address address;
    pickle_connection *conn = NULL;
    pickle_error err;
    pthread_t thread;
    size_t used = 0;
    server s = {.fd = listen_somewhere(&address), .script = &r->data};
    if (s.fd < 0 || pthread_create(&thread, NULL, serve_one, &s) != 0) {
        r->na = "peer";
        return;
    }
    pickle_code code = pickle_client(&address, &k->auth, NULL, &conn, &err);
    tell_outcome(r, conn, code, &err, &used);
    pthread_join(thread, NULL);
    close(s.fd);
    tell_written(r, &s.written, code, used);
    buffer_free(&s.written);
}

void wire_auth(wire_request *r) {
    const char *role = wire_key(r, "role");
    keyed k;
    read_auth(r, &k);
    if (!role)
        r->na = "role";
    else if (strcmp(role, "listener") == 0)
        as_listener(r, &k);
    else if (strcmp(role, "client") == 0)
        as_client(r, &k);
    else
        one_half(r, &k, strcmp(role, "deliver") == 0);
    buffer_free(&k.key);
    buffer_free(&k.random.bytes);
}
