/* scenario_show.c  Scenarios for people, and as lines to type. See lookup.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookup.h"
#include "message.h"
#include "testee.h"

bool lookup_is_scenario(const char *id) {
    return strncmp(id, "scenarios/", strlen("scenarios/")) == 0;
}

/* An id may name the pair behind the scenario. */
static const scenario *find(const scenarios *all, const char *id) {
    const scenario *sc = scenarios_find(all, id);
    const char *slash = strrchr(id, '/');
    if (sc || !slash)
        return sc;
    char *front = must_copy_len(id, (size_t)(slash - id));
    sc = scenarios_find(all, front);
    free(front);
    return sc;
}

static int with_scenario(const char *folder, const char *id,
                         void (*print)(const scenario *sc)) {
    scenarios all = {0};
    buffer why = {0};
    char *found = scenarios_folder(folder);
    const scenario *sc = NULL;
    int code = EXIT_USAGE;
    if (!found)
        complain("no scenarios beside this program; give --scenarios DIR");
    else if (!scenarios_load(&all, found, NULL, NULL, &why))
        complain("%s", why.data);
    else if (!(sc = find(&all, id)))
        complain("no scenario %s; see pickleproof list", id);
    if (sc) {
        print(sc);
        code = close_output(EXIT_AS_EXPECTED);
    }
    scenarios_free(&all);
    buffer_free(&why);
    free(found);
    return code;
}

static void print_text(const scenario *sc) {
    printf("%s\n%s:%zu\n\n%s", sc->id, sc->path, sc->line, sc->text);
}

int scenario_show(const char *folder, const char *id) {
    return with_scenario(folder, id, print_text);
}

static void print_step(const step *st, int numbers[2]) {
    if (st->side == SIDE_REFEREE) {
        printf("# the referee: %s\n", st->text);
        return;
    }
    printf("%c %d x", st->side == SIDE_A ? 'A' : 'B', ++numbers[st->side]);
    for (size_t i = 0; i < st->words.count; i++)
        printf("%s%s", i ? " " : "", st->words.items[i]);
    printf("\n");
}

static void print_lines(const scenario *sc) {
    int numbers[2] = {1, 1};
    printf("# A and B are who is sent each line; a $name stands for what a "
           "reply has said.\n");
    printf("A hello %s\nB hello %s\nA 1 xreset\nB 1 xreset\n", PROTOCOL_NAME,
           PROTOCOL_NAME);
    if (strcmp(sc->channel, "none") != 0) {
        const char *to = strcmp(sc->channel, "tcp") == 0 ? "$port" : "$dir/c";
        printf("A 2 xchan listen $dir/c %s\nB 2 xchan connect %s %s\n"
               "A 3 xchan accept\n",
               sc->channel, to, sc->channel);
        numbers[0] = 3;
        numbers[1] = 2;
    }
    for (size_t i = 0; i < sc->step_count; i++)
        print_step(&sc->steps[i], numbers);
    printf("A bye\nB bye\n");
}

int scenario_repro(const char *folder, const char *id) {
    return with_scenario(folder, id, print_lines);
}
