/* main.c  The built-in testee as a program of its own. */
#include "testee_c.h"

int main(void) {
    return testee_serve();
}
