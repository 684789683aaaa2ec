/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * What a name stands for when a call that changes or uses it returns. Of two calls to one name that overlapped in time, that
 * says which came last; when they ended does not. So the one that ends last looks. The name is looked up in the
 * kernel's cache of names, without its locks: what moves while it is looked for is looked for again, and when that does not
 * help, nothing is said.
 */
#pragma once
#include "emit.h"

/* When a call to a name ended last, by a hash of the name. Names that share a slot cost a look in vain. */
#define LOOK_SLOTS 1024
__u64 name_ends[LOOK_SLOTS] __weak;

/* Bytes of the path, and directory entries, that one look takes at most. */
#define LOOK_STEPS 8192
#define LOOK_TRIES 4

enum {
	LOOK_SLASHES,   /* go to the next component */
	LOOK_COMPONENT, /* copy it */
	LOOK_CHILDREN,  /* search the directory for it */
	LOOK_MOUNTS,    /* something is mounted there */
	LOOK_FOUND,
	LOOK_ABSENT,
	LOOK_UNKNOWN,
};

/* Notes that the call is about the name; true when another call to it, or to one in the same slot, ended during this one. */
static __always_inline bool look__overlapped(struct dk_scratch *s, __u32 which)
{
	struct dk_string *string = &s->strings[which];
	__u32 end = string->at + string->length, hash = 0;
	unsigned char tail[8] = {};
	bool is_name = true;

	if (!string->length || end < sizeof(tail) || end > DK_PAYLOAD_MAX)
		return false;
	bpf_probe_read_kernel(tail, sizeof(tail), s->data + end - sizeof(tail));
	_Pragma("unroll") for (int i = sizeof(tail) - 1; i >= 0; i--)
	{
		is_name = is_name && tail[i] && tail[i] != '/';
		if (is_name)
			hash = hash * 31 + tail[i];
	}
	hash ^= hash >> 10;
	VERIFIER_MASK(hash, LOOK_SLOTS - 1);
	if (hash >= LOOK_SLOTS)
		return false;
	return __sync_lock_test_and_set(&name_ends[hash], s->call.exit_ns) > s->call.enter_ns;
}

static __always_inline bool look__is_listed(void)
{
	return !bpf_core_field_exists(struct dentry, d_children);
}

static __always_inline void *look__first(struct dentry *dir)
{
	if (look__is_listed())
		return READ((struct dentry___listed *)dir, d_subdirs.next);
	return READ(dir, d_children.first);
}

/* The child whose link in the list of its directory's children this is; NULL at the end. */
static __always_inline struct dentry *look__child(struct dentry *dir, void *link)
{
	if (!look__is_listed())
		return link ? link - bpf_core_field_offset(struct dentry, d_sib) : NULL;
	if (link == (void *)dir + bpf_core_field_offset(struct dentry___listed, d_subdirs))
		return NULL;
	return link - bpf_core_field_offset(struct dentry___listed, d_child);
}

static __always_inline void *look__next(struct dentry *child)
{
	if (look__is_listed())
		return READ((struct dentry___listed *)child, d_child.next);
	return READ(child, d_sib.next);
}

static __always_inline bool look__has_mount(struct dentry *dentry)
{
	__u32 flag = bpf_core_enum_value_exists(enum dentry_flags, DCACHE_MOUNTED) ?
			     bpf_core_enum_value(enum dentry_flags, DCACHE_MOUNTED) :
			     DCACHE_MOUNTED_BEFORE_6_15;

	return READ(dentry, d_flags) & flag;
}

/* Whether the child has the name that is looked for. */
static __always_inline bool look__same(struct dk_lookup *l, struct dentry *child)
{
	__u32 length = l->length & (DK_NAME_MAX - 1);

	if (READ(child, d_name.len) != length || !READ(child, d_hash.pprev))
		return false;
	if (bpf_probe_read_kernel(l->have, length, READ(child, d_name.name)))
		return false;
	for (__u32 i = 0; i < DK_NAME_MAX / 8; i++) {
		__u64 differs = l->have[i] ^ l->want[i];

		if (length <= i * 8)
			return true;
		if (length - i * 8 < 8)
			differs <<= 64 - 8 * (length - i * 8);
		if (differs)
			return false;
	}
	return true;
}

