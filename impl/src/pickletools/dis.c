/* The symbolic disassembler. The order of the steps is that of dis() in
 * Lib/pickletools.py, because it decides what is printed before an error. */
#include <stdio.h>

#include "base/alloc.h"
#include "pickletools/genops.h"
#include "pickletools/memo.h"
#include "pickletools/stack.h"

#define DEFAULT_MAX_OUTPUT ((uint64_t)1 << 30)

/* Text is handed on in pieces of about this size. */
#define PIECE ((size_t)16384)

/* The opcode's byte, four columns wide, and a blank. */
#define CODE_COLUMNS 5

/* Shorter names are padded when something follows them. */
#define NAME_COLUMNS ((size_t)10)

/* An annotation column beyond this one falls back to the hint. */
#define MAX_ANNOTATION_COLUMN 50

const pickle_dis_options pickle_dis_defaults = {.indentlevel = 4};

typedef struct dis {
    const pickle_dis_options *opt;
    pickle_genops ops; /* also holds the error of any step */
    pickle__stack stack;
    pickle__memo own_memo;
    pickle__memo *memo;
    pickle__text out;  /* on its way to write */
    pickle__text tail; /* of the line: what follows the indentation */
    pickle_write_fn write;
    void *ctx;
    int hook_result;
    uint64_t room;     /* bytes of output still allowed */
    uint64_t columns;  /* of the line so far */
    int64_t annotated; /* column of the next annotation */
    int protocol;      /* the highest seen */
    pickle__effect effects[256];
} dis;

/* What one opcode does. */
typedef struct step {
    pickle_genop op;
    pickle__effect effect;
    char note[48];  /* what follows the argument */
    bool has_error; /* raised behind the line, its message is there */
} step;

/* ---- errors ---- */

static bool stop(dis *d, pickle_code code) {
    d->ops.fault.code = d->ops.message.failed ? PICKLE_ERR_NOMEM : code;
    return false;
}

static bool stop_text(dis *d, pickle_code code, const char *text) {
    pickle__text_str(&d->ops.message, text);
    return stop(d, code);
}

static bool stop_in(dis *d, const step *s, pickle_code code) {
    d->ops.fault.opcode = s->op.info->code;
    return stop(d, code);
}

/* ---- output ---- */

static bool hand_on(dis *d, const void *data, size_t len) {
    d->hook_result = len ? d->write(d->ctx, data, len) : 0;
    return d->hook_result == 0 ||
           stop_text(d, PICKLE_ERR_HOOK, pickle_code_text(PICKLE_ERR_HOOK));
}

static bool flush(dis *d) {
    size_t len = d->out.len;
    d->out.len = 0;
    return hand_on(d, d->out.data, len);
}

/* Count `len` bytes of output and make place for them. */
static bool begin_output(dis *d, size_t len) {
    if (len > d->room) {
        return stop_text(d, PICKLE_ERR_LIMIT,
                         pickle_code_text(PICKLE_ERR_LIMIT));
    }
    d->room -= len;
    return d->out.len + len <= PIECE || flush(d);
}

static bool print(dis *d, const void *data, size_t len) {
    if (!begin_output(d, len)) {
        return false;
    }
    if (len > PIECE) {
        return hand_on(d, data, len);
    }
    pickle__text_put(&d->out, data, len);
    return !d->out.failed || stop(d, PICKLE_ERR_NOMEM);
}

static bool print_blanks(dis *d, uint64_t count) {
    while (count) {
        size_t piece = count < PIECE ? (size_t)count : PIECE;
        if (!begin_output(d, piece)) {
            return false;
        }
        pickle__text_fill(&d->out, ' ', piece);
        if (d->out.failed) {
            return stop(d, PICKLE_ERR_NOMEM);
        }
        count -= piece;
    }
    return true;
}

static bool print_tail(dis *d) {
    return d->tail.failed ? stop(d, PICKLE_ERR_NOMEM)
                          : print(d, d->tail.data, d->tail.len);
}

/* ---- the line ---- */

