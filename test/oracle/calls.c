/*
 * calls SCRIPT: makes exactly the system calls that the script names, so that a test knows every event to expect.
 *
 *   case DIR          what follows, up to the next case, runs in a child process in that directory
 *   NAME ARG…         the system call; it must succeed
 *   a=NAME ARG…       keeps its result in slot a
 *   !NAME ARG…        it must fail
 *   fork … end        a child process runs the lines between; the parent waits for it. vfork: ends in _exit or execve
 *   thread … end      a thread runs them; the main thread waits
 *
 * Arguments: a number (any base) · $a a slot · 'TEXT a string (%XX for bytes) · b:LENGTH:SEED a buffer of that pattern ·
 * v:L,L,…:SEED an iovec over one run of the pattern · q:N,N,… 64-bit words (timespecs, struct open_how, loff_t) ·
 * w:N,N 32-bit words · x:TEXT a struct xattr_args · h: the file handle, one for all · s:TEXT a unix socket address · a:TEXT,TEXT an argument vector · bad an address that is not mapped.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Later than the headers of Debian 12. */
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#ifndef SYS_setxattrat
#define SYS_setxattrat 463
#define SYS_removexattrat 466
#endif
#ifndef SYS_file_setattr
#define SYS_file_setattr 469
#endif

static const struct {
  const char *name;
  long number;
} names[] = {
#define CALL(name) {#name, SYS_##name}
  CALL(open), CALL(creat), CALL(openat), CALL(openat2), CALL(close), CALL(dup), CALL(dup2), CALL(lseek), CALL(read),
  CALL(write), CALL(pwrite64), CALL(writev), CALL(pwritev), CALL(pwritev2), CALL(truncate), CALL(ftruncate),
  CALL(mkdir), CALL(mkdirat), CALL(rmdir), CALL(unlink), CALL(unlinkat), CALL(rename), CALL(renameat), CALL(renameat2),
  CALL(link), CALL(linkat), CALL(symlink), CALL(symlinkat), CALL(mknod), CALL(mknodat), CALL(chmod), CALL(fchmod),
  CALL(fchmodat), CALL(fchmodat2), CALL(chown), CALL(fchown), CALL(lchown), CALL(fchownat), CALL(utime), CALL(utimes),
  CALL(futimesat), CALL(utimensat), CALL(setxattr), CALL(lsetxattr), CALL(fsetxattr), CALL(removexattr),
  CALL(lremovexattr), CALL(fremovexattr), CALL(fallocate), CALL(sendfile), CALL(splice), CALL(copy_file_range),
  CALL(ioctl), CALL(socket), CALL(bind), CALL(pipe2), CALL(chdir), CALL(fchdir), CALL(chroot), CALL(umask), CALL(fsync),
  CALL(fdatasync), CALL(sync), CALL(syncfs), CALL(sync_file_range), CALL(mmap), CALL(munmap), CALL(msync),
  CALL(mprotect), CALL(execve), CALL(exit), CALL(exit_group), CALL(kill), CALL(getpid), CALL(fcntl), CALL(setfsuid),
  CALL(setresuid), CALL(setresgid), CALL(setgroups), CALL(unshare), CALL(mount), CALL(umount2), CALL(tee),
  CALL(vmsplice), CALL(memfd_create), CALL(io_uring_setup), CALL(io_setup), CALL(stat), CALL(access),
  CALL(name_to_handle_at), CALL(open_by_handle_at), CALL(setxattrat), CALL(removexattrat), CALL(file_setattr), CALL(madvise),
};

static char **lines;
static size_t line_count;
static long slots[26];
extern char **environ;

static void die(const char *line, const char *why) {
  fprintf(stderr, "calls: %s: %s\n", line, why);
  exit(99);
}

static unsigned char pattern(size_t i, unsigned seed) { return (unsigned char)(i * 7 + (i >> 8) * 13 + (i >> 16) * 29 + seed * 31); }

static unsigned char *filled(size_t length, unsigned seed) {
  unsigned char *bytes = malloc(length + 1);
  for (size_t i = 0; i < length; i++) bytes[i] = pattern(i, seed);
  bytes[length] = 0;
  return bytes;
}

/* Decodes %XX in place of a copy. */
static char *text_of(const char *in) {
  char *out = malloc(strlen(in) + 1), *to = out;
  for (; *in; in++) {
    if (*in == '%') {
      char hex[3] = {in[1], in[2], 0};
      *to++ = (char)strtol(hex, NULL, 16);
      in += 2;
    } else {
      *to++ = *in;
    }
  }
  *to = 0;
  return out;
}

static long list_of(const char *text, size_t width) {
  char *words = calloc(32, width), *at;
  size_t n = 0;
  for (;;) {
    long long value = strtoll(text, &at, 0);
    if (width == 8) ((long long *)(void *)words)[n++] = value;
    else ((int *)(void *)words)[n++] = (int)value;
    if (*at != ',') return (long)words;
    text = at + 1;
  }
}

static long vector_of(const char *text) {
  struct iovec *v = calloc(1100, sizeof *v);
  size_t n = 0, total = 0, lengths[1100];
  char *at;
  for (;;) {
    lengths[n] = strtoul(text, &at, 0);
    total += lengths[n++];
    if (*at != ',') break;
    text = at + 1;
  }
  unsigned char *bytes = filled(total, (unsigned)strtoul(at + 1, NULL, 0));
  for (size_t i = 0; i < n; i++) {
    v[i] = (struct iovec){bytes, lengths[i]};
    bytes += lengths[i];
  }
  return (long)v;
}

