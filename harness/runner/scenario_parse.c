/* scenario_parse.c  Reading one scenario, line by line. See scenario.h. */
#include "scenario_parse.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool reader_fail(reader *r, const char *format, ...) {
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buffer_clear(r->why);
    buffer_printf(r->why, "%s:%zu: %s", r->path, r->line, text);
    return false;
}

static const char *keep(reader *r, const char *text, size_t len) {
    while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    char *copy = must_copy_len(text, len);
    strings_add(&r->all->pool, copy);
    return copy;
}

static bool split(reader *r, const char *text, bool convert, strings *out) {
    buffer why = {0};
    bool good = words_split(text, convert, out, &r->all->pool, &why);
    if (!good)
        reader_fail(r, "%s", why.data);
    buffer_free(&why);
    return good;
}

/* ---- conditions ---- */

static bool read_conditions(reader *r, const strings *words, conditions *out) {
    for (size_t i = 0; i < words->count; i++) {
        condition c;
        if (!condition_parse(&c, words->items[i]))
            return reader_fail(r, "%.60s is no condition", words->items[i]);
        out->items =
            must_resize(out->items, (out->count + 1) * sizeof *out->items);
        out->items[out->count++] = c;
    }
    return true;
}

/* "CONDITIONS -- why"; with `sided` the first word is A or B. */
static bool read_restriction(reader *r, const char *rest, bool sided,
                             restriction **list, size_t *count) {
    const char *dashes = strstr(rest, "-- ");
    restriction one = {0};
    strings words = {0};
    if (!dashes || !dashes[3])
        return reader_fail(r, "say why after --");
    one.why = keep(r, dashes + 3, strlen(dashes + 3));
    const char *front = keep(r, rest, (size_t)(dashes - rest));
    bool good = split(r, front, false, &words);
    strings left = words;
    if (good && sided) {
        good = words.count && (strcmp(words.items[0], "A") == 0 ||
                               strcmp(words.items[0], "B") == 0);
        if (!good)
            reader_fail(r, "say whether A or B leaks");
        else
            one.side = words.items[0][0] == 'A' ? SIDE_A : SIDE_B;
        left.items += good;
        left.count -= good;
    }
    good = good && read_conditions(r, &left, &one.when);
    strings_free(&words);
    *list = must_resize(*list, (*count + 1) * sizeof **list);
    (*list)[(*count)++] = one;
    return good;
}

/* ---- keywords ---- */

static bool read_about(reader *r, const char *rest) {
    r->sc->about = keep(r, rest, strlen(rest));
    return *rest || reader_fail(r, "about what?");
}

static bool read_ref(reader *r, const char *rest) {
    r->sc->ref = keep(r, rest, strlen(rest));
    return true;
}

static bool read_channel(reader *r, const char *rest) {
    static const char *const kinds[] = {"stream", "dgram", "seqpacket",
                                        "tcp",    "pipe",  "none"};
    r->sc->channel = keep(r, rest, strlen(rest));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i], r->sc->channel) == 0)
            return true;
    }
    return reader_fail(r, "no channel %.40s", rest);
}

static bool read_only(reader *r, const char *rest) {
    return read_restriction(r, rest, false, &r->sc->only, &r->sc->only_count);
}

static bool read_leaks(reader *r, const char *rest) {
    return read_restriction(r, rest, true, &r->sc->leaks, &r->sc->leak_count);
}

static bool read_mixed(reader *r, const char *rest) {
    r->sc->mixed = true;
    return !*rest || reader_fail(r, "mixed stands alone");
}

static bool read_fresh(reader *r, const char *rest) {
    r->sc->fresh = true;
    return !*rest || reader_fail(r, "fresh stands alone");
}

static const struct {
    const char *word;
    bool (*read)(reader *r, const char *rest);
} keywords[] = {{"about", read_about},     {"ref", read_ref},
                {"channel", read_channel}, {"only", read_only},
                {"leaks", read_leaks},     {"mixed", read_mixed},
                {"fresh", read_fresh}};

/* ---- answers ---- */

