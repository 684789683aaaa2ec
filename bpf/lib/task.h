/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* The current thread and its descriptors. */
#pragma once
#include "maps.h"

static __always_inline struct dk_task *task__tracked(void)
{
	return bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), 0, 0);
}

/* What is known of the current process, with its first thread. */
static __always_inline struct dk_task *task__process(void)
{
	struct task_struct *leader = bpf_get_current_task_btf()->group_leader;

	return leader ? bpf_task_storage_get(&tasks, leader, 0, 0) : NULL;
}

static __always_inline struct file *task__file(__u32 fd)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct fdtable *fdt = READ(task, files, fdt);
	struct file **fds, *file = NULL;

	if (fd >= READ(fdt, max_fds))
		return NULL;
	fds = READ(fdt, fd);
	bpf_probe_read_kernel(&file, sizeof(file), &fds[fd]);
	return file;
}

/* Fills the head of a record; `head` points at any record type. */
static __always_inline void task__head(void *head, __u16 type, __u32 size, __u64 enter_ns)
{
	struct dk_head *h = head;
	__u64 id = bpf_get_current_pid_tgid();

	h->size = size;
	h->type = type;
	h->flags = 0;
	h->exit_ns = bpf_ktime_get_ns();
	h->enter_ns = enter_ns ? enter_ns : h->exit_ns;
	h->pid = id >> 32;
	h->tid = (__u32)id;
	bpf_get_current_comm(h->comm, sizeof(h->comm));
}
