/* spawn_posix.c  Child processes on POSIX systems. See spawn.h. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "spawn.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if defined(__has_include)
#if __has_include(<sys/prctl.h>)
#include <sys/prctl.h>
#endif
#endif

static volatile sig_atomic_t interrupted;

/* ---- starting ---- */

static void close_pair(int pair[2]) {
    for (int i = 0; i < 2; i++) {
        if (pair[i] >= 0)
            close(pair[i]);
    }
}

/* A pipe that children do not inherit: one that did would keep it open. */
static bool make_pipe(int pair[2]) {
    if (pipe(pair) != 0) {
        pair[0] = pair[1] = -1;
        return false;
    }
    fcntl(pair[0], F_SETFD, FD_CLOEXEC);
    fcntl(pair[1], F_SETFD, FD_CLOEXEC);
    return true;
}

extern char **environ;

/* The environment with another TMPDIR: made before the fork, since a child of a
 * threaded program may not allocate. Freed with its last string. */
static char **environment_in(const char *temporary) {
    static const char name[] = "TMPDIR=";
    size_t count = 0, n = 0;
    while (environ[count])
        count++;
    char **copy = must_calloc(count + 2, sizeof *copy);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(environ[i], name, sizeof name - 1) != 0)
            copy[n++] = environ[i];
    }
    buffer own = {0};
    buffer_printf(&own, "%s%s", name, temporary);
    copy[n] = buffer_take(&own);
    return copy;
}

static void environment_free(char **env) {
    size_t n = 0;
    while (env && env[n])
        n++;
    if (n)
        free(env[n - 1]);
    free(env);
}

static void be_child(char *const argv[], char **env, const int fds[3],
                     int report, pid_t parent) {
    setpgid(0, 0);
#ifdef PR_SET_PDEATHSIG
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent) /* it died before it could be watched */
        _exit(127);
    for (int i = 0; i < 3; i++) {
        if (dup2(fds[i], i) < 0)
            _exit(127);
    }
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    if (env)
        environ = env;
    execvp(argv[0], argv);
    int error = errno;
    ssize_t sent = write(report, &error, sizeof error);
    _exit(sent > 0 ? 127 : 126);
}

/* The child's report is empty when exec worked: the pipe closes with it. */
static int exec_error(int report) {
    int error = 0;
    ssize_t got;
    do
        got = read(report, &error, sizeof error);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof error ? error : 0;
}

static bool set_nonblocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

static int fork_child(process *p, char *const argv[], char **env, int in[2],
                      int out[2], int err[2], int report[2]) {
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0)
        return errno;
    if (pid == 0) {
        const int fds[3] = {in[0], out[1], err[1]};
        be_child(argv, env, fds, report[1], parent);
    }
    setpgid(pid, pid); /* whoever comes first: both do it */
    close(report[1]);
    report[1] = -1;
    int error = exec_error(report[0]);
    if (error) {
        waitpid(pid, NULL, 0);
        return error;
    }
    p->id = pid;
    return 0;
}

bool spawn_start(process *p, char *const argv[], buffer *why) {
    return spawn_start_in(p, argv, NULL, why);
}

bool spawn_start_in(process *p, char *const argv[], const char *temporary,
                    buffer *why) {
    char **env = temporary ? environment_in(temporary) : NULL;
    int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
    int report[2] = {-1, -1};
    int error = 0;
    *p = (process){0};
    if (!make_pipe(in) || !make_pipe(out) || !make_pipe(err) ||
        !make_pipe(report))
        error = errno;
    else
        error = fork_child(p, argv, env, in, out, err, report);
    environment_free(env);
    close_pair(report);
    if (error) {
        close_pair(in);
        close_pair(out);
        close_pair(err);
        buffer_puts(why, strerror(error));
        return false;
    }
    close(in[0]);
    close(out[1]);
    close(err[1]);
    p->in = in[1];
    p->out = out[0];
    p->err = err[0];
    p->out_open = p->err_open = true;
    set_nonblocking(in[1]);
    set_nonblocking(out[0]);
    set_nonblocking(err[0]);
    return true;
}

/* ---- reading and writing ---- */

static ptrdiff_t outcome_of(ssize_t n) {
    if (n >= 0)
        return (ptrdiff_t)n;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return SPAWN_AGAIN;
    return SPAWN_BROKEN;
}

ptrdiff_t spawn_read_out(process *p, void *to, size_t cap) {
    return outcome_of(read((int)p->out, to, cap));
}

ptrdiff_t spawn_read_err(process *p, void *to, size_t cap) {
    return outcome_of(read((int)p->err, to, cap));
}

ptrdiff_t spawn_write(process *p, const void *from, size_t len) {
    if (p->in < 0)
        return SPAWN_BROKEN;
    return outcome_of(write((int)p->in, from, len));
}

