/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Every map, with its purpose. */
#pragma once
#include "kernel.h"
#include "../gen/abi.h"
#include "../gen/calls.h"

/* Masks a 64-bit variable in a way that the compiler cannot optimise out, so that the verifier sees the bound. */
#define VERIFIER_MASK(var, mask) asm volatile("%0 &= %1" : "+r"(var) : "i"(mask))

#define DK_PATH_MAX 4096
#define DK_NAME_MAX 256
/* base1 path1 base2 path2 (names of a walk may pass the limit by one component), then the extra bytes of an xattr. */
#define DK_PAYLOAD_MAX (4 * (DK_PATH_MAX + 2 * DK_NAME_MAX) + 65536 + 2 * DK_NAME_MAX)

/* An inode's identity. */
struct dk_id {
	__u64 ino;
	__u32 dev;
	__u32 gen;
};

/* A writable shared mapping: of which file, where, and from which byte of the file. */
struct dk_map {
	struct file *file;
	__u64 start, end, offset;
};

/* What is known of a tracked thread. Having one is what makes it tracked. */
struct dk_task {
	__u64 enter_ns;
	/* Of the call's descriptor, taken when the call began; only compared and probed. NULL: none that is recorded. */
	struct file *file;
	struct file *in;      /* where the call copies from */
	struct dk_id file_id; /* of a regular file; ino 0: output */
	__s64 pos;            /* its position then */
	struct dk_id seen; /* the last identity whose path was sent: saves a look-up */
	struct dentry *seen_name; /* of one with several names: by which it was open; only compared */
	/* Of a process, kept with its first thread: writable shared mappings, DK_MAPS at most, and when they were last sent. */
	__u32 maps;
	__u32 inherited; /* they were its parent's: the parent sends the large ones */
	struct dk_map map[8];
	__u64 maps_ns;
};
#define DK_MAPS 8
#define MAPS_AGAIN_NS 500000000ull

/* A walk in progress. It lives in map memory because the verifier gives up on a position that it can follow. */
struct dk_walk {
	struct dentry *dentry;
	struct mount *mnt;
	struct dentry *root; /* a process's own root directory, to be marked; NULL: none, or it was */
	__u32 pos; /* where the next name goes in data */
	__u32 end; /* no name starts at or after this */
	__u32 cut;
	__u32 foreign; /* within its filesystem alone */
};

/* A write on its way out, piece by piece; in map memory for the same reason. */
struct dk_pieces {
	struct dk_write head;
	const struct iovec *next; /* user space; NULL for one buffer */
	__u64 at;                 /* bytes sent so far */
	__u64 buffer;             /* user address of what is left of the current buffer */
	__u64 left;               /* its bytes */
};

/* A writable shared mapping on its way out. */
struct dk_view {
	struct dk_map map;
	__u64 at, limit;          /* what is left to send */
	__u64 most;               /* bytes of a mapping that is sent at all */
	__u64 pagewise;           /* page by page up to here: a larger piece was not present */
};

/* Bytes of a file on their way from the page cache into `data`. */
struct dk_peek {
	struct address_space *mapping;
	__u64 offset; /* in the file, of data[0] */
	__u32 at, length;
};

/* One of a call's strings: where it starts from, and where it lies in `data`, `length` bytes without its NUL. */
struct dk_string {
	struct dentry *dentry;
	struct mount *mnt;
	__u32 at, length;
};

/* A name that is being looked up (look.h). */
struct dk_lookup {
	struct dentry *dentry; /* what the string up to `at` stands for; NULL: nothing */
	struct inode *inode;   /* of it, at the same moment */
	struct mount *mnt;
	struct dentry *root;   /* the process's own */
	void *first, *next;    /* of the directory's children: when the search began, and the next to look at */
	struct list_head *mounts, *mounted; /* of the mounts on `mnt`: their list, and the next to look at */
	__u32 at;
	__u32 step;            /* what comes next: LOOK_ */
	__u32 tries;
	__u32 first_sequence;  /* of `first` */
	__u32 length;          /* of `want` */
	__u64 want[DK_NAME_MAX / 8]; /* the name */
	__u64 have[DK_NAME_MAX / 8]; /* that of a child */
};

