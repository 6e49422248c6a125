/* serve.c  The line loop of the built-in testee. See testee_c.h. */
#include <errno.h>
#include <pickleproof/version.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#ifdef TESTEE_XPROC
#include "peer.h"
#include "wire.h"
#endif
#include "request.h"
#include "testee_c.h"

#ifdef TESTEE_XPROC
#define CAP_XPROC ",forking,xproc,wire,fds"
#define OPS_WIRE  ",frame,deframe,auth,serve,recvfds,sendfds"
#else
#define CAP_XPROC ""
#define OPS_WIRE  ""
#endif

/* Replies are held back while further requests are waiting, so that a window of
 * them costs one write. */
#define HELLO                                                                  \
    "hello pickleproof/1 name=c version=" PICKLE_VERSION_STRING                \
    " lang=c ops=load,dump,redump,dis,genops,optimize" OPS_WIRE " "            \
    "caps=value,ident,exact,buffers,persid,ext,encoding,fast,many,fiximports," \
    "object,bigint,surrogate,offset,class,message" CAP_XPROC " "               \
    "profiles=c3.13,c3.8,c3.9,c3.10,c3.11,c3.12,c3.14,c3.15,"                  \
    "py3.13,py3.8,py3.9,py3.10,py3.11,py3.12,py3.14,py3.15 window=64"

static void carry_out(const testee_request *r, buffer *reply) {
    static const struct {
        const char *name;
        void (*run)(const testee_request *r, buffer *reply);
    } operations[] = {{"load", testee_load},     {"dump", testee_dump},
                      {"redump", testee_redump}, {"dis", testee_dis},
                      {"genops", testee_genops}, {"optimize", testee_optimize}};
    if (r->na) {
        buffer_printf(reply, "na %s", r->na);
        return;
    }
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        if (strlen(operations[i].name) == r->op_len &&
            memcmp(operations[i].name, r->op, r->op_len) == 0) {
            operations[i].run(r, reply);
            return;
        }
    }
    buffer_puts(reply, "na op");
}

/* Requests of scenarios begin with x, as no other operation does. */
static void answer_request(const char *text, size_t len, buffer *body) {
#ifdef TESTEE_XPROC
    if (len && text[0] == 'x') {
        testee_peer_answer(text, len, body);
        return;
    }
    if (testee_wire_answer(text, len, body))
        return;
#endif
    testee_request r;
    testee_request_parse(&r, text, len);
    carry_out(&r, body);
    testee_request_free(&r);
}

bool testee_answer(const char *line, size_t len, buffer *reply) {
    if (len && line[len - 1] == '\r')
        len--;
    const char *space = memchr(line, ' ', len);
    size_t id_len = space ? (size_t)(space - line) : len;
    if (id_len == 3 && memcmp(line, "bye", 3) == 0)
        return false;
    if (id_len == 5 && memcmp(line, "hello", 5) == 0) {
        buffer_puts(reply, HELLO);
        return true;
    }
    buffer body = {0};
    size_t skip = space ? id_len + 1 : id_len;
    answer_request(line + skip, len - skip, &body);
    buffer_add(reply, line, id_len);
    buffer_putc(reply, ' ');
    buffer_add(reply, buffer_text(&body), body.len);
    buffer_free(&body);
    return true;
}

static bool write_all(buffer *out) {
    for (size_t at = 0; at < out->len;) {
        ssize_t n = write(STDOUT_FILENO, out->data + at, out->len - at);
        if (n < 0 && errno != EINTR)
            return false;
        at += n > 0 ? (size_t)n : 0;
    }
    buffer_clear(out);
    return true;
}

/* Answer the complete lines of `in`; false when one says bye. */
static bool answer_lines(buffer *in, size_t *searched, buffer *out) {
    enum { ENOUGH = 1 << 20 };
    size_t start = 0;
    char *end;
    bool more = true;
    while (more && (end = memchr(in->data + *searched, '\n',
                                 in->len - *searched)) != NULL) {
        size_t len = (size_t)(end - in->data) - start;
        size_t before = out->len;
        more = testee_answer(in->data + start, len, out);
        if (out->len > before)
            buffer_putc(out, '\n');
        start += len + 1;
        *searched = start;
        if (out->len > ENOUGH && !write_all(out))
            return false;
    }
    buffer_drop(in, start);
    *searched = in->len;
    return more;
}

/* What the process ends with, when a request has asked it to. */
static bool is_leaving(int *code) {
#ifdef TESTEE_XPROC
    return testee_peer_is_leaving(code);
#else
    (void)code;
    return false;
#endif
}

static void end_peer(void) {
#ifdef TESTEE_XPROC
    testee_peer_end();
#endif
}

int testee_serve(void) {
    buffer in = {0}, out = {0};
    size_t searched = 0;
    bool more = true;
    int code = EXIT_AS_EXPECTED;
    while (more) {
        char *to = buffer_room(&in, 65536);
        ssize_t n = read(STDIN_FILENO, to, 65536);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        in.len += (size_t)n;
        in.data[in.len] = '\0';
        more = answer_lines(&in, &searched, &out) && write_all(&out) &&
               !is_leaving(&code);
    }
    bool written = write_all(&out);
    end_peer();
    buffer_free(&in);
    buffer_free(&out);
    return written ? code : EXIT_NOT_RUN;
}
