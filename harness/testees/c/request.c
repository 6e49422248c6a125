/* request.c  See request.h. */
#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"

typedef struct span {
    const char *text;
    size_t len;
} span;

static bool is(span s, const char *word) {
    return s.len == strlen(word) && memcmp(s.text, word, s.len) == 0;
}

/* Cut off what stands before `separator`; the rest stays in *from. */
static span cut(span *from, char separator) {
    const char *at = memchr(from->text, separator, from->len);
    span head = {from->text, at ? (size_t)(at - from->text) : from->len};
    size_t skip = head.len + (at != NULL);
    from->text += skip;
    from->len -= skip;
    return head;
}

static void copy_name(char to[64], span value, testee_request *r) {
    if (value.len >= 64)
        r->na = "name-too-long";
    else
        snprintf(to, 64, "%.*s", (int)value.len, value.text);
}

/* "c3.11" or "py3.11". */
static void read_profile(testee_request *r, span value) {
    char name[16] = "";
    int minor = 0;
    char end;
    snprintf(name, sizeof name, "%.*s", (int)value.len, value.text);
    r->pure_python = name[0] == 'p';
    if (sscanf(name, r->pure_python ? "py3.%d%c" : "c3.%d%c", &minor, &end) !=
            1 ||
        300 + minor < PICKLE_CPYTHON_MIN || 300 + minor > PICKLE_CPYTHON_MAX)
        r->na = "profile";
    r->cpython = 300 + minor;
}

/* "r6162,w" or "-". Pointers are set when all bytes are in place. */
static void read_buffers(testee_request *r, span value) {
    r->has_buffers = true;
    if (is(value, "-"))
        return;
    while (value.len) {
        span one = cut(&value, ',');
        size_t before = r->buffer_data.len;
        if (!one.len ||
            !buffer_unhex(&r->buffer_data, one.text + 1, one.len - 1))
            r->na = "buffers";
        r->buffers =
            must_resize(r->buffers, (r->buffer_count + 1) * sizeof *r->buffers);
        r->buffers[r->buffer_count++] = (pickle_oob_buffer){
            NULL, r->buffer_data.len - before, one.len && one.text[0] == 'r'};
    }
    size_t at = 0;
    for (size_t i = 0; i < r->buffer_count; i++) {
        r->buffers[i].data = buffer_text(&r->buffer_data) + at;
        at += r->buffers[i].len;
    }
}

/* NAME of the grammar: %xx stands for a byte. */
static void add_unescaped(buffer *out, span name) {
    for (size_t i = 0; i < name.len; i++) {
        if (name.text[i] == '%' && i + 2 < name.len &&
            buffer_unhex(out, name.text + i + 1, 2))
            i += 2;
        else
            buffer_putc(out, name.text[i]);
    }
}

/* "MOD:NAME:CODE,..." */
static void read_extensions(testee_request *r, span value) {
    if (!r->extensions &&
        pickle_extension_registry_new(NULL, &r->extensions, NULL) != PICKLE_OK)
        r->na = "ext";
    while (value.len && !r->na) {
        span one = cut(&value, ',');
        span module = cut(&one, ':');
        span name = cut(&one, ':');
        buffer m = {0}, n = {0};
        add_unescaped(&m, module);
        add_unescaped(&n, name);
        if (pickle_extension_add(r->extensions, buffer_text(&m),
                                 buffer_text(&n), strtoll(one.text, NULL, 10),
                                 NULL) != PICKLE_OK)
            r->na = "ext";
        buffer_free(&m);
        buffer_free(&n);
    }
}

static int read_int(span value) {
    char text[16];
    snprintf(text, sizeof text, "%.*s", (int)value.len, value.text);
    return atoi(text);
}

/* Without PICKLE_CONNECTION there is no ForkingPickler. */
static void read_forking(testee_request *r, bool forking) {
    r->forking = forking;
#ifndef TESTEE_XPROC
    if (forking)
        r->na = "forking";
#endif
}

static void read_key(testee_request *r, span key, span value) {
    int digit = value.len == 1 ? value.text[0] - '0' : -1;
    if (is(key, "proto"))
        r->protocol = digit;
    else if (is(key, "fix_imports"))
        r->no_fix_imports = digit == 0;
    else if (is(key, "fast"))
        r->fast = digit == 1;
    else if (is(key, "many"))
        r->many = digit;
    else if (is(key, "forking"))
        read_forking(r, digit == 1);
    else if (is(key, "used"))
        r->want_used = digit == 1;
    else if (is(key, "pid"))
        r->persistent = digit == 1;
    else if (is(key, "enc"))
        copy_name(r->encoding, value, r);
    else if (is(key, "errors"))
        copy_name(r->errors, value, r);
    else if (is(key, "buffers"))
        read_buffers(r, value);
    else if (is(key, "ext"))
        read_extensions(r, value);
    else if (is(key, "profile"))
        read_profile(r, value);
    else if (is(key, "indent"))
        r->indent = read_int(value);
    else if (is(key, "annotate"))
        r->annotate = read_int(value);
    else if (is(key, "start"))
        r->start = (size_t)read_int(value);
    else if (is(key, "offsets"))
        r->no_offsets = digit == 0;
}

void testee_request_parse(testee_request *r, const char *line, size_t len) {
    span rest = {line, len};
    span op = cut(&rest, ' ');
    *r = (testee_request){
        .op = op.text, .op_len = op.len, .protocol = 4, .indent = 4};
    while (rest.len) {
        span word = cut(&rest, ' ');
        if (word.len >= 2 && memcmp(word.text, "x:", 2) == 0) {
            if (!buffer_unhex(&r->data, word.text + 2, word.len - 2))
                r->na = "not-hex";
        } else if (word.len >= 2 && memcmp(word.text, "v:", 2) == 0) {
            r->text = word.text + 2;
            r->text_len = word.len - 2;
        } else {
            span key = cut(&word, '=');
            read_key(r, key, word);
        }
    }
}

void testee_request_free(testee_request *r) {
    pickle_extension_registry_free(r->extensions);
    buffer_free(&r->data);
    buffer_free(&r->buffer_data);
    free(r->buffers);
}
