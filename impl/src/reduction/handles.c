/* reduction/handles.c  sendfds(), recvfds(), send_handle(), recv_handle(). */
#include <pickleproof/reduction.h>

#include "base/error.h"
#include "connection/handles.h"

bool pickle_have_send_handle(void) {
    return true; /* systems without SCM_RIGHTS are not built for */
}

pickle_handle_options pickle_handle_options_for(int cpython) {
    pickle_handle_options opt = {0};
    opt.acknowledge =
        pickle__acknowledges(cpython ? cpython : PICKLE_CPYTHON_DEFAULT);
    return opt;
}

static int64_t deadline_of(const pickle_handle_options *opt) {
    return pickle__deadline(opt->timeout_ms > 0 ? opt->timeout_ms : -1);
}

pickle_code pickle_sendfds(pickle_handle sock, const pickle_handle *fds,
                           size_t count, const pickle_handle_options *opt,
                           pickle_error *err) {
    pickle_handle_options defaults = pickle_handle_options_for(0);
    opt = opt ? opt : &defaults;
    pickle__error_clear(err);
    return pickle__send_handles(sock, fds, count, opt->acknowledge,
                                deadline_of(opt), err);
}

pickle_code pickle_recvfds(pickle_handle sock, size_t size,
                           const pickle_handle_options *opt, pickle_handle *fds,
                           size_t *count, pickle_error *err) {
    pickle_handle_options defaults = pickle_handle_options_for(0);
    opt = opt ? opt : &defaults;
    pickle__error_clear(err);
    size_t got;
    pickle_code code = pickle__recv_handles(sock, size, opt->acknowledge,
                                            deadline_of(opt), fds, &got, err);
    if (code) {
        return code;
    }
    for (size_t i = 0; opt->inheritable && i < got; i++) {
        pickle__handle_set_inheritable(fds[i], true);
    }
    *count = got;
    return PICKLE_OK;
}

pickle_code pickle_send_handle(pickle_connection *conn, pickle_handle h,
                               pickle_error *err) {
    pickle__error_clear(err);
    return pickle__connection_send_handle(conn, h, err);
}

pickle_code pickle_recv_handle(pickle_connection *conn, pickle_handle *h,
                               pickle_error *err) {
    pickle__error_clear(err);
    return pickle__connection_recv_handle(conn, h, err);
}
