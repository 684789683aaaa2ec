/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Calls that take names: where they start from, the strings as the program passed them, and their small operands. */
#include "../lib/look.h"
#include "../lib/syscall.h"

static __always_inline __u64 call__arg(struct dk_call *c, __u8 n)
{
	__u64 i = n - 1;

	if (i > 5)
		return 0;
	VERIFIER_MASK(i, 7);
	return c->args[i];
}

/* Unrolled: there is no memcmp to call here. */
#define STARTS_WITH(text, prefix)                                        \
	({                                                               \
		bool same = true;                                        \
		_Pragma("unroll") for (int at = 0; at < (int)sizeof(prefix) - 1; at++) \
			same &= *(volatile char *)&(text)[at] == (prefix)[at]; \
		same;                                                    \
	})

/*
 * The descriptor that a magic link names: /proc/self/fd/N, which glibc uses to emulate calls, or /dev/fd/N; or -1. Not static,
 * so that the verifier looks at it once.
 */
__noinline int call__magic_fd(__u64 name)
{
	char text[24] = {};
	int digits, fd = 0;

	bpf_probe_read_user_str(text, sizeof(text), (const char *)name);
	if (STARTS_WITH(text, "/proc/self/fd/"))
		digits = 14;
	else if (STARTS_WITH(text, "/dev/fd/"))
		digits = 8;
	else
		return -1;
	for (int i = 8; i < (int)sizeof(text) - 1; i++) {
		if (i < digits)
			continue;
		if (!text[i])
			return i > digits ? fd : -1;
		if (text[i] < '0' || text[i] > '9')
			return -1;
		fd = fd * 10 + (text[i] - '0');
	}
	return -1;
}

/* The descriptor that the call changes, because its first string names it or there is none (AT_EMPTY_PATH, futimens); or -1. */
static __always_inline int call__own_fd(struct pt_regs *regs, const struct operands *o)
{
	const char *name = (const char *)syscall__arg(regs, o->path1 - 1);
	char first = 0;

	bpf_probe_read_user(&first, 1, name);
	if (first)
		return call__magic_fd((__u64)name);
	return o->dir1 == CWD ? -1 : (int)syscall__arg(regs, o->dir1 - 1);
}

/* Appends the directory that string number `which` starts from, then the string. */
static __always_inline __u32 call__name(struct dk_scratch *s, __u32 pos, __u8 dir, const char *name, __u32 which,
					__u16 *base_len, __u16 *path_len)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct vfsmount *mnt = READ(task, fs, pwd.mnt);
	struct dentry *dentry = READ(task, fs, pwd.dentry);
	int fd = dir == CWD ? AT_FDCWD : (int)call__arg(&s->call, dir);
	struct file *file;
	__u32 end;
	char first = 0;
	bool cut = false;
	long n;

	bpf_probe_read_user(&first, 1, name);
	if (first == '/') {
		mnt = READ(task, fs, root.mnt);
		dentry = READ(task, fs, root.dentry);
	} else if (fd != AT_FDCWD) {
		file = task__file(fd);
		if (!file) {
			s->call.flags |= DK_FLAG_FAULT;
			return pos;
		}
		mnt = READ(file, f_path.mnt);
		dentry = READ(file, f_path.dentry);
	}
	s->strings[which].dentry = dentry;
	s->strings[which].mnt = walk__mount(mnt);
	end = walk__names_from(s, pos, mnt, dentry, READ(task, fs, root.dentry), &cut);
	*base_len = end - pos;
	if (cut)
		s->call.flags |= DK_FLAG_CUT;
	pos = end;
	if (pos > DK_PAYLOAD_MAX - DK_PATH_MAX)
		return pos;
	n = bpf_probe_read_user_str(s->data + pos, DK_PATH_MAX, name);
	if (n > 0 && n <= DK_PATH_MAX) {
		*path_len = n;
		s->strings[which].at = pos;
		s->strings[which].length = n - 1;
		pos += n;
	} else if (name) {
		s->call.flags |= DK_FLAG_FAULT;
	}
	return pos;
}

