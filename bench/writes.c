/* writes COUNT BYTES FILE: that many writes of that many bytes; prints the nanoseconds they took, then the clock. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long long now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  long count = atol(argv[1]), bytes = atol(argv[2]);
  char *buffer = malloc((size_t)bytes);
  for (long i = 0; i < bytes; i++) buffer[i] = (char)(i * 31 + i / 251);
  int fd = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd < 0) return 1;
  long long start = now(CLOCK_MONOTONIC);
  for (long i = 0; i < count; i++) {
    buffer[i % bytes]++;
    if (write(fd, buffer, (size_t)bytes) != bytes) return 1;
    /* Bounded room on the disk, and pages that are there already. */
    if (i % 4096 == 4095) lseek(fd, 0, SEEK_SET);
  }
  printf("%lld %lld\n", now(CLOCK_MONOTONIC) - start, now(CLOCK_REALTIME));
  return 0;
}
