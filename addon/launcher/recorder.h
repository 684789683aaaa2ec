/* The recorder's process: Node with the control socket as descriptor DK_CTL_FD. */
#pragma once
#include <sys/types.h>

#include "target.h"

/*
 * Forks and executes argv (NODE MAIN.js …) in that process group. Of the inherited descriptors it keeps the standard ones only, and none of
 * the variables by which a user steers Node programs of their own. It is killed when the launcher ends.
 * As another user it keeps what recording takes: eBPF, a cgroup to freeze the command, reading back what it
 * changed, and its own priority.
 * Returns its pid, or -1 with errno.
 */
pid_t recorder_start(char **argv, int control, const struct inherited_signals *signals, const struct identity *user,
                     pid_t group);
