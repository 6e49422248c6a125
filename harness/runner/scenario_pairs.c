/* scenario_pairs.c  See scenario_pairs.h. */
#include "scenario_pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "message.h"

/* ---- commands ---- */

static void add_arg(peer_spec *spec, const char *word, size_t len) {
    spec->argv = must_resize(spec->argv, (spec->argc + 2) * sizeof *spec->argv);
    spec->argv[spec->argc++] = must_copy_len(word, len);
    spec->argv[spec->argc] = NULL;
}

/* "python3.12", "/usr/bin/pypy3": a path or name of an interpreter. */
static bool is_interpreter(const char *command) {
    static const char *const names[] = {"python", "pypy"};
    const char *slash = strrchr(command, '/');
    const char *base = slash ? slash + 1 : command;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t len = strlen(names[i]);
        if (strncmp(base, names[i], len) == 0 &&
            !base[len + strspn(base + len, "0123456789.")])
            return true;
    }
    return false;
}

static bool add_python_peer(peer_spec *spec, buffer *why) {
    static const char *const files[] = {"peer.py", "testee.py"};
    char *folder = folder_beside("testees/python");
    for (size_t i = 0; folder && i < sizeof files / sizeof *files; i++) {
        struct stat st;
        buffer path = {0};
        buffer_printf(&path, "%s/%s", folder, files[i]);
        bool there = stat(path.data, &st) == 0;
        if (there)
            add_arg(spec, path.data, path.len);
        buffer_free(&path);
        if (there)
            break;
    }
    free(folder);
    if (spec->argc < 2)
        buffer_puts(why, "the peer in Python is not beside this program; give "
                         "--peer a whole command");
    return spec->argc == 2;
}

/* Words between blanks; '...' and "..." hold blanks. */
static bool split_command(peer_spec *spec, const char *at) {
    while (*(at += strspn(at, " "))) {
        buffer word = {0};
        while (*at && *at != ' ') {
            char quote = *at == '\'' || *at == '"' ? *at++ : '\0';
            const char *stops = quote == '"' ? "\"" : quote ? "'" : " '\"";
            size_t len = strcspn(at, stops);
            buffer_add(&word, at, len);
            at += len;
            if (quote && *at++ != quote) {
                buffer_free(&word);
                return false;
            }
        }
        add_arg(spec, buffer_text(&word), word.len);
        buffer_free(&word);
    }
    return spec->argc > 0;
}

bool peer_spec_parse(peer_spec *spec, const char *command, buffer *why) {
    *spec = (peer_spec){.given = command};
    if (is_interpreter(command)) {
        add_arg(spec, command, strlen(command));
        return add_python_peer(spec, why);
    }
    if (split_command(spec, command))
        return true;
    buffer_printf(why, "--peer %s: no command", command);
    return false;
}

/* ---- specs ---- */

static peer_spec *add_spec(peer_specs *all) {
    all->items = must_resize(all->items, (all->count + 1) * sizeof *all->items);
    all->items[all->count] = (peer_spec){0};
    return &all->items[all->count++];
}

static bool name_taken(const peer_specs *all, const char *name) {
    for (size_t i = 0; i < all->count; i++) {
        if (all->items[i].name && strcmp(all->items[i].name, name) == 0)
            return true;
    }
    return false;
}

/* "python3.12" of CPython, "pypy3.9" of others in Python; two of one version
 * are told apart by what follows. */
static void name_spec(const peer_specs *all, peer_spec *spec) {
    const hello *h = &spec->hello;
    buffer name = {0};
    bool python = strcmp(h->lang, "python") == 0 && spec->version;
    const char *first = strcmp(h->name, "cpython") == 0 ? "python" : h->name;
    if (python)
        buffer_printf(&name, "%s%d.%d", first, spec->version / 100,
                      spec->version % 100);
    else
        buffer_puts(&name, h->name);
    if (name_taken(all, name.data)) {
        buffer_clear(&name);
        buffer_printf(&name, "%s%s", first, h->version);
    }
    for (int i = 2; name_taken(all, name.data); i++) {
        buffer_clear(&name);
        buffer_printf(&name, "%s%s_%d", first, h->version, i);
    }
    spec->name = buffer_take(&name);
}

