/*
 * The C side of scripts/bench: a process that is told over its standard input
 * what to time, so that it can take turns with a CPython that does the same.
 *
 *     open PATH [OOB]   the pickle to work on, and its out-of-band buffer
 *     decode N          N times: decode, free the document
 *     encode N PROTO    N times: encode the decoded document to memory
 *     memcpy N          N times: copy the payload of a document that is bytes
 *     verify PROTO      encode once and compare with the pickle
 *     memory            what a decoded document takes
 *     borrow            what a decode that borrows allocates in all
 *
 * Each answer is one line, `ok NUMBER...` or `error TEXT`. Times are in
 * nanoseconds for all N.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pickleproof/alloc.h>
#include <pickleproof/error.h>
#include <pickleproof/pickle.h>
#include <pickleproof/value.h>

typedef struct bytes {
    uint8_t *data;
    size_t len;
} bytes;

/* Bytes held now, at most, and asked for in all. */
typedef struct count {
    size_t live;
    size_t peak;
    size_t total;
} count;

typedef struct bench {
    bytes pickle;
    bytes oob;
    bool has_oob;
    pickle_doc *doc; /* decoded for the encode commands; NULL until then */
    pickle_bytes_buffer out;
    pickle_error err;
} bench;

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void *counting_alloc(void *ctx, void *ptr, size_t old_size,
                            size_t new_size) {
    count *c = ctx;
    if (new_size == 0) {
        free(ptr);
        c->live -= old_size;
        return NULL;
    }
    void *grown = realloc(ptr, new_size);
    if (!grown)
        return NULL;
    c->live += new_size - (ptr ? old_size : 0);
    c->total += new_size;
    if (c->live > c->peak)
        c->peak = c->live;
    return grown;
}

static bool answer_error(const char *text) {
    printf("error %s\n", text);
    return false;
}

static bool read_file(const char *path, bytes *into) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    long size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    bool good = false;
    if (size >= 0 && fseek(file, 0, SEEK_SET) == 0) {
        uint8_t *data = malloc((size_t)size + 1);
        if (data && fread(data, 1, (size_t)size, file) == (size_t)size) {
            free(into->data);
            into->data = data;
            into->len = (size_t)size;
            good = true;
        } else {
            free(data);
        }
    }
    fclose(file);
    return good;
}

static pickle_code decode_with(bench *b, const pickle_allocator *alloc,
                               bool borrow, pickle_doc **doc) {
    pickle_oob_buffer oob = {b->oob.data, b->oob.len, true};
    pickle_decode_options opt = pickle_decode_defaults;
    opt.alloc = alloc;
    opt.borrow = borrow;
    if (b->has_oob) {
        opt.buffers = &oob;
        opt.buffer_count = 1;
        opt.has_buffers = true;
    }
    return pickle_decode(b->pickle.data, b->pickle.len, &opt, doc, NULL,
                         &b->err);
}

static bool keep_out_of_band(void *ctx, pickle_value buffer) {
    (void)ctx;
    (void)buffer;
    return false;
}

/* Encodes the kept document into the kept buffer, as a program that writes one
 * message after another does. */
static pickle_code encode_once(bench *b, int protocol) {
    pickle_encode_options opt = pickle_encode_defaults;
    opt.protocol = protocol;
    if (b->has_oob)
        opt.buffer_callback = keep_out_of_band;
    b->out.len = 0;
    return pickle_encode(b->doc, pickle_doc_get_root(b->doc), &opt, &b->out,
                         &b->err);
}

static bool do_open(bench *b, const char *path, const char *oob) {
    pickle_doc_free(b->doc);
    b->doc = NULL;
    b->has_oob = oob != NULL;
    if (!read_file(path, &b->pickle) || (oob && !read_file(oob, &b->oob)))
        return answer_error("cannot read the pickle");
    if (decode_with(b, NULL, false, &b->doc) != PICKLE_OK)
        return answer_error(b->err.message);
    printf("ok %zu\n", b->pickle.len);
    return true;
}

