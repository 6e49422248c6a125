/* lookup.c  See lookup.h. */
#include "lookup.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"

int lookup_vectors(vectors *v, const char *folder, vectors_filter_fn filter,
                   void *ctx) {
    buffer why = {0};
    char *found = vectors_folder(folder, &why);
    bool loaded = found && vectors_load(v, found, filter, ctx, &why);
    if (!loaded)
        complain("%s", why.data);
    free(found);
    buffer_free(&why);
    return loaded ? -1 : EXIT_USAGE;
}

/* Whether an id begins with the name of a file. */
static bool is_file_of(void *ctx, topic t, const char *name) {
    const char *id = ctx;
    size_t len = strlen(name);
    (void)t;
    return strncmp(id, name, len) == 0 && id[len] == '/';
}

int lookup_case(vectors *v, const char *folder, const char *id,
                const vector_case **c, int *protocol) {
    int code = lookup_vectors(v, folder, is_file_of, (void *)id);
    if (code >= 0)
        return code;
    *protocol = -1;
    *c = vectors_find(v, id);
    size_t len = strlen(id);
    if (!*c && len > 3 && id[len - 3] == '/' && id[len - 2] == 'p' &&
        id[len - 1] >= '0' && id[len - 1] < '0' + PROTOCOLS) {
        char *front = must_copy_len(id, len - 3);
        *c = vectors_find(v, front);
        *protocol = id[len - 1] - '0';
        free(front);
    }
    if (!*c) {
        complain("no case %s; see pickleproof list", id);
        return EXIT_USAGE;
    }
    return -1;
}