static bool print_offset(dis *d, const step *s) {
    char text[32];
    int len = snprintf(text, sizeof text, "%5zu: ", s->op.offset);
    return d->opt->hide_offsets || print(d, text, (size_t)len);
}

/* All bytes of opcodes are printable or from 0x80 on. */
static bool print_code(dis *d, const step *s, size_t depth) {
    char text[16];
    uint8_t code = s->op.info->code;
    int len =
        snprintf(text, sizeof text, code < 0x80 ? "%c    " : "\\x%02x ", code);
    int level = d->opt->indentlevel > 0 ? d->opt->indentlevel : 0;
    uint64_t blanks = (uint64_t)depth * (unsigned)level;
    d->columns = CODE_COLUMNS + blanks;
    return print(d, text, (size_t)len) && print_blanks(d, blanks);
}

/* Name, argument and note; false if an int is too long to be printed. */
static bool build_tail(dis *d, const step *s) {
    const pickle_opcode_info *info = s->op.info;
    pickle__text *t = &d->tail;
    size_t name_len = strlen(info->name);
    bool has_arg = s->op.arg.kind != PICKLE_ARG_NONE;
    t->len = 0;
    pickle__text_put(t, info->name, name_len);
    if ((has_arg || s->note[0]) && name_len < NAME_COLUMNS) {
        pickle__text_fill(t, ' ', NAME_COLUMNS - name_len);
    }
    if (has_arg) {
        pickle__text_byte(t, ' ');
        if (!pickle__arg_repr(
                t, &s->op.arg, d->ops.cpython,
                pickle__is_ascii_arg(info->code, d->ops.cpython))) {
            return false;
        }
    }
    if (s->note[0]) {
        pickle__text_byte(t, ' ');
        pickle__text_str(t, s->note);
    }
    return true;
}

static const char *annotation(const dis *d, uint8_t code) {
    const char *text = d->opt->annotations ? d->opt->annotations[code] : NULL;
    return text ? text : pickle_opcode_annotation(code);
}

/* The column moves right with the longest line so far, but not too far. */
static bool print_annotation(dis *d, const step *s) {
    int64_t columns = (int64_t)d->columns;
    const char *text = annotation(d, s->op.info->code);
    uint64_t blanks =
        d->annotated > columns ? (uint64_t)(d->annotated - columns) : 0;
    d->annotated = d->annotated > columns ? d->annotated : columns;
    if (d->annotated > MAX_ANNOTATION_COLUMN) {
        d->annotated = d->opt->annotate;
    }
    return print_blanks(d, blanks) && print(d, " ", 1) &&
           print(d, text, strlen(text));
}

/* depth: marks open before the opcode. */
static bool print_line(dis *d, const step *s, size_t depth) {
    if (!build_tail(d, s)) {
        pickle__digits_message(&d->ops.message, d->ops.cpython);
        return stop_in(d, s, PICKLE_ERR_INT_DIGITS);
    }
    if (!print_code(d, s, depth) || !print_tail(d)) {
        return false;
    }
    d->columns += pickle__utf8_count(d->tail.data, d->tail.len);
    return (d->opt->annotate == 0 || print_annotation(d, s)) &&
           print(d, "\n", 1);
}

/* ---- marks and memo ---- */

static void set_error(dis *d, step *s, const char *text) {
    pickle__text_str(&d->ops.message, text);
    s->has_error = true;
}

static void note_mark(const dis *d, step *s, size_t offset) {
    if (d->opt->hide_offsets) {
        snprintf(s->note, sizeof s->note, "(MARK at unknown opcode offset)");
    } else {
        snprintf(s->note, sizeof s->note, "(MARK at %zu)", offset);
    }
}

