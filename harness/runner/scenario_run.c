/* scenario_run.c  See scenario_run.h. */
#include "scenario_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_exchange.h"

void stage_open(stage *s, const pair *p, const peer_ground *ground,
                const char *folder) {
    *s = (stage){.pair = p, .ground = ground, .folder = folder};
    for (int i = 0; i < 2; i++)
        s->peers[i] = (peer){.spec = p->specs[i],
                             .ground = ground,
                             .profile = p->profiles[i],
                             .letter = i ? 'B' : 'A'};
}

static void end_both(stage *s) {
    for (int i = 0; i < 2; i++)
        peer_end(&s->peers[i], &s->session);
}

void stage_close(stage *s, buffer *session) {
    end_both(s);
    buffer_add(session, buffer_text(&s->session), s->session.len);
    buffer_free(&s->session);
}

/* ---- before ---- */

static bool launch(exchange *x, peer *p) {
    stage *s = x->stage;
    buffer folder = {0}, why = {0};
    buffer_printf(&folder, "%s/%c%zu", s->folder, p->letter, ++s->processes);
    bool good = peer_launch(p, folder.data, &why);
    if (!good)
        exchange_fault(x, OUTCOME_CRASH, "%c could not be started: %s",
                       p->letter, buffer_text(&why));
    buffer_free(&folder);
    buffer_free(&why);
    return good;
}

static bool greet(exchange *x, peer *p) {
    buffer why = {0};
    bool good = peer_greet(p, &why);
    if (!good)
        exchange_fault(x, OUTCOME_CRASH, "%c cannot be used: %s", p->letter,
                       buffer_text(&why));
    buffer_free(&why);
    return good;
}

/* Both start at the same time. */
static bool start_peers(exchange *x) {
    stage *s = x->stage;
    bool fresh[2], good = true;
    if (x->sc->fresh)
        end_both(s);
    for (int i = 0; i < 2; i++) {
        fresh[i] = !s->peers[i].running;
        buffer_clear(&s->peers[i].d.errors);
        s->peers[i].released = false;
        if (good && fresh[i])
            good = launch(x, &s->peers[i]);
    }
    for (int i = 0; good && i < 2; i++)
        good = !fresh[i] || greet(x, &s->peers[i]);
    return good;
}

static void set_variables(exchange *x, const char *folder) {
    unsigned char bytes[8];
    buffer hex = {0};
    FILE *source = fopen("/dev/urandom", "rb");
    if (!source || fread(bytes, sizeof bytes, 1, source) != 1)
        memcpy(bytes, &(double){spawn_clock_ms()}, sizeof bytes);
    if (source)
        fclose(source);
    buffer_puts(&hex, "x:");
    buffer_hex(&hex, bytes, sizeof bytes);
    variables_set(&x->taken, "nonce", hex.data);
    variables_set(&x->taken, "dir", folder);
    buffer_free(&hex);
}

/* ---- the channel ---- */

static bool channel_step(exchange *x, side s, const char *verb,
                         const char *path) {
    bool port = strcmp(x->sc->channel, "tcp") == 0 && path;
    answer a = {.kind = ANSWER_OK, .text = "ok"};
    buffer request = {0};
    if (port && s == SIDE_A) {
        a.text = "ok $channel";
        strings_add(&a.words, "$channel");
    }
    buffer_printf(&request, "chan %s", verb);
    if (path)
        buffer_printf(
            &request, " %s %s",
            port && s == SIDE_B ? variables_get(&x->taken, "channel", 7) : path,
            x->sc->channel);
    bool good = exchange_ask(x, s, request.data) && exchange_take(x, s, &a);
    buffer_free(&request);
    strings_free(&a.words);
    return good;
}

static bool make_channel(exchange *x, const char *folder) {
    buffer path = {0};
    bool good = true;
    buffer_printf(&path, "%s/c", folder);
    if (strcmp(x->sc->channel, "none") != 0)
        good = channel_step(x, SIDE_A, "listen", path.data) &&
               channel_step(x, SIDE_B, "connect", path.data) &&
               channel_step(x, SIDE_A, "accept", NULL);
    buffer_free(&path);
    for (int i = 0; good && i < 2; i++) {
        traces now;
        traces_of(x->stage->peers[i].d.process.id, &now);
        x->descriptors[i] = now.count;
        traces_free(&now);
    }
    return good;
}

/* ---- steps ---- */

/* The reply of an earlier step that did not wait. */
static bool join(exchange *x, side s) {
    const step *st = x->pending[s];
    const step *at = x->at;
    if (!st)
        return true;
    x->pending[s] = NULL;
    x->at = st;
    bool good = exchange_take(x, s, step_answer(st, &x->stage->pair->facts));
    if (good)
        x->at = at;
    return good;
}

