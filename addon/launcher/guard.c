#define _GNU_SOURCE
#include "guard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base-scan.h"
#include "caller.h"
#include "content-copy.h"
#include "calls.h"
#include "filter.h"
#include "preimage.h"
#include "sockets.h"

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS /* Linux 6.6 */
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1UL
#endif

/* Of a root that works for another user: reading other processes' memory and descriptors. */
#define GUARD_CAPABILITIES CAPABILITY(CAP_SYS_PTRACE)

/* The recorder may have frozen the command in its last moment, which may come a little after the launcher's. */
enum { THAW_MS = 200, THAW_TIMES = 25 };
enum { IDLE_MS = 1 }; /* a command that pauses this long gets its pinned files copied */

struct guard {
  int hub;      /* -1: the launcher is gone */
  int listener; /* -1: none yet */
  bool passing; /* save nothing more */
  bool told;    /* 'D' was sent */
  const struct plan *plan;
  bool view_may_differ;
  bool warned_compat, warned_listener;
  struct guard_shared *shared;
  struct preimages pre;
};

static void say(struct guard *guard, char type, const void *body, size_t length) {
  char message[GUARD_MESSAGE_LIMIT];
  if (guard->hub < 0) return;
  if (length > sizeof message - 1) length = sizeof message - 1;
  message[0] = type;
  if (length) memcpy(message + 1, body, length);
  /* Never waits: the launcher may be stopped (Ctrl-Z) and the command must not be stopped with it. */
  send(guard->hub, message, length + 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void warn(void *context, const char *text) { say(context, 'W', text, strlen(text)); }

static _Noreturn void refuse(struct guard *guard, const char *text) {
  say(guard, 'F', text, strlen(text));
  _exit(1);
}

/* ---- the rights to read, when the command is not root's ---- */

static bool may_read(int fd) {
  char name[HANDLE_NAME_BYTES];
  return faccessat(AT_FDCWD, handle_name(fd, name), R_OK, AT_EACCESS) == 0;
}

static bool is_root(pid_t tid) {
  char line[256];
  unsigned fsuid = ~0u;
  snprintf(line, sizeof line, "/proc/%d/status", tid);
  FILE *status = fopen(line, "re");
  while (status && fgets(line, sizeof line, status))
    if (sscanf(line, "Uid: %*u %*u %*u %u", &fsuid) == 1) break;
  if (status) fclose(status);
  return fsuid == 0;
}

/*
 * The guard reads with the user's rights, so that a call which the kernel is about to refuse puts no secret into the
 * recording. Below sudo, say, the caller is root and the call succeeds: then, for this one call, the guard reads as root.
 */
static bool borrow_rights(struct guard *guard, const struct seccomp_notif *call) {
  if (!guard->plan->user.other || guard->pre.pin_nothing || !is_root((pid_t)call->pid)) return false;
  capabilities_use(GUARD_CAPABILITIES | CAPABILITY(CAP_DAC_READ_SEARCH));
  guard->pre.pin_nothing = true;
  return true;
}

static void return_rights(struct guard *guard) {
  if (!guard->pre.pin_nothing) return;
  capabilities_use(GUARD_CAPABILITIES);
  guard->pre.pin_nothing = false;
}

/* ---- one stopped call ---- */

static void save_handle(struct guard *guard, const struct seccomp_notif *call, int fd, enum preimage_need need) {
  if (fd < 0) return; /* nothing stands there: the call creates it, or fails */
  if (need != NEED_METADATA && guard->plan->user.other && !may_read(fd)) borrow_rights(guard, call);
  /* Still the same process? Otherwise its memory and descriptors were someone else's. */
  if (ioctl(guard->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id)) close(fd);
  else preimages_save(&guard->pre, fd, need);
}

static int argument(const struct seccomp_notif *call, int index, int otherwise) {
  return index < 0 ? otherwise : (int)call->data.args[index];
}

/* A handle on what the descriptor and path arguments of the call name, -1 when that does not exist. */
static int open_named(struct guard *guard, const struct seccomp_notif *call, int dirfd_arg, int path_arg,
                      bool nofollow) {
  char path[PATH_MAX];
  struct caller caller = {.tid = (pid_t)call->pid, .view_may_differ = guard->view_may_differ};
  int dirfd = argument(call, dirfd_arg, AT_FDCWD);
  uint64_t address = path_arg < 0 ? 0 : call->data.args[path_arg];
  if (!address) return caller_open_fd(&caller, dirfd); /* futimens: the descriptor itself */
  ssize_t n = caller_read_path(&caller, address, path);
  if (n < 0) return -1;
  if (n == 0) return caller_open_fd(&caller, dirfd); /* AT_EMPTY_PATH; without that flag the call fails */
  int fd = caller_open(&caller, dirfd, path, nofollow);
  if (fd < 0 && errno == EACCES && borrow_rights(guard, call)) fd = caller_open(&caller, dirfd, path, nofollow);
  return fd;
}

static void on_open(struct guard *guard, const struct seccomp_notif *call, const struct guarded_call *row) {
  uint64_t flags = row->flags < 0 ? O_WRONLY : call->data.args[row->flags];
  if (row->act == CALL_OPEN_HOW) {
    struct open_how how;
    struct caller caller = {.tid = (pid_t)call->pid};
    if (!caller_read(&caller, call->data.args[row->flags], &how, sizeof how)) return;
    flags = how.flags;
  }
  bool destroys = flags & (O_WRONLY | O_RDWR | O_TRUNC);
  bool makes_new = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) || (flags & O_TMPFILE) == O_TMPFILE;
  if (!destroys || makes_new || flags & O_PATH) return;
  save_handle(guard, call, open_named(guard, call, row->dirfd, row->path, flags & O_NOFOLLOW), NEED_CONTENT_NOW);
}

/* open_by_handle_at(mount_fd, handle, flags): the handle is bytes that only the kernel reads. */
static void on_handle(struct guard *guard, const struct seccomp_notif *call) {
  struct {
    struct file_handle head;
    unsigned char bytes[MAX_HANDLE_SZ];
  } handle;
  struct caller caller = {.tid = (pid_t)call->pid};
  uint64_t address = call->data.args[1];
  if (!caller_read(&caller, address, &handle.head, sizeof handle.head)) return;
  if (handle.head.handle_bytes > MAX_HANDLE_SZ) return;
  if (!caller_read(&caller, address + sizeof handle.head, handle.bytes, handle.head.handle_bytes)) return;
  char name[64];
  snprintf(name, sizeof name, "/proc/%d/fd/%d", caller.tid, (int)call->data.args[0]);
  int mount = (int)call->data.args[0] == AT_FDCWD ? caller_open_fd(&caller, AT_FDCWD)
                                                  : open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (mount < 0) return;
  save_handle(guard, call, open_by_handle_at(mount, &handle.head, O_PATH | O_CLOEXEC), NEED_CONTENT_NOW);
  close(mount);
}

static void on_rename(struct guard *guard, const struct seccomp_notif *call, const struct guarded_call *row) {
  int flags = argument(call, row->flags, 0);
  save_handle(guard, call, open_named(guard, call, row->dirfd, row->path, true), NEED_METADATA);
  if (flags & RENAME_NOREPLACE) return; /* succeeds only where nothing stands */
  save_handle(guard, call, open_named(guard, call, row->dirfd2, row->path2, true),
              flags & RENAME_EXCHANGE ? NEED_METADATA : NEED_CONTENT_LATER);
}

static void on_metadata(struct guard *guard, const struct seccomp_notif *call, const struct guarded_call *row) {
  bool nofollow = row->follow == NOFOLLOW;
  if (row->follow == FOLLOW_UNLESS_FLAG) nofollow = argument(call, row->flags, 0) & AT_SYMLINK_NOFOLLOW;
  save_handle(guard, call, open_named(guard, call, row->dirfd, row->path, nofollow), NEED_METADATA);
}

static void on_compat(struct guard *guard) {
  static const char text[] = "A 32-bit program runs: what it overwrites is not saved beforehand. "
                             "Use a 64-bit build of it to keep the old content.";
  if (!guard->warned_compat) warn(guard, text);
  guard->warned_compat = true;
}

static void on_listener(struct guard *guard) {
  static const char text[] = "A program wants a seccomp listener of its own, which the guard for old content makes "
                             "impossible: it gets EBUSY. Start that program outside of dk run if it cannot do without.";
  if (!guard->warned_listener) warn(guard, text);
  guard->warned_listener = true;
}

static void look_at(struct guard *guard, const struct seccomp_notif *call) {
#ifdef __x86_64__
  if (call->data.arch != AUDIT_ARCH_X86_64) {
    on_compat(guard);
    return;
  }
#endif
  const struct guarded_call *row = guarded_call_find(call->data.nr);
  if (!row) return;
  switch ((enum call_act)row->act) {
    case CALL_OPEN:
    case CALL_OPEN_HOW: on_open(guard, call, row); break;
    case CALL_HANDLE: on_handle(guard, call); break;
    case CALL_TRUNCATE:
      save_handle(guard, call, open_named(guard, call, row->dirfd, row->path, false), NEED_CONTENT_NOW);
      break;
    case CALL_UNLINK:
      save_handle(guard, call, open_named(guard, call, row->dirfd, row->path, true), NEED_CONTENT_LATER);
      break;
    case CALL_RENAME: on_rename(guard, call, row); break;
    case CALL_METADATA: on_metadata(guard, call, row); break;
    case CALL_VIEW: guard->view_may_differ = true; break;
    case CALL_LISTENER: on_listener(guard); break;
    case CALL_DENY: break;
  }
}

static void let_continue(int listener, uint64_t id) {
  struct seccomp_notif_resp answer = {.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer); /* fails when the caller was killed meanwhile: fine */
}

/* The kernel's struct may be longer than ours; it must be all zeros when handed in. */
static struct seccomp_notif *receive(int listener) {
  static struct seccomp_notif *call;
  static size_t size;
  if (!call) {
    struct seccomp_notif_sizes sizes;
    size = sizeof *call;
    if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) == 0 && sizes.seccomp_notif > size)
      size = sizes.seccomp_notif;
    call = malloc(size);
    if (!call) return NULL;
  }
  memset(call, 0, size);
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, call) ? NULL : call;
}

