/*
 * Builds a value and writes its pickle to standard output: the bytes CPython's
 * pickle.dumps writes for the same value.
 *
 *     tags = ["red", "green"]
 *     {"id": 7, "tags": tags, "again": tags, "size": (1.5, None),
 *      "when": datetime.date(2026, 2, 28)}
 *
 * The constructors need no check each: after a failure they return the null
 * handle, and so does whatever is built with one.
 */
#include <stdio.h>

#include <pickleproof/pickle.h>
#include <pickleproof/value.h>

/* datetime.date reduces to a call of the class with four bytes. */
static pickle_value build_date(pickle_doc *doc, int year, int month, int day) {
    const unsigned char packed[4] = {(unsigned char)(year >> 8),
                                     (unsigned char)year, (unsigned char)month,
                                     (unsigned char)day};
    pickle_value args[1] = {pickle_bytes(doc, packed, sizeof packed)};
    return pickle_reduce(doc, pickle_global(doc, "datetime", "date"),
                         pickle_tuple(doc, args, 1));
}

static pickle_value build(pickle_doc *doc) {
    pickle_value tags = pickle_list(doc, 2);
    pickle_list_append(doc, tags, pickle_str_z(doc, "red"));
    pickle_list_append(doc, tags, pickle_str_z(doc, "green"));

    pickle_value size[2] = {pickle_float(doc, 1.5), pickle_none()};
    pickle_value dict = pickle_dict(doc, 5);
    pickle_dict_set(doc, dict, pickle_str_z(doc, "id"), pickle_int(doc, 7));
    pickle_dict_set(doc, dict, pickle_str_z(doc, "tags"), tags);
    /* The same list, not an equal one: the pickle refers to it. */
    pickle_dict_set(doc, dict, pickle_str_z(doc, "again"), tags);
    pickle_dict_set(doc, dict, pickle_str_z(doc, "size"),
                    pickle_tuple(doc, size, 2));
    pickle_dict_set(doc, dict, pickle_str_z(doc, "when"),
                    build_date(doc, 2026, 2, 28));
    return dict;
}

int main(void) {
    pickle_error err;
    pickle_doc *doc;
    if (pickle_doc_new(NULL, &doc, &err) != PICKLE_OK)
        return 1;

    pickle_bytes_buffer out = {0};
    pickle_value value = build(doc);
    int result = 1;
    if (pickle_doc_error(doc, &err) != PICKLE_OK ||
        pickle_encode(doc, value, NULL, &out, &err) != PICKLE_OK)
        fprintf(stderr, "build: %s\n", err.message);
    else
        result = fwrite(out.data, 1, out.len, stdout) != out.len;

    pickle_bytes_buffer_deinit(&out);
    pickle_doc_free(doc);
    return result;
}
