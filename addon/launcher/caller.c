#define _GNU_SOURCE
#include "caller.h"

#include <errno.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PAGE = 4096, FIRST_READ = 256 };

/* For kernels built without CONFIG_CROSS_MEMORY_ATTACH. */
static ssize_t read_mem_file(pid_t tid, uint64_t address, void *to, size_t length) {
  char name[32];
  snprintf(name, sizeof name, "/proc/%d/mem", tid);
  int fd = open(name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t n = pread64(fd, to, length, (off64_t)address);
  close(fd);
  return n;
}

/* Reads up to `length` bytes; fewer when the memory ends before. Split at a page so that the first part still comes. */
static ssize_t read_some(pid_t tid, uint64_t address, void *to, size_t length) {
  size_t in_page = PAGE - address % PAGE;
  if (in_page > length) in_page = length;
  struct iovec local = {to, length};
  struct iovec remote[] = {{(void *)address, in_page}, {(void *)(address + in_page), length - in_page}};
  ssize_t n = process_vm_readv(tid, &local, 1, remote, in_page < length ? 2 : 1, 0);
  if (n < 0 && errno == ENOSYS) n = read_mem_file(tid, address, to, length);
  return n;
}

bool caller_read(const struct caller *caller, uint64_t address, void *to, size_t length) {
  return read_some(caller->tid, address, to, length) == (ssize_t)length;
}

ssize_t caller_read_path(const struct caller *caller, uint64_t address, char *to) {
  size_t have = 0;
  while (have < PATH_MAX) {
    size_t wanted = have ? PAGE : FIRST_READ;
    if (wanted > PATH_MAX - have) wanted = PATH_MAX - have;
    ssize_t n = read_some(caller->tid, address + have, to + have, wanted);
    if (n <= 0) return -1;
    char *end = memchr(to + have, '\0', (size_t)n);
    if (end) return end - to;
    have += (size_t)n;
  }
  return -1;
}

static void proc_name(char *to, size_t size, pid_t tid, int dirfd, const char *rest) {
  if (dirfd == AT_FDCWD)
    snprintf(to, size, "/proc/%d/cwd%s%s", tid, *rest ? "/" : "", rest);
  else
    snprintf(to, size, "/proc/%d/fd/%d%s%s", tid, dirfd, *rest ? "/" : "", rest);
}

int caller_open_fd(const struct caller *caller, int fd) {
  char name[64];
  proc_name(name, sizeof name, caller->tid, fd, "");
  return open(name, O_PATH | O_CLOEXEC);
}

/*
 * Names that mean the process which looks at them. The same files behind a symlink of the user's own are not
 * recognised; what they lead to was saved when the caller opened it.
 */
static bool rewrite_self(pid_t tid, const char *path, char *to, size_t size) {
  static const struct {
    const char *prefix, *replacement;
  } table[] = {
      {"/proc/self", ""},     {"/proc/thread-self", ""}, {"/dev/fd", "/fd"},
      {"/dev/stdin", "/fd/0"}, {"/dev/stdout", "/fd/1"},  {"/dev/stderr", "/fd/2"},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    size_t n = strlen(table[i].prefix);
    if (strncmp(path, table[i].prefix, n) != 0 || (path[n] != '/' && path[n] != '\0')) continue;
    return snprintf(to, size, "/proc/%d%s%s", tid, table[i].replacement, path + n) < (int)size;
  }
  return false;
}

static bool same_view(pid_t tid) {
  char name[32];
  struct statx theirs, ours;
  snprintf(name, sizeof name, "/proc/%d/root", tid);
  unsigned mask = STATX_INO | STATX_MNT_ID;
  if (statx(AT_FDCWD, name, 0, mask, &theirs) || statx(AT_FDCWD, "/", 0, mask, &ours)) return true;
  return theirs.stx_ino == ours.stx_ino && theirs.stx_dev_major == ours.stx_dev_major &&
         theirs.stx_dev_minor == ours.stx_dev_minor && theirs.stx_mnt_id == ours.stx_mnt_id;
}

static int open_how(int base, const char *path, uint64_t flags, uint64_t resolve) {
  struct open_how how = {.flags = flags, .resolve = resolve};
  int fd = -1;
  /* EAGAIN: a rename somewhere raced with a ".."; the kernel asks to try again. */
  for (int attempt = 0; attempt < 4 && fd < 0; attempt++) {
    fd = (int)syscall(SYS_openat2, base, path, &how, sizeof how);
    if (fd < 0 && errno != EAGAIN) break;
  }
  return fd;
}

/* The path from the caller's root to `path` below its descriptor, for names that leave that directory. */
static bool path_from_root(pid_t tid, int dirfd, const char *path, char *to, size_t size) {
  char name[64], root[PATH_MAX], base[PATH_MAX];
  snprintf(name, sizeof name, "/proc/%d/root", tid);
  ssize_t root_len = readlink(name, root, sizeof root - 1);
  proc_name(name, sizeof name, tid, dirfd, "");
  ssize_t base_len = readlink(name, base, sizeof base - 1);
  if (root_len <= 0 || base_len <= 0) return false;
  base[base_len] = '\0';
  if (root_len == 1) root_len = 0; /* "/" */
  if (base_len < root_len || memcmp(root, base, (size_t)root_len) != 0) return false;
  return snprintf(to, size, "%s/%s", base + root_len, path) < (int)size;
}

/* The caller lives below another root or in another mount namespace. */
static int open_in_view(pid_t tid, int dirfd, const char *path, uint64_t flags) {
  char name[64], whole[2 * PATH_MAX];
  int fd = -1;
  if (path[0] != '/') {
    proc_name(name, sizeof name, tid, dirfd, "");
    int base = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (base < 0) return -1;
    fd = open_how(base, path, flags, RESOLVE_BENEATH);
    int failure = errno;
    close(base);
    if (fd >= 0 || failure != EXDEV) return fd;
    if (!path_from_root(tid, dirfd, path, whole, sizeof whole)) return -1;
    path = whole;
  }
  snprintf(name, sizeof name, "/proc/%d/root", tid);
  int root = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return -1;
  fd = open_how(root, path, flags, RESOLVE_IN_ROOT);
  close(root);
  return fd;
}

/* With the caller's descriptor in front, a path of nearly PATH_MAX bytes would be longer than the kernel takes. */
static int open_long(pid_t tid, int dirfd, const char *path, int flags) {
  char name[64];
  proc_name(name, sizeof name, tid, dirfd, "");
  int base = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (base < 0) return -1;
  int fd = openat(base, path, flags);
  int failure = errno;
  close(base);
  errno = failure;
  return fd;
}

int caller_open(const struct caller *caller, int dirfd, const char *path, bool nofollow) {
  char name[PATH_MAX + 64];
  int flags = O_PATH | O_CLOEXEC | (nofollow ? O_NOFOLLOW : 0);
  if (path[0] == '/' && rewrite_self(caller->tid, path, name, sizeof name)) return open(name, flags);
  if (caller->view_may_differ && !same_view(caller->tid))
    return open_in_view(caller->tid, dirfd, path, (uint64_t)flags);
  if (path[0] == '/') return open(path, flags);
  if (strlen(path) >= PATH_MAX - 64) return open_long(caller->tid, dirfd, path, flags);
  proc_name(name, sizeof name, caller->tid, dirfd, path);
  return open(name, flags);
}

bool proc_line(const char *path, const char *key, char *line, int size) {
  bool found = false;
  FILE *file = fopen(path, "re");
  while (file && !found && fgets(line, size, file)) found = strncmp(line, key, strlen(key)) == 0;
  if (file) fclose(file);
  return found;
}
