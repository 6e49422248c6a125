/* fuzz_text.c  Any text: read as canonical text; what is read can be written,
 * and reads the same again; what of it can be encoded, decodes. */
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    pickle_doc_options doc_opt = {.max_bytes = (size_t)64 << 20};
    pickle_text_options opt = {.labels = true, .max_bytes = (size_t)1 << 24};
    pickle_doc *doc;
    pickle_value v;
    pickle_error err;
    char *text = NULL;
    size_t text_len;
    FUZZ_CHECK(pickle_doc_new(&doc_opt, &doc, NULL) == PICKLE_OK);
    if (pickle_text_read(doc, (const char *)data, len, &v, &err)) {
        FUZZ_CHECK(err.offset == PICKLE_NO_OFFSET || err.offset <= len);
    } else if (pickle_text_write(v, &opt, NULL, &text, &text_len, &err) ==
               PICKLE_OK) {
        pickle_value again;
        FUZZ_CHECK(pickle_text_read(doc, text, text_len, &again, &err) ==
                   PICKLE_OK);
        pickle_text_free(NULL, text, text_len);
        /* Below 4 a name with a newline in it would be read as opcodes. */
        fuzz_encode(doc, v, 4 + (int)(len % 2), 308 + (int)(len / 2 % 8));
    }
    pickle_doc_free(doc);
    return 0;
}
