/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* What the programs must know of this machine; learned in a system call that the recorder makes for it. */
#include "../lib/cache.h"
#include "../lib/task.h"

/*
 * A file of the recorder's with one page in memory, and what the recorder knows of it: the page's number
 * (/proc/self/pagemap) and its first bytes, which are random. The page structure is found through the file, the page by
 * looking where its bytes are: the kernel's map of all memory begins at a random multiple of 1 GiB.
 */
__u32 learn_fd;
__u64 learn_page;
__u64 learn_bytes[2];

#define ALIGNMENT (1ull << 30)
#define CANDIDATES 16384 /* 16 TiB of memory */

static long learn__try(__u32 i, __u64 *first)
{
	__u64 candidate = *first - i * ALIGNMENT, found[2];

	if (bpf_probe_read_kernel(found, sizeof(found), (void *)(candidate + learn_page * CACHE_PAGE)))
		return 0;
	if (found[0] != learn_bytes[0] || found[1] != learn_bytes[1])
		return 0;
	direct_map = candidate;
	return 1;
}

/* From one direct-mapped address, that of the thread's own structure, downwards. */
static __always_inline void learn__memory(void)
{
	__u64 first = (__u64)bpf_get_current_task() & ~(ALIGNMENT - 1);
	struct file *file = task__file(learn_fd);
	struct folio *folio;

	if (!learn_page || !file)
		return;
	folio = cache__folio(cache__mapping(file), 0);
	if (!folio)
		return;
	page_structs = (__u64)folio - learn_page * bpf_core_type_size(struct page);
	bpf_loop(CANDIDATES, learn__try, &first, 0);
}

SEC("tp_btf/sys_enter") int dk_learn(__u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	root_dentry = READ(task, fs, root.dentry);
	root_mnt = READ(task, fs, root.mnt);
	learn__memory();
	return 0;
}