static __always_inline __u32 call__bytes(struct dk_scratch *s, __u32 pos, __u64 from, __u64 length)
{
	if (pos > DK_PAYLOAD_MAX - 65536 - DK_NAME_MAX || !from)
		return pos;
	if (length > 65536)
		length = 65536;
	VERIFIER_MASK(length, 0x1ffff);
	if (length > 65536 || bpf_probe_read_user(s->data + pos, length, (void *)from)) {
		s->call.flags |= DK_FLAG_FAULT;
		return pos;
	}
	return pos + length;
}

/* Where the value of an extended attribute is: struct xattr_args of setxattrat. */
struct xattr_value {
	__u64 address;
	__u32 size, flags;
};

static __always_inline __u32 call__extra(struct dk_scratch *s, __u32 pos, const struct operands *o)
{
	__u64 from = call__arg(&s->call, o->extra_arg);
	struct xattr_value value = {};
	__u32 start = pos;
	long n;

	switch (o->extra) {
	case EXTRA_BYTES_16:
		pos = call__bytes(s, pos, from, 16);
		break;
	case EXTRA_BYTES_24:
		pos = call__bytes(s, pos, from, 24);
		break;
	case EXTRA_BYTES_32:
		pos = call__bytes(s, pos, from, 32);
		break;
	case EXTRA_XATTR:
	case EXTRA_XATTR_NAME:
	case EXTRA_XATTR_ARGS:
		if (pos > DK_PAYLOAD_MAX - 2 * DK_NAME_MAX - 65536)
			return pos;
		n = bpf_probe_read_user_str(s->data + pos, DK_NAME_MAX, (void *)from);
		if (n <= 0 || n > DK_NAME_MAX) {
			s->call.flags |= DK_FLAG_FAULT;
			return pos;
		}
		pos += n;
		if (o->extra == EXTRA_XATTR_NAME)
			break;
		value.address = call__arg(&s->call, o->extra_arg + 1);
		value.size = call__arg(&s->call, o->extra_arg + 2);
		if (o->extra == EXTRA_XATTR_ARGS &&
		    bpf_probe_read_user(&value, sizeof(value), (void *)value.address))
			s->call.flags |= DK_FLAG_FAULT;
		pos = call__bytes(s, pos, value.address, value.size);
		break;
	}
	s->call.extra_len = pos - start;
	return pos;
}

ON_EXIT(dk_path_call)
{
	struct dk_task *t = task__tracked();
	const struct operands *o;
	struct inode *inode = NULL;
	struct dk_scratch *s;
	struct dk_call *c;
	__u32 pos = 0;
	__u32 nr = syscall__nr(regs);
	int fd;

	if (!t || nr >= CALL_SLOTS)
		return 0;
	o = &operands[nr];
	fd = call__own_fd(regs, o);
	if (fd >= 0) {
		struct file *file = task__file(fd);

		if (!file) {
			loss__count(DK_LOSS_DESCRIPTOR_REPLACED, NULL);
			return 0;
		}
		inode = READ(file, f_inode);
		if (inode__pseudo(inode))
			return 0;
		emit__path_once(t, file, inode);
	}
	s = syscall__begin(t, regs, ret);
	if (!s)
		return 0;
	c = &s->call;
	if (inode)
		inode__fill(c, inode);
	pos = call__name(s, pos, o->dir1, (void *)call__arg(c, o->path1), 0, &c->base1_len, &c->path1_len);
	if (o->path2)
		pos = call__name(s, pos, o->dir2, (void *)call__arg(c, o->path2), 1, &c->base2_len, &c->path2_len);
	pos = call__extra(s, pos, o);
	if (!inode)
		look__names(s);
	syscall__send(s, pos);
	return 0;
}