static bool read_message(reader *r, answer *a, const char *quoted) {
    buffer text = {0};
    const char *end = NULL;
    bool good = quoted_text(quoted, &text, &end) && !*end;
    if (good) {
        size_t len = text.len;
        a->begins = len >= 3 && memcmp(text.data + len - 3, "...", 3) == 0;
        char *copy =
            must_copy_len(buffer_text(&text), a->begins ? len - 3 : len);
        strings_add(&r->all->pool, copy);
        a->message = copy;
    }
    buffer_free(&text);
    return good || reader_fail(r, "%.60s: not a text in quotes", quoted);
}

static bool read_err(reader *r, answer *a, const strings *words) {
    a->kind = ANSWER_ERR;
    if (words->count < 2 || words->count > 3)
        return reader_fail(r, "err takes a class, and a message in quotes");
    a->klass = words->items[1];
    return words->count == 2 || read_message(r, a, words->items[2]);
}

static bool read_ok(reader *r, answer *a, const char *text) {
    if (!split(r, text + strlen("ok"), true, &a->words))
        return false;
    size_t n = a->words.count;
    if (n && strcmp(a->words.items[n - 1], "...") == 0) {
        a->more = true;
        a->words.count--;
    }
    return true;
}

/* What stands after =>. */
static bool read_answer(reader *r, const char *text, answer *a) {
    strings words = {0};
    a->text = keep(r, text, strlen(text));
    a->line = r->line;
    bool good = split(r, text, false, &words);
    const char *first = words.count ? words.items[0] : "";
    if (!good)
        ;
    else if (strcmp(first, "ok") == 0)
        good = read_ok(r, a, text);
    else if (strcmp(first, "err") == 0)
        good = read_err(r, a, &words);
    else if (strcmp(first, "blocked") == 0 && words.count == 1)
        a->kind = ANSWER_BLOCKED;
    else
        good = reader_fail(r, "expected is ok, err or blocked, not %.40s",
                           text[0] ? text : "nothing");
    strings_free(&words);
    return good;
}

static answer *add_answer(step *st) {
    st->answers =
        must_resize(st->answers, (st->answer_count + 1) * sizeof *st->answers);
    st->answers[st->answer_count] = (answer){0};
    return &st->answers[st->answer_count++];
}

/* The " => " of a line, or its end. */
static const char *find_arrow(const char *text) {
    const char *arrow = strstr(text, " => ");
    return arrow ? arrow : text + strlen(text);
}

static const char *after_arrow(const char *arrow) {
    arrow += 4;
    return arrow + strspn(arrow, " \t");
}

/* "| CONDITIONS => ANSWER" */
static bool read_alternative(reader *r, const char *rest) {
    const char *arrow = find_arrow(rest);
    strings words = {0};
    conditions when = {0};
    if (!r->sc->step_count)
        return reader_fail(r, "there is no step before this |");
    if (strncmp(rest, "=>", 2) == 0)
        return reader_fail(r, "without conditions this is what is expected");
    if (!*arrow)
        return reader_fail(r, "what does it expect? write | CONDITIONS => ...");
    bool good =
        split(r, keep(r, rest, (size_t)(arrow - rest)), false, &words) &&
        read_conditions(r, &words, &when);
    answer *a = add_answer(&r->sc->steps[r->sc->step_count - 1]);
    a->when = when;
    strings_free(&words);
    return good && read_answer(r, after_arrow(arrow), a);
}

/* ---- steps ---- */

static bool known_verb(const char *verb) {
    static const char *const verbs[] = {
#define X(name) #name,
#include "scenario_verbs.def"
#undef X
    };
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(verbs[i], verb) == 0)
            return true;
    }
    return false;
}

static bool is_peer(const char *word) {
    return strcmp(word, "A") == 0 || strcmp(word, "B") == 0;
}

static bool check_referee(reader *r, const strings *w) {
    static const struct {
        const char *verb;
        size_t words;
        bool peer;
    } table[] = {{"kill", 2, true},   {"stop", 2, true}, {"cont", 2, true},
                 {"signal", 3, true}, {"fds", 2, true},  {"gone", 2, true},
                 {"sleep", 2, false}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].verb, w->items[0]) == 0)
            return (w->count == table[i].words &&
                    (!table[i].peer || is_peer(w->items[1]))) ||
                   reader_fail(r, "%s: not with these words", table[i].verb);
    }
    return reader_fail(r, "the referee knows no %.40s", w->items[0]);
}

