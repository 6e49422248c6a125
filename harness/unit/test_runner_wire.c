/*
 * Replies of words, as WIRE questions have them: what counts, and what a person
 * is shown.
 */
#include "test_support.h"

#include "wire.h"

#define WORDS "+", "!EOFError", "x:0000000161", "used:5"

/* A reply against "+", "!EOFError", "x:0000000161", "used:5". */
static const struct {
    const char *reply;
    bool classes;
    const char *why; /* NULL: it is the same */
} replies[] = {
    {"ok + !EOFError x:0000000161 used:5", true, NULL},
    {"ok + !EOFError: x:0000000161 used:5", true, NULL},
    {"ok + !EOFError:6f7468657273 x:0000000161 used:5", true, NULL},
    {"ok + !OSError x:0000000161 used:5", true,
     "raises another exception than CPython"},
    {"ok + !EOFErrors x:0000000161 used:5", true,
     "raises another exception than CPython"},
    {"ok + !truncated x:0000000161 used:5", false, NULL},
    {"ok + + x:0000000161 used:5", false,
     "accepted, CPython raises an exception"},
    {"ok !EOFError !EOFError x:0000000161 used:5", false,
     "raises an exception, CPython does not"},
    {"ok + !EOFError x:0000000162 used:5", true, "other bytes than CPython's"},
    {"ok + !EOFError x:00000001 used:5", true, "other bytes than CPython's"},
    {"ok + !EOFError x: used:5", true, "other bytes than CPython's"},
    {"ok + !EOFError x:0000000161 used:55", true,
     "another number of bytes used than CPython's"},
    {"ok N !EOFError x:0000000161 used:5", true,
     "another result than CPython's"},
    {"ok + !EOFError x:0000000161", true,
     "another number of results than CPython's"},
    {"ok + !EOFError x:0000000161 used:5 N", true,
     "another number of results than CPython's"},
    {"err EOFError x:", true, "answers err, where what happens is to be told"},
};

static void read_reply(reply *r, char **copy, const char *line) {
    buffer why = {0};
    *copy = must_copy(line);
    *r = (reply){0};
    if (!reply_parse(r, *copy, &why))
        fail_msg("%s", why.data);
}

static void words_are_compared(void **state) {
    form f = {.words = json_pack("[s,s,s,s]", WORDS)};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(replies); i++) {
        reply r;
        char *copy;
        read_reply(&r, &copy, replies[i].reply);
        const char *why = wire_mismatch(&f, &r, replies[i].classes);
        if (!why != !replies[i].why ||
            (why && strcmp(why, replies[i].why) != 0))
            fail_msg("%s: %s", replies[i].reply, why ? why : "the same");
        free(r.results);
        free(copy);
    }
    json_decref((json_t *)f.words);
}

static void long_words_are_recipes(void **state) {
    form f = {.words = json_pack("[[s,[s,i]]]", "x:", "61", 300)};
    buffer line = {0};
    reply r;
    char *copy;
    (void)state;
    buffer_puts(&line, "ok x:");
    for (int i = 0; i < 300; i++)
        buffer_puts(&line, "61");
    read_reply(&r, &copy, line.data);
    assert_null(wire_mismatch(&f, &r, true));
    ((char *)(uintptr_t)r.results[0])[601] = '2';
    assert_non_null(wire_mismatch(&f, &r, true));
    free(r.results);
    free(copy);
    buffer_free(&line);
    json_decref((json_t *)f.words);
}

static void both_sides_are_shown(void **state) {
    form f = {.words = json_pack("[s,s]", "+", "x:00000001610000000262"),
              .message = "the end"};
    buffer out = {0};
    reply r;
    char *copy;
    (void)state;
    read_reply(&r, &copy, "ok !EOFError:656e64 x:000000016100000001");
    wire_explain(&f, &r, &out);
    assert_string_equal(out.data,
                        "    expected: +\n"
                        "    actual:   raises EOFError: end\n"
                        "    expected: 10 bytes written\n"
                        "      00000001 61  a\n"
                        "      00000002 62  b\n"
                        "    actual:   9 bytes written\n"
                        "      00000001 61  a\n"
                        "      00000001   \n"
                        "    first difference at byte 8: expected 0262, actual "
                        "01\n"
                        "    CPython's last message: the end\n");
    free(r.results);
    free(copy);
    buffer_free(&out);
    json_decref((json_t *)f.words);
}

/* What is cut, and lengths that announce more than there is. */
static void broken_messages_are_shown(void **state) {
    static const struct {
        const char *hex, *text;
    } messages[] = {
        {"", "nothing\n"},
        {"0000", "0000   \n"},
        {"00000000", "00000000   \n"},
        {"0000000561", "00000005 61  a\n"},
        {"ffffffff61", "ffffffff 61  a\n"},
        {"000000010a00", "00000001 0a  .\n00   \n"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(messages); i++) {
        buffer out = {0};
        wire_print_messages(messages[i].hex, "", &out);
        assert_string_equal(out.data, messages[i].text);
        buffer_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_compared),
        cmocka_unit_test(long_words_are_recipes),
        cmocka_unit_test(both_sides_are_shown),
        cmocka_unit_test(broken_messages_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
