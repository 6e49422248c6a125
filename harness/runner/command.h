/* command.h  The commands: what commands.def lists. */
#ifndef RUNNER_COMMAND_H
#define RUNNER_COMMAND_H

#define X(function, name, about) int command_##function(int argc, char **argv);
#include "commands.def"
#undef X

#endif
