/*
 * test_resource_sharer.c  Descriptors for whoever asks: keys, clients good and
 * bad, limits, stopping, forking.
 */
#include "sharer_support.h"

static size_t threads(void) {
    size_t n = 0;
    DIR *dir = opendir("/proc/self/task");
    assert_non_null(dir);
    while (readdir(dir)) {
        n++;
    }
    closedir(dir);
    return n;
}

static int64_t register_in(pickle_resource_sharer *s, int fd,
                           pickle_address *a) {
    int64_t key;
    pickle_error err;
    if (pickle_resource_sharer_register(s, fd, a, &key, &err)) {
        fail_msg("not registered: %s", err.message);
    }
    return key;
}

/* ---- registering and fetching ---- */

static void fetch_gives_each_descriptor_once(void **state) {
    reports r;
    pickle_error err;
    pickle_address a;
    pickle_sharer_options opt = sharer_options(&r);
    pickle_resource_sharer *s = make_sharer(&opt);
    bundle b = make_bundle(7);
    (void)state;
    for (size_t i = 0; i < b.count; i++) {
        assert_int_equal(register_in(s, (int)b.fds[i], &a), (int64_t)i + 1);
    }
    assert_int_equal(pickle_resource_sharer_count(s), b.count);
    for (size_t i = b.count; i > 0; i--) {
        assert_int_equal(fetch(&a, (int64_t)i, &err), inode(b.fds[i - 1]));
    }
    assert_int_equal(pickle_resource_sharer_count(s), 0);
    assert_int_equal(fetch(&a, 1, &err), 0);
    assert_int_equal(err.code, PICKLE_ERR_EOF);
    assert_int_equal(reported(&r, PICKLE_ERR_KEY, 1), 1);
    assert_int_equal(reported(&r, 0, 1), 1);
    pickle_resource_sharer_free(s);
    close_bundle(&b);
}

static void registration_keeps_a_copy(void **state) {
    pickle_error err;
    pickle_address a;
    pickle_sharer_options opt = sharer_options(NULL);
    pickle_resource_sharer *s = make_sharer(&opt);
    pair p = make_pair(SOCK_STREAM);
    ino_t expected = inode(p.a);
    (void)state;
    int64_t key = register_in(s, p.a, &a);
    close_pair(p);
    assert_int_equal(fetch(&a, key, &err), expected);
    pickle_resource_sharer_free(s);
}

static void thread_starts_with_the_first_registration(void **state) {
    reports r;
    pickle_address a;
    size_t before = threads();
    size_t handles = open_handles();
    pickle_sharer_options opt = sharer_options(&r);
    pickle_resource_sharer *s = make_sharer(&opt);
    (void)state;
    assert_int_equal(threads(), before);
    assert_int_equal(open_handles(), handles);
    register_in(s, 0, &a);
    assert_int_equal(threads(), before + 1);
    register_in(s, 0, &a);
    assert_int_equal(threads(), before + 1);
    pickle_resource_sharer_stop(s, 1000);
    assert_int_equal(threads(), before);
    assert_int_equal(open_handles(), handles);
    pickle_resource_sharer_free(s);
}

static void thread_blocks_signals(void **state) {
    reports r;
    pickle_error err;
    pickle_address a;
    pickle_sharer_options opt = sharer_options(&r);
    pickle_resource_sharer *s = make_sharer(&opt);
    static const int some[] = {SIGINT, SIGTERM, SIGCHLD, SIGUSR1, SIGPIPE};
    (void)state;
    register_in(s, 0, &a);
    assert_int_equal(fetch(&a, 99, &err), 0);
    assert_int_equal(reported(&r, PICKLE_ERR_KEY, 1), 1);
    for (size_t i = 0; i < COUNT_OF(some); i++) {
        assert_int_equal(sigismember(&r.blocked, some[i]), 1);
    }
    pickle_resource_sharer_free(s);
}

static void bad_registrations_leave_no_trace(void **state) {
    pickle_error err;
    pickle_address a = {.len = 77};
    int64_t key = -5;
    pickle_resource_sharer *s = NULL;
    pickle_sharer_options opt = sharer_options(NULL);
    (void)state;
    opt.authkey = NULL;
    assert_int_equal(pickle_resource_sharer_new(&opt, NULL, &s, &err),
                     PICKLE_ERR_ARGUMENT);
    assert_int_equal(pickle_resource_sharer_new(NULL, NULL, &s, &err),
                     PICKLE_ERR_ARGUMENT);
    assert_null(s);
    opt = sharer_options(NULL);
    opt.max_entries = 2;
    s = make_sharer(&opt);
    assert_int_equal(
        pickle_resource_sharer_register(s, 1000000, &a, &key, &err),
        PICKLE_ERR_SYSTEM);
    assert_int_equal(err.os_error, EBADF);
    assert_int_equal(a.len, 77);
    assert_int_equal(register_in(s, 0, &a), 1);
    assert_int_equal(register_in(s, 0, &a), 2);
    size_t handles = open_handles();
    assert_int_equal(pickle_resource_sharer_register(s, 0, &a, &key, &err),
                     PICKLE_ERR_LIMIT);
    assert_int_equal(open_handles(), handles);
    assert_int_equal(key, -5);
    assert_true(fetch(&a, 1, &err) != 0);
    assert_int_equal(register_in(s, 0, &a), 3);
    pickle_resource_sharer_free(s);
}

