/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Commands of ioctl on regular files and directories, and those by which a loop device takes a file. */
#include "../lib/copy.h"

#define ARGUMENT_BYTES 32

struct clone_range {
	__s64 src_fd;
	__u64 src_offset, src_length, dest_offset;
};

static __always_inline int ioctl__clone(struct dk_task *t, struct pt_regs *regs, struct file *out)
{
	struct clone_range range = {};
	struct inode *src;
	struct file *in;
	__u64 size;

	if ((__u32)syscall__arg(regs, 1) == FICLONE)
		range.src_fd = (__u32)syscall__arg(regs, 2);
	else if (bpf_probe_read_user(&range, sizeof(range), (void *)syscall__arg(regs, 2)))
		return 0;
	in = task__file(range.src_fd);
	if (!in)
		return 0;
	if (!range.src_length) { /* to the end of the source */
		src = READ(in, f_inode);
		size = READ(src, i_size);
		range.src_length = size > range.src_offset ? size - range.src_offset : 0;
	}
	return copy__record(t, NR_IOCTL, in, range.src_offset, out, range.dest_offset, range.src_length, 0);
}

/* The file that a loop device writes to from now on; NULL when it only reads it. */
static __always_inline struct file *ioctl__backing(struct pt_regs *regs)
{
	__u32 fd = syscall__arg(regs, 2);
	struct file *file;

	if ((__u32)syscall__arg(regs, 1) == LOOP_CONFIGURE && bpf_probe_read_user(&fd, sizeof(fd), (void *)syscall__arg(regs, 2)))
		return NULL;
	file = task__file(fd);
	return file && READ(file, f_mode) & FMODE_WRITE ? file : NULL;
}

ON_EXIT(dk_ioctl)
{
	enum ioctl_way way = ioctl__way(syscall__arg(regs, 1));
	struct file *file = task__file(syscall__arg(regs, 0));
	struct dk_task *t = task__tracked();
	struct dk_scratch *s;
	struct inode *inode;
	__u64 length;

	if (!t || !file || way == IOCTL_HARMLESS)
		return 0;
	inode = READ(file, f_inode);
	if (way == IOCTL_LOOP && (READ(inode, i_mode) & S_IFMT) == S_IFBLK) {
		file = ioctl__backing(regs);
		if (!file)
			return 0;
		inode = READ(file, f_inode);
	}
	if (!inode__holds(inode))
		return 0;
	if (way == IOCTL_CLONE)
		return ioctl__clone(t, regs, file);
	emit__path_once(t, file, inode);
	s = syscall__begin(t, regs, ret);
	if (!s)
		return 0;
	inode__fill(&s->call, inode);
	length = ioctl_bytes[way & 15];
	if (length > ARGUMENT_BYTES)
		return 0;
	if (bpf_probe_read_user(s->data, length, (void *)syscall__arg(regs, 2)))
		s->call.flags |= DK_FLAG_FAULT;
	s->call.extra_len = length;
	syscall__send(s, length);
	return 0;
}
