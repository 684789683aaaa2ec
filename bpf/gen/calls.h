/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Generated from src/syscalls/ by `npm run generate`. Do not edit. */
#pragma once

#define CALL_SLOTS 512
#define X32_BIT 0x40000000u
#define SLOT_OTHER_CALL 510
#define SLOT_COMPAT 511
#define SLOT_MAPS_AGAIN 510
#define SLOT_LEARN 511

/* Numbers of x86-64. */
#define NR_WRITE 1
#define NR_PWRITE64 18
#define NR_WRITEV 20
#define NR_PWRITEV 296
#define NR_PWRITEV2 328
#define NR_SENDFILE 40
#define NR_SPLICE 275
#define NR_COPY_FILE_RANGE 326
#define NR_IOCTL 16
#define NR_TRUNCATE 76
#define NR_FTRUNCATE 77
#define NR_FALLOCATE 285
#define NR_MMAP 9
#define NR_MREMAP 25
#define NR_MUNMAP 11
#define NR_MSYNC 26
#define NR_EXECVE 59
#define NR_EXECVEAT 322
#define NR_EXIT 60
#define NR_EXIT_GROUP 231
#define NR_MADVISE 28
#define NR_PROCESS_MADVISE 440
#define NR_REMAP_FILE_PAGES 216
#define NR_IO_SETUP 206
#define NR_IO_URING_SETUP 425
#define NR_OPEN 2
#define NR_CREAT 85
#define NR_OPENAT 257
#define NR_OPENAT2 437
#define NR_OPEN_BY_HANDLE_AT 304
#define NR_MKDIR 83
#define NR_MKDIRAT 258
#define NR_MKNOD 133
#define NR_MKNODAT 259
#define NR_BIND 49
#define NR_RMDIR 84
#define NR_UNLINK 87
#define NR_UNLINKAT 263
#define NR_RENAME 82
#define NR_RENAMEAT 264
#define NR_RENAMEAT2 316
#define NR_LINK 86
#define NR_LINKAT 265
#define NR_SYMLINK 88
#define NR_SYMLINKAT 266
#define NR_CHMOD 90
#define NR_FCHMOD 91
#define NR_FCHMODAT 268
#define NR_FCHMODAT2 452
#define NR_CHOWN 92
#define NR_LCHOWN 94
#define NR_FCHOWN 93
#define NR_FCHOWNAT 260
#define NR_UTIME 132
#define NR_UTIMES 235
#define NR_FUTIMESAT 261
#define NR_UTIMENSAT 280
#define NR_SETXATTR 188
#define NR_LSETXATTR 189
#define NR_FSETXATTR 190
#define NR_SETXATTRAT 463
#define NR_REMOVEXATTR 197
#define NR_LREMOVEXATTR 198
#define NR_FREMOVEXATTR 199
#define NR_REMOVEXATTRAT 466
#define NR_FILE_SETATTR 469
#define NR_FSYNC 74
#define NR_FDATASYNC 75
#define NR_SYNC_FILE_RANGE 277
#define NR_SYNC 162
#define NR_SYNCFS 306
#define NR_MOUNT 165
#define NR_UMOUNT2 166
#define NR_MOVE_MOUNT 429
#define NR_PIVOT_ROOT 155
#define NR_MOUNT_SETATTR 442
#define NR_OPEN_TREE_ATTR 467
#define NR_CHROOT 161
#define NR_SETNS 308
#define NR_FANOTIFY_INIT 300
#define NR_SECCOMP 317
#define NR_ACCT 163
#define NR_SWAPON 167
#define NR_QUOTACTL 179
#define NR_QUOTACTL_FD 443

