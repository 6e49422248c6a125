/* message.c  See message.h. */
#include "message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *program_name = "pickleproof";

void complain(const char *format, ...) {
    char line[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    fflush(stdout); /* so that both streams stay in order on one terminal */
    fprintf(stderr, "pickleproof: %s\n", line);
}

int close_output(int code) {
    bool failed = ferror(stdout) != 0;
    if (fflush(stdout) != 0 || failed) {
        if (errno == EPIPE) /* whoever read it has had enough */
            return EXIT_NOT_RUN;
        complain("cannot write to standard output: %s; free some space or send "
                 "it elsewhere",
                 strerror(errno ? errno : EIO));
        return EXIT_NOT_RUN;
    }
    return code;
}