static void address_taken_is_told(void **state) {
    pickle_error err;
    pickle_address a;
    int64_t key;
    pickle_sharer_options opt = sharer_options(NULL);
    pickle_resource_sharer *one = make_sharer(&opt);
    (void)state;
    register_in(one, 0, &a);
    opt.address = &a;
    pickle_resource_sharer *two = make_sharer(&opt);
    size_t handles = open_handles();
    assert_int_equal(pickle_resource_sharer_register(two, 0, &a, &key, &err),
                     PICKLE_ERR_SYSTEM);
    assert_int_equal(err.os_error, EADDRINUSE);
    assert_int_equal(open_handles(), handles);
    pickle_resource_sharer_free(two);
    assert_true(fetch(&a, 1, &err) != 0); /* its file is still there */
    pickle_resource_sharer_free(one);
}

/* ---- clients that are no good ---- */

static void wrong_key_leaves_the_entry(void **state) {
    reports r;
    pickle_error err;
    pickle_address a;
    pickle_handle h;
    pickle_sharer_options opt = sharer_options(&r);
    pickle_resource_sharer *s = make_sharer(&opt);
    pickle_auth_options auth = sharers_auth();
    (void)state;
    int64_t key = register_in(s, 0, &a);
    auth.authkey_len--;
    assert_int_equal(
        pickle_resource_sharer_fetch(&a, key, &auth, NULL, &h, &err),
        PICKLE_ERR_AUTHENTICATION);
    assert_string_equal(err.message, "digest sent was rejected");
    assert_int_equal(reported(&r, PICKLE_ERR_AUTHENTICATION, 1), 1);
    assert_int_equal(fetch(&a, key, &err), inode(0));
    pickle_resource_sharer_free(s);
}

/* The next client waits no longer than the options say, times the steps. */
static void stalled_client_is_left(void **state) {
    reports r;
    pickle_error err;
    pickle_address a;
    pickle_sharer_options opt = sharer_options(&r);
    opt.client_timeout_ms = 300;
    pickle_resource_sharer *s = make_sharer(&opt);
    (void)state;
    int64_t key = register_in(s, 0, &a);
    int stalled = connect_to(&a);
    int dripping = connect_to(&a);
    assert_int_equal(write(dripping, "\0", 1), 1);
    assert_int_equal(fetch(&a, key, &err), inode(0));
    assert_int_equal(reported(&r, PICKLE_ERR_TIMEOUT, 2), 2);
    close(stalled);
    close(dripping);
    pickle_resource_sharer_free(s);
}

/* ---- stopping ---- */

static void stop_closes_and_a_new_start_counts_on(void **state) {
    reports r;
    pickle_error err;
    pickle_address first;
    pickle_address second;
    size_t handles = open_handles();
    pickle_sharer_options opt = sharer_options(&r);
    pickle_resource_sharer *s = make_sharer(&opt);
    (void)state;
    pickle_resource_sharer_stop(s, 0); /* not running yet */
    register_in(s, 0, &first);
    register_in(s, 0, &first);
    pickle_resource_sharer_stop(s, 1000);
    pickle_resource_sharer_stop(s, 1000);
    assert_int_equal(open_handles(), handles);
    assert_int_equal(pickle_resource_sharer_count(s), 0);
    assert_int_equal(access(first.text, F_OK), -1);
    *strrchr(first.text, '/') = '\0';
    assert_int_equal(access(first.text, F_OK), -1);
    assert_int_equal(fetch(&first, 1, &err), 0);
    assert_int_equal(err.code, PICKLE_ERR_SYSTEM);
    assert_int_equal(err.os_error, ENOENT);
    assert_int_equal(register_in(s, 0, &second), 3);
    assert_int_equal(fetch(&second, 1, &err), 0);
    assert_int_equal(fetch(&second, 3, &err), inode(0));
    assert_int_equal(reported(&r, 0, 1), 1);
    pickle_resource_sharer_free(s);
}

