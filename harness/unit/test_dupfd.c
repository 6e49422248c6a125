/* test_dupfd.c  DupFd(): its three forms, made and detached. The pickles are
 * CPython's, recorded from it in vectors/; here is what the forms do. */
#include "handles_support.h"

static pickle_doc *new_doc(void) {
    pickle_doc *doc;
    assert_int_equal(pickle_doc_new(NULL, &doc, NULL), 0);
    return doc;
}

static pickle_spawning *begin(pickle_dupfd_form form) {
    pickle_spawning *s;
    assert_int_equal(pickle_spawning_new(form, NULL, &s, NULL), 0);
    return s;
}

static int64_t made(pickle_doc *doc, pickle_handle h, pickle_spawning *s,
                    pickle_dupfd_form expected) {
    pickle_value dup;
    pickle_value address;
    pickle_dupfd_form form;
    int64_t n = -77;
    pickle_error err;
    POISON(err);
    assert_int_equal(pickle_dupfd_make(doc, h, s, NULL, &dup, &err), 0);
    assert_error(err, PICKLE_OK, "");
    assert_true(pickle_get_dupfd(dup, &form, &n, &address));
    assert_int_equal(form, expected);
    assert_true(pickle_is_null(address));
    return n;
}

static void assert_handles(const pickle_spawning *s,
                           const pickle_handle *expected, size_t count) {
    size_t n;
    const pickle_handle *handles = pickle_spawning_handles(s, &n);
    assert_int_equal(n, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(handles[i], expected[i]);
    }
}

/* ---- spawn ---- */

/* The number itself; nothing is opened or looked at. */
static void spawn_collects_each_number_once_in_order(void **state) {
    (void)state;
    static const pickle_handle added[] = {50, 7, 9, 50, 7, 1000000, 8};
    static const pickle_handle kept[] = {7, 8, 9, 50, 1000000};
    pickle_doc *doc = new_doc();
    pickle_spawning *s = begin(PICKLE_DUPFD_SPAWN);
    assert_handles(s, NULL, 0);
    for (size_t i = 0; i < COUNT_OF(added); i++) {
        assert_int_equal(made(doc, added[i], s, PICKLE_DUPFD_SPAWN), added[i]);
    }
    assert_handles(s, kept, COUNT_OF(kept));
    pickle_spawning_free(s);
    pickle_doc_free(doc);
}

static void spawn_detaches_to_its_number_each_time(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_value dup =
        pickle_dupfd_value(doc, PICKLE_DUPFD_SPAWN, 50, pickle_null());
    for (int i = 0; i < 3; i++) {
        pickle_handle h = 0;
        assert_int_equal(pickle_dupfd_detach(dup, NULL, &h, NULL), 0);
        assert_int_equal(h, 50);
    }
    pickle_doc_free(doc);
}

/* ---- forkserver ---- */

/* Twice the same descriptor is two indexes, as in CPython. */
static void forkserver_collects_indexes(void **state) {
    (void)state;
    static const pickle_handle added[] = {50, 7, 50, 9, 1, 2, 3, 4, 5, 6};
    pickle_doc *doc = new_doc();
    pickle_spawning *s = begin(PICKLE_DUPFD_FORKSERVER);
    for (size_t i = 0; i < COUNT_OF(added); i++) {
        assert_int_equal(made(doc, added[i], s, PICKLE_DUPFD_FORKSERVER), i);
    }
    assert_handles(s, added, COUNT_OF(added));
    pickle_spawning_free(s);
    pickle_doc_free(doc);
}

static void forkserver_detaches_by_index(void **state) {
    (void)state;
    static const pickle_handle inherited[] = {31, 32, 33};
    const pickle_detach_options some = {.inherited = inherited,
                                        .inherited_count = 3};
    static const struct {
        int64_t index;
        pickle_code code;
        pickle_handle h;
    } rows[] = {
        {0, PICKLE_OK, 31},
        {2, PICKLE_OK, 33},
        {-1, PICKLE_OK, 33},
        {-3, PICKLE_OK, 31},
        {3, PICKLE_ERR_INDEX, 77},
        {-4, PICKLE_ERR_INDEX, 77},
        {INT64_MAX, PICKLE_ERR_INDEX, 77},
        {INT64_MIN, PICKLE_ERR_INDEX, 77},
    };
    pickle_doc *doc = new_doc();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        pickle_value dup = pickle_dupfd_value(doc, PICKLE_DUPFD_FORKSERVER,
                                              rows[i].index, pickle_null());
        pickle_handle h = 77;
        pickle_error err;
        POISON(err);
        assert_int_equal(pickle_dupfd_detach(dup, &some, &h, &err),
                         rows[i].code);
        assert_int_equal(h, rows[i].h);
        assert_error(err, rows[i].code,
                     rows[i].code ? "list index out of range" : "");
    }
    pickle_doc_free(doc);
}

