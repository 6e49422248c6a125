/*
 * fuzz.h  Differential fuzzing: cases made from a seed, asked of two testees,
 * whose answers must agree.
 *
 * Everything here but fuzz_ask() is a function of its arguments, so that a seed
 * gives the same cases and the same findings wherever it runs.
 */
#ifndef RUNNER_FUZZ_H
#define RUNNER_FUZZ_H

#include "buffer.h"
#include "testee.h"
#include "worker.h"

/* ---- chance (fuzz_random.c) ---- */

typedef struct fuzz_random {
    uint64_t state;
} fuzz_random;

/* The generator of one case: of a seed and the number of the case. */
fuzz_random fuzz_random_of(uint64_t seed, uint64_t number);
uint64_t fuzz_next(fuzz_random *r);
/* 0 to n - 1; n is not 0. */
size_t fuzz_below(fuzz_random *r, size_t n);
/* Small numbers more often than large ones, 0 to n - 1. */
size_t fuzz_small(fuzz_random *r, size_t n);
bool fuzz_chance(fuzz_random *r, unsigned percent);
const char *fuzz_pick(fuzz_random *r, const char *const words[], size_t count);
/* The bits of a float; a character in UTF-8; several, surrogates among them,
 * and if `broken` bytes that are none. What is special is frequent. */
uint64_t fuzz_float_bits(fuzz_random *r);
void fuzz_put_utf8(unsigned c, buffer *out);
void fuzz_utf8(fuzz_random *r, bool broken, size_t chars, buffer *out);
#define FUZZ_PICK(r, words) fuzz_pick(r, words, sizeof(words) / sizeof *(words))

/* ---- cases ---- */

typedef enum fuzz_op { FUZZ_LOAD, FUZZ_DUMP, FUZZ_REDUMP } fuzz_op;

typedef struct fuzz_case {
    fuzz_op op;
    int protocol; /* of FUZZ_DUMP and FUZZ_REDUMP */
    buffer keys;  /* request keys, a blank before each */
    buffer data;  /* FUZZ_DUMP: canonical text, otherwise a pickle */
} fuzz_case;

const char *fuzz_op_name(fuzz_op op);
void fuzz_case_copy(fuzz_case *to, const fuzz_case *from);
void fuzz_case_clear(fuzz_case *c);
void fuzz_case_free(fuzz_case *c);

/* Append the request without id and newline. profile: NULL or "" for none. */
void fuzz_request(const fuzz_case *c, const char *profile, buffer *out);

/* ---- opcodes (fuzz_scan.c) ---- */

/* An opcode with its argument; the last piece of a broken pickle is what is
 * left of it. */
typedef struct fuzz_piece {
    size_t at, len;
} fuzz_piece;

typedef struct fuzz_pieces {
    fuzz_piece *items;
    size_t count, cap;
} fuzz_pieces;

/* How an opcode's argument is laid out. */
typedef enum fuzz_layout {
    FUZZ_PLAIN,   /* none */
    FUZZ_FIXED,   /* size bytes */
    FUZZ_COUNTED, /* size bytes of length, then as many bytes */
    FUZZ_LINES    /* size lines */
} fuzz_layout;

fuzz_layout fuzz_layout_of(uint8_t code, size_t *size);

/* Cut a pickle up, more tolerant than an unpickler; p is filled anew. */
void fuzz_scan(const void *data, size_t len, fuzz_pieces *p);
void fuzz_pieces_free(fuzz_pieces *p);

/* The name of the opcode that begins at an offset, "-" if none does. */
const char *fuzz_opcode_at(const buffer *data, int64_t offset);

/* Whether no size and no memo index makes an answer depend on the memory of the
 * machine. */
bool fuzz_is_reasonable(const buffer *data);

/* ---- making cases ---- */

/* Pickles to start from. */
typedef struct fuzz_seed {
    buffer keys;
    buffer data;
} fuzz_seed;

typedef struct fuzz_seeds {
    fuzz_seed *items;
    size_t count, cap;
} fuzz_seeds;

/* The recorded inputs of a folder of vectors (NULL: those of this build). -1 or
 * an exit code after a message. */
int fuzz_seeds_load(fuzz_seeds *s, const char *folder);
void fuzz_seeds_free(fuzz_seeds *s);

/* A graph of objects as canonical text, for a dump (fuzz_graph.c). */
void fuzz_graph(fuzz_random *r, fuzz_case *c);

/* A pickle made of opcodes that mostly find on the stack what they need
 * (fuzz_program.c). */
void fuzz_program(fuzz_random *r, fuzz_case *c);

/* One opcode with an argument of some kind, wherever it may stand
 * (fuzz_opcode.c). */
void fuzz_opcode(fuzz_random *r, uint8_t code, buffer *out);
/* The module and the name of a global; the same as two lines. */
const char *const *fuzz_global_name(fuzz_random *r);
void fuzz_global_lines(fuzz_random *r, buffer *out);

/* Change a pickle in one way out of FUZZ_MUTATORS (fuzz_mutate.c); `other` is a
 * second pickle to take from. */
typedef struct fuzz_mutator {
    const char *name;
    void (*change)(fuzz_random *r, buffer *data, const buffer *other);
} fuzz_mutator;

extern const fuzz_mutator fuzz_mutators[];
extern const size_t fuzz_mutator_count;

