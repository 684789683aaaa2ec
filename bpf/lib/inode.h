/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Identity and attributes of inodes, and which filesystems are real. */
#pragma once
#include "maps.h"
#include "../gen/pseudo-filesystems.h"

/* The inode of the upper layer that an inode of overlayfs stands for; NULL while the file is in a lower layer only. */
static __always_inline struct inode *inode__upper(struct inode *inode)
{
	struct ovl_inode *shown = (void *)inode - bpf_core_field_offset(struct ovl_inode, vfs_inode);
	struct dentry *upper = BPF_CORE_READ(shown, __upperdentry); /* a module's type */

	return upper ? READ(upper, d_inode) : NULL;
}

static __always_inline bool inode__overlay(struct inode *inode)
{
	return READ(inode, i_sb, s_magic) == OVERLAYFS_MAGIC &&
	       bpf_core_field_exists(struct ovl_inode, __upperdentry);
}

/* The inode that holds the bytes. */
static __always_inline struct inode *inode__data(struct inode *inode)
{
	struct inode *upper = inode__overlay(inode) ? inode__upper(inode) : NULL;

	return upper ? upper : inode;
}

/*
 * What tells two lives of one inode number apart. Overlayfs shows the numbers of its layers and has no generations of its
 * own, so the upper layer's is taken. A file that is still in a lower layer has 0, and becomes another identity with the
 * same path when it is copied up: the names of a hard link in a lower layer share a number, and are separated then.
 */
static __always_inline __u32 inode__generation(struct inode *inode)
{
	struct inode *upper;

	if (!inode__overlay(inode))
		return READ(inode, i_generation);
	upper = inode__upper(inode);
	return upper ? READ(upper, i_generation) : 0;
}

static __always_inline struct dk_id inode__identity(struct inode *inode)
{
	return (struct dk_id){
		.ino = READ(inode, i_ino),
		.dev = READ(inode, i_sb, s_dev),
		.gen = inode__generation(inode),
	};
}

/* Copies identity and attributes into any record that has the inode fields. */
#define inode__fill(rec, inode)                                           \
	do {                                                              \
		(rec)->ino = READ(inode, i_ino);                 \
		(rec)->dev = READ(inode, i_sb, s_dev);           \
		(rec)->gen = inode__generation(inode);                    \
		(rec)->size_after = READ(inode, i_size);         \
		(rec)->mode = READ(inode, i_mode);               \
		(rec)->uid = READ(inode, i_uid.val);             \
		(rec)->gid = READ(inode, i_gid.val);             \
		(rec)->nlink = READ(inode, i_nlink);             \
	} while (0)

#define inode__clear(rec)                                                 \
	do {                                                              \
		(rec)->ino = 0;                                           \
		(rec)->dev = (rec)->gen = 0;                              \
		(rec)->size_after = 0;                                    \
		(rec)->mode = (rec)->uid = (rec)->gid = (rec)->nlink = 0; \
	} while (0)

/*
 * Found by a handle (open_by_handle_at) and by no name yet: the kernel does not know where it stands. Only directories are the
 * root of a filesystem.
 */
static __always_inline bool inode__nameless(struct inode *inode, struct dentry *dentry)
{
	return READ(dentry, d_parent) == dentry && (READ(inode, i_mode) & S_IFMT) != S_IFDIR;
}

#define inode__id(rec) ((struct dk_id){(rec)->ino, (rec)->dev, (rec)->gen})

/* Of a filesystem whose files are not data. */
static __always_inline bool inode__pseudo(struct inode *inode)
{
	struct super_block *sb = READ(inode, i_sb);

	if (READ(sb, s_flags) & SB_KERNMOUNT) /* pipes, sockets, memfd, anonymous inodes */
		return true;
	switch (READ(sb, s_magic)) {
	PSEUDO_FILESYSTEMS
		return true;
	}
	return false;
}

static __always_inline bool inode__regular(struct inode *inode)
{
	return (READ(inode, i_mode) & S_IFMT) == S_IFREG && !inode__pseudo(inode);
}

/* What ioctl can change: a regular file or directory. */
static __always_inline bool inode__holds(struct inode *inode)
{
	__u32 type = READ(inode, i_mode) & S_IFMT;

	return (type == S_IFREG || type == S_IFDIR) && !inode__pseudo(inode);
}

/* A terminal, pipe or socket; /dev/null and its siblings (major 1) are not output. */
static __always_inline bool inode__output(struct inode *inode)
{
	__u32 type = READ(inode, i_mode) & S_IFMT;

	if (type == S_IFCHR)
		return READ(inode, i_rdev) >> 20 != 1;
	return type == S_IFIFO || type == S_IFSOCK;
}
