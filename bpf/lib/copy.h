/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Copies inside the kernel into a regular file. */
#pragma once
#include "cache.h"
#include "syscall.h"

/* A call moves less than 2 GiB. */
#define MAX_PAGES ((1u << 19) + 1)

/* After the call: where it began, from the explicit offset if one was given, else from the position. */
static __always_inline __u64 copy__begin(struct file *file, __u64 explicit, __u64 length)
{
	__s64 at = 0;

	if (explicit)
		bpf_probe_read_user(&at, sizeof(at), (void *)explicit);
	else
		at = READ(file, f_pos);
	return at - length;
}

/* Whether something else moved the destination's position during the call. */
static __always_inline __u16 copy__flags(struct dk_task *t, struct file *out, __u64 explicit, __u64 length)
{
	if (explicit || (__s64)(t->pos + length) == READ(out, f_pos))
		return 0;
	return DK_FLAG_AMBIGUOUS;
}

/* Sends the rest of the page that the copy has come to. */
static long copy__piece(__u32 i, struct dk_scratch **ctx)
{
	struct dk_pieces *p = &(*ctx)->pieces;
	struct address_space *mapping = (void *)p->buffer;
	struct dk_id id = inode__id(&p->head);
	__u64 at = p->at, offset = p->head.offset + at, n = CACHE_PAGE - offset % CACHE_PAGE, last;
	struct dk_write *rec;
	void *address;

	if (at >= p->head.total)
		return 1;
	if (n > p->head.total - at)
		n = p->head.total - at;
	p->at = at + n;
	last = n - 1;
	VERIFIER_MASK(last, CACHE_PAGE - 1);
	rec = bpf_ringbuf_reserve(&ring, sizeof(*rec) + CACHE_PAGE, 0);
	if (!rec) {
		loss__count(DK_LOSS_RING_FULL, &id);
		return 0;
	}
	__builtin_memcpy(rec, &p->head, sizeof(*rec));
	rec->at = at;
	rec->length = n;
	rec->size = sizeof(*rec) + n;
	if (p->at == p->head.total)
		rec->flags |= DK_FLAG_LAST;
	address = cache__address(mapping, offset);
	/* Looked up again: the page may have gone while it was read. */
	if (!address || bpf_probe_read_kernel(rec + 1, last + 1, address) || cache__address(mapping, offset) != address)
		rec->flags |= DK_FLAG_FAULT;
	bpf_ringbuf_submit(rec, emit__wake());
	return 0;
}

/* What came from a pipe or the like is a write, with the bytes that the file holds now. */
static __always_inline void copy__bytes(struct dk_task *t, struct file *out, struct inode *inode, __u64 offset, __u64 length,
					__u16 flags)
{
	struct dk_scratch *s = emit__scratch();
	struct dk_write *w;

	if (!s)
		return;
	emit__path_once(t, out, inode);
	w = &s->pieces.head;
	task__head(w, DK_REC_WRITE, 0, t->enter_ns);
	inode__fill(w, inode);
	w->flags |= flags;
	w->fd = 0;
	w->offset = offset;
	w->total = length;
	w->open_file = (__u64)out;
	w->pos_before = t->pos;
	s->pieces.at = 0;
	s->pieces.buffer = (__u64)cache__mapping(out);
	bpf_loop(MAX_PAGES, copy__piece, &s, 0);
}

static __always_inline int copy__record(struct dk_task *t, __u32 nr, struct file *in, __u64 src_offset, struct file *out,
					__u64 offset, __u64 length, __u16 flags)
{
	struct inode *inode = READ(out, f_inode);
	struct inode *src = in ? READ(in, f_inode) : NULL;
	struct dk_copy rec = {};
	struct dk_id id;

	if (!inode__regular(inode))
		return 0;
	if (src && inode__regular(src)) {
		emit__path_once(t, in, src);
		rec.src_ino = READ(src, i_ino);
		rec.src_dev = READ(src, i_sb, s_dev);
		rec.src_gen = inode__generation(src);
		rec.src_offset = src_offset;
	} else {
		copy__bytes(t, out, inode, offset, length, flags);
		return 0;
	}
	emit__path_once(t, out, inode);
	task__head(&rec, DK_REC_COPY, sizeof(rec), t->enter_ns);
	inode__fill(&rec, inode);
	rec.flags |= flags;
	rec.offset = offset;
	rec.length = length;
	rec.nr = nr;
	id = inode__id(&rec);
	if (bpf_ringbuf_output(&ring, &rec, sizeof(rec), emit__wake()))
		loss__count(DK_LOSS_RING_FULL, &id);
	return 0;
}
