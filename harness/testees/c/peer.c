/* peer.c  Requests of scenarios taken apart, replies written. See peer.h. */
#include "peer.h"

#include <errno.h>
#include <pickleproof/version.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    peer_verb run;
} verbs[] = {
#define X(name) {#name, peer_do_##name},
#include "scenario_verbs.def"
#undef X
};

/* One process is one peer: it stays from request to request. */
static testee_peer self = {.cpython = PICKLE_CPYTHON_DEFAULT,
                           .channel = {.listening = -1}};

/* ---- replies ---- */

void peer_ok(peer_request *r) {
    buffer_puts(r->reply, "ok");
}

void peer_ok_int(peer_request *r, int64_t n) {
    uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    buffer_printf(r->reply, "ok i%s%llx", n < 0 ? "-" : "",
                  (unsigned long long)size);
}

void peer_ok_bytes(peer_request *r, const void *data, size_t len) {
    buffer_puts(r->reply, "ok x:");
    buffer_hex(r->reply, data, len);
}

void peer_raise(peer_request *r, const char *klass, const char *message) {
    buffer_clear(r->reply);
    buffer_printf(r->reply, "err %s x:", klass);
    buffer_hex(r->reply, message, strlen(message));
}

const char *peer_class_of(int error) {
    static const struct {
        int error;
        const char *klass;
    } table[] = {{EPIPE, "BrokenPipeError"},
                 {ESHUTDOWN, "BrokenPipeError"},
                 {ECONNABORTED, "ConnectionAbortedError"},
                 {ECONNREFUSED, "ConnectionRefusedError"},
                 {ECONNRESET, "ConnectionResetError"},
                 {EAGAIN, "BlockingIOError"},
                 {EALREADY, "BlockingIOError"},
                 {EINPROGRESS, "BlockingIOError"},
                 {ECHILD, "ChildProcessError"},
                 {EEXIST, "FileExistsError"},
                 {ENOENT, "FileNotFoundError"},
                 {EINTR, "InterruptedError"},
                 {EISDIR, "IsADirectoryError"},
                 {ENOTDIR, "NotADirectoryError"},
                 {EACCES, "PermissionError"},
                 {EPERM, "PermissionError"},
                 {ESRCH, "ProcessLookupError"},
                 {ETIMEDOUT, "TimeoutError"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].error == error)
            return table[i].klass;
    }
    return "OSError";
}

void peer_errno(peer_request *r, int error) {
    char text[200];
    snprintf(text, sizeof text, "[Errno %d] %s", error, strerror(error));
    peer_raise(r, peer_class_of(error), text);
}

void peer_error(peer_request *r, const pickle_error *err) {
    if (err->code == PICKLE_ERR_SYSTEM && err->os_error)
        peer_errno(r, (int)err->os_error);
    else
        peer_raise(r, pickle_code_exception(err->code), err->message);
}

void peer_done(peer_request *r, bool good) {
    if (good)
        peer_ok(r);
    else
        peer_errno(r, errno);
}

/* ---- arguments ---- */

const char *peer_word(peer_request *r, size_t i) {
    if (i < r->count)
        return r->words[i];
    peer_raise(r, "TypeError", "a word is missing");
    return NULL;
}

bool peer_int(peer_request *r, size_t i, int64_t *n) {
    const char *word = peer_word(r, i);
    if (!word)
        return false;
    bool minus = word[0] == 'i' && word[1] == '-';
    const char *digits = word + 1 + minus;
    char *end = NULL;
    errno = 0;
    unsigned long long size = word[0] == 'i' ? strtoull(digits, &end, 16) : 0;
    if (!end || end == digits || *end || errno || size > INT64_MAX) {
        peer_raise(r, "ValueError", "not a number");
        return false;
    }
    *n = minus ? -(int64_t)size : (int64_t)size;
    return true;
}

bool peer_bytes(peer_request *r, size_t i, buffer *out) {
    const char *word = peer_word(r, i);
    if (!word)
        return false;
    if (strncmp(word, "x:", 2) == 0 &&
        buffer_unhex(out, word + 2, strlen(word + 2)))
        return true;
    peer_raise(r, "ValueError", "not bytes");
    return false;
}

const char *peer_key(const peer_request *r, const char *key) {
    size_t len = strlen(key);
    for (size_t i = 0; i < r->count; i++) {
        if (strncmp(r->words[i], key, len) == 0 && r->words[i][len] == '=')
            return r->words[i] + len + 1;
    }
    return NULL;
}

/* ---- requests ---- */

/* The referee interrupts system calls with SIGUSR1, so they are not restarted
 * by the system; writing to who is gone is an error code, as in Python. */
static void note(int number) {
    (void)number;
}

static void prepare_signals(void) {
    struct sigaction act = {.sa_handler = note};
    sigemptyset(&act.sa_mask);
    sigaction(SIGUSR1, &act, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static bool read_profile(testee_peer *p, const char *profile) {
    int minor = 0;
    char end;
    if (sscanf(profile, "c3.%d%c", &minor, &end) != 1 &&
        sscanf(profile, "py3.%d%c", &minor, &end) != 1)
        return false;
    p->cpython = 300 + minor;
    return p->cpython >= PICKLE_CPYTHON_MIN && p->cpython <= PICKLE_CPYTHON_MAX;
}

static void clear(testee_peer *p) {
    static const char key[] = "pickleproof";
    peer_unlimit(p);
    peer_end_children(p);
    peer_stop_sharer(p);
    peer_forget_channel(p);
    peer_close_all(p);
    p->acknowledge = false;
    buffer_clear(&p->authkey);
    buffer_add(&p->authkey, key, sizeof key - 1);
}

void peer_do_reset(peer_request *r) {
    const char *profile = peer_key(r, "profile");
    prepare_signals();
    clear(r->peer);
    if (profile && !read_profile(r->peer, profile))
        peer_raise(r, "ValueError", "no such profile");
    else
        peer_ok(r);
}

void peer_do_exit(peer_request *r) {
    int64_t code;
    if (!peer_int(r, 0, &code))
        return;
    r->peer->leaving = true;
    r->peer->exit_code = (int)code;
    peer_ok(r);
}

static void split(char *text, peer_request *r) {
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
        r->words = must_resize(r->words, (r->count + 1) * sizeof *r->words);
        r->words[r->count++] = word;
    }
}

static void run(peer_request *r, const char *verb) {
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(verbs[i].name, verb) == 0) {
            verbs[i].run(r);
            if (!r->reply->len)
                peer_raise(r, "ValueError", "a word is out of its range");
            return;
        }
    }
    buffer_puts(r->reply, "na op");
}

void testee_peer_answer(const char *text, size_t len, buffer *reply) {
    char *line = must_copy_len(text, len);
    peer_request r = {.peer = &self, .reply = reply};
    split(line, &r);
    char **words = r.words;
    if (r.count && words[0][0] == 'x') {
        r.words++;
        r.count--;
        run(&r, words[0] + 1);
    } else {
        buffer_puts(reply, "na op");
    }
    free(words);
    free(line);
}

bool testee_peer_is_leaving(int *code) {
    *code = self.exit_code;
    return self.leaving;
}

void testee_peer_end(void) {
    clear(&self);
    buffer_free(&self.authkey);
}
