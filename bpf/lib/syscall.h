/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Arguments of raw_syscalls tracepoints. x86-64 keeps the argument registers until the call has returned. */
#pragma once
#include "emit.h"

/* One program per family, reached by tail call from dispatch.bpf.c; all hang on the same tracepoint. */
#define ON_EXIT(name)                                                                         \
	static __always_inline int name##_body(__u64 *ctx, struct pt_regs *regs, long ret);   \
	SEC("tp_btf/sys_exit") int name(__u64 *ctx)                                           \
	{                                                                                     \
		return name##_body(ctx, (struct pt_regs *)ctx[0], (long)ctx[1]);              \
	}                                                                                     \
	static __always_inline int name##_body(__u64 *ctx, struct pt_regs *regs, long ret)

static __always_inline __u32 syscall__nr(struct pt_regs *regs)
{
	return (__u32)READ(regs, orig_ax);
}

static __always_inline __u64 syscall__arg(struct pt_regs *regs, int n)
{
	switch (n) {
	case 0:
		return READ(regs, di);
	case 1:
		return READ(regs, si);
	case 2:
		return READ(regs, dx);
	case 3:
		return READ(regs, r10);
	case 4:
		return READ(regs, r8);
	default:
		return READ(regs, r9);
	}
}

/* Starts a call record in the scratch area, everything but the payload. */
static __always_inline struct dk_scratch *syscall__begin(struct dk_task *t, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct dk_scratch *s = emit__scratch();
	struct dk_call *c;

	if (!s)
		return NULL;
	c = &s->call;
	task__head(c, DK_REC_CALL, sizeof(*c), t->enter_ns);
	inode__clear(c);
	c->nr = syscall__nr(regs);
	c->ret = ret;
	c->args[0] = READ(regs, di);
	c->args[1] = READ(regs, si);
	c->args[2] = READ(regs, dx);
	c->args[3] = READ(regs, r10);
	c->args[4] = READ(regs, r8);
	c->args[5] = READ(regs, r9);
	c->umask = READ(task, fs, umask);
	c->fsuid = READ(task, cred, fsuid.val);
	c->fsgid = READ(task, cred, fsgid.val);
	s->strings[0].length = s->strings[1].length = 0;
	c->base1_len = c->path1_len = c->base2_len = c->path2_len = 0;
	c->extra_len = c->reserved = 0;
	return s;
}

static __always_inline void syscall__send(struct dk_scratch *s, __u32 payload)
{
	struct dk_call *c = &s->call;
	struct dk_id id = inode__id(c);

	emit__scratch_send(s, payload, id.ino ? &id : NULL);
}
