#define _GNU_SOURCE
#include "set-aside.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "caller.h"
#include "listener.h"
#include "nanoseconds.h"
#include "progress.h"

enum { CHUNK = 1 << 20, MOST_BYTES = 0x7ffff000 /* MAX_RW_COUNT: no call writes more */ };

/* Regular files, and what the program prints. */
static bool is_recorded(pid_t tid, int fd) {
  char name[64];
  struct stat file;
  snprintf(name, sizeof name, "/proc/%d/fd/%d", tid, fd);
  if (stat(name, &file)) return false;
  return S_ISREG(file.st_mode) || ((fd == 1 || fd == 2) && (S_ISFIFO(file.st_mode) || S_ISSOCK(file.st_mode)));
}

/* The last number of NSpid: what the thread calls itself. */
static uint32_t own_number(pid_t tid) {
  char path[32], line[256];
  uint32_t number = (uint32_t)tid;
  snprintf(path, sizeof path, "/proc/%d/status", tid);
  if (proc_line(path, "NSpid:", line, sizeof line)) sscanf(strrchr(line, '\t') + 1, "%u", &number);
  return number;
}

/* Returns how many bytes there were; fewer than `count` when memory or disk end before. */
static int64_t copy_memory(pid_t tid, uint64_t address, uint64_t count, int to) {
  static _Thread_local char bytes[CHUNK];
  uint64_t done = 0;
  if (count > MOST_BYTES) count = MOST_BYTES;
  while (done < count) {
    struct iovec here = {bytes, count - done < CHUNK ? count - done : CHUNK};
    struct iovec there = {(void *)(address + done), here.iov_len};
    ssize_t n = process_vm_readv(tid, &here, 1, &there, 1, 0);
    if (n <= 0 || write(to, bytes, (size_t)n) != n) break;
    done += (uint64_t)n;
    progress_made();
  }
  return (int64_t)done;
}

void set_aside(struct preimages *pre, int listener, const struct seccomp_notif *call, const struct guarded_call *row) {
  pid_t tid = (pid_t)call->pid;
  struct dk_aside aside = {.record_size = sizeof aside,
                           .kind = DK_RECORD_ASIDE,
                           .address = call->data.args[row->path],
                           .count = call->data.args[row->flags]};
  if (!is_recorded(tid, (int)call->data.args[row->dirfd])) return;
  aside.tid = own_number(tid);
  pthread_mutex_lock(&pre->lock);
  bool off = pre->closed || pre->content_off;
  if (!off) aside.blob = pre->next_blob++;
  pthread_mutex_unlock(&pre->lock);
  int to = off ? -1 : blob_store_create(&pre->now, aside.blob);
  if (to < 0) return;
  aside.length = copy_memory(tid, aside.address, aside.count, to);
  close(to);
  /* It may have been someone else's memory, or have changed since. */
  if (!progress_is_awaited() || !listener_still_stopped(listener, call)) return;
  aside.read_ns = now_ns(CLOCK_MONOTONIC);
  pthread_mutex_lock(&pre->lock);
  dk_records_add_aside(&pre->log, &aside);
  dk_records_flush(&pre->log);
  pthread_mutex_unlock(&pre->lock);
}