static long strings_of(char *text) {
  char **all = calloc(64, sizeof *all);
  size_t n = 0;
  for (char *part = strtok(text, ","); part; part = strtok(NULL, ",")) all[n++] = text_of(part);
  return (long)all;
}

static struct {
  unsigned bytes;
  int type;
  unsigned char handle[128];
} handle = {.bytes = 128};

static long xattr_args_of(const char *value) {
  struct {
    unsigned long long value;
    unsigned size, flags;
  } *args = calloc(1, sizeof *args);
  args->value = (unsigned long)value;
  args->size = (unsigned)strlen(value);
  return (long)args;
}

static long argument(char *word) {
  char *end;
  if (word[0] == '\'') return (long)text_of(word + 1);
  if (word[0] == '$') return slots[word[1] - 'a'];
  if (!strcmp(word, "bad")) return 0x10;
  if (word[1] == ':') {
    switch (word[0]) {
      case 'b': {
        size_t length = strtoul(word + 2, &end, 0);
        return (long)filled(length, (unsigned)strtoul(end + 1, NULL, 0));
      }
      case 'v': return vector_of(word + 2);
      case 'q': return list_of(word + 2, 8);
      case 'w': return list_of(word + 2, 4);
      case 'a': return strings_of(word + 2);
      case 'x': return xattr_args_of(text_of(word + 2));
      case 'h': return (long)&handle;
      case 's': {
        struct sockaddr_un *address = calloc(1, sizeof *address);
        address->sun_family = AF_UNIX;
        strncpy(address->sun_path, text_of(word + 2), sizeof address->sun_path - 1);
        return (long)address;
      }
      case 'e': return (long)environ;
    }
  }
  long value = strtol(word, &end, 0);
  if (*end) die(word, "not an argument");
  return value;
}

static void call(char *line) {
  char *copy = strdup(line), *rest = copy, *name = strsep(&rest, " "), *word;
  bool fails = name[0] == '!';
  int slot = -1;
  if (fails) name++;
  else if (name[1] == '=') {
    slot = name[0] - 'a';
    name += 2;
  }
  long number = -1, args[6] = {0};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!strcmp(names[i].name, name)) number = names[i].number;
  }
  if (number < 0) die(line, "no such call");
  for (int i = 0; i < 6 && (word = strsep(&rest, " "));) {
    if (*word) args[i++] = argument(word);
  }
  long result = syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]);
  if ((result == -1) != fails) die(line, result == -1 ? strerror(errno) : "should have failed");
  if (slot >= 0) slots[slot] = result;
}

static size_t end_of(size_t i) {
  for (int depth = 1; i < line_count; i++) {
    if (!strcmp(lines[i], "fork") || !strcmp(lines[i], "vfork") || !strcmp(lines[i], "thread")) depth++;
    else if (!strcmp(lines[i], "end") && !--depth) return i;
  }
  die("end", "missing");
  return 0;
}

struct range {
  size_t from, to;
};
static void run(size_t from, size_t to);

static void *thread_main(void *range) {
  run(((struct range *)range)->from, ((struct range *)range)->to);
  return NULL;
}

static void run_child(size_t from, size_t to, bool shares) {
  pid_t pid = shares ? vfork() : fork();
  if (pid < 0) die("fork", strerror(errno));
  if (!pid) {
    run(from, to);
    _exit(0);
  }
  int status;
  if (waitpid(pid, &status, 0) != pid) die("wait", strerror(errno));
}

static void run(size_t from, size_t to) {
  for (size_t i = from; i < to; i++) {
    bool is_thread = !strcmp(lines[i], "thread"), is_vfork = !strcmp(lines[i], "vfork");
    if (is_thread || is_vfork || !strcmp(lines[i], "fork")) {
      struct range range = {i + 1, end_of(i + 1)};
      if (is_thread) {
        pthread_t thread;
        pthread_create(&thread, NULL, thread_main, &range);
        pthread_join(thread, NULL);
      } else {
        run_child(range.from, range.to, is_vfork);
      }
      i = range.to;
    } else {
      call(lines[i]);
    }
  }
}

static void load(const char *path) {
  FILE *in = fopen(path, "r");
  char *line = NULL;
  size_t room = 0;
  if (!in) die(path, strerror(errno));
  for (ssize_t n; (n = getline(&line, &room, in)) > 0;) {
    if (line[n - 1] == '\n') line[--n] = 0;
    if (!n || line[0] == '#') continue;
    lines = realloc(lines, (line_count + 1) * sizeof *lines);
    lines[line_count++] = strdup(line);
  }
  fclose(in);
}

int main(int argc, char **argv) {
  if (argc != 2) die("usage", "calls SCRIPT");
  load(argv[1]);
  for (size_t i = 0; i < line_count;) {
    if (strncmp(lines[i], "case ", 5)) {
      call(lines[i++]);
      continue;
    }
    size_t end = i + 1;
    while (end < line_count && strncmp(lines[end], "case ", 5)) end++;
    pid_t pid = fork();
    if (pid < 0) die(lines[i], strerror(errno));
    if (!pid) {
      if (chdir(text_of(lines[i] + 5))) die(lines[i], strerror(errno));
      run(i + 1, end);
      _exit(0);
    }
    int status;
    waitpid(pid, &status, 0);
    i = end;
  }
  return 0;
}
