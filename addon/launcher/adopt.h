/*
 * What root's launcher takes over from the user's, so that from there on it is as if the user had started it: working
 * directory, environment, descriptors, umask, resource limits, blocked and ignored signals, and whose rights to run with.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "identity.h"

enum { ADOPT_TEXT_BYTES = 128 };

/* Describes this process for --adopt: PID:START:BLOCKED:IGNORED:FD. FD is its end of the channel for us (front.h). */
void adopt_describe(char text[ADOPT_TEXT_BYTES], uint64_t blocked, uint64_t ignored, int answer_fd);
/*
 * Takes over from the process that `text` describes. Returns the channel to it, whose pid is stored in `giver`, or -1 and in `why`
 * what went wrong. The process is this same program, started by the user that sudo names. Its environment stays data: nothing
 * here reads it. Must run before this process opens any descriptor of its own.
 */
int adopt(const char *text, struct identity *identity, char ***environment, pid_t *giver, const char **why);
