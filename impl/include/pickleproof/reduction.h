/**
 * @file reduction.h  Python's multiprocessing.reduction: pickling for another
 * process.
 *
 * ForkingPickler is pickle with reducers for what plain pickle refuses: bound
 * methods, method descriptors, partials, sockets, connections. A reducer is
 * found by the exact type of the object; registered ones win over copyreg's.
 */
#ifndef PICKLEPROOF_REDUCTION_H
#define PICKLEPROOF_REDUCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pickleproof/alloc.h>
#include <pickleproof/connection.h>
#include <pickleproof/copyreg.h>
#include <pickleproof/error.h>
#include <pickleproof/handle.h>
#include <pickleproof/pickle.h>
#include <pickleproof/resource_sharer.h>
#include <pickleproof/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- ForkingPickler ---- */

/**
 * The class ForkingPickler: its registered reducers, and the copyreg table they
 * stand over. There is no global one. Opaque.
 */
typedef struct pickle_forking_pickler pickle_forking_pickler;

/**
 * Make a ForkingPickler class with the registrations of reduction.py and
 * connection.py: method, method_descriptor, wrapper_descriptor, partial,
 * socket, Connection, PipeConnection.
 * @param[in]  alloc    copied; NULL means pickle_allocator_default().
 * @param[in]  copyreg  the table beneath, borrowed until the class is freed;
 * NULL means an empty one (complex needs no entry).
 * @param[out] cls      owned by the caller; release with
 *                      pickle_forking_pickler_free(). Unchanged on failure.
 * @param[out] err      nullable; always written.
 * @return PICKLE_OK or PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_forking_pickler_new(
    const pickle_allocator *alloc, const pickle_dispatch_table *copyreg,
    pickle_forking_pickler **cls, pickle_error *err);

/** Free a class. @param[in] cls  taken; NULL is allowed. */
PICKLE_API void pickle_forking_pickler_free(pickle_forking_pickler *cls);

/** The registered reducers (`_extra_reducers`), to change or to ask. */
PICKLE_API pickle_dispatch_table *
pickle_forking_pickler_reducers(pickle_forking_pickler *cls);

/**
 * Register a reducer, as ForkingPickler.register. Has no effect on the types
 * that the pickler handles itself (None, bool, int, float, str, bytes,
 * bytearray, tuple, list, dict, set, frozenset, type, function).
 * Parameters and errors as pickle_dispatch_table_set().
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_forking_pickler_register(
    pickle_forking_pickler *cls, const char *module, const char *qualname,
    pickle_reducer_fn fn, void *ctx, pickle_error *err);

/** One ForkingPickler: a Pickler with the table as it was when made. Opaque. */
typedef struct pickle_forking_instance pickle_forking_instance;

/**
 * Make an instance. Its table is a copy of copyreg's, updated with the
 * registered reducers, both as they are now: later registrations do not reach
 * it.
 *
 * @param[in]  cls    borrowed until the instance is freed.
 * @param[in]  doc    as pickle_encoder_new().
 * @param[in]  opt    as pickle_encoder_new(); its dispatch_table must be NULL.
 * Its other hooks are asked as usual.
 * @param[in]  write  as pickle_encoder_new().
 * @param[in]  ctx    as pickle_encoder_new().
 * @param[out] inst   owned by the caller; release with
 *                    pickle_forking_instance_free(). Unchanged on failure.
 * @param[out] err    nullable; always written.
 * @return as pickle_encoder_new(), and PICKLE_ERR_ARGUMENT for a
 * dispatch_table.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_forking_instance_new(
    pickle_forking_pickler *cls, pickle_doc *doc,
    const pickle_encode_options *opt, pickle_write_fn write, void *ctx,
    pickle_forking_instance **inst, pickle_error *err);

/** Pickle one value. Errors as pickle_encoder_dump(). */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_forking_instance_dump(
    pickle_forking_instance *inst, pickle_value v, pickle_error *err);

/** Free an instance. @param[in] inst  taken; NULL is allowed. */
PICKLE_API void pickle_forking_instance_free(pickle_forking_instance *inst);

