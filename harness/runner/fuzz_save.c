/* fuzz_save.c  A finding as files that a person can look at. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "disasm.h"
#include "fuzz.h"
#include "message.h"
#include "outfile.h"

enum { TEXT_MOST = 4000, LINES_MOST = 60 };

void fuzz_name(const fuzz_verdict *v, const char *signature, buffer *out) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (const char *s = signature; *s; s++)
        hash = (hash ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
    buffer_printf(out, "%s-%08" PRIx32, fuzz_class_name(v->what),
                  (uint32_t)(hash ^ hash >> 32));
}

static void add_side(const char *letter, const fuzz_side *s,
                     const fuzz_answer *a, buffer *out) {
    static const char *const kinds[] = {"ok",    "err",  "na",
                                        "crash", "hang", "nonsense"};
    size_t len = a->text.len < TEXT_MOST ? a->text.len : TEXT_MOST;
    buffer_printf(out, "%s  %s %s: %s %.*s", letter, s->hello.name,
                  s->hello.version, kinds[a->kind], (int)len,
                  buffer_text(&a->text));
    if (a->used >= 0)
        buffer_printf(out, " used=%" PRId64, a->used);
    if (a->offset >= 0)
        buffer_printf(out, " off=%" PRId64, a->offset);
    buffer_putc(out, '\n');
}

/* After "bye" nobody reads on, so what is there is for people. */
static void describe(const fuzz_case *c, const fuzz_verdict *v,
                     const fuzz_side sides[2], const fuzz_answer answers[2],
                     const char *origin, buffer *out) {
    const char *profile =
        sides[0].profile ? sides[0].profile : sides[1].profile;
    buffer signature = {0};
    fuzz_signature(c, v, &signature);
    buffer_puts(out, "hello " PROTOCOL_NAME "\n1 ");
    fuzz_request(c, profile, out);
    buffer_printf(out, "\nbye\n\n%s\n%s\n\n", signature.data, origin);
    add_side("a", &sides[0], &answers[0], out);
    add_side("b", &sides[1], &answers[1], out);
    if (c->op != FUZZ_DUMP) {
        buffer_putc(out, '\n');
        disasm_print(buffer_text(&c->data), c->data.len, LINES_MOST, "  ", out);
    }
    buffer_free(&signature);
}

bool fuzz_save(const char *dir, const char *name, const fuzz_case *c,
               const fuzz_verdict *v, const fuzz_side sides[2],
               const fuzz_answer answers[2], const char *origin) {
    buffer path = {0}, text = {0};
    if (mkdir(dir, 0777) != 0 && errno != EEXIST) {
        complain("%s: %s", dir, strerror(errno));
        return false;
    }
    describe(c, v, sides, answers, origin, &text);
    buffer_printf(&path, "%s/%s.txt", dir, name);
    bool good = outfile_save(path.data, &text);
    if (good && c->op != FUZZ_DUMP) {
        buffer_clear(&path);
        buffer_printf(&path, "%s/%s.pkl", dir, name);
        good = outfile_save(path.data, &c->data);
    }
    buffer_free(&path);
    buffer_free(&text);
    return good;
}