static void answer_one(struct guard *guard) {
  struct seccomp_notif *call = receive(guard->listener);
  if (!call) return; /* the caller was killed before we looked */
  guard->shared->in_flight = call->id;
  if (!guard->passing) look_at(guard, call);
  return_rights(guard);
  let_continue(guard->listener, call->id);
  guard->shared->in_flight = 0;
}

/* ---- the guard's life ---- */

static void finish(struct guard *guard) {
  guard->passing = true;
  if (guard->told) return;
  guard->told = true;
  if (guard->pre.small) preimages_finish(&guard->pre);
  struct guard_summary summary = {guard->pre.records, guard->pre.blobs, guard->pre.bytes, guard->pre.lost};
  say(guard, 'D', &summary, sizeof summary);
}

/* Files that the command is given open for writing: no later call tells of them. */
static void save_inherited(struct guard *guard, pid_t pid) {
  char name[64], line[256];
  snprintf(name, sizeof name, "/proc/%d/fd", pid);
  DIR *fds = opendir(name);
  if (!fds) return;
  for (struct dirent *entry; (entry = readdir(fds));) {
    int fd = atoi(entry->d_name);
    if (entry->d_name[0] == '.') continue;
    snprintf(name, sizeof name, "/proc/%d/fdinfo/%d", pid, fd);
    FILE *info = fopen(name, "re");
    unsigned flags = 0;
    while (info && fgets(line, sizeof line, info))
      if (sscanf(line, "flags: %o", &flags) == 1) break;
    if (info) fclose(info);
    if (!(flags & (O_WRONLY | O_RDWR)) || flags & O_PATH) continue;
    struct caller caller = {.tid = pid};
    int handle = caller_open_fd(&caller, fd);
    if (handle >= 0) preimages_save_inherited(&guard->pre, handle, fd);
  }
  closedir(fds);
}

