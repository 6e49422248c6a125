/*
 * connection_peer.c  The C side of connection_interop.py: a process that
 * listens, connects and talks to a Python.
 *
 *     listen ADDRESS KEY VERSION   ok ADDRESS, where it listens
 *     accept                       ok; the new connection takes the old's place
 *     connect ADDRESS KEY VERSION  ok
 *     echo COUNT                   send COUNT messages back, byte by byte
 *     again COUNT                  unpickle COUNT messages and pickle them
 * again send SIZE                    a message of SIZE bytes 0 1 2 ... 250 0 1
 * ... recv MAX                     ok SIZE SUM of a message poll MS ok 1 or ok
 * 0 hang                         close the connection deaf close the listener
 *     share FD VERSION             ok ADDRESS KEY
 *     fetch ADDRESS KEY VERSION AUTHKEY   ok INODE
 *     errors                       ok and what the sharer reported
 *     stop                         stop the sharer
 *
 * ADDRESS is unix:HEX, inet:HOST:PORT or any; KEY is hexadecimal, `none` or
 * `empty`. Answers are one line, `ok WORDS` or `err CLASS WORDS`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pickleproof/connection.h>
#include <pickleproof/resource_sharer.h>

enum { MOST_WORDS = 8, TIMEOUT_MS = 2000 };

static const char sharers_key[] = "pickleproof";

typedef struct peer {
    pickle_listener *listener;
    pickle_connection *conn;
    pickle_resource_sharer *sharer;
    char *words[MOST_WORDS];
    size_t count;
    char reported[2000]; /* by the sharer's thread; read when it is stopped */
    pickle_error err;
} peer;

/* ---- words ---- */

static size_t unhex(const char *text, char *out) {
    size_t len = strlen(text) / 2;
    for (size_t i = 0; i < len; i++) {
        const char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};
        out[i] = (char)strtol(pair, NULL, 16);
    }
    return len;
}

static long number(const peer *p, size_t word) {
    return strtol(p->words[word], NULL, 10);
}

static pickle_code read_address(peer *p, size_t word, pickle_address *a) {
    char text[PICKLE_ADDRESS_MAX];
    const char *from = p->words[word];
    if (strncmp(from, "unix:", 5) == 0) {
        return pickle_address_unix(text, unhex(from + 5, text), a, &p->err);
    }
    const char *port = strrchr(from, ':');
    snprintf(text, sizeof text, "%.*s", (int)(port - from - 5), from + 5);
    return pickle_address_inet(text, (uint16_t)strtol(port + 1, NULL, 10), a,
                               &p->err);
}

static void show_address(const pickle_address *a) {
    if (a->family == PICKLE_AF_INET) {
        printf(" inet:%s:%u", a->text, (unsigned)a->port);
        return;
    }
    printf(" unix:");
    for (size_t i = 0; i < a->len; i++) {
        printf("%02x", (unsigned)(unsigned char)a->text[i]);
    }
}

static pickle_auth_options read_auth(const peer *p, size_t word, char *key) {
    pickle_auth_options auth = {.timeout_ms = TIMEOUT_MS};
    const char *text = p->words[word];
    auth.cpython = (int)number(p, word + 1);
    if (strcmp(text, "none") != 0) {
        auth.authkey = key;
        auth.authkey_len = strcmp(text, "empty") == 0 ? 0 : unhex(text, key);
    }
    return auth;
}

/* ---- listening and connecting ---- */

static pickle_code done(pickle_code code) {
    if (!code) {
        printf("ok");
    }
    return code;
}

static void take(peer *p, pickle_connection *conn) {
    pickle_connection_close(p->conn);
    p->conn = conn;
    pickle_connection_set_timeout(conn, TIMEOUT_MS);
}

static pickle_code do_listen(peer *p) {
    char key[4096];
    pickle_address address;
    pickle_auth_options auth = read_auth(p, 2, key);
    bool any = strcmp(p->words[1], "any") == 0;
    pickle_code code = any ? PICKLE_OK : read_address(p, 1, &address);
    if (!code) {
        code = pickle_listener_new(any ? NULL : &address, 0, &auth, NULL,
                                   &p->listener, &p->err);
    }
    if (!done(code)) {
        show_address(pickle_listener_address(p->listener));
    }
    return code;
}

static pickle_code do_accept(peer *p) {
    pickle_connection *conn;
    pickle_code code =
        pickle_listener_accept(p->listener, TIMEOUT_MS, &conn, &p->err);
    if (!code) {
        take(p, conn);
    }
    return done(code);
}

static pickle_code do_connect(peer *p) {
    char key[4096];
    pickle_address address;
    pickle_connection *conn;
    pickle_auth_options auth = read_auth(p, 2, key);
    pickle_code code = read_address(p, 1, &address);
    if (!code) {
        code = pickle_client(&address, &auth, NULL, &conn, &p->err);
    }
    if (!code) {
        take(p, conn);
    }
    return done(code);
}

static pickle_code do_hang(peer *p) {
    pickle_connection_close(p->conn);
    p->conn = NULL;
    return done(PICKLE_OK);
}

static pickle_code do_deaf(peer *p) {
    pickle_listener_close(p->listener);
    p->listener = NULL;
    return done(PICKLE_OK);
}

/* ---- messages ---- */

static pickle_code do_echo(peer *p) {
    pickle_bytes_buffer in = {0};
    pickle_code code = PICKLE_OK;
    for (long i = number(p, 1); i > 0 && !code; i--) {
        code = pickle_connection_recv_bytes(p->conn, SIZE_MAX, &in, &p->err);
        if (!code) {
            code =
                pickle_connection_send_bytes(p->conn, in.data, in.len, &p->err);
        }
    }
    pickle_bytes_buffer_deinit(&in);
    return done(code);
}

