#define _GNU_SOURCE
#include "base-scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "node-record.h"
#include "progress.h"
#include "pseudo-fs.h"

enum { BUFFER_BYTES = 1 << 20, DENTS_BYTES = 64 << 10 };

/* What the first scan saw, for the one at the end. */
struct sights {
  char **roots;
  size_t root_count;
  uint64_t *devices;
  size_t device_count;
};

static struct sights first; /* one a process */

struct scan {
  const struct plan *plan;
  bool again; /* the tree is looked at for the second time: what is mounted since is left alone */
  struct dk_record_file out;
  struct inode_set *inodes;
  struct base_result *result;
  char path[PATH_MAX]; /* of the directory being read; the skip list is compared with it */
  size_t path_len;
  int failed; /* -errno of the output */
};

/* The names of one directory, sorted by bytes. */
struct names {
  char *text;
  size_t used, capacity;
  char **sorted;
  size_t count;
};

/* A child directory still to be read: `name` points into the parent's names. */
struct pending {
  const char *name;
  uint32_t index;
};

static bool keep_name(struct names *names, const char *name) {
  size_t n = strlen(name) + 1;
  if (names->used + n > names->capacity) {
    size_t wanted = (names->capacity ? names->capacity * 2 : 8192) + n;
    char *grown = realloc(names->text, wanted);
    if (!grown) return false;
    names->text = grown;
    names->capacity = wanted;
  }
  memcpy(names->text + names->used, name, n);
  names->used += n;
  names->count++;
  return true;
}

static int by_bytes(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static bool read_names(int dir, struct names *names) {
  static _Thread_local char dents[DENTS_BYTES] __attribute__((aligned(8)));
  progress_made();
  *names = (struct names){0};
  long n;
  while ((n = syscall(SYS_getdents64, dir, dents, sizeof dents)) > 0) {
    for (long at = 0; at < n;) {
      struct dirent64 *entry = (struct dirent64 *)(dents + at);
      at += entry->d_reclen;
      const char *name = entry->d_name;
      if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]))) continue;
      if (!keep_name(names, name)) return false;
    }
  }
  names->sorted = malloc((names->count + 1) * sizeof *names->sorted);
  if (!names->sorted) return false;
  char *at = names->text;
  for (size_t i = 0; i < names->count; i++, at += strlen(at) + 1) names->sorted[i] = at;
  qsort(names->sorted, names->count, sizeof *names->sorted, by_bytes);
  return n == 0;
}

static bool stat_node(int dir, const char *name, struct statx *stx) {
  int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC | AT_EMPTY_PATH;
  return statx(dir, name, flags, STATX_BASIC_STATS | STATX_BTIME, stx) == 0;
}

static bool same_device(const struct statx *a, const struct statx *b) {
  return a->stx_dev_major == b->stx_dev_major && a->stx_dev_minor == b->stx_dev_minor;
}

static uint64_t device_of(const struct statx *stx) { return (uint64_t)stx->stx_dev_major << 32 | stx->stx_dev_minor; }

static bool was_seen(uint64_t device) {
  for (size_t i = 0; i < first.device_count; i++)
    if (first.devices[i] == device) return true;
  return false;
}

/* Without memory for it, what is mounted there is not compared at the end. */
static void note_device(uint64_t device) {
  if (was_seen(device)) return;
  uint64_t *grown = realloc(first.devices, (first.device_count + 1) * sizeof *grown);
  if (!grown) return;
  first.devices = grown;
  first.devices[first.device_count++] = device;
}

static bool is_pseudo_at(int dir, const char *name) {
  int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  struct statfs fs;
  bool pseudo = fd >= 0 && fstatfs(fd, &fs) == 0 && fs_type_is_pseudo((unsigned long)fs.f_type);
  if (fd >= 0) close(fd);
  return pseudo;
}

/* A directory on which another filesystem is mounted. */
static bool leaves_alone(const struct scan *scan, int dir, const char *name, const struct statx *stx) {
  return is_pseudo_at(dir, name) || (scan->again && !was_seen(device_of(stx)));
}

