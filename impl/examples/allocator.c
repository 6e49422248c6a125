/*
 * Hands the library an allocator that counts, and limits what a document may
 * take: a pickle that wants more is rejected, and nothing is left behind.
 */
#include <stdio.h>
#include <stdlib.h>

#include <pickleproof/alloc.h>
#include <pickleproof/pickle.h>

typedef struct counter {
    size_t live;
    size_t peak;
} counter;

static void *counting(void *ctx, void *ptr, size_t old_size, size_t new_size) {
    counter *c = ctx;
    if (new_size == 0) {
        free(ptr);
        c->live -= old_size;
        return NULL;
    }
    void *moved = realloc(ptr, new_size);
    if (!moved)
        return NULL;
    c->live += new_size - (ptr ? old_size : 0);
    if (c->live > c->peak)
        c->peak = c->live;
    return moved;
}

static void decode_within(const void *data, size_t len, size_t max_bytes) {
    counter c = {0, 0};
    pickle_allocator alloc = {counting, &c};
    pickle_decode_options opt = pickle_decode_defaults;
    pickle_error err;
    pickle_doc *doc = NULL;

    opt.alloc = &alloc;
    opt.max_bytes = max_bytes;
    pickle_code code = pickle_decode(data, len, &opt, &doc, NULL, &err);
    printf("at most %zu bytes: %s, ", max_bytes, pickle_code_name(code));
    printf("%s\n", c.peak <= max_bytes ? "kept" : "exceeded");
    pickle_doc_free(doc);
    if (c.live != 0)
        printf("%zu bytes were left behind\n", c.live);
}

int main(void) {
    static unsigned char data[1 << 16];
    size_t len = fread(data, 1, sizeof data, stdin);
    decode_within(data, len, 1 << 20);
    decode_within(data, len, 1 << 16);
    return 0;
}
