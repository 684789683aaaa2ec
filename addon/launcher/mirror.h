/* Stopping and ending as another process did, so that whoever waits for us sees what became of it. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

/* Whether the process is stopped by a signal now. */
bool is_stopped(pid_t pid);
/* Stops by that signal; returns when it goes on, or at once where that signal does not stop us (orphaned groups). */
void stop_by(int number);
/* Ends with that wait status: with the exit code, or by the signal, without a core dump of our own. */
_Noreturn void end_by(int status);