/* `call` and `data` are sent as one piece. */
struct dk_scratch {
	struct dk_walk walk;
	struct dk_string strings[2];
	struct dk_lookup lookup;
	struct dk_look look;
	struct dk_pieces pieces;
	struct dk_view view;
	struct dk_peek peek;
	struct dk_call call;
	char data[DK_PAYLOAD_MAX];
};

/* Tracked threads: seeded by pidfd, extended by fork, freed by the kernel with the task. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct dk_task);
} tasks __weak SEC(".maps");

/* The recorder's own thread, for a moment: its root directory is where every path starts (dk may run in a chroot). */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} recorder __weak SEC(".maps");

/* System call number -> the program that records its success. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, CALL_SLOTS);
	__type(key, __u32);
	__type(value, __u32);
} on_exit __weak SEC(".maps");

/* System call number -> the program that must look before the call. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, CALL_SLOTS);
	__type(key, __u32);
	__type(value, __u32);
} on_enter __weak SEC(".maps");

/* To the drain thread. Resized at load. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 << 20);
} ring __weak SEC(".maps");

/*
 * To the freezer, while more than alarm_above bytes wait in the ring: it must run at once, and it is the processor of the writer
 * that wakes it. One page, and what does not fit says nothing new. alarm_above 0: nobody listens.
 */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} alarm __weak SEC(".maps");
__u64 alarm_above __weak;

/* Room to build a record of unknown length, one a processor (programs here are never preempted). Resized at load. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct dk_scratch);
} scratch __weak SEC(".maps");

static __always_inline struct dk_scratch *emit__scratch(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&scratch, &cpu);
}

/* Identities whose path was sent. Losing an entry only sends it again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct dk_id);
	__type(value, __u8);
} seen __weak SEC(".maps");

/*
 * Overlayfs maps the upper layer's file in place of its own. The upper file's identity -> that of the file that was mapped,
 * for the life of the recording: losing an entry makes the mapping's bytes those of the upper file, until the end.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct dk_id);
	__type(value, struct dk_id);
} mapped_as __weak SEC(".maps");

/*
 * Identities in doubt -> the causes, a bit each; the drain thread takes them out. One that does not fit puts everything in
 * doubt.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct dk_id);
	__type(value, __u64);
} dirty __weak SEC(".maps");

/* Losses by cause, and those of them that name no inode; read by the drain thread through mmap. */
__u64 lost[DK_LOSS_CAUSES] __weak;
__u64 lost_unnamed[DK_LOSS_CAUSES] __weak;

/* Tracked threads that live; the recorder counts the first one. */
__u64 living __weak;

/* The recorder's root directory; compared, never followed. */
struct dentry *root_dentry __weak;
struct vfsmount *root_mnt __weak;

static __always_inline bool loss__note(__u32 cause, const struct dk_id *id)
{
	__u64 bit = 1ull << cause, *causes = bpf_map_lookup_elem(&dirty, id);

	if (!causes && !bpf_map_update_elem(&dirty, id, &bit, BPF_NOEXIST))
		return true;
	causes = bpf_map_lookup_elem(&dirty, id);
	if (!causes)
		return false;
	__sync_fetch_and_or(causes, bit);
	return true;
}

/* Counted last: the drain thread reads the counts first, and so finds every identity that is counted. */
static __always_inline void loss__count(__u32 cause, const struct dk_id *id)
{
	if (!id || !loss__note(cause, id))
		__sync_fetch_and_add(&lost_unnamed[cause], 1);
	__sync_fetch_and_add(&lost[cause], 1);
}
