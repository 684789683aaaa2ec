/*
 * Recording for an ordinary user. eBPF and the guard need root, the command must not get it:
 *
 *   shell ── dk-launcher (user) ── sudo ── dk-launcher --adopt (root) ─┬─ node, dk-guard   as the user, few capabilities
 *                waits                                                 └─ the command      as the user, no capability
 *
 * sudo changes much on its way: environment, descriptors, limits, umask, groups. So the user's launcher stays as it was
 * started, and the one that root gets takes all of it from there (adopt.h) through /proc and pidfd_getfd: nothing
 * passes through arguments or files. The descriptor for the answer is one of those it takes.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "target.h"

/*
 * Runs this program again through sudo as `argv` (NODE MAIN.js …) and waits for it. Returns its exit status as a shell
 * shows it, or -1 with a text of two sentences when sudo did not let us.
 */
int elevate(char **argv, const struct inherited_signals *signals, char *text, size_t capacity);
/* Stops this process as its child was stopped from the terminal; returns when it goes on. False: not from there. */
bool stop_like_child(int number);
