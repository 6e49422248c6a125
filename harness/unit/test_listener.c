/*
 * test_listener.c  Listeners and clients: addresses, files, times, keys that
 * are wiped, descriptors that no other program gets.
 */
#include "handles_support.h"

#include <poll.h>
#include <pthread.h>
#include <sys/un.h>

static const uint8_t key[] = "a key of some length";

static pickle_auth_options auth_of(int timeout_ms) {
    return (pickle_auth_options){
        .authkey = key, .authkey_len = sizeof key, .timeout_ms = timeout_ms};
}

static pickle_address unix_address(const char *text, size_t len) {
    pickle_address a;
    assert_int_equal(pickle_address_unix(text, len, &a, NULL), 0);
    return a;
}

static pickle_address inet_address(const char *host, uint16_t port) {
    pickle_address a;
    assert_int_equal(pickle_address_inet(host, port, &a, NULL), 0);
    return a;
}

static pickle_listener *listen_at(const pickle_address *a,
                                  const pickle_auth_options *auth) {
    pickle_listener *l;
    pickle_error err;
    if (pickle_listener_new(a, 8, auth, NULL, &l, &err)) {
        fail_msg("no listener: %s", err.message);
    }
    return l;
}

/* ---- a listener's side, in a thread ---- */

typedef struct acceptor {
    pickle_listener *listener;
    pickle_connection *conn;
    pickle_error err;
    pthread_t id;
} acceptor;

static void *accept_one(void *ctx) {
    acceptor *a = ctx;
    a->conn = NULL;
    (void)!pickle_listener_accept(a->listener, 5000, &a->conn, &a->err);
    return NULL;
}

static void start_accept(acceptor *a, pickle_listener *l) {
    a->listener = l;
    assert_int_equal(pthread_create(&a->id, NULL, accept_one, a), 0);
}

static pickle_connection *accepted(acceptor *a) {
    pthread_join(a->id, NULL);
    return a->conn;
}

/* A client and a listener meet and say a word each. */
static void meet(pickle_listener *l, const pickle_auth_options *auth) {
    acceptor a;
    char word[8] = "";
    size_t len;
    pickle_connection *client;
    pickle_error err;
    start_accept(&a, l);
    if (pickle_client(pickle_listener_address(l), auth, NULL, &client, &err)) {
        fail_msg("not connected: %s", err.message);
    }
    pickle_connection *server = accepted(&a);
    assert_non_null(server);
    assert_int_equal(fcntl(fd_of(client), F_GETFD), FD_CLOEXEC);
    assert_int_equal(fcntl(fd_of(server), F_GETFD), FD_CLOEXEC);
    assert_int_equal(fcntl((int)pickle_listener_handle(l), F_GETFD),
                     FD_CLOEXEC);
    assert_int_equal(pickle_connection_send_bytes(client, "word", 5, NULL), 0);
    assert_int_equal(
        pickle_connection_recv_bytes_into(server, word, 8, &len, NULL, NULL),
        0);
    assert_string_equal(word, "word");
    assert_int_equal(pickle_connection_send_bytes(server, "back", 5, NULL), 0);
    assert_int_equal(
        pickle_connection_recv_bytes_into(client, word, 8, &len, NULL, NULL),
        0);
    assert_string_equal(word, "back");
    pickle_connection_close(client);
    pickle_connection_close(server);
}

/* ---- addresses ---- */

static void each_family_meets_with_and_without_a_key(void **state) {
    char folder[] = "/tmp/pickle-XXXXXX";
    char path[64];
    char name[64] = "";
    pickle_auth_options auth = auth_of(5000);
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/socket", folder);
    snprintf(name + 1, sizeof name - 1, "pickle-%ld", (long)getpid());
    const pickle_address addresses[] = {
        unix_address(path, strlen(path)),
        unix_address(name, 1 + strlen(name + 1)), inet_address("localhost", 0),
        inet_address("127.0.0.1", 0), inet_address("", 0)};
    for (size_t i = 0; i < COUNT_OF(addresses) + 1; i++) {
        const pickle_address *a =
            i < COUNT_OF(addresses) ? &addresses[i] : NULL;
        for (int with_key = 0; with_key < 2; with_key++) {
            pickle_listener *l = listen_at(a, with_key ? &auth : NULL);
            meet(l, with_key ? &auth : NULL);
            meet(l, with_key ? &auth : NULL);
            pickle_listener_close(l);
        }
    }
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(rmdir(folder), 0);
}

