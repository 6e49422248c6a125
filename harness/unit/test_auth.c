/*
 * test_auth.c  The handshake: what each side writes, takes and refuses, against
 * what CPython wrote, with the same random bytes.
 */
#include "handles_support.h"

#include <pthread.h>
#include <sys/ioctl.h>

#include "connection/connection.h"

#define BYTES(literal) (const uint8_t *)(literal), sizeof(literal) - 1

typedef struct auth_case {
    const char *id;
    int cpython;
    const char *role;
    const uint8_t *key;
    size_t key_len;
    const uint8_t *random;
    size_t random_len;
    const char *digest;
    const uint8_t *input;
    size_t input_len;
    const char *exception;
    const uint8_t *sent;
    size_t sent_len;
    long used;
} auth_case;

static const auth_case cases[] = {
#define AUTH(id, cpython, role, key, random, digest, input, exception, sent,   \
             used)                                                             \
    {id, cpython, role, key, random, digest, input, exception, sent, used},
#define CONVERSATION(id, key, random, input)
#include "auth_cases.def"
#undef AUTH
#undef CONVERSATION
};

/* The random bytes of a case. */
static int fixed(void *ctx, void *out, size_t len) {
    const auth_case *c = ctx;
    assert_true(len <= c->random_len);
    memcpy(out, c->random, len);
    return 0;
}

static pickle_auth_options options_of(const auth_case *c) {
    pickle_auth_options auth = {.authkey = c->key,
                                .authkey_len = c->key_len,
                                .cpython = c->cpython,
                                .digest = c->digest[0] ? c->digest : NULL,
                                .random = fixed};
    auth.random_ctx = (void *)(uintptr_t)c;
    return auth;
}

typedef pickle_code (*handshake)(pickle_connection *conn,
                                 const pickle_auth_options *auth,
                                 pickle_error *err);

/* Listener.accept() and Client(), step after step. */
static pickle_code listener_steps(pickle_connection *conn,
                                  const pickle_auth_options *auth,
                                  pickle_error *err) {
    pickle_code code = pickle_deliver_challenge(conn, auth, err);
    return code ? code : pickle_answer_challenge(conn, auth, err);
}

static pickle_code client_steps(pickle_connection *conn,
                                const pickle_auth_options *auth,
                                pickle_error *err) {
    pickle_code code = pickle_answer_challenge(conn, auth, err);
    return code ? code : pickle_deliver_challenge(conn, auth, err);
}

static pickle_code client_at_once(pickle_connection *conn,
                                  const pickle_auth_options *auth,
                                  pickle_error *err) {
    return pickle__client_handshake(conn, auth, NULL, 0, err);
}

static bool is_role(const auth_case *c, const char *role) {
    return strcmp(c->role, role) == 0;
}

static bool same_outcome(const auth_case *c, pickle_code code,
                         const pickle_error *err) {
    const char *exception = pickle_code_exception(code);
    /* CPython's assertion is a refusal of ours, as from 3.12 on. */
    bool refusal = strcmp(c->exception, "AssertionError") == 0 &&
                   code == PICKLE_ERR_AUTHENTICATION;
    if (refusal || strcmp(exception, c->exception) == 0) {
        return true;
    }
    print_error("%s as %d: %s (%s), CPython: %s\n", c->id, c->cpython,
                exception, err->message, c->exception);
    return false;
}

static bool same_bytes(const auth_case *c, const uint8_t *sent, ssize_t len,
                       int unread) {
    long used = (long)c->input_len - unread;
    bool same =
        len == (ssize_t)c->sent_len && memcmp(sent, c->sent, c->sent_len) == 0;
    if (!same) {
        print_error("%s as %d\n", c->id, c->cpython);
        test_print_hex("CPython", c->sent, c->sent_len);
        test_print_hex("actual ", sent, len < 0 ? 0 : (size_t)len);
    }
    if (c->used >= 0 && used != c->used) {
        print_error("%s as %d: %ld bytes taken, CPython: %ld\n", c->id,
                    c->cpython, used, c->used);
        same = false;
    }
    return same;
}

/* Play a case; everything the peer says lies there already. */
static bool plays(const auth_case *c, handshake fn, bool exactly) {
    uint8_t sent[2048];
    int unread = 0;
    pickle_connection *conn;
    pickle_error err;
    pair p = make_pair(SOCK_STREAM);
    pickle_auth_options auth = options_of(c);
    assert_int_equal(write(p.b, c->input, c->input_len), c->input_len);
    shutdown(p.b, SHUT_WR);
    assert_int_equal(
        pickle_connection_new(p.a, PICKLE_DUPLEX, NULL, &conn, NULL), 0);
    memset(&err, 0xa5, sizeof err);
    pickle_code code = fn(conn, &auth, &err);
    assert_int_equal(err.code, code);
    assert_int_equal(ioctl(p.a, FIONREAD, &unread), 0);
    pickle_connection_close(conn);
    ssize_t len = recv(p.b, sent, sizeof sent, 0);
    if (len < 0 && errno == ECONNRESET) {
        len = 0; /* what it did not read is told before the end */
    }
    close(p.b);
    return same_outcome(c, code, &err) &&
           (!exactly || same_bytes(c, sent, len, unread));
}