static __always_inline __u32 look__enter(struct dk_lookup *l, struct dentry *dentry, struct inode *inode)
{
	struct mount *mnt = l->mnt;

	l->dentry = dentry;
	l->inode = inode;
	if (!look__has_mount(dentry))
		return LOOK_SLASHES;
	l->mounts = (void *)mnt + bpf_core_field_offset(struct mount, mnt_mounts);
	l->mounted = READ(mnt, mnt_mounts.next);
	return LOOK_MOUNTS;
}

static __always_inline __u32 look__sequence(struct dentry *dentry)
{
	return READ(dentry, d_seq.seqcount.sequence);
}

static __always_inline __u32 look__search(struct dk_lookup *l)
{
	struct dentry *head;

	l->first = l->next = look__first(l->dentry);
	head = look__child(l->dentry, l->first);
	l->first_sequence = head ? look__sequence(head) : 0;
	return LOOK_CHILDREN;
}

static __always_inline bool look__head_moved(struct dk_lookup *l)
{
	struct dentry *head = look__child(l->dentry, l->first);

	return look__first(l->dentry) != l->first || (head && look__sequence(head) != l->first_sequence);
}

static __always_inline __u32 look__slashes(struct dk_scratch *s, struct dk_lookup *l)
{
	struct dentry *dir = l->dentry;
	__u32 at = l->at;

	VERIFIER_MASK(at, 0x1ffff);
	if (at >= DK_PAYLOAD_MAX)
		return LOOK_UNKNOWN;
	if (!s->data[at])
		return dir ? LOOK_FOUND : LOOK_ABSENT;
	if (s->data[at] == '/') {
		l->at = at + 1;
		return LOOK_SLASHES;
	}
	/* Of what is not there, or is no directory, nothing can be told. */
	if (!dir || (READ(dir, d_inode, i_mode) & S_IFMT) != S_IFDIR)
		return LOOK_UNKNOWN;
	l->length = 0;
	__builtin_memset(l->want, 0, sizeof(l->want));
	return LOOK_COMPONENT;
}

static __always_inline __u32 look__component(struct dk_scratch *s, struct dk_lookup *l)
{
	char *want = (char *)l->want, c;
	__u32 at = l->at, length = l->length;
	struct dentry *dir = l->dentry;
	struct mount *mnt = l->mnt;

	VERIFIER_MASK(at, 0x1ffff);
	if (at >= DK_PAYLOAD_MAX || length >= DK_NAME_MAX - 1)
		return LOOK_UNKNOWN;
	c = s->data[at];
	if (c && c != '/') {
		want[length] = c;
		l->length = length + 1;
		l->at = at + 1;
		return LOOK_COMPONENT;
	}
	if (length == 1 && want[0] == '.')
		return LOOK_SLASHES;
	if (length == 2 && want[0] == '.' && want[1] == '.') {
		if (dir == l->root || dir == READ(mnt, mnt.mnt_root))
			return LOOK_UNKNOWN;
		dir = READ(dir, d_parent);
		l->dentry = dir;
		l->inode = READ(dir, d_inode);
		return LOOK_SLASHES;
	}
	return look__search(l);
}

/*
 * What is added or moved goes to the list's head. So when the head is another one at the end, or has moved itself, the name may
 * have come while we were past it; and a child of another directory has taken us to that one's list. While a child moves, its
 * sequence is odd and it has no name.
 */