/**
 * Pickle one value to memory, as ForkingPickler.dumps.
 * @param[in]     cls  borrowed.
 * @param[in]     doc  as pickle_encode(), like v, out and err.
 * @param[in]     v    the value.
 * @param[in]     opt  as pickle_encode(); NULL means the default protocol of
 *                     PICKLE_CPYTHON_DEFAULT.
 * @param[in,out] out  the pickle is appended.
 * @param[out]    err  nullable; always written.
 * @return as pickle_encode().
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_forking_dumps(pickle_forking_pickler *cls, pickle_doc *doc,
                     pickle_value v, const pickle_encode_options *opt,
                     pickle_bytes_buffer *out, pickle_error *err);

/* ---- what the reducers take ---- */

/**
 * A bound method `self.name`. Built-in methods (`[].append`) and method
 * wrappers reduce alike; a reducer that is registered for bound methods takes
 * them too.
 * @param[in] doc   borrowed.
 * @param[in] self  the object (or class) the method is bound to.
 * @param[in] name  `__func__.__name__`, a str.
 * @return a native object of exact type `builtins.method`; null on failure.
 */
PICKLE_API pickle_value pickle_method(pickle_doc *doc, pickle_value self,
                                      pickle_value name);

/**
 * A method descriptor or slot wrapper: `list.append`, `int.__add__`.
 * @param[in] doc       borrowed.
 * @param[in] objclass  the class, a global.
 * @param[in] name      a str.
 * @param[in] slot      true for a slot wrapper (`wrapper_descriptor`).
 * @return a native object; null on failure.
 */
PICKLE_API pickle_value pickle_method_descriptor(pickle_doc *doc,
                                                 pickle_value objclass,
                                                 pickle_value name, bool slot);

/**
 * A functools.partial. A partial of a partial is flattened, as functools does.
 * @param[in] doc       borrowed.
 * @param[in] func      the callable.
 * @param[in] args      a tuple; null means `()`.
 * @param[in] keywords  a dict; null means `{}`.
 * @return a native object of exact type `functools.partial`; null on failure.
 */
PICKLE_API pickle_value pickle_partial(pickle_doc *doc, pickle_value func,
                                       pickle_value args,
                                       pickle_value keywords);

/** The forms in which a descriptor travels in a pickle (DupFd). */
typedef enum pickle_dupfd_form {
    PICKLE_DUPFD_SPAWN = 0,      /**< the number itself: kept open over exec */
    PICKLE_DUPFD_FORKSERVER = 1, /**< an index into the inherited ones */
    PICKLE_DUPFD_SHARER = 2      /**< an address and key to fetch it by */
} pickle_dupfd_form;

/**
 * The DupFd object of one form.
 * @param[in] doc      borrowed.
 * @param[in] form     which.
 * @param[in] n        the descriptor, the index or the key.
 * @param[in] address  of the sharer: a str (AF_UNIX, AF_PIPE) or a tuple
 *                     (AF_INET); null for the other forms.
 * @return an instance of popen_spawn_posix._DupFd, popen_forkserver._DupFd or
 *         resource_sharer.DupFd; null on failure.
 */
PICKLE_API pickle_value pickle_dupfd_value(pickle_doc *doc,
                                           pickle_dupfd_form form, int64_t n,
                                           pickle_value address);

/**
 * What a DupFd object of any form says.
 * @param[in]  v        a decoded value.
 * @param[out] form     written when true is returned, also the next two.
 * @param[out] n        the descriptor, the index or the key.
 * @param[out] address  of the sharer; null for the other forms.
 * @return false if v is no DupFd object.
 */
PICKLE_API bool pickle_get_dupfd(pickle_value v, pickle_dupfd_form *form,
                                 int64_t *n, pickle_value *address);

/**
 * A socket.socket that travels as a DupFd.
 * @param[in] doc     borrowed.
 * @param[in] dup     of pickle_dupfd_value().
 * @param[in] family  AF_UNIX 1, AF_INET 2, AF_INET6 10: numbers of Linux.
 * @param[in] type    SOCK_STREAM 1, SOCK_DGRAM 2, ...
 * @param[in] proto   0 as a rule.
 * @return a native object of exact type `socket.socket`; null on failure.
 */