static void play_all(const char *role, handshake fn, bool only_good) {
    size_t played = 0;
    size_t bad = 0;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const auth_case *c = &cases[i];
        if (is_role(c, role)) {
            played++;
            bad += !plays(c, fn, !only_good || c->exception[0] == '\0');
        }
    }
    assert_int_equal(bad, 0);
    assert_true(played > 50);
}

static void answers_are_cpythons(void **state) {
    (void)state;
    play_all("answer", pickle_answer_challenge, false);
}

static void judgements_are_cpythons(void **state) {
    (void)state;
    play_all("deliver", pickle_deliver_challenge, false);
}

static void listeners_are_cpythons(void **state) {
    (void)state;
    play_all("listener", listener_steps, false);
    play_all("listener", pickle__listener_handshake, false);
}

/* At once, the challenge is sent before a verdict: more than CPython's where
 * the verdict is bad. */
static void clients_are_cpythons(void **state) {
    (void)state;
    play_all("client", client_steps, false);
    play_all("client", client_at_once, true);
}

/* ---- what the vectors do not ask ---- */

static const uint8_t key[] = "a key";

static pickle_auth_options plain_auth(void) {
    return (pickle_auth_options){.authkey = key, .authkey_len = sizeof key};
}

static void key_that_is_none_is_refused(void **state) {
    pickle_auth_options none = {0};
    pickle_error err;
    duplex d = make_duplex(false);
    (void)state;
    assert_int_equal(pickle_answer_challenge(d.a, NULL, &err),
                     PICKLE_ERR_ARGUMENT);
    assert_int_equal(pickle_answer_challenge(d.a, &none, &err),
                     PICKLE_ERR_ARGUMENT);
    assert_int_equal(pickle_deliver_challenge(d.a, &none, &err),
                     PICKLE_ERR_ARGUMENT);
    assert_string_equal(err.message, "Authkey must be bytes");
    assert_int_equal(pickle__client_handshake(d.a, &none, NULL, 0, NULL),
                     PICKLE_ERR_ARGUMENT);
    close_duplex(d);
}

static int broken(void *ctx, void *out, size_t len) {
    (void)out;
    (void)len;
    return *(int *)ctx;
}

static void random_bytes_that_fail_are_told(void **state) {
    int reason = 71;
    pickle_auth_options auth = plain_auth();
    pickle_error err;
    char byte;
    duplex d = make_duplex(false);
    (void)state;
    auth.random = broken;
    auth.random_ctx = &reason;
    assert_int_equal(pickle_deliver_challenge(d.a, &auth, &err),
                     PICKLE_ERR_HOOK);
    assert_int_equal(err.os_error, 71);
    assert_int_equal(waiting((int)pickle_connection_handle(d.b), &byte, 1), -1);
    close_duplex(d);
}

/* Two challenges are never the same: the bytes come from the system. */
static void challenges_differ(void **state) {
    char said[4][128] = {{0}};
    (void)state;
    for (int i = 0; i < 4; i++) {
        pickle_auth_options auth = plain_auth();
        duplex d = make_duplex(false);
        auth.cpython = i < 2 ? 311 : 312;
        pickle_connection_set_timeout(d.a, 1);
        assert_int_equal(pickle_deliver_challenge(d.a, &auth, NULL),
                         PICKLE_ERR_TIMEOUT);
        assert_true(waiting((int)pickle_connection_handle(d.b), said[i], 128) >
                    0);
        close_duplex(d);
    }
    assert_memory_not_equal(said[0], said[1], 128);
    assert_memory_not_equal(said[2], said[3], 128);
}

/* Whether the input may end after so many bytes without a message cut. */
static bool ends_at(const auth_case *c, size_t len) {
    for (size_t at = 0; at < len;) {
        size_t next = at + 4 + c->input[at + 3]; /* all are short */
        if (len == at + 4 || len == next) {
            return true;
        }
        at = next;
    }
    return len == 0;
}

static const auth_case *find_case(const char *id) {
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (strcmp(cases[i].id, id) == 0 && cases[i].cpython >= 312) {
            return &cases[i];
        }
    }
    fail_msg("no case %s", id);
    return NULL;
}