/* Calls of which nothing is sent when they have succeeded. */
static const __u8 harmless_calls[CALL_SLOTS] = {
	[0] = 1, /* read */
	[3] = 1, /* close */
	[4] = 1, /* stat */
	[5] = 1, /* fstat */
	[6] = 1, /* lstat */
	[7] = 1, /* poll */
	[8] = 1, /* lseek */
	[10] = 1, /* mprotect */
	[11] = 1, /* munmap */
	[12] = 1, /* brk */
	[13] = 1, /* rt_sigaction */
	[14] = 1, /* rt_sigprocmask */
	[15] = 1, /* rt_sigreturn */
	[17] = 1, /* pread64 */
	[19] = 1, /* readv */
	[21] = 1, /* access */
	[22] = 1, /* pipe */
	[23] = 1, /* select */
	[24] = 1, /* sched_yield */
	[26] = 1, /* msync */
	[27] = 1, /* mincore */
	[29] = 1, /* shmget */
	[30] = 1, /* shmat */
	[31] = 1, /* shmctl */
	[32] = 1, /* dup */
	[33] = 1, /* dup2 */
	[34] = 1, /* pause */
	[35] = 1, /* nanosleep */
	[36] = 1, /* getitimer */
	[37] = 1, /* alarm */
	[38] = 1, /* setitimer */
	[39] = 1, /* getpid */
	[41] = 1, /* socket */
	[42] = 1, /* connect */
	[43] = 1, /* accept */
	[44] = 1, /* sendto */
	[45] = 1, /* recvfrom */
	[46] = 1, /* sendmsg */
	[47] = 1, /* recvmsg */
	[48] = 1, /* shutdown */
	[50] = 1, /* listen */
	[51] = 1, /* getsockname */
	[52] = 1, /* getpeername */
	[53] = 1, /* socketpair */
	[54] = 1, /* setsockopt */
	[55] = 1, /* getsockopt */
	[56] = 1, /* clone */
	[57] = 1, /* fork */
	[58] = 1, /* vfork */
	[59] = 1, /* execve */
	[60] = 1, /* exit */
	[61] = 1, /* wait4 */
	[62] = 1, /* kill */
	[63] = 1, /* uname */
	[64] = 1, /* semget */
	[65] = 1, /* semop */
	[66] = 1, /* semctl */
	[67] = 1, /* shmdt */
	[68] = 1, /* msgget */
	[69] = 1, /* msgsnd */
	[70] = 1, /* msgrcv */
	[71] = 1, /* msgctl */
	[72] = 1, /* fcntl */
	[73] = 1, /* flock */
	[78] = 1, /* getdents */
	[79] = 1, /* getcwd */
	[80] = 1, /* chdir */
	[81] = 1, /* fchdir */
	[89] = 1, /* readlink */
	[95] = 1, /* umask */
	[96] = 1, /* gettimeofday */
	[97] = 1, /* getrlimit */
	[98] = 1, /* getrusage */
	[99] = 1, /* sysinfo */
	[100] = 1, /* times */
	[101] = 1, /* ptrace */
	[102] = 1, /* getuid */
	[103] = 1, /* syslog */
	[104] = 1, /* getgid */
	[105] = 1, /* setuid */
	[106] = 1, /* setgid */
	[107] = 1, /* geteuid */
	[108] = 1, /* getegid */
	[109] = 1, /* setpgid */
	[110] = 1, /* getppid */
	[111] = 1, /* getpgrp */
	[112] = 1, /* setsid */
	[113] = 1, /* setreuid */
	[114] = 1, /* setregid */
	[115] = 1, /* getgroups */
	[116] = 1, /* setgroups */
	[117] = 1, /* setresuid */
	[118] = 1, /* getresuid */
	[119] = 1, /* setresgid */
	[120] = 1, /* getresgid */
	[121] = 1, /* getpgid */
	[122] = 1, /* setfsuid */
	[123] = 1, /* setfsgid */
	[124] = 1, /* getsid */
	[125] = 1, /* capget */
	[126] = 1, /* capset */
	[127] = 1, /* rt_sigpending */
	[128] = 1, /* rt_sigtimedwait */
	[129] = 1, /* rt_sigqueueinfo */
	[130] = 1, /* rt_sigsuspend */
	[131] = 1, /* sigaltstack */
	[134] = 1, /* uselib */
	[135] = 1, /* personality */
	[136] = 1, /* ustat */
	[137] = 1, /* statfs */
	[138] = 1, /* fstatfs */
	[139] = 1, /* sysfs */
	[140] = 1, /* getpriority */
	[141] = 1, /* setpriority */
	[142] = 1, /* sched_setparam */
	[143] = 1, /* sched_getparam */
	[144] = 1, /* sched_setscheduler */
	[145] = 1, /* sched_getscheduler */
	[146] = 1, /* sched_get_priority_max */
	[147] = 1, /* sched_get_priority_min */
	[148] = 1, /* sched_rr_get_interval */
	[149] = 1, /* mlock */
	[150] = 1, /* munlock */
	[151] = 1, /* mlockall */
	[152] = 1, /* munlockall */
	[153] = 1, /* vhangup */
	[154] = 1, /* modify_ldt */
	[157] = 1, /* prctl */
	[158] = 1, /* arch_prctl */
	[159] = 1, /* adjtimex */
	[160] = 1, /* setrlimit */
	[161] = 1, /* chroot */
	[164] = 1, /* settimeofday */
	[168] = 1, /* swapoff */
	[169] = 1, /* reboot */
	[170] = 1, /* sethostname */
	[171] = 1, /* setdomainname */
	[172] = 1, /* iopl */
	[173] = 1, /* ioperm */
	[175] = 1, /* init_module */
	[176] = 1, /* delete_module */
	[186] = 1, /* gettid */
	[187] = 1, /* readahead */
	[191] = 1, /* getxattr */
	[192] = 1, /* lgetxattr */
	[193] = 1, /* fgetxattr */
	[194] = 1, /* listxattr */
	[195] = 1, /* llistxattr */
	[196] = 1, /* flistxattr */
	[200] = 1, /* tkill */
	[201] = 1, /* time */
	[202] = 1, /* futex */
	[203] = 1, /* sched_setaffinity */
	[204] = 1, /* sched_getaffinity */
	[205] = 1, /* set_thread_area */
	[207] = 1, /* io_destroy */
	[208] = 1, /* io_getevents */
	[209] = 1, /* io_submit */
	[210] = 1, /* io_cancel */
	[211] = 1, /* get_thread_area */
	[212] = 1, /* lookup_dcookie */
	[213] = 1, /* epoll_create */
	[217] = 1, /* getdents64 */
	[218] = 1, /* set_tid_address */
	[219] = 1, /* restart_syscall */
	[220] = 1, /* semtimedop */
	[221] = 1, /* fadvise64 */
	[222] = 1, /* timer_create */
	[223] = 1, /* timer_settime */
	[224] = 1, /* timer_gettime */
	[225] = 1, /* timer_getoverrun */
	[226] = 1, /* timer_delete */
	[227] = 1, /* clock_settime */
	[228] = 1, /* clock_gettime */
	[229] = 1, /* clock_getres */
	[230] = 1, /* clock_nanosleep */
	[231] = 1, /* exit_group */
	[232] = 1, /* epoll_wait */
	[233] = 1, /* epoll_ctl */
	[234] = 1, /* tgkill */
	[237] = 1, /* mbind */
	[238] = 1, /* set_mempolicy */
	[239] = 1, /* get_mempolicy */
	[240] = 1, /* mq_open */
	[241] = 1, /* mq_unlink */
	[242] = 1, /* mq_timedsend */
	[243] = 1, /* mq_timedreceive */
	[244] = 1, /* mq_notify */
	[245] = 1, /* mq_getsetattr */
	[246] = 1, /* kexec_load */
	[247] = 1, /* waitid */
	[248] = 1, /* add_key */
	[249] = 1, /* request_key */
	[250] = 1, /* keyctl */
	[251] = 1, /* ioprio_set */
	[252] = 1, /* ioprio_get */
	[253] = 1, /* inotify_init */
	[254] = 1, /* inotify_add_watch */
	[255] = 1, /* inotify_rm_watch */
	[256] = 1, /* migrate_pages */
	[262] = 1, /* newfstatat */
	[267] = 1, /* readlinkat */
	[269] = 1, /* faccessat */
	[270] = 1, /* pselect6 */
	[271] = 1, /* ppoll */
	[272] = 1, /* unshare */
	[273] = 1, /* set_robust_list */
	[274] = 1, /* get_robust_list */
	[276] = 1, /* tee */
	[278] = 1, /* vmsplice */
	[279] = 1, /* move_pages */
	[281] = 1, /* epoll_pwait */
	[282] = 1, /* signalfd */
	[283] = 1, /* timerfd_create */
	[284] = 1, /* eventfd */
	[286] = 1, /* timerfd_settime */
	[287] = 1, /* timerfd_gettime */
	[288] = 1, /* accept4 */
	[289] = 1, /* signalfd4 */
	[290] = 1, /* eventfd2 */
	[291] = 1, /* epoll_create1 */
	[292] = 1, /* dup3 */
	[293] = 1, /* pipe2 */
	[294] = 1, /* inotify_init1 */
	[295] = 1, /* preadv */
	[297] = 1, /* rt_tgsigqueueinfo */
	[298] = 1, /* perf_event_open */
	[299] = 1, /* recvmmsg */
	[300] = 1, /* fanotify_init */
	[301] = 1, /* fanotify_mark */
	[302] = 1, /* prlimit64 */
	[303] = 1, /* name_to_handle_at */
	[305] = 1, /* clock_adjtime */
	[307] = 1, /* sendmmsg */
	[308] = 1, /* setns */
	[309] = 1, /* getcpu */
	[310] = 1, /* process_vm_readv */
	[311] = 1, /* process_vm_writev */
	[312] = 1, /* kcmp */
	[313] = 1, /* finit_module */
	[314] = 1, /* sched_setattr */
	[315] = 1, /* sched_getattr */
	[317] = 1, /* seccomp */
	[318] = 1, /* getrandom */
	[319] = 1, /* memfd_create */
	[320] = 1, /* kexec_file_load */
	[321] = 1, /* bpf */
	[322] = 1, /* execveat */
	[323] = 1, /* userfaultfd */
	[324] = 1, /* membarrier */
	[325] = 1, /* mlock2 */
	[327] = 1, /* preadv2 */
	[329] = 1, /* pkey_mprotect */
	[330] = 1, /* pkey_alloc */
	[331] = 1, /* pkey_free */
	[332] = 1, /* statx */
	[333] = 1, /* io_pgetevents */
	[334] = 1, /* rseq */
	[335] = 1, /* uretprobe */
	[336] = 1, /* uprobe */
	[424] = 1, /* pidfd_send_signal */
	[426] = 1, /* io_uring_enter */
	[427] = 1, /* io_uring_register */
	[428] = 1, /* open_tree */
	[430] = 1, /* fsopen */
	[431] = 1, /* fsconfig */
	[432] = 1, /* fsmount */
	[433] = 1, /* fspick */
	[434] = 1, /* pidfd_open */
	[435] = 1, /* clone3 */
	[436] = 1, /* close_range */
	[438] = 1, /* pidfd_getfd */
	[439] = 1, /* faccessat2 */
	[441] = 1, /* epoll_pwait2 */
	[444] = 1, /* landlock_create_ruleset */
	[445] = 1, /* landlock_add_rule */
	[446] = 1, /* landlock_restrict_self */
	[447] = 1, /* memfd_secret */
	[448] = 1, /* process_mrelease */
	[449] = 1, /* futex_waitv */
	[450] = 1, /* set_mempolicy_home_node */
	[451] = 1, /* cachestat */
	[453] = 1, /* map_shadow_stack */
	[454] = 1, /* futex_wake */
	[455] = 1, /* futex_wait */
	[456] = 1, /* futex_requeue */
	[457] = 1, /* statmount */
	[458] = 1, /* listmount */
	[459] = 1, /* lsm_get_self_attr */
	[460] = 1, /* lsm_set_self_attr */
	[461] = 1, /* lsm_list_modules */
	[462] = 1, /* mseal */
	[464] = 1, /* getxattrat */
	[465] = 1, /* listxattrat */
	[468] = 1, /* file_getattr */
	[470] = 1, /* listns */
	[471] = 1, /* rseq_slice_yield */
};