static void stop_cuts_off_a_client(void **state) {
    reports r;
    pickle_address a;
    char byte;
    pickle_sharer_options opt = sharer_options(&r);
    opt.client_timeout_ms = -1;
    pickle_resource_sharer *s = make_sharer(&opt);
    (void)state;
    register_in(s, 0, &a);
    int fd = connect_to(&a);
    assert_int_equal(read(fd, &byte, 1), 1); /* it is being served */
    pickle_resource_sharer_stop(s, 20);
    while (read(fd, &byte, 1) == 1) {
    }
    close(fd);
    assert_int_equal(reported(&r, PICKLE_ERR_EOF, 1), 1);
    pickle_resource_sharer_free(s);
}

/* What CPython's stop() sends to its own thread; a client may, too. */
static void none_ends_the_thread_until_the_next_registration(void **state) {
    pickle_error err;
    pickle_address a;
    pickle_connection *conn;
    char byte;
    pickle_sharer_options opt = sharer_options(NULL);
    pickle_resource_sharer *s = make_sharer(&opt);
    pickle_auth_options auth = sharers_auth();
    size_t before = threads();
    (void)state;
    register_in(s, 0, &a);
    size_t running = open_handles();
    assert_int_equal(pickle_client(&a, &auth, NULL, &conn, &err), 0);
    assert_int_equal(pickle_connection_send_bytes(conn, "N.", 2, NULL), 0);
    assert_int_equal(read((int)pickle_connection_handle(conn), &byte, 1), 0);
    pickle_connection_close(conn);
    for (int i = 0; i < 1000 && threads() != before; i++) {
        poll(NULL, 0, 1);
    }
    assert_int_equal(threads(), before);
    assert_int_equal(register_in(s, 0, &a), 2);
    assert_int_equal(fetch(&a, 1, &err), inode(0));
    assert_int_equal(settled_handles(running), running);
    assert_int_equal(fetch(&a, 2, &err), inode(0));
    pickle_resource_sharer_free(s);
}

/* ---- forking ---- */

/* In the child: the sharer is as new, but for its keys. */
static int child_of(pickle_resource_sharer *s, const pickle_address *parents,
                    size_t handles) {
    pickle_address own;
    pickle_error err;
    int64_t key = 0;
    pickle_resource_sharer_after_fork(s);
    if (open_handles() != handles) {
        return 1;
    }
    if (pickle_resource_sharer_count(s) != 0) {
        return 2;
    }
    if (pickle_resource_sharer_register(s, 0, &own, &key, &err) || key != 3) {
        return 3;
    }
    if (strcmp(own.text, parents->text) == 0 ||
        fetch(&own, key, &err) != inode(0)) {
        return 4;
    }
    /* The parent serves the child as anybody else. */
    if (fetch(parents, 1, &err) != inode(0)) {
        return 5;
    }
    pickle_resource_sharer_free(s);
    return open_handles() == handles ? 0 : 6;
}

static void forked_child_starts_anew_and_leaves_the_parents(void **state) {
#if defined(__SANITIZE_THREAD__)
    print_message("the thread sanitizer has no threads after a fork\n");
    skip();
#endif
    pickle_address a;
    pickle_error err;
    int status;
    size_t handles = open_handles();
    pickle_sharer_options opt = sharer_options(NULL);
    pickle_resource_sharer *s = make_sharer(&opt);
    (void)state;
    register_in(s, 0, &a);
    register_in(s, 0, &a);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(child_of(s, &a, handles));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(access(a.text, F_OK), 0);
    assert_int_equal(fetch(&a, 2, &err), inode(0));
    assert_int_equal(register_in(s, 0, &a), 3);
    pickle_resource_sharer_free(s);
}

/* ---- no memory ---- */

static pickle_code register_with(const pickle_allocator *alloc) {
    pickle_resource_sharer *s;
    pickle_address a;
    int64_t key;
    pickle_sharer_options opt = sharer_options(NULL);
    pickle_code code = pickle_resource_sharer_new(&opt, alloc, &s, NULL);
    if (code) {
        return code;
    }
    for (int i = 0; i < 20 && !code; i++) {
        code = pickle_resource_sharer_register(s, 0, &a, &key, NULL);
    }
    pickle_resource_sharer_free(s);
    return code;
}

static void registration_without_memory_fails_and_leaves_nothing(void **state) {
    (void)state;
    assert_survives_failures(register_with);
}

static pickle_resource_sharer *swept;
static pickle_address swept_address;

static pickle_code fetch_with(const pickle_allocator *alloc) {
    pickle_handle h;
    pickle_auth_options auth = sharers_auth();
    int64_t key = register_in(swept, 0, &swept_address);
    pickle_code code = pickle_resource_sharer_fetch(&swept_address, key, &auth,
                                                    alloc, &h, NULL);
    if (!code) {
        close((int)h);
    }
    return code;
}