/* A digest that is right but for one bit, at each bit. */
static void answer_with_one_wrong_bit_is_refused(void **state) {
    const auth_case *c = find_case("wire/deliver/asked-sha256-sha256");
    (void)state;
    assert_true(plays(c, pickle_deliver_challenge, true));
    for (size_t bit = 0; bit < 8 * (size_t)32; bit++) {
        uint8_t input[64];
        auth_case wrong = *c;
        memcpy(input, c->input, c->input_len);
        input[c->input_len - 1 - bit / 8] ^= (uint8_t)(1U << bit % 8);
        wrong.input = input;
        wrong.exception = "AuthenticationError";
        assert_true(plays(&wrong, pickle_deliver_challenge, false));
    }
}

/* The peer is gone after any byte of a conversation that would be a good one.
 */
static void handshake_cut_anywhere_fails(void **state) {
    static const struct {
        const char *id;
        handshake fn;
    } roles[] = {
        {"wire/listener/asked-sha256-peer-sha256", listener_steps},
        {"wire/listener/asked-sha256-peer-sha256", pickle__listener_handshake},
        {"wire/client/asked-sha256-peer-sha256", client_steps},
        {"wire/client/asked-sha256-peer-sha256", client_at_once},
    };
    (void)state;
    for (size_t r = 0; r < COUNT_OF(roles); r++) {
        const auth_case *c = find_case(roles[r].id);
        assert_true(plays(c, roles[r].fn, true));
        for (size_t len = 0; len < c->input_len; len++) {
            auth_case cut = *c;
            cut.input_len = len;
            cut.exception = "EOFError";
            auth_case inside = cut;
            inside.exception = "OSError";
            /* At the end of a message or of a header, or within one. */
            bool at_end = ends_at(c, len);
            assert_true(plays(at_end ? &cut : &inside, roles[r].fn, false));
        }
    }
}

/* The vendors' form of 3.11 and older: only peers that agree on it meet. */
typedef struct bare_client {
    pickle_connection *conn;
    bool bare;
    pickle_code code;
} bare_client;

static void *answer_bare(void *ctx) {
    bare_client *b = ctx;
    pickle_auth_options auth = plain_auth();
    auth.cpython = 311;
    auth.bare = b->bare;
    auth.timeout_ms = 1000;
    b->code = client_steps(b->conn, &auth, NULL);
    return NULL;
}

static void bare_digests_need_both_sides(void **state) {
    (void)state;
    for (int both = 0; both < 2; both++) {
        pthread_t id;
        pickle_auth_options auth = plain_auth();
        duplex d = make_duplex(false);
        bare_client b = {.conn = d.b, .bare = both != 0};
        auth.bare = true;
        assert_int_equal(pthread_create(&id, NULL, answer_bare, &b), 0);
        pickle_code code = pickle__listener_handshake(d.a, &auth, NULL);
        pthread_join(id, NULL);
        assert_int_equal(code, both ? PICKLE_OK : PICKLE_ERR_AUTHENTICATION);
        assert_int_equal(b.code, code);
        close_duplex(d);
    }
}

static pickle_code handshake_with(const pickle_allocator *alloc) {
    const auth_case *c = find_case("wire/listener/asked-sha256-peer-sha256");
    pickle_connection *conn;
    pair p = make_pair(SOCK_STREAM);
    pickle_auth_options auth = options_of(c);
    assert_int_equal(write(p.b, c->input, c->input_len), c->input_len);
    pickle_code code =
        pickle_connection_new(p.a, PICKLE_DUPLEX, alloc, &conn, NULL);
    if (code) {
        close_pair(p);
        return code;
    }
    code = pickle__listener_handshake(conn, &auth, NULL);
    pickle_connection_close(conn);
    close(p.b);
    return code;
}

static void handshake_without_memory_fails_and_leaves_nothing(void **state) {
    (void)state;
    assert_survives_failures(handshake_with);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        HANDLE_TEST(answers_are_cpythons),
        HANDLE_TEST(judgements_are_cpythons),
        HANDLE_TEST(listeners_are_cpythons),
        HANDLE_TEST(clients_are_cpythons),
        HANDLE_TEST(key_that_is_none_is_refused),
        HANDLE_TEST(random_bytes_that_fail_are_told),
        HANDLE_TEST(challenges_differ),
        HANDLE_TEST(answer_with_one_wrong_bit_is_refused),
        HANDLE_TEST(handshake_cut_anywhere_fails),
        HANDLE_TEST(bare_digests_need_both_sides),
        HANDLE_TEST(handshake_without_memory_fails_and_leaves_nothing),
    };
    return RUN_TESTS(tests);
}
