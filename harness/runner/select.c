/* select.c  See select.h. */
#include "select.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jsonl.h"
#include "message.h"
#include "pattern.h"
#include "result.h"

static int refuse(const char *format, const char *what) {
    complain(format, what);
    return EXIT_USAGE;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_failed(selection *s) {
    results old = {0};
    buffer why = {0};
    if (!jsonl_read(&old, s->failed_from, &why)) {
        complain("%s", buffer_text(&why));
        buffer_free(&why);
        return EXIT_USAGE;
    }
    s->failed = must_calloc(old.count, sizeof *s->failed);
    for (size_t i = 0; i < old.count; i++) {
        if (result_bucket(&old.items[i]) == BUCKET_FAILED)
            s->failed[s->failed_count++] = must_copy(old.items[i].id);
    }
    qsort(s->failed, s->failed_count, sizeof *s->failed, by_text);
    results_free(&old);
    return -1;
}

static bool is_topic(const char *name) {
    if (strcmp(name, "scenarios") == 0)
        return true;
    for (int t = 0; t < TOPIC_COUNT; t++) {
        if (strcmp(topic_name((topic)t), name) == 0)
            return true;
    }
    return false;
}

int selection_prepare(selection *s) {
    if (s->shard) {
        char end;
        if (sscanf(s->shard, "%d/%d%c", &s->shard_index, &s->shard_count,
                   &end) != 2 ||
            s->shard_index < 1 || s->shard_index > s->shard_count)
            return refuse("--shard %s: write it as 1/4, from 1/4 to 4/4",
                          s->shard);
    }
    for (size_t i = 0; i < s->topics.count; i++) {
        if (!is_topic(s->topics.items[i]))
            return refuse("no topic %s; see pickleproof list --topics",
                          s->topics.items[i]);
    }
    s->run_hits = must_calloc(s->run.count, sizeof *s->run_hits);
    s->skip_hits = must_calloc(s->skip.count, sizeof *s->skip_hits);
    return s->failed_from ? read_failed(s) : -1;
}

void selection_free(selection *s) {
    for (size_t i = 0; i < s->failed_count; i++)
        free(s->failed[i]);
    free(s->failed);
    free(s->run_hits);
    free(s->skip_hits);
    strings_free(&s->run);
    strings_free(&s->skip);
    strings_free(&s->flags);
    strings_free(&s->topics);
}

static bool holds(const strings *list, const char *word) {
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], word) == 0)
            return true;
    }
    return false;
}

bool selection_wants_file(void *selection_ctx, topic t, const char *name) {
    return selection_wants_folder(selection_ctx, topic_name(t), name);
}

bool selection_wants_folder(const selection *s, const char *topic_of,
                            const char *name) {
    if (s->topics.count && !holds(&s->topics, topic_of))
        return false;
    if (!s->run.count)
        return true;
    for (size_t i = 0; i < s->run.count; i++) {
        if (pattern_may_start(s->run.items[i], name))
            return true;
    }
    return false;
}

/* FNV-1a: the same on every machine and for ever. */
static uint32_t hash_of(const char *text) {
    uint32_t h = 2166136261u;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h;
}

/* Every pattern is tried, so that one that matches nothing is found out. */
static bool any_matches(const strings *patterns, bool *hits, const char *a,
                        const char *b) {
    bool found = false;
    for (size_t i = 0; i < patterns->count; i++) {
        const char *p = patterns->items[i];
        if (pattern_match(p, a) || (b && pattern_match(p, b)))
            hits[i] = found = true;
    }
    return found;
}

static bool has_flag(const selection *s, const vector_case *c) {
    for (size_t i = 0; i < s->flags.count; i++) {
        if (case_has(c, "flags", s->flags.items[i]))
            return true;
    }
    return s->flags.count == 0;
}

static bool in_shard(const selection *s, const char *case_id) {
    return !s->shard_count || hash_of(case_id) % (uint32_t)s->shard_count + 1 ==
                                  (uint32_t)s->shard_index;
}

static bool wants(selection *s, const char *topic_of, const char *case_id,
                  const char *id) {
    if (s->run.count && !any_matches(&s->run, s->run_hits, case_id, id))
        return false;
    if (s->skip.count && any_matches(&s->skip, s->skip_hits, case_id, id))
        return false;
    if (s->topics.count && !holds(&s->topics, topic_of))
        return false;
    return in_shard(s, case_id);
}

static bool failed_before(const selection *s, const char *id) {
    return !s->failed_from ||
           (id && bsearch(&id, s->failed, s->failed_count, sizeof *s->failed,
                          by_text) != NULL);
}

bool selection_wants(selection *s, const vector_case *c, const char *id) {
    return wants(s, topic_name(c->file->topic), c->id, id) && has_flag(s, c) &&
           failed_before(s, id);
}

bool selection_wants_id(selection *s, const char *topic_of, const char *case_id,
                        const char *id) {
    return wants(s, topic_of, case_id, id) && !s->flags.count &&
           failed_before(s, id);
}

bool selection_may_want(const selection *s, const char *topic_of,
                        const char *case_id) {
    return selection_wants_folder(s, topic_of, case_id) && !s->flags.count &&
           in_shard(s, case_id);
}

bool selection_is_all(const selection *s) {
    return !s->run.count && !s->skip.count && !s->flags.count &&
           !s->topics.count && !s->shard_count && !s->failed_from;
}

static const char *unmatched(const strings *patterns, const bool *hits) {
    for (size_t i = 0; i < patterns->count; i++) {
        if (!hits[i])
            return patterns->items[i];
    }
    return NULL;
}

int selection_verify(const selection *s, size_t count) {
    const char *run = unmatched(&s->run, s->run_hits);
    const char *skip = unmatched(&s->skip, s->skip_hits);
    if (run)
        complain("nothing matches --run %s; see pickleproof list", run);
    else if (count == 0)
        complain("nothing is selected; see pickleproof list");
    else if (skip)
        complain("nothing matches --skip %s; see pickleproof list", skip);
    else
        return -1;
    return count == 0 ? EXIT_NOTHING : EXIT_USAGE;
}