/* A second sight of an inode with one name is a bind mount: which of the entries a call means, only its path can tell. */
static void note_inode(struct scan *scan, const struct statx *stx) {
  if (!scan->inodes) return;
  if (stx->stx_nlink > 1 && !S_ISDIR(stx->stx_mode)) return;
  struct inode_entry *entry = inode_set_entry(scan->inodes, device_of(stx), stx->stx_ino);
  if (!entry) return;
  entry->base = entry->bits & INODE_SCANNED ? 0 : scan->result->entries + 1;
  entry->bits |= INODE_SCANNED;
}

static void add(struct scan *scan, int dir, const char *path, const char *name, const struct statx *stx,
                uint32_t parent, uint16_t flags) {
  struct dk_node node;
  char target[PATH_MAX];
  struct dk_node_extra extra = {.name = name, .name_len = strlen(name)};
  dk_node_from_statx(&node, stx);
  node.kind = DK_RECORD_BASE;
  node.flags = flags;
  node.parent = parent;
  if (S_ISLNK(stx->stx_mode)) {
    ssize_t n = readlinkat(dir, path, target, sizeof target);
    extra.target = target;
    extra.target_len = n > 0 ? (size_t)n : 0;
  }
  note_inode(scan, stx);
  if (!scan->failed) scan->failed = dk_records_add_node(&scan->out, &node, &extra);
  scan->result->entries++;
}

static bool path_is_full(const struct scan *scan, const char *name) {
  return scan->path_len + 1 + strlen(name) >= sizeof scan->path;
}

/* Appends "/name" to scan->path; false when that is one of the skipped directories. */
static bool enter(struct scan *scan, const char *name) {
  size_t n = strlen(name);
  size_t at = scan->path_len == 1 ? 0 : scan->path_len; /* "/" has its slash already */
  scan->path[at] = '/';
  memcpy(scan->path + at + 1, name, n + 1);
  scan->path_len = at + 1 + n;
  return !plan_skips(scan->plan, scan->path, scan->path_len);
}

static void leave(struct scan *scan, size_t path_len) {
  scan->path_len = path_len;
  scan->path[path_len] = '\0';
}

/*
 * Reads the open directory `dir` (closed here), which is entry `index`, then its children, depth first. All entries
 * of one directory are written before any of their own entries, which keeps siblings contiguous.
 */
