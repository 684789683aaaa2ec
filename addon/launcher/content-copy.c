#define _GNU_SOURCE
#include "content-copy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "progress.h"

enum { CHUNK = 256 << 10, KERNEL_CHUNK = 8 << 20 /* what one call copies: how often a copy says that it gets on */ };

const char *handle_name(int fd, char name[HANDLE_NAME_BYTES]) {
  char *at = name + HANDLE_NAME_BYTES - 1;
  *at = '\0';
  do *--at = (char)('0' + fd % 10);
  while (fd /= 10);
  return at;
}

int content_open(int path_fd) {
  char buffer[HANDLE_NAME_BYTES];
  const char *name = handle_name(path_fd, buffer);
  int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  int fd = open(name, flags | O_NOATIME);
  if (fd < 0 && errno == EPERM) fd = open(name, flags); /* not the owner */
  return fd < 0 ? -errno : fd;
}

/* Through our own memory, for filesystems between which the kernel does not copy. */
static int64_t copy_chunk(int from, int to, int64_t at, int64_t length) {
  static _Thread_local char bytes[CHUNK];
  ssize_t n = pread64(from, bytes, length < CHUNK ? (size_t)length : CHUNK, at);
  if (n <= 0) return n < 0 ? -errno : 0;
  for (ssize_t done = 0; done < n;) {
    ssize_t w = pwrite64(to, bytes + done, (size_t)(n - done), at + done);
    if (w < 0) return -errno;
    done += w;
  }
  return n;
}

int64_t content_copy_range(int from, int to, int64_t start, int64_t end) {
  int64_t at = start;
  while (at < end) {
    off64_t in = at, out = at;
    size_t length = end - at < KERNEL_CHUNK ? (size_t)(end - at) : KERNEL_CHUNK;
    int64_t n = copy_file_range(from, &in, to, &out, length, 0);
    progress_made();
    if (n < 0 && errno == ENOSPC) return -ENOSPC;
    if (n <= 0) n = copy_chunk(from, to, at, end - at);
    if (n < 0) return n;
    if (n == 0) break; /* it shrank meanwhile */
    at += n;
  }
  return at - start;
}

int content_clone(int from, int to, int64_t size) {
  return ioctl(to, FICLONE, from) || ftruncate(to, size) ? -errno : 0;
}

int content_copy(int from, int to, int64_t size) {
  int64_t at = 0;
  while (at < size) {
    off64_t data = lseek64(from, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) break; /* a hole to the end */
    if (data < 0) data = at;               /* the filesystem does not tell */
    off64_t hole = lseek64(from, data, SEEK_HOLE);
    if (hole < 0 || hole > size) hole = size;
    int64_t copied = content_copy_range(from, to, data, hole);
    if (copied < 0) return (int)copied;
    at = hole;
  }
  return ftruncate(to, size) ? -errno : 0;
}
