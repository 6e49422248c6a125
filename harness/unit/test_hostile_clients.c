/*
 * test_hostile_clients.c  Thousands of clients that are cut off, talk nonsense,
 * have a wrong key or say nothing: a sharer and a listener serve the next good
 * one, and have the descriptors they had.
 */
#include "sharer_support.h"

/* Of each dialect; two make ten thousand. */
enum { MOST_CLIENTS = 5000, GOOD_EACH = 500, STALLED = 20 };

typedef struct conversation {
    const char *id;
    const uint8_t *key;
    size_t key_len;
    const uint8_t *random;
    size_t random_len;
    const uint8_t *input;
    size_t len;
} conversation;

#define BYTES(literal) (const uint8_t *)(literal), sizeof(literal) - 1

/* What a CPython client writes, to one that asks with these random bytes. */
static const conversation conversations[] = {
#define AUTH(id, cpython, role, key, random, digest, input, exception, sent,   \
             used)
#define CONVERSATION(id, key, random, input) {id, key, random, input},
#include "auth_cases.def"
#undef AUTH
#undef CONVERSATION
};

static int fixed(void *ctx, void *out, size_t len) {
    const conversation *c = ctx;
    memcpy(out, c->random, len < c->random_len ? len : c->random_len);
    return len > c->random_len;
}

/* The version that has the dialect of a conversation. */
static int version_of(const conversation *c) {
    return strstr(c->id, "bare") ? 311 : 313;
}

/* ---- clients ---- */

/* Numbers that are the same each time. */
static uint32_t next(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* What the n-th client says: a real conversation up to any byte, one with a
 * wrong bit, bytes of any kind, or a length that promises more. */
static size_t say(const conversation *c, size_t n, uint32_t *seed,
                  uint8_t out[512]) {
    size_t len = n / 4 % (c->len + 1);
    memcpy(out, c->input, c->len);
    switch (n % 4) {
    case 0: return len;
    case 1:
        out[next(seed) % c->len] ^= (uint8_t)(1U << next(seed) % 8);
        return c->len;
    case 2:
        for (size_t i = 0; i < len; i++) {
            out[i] = (uint8_t)next(seed);
        }
        return len;
    default:
        /* At a message of the conversation, or in the middle of one. */
        memset(out + len / 2, next(seed) % 2 ? 0xff : 0x7f, 4);
        return len > 4 ? len : 4;
    }
}

/* Speak and go, at once or only after the answer. */
static void speak(const pickle_address *a, const uint8_t *data, size_t len,
                  bool wait) {
    char byte[256];
    int fd = connect_to(a);
    /* It may have been refused before the last byte is written. */
    (void)!send(fd, data, len, MSG_NOSIGNAL);
    if (wait) {
        shutdown(fd, SHUT_WR);
        while (read(fd, byte, sizeof byte) > 0) {
        }
    }
    close(fd);
}

/* ---- a sharer ---- */

static pickle_resource_sharer *
sharer_of(const conversation *c, pickle_sharer_options *opt, reports *r) {
    *opt = sharer_options(r);
    opt->authkey = c->key;
    opt->authkey_len = c->key_len;
    opt->cpython = version_of(c);
    opt->random = fixed;
    opt->random_ctx = (void *)(uintptr_t)c;
    opt->client_timeout_ms = 20;
    return make_sharer(opt);
}

static void assert_sharer_serves(pickle_resource_sharer *s) {
    pickle_address a;
    int64_t key;
    pickle_error err;
    assert_int_equal(pickle_resource_sharer_register(s, 0, &a, &key, &err), 0);
    for (int i = 0; i < 3; i++) {
        /* On a busy machine this client, too, may be too slow for it. */
        if (fetch(&a, key, &err) == inode(0)) {
            return;
        }
        assert_int_equal(pickle_resource_sharer_register(s, 0, &a, &key, &err),
                         0);
    }
    fail_msg("a good client is not served: %s", err.message);
}

static void hostile_to_sharer(const conversation *c) {
    reports r;
    pickle_address a;
    int64_t key;
    uint32_t seed = 4711;
    int stalled[STALLED];
    pickle_sharer_options opt;
    size_t handles = open_handles();
    pickle_resource_sharer *s = sharer_of(c, &opt, &r);
    assert_int_equal(pickle_resource_sharer_register(s, 0, &a, &key, NULL), 0);
    size_t running = open_handles();
    for (size_t i = 0; i < STALLED; i++) {
        stalled[i] = connect_to(&a);
    }
    for (size_t n = 0; n < MOST_CLIENTS; n++) {
        uint8_t data[512];
        size_t len = say(c, n, &seed, data);
        speak(&a, data, len, n % 8 < 4);
        if (n % GOOD_EACH == 0) {
            assert_sharer_serves(s);
        }
    }
    for (size_t i = 0; i < STALLED; i++) {
        close(stalled[i]);
    }
    assert_sharer_serves(s);
    /* The conversation's own key is 1, which was fetched, once. */
    size_t left = pickle_resource_sharer_count(s);
    assert_int_equal(settled_handles(running - 1 + left), running - 1 + left);
    assert_true(reported(&r, PICKLE_ERR_AUTHENTICATION, 100) >= 100);
    assert_true(reported(&r, PICKLE_ERR_EOF, 20) >= 20);
    assert_true(reported(&r, PICKLE_ERR_MESSAGE_END, 100) >= 100);
    assert_true(reported(&r, PICKLE_ERR_MESSAGE_LENGTH, 100) >= 100);
    assert_true(reported(&r, PICKLE_ERR_TIMEOUT, STALLED) >= STALLED);
    assert_true(reported(&r, PICKLE_ERR_KEY, 1) >= 1);
    pickle_resource_sharer_free(s);
    assert_int_equal(open_handles(), handles);
}

static void sharer_survives_hostile_clients(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(conversations); i++) {
        hostile_to_sharer(&conversations[i]);
    }
}

