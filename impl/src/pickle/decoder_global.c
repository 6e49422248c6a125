/*
 * Opcodes of globals: GLOBAL, STACK_GLOBAL, EXT and the name of INST. Nothing
 * is imported: a global is a name. What no module can have is refused as
 * CPython refuses it.
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

/* Up to 3.13 the message shows the module, with where its file is. */
static pickle_code fail_name(pickle_decoder *d, name module, name qualname,
                             bool is_path) {
    int m = (int)(module.len < 40 ? module.len : 40);
    int q = (int)(qualname.len < 40 ? qualname.len : 40);
    const char *module_name = (const char *)module.data;
    const char *attribute = (const char *)qualname.data;
    if (d->cpython < 314) {
        return pickle__fail(d, PICKLE_ERR_ATTRIBUTE,
                            "Can't get attribute '%.*s' on <module '%.*s'>", q,
                            attribute, m, module_name);
    }
    if (is_path) {
        return pickle__fail(d, PICKLE_ERR_ATTRIBUTE,
                            "Can't resolve path '%.*s' on module '%.*s'", q,
                            attribute, m, module_name);
    }
    return pickle__fail(d, PICKLE_ERR_ATTRIBUTE,
                        "module '%.*s' has no attribute '%.*s'", m, module_name,
                        q, attribute);
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
        return fail_name(d, module, qualname, dotted && d->proto >= 4);
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

pickle_code pickle__named_class(pickle_decoder *d, bool ascii,
                                pickle_value *v) {
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
    pickle_code code = pickle__named_class(d, false, &v);
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