void peer_specs_add_testee(peer_specs *all, char *const argv[],
                           const hello *h) {
    peer_spec *spec = add_spec(all);
    buffer why = {0};
    for (size_t i = 0; argv[i]; i++)
        add_arg(spec, argv[i], strlen(argv[i]));
    hello_parse(&spec->hello, h->line, strlen(h->line), &why);
    buffer_free(&why);
    spec->version = strcmp(spec->hello.lang, "python") == 0
                        ? version_number(spec->hello.version)
                        : 0;
    spec->name = must_copy(spec->hello.name);
    all->has_testee = true;
}

/* A program that is not there is no fault of the run; all else is. */
static bool start_probe(peer_spec *spec, dialogue *d, buffer *why) {
    buffer reason = {0};
    bool slash = strchr(spec->argv[0], '/') != NULL;
    static const char greeting[] = "hello " PROTOCOL_NAME "\n";
    bool started = dialogue_start(d, spec->argv, &reason);
    if (started)
        dialogue_send(d, greeting, sizeof greeting - 1, 1000);
    else if (!slash || strstr(reason.data, "No such file"))
        spec->absent = true;
    else
        buffer_printf(why, "--peer %s: %s", spec->given, reason.data);
    buffer_free(&reason);
    return started || spec->absent;
}

static bool finish_probe(const peer_specs *all, peer_spec *spec, dialogue *d,
                         double startup_ms, buffer *why) {
    buffer reason = {0};
    ending how;
    bool good = peer_hello(d, startup_ms, &spec->hello, &reason);
    if (good && !hello_has_cap(&spec->hello, "xproc")) {
        buffer_puts(&reason, "its hello has no caps=xproc, so it takes no part "
                             "in scenarios");
        good = false;
    }
    if (good) {
        spec->version = version_number(spec->hello.version);
        name_spec(all, spec);
        dialogue_end(d, 3000, &how);
    } else {
        buffer_printf(why, "--peer %s: %s", spec->given, reason.data);
        if (d->errors.len)
            buffer_printf(why, "; it said: %.300s", d->errors.data);
    }
    buffer_free(&reason);
    return good;
}

bool peer_specs_add(peer_specs *all, const strings *commands, double startup_ms,
                    buffer *why) {
    size_t first = all->count;
    dialogue *probes = must_calloc(commands->count, sizeof *probes);
    bool good = true;
    for (size_t i = 0; good && i < commands->count; i++) {
        peer_spec *spec = add_spec(all);
        good = peer_spec_parse(spec, commands->items[i], why) &&
               start_probe(spec, &probes[i], why);
    }
    for (size_t i = 0; good && i < commands->count; i++) {
        peer_spec *spec = &all->items[first + i];
        if (!spec->absent)
            good = finish_probe(all, spec, &probes[i], startup_ms, why);
    }
    for (size_t i = 0; i < commands->count; i++)
        dialogue_free(&probes[i]);
    free(probes);
    return good;
}

void peer_specs_free(peer_specs *all) {
    for (size_t i = 0; i < all->count; i++) {
        peer_spec *spec = &all->items[i];
        for (size_t k = 0; k < spec->argc; k++)
            free(spec->argv[k]);
        free(spec->argv);
        free(spec->name);
        hello_free(&spec->hello);
    }
    free(all->items);
    *all = (peer_specs){0};
}

/* ---- pairs ---- */

static bool lists(const hello *h, const char *profile) {
    for (size_t i = 0; i < h->profiles.count; i++) {
        if (strcmp(h->profiles.items[i], profile) == 0)
            return true;
    }
    return false;
}

/* What a testee with profiles is told beside a peer of that version. */
static void choose_profile(const peer_spec *spec, int version, char to[16]) {
    const hello *h = &spec->hello;
    snprintf(to, 16, "c%d.%d", version / 100, version % 100);
    if (!lists(h, to))
        snprintf(to, 16, "%.15s",
                 h->profiles.count ? h->profiles.items[0] : "");
}

