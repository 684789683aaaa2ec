/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* open creat openat openat2 open_by_handle_at that created or truncated a file. */
#include "../lib/syscall.h"

static __always_inline __u64 open__flags(struct pt_regs *regs)
{
	__u64 flags = 0;

	switch (syscall__nr(regs)) {
	case NR_OPEN:
		return syscall__arg(regs, 1);
	case NR_CREAT:
		return O_CREAT | O_TRUNC;
	case NR_OPENAT:
	case NR_OPEN_BY_HANDLE_AT:
		return syscall__arg(regs, 2);
	}
	bpf_probe_read_user(&flags, sizeof(flags), (void *)syscall__arg(regs, 2)); /* openat2 */
	return flags;
}

ON_EXIT(dk_open)
{
	struct dk_task *t = task__tracked();
	struct file *file = task__file(ret);
	__u64 flags = open__flags(regs);
	struct dentry *dentry;
	struct dk_scratch *s;
	struct inode *inode;
	struct dk_id id;
	__u32 mode, end;
	__u16 out = 0;
	__u8 one = 1;
	bool cut = false;

	if (!t || !file)
		return 0;
	mode = READ(file, f_mode);
	if (!(mode & (FMODE_CREATED | FMODE_WRITE)) && !(flags & O_TRUNC))
		return 0;
	inode = READ(file, f_inode);
	if (!inode__regular(inode))
		return 0;
	if (mode & FMODE_CREATED)
		out |= DK_FLAG_CREATED;
	if (flags & O_TMPFILE_BIT)
		out |= DK_FLAG_CREATED | DK_FLAG_UNNAMED;
	if (!out && !(flags & O_TRUNC)) {
		emit__path_once(t, file, inode);
		return 0;
	}
	s = syscall__begin(t, regs, ret);
	if (!s)
		return 0;
	inode__fill(&s->call, inode);
	dentry = READ(file, f_path.dentry);
	if (!s->call.nlink || !READ(dentry, d_hash.pprev))
		out |= DK_FLAG_DELETED;
	if (inode__nameless(inode, dentry))
		out |= DK_FLAG_NAMELESS;
	end = walk__names(s, 0, READ(file, f_path.mnt), dentry, &cut);
	if (cut)
		out |= DK_FLAG_CUT;
	s->call.flags = out;
	s->call.args[5] = flags;
	s->call.base1_len = end;
	id = inode__id(&s->call);
	bpf_map_update_elem(&seen, &id, &one, BPF_ANY);
	t->seen = id;
	t->seen_name = emit__name(file, inode);
	syscall__send(s, end);
	return 0;
}

/* io_uring_setup and io_setup: what is submitted from now on is not seen, so everything must be read back. */
ON_EXIT(dk_async_io)
{
	loss__count(DK_LOSS_IO_URING, NULL);
	return 0;
}
