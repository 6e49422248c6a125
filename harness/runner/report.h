/*
 * report.h  Reports made from results: JUnit XML, TAP 14, Markdown, text.
 */
#ifndef RUNNER_REPORT_H
#define RUNNER_REPORT_H

#include "options.h"
#include "result.h"

void junit_write(const results *r, buffer *out);
void tap_write(const results *r, buffer *out);
void markdown_write(const results *r, buffer *out);

/* Append `text` for XML: markup escaped, what XML cannot hold replaced. */
void xml_escape(const char *text, buffer *out);

/* How the text report is shaped. */
typedef struct text_options {
    bool color;
    bool quiet;   /* counts only */
    bool verbose; /* a line for each result */
    int shown;    /* failures told in full; 0: all */
} text_options;

/* Failures in full, then the counts. */
void text_write(const results *r, const text_options *o, buffer *out);

/* One failure in full. `advice` may be NULL. */
void text_failure(const result *r, bool color, buffer *out);

/* "encode/int/one/p4 [c3.11]" */
void result_title(const result *r, buffer *out);

/* Where reports go: the options --json, --junit, --tap, --md. */
typedef struct report_files {
    const char *json;
    const char *junit;
    const char *tap;
    const char *markdown;
} report_files;

/* clang-format off */
#define REPORT_OPTIONS(f)                                                      \
    {"json", 0, OPTION_TEXT, &(f).json, "FILE",                                \
     "write JSON Lines, which report and merge can read"},                     \
    {"junit", 0, OPTION_TEXT, &(f).junit, "FILE", "write JUnit XML"},          \
    {"tap", 0, OPTION_TEXT, &(f).tap, "FILE", "write TAP 14"},                 \
    {"md", 0, OPTION_TEXT, &(f).markdown, "FILE", "write Markdown"}
/* clang-format on */

/* Whether one of them is standard output: then the text goes to standard
 * error. False for more than one, after a message. */
bool report_files_check(const report_files *f, bool *uses_stdout);

/* Write all but JSON Lines. False after a message. */
bool report_files_save(const report_files *f, const results *r);

/* Write JSON Lines at once. False after a message. */
bool report_json_save(const char *path, const results *r);

#endif