static void arbitrary_address_is_in_a_folder_of_its_own(void **state) {
    struct stat st;
    pickle_listener *l = listen_at(NULL, NULL);
    pickle_address a = *pickle_listener_address(l);
    (void)state;
    assert_int_equal(a.family, PICKLE_AF_UNIX);
    assert_int_equal(strlen(a.text), a.len);
    assert_int_equal(stat(a.text, &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    char *slash = strrchr(a.text, '/');
    *slash = '\0';
    assert_int_equal(stat(a.text, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    pickle_listener_close(l);
    assert_int_equal(access(a.text, F_OK), -1);
}

static void port_is_the_one_that_was_given(void **state) {
    pickle_address any = inet_address("localhost", 0);
    pickle_listener *l = listen_at(&any, NULL);
    const pickle_address *a = pickle_listener_address(l);
    (void)state;
    assert_int_equal(a->family, PICKLE_AF_INET);
    assert_int_not_equal(a->port, 0);
    assert_string_equal(a->text, "127.0.0.1");
    pickle_listener_close(l);
}

static void address_taken_stays_its_owners(void **state) {
    pickle_listener *two = NULL;
    pickle_error err;
    pickle_listener *one = listen_at(NULL, NULL);
    pickle_address a = *pickle_listener_address(one);
    (void)state;
    assert_int_equal(pickle_listener_new(&a, 1, NULL, NULL, &two, &err),
                     PICKLE_ERR_SYSTEM);
    assert_int_equal(err.os_error, EADDRINUSE);
    assert_null(two);
    assert_int_equal(access(a.text, F_OK), 0);
    meet(one, NULL);
    pickle_listener_close(one);
    pickle_listener_close(NULL);
}

/* 107 bytes and a NUL are what the system takes; an abstract name needs none.
 */
static void lengths_of_names_are_the_systems(void **state) {
    char folder[] = "/tmp/pickle-XXXXXX";
    char name[200];
    pickle_address a;
    pickle_error err;
    (void)state;
    assert_non_null(mkdtemp(folder));
    memset(name, 'x', sizeof name);
    memcpy(name, folder, strlen(folder));
    name[strlen(folder)] = '/';
    a = unix_address(name, 107);
    pickle_listener *l = listen_at(&a, NULL);
    meet(l, NULL);
    pickle_listener_close(l);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(pickle_address_unix(name, 108, &a, &err),
                     PICKLE_ERR_ARGUMENT);
    assert_error(err, PICKLE_ERR_ARGUMENT, "AF_UNIX path too long");
    name[0] = '\0';
    a = unix_address(name, 108);
    l = listen_at(&a, NULL);
    meet(l, NULL);
    pickle_listener_close(l);
    assert_int_equal(pickle_address_unix(name, 109, &a, &err),
                     PICKLE_ERR_ARGUMENT);
    assert_int_equal(pickle_address_unix(name, 0, &a, &err),
                     PICKLE_ERR_ARGUMENT);
}

static void host_must_be_numeric(void **state) {
    pickle_connection *conn = NULL;
    pickle_error err;
    pickle_address a = inet_address("no such host", 1);
    (void)state;
    assert_int_equal(pickle_client(&a, NULL, NULL, &conn, &err),
                     PICKLE_ERR_ARGUMENT);
    assert_null(conn);
    char name[300];
    memset(name, '1', sizeof name);
    name[299] = '\0';
    assert_int_equal(pickle_address_inet(name, 1, &a, &err),
                     PICKLE_ERR_ARGUMENT);
}

/* ---- nobody there, nobody who speaks ---- */

static void client_of_nobody_is_told(void **state) {
    pickle_connection *conn = NULL;
    pickle_error err;
    pickle_address any = inet_address("localhost", 0);
    pickle_listener *l = listen_at(&any, NULL);
    pickle_address gone = *pickle_listener_address(l);
    pickle_address none = unix_address("/tmp/pickle-no-such/socket", 26);
    (void)state;
    pickle_listener_close(l);
    assert_int_equal(pickle_client(&gone, NULL, NULL, &conn, &err),
                     PICKLE_ERR_SYSTEM);
    assert_int_equal(err.os_error, ECONNREFUSED);
    assert_int_equal(pickle_client(&none, NULL, NULL, &conn, &err),
                     PICKLE_ERR_SYSTEM);
    assert_int_equal(err.os_error, ENOENT);
    assert_string_equal(err.where, "connect");
    assert_null(conn);
}

static void silent_peers_are_left_in_time(void **state) {
    pickle_connection *conn = NULL;
    pickle_error err;
    pickle_auth_options auth = auth_of(500);
    pickle_listener *l = listen_at(NULL, &auth);
    int64_t before = now_ms();
    (void)state;
    assert_int_equal(pickle_listener_accept(l, 20, &conn, &err),
                     PICKLE_ERR_TIMEOUT);
    assert_int_equal(pickle_listener_accept(l, 0, &conn, &err),
                     PICKLE_ERR_TIMEOUT);
    /* Nobody accepts this one; it waits in the queue. */
    auth.timeout_ms = 30;
    assert_int_equal(
        pickle_client(pickle_listener_address(l), &auth, NULL, &conn, &err),
        PICKLE_ERR_TIMEOUT);
    /* This one never speaks. */
    assert_int_equal(
        pickle_client(pickle_listener_address(l), NULL, NULL, &conn, &err), 0);
    pickle_connection *other = NULL;
    assert_int_not_equal(pickle_listener_accept(l, 20, &other, &err), 0);
    assert_int_equal(pickle_listener_accept(l, 20, &other, &err),
                     PICKLE_ERR_TIMEOUT);
    pickle_connection_close(conn);
    assert_true(now_ms() - before < 5000);
    auth.timeout_ms = 5000;
    meet(l, &auth);
    pickle_listener_close(l);
}

/* A queue that is full makes connect() wait: for as long as a handshake may
 * take. */
static void full_queue_is_left_in_time(void **state) {
    pickle_connection *conn[16] = {NULL};
    size_t count = 0;
    pickle_error err;
    pickle_auth_options auth = auth_of(30);
    pickle_listener *l;
    (void)state;
    assert_int_equal(pickle_listener_new(NULL, 1, NULL, NULL, &l, NULL), 0);
    int64_t before = now_ms();
    auth.authkey = NULL;
    pickle_code code = PICKLE_OK;
    while (!code && count < COUNT_OF(conn)) {
        code = pickle_client(pickle_listener_address(l), &auth, NULL,
                             &conn[count++], &err);
    }
    assert_int_equal(code, PICKLE_ERR_TIMEOUT);
    assert_true(now_ms() - before < 2000);
    for (size_t i = 0; i + 1 < count; i++) {
        pickle_connection_close(conn[i]);
    }
    pickle_listener_close(l);
}

/* ---- a signal while a client waits for its place ---- */

static void ignore(int number) {
    (void)number;
}

static void *signal_then_accept(void *ctx) {
    acceptor *a = ctx;
    poll(NULL, 0, 30);
    pthread_kill(a->id, SIGUSR1);
    poll(NULL, 0, 30);
    for (int i = 0; i < 3; i++) {
        pickle_connection *conn;
        if (pickle_listener_accept(a->listener, 200, &conn, NULL) == 0) {
            (void)!pickle_connection_send_bytes(conn, "hello", 5, NULL);
            pickle_connection_close(conn);
        }
    }
    return NULL;
}

static void interrupted_connect_is_connected_in_the_end(void **state) {
    struct sigaction action = {.sa_handler = ignore};
    struct sigaction old;
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    pickle_connection *conn;
    acceptor a;
    char word[8] = "";
    size_t len;
    pthread_t id;
    pickle_error err;
    (void)state;
    assert_int_equal(
        pickle_listener_new(NULL, 1, NULL, NULL, &a.listener, NULL), 0);
    const pickle_address *at = pickle_listener_address(a.listener);
    memcpy(un.sun_path, at->text, at->len + 1);
    int waiting_ones[2];
    for (int i = 0; i < 2; i++) { /* a queue of one holds two */
        waiting_ones[i] = socket(AF_UNIX, SOCK_STREAM, 0);
        assert_int_equal(
            connect(waiting_ones[i], (const struct sockaddr *)&un, sizeof un),
            0);
    }
    assert_int_equal(sigaction(SIGUSR1, &action, &old), 0);
    a.id = pthread_self();
    assert_int_equal(pthread_create(&id, NULL, signal_then_accept, &a), 0);
    assert_int_equal(pickle_client(at, NULL, NULL, &conn, &err), 0);
    pickle_connection_set_timeout(conn, 1000);
    if (pickle_connection_recv_bytes_into(conn, word, 8, &len, NULL, &err)) {
        fail_msg("it was not connected: %s", err.message);
    }
    assert_string_equal(word, "hello");
    pthread_join(id, NULL);
    pickle_connection_close(conn);
    close(waiting_ones[0]);
    close(waiting_ones[1]);
    pickle_listener_close(a.listener);
    assert_int_equal(sigaction(SIGUSR1, &old, NULL), 0);
}

/* ---- keys ---- */

static void listener_has_a_copy_of_the_key(void **state) {
    uint8_t own[sizeof key];
    pickle_auth_options auth = auth_of(5000);
    (void)state;
    memcpy(own, key, sizeof key);
    auth.authkey = own;
    pickle_listener *l = listen_at(NULL, &auth);
    memset(own, 0, sizeof own);
    auth.authkey = key;
    meet(l, &auth);
    pickle_listener_close(l);
}

/* An allocator that looks for the key in what is freed. */
typedef struct searching {
    test_alloc t;
    size_t found;
    size_t freed;
} searching;

static void *searching_fn(void *ctx, void *ptr, size_t old_size,
                          size_t new_size) {
    searching *s = ctx;
    if (ptr) {
        s->freed++;
        for (size_t i = 0; i + sizeof key <= old_size; i++) {
            s->found += memcmp((uint8_t *)ptr + i, key, sizeof key) == 0;
        }
    }
    return test_alloc_fn(&s->t, ptr, old_size, new_size);
}

static void keys_are_wiped(void **state) {
    searching s = {.found = 0};
    pickle_allocator alloc = {searching_fn, &s};
    pickle_auth_options auth = auth_of(1000);
    pickle_sharer_options opt = {.authkey = key, .authkey_len = sizeof key};
    pickle_listener *l;
    pickle_resource_sharer *sharer;
    (void)state;
    assert_int_equal(pickle_listener_new(NULL, 1, &auth, &alloc, &l, NULL), 0);
    pickle_listener_close(l);
    assert_true(s.freed >= 2);
    assert_int_equal(pickle_resource_sharer_new(&opt, &alloc, &sharer, NULL),
                     0);
    pickle_resource_sharer_free(sharer);
    assert_true(s.freed >= 4);
    assert_int_equal(s.found, 0);
    assert_int_equal(s.t.live, 0);
}

/* ---- no memory ---- */

static pickle_code listen_with(const pickle_allocator *alloc) {
    pickle_listener *l;
    pickle_connection *client;
    pickle_connection *server = NULL;
    pickle_auth_options auth = auth_of(0);
    pickle_code code = pickle_listener_new(NULL, 1, &auth, alloc, &l, NULL);
    if (code) {
        return code;
    }
    /* No handshake: both sides are this thread. */
    code =
        pickle_client(pickle_listener_address(l), NULL, alloc, &client, NULL);
    if (!code) {
        pickle_connection_close(client);
        code = pickle_listener_accept(l, 0, &server, NULL);
        /* The client that is gone fails, for want of memory or of itself. */
        code = code == PICKLE_ERR_NOMEM ? code : PICKLE_OK;
    }
    pickle_connection_close(server);
    pickle_listener_close(l);
    return code;
}

static void listening_without_memory_fails_and_leaves_nothing(void **state) {
    (void)state;
    assert_survives_failures(listen_with);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        HANDLE_TEST(each_family_meets_with_and_without_a_key),
        HANDLE_TEST(arbitrary_address_is_in_a_folder_of_its_own),
        HANDLE_TEST(port_is_the_one_that_was_given),
        HANDLE_TEST(address_taken_stays_its_owners),
        HANDLE_TEST(lengths_of_names_are_the_systems),
        HANDLE_TEST(host_must_be_numeric),
        HANDLE_TEST(client_of_nobody_is_told),
        HANDLE_TEST(silent_peers_are_left_in_time),
        HANDLE_TEST(full_queue_is_left_in_time),
        HANDLE_TEST(interrupted_connect_is_connected_in_the_end),
        HANDLE_TEST(listener_has_a_copy_of_the_key),
        HANDLE_TEST(keys_are_wiped),
        HANDLE_TEST(listening_without_memory_fails_and_leaves_nothing),
    };
    return RUN_TESTS(tests);
}
