/*
 * forkserver_peer.c  The C side of forkserver_interop.py: both ends of the
 * "forkserver" start method, with DupFd in its form for it.
 *
 *     pickle_forkserver_peer [FLAGS] -c CODE      as Python starts its server
 *     pickle_forkserver_peer ADDRESS ALIVE TRACKER KEY CPYTHON PATH C S R
 *
 * As the server it forks a child for each request, which reads the process
 * object that Python has pickled, gets at its descriptors, and answers over the
 * first: one child at a time. As a client it asks Python's server for a child
 * that calls forkserver_interop.answer(Connection(C), socket(S),
 * Connection(R, writable=False)), and prints its pid and exit code.
 */
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pickleproof/reduction.h>

/* What every request has before its own: the pipe for the process object, that
 * for the status, the server's lifeline, the resource tracker. */
enum { MOST = 256, OWN = 4, KEY_LEN = 32, CHILD_CODE = 42 };

static int fail(const char *what, const pickle_error *err) {
    fprintf(stderr, "forkserver_peer: %s: %s\n", what, err ? err->message : "");
    return 1;
}

static void close_all(const pickle_handle *fds, size_t count) {
    for (size_t i = 0; i < count; i++) {
        close((int)fds[i]);
    }
}

/* ---- the child of a request ---- */

typedef struct child {
    const pickle_handle *inherited;
    size_t count;
    pickle_connection *conn; /* the first argument */
    char text[1000];         /* what is answered */
} child;

static int read_pipe(void *ctx, void *out, size_t cap, size_t *got) {
    ssize_t n = read(*(const int *)ctx, out, cap);
    *got = n > 0 ? (size_t)n : 0;
    return n < 0;
}

static pickle_code load(int pipe_handle, pickle_doc *doc, pickle_value *v,
                        pickle_error *err) {
    pickle_decoder *dec;
    pickle_code code = pickle_decoder_new_stream(doc, read_pipe, &pipe_handle,
                                                 NULL, &dec, err);
    if (code) {
        return code;
    }
    code = pickle_decoder_load(dec, v, err);
    pickle_decoder_free(dec);
    return code;
}

/* One argument: its descriptor's inode for the answer. */
static pickle_code take(child *c, pickle_value v, pickle_error *err) {
    pickle_detach_options opt = {.inherited = c->inherited,
                                 .inherited_count = c->count};
    pickle_rebuilt rebuilt = {.is_socket = false};
    pickle_handle h;
    struct stat st;
    size_t at = strlen(c->text);
    pickle_code code = pickle_get_rebuilt(v, &rebuilt)
                           ? pickle_dupfd_detach(rebuilt.dup, &opt, &h, err)
                           : PICKLE_ERR_TYPE;
    if (code) {
        return code;
    }
    unsigned long inode =
        fstat((int)h, &st) == 0 ? (unsigned long)st.st_ino : 0;
    snprintf(c->text + at, sizeof c->text - at, "%lu %s ", inode,
             rebuilt.is_socket  ? "socket"
             : rebuilt.writable ? "connection"
                                : "reader");
    return c->conn
               ? PICKLE_OK
               : pickle_connection_new(h, PICKLE_DUPLEX, NULL, &c->conn, err);
}

/* Its name, and the bytes of its key. */
static void tell_process(child *c, pickle_value state) {
    size_t name_len, key_len;
    size_t at = strlen(c->text);
    pickle_value config = pickle_dict_get_z(state, "_config");
    pickle_value key = pickle_dict_get_z(config, "authkey");
    const char *name = (const char *)pickle_get_data(
        pickle_dict_get_z(state, "_name"), &name_len);
    const char *bytes = (const char *)pickle_get_data(
        pickle_get_item(pickle_get_args(key), 0), &key_len);
    bool is_key = bytes && pickle_is_global(pickle_get_callable(key),
                                            "multiprocessing.process",
                                            "AuthenticationString");
    snprintf(c->text + at, sizeof c->text - at, "%.*s %.*s", (int)name_len,
             name ? name : "", is_key ? (int)key_len : 0, bytes);
}