static bool make_request(exchange *x, const step *st, buffer *out) {
    for (size_t i = 0; i < st->words.count; i++) {
        if (i)
            buffer_putc(out, ' ');
        if (!variables_expand(&x->taken, st->words.items[i], out))
            return exchange_fault(x, OUTCOME_FAIL,
                                  "nothing has been taken as %s",
                                  st->words.items[i]);
    }
    return true;
}

static bool do_step(exchange *x, const step *st) {
    side s = st->side;
    buffer request = {0};
    x->at = st;
    if (s == SIDE_REFEREE)
        return exchange_referee(x, st);
    if (!join(x, s))
        return false;
    if (x->ended[s])
        return true;
    bool good =
        make_request(x, st, &request) && exchange_ask(x, s, request.data);
    buffer_free(&request);
    if (strcmp(st->words.items[0], "exit") == 0)
        x->stage->peers[s].leaving = true;
    if (st->later)
        x->pending[s] = st;
    else if (good)
        good = exchange_take(x, s, step_answer(st, &x->stage->pair->facts));
    return good;
}

static bool do_steps(exchange *x) {
    bool good = true;
    for (size_t i = 0; good && i < x->sc->step_count; i++)
        good = do_step(x, &x->sc->steps[i]);
    good = good && join(x, SIDE_A) && join(x, SIDE_B);
    if (good)
        x->at = NULL;
    return good;
}

/* ---- after ---- */

static bool check_folder(exchange *x, const char *folder, bool both) {
    buffer found = {0};
    if (both)
        traces_sockets(folder, &found);
    if (found.len)
        exchange_fault(x, OUTCOME_FAIL, "sockets are left: %s", found.data);
    bool good = !found.len;
    buffer_free(&found);
    return good;
}

/* A peer that was ended has nothing more to say. */
static bool check_after(exchange *x, const char *folder) {
    stage *s = x->stage;
    bool good = true, asked[2];
    for (int i = 0; i < 2; i++) {
        peer *p = &s->peers[i];
        buffer request = {0};
        asked[i] = p->running && !p->leaving;
        if (asked[i] && p->stopped)
            spawn_signal(&p->d.process, "CONT");
        p->stopped = false;
        peer_reset_request(p, &request);
        good = good && (!asked[i] || exchange_ask(x, (side)i, request.data));
        buffer_free(&request);
    }
    for (int i = 0; i < 2; i++)
        good = good && (!asked[i] || exchange_check(x, (side)i));
    return good && check_folder(x, folder, asked[0] && asked[1]);
}

/* What ended, leaks or was at fault does not take part in the next one. */
static void renew_peers(exchange *x, bool clean) {
    stage *s = x->stage;
    for (int i = 0; i < 2; i++) {
        if (!clean || s->peers[i].leaving)
            peer_kill(&s->peers[i]);
        else if (s->peers[i].released || x->sc->fresh)
            peer_end(&s->peers[i], &s->session);
    }
}

static void explain(exchange *x, result *r) {
    buffer detail = {0}, errors = {0};
    const scenario *sc = x->sc;
    buffer_printf(&detail, "  scenario: %s:%zu: %s\n", sc->path, sc->line,
                  sc->about);
    buffer_add(&detail, buffer_text(&x->detail), x->detail.len);
    buffer_printf(&detail, "  so far:\n%s", buffer_text(&x->transcript));
    for (int i = 0; i < 2; i++)
        peer_errors(&x->stage->peers[i], &errors);
    r->detail = buffer_take(&detail);
    r->errors = errors.len ? buffer_take(&errors) : NULL;
}

void stage_run(stage *s, const scenario *sc, result *r) {
    exchange x = {.stage = s, .sc = sc, .outcome = OUTCOME_PASS};
    buffer folder = {0}, why = {0};
    double began = spawn_clock_ms();
    buffer_printf(&folder, "%s/%zu", s->folder, ++s->scenarios);
    if (!folder_make(folder.data, &why))
        exchange_fault(&x, OUTCOME_NOTRUN, "%s", why.data);
    set_variables(&x, folder.data);
    bool good = x.outcome == OUTCOME_PASS && start_peers(&x) &&
                make_channel(&x, folder.data) && do_steps(&x);
    bool clean =
        good || (x.outcome == OUTCOME_NA && !x.pending[0] && !x.pending[1]);
    clean = clean && check_after(&x, folder.data);
    r->ms = (float)(spawn_clock_ms() - began);
    r->outcome = x.outcome;
    if (outcome_is_bad(x.outcome))
        explain(&x, r);
    r->reason = x.reason.len ? buffer_take(&x.reason) : NULL;
    renew_peers(&x, clean);
    folder_remove(folder.data);
    buffer_free(&folder);
    buffer_free(&why);
    buffer_free(&x.transcript);
    buffer_free(&x.reason);
    buffer_free(&x.detail);
    variables_free(&x.taken);
}