/* Take the mark an opcode asks for, or that POP finds on top. */
static bool take_mark(dis *d, step *s) {
    static const char missing[] = "no MARK exists on stack";
    bool pops_mark =
        s->op.info->code == '0' && pickle__stack_top_is_mark(&d->stack);
    if (!s->effect.takes_mark && !pops_mark) {
        return true;
    }
    if (d->stack.mark_count == 0) {
        set_error(d, s, missing);
        if (d->ops.cpython < 314) {
            snprintf(s->note, sizeof s->note, "%s", missing);
        }
        return true;
    }
    note_mark(d, s, d->stack.marks[--d->stack.mark_count]);
    if (pops_mark) {
        s->effect.pops = 0;
    }
    if (!pickle__stack_cut(&d->stack)) {
        pickle__text_str(&d->ops.message, "list index out of range");
        return stop_in(d, s, PICKLE_ERR_INDEX);
    }
    return true;
}

static void key_error(dis *d, step *s, const char *after) {
    pickle__text_str(&d->ops.message, "memo key ");
    if (s->op.arg.kind == PICKLE_ARG_NONE) {
        pickle__text_str(&d->ops.message, "None");
    } else {
        pickle__arg_repr(&d->ops.message, &s->op.arg, d->ops.cpython, false);
    }
    set_error(d, s, after);
}

static bool store(dis *d, step *s) {
    const pickle__text *kinds = &d->stack.kinds;
    pickle_arg key = s->op.arg;
    if (key.kind == PICKLE_ARG_NONE) {
        key = pickle__dis_memo_index(d->memo->count);
        snprintf(s->note, sizeof s->note, "(as %zu)", d->memo->count);
    }
    if (d->ops.cpython < 314 &&
        pickle__dis_memo_get(d->memo, &key) != PICKLE__MEMO_ABSENT) {
        key_error(d, s, " already defined");
    } else if (kinds->len == 0) {
        set_error(d, s, "stack is empty -- can't store into memo");
    } else if (pickle__stack_top_is_mark(&d->stack)) {
        set_error(d, s, "can't store markobject in the memo");
    } else if (!pickle__dis_memo_set(d->memo, &key,
                                     kinds->data[kinds->len - 1])) {
        return stop(d, PICKLE_ERR_NOMEM);
    }
    return true;
}

static void fetch(dis *d, step *s) {
    uint32_t kind = pickle__dis_memo_get(d->memo, &s->op.arg);
    if (kind == PICKLE__MEMO_ABSENT) {
        key_error(d, s, " has never been stored into");
    } else {
        s->effect.pushes[0] = (uint8_t)kind;
    }
}

static bool use_memo(dis *d, step *s) {
    switch (s->op.info->code) {
    case 'p':
    case 'q':
    case 'r':
    case 0x94: return store(d, s);
    case 'g':
    case 'h':
    case 'j': fetch(d, s); return true;
    default: return true;
    }
}

/* ---- one opcode ---- */

static bool move_stack(dis *d, const step *s) {
    pickle__text *kinds = &d->stack.kinds;
    const pickle__effect *e = &s->effect;
    if (kinds->len < e->pops) {
        pickle__text_format(&d->ops.message,
                            "tries to pop %u items from stack with only %zu "
                            "items",
                            e->pops, kinds->len);
        return stop_in(d, s, PICKLE_ERR_PICKLETOOLS);
    }
    kinds->len -= e->pops;
    if (e->push_count && e->pushes[0] == PICKLE__STACK_MARK &&
        !pickle__stack_push_mark(&d->stack, s->op.offset)) {
        return stop(d, PICKLE_ERR_NOMEM);
    }
    pickle__text_put(kinds, e->pushes, e->push_count);
    return !kinds->failed || stop(d, PICKLE_ERR_NOMEM);
}

static bool do_step(dis *d, step *s) {
    size_t depth = d->stack.mark_count;
    s->effect = d->effects[s->op.info->code];
    s->note[0] = '\0';
    s->has_error = false;
    if (s->op.info->protocol > d->protocol) {
        d->protocol = s->op.info->protocol;
    }
    if (!print_offset(d, s) || !take_mark(d, s) || !use_memo(d, s) ||
        !print_line(d, s, depth)) {
        return false;
    }
    return s->has_error ? stop_in(d, s, PICKLE_ERR_PICKLETOOLS)
                        : move_stack(d, s);
}