static pickle_code do_again(peer *p) {
    pickle_code code = PICKLE_OK;
    for (long i = number(p, 1); i > 0 && !code; i--) {
        pickle_doc *doc = NULL;
        code = pickle_connection_recv(p->conn, NULL, &doc, &p->err);
        if (!code) {
            code = pickle_connection_send(
                p->conn, doc, pickle_doc_get_root(doc), NULL, &p->err);
        }
        pickle_doc_free(doc);
    }
    return done(code);
}

static pickle_code do_send(peer *p) {
    size_t len = (size_t)number(p, 1);
    char *data = malloc(len + 1);
    if (!data) {
        return p->err.code = PICKLE_ERR_NOMEM;
    }
    for (size_t i = 0; i < len; i++) {
        data[i] = (char)(i % 251);
    }
    pickle_code code =
        pickle_connection_send_bytes(p->conn, data, len, &p->err);
    free(data);
    return done(code);
}

static pickle_code do_recv(peer *p) {
    pickle_bytes_buffer in = {0};
    unsigned long sum = 0;
    pickle_code code = pickle_connection_recv_bytes(
        p->conn, (size_t)number(p, 1), &in, &p->err);
    if (!done(code)) {
        for (size_t i = 0; i < in.len; i++) {
            sum += in.data[i];
        }
        printf(" %zu %lu", in.len, sum);
    }
    pickle_bytes_buffer_deinit(&in);
    return code;
}

static pickle_code do_poll(peer *p) {
    bool ready;
    pickle_code code =
        pickle_connection_poll(p->conn, (int)number(p, 1), &ready, &p->err);
    if (!done(code)) {
        printf(" %d", ready);
    }
    return code;
}

/* ---- the sharer ---- */

static void on_error(void *ctx, const pickle_error *err) {
    peer *p = ctx;
    size_t used = strlen(p->reported);
    snprintf(p->reported + used, sizeof p->reported - used, " %s",
             pickle_code_exception(err->code));
}

static pickle_code do_share(peer *p) {
    pickle_sharer_options opt = {.authkey = sharers_key,
                                 .authkey_len = sizeof sharers_key - 1,
                                 .cpython = (int)number(p, 2),
                                 .client_timeout_ms = TIMEOUT_MS,
                                 .on_error = on_error,
                                 .on_error_ctx = p};
    pickle_address address;
    int64_t key;
    pickle_code code = PICKLE_OK;
    if (!p->sharer) {
        code = pickle_resource_sharer_new(&opt, NULL, &p->sharer, &p->err);
    }
    if (!code) {
        code = pickle_resource_sharer_register(p->sharer, number(p, 1),
                                               &address, &key, &p->err);
    }
    if (!done(code)) {
        show_address(&address);
        printf(" %ld", (long)key);
    }
    return code;
}

static pickle_code do_fetch(peer *p) {
    char key[4096];
    pickle_auth_options auth = {.timeout_ms = TIMEOUT_MS};
    pickle_address address;
    pickle_handle h;
    struct stat st;
    auth.cpython = (int)number(p, 3);
    auth.authkey = key;
    auth.authkey_len = unhex(p->words[4], key);
    pickle_code code = read_address(p, 1, &address);
    if (!code) {
        code = pickle_resource_sharer_fetch(&address, number(p, 2), &auth, NULL,
                                            &h, &p->err);
    }
    if (!done(code)) {
        printf(" %lu", fstat((int)h, &st) ? 0UL : (unsigned long)st.st_ino);
        close((int)h);
    }
    return code;
}

static pickle_code do_stop(peer *p) {
    pickle_resource_sharer_stop(p->sharer, TIMEOUT_MS);
    return done(PICKLE_OK);
}

static pickle_code do_errors(peer *p) {
    printf("ok%s", p->reported);
    p->reported[0] = '\0';
    return PICKLE_OK;
}

/* ---- commands ---- */

static pickle_code obey(peer *p) {
    static const struct {
        const char *name;
        size_t words;
        pickle_code (*fn)(peer *p);
    } commands[] = {
        {"listen", 4, do_listen},   {"accept", 1, do_accept},
        {"connect", 4, do_connect}, {"echo", 2, do_echo},
        {"again", 2, do_again},     {"send", 2, do_send},
        {"recv", 2, do_recv},       {"poll", 2, do_poll},
        {"hang", 1, do_hang},       {"deaf", 1, do_deaf},
        {"share", 3, do_share},     {"fetch", 5, do_fetch},
        {"stop", 1, do_stop},       {"errors", 1, do_errors},
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (p->count == commands[i].words &&
            strcmp(commands[i].name, p->words[0]) == 0) {
            return commands[i].fn(p);
        }
    }
    snprintf(p->err.message, sizeof p->err.message, "no such command");
    return p->err.code = PICKLE_ERR_BUG;
}

static void show_error(const peer *p) {
    printf("err %s ", pickle_code_exception(p->err.code));
    if (p->err.code == PICKLE_ERR_SYSTEM) {
        printf("%d", (int)p->err.os_error);
    } else {
        printf("%s", p->err.message);
    }
}

int main(void) {
    static char line[1 << 14];
    static peer p;
    while (fgets(line, sizeof line, stdin)) {
        p.count = 0;
        for (char *w = strtok(line, " \n"); w && p.count < MOST_WORDS;
             w = strtok(NULL, " \n")) {
            p.words[p.count++] = w;
        }
        if (obey(&p)) {
            show_error(&p);
        }
        putchar('\n');
        fflush(stdout);
    }
    pickle_resource_sharer_free(p.sharer);
    pickle_connection_close(p.conn);
    pickle_listener_close(p.listener);
    return 0;
}
