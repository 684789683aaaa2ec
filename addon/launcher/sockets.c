#define _GNU_SOURCE
#include "sockets.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

int socket_pair(int type, int ends[2]) { return socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) ? -errno : 0; }

void socket_send(int socket, const void *message, size_t length, int fd) {
  struct iovec part = {(void *)message, length};
  struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
  } rights;
  if (fd >= 0) {
    header.msg_control = rights.bytes;
    header.msg_controllen = sizeof rights.bytes;
    struct cmsghdr *first = CMSG_FIRSTHDR(&header);
    *first = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(first), &fd, sizeof fd);
  }
  while (sendmsg(socket, &header, MSG_NOSIGNAL) < 0 && errno == EINTR) {}
}

ssize_t socket_receive(int socket, void *message, size_t capacity, int *fd) {
  struct iovec part = {message, capacity};
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
  } rights;
  struct msghdr header = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = rights.bytes, .msg_controllen = sizeof rights.bytes};
  ssize_t n = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  /* ECONNRESET comes once, before what the other end sent, when that end closed without reading all we sent. */
  if (n < 0) return errno == EINTR || errno == EAGAIN || errno == ECONNRESET ? -1 : 0;
  struct cmsghdr *first = CMSG_FIRSTHDR(&header);
  if (fd && first && first->cmsg_type == SCM_RIGHTS) memcpy(fd, CMSG_DATA(first), sizeof *fd);
  return n;
}

void close_from(int first) {
  if (syscall(SYS_close_range, (unsigned)first, ~0u, 0) == 0) return;
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  for (int fd = first; fd < (int)files.rlim_max && fd < (1 << 20); fd++) close(fd);
}

void close_others(int keep) {
  close_from(keep >= 3 ? keep + 1 : 3);
  for (int fd = 3; fd < keep; fd++) close(fd);
}
