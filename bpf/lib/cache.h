/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Bytes of a file as the page cache holds them: what a reader would see now. For changes whose bytes never were in the
 * program's memory.
 */
#pragma once
#include "inode.h"

/* Where the kernel keeps the structures of its pages, and the pages themselves; 0: not known (learn.bpf.c). */
__u64 page_structs __weak;
__u64 direct_map __weak;

/* include/linux/xarray.h: a pointer to a node ends in binary 10; of those, numbers below the last slot stand for a neighbouring one. */
#define XA_INTERNAL 2ul
#define XA_SIBLINGS 63ul
#define XA_LEVELS 11 /* 64 bits of index, 6 a level */
#define CACHE_PAGE 4096

/* Whose pages hold the file's bytes. What is written on overlayfs is in its upper layer. */
static __always_inline struct address_space *cache__mapping(struct file *file)
{
	struct inode *data = inode__data(READ(file, f_inode));

	return READ(data, i_mapping);
}

static __always_inline bool cache__is_node(__u64 entry)
{
	return (entry & 3) == XA_INTERNAL && entry > CACHE_PAGE;
}

struct cache_search {
	__u64 entry, index;
};

/* One level down. A callback, so that the verifier looks at it once. */
static long cache__descend(__u32 level, struct cache_search *search)
{
	struct xa_node *node = (void *)(search->entry - XA_INTERNAL);
	__u64 slots = bpf_core_field_size(node->slots) / sizeof(void *);
	__u64 slot, entry = 0;

	if (!cache__is_node(search->entry))
		return 1;
	slot = search->index >> (READ(node, shift) & 63);
	/* Only the uppermost node can be too small. */
	if (level || slot < slots) {
		slot &= slots - 1;
		bpf_probe_read_kernel(&entry, sizeof(entry), &node->slots[slot]);
		if ((entry & 3) == XA_INTERNAL && entry >> 2 < XA_SIBLINGS)
			bpf_probe_read_kernel(&entry, sizeof(entry), &node->slots[entry >> 2]);
	}
	search->entry = entry;
	return 0;
}

/* The folio that holds the page with this index, NULL when it is not cached. */
static __always_inline struct folio *cache__folio(struct address_space *mapping, __u64 index)
{
	struct cache_search search = {(__u64)READ(mapping, i_pages.xa_head), index};

	if (!cache__is_node(search.entry) && index)
		return NULL;
	bpf_loop(XA_LEVELS, cache__descend, &search, 0);
	/* Empty, the shadow of a page that was written out, or still a node. */
	return search.entry & 3 ? NULL : (void *)search.entry;
}

/* The address of the byte at `offset`; the rest of its page follows. NULL when it is not cached. */
static __always_inline void *cache__address(struct address_space *mapping, __u64 offset)
{
	__u64 index = offset / CACHE_PAGE, number;
	struct folio *folio;

	if (!direct_map)
		return NULL;
	folio = cache__folio(mapping, index);
	if (!folio || READ(folio, mapping) != mapping)
		return NULL;
	number = ((__u64)folio - page_structs) / bpf_core_type_size(struct page);
	number += index - READ(folio, index);
	return (void *)(direct_map + number * CACHE_PAGE + offset % CACHE_PAGE);
}
