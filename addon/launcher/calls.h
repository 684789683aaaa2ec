/*
 * The system calls that the guard stops, out of the table in src/syscalls/: the seccomp filter is made from them (filter.c), and
 * the guard reads a stopped call's arguments by them (stopped-call.c).
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gen/guarded-calls.h"

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
