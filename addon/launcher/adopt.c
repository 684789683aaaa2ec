#define _GNU_SOURCE
#include "adopt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "all-signals.h"
#include "installation.h"
#include "sockets.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

/* Own descriptors go above every one that a command is likely to be given. */
enum { OWN_FD = 900, OWN_FDS = 4, MOST_GROUPS = 65536 };

struct giver {
  pid_t pid;
  unsigned long long start;
  uint64_t blocked, ignored;
  int answer_fd;
  int pidfd;
};

/* Moves a descriptor out of the way of those that are taken over. */
static int move_away(int fd) {
  struct rlimit files;
  int lowest = OWN_FD;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_max < OWN_FD + OWN_FDS) lowest = (int)files.rlim_max - OWN_FDS;
  }
  int moved = fcntl(fd, F_DUPFD_CLOEXEC, lowest);
  close(fd);
  return moved;
}

static FILE *open_proc(pid_t pid, const char *name) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  return fopen(path, "re");
}

/* Field 22 of /proc/PID/stat: no two processes of one number share it. */
static unsigned long long start_time(pid_t pid) {
  char line[1024];
  unsigned long long start = 0;
  FILE *file = open_proc(pid, "stat");
  if (!file) return 0;
  char *at = fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL; /* the name before it may hold anything */
  for (int field = 2; at && field < 22; field++) at = strchr(at + 1, ' ');
  if (at) start = strtoull(at, NULL, 10);
  fclose(file);
  return start;
}

void adopt_describe(char text[ADOPT_TEXT_BYTES], uint64_t blocked, uint64_t ignored, int answer_fd) {
  snprintf(text, ADOPT_TEXT_BYTES, "%d:%llu:%" PRIx64 ":%" PRIx64 ":%d", getpid(), start_time(getpid()), blocked, ignored,
           answer_fd);
}

static bool find_giver(struct giver *giver, const char *text) {
  if (sscanf(text, "%d:%llu:%" SCNx64 ":%" SCNx64 ":%d", &giver->pid, &giver->start, &giver->blocked, &giver->ignored,
             &giver->answer_fd) != 5)
    return false;
  int pidfd = (int)syscall(SYS_pidfd_open, giver->pid, 0);
  if (pidfd < 0) return false;
  giver->pidfd = move_away(pidfd);
  return giver->pidfd >= 0 && start_time(giver->pid) == giver->start;
}

