/* pickle_file.c  See pickle_file.h. */
#include "pickle_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pickleproof/pickle.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "outfile.h"

/* A smaller file is read: one that shrinks while it is mapped would end the
 * program with a signal. */
enum { MAP_FROM = 64 << 20 };

static bool map_file(pickle_file *f, const char *path) {
    struct stat st;
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return false;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= MAP_FROM) {
        void *at =
            mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (at != MAP_FAILED) {
            f->mapped = at;
            f->data = at;
            f->len = (size_t)st.st_size;
        }
    }
    close(fd);
    return f->mapped != NULL;
}

bool pickle_file_open(pickle_file *f, const char *path) {
    bool is_stdin = strcmp(path, "-") == 0;
    buffer why = {0};
    *f = (pickle_file){.name = is_stdin ? "<stdin>" : path};
    if (!is_stdin && map_file(f, path))
        return true;
    bool good = file_read(is_stdin ? "/dev/stdin" : path, &f->held, &why);
    if (!good)
        complain("%s", buffer_text(&why));
    buffer_free(&why);
    f->data = buffer_text(&f->held);
    f->len = f->held.len;
    return good;
}

void pickle_file_close(pickle_file *f) {
    if (f->mapped)
        munmap(f->mapped, f->len);
    buffer_free(&f->held);
    *f = (pickle_file){0};
}

int version_of_option(const char *text) {
    int minor = 0;
    char end;
    if (!text)
        return 0;
    if (sscanf(text, "3.%d%c", &minor, &end) == 1 && minor >= 0 &&
        300 + minor >= PICKLE_CPYTHON_MIN && 300 + minor <= PICKLE_CPYTHON_MAX)
        return 300 + minor;
    complain("no version %s: give one from 3.%d to 3.%d", text,
             PICKLE_CPYTHON_MIN - 300, PICKLE_CPYTHON_MAX - 300);
    return -1;
}
