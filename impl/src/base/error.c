#include "base/error.h"

#include <stdio.h>
#include <string.h>

typedef struct code_row {
    int number;
    const char *name;
    const char *exception;
    const char *text;
} code_row;

static const code_row rows[] = {
#define PICKLE_X(name, number, exception, text)                                \
    {number, #name, exception, text},
    PICKLE_ERROR_MAP(PICKLE_X)
#undef PICKLE_X
};

static const code_row *find(pickle_code code) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].number == (int)code) {
            return &rows[i];
        }
    }
    return NULL;
}

const char *pickle_code_name(pickle_code code) {
    const code_row *row = find(code);
    return row ? row->name : "UNKNOWN";
}

const char *pickle_code_exception(pickle_code code) {
    const code_row *row = find(code);
    return row ? row->exception : "Exception";
}

const char *pickle_code_text(pickle_code code) {
    const code_row *row = find(code);
    return row ? row->text : "unknown error";
}

void pickle__error_clear(pickle_error *err) {
    if (err) {
        err->code = PICKLE_OK;
        err->offset = PICKLE_NO_OFFSET;
        err->opcode = -1;
        err->os_error = 0;
        err->where = "";
        err->message[0] = '\0';
    }
}

pickle_code pickle__error_set(pickle_error *err, pickle_code code,
                              const char *where, const char *format, ...) {
    if (err) {
        va_list args;
        pickle__error_clear(err);
        err->code = code;
        err->where = where ? where : "";
        va_start(args, format);
        vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
    }
    return code;
}

pickle_code pickle__error_code(pickle_error *err, pickle_code code,
                               const char *where) {
    return pickle__error_set(err, code, where, "%s", pickle_code_text(code));
}

pickle_code pickle__error_system(pickle_error *err, const char *where,
                                 int64_t os_error) {
    /* The text of a known number is a constant wherever this is built. */
    pickle__error_set(err, PICKLE_ERR_SYSTEM, where, "[Errno %lld] %s",
                      (long long)os_error, strerror((int)os_error));
    if (err) {
        err->os_error = os_error;
    }
    return PICKLE_ERR_SYSTEM;
}
