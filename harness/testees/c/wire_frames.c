/* wire_frames.c  frame and deframe: messages sent and received. See wire.h. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE */
#include <pickleproof/pickle.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include "wire.h"

/* ---- sending ---- */

static pickle_code send_value(const wire_request *r, const char *text,
                              pickle_connection *conn, pickle_error *err) {
    pickle_doc *doc = NULL;
    pickle_value v = pickle_null();
    pickle_encode_options opt = pickle_encode_defaults;
    opt.cpython = r->cpython;
    opt.protocol = r->cpython >= 314 ? 5 : 4;
    pickle_code code = pickle_doc_new(NULL, &doc, err);
    if (code == PICKLE_OK)
        code = pickle_text_read(doc, text, strlen(text), &v, err);
    if (code == PICKLE_OK)
        code = pickle_connection_send(conn, doc, v, &opt, err);
    pickle_doc_free(doc);
    return code;
}

static void read_file(FILE *f, buffer *out) {
    rewind(f);
    for (size_t n = 1; n;) {
        n = fread(buffer_room(out, 65536), 1, 65536, f);
        out->len += n;
    }
}

/* The header of so many zeros. They are sent to nobody, so that the rest does
 * not go out; the pages are never touched but by the system. */
static void send_header(wire_request *r, size_t size) {
    wire_peer p;
    pickle_error err;
    buffer none = {0}, written = {0};
    size_t descriptors = 0;
    void *zeros = mmap(NULL, size, PROT_READ,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (zeros == MAP_FAILED || !wire_peer_open(&p, &none, NULL, false)) {
        r->na = "memory";
        return;
    }
    pickle_connection *conn = wire_peer_connection(&p, r);
    pickle_connection_set_timeout(conn, 1);
    pickle_code code = pickle_connection_send_bytes(conn, zeros, size, &err);
    pickle_connection_close(conn);
    wire_drain(p.other, &written, &descriptors);
    bool longer =
        written.len >= 12 && memcmp(written.data, "\xff\xff\xff\xff", 4) == 0;
    if (code != PICKLE_ERR_TIMEOUT)
        wire_error(r, &err);
    else
        wire_bytes(r, "x:", buffer_text(&written), longer ? 12 : 4);
    close(p.mine);
    close(p.other);
    munmap(zeros, size);
    buffer_free(&written);
}

void wire_frame(wire_request *r) {
    const char *value = wire_key(r, "value");
    pickle_error err;
    pickle_connection *conn = NULL;
    if (wire_key(r, "size")) {
        send_header(r, (size_t)wire_number(r, "size", 0));
        return;
    }
    /* A file takes any length without somebody to read it. */
    FILE *f = tmpfile();
    int fd = f ? dup(fileno(f)) : -1;
    pickle_code code =
        pickle_connection_new(fd, PICKLE_WRITABLE, NULL, &conn, &err);
    if (code == PICKLE_OK)
        code = value ? send_value(r, value, conn, &err)
                     : pickle_connection_send_bytes(conn, buffer_text(&r->data),
                                                    r->data.len, &err);
    pickle_connection_close(conn);
    if (code == PICKLE_OK) {
        buffer written = {0};
        read_file(f, &written);
        wire_bytes(r, "x:", buffer_text(&written), written.len);
        buffer_free(&written);
    } else {
        wire_error(r, &err);
    }
    if (f)
        fclose(f);
}

/* ---- receiving ---- */

static void call_bytes(wire_request *r, pickle_connection *conn,
                       const char *max) {
    pickle_bytes_buffer in = {0};
    pickle_error err;
    size_t limit = max ? (size_t)strtoul(max, NULL, 10) : SIZE_MAX;
    if (max && *max == '-') {
        r->na = "maxlength"; /* a size_t is never below 0 */
        return;
    }
    if (pickle_connection_recv_bytes(conn, limit, &in, &err) == PICKLE_OK)
        wire_bytes(r, "b", in.data, in.len);
    else
        wire_error(r, &err);
    pickle_bytes_buffer_deinit(&in);
}

static void call_into(wire_request *r, pickle_connection *conn,
                      const char *size) {
    size_t cap = (size_t)strtoul(size, NULL, 10);
    char *into = must_calloc(cap + 1, 1);
    pickle_bytes_buffer whole = {0};
    pickle_error err;
    size_t len = 0;
    pickle_code code =
        pickle_connection_recv_bytes_into(conn, into, cap, &len, &whole, &err);
    if (code == PICKLE_OK) {
        wire_word(r, "t(i%zx,B", len);
        buffer_hex(r->reply, into, cap);
        buffer_putc(r->reply, ')');
    } else {
        wire_error(r, &err);
        if (code == PICKLE_ERR_BUFFER_TOO_SHORT)
            wire_bytes(r, "b", whole.data, whole.len);
    }
    pickle_bytes_buffer_deinit(&whole);
    free(into);
}

static void call_recv(wire_request *r, pickle_connection *conn,
                      const char *number) {
    pickle_decode_options opt = pickle_decode_defaults;
    pickle_doc *doc = NULL;
    pickle_error err;
    char *text = NULL;
    size_t len = 0;
    (void)number;
    opt.cpython = r->cpython;
    pickle_code code = pickle_connection_recv(conn, &opt, &doc, &err);
    if (code == PICKLE_OK)
        code = pickle_text_write(pickle_doc_get_root(doc), NULL, NULL, &text,
                                 &len, &err);
    if (code == PICKLE_OK)
        buffer_printf(r->reply, " %s", text);
    else
        wire_error(r, &err);
    pickle_text_free(NULL, text, len);
    pickle_doc_free(doc);
}

static void call_poll(wire_request *r, pickle_connection *conn,
                      const char *number) {
    bool ready = false;
    pickle_error err;
    (void)number;
    if (pickle_connection_poll(conn, 0, &ready, &err) == PICKLE_OK)
        wire_word(r, ready ? "T" : "F");
    else
        wire_error(r, &err);
}

static void call_send(wire_request *r, pickle_connection *conn,
                      const char *number) {
    pickle_error err;
    (void)number;
    wire_done(r, pickle_connection_send_bytes(conn, "w", 1, &err), &err);
}

static void call(wire_request *r, pickle_connection *conn, const char *name,
                 size_t len) {
    static const struct {
        const char *name;
        void (*run)(wire_request *r, pickle_connection *conn,
                    const char *number);
    } calls[] = {{"bytes", call_bytes},
                 {"into", call_into},
                 {"recv", call_recv},
                 {"poll", call_poll},
                 {"send", call_send}};
    const char *number = memchr(name, ':', len);
    size_t word = number ? (size_t)(number - name) : len;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (strlen(calls[i].name) == word &&
            memcmp(calls[i].name, name, word) == 0) {
            calls[i].run(r, conn, number ? number + 1 : NULL);
            return;
        }
    }
    r->na = "call";
}

void wire_deframe(wire_request *r) {
    const char *calls = wire_key(r, "calls");
    const char *via = wire_key(r, "via");
    wire_peer p;
    if (!calls || !wire_peer_open(&p, &r->data, wire_key(r, "pieces"),
                                  via && strcmp(via, "pipe") == 0)) {
        r->na = "peer";
        return;
    }
    pickle_connection *conn = wire_peer_connection(&p, r);
    while (*calls) {
        size_t len = strcspn(calls, ",");
        call(r, conn, calls, len);
        calls += len + (calls[len] == ',');
    }
    pickle_connection_close(conn);
    wire_peer_finish(&p, r, true);
}
