/*
 * Opcodes of globals and objects. Nothing is imported or called: a global is a
 * name, a call is a node. What can be told without the program that wrote the
 * pickle is refused as CPython refuses it.
 */
#include "pickle/decoder.h"
#include "pickle/input.h"
#include "pickle/names.h"

/* ---- find_class ---- */

typedef struct name {
    const uint8_t *data;
    size_t len;
} name;

/* Whether a part between dots is empty or, if given, equal to `refused`. */
static bool has_part(name n, const char *refused) {
    size_t start = 0;
    for (size_t i = 0; i <= n.len; i++) {
        if (i < n.len && n.data[i] != '.') {
            continue;
        }
        size_t len = i - start;
        if (len == 0 || (refused && len == strlen(refused) &&
                         memcmp(n.data + start, refused, len) == 0)) {
            return true;
        }
        start = i + 1;
    }
    return false;
}

/* Modules that every Python 2 has and no Python 3. */
static bool is_gone(name module) {
    static const char *const gone[] = {"__builtin__", "copy_reg", "exceptions"};
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        if (module.len == strlen(gone[i]) &&
            memcmp(module.data, gone[i], module.len) == 0) {
            return true;
        }
    }
    return false;
}

/* Names that no module and no attribute can have. Dots lead into a class from
 * protocol 4 on; below, they are part of one name. */
static pickle_code check_names(pickle_decoder *d, name module, name qualname) {
    if (module.len == 0) {
        return pickle__fail(d, PICKLE_ERR_VALUE, "Empty module name");
    }
    if (has_part(module, NULL) || is_gone(module)) {
        return pickle__fail(d, PICKLE_ERR_IMPORT, "No module named '%.*s'",
                            (int)(module.len < 80 ? module.len : 80),
                            (const char *)module.data);
    }
    bool dotted = qualname.len && memchr(qualname.data, '.', qualname.len);
    if (has_part(qualname, "<locals>") || (dotted && d->proto < 4)) {
        return pickle__fail(d, PICKLE_ERR_ATTRIBUTE,
                            "Can't get attribute '%.*s' on %.*s",
                            (int)(qualname.len < 40 ? qualname.len : 40),
                            (const char *)qualname.data,
                            (int)(module.len < 40 ? module.len : 40),
                            (const char *)module.data);
    }
    return PICKLE_OK;
}

static pickle_code ask_hook(pickle_decoder *d, name module, name qualname,
                            pickle_value *v) {
    pickle_value m = pickle__decoder_str(d, module.data, module.len, false);
    pickle_value q = pickle__decoder_str(d, qualname.data, qualname.len, false);
    if (pickle_is_null(m) || pickle_is_null(q)) {
        return pickle__fail_doc(d);
    }
    bool refuse = false;
    *v = d->opt.find_class(d->opt.hook_ctx, d->doc, m, q, &refuse);
    if (refuse) {
        return pickle__fail(d, PICKLE_ERR_HOOK, "find_class refused");
    }
    return PICKLE_OK;
}

static pickle_code find_class(pickle_decoder *d, name module, name qualname,
                              pickle_value *v) {
    if (d->proto < 3 && !d->opt.no_fix_imports) {
        pickle__names_to_python3(d->cpython, &module.data, &module.len,
                                 &qualname.data, &qualname.len);
    }
    *v = pickle_null();
    pickle_code code =
        d->opt.find_class ? ask_hook(d, module, qualname, v) : PICKLE_OK;
    if (code || !pickle_is_null(*v)) {
        return code;
    }
    code = check_names(d, module, qualname);
    if (code) {
        return code;
    }
    *v = pickle__global_named(d->doc, module.data, module.len, qualname.data,
                              qualname.len);
    return pickle_is_null(*v) ? pickle__fail_doc(d) : PICKLE_OK;
}

static pickle_code push_class(pickle_decoder *d, name module, name qualname) {
    pickle_value v;
    pickle_code code = find_class(d, module, qualname, &v);
    return code ? code : pickle__push(d, v);
}

/* ---- names in the input ---- */

/* A line of at least one character, copied: the next line may move a stream's
 * bytes. *cut: the input ended in it, and the pure-Python unpickler takes all
 * but its last character. */
static pickle_code name_line(pickle_decoder *d, pickle__output *copy,
                             bool *cut) {
    pickle__line line;
    pickle_code code = pickle__input_line(d, 1, &line);
    if (code) {
        return code;
    }
    *cut = !line.ended;
    size_t len = line.len - (*cut && line.len ? 1 : 0);
    code = pickle__output_init(d, copy, len);
    if (!code && len) {
        memcpy(copy->data, line.text, len);
        copy->len = len;
    }
    return code;
}

