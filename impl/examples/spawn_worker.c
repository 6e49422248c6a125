/*
 * A C program as the child of a multiprocessing "spawn" context: Python starts
 * it with set_executable(), and sends it a process object whose arguments hold
 * a listening socket, a SimpleQueue of tasks and a Connection for the results.
 * The worker answers each TCP client in capitals and squares each task, until a
 * task is None. spawn_parent.py is its parent.
 */
#define _POSIX_C_SOURCE 200809L /* NOLINT */

#include <ctype.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pickleproof/connection.h>
#include <pickleproof/pickle.h>
#include <pickleproof/reduction.h>
#include <pickleproof/value.h>

/* What the parent passes: serve(listener, tasks, results). */
typedef struct worker {
    pickle_handle listener;
    pickle_connection *tasks; /* the reading end of the queue */
    pickle_handle tasks_out;  /* its writing end, which only others use */
    sem_t *lock;              /* for one reader at a time */
    pickle_connection *results;
} worker;

static int fail(const char *what, const char *why) {
    fprintf(stderr, "spawn_worker: %s: %s\n", what, why);
    return 1;
}

/* ---- the two pickles that Python sends a spawned child ---- */

static int read_pipe(void *ctx, void *out, size_t cap, size_t *got) {
    ssize_t n = read(*(const int *)ctx, out, cap);
    *got = n > 0 ? (size_t)n : 0;
    return n < 0;
}

/* Each is of a Pickler of its own, so a decoder of its own reads it; neither
 * takes a byte behind its pickle. */
static pickle_code load(int pipe_handle, pickle_doc *doc, pickle_value *v,
                        pickle_error *err) {
    pickle_decoder *dec;
    pickle_code code = pickle_decoder_new_stream(doc, read_pipe, &pipe_handle,
                                                 NULL, &dec, err);
    if (code)
        return code;
    code = pickle_decoder_load(dec, v, err);
    pickle_decoder_free(dec);
    return code;
}

/* Preparation data first, which a C program does not need, then the process
 * object. No end of file follows: the parent keeps the pipe open as long as it
 * lives. */
static pickle_code read_process(int pipe_handle, pickle_doc *doc,
                                pickle_value *process, pickle_error *err) {
    pickle_value preparation;
    pickle_code code = load(pipe_handle, doc, &preparation, err);
    return code ? code : load(pipe_handle, doc, process, err);
}

/* ---- what the arguments hold ---- */

/* The descriptor of a decoded socket or Connection: a spawned child has it
 * open under the parent's number. */
static pickle_handle handle_of(pickle_value v) {
    pickle_rebuilt rebuilt;
    pickle_dupfd_form form;
    pickle_value address;
    int64_t fd;
    if (!pickle_get_rebuilt(v, &rebuilt) ||
        !pickle_get_dupfd(rebuilt.dup, &form, &fd, &address) ||
        form != PICKLE_DUPFD_SPAWN)
        return PICKLE_INVALID_HANDLE;
    return (pickle_handle)fd;
}

/* A multiprocessing.Lock is a POSIX semaphore; its state ends with the name. */
static sem_t *lock_of(pickle_value lock) {
    size_t len;
    const char *name = (const char *)pickle_get_data(
        pickle_get_item(pickle_get_state(lock), 3), &len);
    char path[256];
    if (!name || len >= sizeof path)
        return SEM_FAILED;
    memcpy(path, name, len);
    path[len] = '\0';
    return sem_open(path, 0);
}

/* serve(listener, tasks, results); a SimpleQueue's state is (reader, writer,
 * lock of the readers, lock of the writers). */
