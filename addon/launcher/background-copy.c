#define _GNU_SOURCE
#include "background-copy.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "content-copy.h"
#include "nanoseconds.h"

/* Short, so that little is in doubt where a write comes, and long against the cost of a record. */
enum { RANGE_BYTES = 1 << 20 };

/* Where the data at or after `at` begins, at most `size`; `size` also when only a hole is left. */
static int64_t next_data(int fd, int64_t at, int64_t size) {
  off64_t data = lseek64(fd, at, SEEK_DATA);
  if (data < 0) return errno == ENXIO ? size : at; /* the filesystem does not tell: then all is data */
  return data < size ? data : size;
}

static int64_t data_end(int fd, int64_t at, int64_t size) {
  off64_t hole = lseek64(fd, at, SEEK_HOLE);
  int64_t end = hole > at && hole < size ? hole : size;
  return end - at > RANGE_BYTES ? at + RANGE_BYTES : end;
}

int background_copy_step(struct background_copy *copy, struct dk_range *range) {
  if (copy->at >= copy->size || lseek64(copy->from, 0, SEEK_END) <= copy->at) return 0; /* or it was cut off there */
  int64_t start = copy->at;
  int64_t end = next_data(copy->from, start, copy->size);
  bool hole = end > start;
  if (!hole) {
    end = data_end(copy->from, start, copy->size);
    int64_t copied = content_copy_range(copy->from, copy->to, start, end);
    if (copied <= 0) return (int)copied;
    end = start + copied;
  }
  *range = (struct dk_range){
      .record_size = sizeof *range,
      .kind = DK_RECORD_RANGE,
      .flags = hole ? DK_RANGE_HOLE : 0,
      .blob = copy->blob,
      .offset = start,
      .length = end - start,
      .done_ns = now_ns(CLOCK_MONOTONIC),
  };
  copy->at = end;
  return 1;
}

int background_copy_close(struct background_copy *copy) {
  int failed = ftruncate(copy->to, copy->size) ? -errno : 0;
  if (close(copy->to) && !failed) failed = -errno;
  close(copy->from);
  return failed;
}