/* INST takes ASCII only, GLOBAL strict UTF-8. */
static pickle_code check_line(pickle_decoder *d, const pickle__output *line,
                              bool ascii) {
    pickle__utf8_error bad;
    for (size_t i = 0; ascii && i < line->len; i++) {
        if (line->data[i] >= 0x80) {
            bad = (pickle__utf8_error){i, i + 1, "ordinal not in range(128)"};
            return pickle__fail_decode(d, "ascii", line->data, &bad);
        }
    }
    if (!pickle__utf8_strict(line->data, line->len, &bad)) {
        return pickle__fail_decode(d, "utf-8", line->data, &bad);
    }
    return PICKLE_OK;
}

/* What is left of a name that was cut off names nothing. */
static pickle_code check_cut(pickle_decoder *d, const pickle__output *lines,
                             const bool *cut) {
    if (cut[0] && lines[0].len) {
        return pickle__fail(d, PICKLE_ERR_IMPORT, "No module named '%.*s'",
                            (int)(lines[0].len < 80 ? lines[0].len : 80),
                            (const char *)lines[0].data);
    }
    if (cut[1] && lines[0].len) {
        return pickle__fail(d, PICKLE_ERR_ATTRIBUTE,
                            "Can't get attribute '%.*s'",
                            (int)(lines[1].len < 80 ? lines[1].len : 80),
                            (const char *)lines[1].data);
    }
    return PICKLE_OK;
}

static pickle_code named_class(pickle_decoder *d, bool ascii, pickle_value *v) {
    pickle__output lines[2] = {{NULL, 0, 0}, {NULL, 0, 0}};
    bool cut[2];
    pickle_code code = PICKLE_OK;
    for (int i = 0; i < 2 && !code; i++) {
        code = name_line(d, &lines[i], &cut[i]);
        if (!code) {
            code = check_line(d, &lines[i], ascii);
        }
    }
    if (!code) {
        code = check_cut(d, lines, cut);
    }
    if (!code) {
        name module = {lines[0].data, lines[0].len};
        name qualname = {lines[1].data, lines[1].len};
        code = find_class(d, module, qualname, v);
    }
    pickle__output_deinit(d, &lines[0]);
    pickle__output_deinit(d, &lines[1]);
    return code;
}

pickle_code pickle__op_global(pickle_decoder *d) {
    pickle_value v;
    pickle_code code = named_class(d, false, &v);
    return code ? code : pickle__push(d, v);
}

static pickle_code fail_stack_global(pickle_decoder *d) {
    return pickle__fail(d, PICKLE_ERR_STACK_GLOBAL,
                        "STACK_GLOBAL requires str");
}

/* Up to 3.10 the C unpickler says the same of missing operands. */
pickle_code pickle__op_stack_global(pickle_decoder *d) {
    pickle_code code = pickle__need(d, 2);
    if (code) {
        return d->cpython < 311 && !d->pure ? fail_stack_global(d) : code;
    }
    d->hot.sp -= 2;
    name names[2];
    for (int i = 0; i < 2; i++) {
        if (pickle_kind_of(d->hot.sp[i]) != PICKLE_KIND_STR) {
            return fail_stack_global(d);
        }
        names[i].data = pickle_get_data(d->hot.sp[i], &names[i].len);
    }
    return push_class(d, names[0], names[1]);
}

/* Look a code up for the first time. As copyreg's cache does, later ones of the
 * code get the same, though a PROTO between them would have found another. */
static pickle_code find_extension(pickle_decoder *d, int32_t code,
                                  pickle_value *v) {
    const char *module;
    const char *qualname;
    if (!d->opt.extensions ||
        !pickle_extension_name(d->opt.extensions, code, &module, &qualname)) {
        return pickle__fail(d, PICKLE_ERR_EXT_UNREGISTERED,
                            "unregistered extension code %d", (int)code);
    }
    name m = {(const uint8_t *)module, strlen(module)};
    name q = {(const uint8_t *)qualname, strlen(qualname)};
    pickle_code status = find_class(d, m, q, v);
    if (status) {
        return status;
    }
    if (!pickle__decoder_grow(d, (void **)&d->extensions, NULL,
                              &d->extension_cap, d->extension_count + 1,
                              sizeof *d->extensions)) {
        return pickle__fail(d, PICKLE_ERR_NOMEM, "out of memory");
    }
    d->extensions[d->extension_count++] = (pickle__extension){*v, code};
    return PICKLE_OK;
}

