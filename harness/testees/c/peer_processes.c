/* peer_processes.c  Forked children that hold descriptors. See peer.h. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peer.h"

static bool is_held(const peer_request *r, int fd) {
    for (size_t i = 0; i < r->count; i++) {
        const thing *t = peer_find(r->peer, r->words[i]);
        if (t && peer_fd(t) == fd)
            return true;
    }
    return false;
}

/* Close all else, `end` last, and stay until killed, or until the peer is gone:
 * then nobody reaps it. */
static void hold(const peer_request *r, pid_t parent, int end) {
    long last = sysconf(_SC_OPEN_MAX);
    if (r->peer->sharer)
        pickle_resource_sharer_after_fork(r->peer->sharer);
    for (int fd = 0; fd < (last < 4096 ? (int)last : 4096); fd++) {
        if (fd != end && !is_held(r, fd))
            close(fd);
    }
    close(end);
    signal(SIGUSR1, SIG_IGN);
    while (getppid() == parent)
        sleep(1);
    _exit(0);
}

/* Nothing is written: the end comes when the child has closed its copy. */
static void wait_for_end(const int *ready) {
    char none;
    close(ready[1]);
    while (read(ready[0], &none, 1) < 0 && errno == EINTR)
        ;
    close(ready[0]);
}

void peer_do_fork(peer_request *r) {
    testee_peer *p = r->peer;
    pid_t parent = getpid();
    for (size_t i = 0; i < r->count; i++) {
        if (!peer_thing(r, i))
            return;
    }
    int ready[2];
    if (pipe(ready)) {
        peer_done(r, false);
        return;
    }
    pid_t child = fork();
    if (child == 0)
        hold(r, parent, ready[1]);
    wait_for_end(ready);
    if (child > 0) {
        p->children = must_resize(p->children,
                                  (p->child_count + 1) * sizeof *p->children);
        p->children[p->child_count++] = child;
    }
    peer_done(r, child > 0);
}

void peer_end_children(testee_peer *p) {
    for (size_t i = 0; i < p->child_count; i++) {
        kill(p->children[i], SIGKILL);
        while (waitpid(p->children[i], NULL, 0) < 0 && errno == EINTR)
            ;
    }
    free(p->children);
    p->children = NULL;
    p->child_count = 0;
}

void peer_do_reap(peer_request *r) {
    peer_end_children(r->peer);
    peer_ok(r);
}