static __always_inline __u32 look__children(struct dk_lookup *l)
{
	struct dentry *dir = l->dentry, *child = look__child(dir, l->next);
	__u32 sequence = child ? look__sequence(child) : 0;
	bool has_moved = child ? READ(child, d_parent) != dir : look__head_moved(l);
	struct dentry_operations *op;
	struct inode *inode = NULL;

	if (child && !has_moved) {
		bool is_same = look__same(l, child);

		if (is_same)
			inode = READ(child, d_inode);
		has_moved = sequence & 1 || look__sequence(child) != sequence;
		if (!is_same && !has_moved) {
			l->next = look__next(child);
			return LOOK_CHILDREN;
		}
	}
	if (has_moved)
		return ++l->tries < LOOK_TRIES ? look__search(l) : LOOK_UNKNOWN;
	if (inode)
		return look__enter(l, child, inode);
	/* Where names that are not the same bytes can be the same name. */
	op = READ(dir, d_op);
	if (!child && op && READ(op, d_compare))
		return LOOK_UNKNOWN;
	l->dentry = NULL;
	return LOOK_SLASHES;
}

static __always_inline __u32 look__mounts(struct dk_lookup *l)
{
	struct mount *mnt = (void *)l->mounted - bpf_core_field_offset(struct mount, mnt_child);

	if (l->mounted == l->mounts) /* mounted in another namespace only */
		return LOOK_SLASHES;
	if (READ(mnt, mnt_mountpoint) == l->dentry) {
		struct dentry *root = READ(mnt, mnt.mnt_root);

		l->mnt = mnt;
		return look__enter(l, root, READ(root, d_inode));
	}
	l->mounted = READ(mnt, mnt_child.next);
	return LOOK_MOUNTS;
}

static long look__step(__u32 i, struct dk_scratch **ctx)
{
	struct dk_scratch *s = *ctx;
	struct dk_lookup *l = &s->lookup;

	switch (l->step) {
	case LOOK_SLASHES:
		l->step = look__slashes(s, l);
		break;
	case LOOK_COMPONENT:
		l->step = look__component(s, l);
		break;
	case LOOK_CHILDREN:
		l->step = look__children(l);
		break;
	case LOOK_MOUNTS:
		l->step = look__mounts(l);
		break;
	default:
		return 1;
	}
	return 0;
}

/* Sends what the call's string stands for. Not static, so that the verifier looks at it once. */
__noinline int look__send(__u32 which)
{
	struct dk_scratch *s = emit__scratch();
	struct dk_string *string;
	struct dentry *dentry;
	struct inode *inode;
	struct dk_look *look;

	if (!s || which > 1)
		return 0;
	string = &s->strings[which];
	dentry = string->dentry;
	s->lookup.dentry = dentry;
	s->lookup.inode = READ(dentry, d_inode);
	s->lookup.mnt = string->mnt;
	s->lookup.root = READ(bpf_get_current_task_btf(), fs, root.dentry);
	s->lookup.at = string->at;
	s->lookup.step = LOOK_SLASHES;
	s->lookup.tries = 0;
	look = &s->look;
	look->began_ns = bpf_ktime_get_ns();
	bpf_loop(LOOK_STEPS, look__step, &s, 0);
	if (s->lookup.step != LOOK_FOUND && s->lookup.step != LOOK_ABSENT)
		return 0;
	task__head(look, DK_REC_LOOK, sizeof(*look), s->call.enter_ns);
	look->ended_ns = look->exit_ns;
	look->exit_ns = s->call.exit_ns; /* stands before its call */
	inode__clear(look);
	if (s->lookup.step == LOOK_FOUND) {
		inode = s->lookup.inode;
		inode__fill(look, inode);
	}
	look->which = which;
	look->reserved = 0;
	bpf_ringbuf_output(&ring, look, sizeof(*look), emit__wake());
	return 0;
}

/* Of a call whose strings are in the scratch area. */
static __always_inline void look__names(struct dk_scratch *s)
{
	bool first = look__overlapped(s, 0), second = look__overlapped(s, 1);

	if (!first && !second)
		return;
	look__send(0);
	if (s->strings[1].length)
		look__send(1);
}
