/* base/port.h  Which system this is: the only place that asks. Included first.
 */
#ifndef PICKLE_BASE_PORT_H
#define PICKLE_BASE_PORT_H

/* Names beyond C11 that POSIX and the system declare. */
#if defined(__linux__)
#define _GNU_SOURCE 1
#elif defined(__APPLE__)
#define _DARWIN_C_SOURCE 1
#else
#define _POSIX_C_SOURCE 200809L
#endif

#endif