static void fill_facts(pair *p, size_t i, int version) {
    const hello *h = &p->specs[i]->hello;
    char system[32], machine[32];
    spawn_system(system, machine);
    p->facts.peers[i].name = h->name;
    p->facts.peers[i].lang = h->lang;
    p->facts.peers[i].version = version;
    p->facts.peers[i].acknowledges =
        version >= 314 || strcmp(system, "darwin") == 0;
}

/* What behaves as a version has that; what has none, its peer's. */
static int version_of(const peer_spec *spec, const char *profile, int other) {
    if (profile[0])
        return version_number(profile + strspn(profile, "cpy"));
    return spec->version ? spec->version : other;
}

static pair *add_pair(pairs *out, const peer_spec *a, const char *as_a,
                      const peer_spec *b, const char *as_b) {
    out->items = must_resize(out->items, (out->count + 1) * sizeof *out->items);
    pair *p = &out->items[out->count++];
    *p = (pair){.specs = {a, b}};
    snprintf(p->profiles[0], sizeof p->profiles[0], "%s", as_a);
    snprintf(p->profiles[1], sizeof p->profiles[1], "%s", as_b);
    int version_b = version_of(b, as_b, 0);
    int version_a = version_of(a, as_a, version_b);
    fill_facts(p, 0, version_a);
    fill_facts(p, 1, version_of(b, as_b, version_a));
    p->agree = p->facts.peers[0].acknowledges == p->facts.peers[1].acknowledges;
    buffer name = {0};
    buffer_printf(&name, "%s-%s", a->name, b->name);
    p->name = buffer_take(&name);
    return p;
}

static void add_testee_pairs(pairs *out, const peer_specs *all,
                             const strings *profiles) {
    const peer_spec *t = &all->items[0];
    bool told = t->hello.profiles.count > 0;
    size_t with_itself = 0;
    for (size_t i = 0; told && i < profiles->count; i++) {
        if (!lists(&t->hello, profiles->items[i]))
            continue;
        add_pair(out, t, profiles->items[i], t, profiles->items[i]);
        with_itself++;
    }
    if (!with_itself)
        add_pair(out, t, "", t, "");
    for (size_t i = 1; i < all->count; i++) {
        const peer_spec *p = &all->items[i];
        char profile[16] = "";
        if (p->absent)
            continue;
        if (told)
            choose_profile(t, p->version, profile);
        add_pair(out, t, profile, p, "");
        add_pair(out, p, "", t, profile);
    }
}

bool controls_parse(const char *word, controls *c) {
    static const char *const words[] = {"all", "same", "none"};
    *c = CONTROL_ALL;
    for (int i = 0; word && i < 3; i++) {
        if (strcmp(words[i], word) == 0) {
            *c = (controls)i;
            return true;
        }
    }
    return !word;
}

static void add_controls(pairs *out, const peer_specs *all, controls c) {
    for (size_t i = all->has_testee; i < all->count; i++) {
        for (size_t k = all->has_testee; k < all->count; k++) {
            const peer_spec *a = &all->items[i], *b = &all->items[k];
            if (!a->absent && !b->absent && (c == CONTROL_ALL || i == k))
                add_pair(out, a, "", b, "");
        }
    }
}

void pairs_make(pairs *out, const peer_specs *all, const strings *profiles,
                controls c) {
    *out = (pairs){0};
    if (all->has_testee)
        add_testee_pairs(out, all, profiles);
    if (c != CONTROL_NONE)
        add_controls(out, all, c);
    for (size_t i = 0; i < out->count; i++) {
        pair *p = &out->items[i];
        p->profile = p->profiles[p->profiles[0][0] ? 0 : 1];
    }
}

void pairs_free(pairs *p) {
    for (size_t i = 0; i < p->count; i++)
        free(p->items[i].name);
    free(p->items);
    *p = (pairs){0};
}
