/* pattern.c  See pattern.h. */
#include "pattern.h"

#include <stddef.h>
#include <string.h>

static size_t part_len(const char *s) {
    return strcspn(s, "/");
}

/* `*` in p[plen] matches any run of characters of t[tlen]. The usual two
 * pointers: on a mismatch go back to the last star and let it take one more. */
static bool match_part(const char *p, size_t plen, const char *t, size_t tlen) {
    size_t pi = 0, ti = 0, star = (size_t)-1, mark = 0;
    while (ti < tlen) {
        if (pi < plen && p[pi] == '*') {
            star = pi++;
            mark = ti;
        } else if (pi < plen && p[pi] == t[ti]) {
            pi++;
            ti++;
        } else if (star != (size_t)-1) {
            pi = star + 1;
            ti = ++mark;
        } else {
            return false;
        }
    }
    while (pi < plen && p[pi] == '*')
        pi++;
    return pi == plen;
}

static bool is_any_parts(const char *p) {
    return part_len(p) == 2 && p[0] == '*' && p[1] == '*';
}

static const char *next_part(const char *s) {
    s += part_len(s);
    return *s ? s + 1 : NULL;
}

/* NULL stands for "no parts left". As in match_part, with parts in the place
 * of characters and `**` in that of the star. */
bool pattern_match(const char *pattern, const char *id) {
    const char *p = pattern, *t = id;
    const char *after_any = NULL, *mark = NULL;
    bool any = false;
    while (t) {
        if (p && is_any_parts(p)) {
            p = next_part(p);
            after_any = p;
            mark = t;
            any = true;
        } else if (p && match_part(p, part_len(p), t, part_len(t))) {
            p = next_part(p);
            t = next_part(t);
        } else if (any) {
            p = after_any;
            mark = next_part(mark);
            t = mark;
        } else {
            return false;
        }
    }
    while (p && is_any_parts(p))
        p = next_part(p);
    return !p;
}

bool pattern_may_start(const char *pattern, const char *prefix) {
    const char *p = pattern, *t = prefix;
    while (t && p) {
        if (is_any_parts(p))
            return true;
        if (!match_part(p, part_len(p), t, part_len(t)))
            return false;
        p = next_part(p);
        t = next_part(t);
    }
    return true;
}

bool pattern_is_wild(const char *pattern) {
    return strchr(pattern, '*') != NULL;
}

bool pattern_list_match(const char *list, const char *text) {
    size_t tlen = strlen(text);
    for (;;) {
        size_t len = strcspn(list, "|");
        if (match_part(list, len, text, tlen))
            return true;
        if (!list[len])
            return false;
        list += len + 1;
    }
}
