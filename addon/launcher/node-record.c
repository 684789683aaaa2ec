#define _GNU_SOURCE
#include "node-record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "nanoseconds.h"

enum { HEADER_BYTES = sizeof(struct dk_frame_header) };

static uint32_t crc_of(const void *bytes, size_t length) { return (uint32_t)crc32_z(0, bytes, length); }

/* Makes room for that many bytes. */
static int reserve(struct dk_record_file *file, size_t length) {
  if (HEADER_BYTES + length > file->capacity) return -E2BIG;
  return file->used + length > file->capacity ? dk_records_flush(file) : 0;
}

static int append(struct dk_record_file *file, const void *bytes, size_t length) {
  int failed = file->fd < 0 ? -EBADF : reserve(file, length);
  if (failed) return failed;
  memcpy(file->buffer + file->used, bytes, length);
  file->used += length;
  return 0;
}

/* Writes the first bytes of the buffer, which is empty then. */
static int write_out(struct dk_record_file *file, size_t length) {
  size_t done = 0;
  while (done < length) {
    ssize_t n = write(file->fd, file->buffer + done, length - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      int failed = n < 0 ? -errno : -EIO;
      if (ftruncate(file->fd, file->written)) failed = -EIO;
      close(file->fd);
      file->fd = -1;
      file->used = HEADER_BYTES;
      return failed;
    }
    done += (size_t)n;
  }
  file->written += (int64_t)length;
  file->used = HEADER_BYTES;
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
  header.crc = crc_of(&header, offsetof(struct dk_file_header, crc));
  memcpy(file->buffer, &header, sizeof header);
  return write_out(file, sizeof header);
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
      .mtime_ns = statx_ns(&stx->stx_mtime),
      .ctime_ns = statx_ns(&stx->stx_ctime),
      .btime_ns = stx->stx_mask & STATX_BTIME ? statx_ns(&stx->stx_btime) : 0,
  };
}

int dk_records_add_node(struct dk_record_file *file, struct dk_node *node, const struct dk_node_extra *extra) {
  if (file->fd < 0) return -EBADF;
  size_t bare = sizeof *node + extra->name_len + extra->target_len + extra->xattr_len;
  size_t whole = (bare + 7) & ~(size_t)7;
  int failed = reserve(file, whole);
  if (failed) return failed;
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
  return append(file, blob, sizeof *blob);
}

int dk_records_add_range(struct dk_record_file *file, const struct dk_range *range) {
  return append(file, range, sizeof *range);
}

int dk_records_add_aside(struct dk_record_file *file, const struct dk_aside *aside) {
  return append(file, aside, sizeof *aside);
}

/* A frame of what was added; one without records says that nothing follows. */
static int write_frame(struct dk_record_file *file) {
  struct dk_frame_header header = {.magic = DK_FRAME_MAGIC, .payload_bytes = (uint32_t)(file->used - HEADER_BYTES)};
  header.payload_crc = crc_of(file->buffer + HEADER_BYTES, header.payload_bytes);
  header.crc = crc_of(&header, offsetof(struct dk_frame_header, crc));
  memcpy(file->buffer, &header, sizeof header);
  return write_out(file, file->used);
}

int dk_records_flush(struct dk_record_file *file) { return file->used == HEADER_BYTES ? 0 : write_frame(file); }

int dk_records_close(struct dk_record_file *file) {
  int failed = file->fd < 0 ? -EBADF : dk_records_flush(file);
  if (!failed) failed = write_frame(file);
  if (file->fd >= 0 && close(file->fd) && !failed) failed = -errno;
  file->fd = -1;
  free(file->buffer);
  file->buffer = NULL;
  return failed;
}
