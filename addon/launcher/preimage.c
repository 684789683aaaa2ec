#define _GNU_SOURCE
#include "preimage.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "nanoseconds.h"
#include "preimage-copy.h"
#include "preimage-note.h"
#include "pseudo-fs.h"

enum {
  LOG_BYTES = 256 << 10, /* holds one record with 64 KiB of name list and a 64 KiB value */
  PIN_LIMIT = 32768,
  LOOK_AGAIN_NS = 20000000,
};

/* A disk that does not answer for so long may be one that never will. */
static const int64_t PATIENCE_NS = 5000000000;

static uint64_t dev_of(const struct statx *stx) { return (uint64_t)stx->stx_dev_major << 32 | stx->stx_dev_minor; }

int preimages_open(struct preimages *pre, const struct plan *plan, int recording_dirfd) {
  struct rlimit files;
  size_t pins = PIN_LIMIT;
  pre->plan = plan;
  pre->next_blob = 1;
  pthread_mutex_init(&pre->lock, NULL);
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&pre->saved, &monotonic);
  pre->patience_ns = PATIENCE_NS;
  pre->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (pre->wake_fd < 0) return -errno;
  if (mkdirat(recording_dirfd, "preimage", 0700) && errno != EEXIST) return -errno;
  pre->dirfd = openat(recording_dirfd, "preimage", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (pre->dirfd < 0) return -errno;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur / 2 < PIN_LIMIT) pins = files.rlim_cur / 2;
  int failed = pins_open(&pre->pins, pins);
  if (!failed) failed = blob_store_open(&pre->now, pre->dirfd, "small", DK_BLOB_SMALL);
  if (!failed) failed = blob_store_open(&pre->later, pre->dirfd, "later", DK_BLOB_LATER);
  if (!failed) failed = dk_records_open(&pre->log, pre->dirfd, "log", DK_PREIMAGE_MAGIC, LOG_BYTES);
  return failed;
}

/*
 * Overlayfs whose layers are on different filesystems shows for a file the device and number that it has in its layer, so both
 * change when it is copied up. Directories have those of the overlay itself.
 */
static bool shows_layers(int fd, uint64_t dev) {
  char name[PATH_MAX];
  struct statx dir;
  preimage_note_path(fd, name);
  char *slash = strrchr(name, '/');
  if (!slash) return true;
  slash[slash == name] = '\0';
  return statx(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC, STATX_TYPE, &dir) || dev_of(&dir) != dev;
}

/* What a node's filesystem means for it. Overlayfs copies a file up with its first change: that is no birth. */
static void look_at_filesystem(struct preimages *pre, int fd, const struct statx *stx) {
  struct statfs fs;
  if (dev_of(stx) == pre->last_dev) return;
  bool known = fstatfs(fd, &fs) == 0;
  pre->last_dev_pseudo = known && fs_type_is_pseudo((unsigned long)fs.f_type);
  pre->counts_blocks = known && fs.f_type != FUSE_SUPER_MAGIC; /* those of FUSE may say 0 */
  pre->has_birth_times = known && fs.f_type != OVERLAYFS_SUPER_MAGIC;
  pre->shows_layers = !pre->has_birth_times && !S_ISDIR(stx->stx_mode) && shows_layers(fd, dev_of(stx));
  pre->last_dev = dev_of(stx);
}

/* What there is to copy: holes cost nothing. */
static int64_t data_bytes(const struct preimages *pre, const struct statx *stx) {
  uint64_t allocated = pre->counts_blocks ? stx->stx_blocks * 512 : stx->stx_size;
  return (int64_t)(allocated < stx->stx_size ? allocated : stx->stx_size);
}

static bool is_ignored(const struct preimages *pre, const struct preimage_note *what) {
  return pre->last_dev_pseudo || plan_skips(pre->plan, what->name, what->name_len);
}

/*
 * Any call that changes the node may give it other numbers, by which nobody would know it again: the names of a hard link in
 * a lower layer become files of their own, and numbers of layers move (with xino, their upper bits say which layer).
 */
static bool may_become_another(const struct preimages *pre, const struct statx *stx) {
  bool moves = pre->shows_layers || stx->stx_ino >> 32;
  return !pre->has_birth_times && S_ISREG(stx->stx_mode) && (stx->stx_nlink > 1 || moves);
}

/* Another thread saves that inode: it must not change before. With the lock held. */
static void wait_until_saved(struct preimages *pre, uint64_t dev, uint64_t ino) {
  while (saving_is_awaited(&pre->saving, dev, ino, pre->patience_ns)) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LOOK_AGAIN_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&pre->saved, &pre->lock, &until);
    progress_made();
  }
}

/* With the lock held. */
static void end_saving(struct preimages *pre, uint64_t dev, uint64_t ino) {
  saving_end(&pre->saving, dev, ino);
  pthread_cond_broadcast(&pre->saved);
}

