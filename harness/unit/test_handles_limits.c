/* test_handles_limits.c  Descriptors where the system runs out of them: a full
 * table here, too many on their way. Each test spoils the limits of a child of
 * its own. */
#include "handles_support.h"

#ifndef ETOOMANYREFS
#define ETOOMANYREFS 109
#endif

/* ---- a full table of descriptors ---- */

/* Leave room for `room` more descriptors, whatever their numbers. */
static bool leave_room(int room) {
    int fds[64];
    int n = 0;
    struct rlimit limit = {64, 64};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return false;
    }
    while (n < 64 && (fds[n] = dup(0)) >= 0) {
        n++;
    }
    for (int i = 0; i < room; i++) {
        close(fds[--n]);
    }
    return errno == EMFILE && n >= 0;
}

static bool is_error(const pickle_error *err, pickle_code code,
                     const char *message) {
    if (err->code == code && strcmp(err->message, message) == 0) {
        return true;
    }
    print_error("%s: %s\n", pickle_code_name(err->code), err->message);
    return false;
}

/* Eight descriptors come, and there is room for so many. Every slot is free
 * again afterwards: they can all be taken once more. */
static bool receive_with_room(int room, pickle_code code, const char *message) {
    pair p = make_pair(SOCK_STREAM);
    bundle b = make_bundle(8);
    pickle_handle got[9];
    size_t count = 0;
    pickle_error err;
    if (pickle_sendfds(p.a, b.fds, 8, &plain, &err) || !leave_room(room)) {
        return false;
    }
    if (pickle_recvfds(p.b, 8, &plain, got, &count, &err) == PICKLE_OK) {
        return false;
    }
    int free_again = 0;
    while (dup(0) >= 0) {
        free_again++;
    }
    return is_error(&err, code, message) && free_again == room && count == 0;
}

static bool no_room(void) {
    return receive_with_room(0, PICKLE_ERR_ANCDATA,
                             "received 0 items of ancdata");
}

static bool room_for_one(void) {
    return receive_with_room(1, PICKLE_ERR_HANDLE_COUNT,
                             "Len is 1 but msg[0] is 8");
}

static bool room_for_three(void) {
    return receive_with_room(3, PICKLE_ERR_HANDLE_COUNT,
                             "Len is 3 but msg[0] is 8");
}

static bool room_for_all(void) {
    pair p = make_pair(SOCK_STREAM);
    bundle b = make_bundle(8);
    pickle_handle got[9];
    size_t count = 0;
    return !pickle_sendfds(p.a, b.fds, 8, &plain, NULL) && leave_room(8) &&
           !pickle_recvfds(p.b, 8, &plain, got, &count, NULL) && count == 8;
}

static void limit_without_a_free_slot_is_no_ancdata(void **state) {
    (void)state;
    assert_in_child(no_room);
}

static void limit_with_a_few_free_slots_closes_them(void **state) {
    (void)state;
    assert_in_child(room_for_one);
    assert_in_child(room_for_three);
}

static void limit_with_slots_enough_is_no_error(void **state) {
    (void)state;
    assert_in_child(room_for_all);
}

/* ---- too many on their way ---- */

/* A user without rights may have as many in flight as RLIMIT_NOFILE says. */
static bool too_many_in_flight(void) {
    pair p = make_pair(SOCK_STREAM);
    struct rlimit limit = {32, 32};
    pickle_handle fd = 0;
    pickle_error err;
    pickle_code code = PICKLE_OK;
    int sent = 0;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 ||
        (geteuid() == 0 && setuid(65534) != 0)) {
        return false;
    }
    while (!code && sent < 200) {
        code = pickle_sendfds(p.a, &fd, 1, &plain, &err);
        sent += code == PICKLE_OK;
    }
    return code == PICKLE_ERR_SYSTEM && err.os_error == ETOOMANYREFS &&
           sent >= 32 && sent < 200;
}

static void limit_of_handles_in_flight_is_the_systems(void **state) {
    (void)state;
    assert_in_child(too_many_in_flight);
}

/* ---- often ---- */

/* What CPython leaves open in each of these is closed, a thousand times. */
static void limit_is_not_reached_by_failures(void **state) {
    (void)state;
    pair p = make_pair(SOCK_STREAM);
    bundle b = make_bundle(8);
    pickle_handle got[9];
    size_t count;
    for (int i = 0; i < 1000; i++) {
        raw_send(p.a, "\7", 1, &b, &b.count, 1);
        assert_int_equal(pickle_recvfds(p.b, 8, &plain, got, &count, NULL),
                         PICKLE_ERR_HANDLE_COUNT);
        raw_send(p.a, "\10", 1, &b, &b.count, 1);
        assert_int_equal(pickle_recvfds(p.b, 4, &plain, got, &count, NULL),
                         PICKLE_ERR_HANDLE_COUNT);
    }
    close_bundle(&b);
    close_pair(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        HANDLE_TEST(limit_without_a_free_slot_is_no_ancdata),
        HANDLE_TEST(limit_with_a_few_free_slots_closes_them),
        HANDLE_TEST(limit_with_slots_enough_is_no_error),
        HANDLE_TEST(limit_of_handles_in_flight_is_the_systems),
        HANDLE_TEST(limit_is_not_reached_by_failures),
    };
    return RUN_TESTS(tests);
}
