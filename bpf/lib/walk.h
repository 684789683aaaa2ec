/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * From a (mount, dentry) up to the recorder's root directory. A mount of another mount namespace means nothing there: of
 * what is in one, the names go up to the root of its filesystem; then come an entry that no name can be, "/", device and
 * namespace in hexadecimal, and the names of the mount point as they are in that namespace. Where a process that called chroot
 * starts, an empty name stands for its root directory.
 */
#pragma once
#include "maps.h"

/* Deep enough for a path of DK_PATH_MAX bytes with one-letter names, and the mounts on the way. */
#define WALK_STEPS (DK_PATH_MAX / 2 + 64)

static long walk__step(__u32 i, struct dk_scratch **ctx)
{
	struct dk_scratch *s = *ctx;
	struct dentry *dentry = s->walk.dentry, *parent;
	struct mount *mnt = s->walk.mnt;
	__u32 pos = s->walk.pos, len;
	const unsigned char *name;

	if (dentry == s->walk.root && pos < DK_PAYLOAD_MAX - DK_NAME_MAX) {
		s->data[pos] = 0;
		s->walk.pos = pos + 1;
		s->walk.root = NULL;
		return 0;
	}
	if (!s->walk.foreign && dentry == root_dentry && (void *)mnt + bpf_core_field_offset(struct mount, mnt) == (void *)root_mnt)
		return 1;
	if (!s->walk.foreign && dentry == READ(mnt, mnt.mnt_root)) {
		struct mount *up = READ(mnt, mnt_parent);

		if (up == mnt)
			return 1;
		s->walk.dentry = READ(mnt, mnt_mountpoint);
		s->walk.mnt = up;
		return 0;
	}
	parent = READ(dentry, d_parent);
	if (parent == dentry)
		return 1;
	len = READ(dentry, d_name.len) & (DK_NAME_MAX - 1);
	name = READ(dentry, d_name.name);
	/* Here, because the verifier of old kernels forgets what it knew of `pos` before the reads. */
	asm volatile("" : "+r"(pos));
	if (pos >= s->walk.end || pos >= DK_PAYLOAD_MAX - DK_NAME_MAX) {
		s->walk.cut = 1;
		return 1;
	}
	bpf_probe_read_kernel(s->data + pos, len, name);
	s->data[pos + len] = 0;
	s->walk.pos = pos + len + 1;
	s->walk.dentry = parent;
	return 0;
}

static __always_inline struct mount *walk__mount(struct vfsmount *mnt)
{
	return (void *)mnt - bpf_core_field_offset(struct mount, mnt);
}

/* Ends the names within the filesystem, and goes on with those of its mount point. */
static __always_inline void walk__mark(struct dk_scratch *s, struct mount *mnt, struct dentry *dentry)
{
	static const char format[] = "/%08x%08x";
	__u64 args[] = {READ(dentry, d_sb, s_dev), READ(mnt, mnt_ns, ns.inum)};
	struct mount *up = READ(mnt, mnt_parent);
	__u32 pos = s->walk.pos;

	if (pos >= DK_PAYLOAD_MAX - DK_NAME_MAX) {
		s->walk.cut = 1;
		return;
	}
	bpf_snprintf(s->data + pos, 18, format, args, sizeof(args));
	s->walk.pos = pos + 18;
	s->walk.foreign = 0;
	if (up == mnt)
		return;
	s->walk.dentry = READ(mnt, mnt_mountpoint);
	s->walk.mnt = up;
	bpf_loop(WALK_STEPS, walk__step, &s, 0);
}

/*
 * The walk that s->walk begins. A function that is not static is verified once, whatever is known where it is called; it
 * takes nothing, because the verifier knows what its pointers are no better.
 */
__noinline int walk__all(void)
{
	struct dk_scratch *s = emit__scratch();
	struct dentry *dentry;
	struct mount *at;

	if (!s)
		return 0;
	dentry = s->walk.dentry;
	at = s->walk.mnt;
	s->walk.foreign = READ(at, mnt_ns) != READ(walk__mount(root_mnt), mnt_ns);
	if (s->walk.foreign || s->walk.root == root_dentry)
		s->walk.root = NULL;
	bpf_loop(WALK_STEPS, walk__step, &s, 0);
	if (s->walk.foreign)
		walk__mark(s, at, dentry);
	return 0;
}

/* Appends names, leaf first, each with a NUL, to s->data at `pos`; returns the position after them. `root` is marked. */
static __always_inline __u32 walk__names_from(struct dk_scratch *s, __u32 pos, struct vfsmount *mnt,
					      struct dentry *dentry, struct dentry *root, bool *cut)
{
	s->walk.root = root;
	s->walk.dentry = dentry;
	s->walk.mnt = walk__mount(mnt);
	s->walk.pos = pos;
	s->walk.end = pos + DK_PATH_MAX;
	s->walk.cut = 0;
	walk__all();
	if (s->walk.cut)
		*cut = true;
	return s->walk.pos;
}

static __always_inline __u32 walk__names(struct dk_scratch *s, __u32 pos, struct vfsmount *mnt, struct dentry *dentry,
					 bool *cut)
{
	return walk__names_from(s, pos, mnt, dentry, NULL, cut);
}
