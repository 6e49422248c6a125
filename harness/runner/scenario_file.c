/* scenario_file.c  Files of scenarios: where each begins, what `for` makes of
 * it. See scenario.h. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "outfile.h"
#include "scenario_parse.h"
#include "spawn.h"

enum { LOOPS_MAX = 4 };

/* One `for NAME in WORD ...`. */
typedef struct loop {
    const char *name;
    strings words; /* borrowed from the pool */
    size_t at;
} loop;

typedef struct file_reader {
    reader r;
    const char *name;
    strings lines;
    loop loops[LOOPS_MAX];
    size_t loop_count;
} file_reader;

/* ---- lines ---- */

static void split_lines(char *text, strings *lines) {
    while (text && *text) {
        size_t len = strcspn(text, "\n");
        char *next = text[len] ? text + len + 1 : NULL;
        text[len] = '\0';
        while (len && strchr(" \t\r", text[len - 1]))
            text[--len] = '\0';
        strings_add(lines, text);
        text = next;
    }
}

static const char *trimmed(const char *line) {
    return line + strspn(line, " \t");
}

static bool begins(const char *line, const char *word) {
    size_t len = strlen(word);
    return strncmp(line, word, len) == 0 && (line[len] == ' ' || !line[len]);
}

static bool is_plain(const char *line) {
    const char *text = trimmed(line);
    return !*text || *text == '#';
}

/* Replace $NAME of the loops; owned by the pool. */
static const char *substitute(file_reader *f, const char *line) {
    buffer out = {0};
    for (const char *at = line; *at;) {
        size_t i = 0, len = 0;
        while (at[0] == '$' &&
               (isalnum((unsigned char)at[1 + len]) || at[1 + len] == '_'))
            len++;
        for (; i < f->loop_count; i++) {
            if (len && strlen(f->loops[i].name) == len &&
                memcmp(f->loops[i].name, at + 1, len) == 0)
                break;
        }
        if (i < f->loop_count) {
            buffer_puts(&out, f->loops[i].words.items[f->loops[i].at]);
            at += len + 1;
        } else {
            buffer_putc(&out, *at++);
        }
    }
    char *text = buffer_take(&out);
    if (!text)
        text = must_copy("");
    strings_add(&f->r.all->pool, text);
    return text;
}

/* ---- one scenario ---- */

static scenario *add_scenario(scenarios *all) {
    all->items = must_resize(all->items, (all->count + 1) * sizeof *all->items);
    all->items[all->count] = (scenario){.channel = "stream"};
    return &all->items[all->count++];
}

static bool is_id_part(const char *name) {
    return name[0] && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
                                         "0123456789-_.")];
}

static bool name_it(file_reader *f, const char *name) {
    reader *r = &f->r;
    buffer id = {0};
    name = trimmed(name);
    if (!is_id_part(name))
        return reader_fail(r, "a scenario's name is made of a-z, 0-9, - and _");
    buffer_printf(&id, "scenarios/%s/%s", f->name, name);
    for (size_t i = 0; i + 1 < r->all->count; i++) {
        if (strcmp(r->all->items[i].id, id.data) == 0) {
            buffer_free(&id);
            r->sc->id = "";
            return reader_fail(r, "%s is there twice", name);
        }
    }
    char *text = buffer_take(&id);
    strings_add(&r->all->pool, text);
    r->sc->id = text;
    return true;
}

/* The lines as written, for people. */
static const char *joined(file_reader *f, size_t first, size_t end) {
    buffer text = {0};
    for (size_t i = first; i < end; i++)
        buffer_printf(&text, "%s\n", substitute(f, f->lines.items[i]));
    while (text.len > 1 && text.data[text.len - 2] == '\n')
        text.data[--text.len] = '\0';
    char *copy = buffer_take(&text);
    strings_add(&f->r.all->pool, copy);
    return copy;
}

/* Lines first to end, the first says `scenario NAME`. */
static bool read_block(file_reader *f, size_t first, size_t end) {
    reader *r = &f->r;
    r->sc = add_scenario(r->all);
    r->sc->path = r->path;
    r->sc->line = r->line = first + 1;
    r->sc->id = "";
    r->sc->text = joined(f, first, end);
    if (!name_it(f, substitute(f, f->lines.items[first]) + strlen("scenario")))
        return false;
    for (size_t i = first + 1; i < end; i++) {
        r->line = i + 1;
        if (!is_plain(f->lines.items[i]) &&
            !reader_line(r, trimmed(substitute(f, f->lines.items[i]))))
            return false;
    }
    return reader_end(r);
}

/* ---- loops ---- */

static bool add_loop(file_reader *f, const char *line) {
    strings words = {0};
    buffer why = {0};
    if (f->loop_count == LOOPS_MAX)
        return reader_fail(&f->r, "too many lines with for");
    words_split(line, false, &words, &f->r.all->pool, &why);
    buffer_free(&why);
    bool good = words.count >= 4 && strcmp(words.items[2], "in") == 0;
    if (good) {
        loop *l = &f->loops[f->loop_count++];
        *l = (loop){.name = words.items[1]};
        for (size_t i = 3; i < words.count; i++)
            strings_add(&l->words, words.items[i]);
    }
    strings_free(&words);
    return good || reader_fail(&f->r, "write: for NAME in WORD WORD ...");
}

static void drop_loops(file_reader *f) {
    for (size_t i = 0; i < f->loop_count; i++)
        strings_free(&f->loops[i].words);
    f->loop_count = 0;
}

