#define _GNU_SOURCE
#include "plan.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *value_of(const char *line, const char *key) {
  size_t n = strlen(key);
  return strncmp(line, key, n) == 0 && line[n] == '=' ? line + n + 1 : NULL;
}

static bool push(char ***list, size_t *count, char *item) {
  char **grown = realloc(*list, (*count + 2) * sizeof *grown);
  if (!grown) return false;
  grown[(*count)++] = item;
  grown[*count] = NULL;
  *list = grown;
  return true;
}

static const char *take_tail(struct plan *plan, char **own_argv, const char *text) {
  size_t own = 0, wanted = strtoul(text, NULL, 10);
  while (own_argv[own]) own++;
  if (wanted == 0 || wanted >= own) return "argv-tail does not fit the arguments";
  plan->argv = own_argv + own - wanted;
  return NULL;
}

static const char *parse_option(struct plan *plan, char *line, char **own_argv) {
  const char *value;
  if ((value = value_of(line, "dir"))) {
    plan->dir = value;
    return value[0] == '/' ? NULL : "dir is not absolute";
  }
  if ((value = value_of(line, "root"))) {
    if (strcmp(value, ".") == 0) value = getcwd(NULL, 0);
    if (!value || value[0] != '/') return "a root is not absolute";
    return push(&plan->roots, &plan->root_count, (char *)value) ? NULL : "out of memory";
  }
  if ((value = value_of(line, "skip"))) {
    if (value[0] != '/') return "a skipped directory is not absolute";
    return push(&plan->skips, &plan->skip_count, (char *)value) ? NULL : "out of memory";
  }
  if ((value = value_of(line, "preimage-limit"))) {
    char *end;
    plan->limit_bytes = strtoll(value, &end, 10);
    return *value && !*end && plan->limit_bytes >= 0 ? NULL : "preimage-limit is not a number of bytes";
  }
  if ((value = value_of(line, "aside"))) {
    plan->aside_bytes = (uint32_t)strtoul(value, NULL, 10);
    return NULL;
  }
  if ((value = value_of(line, "freeze"))) {
    plan->freeze = value;
    return value[0] == '/' ? NULL : "freeze is not absolute";
  }
  if ((value = value_of(line, "guard"))) {
    plan->guard = strcmp(value, "0") != 0;
    return NULL;
  }
  if ((value = value_of(line, "io-uring"))) {
    plan->allow_io_uring = strcmp(value, "allow") == 0;
    return NULL;
  }
  if ((value = value_of(line, "argv-tail"))) return take_tail(plan, own_argv, value);
  if ((value = value_of(line, "user"))) return identity_parse(&plan->user, value) ? NULL : "user is not UID:GID:GROUPS";
  if ((value = value_of(line, "store"))) return identity_parse(&plan->store, value) ? NULL : "store is not UID:GID:GROUPS";
  return "an option is not known";
}

const char *plan_parse(struct plan *plan, char *body, size_t length, char **own_argv) {
  *plan = (struct plan){.guard = true, .limit_bytes = INT64_C(256) << 20};
  if (length == 0 || body[length - 1] != '\0') return "a string is not ended";
  char **argv = NULL;
  size_t argc = 0;
  bool in_argv = false;
  for (char *at = body; at < body + length; at += strlen(at) + 1) {
    if (in_argv) {
      if (!push(&argv, &argc, at)) return "out of memory";
    } else if (!*at) {
      in_argv = true;
    } else {
      const char *wrong = parse_option(plan, at, own_argv);
      if (wrong) return wrong;
    }
  }
  if (!plan->store.other) plan->store = plan->user;
  if (!plan->dir) return "dir is missing";
  if (argv) plan->argv = argv;
  return plan->argv ? NULL : "the command is missing";
}

bool plan_skips(const struct plan *plan, const char *path, size_t length) {
  for (size_t i = 0; i < plan->skip_count; i++) {
    size_t n = strlen(plan->skips[i]);
    if (length >= n && memcmp(path, plan->skips[i], n) == 0 && (length == n || path[n] == '/')) return true;
  }
  return false;
}

void plan_thaw(const struct plan *plan) {
  int fd = plan->freeze ? open(plan->freeze, O_WRONLY | O_CLOEXEC) : -1;
  if (fd < 0) return;
  if (write(fd, "0", 1) < 0) {} /* the cgroup is being removed: nobody is in it */
  close(fd);
}