/*
 * A rename can move the directory that its own strings start from. Afterwards that directory has its new path, so where a
 * string is relative the start is also read before.
 */
SEC("tp_btf/sys_enter") int dk_rename_before(__u64 *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx[0];
	struct dk_task *t = task__tracked();
	const struct operands *o;
	struct dk_scratch *s;
	struct dk_call *c;
	__u32 pos, nr = syscall__nr(regs);
	char first = 0, second = 0;

	if (!t || nr >= CALL_SLOTS)
		return 0;
	o = &operands[nr];
	bpf_probe_read_user(&first, 1, (void *)syscall__arg(regs, o->path1 - 1));
	bpf_probe_read_user(&second, 1, (void *)syscall__arg(regs, o->path2 - 1));
	if (first == '/' && second == '/')
		return 0;
	s = syscall__begin(t, regs, 0);
	if (!s)
		return 0;
	c = &s->call;
	c->flags |= DK_FLAG_BEFORE;
	pos = call__name(s, 0, o->dir1, (void *)call__arg(c, o->path1), 0, &c->base1_len, &c->path1_len);
	pos = call__name(s, pos, o->dir2, (void *)call__arg(c, o->path2), 1, &c->base2_len, &c->path2_len);
	syscall__send(s, pos);
	return 0;
}

/* bind(2) of a unix socket to a name. */
ON_EXIT(dk_bind)
{
	struct dk_task *t = task__tracked();
	__u64 address = syscall__arg(regs, 1);
	struct dk_scratch *s;
	__u16 family = 0;
	char first = 0;
	__u32 pos;

	bpf_probe_read_user(&family, sizeof(family), (void *)address);
	bpf_probe_read_user(&first, 1, (void *)address + 2);
	if (!t || family != 1 || !first || syscall__arg(regs, 2) <= 2)
		return 0;
	s = syscall__begin(t, regs, ret);
	if (!s)
		return 0;
	pos = call__name(s, 0, CWD, (void *)address + 2, 0, &s->call.base1_len, &s->call.path1_len);
	syscall__send(s, pos);
	return 0;
}

/* Calls on a descriptor: those whose rows have no path. */
ON_EXIT(dk_fd_call)
{
	struct dk_task *t = task__tracked();
	struct file *file = task__file(syscall__arg(regs, 0));
	struct inode *inode;
	struct dk_scratch *s;
	__u32 nr, pos;

	if (!t)
		return 0;
	if (!file) {
		loss__count(DK_LOSS_DESCRIPTOR_REPLACED, NULL);
		return 0;
	}
	inode = READ(file, f_inode);
	if (inode__pseudo(inode))
		return 0;
	emit__path_once(t, file, inode);
	s = syscall__begin(t, regs, ret);
	if (!s)
		return 0;
	inode__fill(&s->call, inode);
	nr = s->call.nr;
	if (nr >= CALL_SLOTS)
		return 0;
	pos = call__extra(s, 0, &operands[nr]);
	syscall__send(s, pos);
	return 0;
}

/* sync, syncfs. */
ON_EXIT(dk_sync)
{
	struct dk_task *t = task__tracked();
	struct dk_scratch *s;

	if (!t)
		return 0;
	s = syscall__begin(t, regs, ret);
	if (s)
		syscall__send(s, 0);
	return 0;
}

/* Calls that are not followed, or not known: ingest says so. Of the x32 interface those are left out that change nothing. */
ON_EXIT(dk_other_call)
{
	struct dk_task *t = task__tracked();
	__u32 nr = syscall__nr(regs), plain = nr & ~X32_BIT;
	struct dk_scratch *s;

	if (!t || (nr & X32_BIT && plain < CALL_SLOTS && harmless_calls[plain]))
		return 0;
	s = syscall__begin(t, regs, ret);
	if (s)
		syscall__send(s, 0);
	return 0;
}
