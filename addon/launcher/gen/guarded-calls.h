/* Generated from src/syscalls/ by `npm run generate`. Do not edit. */
#pragma once

enum call_act {
  CALL_OPEN, /* may truncate, and lets the caller overwrite */
  CALL_OPEN_HOW, /* openat2: flags lie in memory */
  CALL_HANDLE, /* open_by_handle_at: a handle instead of a path */
  CALL_TRUNCATE, /* the old bytes go */
  CALL_UNLINK, /* removes a name: unlink, rmdir */
  CALL_RENAME, /* moves a name, over another */
  CALL_METADATA, /* changes attributes */
  CALL_LINK, /* gives a further name */
  CALL_WRITE, /* of very many bytes, which are set aside */
  CALL_VIEW, /* may change what paths mean for the caller: chroot, mounts, namespaces */
  CALL_PERMISSION, /* fanotify_init of a listener that decides about opens, those of the guard as well */
  CALL_LISTENER, /* seccomp(): a second listener cannot be had below ours */
  CALL_DENY, /* answered with ENOSYS by the filter, unless allowed */
};

/* struct guarded_call (calls.h): x86-64 number, act, follow, dirfd, path, flags, dirfd2, path2 */
#define GUARDED_CALLS \
  {1, CALL_WRITE, FOLLOW, 0, 1, 2, -1, -1}, /* write */ \
  {2, CALL_OPEN, FOLLOW, -1, 0, 1, -1, -1}, /* open */ \
  {18, CALL_WRITE, FOLLOW, 0, 1, 2, -1, -1}, /* pwrite64 */ \
  {76, CALL_TRUNCATE, FOLLOW, -1, 0, -1, -1, -1}, /* truncate */ \
  {82, CALL_RENAME, NOFOLLOW, -1, 0, -1, -1, 1}, /* rename */ \
  {84, CALL_UNLINK, NOFOLLOW, -1, 0, -1, -1, -1}, /* rmdir */ \
  {85, CALL_OPEN, FOLLOW, -1, 0, -1, -1, -1}, /* creat */ \
  {86, CALL_LINK, NOFOLLOW, -1, 0, -1, -1, 1}, /* link */ \
  {87, CALL_UNLINK, NOFOLLOW, -1, 0, -1, -1, -1}, /* unlink */ \
  {90, CALL_METADATA, FOLLOW, -1, 0, -1, -1, -1}, /* chmod */ \
  {91, CALL_METADATA, FOLLOW, 0, -1, -1, -1, -1}, /* fchmod */ \
  {92, CALL_METADATA, FOLLOW, -1, 0, -1, -1, -1}, /* chown */ \
  {93, CALL_METADATA, FOLLOW, 0, -1, -1, -1, -1}, /* fchown */ \
  {94, CALL_METADATA, NOFOLLOW, -1, 0, -1, -1, -1}, /* lchown */ \
  {132, CALL_METADATA, FOLLOW, -1, 0, -1, -1, -1}, /* utime */ \
  {155, CALL_VIEW, FOLLOW, -1, 0, -1, -1, 1}, /* pivot_root */ \
  {161, CALL_VIEW, FOLLOW, -1, -1, -1, -1, -1}, /* chroot */ \
  {165, CALL_VIEW, FOLLOW, -1, 0, -1, -1, 1}, /* mount */ \
  {166, CALL_VIEW, FOLLOW, -1, 0, -1, -1, -1}, /* umount2 */ \
  {188, CALL_METADATA, FOLLOW, -1, 0, -1, -1, -1}, /* setxattr */ \
  {189, CALL_METADATA, NOFOLLOW, -1, 0, -1, -1, -1}, /* lsetxattr */ \
  {190, CALL_METADATA, FOLLOW, 0, -1, -1, -1, -1}, /* fsetxattr */ \
  {197, CALL_METADATA, FOLLOW, -1, 0, -1, -1, -1}, /* removexattr */ \
  {198, CALL_METADATA, NOFOLLOW, -1, 0, -1, -1, -1}, /* lremovexattr */ \
  {199, CALL_METADATA, FOLLOW, 0, -1, -1, -1, -1}, /* fremovexattr */ \
  {206, CALL_DENY, FOLLOW, -1, -1, -1, -1, -1}, /* io_setup */ \
  {235, CALL_METADATA, FOLLOW, -1, 0, -1, -1, -1}, /* utimes */ \
  {257, CALL_OPEN, FOLLOW, 0, 1, 2, -1, -1}, /* openat */ \
  {260, CALL_METADATA, FOLLOW_UNLESS_FLAG, 0, 1, 4, -1, -1}, /* fchownat */ \
  {261, CALL_METADATA, FOLLOW, 0, 1, -1, -1, -1}, /* futimesat */ \
  {263, CALL_UNLINK, NOFOLLOW, 0, 1, 2, -1, -1}, /* unlinkat */ \
  {264, CALL_RENAME, NOFOLLOW, 0, 1, -1, 2, 3}, /* renameat */ \
  {265, CALL_LINK, FOLLOW_WITH_FLAG, 0, 1, 4, 2, 3}, /* linkat */ \
  {268, CALL_METADATA, FOLLOW, 0, 1, -1, -1, -1}, /* fchmodat */ \
  {280, CALL_METADATA, FOLLOW_UNLESS_FLAG, 0, 1, 3, -1, -1}, /* utimensat */ \
  {300, CALL_PERMISSION, FOLLOW, -1, -1, 0, -1, -1}, /* fanotify_init */ \
  {304, CALL_HANDLE, FOLLOW, 0, 1, 2, -1, -1}, /* open_by_handle_at */ \
  {308, CALL_VIEW, FOLLOW, -1, -1, -1, -1, -1}, /* setns */ \
  {316, CALL_RENAME, NOFOLLOW, 0, 1, 4, 2, 3}, /* renameat2 */ \
  {317, CALL_LISTENER, FOLLOW, -1, -1, 1, -1, -1}, /* seccomp */ \
  {425, CALL_DENY, FOLLOW, -1, -1, -1, -1, -1}, /* io_uring_setup */ \
  {429, CALL_VIEW, FOLLOW, 0, 1, -1, 2, 3}, /* move_mount */ \
  {437, CALL_OPEN_HOW, FOLLOW, 0, 1, 2, -1, -1}, /* openat2 */ \
  {452, CALL_METADATA, FOLLOW_UNLESS_FLAG, 0, 1, 3, -1, -1}, /* fchmodat2 */ \
  {463, CALL_METADATA, FOLLOW_UNLESS_FLAG, 0, 1, 2, -1, -1}, /* setxattrat */ \
  {466, CALL_METADATA, FOLLOW_UNLESS_FLAG, 0, 1, 2, -1, -1}, /* removexattrat */ \
  {469, CALL_METADATA, FOLLOW_UNLESS_FLAG, 0, 1, 4, -1, -1}, /* file_setattr */ \

