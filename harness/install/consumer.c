/*
 * Uses what was installed, as a program that knows nothing of this project's
 * tree: builds a value, pickles it, reads it back, and compares the versions
 * that header and package name.
 */
#include <stdio.h>
#include <string.h>

#include <pickleproof/error.h>
#include <pickleproof/pickle.h>
#include <pickleproof/value.h>
#include <pickleproof/version.h>

static int fail(const char *what, const pickle_error *err) {
    fprintf(stderr, "consumer: %s: %s\n", what, err->message);
    return 1;
}

static int round_trip(void) {
    pickle_error err;
    pickle_doc *doc = NULL;
    pickle_doc *back = NULL;
    pickle_bytes_buffer out = {0};
    int result = 1;

    if (pickle_doc_new(NULL, &doc, &err) != PICKLE_OK)
        return fail("pickle_doc_new", &err);
    pickle_value list = pickle_list(doc, 2);
    if (pickle_list_append(doc, list, pickle_int(doc, 42)) != PICKLE_OK ||
        pickle_list_append(doc, list, pickle_str_z(doc, "handle")) !=
            PICKLE_OK) {
        (void)pickle_doc_error(doc, &err);
        fail("pickle_list_append", &err);
        goto done;
    }
    if (pickle_encode(doc, list, NULL, &out, &err) != PICKLE_OK) {
        fail("pickle_encode", &err);
        goto done;
    }
    if (pickle_decode(out.data, out.len, NULL, &back, NULL, &err) !=
        PICKLE_OK) {
        fail("pickle_decode", &err);
        goto done;
    }
    int64_t n = 0;
    pickle_value root = pickle_doc_get_root(back);
    if (pickle_get_int(pickle_get_item(root, 0), &n) && n == 42 &&
        pickle_str_equals(pickle_get_item(root, 1), "handle"))
        result = 0;
done:
    pickle_doc_free(back);
    pickle_doc_free(doc);
    pickle_bytes_buffer_deinit(&out);
    return result;
}

int main(void) {
    if (strcmp(PACKAGE_VERSION, PICKLE_VERSION_STRING) != 0) {
        fprintf(stderr, "consumer: package %s, header %s\n", PACKAGE_VERSION,
                PICKLE_VERSION_STRING);
        return 1;
    }
    if (round_trip() != 0)
        return 1;
    printf("consumer: %s, vectors in %s\n", PICKLE_VERSION_STRING, VECTORS_DIR);
    return 0;
}
