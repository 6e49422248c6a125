/* folder.c  Finding the folder of vectors and reading its files. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "message.h"
#include "spawn.h"
#include "vectors.h"

typedef struct names {
    char **items;
    size_t count;
} names;

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void names_free(names *n) {
    for (size_t i = 0; i < n->count; i++)
        free(n->items[i]);
    free(n->items);
}

/* The entries of a folder in order of name, hidden ones left out. */
static bool list_folder(const char *path, names *out) {
    DIR *dir = opendir(path);
    *out = (names){0};
    if (!dir)
        return false;
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        out->items =
            must_resize(out->items, (out->count + 1) * sizeof *out->items);
        out->items[out->count++] = must_copy(entry->d_name);
    }
    closedir(dir);
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, by_name);
    return true;
}

static bool is_folder(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static char *join(const char *a, const char *b) {
    buffer path = {0};
    buffer_printf(&path, "%s/%s", a, b);
    return buffer_take(&path);
}

static bool load_named(vectors *v, const char *folder, const char *name,
                       topic t, vectors_filter_fn filter, void *ctx,
                       buffer *why) {
    size_t len = strlen(name);
    if (len < 6 || strcmp(name + len - 5, ".json") != 0)
        return true;
    buffer stem = {0};
    buffer_printf(&stem, "%s/%.*s", topic_name(t), (int)(len - 5), name);
    bool wanted = !filter || filter(ctx, t, stem.data);
    buffer_free(&stem);
    if (!wanted)
        return true;
    char *path = join(folder, name);
    bool loaded = vectors_load_file(&v->files[v->file_count++], path, t, why);
    free(path);
    return loaded;
}

/* Cases point at their file, so the array is made large enough before any file
 * is read. */
static bool load_topic(vectors *v, topic t, vectors_filter_fn filter, void *ctx,
                       buffer *why) {
    char *folder = join(v->folder, topic_name(t));
    names files;
    bool good = true;
    if (list_folder(folder, &files)) {
        for (size_t i = 0; good && i < files.count; i++)
            good = load_named(v, folder, files.items[i], t, filter, ctx, why);
        names_free(&files);
    } else if (errno != ENOENT) {
        buffer_printf(why, "%s: %s; give --vectors a folder that can be read",
                      folder, strerror(errno));
        good = false;
    }
    free(folder);
    return good;
}

static void reserve_files(vectors *v) {
    size_t total = 0;
    for (int t = 0; t < TOPIC_COUNT; t++) {
        char *folder = join(v->folder, topic_name((topic)t));
        names files;
        if (list_folder(folder, &files)) {
            total += files.count;
            names_free(&files);
        }
        free(folder);
    }
    v->files = must_calloc(total, sizeof *v->files);
}

static bool has_topic(const char *folder) {
    for (int t = 0; t < TOPIC_COUNT; t++) {
        char *path = join(folder, topic_name((topic)t));
        bool there = is_folder(path);
        free(path);
        if (there)
            return true;
    }
    return false;
}

static bool is_topic(const char *name) {
    for (int t = 0; t < TOPIC_COUNT; t++) {
        if (strcmp(topic_name((topic)t), name) == 0)
            return true;
    }
    return false;
}

/* Vectors may be newer than the runner: what it leaves out, it names. */
static void note_unknown(vectors *v) {
    names entries;
    if (!list_folder(v->folder, &entries))
        return;
    for (size_t i = 0; i < entries.count; i++) {
        char *path = join(v->folder, entries.items[i]);
        if (is_folder(path) && !is_topic(entries.items[i]))
            buffer_printf(&v->unknown, "%s%s", v->unknown.len ? ", " : "",
                          entries.items[i]);
        free(path);
    }
    names_free(&entries);
}

bool vectors_load(vectors *v, const char *folder, vectors_filter_fn filter,
                  void *ctx, buffer *why) {
    *v = (vectors){.folder = must_copy(folder)};
    if (!has_topic(folder)) {
        buffer_printf(why,
                      "%s: no vectors there (no folder encode or decode); "
                      "give --vectors another folder",
                      folder);
        return false;
    }
    note_unknown(v);
    reserve_files(v);
    for (int t = 0; t < TOPIC_COUNT; t++) {
        if (!load_topic(v, (topic)t, filter, ctx, why))
            return false;
    }
    return true;
}

void vectors_free(vectors *v) {
    for (size_t i = 0; i < v->file_count; i++)
        vector_file_free(&v->files[i]);
    free(v->files);
    free(v->folder);
    buffer_free(&v->unknown);
    *v = (vectors){0};
}

const vector_case *vectors_find(const vectors *v, const char *id) {
    for (size_t f = 0; f < v->file_count; f++) {
        for (size_t i = 0; i < v->files[f].case_count; i++) {
            if (strcmp(v->files[f].cases[i].id, id) == 0)
                return &v->files[f].cases[i];
        }
    }
    return NULL;
}

/* In a build tree bin/ stands beside a link to vectors/; an installed program
 * has them in share/. */
char *vectors_folder(const char *given, buffer *why) {
    static const char *const places[] = {"../vectors",
                                         "../share/pickleproof/vectors"};
    if (given)
        return must_copy(given);
    char *self = spawn_own_path();
    char *slash = self ? strrchr(self, '/') : NULL;
    if (slash)
        *slash = '\0';
    for (size_t i = 0; slash && i < sizeof places / sizeof *places; i++) {
        char *path = join(self, places[i]);
        if (has_topic(path)) {
            free(self);
            return path;
        }
        free(path);
    }
    free(self);
    buffer_puts(why, "no vectors beside this program; give --vectors DIR");
    return NULL;
}
