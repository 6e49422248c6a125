/* cmd_optimize.c  pickleproof optimize: pickletools.optimize for files. */
#include <pickleproof/pickletools.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "message.h"
#include "options.h"
#include "outfile.h"
#include "pickle_file.h"

/* Where the first pickle of a file ends. */
static size_t end_of_pickle(const pickle_file *f) {
    pickle_genops *it = NULL;
    pickle_genop op;
    size_t end = 0;
    if (pickle_genops_new(f->data, f->len, NULL, &it, NULL) == PICKLE_OK) {
        while (pickle_genops_next(it, &op)) {
        }
        end = pickle_genops_offset(it);
    }
    pickle_genops_free(it);
    return end;
}

static int save(const char *path, const pickle_bytes_buffer *made) {
    outfile out;
    if (!outfile_open(&out, path))
        return EXIT_USAGE;
    outfile_write(&out, (const char *)made->data, made->len);
    return outfile_close(&out) ? EXIT_AS_EXPECTED : EXIT_NOT_RUN;
}

static int optimize(const pickle_file *f, int cpython, const char *output) {
    pickle_bytes_buffer made = {0};
    pickle_error err;
    int code = EXIT_NOT_AS_EXPECTED;
    if (pickle_optimize(f->data, f->len, cpython, &made, NULL, &err) !=
        PICKLE_OK) {
        complain("%s: %s: %s (offset %zu)", f->name,
                 pickle_code_exception(err.code), err.message, err.offset);
    } else {
        size_t end = end_of_pickle(f);
        if (end < f->len)
            complain("%s: %zu bytes after the first pickle are left out",
                     f->name, f->len - end);
        code = save(output, &made);
        if (code == EXIT_AS_EXPECTED && strcmp(output, "-") != 0)
            printf("%s: %zu bytes, before %zu\n", output, made.len, end);
    }
    pickle_bytes_buffer_deinit(&made);
    return code;
}

int command_optimize(int argc, char **argv) {
    const char *output = "-", *cpython = NULL;
    const option table[] = {
        {"output", 'o', OPTION_TEXT, &output, "FILE", "where to write"},
        {"cpython", 0, OPTION_TEXT, &cpython, "3.N",
         "version to equal (default 3.13)"}};
    const usage u = {
        "optimize",
        "[options] FILE",
        "Writes a pickle again without the memo entries that nothing fetches, "
        "as\npickletools.optimize does; - is standard input.",
        "  pickleproof optimize -o small.pickle data.pickle\n",
        table,
        OPTION_COUNT(table)};
    arguments args;
    pickle_file f = {0};
    int version = 0;
    int code = options_read(&u, argc, argv, &args);
    if (code < 0 && args.plain.count != 1)
        code = options_refuse(&u, "give one file");
    if (code < 0 && (version = version_of_option(cpython)) < 0)
        code = EXIT_USAGE;
    if (code < 0 && strcmp(output, "-") == 0 && isatty(STDOUT_FILENO))
        code = options_refuse(&u, "a pickle is no text for a terminal: give "
                                  "-o FILE");
    if (code < 0)
        code = pickle_file_open(&f, args.plain.items[0])
                   ? optimize(&f, version, output)
                   : EXIT_USAGE;
    pickle_file_close(&f);
    strings_free(&args.plain);
    return code == EXIT_AS_EXPECTED ? close_output(code) : code;
}