/* ---- a listener ---- */

typedef struct server {
    pickle_listener *listener;
    size_t served;
    size_t refused;
    pthread_t id;
} server;

static const char farewell[] = "farewell";

/* Take clients until one says farewell; echo what the others say. */
static void *serve(void *ctx) {
    server *s = ctx;
    bool last = false;
    pickle_bytes_buffer in = {0};
    while (!last) {
        pickle_connection *conn;
        pickle_error err;
        if (pickle_listener_accept(s->listener, -1, &conn, &err)) {
            s->refused++;
            continue;
        }
        pickle_connection_set_timeout(conn, 200);
        if (pickle_connection_recv_bytes(conn, 100, &in, &err) == PICKLE_OK) {
            last = in.len == sizeof farewell &&
                   memcmp(in.data, farewell, in.len) == 0;
            s->served++;
            (void)!pickle_connection_send_bytes(conn, in.data, in.len, &err);
        }
        pickle_connection_close(conn);
    }
    pickle_bytes_buffer_deinit(&in);
    return NULL;
}

static pickle_auth_options auth_of(const conversation *c) {
    pickle_auth_options auth = {.authkey = c->key,
                                .authkey_len = c->key_len,
                                .cpython = version_of(c),
                                .random = fixed};
    auth.random_ctx = (void *)(uintptr_t)c;
    return auth;
}

static pickle_code talk(const conversation *c, const pickle_address *a,
                        const void *message, size_t len) {
    pickle_connection *conn;
    pickle_bytes_buffer in = {0};
    pickle_auth_options auth = auth_of(c);
    pickle_code code = pickle_client(a, &auth, NULL, &conn, NULL);
    if (code) {
        return code;
    }
    code = pickle_connection_send_bytes(conn, message, len, NULL);
    code = code ? code : pickle_connection_recv_bytes(conn, 100, &in, NULL);
    if (!code) {
        assert_int_equal(in.len, len);
        assert_memory_equal(in.data, message, len);
    }
    pickle_bytes_buffer_deinit(&in);
    pickle_connection_close(conn);
    return code;
}

static void assert_listener_serves(const conversation *c,
                                   const pickle_address *a, const void *message,
                                   size_t len) {
    pickle_code code = talk(c, a, message, len);
    /* On a busy machine this client, too, may be too slow for it. */
    for (int i = 0; i < 3 && code; i++) {
        code = talk(c, a, message, len);
    }
    assert_int_equal(code, PICKLE_OK);
}

static void hostile_to_listener(const conversation *c) {
    server s = {0};
    uint32_t seed = 815;
    int stalled[STALLED];
    size_t handles = open_handles();
    pickle_auth_options auth = auth_of(c);
    auth.timeout_ms = 20;
    assert_int_equal(
        pickle_listener_new(NULL, 128, &auth, NULL, &s.listener, NULL), 0);
    pickle_address a = *pickle_listener_address(s.listener);
    assert_int_equal(pthread_create(&s.id, NULL, serve, &s), 0);
    for (size_t i = 0; i < STALLED; i++) {
        stalled[i] = connect_to(&a);
    }
    for (size_t n = 0; n < MOST_CLIENTS; n++) {
        uint8_t data[512];
        size_t len = say(c, n, &seed, data);
        speak(&a, data, len, n % 8 < 4);
        if (n % GOOD_EACH == 0) {
            assert_listener_serves(c, &a, &n, sizeof n);
        }
    }
    for (size_t i = 0; i < STALLED; i++) {
        close(stalled[i]);
    }
    assert_listener_serves(c, &a, farewell, sizeof farewell);
    pthread_join(s.id, NULL);
    assert_true(s.served > MOST_CLIENTS / GOOD_EACH);
    assert_true(s.refused > MOST_CLIENTS / 2);
    pickle_listener_close(s.listener);
    assert_int_equal(open_handles(), handles);
}

static void listener_survives_hostile_clients(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(conversations); i++) {
        hostile_to_listener(&conversations[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        HANDLE_TEST(sharer_survives_hostile_clients),
        HANDLE_TEST(listener_survives_hostile_clients),
    };
    return RUN_TESTS(tests);
}
