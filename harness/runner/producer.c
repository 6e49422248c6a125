/* producer.c  See producer.h. */
#include "producer.h"

#include <stdio.h>
#include <string.h>

enum { VERSIONS = 16, OLDEST_MINOR = 6 };

/* CPython's C and Python picklers, and room for those of others. */
static const char *const families[] = {"c", "py", "pypy", "graalpy"};
enum { FAMILIES = sizeof families / sizeof *families };

/* Versions: 0 is 2.7, then 3.6, 3.7 and so on. */
static int version_parse(const char *s, size_t len) {
    if (len == 3 && memcmp(s, "2.7", 3) == 0)
        return 0;
    if (len < 3 || len > 4 || s[0] != '3' || s[1] != '.' || s[2] == '0')
        return -1;
    int minor = 0;
    for (size_t i = 2; i < len; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        minor = minor * 10 + (s[i] - '0');
    }
    int version = minor - OLDEST_MINOR + 1;
    return version >= 1 && version < VERSIONS ? version : -1;
}

/* Which family a name starts with; *rest is its version. */
static int family_parse(const char *name, const char **rest) {
    size_t len = strcspn(name, "0123456789");
    for (int f = 0; f < FAMILIES; f++) {
        if (strlen(families[f]) == len && memcmp(name, families[f], len) == 0) {
            *rest = name + len;
            return f;
        }
    }
    return -1;
}

int producer_parse(const char *name) {
    const char *rest = NULL;
    int family = family_parse(name, &rest);
    if (family < 0)
        return PRODUCER_NONE;
    int version = version_parse(rest, strlen(rest));
    return version < 0 ? PRODUCER_NONE : family * VERSIONS + version;
}

bool producer_range(const char *text, uint64_t *mask) {
    const char *rest = NULL;
    int family = family_parse(text, &rest);
    if (family < 0)
        return false;
    size_t len = strcspn(rest, "-");
    int first = version_parse(rest, len);
    int last = first;
    if (rest[len] == '-')
        last = version_parse(rest + len + 1, strlen(rest + len + 1));
    if (first < 0 || last < first)
        return false;
    for (int v = first; v <= last; v++)
        *mask |= UINT64_C(1) << (family * VERSIONS + v);
    return true;
}

const char *producer_name(int producer, char name[PRODUCER_NAME_SIZE]) {
    if (producer < 0 || producer >= FAMILIES * VERSIONS) {
        snprintf(name, PRODUCER_NAME_SIZE, "-");
        return name;
    }
    const char *family = families[producer / VERSIONS];
    int version = producer % VERSIONS;
    if (version == 0)
        snprintf(name, PRODUCER_NAME_SIZE, "%s2.7", family);
    else
        snprintf(name, PRODUCER_NAME_SIZE, "%s3.%d", family,
                 version - 1 + OLDEST_MINOR);
    return name;
}

int producer_python(int producer) {
    return producer == PRODUCER_NONE ? PRODUCER_NONE
                                     : VERSIONS + producer % VERSIONS;
}

int producer_newest(uint64_t mask) {
    uint64_t c3 = mask & UINT64_C(0xfffe);
    uint64_t from = c3 ? c3 : mask;
    for (int p = 63; p >= 0; p--) {
        if (producer_in(from, p))
            return p;
    }
    return PRODUCER_NONE;
}
