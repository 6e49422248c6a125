/* cmd_repro.c  pickleproof repro: the lines that ask one case. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "command.h"
#include "lookup.h"
#include "message.h"
#include "producer.h"

/* A testee that can do everything: nothing is left out of the request. */
static bool ask_everything(hello *h, const char *profile, buffer *why) {
    buffer line = {0};
    buffer_puts(&line, "hello " PROTOCOL_NAME " name=repro version=1 "
                       "ops=load,dump,dis,genops,optimize "
                       "caps=value,ident,exact,buffers,persid,"
                       "ext,encoding,fast,many,fiximports,object,bigint,"
                       "surrogate,offset,class,import,expr");
    if (profile)
        buffer_printf(&line, " profiles=%s", profile);
    bool good = hello_parse(h, line.data, line.len, why);
    buffer_free(&line);
    return good;
}

static void print_requests(const vector_case *c, int variant, int profile,
                           const hello *h) {
    int number = 0;
    printf("hello %s\n", PROTOCOL_NAME);
    for (int v = 0; v < VARIANTS; v++) {
        check k = {c, c->id, (int8_t)v, (int8_t)profile};
        buffer request = {0};
        if (!c->forms[v].count || (variant >= 0 && variant != v) ||
            !check_form(&k))
            continue;
        check_request(&k, h, &request);
        printf("%d %s\n", ++number, request.data);
        buffer_free(&request);
    }
    printf("bye\n");
}

int command_repro(int argc, char **argv) {
    const char *folder = NULL, *profile = NULL, *acts = NULL;
    const option table[] = {{"vectors", 0, OPTION_TEXT, &folder, "DIR",
                             "the vectors (default: those of this build)"},
                            {"scenarios", 0, OPTION_TEXT, &acts, "DIR",
                             "the scenarios (default: those of this build)"},
                            {"profile", 'p', OPTION_TEXT, &profile, "P",
                             "ask for the behaviour of this producer"}};
    const usage u = {"repro",
                     "[options] ID",
                     "Prints the lines that ask one case (of an encode case: "
                     "each protocol), "
                     "to be\npiped into a testee, also under a debugger.",
                     "  pickleproof repro decode/int/big | ./mine\n"
                     "  pickleproof repro encode/int/plus-2/p0 --profile c3.11 "
                     "| pickleproof "
                     "testee\n",
                     table,
                     OPTION_COUNT(table)};
    arguments args;
    vectors v = {0};
    const vector_case *c = NULL;
    hello h = {0};
    buffer why = {0};
    int variant = -1, producer = PRODUCER_NONE;
    int code = options_read(&u, argc, argv, &args);
    if (code < 0 && args.plain.count != 1)
        code = options_refuse(&u, "give one id");
    if (code < 0 && lookup_is_scenario(args.plain.items[0]))
        code = scenario_repro(acts, args.plain.items[0]);
    if (code < 0 && profile) {
        producer = producer_parse(profile);
        if (producer == PRODUCER_NONE)
            code = options_refuse(&u, "a profile is c3.8 to c3.15 or py3.8 to "
                                      "py3.15");
    }
    if (code < 0)
        code = lookup_case(&v, folder, args.plain.items[0], &c, &variant);
    if (code < 0 && ask_everything(&h, profile, &why)) {
        print_requests(c, variant, producer, &h);
        code = close_output(EXIT_AS_EXPECTED);
    }
    buffer_free(&why);
    hello_free(&h);
    vectors_free(&v);
    strings_free(&args.plain);
    return code;
}
