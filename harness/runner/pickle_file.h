/*
 * pickle_file.h  Files of pickles for the commands that look at them, and how
 * those name a version.
 */
#ifndef RUNNER_PICKLE_FILE_H
#define RUNNER_PICKLE_FILE_H

#include "buffer.h"

typedef struct pickle_file {
    const char *name; /* "<stdin>" for "-" */
    const void *data; /* not NULL */
    size_t len;
    buffer held;  /* what was read */
    void *mapped; /* or mapped, where it is large */
} pickle_file;

/* Open; false after a message. */
bool pickle_file_open(pickle_file *f, const char *path);
void pickle_file_close(pickle_file *f);

/* "3.11" to 311, NULL to 0 (the default); -1 after a message. */
int version_of_option(const char *text);

#endif
