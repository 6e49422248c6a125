/* main.c  pickleproof: picks the command. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "message.h"

static const struct {
    const char *name;
    const char *about;
    int (*run)(int argc, char **argv);
} commands[] = {
#define X(function, name, about) {name, about, command_##function},
#include "commands.def"
#undef X
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static int print_help(void) {
    printf("Usage: pickleproof COMMAND [options]\n\n"
           "Does an implementation pickle, unpickle and pass handles exactly "
           "as CPython does?\n\nCommands:\n");
    for (int i = 0; i < COMMANDS; i++)
        printf("  %-13s %s\n", commands[i].name, commands[i].about);
    printf("\nExamples:\n"
           "  pickleproof run                       the built-in C "
           "implementation\n"
           "  pickleproof run -- python3 mine.py    an implementation behind "
           "mine.py\n"
           "  pickleproof init --lang python        a testee to start from\n"
           "  pickleproof COMMAND --help            options and examples of a "
           "command\n"
           "\nExit codes: 0 as expected, 1 not as expected, 2 usage or bad "
           "file, 3 could not\nrun, 4 nothing was selected.\n");
    return close_output(EXIT_AS_EXPECTED);
}

int main(int argc, char **argv) {
    if (argc > 0)
        program_name = argv[0];
    if (argc < 2) {
        complain("which command? see pickleproof --help");
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        return print_help();
    if (strcmp(argv[1], "--version") == 0)
        return command_version(argc - 1, argv + 1);
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    }
    complain("no command %s; see pickleproof --help", argv[1]);
    return EXIT_USAGE;
}
