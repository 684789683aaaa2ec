/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* write pwrite64 writev pwritev pwritev2: to regular files, and to terminals, pipes and sockets on fd 1 and 2. */
#include "../lib/cache.h"
#include "../lib/syscall.h"

/* A ring reservation needs a constant size. The smallest class that holds a piece of a page or less is taken; more than
 * that is cut into the largest classes that it fills, so that little of the ring is reserved in vain. */
#define CLASS_TINY 128
#define CLASS_SMALL 1024
#define CLASS_PAGE 4096
#define CLASS_MEDIUM 12288
#define CLASS_LARGE 32768
#define MAX_IOVECS 1024
#define MAX_RW (0x7ffff000u) /* MAX_RW_COUNT */
/* An iteration a buffer, and for each at most: its large pieces, two of medium size, three pages. */
#define MAX_PIECES (MAX_IOVECS * 6 + MAX_RW / CLASS_LARGE)

#define ASIDE_LEAST (256u << 10) /* a share of the smallest ring */

/* How much of a file a write whose place is not proved is looked for in. */
#define WINDOW_BYTES 65536
#define WINDOW_APPEND 8192 /* of a small append, beside some of its own length */
#define LONG_WAIT_NS 12000 /* others may have written much since the call began */

#define RWF_APPEND 0x10
#define RWF_NOAPPEND 0x20

#define SEND_PIECE(class_bytes)                                                                        \
	do {                                                                                           \
		struct dk_write *rec = bpf_ringbuf_reserve(&ring, sizeof(*rec) + (class_bytes), 0);    \
		if (!rec) {                                                                            \
			loss__count(DK_LOSS_RING_FULL, &id);                                           \
			break;                                                                         \
		}                                                                                      \
		__builtin_memcpy(rec, &p->head, sizeof(*rec));                                         \
		rec->at = p->at;                                                                       \
		rec->length = n;                                                                       \
		rec->size = sizeof(*rec) + n;                                                          \
		if (p->at + n == p->head.total)                                                        \
			rec->flags |= DK_FLAG_LAST;                                                    \
		if (bpf_probe_read_user(rec + 1, n, (void *)p->buffer))                                \
			rec->flags |= DK_FLAG_FAULT;                                                   \
		bpf_ringbuf_submit(rec, emit__wake());                                                 \
	} while (0)

static long write__piece(__u32 i, struct dk_scratch **ctx)
{
	struct dk_pieces *p = &(*ctx)->pieces;
	struct dk_id id = inode__id(&p->head);
	__u64 rest = p->head.total - p->at;
	__u64 n = p->left;

	if (!rest)
		return 1;
	if (!n) {
		struct iovec v;

		if (!p->next || bpf_probe_read_user(&v, sizeof(v), p->next)) {
			loss__count(DK_LOSS_UNREADABLE_MEMORY, &id);
			return 1;
		}
		p->next++;
		p->buffer = (__u64)v.base;
		p->left = v.len;
		return 0;
	}
	if (n > rest)
		n = rest;
	if (n <= CLASS_TINY) {
		SEND_PIECE(CLASS_TINY);
	} else if (n <= CLASS_SMALL) {
		SEND_PIECE(CLASS_SMALL);
	} else if (n < CLASS_MEDIUM) {
		if (n > CLASS_PAGE)
			n = CLASS_PAGE;
		SEND_PIECE(CLASS_PAGE);
	} else if (n < CLASS_LARGE) {
		n = CLASS_MEDIUM;
		SEND_PIECE(CLASS_MEDIUM);
	} else {
		n = CLASS_LARGE;
		SEND_PIECE(CLASS_LARGE);
	}
	p->at += n;
	p->buffer += n;
	p->left -= n;
	return 0;
}

static long window__page(__u32 i, struct dk_scratch **ctx)
{
	struct dk_scratch *s = *ctx;
	struct dk_peek *peek = &s->peek;
	__u64 offset = peek->offset + peek->at, n = CACHE_PAGE - offset % CACHE_PAGE, last;
	__u32 at = peek->at;
	void *address;

	if (at >= peek->length)
		return 1;
	if (n > peek->length - at)
		n = peek->length - at;
	address = cache__address(peek->mapping, offset);
	last = n - 1;
	VERIFIER_MASK(last, CACHE_PAGE - 1);
	VERIFIER_MASK(at, WINDOW_BYTES - 1);
	if (!address || bpf_probe_read_kernel(s->data + at, last + 1, address))
		return 1;
	peek->at += n;
	return 0;
}

/*
 * Sends what the file holds from where the position was before the call up to `end`: the write is in it. That may be much,
 * of a description that others left behind or a call that waited long for its turn: then the last part, where the write
 * is likely to be. False when that is too small or not cached.
 */
static __always_inline bool window__send(struct dk_task *t, struct dk_scratch *s, struct file *file, bool append, __u64 total,
					 __u64 end)
{
	struct dk_peek *peek = &s->peek;
	struct dk_window *rec = (void *)s->data - sizeof(*rec);
	bool brief = bpf_ktime_get_ns() - t->enter_ns < LONG_WAIT_NS; /* `end` was read before */
	__u64 most = append && brief && total < WINDOW_BYTES / 8 ? 4 * total + WINDOW_APPEND : WINDOW_BYTES - 1;
	__u64 begin = t->pos;
	__u32 length;

	if (begin > end - total || end - begin > most)
		begin = end > most ? end - most : 0;
	if (begin > end - total)
		return false;
	peek->mapping = cache__mapping(file);
	peek->offset = begin;
	peek->length = end - begin;
	peek->at = 0;
	bpf_loop(WINDOW_BYTES / CACHE_PAGE + 1, window__page, &s, 0);
	length = peek->at;
	if (length != peek->length)
		return false;
	VERIFIER_MASK(length, WINDOW_BYTES - 1);
	task__head(rec, DK_REC_WINDOW, sizeof(*rec) + length, t->enter_ns);
	rec->exit_ns = s->pieces.head.exit_ns; /* no later than the write's: records are put in the order of it */
	rec->offset = begin;
	rec->length = length;
	rec->reserved = 0;
	return !bpf_ringbuf_output(&ring, rec, sizeof(*rec) + length, emit__wake());
}

