/* wire.c  Requests, replies and the scripted peer. See wire.h. */
#include "wire.h"

#include <errno.h>
#include <pickleproof/pickle.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

/* ---- requests ---- */

const char *wire_key(const wire_request *r, const char *key) {
    size_t len = strlen(key);
    for (size_t at = 0; at < r->len; at += strlen(r->text + at) + 1) {
        const char *word = r->text + at;
        if (strncmp(word, key, len) == 0 && word[len] == '=')
            return word + len + 1;
    }
    return NULL;
}

long long wire_number(const wire_request *r, const char *key, long long none) {
    const char *value = wire_key(r, key);
    return value ? strtoll(value, NULL, 10) : none;
}

bool wire_key_bytes(const wire_request *r, const char *key, buffer *out) {
    const char *value = wire_key(r, key);
    return value && buffer_unhex(out, value, strlen(value));
}

static void read_profile(wire_request *r) {
    const char *value = wire_key(r, "profile");
    int minor = 0;
    if (!value) {
        r->cpython = PICKLE_CPYTHON_DEFAULT;
        return;
    }
    value += strcspn(value, "3");
    if (sscanf(value, "3.%d", &minor) != 1 ||
        300 + minor < PICKLE_CPYTHON_MIN || 300 + minor > PICKLE_CPYTHON_MAX)
        r->na = "profile";
    r->cpython = 300 + minor;
}

static void read_request(wire_request *r, const char *text, size_t len) {
    r->text = must_copy_len(text, len);
    r->len = len;
    for (size_t i = 0; i < len; i++) {
        if (r->text[i] == ' ')
            r->text[i] = '\0';
    }
    for (size_t at = 0; at < len; at += strlen(r->text + at) + 1) {
        const char *word = r->text + at;
        if (strncmp(word, "x:", 2) == 0 &&
            !buffer_unhex(&r->data, word + 2, strlen(word + 2)))
            r->na = "not-hex";
    }
    read_profile(r);
}

bool testee_wire_answer(const char *text, size_t len, buffer *reply) {
    static const struct {
        const char *name;
        void (*run)(wire_request *r);
    } operations[] = {{"frame", wire_frame},     {"deframe", wire_deframe},
                      {"auth", wire_auth},       {"serve", wire_serve},
                      {"recvfds", wire_recvfds}, {"sendfds", wire_sendfds}};
    const char *space = memchr(text, ' ', len);
    size_t name = space ? (size_t)(space - text) : len;
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        if (strlen(operations[i].name) != name ||
            memcmp(operations[i].name, text, name) != 0)
            continue;
        buffer words = {0};
        wire_request r = {.reply = &words};
        read_request(&r, text, len);
        if (!r.na)
            operations[i].run(&r);
        if (r.na)
            buffer_printf(reply, "na %s", r.na);
        else
            buffer_printf(reply, "ok%s", buffer_text(&words));
        buffer_free(&r.data);
        buffer_free(&words);
        free(r.text);
        return true;
    }
    return false;
}

/* ---- words ---- */

void wire_word(wire_request *r, const char *format, ...) {
    char word[128];
    va_list args;
    va_start(args, format);
    vsnprintf(word, sizeof word, format, args);
    va_end(args);
    buffer_printf(r->reply, " %s", word);
}

void wire_bytes(wire_request *r, const char *title, const void *data,
                size_t len) {
    buffer_printf(r->reply, " %s", title);
    buffer_hex(r->reply, data, len);
}

void wire_error(wire_request *r, const pickle_error *err) {
    const char *klass = err->code == PICKLE_ERR_SYSTEM
                            ? peer_class_of((int)err->os_error)
                            : pickle_code_exception(err->code);
    buffer_printf(r->reply, " !%s:", klass);
    buffer_hex(r->reply, err->message, strlen(err->message));
}

void wire_done(wire_request *r, pickle_code code, const pickle_error *err) {
    if (code == PICKLE_OK)
        wire_word(r, "+");
    else
        wire_error(r, err);
}

