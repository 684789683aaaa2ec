/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Records on their way to the ring. */
#pragma once
#include "inode.h"
#include "task.h"
#include "walk.h"

/* Wake the drain thread early only when it could fall behind; otherwise it looks by itself every few milliseconds. */
#define EMIT_WAKE_BYTES (4u << 20)

static __always_inline __u64 emit__wake(void)
{
	__u64 waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);

	/* Of a small ring this is less than what is worth waking for. */
	if (alarm_above && waiting > alarm_above) {
		bpf_ringbuf_output(&alarm, &waiting, sizeof(waiting), BPF_RB_FORCE_WAKEUP);
		return BPF_RB_FORCE_WAKEUP;
	}
	return waiting > EMIT_WAKE_BYTES ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

/* Sends the call record built in the scratch area, with `payload` bytes of its data. */
static __always_inline void emit__scratch_send(struct dk_scratch *s, __u32 payload, const struct dk_id *id)
{
	if (payload > DK_PAYLOAD_MAX)
		payload = DK_PAYLOAD_MAX;
	s->call.size = sizeof(s->call) + payload;
	if (bpf_ringbuf_output(&ring, &s->call, sizeof(s->call) + payload, emit__wake()))
		loss__count(DK_LOSS_RING_FULL, id);
}

/* The name by which the inode is open, where there are several: which one is sent whenever it is another for the thread. */
static __always_inline struct dentry *emit__name(struct file *file, struct inode *inode)
{
	return READ(inode, i_nlink) > 1 ? READ(file, f_path.dentry) : NULL;
}

/* The path of a descriptor's inode, the first time that it is met. Uses the scratch area. */
static __always_inline void emit__path_once(struct dk_task *t, struct file *file, struct inode *inode)
{
	struct dk_id id = inode__identity(inode);
	struct dentry *name = emit__name(file, inode);
	struct dk_scratch *s;
	struct dk_path *rec;
	struct dentry *dentry;
	__u32 end;
	__u8 one = 1;
	bool cut = false;

	if (t->seen.ino == id.ino && t->seen.dev == id.dev && t->seen.gen == id.gen && (!name || t->seen_name == name))
		return;
	t->seen = id;
	t->seen_name = name;
	if (!name && bpf_map_lookup_elem(&seen, &id))
		return;
	bpf_map_update_elem(&seen, &id, &one, BPF_ANY);
	s = emit__scratch();
	if (!s)
		return;
	/* The path record is smaller than the call record: its payload starts inside the scratch head. */
	rec = (void *)s->data - sizeof(*rec);
	task__head(rec, DK_REC_PATH, sizeof(*rec), t->enter_ns);
	inode__fill(rec, inode);
	dentry = READ(file, f_path.dentry);
	if (!rec->nlink || !READ(dentry, d_hash.pprev))
		rec->flags |= DK_FLAG_DELETED;
	if (inode__nameless(inode, dentry))
		rec->flags |= DK_FLAG_NAMELESS;
	end = walk__names(s, 0, READ(file, f_path.mnt), dentry, &cut);
	if (cut)
		rec->flags |= DK_FLAG_CUT;
	rec->path_len = end;
	rec->reserved = 0;
	if (end > DK_PATH_MAX + DK_NAME_MAX)
		end = DK_PATH_MAX + DK_NAME_MAX;
	rec->size = sizeof(*rec) + end;
	if (bpf_ringbuf_output(&ring, rec, sizeof(*rec) + end, emit__wake())) {
		bpf_map_delete_elem(&seen, &id);
		t->seen.ino = 0;
		loss__count(DK_LOSS_RING_FULL, &id);
	}
}