/* By its file, which no other has: descriptors of anything else are not the user's to hand on. */
static bool runs_our_program(const struct giver *giver) {
  char path[64];
  struct stat own, other;
  snprintf(path, sizeof path, "/proc/%d/exe", giver->pid);
  return !stat("/proc/self/exe", &own) && !stat(path, &other) && own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

static bool is_alive(const struct giver *giver) {
  struct pollfd end = {.fd = giver->pidfd, .events = POLLIN};
  return poll(&end, 1, 0) == 0;
}

static bool take_groups(struct identity *identity, char *at) {
  identity->groups = calloc(MOST_GROUPS, sizeof *identity->groups);
  if (!identity->groups) return false;
  for (char *end; identity->group_count < MOST_GROUPS; at = end) {
    gid_t group = (gid_t)strtoul(at, &end, 10);
    if (end == at) return true;
    identity->groups[identity->group_count++] = group;
  }
  return true;
}

/* A set-id program that the user started is not the user. */
static bool take_id(const char *line, const char *format, unsigned *id) {
  unsigned effective, saved, files;
  return sscanf(line, format, id, &effective, &saved, &files) == 4 && *id == effective && *id == saved && *id == files;
}

static bool take_identity(const struct giver *giver, struct identity *identity) {
  FILE *status = open_proc(giver->pid, "status");
  char *line = NULL;
  size_t capacity = 0;
  unsigned id, found = 0;
  if (!status) return false;
  while (getline(&line, &capacity, status) > 0) {
    if (take_id(line, "Uid: %u %u %u %u", &id)) identity->uid = id, found |= 1;
    else if (take_id(line, "Gid: %u %u %u %u", &id)) identity->gid = id, found |= 2;
    else if (sscanf(line, "Umask: %o", &id) == 1) umask((mode_t)id), found |= 4;
    else if (!strncmp(line, "Groups:", 7) && take_groups(identity, line + 7)) found |= 8;
  }
  free(line);
  fclose(status);
  identity->other = true;
  return found == 15;
}

static bool take_environment(const struct giver *giver, char ***environment) {
  FILE *file = open_proc(giver->pid, "environ");
  char *bytes = NULL, **list = NULL;
  size_t length = 0, count = 0, capacity = 0;
  if (!file) return false;
  while (!feof(file) && !ferror(file)) {
    char *grown = realloc(bytes, length + 65536 + 1);
    if (!grown) break;
    bytes = grown;
    length += fread(bytes + length, 1, 65536, file);
  }
  bool failed = !bytes || ferror(file);
  fclose(file);
  if (failed) return false;
  bytes[length] = '\0';
  for (char *at = bytes; at < bytes + length; at += strlen(at) + 1) {
    if (count + 1 >= capacity) {
      capacity = capacity ? capacity * 2 : 64;
      char **grown = realloc(list, capacity * sizeof *list);
      if (!grown) return false;
      list = grown;
    }
    list[count++] = at;
  }
  if (!list && !(list = calloc(1, sizeof *list))) return false;
  list[count] = NULL;
  *environment = list;
  return true;
}

/* Close-on-exec ones are the giver's own; what a program is given never has that flag. */
static bool is_given(pid_t pid, int fd) {
  char name[32], line[128];
  unsigned flags = O_CLOEXEC;
  snprintf(name, sizeof name, "fdinfo/%d", fd);
  FILE *info = open_proc(pid, name);
  while (info && fgets(line, sizeof line, info))
    if (sscanf(line, "flags: %o", &flags) == 1) break;
  if (info) fclose(info);
  return !(flags & O_CLOEXEC);
}

/*
 * A terminal is taken from sudo, which may have put one of its own in between; there the user's would not be the one
 * that controls us.
 */
static bool take_descriptor(const struct giver *giver, int fd) {
  int copy = (int)syscall(SYS_pidfd_getfd, giver->pidfd, fd, 0);
  if (copy < 0) return false;
  if (fd > 2 || !isatty(copy) || !isatty(fd)) {
    if (copy != fd && dup2(copy, fd) < 0) return false;
    if (copy == fd) return fcntl(fd, F_SETFD, 0) == 0;
  }
  close(copy);
  return true;
}

static bool take_descriptors(const struct giver *giver) {
  char path[64];
  bool standard[3] = {false};
  snprintf(path, sizeof path, "/proc/%d/fd", giver->pid);
  close_others(giver->pidfd);
  DIR *fds = opendir(path);
  if (!fds) return false;
  int list = move_away(dup(dirfd(fds)));
  closedir(fds);
  fds = list < 0 ? NULL : fdopendir(list);
  if (!fds) return false;
  bool taken = true;
  for (struct dirent *entry; taken && (entry = readdir(fds));) {
    int fd = atoi(entry->d_name);
    if (entry->d_name[0] == '.' || fd == giver->pidfd || fd == list || !is_given(giver->pid, fd)) continue;
    if (fd < 3) standard[fd] = true;
    taken = take_descriptor(giver, fd);
  }
  closedir(fds);
  for (int fd = 0; fd < 3; fd++)
    if (!standard[fd]) close(fd);
  return taken;
}

static rlim_t limit_of(const char *text) { return *text == 'u' ? RLIM_INFINITY : (rlim_t)strtoull(text, NULL, 10); }

/*
 * From /proc/PID/limits, whose lines stand in the order of the RLIMIT_ numbers (prlimit of another user's process takes
 * CAP_SYS_RESOURCE). Where a limit may not be raised again the command keeps the one that sudo left.
 */
static void take_limits(const struct giver *giver) {
  enum { SOFT_COLUMN = 26, HARD_COLUMN = 47 };
  char line[256];
  FILE *limits = open_proc(giver->pid, "limits");
  if (!limits || !fgets(line, sizeof line, limits)) return;
  for (int resource = 0; resource < RLIM_NLIMITS && fgets(line, sizeof line, limits); resource++) {
    if (strlen(line) <= HARD_COLUMN) break;
    struct rlimit limit = {limit_of(line + SOFT_COLUMN), limit_of(line + HARD_COLUMN)};
    setrlimit((__rlimit_resource_t)resource, &limit);
  }
  fclose(limits);
}

static void take_signals(const struct giver *giver) {
  for (int number = 1; number <= 64; number++) signal(number, giver->ignored & SIGNAL_BIT(number) ? SIG_IGN : SIG_DFL);
  signals_mask(giver->blocked);
}

static bool take_directory(const struct giver *giver) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/cwd", giver->pid);
  return chdir(path) == 0;
}

int adopt(const char *text, struct identity *identity, char ***environment, pid_t *pid, const char **why) {
  struct giver giver;
  uid_t uid;
  gid_t gid;
  *why = "the process that asked for it is gone";
  if (!find_giver(&giver, text)) return -1;
  *why = "another user's process asked for it";
  if (!runs_our_program(&giver) || !take_identity(&giver, identity)) return -1;
  if (!sudo_user(&uid, &gid) || identity->uid != uid) return -1;
  *why = "its descriptors could not be taken over";
  /* The order matters: descriptors first, while none of ours is in the way. */
  if (!take_descriptors(&giver)) return -1;
  *why = "its environment could not be taken over";
  if (!take_environment(&giver, environment) || !take_directory(&giver)) return -1;
  *pid = giver.pid;
  *why = "it does not listen any more";
  int channel = (int)syscall(SYS_pidfd_getfd, giver.pidfd, giver.answer_fd, 0);
  if (channel < 0 || (channel = move_away(channel)) < 0) return -1; /* which lifts a limit: take them after it */
  take_signals(&giver);
  take_limits(&giver);
  *why = "the process that asked for it is gone";
  if (!is_alive(&giver)) return -1; /* and was until here, so all of this was its own */
  close(giver.pidfd);
  return channel;
}