/* A seed with some changes. */
void fuzz_mutate(fuzz_random *r, const fuzz_seeds *seeds, fuzz_case *c);

/* Case number `number` of a seed. */
void fuzz_make(uint64_t seed, uint64_t number, const fuzz_seeds *seeds,
               fuzz_case *c);

/* ---- asking (fuzz_ask.c) ---- */

typedef enum fuzz_answer_kind {
    FUZZ_OK,
    FUZZ_ERR,
    FUZZ_NA,
    FUZZ_CRASH,
    FUZZ_HANG,
    FUZZ_NONSENSE /* not of the protocol */
} fuzz_answer_kind;

typedef struct fuzz_answer {
    fuzz_answer_kind kind;
    buffer text; /* results; the class; the reason; how it ended */
    int64_t used, offset;
} fuzz_answer;

typedef struct fuzz_side {
    char *const *argv;
    const char *profile; /* told with each request; NULL: none */
    worker w;
    hello hello;
    double timeout_ms;
    size_t next, done; /* of the requests at hand */
    size_t deaths_in_a_row;
} fuzz_side;

/* Start both and await their hellos. False after a message. */
bool fuzz_sides_start(fuzz_side sides[2], double startup_ms);
void fuzz_sides_end(fuzz_side sides[2]);

/* Put cases[count] to both; answers[side][count] are filled. False when one of
 * them cannot be started any more, or on SIGINT. */
bool fuzz_ask(fuzz_side sides[2], const fuzz_case *cases, size_t count,
              fuzz_answer *answers[2]);
void fuzz_answer_free(fuzz_answer *a);

/* ---- comparing (fuzz_compare.c) ---- */

/* What is wrong, seen from the first testee: it accepts what the second
 * rejects, and so on. */
typedef enum fuzz_class {
    FUZZ_SAME,
    FUZZ_ACCEPT,
    FUZZ_REJECT,
    FUZZ_VALUE,
    FUZZ_CLASS,
    FUZZ_CONSUMED,
    FUZZ_BYTES,
    FUZZ_CRASHED,
    FUZZ_HUNG,
    FUZZ_PROTOCOL,
    FUZZ_CLASSES
} fuzz_class;

const char *fuzz_class_name(fuzz_class c);

typedef struct fuzz_verdict {
    fuzz_class what;
    char a[48], b[48]; /* ok, the class of a rejection, how it ended */
    char where[48];    /* the opcode at fault, or the kinds of value that
                          differ; "-" */
} fuzz_verdict;

void fuzz_judge(const fuzz_case *c, const hello *a_hello, const hello *b_hello,
                const fuzz_answer *a, const fuzz_answer *b, fuzz_verdict *v);
bool fuzz_same_verdict(const fuzz_verdict *x, const fuzz_verdict *y);

/* What to ask next when both agreed: the pickle that was dumped is loaded, what
 * was loaded is dumped. False: nothing. */
bool fuzz_follow_up(const fuzz_case *c, const fuzz_answer *a,
                    const fuzz_answer *b, uint64_t number, fuzz_case *next);

/* One line that tells findings apart: class, operation, both outcomes, place,
 * the opcodes of the (smallest) pickle. */
void fuzz_signature(const fuzz_case *c, const fuzz_verdict *v, buffer *out);

/* The names of the opcodes of a case in order, each once, joined by commas; of
 * a dump the letters of its kinds. */
void fuzz_ingredients(const fuzz_case *c, buffer *out);

/* ---- making smaller (fuzz_minimise.c) ---- */

/* Sets keeps[i] where cases[i] still shows what is looked for. False: stop. */
typedef bool (*fuzz_keeps_fn)(void *ctx, const fuzz_case *cases, size_t count,
                              bool *keeps);

/* Make c smaller as long as it keeps its finding, asking about `most` cases.
 * Returns how many cases were asked. */
size_t fuzz_minimise(fuzz_case *c, size_t most, fuzz_keeps_fn keeps, void *ctx);

/* ---- known differences (fuzz_rules.c) ---- */

typedef struct fuzz_rule {
    size_t number; /* its line */
    char *words;   /* cut at its columns */
    const char *classes, *profiles, *ops, *a, *b, *where, *reason;
    size_t hits;
} fuzz_rule;

typedef struct fuzz_rules {
    const char *path;
    fuzz_rule *items;
    size_t count;
} fuzz_rules;

/* Read a file of rules. False with a one-line message in `why`. */
bool fuzz_rules_load(fuzz_rules *rules, const char *path, buffer *why);
void fuzz_rules_free(fuzz_rules *rules);

/* The rule that explains a finding; NULL if none does. */
fuzz_rule *fuzz_rules_find(const fuzz_rules *rules, const char *profile,
                           const fuzz_case *c, const fuzz_verdict *v);

/* Whether a rule could ever be about this profile. */
bool fuzz_rule_is_about(const fuzz_rule *rule, const char *profile);

/* ---- keeping (fuzz_save.c) ---- */

/* The name of a finding: CLASS-HASH of its signature. */
void fuzz_name(const fuzz_verdict *v, const char *signature, buffer *out);

/* Write DIR/NAME.txt, whose lines can be piped into a testee, and the pickle as
 * DIR/NAME.pkl. False after a message. */
bool fuzz_save(const char *dir, const char *name, const fuzz_case *c,
               const fuzz_verdict *v, const fuzz_side sides[2],
               const fuzz_answer answers[2], const char *origin);

#endif
