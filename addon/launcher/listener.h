/* The kernel's side of a seccomp listener: one call at a time is taken, looked at, and let continue. */
#pragma once
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

/* Where the kernel writes a stopped call. Its struct may be longer than ours. */
union stopped_call_buffer {
  struct seccomp_notif call;
  char room[512];
};

/*
 * Waits for the next stopped call. NULL: there was one, but its caller was killed, or the last filtered process has
 * ended (from Linux 6.11 on; before that the wait has no end).
 */
struct seccomp_notif *listener_receive(int listener, union stopped_call_buffer *buffer);
/* False once the caller was killed: what its pid names now is somebody else. */
bool listener_still_stopped(int listener, const struct seccomp_notif *call);
void listener_continue(int listener, uint64_t id);
/* The caller only waits for us, so let the kernel switch to us on its processor. Older kernels do without. */
void listener_share_processor(int listener);
/* True when no filtered process is left. */
bool listener_is_over(int listener);
