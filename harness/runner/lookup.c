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

/* Whether an id is that of a check of the case. */
static bool is_check_of(const vector_case *c, int variant, const char *id) {
    buffer name = {0};
    buffer_puts(&name, c->id);
    variant_suffix(topic_question(c->file->topic), variant, &name);
    bool same = strcmp(name.data, id) == 0;
    buffer_free(&name);
    return same;
}

static const vector_case *find_check(const vectors *v, const char *id,
                                     int *variant) {
    const char *slash = strrchr(id, '/');
    if (!slash)
        return NULL;
    char *front = must_copy_len(id, (size_t)(slash - id));
    const vector_case *c = vectors_find(v, front);
    free(front);
    for (int i = 0; c && i < VARIANTS; i++) {
        if (c->forms[i].count && is_check_of(c, i, id)) {
            *variant = i;
            return c;
        }
    }
    return NULL;
}

int lookup_case(vectors *v, const char *folder, const char *id,
                const vector_case **c, int *variant) {
    int code = lookup_vectors(v, folder, is_file_of, (void *)id);
    if (code >= 0)
        return code;
    *variant = -1;
    *c = vectors_find(v, id);
    if (!*c)
        *c = find_check(v, id, variant);
    if (!*c) {
        complain("no case %s; see pickleproof list", id);
        return EXIT_USAGE;
    }
    return -1;
}