/* A pinned inode is about to change through another name or descriptor. With the lock held. */
static void save_pin_of(struct preimages *pre, uint64_t dev, uint64_t ino) {
  struct pin *found = pins_find(&pre->pins, dev, ino);
  if (found && found->state == PIN_WAITING) {
    struct pin pin = *found;
    found->state = PIN_DONE;
    saving_begin(&pre->saving, dev, ino);
    pthread_mutex_unlock(&pre->lock);
    preimages_save_pin(pre, &pre->now, &pin);
    pthread_mutex_lock(&pre->lock);
    end_saving(pre, dev, ino);
  }
  struct inode_entry *entry = inode_set_entry(&pre->inodes, dev, ino);
  if (entry) entry->bits &= ~(uint32_t)INODE_PENDING;
}

/* A name of a hard link that was not noted yet. Names beyond the roots are known from these notes only. */
static bool is_new_name(struct preimages *pre, const struct preimage_note *what) {
  if (!what->name_len || what->node.flags & DK_NODE_DELETED) return false;
  return inode_set_add_name(&pre->names, what->node.ino, what->name, what->name_len);
}

/* The note is in the file when this returns. */
static int record_now(struct preimages *pre, int fd, struct preimage_note *what, int *xattrs_lost) {
  preimage_note_complete(what, fd, -1);
  *xattrs_lost = what->xattrs_lost;
  int failed = preimage_note_add(what, &pre->log);
  if (!failed) failed = dk_records_flush(&pre->log);
  if (!failed) pre->records++;
  return failed;
}

/* How one node is to be saved. */
struct manner {
  int inherited; /* the descriptor for a kind 3 record, -1 otherwise */
  bool may_pin;
  bool quickly;  /* or not at all */
};

/* What is to be done with one node, decided under the lock. */
struct decision {
  uint32_t blob;    /* 0: no content to copy */
  uint32_t tree;    /* number of the blob for what is below the directory; 0: not needed */
  bool large;       /* the content is above the limit */
  bool later;       /* pinned rather than saved now; the handle is the pin's */
  bool takes_long;  /* nothing was decided: it was to be quick */
  int lost;         /* -errno of the record */
  int xattrs_lost;
};

/* The entry of the base is the node's for certain, so that its note is a number. */
static bool is_in_base(const struct preimages *pre, const struct inode_entry *entry, const struct statx *stx) {
  return entry->base && pre->has_birth_times && stx->stx_mask & STATX_BTIME &&
         (stx->stx_nlink == 1 || S_ISDIR(stx->stx_mode));
}

