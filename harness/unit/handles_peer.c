/*
 * handles_peer.c  The C side of handles_interop.py: a process that passes
 * descriptors to and from a Python, and shows each by its inode.
 *
 *     pickle_handles_peer SOCKET CPYTHON     the socket, the version (308 ...)
 *
 *     hello                  ok
 *     sendfds FD...          send these descriptors of ours
 *     recvfds SIZE           ok INODE...
 *     send_handle FD         over a Connection
 *     recv_handle            ok INODE
 *     make FORM FD...        ok PICKLE..., the DupFd of each; forms: spawn,
 *                            forkserver (which also sends them), sharer
 *     detach PICKLE [FD...]  ok INODE; behind it what a forkserver's child has
 *     exec PYTHON CODE FD... run a Python that is given their spawn DupFds as
 *                            arguments and nothing else; ok and its output
 *
 * Answers are one line, `ok WORDS` or `err CLASS WORDS`.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pickleproof/reduction.h>

enum { MOST = 300 };

static const char key[] = "pickleproof";

typedef struct peer {
    pickle_handle sock;
    int cpython;
    pickle_connection *conn; /* over the same socket */
    pickle_resource_sharer *sharer;
    char *words[MOST + 8];
    size_t count;
    pickle_error err;
} peer;

static void show_inode(pickle_handle h) {
    struct stat st;
    printf(" %lu", fstat((int)h, &st) == 0 ? (unsigned long)st.st_ino : 0);
}

static void show_error(const peer *p) {
    printf("err %s ", pickle_code_exception(p->err.code));
    if (p->err.code == PICKLE_ERR_SYSTEM) {
        printf("%d", (int)p->err.os_error);
    } else {
        printf("%s", p->err.message);
    }
}

static pickle_handle number(const peer *p, size_t word) {
    return (pickle_handle)strtoll(p->words[word], NULL, 10);
}

/* ---- sendfds and the like ---- */

static pickle_code do_hello(peer *p) {
    (void)p;
    printf("ok");
    return PICKLE_OK;
}

static pickle_code do_sendfds(peer *p) {
    pickle_handle fds[MOST];
    pickle_handle_options opt = pickle_handle_options_for(p->cpython);
    for (size_t i = 1; i < p->count; i++) {
        fds[i - 1] = number(p, i);
    }
    pickle_code code =
        pickle_sendfds(p->sock, fds, p->count - 1, &opt, &p->err);
    if (code == PICKLE_OK) {
        printf("ok");
    }
    return code;
}

static pickle_code do_recvfds(peer *p) {
    pickle_handle fds[MOST + 1];
    pickle_handle_options opt = pickle_handle_options_for(p->cpython);
    size_t count;
    pickle_code code = pickle_recvfds(p->sock, (size_t)number(p, 1), &opt, fds,
                                      &count, &p->err);
    if (code == PICKLE_OK) {
        printf("ok");
        for (size_t i = 0; i < count; i++) {
            show_inode(fds[i]);
            close((int)fds[i]);
        }
    }
    return code;
}

static pickle_code do_send_handle(peer *p) {
    pickle_code code = pickle_send_handle(p->conn, number(p, 1), &p->err);
    if (code == PICKLE_OK) {
        printf("ok");
    }
    return code;
}

static pickle_code do_recv_handle(peer *p) {
    pickle_handle h;
    pickle_code code = pickle_recv_handle(p->conn, &h, &p->err);
    if (code == PICKLE_OK) {
        printf("ok");
        show_inode(h);
        close((int)h);
    }
    return code;
}

/* ---- DupFd ---- */

static pickle_code show_dupfd(peer *p, pickle_doc *doc, pickle_handle h,
                              pickle_spawning *s) {
    pickle_encode_options opt = pickle_encode_defaults;
    pickle_bytes_buffer out = {0};
    pickle_value dup;
    opt.protocol = p->cpython >= 314 ? 5 : 4;
    pickle_code code = pickle_dupfd_make(doc, h, s, p->sharer, &dup, &p->err);
    if (code == PICKLE_OK) {
        code = pickle_encode(doc, dup, &opt, &out, &p->err);
    }
    if (code == PICKLE_OK) {
        putchar(' ');
        for (size_t i = 0; i < out.len; i++) {
            printf("%02x", out.data[i]);
        }
    }
    pickle_bytes_buffer_deinit(&out);
    return code;
}

static pickle_code start_sharer(peer *p) {
    pickle_sharer_options opt = {
        .authkey = key, .authkey_len = sizeof key - 1, .cpython = p->cpython};
    return p->sharer
               ? PICKLE_OK
               : pickle_resource_sharer_new(&opt, NULL, &p->sharer, &p->err);
}

/* Print the DupFds of the words from `first` on. */
static pickle_code show_all(peer *p, size_t first, pickle_spawning *s) {
    pickle_doc *doc;
    pickle_code code = pickle_doc_new(NULL, &doc, &p->err);
    if (code) {
        return code;
    }
    for (size_t i = first; i < p->count && !code; i++) {
        code = show_dupfd(p, doc, number(p, i), s);
    }
    pickle_doc_free(doc);
    return code;
}