/* What is looked at before the call: the descriptor that it writes to, and that it copies from; or a program looks. */
#define BEGINS_TARGET(begins) (((begins)&15) - 1)
#define BEGINS_COPY(begins) ((begins) >> 4)
#define BEGINS_SOURCE(begins) (BEGINS_COPY(begins) - 1)
#define BEGINS_PROGRAM 0xff
static const __u8 call_begins[CALL_SLOTS] = {
	[1] = 1, /* write */
	[11] = BEGINS_PROGRAM, /* munmap */
	[18] = 1, /* pwrite64 */
	[20] = 1, /* writev */
	[26] = BEGINS_PROGRAM, /* msync */
	[40] = 33, /* sendfile */
	[59] = BEGINS_PROGRAM, /* execve */
	[60] = BEGINS_PROGRAM, /* exit */
	[82] = BEGINS_PROGRAM, /* rename */
	[231] = BEGINS_PROGRAM, /* exit_group */
	[264] = BEGINS_PROGRAM, /* renameat */
	[275] = 19, /* splice */
	[296] = 1, /* pwritev */
	[316] = BEGINS_PROGRAM, /* renameat2 */
	[322] = BEGINS_PROGRAM, /* execveat */
	[326] = 19, /* copy_file_range */
	[328] = 1, /* pwritev2 */
};

/* 1-based argument numbers, 0 for none; path1 may start at a descriptor, or at the working directory. */
struct operands {
	__u8 dir1, path1, dir2, path2;
	__u8 extra; /* what EXTRA_ says */
	__u8 extra_arg; /* the first argument of it */
};
#define CWD 100
enum { EXTRA_NONE, EXTRA_BYTES_16, EXTRA_BYTES_24, EXTRA_BYTES_32, EXTRA_XATTR, EXTRA_XATTR_NAME, EXTRA_XATTR_ARGS };
static const struct operands operands[CALL_SLOTS] = {
	[76] = {CWD, 1, 0, 0}, /* truncate */
	[2] = {CWD, 1, 0, 0}, /* open */
	[85] = {CWD, 1, 0, 0}, /* creat */
	[257] = {1, 2, 0, 0}, /* openat */
	[437] = {1, 2, 0, 0}, /* openat2 */
	[304] = {1, 2, 0, 0}, /* open_by_handle_at */
	[83] = {CWD, 1, 0, 0}, /* mkdir */
	[258] = {1, 2, 0, 0}, /* mkdirat */
	[133] = {CWD, 1, 0, 0}, /* mknod */
	[259] = {1, 2, 0, 0}, /* mknodat */
	[84] = {CWD, 1, 0, 0}, /* rmdir */
	[87] = {CWD, 1, 0, 0}, /* unlink */
	[263] = {1, 2, 0, 0}, /* unlinkat */
	[82] = {CWD, 1, CWD, 2}, /* rename */
	[264] = {1, 2, 3, 4}, /* renameat */
	[316] = {1, 2, 3, 4}, /* renameat2 */
	[86] = {CWD, 1, CWD, 2}, /* link */
	[265] = {1, 2, 3, 4}, /* linkat */
	[88] = {CWD, 1, CWD, 2}, /* symlink */
	[266] = {CWD, 1, 2, 3}, /* symlinkat */
	[90] = {CWD, 1, 0, 0}, /* chmod */
	[268] = {1, 2, 0, 0}, /* fchmodat */
	[452] = {1, 2, 0, 0}, /* fchmodat2 */
	[92] = {CWD, 1, 0, 0}, /* chown */
	[94] = {CWD, 1, 0, 0}, /* lchown */
	[260] = {1, 2, 0, 0}, /* fchownat */
	[132] = {CWD, 1, 0, 0, EXTRA_BYTES_16, 2}, /* utime */
	[235] = {CWD, 1, 0, 0, EXTRA_BYTES_32, 2}, /* utimes */
	[261] = {1, 2, 0, 0, EXTRA_BYTES_32, 3}, /* futimesat */
	[280] = {1, 2, 0, 0, EXTRA_BYTES_32, 3}, /* utimensat */
	[188] = {CWD, 1, 0, 0, EXTRA_XATTR, 2}, /* setxattr */
	[189] = {CWD, 1, 0, 0, EXTRA_XATTR, 2}, /* lsetxattr */
	[190] = {0, 0, 0, 0, EXTRA_XATTR, 2}, /* fsetxattr */
	[463] = {1, 2, 0, 0, EXTRA_XATTR_ARGS, 4}, /* setxattrat */
	[197] = {CWD, 1, 0, 0, EXTRA_XATTR_NAME, 2}, /* removexattr */
	[198] = {CWD, 1, 0, 0, EXTRA_XATTR_NAME, 2}, /* lremovexattr */
	[199] = {0, 0, 0, 0, EXTRA_XATTR_NAME, 2}, /* fremovexattr */
	[466] = {1, 2, 0, 0, EXTRA_XATTR_NAME, 4}, /* removexattrat */
	[469] = {1, 2, 0, 0, EXTRA_BYTES_24, 3}, /* file_setattr */
	[165] = {CWD, 1, CWD, 2}, /* mount */
	[166] = {CWD, 1, 0, 0}, /* umount2 */
	[429] = {1, 2, 3, 4}, /* move_mount */
	[155] = {CWD, 1, CWD, 2}, /* pivot_root */
	[442] = {1, 2, 0, 0, EXTRA_BYTES_16, 4}, /* mount_setattr */
	[467] = {1, 2, 0, 0, EXTRA_BYTES_16, 4}, /* open_tree_attr */
	[163] = {CWD, 1, 0, 0}, /* acct */
	[167] = {CWD, 1, 0, 0}, /* swapon */
};

