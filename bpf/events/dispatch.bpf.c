/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * The only programs attached to the system call tracepoints. Everything that is not tracked leaves after one look-up
 * in its own task struct.
 */
#include "../lib/inode.h"
#include "../lib/syscall.h"

/* No calls have these. */
#define NR_MAPS_AGAIN 510
#define NR_LEARN 511
#define NR_COMPAT 511 /* of on_exit: any call of a 32-bit program */

#define NO_FD (~0u)

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
	__u32 fd, in = NO_FD;

	if (!t) {
		if (!root_mnt && bpf_task_storage_get(&recorder, bpf_get_current_task_btf(), 0, 0))
			bpf_tail_call(ctx, &on_enter, NR_LEARN);
		return 0;
	}
	t->enter_ns = bpf_ktime_get_ns();
	regs = (struct pt_regs *)ctx[0];
	switch (ctx[1]) {
	case NR_WRITE:
	case NR_PWRITE64:
	case NR_WRITEV:
	case NR_PWRITEV:
	case NR_PWRITEV2:
		fd = syscall__arg(regs, 0);
		break;
	case NR_SENDFILE:
		fd = syscall__arg(regs, 0);
		in = syscall__arg(regs, 1);
		break;
	case NR_SPLICE:
	case NR_COPY_FILE_RANGE:
		fd = syscall__arg(regs, 2);
		in = syscall__arg(regs, 0);
		break;
	case NR_MUNMAP:
	case NR_MSYNC:
	case NR_EXECVE:
	case NR_EXECVEAT:
	case NR_EXIT:
	case NR_EXIT_GROUP:
	case NR_RENAME:
	case NR_RENAMEAT:
	case NR_RENAMEAT2:
		bpf_tail_call(ctx, &on_enter, (__u32)ctx[1]);
		return 0;
	default:
		fd = NO_FD;
	}
	t->file = fd == NO_FD ? NULL : task__file(fd);
	if (t->file)
		enter__note(t, fd);
	t->in = in == NO_FD ? NULL : task__file(in);
	if (t->maps && t->enter_ns - t->maps_ns > MAPS_AGAIN_NS)
		bpf_tail_call(ctx, &on_enter, NR_MAPS_AGAIN);
	return 0;
}

SEC("tp_btf/sys_exit") int dk_exit(__u64 *ctx)
{
	struct task_struct *task;
	struct pt_regs *regs = (struct pt_regs *)ctx[0];
	long ret = (long)ctx[1];

	if (!task__tracked() || (ret < 0 && ret >= -4095))
		return 0;
	task = bpf_get_current_task_btf();
	if (READ(task, thread_info.status) & TS_COMPAT) {
		bpf_tail_call(ctx, &on_exit, NR_COMPAT);
		return 0;
	}
	bpf_tail_call(ctx, &on_exit, syscall__nr(regs));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
