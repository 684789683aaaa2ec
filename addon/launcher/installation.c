#define _GNU_SOURCE
#include "installation.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recorder.h"

struct owner {
  uid_t uid;
  gid_t gid;
};

static const struct owner root = {0, 0};

static bool number_of(const char *name, unsigned long most, unsigned long *number) {
  const char *text = getenv(name);
  char *end;
  if (!text || *text < '0' || *text > '9') return false;
  *number = strtoul(text, &end, 10);
  return !*end && *number <= most;
}

bool sudo_user(uid_t *uid, gid_t *gid) {
  unsigned long user, group;
  if (!number_of("SUDO_UID", (uid_t)-2, &user) || !number_of("SUDO_GID", (gid_t)-2, &group) || user == 0) return false;
  *uid = (uid_t)user;
  *gid = (gid_t)group;
  return true;
}

bool sudo_allows_everything(void) {
  static char *const environment[] = {SAFE_PATH, NULL};
  const char *name = getenv("SUDO_USER");
  int status = 0;
  if (!name) return false;
  pid_t pid = fork();
  if (pid == 0) {
    char *const words[] = {"sudo", "-n", "-l", "-U", (char *)name, "/bin/sh", NULL};
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++) dup2(null, fd);
    clearenv();
    putenv(SAFE_PATH);
    execvpe("sudo", words, environment);
    _exit(127);
  }
  return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool others_may_write(const struct stat *stat, const struct owner *owner) {
  if (S_ISDIR(stat->st_mode) && stat->st_mode & S_ISVTX) return false; /* nobody else renames what is ours there */
  bool by_group = stat->st_mode & S_IWGRP && stat->st_gid != 0 && stat->st_gid != owner->gid;
  return by_group || stat->st_mode & S_IWOTH;
}

/* `path` is a real one: absolute, without links. */
static bool is_only_of(const char *path, const struct owner *owner) {
  char part[PATH_MAX];
  struct stat stat;
  for (size_t n = 1;; n++) {
    if (path[n] != '/' && path[n] && n > 1) continue;
    size_t length = n == 1 ? 1 : n;
    memcpy(part, path, length);
    part[length] = '\0';
    if (lstat(part, &stat) || S_ISLNK(stat.st_mode)) return false;
    if ((stat.st_uid != 0 && stat.st_uid != owner->uid) || others_may_write(&stat, owner)) return false;
    if (!path[n]) return true;
  }
}

/* The installation's folder: this program is its build/Release/dk-launcher. */
static bool find_folder(char folder[PATH_MAX], char self[PATH_MAX]) {
  ssize_t n = readlink("/proc/self/exe", self, PATH_MAX - 1);
  if (n <= 0) return false;
  self[n] = '\0';
  strcpy(folder, self);
  for (int up = 0; up < 3; up++) {
    char *slash = strrchr(folder, '/');
    if (!slash) return false;
    *slash = '\0';
  }
  return true;
}

/* The second line of what set-up left: the file that is node. */
static bool node_of(const char *folder, char node[PATH_MAX]) {
  char name[PATH_MAX + 32], line[PATH_MAX] = "";
  snprintf(name, sizeof name, "%s/build/stamps/ready", folder);
  FILE *stamp = fopen(name, "re");
  if (!stamp) return false;
  for (int i = 0; i < 2; i++)
    if (!fgets(line, sizeof line, stamp)) line[0] = '\0';
  fclose(stamp);
  line[strcspn(line, "\n")] = '\0';
  return line[0] == '/' && realpath(line, node);
}

enum installation installation_check(char **argv, uid_t user, gid_t group, const char **why) {
  static char node[PATH_MAX], program[PATH_MAX];
  char folder[PATH_MAX], self[PATH_MAX], own_program[PATH_MAX + 32], own_node[PATH_MAX];
  const struct owner users = {user, group};
  *why = "it is not in its place";
  if (!find_folder(folder, self)) return INSTALLATION_REFUSED;
  bool roots = is_only_of(self, &root);
  *why = "others than root and you can change it";
  if (!roots && !is_only_of(self, &users)) return INSTALLATION_REFUSED;
  const struct owner *owner = roots ? &root : &users;

  *why = "it was asked for something else than a recording";
  if (!argv[0] || !argv[1] || !argv[2] || strcmp(argv[2], "run") != 0) return INSTALLATION_REFUSED;
  *why = "the program to run is not there";
  if (argv[0][0] != '/' || argv[1][0] != '/' || !realpath(argv[1], program)) return INSTALLATION_REFUSED;
  if (!realpath(argv[0], node)) return INSTALLATION_REFUSED;
  if (roots) {
    snprintf(own_program, sizeof own_program, "%s/dist/program/main.js", folder);
    *why = "it was asked for another program than its own";
    if (strcmp(program, own_program) != 0) return INSTALLATION_REFUSED;
    *why = "it was set up for another node: root has to run it once";
    if (!node_of(folder, own_node) || strcmp(node, own_node) != 0) return INSTALLATION_REFUSED;
  }
  *why = "others can change its program";
  if (!is_only_of(program, owner)) return INSTALLATION_REFUSED;
  *why = roots ? "others than root can change its node" : "others than root and you can change its node";
  if (!is_only_of(node, owner)) return INSTALLATION_REFUSED;
  argv[0] = node;
  argv[1] = program;
  return roots ? INSTALLATION_OF_ROOT : INSTALLATION_OF_USER;
}
