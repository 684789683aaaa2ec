/* What makes a process one of dk's own, which nothing that is meant for the command reaches. */
#pragma once
#include <stddef.h>

/*
 * Out of reach of the terminal, of the user's pipes, of signals and of the limits that were meant for the command. Of the
 * descriptors only those of `keep` stay open, under numbers that are written back; -1 among them is passed over.
 */
void go_to_background(const char *name, int *const *keep, size_t count);