static int64_t now_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/*
 * Draws the line between files that stood there and files born during the recording. Births are stamped by a clock
 * that moves once a tick (1 to 10 ms), so the command waits until that clock has passed the line.
 */
static void draw_the_line(struct guard *guard) {
  const struct timespec while_ticking = {.tv_nsec = 200000};
  guard->pre.start_ns = now_ns(CLOCK_REALTIME);
  for (int i = 0; i < 100 && now_ns(CLOCK_REALTIME_COARSE) <= guard->pre.start_ns; i++) nanosleep(&while_ticking, NULL);
}

static void arm(struct guard *guard, int listener, pid_t pid) {
  guard->listener = listener;
  /* The caller only waits for us, so let the kernel switch to it directly. Older kernels do without. */
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
  draw_the_line(guard);
  save_inherited(guard, pid);
  say(guard, 'A', NULL, 0);
}

static void on_hub(struct guard *guard) {
  char message[GUARD_MESSAGE_LIMIT];
  int fd = -1;
  ssize_t n = socket_receive(guard->hub, message, sizeof message, &fd);
  if (n < 0) return;
  if (n == 0) {
    if (guard->listener < 0) _exit(0); /* the command was never started */
    close(guard->hub);
    guard->hub = -1;
    finish(guard);
  } else if (message[0] == 'L' && fd >= 0) {
    uint32_t pid;
    memcpy(&pid, message + 1, sizeof pid);
    arm(guard, fd, (pid_t)pid);
  } else if (message[0] == 'Z') {
    finish(guard);
  }
}

