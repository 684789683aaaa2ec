#define _GNU_SOURCE
#include "stopped-call.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "caller.h"
#include "calls.h"
#include "content-copy.h"
#include "listener.h"
#include "set-aside.h"

/* With a fanotify listener for permissions in the command: it may be the very caller that waits. */
static const int64_t SHORT_PATIENCE_NS = 1000000000;

/* ---- the rights to read, when the command is not root's ---- */

static bool may_read(int fd) {
  char name[HANDLE_NAME_BYTES];
  return faccessat(AT_FDCWD, handle_name(fd, name), R_OK, AT_EACCESS) == 0;
}

static bool is_root(pid_t tid) {
  char path[32], line[256];
  unsigned fsuid = ~0u;
  snprintf(path, sizeof path, "/proc/%d/status", tid);
  if (proc_line(path, "Uid:", line, sizeof line)) sscanf(line, "Uid: %*u %*u %*u %u", &fsuid);
  return fsuid == 0;
}

/* One stopped call in the hands of one thread. */
struct hand {
  struct stopped_calls *calls;
  const struct seccomp_notif *call;
  bool quickly;    /* only what takes no time */
  bool takes_long; /* there was more: the call must not continue yet */
  bool borrowed;   /* the thread reads as root */
};

/*
 * The guard reads with the user's rights, so that a call which the kernel is about to refuse puts no secret into the
 * recording. Below sudo, say, the caller is root and the call succeeds: then, for this one call, the guard reads as root.
 */
static bool borrow_rights(struct hand *hand) {
  if (!hand->calls->plan->user.other || hand->borrowed) return false;
  if (hand->quickly) hand->takes_long = true;
  if (hand->quickly || !is_root((pid_t)hand->call->pid)) return false;
  capabilities_use(GUARD_CAPABILITIES | CAPABILITY(CAP_DAC_READ_SEARCH));
  hand->borrowed = true;
  return true;
}

static void return_rights(struct hand *hand) {
  if (hand->borrowed) capabilities_use(GUARD_CAPABILITIES);
}

/* ---- one stopped call ---- */

static void save_handle(struct hand *hand, int fd, enum preimage_need need) {
  if (fd < 0) return; /* nothing stands there: the call creates it, or fails */
  if (need != NEED_METADATA && hand->calls->plan->user.other && !may_read(fd)) borrow_rights(hand);
  /* Still the same process? Otherwise its memory and descriptors were someone else's. */
  if (hand->takes_long || !listener_still_stopped(hand->calls->listener, hand->call)) close(fd);
  else if (!hand->quickly) preimages_save(hand->calls->pre, fd, need, !hand->borrowed);
  else if (!preimages_save_quickly(hand->calls->pre, fd, need)) hand->takes_long = true;
}

static int argument(const struct seccomp_notif *call, int index, int otherwise) {
  return index < 0 ? otherwise : (int)call->data.args[index];
}

/* A handle on what the descriptor and path arguments of the call name, -1 when that does not exist. */
static int open_named(struct hand *hand, int dirfd_arg, int path_arg, bool nofollow) {
  char path[PATH_MAX];
  struct caller caller = {.tid = (pid_t)hand->call->pid, .view_may_differ = hand->calls->view_may_differ};
  int dirfd = argument(hand->call, dirfd_arg, AT_FDCWD);
  uint64_t address = path_arg < 0 ? 0 : hand->call->data.args[path_arg];
  if (!address) return caller_open_fd(&caller, dirfd); /* futimens: the descriptor itself */
  ssize_t n = caller_read_path(&caller, address, path);
  if (n < 0) return -1;
  if (n == 0) return caller_open_fd(&caller, dirfd); /* AT_EMPTY_PATH; without that flag the call fails */
  int fd = caller_open(&caller, dirfd, path, nofollow);
  if (fd < 0 && errno == EACCES && borrow_rights(hand)) fd = caller_open(&caller, dirfd, path, nofollow);
  return fd;
}

static void on_open(struct hand *hand, const struct guarded_call *row) {
  uint64_t flags = row->flags < 0 ? O_WRONLY : hand->call->data.args[row->flags];
  if (row->act == CALL_OPEN_HOW) {
    struct open_how how;
    struct caller caller = {.tid = (pid_t)hand->call->pid};
    if (!caller_read(&caller, hand->call->data.args[row->flags], &how, sizeof how)) return;
    flags = how.flags;
  }
  bool destroys = flags & (O_WRONLY | O_RDWR | O_TRUNC);
  bool makes_new = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) || (flags & O_TMPFILE) == O_TMPFILE;
  if (!destroys || makes_new || flags & O_PATH) return;
  save_handle(hand, open_named(hand, row->dirfd, row->path, flags & O_NOFOLLOW), NEED_CONTENT_NOW);
}

/* The caller's descriptor, for a call that takes no O_PATH handle; -1 where opening it again could wait or do something. */
static int open_mount(const struct caller *caller, int fd) {
  char name[HANDLE_NAME_BYTES];
  struct stat st;
  int handle = caller_open_fd(caller, fd), mount = -1;
  if (handle < 0) return -1;
  if (fstat(handle, &st) == 0 && (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)))
    mount = open(handle_name(handle, name), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  close(handle);
  return mount;
}