void spawn_wait(spawn_event *events, size_t count, double timeout_ms) {
    struct pollfd *fds = must_calloc(count * 3, sizeof *fds);
    for (size_t i = 0; i < count; i++) {
        const process *p = events[i].process;
        struct pollfd *f = fds + 3 * i;
        f[0].fd = p->out_open ? (int)p->out : -1;
        f[1].fd = p->err_open ? (int)p->err : -1;
        f[2].fd = events[i].want_write && p->in >= 0 ? (int)p->in : -1;
        f[0].events = f[1].events = POLLIN;
        f[2].events = POLLOUT;
    }
    int timeout = timeout_ms < 0 ? -1 : (int)(timeout_ms + 0.999);
    int ready = poll(fds, (nfds_t)(count * 3), timeout);
    for (size_t i = 0; i < count; i++) {
        const struct pollfd *f = fds + 3 * i;
        events[i].can_read_out = ready > 0 && f[0].revents != 0;
        events[i].can_read_err = ready > 0 && f[1].revents != 0;
        events[i].can_write = ready > 0 && f[2].revents != 0;
    }
    free(fds);
}

void spawn_close_in(process *p) {
    if (p->in >= 0)
        close((int)p->in);
    p->in = -1;
}

/* ---- ending ---- */

static void fill(ending *how, int status) {
    how->known = true;
    how->code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    how->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

bool spawn_ended(process *p, double timeout_ms, ending *how) {
    double until = spawn_clock_ms() + timeout_ms;
    double pause_ms = 0.2;
    for (;;) {
        int status = 0;
        pid_t got = waitpid((pid_t)p->id, &status, WNOHANG);
        if (got == (pid_t)p->id) {
            fill(how, status);
            return true;
        }
        if (got < 0 && errno != EINTR)
            return true; /* reaped already */
        double left = until - spawn_clock_ms();
        if (left <= 0)
            return false;
        double ms = pause_ms < left ? pause_ms : left;
        struct timespec t = {0, (long)(ms * 1e6)};
        nanosleep(&t, NULL);
        pause_ms = pause_ms < 20 ? pause_ms * 2 : 20;
    }
}

bool spawn_signal(process *p, const char *name) {
    static const struct {
        const char *name;
        int number;
    } signals[] = {{"KILL", SIGKILL}, {"STOP", SIGSTOP}, {"CONT", SIGCONT},
                   {"TERM", SIGTERM}, {"INT", SIGINT},   {"HUP", SIGHUP},
                   {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"ALRM", SIGALRM},
                   {"PIPE", SIGPIPE}, {"CHLD", SIGCHLD}};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        if (strcmp(signals[i].name, name) == 0)
            return p->id > 0 && kill((pid_t)p->id, signals[i].number) == 0;
    }
    return false;
}

void spawn_stop(process *p, ending *how) {
    if (spawn_ended(p, 0, how))
        return;
    kill(-(pid_t)p->id, SIGTERM);
    if (spawn_ended(p, 200, how))
        return;
    kill(-(pid_t)p->id, SIGKILL);
    spawn_ended(p, 5000, how);
}

bool spawn_kill_leftovers(process *p) {
    return p->id > 0 && kill(-(pid_t)p->id, SIGKILL) == 0;
}

void spawn_close(process *p) {
    spawn_close_in(p);
    if (p->id) {
        close((int)p->out);
        close((int)p->err);
    }
    *p = (process){.in = -1};
}

const char *spawn_signal_name(int number) {
    const char *name = strsignal(number);
    return name ? name : "unknown signal";
}

/* ---- the machine ---- */

double spawn_clock_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

char *spawn_own_path(void) {
    static const char *const links[] = {"/proc/self/exe", "/proc/curproc/file"};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        char *path = realpath(links[i], NULL);
        if (path)
            return path;
    }
    return NULL;
}

int spawn_cores(void) {
#ifdef CPU_COUNT
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set) > 0 ? CPU_COUNT(&set) : 1;
#endif
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (int)n : 1;
}

bool spawn_is_terminal(FILE *stream) {
    return isatty(fileno(stream)) != 0;
}

static void note_signal(int number) {
    (void)number;
    interrupted = 1;
}

void spawn_catch_signals(void) {
    struct sigaction act = {.sa_handler = note_signal};
    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool spawn_interrupted(void) {
    return interrupted != 0;
}

void spawn_system(char system[32], char machine[32]) {
    struct utsname u;
    if (uname(&u) != 0) {
        strcpy(system, "unknown");
        strcpy(machine, "unknown");
        return;
    }
    snprintf(system, 32, "%.31s", u.sysname);
    snprintf(machine, 32, "%.31s", u.machine);
    for (char *s = system; *s; s++)
        *s = (char)tolower((unsigned char)*s);
}