pickle_code pickle__op_ext(pickle_decoder *d, size_t bytes) {
    uint64_t arg;
    pickle_code status = pickle__arg_unsigned(d, bytes, &arg);
    if (status) {
        return status;
    }
    int32_t code = (int32_t)(uint32_t)arg;
    if (code <= 0) {
        return pickle__fail(d, PICKLE_ERR_EXT_CODE, "EXT specifies code <= 0");
    }
    for (size_t i = 0; i < d->extension_count; i++) {
        if (d->extensions[i].code == code) {
            return pickle__push(d, d->extensions[i].value);
        }
    }
    pickle_value v;
    status = find_extension(d, code, &v);
    return status ? status : pickle__push(d, v);
}

/* ---- calls ---- */

/* The arguments of a call as a tuple. The pure-Python unpickler takes any
 * iterable; the C one a tuple only. */
static pickle_code to_tuple(pickle_decoder *d, pickle_value *args,
                            pickle_code refusal, const char *what) {
    pickle_kind kind = pickle_kind_of(*args);
    if (kind == PICKLE_KIND_TUPLE) {
        return PICKLE_OK;
    }
    if (!d->pure) {
        return pickle__fail(d, refusal, "%s", what);
    }
    pickle_value list;
    pickle_code code = pickle__iterate(d, *args, &list);
    if (code) {
        return code;
    }
    size_t count = 0;
    const pickle_value *items = pickle_get_items(list, &count);
    *args = pickle_tuple(d->doc, items, count);
    return pickle_is_null(*args) ? pickle__fail_doc(d) : PICKLE_OK;
}

pickle_code pickle__op_reduce(pickle_decoder *d) {
    pickle_code code = pickle__need(d, 2);
    if (code) {
        return code;
    }
    d->hot.sp -= 2;
    pickle_value callable = d->hot.sp[0];
    pickle_value args = d->hot.sp[1];
    pickle_value v;
    code = to_tuple(d, &args, PICKLE_ERR_TYPE, "argument list must be a tuple");
    if (!code) {
        code = pickle__call(d, callable, args, &v);
    }
    return code ? code : pickle__push(d, v);
}

/* Whether a value may be a class, as far as can be told. */
static bool may_be_type(pickle_value v) {
    pickle_kind kind = pickle_kind_of(v);
    if (kind == PICKLE_KIND_GLOBAL) {
        pickle__known_form form = pickle__form_of(v);
        return form == PICKLE__FORM_UNKNOWN || form == PICKLE__FORM_TYPE;
    }
    return kind == PICKLE_KIND_REDUCE; /* a class made by a function */
}

static pickle_code fail_newobj(pickle_decoder *d, bool ex, const char *which,
                               const char *wanted, pickle_value v) {
    return pickle__fail(d, PICKLE_ERR_NEWOBJ,
                        "NEWOBJ%s %s argument must be a %s, not %s",
                        ex ? "_EX" : "", which, wanted, pickle__type_name(v));
}

/* cls.__new__(cls, *args, **kwargs) in Python: everything has a __new__. That
 * of a native kind refuses what is no class; an object's may do anything. */
static pickle_code python_newobj(pickle_decoder *d, pickle_value cls,
                                 pickle_value *args, pickle_value kwargs) {
    pickle_code code = to_tuple(d, args, PICKLE_ERR_TYPE, "");
    if (code) {
        return code;
    }
    if (!may_be_type(cls) && pickle__tag(cls) != PICKLE__TAG_OBJECT) {
        return pickle__fail(d, PICKLE_ERR_TYPE,
                            "%s.__new__(X): X is not a type object (%s)",
                            pickle__type_name(cls), pickle__type_name(cls));
    }
    if (!pickle_is_null(kwargs) && pickle_kind_of(kwargs) != PICKLE_KIND_DICT) {
        return pickle__fail(d, PICKLE_ERR_TYPE,
                            "argument after ** must be a mapping, not %s",
                            pickle__type_name(kwargs));
    }
    return PICKLE_OK;
}

