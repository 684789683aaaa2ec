/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Generated from src/events/abi.ts by `npm run generate`. Do not edit. */
#pragma once
#define DK_ABI_VERSION 1

#define DK_FLAG_CREATED 1
#define DK_FLAG_LAST 2
#define DK_FLAG_FAULT 4
#define DK_FLAG_AMBIGUOUS 8
#define DK_FLAG_APPEND 16
#define DK_FLAG_DELETED 32
#define DK_FLAG_CUT 64
#define DK_FLAG_OUTPUT 128
#define DK_FLAG_UNNAMED 256
#define DK_FLAG_MAPPED 512
#define DK_FLAG_BEFORE 1024
#define DK_FLAG_ASIDE 2048
#define DK_FLAG_COMPAT 4096
#define DK_FLAG_NAMELESS 8192

#define DK_LOSS_RING_FULL 0
#define DK_LOSS_UNTRACKED_CHILD 1
#define DK_LOSS_COMPAT_SYSCALL 2
#define DK_LOSS_IO_URING 3
#define DK_LOSS_JOURNAL 4
#define DK_LOSS_DESCRIPTOR_REPLACED 5
#define DK_LOSS_UNREADABLE_MEMORY 6
#define DK_LOSS_CAUSES 7
#define DK_ASIDE_SHARE 16

struct dk_head {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u64 enter_ns;
	__u64 exit_ns;
	__u32 pid;
	__u32 tid;
	char comm[16];
};

#define DK_REC_CALL 1
struct dk_call {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u64 enter_ns;
	__u64 exit_ns;
	__u32 pid;
	__u32 tid;
	char comm[16];
	__u64 ino;
	__u32 dev;
	__u32 gen;
	__u64 size_after;
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__u32 nlink;
	__u64 args[6];
	__s64 ret;
	__u32 nr;
	__u32 umask;
	__u32 fsuid;
	__u32 fsgid;
	__u16 base1_len;
	__u16 path1_len;
	__u16 base2_len;
	__u16 path2_len;
	__u32 extra_len;
	__u32 reserved;
};

_Static_assert(sizeof(struct dk_call) == 176, "layout of dk_call");

#define DK_REC_WRITE 2
struct dk_write {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u64 enter_ns;
	__u64 exit_ns;
	__u32 pid;
	__u32 tid;
	char comm[16];
	__u64 ino;
	__u32 dev;
	__u32 gen;
	__u64 size_after;
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__u32 nlink;
	__u64 offset;
	__u64 total;
	__u64 at;
	__u64 open_file;
	__u64 pos_before;
	__u32 length;
	__u32 fd;
};

_Static_assert(sizeof(struct dk_write) == 136, "layout of dk_write");

#define DK_REC_PATH 3
struct dk_path {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u64 enter_ns;
	__u64 exit_ns;
	__u32 pid;
	__u32 tid;
	char comm[16];
	__u64 ino;
	__u32 dev;
	__u32 gen;
	__u64 size_after;
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__u32 nlink;
	__u32 path_len;
	__u32 reserved;
};

_Static_assert(sizeof(struct dk_path) == 96, "layout of dk_path");

#define DK_REC_FORK 4
struct dk_fork {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u64 enter_ns;
	__u64 exit_ns;
	__u32 pid;
	__u32 tid;
	char comm[16];
	__u32 child_pid;
	__u32 child_tid;
};

_Static_assert(sizeof(struct dk_fork) == 56, "layout of dk_fork");

#define DK_REC_EXEC 5
struct dk_exec {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u64 enter_ns;
	__u64 exit_ns;
	__u32 pid;
	__u32 tid;
	char comm[16];
	__u32 exe_len;
	__u32 argv_len;
	__u32 cwd_len;
	__u32 argv_full;
};

_Static_assert(sizeof(struct dk_exec) == 64, "layout of dk_exec");

#define DK_REC_EXIT 6
struct dk_exit {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u64 enter_ns;
	__u64 exit_ns;
	__u32 pid;
	__u32 tid;
	char comm[16];
	__u32 code;
	__u32 reserved;
};

_Static_assert(sizeof(struct dk_exit) == 56, "layout of dk_exit");

#define DK_REC_COPY 7
struct dk_copy {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u64 enter_ns;
	__u64 exit_ns;
	__u32 pid;
	__u32 tid;
	char comm[16];
	__u64 ino;
	__u32 dev;
	__u32 gen;
	__u64 size_after;
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__u32 nlink;
	__u64 offset;
	__u64 length;
	__u64 src_ino;
	__u32 src_dev;
	__u32 src_gen;
	__u64 src_offset;
	__u32 nr;
	__u32 reserved;
};

_Static_assert(sizeof(struct dk_copy) == 136, "layout of dk_copy");

#define DK_REC_LOSS 8
struct dk_loss {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u64 enter_ns;
	__u64 exit_ns;
	__u32 pid;
	__u32 tid;
	char comm[16];
	__u64 records;
	__u32 cause;
	__u32 dirty;
};

_Static_assert(sizeof(struct dk_loss) == 64, "layout of dk_loss");

#define DK_REC_WINDOW 9
struct dk_window {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u64 enter_ns;
	__u64 exit_ns;
	__u32 pid;
	__u32 tid;
	char comm[16];
	__u64 offset;
	__u32 length;
	__u32 reserved;
};

_Static_assert(sizeof(struct dk_window) == 64, "layout of dk_window");

#define DK_REC_ASIDE 10
struct dk_aside {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u64 enter_ns;
	__u64 exit_ns;
	__u32 pid;
	__u32 tid;
	char comm[16];
	__u64 address;
	__u64 count;
	__u32 ns_tid;
	__u32 reserved;
};

_Static_assert(sizeof(struct dk_aside) == 72, "layout of dk_aside");

#define DK_REC_LOOK 11
struct dk_look {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u64 enter_ns;
	__u64 exit_ns;
	__u32 pid;
	__u32 tid;
	char comm[16];
	__u64 ino;
	__u32 dev;
	__u32 gen;
	__u64 size_after;
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__u32 nlink;
	__u64 began_ns;
	__u64 ended_ns;
	__u32 which;
	__u32 reserved;
};

_Static_assert(sizeof(struct dk_look) == 112, "layout of dk_look");

