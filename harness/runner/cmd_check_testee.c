/* cmd_check_testee.c  pickleproof check-testee: does it keep the protocol? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "dialogue.h"
#include "message.h"
#include "options.h"
#include "testee.h"

enum { MANY = 200, MEGABYTE = 1 << 20 };

typedef struct exam {
    char *const *argv;
    double timeout_ms;
    double startup_ms;
    dialogue d;
    hello hello;
    size_t passed, failed, noise;
    char first_noise[80];
    bool lost; /* no use to go on with this process */
} exam;

/* ---- verdicts ---- */

static void pass(exam *e, const char *what) {
    e->passed++;
    printf("ok    %s\n", what);
}

static void fail(exam *e, const char *what, const char *why) {
    e->failed++;
    printf("FAIL  %s: %s\n", what, why);
}

static void note(const char *what, const char *why) {
    printf("note  %s: %s\n", what, why);
}

/* ---- talking ---- */

static bool start(exam *e) {
    buffer why = {0};
    bool started = dialogue_start(&e->d, e->argv, &why);
    if (!started)
        complain("cannot start %s: %s; give the testee's command after --",
                 e->argv[0], why.data);
    buffer_free(&why);
    e->lost = !started;
    return started;
}

static bool send(exam *e, const char *text) {
    return dialogue_send(&e->d, text, strlen(text), e->timeout_ms);
}

static bool has_id(const char *line, const char *id) {
    size_t len = strlen(id);
    return strncmp(line, id, len) == 0 && line[len] == ' ';
}

/* The reply to `id`: what follows it, NULL if it does not come. Other lines are
 * noise. */
static char *await(exam *e, const char *id) {
    for (;;) {
        char *line = dialogue_line(&e->d, e->timeout_ms);
        if (!line)
            return NULL;
        if (has_id(line, id))
            return line + strlen(id) + 1;
        if (strncmp(line, "hello ", 6) == 0)
            continue;
        if (e->noise++ == 0)
            snprintf(e->first_noise, sizeof e->first_noise, "%s", line);
    }
}

/* Why there was no answer. Lines that come once the input is closed were
 * written in time, but kept in a buffer. */
static const char *why_silent(exam *e) {
    ending how = {0};
    if (e->d.ended) {
        spawn_ended(&e->d.process, 500, &how);
        return how.signal  ? "it died of a signal"
               : how.known ? "it has ended"
                           : "it has closed its standard output";
    }
    size_t before = e->d.in.len;
    dialogue_end(&e->d, e->timeout_ms, &how);
    return e->d.in.len > before
               ? "no answer in time, but answers came when its input was "
                 "closed: flush standard output after each reply"
               : "no answer in time";
}

static void lose(exam *e, const char *what) {
    fail(e, what, why_silent(e));
    if (e->d.errors.len)
        printf("      it wrote to standard error: %.300s\n", e->d.errors.data);
    e->lost = true;
}

/* Ask and take the reply apart; the text of the reply is in `line` then. NULL
 * after a verdict. */
static reply *ask(exam *e, const char *what, const char *id,
                  const char *request, reply *r) {
    buffer line = {0}, why = {0};
    reply *answer = NULL;
    buffer_printf(&line, "%s %s\n", id, request);
    if (e->lost) {
        buffer_free(&line);
        return NULL;
    }
    bool sent = dialogue_send(&e->d, line.data, line.len, e->timeout_ms);
    char *body = sent ? await(e, id) : NULL;
    if (!body)
        lose(e, what);
    else if (!reply_parse(r, body, &why))
        fail(e, what, why.data);
    else
        answer = r;
    buffer_free(&line);
    buffer_free(&why);
    return answer;
}

/* ---- questions ---- */

static bool greet(exam *e) {
    buffer why = {0};
    char *line;
    bool good = false;
    send(e, "hello " PROTOCOL_NAME "\n");
    while ((line = dialogue_line(&e->d, e->startup_ms)) != NULL &&
           strncmp(line, "hello", 5) != 0) {
        if (e->noise++ == 0)
            snprintf(e->first_noise, sizeof e->first_noise, "%s", line);
    }
    if (!line) {
        lose(e, "it says hello");
    } else if (!hello_parse(&e->hello, line, strlen(line), &why)) {
        fail(e, "it says hello", why.data);
        e->lost = true;
    } else {
        pass(e, "it says hello");
        good = true;
    }
    buffer_free(&why);
    return good;
}