PICKLE_API pickle_value pickle_socket_value(pickle_doc *doc, pickle_value dup,
                                            int family, int type, int proto);

/**
 * A multiprocessing.connection.Connection that travels as a DupFd.
 * @param[in] doc                 borrowed.
 * @param[in] dup                 of pickle_dupfd_value().
 * @param[in] readable            it can receive.
 * @param[in] writable            it can send.
 * @return a native object; null on failure.
 */
PICKLE_API pickle_value pickle_connection_value(pickle_doc *doc,
                                                pickle_value dup, bool readable,
                                                bool writable);

/* ---- the same on Windows ---- */

/**
 * A reduction.DupHandle: a handle of a process, to be duplicated from there.
 * @param[in] doc     borrowed.
 * @param[in] handle  its value in that process.
 * @param[in] access  the access mask asked for.
 * @param[in] pid     of that process.
 * @return an instance; null on failure.
 */
PICKLE_API pickle_value pickle_duphandle_value(pickle_doc *doc, int64_t handle,
                                               int64_t access, int64_t pid);

/**
 * What a DupHandle says.
 * @param[in]  v       a decoded value.
 * @param[out] handle  written when true is returned, also the next two.
 * @param[out] access  the access mask.
 * @param[out] pid     of the process that has the handle.
 * @return false if v is no DupHandle.
 */
PICKLE_API bool pickle_get_duphandle(pickle_value v, int64_t *handle,
                                     int64_t *access, int64_t *pid);

/**
 * A resource_sharer.DupSocket.
 * @param[in] doc      borrowed.
 * @param[in] address  of the sharer: a str (AF_PIPE) or a tuple (AF_INET).
 * @param[in] key      to fetch it by.
 * @return an instance; null on failure.
 */
PICKLE_API pickle_value pickle_dupsocket_value(pickle_doc *doc,
                                               pickle_value address,
                                               int64_t key);

/**
 * What a DupSocket says.
 * @param[in]  v        a decoded value.
 * @param[out] address  written when true is returned, also the next.
 * @param[out] key      to fetch it by.
 * @return false if v is no DupSocket.
 */
PICKLE_API bool pickle_get_dupsocket(pickle_value v, pickle_value *address,
                                     int64_t *key);

/**
 * A socket.socket that travels as a DupSocket: family and type come with what
 * the sharer sends.
 * @param[in] doc  borrowed.
 * @param[in] dup  of pickle_dupsocket_value().
 * @return a native object of exact type `socket.socket`; null on failure.
 */
PICKLE_API pickle_value pickle_windows_socket_value(pickle_doc *doc,
                                                    pickle_value dup);

/**
 * A multiprocessing.connection.PipeConnection that travels as a DupHandle. (A
 * Connection there travels as a DupSocket, by pickle_connection_value().)
 * @param[in] doc       borrowed.
 * @param[in] dup       of pickle_duphandle_value().
 * @param[in] readable  it can receive.
 * @param[in] writable  it can send.
 * @return a native object; null on failure.
 */
PICKLE_API pickle_value pickle_pipe_connection_value(pickle_doc *doc,
                                                     pickle_value dup,
                                                     bool readable,
                                                     bool writable);

/* ---- what other modules of the standard library register ---- */

/** A view of a dict: what its `items()`, `keys()` and `values()` give. */
typedef enum pickle_dict_view {
    PICKLE_DICT_ITEMS = 0,
    PICKLE_DICT_KEYS = 1,
    PICKLE_DICT_VALUES = 2
} pickle_dict_view;

/**
 * A view of a dict, which arrives as a list.
 * @param[in] doc    borrowed.
 * @param[in] view   which.
 * @param[in] items  a list of what it gives.
 * @return a native object; null on failure.
 */
PICKLE_API pickle_value pickle_dict_view_value(pickle_doc *doc,
                                               pickle_dict_view view,
                                               pickle_value items);

/**
 * An array.array.
 * @param[in] doc       borrowed.
 * @param[in] typecode  a str of one character.
 * @param[in] data      bytes: the items as this machine has them. They are not
 *                      translated for another one, nor does CPython.
 * @return a native object; null on failure.
 */
