/* fuzz_decode.c  Any bytes: decoded, written as text and read again, encoded
 * and decoded again. What comes back must be what was there. */
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"

/* Is a newline in a name or a persistent id? Below protocol 4 CPython writes
 * them as they are, and what stands behind the newline is read as opcodes. */
static bool newline_in_name(const char *text) {
    return strstr(text, "%0a") || (strstr(text, "p(") && strstr(text, "0a"));
}

/* Text that is read and written again is the same text. False if it has a
 * newline in a name, or is longer than allowed. */
static bool check_text(pickle_value v) {
    pickle_text_options opt = {.labels = true, .max_bytes = (size_t)1 << 24};
    char *first = NULL;
    char *second = NULL;
    size_t first_len;
    size_t second_len;
    pickle_doc *doc;
    pickle_value again;
    if (pickle_text_write(v, &opt, NULL, &first, &first_len, NULL))
        return false;
    FUZZ_CHECK(pickle_doc_new(NULL, &doc, NULL) == PICKLE_OK);
    FUZZ_CHECK(pickle_text_read(doc, first, first_len, &again, NULL) ==
               PICKLE_OK);
    FUZZ_CHECK(pickle_text_write(again, &opt, NULL, &second, &second_len,
                                 NULL) == PICKLE_OK);
    FUZZ_CHECK(first_len == second_len &&
               memcmp(first, second, first_len) == 0);
    bool plain = !newline_in_name(first);
    pickle_text_free(NULL, first, first_len);
    pickle_text_free(NULL, second, second_len);
    pickle_doc_free(doc);
    return plain;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    pickle_doc *doc = NULL;
    pickle_error err;
    size_t used = 0;
    if (len < 3)
        return 0;
    pickle_decode_options opt = fuzz_options(data);
    if (pickle_decode(data + 3, len - 3, &opt, &doc, &used, &err)) {
        FUZZ_CHECK(err.message[0] && pickle_code_exception(err.code)[0]);
        FUZZ_CHECK(err.offset == PICKLE_NO_OFFSET || err.offset <= len - 3);
        return 0;
    }
    FUZZ_CHECK(used <= len - 3);
    bool plain = check_text(pickle_doc_get_root(doc));
    fuzz_encode(doc, pickle_doc_get_root(doc),
                plain ? data[2] % 6 : 4 + data[2] % 2, opt.cpython);
    pickle_doc_free(doc);
    return 0;
}
