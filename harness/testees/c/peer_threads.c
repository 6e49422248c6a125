/* peer_threads.c  Several live connections fetched at once. See peer.h. */
#include <pickleproof/reduction.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

/* One thread's: a pickle, and what comes of it. */
typedef struct fetcher {
    pthread_mutex_t *gate; /* all begin when it opens */
    const pickle_auth_options *auth;
    buffer pickle;
    pickle_handle handle;
    pickle_rebuilt rebuilt;
    pickle_error err;
    pthread_t thread;
} fetcher;

static pickle_code detach(fetcher *f, pickle_value v) {
    pickle_detach_options opt = {.auth = f->auth};
    if (!pickle_get_rebuilt(v, &f->rebuilt) || f->rebuilt.is_socket)
        return f->err.code = PICKLE_ERR_TYPE;
    return pickle_dupfd_detach(f->rebuilt.dup, &opt, &f->handle, &f->err);
}

static void *fetch_one(void *ctx) {
    fetcher *f = ctx;
    pickle_decode_options opt = pickle_decode_defaults;
    pickle_doc *doc = NULL;
    opt.cpython = f->auth->cpython;
    pthread_mutex_lock(f->gate);
    pthread_mutex_unlock(f->gate);
    if (pickle_decode(buffer_text(&f->pickle), f->pickle.len, &opt, &doc, NULL,
                      &f->err) == PICKLE_OK)
        (void)detach(f, pickle_doc_get_root(doc));
    pickle_doc_free(doc);
    return NULL;
}

/* How many threads there are: fewer than asked for when the system has no
 * more. */
static size_t run_all(fetcher *all, size_t count, pthread_mutex_t *gate) {
    size_t started = 0;
    pthread_mutex_lock(gate);
    while (started < count && pthread_create(&all[started].thread, NULL,
                                             fetch_one, &all[started]) == 0)
        started++;
    pthread_mutex_unlock(gate);
    for (size_t i = 0; i < started; i++)
        pthread_join(all[i].thread, NULL);
    return started;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The class of exception that Python raises. */
static const char *class_of(const pickle_error *err) {
    return err->code == PICKLE_ERR_SYSTEM && err->os_error
               ? peer_class_of((int)err->os_error)
               : pickle_code_exception(err->code);
}

static void tell(peer_request *r, const fetcher *all, size_t count) {
    const char **failed = must_calloc(count + 1, sizeof *failed);
    size_t failures = 0;
    for (size_t i = 0; i < count; i++) {
        char name[100];
        const pickle_rebuilt *b = &all[i].rebuilt;
        if (all[i].err.code != PICKLE_OK) {
            failed[failures++] = class_of(&all[i].err);
            continue;
        }
        snprintf(name, sizeof name, "%.60s%zu", r->words[0], i - failures);
        peer_add(r->peer, name, (int)all[i].handle)->direction =
            (b->readable ? PICKLE_READABLE : 0) |
            (b->writable ? PICKLE_WRITABLE : 0);
    }
    if (failures)
        qsort(failed, failures, sizeof *failed, by_text);
    peer_ok_int(r, (int64_t)(count - failures));
    for (size_t i = 0; i < failures; i++)
        buffer_printf(r->reply, " %s", failed[i]);
    free(failed);
}

void peer_do_load_all(peer_request *r) {
    size_t count = r->count > 1 ? r->count - 1 : 0;
    fetcher *all = must_calloc(count + 1, sizeof *all);
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pickle_auth_options auth = peer_auth(r->peer);
    bool good = count > 0;
    for (size_t i = 0; good && i < count; i++) {
        all[i].gate = &gate;
        all[i].auth = &auth;
        good = peer_bytes(r, i + 1, &all[i].pickle);
    }
    if (good && run_all(all, count, &gate) == count)
        tell(r, all, count);
    else if (good)
        peer_raise(r, "RuntimeError", "can't start new thread");
    for (size_t i = 0; i < count; i++)
        buffer_free(&all[i].pickle);
    free(all);
}
