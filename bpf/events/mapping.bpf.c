/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Writable shared mappings. Stores to memory are not calls, so what a mapping holds is taken when it is about to go or to
 * be made durable: on the way into munmap, msync and exec, at the end of the process, and, of small ones, now and then while
 * its first thread makes calls. Pages that are not present were not changed through it, or were reclaimed since; the whole
 * file is read back when the command has ended.
 */
#include "../lib/syscall.h"

#define MAP_SHARED_BIT 1
#define PAGE 4096
#define LARGE (64 * PAGE)
/* A call looks at no more than 1 GiB. */
#define STEPS (1 << 18)
/* What is sent without the mapping being about to go. */
#define SMALL (4ull << 20)
#define VM_SHARED 8ul
#define VM_MAYWRITE 0x20ul
#define MADV_REMOVE 9
#define SIG_DFL NULL
/* SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGWINCH */
#define NOT_DEADLY (1ull << 17 | 1ull << 18 | 1ull << 19 | 1ull << 20 | 1ull << 21 | 1ull << 22 | 1ull << 23 | 1ull << 28)

static long mapping__found(struct task_struct *task, struct vm_area_struct *vma, struct dk_scratch **ctx)
{
	struct dk_map *map = &(*ctx)->view.map;
	unsigned long both = VM_SHARED | VM_MAYWRITE;

	if ((READ(vma, vm_flags) & both) != both)
		return 0;
	map->file = READ(vma, vm_file);
	map->start = READ(vma, vm_start);
	map->end = READ(vma, vm_end);
	map->offset = (__u64)READ(vma, vm_pgoff) * PAGE;
	return 0;
}

