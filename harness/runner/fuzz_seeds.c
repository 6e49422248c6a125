/* fuzz_seeds.c  The recorded inputs that mutators start from. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "lookup.h"
#include "recipe.h"

/* Longer ones make few new situations a second. */
enum { SEED_MOST = 2048 };

static fuzz_seed *add_seed(fuzz_seeds *s) {
    if (s->count == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 1024;
        s->items = must_resize(s->items, s->cap * sizeof *s->items);
    }
    s->items[s->count] = (fuzz_seed){{0}, {0}};
    return &s->items[s->count++];
}

static void drop_seed(fuzz_seeds *s) {
    s->count--;
    buffer_free(&s->items[s->count].keys);
    buffer_free(&s->items[s->count].data);
}

static void add_keys(const vector_case *c, buffer *out) {
    const json_t *keys = json_object_get(c->json, "keys");
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)keys, key, value) {
        if (strcmp(key, "profile") != 0)
            buffer_printf(out, " %s=%s", key, json_string_value(value));
    }
}

/* Streams of several pickles are not what fuzzing is about. */
static void add_case(fuzz_seeds *s, const vector_case *c) {
    size_t len = 0;
    buffer scratch = {0};
    const char *hex =
        recipe_text(json_object_get(c->json, "in"), &scratch, &len);
    if (hex && len <= 2 * SEED_MOST && !case_key(c, "many")) {
        fuzz_seed *seed = add_seed(s);
        add_keys(c, &seed->keys);
        if (!buffer_unhex(&seed->data, hex, len) ||
            !fuzz_is_reasonable(&seed->data))
            drop_seed(s);
    }
    buffer_free(&scratch);
}

static bool is_load(void *ctx, topic t, const char *name) {
    (void)ctx;
    (void)name;
    return topic_question(t) == QUESTION_LOAD;
}

int fuzz_seeds_load(fuzz_seeds *s, const char *folder) {
    vectors v = {0};
    int code = lookup_vectors(&v, folder, is_load, NULL);
    *s = (fuzz_seeds){0};
    for (size_t f = 0; code < 0 && f < v.file_count; f++) {
        for (size_t i = 0; i < v.files[f].case_count; i++)
            add_case(s, &v.files[f].cases[i]);
    }
    vectors_free(&v);
    return code;
}

void fuzz_seeds_free(fuzz_seeds *s) {
    while (s->count)
        drop_seed(s);
    free(s->items);
    *s = (fuzz_seeds){0};
}
