/*
 * test_failing_sharer.c  A sharer and its clients while the system fails at the
 * n-th call, for each n there is: nothing is left, and once the system is well
 * again the sharer serves the next client.
 */
#include "failing_support.h"
#include "sharer_support.h"

/* Where the system may fail for good, nobody waits for long. */
static int patience(void) {
    return failing_calls_fault() == CALLS_FAIL ? 50 : 20000;
}

static ino_t fetch_within(const pickle_address *a, int64_t id, int timeout_ms,
                          const pickle_allocator *alloc, pickle_error *err) {
    pickle_auth_options auth = sharers_auth();
    pickle_handle h;
    auth.timeout_ms = timeout_ms;
    if (pickle_resource_sharer_fetch(a, id, &auth, alloc, &h, err)) {
        return 0;
    }
    bool was = failing_calls_exempt(true);
    ino_t found = inode(h);
    close((int)h);
    failing_calls_exempt(was);
    return found;
}

static pickle_resource_sharer *new_sharer(const pickle_allocator *alloc,
                                          int client_timeout_ms) {
    pickle_sharer_options opt = sharer_options(NULL);
    pickle_resource_sharer *sharer;
    opt.client_timeout_ms = client_timeout_ms;
    assert_int_equal(pickle_resource_sharer_new(&opt, alloc, &sharer, NULL),
                     PICKLE_OK);
    return sharer;
}

/* Register and fetch with nothing at fault. */
static bool serves(pickle_resource_sharer *sharer) {
    pickle_address a;
    pickle_error err;
    int64_t id;
    if (pickle_resource_sharer_register(sharer, 0, &a, &id, &err)) {
        fail_msg("after %s failed: register: %s", failing_calls_name(),
                 err.message);
    }
    return fetch_within(&a, id, 20000, NULL, &err) == inode(0);
}

/* On a busy machine a sharer of little patience may lose this client, too, but
 * not one after the other. */
static void assert_serves(pickle_resource_sharer *sharer) {
    bool was = failing_calls_exempt(true);
    int left = 20;
    while (!serves(sharer)) {
        if (--left == 0) {
            fail_msg("after %s failed: serves nobody", failing_calls_name());
        }
    }
    failing_calls_exempt(was);
}

/* The sharer's own calls, in its thread and where something is registered. */
static pickle_code share(const pickle_allocator *alloc, pickle_error *err) {
    pickle_resource_sharer *sharer = new_sharer(alloc, patience());
    pickle_address a;
    pickle_error ignored;
    int64_t id;
    ino_t found = 0;
    failing_calls_everywhere();
    pickle_code code = pickle_resource_sharer_register(sharer, 0, &a, &id, err);
    failing_calls_exempt(true);
    if (!code) {
        found = fetch_within(&a, id, patience(), NULL, &ignored);
    }
    if (!code && !may_fail(failing_calls_fault())) {
        assert_int_equal(found, inode(0));
    }
    (void)failing_calls_disarm();
    assert_serves(sharer);
    pickle_resource_sharer_free(sharer);
    failing_calls_exempt(false);
    return code;
}

/* To stop it, with something not fetched. */
static pickle_code stop(const pickle_allocator *alloc, pickle_error *err) {
    pickle_resource_sharer *sharer = new_sharer(alloc, patience());
    pickle_address a;
    int64_t id;
    failing_calls_exempt(true);
    pickle_code code = pickle_resource_sharer_register(sharer, 0, &a, &id, err);
    assert_int_equal(code, PICKLE_OK);
    failing_calls_exempt(false);
    pickle_resource_sharer_stop(sharer, PICKLE_NO_TIMEOUT);
    (void)failing_calls_disarm();
    assert_serves(sharer);
    pickle_resource_sharer_free(sharer);
    return code;
}

/* The client's calls. */
static pickle_code fetch_one(const pickle_allocator *alloc, pickle_error *err) {
    pickle_resource_sharer *sharer = new_sharer(alloc, 20000);
    pickle_address a;
    int64_t id;
    failing_calls_exempt(true);
    assert_int_equal(pickle_resource_sharer_register(sharer, 0, &a, &id, NULL),
                     PICKLE_OK);
    failing_calls_exempt(false);
    ino_t found = fetch_within(&a, id, 20000, alloc, err);
    failing_calls_exempt(true);
    assert_true(!found || found == inode(0));
    assert_serves(sharer);
    pickle_resource_sharer_free(sharer);
    failing_calls_exempt(false);
    return found ? PICKLE_OK : err->code;
}

static void sharers_side(void **state) {
    (void)state;
    sweep(share, true);
}

static void end_of_a_sharer(void **state) {
    (void)state;
    sweep(stop, false);
}

static void clients_side(void **state) {
    (void)state;
    sweep(fetch_one, true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        HANDLE_TEST(sharers_side),
        HANDLE_TEST(end_of_a_sharer),
        HANDLE_TEST(clients_side),
    };
    return RUN_SWEEPS(tests);
}