/* What is expected where nothing is said. */
static void add_default(reader *r, step *st) {
    answer *a = add_answer(st);
    bool fds =
        st->side == SIDE_REFEREE && strcmp(st->words.items[0], "fds") == 0;
    a->line = r->line;
    a->text = fds ? "ok 0" : "ok ...";
    a->more = !fds;
    if (fds)
        strings_add(&a->words, "i0");
}

static bool read_step(reader *r, side s, bool later, const char *rest) {
    scenario *sc = r->sc;
    const char *arrow = find_arrow(rest);
    sc->steps =
        must_resize(sc->steps, (sc->step_count + 1) * sizeof *sc->steps);
    step *st = &sc->steps[sc->step_count++];
    *st = (step){.side = s, .later = later, .line = r->line};
    st->text = keep(r, rest, (size_t)(arrow - rest));
    if (!split(r, st->text, s != SIDE_REFEREE, &st->words))
        return false;
    if (!st->words.count)
        return reader_fail(r, "an empty step");
    if (s == SIDE_REFEREE && !check_referee(r, &st->words))
        return false;
    if (s != SIDE_REFEREE && !known_verb(st->words.items[0]))
        return reader_fail(r, "peers know no %.40s", st->words.items[0]);
    if (*arrow)
        return read_answer(r, after_arrow(arrow), add_answer(st));
    add_default(r, st);
    return true;
}

static bool try_step(reader *r, const char *line, bool *is_step) {
    static const struct {
        const char *start;
        side side;
        bool later;
    } table[] = {{"A:", SIDE_A, false},
                 {"B:", SIDE_B, false},
                 {"A&:", SIDE_A, true},
                 {"B&:", SIDE_B, true},
                 {"R:", SIDE_REFEREE, false}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t len = strlen(table[i].start);
        if (strncmp(line, table[i].start, len) == 0) {
            *is_step = true;
            return read_step(r, table[i].side, table[i].later,
                             line + len + strspn(line + len, " \t"));
        }
    }
    return true;
}

bool reader_line(reader *r, const char *line) {
    bool is_step = false;
    bool good = try_step(r, line, &is_step);
    if (is_step)
        return good;
    if (line[0] == '|')
        return read_alternative(r, line + 1 + strspn(line + 1, " \t"));
    size_t len = strcspn(line, " \t");
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (strlen(keywords[i].word) == len &&
            memcmp(keywords[i].word, line, len) == 0)
            return keywords[i].read(r, line + len + strspn(line + len, " \t"));
    }
    return reader_fail(r, "%.40s: no word of this language", line);
}

/* ---- the whole ---- */

static bool is_name_char(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

static bool is_taken(const strings *taken, const char *name, size_t len) {
    for (size_t i = 0; i < taken->count; i++) {
        if (strlen(taken->items[i]) == len &&
            memcmp(taken->items[i], name, len) == 0)
            return true;
    }
    return false;
}

/* Every $name of a request has been taken before. */
static bool check_word(reader *r, const strings *taken, const char *word) {
    for (const char *at = word; (at = strchr(at, '$')) != NULL;) {
        size_t len = 0;
        while (is_name_char(at[1 + len]))
            len++;
        if (!len || !is_taken(taken, at + 1, len))
            return reader_fail(r, "nothing has been taken as %.*s",
                               (int)(len + 1), at);
        at += len + 1;
    }
    return true;
}

static void take_names(strings *taken, const answer *a) {
    for (size_t i = 0; i < a->words.count; i++) {
        if (a->words.items[i][0] == '$')
            strings_add(taken, a->words.items[i] + 1);
    }
}

bool reader_end(reader *r) {
    strings taken = {0};
    bool good = true;
    strings_add(&taken, "nonce");
    strings_add(&taken, "dir");
    for (size_t i = 0; good && i < r->sc->step_count; i++) {
        const step *st = &r->sc->steps[i];
        r->line = st->line;
        for (size_t w = 0; good && w < st->words.count; w++)
            good = check_word(r, &taken, st->words.items[w]);
        for (size_t a = 0; a < st->answer_count; a++)
            take_names(&taken, &st->answers[a]);
    }
    strings_free(&taken);
    r->line = r->sc->line;
    if (good && !r->sc->about)
        good = reader_fail(r, "%s: about what?", r->sc->id);
    if (good && !r->sc->step_count)
        good = reader_fail(r, "%s has no steps", r->sc->id);
    return good;
}
