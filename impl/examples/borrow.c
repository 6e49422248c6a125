/*
 * Decodes without copying: with opt.borrow the bytes and strs of a document
 * point into the input, which must then outlive the document. Prints where in
 * the input the payload lies.
 */
#include <stdio.h>

#include <pickleproof/pickle.h>
#include <pickleproof/value.h>

int main(void) {
    static unsigned char data[1 << 16];
    size_t len = fread(data, 1, sizeof data, stdin);
    pickle_decode_options opt = pickle_decode_defaults;
    pickle_error err;
    pickle_doc *doc;

    opt.borrow = true;
    if (pickle_decode(data, len, &opt, &doc, NULL, &err) != PICKLE_OK) {
        printf("borrow: %s\n", err.message);
        return 1;
    }
    size_t payload_len;
    const unsigned char *payload =
        pickle_get_data(pickle_doc_get_root(doc), &payload_len);
    if (payload)
        printf("%zu bytes, at byte %td of the input\n", payload_len,
               payload - data);
    pickle_doc_free(doc);
    return payload == NULL;
}