PICKLE_API pickle_value pickle_array_value(pickle_doc *doc,
                                           pickle_value typecode,
                                           pickle_value data);

/**
 * A multiprocessing.heap.Arena: a file that is mapped.
 * @param[in] doc   borrowed.
 * @param[in] size  in bytes.
 * @param[in] dup   of pickle_dupfd_value().
 * @return a native object; null on failure.
 */
PICKLE_API pickle_value pickle_arena_value(pickle_doc *doc, int64_t size,
                                           pickle_value dup);

/**
 * A multiprocessing.process.AuthenticationString.
 * @param[in] doc  borrowed.
 * @param[in] key  bytes.
 * @return a native object; null on failure. It can be pickled only for a child
 *         that is being started.
 */
PICKLE_API pickle_value pickle_authentication_string(pickle_doc *doc,
                                                     pickle_value key);

/**
 * Register what other modules of the standard library register or reduce:
 * multiprocessing.heap the Arena, multiprocessing.managers the array and the
 * views of dicts, multiprocessing.process its AuthenticationString.
 * @param[in]  cls       borrowed.
 * @param[in]  spawning  a child is being started: an AuthenticationString is
 *                       allowed. Else it is refused (PICKLE_ERR_PICKLING_TYPE),
 *                       as CPython does for the sake of security.
 * @param[out] err       nullable; always written.
 * @return PICKLE_OK or PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_reducer_install_stdlib(
    pickle_forking_pickler *cls, bool spawning, pickle_error *err);

/**
 * What a decoded socket or connection says: a call of
 * reduction._rebuild_socket, connection.rebuild_connection or
 * connection.rebuild_pipe_connection.
 */
typedef struct pickle_rebuilt {
    bool is_socket;   /**< else a Connection or PipeConnection */
    pickle_value dup; /**< the DupFd, DupSocket or DupHandle */
    int64_t family;   /**< of a socket; -1 from Windows, like the next two */
    int64_t type;
    int64_t proto;
    bool readable; /**< of a connection */
    bool writable;
    bool is_pipe; /**< a PipeConnection */
} pickle_rebuilt;

/**
 * Recognise a decoded socket or connection. Families and types are understood
 * in every form CPython has written: a number, `AddressFamily(2)`, the global
 * `socket.AF_INET`.
 * @param[in]  v    a decoded value.
 * @param[out] out  written when true is returned.
 * @return false if v is neither.
 */
PICKLE_API bool pickle_get_rebuilt(pickle_value v, pickle_rebuilt *out);

/* ---- descriptors over a socket ---- */

/** Whether descriptors can be passed here: HAVE_SEND_HANDLE. */
PICKLE_API bool pickle_have_send_handle(void);

/** How descriptors are passed over a socket. */
typedef struct pickle_handle_options {
    int timeout_ms;   /**< for the whole call; 0 and below: for ever */
    bool acknowledge; /**< the receiver answers with a byte. Both ends must
                           agree; nothing is negotiated */
    bool inheritable; /**< received descriptors stay open over exec, as
                           CPython's do. Default: close-on-exec */
} pickle_handle_options;

/**
 * The options of a version on this system: acknowledgement from CPython 3.14
 * on, on macOS always.
 * @param[in] cpython  of the peer, as pickle_encode_options.cpython; 0 means
 *                     PICKLE_CPYTHON_DEFAULT.
 */
PICKLE_API pickle_handle_options pickle_handle_options_for(int cpython);

