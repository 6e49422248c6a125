/* value/dict.c  dict: entries in order, an index only when a lookup needs one.
 */
#include <string.h>

#include "base/alloc.h"
#include "value/keys.h"
#include "value/node.h"

bool pickle__dict_reserve(pickle_doc *doc, pickle__dict *d, size_t more) {
    if (more <= d->cap - d->count) {
        return true;
    }
    pickle_pair *pairs = pickle__array_grow(doc, d->pairs, d->count, &d->cap,
                                            more, sizeof *d->pairs);
    d->pairs = pairs ? pairs : d->pairs;
    return pairs != NULL;
}

pickle_value pickle_dict(pickle_doc *doc, size_t cap) {
    pickle__dict *d = pickle__node_new(doc, sizeof *d, PICKLE_KIND_DICT);
    if (!d) {
        return pickle_null();
    }
    d->count = 0;
    d->cap = 0;
    d->pairs = NULL;
    d->index = NULL;
    d->doc = doc;
    if (cap && !pickle__dict_reserve(doc, d, cap)) {
        return pickle_null();
    }
    return pickle__make(PICKLE__TAG_DICT, d);
}

static size_t find_entry(pickle__dict *d, size_t count, pickle_value key,
                         bool own) {
    pickle__keys keys = {(const pickle_value *)d->pairs, 2, count};
    return pickle__find_key(d->doc, keys, &d->index, key, own);
}

/* Keep the first of equal keys, with the last value. */
bool pickle__dict_check(pickle__dict *d) {
    if (!(d->node.flags & PICKLE__UNCHECKED)) {
        return true;
    }
    size_t kept = 0;
    for (size_t i = 0; i < d->count; i++) {
        pickle_pair pair = d->pairs[i];
        size_t at = find_entry(d, kept, pair.key, true);
        if (at == PICKLE__NO_MEMORY) {
            memmove(d->pairs + kept, d->pairs + i,
                    (d->count - i) * sizeof *d->pairs);
            d->count -= i - kept;
            d->index = NULL;
            return false;
        }
        if (at == PICKLE__NOT_FOUND) {
            d->pairs[kept++] = pair;
        } else {
            d->pairs[at].value = pair.value;
        }
    }
    d->count = kept;
    d->node.flags &= (uint8_t)~PICKLE__UNCHECKED;
    return true;
}

/* Whether they can be an entry; recorded if not. */
static bool accept_entry(pickle_doc *doc, pickle_value dict, pickle_value key,
                         pickle_value value) {
    if (pickle__tag(dict) != PICKLE__TAG_DICT || pickle_is_null(key) ||
        pickle_is_null(value)) {
        pickle__doc_error(doc, PICKLE_ERR_BUG, "dict");
        return false;
    }
    if (!pickle_is_hashable(key)) {
        pickle__doc_error(doc, PICKLE_ERR_UNHASHABLE, "dict");
        return false;
    }
    return true;
}

pickle_code pickle__dict_put(pickle_doc *doc, pickle_value dict,
                             pickle_value key, pickle_value value) {
    if (accept_entry(doc, dict, key, value) &&
        pickle__dict_reserve(doc, pickle__dict_of(dict), 1)) {
        pickle__dict *d = pickle__dict_of(dict);
        d->pairs[d->count++] = (pickle_pair){key, value};
        d->node.flags |= PICKLE__UNCHECKED;
    }
    return doc->error.code;
}

pickle_code pickle_dict_set(pickle_doc *doc, pickle_value dict,
                            pickle_value key, pickle_value value) {
    if (!accept_entry(doc, dict, key, value)) {
        return doc->error.code;
    }
    pickle__dict *d = pickle__dict_of(dict);
    size_t at = pickle__dict_check(d) ? find_entry(d, d->count, key, true)
                                      : PICKLE__NO_MEMORY;
    if (at == PICKLE__NO_MEMORY) {
        pickle__doc_fail(doc);
    } else if (at != PICKLE__NOT_FOUND) {
        d->pairs[at].value = value;
    } else if (pickle__dict_reserve(doc, d, 1)) {
        d->pairs[d->count++] = (pickle_pair){key, value};
    }
    return doc->error.code;
}

pickle_value pickle_dict_get(pickle_value dict, pickle_value key) {
    if (pickle__tag(dict) != PICKLE__TAG_DICT || !pickle_is_hashable(key)) {
        return pickle_null();
    }
    pickle__dict *d = pickle__dict_of(dict);
    if (!pickle__dict_check(d)) {
        return pickle_null();
    }
    size_t at = find_entry(d, d->count, key, false);
    return at < d->count ? d->pairs[at].value : pickle_null();
}

pickle_value pickle_dict_get_z(pickle_value dict, const char *utf8) {
    pickle__blob key = {{PICKLE__NO_MEMO, PICKLE_KIND_STR, 0, 0},
                        strlen(utf8),
                        (const uint8_t *)utf8};
    return pickle_dict_get(dict, pickle__make(PICKLE__TAG_STR, &key));
}

const pickle_pair *pickle_get_pairs(pickle_value dict, size_t *count) {
    *count = 0;
    if (pickle__tag(dict) != PICKLE__TAG_DICT) {
        return NULL;
    }
    pickle__dict *d = pickle__dict_of(dict);
    (void)pickle__dict_check(d);
    *count = d->count;
    return d->pairs;
}
