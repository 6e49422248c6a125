/* reduction/members.h  Members of socket's enums, and what the reducers of one
 * pickler share. */
#ifndef PICKLE_REDUCTION_MEMBERS_H
#define PICKLE_REDUCTION_MEMBERS_H

#include <pickleproof/value.h>

enum {
#define X(cls, name, number) PICKLE__MEMBER_##name,
#include "reduction/socket_members.def"
#undef X
    PICKLE__MEMBER_COUNT
};

typedef struct pickle__member {
    const char *cls;
    const char *name;
    int number;
} pickle__member;

extern const pickle__member pickle__members[PICKLE__MEMBER_COUNT];

/* What a reducer without a context of its own is told. A member is one object
 * of its process, so that a second socket refers to the first one's. */
typedef struct pickle__reducer_state {
    int cpython;
    pickle_value members[PICKLE__MEMBER_COUNT]; /* null: not made yet */
} pickle__reducer_state;

void pickle__reducer_state_init(pickle__reducer_state *state, int cpython);

#endif
