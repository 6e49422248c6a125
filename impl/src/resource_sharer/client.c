/* resource_sharer/client.c  Fetching a descriptor: DupFd.detach(). */
#include "connection/handles.h"
#include "connection/listener.h"
#include "resource_sharer/sharer.h"

/* (key, pid) at the version's default protocol. */
static pickle_code make_request(int64_t key, int cpython,
                                const pickle_allocator *alloc,
                                pickle_bytes_buffer *out, pickle_error *err) {
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
    code = pickle_encode(doc, pickle_tuple(doc, request, 2), &opt, out, err);
    pickle_doc_free(doc);
    return code;
}

static pickle_code receive(pickle_connection *conn,
                           const pickle_auth_options *auth, int cpython,
                           pickle_handle *h, pickle_error *err) {
    pickle_connection_set_peer(conn, cpython);
    if (auth && auth->acknowledge) {
        pickle_connection_set_acknowledge(conn, true);
    }
    if (auth && auth->timeout_ms > 0) {
        pickle_connection_set_timeout(conn, auth->timeout_ms);
    }
    pickle_code code = pickle__connection_recv_handle(conn, h, err);
    pickle_connection_close(conn);
    return code;
}

pickle_code pickle_resource_sharer_fetch(const pickle_address *address,
                                         int64_t key,
                                         const pickle_auth_options *auth,
                                         const pickle_allocator *alloc,
                                         pickle_handle *h, pickle_error *err) {
    int cpython =
        auth && auth->cpython ? auth->cpython : PICKLE_CPYTHON_DEFAULT;
    pickle_bytes_buffer request = {0};
    pickle_connection *conn;
    request.alloc = alloc ? *alloc : *pickle_allocator_default();
    pickle_code code = make_request(key, cpython, alloc, &request, err);
    if (!code) {
        code = pickle__client_first(address, auth, request.data, request.len,
                                    alloc, &conn, err);
    }
    pickle_bytes_buffer_deinit(&request);
    return code ? code : receive(conn, auth, cpython, h, err);
}