static void forkserver_elsewhere_is_refused(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_value dup =
        pickle_dupfd_value(doc, PICKLE_DUPFD_FORKSERVER, 0, pickle_null());
    pickle_handle h;
    pickle_error err;
    assert_int_equal(pickle_dupfd_detach(dup, NULL, &h, &err), PICKLE_ERR_TYPE);
    assert_error(err, PICKLE_ERR_TYPE,
                 "'NoneType' object is not subscriptable");
    pickle_doc_free(doc);
}

/* ---- sharer ---- */

static const char key[] = "a key that both know";

static pickle_resource_sharer *new_sharer(const pickle_address *address) {
    pickle_sharer_options opt = {.authkey = key, .authkey_len = sizeof key};
    pickle_resource_sharer *sharer;
    opt.address = address;
    assert_int_equal(pickle_resource_sharer_new(&opt, NULL, &sharer, NULL), 0);
    return sharer;
}

/* Through a sharer at an address, by way of a pickle. */
static void share_at(const pickle_address *at) {
    pickle_resource_sharer *sharer = new_sharer(at);
    pickle_doc *doc = new_doc();
    pickle_doc *sent;
    pickle_value dup;
    pickle_bytes_buffer bytes = {0};
    bundle b = make_bundle(1);
    pickle_auth_options auth = {.authkey = key, .authkey_len = sizeof key};
    pickle_detach_options opt = {.auth = &auth};
    pickle_handle h = 77;
    pickle_error err;
    assert_int_equal(pickle_dupfd_make(doc, b.fds[0], NULL, sharer, &dup, &err),
                     0);
    assert_int_equal(pickle_encode(doc, dup, NULL, &bytes, NULL), 0);
    assert_int_equal(
        pickle_decode(bytes.data, bytes.len, NULL, &sent, NULL, NULL), 0);
    dup = pickle_doc_get_root(sent);
    assert_int_equal(pickle_dupfd_detach(dup, &opt, &h, &err), 0);
    assert_int_equal(inode(h), inode(b.fds[0]));
    assert_int_equal(fcntl((int)h, F_GETFD), FD_CLOEXEC);
    close((int)h);
    /* Once only. */
    POISON(err);
    assert_int_equal(pickle_dupfd_detach(dup, &opt, &h, &err), PICKLE_ERR_EOF);
    pickle_bytes_buffer_deinit(&bytes);
    pickle_doc_free(sent);
    pickle_doc_free(doc);
    close_bundle(&b);
    pickle_resource_sharer_free(sharer);
}

static void sharer_by_path_and_by_name_passes_a_handle(void **state) {
    (void)state;
    pickle_address abstract;
    char name[64] = "";
    int len = snprintf(name + 1, sizeof name - 1, "pickleproof-dupfd-%d",
                       (int)getpid());
    assert_int_equal(
        pickle_address_unix(name, (size_t)len + 1, &abstract, NULL), 0);
    share_at(NULL);
    share_at(&abstract);
}

/* Over TCP the address is (host, port); descriptors cannot follow. */
static void sharer_over_tcp_is_found_and_has_none(void **state) {
    (void)state;
    pickle_address tcp;
    pickle_doc *doc = new_doc();
    pickle_value dup;
    pickle_value address;
    pickle_dupfd_form form;
    int64_t n;
    pickle_auth_options auth = {.authkey = key, .authkey_len = sizeof key};
    pickle_detach_options opt = {.auth = &auth};
    pickle_handle h;
    pickle_error err;
    assert_int_equal(pickle_address_inet("127.0.0.1", 0, &tcp, NULL), 0);
    pickle_resource_sharer *sharer = new_sharer(&tcp);
    assert_int_equal(pickle_dupfd_make(doc, 0, NULL, sharer, &dup, &err), 0);
    assert_true(pickle_get_dupfd(dup, &form, &n, &address));
    assert_true(pickle_str_equals(pickle_get_item(address, 0), "127.0.0.1"));
    assert_true(pickle_get_int(pickle_get_item(address, 1), &n) && n > 0);
    assert_int_equal(pickle_dupfd_detach(dup, &opt, &h, &err),
                     PICKLE_ERR_ANCDATA);
    assert_error(err, PICKLE_ERR_ANCDATA, "received 0 items of ancdata");
    pickle_resource_sharer_free(sharer);
    pickle_doc_free(doc);
}

/* It is duplicated at once, so a bad one is found at once. */
static void sharer_of_a_bad_handle_is_ebadf(void **state) {
    (void)state;
    pickle_resource_sharer *sharer = new_sharer(NULL);
    pickle_doc *doc = new_doc();
    pickle_value dup = pickle_none();
    pickle_error err;
    POISON(err);
    assert_int_equal(pickle_dupfd_make(doc, 1000000, NULL, sharer, &dup, &err),
                     PICKLE_ERR_SYSTEM);
    assert_os_error(err, EBADF, "dup");
    assert_int_equal(pickle_kind_of(dup), PICKLE_KIND_NONE);
    pickle_resource_sharer_free(sharer);
    pickle_doc_free(doc);
}

