/* outfile.c  See outfile.h. */
#include "outfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "message.h"

static bool is_regular_or_new(const char *path) {
    struct stat st;
    return stat(path, &st) != 0 || S_ISREG(st.st_mode);
}

static bool fail(outfile *f, const char *what, int error) {
    complain("%s %s: %s; free some space or give another file", what, f->path,
             strerror(error ? error : EIO));
    return false;
}

bool outfile_open(outfile *f, const char *path) {
    *f = (outfile){.path = path};
    if (strcmp(path, "-") == 0) {
        f->stream = stdout;
        return true;
    }
    /* A device or a pipe cannot be replaced by renaming. */
    if (is_regular_or_new(path)) {
        buffer name = {0};
        buffer_printf(&name, "%s.partial", path);
        f->partial = buffer_take(&name);
    }
    f->stream = fopen(f->partial ? f->partial : path, "wb");
    if (!f->stream) {
        fail(f, "cannot write", errno);
        free(f->partial);
        f->partial = NULL;
        return false;
    }
    return true;
}

void outfile_write(outfile *f, const char *data, size_t len) {
    if (f->stream && !f->error && fwrite(data, 1, len, f->stream) != len)
        f->error = errno ? errno : EIO;
}

void outfile_flush(outfile *f) {
    if (f->stream && fflush(f->stream) != 0 && !f->error)
        f->error = errno ? errno : EIO;
}

void outfile_drop(outfile *f) {
    if (f->stream && f->stream != stdout)
        fclose(f->stream);
    if (f->partial)
        remove(f->partial);
    free(f->partial);
    *f = (outfile){0};
}

bool outfile_close(outfile *f) {
    if (!f->stream)
        return true;
    outfile_flush(f);
    if (f->stream != stdout && fclose(f->stream) != 0 && !f->error)
        f->error = errno ? errno : EIO;
    f->stream = NULL;
    if (!f->error && f->partial && rename(f->partial, f->path) != 0)
        f->error = errno;
    bool good = !f->error || fail(f, "cannot write", f->error);
    if (!good && f->partial)
        remove(f->partial);
    free(f->partial);
    *f = (outfile){0};
    return good;
}

bool outfile_save(const char *path, const buffer *text) {
    outfile f;
    if (!outfile_open(&f, path))
        return false;
    outfile_write(&f, buffer_text(text), text->len);
    return outfile_close(&f);
}

bool file_read(const char *path, buffer *out, buffer *why) {
    FILE *stream = fopen(path, "rb");
    if (!stream) {
        buffer_printf(why, "cannot read %s: %s", path, strerror(errno));
        return false;
    }
    for (;;) {
        char *to = buffer_room(out, 65536);
        size_t got = fread(to, 1, 65536, stream);
        out->len += got;
        out->data[out->len] = '\0';
        if (got == 0)
            break;
    }
    bool good = !ferror(stream);
    if (!good)
        buffer_printf(why, "cannot read %s: %s", path, strerror(errno));
    fclose(stream);
    return good;
}
