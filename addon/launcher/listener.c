#define _GNU_SOURCE
#include "listener.h"

#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS /* Linux 6.6 */
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1UL
#endif

struct seccomp_notif *listener_receive(int listener, union stopped_call_buffer *buffer) {
  memset(buffer, 0, sizeof *buffer); /* the kernel insists */
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &buffer->call) ? NULL : &buffer->call;
}

bool listener_still_stopped(int listener, const struct seccomp_notif *call) {
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id) == 0;
}

void listener_continue(int listener, uint64_t id) {
  struct seccomp_notif_resp answer = {.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer); /* fails when the caller was killed meanwhile: fine */
}

void listener_share_processor(int listener) {
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
}

bool listener_is_over(int listener) {
  struct pollfd wait = {listener, 0, 0};
  return poll(&wait, 1, 0) > 0 && wait.revents & (POLLHUP | POLLERR | POLLNVAL);
}
