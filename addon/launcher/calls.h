/*
 * The one table of system calls the guard cares about: the seccomp filter is generated from it (filter.c) and the
 * guard reads a stopped call's arguments by it (guard.c).
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum call_act {
  CALL_OPEN,     /* may truncate, and lets the caller overwrite */
  CALL_OPEN_HOW, /* openat2: flags lie in memory */
  CALL_HANDLE,   /* open_by_handle_at */
  CALL_TRUNCATE,
  CALL_UNLINK, /* removes a name: unlink, rmdir */
  CALL_RENAME,
  CALL_METADATA,
  CALL_LINK, /* gives a further name */
  CALL_WRITE,    /* of very many bytes, which are set aside */
  CALL_VIEW,     /* may change what paths mean for the caller: chroot, mounts, namespaces */
  CALL_PERMISSION, /* fanotify_init of a listener that decides about opens, the guard's own as well */
  CALL_LISTENER, /* seccomp(): a second listener cannot be had below ours */
  CALL_DENY,     /* answered with ENOSYS by the filter, unless allowed */
};

/* How the last component of the path is treated when it is a symbolic link. */
enum call_follow {
  FOLLOW,
  NOFOLLOW,
  FOLLOW_UNLESS_FLAG, /* AT_SYMLINK_NOFOLLOW in the flags argument */
  FOLLOW_WITH_FLAG,   /* AT_SYMLINK_FOLLOW there */
};

struct guarded_call {
  int nr;
  uint8_t act;
  uint8_t follow;
  int8_t dirfd; /* argument number; -1: the working directory. With path -1: the descriptor that is changed. */
  int8_t path; /* CALL_WRITE: the buffer */
  int8_t flags; /* open flags for CALL_OPEN and CALL_HANDLE, a count for CALL_WRITE, AT_ flags otherwise; -1 none */
  int8_t dirfd2, path2; /* CALL_RENAME: the new name */
};

/* Ascending by nr. */
const struct guarded_call *guarded_calls(size_t *count);
const struct guarded_call *guarded_call_find(int nr);
