/*
 * producer.h  Who produced a form: names such as c3.11 (CPython 3.11's C
 * pickler) and py3.11 (its pure-Python one), and ranges c3.8-3.13. A set of
 * them is a 64-bit mask: four families of sixteen versions.
 */
#ifndef RUNNER_PRODUCER_H
#define RUNNER_PRODUCER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PRODUCER_NONE (-1)

/* The number of one name, 0 to 63, or PRODUCER_NONE. */
int producer_parse(const char *name);

/* Add what `text` names, one producer or a range, to *mask; false if it is
 * neither. */
bool producer_range(const char *text, uint64_t *mask);

/* Write the name of a producer. Returns name. */
#define PRODUCER_NAME_SIZE 16
const char *producer_name(int producer, char name[PRODUCER_NAME_SIZE]);

static inline bool producer_in(uint64_t mask, int producer) {
    return producer >= 0 && (mask >> producer & 1) != 0;
}

/* The pure-Python producer of the same version: pickletools has no other. */
int producer_python(int producer);

/* The newest C pickler of Python 3 in a mask, else the highest number in it;
 * PRODUCER_NONE for an empty mask. */
int producer_newest(uint64_t mask);

#endif