static pickle_code be_child(child *c, int data, pickle_error *err) {
    pickle_doc *doc;
    pickle_value preparation;
    pickle_value process;
    size_t count = 0;
    pickle_code code = pickle_doc_new(NULL, &doc, err);
    if (code) {
        return code;
    }
    code = load(data, doc, &preparation, err);
    code = code ? code : load(data, doc, &process, err);
    pickle_value state = code ? pickle_null() : pickle_get_state(process);
    const pickle_value *args =
        code ? NULL
             : pickle_get_items(pickle_dict_get_z(state, "_args"), &count);
    for (size_t i = 0; i < count && !code; i++) {
        code = take(c, args[i], err);
    }
    if (!code) {
        tell_process(c, state);
    }
    pickle_doc_free(doc);
    if (!code && c->conn) {
        code = pickle_connection_send_bytes(c->conn, c->text, strlen(c->text),
                                            err);
    }
    return code;
}

/* ---- the server ---- */

typedef struct server {
    int listener;
    int alive; /* ends when no client is left */
    int cpython;
    char key[KEY_LEN];
    bool has_key;
} server;

/* main(LISTENER, ALIVE, [...], ... 'authkey_r': FD ...), the last from 3.14 on:
 * those also acknowledge. */
static bool parse(server *s, int argc, char **argv) {
    int key_fd;
    const char *code = NULL;
    for (int i = 1; i + 1 < argc; i++) {
        code = strcmp(argv[i], "-c") == 0 ? argv[i + 1] : code;
    }
    const char *call = code ? strstr(code, "main(") : NULL;
    const char *word = code ? strstr(code, "'authkey_r': ") : NULL;
    if (!call || sscanf(call, "main(%d, %d,", &s->listener, &s->alive) != 2) {
        return false;
    }
    s->has_key = word && sscanf(word, "'authkey_r': %d", &key_fd) == 1;
    s->cpython = s->has_key ? 314 : 313;
    return !s->has_key ||
           (read(key_fd, s->key, KEY_LEN) == KEY_LEN && close(key_fd) == 0);
}

static pickle_code authenticate(const server *s, int client,
                                pickle_error *err) {
    pickle_auth_options auth = {.authkey = s->key, .authkey_len = KEY_LEN};
    pickle_connection *conn;
    auth.cpython = s->cpython;
    pickle_code code =
        pickle_connection_new(client, PICKLE_DUPLEX, NULL, &conn, err);
    if (code) {
        return code;
    }
    code = pickle_deliver_challenge(conn, &auth, err);
    code = code ? code : pickle_answer_challenge(conn, &auth, err);
    (void)pickle_connection_detach(conn);
    return code;
}

static bool tell_status(pickle_handle fd, int64_t n) {
    return write((int)fd, &n, sizeof n) == (ssize_t)sizeof n;
}

/* Fork, say who it is, wait for it, say how it ended. */
static int run_child(const server *s, const pickle_handle *fds, size_t count) {
    child c = {.inherited = fds + OWN, .count = count - OWN};
    pickle_error err;
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        close(s->listener);
        close(s->alive);
        close((int)fds[1]);
        pickle_code code = be_child(&c, (int)fds[0], &err);
        pickle_connection_close(c.conn);
        _exit(code ? fail("child", &err) : CHILD_CODE);
    }
    bool good =
        pid > 0 && tell_status(fds[1], pid) && waitpid(pid, &status, 0) == pid;
    if (good) {
        tell_status(fds[1], WIFEXITED(status) ? WEXITSTATUS(status)
                                              : -WTERMSIG(status));
    }
    close_all(fds, count);
    return good ? 0 : fail("fork", NULL);
}

static int serve_one(const server *s) {
    pickle_handle fds[MOST + 2];
    size_t count = 0;
    pickle_error err;
    pickle_handle_options opt = pickle_handle_options_for(s->cpython);
    int client = accept(s->listener, NULL, NULL);
    pickle_code code = s->has_key ? authenticate(s, client, &err) : PICKLE_OK;
    code =
        code ? code : pickle_recvfds(client, MOST + 1, &opt, fds, &count, &err);
    close(client);
    if (code == PICKLE_OK && count >= OWN) {
        return run_child(s, fds, count);
    }
    close_all(fds, count);
    return fail("request", code ? &err : NULL);
}

