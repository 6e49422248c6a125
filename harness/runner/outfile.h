/*
 * outfile.h  Reports appear whole or not at all: written beside their place
 * and renamed at the end.
 */
#ifndef RUNNER_OUTFILE_H
#define RUNNER_OUTFILE_H

#include <stdio.h>

#include "buffer.h"

typedef struct outfile {
    const char *path; /* as given; "-" is standard output */
    char *partial;    /* FILE.partial; NULL when written in place (a device) */
    FILE *stream;     /* NULL: not open */
    int error;        /* errno of the first failure */
} outfile;

/* Open; false after a message. */
bool outfile_open(outfile *f, const char *path);

/* Write; a failure is kept until the end. */
void outfile_write(outfile *f, const char *data, size_t len);

/* Hand what was written so far to the system. */
void outfile_flush(outfile *f);

/* Finish and rename; false after a message, and then nothing is left. */
bool outfile_close(outfile *f);

/* Give up: remove what was written. */
void outfile_drop(outfile *f);

/* All at once. */
bool outfile_save(const char *path, const buffer *text);

/* Read a whole file; false with a message in `why`. */
bool file_read(const char *path, buffer *out, buffer *why);

#endif