/* Looks the mapping at `address` up into the view; its file stays NULL when there is none, or when that cannot be done now. */
static __always_inline struct dk_map *mapping__look_up(struct dk_scratch *s, __u64 address)
{
	s->view.map.file = NULL;
	bpf_find_vma(bpf_get_current_task_btf(), address, mapping__found, &s, 0);
	return &s->view.map;
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
		rec->offset = view->map.offset + (at - view->map.start);                             \
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

/* Sends what is present of [address, address + length) of the mapping in the view. */
static __always_inline void mapping__send(struct dk_task *t, struct dk_scratch *s, __u64 address, __u64 length)
{
	struct dk_view *view = &s->view;
	struct dk_map *map = &view->map;
	struct dk_write *w = &s->pieces.head;
	struct dk_id id, *shown;
	struct file *file = map->file;
	struct inode *inode;
	__u64 size;

	if (!file)
		return;
	inode = READ(file, f_inode);
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
	view->at = address > map->start ? address & ~(PAGE - 1ull) : map->start;
	view->limit = address + length < map->end ? (address + length + PAGE - 1) & ~(PAGE - 1ull) : map->end;
	size = w->size_after;
	if (size <= map->offset)
		return;
	if (view->limit > map->start + (size - map->offset))
		view->limit = map->start + (size - map->offset);
	if (view->at >= view->limit || view->limit - view->at > view->most)
		return;
	view->pagewise = 0;
	bpf_loop(STEPS, mapping__step, &s, 0);
}

struct mapping_all {
	struct dk_task *t, *process;
	struct dk_scratch *s;
};

static long mapping__send_one(__u32 i, struct mapping_all *all)
{
	struct dk_task *process = all->process;
	struct dk_scratch *s = all->s;

	if (i >= DK_MAPS || i >= process->maps)
		return 1;
	s->view.map = process->map[i];
	mapping__send(all->t, s, s->view.map.start, ~0ull >> 2);
	return 0;
}

/* With a call for each: unrolled, it takes the verifier 80 ms. */
static __always_inline void mapping__send_all(struct dk_task *t, struct dk_task *process, struct dk_scratch *s, __u64 most)
{
	struct mapping_all all = {t, process, s};

	s->view.most = process->inherited ? SMALL : most;
	bpf_loop(DK_MAPS, mapping__send_one, &all, 0);
}

/* munmap(address, length), msync(address, length, flags) */
SEC("tp_btf/sys_enter") int dk_unmap(__u64 *ctx)
{
	struct dk_task *t = task__tracked(), *process = task__process();
	struct dk_scratch *s = emit__scratch();
	struct pt_regs *regs = (struct pt_regs *)ctx[0];

	if (!t || !s || !process || !process->maps)
		return 0;
	s->view.most = ~0ull;
	mapping__look_up(s, syscall__arg(regs, 0));
	mapping__send(t, s, syscall__arg(regs, 0), syscall__arg(regs, 1));
	for (int i = 0; ctx[1] == NR_MUNMAP && i < DK_MAPS; i++)
		if (i < process->maps && process->map[i].start == syscall__arg(regs, 0)) {
			process->maps--;
			process->map[i] = process->map[process->maps & (DK_MAPS - 1)];
		}
	return 0;
}

/* exec, and the end of the last thread: what the process still has mapped. */
SEC("tp_btf/sys_enter") int dk_exit_maps(__u64 *ctx)
{
	struct dk_task *t = task__tracked(), *process = task__process();
	struct task_struct *task = bpf_get_current_task_btf();
	struct dk_scratch *s = emit__scratch();

	if (!t || !s || !process || !process->maps)
		return 0;
	if (ctx[1] == NR_EXIT && READ(task, signal, live.counter) > 1)
		return 0;
	mapping__send_all(t, process, s, ~0ull);
	return 0;
}

/* In any call: what small mappings hold by now. */
SEC("tp_btf/sys_enter") int dk_maps_again(__u64 *ctx)
{
	struct dk_task *t = task__tracked();
	struct dk_scratch *s = emit__scratch();

	if (!t || !s)
		return 0;
	t->maps_ns = t->enter_ns;
	mapping__send_all(t, t, s, SMALL);
	return 0;
}

/* A signal that ends the process. */
SEC("tp_btf/signal_deliver") int dk_killed(__u64 *ctx)
{
	struct dk_task *t = task__tracked(), *process = task__process();
	struct k_sigaction *action = (struct k_sigaction *)ctx[2];
	struct dk_scratch *s = emit__scratch();

	if (!t || !s || !process || !process->maps || READ(action, sa.sa_handler) != SIG_DFL)
		return 0;
	if (ctx[0] < 64 && (NOT_DEADLY >> ctx[0]) & 1)
		return 0;
	mapping__send_all(t, process, s, ~0ull);
	process->maps = 0;
	return 0;
}

ON_EXIT(dk_mremap)
{
	struct dk_task *process = task__process();

	for (int i = 0; process && i < DK_MAPS; i++)
		if (i < process->maps && process->map[i].start == syscall__arg(regs, 0)) {
			process->map[i].start = ret;
			process->map[i].end = ret + syscall__arg(regs, 2);
		}
	return 0;
}

static __always_inline void mapping__note(struct dk_task *t, struct dk_task *process, struct dk_map *map, struct inode *inode)
{
	struct dk_id shown = inode__identity(inode), upper;
	struct file *file;

	if (!process->maps)
		process->maps_ns = t->enter_ns;
	if (process->maps < DK_MAPS)
		process->map[process->maps++ & (DK_MAPS - 1)] = *map;
	process->inherited = 0;
	if (!inode__overlay(inode))
		return;
	/* The mapping has the file of the upper layer. */
	file = map->file;
	upper = inode__identity(READ(file, f_inode));
	bpf_map_update_elem(&mapped_as, &upper, &shown, BPF_ANY);
}

ON_EXIT(dk_mmap)
{
	struct dk_task *t = task__tracked(), *process = task__process();
	struct dk_scratch *s;
	struct inode *inode;
	struct dk_map *map;
	struct file *file;

	if (!t || !process || !(syscall__arg(regs, 3) & MAP_SHARED_BIT) || (int)syscall__arg(regs, 4) < 0)
		return 0;
	file = task__file(syscall__arg(regs, 4));
	if (!file || !(READ(file, f_mode) & FMODE_WRITE))
		return 0;
	inode = READ(file, f_inode);
	if (!inode__regular(inode))
		return 0;
	emit__path_once(t, file, inode);
	s = syscall__begin(t, regs, ret);
	if (!s)
		return 0;
	map = mapping__look_up(s, ret);
	if (map->file)
		mapping__note(t, process, map, inode);
	inode__fill(&s->call, inode);
	syscall__send(s, 0);
	return 0;
}

/*
 * madvise(address, length, MADV_REMOVE) cuts a hole into the file that is mapped there. The record has the range of the file in
 * place of the one in memory; where there is more than one mapping, or the call is process_madvise, it names no file.
 */
ON_EXIT(dk_madvise)
{
	bool is_own = syscall__nr(regs) == NR_MADVISE;
	__u64 address = syscall__arg(regs, 0), length = (syscall__arg(regs, 1) + PAGE - 1) & ~(PAGE - 1ull);
	struct dk_task *t = task__tracked();
	struct dk_scratch *s;
	struct inode *inode;
	struct file *file;
	struct dk_map map;

	if (!t || (int)syscall__arg(regs, is_own ? 2 : 3) != MADV_REMOVE)
		return 0;
	s = emit__scratch();
	if (!s)
		return 0;
	map = *mapping__look_up(s, address);
	file = is_own && map.file && address + length <= map.end ? map.file : NULL;
	inode = file ? READ(file, f_inode) : NULL;
	if (inode && !inode__regular(inode))
		return 0;
	if (inode)
		emit__path_once(t, file, inode);
	s = syscall__begin(t, regs, ret);
	if (!s)
		return 0;
	if (inode)
		inode__fill(&s->call, inode);
	s->call.args[0] = map.offset + (address - map.start);
	s->call.args[1] = length;
	syscall__send(s, 0);
	return 0;
}