static int serve(const server *s) {
    struct pollfd ready[2] = {{s->listener, POLLIN, 0}, {s->alive, POLLIN, 0}};
    int failed = 0;
    while (!failed && !ready[1].revents) {
        if (poll(ready, 2, -1) > 0 && ready[0].revents) {
            failed = serve_one(s);
        }
    }
    return failed;
}

/* ---- the client ---- */

typedef struct client {
    const char *address;
    const char *key; /* of KEY_LEN bytes in hex; "-": none */
    int cpython;
    const char *path;
    pickle_handle fds[OWN + 3]; /* the server's own, then the arguments' */
    int data;                   /* where the process object is written */
    int status;
} client;

static pickle_value text(pickle_doc *doc, const char *s) {
    return pickle_str_z(doc, s);
}

static void set(pickle_doc *doc, pickle_value dict, const char *key,
                pickle_value v) {
    pickle_dict_set(doc, dict, text(doc, key), v);
}

static pickle_value preparation_of(const client *c, pickle_doc *doc) {
    pickle_value data = pickle_dict(doc, 0);
    pickle_value path = text(doc, c->path);
    set(doc, data, "name", text(doc, "from C"));
    set(doc, data, "authkey",
        pickle_authentication_string(doc, pickle_bytes(doc, "a key", 5)));
    set(doc, data, "sys_path", pickle_list(doc, 0));
    pickle_list_append(doc, pickle_dict_get_z(data, "sys_path"), path);
    return data;
}

static pickle_value dup_of(pickle_doc *doc, pickle_handle h, pickle_spawning *s,
                           pickle_error *err) {
    pickle_value dup = pickle_null();
    return pickle_dupfd_make(doc, h, s, NULL, &dup, err) ? pickle_null() : dup;
}

/* What Process(target=answer, args=...) pickles. */
static pickle_value process_of(const client *c, pickle_doc *doc,
                               pickle_spawning *s, pickle_error *err) {
    const pickle_handle *fds = c->fds + OWN;
    pickle_value config = pickle_dict(doc, 0);
    pickle_value state = pickle_dict(doc, 0);
    pickle_value one = pickle_int(doc, 1);
    pickle_value args[3] = {
        pickle_connection_value(doc, dup_of(doc, fds[0], s, err), true, true),
        pickle_socket_value(doc, dup_of(doc, fds[1], s, err), AF_UNIX,
                            SOCK_STREAM, 0),
        pickle_connection_value(doc, dup_of(doc, fds[2], s, err), true, false)};
    set(doc, config, "authkey",
        pickle_authentication_string(doc, pickle_bytes(doc, "a key", 5)));
    set(doc, config, "semprefix", text(doc, "/mp"));
    set(doc, state, "_identity", pickle_tuple(doc, &one, 1));
    set(doc, state, "_config", config);
    set(doc, state, "_parent_pid", pickle_int(doc, getpid()));
    set(doc, state, "_parent_name", text(doc, "C"));
    set(doc, state, "_popen", pickle_none());
    set(doc, state, "_closed", pickle_bool(false));
    set(doc, state, "_target",
        pickle_global(doc, "forkserver_interop", "answer"));
    set(doc, state, "_args", pickle_tuple(doc, args, 3));
    set(doc, state, "_kwargs", pickle_dict(doc, 0));
    set(doc, state, "_name", text(doc, "from C"));
    pickle_value process = pickle_instance(
        doc, pickle_global(doc, "multiprocessing.context", "ForkServerProcess"),
        pickle_null());
    pickle_object_add_state(doc, process, state);
    return process;
}

static pickle_code dump_both(const client *c, pickle_spawning *s,
                             pickle_bytes_buffer out[2], pickle_error *err) {
    pickle_encode_options opt = pickle_encode_defaults;
    pickle_forking_pickler *forking = NULL;
    pickle_doc *doc = NULL;
    opt.cpython = c->cpython;
    opt.protocol = c->cpython >= 314 ? 5 : 4;
    pickle_code code = pickle_doc_new(NULL, &doc, err);
    if (!code) {
        code = pickle_forking_pickler_new(NULL, NULL, &forking, err);
    }
    if (!code) {
        code = pickle_reducer_install_stdlib(forking, true, err);
    }
    if (!code) {
        code = pickle_forking_dumps(forking, doc, preparation_of(c, doc), &opt,
                                    &out[0], err);
    }
    if (!code) {
        code = pickle_forking_dumps(forking, doc, process_of(c, doc, s, err),
                                    &opt, &out[1], err);
    }
    pickle_forking_pickler_free(forking);
    pickle_doc_free(doc);
    return code;
}

