/* platform/posix/thread.c  Mutexes and threads. */
#include "base/port.h"

#include <pthread.h>
#include <signal.h>

#include "base/alloc.h"
#include "platform/thread_backend.h"

struct pickle__mutex {
    pickle_allocator alloc;
    pthread_mutex_t mutex;
};

pickle__mutex *pickle__mutex_new(const pickle_allocator *alloc) {
    pickle__mutex *m = pickle__alloc(alloc, sizeof *m);
    if (m) {
        m->alloc = *alloc;
        (void)pthread_mutex_init(&m->mutex, NULL);
    }
    return m;
}

void pickle__mutex_free(pickle__mutex *m) {
    if (m) {
        pickle_allocator alloc = m->alloc;
        (void)pthread_mutex_destroy(&m->mutex);
        pickle__free(&alloc, m, sizeof *m);
    }
}

void pickle__mutex_lock(pickle__mutex *m) {
    (void)pthread_mutex_lock(&m->mutex);
}

void pickle__mutex_unlock(pickle__mutex *m) {
    (void)pthread_mutex_unlock(&m->mutex);
}

void pickle__mutex_after_fork(pickle__mutex *m) {
    (void)pthread_mutex_init(&m->mutex, NULL);
}

struct pickle__thread {
    pickle_allocator alloc;
    pthread_t id;
    void (*run)(void *ctx);
    void *ctx;
};

static void *start(void *arg) {
    pickle__thread *t = arg;
    t->run(t->ctx);
    return NULL;
}

pickle_code pickle__thread_start(void (*run)(void *ctx), void *ctx,
                                 const pickle_allocator *alloc,
                                 pickle__thread **out, pickle_error *err) {
    sigset_t all;
    sigset_t old;
    pickle__thread *t = pickle__alloc(alloc, sizeof *t);
    if (!t) {
        return pickle__error_code(err, PICKLE_ERR_NOMEM, "thread");
    }
    t->alloc = *alloc;
    t->run = run;
    t->ctx = ctx;
    /* The thread begins with its creator's mask, so no signal can come
     * between. CPython blocks them all in its sharer's thread, too. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int failed = pthread_create(&t->id, NULL, start, t);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (failed) {
        pickle__free(alloc, t, sizeof *t);
        return pickle__error_system(err, "pthread_create", failed);
    }
    *out = t;
    return PICKLE_OK;
}

void pickle__thread_after_fork(pickle__thread *t) {
    pickle_allocator alloc = t->alloc;
    pickle__free(&alloc, t, sizeof *t);
}

void pickle__thread_join(pickle__thread *t) {
    (void)pthread_join(t->id, NULL);
    pickle__thread_after_fork(t);
}
