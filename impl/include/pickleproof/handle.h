/**
 * @file handle.h  Descriptors and addresses: what connection.h, reduction.h and
 * resource_sharer.h pass around.
 */
#ifndef PICKLEPROOF_HANDLE_H
#define PICKLEPROOF_HANDLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A descriptor of the system: a file descriptor, or on Windows a HANDLE. */
typedef intptr_t pickle_handle;

/** No descriptor. */
#define PICKLE_INVALID_HANDLE ((pickle_handle)-1)

/** Families of addresses. */
typedef enum pickle_family {
    PICKLE_FAMILY_ANY = 0, /**< by the address; without one AF_UNIX */
    PICKLE_AF_UNIX = 1,    /**< a path, or a name with a leading NUL */
    PICKLE_AF_INET = 2     /**< host and port */
} pickle_family;

/** Longest host name or path, with its NUL. */
#define PICKLE_ADDRESS_MAX 256

/** An address: `text[len]` is a path, an abstract name or a host. */
typedef struct pickle_address {
    pickle_family family;
    char text[PICKLE_ADDRESS_MAX]; /**< NUL-terminated too */
    size_t len;                    /**< bytes, without that NUL */
    uint16_t port;                 /**< AF_INET only */
} pickle_address;

#ifdef __cplusplus
}
#endif

#endif