static bool do_decode(bench *b, long n) {
    uint64_t start = now_ns();
    for (long i = 0; i < n; i++) {
        pickle_doc *doc = NULL;
        if (decode_with(b, NULL, false, &doc) != PICKLE_OK)
            return answer_error(b->err.message);
        pickle_doc_free(doc);
    }
    printf("ok %" PRIu64 "\n", now_ns() - start);
    return true;
}

static bool do_encode(bench *b, long n, int protocol) {
    uint64_t start = now_ns();
    for (long i = 0; i < n; i++) {
        if (encode_once(b, protocol) != PICKLE_OK)
            return answer_error(b->err.message);
    }
    printf("ok %" PRIu64 "\n", now_ns() - start);
    return true;
}

static bool do_verify(bench *b, int protocol) {
    if (encode_once(b, protocol) != PICKLE_OK)
        return answer_error(b->err.message);
    size_t len = b->out.len < b->pickle.len ? b->out.len : b->pickle.len;
    size_t same = 0;
    while (same < len && b->out.data[same] == b->pickle.data[same])
        same++;
    if (same == b->out.len && same == b->pickle.len)
        printf("ok %zu\n", same);
    else
        printf("error bytes differ at %zu of %zu\n", same, b->pickle.len);
    return true;
}

/* The floor of encoding one large bytes: its payload, copied once to memory
 * that is there already. */
static bool do_memcpy(bench *b, long n) {
    size_t len = 0;
    const uint8_t *data = pickle_get_data(pickle_doc_get_root(b->doc), &len);
    if (!data || b->out.cap < len)
        return answer_error("no payload, or not encoded before");
    uint64_t start = now_ns();
    for (long i = 0; i < n; i++) {
        memcpy(b->out.data, data, len);
        /* The copy must not be moved out of the loop. */
        __asm__ volatile("" : : "r"(b->out.data) : "memory");
    }
    printf("ok %" PRIu64 "\n", now_ns() - start);
    return true;
}

static bool do_memory(bench *b, bool borrow) {
    count c = {0, 0, 0};
    pickle_allocator alloc = {counting_alloc, &c};
    pickle_doc *doc = NULL;
    if (decode_with(b, &alloc, borrow, &doc) != PICKLE_OK)
        return answer_error(b->err.message);
    size_t kept = c.live;
    pickle_doc_free(doc);
    if (c.live != 0)
        return answer_error("the document left memory behind");
    printf("ok %zu %zu %zu\n", kept, c.peak, c.total);
    return true;
}

static bool obey(bench *b, char *line) {
    char *word[4] = {NULL, NULL, NULL, NULL};
    size_t words = 0;
    for (char *w = strtok(line, " \n"); w && words < 4; w = strtok(NULL, " \n"))
        word[words++] = w;
    if (words == 0)
        return answer_error("an empty command");
    long n = words > 1 ? strtol(word[1], NULL, 10) : 0;
    int protocol = words > 2 ? (int)strtol(word[2], NULL, 10) : 4;
    if (strcmp(word[0], "open") == 0 && words > 1)
        return do_open(b, word[1], word[2]);
    if (!b->doc)
        return answer_error("nothing is open");
    if (strcmp(word[0], "decode") == 0)
        return do_decode(b, n);
    if (strcmp(word[0], "encode") == 0)
        return do_encode(b, n, protocol);
    if (strcmp(word[0], "memcpy") == 0)
        return do_memcpy(b, n);
    if (strcmp(word[0], "verify") == 0)
        return do_verify(b, (int)n);
    if (strcmp(word[0], "memory") == 0)
        return do_memory(b, false);
    if (strcmp(word[0], "borrow") == 0)
        return do_memory(b, true);
    return answer_error("an unknown command");
}

int main(void) {
    bench b = {0};
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        (void)obey(&b, line);
        fflush(stdout);
    }
    pickle_doc_free(b.doc);
    pickle_bytes_buffer_deinit(&b.out);
    free(b.pickle.data);
    free(b.oob.data);
    return 0;
}
