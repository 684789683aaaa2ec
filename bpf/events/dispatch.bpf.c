/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * The only programs attached to the system call tracepoints. Everything that is not tracked leaves after one look-up
 * in its own task struct.
 */
#include "../lib/inode.h"
#include "../lib/syscall.h"

/* What sys_exit shows in place of the number of rt_sigreturn, and of a call that a tracer or a filter skipped. */
#define NO_CALL (~0u)

static __always_inline bool task__compat(void)
{
	return READ(bpf_get_current_task_btf(), thread_info.status) & TS_COMPAT;
}

/* What the descriptor stands for now: another thread may close or replace it before the call returns. */
static __always_inline void enter__note(struct dk_task *t, __u32 fd)
{
	struct file *file = t->file;
	struct inode *inode = READ(file, f_inode);

	if (inode__regular(inode))
		t->file_id = inode__identity(inode);
	else if ((fd == 1 || fd == 2) && inode__output(inode))
		t->file_id.ino = 0;
	else
		t->file = NULL;
	t->pos = READ(file, f_pos);
}

SEC("tp_btf/sys_enter") int dk_enter(__u64 *ctx)
{
	struct dk_task *t = task__tracked();
	struct pt_regs *regs;
	__u8 begins = 0;
	__u32 fd;

	if (!t) {
		if (!root_mnt && bpf_task_storage_get(&recorder, bpf_get_current_task_btf(), 0, 0))
			bpf_tail_call(ctx, &on_enter, SLOT_LEARN);
		return 0;
	}
	t->enter_ns = bpf_ktime_get_ns();
	regs = (struct pt_regs *)ctx[0];
	if (ctx[1] < CALL_SLOTS)
		begins = call_begins[ctx[1]];
	/* The numbers of 32-bit programs are others. */
	if (begins && task__compat())
		begins = 0;
	if (begins == BEGINS_PROGRAM) {
		bpf_tail_call(ctx, &on_enter, (__u32)ctx[1]);
		return 0;
	}
	t->file = t->in = NULL;
	if (begins) {
		fd = syscall__arg(regs, BEGINS_TARGET(begins));
		t->file = task__file(fd);
		if (t->file)
			enter__note(t, fd);
		if (BEGINS_COPY(begins))
			t->in = task__file(syscall__arg(regs, BEGINS_SOURCE(begins)));
	}
	if (t->maps && t->enter_ns - t->maps_ns > MAPS_AGAIN_NS)
		bpf_tail_call(ctx, &on_enter, SLOT_MAPS_AGAIN);
	return 0;
}

SEC("tp_btf/sys_exit") int dk_exit(__u64 *ctx)
{
	long ret = (long)ctx[1];
	__u32 nr;

	if (!task__tracked() || (ret < 0 && ret >= -4095))
		return 0;
	nr = syscall__nr((struct pt_regs *)ctx[0]);
	if (nr == NO_CALL)
		return 0;
	if (task__compat()) {
		bpf_tail_call(ctx, &on_exit, SLOT_COMPAT);
		return 0;
	}
	if (nr < CALL_SLOTS && harmless_calls[nr])
		return 0;
	bpf_tail_call(ctx, &on_exit, nr);
	/* No program has this number. */
	bpf_tail_call(ctx, &on_exit, SLOT_OTHER_CALL);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