/* open_by_handle_at(mount_fd, handle, flags): the handle is bytes that only the kernel reads. */
static void on_handle(struct hand *hand) {
  if (hand->quickly) {
    hand->takes_long = true;
    return;
  }
  struct {
    struct file_handle head;
    unsigned char bytes[MAX_HANDLE_SZ];
  } handle;
  struct caller caller = {.tid = (pid_t)hand->call->pid};
  uint64_t address = hand->call->data.args[1];
  if (!caller_read(&caller, address, &handle.head, sizeof handle.head)) return;
  if (handle.head.handle_bytes > MAX_HANDLE_SZ) return;
  if (!caller_read(&caller, address + sizeof handle.head, handle.bytes, handle.head.handle_bytes)) return;
  int mount = open_mount(&caller, (int)hand->call->data.args[0]);
  if (mount < 0) return;
  save_handle(hand, open_by_handle_at(mount, &handle.head, O_PATH | O_CLOEXEC), NEED_CONTENT_NOW);
  close(mount);
}

static void on_rename(struct hand *hand, const struct guarded_call *row) {
  int flags = argument(hand->call, row->flags, 0);
  save_handle(hand, open_named(hand, row->dirfd, row->path, true), NEED_TREE);
  if (hand->takes_long || flags & RENAME_NOREPLACE) return; /* succeeds only where nothing stands */
  save_handle(hand, open_named(hand, row->dirfd2, row->path2, true),
              flags & RENAME_EXCHANGE ? NEED_TREE : NEED_CONTENT_LATER);
}

static void on_metadata(struct hand *hand, const struct guarded_call *row,
                        enum preimage_need need) {
  bool nofollow = row->follow == NOFOLLOW;
  if (row->follow == FOLLOW_UNLESS_FLAG) nofollow = argument(hand->call, row->flags, 0) & AT_SYMLINK_NOFOLLOW;
  if (row->follow == FOLLOW_WITH_FLAG) nofollow = !(argument(hand->call, row->flags, 0) & AT_SYMLINK_FOLLOW);
  save_handle(hand, open_named(hand, row->dirfd, row->path, nofollow), need);
}

static void on_compat(struct stopped_calls *calls) {
  static const char text[] = "A 32-bit program runs: what it overwrites is not saved beforehand. "
                             "Use a 64-bit build of it to keep the old content.";
  if (!calls->warned_compat) calls->pre->warn(calls->pre->warn_context, text);
  calls->warned_compat = true;
}

static void on_listener(struct stopped_calls *calls) {
  static const char text[] = "A program wants a seccomp listener of its own, which the guard for old content makes "
                             "impossible: it gets EBUSY. Start that program outside of dk run if it cannot do without.";
  if (!calls->warned_listener) calls->pre->warn(calls->pre->warn_context, text);
  calls->warned_listener = true;
}

/* From here on the guard may wait for a program that is stopped and waits for the guard. */
static void on_permission_listener(struct stopped_calls *calls) { calls->pre->patience_ns = SHORT_PATIENCE_NS; }

static void on_write(struct hand *hand, const struct guarded_call *row) {
  if (hand->quickly) hand->takes_long = true;
  else set_aside(hand->calls->pre, hand->calls->listener, hand->call, row);
}

static void look_at(struct hand *hand) {
  const struct seccomp_notif *call = hand->call;
#ifdef __x86_64__
  if (call->data.arch != AUDIT_ARCH_X86_64) {
    on_compat(hand->calls);
    return;
  }
#endif
  const struct guarded_call *row = guarded_call_find(call->data.nr);
  if (!row) return;
  switch ((enum call_act)row->act) {
    case CALL_OPEN:
    case CALL_OPEN_HOW: on_open(hand, row); break;
    case CALL_HANDLE: on_handle(hand); break;
    case CALL_TRUNCATE: save_handle(hand, open_named(hand, row->dirfd, row->path, false), NEED_CONTENT_NOW); break;
    case CALL_UNLINK: save_handle(hand, open_named(hand, row->dirfd, row->path, true), NEED_CONTENT_LATER); break;
    case CALL_RENAME: on_rename(hand, row); break;
    case CALL_METADATA: on_metadata(hand, row, NEED_METADATA); break;
    case CALL_LINK: on_metadata(hand, row, NEED_LINKS); break;
    case CALL_WRITE: on_write(hand, row); break;
    case CALL_VIEW: hand->calls->view_may_differ = true; break;
    case CALL_LISTENER: on_listener(hand->calls); break;
    case CALL_PERMISSION: on_permission_listener(hand->calls); break;
    case CALL_DENY: break;
  }
}

static bool save(struct stopped_calls *calls, const struct seccomp_notif *call, bool quickly) {
  struct hand hand = {.calls = calls, .call = call, .quickly = quickly};
  look_at(&hand);
  return_rights(&hand);
  return !hand.takes_long;
}

void stopped_call_save(struct stopped_calls *calls, const struct seccomp_notif *call) { save(calls, call, false); }

bool stopped_call_save_quickly(struct stopped_calls *calls, const struct seccomp_notif *call) {
  return save(calls, call, true);
}

/* Files that the command is given open for writing: no later call tells of them. */
void stopped_call_save_inherited(struct stopped_calls *calls, pid_t pid) {
  char name[64], line[256];
  snprintf(name, sizeof name, "/proc/%d/fd", pid);
  DIR *fds = opendir(name);
  if (!fds) return;
  for (struct dirent *entry; (entry = readdir(fds));) {
    int fd = atoi(entry->d_name);
    if (entry->d_name[0] == '.') continue;
    snprintf(name, sizeof name, "/proc/%d/fdinfo/%d", pid, fd);
    unsigned flags = 0;
    if (proc_line(name, "flags:", line, sizeof line)) sscanf(line, "flags: %o", &flags);
    if (!(flags & (O_WRONLY | O_RDWR)) || flags & O_PATH) continue;
    struct caller caller = {.tid = pid};
    int handle = caller_open_fd(&caller, fd);
    if (handle >= 0) preimages_save_inherited(calls->pre, handle, fd);
  }
  closedir(fds);
}