/**
 * Send descriptors in one message, as `sendfds(sock, fds)`: one byte, their
 * number modulo 256, and SCM_RIGHTS.
 * @param[in]  sock   an AF_UNIX socket, borrowed.
 * @param[in]  fds    `fds[count]`, borrowed: they stay open here.
 * @param[in]  count  at most 253 on Linux; 0 is sent, and no receiver takes it.
 * @param[in]  opt    NULL means pickle_handle_options_for(0).
 * @param[out] err    nullable; always written.
 * @return PICKLE_OK; PICKLE_ERR_SYSTEM (EBADF, EINVAL for too many, EPIPE, ...,
 *         with nothing sent); PICKLE_ERR_ACKNOWLEDGE (another byte came, or the
 *         end: the descriptors are sent nevertheless); PICKLE_ERR_INT_RANGE (a
 *         number that is no C int); PICKLE_ERR_TIMEOUT.
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_sendfds(pickle_handle sock, const pickle_handle *fds, size_t count,
               const pickle_handle_options *opt, pickle_error *err);

/**
 * Receive descriptors, as `recvfds(sock, size)`. One byte of payload is read,
 * never more.
 *
 * Where CPython leaves descriptors open behind an exception (the count does not
 * match, two control messages, the acknowledgement cannot be sent) they are
 * closed. Fewer than `size` is no error.
 *
 * @param[in]  sock   an AF_UNIX socket, borrowed.
 * @param[in]  size   how many there should be room for.
 * @param[in]  opt    NULL means pickle_handle_options_for(0).
 * @param[out] fds    `fds[size + 1]`, owned by the caller: where size is odd,
 *                    padding lets one more through, as in CPython. Unchanged or
 *                    closed again on failure.
 * @param[out] count  how many came. Unchanged on failure.
 * @param[out] err    nullable; always written.
 * @return PICKLE_OK; PICKLE_ERR_EOF; PICKLE_ERR_ANCDATA (`received 0 items of
 *         ancdata`: an ordinary message, or no free descriptors here; `Invalid
 *         data received`); PICKLE_ERR_HANDLE_COUNT; PICKLE_ERR_SIZE_OVERFLOW
 *         (size beyond 2**29 - 7); PICKLE_ERR_SYSTEM; PICKLE_ERR_TIMEOUT.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_recvfds(
    pickle_handle sock, size_t size, const pickle_handle_options *opt,
    pickle_handle *fds, size_t *count, pickle_error *err);

/**
 * Send one descriptor between two messages, as `send_handle(conn, handle,
 * pid)`. Acknowledgement and timeout are the connection's.
 * @param[in]  conn  of a socket, borrowed.
 * @param[in]  h     borrowed.
 * @param[out] err   nullable; always written.
 * @return as pickle_sendfds(); PICKLE_ERR_DIRECTION for a closed connection;
 *         ENOTSOCK for one of a pipe.
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_send_handle(pickle_connection *conn, pickle_handle h, pickle_error *err);

/**
 * Receive one descriptor, as `recv_handle(conn)`. A second that came with it is
 * closed; CPython leaves it open.
 * @param[in]  conn  of a socket, borrowed.
 * @param[out] h     owned by the caller, close-on-exec. Unchanged on failure.
 * @param[out] err   nullable; always written.
 * @return as pickle_recvfds() and pickle_send_handle().
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_recv_handle(
    pickle_connection *conn, pickle_handle *h, pickle_error *err);

/* ---- descriptors in a pickle: DupFd ---- */

/**
 * A child that is being started, as far as its descriptors go: what
 * `context.get_spawning_popen()` stands for. Opaque.
 */
typedef struct pickle_spawning pickle_spawning;

/**
 * Begin to collect the descriptors of one child.
 * @param[in]  form      PICKLE_DUPFD_SPAWN or PICKLE_DUPFD_FORKSERVER.
 * @param[in]  alloc     copied; NULL means pickle_allocator_default().
 * @param[out] spawning  owned by the caller; release with
 *                       pickle_spawning_free(). Unchanged on failure.
 * @param[out] err       nullable; always written.
 * @return PICKLE_OK, PICKLE_ERR_ARGUMENT (another form), PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_spawning_new(pickle_dupfd_form form, const pickle_allocator *alloc,
                    pickle_spawning **spawning, pickle_error *err);

/** Free it; the descriptors stay open. @param[in] spawning  taken; NULL is
 * allowed. */
PICKLE_API void pickle_spawning_free(pickle_spawning *spawning);

/**
 * The descriptors the child needs: kept open over exec under their numbers
 * (spawn: ascending, each once), or sent to the forkserver in this order behind
 * its own (one for each DupFd, as CPython does).
 * @param[in]  spawning  borrowed.
 * @param[out] count     how many.
 * @return `handles[count]`, borrowed until the next DupFd.
 */
PICKLE_API const pickle_handle *
pickle_spawning_handles(const pickle_spawning *spawning, size_t *count);

