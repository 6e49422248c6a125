/*
 * Decodes a pickle from standard input and prints its value as canonical text
 * (harness/PROTOCOL.md). Safe with any input: a class or a function in a pickle
 * stays a name, and nothing is called.
 */
#include <stdio.h>

#include <pickleproof/error.h>
#include <pickleproof/pickle.h>
#include <pickleproof/value.h>

static int explain(const pickle_error *err) {
    printf("%s: %s", pickle_code_exception(err->code), err->message);
    if (err->offset != PICKLE_NO_OFFSET)
        printf(" (byte %zu)", err->offset);
    printf("\n");
    return 1;
}

int main(void) {
    static char data[1 << 16];
    size_t len = fread(data, 1, sizeof data, stdin);
    pickle_error err;
    pickle_doc *doc;
    size_t used;

    if (pickle_decode(data, len, NULL, &doc, &used, &err) != PICKLE_OK)
        return explain(&err);

    pickle_value root = pickle_doc_get_root(doc);
    char *text;
    size_t text_len;
    int result = 0;
    if (pickle_text_write(root, NULL, NULL, &text, &text_len, &err) ==
        PICKLE_OK) {
        printf("%s\n", text);
        printf("a %s of %zu, from %zu bytes\n",
               pickle_kind_name(pickle_kind_of(root)), pickle_get_count(root),
               used);
        pickle_text_free(NULL, text, text_len);
    } else {
        result = explain(&err);
    }
    pickle_doc_free(doc);
    return result;
}
