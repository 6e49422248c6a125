/* scenario_traces.c  See scenario_traces.h: by /proc, as Linux has it. */
#define _GNU_SOURCE /* mkdtemp under strict C11 */
#include "scenario_traces.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- descriptors ---- */

static int by_number(const void *a, const void *b) {
    long x = strtol(*(char *const *)a, NULL, 10);
    long y = strtol(*(char *const *)b, NULL, 10);
    return x < y ? -1 : x > y;
}

static void add_descriptor(traces *t, const char *folder, const char *name) {
    char target[512];
    buffer path = {0}, text = {0};
    buffer_printf(&path, "%s/%s", folder, name);
    ssize_t n = readlink(path.data, target, sizeof target);
    buffer_free(&path);
    if (n < 0)
        return; /* closed meanwhile */
    buffer_printf(&text, "%s -> %.*s", name, (int)n, target);
    t->items = must_resize(t->items, (t->count + 1) * sizeof *t->items);
    t->items[t->count++] = buffer_take(&text);
}

void traces_of(int64_t process, traces *out) {
    char folder[64];
    *out = (traces){0};
    snprintf(folder, sizeof folder, "/proc/%" PRId64 "/fd", process);
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    out->known = true;
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] != '.')
            add_descriptor(out, folder, e->d_name);
    }
    closedir(dir);
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, by_number);
}

void traces_free(traces *t) {
    for (size_t i = 0; i < t->count; i++)
        free(t->items[i]);
    free(t->items);
    *t = (traces){0};
}

static bool holds(const traces *t, const char *text) {
    for (size_t i = 0; i < t->count; i++) {
        if (strcmp(t->items[i], text) == 0)
            return true;
    }
    return false;
}

static size_t tell_missing(const traces *from, const traces *in,
                           const char *what, buffer *why) {
    size_t count = 0;
    for (size_t i = 0; i < from->count; i++) {
        if (holds(in, from->items[i]))
            continue;
        if (count++ < 3)
            buffer_printf(why, "%s%s %s", why->len ? ", " : "", what,
                          from->items[i]);
    }
    return count;
}

bool traces_same(const traces *before, const traces *after, buffer *why) {
    if (!before->known || !after->known)
        return true;
    buffer_clear(why);
    size_t count = tell_missing(after, before, "left open:", why) +
                   tell_missing(before, after, "missing:", why);
    if (count > 3)
        buffer_printf(why, " (%zu in all)", count);
    return count == 0;
}

/* ---- children ---- */

/* The parent of a process; "PID (name) S PPID ...", and a name may hold
 * anything. 0 if it is gone. */
static long parent_of(const char *pid) {
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return 0;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    const char *end = strrchr(text, ')');
    return end && strlen(end) > 4 ? strtol(end + 4, NULL, 10) : 0;
}

void traces_children(int64_t process, buffer *out) {
    DIR *dir = opendir("/proc");
    if (!dir)
        return;
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
            parent_of(e->d_name) == process)
            buffer_printf(out, "%s%s", out->len ? ", " : "", e->d_name);
    }
    closedir(dir);
}

/* ---- folders ---- */

typedef void (*visit_fn)(void *ctx, const char *path, const struct stat *st);

/* Contents before their folder; nothing outside is followed. Peers make no deep
 * folders, and what is deeper stays. */
static void visit(const char *path, int depth, visit_fn fn, void *ctx) {
    struct stat st;
    if (lstat(path, &st) != 0)
        return;
    DIR *dir = S_ISDIR(st.st_mode) && depth > 0 ? opendir(path) : NULL;
    if (dir) {
        for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
            if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
                continue;
            buffer inner = {0};
            buffer_printf(&inner, "%s/%s", path, e->d_name);
            visit(inner.data, depth - 1, fn, ctx);
            buffer_free(&inner);
        }
        closedir(dir);
    }
    fn(ctx, path, &st);
}

static void remove_one(void *ctx, const char *path, const struct stat *st) {
    (void)ctx;
    if (S_ISDIR(st->st_mode))
        rmdir(path);
    else
        unlink(path);
}

void folder_remove(const char *path) {
    visit(path, 8, remove_one, NULL);
}

static void add_socket(void *ctx, const char *path, const struct stat *st) {
    buffer *out = ctx;
    if (S_ISSOCK(st->st_mode))
        buffer_printf(out, "%s%s", out->len ? ", " : "", path);
}

void traces_sockets(const char *folder, buffer *out) {
    visit(folder, 8, add_socket, out);
}

bool folder_make(const char *path, buffer *why) {
    if (mkdir(path, 0700) == 0)
        return true;
    buffer_printf(why, "%s: %s", path, strerror(errno));
    return false;
}

char *folder_make_new(buffer *why) {
    const char *base = getenv("TMPDIR");
    buffer path = {0};
    buffer_printf(&path, "%s/pickleproof-XXXXXX",
                  base && *base ? base : "/tmp");
    if (mkdtemp(path.data))
        return buffer_take(&path);
    buffer_printf(why, "%s: %s", path.data, strerror(errno));
    buffer_free(&path);
    return NULL;
}
