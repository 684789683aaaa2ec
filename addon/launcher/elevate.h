/*
 * Recording for an ordinary user. eBPF and the guard need root, the command must not get it:
 *
 *   shell ── front (user) ── sudo ── front (root) ── launcher ─┬─ node, dk-guard   as the user, few capabilities
 *                                                              └─ the command      as the user, no capability
 *
 * sudo changes much on its way: environment, descriptors, limits, umask, groups. So the user's front stays as it was
 * started, and the one that root gets takes all of it from there (adopt.h) through /proc and pidfd_getfd: nothing
 * passes through arguments or files. The descriptor for the answer is one of those it takes.
 */
#pragma once
#include <sys/types.h>

#include "target.h"

/*
 * Starts this program again through sudo as `argv` (NODE MAIN.js …). `channel` is the end to talk to root's launcher with,
 * `answer` the one that it takes. Returns sudo's pid, or -1 with errno.
 */
pid_t elevate_start(char **argv, const struct inherited_signals *signals, int *channel, int *answer);
/* Says why nothing was adopted when sudo ended with that wait status. */
void elevate_explain(int status);