/* The offset that the call wrote at; with the ambiguous flag when the position does not prove it. */
static __always_inline __u64 write__offset(struct dk_task *t, struct dk_scratch *s, struct file *file, bool positioned,
					   __s64 given, bool append)
{
	struct dk_write *w = &s->pieces.head;
	__s64 end;

	if (positioned && !append)
		return given;
	if (positioned) /* O_APPEND wins over the offset, and the position does not move */
		return w->size_after - w->total;
	end = READ(file, f_pos);
	if ((__s64)(w->pos_before + w->total) == end)
		return end - w->total;
	/* An append is at the end as it was then: only a writer through this very description can have moved the position since. */
	if (window__send(t, s, file, append, w->total, end) || !append)
		w->flags |= DK_FLAG_AMBIGUOUS;
	return end - w->total;
}

/* A large write goes around the ring, so that it takes from nobody, however large it is: the guard has its bytes. */
static __always_inline bool write__aside(struct dk_task *t, struct dk_write *w, struct pt_regs *regs)
{
	struct dk_id id = inode__id(w);
	struct pid *pid = READ(bpf_get_current_task_btf(), thread_pid);
	struct dk_aside rec;
	__u64 number;

	if (w->total < ASIDE_LEAST || w->total < bpf_ringbuf_query(&ring, BPF_RB_RING_SIZE) / DK_ASIDE_SHARE)
		return false;
	number = bpf_core_field_offset(struct pid, numbers) + READ(pid, level) * bpf_core_type_size(struct upid);
	task__head(&rec, DK_REC_ASIDE, sizeof(rec), t->enter_ns);
	rec.exit_ns = w->exit_ns;
	rec.address = syscall__arg(regs, 1);
	rec.count = syscall__arg(regs, 2);
	rec.ns_tid = 0;
	rec.reserved = 0;
	bpf_probe_read_kernel(&rec.ns_tid, sizeof(rec.ns_tid), (void *)pid + number);
	w->flags |= DK_FLAG_ASIDE | DK_FLAG_LAST;
	w->size = sizeof(*w);
	w->at = 0;
	w->length = 0;
	if (bpf_ringbuf_output(&ring, &rec, sizeof(rec), emit__wake()) || bpf_ringbuf_output(&ring, w, sizeof(*w), emit__wake()))
		loss__count(DK_LOSS_RING_FULL, &id);
	return true;
}

static __always_inline int write__record(struct pt_regs *regs, long ret, bool vector, bool positioned, __s64 given, __u32 rwf)
{
	struct dk_task *t = task__tracked();
	struct dk_scratch *s = emit__scratch();
	struct dk_write *w;
	struct inode *inode = NULL;
	struct file *file;
	__u32 fd = syscall__arg(regs, 0);
	bool append;

	if (!t || !s || ret <= 0 || ret > MAX_RW)
		return 0;
	file = t->file;
	if (!file)
		return 0;
	if (t->file_id.ino) {
		if (file != task__file(fd)) {
			loss__count(DK_LOSS_DESCRIPTOR_REPLACED, &t->file_id);
			return 0;
		}
		inode = READ(file, f_inode);
		emit__path_once(t, file, inode);
	}
	w = &s->pieces.head;
	task__head(w, DK_REC_WRITE, 0, t->enter_ns);
	w->fd = fd;
	w->total = ret;
	w->open_file = (__u64)file;
	w->pos_before = t->pos;
	w->offset = 0;
	if (!inode) {
		inode__clear(w);
		w->flags |= DK_FLAG_OUTPUT;
	} else {
		inode__fill(w, inode);
		/* Overlayfs does not pass the flag on to the file that it writes to (fs/backing-file.c). */
		if (inode__overlay(inode))
			rwf &= ~RWF_NOAPPEND;
		append = rwf & RWF_APPEND || (!(rwf & RWF_NOAPPEND) && READ(file, f_flags) & O_APPEND);
		if (append)
			w->flags |= DK_FLAG_APPEND;
		w->offset = write__offset(t, s, file, positioned, given, append);
	}
	if (!vector && write__aside(t, w, regs))
		return 0;
	s->pieces.at = 0;
	s->pieces.next = vector ? (void *)syscall__arg(regs, 1) : NULL;
	s->pieces.buffer = vector ? 0 : syscall__arg(regs, 1);
	s->pieces.left = vector ? 0 : ret;
	bpf_loop(MAX_PIECES, write__piece, &s, 0);
	return 0;
}

ON_EXIT(dk_write)
{
	return write__record(regs, ret, false, false, 0, 0);
}

ON_EXIT(dk_pwrite64)
{
	return write__record(regs, ret, false, true, syscall__arg(regs, 3), 0);
}

ON_EXIT(dk_writev)
{
	return write__record(regs, ret, true, false, 0, 0);
}

ON_EXIT(dk_pwritev)
{
	return write__record(regs, ret, true, true, syscall__arg(regs, 3), 0);
}

ON_EXIT(dk_pwritev2)
{
	__s64 offset = syscall__arg(regs, 3);

	return write__record(regs, ret, true, offset != -1, offset, syscall__arg(regs, 5));
}
