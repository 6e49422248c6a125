/* options.c  See options.h. */
#include "options.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "message.h"

void strings_add(strings *s, const char *item) {
    s->items = must_resize(s->items, (s->count + 1) * sizeof *s->items);
    s->items[s->count++] = item;
}

void strings_free(strings *s) {
    free(s->items);
    *s = (strings){0};
}

/* ---- help ---- */

static void print_option(const option *o) {
    char left[64];
    char letter[8] = "";
    if (o->letter)
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name,
             o->arg ? " " : "", o->arg ? o->arg : "");
    const char *help = o->help;
    printf("  %-22s", left);
    if (strlen(left) > 21)
        printf("\n  %-22s", "");
    for (;;) {
        size_t len = strcspn(help, "\n");
        printf(" %.*s\n", (int)len, help);
        if (!help[len])
            return;
        help += len + 1;
        printf("  %-22s", "");
    }
}

static int print_help(const usage *u) {
    printf("Usage: pickleproof %s %s\n\n%s\n", u->command, u->line, u->about);
    if (u->option_count)
        printf("\nOptions:\n");
    for (size_t i = 0; i < u->option_count; i++)
        print_option(&u->options[i]);
    if (u->examples)
        printf("\nExamples:\n%s", u->examples);
    return close_output(EXIT_AS_EXPECTED);
}

int options_refuse(const usage *u, const char *what) {
    complain("%s; see pickleproof %s --help", what, u->command);
    return EXIT_USAGE;
}

static int refuse_about(const usage *u, const char *before, const char *word,
                        const char *after) {
    buffer text = {0};
    buffer_printf(&text, "%s%s%s", before, word, after);
    int code = options_refuse(u, text.data);
    buffer_free(&text);
    return code;
}

/* ---- reading ---- */

static const option *by_name(const usage *u, const char *name, size_t len) {
    for (size_t i = 0; i < u->option_count; i++) {
        const option *o = &u->options[i];
        if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
            return o;
    }
    return NULL;
}

static const option *by_letter(const usage *u, char letter) {
    for (size_t i = 0; i < u->option_count; i++) {
        if (u->options[i].letter == letter)
            return &u->options[i];
    }
    return NULL;
}

static bool to_number(const char *text, int *to) {
    char *end;
    errno = 0;
    long n = strtol(text, &end, 10);
    if (errno || end == text || *end || n < 0 || n > INT_MAX)
        return false;
    *to = (int)n;
    return true;
}

static bool to_seconds(const char *text, double *to) {
    char *end;
    double x = strtod(text, &end);
    if (end == text || *end || !(x > 0) || x > 1e9)
        return false;
    *to = x;
    return true;
}

static bool store(const option *o, const char *value) {
    switch (o->kind) {
    case OPTION_FLAG: *(bool *)o->to = true; return true;
    case OPTION_TEXT: *(const char **)o->to = value; return true;
    case OPTION_LIST: strings_add(o->to, value); return true;
    case OPTION_NUMBER: return to_number(value, o->to);
    case OPTION_SECONDS: return to_seconds(value, o->to);
    }
    return false;
}

/* Handles argv[*i]; *i moves on when the value is the next word. */
static int read_option(const usage *u, int argc, char **argv, int *i) {
    const char *word = argv[*i];
    const char *value = NULL;
    const option *o;
    if (word[1] == '-') {
        size_t len = strcspn(word + 2, "=");
        o = by_name(u, word + 2, len);
        value = word[2 + len] ? word + 3 + len : NULL;
    } else {
        o = by_letter(u, word[1]);
        value = word[2] ? word + 2 : NULL;
    }
    if (!o || (o->kind == OPTION_FLAG && value))
        return refuse_about(u, "unknown option ", word, "");
    if (o->kind != OPTION_FLAG && !value) {
        if (*i + 1 >= argc || strcmp(argv[*i + 1], "--") == 0)
            return refuse_about(u, "option ", word, " needs a value");
        value = argv[++*i];
    }
    if (!store(o, value))
        return refuse_about(u, "not a number in its range: ", value, "");
    return -1;
}

int options_read(const usage *u, int argc, char **argv, arguments *args) {
    *args = (arguments){0};
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (strcmp(word, "--") == 0) {
            args->rest = argv + i + 1;
            return -1;
        }
        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
            return print_help(u);
        if (word[0] != '-' || !word[1]) {
            strings_add(&args->plain, word);
            continue;
        }
        int code = read_option(u, argc, argv, &i);
        if (code >= 0)
            return code;
    }
    return -1;
}
