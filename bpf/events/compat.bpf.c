/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Calls of 32-bit programs, whose numbers, registers and structures are others. They are not followed: one that can change a
 * file puts that file in doubt, one with a path everything. What only looks (most of what ld.so does) is nothing, and what is not
 * known goes to ingest, which names it.
 */
#include "../lib/syscall.h"

#define MAP_SHARED_BIT 1
#define SOCKETCALL_BIND 2

static __always_inline void compat__doubt_all(void)
{
	loss__count(DK_LOSS_COMPAT_SYSCALL, NULL);
}

static __always_inline void compat__doubt(struct dk_task *t, __u32 fd)
{
	struct file *file = task__file(fd);
	struct inode *inode = file ? READ(file, f_inode) : NULL;
	struct dk_id id;

	if (!inode || inode__pseudo(inode))
		return;
	emit__path_once(t, file, inode);
	id = (struct dk_id){
		.ino = READ(inode, i_ino),
		.dev = READ(inode, i_sb, s_dev),
		.gen = READ(inode, i_generation),
	};
	loss__count(DK_LOSS_COMPAT_SYSCALL, &id);
}

/* open and its siblings. The flags of creat and of openat2 are not looked at: who truncates has opened for writing. */
static __always_inline void compat__opened(struct dk_task *t, long ret)
{
	struct file *file = task__file(ret);
	__u32 mode = file ? READ(file, f_mode) : 0;

	if (mode & FMODE_CREATED)
		compat__doubt_all();
	else if (mode & FMODE_WRITE)
		compat__doubt(t, ret);
}

static __always_inline void compat__ioctl(struct dk_task *t, __u32 fd, __u32 command)
{
	struct file *file = task__file(fd);
	struct inode *inode = file ? READ(file, f_inode) : NULL;

	if (inode && inode__holds(inode) && ioctl__way(command) != IOCTL_HARMLESS)
		compat__doubt(t, fd);
}

static __always_inline void compat__unknown(struct dk_task *t, struct pt_regs *regs, long ret)
{
	struct dk_scratch *s = syscall__begin(t, regs, ret);

	if (!s)
		return;
	s->call.flags |= DK_FLAG_COMPAT;
	syscall__send(s, 0);
}

ON_EXIT(dk_compat)
{
	struct dk_task *t = task__tracked();
	__u32 nr = syscall__nr(regs);
	__u32 fd;

	if (!t)
		return 0;
	switch (nr < CALL_SLOTS ? compat_calls[nr] : COMPAT_UNKNOWN) {
	case COMPAT_UNKNOWN:
		compat__unknown(t, regs, ret);
		break;
	case COMPAT_ALL:
		compat__doubt_all();
		break;
	case COMPAT_FD:
		compat__doubt(t, READ(regs, bx));
		break;
	case COMPAT_THIRD_FD:
		compat__doubt(t, READ(regs, dx));
		break;
	case COMPAT_OPENS:
		compat__opened(t, ret);
		break;
	case COMPAT_MAPS: /* that of one pointer is too rare to be read */
		fd = READ(regs, di);
		if (nr == 90)
			compat__doubt_all();
		else if ((READ(regs, si) & MAP_SHARED_BIT) && (int)fd >= 0)
			compat__doubt(t, fd);
		break;
	case COMPAT_IOCTL:
		compat__ioctl(t, READ(regs, bx), READ(regs, cx));
		break;
	case COMPAT_SOCKETCALL:
		if ((__u32)READ(regs, bx) == SOCKETCALL_BIND)
			compat__doubt_all();
		break;
	}
	return 0;
}