static void refuse_address(pickle_doc *doc, pickle_value address) {
    pickle_value dup = pickle_dupfd_value(doc, PICKLE_DUPFD_SHARER, 1, address);
    pickle_handle h;
    pickle_error err;
    assert_int_equal(pickle_dupfd_detach(dup, NULL, &h, &err),
                     PICKLE_ERR_ARGUMENT);
    assert_error(err, PICKLE_ERR_ARGUMENT, "address type unrecognized");
}

static void sharer_address_of_no_type_is_refused(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    const pickle_value host = pickle_str_z(doc, "127.0.0.1");
    const pickle_value pairs[][2] = {{host, pickle_int(doc, 65536)},
                                     {host, pickle_int(doc, -1)},
                                     {host, host},
                                     {pickle_int(doc, 1), pickle_int(doc, 2)}};
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        refuse_address(doc, pickle_tuple(doc, pairs[i], 2));
    }
    refuse_address(doc, pickle_tuple(doc, &host, 1));
    refuse_address(doc, pickle_none());
    pickle_doc_free(doc);
}

/* ---- choosing ---- */

static void choice_of_a_child_comes_before_a_sharer(void **state) {
    (void)state;
    pickle_resource_sharer *sharer = new_sharer(NULL);
    pickle_spawning *s = begin(PICKLE_DUPFD_SPAWN);
    pickle_doc *doc = new_doc();
    pickle_value dup;
    pickle_value address;
    pickle_dupfd_form form;
    int64_t n;
    assert_int_equal(pickle_dupfd_make(doc, 1000000, s, sharer, &dup, NULL), 0);
    assert_true(pickle_get_dupfd(dup, &form, &n, &address));
    assert_int_equal(form, PICKLE_DUPFD_SPAWN);
    assert_int_equal(pickle_resource_sharer_count(sharer), 0);
    pickle_spawning_free(s);
    pickle_resource_sharer_free(sharer);
    pickle_doc_free(doc);
}

static void choice_of_nothing_is_refused(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_value dup;
    pickle_spawning *s;
    pickle_error err;
    assert_int_equal(pickle_dupfd_make(doc, 0, NULL, NULL, &dup, &err),
                     PICKLE_ERR_ARGUMENT);
    assert_error(err, PICKLE_ERR_ARGUMENT,
                 "SCM_RIGHTS appears not to be available");
    assert_string_equal(pickle_code_exception(err.code), "ValueError");
    assert_int_equal(pickle_spawning_new(PICKLE_DUPFD_SHARER, NULL, &s, &err),
                     PICKLE_ERR_ARGUMENT);
    pickle_doc_free(doc);
}

static void detach_of_no_dupfd_is_refused(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    pickle_handle h = 77;
    pickle_error err;
    POISON(err);
    assert_int_equal(pickle_dupfd_detach(pickle_int(doc, 3), NULL, &h, &err),
                     PICKLE_ERR_ATTRIBUTE);
    assert_error(err, PICKLE_ERR_ATTRIBUTE,
                 "'int' object has no attribute 'detach'");
    assert_int_equal(h, 77);
    pickle_doc_free(doc);
}

/* ---- memory ---- */

static pickle_code make_many(const pickle_allocator *alloc) {
    pickle_doc_options opt = {.alloc = alloc};
    pickle_doc *doc = NULL;
    pickle_spawning *s = NULL;
    pickle_value dup;
    pickle_code code = pickle_doc_new(&opt, &doc, NULL);
    code =
        code ? code : pickle_spawning_new(PICKLE_DUPFD_SPAWN, alloc, &s, NULL);
    for (pickle_handle h = 40; h > 0 && !code; h--) {
        code = pickle_dupfd_make(doc, h, s, NULL, &dup, NULL);
    }
    pickle_spawning_free(s);
    pickle_doc_free(doc);
    return code;
}

static void make_survives_failures(void **state) {
    (void)state;
    assert_survives_failures(make_many);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        HANDLE_TEST(spawn_collects_each_number_once_in_order),
        HANDLE_TEST(spawn_detaches_to_its_number_each_time),
        HANDLE_TEST(forkserver_collects_indexes),
        HANDLE_TEST(forkserver_detaches_by_index),
        HANDLE_TEST(forkserver_elsewhere_is_refused),
        HANDLE_TEST(sharer_by_path_and_by_name_passes_a_handle),
        HANDLE_TEST(sharer_over_tcp_is_found_and_has_none),
        HANDLE_TEST(sharer_of_a_bad_handle_is_ebadf),
        HANDLE_TEST(sharer_address_of_no_type_is_refused),
        HANDLE_TEST(choice_of_a_child_comes_before_a_sharer),
        HANDLE_TEST(choice_of_nothing_is_refused),
        HANDLE_TEST(detach_of_no_dupfd_is_refused),
        HANDLE_TEST(make_survives_failures),
    };
    return RUN_TESTS(tests);
}