/* What the calls of 32-bit programs put in doubt, by i386 number. */
enum compat { COMPAT_UNKNOWN, COMPAT_HARMLESS, COMPAT_ALL, COMPAT_FD, COMPAT_THIRD_FD, COMPAT_OPENS, COMPAT_MAPS, COMPAT_IOCTL, COMPAT_SOCKETCALL };
static const __u8 compat_calls[CALL_SLOTS] = {
	[0] = COMPAT_HARMLESS, /* restart_syscall */
	[1] = COMPAT_HARMLESS, /* exit */
	[2] = COMPAT_HARMLESS, /* fork */
	[3] = COMPAT_HARMLESS, /* read */
	[4] = COMPAT_FD, /* write */
	[5] = COMPAT_OPENS, /* open */
	[6] = COMPAT_HARMLESS, /* close */
	[7] = COMPAT_HARMLESS, /* waitpid */
	[8] = COMPAT_OPENS, /* creat */
	[9] = COMPAT_ALL, /* link */
	[10] = COMPAT_ALL, /* unlink */
	[11] = COMPAT_HARMLESS, /* execve */
	[12] = COMPAT_HARMLESS, /* chdir */
	[13] = COMPAT_HARMLESS, /* time */
	[14] = COMPAT_ALL, /* mknod */
	[15] = COMPAT_ALL, /* chmod */
	[16] = COMPAT_ALL, /* lchown */
	[18] = COMPAT_HARMLESS, /* oldstat */
	[19] = COMPAT_HARMLESS, /* lseek */
	[20] = COMPAT_HARMLESS, /* getpid */
	[21] = COMPAT_ALL, /* mount */
	[22] = COMPAT_ALL, /* umount */
	[23] = COMPAT_HARMLESS, /* setuid */
	[24] = COMPAT_HARMLESS, /* getuid */
	[25] = COMPAT_HARMLESS, /* stime */
	[26] = COMPAT_HARMLESS, /* ptrace */
	[27] = COMPAT_HARMLESS, /* alarm */
	[28] = COMPAT_HARMLESS, /* oldfstat */
	[29] = COMPAT_HARMLESS, /* pause */
	[30] = COMPAT_ALL, /* utime */
	[33] = COMPAT_HARMLESS, /* access */
	[34] = COMPAT_HARMLESS, /* nice */
	[36] = COMPAT_HARMLESS, /* sync */
	[37] = COMPAT_HARMLESS, /* kill */
	[38] = COMPAT_ALL, /* rename */
	[39] = COMPAT_ALL, /* mkdir */
	[40] = COMPAT_ALL, /* rmdir */
	[41] = COMPAT_HARMLESS, /* dup */
	[42] = COMPAT_HARMLESS, /* pipe */
	[43] = COMPAT_HARMLESS, /* times */
	[45] = COMPAT_HARMLESS, /* brk */
	[46] = COMPAT_HARMLESS, /* setgid */
	[47] = COMPAT_HARMLESS, /* getgid */
	[48] = COMPAT_HARMLESS, /* signal */
	[49] = COMPAT_HARMLESS, /* geteuid */
	[50] = COMPAT_HARMLESS, /* getegid */
	[51] = COMPAT_ALL, /* acct */
	[52] = COMPAT_ALL, /* umount2 */
	[54] = COMPAT_IOCTL, /* ioctl */
	[55] = COMPAT_HARMLESS, /* fcntl */
	[57] = COMPAT_HARMLESS, /* setpgid */
	[59] = COMPAT_HARMLESS, /* oldolduname */
	[60] = COMPAT_HARMLESS, /* umask */
	[61] = COMPAT_HARMLESS, /* chroot */
	[62] = COMPAT_HARMLESS, /* ustat */
	[63] = COMPAT_HARMLESS, /* dup2 */
	[64] = COMPAT_HARMLESS, /* getppid */
	[65] = COMPAT_HARMLESS, /* getpgrp */
	[66] = COMPAT_HARMLESS, /* setsid */
	[67] = COMPAT_HARMLESS, /* sigaction */
	[68] = COMPAT_HARMLESS, /* sgetmask */
	[69] = COMPAT_HARMLESS, /* ssetmask */
	[70] = COMPAT_HARMLESS, /* setreuid */
	[71] = COMPAT_HARMLESS, /* setregid */
	[72] = COMPAT_HARMLESS, /* sigsuspend */
	[73] = COMPAT_HARMLESS, /* sigpending */
	[74] = COMPAT_HARMLESS, /* sethostname */
	[75] = COMPAT_HARMLESS, /* setrlimit */
	[76] = COMPAT_HARMLESS, /* getrlimit */
	[77] = COMPAT_HARMLESS, /* getrusage */
	[78] = COMPAT_HARMLESS, /* gettimeofday */
	[79] = COMPAT_HARMLESS, /* settimeofday */
	[80] = COMPAT_HARMLESS, /* getgroups */
	[81] = COMPAT_HARMLESS, /* setgroups */
	[82] = COMPAT_HARMLESS, /* select */
	[83] = COMPAT_ALL, /* symlink */
	[84] = COMPAT_HARMLESS, /* oldlstat */
	[85] = COMPAT_HARMLESS, /* readlink */
	[86] = COMPAT_HARMLESS, /* uselib */
	[87] = COMPAT_ALL, /* swapon */
	[88] = COMPAT_HARMLESS, /* reboot */
	[89] = COMPAT_HARMLESS, /* readdir */
	[90] = COMPAT_MAPS, /* mmap */
	[91] = COMPAT_HARMLESS, /* munmap */
	[92] = COMPAT_ALL, /* truncate */
	[93] = COMPAT_FD, /* ftruncate */
	[94] = COMPAT_FD, /* fchmod */
	[95] = COMPAT_FD, /* fchown */
	[96] = COMPAT_HARMLESS, /* getpriority */
	[97] = COMPAT_HARMLESS, /* setpriority */
	[99] = COMPAT_HARMLESS, /* statfs */
	[100] = COMPAT_HARMLESS, /* fstatfs */
	[101] = COMPAT_HARMLESS, /* ioperm */
	[102] = COMPAT_SOCKETCALL, /* socketcall */
	[103] = COMPAT_HARMLESS, /* syslog */
	[104] = COMPAT_HARMLESS, /* setitimer */
	[105] = COMPAT_HARMLESS, /* getitimer */
	[106] = COMPAT_HARMLESS, /* stat */
	[107] = COMPAT_HARMLESS, /* lstat */
	[108] = COMPAT_HARMLESS, /* fstat */
	[109] = COMPAT_HARMLESS, /* olduname */
	[110] = COMPAT_HARMLESS, /* iopl */
	[111] = COMPAT_HARMLESS, /* vhangup */
	[113] = COMPAT_HARMLESS, /* vm86old */
	[114] = COMPAT_HARMLESS, /* wait4 */
	[115] = COMPAT_HARMLESS, /* swapoff */
	[116] = COMPAT_HARMLESS, /* sysinfo */
	[117] = COMPAT_HARMLESS, /* ipc */
	[118] = COMPAT_HARMLESS, /* fsync */
	[119] = COMPAT_HARMLESS, /* sigreturn */
	[120] = COMPAT_HARMLESS, /* clone */
	[121] = COMPAT_HARMLESS, /* setdomainname */
	[122] = COMPAT_HARMLESS, /* uname */
	[123] = COMPAT_HARMLESS, /* modify_ldt */
	[124] = COMPAT_HARMLESS, /* adjtimex */
	[125] = COMPAT_HARMLESS, /* mprotect */
	[126] = COMPAT_HARMLESS, /* sigprocmask */
	[128] = COMPAT_HARMLESS, /* init_module */
	[129] = COMPAT_HARMLESS, /* delete_module */
	[131] = COMPAT_HARMLESS, /* quotactl */
	[132] = COMPAT_HARMLESS, /* getpgid */
	[133] = COMPAT_HARMLESS, /* fchdir */
	[135] = COMPAT_HARMLESS, /* sysfs */
	[136] = COMPAT_HARMLESS, /* personality */
	[138] = COMPAT_HARMLESS, /* setfsuid */
	[139] = COMPAT_HARMLESS, /* setfsgid */
	[140] = COMPAT_HARMLESS, /* _llseek */
	[141] = COMPAT_HARMLESS, /* getdents */
	[142] = COMPAT_HARMLESS, /* _newselect */
	[143] = COMPAT_HARMLESS, /* flock */
	[144] = COMPAT_HARMLESS, /* msync */
	[145] = COMPAT_HARMLESS, /* readv */
	[146] = COMPAT_FD, /* writev */
	[147] = COMPAT_HARMLESS, /* getsid */
	[148] = COMPAT_HARMLESS, /* fdatasync */
	[150] = COMPAT_HARMLESS, /* mlock */
	[151] = COMPAT_HARMLESS, /* munlock */
	[152] = COMPAT_HARMLESS, /* mlockall */
	[153] = COMPAT_HARMLESS, /* munlockall */
	[154] = COMPAT_HARMLESS, /* sched_setparam */
	[155] = COMPAT_HARMLESS, /* sched_getparam */
	[156] = COMPAT_HARMLESS, /* sched_setscheduler */
	[157] = COMPAT_HARMLESS, /* sched_getscheduler */
	[158] = COMPAT_HARMLESS, /* sched_yield */
	[159] = COMPAT_HARMLESS, /* sched_get_priority_max */
	[160] = COMPAT_HARMLESS, /* sched_get_priority_min */
	[161] = COMPAT_HARMLESS, /* sched_rr_get_interval */
	[162] = COMPAT_HARMLESS, /* nanosleep */
	[163] = COMPAT_HARMLESS, /* mremap */
	[164] = COMPAT_HARMLESS, /* setresuid */
	[165] = COMPAT_HARMLESS, /* getresuid */
	[166] = COMPAT_HARMLESS, /* vm86 */
	[168] = COMPAT_HARMLESS, /* poll */
	[170] = COMPAT_HARMLESS, /* setresgid */
	[171] = COMPAT_HARMLESS, /* getresgid */
	[172] = COMPAT_HARMLESS, /* prctl */
	[173] = COMPAT_HARMLESS, /* rt_sigreturn */
	[174] = COMPAT_HARMLESS, /* rt_sigaction */
	[175] = COMPAT_HARMLESS, /* rt_sigprocmask */
	[176] = COMPAT_HARMLESS, /* rt_sigpending */
	[177] = COMPAT_HARMLESS, /* rt_sigtimedwait */
	[178] = COMPAT_HARMLESS, /* rt_sigqueueinfo */
	[179] = COMPAT_HARMLESS, /* rt_sigsuspend */
	[180] = COMPAT_HARMLESS, /* pread64 */
	[181] = COMPAT_FD, /* pwrite64 */
	[182] = COMPAT_ALL, /* chown */
	[183] = COMPAT_HARMLESS, /* getcwd */
	[184] = COMPAT_HARMLESS, /* capget */
	[185] = COMPAT_HARMLESS, /* capset */
	[186] = COMPAT_HARMLESS, /* sigaltstack */
	[187] = COMPAT_FD, /* sendfile */
	[190] = COMPAT_HARMLESS, /* vfork */
	[191] = COMPAT_HARMLESS, /* ugetrlimit */
	[192] = COMPAT_MAPS, /* mmap2 */
	[193] = COMPAT_ALL, /* truncate64 */
	[194] = COMPAT_FD, /* ftruncate64 */
	[195] = COMPAT_HARMLESS, /* stat64 */
	[196] = COMPAT_HARMLESS, /* lstat64 */
	[197] = COMPAT_HARMLESS, /* fstat64 */
	[198] = COMPAT_ALL, /* lchown32 */
	[199] = COMPAT_HARMLESS, /* getuid32 */
	[200] = COMPAT_HARMLESS, /* getgid32 */
	[201] = COMPAT_HARMLESS, /* geteuid32 */
	[202] = COMPAT_HARMLESS, /* getegid32 */
	[203] = COMPAT_HARMLESS, /* setreuid32 */
	[204] = COMPAT_HARMLESS, /* setregid32 */
	[205] = COMPAT_HARMLESS, /* getgroups32 */
	[206] = COMPAT_HARMLESS, /* setgroups32 */
	[207] = COMPAT_FD, /* fchown32 */
	[208] = COMPAT_HARMLESS, /* setresuid32 */
	[209] = COMPAT_HARMLESS, /* getresuid32 */
	[210] = COMPAT_HARMLESS, /* setresgid32 */
	[211] = COMPAT_HARMLESS, /* getresgid32 */
	[212] = COMPAT_ALL, /* chown32 */
	[213] = COMPAT_HARMLESS, /* setuid32 */
	[214] = COMPAT_HARMLESS, /* setgid32 */
	[215] = COMPAT_HARMLESS, /* setfsuid32 */
	[216] = COMPAT_HARMLESS, /* setfsgid32 */
	[217] = COMPAT_ALL, /* pivot_root */
	[218] = COMPAT_HARMLESS, /* mincore */
	[219] = COMPAT_HARMLESS, /* madvise */
	[220] = COMPAT_HARMLESS, /* getdents64 */
	[221] = COMPAT_HARMLESS, /* fcntl64 */
	[224] = COMPAT_HARMLESS, /* gettid */
	[225] = COMPAT_HARMLESS, /* readahead */
	[226] = COMPAT_ALL, /* setxattr */
	[227] = COMPAT_ALL, /* lsetxattr */
	[228] = COMPAT_FD, /* fsetxattr */
	[229] = COMPAT_HARMLESS, /* getxattr */
	[230] = COMPAT_HARMLESS, /* lgetxattr */
	[231] = COMPAT_HARMLESS, /* fgetxattr */
	[232] = COMPAT_HARMLESS, /* listxattr */
	[233] = COMPAT_HARMLESS, /* llistxattr */
	[234] = COMPAT_HARMLESS, /* flistxattr */
	[235] = COMPAT_ALL, /* removexattr */
	[236] = COMPAT_ALL, /* lremovexattr */
	[237] = COMPAT_FD, /* fremovexattr */
	[238] = COMPAT_HARMLESS, /* tkill */
	[239] = COMPAT_FD, /* sendfile64 */
	[240] = COMPAT_HARMLESS, /* futex */
	[241] = COMPAT_HARMLESS, /* sched_setaffinity */
	[242] = COMPAT_HARMLESS, /* sched_getaffinity */
	[243] = COMPAT_HARMLESS, /* set_thread_area */
	[244] = COMPAT_HARMLESS, /* get_thread_area */
	[245] = COMPAT_ALL, /* io_setup */
	[246] = COMPAT_HARMLESS, /* io_destroy */
	[247] = COMPAT_HARMLESS, /* io_getevents */
	[248] = COMPAT_HARMLESS, /* io_submit */
	[249] = COMPAT_HARMLESS, /* io_cancel */
	[250] = COMPAT_HARMLESS, /* fadvise64 */
	[252] = COMPAT_HARMLESS, /* exit_group */
	[253] = COMPAT_HARMLESS, /* lookup_dcookie */
	[254] = COMPAT_HARMLESS, /* epoll_create */
	[255] = COMPAT_HARMLESS, /* epoll_ctl */
	[256] = COMPAT_HARMLESS, /* epoll_wait */
	[257] = COMPAT_ALL, /* remap_file_pages */
	[258] = COMPAT_HARMLESS, /* set_tid_address */
	[259] = COMPAT_HARMLESS, /* timer_create */
	[260] = COMPAT_HARMLESS, /* timer_settime */
	[261] = COMPAT_HARMLESS, /* timer_gettime */
	[262] = COMPAT_HARMLESS, /* timer_getoverrun */
	[263] = COMPAT_HARMLESS, /* timer_delete */
	[264] = COMPAT_HARMLESS, /* clock_settime */
	[265] = COMPAT_HARMLESS, /* clock_gettime */
	[266] = COMPAT_HARMLESS, /* clock_getres */
	[267] = COMPAT_HARMLESS, /* clock_nanosleep */
	[268] = COMPAT_HARMLESS, /* statfs64 */
	[269] = COMPAT_HARMLESS, /* fstatfs64 */
	[270] = COMPAT_HARMLESS, /* tgkill */
	[271] = COMPAT_ALL, /* utimes */
	[272] = COMPAT_HARMLESS, /* fadvise64_64 */
	[274] = COMPAT_HARMLESS, /* mbind */
	[275] = COMPAT_HARMLESS, /* get_mempolicy */
	[276] = COMPAT_HARMLESS, /* set_mempolicy */
	[277] = COMPAT_HARMLESS, /* mq_open */
	[278] = COMPAT_HARMLESS, /* mq_unlink */
	[279] = COMPAT_HARMLESS, /* mq_timedsend */
	[280] = COMPAT_HARMLESS, /* mq_timedreceive */
	[281] = COMPAT_HARMLESS, /* mq_notify */
	[282] = COMPAT_HARMLESS, /* mq_getsetattr */
	[283] = COMPAT_HARMLESS, /* kexec_load */
	[284] = COMPAT_HARMLESS, /* waitid */
	[286] = COMPAT_HARMLESS, /* add_key */
	[287] = COMPAT_HARMLESS, /* request_key */
	[288] = COMPAT_HARMLESS, /* keyctl */
	[289] = COMPAT_HARMLESS, /* ioprio_set */
	[290] = COMPAT_HARMLESS, /* ioprio_get */
	[291] = COMPAT_HARMLESS, /* inotify_init */
	[292] = COMPAT_HARMLESS, /* inotify_add_watch */
	[293] = COMPAT_HARMLESS, /* inotify_rm_watch */
	[294] = COMPAT_HARMLESS, /* migrate_pages */
	[295] = COMPAT_OPENS, /* openat */
	[296] = COMPAT_ALL, /* mkdirat */
	[297] = COMPAT_ALL, /* mknodat */
	[298] = COMPAT_ALL, /* fchownat */
	[299] = COMPAT_ALL, /* futimesat */
	[300] = COMPAT_HARMLESS, /* fstatat64 */
	[301] = COMPAT_ALL, /* unlinkat */
	[302] = COMPAT_ALL, /* renameat */
	[303] = COMPAT_ALL, /* linkat */
	[304] = COMPAT_ALL, /* symlinkat */
	[305] = COMPAT_HARMLESS, /* readlinkat */
	[306] = COMPAT_ALL, /* fchmodat */
	[307] = COMPAT_HARMLESS, /* faccessat */
	[308] = COMPAT_HARMLESS, /* pselect6 */
	[309] = COMPAT_HARMLESS, /* ppoll */
	[310] = COMPAT_HARMLESS, /* unshare */
	[311] = COMPAT_HARMLESS, /* set_robust_list */
	[312] = COMPAT_HARMLESS, /* get_robust_list */
	[313] = COMPAT_THIRD_FD, /* splice */
	[314] = COMPAT_HARMLESS, /* sync_file_range */
	[315] = COMPAT_HARMLESS, /* tee */
	[316] = COMPAT_HARMLESS, /* vmsplice */
	[317] = COMPAT_HARMLESS, /* move_pages */
	[318] = COMPAT_HARMLESS, /* getcpu */
	[319] = COMPAT_HARMLESS, /* epoll_pwait */
	[320] = COMPAT_ALL, /* utimensat */
	[321] = COMPAT_HARMLESS, /* signalfd */
	[322] = COMPAT_HARMLESS, /* timerfd_create */
	[323] = COMPAT_HARMLESS, /* eventfd */
	[324] = COMPAT_FD, /* fallocate */
	[325] = COMPAT_HARMLESS, /* timerfd_settime */
	[326] = COMPAT_HARMLESS, /* timerfd_gettime */
	[327] = COMPAT_HARMLESS, /* signalfd4 */
	[328] = COMPAT_HARMLESS, /* eventfd2 */
	[329] = COMPAT_HARMLESS, /* epoll_create1 */
	[330] = COMPAT_HARMLESS, /* dup3 */
	[331] = COMPAT_HARMLESS, /* pipe2 */
	[332] = COMPAT_HARMLESS, /* inotify_init1 */
	[333] = COMPAT_HARMLESS, /* preadv */
	[334] = COMPAT_FD, /* pwritev */
	[335] = COMPAT_HARMLESS, /* rt_tgsigqueueinfo */
	[336] = COMPAT_HARMLESS, /* perf_event_open */
	[337] = COMPAT_HARMLESS, /* recvmmsg */
	[338] = COMPAT_HARMLESS, /* fanotify_init */
	[339] = COMPAT_HARMLESS, /* fanotify_mark */
	[340] = COMPAT_HARMLESS, /* prlimit64 */
	[341] = COMPAT_HARMLESS, /* name_to_handle_at */
	[342] = COMPAT_OPENS, /* open_by_handle_at */
	[343] = COMPAT_HARMLESS, /* clock_adjtime */
	[344] = COMPAT_HARMLESS, /* syncfs */
	[345] = COMPAT_HARMLESS, /* sendmmsg */
	[346] = COMPAT_HARMLESS, /* setns */
	[347] = COMPAT_HARMLESS, /* process_vm_readv */
	[348] = COMPAT_HARMLESS, /* process_vm_writev */
	[349] = COMPAT_HARMLESS, /* kcmp */
	[350] = COMPAT_HARMLESS, /* finit_module */
	[351] = COMPAT_HARMLESS, /* sched_setattr */
	[352] = COMPAT_HARMLESS, /* sched_getattr */
	[353] = COMPAT_ALL, /* renameat2 */
	[354] = COMPAT_HARMLESS, /* seccomp */
	[355] = COMPAT_HARMLESS, /* getrandom */
	[356] = COMPAT_HARMLESS, /* memfd_create */
	[357] = COMPAT_HARMLESS, /* bpf */
	[358] = COMPAT_HARMLESS, /* execveat */
	[359] = COMPAT_HARMLESS, /* socket */
	[360] = COMPAT_HARMLESS, /* socketpair */
	[361] = COMPAT_ALL, /* bind */
	[362] = COMPAT_HARMLESS, /* connect */
	[363] = COMPAT_HARMLESS, /* listen */
	[364] = COMPAT_HARMLESS, /* accept4 */
	[365] = COMPAT_HARMLESS, /* getsockopt */
	[366] = COMPAT_HARMLESS, /* setsockopt */
	[367] = COMPAT_HARMLESS, /* getsockname */
	[368] = COMPAT_HARMLESS, /* getpeername */
	[369] = COMPAT_HARMLESS, /* sendto */
	[370] = COMPAT_HARMLESS, /* sendmsg */
	[371] = COMPAT_HARMLESS, /* recvfrom */
	[372] = COMPAT_HARMLESS, /* recvmsg */
	[373] = COMPAT_HARMLESS, /* shutdown */
	[374] = COMPAT_HARMLESS, /* userfaultfd */
	[375] = COMPAT_HARMLESS, /* membarrier */
	[376] = COMPAT_HARMLESS, /* mlock2 */
	[377] = COMPAT_THIRD_FD, /* copy_file_range */
	[378] = COMPAT_HARMLESS, /* preadv2 */
	[379] = COMPAT_FD, /* pwritev2 */
	[380] = COMPAT_HARMLESS, /* pkey_mprotect */
	[381] = COMPAT_HARMLESS, /* pkey_alloc */
	[382] = COMPAT_HARMLESS, /* pkey_free */
	[383] = COMPAT_HARMLESS, /* statx */
	[384] = COMPAT_HARMLESS, /* arch_prctl */
	[385] = COMPAT_HARMLESS, /* io_pgetevents */
	[386] = COMPAT_HARMLESS, /* rseq */
	[393] = COMPAT_HARMLESS, /* semget */
	[394] = COMPAT_HARMLESS, /* semctl */
	[395] = COMPAT_HARMLESS, /* shmget */
	[396] = COMPAT_HARMLESS, /* shmctl */
	[397] = COMPAT_HARMLESS, /* shmat */
	[398] = COMPAT_HARMLESS, /* shmdt */
	[399] = COMPAT_HARMLESS, /* msgget */
	[400] = COMPAT_HARMLESS, /* msgsnd */
	[401] = COMPAT_HARMLESS, /* msgrcv */
	[402] = COMPAT_HARMLESS, /* msgctl */
	[403] = COMPAT_HARMLESS, /* clock_gettime64 */
	[404] = COMPAT_HARMLESS, /* clock_settime64 */
	[405] = COMPAT_HARMLESS, /* clock_adjtime64 */
	[406] = COMPAT_HARMLESS, /* clock_getres_time64 */
	[407] = COMPAT_HARMLESS, /* clock_nanosleep_time64 */
	[408] = COMPAT_HARMLESS, /* timer_gettime64 */
	[409] = COMPAT_HARMLESS, /* timer_settime64 */
	[410] = COMPAT_HARMLESS, /* timerfd_gettime64 */
	[411] = COMPAT_HARMLESS, /* timerfd_settime64 */
	[412] = COMPAT_ALL, /* utimensat_time64 */
	[413] = COMPAT_HARMLESS, /* pselect6_time64 */
	[414] = COMPAT_HARMLESS, /* ppoll_time64 */
	[416] = COMPAT_HARMLESS, /* io_pgetevents_time64 */
	[417] = COMPAT_HARMLESS, /* recvmmsg_time64 */
	[418] = COMPAT_HARMLESS, /* mq_timedsend_time64 */
	[419] = COMPAT_HARMLESS, /* mq_timedreceive_time64 */
	[420] = COMPAT_HARMLESS, /* semtimedop_time64 */
	[421] = COMPAT_HARMLESS, /* rt_sigtimedwait_time64 */
	[422] = COMPAT_HARMLESS, /* futex_time64 */
	[423] = COMPAT_HARMLESS, /* sched_rr_get_interval_time64 */
	[424] = COMPAT_HARMLESS, /* pidfd_send_signal */
	[425] = COMPAT_ALL, /* io_uring_setup */
	[426] = COMPAT_HARMLESS, /* io_uring_enter */
	[427] = COMPAT_HARMLESS, /* io_uring_register */
	[428] = COMPAT_HARMLESS, /* open_tree */
	[429] = COMPAT_ALL, /* move_mount */
	[430] = COMPAT_HARMLESS, /* fsopen */
	[431] = COMPAT_HARMLESS, /* fsconfig */
	[432] = COMPAT_HARMLESS, /* fsmount */
	[433] = COMPAT_HARMLESS, /* fspick */
	[434] = COMPAT_HARMLESS, /* pidfd_open */
	[435] = COMPAT_HARMLESS, /* clone3 */
	[436] = COMPAT_HARMLESS, /* close_range */
	[437] = COMPAT_OPENS, /* openat2 */
	[438] = COMPAT_HARMLESS, /* pidfd_getfd */
	[439] = COMPAT_HARMLESS, /* faccessat2 */
	[440] = COMPAT_HARMLESS, /* process_madvise */
	[441] = COMPAT_HARMLESS, /* epoll_pwait2 */
	[442] = COMPAT_ALL, /* mount_setattr */
	[443] = COMPAT_HARMLESS, /* quotactl_fd */
	[444] = COMPAT_HARMLESS, /* landlock_create_ruleset */
	[445] = COMPAT_HARMLESS, /* landlock_add_rule */
	[446] = COMPAT_HARMLESS, /* landlock_restrict_self */
	[447] = COMPAT_HARMLESS, /* memfd_secret */
	[448] = COMPAT_HARMLESS, /* process_mrelease */
	[449] = COMPAT_HARMLESS, /* futex_waitv */
	[450] = COMPAT_HARMLESS, /* set_mempolicy_home_node */
	[451] = COMPAT_HARMLESS, /* cachestat */
	[452] = COMPAT_ALL, /* fchmodat2 */
	[453] = COMPAT_HARMLESS, /* map_shadow_stack */
	[454] = COMPAT_HARMLESS, /* futex_wake */
	[455] = COMPAT_HARMLESS, /* futex_wait */
	[456] = COMPAT_HARMLESS, /* futex_requeue */
	[457] = COMPAT_HARMLESS, /* statmount */
	[458] = COMPAT_HARMLESS, /* listmount */
	[459] = COMPAT_HARMLESS, /* lsm_get_self_attr */
	[460] = COMPAT_HARMLESS, /* lsm_set_self_attr */
	[461] = COMPAT_HARMLESS, /* lsm_list_modules */
	[462] = COMPAT_HARMLESS, /* mseal */
	[463] = COMPAT_ALL, /* setxattrat */
	[464] = COMPAT_HARMLESS, /* getxattrat */
	[465] = COMPAT_HARMLESS, /* listxattrat */
	[466] = COMPAT_ALL, /* removexattrat */
	[467] = COMPAT_ALL, /* open_tree_attr */
	[468] = COMPAT_HARMLESS, /* file_getattr */
	[469] = COMPAT_ALL, /* file_setattr */
	[470] = COMPAT_HARMLESS, /* listns */
	[471] = COMPAT_HARMLESS, /* rseq_slice_yield */
};