/* ---- the peer ---- */

void wire_feed(int fd, const void *data, size_t len) {
    const char *at = data;
    while (len) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        at += n;
        len -= (size_t)n;
    }
}

/* Each packet is one piece: a read never gets more than one. */
static void feed_pieces(int fd, const buffer *data, const char *pieces) {
    size_t at = 0;
    while (at < data->len) {
        size_t left = data->len - at;
        size_t len = pieces ? (size_t)strtoul(pieces, NULL, 10) : left;
        len = len < left ? len : left;
        wire_feed(fd, buffer_text(data) + at, len);
        at += len;
        pieces = pieces ? strchr(pieces, ',') : NULL;
        pieces = pieces ? pieces + 1 : NULL;
    }
}

static bool open_pipe(wire_peer *p, const buffer *data) {
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    p->mine = ends[0];
    bool good = !data->len ||
                write(ends[1], data->data, data->len) == (ssize_t)data->len;
    close(ends[1]);
    return good;
}

bool wire_peer_open(wire_peer *p, const buffer *data, const char *pieces,
                    bool pipe) {
    int ends[2];
    *p = (wire_peer){-1, -1, data->len};
    if (pipe)
        return open_pipe(p, data);
    if (socketpair(AF_UNIX, pieces ? SOCK_SEQPACKET : SOCK_STREAM, 0, ends) !=
        0)
        return false;
    p->mine = ends[0];
    p->other = ends[1];
    feed_pieces(p->other, data, pieces);
    return shutdown(p->other, SHUT_WR) == 0;
}

pickle_connection *wire_peer_connection(const wire_peer *p,
                                        const wire_request *r) {
    pickle_connection *conn = NULL;
    int fd = dup(p->mine);
    if (pickle_connection_new(fd,
                              p->other < 0 ? PICKLE_READABLE : PICKLE_DUPLEX,
                              NULL, &conn, NULL) != PICKLE_OK) {
        close(fd);
        return NULL;
    }
    pickle_connection_set_peer(conn, r->cpython);
    return conn;
}

static size_t close_descriptors(const struct msghdr *message) {
    size_t count = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c;
         c = CMSG_NXTHDR((struct msghdr *)message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t here = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < here; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            close(fd);
        }
        count += here;
    }
    return count;
}

void wire_drain(int fd, buffer *out, size_t *descriptors) {
    char data[4096];
    union {
        char bytes[4096];
        struct cmsghdr align;
    } control;
    for (;;) {
        struct iovec iov = {data, sizeof data};
        struct msghdr message = {.msg_iov = &iov,
                                 .msg_iovlen = 1,
                                 .msg_control = control.bytes,
                                 .msg_controllen = sizeof control.bytes};
        ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT);
        if (n < 0)
            return;
        *descriptors += close_descriptors(&message);
        if (n == 0)
            return;
        buffer_add(out, data, (size_t)n);
    }
}

static void drain_pipe(int fd, buffer *out) {
    char data[4096];
    ssize_t n;
    while ((n = read(fd, data, sizeof data)) > 0)
        buffer_add(out, data, (size_t)n);
}

void wire_peer_finish(wire_peer *p, wire_request *r, bool tell_used) {
    buffer left = {0}, written = {0};
    size_t descriptors = 0;
    if (p->other < 0) {
        drain_pipe(p->mine, &left);
    } else {
        wire_drain(p->mine, &left, &descriptors);
        wire_drain(p->other, &written, &descriptors);
        close(p->other);
    }
    close(p->mine);
    wire_bytes(r, "x:", buffer_text(&written), written.len);
    if (tell_used)
        wire_word(r, "used:%zu", p->total - left.len);
    buffer_free(&left);
    buffer_free(&written);
}

int wire_random_take(void *ctx, void *out, size_t len) {
    wire_random *random = ctx;
    if (random->bytes.len < len)
        return EIO;
    memcpy(out, random->bytes.data, len);
    return 0;
}