static void ask_unknown_operation(exam *e) {
    static const char what[] = "an unknown operation is answered na";
    reply r = {0};
    if (ask(e, what, "1", "frobnicate x:4e2e", &r)) {
        if (r.kind == REPLY_NA)
            pass(e, what);
        else
            fail(e, what, "it answered ok or err, as if it knew frobnicate");
    }
    free(r.results);
}

static void ask_opaque_id(exam *e) {
    static const char what[] = "any word is an id, unknown keys are ignored";
    reply r = {0};
    if (ask(e, what, "a-7_Z", "load nosuchkey=1 x:4e2e", &r)) {
        if (r.kind == REPLY_OK)
            pass(e, what);
        else
            fail(e, what, "the pickle of None was not accepted");
    }
    free(r.results);
}

static void ask_none(exam *e) {
    static const char what[] = "None is reported as caps says";
    reply r = {0};
    if (ask(e, what, "3", "load x:4e2e", &r)) {
        bool reports = hello_has_cap(&e->hello, "value");
        const char *want = reports ? "N" : "?";
        if (r.kind != REPLY_OK)
            fail(e, what, "the pickle of None was not accepted");
        else if (reports && strcmp(r.results[0], want) != 0)
            fail(e, what, "caps has value, but the result is not N");
        else
            pass(e, what);
    }
    free(r.results);
}

static void ask_empty(exam *e) {
    static const char what[] = "empty input is rejected";
    reply r = {0};
    if (ask(e, what, "4", "load x:", &r)) {
        if (r.kind == REPLY_ERR)
            pass(e, what);
        else
            fail(e, what, "answer err with a class, such as EOFError");
    }
    free(r.results);
}

static void ask_large(exam *e) {
    static const char what[] = "a request of 2 MB is answered";
    buffer request = {0};
    reply r = {0};
    buffer_puts(&request, "load x:");
    for (int i = 0; i < MEGABYTE / 2; i++)
        buffer_puts(&request, "4e30"); /* NONE POP */
    buffer_puts(&request, "4e2e");
    if (ask(e, what, "5", request.data, &r)) {
        if (r.kind == REPLY_OK)
            pass(e, what);
        else
            fail(e, what, "a long pickle of None was not accepted");
    }
    free(r.results);
    buffer_free(&request);
}

static void ask_many(exam *e) {
    static const char what[] =
        "200 requests in one piece are answered in order";
    buffer all = {0};
    bool good = !e->lost;
    for (int i = 0; i < MANY; i++)
        buffer_printf(&all, "m%d load x:4e2e\n", i);
    good = good && dialogue_send(&e->d, all.data, all.len, e->timeout_ms);
    for (int i = 0; good && i < MANY; i++) {
        char id[16];
        snprintf(id, sizeof id, "m%d", i);
        char *line = dialogue_line(&e->d, e->timeout_ms);
        good = line && has_id(line, id);
        if (line && !good) {
            fail(e, what, "a reply has another id than the request in turn");
            buffer_free(&all);
            return;
        }
    }
    if (good)
        pass(e, what);
    else if (!e->lost)
        lose(e, what);
    buffer_free(&all);
}

static void ask_carriage_return(exam *e) {
    static const char what[] = "a CR before the end of line is ignored";
    reply r = {0};
    if (ask(e, what, "6", "load x:4e2e\r", &r)) {
        if (r.kind == REPLY_OK)
            pass(e, what);
        else
            fail(e, what, "the pickle of None was not accepted");
    }
    free(r.results);
}

static void ask_second_hello(exam *e) {
    static const char what[] = "a second hello does no harm";
    reply r = {0};
    if (!e->lost)
        send(e, "hello " PROTOCOL_NAME " again=1\n");
    if (ask(e, what, "7", "load x:4e2e", &r))
        pass(e, what);
    free(r.results);
}