/**
 * Make a DupFd, as `DupFd(fd)`: for the child that is being started if there is
 * one, else through a sharer.
 *
 * A sharer duplicates the descriptor now. The other forms do not look at it: it
 * must stay open until the child has started.
 *
 * @param[in]  doc       borrowed; receives the object.
 * @param[in]  h         borrowed.
 * @param[in]  spawning  borrowed; NULL if no child is being started.
 * @param[in]  sharer    borrowed; NULL if there is none.
 * @param[out] dup       as pickle_dupfd_value(). Unchanged on failure.
 * @param[out] err       nullable; always written.
 * @return PICKLE_OK; PICKLE_ERR_ARGUMENT (neither child nor sharer);
 *         PICKLE_ERR_NOMEM; as pickle_resource_sharer_register().
 * Source: CPython Lib/multiprocessing/reduction.py DupFd().
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_dupfd_make(
    pickle_doc *doc, pickle_handle h, pickle_spawning *spawning,
    pickle_resource_sharer *sharer, pickle_value *dup, pickle_error *err);

/** What is needed to get at the descriptor of a DupFd. Zeroes are allowed. */
typedef struct pickle_detach_options {
    const pickle_handle *inherited; /**< `inherited[inherited_count]`: what a
                             forkserver's child was given, without the server's
                             own; NULL: this is none. Borrowed for the call */
    size_t inherited_count;
    const pickle_auth_options *auth; /**< for a sharer, as
                                        pickle_resource_sharer_fetch() */
    const pickle_allocator *alloc;   /**< for a sharer; NULL:
                                        pickle_allocator_default() */
} pickle_detach_options;

/**
 * Get the descriptor, as `detach()`. Through a sharer it is fetched, once, and
 * close-on-exec. The other forms name one that this process has had from its
 * start: any number of calls give the same one, and nothing is duplicated.
 *
 * The object says which number or which address: take it only from a peer that
 * is trusted with both.
 *
 * @param[in]  dup  a decoded value.
 * @param[in]  opt  borrowed for the call; NULL means zeroes.
 * @param[out] h    owned by the caller. Unchanged on failure.
 * @param[out] err  nullable; always written.
 * @return PICKLE_OK; PICKLE_ERR_ATTRIBUTE (no DupFd: `object has no attribute
 *         'detach'`); PICKLE_ERR_TYPE (no forkserver's child); PICKLE_ERR_INDEX
 *         (an index it was not given); PICKLE_ERR_ARGUMENT (an address of no
 *         known type); as pickle_resource_sharer_fetch().
 */
PICKLE_API PICKLE_NODISCARD pickle_code
pickle_dupfd_detach(pickle_value dup, const pickle_detach_options *opt,
                    pickle_handle *h, pickle_error *err);

/* ---- the reducers of reduction.py, as a table a program can replace ---- */

/**
 * The members of AbstractReducer a program may replace one by one. Each default
 * is CPython's function of the same name.
 */
typedef struct pickle_abstract_reducer {
    pickle_reducer_fn reduce_method; /**< _reduce_method */
    pickle_reducer_fn
        reduce_method_descriptor;        /**< _reduce_method_descriptor */
    pickle_reducer_fn reduce_partial;    /**< _reduce_partial */
    pickle_reducer_fn reduce_socket;     /**< _reduce_socket */
    pickle_reducer_fn reduce_connection; /**< reduce_connection */
    void *ctx;                           /**< handed to each */
} pickle_abstract_reducer;

/** CPython's own functions. */
extern PICKLE_API const pickle_abstract_reducer pickle_reducer_defaults;

/**
 * Register the members of a reducer on a class, as AbstractReducer's
 * constructor does. A NULL member takes its default.
 * @param[in]  cls      borrowed.
 * @param[in]  reducer  copied; its ctx must outlive cls.
 * @param[out] err      nullable; always written.
 * @return PICKLE_OK or PICKLE_ERR_NOMEM.
 */
PICKLE_API PICKLE_NODISCARD pickle_code pickle_reducer_install(
    pickle_forking_pickler *cls, const pickle_abstract_reducer *reducer,
    pickle_error *err);

#ifdef __cplusplus
}
#endif

#endif