static int take_arguments(worker *w, pickle_value process) {
    pickle_value state = pickle_get_state(process);
    pickle_value target = pickle_dict_get_z(state, "_target");
    pickle_value args = pickle_dict_get_z(state, "_args");
    pickle_value queue = pickle_get_state(pickle_get_item(args, 1));
    pickle_error err;

    if (!pickle_is_global(target, "__main__", "serve") ||
        pickle_get_count(args) != 3)
        return fail("arguments", "not serve(listener, tasks, results)");
    w->listener = handle_of(pickle_get_item(args, 0));
    w->tasks_out = handle_of(pickle_get_item(queue, 1));
    w->lock = lock_of(pickle_get_item(queue, 2));
    if (w->listener < 0 || w->tasks_out < 0 || w->lock == SEM_FAILED)
        return fail("arguments", "no socket or no queue of this start method");
    /* As long as we hold it too, the queue never ends. */
    close((int)w->tasks_out);
    if (pickle_connection_new(handle_of(pickle_get_item(queue, 0)),
                              PICKLE_READABLE, NULL, &w->tasks, &err) ||
        pickle_connection_new(handle_of(pickle_get_item(args, 2)),
                              PICKLE_WRITABLE, NULL, &w->results, &err))
        return fail("arguments", err.message);
    return 0;
}

/* ---- work ---- */

static void serve_client(const worker *w) {
    char text[256];
    int client = accept((int)w->listener, NULL, NULL);
    ssize_t n = client < 0 ? -1 : read(client, text, sizeof text);
    for (ssize_t i = 0; i < n; i++)
        text[i] = (char)toupper((unsigned char)text[i]);
    if (n > 0 && write(client, text, (size_t)n) != n)
        fail("client", "gone");
    if (client >= 0)
        close(client);
}

/* A task is an int; the result is (task, its square). */
static pickle_code do_task(worker *w, bool *done, pickle_error *err) {
    pickle_doc *doc = NULL;
    int64_t n = 0;
    while (sem_wait(w->lock) != 0)
        continue; /* interrupted */
    pickle_code code = pickle_connection_recv(w->tasks, NULL, &doc, err);
    sem_post(w->lock);
    if (code)
        return code;
    pickle_value task = pickle_doc_get_root(doc);
    *done = !pickle_get_int(task, &n);
    if (!*done) {
        pickle_value pair[2] = {task, pickle_int(doc, n * n)};
        code = pickle_connection_send(w->results, doc,
                                      pickle_tuple(doc, pair, 2), NULL, err);
    }
    pickle_doc_free(doc);
    return code;
}

static int serve(worker *w) {
    pickle_error err;
    bool done = false;
    while (!done) {
        pickle_handle handles[2] = {w->listener,
                                    pickle_connection_handle(w->tasks)};
        bool ready[2];
        pickle_code code = pickle_connection_wait(handles, 2, PICKLE_NO_TIMEOUT,
                                                  ready, NULL, &err);
        if (code == PICKLE_OK && ready[0])
            serve_client(w);
        if (code == PICKLE_OK && ready[1])
            code = do_task(w, &done, &err);
        if (code)
            return fail(err.where, err.message);
    }
    return 0;
}

/* argv ends with: -c "from multiprocessing.spawn import spawn_main;
 * spawn_main(tracker_fd=4, pipe_handle=8)" --multiprocessing-fork */
static int pipe_of(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const char *at = strstr(argv[i], "pipe_handle=");
        if (at)
            return (int)strtol(at + strlen("pipe_handle="), NULL, 10);
    }
    return -1;
}

int main(int argc, char **argv) {
    worker w = {0};
    pickle_error err;
    pickle_doc *doc;
    pickle_value process;
    int pipe_handle = pipe_of(argc, argv);

    if (pipe_handle < 0)
        return fail("usage", "is started by spawn_parent.py");
    if (pickle_doc_new(NULL, &doc, &err))
        return fail("document", err.message);
    int code = read_process(pipe_handle, doc, &process, &err)
                   ? fail("process object", err.message)
                   : take_arguments(&w, process);
    if (code == 0)
        code = serve(&w);
    pickle_connection_close(w.tasks);
    pickle_connection_close(w.results);
    pickle_doc_free(doc);
    return code == 0 ? 42 : code;
}
