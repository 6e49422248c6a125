/*
 * scenario_parse.h  Between the two halves of the parser: scenario_file.c finds
 * where scenarios begin and writes `for` out, scenario_parse.c reads one.
 */
#ifndef RUNNER_SCENARIO_PARSE_H
#define RUNNER_SCENARIO_PARSE_H

#include "scenario.h"

typedef struct reader {
    scenarios *all;
    scenario *sc; /* the one being read */
    const char *path;
    size_t line;
    buffer *why;
} reader;

/* Say what is wrong with the current line; returns false. */
bool reader_fail(reader *r, const char *format, ...) RUNNER_PRINTF(2, 3);

/* Read one line of r->sc, neither blank nor a comment, without its indent. */
bool reader_line(reader *r, const char *line);

/* All lines are there: check them together. */
bool reader_end(reader *r);

#endif