static void serve(struct guard *guard) {
  int thaws_left = THAW_TIMES;
  for (;;) {
    struct pollfd wait[] = {{guard->listener, POLLIN, 0}, {guard->hub, POLLIN, 0}};
    int patience = preimages_dirty(&guard->pre) ? IDLE_MS : thaws_left > 0 && guard->hub < 0 ? THAW_MS : -1;
    int ready = poll(wait, 2, patience);
    if (guard->hub < 0 && thaws_left-- > 0) plan_thaw(guard->plan);
    if (ready == 0) {
      /* Nobody waits: copy pinned files until somebody does. */
      do preimages_idle(&guard->pre);
      while (preimages_dirty(&guard->pre) && poll(wait, 2, 0) == 0);
      continue;
    }
    if (wait[0].revents & POLLIN) answer_one(guard);
    else if (wait[0].revents) break; /* the last filtered process is gone */
    if (wait[1].revents) on_hub(guard);
  }
  finish(guard);
}

/* Out of reach of the terminal, of the user's pipes and of the limits that were meant for the command. */
static void detach(int keep) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  setsid();
  umask(077);
  prctl(PR_SET_NAME, "dk-guard");
  int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; fd++)
    if (fd != keep && null >= 0) dup2(null, fd);
  close_others(keep);
  static const int limits[] = {RLIMIT_NOFILE, RLIMIT_FSIZE, RLIMIT_AS, RLIMIT_DATA};
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    struct rlimit limit;
    if (getrlimit(limits[i], &limit)) continue;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(limits[i], &limit);
  }
  int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score >= 0) {
    if (write(score, "-900", 4) < 0) {} /* needs CAP_SYS_RESOURCE; without it we are as killable as any */
    close(score);
  }
}

void guard_run(const struct plan *plan, int hub, struct guard_shared *shared) {
  struct guard guard = {.hub = hub, .listener = -1, .shared = shared, .plan = plan};
  char text[256];
  detach(hub);
  guard.pre.warn = warn;
  guard.pre.warn_context = &guard;
  int failed = identity_become(&plan->user, GUARD_CAPABILITIES | CAPABILITY(CAP_DAC_READ_SEARCH), false);
  if (plan->user.other) capabilities_use(GUARD_CAPABILITIES);
  int dir = open(plan->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (!failed) failed = dir < 0 ? -errno : preimages_open(&guard.pre, plan, dir);
  struct base_result base;
  if (!failed) failed = base_scan(plan, dir, &base);
  if (!failed && chdir("/proc/self/fd")) failed = -errno; /* handle_name() counts on it */
  if (failed) {
    snprintf(text, sizeof text,
             "The recording's directory cannot be written (%s). Make room or choose another place with DK_HOME.",
             strerror(-failed));
    refuse(&guard, text);
  }
  struct {
    uint64_t entries;
    uint8_t truncated;
  } __attribute__((packed)) body = {base.entries, base.truncated};
  say(&guard, 'B', &body, sizeof body);
  serve(&guard);
  _exit(0);
}

void guard_run_passing(int listener, struct guard_shared *shared) {
  detach(listener);
  if (chdir("/")) {} /* only so that no directory of the user's stays busy */
  uint64_t left = atomic_exchange(&shared->in_flight, 0);
  if (left) let_continue(listener, left);
  struct pollfd wait = {listener, POLLIN, 0};
  while (poll(&wait, 1, -1) < 0 || wait.revents & POLLIN) {
    struct seccomp_notif *call = receive(listener);
    if (call) let_continue(listener, call->id);
  }
  _exit(0);
}
