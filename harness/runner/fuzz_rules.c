/* fuzz_rules.c  Differences that are known, each with its reason. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "outfile.h"
#include "pattern.h"

/* Cut off the next word of a line; NULL at its end. */
static char *next_word(char **at) {
    char *word = *at + strspn(*at, " \t");
    if (!*word)
        return NULL;
    size_t len = strcspn(word, " \t");
    *at = word + len;
    if (word[len]) {
        word[len] = '\0';
        (*at)++;
    }
    return word;
}

static bool is_class_list(const char *list) {
    for (int i = FUZZ_SAME + 1; i < FUZZ_CLASSES; i++) {
        if (pattern_list_match(list, fuzz_class_name((fuzz_class)i)))
            return true;
    }
    return false;
}

static bool read_rule(fuzz_rule *rule, const char *line, size_t len) {
    rule->words = must_copy_len(line, len);
    char *at = rule->words;
    rule->classes = next_word(&at);
    rule->profiles = next_word(&at);
    rule->ops = next_word(&at);
    rule->a = next_word(&at);
    rule->b = next_word(&at);
    rule->where = next_word(&at);
    rule->reason = at + strspn(at, " \t");
    return rule->where && rule->reason[0] && is_class_list(rule->classes);
}

bool fuzz_rules_load(fuzz_rules *rules, const char *path, buffer *why) {
    buffer text = {0};
    *rules = (fuzz_rules){.path = path};
    bool good = file_read(path, &text, why);
    const char *line = buffer_text(&text);
    for (size_t number = 1; good && *line; number++) {
        size_t len = strcspn(line, "\n");
        size_t blanks = strspn(line, " \t\r");
        if (blanks < len && line[0] != '#') {
            rules->items = must_resize(rules->items, (rules->count + 1) *
                                                         sizeof *rules->items);
            fuzz_rule *rule = &rules->items[rules->count++];
            *rule = (fuzz_rule){.number = number};
            good = read_rule(rule, line, len);
        }
        if (!good)
            buffer_printf(why,
                          "%s:%zu: a rule is CLASS PROFILE OPERATION A B WHERE "
                          "and a reason",
                          path, number);
        line += len + (line[len] == '\n');
    }
    buffer_free(&text);
    return good;
}

void fuzz_rules_free(fuzz_rules *rules) {
    for (size_t i = 0; i < rules->count; i++)
        free(rules->items[i].words);
    free(rules->items);
    *rules = (fuzz_rules){0};
}

bool fuzz_rule_is_about(const fuzz_rule *rule, const char *profile) {
    return pattern_list_match(rule->profiles, profile);
}

/* Whether one of the opcodes of a pickle, or of the kinds of a text, is on a
 * list. */
static bool has_part(const fuzz_case *c, const char *list) {
    buffer parts = {0};
    bool there = false;
    fuzz_ingredients(c, &parts);
    const char *at = buffer_text(&parts);
    while (*at && !there) {
        size_t len = strcspn(at, ",");
        char *part = must_copy_len(at, len);
        there = pattern_list_match(list, part);
        free(part);
        at += len + (at[len] == ',');
    }
    buffer_free(&parts);
    return there;
}

static bool holds_text(const fuzz_case *c, const char *text, size_t len) {
    for (size_t i = 0; i + len <= c->data.len; i++) {
        if (memcmp(c->data.data + i, text, len) == 0)
            return true;
    }
    return false;
}

static bool holds_one_of(const fuzz_case *c, const char *list) {
    for (bool more = true; more;) {
        size_t len = strcspn(list, "|");
        if (holds_text(c, list, len))
            return true;
        more = list[len] == '|';
        list += len + 1;
    }
    return false;
}

static bool is_met(const char *condition, const fuzz_case *c,
                   const fuzz_verdict *v) {
    if (condition[0] == '+')
        return has_part(c, condition + 1);
    if (condition[0] == '~')
        return holds_one_of(c, condition + 1);
    return pattern_list_match(condition, v->where);
}

/* Conditions joined by `&`, all of which must be met. */
static bool is_there(const fuzz_rule *rule, const fuzz_case *c,
                     const fuzz_verdict *v) {
    bool met = true;
    for (const char *at = rule->where; met && *at;) {
        size_t len = strcspn(at, "&");
        char *condition = must_copy_len(at, len);
        met = is_met(condition, c, v);
        free(condition);
        at += len + (at[len] == '&');
    }
    return met;
}

fuzz_rule *fuzz_rules_find(const fuzz_rules *rules, const char *profile,
                           const fuzz_case *c, const fuzz_verdict *v) {
    for (size_t i = 0; i < rules->count; i++) {
        fuzz_rule *rule = &rules->items[i];
        if (pattern_list_match(rule->classes, fuzz_class_name(v->what)) &&
            fuzz_rule_is_about(rule, profile) &&
            pattern_list_match(rule->ops, fuzz_op_name(c->op)) &&
            pattern_list_match(rule->a, v->a) &&
            pattern_list_match(rule->b, v->b) && is_there(rule, c, v))
            return rule;
    }
    return NULL;
}
