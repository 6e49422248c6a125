/*
 * scenario_traces.h  What a process leaves behind, as far as the system tells:
 * descriptors, children, sockets in folders.
 */
#ifndef RUNNER_SCENARIO_TRACES_H
#define RUNNER_SCENARIO_TRACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

/* The descriptors of a process, "7 -> socket:[123]", in order. */
typedef struct traces {
    char **items;
    size_t count;
    bool known; /* the system tells */
} traces;

void traces_of(int64_t process, traces *out);
void traces_free(traces *t);

/* Whether two lists are the same; the first difference is told. */
bool traces_same(const traces *before, const traces *after, buffer *why);

/* Append the ids of its children. */
void traces_children(int64_t process, buffer *out);

/* Append the sockets below a folder. */
void traces_sockets(const char *folder, buffer *out);

/* Remove a folder with all there is in it. */
void folder_remove(const char *path);

/* Make a folder that only we can enter; false with a message. */
bool folder_make(const char *path, buffer *why);

/* Make a new folder for temporary files; NULL with a message. Free it. */
char *folder_make_new(buffer *why);

#endif