static void read_directory(struct scan *scan, int dir, const struct statx *self, uint32_t index) {
  struct names names;
  bool complete = read_names(dir, &names);
  struct pending *pending = malloc((names.count + 1) * sizeof *pending);
  size_t pending_count = 0;
  size_t path_len = scan->path_len;
  for (size_t i = 0; complete && pending && i < names.count && !scan->failed; i++) {
    const char *name = names.sorted[i];
    struct statx stx;
    if (!stat_node(dir, name, &stx)) continue; /* gone since it was listed */
    uint16_t flags = 0;
    bool descend = S_ISDIR(stx.stx_mode);
    if (descend && path_is_full(scan, name)) {
      descend = false; /* no path leads there; this also bounds the depth of the recursion */
      flags = DK_NODE_UNREADABLE;
    } else if (descend) {
      bool skipped = !enter(scan, name);
      leave(scan, path_len);
      if (skipped) continue;
      if (!same_device(&stx, self) && leaves_alone(scan, dir, name, &stx)) {
        descend = false;
        flags = DK_NODE_NOT_ENTERED;
      } else if (faccessat(dir, name, R_OK | X_OK, AT_EACCESS) != 0) {
        descend = false;
        flags = DK_NODE_UNREADABLE;
      }
    }
    if (scan->result->entries >= DK_BASE_ENTRY_LIMIT) {
      scan->result->truncated = true;
      break;
    }
    if (descend) pending[pending_count++] = (struct pending){name, scan->result->entries};
    add(scan, dir, name, name, &stx, index, flags);
  }
  for (size_t i = 0; i < pending_count && !scan->failed && !scan->result->truncated; i++) {
    int child = openat(dir, pending[i].name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    struct statx stx;
    if (child < 0) continue;
    if (!stat_node(child, "", &stx)) {
      close(child);
      continue;
    }
    if (scan->inodes && !same_device(&stx, self)) note_device(device_of(&stx));
    enter(scan, pending[i].name);
    read_directory(scan, child, &stx, pending[i].index);
    leave(scan, path_len);
  }
  free(pending);
  free(names.sorted);
  free(names.text);
  close(dir);
}

/* `handle` is O_PATH, and stays open. */
static void read_tree(struct scan *scan, int handle, const char *path) {
  struct statx stx;
  if (!stat_node(handle, "", &stx)) return;
  uint32_t index = scan->result->entries;
  add(scan, handle, "", path, &stx, DK_NO_PARENT, 0);
  if (!S_ISDIR(stx.stx_mode)) return;
  int dir = openat(handle, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
  if (dir < 0) return;
  scan->path_len = strlen(path);
  memcpy(scan->path, path, scan->path_len + 1);
  read_directory(scan, dir, &stx, index);
}

static void read_root(struct scan *scan, const char *root) {
  struct statx stx;
  int handle = open(root, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (handle < 0) return;
  if (!scan->again && stat_node(handle, "", &stx)) note_device(device_of(&stx));
  read_tree(scan, handle, root);
  close(handle);
}

/* Real paths of the roots, sorted, those inside another one dropped. Returns how many are left. */
static size_t outermost_roots(const struct plan *plan, char **roots) {
  size_t count = 0, kept = 0;
  if (!roots) return 0;
  for (size_t i = 0; i < plan->root_count; i++) {
    char *real = realpath(plan->roots[i], NULL);
    if (real && !plan_skips(plan, real, strlen(real))) roots[count++] = real;
  }
  qsort(roots, count, sizeof *roots, by_bytes);
  for (size_t i = 0; i < count; i++) {
    bool nested = false;
    for (size_t j = 0; j < kept && !nested; j++) {
      size_t n = strlen(roots[j]);
      if (n == 1) n = 0; /* "/" holds everything */
      nested = strncmp(roots[i], roots[j], n) == 0 && (roots[i][n] == '/' || roots[i][n] == '\0');
    }
    if (!nested) roots[kept++] = roots[i];
  }
  return kept;
}

/* Writes the file under another name first. */
static int scan_roots(struct scan *scan, int dirfd, const char *name) {
  char temporary[32];
  snprintf(temporary, sizeof temporary, "%s.tmp", name);
  int failed = dk_records_open(&scan->out, dirfd, temporary, DK_BASE_MAGIC, BUFFER_BYTES);
  if (failed) return failed;
  for (size_t i = 0; i < first.root_count && !scan->failed; i++) read_root(scan, first.roots[i]);
  failed = dk_records_close(&scan->out);
  if (scan->failed) failed = scan->failed;
  if (!failed && renameat(dirfd, temporary, dirfd, name)) failed = -errno;
  if (failed) unlinkat(dirfd, temporary, 0);
  return failed;
}

int base_scan(const struct plan *plan, int dirfd, struct inode_set *inodes, struct base_result *result) {
  static struct scan scan; /* holds PATH_MAX bytes; one scan per process */
  scan = (struct scan){.plan = plan, .inodes = inodes, .result = result};
  *result = (struct base_result){0};
  first.roots = calloc(plan->root_count + 1, sizeof *first.roots);
  first.root_count = outermost_roots(plan, first.roots);
  return first.roots ? scan_roots(&scan, dirfd, "base.bin") : -ENOMEM;
}

int base_scan_again(const struct plan *plan, int dirfd, struct base_result *result) {
  static struct scan scan; /* holds PATH_MAX bytes */
  scan = (struct scan){.plan = plan, .again = true, .result = result};
  *result = (struct base_result){0};
  return scan_roots(&scan, dirfd, "end.bin");
}

int base_scan_tree(const struct plan *plan, int dirfd, const char *name, int tree, const char *path) {
  static _Thread_local struct scan scan; /* holds PATH_MAX bytes */
  struct base_result result = {0};
  scan = (struct scan){.plan = plan, .result = &result};
  int failed = dk_records_open(&scan.out, dirfd, name, DK_BASE_MAGIC, BUFFER_BYTES);
  if (failed) return failed;
  read_tree(&scan, tree, path);
  failed = dk_records_close(&scan.out);
  if (scan.failed) failed = scan.failed;
  return failed ? failed : result.truncated ? -E2BIG : 0;
}
