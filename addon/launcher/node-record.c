#define _GNU_SOURCE
#include "node-record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int64_t ns(const struct statx_timestamp *t) { return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec; }

static int append(struct dk_record_file *file, const void *bytes, size_t length) {
  if (file->used + length > file->capacity) {
    int failed = dk_records_flush(file);
    if (failed) return failed;
  }
  if (length > file->capacity) return -E2BIG;
  memcpy(file->buffer + file->used, bytes, length);
  file->used += length;
  return 0;
}

int dk_records_open(struct dk_record_file *file, int dirfd, const char *name, const char magic[8], size_t capacity) {
  *file = (struct dk_record_file){.fd = -1, .capacity = capacity};
  file->buffer = malloc(capacity);
  if (!file->buffer) return -ENOMEM;
  file->fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file->fd < 0) return -errno;
  struct dk_file_header header = {.version = DK_NODE_FORMAT_VERSION};
  memcpy(header.magic, magic, 8);
  append(file, &header, sizeof header);
  return dk_records_flush(file);
}

void dk_node_from_statx(struct dk_node *node, const struct statx *stx) {
  *node = (struct dk_node){
      .mode = stx->stx_mode,
      .nlink = stx->stx_nlink,
      .uid = stx->stx_uid,
      .gid = stx->stx_gid,
      .ino = stx->stx_ino,
      .dev_major = stx->stx_dev_major,
      .dev_minor = stx->stx_dev_minor,
      .rdev_major = stx->stx_rdev_major,
      .rdev_minor = stx->stx_rdev_minor,
      .size = (int64_t)stx->stx_size,
      .mtime_ns = ns(&stx->stx_mtime),
      .ctime_ns = ns(&stx->stx_ctime),
      .btime_ns = stx->stx_mask & STATX_BTIME ? ns(&stx->stx_btime) : 0,
  };
}

int dk_records_add_node(struct dk_record_file *file, struct dk_node *node, const struct dk_node_extra *extra) {
  if (file->fd < 0) return -EBADF;
  size_t bare = sizeof *node + extra->name_len + extra->target_len + extra->xattr_len;
  size_t whole = (bare + 7) & ~(size_t)7;
  if (whole > file->capacity) return -E2BIG;
  if (file->used + whole > file->capacity) {
    int failed = dk_records_flush(file);
    if (failed) return failed;
  }
  node->record_size = (uint32_t)whole;
  node->name_len = (uint16_t)extra->name_len;
  node->target_len = (uint16_t)extra->target_len;
  node->xattr_len = (uint32_t)extra->xattr_len;
  char *at = file->buffer + file->used;
  at = mempcpy(at, node, sizeof *node);
  if (extra->name_len) at = mempcpy(at, extra->name, extra->name_len);
  if (extra->target_len) at = mempcpy(at, extra->target, extra->target_len);
  if (extra->xattr_len) at = mempcpy(at, extra->xattrs, extra->xattr_len);
  memset(at, 0, whole - bare);
  file->used += whole;
  return 0;
}

int dk_records_add_blob(struct dk_record_file *file, const struct dk_blob *blob) {
  return file->fd < 0 ? -EBADF : append(file, blob, sizeof *blob);
}

int dk_records_add_range(struct dk_record_file *file, const struct dk_range *range) {
  return file->fd < 0 ? -EBADF : append(file, range, sizeof *range);
}

int dk_records_add_aside(struct dk_record_file *file, const struct dk_aside *aside) {
  return file->fd < 0 ? -EBADF : append(file, aside, sizeof *aside);
}

int dk_records_flush(struct dk_record_file *file) {
  size_t done = 0;
  while (done < file->used) {
    ssize_t n = write(file->fd, file->buffer + done, file->used - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      int failed = n < 0 ? -errno : -EIO;
      if (ftruncate(file->fd, file->written)) failed = -EIO;
      close(file->fd);
      file->fd = -1;
      file->used = 0;
      return failed;
    }
    done += (size_t)n;
  }
  file->written += (int64_t)file->used;
  file->used = 0;
  return 0;
}

int dk_records_close(struct dk_record_file *file) {
  int failed = file->fd < 0 ? -EBADF : dk_records_flush(file);
  if (file->fd >= 0 && close(file->fd) && !failed) failed = -errno;
  file->fd = -1;
  free(file->buffer);
  file->buffer = NULL;
  return failed;
}
