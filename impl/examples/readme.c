#include <pickleproof/pickle.h>
#include <stdio.h>

int main(void) {
    char data[4096];
    size_t len = fread(data, 1, sizeof data, stdin);
    pickle_doc *doc;
    pickle_error err;
    if (pickle_decode(data, len, NULL, &doc, NULL, &err) != PICKLE_OK) {
        printf("%s at byte %zu\n", pickle_code_exception(err.code), err.offset);
        return 1;
    }
    int64_t tries = 0;
    pickle_get_int(pickle_dict_get_z(pickle_doc_get_root(doc), "tries"),
                   &tries);
    printf("tries = %lld\n", (long long)tries);
    pickle_doc_free(doc);
    return 0;
}
