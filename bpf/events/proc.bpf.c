/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* fork, exec, exit. Fork also extends the tracked set, before the child first runs. */
#include "../lib/syscall.h"

#define ARGV_MAX 16384

SEC("tp_btf/sched_process_fork") int dk_fork(__u64 *ctx)
{
	struct task_struct *child = (struct task_struct *)ctx[1];
	struct dk_task *known, *process;
	struct dk_fork *rec;

	/* The parent is the current task here. */
	if (!task__tracked())
		return 0;
	known = bpf_task_storage_get(&tasks, child, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!known) {
		loss__count(DK_LOSS_UNTRACKED_CHILD, NULL);
		return 0;
	}
	__sync_fetch_and_add(&living, 1);
	if (READ(child, pid) != READ(child, tgid)) /* a thread */
		return 0;
	process = task__process();
	if (process && process->maps && READ(child, mm) != READ(bpf_get_current_task_btf(), mm)) {
		known->maps = process->maps;
		known->inherited = 1;
		known->maps_ns = bpf_ktime_get_ns();
		__builtin_memcpy(known->map, process->map, sizeof(known->map));
	}
	rec = bpf_ringbuf_reserve(&ring, sizeof(*rec), 0);
	if (!rec) {
		loss__count(DK_LOSS_RING_FULL, NULL);
		return 0;
	}
	task__head(rec, DK_REC_FORK, sizeof(*rec), 0);
	rec->child_pid = READ(child, tgid);
	rec->child_tid = READ(child, pid);
	bpf_ringbuf_submit(rec, emit__wake());
	return 0;
}

SEC("tp_btf/sched_process_exec") int dk_exec(__u64 *ctx)
{
	struct linux_binprm *bprm = (struct linux_binprm *)ctx[2];
	struct task_struct *task = bpf_get_current_task_btf();
	struct dk_task *process;
	struct dk_scratch *s;
	struct dk_exec *rec;
	__u64 start, length, pos;
	__u32 end;
	long n;
	bool cut = false;

	if (!task__tracked())
		return 0;
	process = task__process();
	if (process)
		process->maps = 0;
	s = emit__scratch();
	if (!s)
		return 0;
	rec = (void *)s->data - sizeof(*rec);
	task__head(rec, DK_REC_EXEC, sizeof(*rec), 0);
	n = bpf_probe_read_kernel_str(s->data, DK_PATH_MAX, READ(bprm, filename));
	pos = n > 0 ? n : 0;
	VERIFIER_MASK(pos, 2 * DK_PATH_MAX - 1);
	rec->exe_len = pos;
	start = READ(task, mm, arg_start);
	length = READ(task, mm, arg_end) - start;
	rec->argv_full = length;
	if (length > ARGV_MAX) {
		length = ARGV_MAX;
		cut = true;
	}
	VERIFIER_MASK(length, 2 * ARGV_MAX - 1);
	if (bpf_probe_read_user(s->data + pos, length, (void *)start)) {
		length = 0;
		cut = true;
	}
	rec->argv_len = length;
	pos += length;
	end = walk__names(s, pos, READ(task, fs, pwd.mnt), READ(task, fs, pwd.dentry), &cut);
	rec->cwd_len = end - pos;
	if (cut)
		rec->flags |= DK_FLAG_CUT;
	if (end > DK_PAYLOAD_MAX)
		end = DK_PAYLOAD_MAX;
	rec->size = sizeof(*rec) + end;
	if (bpf_ringbuf_output(&ring, rec, sizeof(*rec) + end, emit__wake()))
		loss__count(DK_LOSS_RING_FULL, NULL);
	return 0;
}

SEC("tp_btf/sched_process_exit") int dk_exit_process(__u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct dk_exit *rec;
	int group;

	if (!task__tracked())
		return 0;
	__sync_fetch_and_sub(&living, 1);
	if (READ(task, signal, live.counter) > 0)
		return 0;
	rec = bpf_ringbuf_reserve(&ring, sizeof(*rec), 0);
	if (!rec) {
		loss__count(DK_LOSS_RING_FULL, NULL);
		return 0;
	}
	task__head(rec, DK_REC_EXIT, sizeof(*rec), 0);
	group = READ(task, signal, group_exit_code);
	rec->code = group ? group : READ(task, exit_code);
	rec->reserved = 0;
	bpf_ringbuf_submit(rec, emit__wake());
	return 0;
}