static pickle_code check_newobj(pickle_decoder *d, pickle_value cls,
                                pickle_value args, pickle_value kwargs) {
    bool ex = !pickle_is_null(kwargs);
    if (!may_be_type(cls)) {
        return fail_newobj(d, ex, "class", "type", cls);
    }
    if (pickle_kind_of(args) != PICKLE_KIND_TUPLE) {
        return fail_newobj(d, ex, "args", "tuple", args);
    }
    if (ex && pickle_kind_of(kwargs) != PICKLE_KIND_DICT) {
        return fail_newobj(d, ex, "kwargs", "dict", kwargs);
    }
    return PICKLE_OK;
}

static pickle_code newobj(pickle_decoder *d, pickle_value cls,
                          pickle_value args, pickle_value kwargs) {
    pickle_code code = d->pure ? python_newobj(d, cls, &args, kwargs)
                               : check_newobj(d, cls, args, kwargs);
    pickle_value v;
    if (!code) {
        code = pickle__new(d, cls, args, kwargs, &v);
    }
    return code ? code : pickle__push(d, v);
}

/* Up to 3.9 the arguments of NEWOBJ are popped and looked at first. */
static pickle_code check_old_newobj(pickle_decoder *d) {
    if (d->pure || d->cpython >= 310) {
        return PICKLE_OK;
    }
    pickle_code code = pickle__need(d, 1);
    if (!code && pickle_kind_of(d->hot.sp[-1]) != PICKLE_KIND_TUPLE) {
        return pickle__fail(d, PICKLE_ERR_NEWOBJ,
                            "NEWOBJ expected an arg tuple.");
    }
    if (!code) {
        code = pickle__need(d, 2);
    }
    if (!code && !may_be_type(d->hot.sp[-2])) {
        return pickle__fail(d, PICKLE_ERR_NEWOBJ,
                            "NEWOBJ class argument isn't a type object");
    }
    return code;
}

pickle_code pickle__op_newobj(pickle_decoder *d) {
    pickle_code code = check_old_newobj(d);
    if (!code) {
        code = pickle__need(d, 2);
    }
    if (code) {
        return code;
    }
    d->hot.sp -= 2;
    return newobj(d, d->hot.sp[0], d->hot.sp[1], pickle_null());
}

pickle_code pickle__op_newobj_ex(pickle_decoder *d) {
    pickle_code code = pickle__need(d, 3);
    if (code) {
        return code;
    }
    d->hot.sp -= 3;
    return newobj(d, d->hot.sp[0], d->hot.sp[1], d->hot.sp[2]);
}

/*
 * OBJ and INST: without arguments a class is made by its __new__ alone, and
 * anything else is called. A global is taken for a class unless known not to
 * be. What has no __name__ fails in the pure-Python unpickler's own message.
 */
static pickle_code instantiate(pickle_decoder *d, pickle_value cls,
                               const pickle_value *items, size_t count) {
    pickle_value args = pickle_tuple(d->doc, items, count);
    if (pickle_is_null(args)) {
        return pickle__fail_doc(d);
    }
    bool is_class =
        pickle_kind_of(cls) == PICKLE_KIND_GLOBAL && may_be_type(cls);
    pickle_value v;
    pickle_code code = count == 0 && is_class
                           ? pickle__new(d, cls, args, pickle_null(), &v)
                           : pickle__call(d, cls, args, &v);
    if (code == PICKLE_ERR_TYPE && d->pure &&
        pickle_kind_of(cls) != PICKLE_KIND_GLOBAL) {
        return pickle__fail(d, PICKLE_ERR_ATTRIBUTE,
                            "'%s' object has no attribute '__name__'",
                            pickle__type_name(cls));
    }
    return code ? code : pickle__push(d, v);
}

/* The C unpickler takes the mark before it reads the names, the other one
 * after. */
pickle_code pickle__op_inst(pickle_decoder *d) {
    if (d->mark_count == 0 && !d->pure) {
        return pickle__fail(d, PICKLE_ERR_MARK_MISSING, "could not find MARK");
    }
    pickle_value cls;
    pickle_value *items = NULL;
    size_t count = 0;
    pickle_code code = named_class(d, true, &cls);
    if (!code) {
        code = pickle__pop_mark(d, &items, &count);
    }
    if (code) {
        return code;
    }
    d->hot.sp = items;
    return instantiate(d, cls, items, count);
}

pickle_code pickle__op_obj(pickle_decoder *d) {
    pickle_value *items = NULL;
    size_t count = 0;
    pickle_code code = pickle__pop_mark(d, &items, &count);
    if (code) {
        return code;
    }
    if (count == 0) {
        return pickle__fail_underflow(d);
    }
    d->hot.sp = items;
    return instantiate(d, items[0], items + 1, count - 1);
}
