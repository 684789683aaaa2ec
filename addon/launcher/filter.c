#define _GNU_SOURCE
#include "filter.h"

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/fanotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
/* Every i386 program calls set_thread_area once as it starts: the guard's one hint that such a program runs. */
#define COMPAT_ARCH AUDIT_ARCH_I386
#define COMPAT_START_CALL 243
#else
#error "the numbers of calls are those of x86-64"
#endif

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* Linux 5.19 */
#endif

enum { LIMIT = 1024 };

struct program {
  struct sock_filter code[LIMIT];
  size_t length;
};

static size_t emit(struct program *p, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k) {
  p->code[p->length] = (struct sock_filter){code, jt, jf, k};
  return p->length++;
}

static void emit_return(struct program *p, uint32_t value) { emit(p, BPF_RET | BPF_K, 0, 0, value); }
static void emit_load(struct program *p, size_t offset) { emit(p, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset); }
/* The flags are ints: the low half of the 64-bit argument, which comes first on a little-endian machine. */
static size_t low_half(int arg) { return offsetof(struct seccomp_data, args) + 8 * (size_t)arg; }
static size_t high_half(int arg) { return low_half(arg) + 4; }

/* All of these flags are set in A, which it changes. */
static void emit_allow_new(struct program *p, uint32_t flags) {
  emit(p, BPF_ALU | BPF_AND | BPF_K, 0, 0, flags);
  emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, flags);
  emit_return(p, SECCOMP_RET_ALLOW);
}

/* What happens to one guarded call, entered with A = its number. */
static void emit_verdict(struct program *p, const struct guarded_call *call, const struct filter_options *options) {
  if (call->act == CALL_DENY) {
    emit_return(p, SECCOMP_RET_ERRNO | ENOSYS);
    return;
  }
  if ((call->act == CALL_OPEN || call->act == CALL_HANDLE) && call->flags >= 0) {
    /* Reading destroys nothing; O_EXCL with O_CREAT, and O_TMPFILE, can only make a new file. */
    emit_load(p, low_half(call->flags));
    emit(p, BPF_JMP | BPF_JSET | BPF_K, 1, 0, O_WRONLY | O_RDWR | O_TRUNC);
    emit_return(p, SECCOMP_RET_ALLOW);
    emit_allow_new(p, O_CREAT | O_EXCL);
    emit_load(p, low_half(call->flags));
    emit_allow_new(p, O_TMPFILE);
  }
  if (call->act == CALL_WRITE) {
    emit_load(p, high_half(call->flags));
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0);
    emit_load(p, low_half(call->flags));
    emit(p, BPF_JMP | BPF_JGE | BPF_K, 1, 0, options->aside_bytes);
    emit_return(p, SECCOMP_RET_ALLOW);
  }
  if (call->act == CALL_PERMISSION) {
    emit_load(p, low_half(call->flags));
    emit(p, BPF_JMP | BPF_JSET | BPF_K, 1, 0, FAN_CLASS_CONTENT | FAN_CLASS_PRE_CONTENT);
    emit_return(p, SECCOMP_RET_ALLOW);
  }
  if (call->act == CALL_LISTENER) {
    emit_load(p, low_half(call->flags));
    emit(p, BPF_JMP | BPF_JSET | BPF_K, 1, 0, SECCOMP_FILTER_FLAG_NEW_LISTENER);
    emit_return(p, SECCOMP_RET_ALLOW);
  }
  emit_return(p, SECCOMP_RET_USER_NOTIF);
}

/* A binary search over the numbers: about six comparisons for a call that is not in the table. */
static void emit_search(struct program *p, const struct guarded_call *const *calls, size_t count,
                        const struct filter_options *options) {
  if (count == 0) {
    emit_return(p, SECCOMP_RET_ALLOW);
  } else if (count == 1) {
    size_t test = emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, (uint32_t)calls[0]->nr);
    emit_verdict(p, calls[0], options);
    p->code[test].jf = (uint8_t)(p->length - test - 1);
    emit_return(p, SECCOMP_RET_ALLOW);
  } else {
    size_t half = count / 2;
    size_t test = emit(p, BPF_JMP | BPF_JGE | BPF_K, 0, 0, (uint32_t)calls[half]->nr);
    size_t far = emit(p, BPF_JMP | BPF_JA, 0, 0, 0); /* jt has 8 bits, JA has 32 */
    p->code[test].jf = 1;
    emit_search(p, calls, half, options);
    p->code[far].k = (uint32_t)(p->length - far - 1);
    emit_search(p, calls + half, count - half, options);
  }
}

static void build(struct program *p, const struct filter_options *options) {
  const struct guarded_call *wanted[128];
  size_t count, kept = 0;
  const struct guarded_call *calls = guarded_calls(&count);
  for (size_t i = 0; i < count; i++) {
    bool deny = calls[i].act == CALL_DENY;
    if (calls[i].act == CALL_WRITE && options->aside_bytes == 0) continue;
    if (deny ? !options->allow_io_uring : options->notify) wanted[kept++] = &calls[i];
  }
  emit_load(p, offsetof(struct seccomp_data, arch));
  size_t native = emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, NATIVE_ARCH);
#ifdef COMPAT_ARCH
  if (options->notify) {
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 3, COMPAT_ARCH);
    emit_load(p, offsetof(struct seccomp_data, nr));
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, COMPAT_START_CALL);
    emit_return(p, SECCOMP_RET_USER_NOTIF);
  }
#endif
  emit_return(p, SECCOMP_RET_ALLOW);
  p->code[native].jt = (uint8_t)(p->length - native - 1);
  p->code[native].jf = 0;
  emit_load(p, offsetof(struct seccomp_data, nr));
  emit_search(p, wanted, kept, options);
}

static int install(struct program *p, unsigned flags) {
  struct sock_fprog prog = {.len = (unsigned short)p->length, .filter = p->code};
  long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
  return fd < 0 ? -errno : (int)fd;
}

int filter_install(const struct filter_options *options) {
  struct program program = {.length = 0};
  if (!options->notify && options->allow_io_uring) return 0;
  build(&program, options);
  if (!options->notify) return install(&program, 0);
  int fd = install(&program, SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
  if (fd == -EINVAL) fd = install(&program, SECCOMP_FILTER_FLAG_NEW_LISTENER);
  return fd;
}
