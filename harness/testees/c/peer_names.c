/* peer_names.c  Names and the descriptors they stand for. See peer.h. */
#define _GNU_SOURCE /* F_DUPFD_CLOEXEC, dup3 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "peer.h"

thing *peer_find(const testee_peer *p, const char *name) {
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(p->things[i].name, name) == 0)
            return &p->things[i];
    }
    return NULL;
}

/* A name that is used again lets go of what it stood for. */
thing *peer_add(testee_peer *p, const char *name, int fd) {
    thing *t = peer_find(p, name);
    if (t) {
        peer_close(t);
    } else {
        p->things = must_resize(p->things, (p->count + 1) * sizeof *p->things);
        t = &p->things[p->count++];
        *t = (thing){.name = must_copy(name)};
    }
    t->fd = fd;
    t->direction = PICKLE_DUPLEX;
    return t;
}

thing *peer_thing(peer_request *r, size_t i) {
    const char *name = peer_word(r, i);
    thing *t = name ? peer_find(r->peer, name) : NULL;
    if (name && !t)
        peer_raise(r, "NameError", name);
    return t;
}

int peer_fd(const thing *t) {
    if (t->listener)
        return (int)pickle_listener_handle(t->listener);
    return t->conn ? (int)pickle_connection_handle(t->conn) : t->fd;
}

pickle_handle_options peer_handle_options(const testee_peer *p) {
    pickle_handle_options opt = pickle_handle_options_for(p->cpython);
    opt.acknowledge = opt.acknowledge || p->acknowledge;
    return opt;
}

pickle_connection *peer_connection(peer_request *r, size_t i) {
    thing *t = peer_thing(r, i);
    pickle_error err;
    if (!t)
        return NULL;
    if (!t->conn && t->fd < 0) {
        peer_raise(r, "OSError", "handle is closed");
        return NULL;
    }
    if (!t->conn && pickle_connection_new(t->fd, (pickle_direction)t->direction,
                                          NULL, &t->conn, &err) != PICKLE_OK)
        peer_error(r, &err);
    if (t->conn)
        pickle_connection_set_acknowledge(
            t->conn, peer_handle_options(r->peer).acknowledge);
    return t->conn;
}

int peer_release(thing *t) {
    int fd = t->fd;
    if (t->conn)
        fd = (int)pickle_connection_detach(t->conn);
    t->conn = NULL;
    t->fd = -1;
    return fd;
}

void peer_close(thing *t) {
    pickle_listener_close(t->listener);
    t->listener = NULL;
    if (t->conn)
        pickle_connection_close(t->conn);
    else if (t->fd >= 0)
        close(t->fd);
    t->conn = NULL;
    t->fd = -1;
}

void peer_close_all(testee_peer *p) {
    for (size_t i = 0; i < p->count; i++) {
        peer_close(&p->things[i]);
        free(p->things[i].name);
    }
    free(p->things);
    p->things = NULL;
    p->count = 0;
    for (size_t i = 0; i < p->file_count; i++) {
        unlink(p->files[i]);
        free(p->files[i]);
    }
    free(p->files);
    p->files = NULL;
    p->file_count = 0;
}

void peer_do_close(peer_request *r) {
    for (size_t i = 0; i < r->count; i++) {
        thing *t = peer_thing(r, i);
        if (!t)
            return;
        peer_close(t);
    }
    peer_ok(r);
}

static int copy_of(peer_request *r, int fd) {
    int64_t number;
    if (r->count < 3)
        return fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return peer_int(r, 2, &number) ? dup3(fd, (int)number, O_CLOEXEC) : -1;
}

void peer_do_dup(peer_request *r) {
    const thing *t = peer_thing(r, 0);
    const char *name = peer_word(r, 1);
    if (!t || !name)
        return;
    int direction = t->direction;
    int fd = copy_of(r, peer_fd(t));
    if (r->reply->len)
        return; /* no number */
    if (fd >= 0)
        peer_add(r->peer, name, fd)->direction = direction;
    peer_done(r, fd >= 0);
}

/* One file opened once: all of them share its offset. */
void peer_do_many(peer_request *r) {
    const char *name = peer_word(r, 0);
    int64_t count;
    if (!name || !peer_int(r, 1, &count))
        return;
    int first = count > 0 ? peer_make_file(r->peer, O_RDWR) : -1;
    for (int64_t i = 0; i < count; i++) {
        char each[100];
        int fd = i && first >= 0 ? fcntl(first, F_DUPFD_CLOEXEC, 0) : first;
        snprintf(each, sizeof each, "%.60s%lld", name, (long long)i);
        if (fd < 0) {
            peer_done(r, false);
            return;
        }
        peer_add(r->peer, each, fd);
    }
    peer_ok(r);
}
