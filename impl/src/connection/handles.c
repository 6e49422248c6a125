/*
 * connection/handles.c  Descriptors over a socket, with the acknowledgement.
 *
 * The order of the checks is CPython's; where it leaves received descriptors
 * open behind an exception, they are closed here.
 */
#include "connection/handles.h"

#include <limits.h>

#include "connection/connection.h"

static const uint8_t acknowledgement = 'A';

/* CPython wants the control message of so many to be shorter than 2 GiB, with
 * its header and padding. */
#define MAX_SIZE ((size_t)(0x7fffffff - 24) / 4)

static void close_all(const pickle_handle *handles, size_t count) {
    for (size_t i = 0; i < count; i++) {
        pickle__handle_close(handles[i]);
    }
}

/* Numbers that a C int cannot hold never reach the system. */
static pickle_code check_numbers(const pickle_handle *handles, size_t count,
                                 pickle_error *err) {
    for (size_t i = 0; i < count; i++) {
        if (handles[i] > INT_MAX || handles[i] < INT_MIN) {
            return pickle__error_set(
                err, PICKLE_ERR_INT_RANGE, "sendfds", "signed integer is %s",
                handles[i] > 0 ? "greater than maximum" : "less than minimum");
        }
    }
    return PICKLE_OK;
}

static pickle_code await_acknowledgement(pickle_handle socket, int64_t deadline,
                                         pickle_error *err) {
    uint8_t byte = 0;
    size_t got = 0;
    pickle_code code =
        pickle__handle_read(socket, &byte, 1, deadline, &got, err);
    if (code) {
        return code;
    }
    return got && byte == acknowledgement
               ? PICKLE_OK
               : pickle__error_code(err, PICKLE_ERR_ACKNOWLEDGE, "sendfds");
}

pickle_code pickle__send_handles(pickle_handle socket,
                                 const pickle_handle *handles, size_t count,
                                 bool acknowledge, int64_t deadline,
                                 pickle_error *err) {
    pickle_code code = check_numbers(handles, count, err);
    if (!code) {
        code = pickle__socket_send_handles(socket, (uint8_t)count, handles,
                                           count, deadline, err);
    }
    if (!code && acknowledge) {
        code = await_acknowledgement(socket, deadline, err);
    }
    return code;
}

static pickle_code check_received(const pickle__received *r,
                                  pickle_error *err) {
    if (r->cmsgs != 1) {
        return pickle__error_set(err, PICKLE_ERR_ANCDATA, "recvfds",
                                 "received %zu items of ancdata", r->cmsgs);
    }
    if (!r->is_rights || r->bytes == 0) {
        return pickle__error_set(err, PICKLE_ERR_ANCDATA, "recvfds",
                                 "Invalid data received");
    }
    if ((uint8_t)r->count != r->byte) {
        return pickle__error_set(err, PICKLE_ERR_HANDLE_COUNT, "recvfds",
                                 "Len is %zu but msg[0] is %u", r->count,
                                 (unsigned)r->byte);
    }
    return PICKLE_OK;
}

pickle_code pickle__recv_handles(pickle_handle socket, size_t size,
                                 bool acknowledge, int64_t deadline,
                                 pickle_handle *handles, size_t *count,
                                 pickle_error *err) {
    pickle__received r;
    if (size > MAX_SIZE) {
        return pickle__error_set(err, PICKLE_ERR_SIZE_OVERFLOW, "recvfds",
                                 "CMSG_SPACE() argument out of range");
    }
    pickle_code code =
        pickle__socket_recv_handles(socket, handles, size, deadline, &r, err);
    if (code) {
        return code;
    }
    if (r.bytes == 0 && r.cmsgs == 0) {
        return pickle__connection_eof(err, "recvfds");
    }
    /* Sent before anything is looked at, also when what came is no good. */
    if (acknowledge) {
        code = pickle__handle_write(socket, true, &acknowledgement, 1, NULL, 0,
                                    deadline, err);
    }
    if (!code) {
        code = check_received(&r, err);
    }
    if (code) {
        close_all(handles, r.count);
        return code;
    }
    *count = r.count;
    return PICKLE_OK;
}

/* A closed connection; the direction does not matter, as in CPython. */
static pickle_code check_open(const pickle_connection *conn,
                              pickle_error *err) {
    return pickle__connection_check(conn, PICKLE_DUPLEX, err);
}

pickle_code pickle__connection_send_handle(pickle_connection *conn,
                                           pickle_handle h, pickle_error *err) {
    pickle_code code = check_open(conn, err);
    return code ? code
                : pickle__send_handles(conn->handle, &h, 1, conn->acknowledge,
                                       pickle__deadline(conn->timeout_ms), err);
}

pickle_code pickle__connection_recv_handle(pickle_connection *conn,
                                           pickle_handle *h,
                                           pickle_error *err) {
    pickle_handle handles[2];
    size_t count = 0;
    pickle_code code = check_open(conn, err);
    if (!code) {
        code = pickle__recv_handles(conn->handle, 1, conn->acknowledge,
                                    pickle__deadline(conn->timeout_ms), handles,
                                    &count, err);
    }
    if (code) {
        return code;
    }
    *h = handles[0];
    close_all(handles + 1, count - 1);
    return PICKLE_OK;
}
