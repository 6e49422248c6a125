#include "pickle/names.h"

#include <string.h>

/* A text with its length; all are ASCII and short. */
typedef struct word {
    const char *text;
    size_t len;
} word;

typedef struct row {
    word module;
    word name; /* empty: any */
    word to_module;
    word to_name; /* empty: as it was */
    int since;
    int until;
} row;

#define WORD(text)                                                             \
    { text, sizeof(text) - 1 }
#define ROW(m, n, to_m, to_n, since, until)                                    \
    {WORD(m), WORD(n), WORD(to_m), WORD(to_n), 300 + since, 300 + until},
#define NO_ROW(m, n, to_m, to_n, since, until)

static const row to_python3[] = {
#define TO3 ROW
#define TO2 NO_ROW
#include "pickle/names.def"
#undef TO3
#undef TO2
};

static const row to_python2[] = {
#define TO3 NO_ROW
#define TO2 ROW
#include "pickle/names.def"
#undef TO3
#undef TO2
};

static int compare(word w, const uint8_t *text, size_t len) {
    size_t common = w.len < len ? w.len : len;
    int order = common ? memcmp(w.text, text, common) : 0;
    return order ? order : (w.len > len) - (w.len < len);
}

/* The row of a name in rows[count] that a version has, or NULL. */
static const row *find(const row *rows, size_t count, int cpython,
                       const uint8_t *module, size_t module_len,
                       const uint8_t *name, size_t name_len) {
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        const row *r = &rows[mid];
        int order = compare(r->module, module, module_len);
        if (!order) {
            order = compare(r->name, name, name_len);
        }
        if (!order) {
            return cpython >= r->since && cpython <= r->until ? r : NULL;
        }
        low = order < 0 ? mid + 1 : low;
        high = order < 0 ? high : mid;
    }
    return NULL;
}

static bool map(const row *rows, size_t count, int cpython,
                const uint8_t **module, size_t *module_len,
                const uint8_t **name, size_t *name_len) {
    const row *r =
        find(rows, count, cpython, *module, *module_len, *name, *name_len);
    if (!r) {
        r = find(rows, count, cpython, *module, *module_len, NULL, 0);
    }
    if (!r) {
        return false;
    }
    *module = (const uint8_t *)r->to_module.text;
    *module_len = r->to_module.len;
    if (r->to_name.len) {
        *name = (const uint8_t *)r->to_name.text;
        *name_len = r->to_name.len;
    }
    return true;
}

bool pickle__names_to_python3(int cpython, const uint8_t **module,
                              size_t *module_len, const uint8_t **name,
                              size_t *name_len) {
    return map(to_python3, sizeof to_python3 / sizeof to_python3[0], cpython,
               module, module_len, name, name_len);
}

bool pickle__names_to_python2(int cpython, const uint8_t **module,
                              size_t *module_len, const uint8_t **name,
                              size_t *name_len) {
    return map(to_python2, sizeof to_python2 / sizeof to_python2[0], cpython,
               module, module_len, name, name_len);
}
