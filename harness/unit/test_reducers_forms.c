/* What sockets and connections become in each version, on each system, and what
 * is understood of a peer's. */
#include "reduction_support.h"

#include <pickleproof/copyreg.h>

#include "reduction/members.h"

static pickle_value dup_of(pickle_doc *doc, pickle_dupfd_form form) {
    return pickle_dupfd_value(doc, form, 50,
                              form == PICKLE_DUPFD_SHARER
                                  ? pickle_str_z(doc, "/tmp/s")
                                  : pickle_null());
}

static pickle_doc *send(pickle_doc *doc, pickle_value v, int cpython,
                        int protocol) {
    pickle_forking_pickler *cls = new_class(NULL);
    pickle_encode_options opt = pickle_encode_defaults;
    pickle_bytes_buffer out = {0};
    pickle_doc *copy = NULL;
    opt.cpython = cpython;
    opt.protocol = protocol;
    assert_int_equal(pickle_forking_dumps(cls, doc, v, &opt, &out, NULL),
                     PICKLE_OK);
    assert_int_equal(pickle_decode(out.data, out.len, NULL, &copy, NULL, NULL),
                     PICKLE_OK);
    pickle_bytes_buffer_deinit(&out);
    pickle_forking_pickler_free(cls);
    return copy;
}

static void check_dup(pickle_value dup, pickle_dupfd_form form) {
    pickle_dupfd_form got;
    int64_t n;
    pickle_value address;
    assert_true(pickle_get_dupfd(dup, &got, &n, &address));
    assert_int_equal(got, form);
    assert_int_equal(n, 50);
    assert_int_equal(pickle_is_null(address), form != PICKLE_DUPFD_SHARER);
}

static void check_socket(int cpython, int protocol, pickle_dupfd_form form,
                         int family, int type) {
    pickle_doc *doc = new_doc();
    pickle_rebuilt out;
    pickle_doc *copy =
        send(doc, pickle_socket_value(doc, dup_of(doc, form), family, type, 17),
             cpython, protocol);
    assert_true(pickle_get_rebuilt(pickle_doc_get_root(copy), &out));
    assert_true(out.is_socket);
    assert_int_equal(out.family, family);
    assert_int_equal(out.type, type);
    assert_int_equal(out.proto, 17);
    check_dup(out.dup, form);
    pickle_doc_free(copy);
    pickle_doc_free(doc);
}

static void sockets_of_every_version_are_understood(void **state) {
    (void)state;
    for (int cpython = PICKLE_CPYTHON_MIN; cpython <= PICKLE_CPYTHON_MAX;
         cpython++) {
        for (int protocol = 0; protocol <= 5; protocol++) {
            for (int form = 0; form <= PICKLE_DUPFD_SHARER; form++) {
                check_socket(cpython, protocol, (pickle_dupfd_form)form, 2, 1);
            }
            check_socket(cpython, protocol, PICKLE_DUPFD_SPAWN, 250, 77);
        }
        for (size_t i = 0; i < PICKLE__MEMBER_COUNT; i++) {
            const pickle__member *m = &pickle__members[i];
            bool family = strcmp(m->cls, "AddressFamily") == 0;
            check_socket(cpython, 4, PICKLE_DUPFD_SPAWN, family ? m->number : 2,
                         family ? 1 : m->number);
        }
    }
}

static void connections_of_every_version_are_understood(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++) {
        for (int form = 0; form <= PICKLE_DUPFD_SHARER; form++) {
            pickle_doc *doc = new_doc();
            pickle_rebuilt out;
            pickle_value v = pickle_connection_value(
                doc, dup_of(doc, (pickle_dupfd_form)form), i & 1, i & 2);
            pickle_doc *copy = send(doc, v, 308 + i * 2, i);
            assert_true(pickle_get_rebuilt(pickle_doc_get_root(copy), &out));
            assert_false(out.is_socket);
            assert_int_equal(out.readable, (i & 1) != 0);
            assert_int_equal(out.writable, (i & 2) != 0);
            check_dup(out.dup, (pickle_dupfd_form)form);
            pickle_doc_free(copy);
            pickle_doc_free(doc);
        }
    }
}

