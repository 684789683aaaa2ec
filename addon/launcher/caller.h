/*
 * The process whose system call is stopped: its memory, and what its paths mean. Every handle is O_PATH, so opening
 * never blocks (a fifo) and has no effect (a device).
 */
#pragma once
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct caller {
  pid_t tid;        /* the calling thread, as the guard's pid namespace names it */
  bool view_may_differ; /* some process has changed its root or its mounts: compare before trusting our own view */
};

bool caller_read(const struct caller *caller, uint64_t address, void *to, size_t length);
/* Reads a path (at most PATH_MAX bytes with its NUL). Returns its length or -1. */
ssize_t caller_read_path(const struct caller *caller, uint64_t address, char *to);
/* The first line of a file of /proc that begins with `key`; false when there is none. */
bool proc_line(const char *path, const char *key, char *line, int size);
/* Opens descriptor `fd` of the caller, AT_FDCWD for its working directory. Returns an O_PATH handle or -1. */
int caller_open_fd(const struct caller *caller, int fd);
/* Opens `path` as the caller would resolve it from its descriptor `dirfd`; `nofollow` keeps a final symlink. */
int caller_open(const struct caller *caller, int dirfd, const char *path, bool nofollow);