/* The next combination; false after the last. */
static bool advance(file_reader *f) {
    for (size_t i = f->loop_count; i-- > 0;) {
        loop *l = &f->loops[i];
        if (++l->at < l->words.count)
            return true;
        l->at = 0;
    }
    return false;
}

static bool read_all_of_block(file_reader *f, size_t first, size_t end) {
    bool good;
    do
        good = read_block(f, first, end);
    while (good && advance(f));
    drop_loops(f);
    return good;
}

static bool is_start(const char *line) {
    return begins(line, "scenario") || begins(line, "for");
}

static bool read_file(file_reader *f) {
    size_t count = f->lines.count;
    for (size_t i = 0; i < count;) {
        const char *line = f->lines.items[i];
        f->r.line = i + 1;
        size_t end = i + 1;
        if (begins(line, "for")) {
            if (!add_loop(f, line))
                return false;
        } else if (begins(line, "scenario")) {
            while (end < count && !is_start(f->lines.items[end]))
                end++;
            if (!read_all_of_block(f, i, end))
                return false;
        } else if (!is_plain(line)) {
            return reader_fail(&f->r, "this stands in no scenario");
        }
        i = end;
    }
    return !f->loop_count || reader_fail(&f->r, "a for without its scenario");
}

bool scenarios_parse(scenarios *s, const char *path, const char *name,
                     const char *text, buffer *why) {
    file_reader f = {.r = {.all = s, .why = why}, .name = name};
    char *kept_path = must_copy(path);
    char *copy = must_copy(text);
    strings_add(&s->pool, kept_path);
    strings_add(&s->pool, copy);
    f.r.path = kept_path;
    split_lines(copy, &f.lines);
    bool good = is_id_part(name);
    if (!good)
        buffer_printf(why, "%s: a file's name is made of a-z, 0-9 and -", path);
    else
        good = read_file(&f);
    drop_loops(&f);
    strings_free(&f.lines);
    return good;
}

/* ---- folders ---- */

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_scenario_file(const char *name) {
    size_t len = strlen(name);
    return name[0] != '.' && len > 4 && strcmp(name + len - 4, ".scn") == 0;
}

static bool load_file(scenarios *s, const char *folder, const char *file,
                      scenarios_filter_fn filter, void *ctx, buffer *why) {
    buffer path = {0}, text = {0}, id = {0};
    char *name = must_copy_len(file, strlen(file) - 4);
    buffer_printf(&path, "%s/%s", folder, file);
    buffer_printf(&id, "scenarios/%s", name);
    bool good = true;
    if (!filter || filter(ctx, id.data))
        good = file_read(path.data, &text, why) &&
               scenarios_parse(s, path.data, name, buffer_text(&text), why);
    free(name);
    buffer_free(&path);
    buffer_free(&text);
    buffer_free(&id);
    return good;
}

bool scenarios_load(scenarios *s, const char *folder,
                    scenarios_filter_fn filter, void *ctx, buffer *why) {
    strings files = {0};
    DIR *dir = opendir(folder);
    bool good = true;
    if (!dir) {
        buffer_printf(why, "%s: %s; give --scenarios a folder", folder,
                      strerror(errno));
        return false;
    }
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (is_scenario_file(e->d_name))
            strings_add(&files, must_copy(e->d_name));
    }
    closedir(dir);
    if (files.count)
        qsort(files.items, files.count, sizeof *files.items, by_name);
    for (size_t i = 0; i < files.count; i++) {
        good = good && load_file(s, folder, files.items[i], filter, ctx, why);
        free((char *)files.items[i]);
    }
    strings_free(&files);
    return good;
}

static void free_step(step *st) {
    for (size_t i = 0; i < st->answer_count; i++) {
        strings_free(&st->answers[i].words);
        free(st->answers[i].when.items);
    }
    free(st->answers);
    strings_free(&st->words);
}

static void free_restrictions(restriction *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        free(list[i].when.items);
    free(list);
}

void scenarios_free(scenarios *s) {
    for (size_t i = 0; i < s->count; i++) {
        scenario *sc = &s->items[i];
        for (size_t k = 0; k < sc->step_count; k++)
            free_step(&sc->steps[k]);
        free(sc->steps);
        free_restrictions(sc->only, sc->only_count);
        free_restrictions(sc->leaks, sc->leak_count);
    }
    free(s->items);
    for (size_t i = 0; i < s->pool.count; i++)
        free((char *)s->pool.items[i]);
    strings_free(&s->pool);
    *s = (scenarios){0};
}

const scenario *scenarios_find(const scenarios *s, const char *id) {
    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->items[i].id, id) == 0)
            return &s->items[i];
    }
    return NULL;
}

/* ---- where they are ---- */

static bool is_folder(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *folder_beside(const char *name) {
    static const char *const places[] = {"..", "../share/pickleproof"};
    char *self = spawn_own_path();
    char *slash = self ? strrchr(self, '/') : NULL;
    char *found = NULL;
    if (slash)
        *slash = '\0';
    for (size_t i = 0; slash && !found && i < sizeof places / sizeof *places;
         i++) {
        buffer path = {0};
        buffer_printf(&path, "%s/%s/%s", self, places[i], name);
        if (is_folder(path.data))
            found = buffer_take(&path);
        buffer_free(&path);
    }
    free(self);
    return found;
}

char *scenarios_folder(const char *given) {
    return given ? must_copy(given) : folder_beside("scenarios");
}
