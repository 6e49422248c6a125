/* fuzz_peer.c  Any bytes from a peer: messages, either half of the handshake,
 * and descriptors. No descriptor is left, and nothing waits. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pickleproof/connection.h>
#include <pickleproof/reduction.h>

#include "fuzz.h"

static int same(void *ctx, void *out, size_t len) {
    (void)ctx;
    memset(out, 'r', len);
    return 0;
}

static void talk(pickle_connection *conn, uint8_t how) {
    pickle_auth_options auth = {.authkey = "key",
                                .authkey_len = 3,
                                .cpython = 308 + how % 8,
                                .bare = (how & 0x40) != 0,
                                .random = same};
    pickle_bytes_buffer in = {0};
    pickle_doc *doc = NULL;
    pickle_handle h;
    switch (how >> 3 & 7) {
    case 0: (void)!pickle_answer_challenge(conn, &auth, NULL); break;
    case 1: (void)!pickle_deliver_challenge(conn, &auth, NULL); break;
    case 2:
        if (pickle_recv_handle(conn, &h, NULL) == PICKLE_OK)
            close((int)h);
        break;
    case 3:
        if (pickle_connection_recv(conn, NULL, &doc, NULL) == PICKLE_OK)
            pickle_doc_free(doc);
        break;
    default:
        while (pickle_connection_recv_bytes(conn, 1 << 20, &in, NULL) ==
               PICKLE_OK)
            continue;
    }
    pickle_bytes_buffer_deinit(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    pickle_connection *conn;
    int pair[2];
    if (len < 1 || len > 60000)
        return 0;
    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    FUZZ_CHECK(write(pair[1], data + 1, len - 1) == (ssize_t)(len - 1));
    FUZZ_CHECK(shutdown(pair[1], SHUT_WR) == 0);
    FUZZ_CHECK(pickle_connection_new(pair[0], PICKLE_DUPLEX, NULL, &conn,
                                     NULL) == PICKLE_OK);
    talk(conn, data[0]);
    pickle_connection_close(conn);
    close(pair[1]);
    /* Every number is free again. */
    int next = dup(0);
    FUZZ_CHECK(next < 0 || next <= pair[0] || next <= pair[1]);
    close(next);
    return 0;
}
