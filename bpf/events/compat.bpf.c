/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Calls of 32-bit programs, whose numbers, registers and structures are others. They are not followed: one that can change a
 * file puts that file in doubt, one with a path everything. What only looks (most of what ld.so does) is nothing.
 */
#include "../lib/syscall.h"

#define MAP_SHARED_BIT 1
#define FICLONE 0x40049409u
#define FICLONERANGE 0x4020940du
#define SOCKETCALL_BIND 2

enum compat { LOOKS, PATH, FD, THIRD_FD, OPENS, MAPS, IOCTL, SOCKETCALL };

/* i386 numbers (arch/x86/entry/syscalls/syscall_32.tbl). FD: the first argument is what changes; THIRD_FD: the third. */
static const __u8 compat_calls[512] = {
	[4] = FD,      /* write */
	[5] = OPENS,   /* open */
	[8] = OPENS,   /* creat */
	[9] = PATH,    /* link */
	[10] = PATH,   /* unlink */
	[14] = PATH,   /* mknod */
	[15] = PATH,   /* chmod */
	[16] = PATH,   /* lchown16 */
	[21] = PATH,   /* mount */
	[22] = PATH,   /* umount */
	[30] = PATH,   /* utime */
	[38] = PATH,   /* rename */
	[39] = PATH,   /* mkdir */
	[40] = PATH,   /* rmdir */
	[52] = PATH,   /* umount2 */
	[54] = IOCTL,  /* ioctl */
	[83] = PATH,   /* symlink */
	[90] = MAPS,   /* mmap, of one pointer */
	[92] = PATH,   /* truncate */
	[93] = FD,     /* ftruncate */
	[94] = FD,     /* fchmod */
	[95] = FD,     /* fchown16 */
	[102] = SOCKETCALL,
	[146] = FD,    /* writev */
	[181] = FD,    /* pwrite64 */
	[182] = PATH,  /* chown16 */
	[187] = FD,    /* sendfile */
	[192] = MAPS,  /* mmap2 */
	[193] = PATH,  /* truncate64 */
	[194] = FD,    /* ftruncate64 */
	[198] = PATH,  /* lchown */
	[207] = FD,    /* fchown */
	[212] = PATH,  /* chown */
	[217] = PATH,  /* pivot_root */
	[226] = PATH,  /* setxattr */
	[227] = PATH,  /* lsetxattr */
	[228] = FD,    /* fsetxattr */
	[235] = PATH,  /* removexattr */
	[236] = PATH,  /* lremovexattr */
	[237] = FD,    /* fremovexattr */
	[239] = FD,    /* sendfile64 */
	[245] = PATH,  /* io_setup */
	[271] = PATH,  /* utimes */
	[295] = OPENS, /* openat */
	[296] = PATH,  /* mkdirat */
	[297] = PATH,  /* mknodat */
	[298] = PATH,  /* fchownat */
	[299] = PATH,  /* futimesat */
	[301] = PATH,  /* unlinkat */
	[302] = PATH,  /* renameat */
	[303] = PATH,  /* linkat */
	[304] = PATH,  /* symlinkat */
	[306] = PATH,  /* fchmodat */
	[313] = THIRD_FD, /* splice */
	[320] = PATH,  /* utimensat */
	[324] = FD,    /* fallocate */
	[334] = FD,    /* pwritev */
	[342] = OPENS, /* open_by_handle_at */
	[353] = PATH,  /* renameat2 */
	[361] = PATH,  /* bind */
	[377] = THIRD_FD, /* copy_file_range */
	[379] = FD,    /* pwritev2 */
	[412] = PATH,  /* utimensat_time64 */
	[425] = PATH,  /* io_uring_setup */
	[429] = PATH,  /* move_mount */
	[437] = OPENS, /* openat2 */
	[452] = PATH,  /* fchmodat2 */
};

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

ON_EXIT(dk_compat)
{
	struct dk_task *t = task__tracked();
	__u32 nr = syscall__nr(regs);
	__u32 fd;

	if (!t)
		return 0;
	if (nr >= 512) {
		compat__doubt_all();
		return 0;
	}
	switch (compat_calls[nr]) {
	case PATH:
		compat__doubt_all();
		break;
	case FD:
		compat__doubt(t, READ(regs, bx));
		break;
	case THIRD_FD:
		compat__doubt(t, READ(regs, dx));
		break;
	case OPENS:
		compat__opened(t, ret);
		break;
	case MAPS: /* that of one pointer is too rare to be read */
		fd = READ(regs, di);
		if (nr == 90)
			compat__doubt_all();
		else if ((READ(regs, si) & MAP_SHARED_BIT) && (int)fd >= 0)
			compat__doubt(t, fd);
		break;
	case IOCTL:
		if ((__u32)READ(regs, cx) == FICLONE || (__u32)READ(regs, cx) == FICLONERANGE)
			compat__doubt(t, READ(regs, bx));
		break;
	case SOCKETCALL:
		if ((__u32)READ(regs, bx) == SOCKETCALL_BIND)
			compat__doubt_all();
		break;
	}
	return 0;
}
