/* worker FILE COUNT [pause-us]: does the first COUNT operations of FILE, one a line, in the working directory. Each is one
 * system call that changes something, so that the tree after k changes is what `worker FILE k` makes. With a pause it says
 * when it starts and ends, leaves a process behind that goes on for a while, and exits with 3. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char bytes[1 << 16];

static int put(const char *name, int flags, long offset, long length, int byte) {
  memset(bytes, byte, (size_t)length);
  int fd = open(name, flags, 0644);
  if (fd < 0) return -1;
  long n = length == 0 ? 0 : offset < 0 ? write(fd, bytes, (size_t)length) : pwrite(fd, bytes, (size_t)length, offset);
  close(fd);
  return n == length ? 0 : -1;
}

static int apply(const char *op, const char *a, const char *b, long x, long y, int byte) {
  switch (op[0]) {
    case 'c': return put(a, O_WRONLY | O_CREAT | O_EXCL, 0, 0, 0);
    case 'w': return put(a, O_WRONLY, x, y, byte);
    case 'a': return put(a, O_WRONLY | O_APPEND, -1, y, byte);
    case 'T': return put(a, O_WRONLY | O_TRUNC, 0, 0, 0);
    case 't': return truncate(a, x);
    case 'h': return chmod(a, (mode_t)x);
    case 'm': return mkdir(a, 0755);
    case 'x': return rmdir(a);
    case 'u': return unlink(a);
    case 'r': return rename(a, b);
    case 'l': return link(a, b);
    case 's': return symlink(b, a);
    default: return -1;
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  FILE *file = fopen(argv[1], "re");
  if (file == NULL) return 2;
  const long count = atol(argv[2]);
  const int pause_us = argc > 3 ? atoi(argv[3]) : -1;
  char op[4], a[256], b[256];
  long x, y;
  int byte;
  umask(0);
  if (pause_us >= 0 && write(1, "started\n", 8) != 8) return 9;
  for (long i = 0; i < count; i++) {
    if (fscanf(file, "%3s %255s %255s %ld %ld %d", op, a, b, &x, &y, &byte) != 6) return 8;
    if (apply(op, a, b, x, y, byte) != 0) {
      perror(op);
      return 7;
    }
    if (pause_us > 0 && i % 16 == 0) usleep((useconds_t)pause_us);
  }
  if (pause_us < 0) return 0;
  if (write(1, "finished\n", 9) != 9) return 9;
  if (fork() != 0) _exit(3);
  for (int i = 0; i < 30; i++) {
    usleep(4000);
    if (write(1, ".", 1) != 1) return 9;
  }
  return 0;
}
