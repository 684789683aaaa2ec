#define _GNU_SOURCE
#include "calls.h"

#include <stdlib.h>
#include <sys/syscall.h>

/* Same numbers on every architecture; the headers of Debian 12 (Linux 6.1) end before them. */
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#ifndef SYS_setxattrat
#define SYS_setxattrat 463
#define SYS_removexattrat 466
#endif
#ifndef SYS_file_setattr
#define SYS_file_setattr 469
#endif

#define NONE -1

static struct guarded_call table[] = {
#ifdef SYS_open
    {SYS_open, CALL_OPEN, FOLLOW, NONE, 0, 1, NONE, NONE},
    {SYS_creat, CALL_OPEN, FOLLOW, NONE, 0, NONE, NONE, NONE},
    {SYS_unlink, CALL_UNLINK, NOFOLLOW, NONE, 0, NONE, NONE, NONE},
    {SYS_rmdir, CALL_UNLINK, NOFOLLOW, NONE, 0, NONE, NONE, NONE},
    {SYS_rename, CALL_RENAME, NOFOLLOW, NONE, 0, NONE, NONE, 1},
    {SYS_link, CALL_LINK, NOFOLLOW, NONE, 0, NONE, NONE, NONE},
    {SYS_chmod, CALL_METADATA, FOLLOW, NONE, 0, NONE, NONE, NONE},
    {SYS_chown, CALL_METADATA, FOLLOW, NONE, 0, NONE, NONE, NONE},
    {SYS_lchown, CALL_METADATA, NOFOLLOW, NONE, 0, NONE, NONE, NONE},
    {SYS_utime, CALL_METADATA, FOLLOW, NONE, 0, NONE, NONE, NONE},
    {SYS_utimes, CALL_METADATA, FOLLOW, NONE, 0, NONE, NONE, NONE},
    {SYS_futimesat, CALL_METADATA, FOLLOW, 0, 1, NONE, NONE, NONE},
#endif
#ifdef SYS_renameat
    {SYS_renameat, CALL_RENAME, NOFOLLOW, 0, 1, NONE, 2, 3},
#endif
    {SYS_openat, CALL_OPEN, FOLLOW, 0, 1, 2, NONE, NONE},
    {SYS_openat2, CALL_OPEN_HOW, FOLLOW, 0, 1, 2, NONE, NONE},
    {SYS_open_by_handle_at, CALL_HANDLE, FOLLOW, 0, 1, 2, NONE, NONE},
    {SYS_truncate, CALL_TRUNCATE, FOLLOW, NONE, 0, NONE, NONE, NONE},
    {SYS_unlinkat, CALL_UNLINK, NOFOLLOW, 0, 1, 2, NONE, NONE},
    {SYS_renameat2, CALL_RENAME, NOFOLLOW, 0, 1, 4, 2, 3},
    {SYS_linkat, CALL_LINK, FOLLOW_WITH_FLAG, 0, 1, 4, NONE, NONE},
    {SYS_fchmod, CALL_METADATA, FOLLOW, 0, NONE, NONE, NONE, NONE},
    {SYS_fchmodat, CALL_METADATA, FOLLOW, 0, 1, NONE, NONE, NONE},
    {SYS_fchmodat2, CALL_METADATA, FOLLOW_UNLESS_FLAG, 0, 1, 3, NONE, NONE},
    {SYS_fchown, CALL_METADATA, FOLLOW, 0, NONE, NONE, NONE, NONE},
    {SYS_fchownat, CALL_METADATA, FOLLOW_UNLESS_FLAG, 0, 1, 4, NONE, NONE},
    {SYS_utimensat, CALL_METADATA, FOLLOW_UNLESS_FLAG, 0, 1, 3, NONE, NONE},
    {SYS_setxattr, CALL_METADATA, FOLLOW, NONE, 0, NONE, NONE, NONE},
    {SYS_lsetxattr, CALL_METADATA, NOFOLLOW, NONE, 0, NONE, NONE, NONE},
    {SYS_fsetxattr, CALL_METADATA, FOLLOW, 0, NONE, NONE, NONE, NONE},
    {SYS_setxattrat, CALL_METADATA, FOLLOW_UNLESS_FLAG, 0, 1, 2, NONE, NONE},
    {SYS_removexattr, CALL_METADATA, FOLLOW, NONE, 0, NONE, NONE, NONE},
    {SYS_lremovexattr, CALL_METADATA, NOFOLLOW, NONE, 0, NONE, NONE, NONE},
    {SYS_fremovexattr, CALL_METADATA, FOLLOW, 0, NONE, NONE, NONE, NONE},
    {SYS_removexattrat, CALL_METADATA, FOLLOW_UNLESS_FLAG, 0, 1, 2, NONE, NONE},
    {SYS_file_setattr, CALL_METADATA, FOLLOW_UNLESS_FLAG, 0, 1, 4, NONE, NONE},
    {SYS_write, CALL_WRITE, FOLLOW, 0, 1, 2, NONE, NONE},
    {SYS_pwrite64, CALL_WRITE, FOLLOW, 0, 1, 2, NONE, NONE},
    {SYS_chroot, CALL_VIEW, FOLLOW, NONE, NONE, NONE, NONE, NONE},
    {SYS_pivot_root, CALL_VIEW, FOLLOW, NONE, NONE, NONE, NONE, NONE},
    {SYS_setns, CALL_VIEW, FOLLOW, NONE, NONE, NONE, NONE, NONE},
    {SYS_mount, CALL_VIEW, FOLLOW, NONE, NONE, NONE, NONE, NONE},
    {SYS_umount2, CALL_VIEW, FOLLOW, NONE, NONE, NONE, NONE, NONE},
    {SYS_move_mount, CALL_VIEW, FOLLOW, NONE, NONE, NONE, NONE, NONE},
    {SYS_seccomp, CALL_LISTENER, FOLLOW, NONE, NONE, 1, NONE, NONE},
    {SYS_fanotify_init, CALL_PERMISSION, FOLLOW, NONE, NONE, 0, NONE, NONE},
    {SYS_io_uring_setup, CALL_DENY, FOLLOW, NONE, NONE, NONE, NONE, NONE},
    {SYS_io_setup, CALL_DENY, FOLLOW, NONE, NONE, NONE, NONE, NONE},
};

enum { COUNT = sizeof table / sizeof *table };

static int by_number(const void *a, const void *b) {
  return ((const struct guarded_call *)a)->nr - ((const struct guarded_call *)b)->nr;
}

const struct guarded_call *guarded_calls(size_t *count) {
  static bool sorted;
  if (!sorted) qsort(table, COUNT, sizeof *table, by_number);
  sorted = true;
  *count = COUNT;
  return table;
}

const struct guarded_call *guarded_call_find(int nr) {
  size_t count;
  const struct guarded_call *calls = guarded_calls(&count);
  struct guarded_call key = {.nr = nr};
  return bsearch(&key, calls, count, sizeof *calls, by_number);
}
