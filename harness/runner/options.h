/*
 * options.h  Command line options from a table, and the help made of it.
 */
#ifndef RUNNER_OPTIONS_H
#define RUNNER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Strings in the order they were given. */
typedef struct strings {
    const char **items;
    size_t count;
} strings;

void strings_add(strings *s, const char *item);
void strings_free(strings *s);

typedef enum option_kind {
    OPTION_FLAG,   /* bool: set to true */
    OPTION_TEXT,   /* const char *: the last one counts */
    OPTION_LIST,   /* strings: may be repeated */
    OPTION_NUMBER, /* int, from 0 */
    OPTION_SECONDS /* double, above 0 */
} option_kind;

typedef struct option {
    const char *name; /* without the dashes */
    char letter;      /* 0: none */
    option_kind kind;
    void *to;
    const char *arg; /* what the help calls its argument; NULL for a flag */
    const char *help;
} option;

/* A command's line and what its help says. */
typedef struct usage {
    const char *command; /* "run" */
    const char *line;    /* "[options] [-- TESTEE ARGS...]" */
    const char *about;   /* sentences, lines of at most 79 */
    const char *examples;
    const option *options;
    size_t option_count;
} usage;

#define OPTION_COUNT(table) (sizeof(table) / sizeof *(table))

/* What is left of a command line when options are taken out. */
typedef struct arguments {
    strings plain; /* before "--" */
    char **rest;   /* after "--", NULL-terminated; NULL if there was none */
} arguments;

/* Read a command line (argv[0] is the command). Returns -1 to go on, or an
 * exit code: after --help, or after an error that has been told. */
int options_read(const usage *u, int argc, char **argv, arguments *args);

/* Complain that a command takes no such argument; returns EXIT_USAGE. */
int options_refuse(const usage *u, const char *what);

#endif