static void windows_forms_are_understood(void **state) {
    (void)state;
    pickle_doc *doc = new_doc();
    int64_t n[3];
    pickle_rebuilt out;
    pickle_value address;
    pickle_value handle = pickle_duphandle_value(doc, 0x204, 0x120089, 4321);
    pickle_value dup = pickle_dupsocket_value(doc, pickle_str_z(doc, "a"), 7);
    assert_is(handle, HANDLE);
    assert_is(dup, SOCKET);
    pickle_doc *copy =
        send(doc, pickle_pipe_connection_value(doc, handle, true, false), 0, 4);
    assert_true(pickle_get_rebuilt(pickle_doc_get_root(copy), &out));
    assert_true(out.is_pipe && !out.is_socket);
    assert_true(out.readable && !out.writable);
    assert_true(pickle_get_duphandle(out.dup, &n[0], &n[1], &n[2]));
    assert_int_equal(n[0], 0x204);
    assert_int_equal(n[1], 0x120089);
    assert_int_equal(n[2], 4321);
    assert_false(pickle_get_dupsocket(out.dup, &address, &n[0]));
    pickle_doc_free(copy);
    copy = send(doc, pickle_windows_socket_value(doc, dup), 0, 4);
    assert_true(pickle_get_rebuilt(pickle_doc_get_root(copy), &out));
    assert_true(out.is_socket && !out.is_pipe);
    assert_int_equal(out.family, -1);
    assert_true(pickle_get_dupsocket(out.dup, &address, &n[0]));
    assert_int_equal(n[0], 7);
    assert_is(address, "u61");
    assert_false(pickle_get_duphandle(out.dup, &n[0], &n[1], &n[2]));
    pickle_doc_free(copy);
    copy = send(doc, pickle_connection_value(doc, dup, false, true), 0, 4);
    assert_true(pickle_get_rebuilt(pickle_doc_get_root(copy), &out));
    assert_true(!out.is_socket && !out.is_pipe && out.writable);
    pickle_doc_free(copy);
    /* Of the same state, but of another class. */
    assert_false(pickle_get_duphandle(
        read_text(doc, "n(gm:A;;d(u5f68616e646c65=i204,u5f616363657373=i1,"
                       "u5f706964=i1))"),
        &n[0], &n[1], &n[2]));
    assert_false(pickle_get_dupsocket(
        read_text(doc, "n(gm:A;;d(u5f6964=t(u61,i7)))"), &address, &n[0]));
    assert_true(pickle_is_null(pickle_dupsocket_value(doc, pickle_null(), 1)));
    pickle_doc_free(doc);
}

static void members_are_written_as_the_version_does(void **state) {
    (void)state;
    static const char by_name[] =
        "l(o(gmultiprocessing.reduction:_rebuild_socket;" DUP
        ",gsocket:AF_INET,gsocket:SOCK_STREAM,i0),"
        "o(gmultiprocessing.reduction:_rebuild_socket;" DUP
        ",gsocket:AF_INET,gsocket:SOCK_DGRAM,i0))";
    /* 5 is the family: the second socket refers to the first one's. */
    static const char by_call[] =
        "l(o(gmultiprocessing.reduction:_rebuild_socket;" DUP
        ",o(gsocket:AddressFamily;i2),o(gsocket:SocketKind;i1),i0),"
        "o(gmultiprocessing.reduction:_rebuild_socket;" DUP
        ",*4,o(gsocket:SocketKind;i2),i0))";
    static const struct {
        int cpython;
        const char *text;
    } versions[] = {{308, by_name},
                    {310, by_name},
                    {311, by_call},
                    {315, by_call},
                    {0, by_call}};
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        pickle_doc *doc = new_doc();
        pickle_value v =
            read_text(doc, "l(x(gsocket:socket;" DUP
                           ",i2,i1,i0),x(gsocket:socket;" DUP ",i2,i2,i0))");
        pickle_doc *copy = send(doc, v, versions[i].cpython, 4);
        assert_is(pickle_doc_get_root(copy), versions[i].text);
        pickle_doc_free(copy);
        pickle_doc_free(doc);
    }
}

static void what_is_no_socket_is_not_taken_for_one(void **state) {
    (void)state;
    static const char *const values[] = {
        "N",
        "gmultiprocessing.reduction:_rebuild_socket",
        "o(gm:_rebuild_socket;" DUP ",i2,i1,i0)",
        "o(gmultiprocessing.reduction:_rebuild_socket;" DUP ",i2,i1)",
        "o(gmultiprocessing.reduction:_rebuild_socket;" DUP ",i2,i1,u30)",
        "o(gmultiprocessing.reduction:_rebuild_socket;" DUP
        ",gsocket:SOCK_STREAM,i1,i0)",
        "o(gmultiprocessing.reduction:_rebuild_socket;" DUP
        ",i2,gsocket:AF_INET,i0)",
        "o(gmultiprocessing.reduction:_rebuild_socket;" DUP
        ",o(gsocket:SocketKind;i2),i1,i0)",
        "o(gmultiprocessing.reduction:_rebuild_socket;" DUP
        ",o(gsocket:AddressFamily;i2,i2),i1,i0)",
        "o(gmultiprocessing.connection:rebuild_connection;" DUP ",T)",
        "n(gmultiprocessing.connection:rebuild_connection;" DUP ",T,T)"};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        pickle_doc *doc = new_doc();
        pickle_rebuilt out;
        if (pickle_get_rebuilt(read_text(doc, values[i]), &out)) {
            fail_msg("taken: %s", values[i]);
        }
        pickle_doc_free(doc);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sockets_of_every_version_are_understood),
        cmocka_unit_test(connections_of_every_version_are_understood),
        cmocka_unit_test(windows_forms_are_understood),
        cmocka_unit_test(members_are_written_as_the_version_does),
        cmocka_unit_test(what_is_no_socket_is_not_taken_for_one),
    };
    return RUN_TESTS(tests);
}
