/**
 * @file error.h  What went wrong, where, and what CPython would have raised.
 *
 * Every function that can fail returns a pickle_code and fills a caller-owned
 * pickle_error. The library prints nothing, never aborts on input and keeps no
 * global state.
 */
#ifndef PICKLEPROOF_ERROR_H
#define PICKLEPROOF_ERROR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32) && defined(PICKLE_SHARED)
#ifdef PICKLE_BUILDING
#define PICKLE_API __declspec(dllexport)
#else
#define PICKLE_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define PICKLE_API __attribute__((visibility("default")))
#else
#define PICKLE_API
#endif

#if defined(__GNUC__)
#define PICKLE_NODISCARD __attribute__((warn_unused_result))
#else
#define PICKLE_NODISCARD
#endif

/**
 * The one list of error codes: X(name, number, CPython exception class, text).
 *
 * Numbers are stable from the first release: a code keeps its number, and gaps
 * are for later ones. Decades: 0 general, 10 encode, 20 to 69 decode, 70
 * canonical text, 80 pickletools, 100 to 139 system, connection, reduction.
 */
#define PICKLE_ERROR_MAP(X)                                                    \
    X(OK, 0, "", "no error")                                                   \
    X(BUG, 1, "SystemError", "the program called the library wrongly")         \
    X(NOMEM, 2, "MemoryError", "out of memory")                                \
    X(LIMIT, 3, "MemoryError", "a limit of the options was reached")           \
    X(DEPTH, 4, "RecursionError", "maximum depth exceeded")                    \
    X(ARGUMENT, 5, "ValueError", "invalid argument")                           \
    X(UNSUPPORTED, 6, "NotImplementedError", "not supported")                  \
    X(HOOK, 7, "Exception", "a hook of the program failed")                    \
    X(PICKLING, 10, "PicklingError", "the value cannot be pickled")            \
    X(PICKLING_VALUE, 11, "ValueError", "the value cannot be pickled")         \
    X(PICKLING_TYPE, 12, "TypeError",                                          \
      "the value cannot be pickled at this protocol")                          \
    X(PICKLING_OVERFLOW, 13, "OverflowError",                                  \
      "the value needs a higher protocol")                                     \
    X(PICKLING_ATTRIBUTE, 14, "AttributeError",                                \
      "the value cannot be pickled by name")                                   \
    X(INT_DIGITS, 15, "ValueError",                                            \
      "exceeds the limit for integer string conversion")                       \
    X(PICKLING_ASSERTION, 16, "AssertionError",                                \
      "the pickler contradicts itself")                                        \
    X(EOF, 20, "EOFError", "ran out of input")                                 \
    X(TRUNCATED, 21, "UnpicklingError", "pickle data was truncated")           \
    X(OPCODE, 22, "UnpicklingError", "invalid load key")                       \
    X(UNDERFLOW, 23, "UnpicklingError", "unpickling stack underflow")          \
    X(MARK_UNEXPECTED, 24, "UnpicklingError", "unexpected MARK found")         \
    X(MARK_MISSING, 25, "UnpicklingError", "could not find MARK")              \
    X(PROTOCOL, 26, "ValueError", "unsupported pickle protocol")               \
    X(NEGATIVE_COUNT, 27, "UnpicklingError", "negative byte count")            \
    X(SIZE_OVERFLOW, 28, "OverflowError",                                      \
      "length exceeds the system's maximum size")                              \
    X(READ_OVERFLOW, 29, "UnpicklingError",                                    \
      "read would overflow (invalid bytecode)")                                \
    X(FRAME_END, 30, "UnpicklingError",                                        \
      "pickle exhausted before end of frame")                                  \
    X(FRAME_NESTED, 31, "UnpicklingError",                                     \
      "beginning of a new frame before end of current frame")                  \
    X(MEMO_MISSING, 32, "UnpicklingError", "memo value not found")             \
    X(MEMO_MISSING_KEY, 33, "KeyError", "memo value not found")                \
    X(MEMO_NEGATIVE, 34, "ValueError", "negative PUT argument")                \
    X(INT_TEXT, 35, "ValueError", "could not convert string to int")           \
    X(INT_RANGE, 36, "OverflowError", "int too large")                         \
    X(FLOAT_TEXT, 37, "ValueError", "could not convert string to float")       \
    X(FLOAT_RANGE, 38, "OverflowError", "value too large to convert to float") \
    X(STRING_QUOTE, 39, "UnpicklingError",                                     \
      "the STRING opcode argument must be quoted")                             \
    X(STRING_ESCAPE, 40, "ValueError", "invalid escape in a STRING argument")  \
    X(UNICODE_DECODE, 41, "UnicodeDecodeError", "cannot decode bytes")         \
    X(UNICODE_ENCODE, 42, "UnicodeEncodeError", "cannot encode characters")    \
    X(ENCODING_UNKNOWN, 43, "LookupError",                                     \
      "unknown encoding or error handler")                                     \
    X(DICT_ODD, 44, "UnpicklingError", "odd number of items")                  \
    X(UNHASHABLE, 45, "TypeError", "unhashable type")                          \
    X(TYPE, 46, "TypeError", "an operand has the wrong type")                  \
    X(ATTRIBUTE, 47, "AttributeError", "the object has no such attribute")     \
    X(VALUE, 48, "ValueError", "an operand has the wrong value")               \
    X(STACK_GLOBAL, 49, "UnpicklingError", "STACK_GLOBAL requires str")        \
    X(EXT_CODE, 50, "UnpicklingError", "EXT specifies code <= 0")              \
    X(EXT_UNREGISTERED, 51, "ValueError", "unregistered extension code")       \
    X(PERSID_HOOK, 52, "UnpicklingError",                                      \
      "a persistent id, but no persistent_load hook")                          \
    X(PERSID_ASCII, 53, "UnpicklingError",                                     \
      "persistent IDs in protocol 0 must be ASCII strings")                    \
    X(BUFFERS_NONE, 54, "UnpicklingError",                                     \
      "out-of-band data, but no buffers were given")                           \
    X(BUFFERS_SHORT, 55, "UnpicklingError", "not enough out-of-band buffers")  \
    X(NEWOBJ, 56, "UnpicklingError",                                           \
      "NEWOBJ or NEWOBJ_EX operand has the wrong type")                        \
    X(STATE, 57, "UnpicklingError", "state is not a dictionary")               \
    X(IMPORT, 58, "ModuleNotFoundError", "no such module")                     \
    X(INDEX, 59, "IndexError", "index out of range")                           \
    X(KEY, 60, "KeyError", "no such key")                                      \
    X(STRUCT, 61, "error", "unpack requires more bytes")                       \
    X(LOOKUP, 62, "LookupError", "lookup failed")                              \
    X(TEXT_SYNTAX, 70, "ValueError", "not canonical text")                     \
    X(TEXT_REFERENCE, 71, "ValueError",                                        \
      "reference to a value that is not there")                                \
    X(PICKLETOOLS, 80, "ValueError", "malformed pickle")                       \
    X(SYSTEM, 100, "OSError", "a system call failed")                          \
    X(DIRECTION, 101, "OSError", "the connection does not go that way")        \
    X(TIMEOUT, 102, "TimeoutError", "timed out")                               \
    X(MESSAGE_END, 103, "OSError", "got end of file during message")           \
    X(MESSAGE_LENGTH, 104, "OSError", "bad message length")                    \
    X(BUFFER_TOO_SHORT, 105, "BufferTooShort",                                 \
      "the message does not fit the buffer")                                   \
    X(AUTHENTICATION, 106, "AuthenticationError", "authentication failed")     \
    X(ANCDATA, 107, "RuntimeError", "no descriptors came with the message")    \
    X(HANDLE_COUNT, 108, "AssertionError",                                     \
      "not as many descriptors as announced")                                  \
    X(ACKNOWLEDGE, 109, "RuntimeError",                                        \
      "did not receive acknowledgement of fd")                                 \
    X(CHALLENGE, 110, "AssertionError", "the peer sends no challenge")

