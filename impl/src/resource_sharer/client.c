/* resource_sharer/client.c  Fetching a descriptor: DupFd.detach(). */
#include "connection/handles.h"
#include "resource_sharer/sharer.h"

/* (key, pid) at the version's default protocol. */
static pickle_code send_request(pickle_connection *conn, int64_t key,
                                int cpython, const pickle_allocator *alloc,
                                pickle_error *err) {
    pickle_doc *doc;
    pickle_encode_options opt = pickle_encode_defaults;
    pickle_doc_options doc_opt = {0};
    doc_opt.alloc = alloc;
    pickle_code code = pickle_doc_new(&doc_opt, &doc, err);
    if (code) {
        return code;
    }
    opt.protocol = cpython >= 314 ? 5 : 4;
    pickle_value request[2] = {pickle_int(doc, key),
                               pickle_int(doc, pickle__process_id())};
    code = pickle_connection_send(conn, doc, pickle_tuple(doc, request, 2),
                                  &opt, err);
    pickle_doc_free(doc);
    return code;
}

pickle_code pickle_resource_sharer_fetch(const pickle_address *address,
                                         int64_t key,
                                         const pickle_auth_options *auth,
                                         const pickle_allocator *alloc,
                                         pickle_handle *h, pickle_error *err) {
    int cpython =
        auth && auth->cpython ? auth->cpython : PICKLE_CPYTHON_DEFAULT;
    pickle_connection *conn;
    pickle_code code = pickle_client(address, auth, alloc, &conn, err);
    if (code) {
        return code;
    }
    pickle_connection_set_peer(conn, cpython);
    if (auth && auth->timeout_ms > 0) {
        pickle_connection_set_timeout(conn, auth->timeout_ms);
    }
    code = send_request(conn, key, cpython, alloc, err);
    code = code ? code : pickle__connection_recv_handle(conn, h, err);
    pickle_connection_close(conn);
    return code;
}