static size_t unhex(const char *hex, char *out) {
    size_t n = 0;
    unsigned byte;
    for (; n < KEY_LEN && sscanf(hex + 2 * n, "%2x", &byte) == 1; n++) {
        out[n] = (char)byte;
    }
    return n;
}

/* Prove and have proved the key, from 3.14 on; then the descriptors. */
static pickle_code request(const client *c, const pickle_handle *fds,
                           size_t count, pickle_error *err) {
    char key[KEY_LEN];
    pickle_address address;
    pickle_connection *conn;
    pickle_auth_options auth = {.authkey = key, .authkey_len = KEY_LEN};
    pickle_handle_options opt = pickle_handle_options_for(c->cpython);
    auth.cpython = c->cpython;
    pickle_code code =
        pickle_address_unix(c->address, strlen(c->address), &address, err);
    code = code ? code : pickle_client(&address, NULL, NULL, &conn, err);
    if (code) {
        return code;
    }
    if (unhex(c->key, key) == KEY_LEN) {
        code = pickle_answer_challenge(conn, &auth, err);
        code = code ? code : pickle_deliver_challenge(conn, &auth, err);
    }
    if (!code) {
        code = pickle_sendfds(pickle_connection_handle(conn), fds, count, &opt,
                              err);
    }
    pickle_connection_close(conn);
    return code;
}

static bool write_all(int fd, const pickle_bytes_buffer *b) {
    return write(fd, b->data, b->len) == (ssize_t)b->len;
}

/* The server's descriptors, then those of the DupFds in their order. */
static pickle_code start(client *c, pickle_spawning *s,
                         pickle_bytes_buffer out[2], pickle_error *err) {
    size_t count;
    int data[2], status[2];
    pickle_code code = dump_both(c, s, out, err);
    if (code) {
        return code;
    }
    if (pipe(data) != 0 || pipe(status) != 0) {
        return err->code = PICKLE_ERR_SYSTEM;
    }
    const pickle_handle *wanted = pickle_spawning_handles(s, &count);
    c->fds[0] = data[0];
    c->fds[1] = status[1];
    if (count == 3) {
        memcpy(c->fds + OWN, wanted, count * sizeof *wanted);
    }
    code = request(c, c->fds, OWN + count, err);
    close(data[0]);
    close(status[1]);
    c->data = data[1];
    c->status = status[0];
    return code;
}

static int ask(client *c) {
    pickle_spawning *s;
    pickle_bytes_buffer out[2] = {{0}, {0}};
    pickle_error err;
    int64_t pid = 0, code = 0;
    if (pickle_spawning_new(PICKLE_DUPFD_FORKSERVER, NULL, &s, &err)) {
        return fail("spawning", &err);
    }
    bool good = start(c, s, out, &err) == PICKLE_OK;
    good = good && write_all(c->data, &out[0]) && write_all(c->data, &out[1]) &&
           read(c->status, &pid, sizeof pid) == (ssize_t)sizeof pid &&
           read(c->status, &code, sizeof code) == (ssize_t)sizeof code;
    if (good) {
        printf("%lld %lld\n", (long long)pid, (long long)code);
    }
    pickle_spawning_free(s);
    pickle_bytes_buffer_deinit(&out[0]);
    pickle_bytes_buffer_deinit(&out[1]);
    return good ? 0 : fail("start", &err);
}

int main(int argc, char **argv) {
    server s = {0};
    client c = {0};
    signal(SIGPIPE, SIG_IGN);
    if (parse(&s, argc, argv)) {
        return serve(&s);
    }
    if (argc != 10) {
        return 2;
    }
    c.address = argv[1];
    c.fds[2] = strtol(argv[2], NULL, 10);
    c.fds[3] = strtol(argv[3], NULL, 10);
    c.key = argv[4];
    c.cpython = (int)strtol(argv[5], NULL, 10);
    c.path = argv[6];
    for (int i = 0; i < 3; i++) {
        c.fds[OWN + i] = strtol(argv[7 + i], NULL, 10);
    }
    return ask(&c);
}
