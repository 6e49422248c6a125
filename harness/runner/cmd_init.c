/* cmd_init.c  pickleproof init: a commented testee to start from. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "message.h"
#include "options.h"

/* Made by CMake from the files of skeletons/. */
#define X(lang, file, symbol)                                                  \
    extern const unsigned char symbol[];                                       \
    extern const size_t symbol##_len;
#include "skeletons.def"
#undef X

static const struct {
    const char *lang;
    const unsigned char *text;
    const size_t *len;
} skeletons[] = {
#define X(lang, file, symbol) {lang, symbol, &symbol##_len},
#include "skeletons.def"
#undef X
};

int command_init(int argc, char **argv) {
    const char *lang = NULL;
    const option table[] = {{"lang", 'l', OPTION_TEXT, &lang, "LANGUAGE",
                             "python, c, js, go or rust"}};
    const usage u = {
        "init",
        "--lang LANGUAGE",
        "Prints a small testee with comments. Put your library's calls in, "
        "run\n"
        "check-testee on it, then run --baseline.",
        "  pickleproof init --lang python > mine.py\n"
        "  pickleproof check-testee -- python3 mine.py\n"
        "  pickleproof run --baseline expect.txt -- python3 mine.py\n",
        table,
        OPTION_COUNT(table)};
    arguments args;
    int code = options_read(&u, argc, argv, &args);
    if (code < 0 && (args.plain.count || args.rest))
        code = options_refuse(&u, "the language goes after --lang");
    if (code < 0 && !lang)
        code = options_refuse(&u, "which language? give --lang");
    strings_free(&args.plain);
    if (code >= 0)
        return code;
    for (size_t i = 0; i < sizeof skeletons / sizeof *skeletons; i++) {
        if (strcmp(skeletons[i].lang, lang) == 0) {
            fwrite(skeletons[i].text, 1, *skeletons[i].len, stdout);
            return close_output(EXIT_AS_EXPECTED);
        }
    }
    return options_refuse(&u, "languages are python, c, js, go and rust");
}