static bool finish(dis *d) {
    char text[64];
    int len = snprintf(text, sizeof text,
                       "highest protocol among opcodes = %d\n", d->protocol);
    if (!print(d, text, (size_t)len)) {
        return false;
    }
    if (d->stack.kinds.len) {
        pickle__text_str(&d->ops.message, "stack not empty after STOP: ");
        pickle__stack_repr(&d->stack, &d->ops.message);
        d->ops.fault.opcode = '.';
        return stop(d, PICKLE_ERR_PICKLETOOLS);
    }
    return true;
}

/* ---- the whole ---- */

static void init(dis *d, const pickle_dis_options *opt) {
    const pickle_allocator *alloc = &d->ops.message.alloc;
    d->opt = opt;
    d->ops.hide_offsets = opt->hide_offsets;
    d->hook_result = 0;
    d->room = opt->max_output ? opt->max_output : DEFAULT_MAX_OUTPUT;
    d->annotated = opt->annotate;
    d->protocol = -1;
    pickle__stack_init(&d->stack, alloc);
    pickle__dis_memo_init(&d->own_memo, alloc);
    d->memo = opt->memo ? (pickle__memo *)opt->memo : &d->own_memo;
    pickle__text_init(&d->out, alloc);
    pickle__text_init(&d->tail, alloc);
    pickle__effects_init(d->effects);
}

static void deinit(dis *d) {
    pickle__stack_deinit(&d->stack);
    pickle__dis_memo_deinit(&d->own_memo);
    pickle__text_deinit(&d->out);
    pickle__text_deinit(&d->tail);
    pickle__genops_deinit(&d->ops);
}

static void run(dis *d) {
    step s;
    bool good = true;
    while (good && pickle_genops_next(&d->ops, &s.op)) {
        good = do_step(d, &s);
    }
    if (good && !d->ops.fault.code) {
        finish(d);
    }
    /* What was printed before an error is part of the answer. */
    if (d->ops.fault.code != PICKLE_ERR_HOOK && d->out.len) {
        flush(d);
    }
}

pickle_code pickle_dis(const void *data, size_t len,
                       const pickle_dis_options *opt, pickle_write_fn write,
                       void *ctx, size_t *used, pickle_bytes_buffer *message,
                       pickle_error *err) {
    dis d;
    pickle_code code = PICKLE_OK;
    const pickle_dis_options *o = opt ? opt : &pickle_dis_defaults;
    bool good =
        pickle__genops_init(&d.ops, data, len, o->cpython, o->start, o->alloc);
    pickle__error_clear(err);
    if (used) {
        *used = o->start;
    }
    if (!good || !write) {
        return pickle__error_code(err, PICKLE_ERR_ARGUMENT, "dis");
    }
    init(&d, o);
    d.write = write;
    d.ctx = ctx;
    run(&d);
    if (used) {
        *used = pickle_genops_offset(&d.ops);
    }
    if (d.ops.fault.code) {
        code = pickle__report(&d.ops.fault, &d.ops.message, message, err);
    }
    if (code == PICKLE_ERR_HOOK && err) {
        err->os_error = d.hook_result;
    }
    deinit(&d);
    return code;
}

/* ---- a memo for several pickles: pickle_dis_memo is a pickle__memo ---- */

pickle_code pickle_dis_memo_new(const pickle_allocator *alloc,
                                pickle_dis_memo **memo) {
    const pickle_allocator *a = alloc ? alloc : pickle_allocator_default();
    pickle__memo *m = pickle__alloc(a, sizeof *m);
    if (!m) {
        return PICKLE_ERR_NOMEM;
    }
    pickle__dis_memo_init(m, a);
    *memo = (pickle_dis_memo *)m;
    return PICKLE_OK;
}

void pickle_dis_memo_free(pickle_dis_memo *memo) {
    pickle__memo *m = (pickle__memo *)memo;
    if (m) {
        pickle_allocator alloc = m->alloc;
        pickle__dis_memo_deinit(m);
        pickle__free(&alloc, m, sizeof *m);
    }
}