/** Error codes; PICKLE_OK is 0. */
typedef enum pickle_code {
#define PICKLE_X(name, number, exception, text) PICKLE_ERR_##name = number,
    PICKLE_ERROR_MAP(PICKLE_X)
#undef PICKLE_X
        PICKLE_OK = 0
} pickle_code;

/** The offset of an error that has no place in the input. Offset 0 is a real
 * place. */
#define PICKLE_NO_OFFSET ((size_t)-1)

/** One error. Owned by the caller, never needs freeing; every field is always
 * written. */
typedef struct pickle_error {
    pickle_code code; /**< PICKLE_OK on success */
    size_t offset;    /**< bytes from the start of the input to the opcode at
                         fault, or PICKLE_NO_OFFSET */
    int opcode;       /**< the opcode byte at fault, or -1 */
    int64_t os_error; /**< errno or GetLastError(), 0 if none */
    const char
        *where; /**< static: "LONG4", "recvmsg"; "" if none, never NULL */
    char message[128]; /**< NUL-terminated UTF-8, what CPython says where it is
                          stable, cut if longer; "" on success. Longer
                          ones slow the decoding of small pickles */
} pickle_error;

/**
 * Name of a code, as in the enum without its prefix.
 * @param[in] code  any number.
 * @return a static string, "UNKNOWN" for a number that is not a code.
 */
PICKLE_API const char *pickle_code_name(pickle_code code);

/**
 * The class of exception that CPython raises for a code.
 * @param[in] code  any number.
 * @return a static string such as "UnpicklingError"; "" for PICKLE_OK.
 */
PICKLE_API const char *pickle_code_exception(pickle_code code);

/**
 * One sentence about a code.
 * @param[in] code  any number.
 * @return a static string.
 */
PICKLE_API const char *pickle_code_text(pickle_code code);

#ifdef __cplusplus
}
#endif

#endif
