/* pool_reply.c  What a reply, or the lack of one, makes of an item. */
#include <stdlib.h>
#include <string.h>

#include "pool_parts.h"

enum { RERUNS = 40 }; /* failures that are asked again */

/* ---- settling ---- */

static void ask_again(pool *p, size_t item) {
    if (p->again_count == p->again_cap) {
        p->again_cap = p->again_cap ? p->again_cap * 2 : 64;
        p->again = must_resize(p->again, p->again_cap * sizeof *p->again);
    }
    p->again[p->again_count++] = item;
}

void pool_ask_alone(pool *p, size_t item, outcome first, const char *reason) {
    if (p->solo_count == p->solo_cap) {
        p->solo_cap = p->solo_cap ? p->solo_cap * 2 : 64;
        p->solos = must_resize(p->solos, p->solo_cap * sizeof *p->solos);
    }
    p->solos[p->solo_count++] =
        (solo){item, first, must_copy(reason ? reason : "")};
}

void pool_settle(pool *p, size_t item) {
    p->failures += p->client.settled(p->client.ctx, item, &p->results[item]);
}

static void set_text(char **to, const char *text) {
    free(*to);
    *to = text && text[0] ? must_copy(text) : NULL;
}

/* The outcome alone is final; where it is another than among others, that is
 * the finding. */
void pool_settle_solo(pool *p, const solo *s) {
    result *r = &p->results[s->item];
    if (s->first != OUTCOME_NOTRUN && r->outcome != s->first) {
        buffer reason = {0};
        buffer_printf(&reason, "among others: %s%s%s; alone in a process: %s",
                      outcome_word(s->first), s->reason[0] ? ", " : "",
                      s->reason, outcome_word(r->outcome));
        r->outcome = OUTCOME_STATE;
        set_text(&r->reason, reason.data);
        buffer_free(&reason);
    }
    pool_settle(p, s->item);
}

/* ---- replies ---- */

void pool_tell_held(pool *p, worker *w) {
    if (!w->held || p->solo_phase)
        return;
    size_t item = w->last_item;
    const result *r = &p->results[item];
    w->held = false;
    if (r->outcome == OUTCOME_FAIL && p->reruns < RERUNS &&
        !p->client.expects(p->client.ctx, item, r)) {
        p->reruns++;
        pool_ask_alone(p, item, OUTCOME_FAIL, r->reason);
    } else {
        pool_settle(p, item);
    }
}

void pool_last_lines(const buffer *errors, buffer *out) {
    const char *text = buffer_text(errors);
    size_t len = errors->len, lines = 0, at = len;
    while (at > 0 && lines < 8) {
        at--;
        lines += at > 0 && text[at - 1] == '\n';
    }
    buffer_add(out, text + at, len - at);
    while (out->len && out->data[out->len - 1] == '\n')
        out->data[--out->len] = '\0';
}

static void note_errors(const worker *w, result *r) {
    buffer tail = {0};
    pool_last_lines(&w->errors, &tail);
    set_text(&r->errors, buffer_text(&tail));
    buffer_free(&tail);
}

void pool_add_session(pool *p, const char *text) {
    enum { ENOUGH = 4000 };
    if (p->session.len < ENOUGH && !strstr(buffer_text(&p->session), text))
        buffer_printf(&p->session, "%s\n", text);
}

static void lose(pool *p, worker *w, size_t item, outcome o,
                 const char *reason) {
    result *r = &p->results[item];
    r->outcome = o;
    set_text(&r->reason, reason);
    note_errors(w, r);
    p->client.explain(p->client.ctx, item, r);
    if (p->solo_phase)
        return;
    /* The only request a process ever had needs no second look. */
    if (w->answered == 0 && w->next_id == 2)
        pool_settle(p, item);
    else
        pool_ask_alone(p, item, o, reason);
}

/* A process cannot be used further: what is in flight behind the request at
 * fault is asked again. */
static void condemn(pool *p, worker *w, size_t behind) {
    for (size_t i = w->count; i-- > behind;)
        ask_again(p, w->flights[(w->first + i) % WINDOW_MAX].item);
    w->count = 0;
    p->deaths++;
    p->deaths_in_a_row++;
    worker_kill(w);
    w->killed = true;
}

void pool_give_up(pool *p, worker *w, outcome o, const char *reason) {
    pool_tell_held(p, w);
    if (w->count)
        lose(p, w, w->flights[w->first].item, o, reason);
    else
        pool_add_session(p, reason);
    condemn(p, w, 1);
}

static void took_reply(pool *p, worker *w, char *body) {
    buffer why = {0};
    double ms = spawn_clock_ms() - w->since;
    size_t item = w->flights[w->first].item;
    result *r = &p->results[item];
    pool_tell_held(p, w);
    if (!reply_parse(&p->reply, body, &why)) {
        pool_give_up(p, w, OUTCOME_PROTOCOL, why.data);
    } else {
        worker_land(w);
        w->held = true;
        r->ms = (float)ms;
        p->deaths_in_a_row = 0;
        p->client.judge(p->client.ctx, item, &p->hello, &p->reply, r);
        if (outcome_is_bad(r->outcome))
            note_errors(w, r);
        buffer_clear(&w->errors);
    }
    buffer_free(&why);
}

static void took_again(pool *p, worker *w) {
    w->held = false;
    lose(p, w, w->last_item, OUTCOME_PROTOCOL, "answered twice");
    condemn(p, w, 0);
}

void pool_handle_lines(pool *p, worker *w) {
    buffer why = {0};
    char *body = NULL;
    while (w->state != WORKER_NONE) {
        switch (worker_next_line(w, &body, &why)) {
        case LINE_NONE: buffer_free(&why); return;
        case LINE_HELLO:
            if (why.len)
                buffer_printf(&p->broken, "%s", why.data);
            buffer_clear(&why);
            w->since = spawn_clock_ms();
            break;
        case LINE_NOISE: break;
        case LINE_REPLY: took_reply(p, w, body); break;
        case LINE_AGAIN: took_again(p, w); break;
        case LINE_WRONG:
            pool_give_up(p, w, OUTCOME_PROTOCOL, "answered another request");
            break;
        }
        if (w->killed)
            break;
    }
    buffer_free(&why);
}