static pickle_code do_make(peer *p) {
    const char *form = p->words[1];
    pickle_spawning *s = NULL;
    pickle_code code;
    if (strcmp(form, "sharer") == 0) {
        code = start_sharer(p);
    } else {
        code = pickle_spawning_new(strcmp(form, "spawn") == 0
                                       ? PICKLE_DUPFD_SPAWN
                                       : PICKLE_DUPFD_FORKSERVER,
                                   NULL, &s, &p->err);
    }
    if (code) {
        return code;
    }
    printf("ok");
    code = show_all(p, 2, s);
    if (s && strcmp(form, "forkserver") == 0 && !code) {
        pickle_handle_options opt = pickle_handle_options_for(p->cpython);
        size_t count;
        const pickle_handle *handles = pickle_spawning_handles(s, &count);
        fflush(stdout);
        code = pickle_sendfds(p->sock, handles, count, &opt, &p->err);
    }
    pickle_spawning_free(s);
    return code;
}

static size_t unhex(char *text) {
    size_t len = strlen(text) / 2;
    for (size_t i = 0; i < len; i++) {
        const char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};
        text[i] = (char)strtol(pair, NULL, 16);
    }
    return len;
}

static pickle_code do_detach(peer *p) {
    pickle_auth_options auth = {
        .authkey = key, .authkey_len = sizeof key - 1, .cpython = p->cpython};
    pickle_handle inherited[MOST];
    pickle_detach_options opt = {.auth = &auth};
    pickle_doc *doc;
    pickle_handle h;
    for (size_t i = 2; i < p->count; i++) {
        inherited[opt.inherited_count++] = number(p, i);
        opt.inherited = inherited;
    }
    size_t len = unhex(p->words[1]);
    pickle_code code =
        pickle_decode(p->words[1], len, NULL, &doc, NULL, &p->err);
    if (code) {
        return code;
    }
    code = pickle_dupfd_detach(pickle_doc_get_root(doc), &opt, &h, &p->err);
    if (code == PICKLE_OK) {
        printf("ok");
        show_inode(h);
    }
    pickle_doc_free(doc);
    return code;
}

/* ---- a spawned child ---- */

/* Only what the DupFds need stays open over exec. */
static void keep_only(const pickle_handle *handles, size_t count) {
    for (int fd = 3; fd < 1024; fd++) {
        bool keep = false;
        for (size_t i = 0; i < count; i++) {
            keep |= handles[i] == fd;
        }
        if (fcntl(fd, F_GETFD) >= 0) {
            fcntl(fd, F_SETFD, keep ? 0 : FD_CLOEXEC);
        }
    }
}

/* The pickles go to the child as its arguments: printed by show_all() into a
 * pipe, which is the child's input. */
static pickle_code do_exec(peer *p) {
    pickle_spawning *s;
    int to_child[2];
    int status;
    pickle_code code =
        pickle_spawning_new(PICKLE_DUPFD_SPAWN, NULL, &s, &p->err);
    if (code || pipe(to_child) != 0) {
        return code ? code : PICKLE_ERR_SYSTEM;
    }
    fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    dup2(to_child[1], STDOUT_FILENO);
    code = show_all(p, 3, s);
    putchar('\n');
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(to_child[1]);
    if (!code && fork() == 0) {
        size_t count;
        const pickle_handle *handles = pickle_spawning_handles(s, &count);
        dup2(to_child[0], STDIN_FILENO);
        keep_only(handles, count);
        execl(p->words[1], p->words[1], "-B", p->words[2], (char *)NULL);
        _exit(127);
    }
    if (!code) {
        wait(&status);
    }
    close(to_child[0]);
    pickle_spawning_free(s);
    return code;
}

/* ---- commands ---- */

static pickle_code obey(peer *p) {
    static const struct {
        const char *name;
        size_t words;
        pickle_code (*fn)(peer *p);
    } commands[] = {
        {"hello", 1, do_hello},
        {"sendfds", 1, do_sendfds},
        {"recvfds", 2, do_recvfds},
        {"send_handle", 2, do_send_handle},
        {"recv_handle", 1, do_recv_handle},
        {"make", 2, do_make},
        {"detach", 2, do_detach},
        {"exec", 3, do_exec},
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (p->count >= commands[i].words &&
            strcmp(commands[i].name, p->words[0]) == 0) {
            return commands[i].fn(p);
        }
    }
    snprintf(p->err.message, sizeof p->err.message, "no such command");
    return p->err.code = PICKLE_ERR_BUG;
}

int main(int argc, char **argv) {
    static char line[1 << 16];
    peer p = {.cpython = 0};
    if (argc != 3) {
        return 2;
    }
    p.sock = strtol(argv[1], NULL, 10);
    p.cpython = (int)strtol(argv[2], NULL, 10);
    if (pickle_connection_new(p.sock, PICKLE_DUPLEX, NULL, &p.conn, &p.err)) {
        return 3;
    }
    pickle_connection_set_peer(p.conn, p.cpython);
    while (fgets(line, sizeof line, stdin)) {
        p.count = 0;
        for (char *w = strtok(line, " \n"); w; w = strtok(NULL, " \n")) {
            p.words[p.count++] = w;
        }
        if (p.count && obey(&p)) {
            show_error(&p);
        }
        putchar('\n');
        fflush(stdout);
    }
    pickle_resource_sharer_free(p.sharer);
    pickle_connection_close(p.conn);
    return 0;
}