static struct decision decide(struct preimages *pre, int fd, const struct statx *stx, enum preimage_need need,
                              const struct manner *manner) {
  static const struct decision nothing = {0}, takes_long = {.takes_long = true};
  struct decision what_to_do = {0};
  struct preimage_note what;
  bool regular = S_ISREG(stx->stx_mode), quickly = manner->quickly;
  if (quickly && dev_of(stx) != pre->last_dev) return takes_long;
  look_at_filesystem(pre, fd, stx);
  if (pre->has_birth_times && stx->stx_mask & STATX_BTIME && statx_ns(&stx->stx_btime) > pre->start_ns) return nothing;
  if (may_become_another(pre, stx)) need = NEED_CONTENT_NOW;
  if (need == NEED_CONTENT_NOW && !regular) return nothing; /* opening a device, fifo or directory changes no bytes */
  bool holds_content = regular && (need == NEED_CONTENT_NOW || need == NEED_CONTENT_LATER);
  bool moves = S_ISDIR(stx->stx_mode) && need == NEED_TREE;
  struct inode_entry *entry = inode_set_entry(&pre->inodes, dev_of(stx), stx->stx_ino);
  if (pre->closed || !entry || entry->bits & INODE_IGNORED) return nothing;
  if (need == NEED_LINKS && entry->base) return nothing;
  bool pinned = entry->bits & INODE_PENDING && need != NEED_CONTENT_LATER;
  if (pinned || saving_has(&pre->saving, entry->dev, entry->ino)) {
    if (quickly) return takes_long;
    wait_until_saved(pre, dev_of(stx), stx->stx_ino);
    if (pinned) save_pin_of(pre, dev_of(stx), stx->stx_ino);
    entry = inode_set_entry(&pre->inodes, dev_of(stx), stx->stx_ino);
    if (pre->closed || !entry) return nothing;
  }
  bool content = holds_content && !(entry->bits & INODE_CONTENT);
  bool tree = moves && !entry->base && !(entry->bits & INODE_CONTENT);
  bool known = entry->bits & INODE_META;
  /* Later it may have other names because of calls that were recorded. */
  bool linked = entry->bits & INODE_LINKED || (!known && !entry->base && stx->stx_nlink > 1 && !S_ISDIR(stx->stx_mode));
  bool news = !known || content || tree || manner->inherited >= 0;
  if (!news && !linked) return nothing;
  bool large = what_to_do.large = content && data_bytes(pre, stx) > pre->plan->limit_bytes; /* has a queue of its own */
  bool may_wait = need == NEED_CONTENT_LATER && !large && manner->may_pin && !pins_full(&pre->pins);
  bool in_base = manner->inherited < 0 && is_in_base(pre, entry, stx);
  if (quickly && (linked || !may_wait || !in_base)) return takes_long;
  /* Set for an empty file too: what it grows to is no longer the past. */
  if (content || tree) entry->bits |= INODE_CONTENT;
  content = content && stx->stx_size > 0;
  if (linked) entry->bits |= INODE_LINKED;
  preimage_note_describe(fd, stx, in_base ? entry->base : 0, &what);
  if (linked && is_new_name(pre, &what)) news = true;
  if (!news) return nothing;
  if (!known && !in_base && is_ignored(pre, &what)) {
    entry->bits |= INODE_IGNORED;
    return nothing;
  }
  entry->bits |= INODE_META;
  if (content && large) what.node.flags |= DK_NODE_TOO_LARGE;
  if (content) what.node.blob = what_to_do.blob = pre->next_blob++;
  if (tree) what.node.blob = what_to_do.tree = pre->next_blob++;
  if (tree) what.node.flags |= DK_NODE_TREE;
  if (known) what.node.flags |= DK_NODE_CONTENT_ONLY;
  if (manner->inherited >= 0) {
    what.node.kind = DK_RECORD_INHERITED;
    what.node.flags |= DK_NODE_INHERITED;
    what.node.parent = (uint32_t)manner->inherited;
  }
  /* Of what is in the base the path is known, and the content is wanted only in the end: its note can wait as well. */
  bool note_waits = may_wait && in_base;
  if (!note_waits) what_to_do.lost = record_now(pre, fd, &what, &what_to_do.xattrs_lost);
  what_to_do.later =
      note_waits || (may_wait && content && !what_to_do.lost && !what_to_do.xattrs_lost);
  if (what_to_do.later) {
    struct pin pin = {.fd = fd, .dev = entry->dev, .node = what.node, .noted = !note_waits};
    pins_add(&pre->pins, &pin);
    entry->bits |= INODE_PENDING;
    preimages_wake(pre);
  } else if (!what_to_do.lost && (what_to_do.blob || what_to_do.tree)) {
    saving_begin(&pre->saving, dev_of(stx), stx->stx_ino);
  }
  return what_to_do;
}

static bool look(int fd, struct statx *stx) {
  unsigned flags = AT_EMPTY_PATH | AT_STATX_DONT_SYNC;
  return statx(fd, "", (int)flags, STATX_BASIC_STATS | STATX_BTIME, stx) == 0;
}

static void save(struct preimages *pre, int fd, enum preimage_need need, const struct manner *manner) {
  struct statx stx;
  struct decision decision = {0};
  if (look(fd, &stx)) {
    pthread_mutex_lock(&pre->lock);
    decision = decide(pre, fd, &stx, need, manner);
    pthread_mutex_unlock(&pre->lock);
  }
  if (decision.later) return;
  if (decision.xattrs_lost) preimages_lose(pre, decision.xattrs_lost, fd);
  if (decision.lost) {
    preimages_lose(pre, decision.lost, fd);
  } else if (decision.tree || decision.blob) {
    if (decision.tree) preimages_list(pre, &pre->now, fd, decision.tree);
    else preimages_copy(pre, &pre->now, fd, decision.blob, (int64_t)stx.stx_size, decision.large);
    pthread_mutex_lock(&pre->lock);
    end_saving(pre, dev_of(&stx), stx.stx_ino);
    pthread_mutex_unlock(&pre->lock);
  }
  close(fd);
}

void preimages_save(struct preimages *pre, int fd, enum preimage_need need, bool may_pin) {
  save(pre, fd, need, &(struct manner){.inherited = -1, .may_pin = may_pin});
}

void preimages_save_inherited(struct preimages *pre, int fd, int inherited_fd) {
  save(pre, fd, NEED_CONTENT_NOW, &(struct manner){.inherited = inherited_fd, .may_pin = true});
}

bool preimages_save_quickly(struct preimages *pre, int fd, enum preimage_need need) {
  static const struct manner manner = {.inherited = -1, .may_pin = true, .quickly = true};
  struct statx stx;
  struct decision decision = {0};
  if (look(fd, &stx)) {
    if (pthread_mutex_trylock(&pre->lock)) {
      decision.takes_long = true;
    } else {
      decision = decide(pre, fd, &stx, need, &manner);
      pthread_mutex_unlock(&pre->lock);
    }
  }
  if (!decision.later) close(fd);
  return !decision.takes_long;
}
