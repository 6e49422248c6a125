/*
 * failing_support.h  What the tests of failing system calls share: the sweep.
 */
#ifndef PICKLE_FAILING_SUPPORT_H
#define PICKLE_FAILING_SUPPORT_H

#include "handles_support.h"

#include <pthread.h>

#include "failing_calls.h"

/* An allocator of two threads. */
typedef struct locked_alloc {
    pthread_mutex_t mutex;
    test_alloc count;
} locked_alloc;

TEST_UNUSED static void *locked_alloc_fn(void *ctx, void *ptr, size_t old_size,
                                         size_t new_size) {
    locked_alloc *a = ctx;
    pthread_mutex_lock(&a->mutex);
    void *p = test_alloc_fn(&a->count, ptr, old_size, new_size);
    pthread_mutex_unlock(&a->mutex);
    return p;
}

/* What is tried: all of it, from opening to closing. */
typedef pickle_code (*attempt)(const pickle_allocator *alloc,
                               pickle_error *err);

/* ---- the sweep ---- */

TEST_UNUSED static char folder[] = "/tmp/pickle-XXXXXX";

/* The files that are left in TMPDIR; they are removed. */
TEST_UNUSED static size_t files_left(void) {
    char path[sizeof folder + 300];
    size_t count = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] != '.') {
            count++;
            snprintf(path, sizeof path, "%s/%s/listener-0", folder, e->d_name);
            unlink(path);
            snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
            assert_int_equal(rmdir(path), 0);
        }
    }
    closedir(dir);
    return count;
}

TEST_UNUSED static bool may_fail(call_fault fault) {
    return fault == CALL_FAILS || fault == CALLS_FAIL;
}

/* One attempt with the n-th call at fault. False when there are fewer. */
TEST_UNUSED static bool try_once(attempt fn, call_fault fault, size_t n,
                                 size_t *errors) {
    locked_alloc t = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    pickle_allocator alloc = {locked_alloc_fn, &t};
    pickle_error err;
    size_t before = open_handles();
    POISON(err);
    failing_calls_arm(fault, n);
    pickle_code code = fn(&alloc, &err);
    size_t calls = failing_calls_disarm();
    const char *name = failing_calls_name();
    bool reached = calls >= n;
    if (t.count.live || open_handles() != before) {
        fail_msg("fault %d at call %zu (%s): %zu blocks, %zu descriptors left",
                 fault, n, name, t.count.live, open_handles() - before);
    }
    if (files_left() && !failing_calls_kept_file()) {
        fail_msg("fault %d at call %zu (%s): files left", fault, n, name);
    }
    if (code && (!reached || !may_fail(fault))) {
        fail_msg("fault %d at call %zu (%s): %s", fault, n, name, err.message);
    }
    if (code && (err.code != code || code != PICKLE_ERR_SYSTEM ||
                 !failing_calls_had(err.os_error))) {
        fail_msg("fault %d at call %zu (%s): %s, %s, errno %d", fault, n, name,
                 pickle_code_name(code), pickle_code_name(err.code),
                 (int)err.os_error);
    }
    *errors += code != PICKLE_OK;
    return reached;
}

/* With each fault at each call; `tells`: whether an error is seen outside. */
TEST_UNUSED static void sweep(attempt fn, bool tells) {
    for (call_fault fault = 0; fault < CALL_FAULTS; fault++) {
        size_t errors = 0;
        size_t n = 1;
        while (try_once(fn, fault, n, &errors)) {
            n++;
        }
        assert_true(n > 1 || !tells);
        assert_true((errors > 0) == (tells && may_fail(fault)));
    }
}

/* TMPDIR is a folder of the test's own while it runs. */
#define RUN_SWEEPS(tests)                                                      \
    (!mkdtemp(folder) || setenv("TMPDIR", folder, 1) || RUN_TESTS(tests) ||    \
     rmdir(folder))

#endif
