/* scenario_when.c  Conditions on pairs. See scenario.h. */
#include <stdlib.h>
#include <string.h>

#include "scenario.h"

int version_number(const char *text) {
    char *end;
    long major = strtol(text, &end, 10);
    if (end == text || *end != '.' || major < 0 || major > 99)
        return 0;
    const char *rest = end + 1;
    long minor = strtol(rest, &end, 10);
    if (end == rest || minor < 0 || minor > 99)
        return 0;
    return (int)(major * 100 + minor);
}

static bool read_side(side *s, char c) {
    *s = c == 'B' ? SIDE_B : SIDE_A;
    return c == 'A' || c == 'B';
}

/* The comparison at the start of `text`; its length, 0 if there is none. */
static size_t read_comparison(comparison *c, const char *text) {
    static const struct {
        const char *text;
        comparison comparison;
    } table[] = {{"<=", AT_MOST},
                 {">=", AT_LEAST},
                 {"<", LESS},
                 {">", MORE},
                 {"=", SAME}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t len = strlen(table[i].text);
        if (strncmp(text, table[i].text, len) == 0) {
            *c = table[i].comparison;
            return len;
        }
    }
    return 0;
}

static bool is_version(const char *text) {
    return version_number(text) != 0 &&
           text[strspn(text, "0123456789.")] == '\0';
}

bool condition_parse(condition *c, const char *word) {
    *c = (condition){.negated = word[0] == '!'};
    word += c->negated;
    if (strcmp(word, "ack") == 0) {
        c->kind = CONDITION_ACK;
        return true;
    }
    if (!word[0] || !read_side(&c->side, word[0]))
        return false;
    if (word[1] == '.') {
        c->kind = CONDITION_IS;
        c->word = word + 2;
        return c->word[0] != '\0';
    }
    size_t len = read_comparison(&c->comparison, word + 1);
    const char *right = word + 1 + len;
    if (len == 0)
        return false;
    if (c->side == SIDE_A && strcmp(right, "B") == 0) {
        c->kind = CONDITION_PEERS;
        return true;
    }
    c->kind = CONDITION_VERSION;
    c->version = version_number(right);
    return is_version(right);
}

static bool compares(int left, comparison c, int right) {
    switch (c) {
    case LESS: return left < right;
    case AT_MOST: return left <= right;
    case SAME: return left == right;
    case AT_LEAST: return left >= right;
    case MORE: return left > right;
    }
    return false;
}

static bool condition_holds(const condition *c, const pair_facts *f) {
    switch (c->kind) {
    case CONDITION_VERSION:
        return compares(f->peers[c->side].version, c->comparison, c->version);
    case CONDITION_PEERS:
        return compares(f->peers[0].version, c->comparison,
                        f->peers[1].version);
    case CONDITION_ACK:
        return f->peers[0].acknowledges && f->peers[1].acknowledges;
    case CONDITION_IS:
        return strcmp(f->peers[c->side].lang, c->word) == 0 ||
               strcmp(f->peers[c->side].name, c->word) == 0;
    }
    return false;
}

bool conditions_hold(const conditions *c, const pair_facts *facts) {
    for (size_t i = 0; i < c->count; i++) {
        if (condition_holds(&c->items[i], facts) == c->items[i].negated)
            return false;
    }
    return true;
}

const answer *step_answer(const step *st, const pair_facts *facts) {
    for (size_t i = 1; i < st->answer_count; i++) {
        if (conditions_hold(&st->answers[i].when, facts))
            return &st->answers[i];
    }
    return &st->answers[0];
}

bool scenario_is_for(const scenario *sc, const pair_facts *facts,
                     const char **why) {
    for (size_t i = 0; i < sc->only_count; i++) {
        if (!conditions_hold(&sc->only[i].when, facts)) {
            *why = sc->only[i].why;
            return false;
        }
    }
    return true;
}

bool scenario_leaks(const scenario *sc, side s, const pair_facts *facts) {
    for (size_t i = 0; i < sc->leak_count; i++) {
        if (sc->leaks[i].side == s &&
            conditions_hold(&sc->leaks[i].when, facts))
            return true;
    }
    return false;
}
