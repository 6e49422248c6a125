/* cmd_version.c  pickleproof version and testee: the two that need nothing. */
#include <pickleproof/version.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "message.h"
#include "options.h"
#include "testee.h"
#include "testees/c/testee_c.h"

/* Both take no argument but --help. */
static int read_nothing(const usage *u, int argc, char **argv) {
    arguments args;
    int code = options_read(u, argc, argv, &args);
    if (code < 0 && (args.plain.count || args.rest))
        code = options_refuse(u, "it takes no argument");
    strings_free(&args.plain);
    return code;
}

int command_version(int argc, char **argv) {
    static const usage u = {
        .command = "version",
        .line = "",
        .about = "Prints the version of this program and of the protocol it "
                 "speaks.",
        .examples = "  pickleproof version\n"};
    int code = read_nothing(&u, argc, argv);
    if (code >= 0)
        return code;
    printf("pickleproof %s, testee protocol %s\n", PICKLE_VERSION_STRING,
           PROTOCOL_NAME);
    return close_output(EXIT_AS_EXPECTED);
}

int command_testee(int argc, char **argv) {
    static const usage u = {
        .command = "testee",
        .line = "",
        .about = "Answers requests of harness/PROTOCOL.md on standard input "
                 "with the C\nimplementation. pickleproof run without a testee "
                 "starts this.",
        .examples = "  echo '1 load x:4e2e' | pickleproof testee\n"};
    int code = read_nothing(&u, argc, argv);
    return code >= 0 ? code : testee_serve();
}