static void fetch_without_memory_fails_and_leaves_nothing(void **state) {
    pickle_sharer_options opt = sharer_options(NULL);
    (void)state;
    swept = make_sharer(&opt);
    assert_survives_failures(fetch_with);
    pickle_resource_sharer_free(swept);
}

/* An allocator for two threads, of which one fails. */
typedef struct shared_alloc {
    pthread_mutex_t mutex;
    test_alloc t;
} shared_alloc;

static void *shared_alloc_fn(void *ctx, void *ptr, size_t old_size,
                             size_t new_size) {
    shared_alloc *a = ctx;
    pthread_mutex_lock(&a->mutex);
    void *p = test_alloc_fn(&a->t, ptr, old_size, new_size);
    pthread_mutex_unlock(&a->mutex);
    return p;
}

static void fail_request(shared_alloc *a, size_t after) {
    pthread_mutex_lock(&a->mutex);
    a->t.fail_at = after ? a->t.calls + after : 0;
    pthread_mutex_unlock(&a->mutex);
}

/* The thread itself runs out of memory, at each of its requests. */
static void thread_without_memory_goes_on(void **state) {
    shared_alloc memory = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    pickle_allocator alloc = {shared_alloc_fn, &memory};
    reports r;
    pickle_error err;
    pickle_address a;
    pickle_resource_sharer *s;
    pickle_sharer_options opt = sharer_options(&r);
    size_t failures = 0;
    ino_t found = 0;
    (void)state;
    assert_int_equal(pickle_resource_sharer_new(&opt, &alloc, &s, NULL), 0);
    for (size_t n = 1; n < 100 && !found; n++) {
        int64_t key = register_in(s, 0, &a);
        fail_request(&memory, n);
        found = fetch(&a, key, &err);
        failures += !found;
        fail_request(&memory, 0);
        key = register_in(s, 0, &a);
        assert_int_equal(fetch(&a, key, &err), inode(0));
    }
    assert_true(failures > 0);
    assert_int_equal(reported(&r, PICKLE_ERR_NOMEM, failures), failures);
    pickle_resource_sharer_free(s);
    assert_int_equal(memory.t.live, 0);
}

/* ---- several threads ---- */

enum { ROUNDS = 100 };

typedef struct user {
    pickle_resource_sharer *sharer;
    size_t good;
    pthread_t id;
} user;

static void *use(void *ctx) {
    user *u = ctx;
    for (int i = 0; i < ROUNDS; i++) {
        pickle_address a;
        pickle_error err;
        int64_t key;
        if (pickle_resource_sharer_register(u->sharer, 0, &a, &key, &err) ==
                0 &&
            (i % 4 == 0 || fetch(&a, key, &err) != 0)) {
            u->good++;
        }
    }
    return NULL;
}

static void threads_may_register_and_fetch(void **state) {
    pickle_sharer_options opt = sharer_options(NULL);
    user users[4];
    (void)state;
    pickle_resource_sharer *s = make_sharer(&opt);
    for (size_t i = 0; i < COUNT_OF(users); i++) {
        users[i] = (user){.sharer = s};
        assert_int_equal(pthread_create(&users[i].id, NULL, use, &users[i]), 0);
    }
    for (size_t i = 0; i < COUNT_OF(users); i++) {
        pthread_join(users[i].id, NULL);
        assert_int_equal(users[i].good, ROUNDS);
    }
    assert_int_equal(pickle_resource_sharer_count(s),
                     COUNT_OF(users) * ROUNDS / 4);
    pickle_resource_sharer_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        HANDLE_TEST(fetch_gives_each_descriptor_once),
        HANDLE_TEST(registration_keeps_a_copy),
        HANDLE_TEST(thread_starts_with_the_first_registration),
        HANDLE_TEST(thread_blocks_signals),
        HANDLE_TEST(bad_registrations_leave_no_trace),
        HANDLE_TEST(address_taken_is_told),
        HANDLE_TEST(wrong_key_leaves_the_entry),
        HANDLE_TEST(stalled_client_is_left),
        HANDLE_TEST(stop_closes_and_a_new_start_counts_on),
        HANDLE_TEST(stop_cuts_off_a_client),
        HANDLE_TEST(none_ends_the_thread_until_the_next_registration),
        HANDLE_TEST(forked_child_starts_anew_and_leaves_the_parents),
        HANDLE_TEST(registration_without_memory_fails_and_leaves_nothing),
        HANDLE_TEST(fetch_without_memory_fails_and_leaves_nothing),
        HANDLE_TEST(thread_without_memory_goes_on),
        HANDLE_TEST(threads_may_register_and_fetch),
    };
    return RUN_TESTS(tests);
}
