/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Writable shared mappings. Stores to memory are not calls, so what a mapping holds is taken when it is about to go or to
 * be made durable: on the way into munmap, msync, and the exit of the process. Pages that are not present were not
 * changed through it, or were reclaimed since; the whole file is read back when the command has ended.
 */
#include "../lib/syscall.h"

#define MAP_SHARED_BIT 1
#define PAGE 4096
#define LARGE (64 * PAGE)
/* A call looks at no more than 1 GiB. */
#define STEPS (1 << 18)
#define VM_SHARED 8ul
#define VM_MAYWRITE 0x20ul

static long mapping__found(struct task_struct *task, struct vm_area_struct *vma, struct dk_scratch **ctx)
{
	struct dk_view *view = &(*ctx)->view;
	unsigned long both = VM_SHARED | VM_MAYWRITE;

	if ((BPF_CORE_READ(vma, vm_flags) & both) != both)
		return 0;
	view->file = BPF_CORE_READ(vma, vm_file);
	view->start = BPF_CORE_READ(vma, vm_start);
	view->end = BPF_CORE_READ(vma, vm_end);
	view->offset = (__u64)BPF_CORE_READ(vma, vm_pgoff) * PAGE;
	return 0;
}

/* Notes which file of overlayfs was mapped, now that the mapping has the upper layer's. */
static __always_inline void mapping__note_upper(struct dk_scratch *s, struct inode *inode, __u64 address)
{
	struct dk_id shown = inode__identity(inode), upper;
	struct file *file;

	if (!inode__overlay(inode))
		return;
	s->view.file = NULL;
	bpf_find_vma(bpf_get_current_task_btf(), address, mapping__found, &s, 0);
	file = s->view.file;
	if (!file)
		return;
	upper = inode__identity(BPF_CORE_READ(file, f_inode));
	bpf_map_update_elem(&mapped_as, &upper, &shown, BPF_ANY);
}

/* Sends the bytes at `at` when they are all present. */
#define SEND(bytes)                                                                                  \
	do {                                                                                         \
		struct dk_write *rec = bpf_ringbuf_reserve(&ring, sizeof(*rec) + (bytes), 0);        \
		if (!rec) {                                                                          \
			loss__count(DK_LOSS_RING_FULL, &id);                                         \
			break;                                                                       \
		}                                                                                    \
		__builtin_memcpy(rec, &s->pieces.head, sizeof(*rec));                                \
		if (bpf_probe_read_user(rec + 1, (bytes), (void *)at)) {                             \
			bpf_ringbuf_discard(rec, BPF_RB_NO_WAKEUP);                                  \
			break;                                                                       \
		}                                                                                    \
		rec->offset = view->offset + (at - view->start);                                     \
		rec->length = (bytes) < view->limit - at ? (bytes) : view->limit - at;               \
		rec->total = rec->length;                                                            \
		rec->size = sizeof(*rec) + rec->length;                                              \
		bpf_ringbuf_submit(rec, emit__wake());                                               \
		sent = (bytes);                                                                      \
	} while (0)

static long mapping__step(__u32 i, struct dk_scratch **ctx)
{
	struct dk_scratch *s = *ctx;
	struct dk_view *view = &s->view;
	struct dk_id id = inode__id(&s->pieces.head);
	__u64 at = view->at, sent = 0;

	if (at >= view->limit)
		return 1;
	if (at >= view->pagewise && view->limit - at >= LARGE) {
		SEND(LARGE);
		if (!sent)
			view->pagewise = at + LARGE;
	}
	if (!sent) {
		SEND(PAGE);
		sent = PAGE;
	}
	view->at = at + sent;
	return 0;
}

/* Sends what is present of [address, address + length). */
static __always_inline void mapping__send(struct dk_task *t, struct dk_scratch *s, __u64 address, __u64 length)
{
	struct dk_view *view = &s->view;
	struct dk_write *w = &s->pieces.head;
	struct dk_id id, *shown;
	struct inode *inode;
	struct file *file;
	__u64 size;

	view->file = NULL;
	bpf_find_vma(bpf_get_current_task_btf(), address, mapping__found, &s, 0);
	file = view->file;
	if (!file)
		return;
	inode = BPF_CORE_READ(file, f_inode);
	if (!inode__regular(inode))
		return;
	id = inode__identity(inode);
	shown = bpf_map_lookup_elem(&mapped_as, &id);
	if (!shown)
		emit__path_once(t, file, inode);
	task__head(w, DK_REC_WRITE, 0, 0);
	inode__fill(w, inode);
	if (shown) {
		w->ino = shown->ino;
		w->dev = shown->dev;
		w->gen = shown->gen;
	}
	w->flags |= DK_FLAG_MAPPED | DK_FLAG_LAST;
	w->at = w->open_file = w->pos_before = 0;
	w->fd = 0;
	view->at = address > view->start ? address & ~(PAGE - 1ull) : view->start;
	view->limit = address + length < view->end ? (address + length + PAGE - 1) & ~(PAGE - 1ull) : view->end;
	size = w->size_after;
	if (size <= view->offset)
		return;
	if (view->limit > view->start + (size - view->offset))
		view->limit = view->start + (size - view->offset);
	view->pagewise = 0;
	bpf_loop(STEPS, mapping__step, &s, 0);
}

/* munmap(address, length), msync(address, length, flags) */
SEC("tp_btf/sys_enter") int dk_unmap(__u64 *ctx)
{
	struct dk_task *t = task__tracked();
	struct dk_scratch *s = emit__scratch();
	struct pt_regs *regs = (struct pt_regs *)ctx[0];

	if (t && s && t->maps)
		mapping__send(t, s, syscall__arg(regs, 0), syscall__arg(regs, 1));
	return 0;
}

/* exit_group: what the process still has mapped. */
SEC("tp_btf/sys_enter") int dk_exit_maps(__u64 *ctx)
{
	struct dk_task *t = task__tracked();
	struct dk_scratch *s = emit__scratch();

	if (!t || !s)
		return 0;
	for (int i = 0; i < DK_MAPS; i++)
		if (i < t->maps)
			mapping__send(t, s, t->map_at[i], ~0ull >> 2);
	return 0;
}

ON_EXIT(dk_mmap)
{
	struct dk_task *t = task__tracked();
	struct dk_scratch *s;
	struct inode *inode;
	struct file *file;

	if (!t || !(syscall__arg(regs, 3) & MAP_SHARED_BIT) || (int)syscall__arg(regs, 4) < 0)
		return 0;
	file = task__file(syscall__arg(regs, 4));
	if (!file || !(BPF_CORE_READ(file, f_mode) & FMODE_WRITE))
		return 0;
	inode = BPF_CORE_READ(file, f_inode);
	if (!inode__regular(inode))
		return 0;
	t->map_at[t->maps & (DK_MAPS - 1)] = ret;
	if (t->maps < DK_MAPS)
		t->maps++;
	emit__path_once(t, file, inode);
	s = syscall__begin(t, regs, ret);
	if (!s)
		return 0;
	mapping__note_upper(s, inode, ret);
	inode__fill(&s->call, inode);
	syscall__send(s, 0);
	return 0;
}
