/* recipe.c  See recipe.h. */
#include "recipe.h"

#include <openssl/evp.h>
#include <string.h>

static bool fits(const buffer *out, size_t len, size_t count) {
    return len == 0 || count <= (RECIPE_MAX_LEN - out->len) / len;
}

/* "text" with every %x replaced by n in hex. */
static bool add_numbered(buffer *out, const char *text, json_int_t n) {
    const char *at;
    while ((at = strstr(text, "%x")) != NULL) {
        buffer_add(out, text, (size_t)(at - text));
        buffer_printf(out, "%llx", (unsigned long long)n);
        text = at + 2;
    }
    buffer_puts(out, text);
    return out->len <= RECIPE_MAX_LEN;
}

static bool add_series(buffer *out, const json_t *piece) {
    const json_t *range = json_object_get(piece, "for");
    const json_t *text = json_object_get(piece, "text");
    if (!json_is_string(text) || json_array_size(range) != 2)
        return false;
    json_int_t from = json_integer_value(json_array_get(range, 0));
    json_int_t to = json_integer_value(json_array_get(range, 1));
    if (from < 0 || to < from)
        return false;
    for (json_int_t n = from; n < to; n++) {
        if (!add_numbered(out, json_string_value(text), n))
            return false;
    }
    return true;
}

static bool add_repeated(buffer *out, const json_t *piece) {
    const json_t *text = json_array_get(piece, 0);
    const json_t *count = json_array_get(piece, 1);
    if (json_array_size(piece) != 2 || !json_is_string(text) ||
        !json_is_integer(count) || json_integer_value(count) < 0)
        return false;
    size_t len = json_string_length(text);
    size_t times = (size_t)json_integer_value(count);
    if (!fits(out, len, times))
        return false;
    char *to = buffer_room(out, len * times);
    size_t done = len && times ? len : 0, whole = len * times;
    memcpy(to, json_string_value(text), done);
    while (done < whole) { /* what is there already is copied behind itself */
        size_t more = done < whole - done ? done : whole - done;
        memcpy(to + done, to, more);
        done += more;
    }
    out->len += whole;
    out->data[out->len] = '\0';
    return true;
}

static bool add_piece(buffer *out, const json_t *piece) {
    if (json_is_string(piece)) {
        if (!fits(out, json_string_length(piece), 1))
            return false;
        buffer_add(out, json_string_value(piece), json_string_length(piece));
        return true;
    }
    if (json_is_array(piece))
        return add_repeated(out, piece);
    return json_is_object(piece) && add_series(out, piece);
}

bool recipe_expand(const json_t *recipe, buffer *out) {
    if (json_is_string(recipe))
        return add_piece(out, recipe);
    if (!json_is_array(recipe))
        return false;
    buffer_room(out, 0);
    for (size_t i = 0; i < json_array_size(recipe); i++) {
        if (!add_piece(out, json_array_get(recipe, i)))
            return false;
    }
    return true;
}

const char *recipe_text(const json_t *recipe, buffer *scratch, size_t *len) {
    if (json_is_string(recipe)) {
        *len = json_string_length(recipe);
        return json_string_value(recipe);
    }
    buffer_clear(scratch);
    if (!recipe_expand(recipe, scratch))
        return NULL;
    *len = scratch->len;
    return buffer_text(scratch);
}

bool recipe_is_digest(const json_t *value, digest *d) {
    const json_t *sha256 = json_object_get(value, "sha256");
    const json_t *len = json_object_get(value, "len");
    if (!json_is_string(sha256) || json_string_length(sha256) != 64 ||
        !json_is_integer(len) || json_integer_value(len) < 0)
        return false;
    d->sha256 = json_string_value(sha256);
    d->len = (size_t)json_integer_value(len);
    return true;
}

bool digest_matches(const digest *d, const void *data, size_t len) {
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned sum_len = 0;
    if (len != d->len ||
        !EVP_Digest(data, len, sum, &sum_len, EVP_sha256(), NULL))
        return false;
    buffer hex = {0};
    buffer_hex(&hex, sum, sum_len);
    bool same = strcmp(hex.data, d->sha256) == 0;
    buffer_free(&hex);
    return same;
}
