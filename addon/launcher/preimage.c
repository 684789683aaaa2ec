#define _GNU_SOURCE
#include "preimage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "content-copy.h"
#include "pseudo-fs.h"

enum {
  LOG_BYTES = 256 << 10,   /* holds one record with 64 KiB of name list and a 64 KiB value */
  SMALL_FILE = 128 << 10,  /* up to here a content goes into preimage/small */
  SMALL_BYTES = 1 << 20,
  DONE_LIMIT = 4096,
  PIN_LIMIT = 32768,
  PIN_BATCH = 64,          /* copied at once when the ring of pins is full */
  XATTR_BYTES = 128 << 10,
  WARN_LIMIT = 5,          /* warnings about single files; the count goes on */
};

static int64_t ns_of(const struct statx_timestamp *t) { return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec; }
static uint64_t dev_of(const struct statx *stx) { return (uint64_t)stx->stx_dev_major << 32 | stx->stx_dev_minor; }

int preimages_open(struct preimages *pre, const struct plan *plan, int recording_dirfd) {
  pre->plan = plan;
  pre->next_blob = 1;
  if (mkdirat(recording_dirfd, "preimage", 0700) && errno != EEXIST) return -errno;
  pre->dirfd = openat(recording_dirfd, "preimage", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (pre->dirfd < 0) return -errno;
  pre->small_fd = openat(pre->dirfd, "small", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (pre->small_fd < 0) return -errno;
  struct rlimit files;
  pre->pin_limit = PIN_LIMIT;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur / 2 < PIN_LIMIT) pre->pin_limit = files.rlim_cur / 2;
  pre->pins = calloc(pre->pin_limit, sizeof *pre->pins);
  pre->done = calloc(DONE_LIMIT, sizeof *pre->done);
  pre->small = malloc(SMALL_BYTES);
  if (!pre->pins || !pre->done || !pre->small) return -ENOMEM;
  return dk_records_open(&pre->log, pre->dirfd, "log", DK_PREIMAGE_MAGIC, LOG_BYTES);
}

/* The path of the handle `fd`; empty when the kernel cannot tell it. */
static const char *name_of(int fd, char name[PATH_MAX]) {
  char handle[HANDLE_NAME_BYTES];
  ssize_t n = readlink(handle_name(fd, handle), name, PATH_MAX - 1);
  name[n > 0 ? n : 0] = '\0';
  return name;
}

/* Something could not be saved: counted always, told once per cause. */
static void lose(struct preimages *pre, int failure, const char *what) {
  char text[256];
  pre->lost++;
  if (failure == -ENOSPC || failure == -EDQUOT || failure == -EFBIG) {
    if (pre->content_off) return;
    pre->content_off = true;
    snprintf(text, sizeof text,
             "The old content of changed files can no longer be saved (%s). Make room where DK_HOME lies; "
             "what was saved so far is kept.",
             strerror(-failure));
  } else if (pre->lost > WARN_LIMIT) {
    return;
  } else if (failure == -EOVERFLOW) {
    snprintf(text, sizeof text,
             "%.120s is larger than the limit for old content (%lld bytes), so it was not saved. "
             "Raise --preimage-limit to keep it.",
             what, (long long)pre->plan->limit_bytes);
  } else {
    snprintf(text, sizeof text, "The old state of %.160s could not be saved (%s).", what, strerror(-failure));
  }
  pre->warn(pre->warn_context, text);
}

/* Writes the buffered bytes, then says that their blobs are complete. */
static void flush(struct preimages *pre) {
  size_t written = 0;
  int failed = 0;
  while (written < pre->small_used && !failed) {
    ssize_t n = pwrite64(pre->small_fd, pre->small + written, pre->small_used - written,
                         pre->small_written + (int64_t)written);
    if (n <= 0) failed = n < 0 ? -errno : -EIO;
    else written += (size_t)n;
  }
  if (failed) {
    for (size_t i = 0; i < pre->done_count; i++) lose(pre, failed, "some files");
  } else {
    pre->small_written += (int64_t)pre->small_used;
    for (size_t i = 0; i < pre->done_count; i++) {
      dk_records_add_blob(&pre->log, &pre->done[i]);
      pre->blobs++;
      pre->bytes += (uint64_t)pre->done[i].length;
    }
    failed = dk_records_flush(&pre->log);
    if (failed && failed != -EBADF) lose(pre, failed, "some files");
  }
  pre->small_used = 0;
  pre->done_count = 0;
}

static int copy_small(struct preimages *pre, int from, uint32_t blob, int64_t size) {
  if (pre->small_used + (size_t)size > SMALL_BYTES || pre->done_count == DONE_LIMIT) flush(pre);
  size_t have = 0;
  while (have < (size_t)size) {
    ssize_t n = pread64(from, pre->small + pre->small_used + have, (size_t)size - have, (off64_t)have);
    if (n < 0) return -errno;
    if (n == 0) break; /* it shrank meanwhile; the blob's length tells */
    have += (size_t)n;
  }
  pre->done[pre->done_count++] = (struct dk_blob){
      .record_size = sizeof(struct dk_blob),
      .kind = DK_RECORD_BLOB,
      .flags = DK_BLOB_SMALL,
      .blob = blob,
      .offset = pre->small_written + (int64_t)pre->small_used,
      .length = (int64_t)have,
  };
  pre->small_used += have;
  return 0;
}

static int copy_large(struct preimages *pre, int from, uint32_t blob, int64_t size) {
  char name[16];
  snprintf(name, sizeof name, "%u", blob);
  int to = openat(pre->dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (to < 0) return -errno;
  int failed = content_clone(from, to, size);
  if (failed) failed = size > pre->plan->limit_bytes ? -EOVERFLOW : content_copy(from, to, size);
  if (close(to) && !failed) failed = -errno;
  if (failed) {
    unlinkat(pre->dirfd, name, 0);
    return failed;
  }
  struct dk_blob done = {
      .record_size = sizeof done, .kind = DK_RECORD_BLOB, .blob = blob, .offset = 0, .length = size};
  dk_records_add_blob(&pre->log, &done);
  pre->blobs++;
  pre->bytes += (uint64_t)size;
  return dk_records_flush(&pre->log);
}

/* Copies the content behind the handle `fd` into blob number `blob`. */
static void copy(struct preimages *pre, int fd, uint32_t blob, int64_t size) {
  char name[PATH_MAX];
  int failed, from;
  if (pre->content_off) {
    pre->lost++;
    return;
  }
  failed = from = content_open(fd);
  if (from >= 0) {
    failed = size <= SMALL_FILE && size <= pre->plan->limit_bytes ? copy_small(pre, from, blob, size) : copy_large(pre, from, blob, size);
    close(from);
  }
  /* The user may not read it. Either the call fails too, or the content stays unknown: the blob is never completed. */
  if ((failed == -EACCES || failed == -EPERM) && pre->plan->user.other) return;
  if (failed < 0) lose(pre, failed, name_of(fd, name));
}

static void copy_first_pin(struct preimages *pre) {
  struct pin pin = pre->pins[pre->pin_first];
  pre->pin_first = (pre->pin_first + 1) % pre->pin_limit;
  pre->pin_count--;
  if (pin.fd < 0) return; /* copied out of turn */
  copy(pre, pin.fd, pin.blob, pin.size);
  close(pin.fd);
  struct inode_entry *entry = inode_set_entry(&pre->inodes, pin.dev, pin.ino);
  if (entry) entry->bits &= ~(uint32_t)INODE_PENDING;
}

/* The bytes of a pinned inode are about to be overwritten through another name or descriptor. */
static void copy_pin_of(struct preimages *pre, uint64_t dev, uint64_t ino) {
  for (size_t i = 0; i < pre->pin_count; i++) {
    struct pin *pin = &pre->pins[(pre->pin_first + i) % pre->pin_limit];
    if (pin->fd < 0 || pin->dev != dev || pin->ino != ino) continue;
    copy(pre, pin->fd, pin->blob, pin->size);
    close(pin->fd);
    pin->fd = -1;
  }
}

static void pin(struct preimages *pre, int fd, uint32_t blob, const struct statx *stx) {
  for (int i = 0; i < PIN_BATCH && pre->pin_count == pre->pin_limit; i++) copy_first_pin(pre);
  pre->pins[(pre->pin_first + pre->pin_count++) % pre->pin_limit] = (struct pin){
      .fd = fd, .blob = blob, .dev = dev_of(stx), .ino = stx->stx_ino, .size = (int64_t)stx->stx_size};
}

/* Encodes all extended attributes into `to`; returns the encoded length, or -errno when one does not fit. */
static ssize_t read_xattrs(const char *handle, char *to, size_t capacity) {
  static char list[XATTR_LIST_MAX];
  ssize_t listed = listxattr(handle, list, sizeof list);
  if (listed <= 0) return 0; /* none, or the filesystem has none */
  size_t used = 0;
  for (char *name = list; name < list + listed; name += strlen(name) + 1) {
    uint16_t name_len = (uint16_t)strlen(name);
    size_t value_at = used + sizeof name_len + sizeof(uint32_t) + name_len;
    if (value_at >= capacity) return -E2BIG;
    ssize_t n = getxattr(handle, name, to + value_at, capacity - value_at);
    if (n < 0 && errno == ERANGE) return -E2BIG;
    if (n < 0) continue; /* not ours to read */
    uint32_t value_len = (uint32_t)n;
    memcpy(to + used, &name_len, sizeof name_len);
    memcpy(to + used + sizeof name_len, &value_len, sizeof value_len);
    memcpy(to + used + sizeof name_len + sizeof value_len, name, name_len);
    used = value_at + value_len;
  }
  return (ssize_t)used;
}

struct described {
  struct dk_node node;
  char name[PATH_MAX];
  size_t name_len;
};

/* Writes the node record; it is in the file when this returns. */
static void record(struct preimages *pre, int fd, struct described *what, bool content_only) {
  static char xattrs[XATTR_BYTES];
  char handle[HANDLE_NAME_BYTES], target[PATH_MAX];
  struct dk_node_extra extra = {.name = what->name, .name_len = what->name_len, .target = target, .xattrs = xattrs};
  if (S_ISLNK(what->node.mode)) {
    ssize_t n = readlinkat(fd, "", target, sizeof target);
    extra.target_len = n > 0 ? (size_t)n : 0;
  }
  if (!content_only) {
    ssize_t n = read_xattrs(handle_name(fd, handle), xattrs, sizeof xattrs);
    if (n < 0) lose(pre, (int)n, what->name);
    extra.xattr_len = n > 0 ? (size_t)n : 0;
  }
  int failed = dk_records_add_node(&pre->log, &what->node, &extra);
  if (!failed) failed = dk_records_flush(&pre->log);
  if (failed == -EBADF) pre->lost++;
  else if (failed) lose(pre, failed, what->name);
  else pre->records++;
}

/* What a node's filesystem means for it. Overlayfs copies a file up with its first change: that is no birth. */
static void look_at_filesystem(struct preimages *pre, int fd, uint64_t dev) {
  struct statfs fs;
  if (dev == pre->last_dev) return;
  bool known = fstatfs(fd, &fs) == 0;
  pre->last_dev_pseudo = known && fs_type_is_pseudo((unsigned long)fs.f_type);
  pre->has_birth_times = known && fs.f_type != OVERLAYFS_SUPER_MAGIC;
  pre->last_dev = dev;
}

static bool is_ignored(const struct preimages *pre, const struct described *what) {
  return pre->last_dev_pseudo || plan_skips(pre->plan, what->name, what->name_len);
}

/* The names of a hard link in a lower layer become files of their own, with other numbers, by any call that changes one. */
static bool may_separate(const struct preimages *pre, const struct statx *stx) {
  return !pre->has_birth_times && S_ISREG(stx->stx_mode) && stx->stx_nlink > 1;
}

static void describe(int fd, const struct statx *stx, struct described *what) {
  static const char deleted[] = " (deleted)";
  struct stat now;
  dk_node_from_statx(&what->node, stx);
  what->node.kind = DK_RECORD_PREIMAGE;
  what->node.parent = DK_NO_PARENT;
  what->name_len = strlen(name_of(fd, what->name));
  size_t n = sizeof deleted - 1;
  if (what->name_len <= n || strcmp(what->name + what->name_len - n, deleted) != 0) return;
  if (lstat(what->name, &now) == 0 && now.st_ino == stx->stx_ino) return; /* it is really called that */
  what->node.flags |= DK_NODE_DELETED;
  what->name[what->name_len -= n] = '\0';
}

/* `inherited`: the descriptor for a kind 3 record, -1 otherwise. Returns false when `fd` was kept as a pin. */
static bool save(struct preimages *pre, int fd, enum preimage_need need, int inherited) {
  struct statx stx;
  struct described what;
  if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_BASIC_STATS | STATX_BTIME, &stx)) return true;
  look_at_filesystem(pre, fd, dev_of(&stx));
  if (pre->has_birth_times && (stx.stx_mask & STATX_BTIME) && ns_of(&stx.stx_btime) > pre->start_ns) return true;
  if (may_separate(pre, &stx)) need = NEED_CONTENT_NOW;
  bool regular = S_ISREG(stx.stx_mode);
  if (need == NEED_CONTENT_NOW && !regular) return true; /* opening a device, fifo or directory changes no bytes */
  struct inode_entry *entry = inode_set_entry(&pre->inodes, dev_of(&stx), stx.stx_ino);
  if (!entry || entry->bits & INODE_IGNORED) return true;
  if (entry->bits & INODE_PENDING && need == NEED_CONTENT_NOW) {
    entry->bits &= ~(uint32_t)INODE_PENDING;
    copy_pin_of(pre, entry->dev, entry->ino);
  }
  bool content = regular && need != NEED_METADATA && !(entry->bits & INODE_CONTENT);
  bool known = entry->bits & INODE_META;
  /* Set for an empty file too: what it grows to is no longer the past. */
  if (content) entry->bits |= INODE_CONTENT;
  content = content && stx.stx_size > 0;
  if (known && !content && inherited < 0) return true;
  describe(fd, &stx, &what);
  if (!known && is_ignored(pre, &what)) {
    entry->bits |= INODE_IGNORED;
    return true;
  }
  entry->bits |= INODE_META;
  if (content && (int64_t)stx.stx_size > pre->plan->limit_bytes) what.node.flags |= DK_NODE_TOO_LARGE;
  if (content) what.node.blob = pre->next_blob++;
  if (known) what.node.flags |= DK_NODE_CONTENT_ONLY;
  if (inherited >= 0) {
    what.node.kind = DK_RECORD_INHERITED;
    what.node.flags |= DK_NODE_INHERITED;
    what.node.parent = (uint32_t)inherited;
  }
  bool later = need == NEED_CONTENT_LATER && !pre->pin_nothing;
  if (content && later) entry->bits |= INODE_PENDING;
  record(pre, fd, &what, known);
  if (content && later) {
    pin(pre, fd, what.node.blob, &stx);
    return false;
  }
  if (content) copy(pre, fd, what.node.blob, (int64_t)stx.stx_size);
  return true;
}

void preimages_save(struct preimages *pre, int fd, enum preimage_need need) {
  if (save(pre, fd, need, -1)) close(fd);
}

void preimages_save_inherited(struct preimages *pre, int fd, int inherited_fd) {
  if (save(pre, fd, NEED_CONTENT_NOW, inherited_fd)) close(fd);
}

bool preimages_dirty(const struct preimages *pre) { return pre->pin_count || pre->done_count; }

void preimages_idle(struct preimages *pre) {
  if (pre->pin_count) copy_first_pin(pre);
  else flush(pre);
}

void preimages_finish(struct preimages *pre) {
  while (pre->pin_count) copy_first_pin(pre);
  flush(pre);
}