/* What becomes of a command of ioctl on a regular file or directory; 0: it is not known. */
enum ioctl_way { IOCTL_UNKNOWN, IOCTL_CLONE = 1, IOCTL_FLAGS = 2, IOCTL_FSXATTR = 3, IOCTL_SPACE = 4, IOCTL_VERITY = 5, IOCTL_ENCRYPT = 6, IOCTL_GAP = 7, IOCTL_LOOP = 8, IOCTL_HARMLESS };
#define FICLONE 0x40049409u
#define FICLONERANGE 0x4020940du
#define FS_IOC_SETFLAGS 0x40086602u
#define FS_IOC_FSSETXATTR 0x401c5820u
#define FS_IOC_RESVSP 0x40305828u
#define FS_IOC_UNRESVSP 0x40305829u
#define FS_IOC_RESVSP64 0x4030582au
#define FS_IOC_UNRESVSP64 0x4030582bu
#define FS_IOC_ZERO_RANGE 0x40305839u
#define FS_IOC_ENABLE_VERITY 0x40806685u
#define FS_IOC_SET_ENCRYPTION_POLICY 0x800c6613u
#define FS_IOC_SETVERSION 0x40087602u
#define EXT4_IOC_SETVERSION 0x40086604u
#define FS_IOC_SHUTDOWN 0x8004587du
#define EXT4_IOC_MOVE_EXT 0xc028660fu
#define EXT4_IOC_SWAP_BOOT 0x6611u
#define XFS_IOC_SWAPEXT 0xc0c0586du
#define XFS_IOC_EXCHANGE_RANGE 0x40285881u
#define BTRFS_IOC_SNAP_CREATE 0x50009401u
#define BTRFS_IOC_SUBVOL_CREATE 0x5000940eu
#define BTRFS_IOC_SNAP_DESTROY 0x5000940fu
#define BTRFS_IOC_SNAP_CREATE_V2 0x50009417u
#define BTRFS_IOC_SUBVOL_CREATE_V2 0x50009418u
#define BTRFS_IOC_SUBVOL_SETFLAGS 0x4008941au
#define BTRFS_IOC_SNAP_DESTROY_V2 0x5000943fu
#define BTRFS_IOC_ENCODED_WRITE 0x40809440u
#define LOOP_SET_FD 0x4c00u
#define LOOP_CHANGE_FD 0x4c06u
#define LOOP_CONFIGURE 0x4c0au
/* Bytes of what the argument points to that are sent. */
static const __u8 ioctl_bytes[] = {0, 0, 4, 28, 24, 0, 0, 0, 0, 0};