static void check_noise(exam *e) {
    static const char what[] = "nothing but replies is on standard output";
    if (e->noise)
        fail(e, what, e->first_noise);
    else
        pass(e, what);
}

static void check_end(exam *e, const char *what) {
    ending how = {0};
    if (e->lost)
        return;
    bool ended = dialogue_end(&e->d, 3000, &how);
    if (!ended)
        fail(e, what, "it still ran after 3 s");
    else if (how.signal)
        fail(e, what, spawn_signal_name(how.signal));
    else if (how.code)
        fail(e, what, "its exit code is not 0");
    else
        pass(e, what);
}

static void finish_process(exam *e) {
    if (dialogue_free(&e->d))
        fail(e, "it leaves no process behind", "others of its group still ran");
    hello_free(&e->hello);
}

/* What a testee may get wrong without harm, as long as nobody sends it. */
static void try_bad_line(exam *e) {
    ending how = {0};
    if (e->lost || !start(e))
        return;
    send(e, "hello " PROTOCOL_NAME "\n");
    dialogue_line(&e->d, e->startup_ms);
    if (!send(e, "alone\n") || !send(e, "8 load x:4e2e\n") || !await(e, "8"))
        note("a line without an operation", "it does not survive one");
    dialogue_end(&e->d, e->timeout_ms, &how);
    dialogue_free(&e->d);
}

static void examine(exam *e) {
    if (greet(e)) {
        ask_unknown_operation(e);
        if (hello_has_op(&e->hello, "load")) {
            ask_opaque_id(e);
            ask_none(e);
            ask_empty(e);
            ask_large(e);
            ask_many(e);
            ask_carriage_return(e);
            ask_second_hello(e);
        }
        if (!e->lost)
            send(e, "bye\n");
        check_end(e, "it ends with exit code 0 after bye");
    }
    check_noise(e);
    finish_process(e);
}

static void examine_end_of_file(exam *e) {
    if (e->lost || !start(e))
        return;
    send(e, "hello " PROTOCOL_NAME "\n");
    dialogue_line(&e->d, e->startup_ms);
    check_end(e, "it ends with exit code 0 when its input ends");
    finish_process(e);
}

int command_check_testee(int argc, char **argv) {
    double timeout = 5, startup = 30;
    const option table[] = {{"timeout", 0, OPTION_SECONDS, &timeout, "SECONDS",
                             "for one answer (default: 5)"},
                            {"startup", 0, OPTION_SECONDS, &startup, "SECONDS",
                             "for the hello (default: 30)"}};
    const usage u = {
        "check-testee",
        "[options] [-- TESTEE ARGS...]",
        "Asks a testee what the protocol says it must bear: unknown operations "
        "and keys,\nlong lines, many requests at once, an early end. Run this "
        "before run.",
        "  pickleproof check-testee -- python3 mine.py\n"
        "  pickleproof check-testee --timeout 30 -- ./slow-to-answer\n",
        table,
        OPTION_COUNT(table)};
    arguments args;
    int code = options_read(&u, argc, argv, &args);
    if (code < 0 && (args.plain.count || (args.rest && !args.rest[0])))
        code = options_refuse(&u, "the testee's command goes after --");
    strings_free(&args.plain);
    if (code >= 0)
        return code;
    char *self = spawn_own_path();
    char *own[] = {self, "testee", NULL};
    exam e = {.argv = args.rest ? args.rest : own,
              .timeout_ms = timeout * 1e3,
              .startup_ms = startup * 1e3};
    spawn_catch_signals();
    code = EXIT_NOT_RUN;
    if (start(&e)) {
        examine(&e);
        examine_end_of_file(&e);
        try_bad_line(&e);
        printf("pickleproof: %zu passed, %zu failed, 0 skipped\n", e.passed,
               e.failed);
        code = e.failed ? EXIT_NOT_AS_EXPECTED : EXIT_AS_EXPECTED;
    }
    free(self);
    return close_output(code);
}
