/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * The few kernel types that the programs read, with only the fields they need. CO-RE relocates them at load time,
 * so no vmlinux.h has to be generated on the build machine, which may have no BTF.
 */
#pragma once

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pt_regs {
	unsigned long di, si, dx, r10, r8, r9, orig_ax;
	unsigned long bx, cx; /* arguments of 32-bit programs */
};

struct dentry;

struct qstr {
	__u32 len;
	const unsigned char *name;
};

struct address_space;

struct super_block {
	__u32 s_dev;
	unsigned long s_flags;
	unsigned long s_magic;
};

struct inode {
	__u16 i_mode;
	struct {
		__u32 val;
	} i_uid;
	struct {
		__u32 val;
	} i_gid;
	struct super_block *i_sb;
	unsigned long i_ino;
	__u32 i_nlink;
	__u32 i_generation;
	__u32 i_rdev;
	__s64 i_size;
	struct address_space *i_mapping;
};

/* An inode of overlayfs, and the file in the upper layer that it stands for; absent on kernels without it. */
struct ovl_inode {
	struct inode vfs_inode;
	struct dentry *__upperdentry;
};

struct hlist_bl_node {
	struct hlist_bl_node *next, **pprev;
};

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct list_head {
	struct list_head *next;
};

struct seqcount {
	__u32 sequence;
};

struct seqcount_spinlock {
	struct seqcount seqcount;
};

struct dentry_operations {
	void *d_compare;
};

struct dentry {
	__u32 d_flags;
	struct seqcount_spinlock d_seq;
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct dentry_operations *d_op;
	struct super_block *d_sb;
	struct hlist_node d_sib;
	struct hlist_head d_children;
};

/* Before Linux 6.8. */
struct dentry___listed {
	struct list_head d_child, d_subdirs;
};

enum dentry_flags {
	DCACHE_MOUNTED = 0x8000,
};
#define DCACHE_MOUNTED_BEFORE_6_15 0x10000 /* a macro there */

struct vfsmount {
	struct dentry *mnt_root;
};

struct ns_common {
	__u32 inum;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct mount {
	struct mnt_namespace *mnt_ns;
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct list_head mnt_mounts, mnt_child;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct xa_node {
	unsigned char shift;
	void *slots[64];
};

struct xarray {
	void *xa_head;
};

struct address_space {
	struct xarray i_pages;
};

struct page {
	unsigned long flags;
};

struct folio {
	struct address_space *mapping;
	unsigned long index;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	__u32 f_flags;
	__u32 f_mode;
	__s64 f_pos;
};

struct fdtable {
	__u32 max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fs_struct {
	int umask;
	struct path root, pwd;
};

struct cred {
	struct {
		__u32 val;
	} fsuid;
	struct {
		__u32 val;
	} fsgid;
};

struct mm_struct {
	unsigned long arg_start, arg_end;
};

struct vm_area_struct {
	unsigned long vm_start, vm_end, vm_pgoff, vm_flags;
	struct file *vm_file;
};

struct signal_struct {
	struct {
		int counter;
	} live;
	int group_exit_code;
};

struct thread_info {
	unsigned long flags;
	__u32 status;
};

struct upid {
	int nr;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct task_struct {
	struct thread_info thread_info;
	struct pid *thread_pid;
	int pid, tgid;
	int exit_code;
	struct task_struct *group_leader;
	struct mm_struct *mm;
	struct cred *cred;
	struct fs_struct *fs;
	struct files_struct *files;
	struct signal_struct *signal;
	char comm[16];
};

struct sigaction {
	void *sa_handler;
};

struct k_sigaction {
	struct sigaction sa;
};

struct linux_binprm {
	const char *filename;
};

#pragma clang attribute pop

/*
 * READ(pointer, field...): follows pointers from field to field, 0 where memory is missing. Not for types of modules.
 *
 * The programs are compiled twice. With a cast (Linux 6.2) each step is one load; without, it is a call of a helper, which
 * takes ten times as long, and the verifier more steps.
 */
#ifdef DK_CAST
extern void *bpf_rdonly_cast(const void *from, __u32 type) __ksym;
#define CAST(from) ((typeof(from))bpf_rdonly_cast(from, bpf_core_type_id_kernel(typeof(*(from)))))
/* The compiler may not share the load with one from memory of another kind: the verifier knows a load by its pointer. */
#define LOADED(what)                             \
	({                                       \
		typeof(what) value = (what);     \
		asm volatile("" : "+r"(value));  \
		value;                           \
	})
#define READ_1(from, a) LOADED(CAST(from)->a)
#define READ_2(from, a, b) LOADED(CAST(from)->a->b)
#else
#define READ_1(from, a) BPF_CORE_READ(from, a)
#define READ_2(from, a, b) BPF_CORE_READ(from, a, b)
#endif
#define READ_N(one, two, name, ...) name
#define READ(from, ...) READ_N(__VA_ARGS__, READ_2, READ_1)(from, __VA_ARGS__)

/* System calls' user-space structures. */
struct iovec {
	void *base;
	__u64 len;
};

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFDIR 0040000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
#define S_IFIFO 0010000
#define O_CREAT 0100
#define O_TRUNC 01000
#define O_APPEND 02000
#define O_TMPFILE_BIT 020000000
#define FMODE_WRITE 2u
#define FMODE_CREATED 0x100000u
#define AT_FDCWD (-100)
#define TS_COMPAT 2u
#define SB_KERNMOUNT (1ul << 22)
#define OVERLAYFS_MAGIC 0x794c7630
