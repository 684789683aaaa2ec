/*
 * What root's launcher takes over from the user's, so that from there on it is as if the user had started it: working
 * directory, environment, descriptors, umask, resource limits, blocked and ignored signals, and whose rights to run with.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "identity.h"

enum { ADOPT_TEXT_BYTES = 128 };

/* Describes this process for --adopt: PID:START:BLOCKED:IGNORED:FD. FD gets a byte when all has been taken over. */
void adopt_describe(char text[ADOPT_TEXT_BYTES], uint64_t blocked, uint64_t ignored, int answer_fd);
/*
 * Takes over from the process that `text` describes. Returns a pidfd of it, or -1 and in `why` what went wrong.
 * The process is this same program, started by the user that sudo names. Its environment stays data: nothing here reads it.
 * Must run before this process opens any descriptor of its own.
 */
int adopt(const char *text, struct identity *identity, char ***environment, const char **why);