static __always_inline enum ioctl_way ioctl__way(__u32 command)
{
	switch (command) {
	case 0x40049409: /* FICLONE */
	case 0x4020940d: /* FICLONERANGE */
		return IOCTL_CLONE;
	case 0x40086602: /* FS_IOC_SETFLAGS */
		return IOCTL_FLAGS;
	case 0x401c5820: /* FS_IOC_FSSETXATTR */
		return IOCTL_FSXATTR;
	case 0x40305828: /* FS_IOC_RESVSP */
	case 0x40305829: /* FS_IOC_UNRESVSP */
	case 0x4030582a: /* FS_IOC_RESVSP64 */
	case 0x4030582b: /* FS_IOC_UNRESVSP64 */
	case 0x40305839: /* FS_IOC_ZERO_RANGE */
		return IOCTL_SPACE;
	case 0x40806685: /* FS_IOC_ENABLE_VERITY */
		return IOCTL_VERITY;
	case 0x800c6613: /* FS_IOC_SET_ENCRYPTION_POLICY */
		return IOCTL_ENCRYPT;
	case 0x40087602: /* FS_IOC_SETVERSION */
	case 0x40086604: /* EXT4_IOC_SETVERSION */
	case 0x8004587d: /* FS_IOC_SHUTDOWN */
	case 0xc028660f: /* EXT4_IOC_MOVE_EXT */
	case 0x6611: /* EXT4_IOC_SWAP_BOOT */
	case 0xc0c0586d: /* XFS_IOC_SWAPEXT */
	case 0x40285881: /* XFS_IOC_EXCHANGE_RANGE */
	case 0x50009401: /* BTRFS_IOC_SNAP_CREATE */
	case 0x5000940e: /* BTRFS_IOC_SUBVOL_CREATE */
	case 0x5000940f: /* BTRFS_IOC_SNAP_DESTROY */
	case 0x50009417: /* BTRFS_IOC_SNAP_CREATE_V2 */
	case 0x50009418: /* BTRFS_IOC_SUBVOL_CREATE_V2 */
	case 0x4008941a: /* BTRFS_IOC_SUBVOL_SETFLAGS */
	case 0x5000943f: /* BTRFS_IOC_SNAP_DESTROY_V2 */
	case 0x40809440: /* BTRFS_IOC_ENCODED_WRITE */
		return IOCTL_GAP;
	case 0x4c00: /* LOOP_SET_FD */
	case 0x4c06: /* LOOP_CHANGE_FD */
	case 0x4c0a: /* LOOP_CONFIGURE */
		return IOCTL_LOOP;
	case 0x541b: /* FIONREAD */
	case 0x5421: /* FIONBIO */
	case 0x5450: /* FIONCLEX */
	case 0x5451: /* FIOCLEX */
	case 0x5452: /* FIOASYNC */
	case 0x1: /* FIBMAP */
	case 0x2: /* FIGETBSZ */
	case 0x5460: /* FIOQSIZE */
	case 0xc020660b: /* FS_IOC_FIEMAP */
	case 0x80086601: /* FS_IOC_GETFLAGS */
	case 0x80046601: /* FS_IOC32_GETFLAGS */
	case 0x801c581f: /* FS_IOC_FSGETXATTR */
	case 0x80087601: /* FS_IOC_GETVERSION */
	case 0x80047601: /* FS_IOC32_GETVERSION */
	case 0x81009431: /* FS_IOC_GETFSLABEL */
	case 0x80111500: /* FS_IOC_GETFSUUID */
	case 0x80811501: /* FS_IOC_GETFSSYSFSPATH */
	case 0xc0046686: /* FS_IOC_MEASURE_VERITY */
	case 0xc0286687: /* FS_IOC_READ_VERITY_METADATA */
	case 0x40106614: /* FS_IOC_GET_ENCRYPTION_PWSALT */
	case 0x400c6615: /* FS_IOC_GET_ENCRYPTION_POLICY */
	case 0xc0096616: /* FS_IOC_GET_ENCRYPTION_POLICY_EX */
	case 0xc080661a: /* FS_IOC_GET_ENCRYPTION_KEY_STATUS */
	case 0x8010661b: /* FS_IOC_GET_ENCRYPTION_NONCE */
	case 0x40046629: /* EXT4_IOC_GETSTATE */
	case 0xc020662a: /* EXT4_IOC_GET_ES_CACHE */
	case 0x8008662c: /* EXT4_IOC_GETFSUUID */
	case 0x801c582d: /* XFS_IOC_FSGETXATTRA */
	case 0xc0205826: /* XFS_IOC_GETBMAP */
	case 0xc0205838: /* XFS_IOC_GETBMAPX */
	case 0x800c581e: /* XFS_IOC_DIOINFO */
	case 0x8100587e: /* XFS_IOC_FSGEOMETRY */
	case 0x80705864: /* XFS_IOC_FSGEOMETRY_V1 */
	case 0x80205871: /* XFS_IOC_FSCOUNTS */
	case 0xd0009411: /* BTRFS_IOC_TREE_SEARCH */
	case 0xc0709411: /* BTRFS_IOC_TREE_SEARCH_V2 */
	case 0xd0009412: /* BTRFS_IOC_INO_LOOKUP */
	case 0xc0109414: /* BTRFS_IOC_SPACE_INFO */
	case 0x80089419: /* BTRFS_IOC_SUBVOL_GETFLAGS */
	case 0xd000941e: /* BTRFS_IOC_DEV_INFO */
	case 0x8400941f: /* BTRFS_IOC_FS_INFO */
	case 0xc0389423: /* BTRFS_IOC_INO_PATHS */
	case 0xc0389424: /* BTRFS_IOC_LOGICAL_INO */
	case 0x40489426: /* BTRFS_IOC_SEND */
	case 0x80189439: /* BTRFS_IOC_GET_FEATURES */
	case 0x80489439: /* BTRFS_IOC_GET_SUPPORTED_FEATURES */
	case 0xc038943b: /* BTRFS_IOC_LOGICAL_INO_V2 */
	case 0x81f8943c: /* BTRFS_IOC_GET_SUBVOL_INFO */
	case 0xd000943d: /* BTRFS_IOC_GET_SUBVOL_ROOTREF */
	case 0xd000943e: /* BTRFS_IOC_INO_LOOKUP_USER */
	case 0x80809440: /* BTRFS_IOC_ENCODED_READ */
	case 0xc0045877: /* FIFREEZE */
	case 0xc0045878: /* FITHAW */
	case 0xc0185879: /* FITRIM */
	case 0x41009432: /* FS_IOC_SETFSLABEL */
	case 0xc0506617: /* FS_IOC_ADD_ENCRYPTION_KEY */
	case 0xc0406618: /* FS_IOC_REMOVE_ENCRYPTION_KEY */
	case 0xc0406619: /* FS_IOC_REMOVE_ENCRYPTION_KEY_ALL_USERS */
	case 0x40086610: /* EXT4_IOC_RESIZE_FS */
	case 0x4004662b: /* EXT4_IOC_CHECKPOINT */
	case 0x4008662d: /* EXT4_IOC_SETFSUUID */
	case 0x50009403: /* BTRFS_IOC_RESIZE */
	case 0x9408: /* BTRFS_IOC_SYNC */
	case 0xc4009420: /* BTRFS_IOC_BALANCE_V2 */
	case 0x80089418: /* BTRFS_IOC_START_SYNC */
	case 0x40089416: /* BTRFS_IOC_WAIT_SYNC */
	case 0xc400941b: /* BTRFS_IOC_SCRUB */
	case 0xc0109428: /* BTRFS_IOC_QUOTA_CTL */
	case 0xc0189436: /* FIDEDUPERANGE */
	case 0x6609: /* EXT4_IOC_MIGRATE */
	case 0x660c: /* EXT4_IOC_ALLOC_DA_BLKS */
	case 0x6628: /* EXT4_IOC_CLEAR_ES_CACHE */
	case 0x6612: /* EXT4_IOC_PRECACHE_EXTENTS */
	case 0x50009402: /* BTRFS_IOC_DEFRAG */
	case 0x40309410: /* BTRFS_IOC_DEFRAG_RANGE */
		return IOCTL_HARMLESS;
	}
	return IOCTL_UNKNOWN;
}
