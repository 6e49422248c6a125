/* cmd_dis.c  pickleproof dis: what python -m pickletools prints. */
#include <pickleproof/pickletools.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "message.h"
#include "options.h"
#include "outfile.h"
#include "pickle_file.h"

/* The column python -m pickletools asks for with -a. */
enum { ANNOTATE = 30, MESSAGE = 2000 };

typedef struct job {
    pickle_dis_options opt;
    const char *preamble;
    bool memo;
    bool all;
    outfile out;
} job;

/* Stop as soon as the reader is gone. */
static int write_out(void *ctx, const void *data, size_t len) {
    outfile *out = ctx;
    outfile_write(out, data, len);
    return out->error;
}

/* The preamble with each {name} replaced. */
static void print_preamble(job *j, const char *name) {
    buffer line = {0};
    const char *at = j->preamble;
    for (const char *hole; (hole = strstr(at, "{name}")) != NULL;) {
        buffer_add(&line, at, (size_t)(hole - at));
        buffer_puts(&line, name);
        at = hole + strlen("{name}");
    }
    buffer_puts(&line, at);
    buffer_putc(&line, '\n');
    outfile_write(&j->out, buffer_text(&line), line.len);
    buffer_free(&line);
}

/* Disassemble a file. False after a message if it is broken. */
static bool dis_file(job *j, const pickle_file *f) {
    pickle_bytes_buffer message = {0};
    pickle_error err = {0};
    pickle_dis_options opt = j->opt;
    size_t used = 0;
    pickle_code code;
    do {
        opt.start = used;
        code = pickle_dis(f->data, f->len, &opt, write_out, &j->out, &used,
                          &message, &err);
    } while (j->all && code == PICKLE_OK && used < f->len);
    if (code != PICKLE_OK && code != PICKLE_ERR_HOOK)
        complain("%s: %s: %.*s (offset %zu)", f->name,
                 pickle_code_exception(code),
                 (int)(message.len < MESSAGE ? message.len : MESSAGE),
                 message.data ? (const char *)message.data : err.message,
                 err.offset);
    pickle_bytes_buffer_deinit(&message);
    return code == PICKLE_OK;
}

/* As python -m pickletools: the first broken file is the last. */
static int dis_files(job *j, const strings *paths) {
    for (size_t i = 0; i < paths->count; i++) {
        pickle_file f;
        if (!pickle_file_open(&f, paths->items[i])) {
            pickle_file_close(&f);
            return EXIT_USAGE;
        }
        if (paths->count > 1)
            print_preamble(j, f.name);
        bool good = dis_file(j, &f);
        pickle_file_close(&f);
        if (!good)
            return EXIT_NOT_AS_EXPECTED;
    }
    return EXIT_AS_EXPECTED;
}

/* ---- descriptions from a file ---- */

static int opcode_of(const char *name, size_t len) {
    for (int i = 0; i < 256; i++) {
        const pickle_opcode_info *info = pickle_opcode_get((uint8_t)i);
        if (info && strlen(info->name) == len &&
            memcmp(info->name, name, len) == 0)
            return i;
    }
    return -1;
}

/* Lines "NAME description"; text is changed and must stay. */
static bool read_annotations(const char *path, buffer *text,
                             const char *table[256]) {
    buffer why = {0};
    bool good = file_read(path, text, &why);
    if (!good)
        complain("%s", buffer_text(&why));
    buffer_free(&why);
    char *line = good && text->len ? text->data : NULL;
    while (line && *line) {
        size_t len = strcspn(line, "\n");
        size_t name = strcspn(line, " \n");
        char *next = line + len + (line[len] == '\n');
        int code = opcode_of(line, name);
        line[len] = '\0';
        if (code < 0 || name == len) {
            complain("%s: no opcode and its description: %s", path, line);
            return false;
        }
        table[code] = line + name + 1;
        line = next;
    }
    return good;
}

/* ---- the command ---- */

static int run(job *j, const char *output, const strings *paths) {
    if (!outfile_open(&j->out, output))
        return EXIT_USAGE;
    if (j->memo && pickle_dis_memo_new(NULL, &j->opt.memo) != PICKLE_OK)
        abort();
    int code = dis_files(j, paths);
    pickle_dis_memo_free(j->opt.memo);
    if (code == EXIT_USAGE) {
        outfile_drop(&j->out);
        return code;
    }
    /* The text before an error is part of the answer. */
    return outfile_close(&j->out) ? code : EXIT_NOT_RUN;
}

int command_dis(int argc, char **argv) {
    job j = {.opt = pickle_dis_defaults, .preamble = "==> {name} <=="};
    const char *output = "-", *cpython = NULL, *annotations = NULL;
    const char *descriptions[256] = {NULL};
    bool annotate = false;
    buffer text = {0};
    const option table[] = {
        {"output", 'o', OPTION_TEXT, &output, "FILE", "where to write"},
        {"memo", 'm', OPTION_FLAG, &j.memo, NULL,
         "keep the memo from one pickle to the next"},
        {"indentlevel", 'l', OPTION_NUMBER, &j.opt.indentlevel, "N",
         "blanks for each open MARK (default 4)"},
        {"annotate", 'a', OPTION_FLAG, &annotate, NULL, "describe each opcode"},
        {"preamble", 'p', OPTION_TEXT, &j.preamble, "TEXT",
         "line before each of several files\n(default ==> {name} <==)"},
        {"all", 0, OPTION_FLAG, &j.all, NULL,
         "every pickle of a file, not only the first"},
        {"cpython", 0, OPTION_TEXT, &cpython, "3.N",
         "version to equal (default 3.13)"},
        {"annotations", 0, OPTION_TEXT, &annotations, "FILE",
         "descriptions for -a: lines of name and text"}};
    const usage u = {
        "dis",
        "[options] FILE...",
        "Disassembles pickles as python -m pickletools does; - is standard "
        "input.\nThe descriptions of -a are this project's own; CPython's can "
        "be given.",
        "  pickleproof dis -a data.pickle\n"
        "  python3 -c 'import pickletools as p; [print(o.name, "
        "o.doc.split(\"\\n\")[0])\n    for o in p.opcodes]' > words && "
        "pickleproof dis -a --annotations words data.pickle\n",
        table,
        OPTION_COUNT(table)};
    arguments args;
    int code = options_read(&u, argc, argv, &args);
    if (code < 0 && args.plain.count == 0)
        code = options_refuse(&u, "give a file");
    if (code < 0 && (j.opt.cpython = version_of_option(cpython)) < 0)
        code = EXIT_USAGE;
    if (code < 0 && annotations &&
        !read_annotations(annotations, &text, descriptions))
        code = EXIT_USAGE;
    if (code < 0) {
        j.opt.annotate = annotate ? ANNOTATE : 0;
        j.opt.annotations = descriptions;
        j.opt.max_output = UINT64_MAX;
        code = run(&j, output, &args.plain);
    }
    buffer_free(&text);
    strings_free(&args.plain);
    return code;
}
