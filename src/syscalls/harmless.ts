/**
 * System calls that change neither names nor bytes nor attributes of files, each with its reason: name, number on x86-64, number
 * on i386; "-" where the interface has none.
 */
export const HARMLESS: readonly { readonly why: string; readonly calls: string }[] = [
  {
    why: 'only reads or looks; access times are not recorded',
    calls: `read:0:3 stat:4:106 fstat:5:108 lstat:6:107 poll:7:168 pread64:17:180 readv:19:145 access:21:33 getdents:78:141
      getcwd:79:183 readlink:89:85 uselib:134:86 ustat:136:62 statfs:137:99 fstatfs:138:100 sysfs:139:135
      readahead:187:225 getxattr:191:229 lgetxattr:192:230 fgetxattr:193:231 listxattr:194:232 llistxattr:195:233
      flistxattr:196:234 lookup_dcookie:212:253 getdents64:217:220 fadvise64:221:250 newfstatat:262:-
      readlinkat:267:305 faccessat:269:307 preadv:295:333 name_to_handle_at:303:341 preadv2:327:378 statx:332:383
      faccessat2:439:439 cachestat:451:451 statmount:457:457 listmount:458:458 getxattrat:464:464 listxattrat:465:465
      file_getattr:468:468 listns:470:470 oldstat:-:18 oldfstat:-:28 oldlstat:-:84 readdir:-:89 stat64:-:195
      lstat64:-:196 fstat64:-:197 statfs64:-:268 fstatfs64:-:269 fadvise64_64:-:272 fstatat64:-:300`,
  },
  {
    why: 'concerns descriptors, their positions and locks',
    calls: `close:3:6 lseek:8:19 pipe:22:42 select:23:82 dup:32:41 dup2:33:63 fcntl:72:55 flock:73:143 epoll_create:213:254
      epoll_wait:232:256 epoll_ctl:233:255 inotify_init:253:291 inotify_add_watch:254:292 inotify_rm_watch:255:293
      pselect6:270:308 ppoll:271:309 epoll_pwait:281:319 signalfd:282:321 timerfd_create:283:322 eventfd:284:323
      timerfd_settime:286:325 timerfd_gettime:287:326 signalfd4:289:327 eventfd2:290:328 epoll_create1:291:329
      dup3:292:330 pipe2:293:331 inotify_init1:294:332 perf_event_open:298:336
      fanotify_mark:301:339 userfaultfd:323:374 close_range:436:436 pidfd_getfd:438:438 epoll_pwait2:441:441
      _llseek:-:140 _newselect:-:142 fcntl64:-:221 timerfd_gettime64:-:410 timerfd_settime64:-:411
      pselect6_time64:-:413 ppoll_time64:-:414`,
  },
  {
    why: 'moves bytes between pipes and memory',
    calls: `tee:276:315 vmsplice:278:316`,
  },
  {
    why: 'changes memory or how it is mapped; what a shared mapping holds is read when it goes (limits.md)',
    calls: `mprotect:10:125 brk:12:45 mincore:27:218 shmget:29:395 shmat:30:397 shmctl:31:396 shmdt:67:398 ptrace:101:26
      mlock:149:150 munlock:150:151 mlockall:151:152 munlockall:152:153 modify_ldt:154:123 arch_prctl:158:384
      set_thread_area:205:243 get_thread_area:211:244 mbind:237:274 set_mempolicy:238:276 get_mempolicy:239:275
      migrate_pages:256:294 move_pages:279:317 process_vm_readv:310:347 process_vm_writev:311:348 memfd_create:319:356
      membarrier:324:375 mlock2:325:376 pkey_mprotect:329:380 pkey_alloc:330:381 pkey_free:331:382
      memfd_secret:447:447 process_mrelease:448:448 set_mempolicy_home_node:450:450 map_shadow_stack:453:453
      mseal:462:462 vm86old:-:113 vm86:-:166`,
  },
  {
    why: 'concerns processes and threads; fork, exec and exit have records of their own',
    calls: `sched_yield:24:158 getpid:39:20 clone:56:120 fork:57:2 vfork:58:190 wait4:61:114 kill:62:37 umask:95:60
      getrlimit:97:76 getrusage:98:77 setpgid:109:57 getppid:110:64 getpgrp:111:65 setsid:112:66 getpgid:121:132
      getsid:124:147 personality:135:136 getpriority:140:96 setpriority:141:97 sched_setparam:142:154
      sched_getparam:143:155 sched_setscheduler:144:156 sched_getscheduler:145:157 sched_get_priority_max:146:159
      sched_get_priority_min:147:160 sched_rr_get_interval:148:161 prctl:157:172 setrlimit:160:75 gettid:186:224
      tkill:200:238 futex:202:240 sched_setaffinity:203:241 sched_getaffinity:204:242 set_tid_address:218:258
      restart_syscall:219:0 tgkill:234:270 waitid:247:284 ioprio_set:251:289 ioprio_get:252:290 unshare:272:310
      set_robust_list:273:311 get_robust_list:274:312 prlimit64:302:340 getcpu:309:318 kcmp:312:349
      sched_setattr:314:351 sched_getattr:315:352 rseq:334:386 uretprobe:335:- uprobe:336:- pidfd_send_signal:424:424
      pidfd_open:434:434 clone3:435:435 futex_waitv:449:449 futex_wake:454:454 futex_wait:455:455
      futex_requeue:456:456 rseq_slice_yield:471:471 waitpid:-:7 nice:-:34 ugetrlimit:-:191 futex_time64:-:422
      sched_rr_get_interval_time64:-:423`,
  },
  {
    why: 'concerns who the caller is and what it may do',
    calls: `getuid:102:24 getgid:104:47 setuid:105:23 setgid:106:46 geteuid:107:49 getegid:108:50 setreuid:113:70
      setregid:114:71 getgroups:115:80 setgroups:116:81 setresuid:117:164 getresuid:118:165 setresgid:119:170
      getresgid:120:171 setfsuid:122:138 setfsgid:123:139 capget:125:184 capset:126:185 add_key:248:286
      request_key:249:287 keyctl:250:288 landlock_create_ruleset:444:444 landlock_add_rule:445:445
      landlock_restrict_self:446:446 lsm_get_self_attr:459:459 lsm_set_self_attr:460:460 lsm_list_modules:461:461
      getuid32:-:199 getgid32:-:200 geteuid32:-:201 getegid32:-:202 setreuid32:-:203 setregid32:-:204
      getgroups32:-:205 setgroups32:-:206 setresuid32:-:208 getresuid32:-:209 setresgid32:-:210 getresgid32:-:211
      setuid32:-:213 setgid32:-:214 setfsuid32:-:215 setfsgid32:-:216`,
  },
  {
    why: 'changes what relative paths mean; each record says where its strings start',
    calls: `chdir:80:12 fchdir:81:133`,
  },
  {
    why: 'concerns signals, timers and clocks',
    calls: `rt_sigaction:13:174 rt_sigprocmask:14:175 rt_sigreturn:15:173 pause:34:29 nanosleep:35:162 getitimer:36:105
      alarm:37:27 setitimer:38:104 gettimeofday:96:78 times:100:43 rt_sigpending:127:176 rt_sigtimedwait:128:177
      rt_sigqueueinfo:129:178 rt_sigsuspend:130:179 sigaltstack:131:186 adjtimex:159:124 settimeofday:164:79
      time:201:13 timer_create:222:259 timer_settime:223:260 timer_gettime:224:261 timer_getoverrun:225:262
      timer_delete:226:263 clock_settime:227:264 clock_gettime:228:265 clock_getres:229:266 clock_nanosleep:230:267
      rt_tgsigqueueinfo:297:335 clock_adjtime:305:343 stime:-:25 signal:-:48 sigaction:-:67 sgetmask:-:68
      ssetmask:-:69 sigsuspend:-:72 sigpending:-:73 sigreturn:-:119 sigprocmask:-:126 clock_gettime64:-:403
      clock_settime64:-:404 clock_adjtime64:-:405 clock_getres_time64:-:406 clock_nanosleep_time64:-:407
      timer_gettime64:-:408 timer_settime64:-:409 rt_sigtimedwait_time64:-:421`,
  },
  {
    why: 'sends, receives or names sockets, none in the file system',
    calls: `socket:41:359 connect:42:362 accept:43:- sendto:44:369 recvfrom:45:371 sendmsg:46:370 recvmsg:47:372
      shutdown:48:373 listen:50:363 getsockname:51:367 getpeername:52:368 socketpair:53:360 setsockopt:54:366
      getsockopt:55:365 accept4:288:364 recvmmsg:299:337 sendmmsg:307:345 recvmmsg_time64:-:417`,
  },
  {
    why: 'changes what is in no file system, or in one that holds no data',
    calls: `semget:64:393 semop:65:- semctl:66:394 msgget:68:399 msgsnd:69:400 msgrcv:70:401 msgctl:71:402 semtimedop:220:-
      mq_open:240:277 mq_unlink:241:278 mq_timedsend:242:279 mq_timedreceive:243:280 mq_notify:244:281
      mq_getsetattr:245:282 bpf:321:357 ipc:-:117 mq_timedsend_time64:-:418 mq_timedreceive_time64:-:419
      semtimedop_time64:-:420`,
  },
  {
    why: 'makes or sets up a mount that stands nowhere before move_mount',
    calls: `open_tree:428:428 fsopen:430:430 fsconfig:431:431 fsmount:432:432 fspick:433:433`,
  },
  {
    why: 'needs a ring or a context, whose set-up is a gap',
    calls: `io_destroy:207:246 io_getevents:208:247 io_submit:209:248 io_cancel:210:249 io_pgetevents:333:385
      io_uring_enter:426:426 io_uring_register:427:427 io_pgetevents_time64:-:416`,
  },
  {
    why: 'concerns the machine',
    calls: `uname:63:122 sysinfo:99:116 syslog:103:103 vhangup:153:111 swapoff:168:115 reboot:169:88 sethostname:170:74
      setdomainname:171:121 iopl:172:110 ioperm:173:101 init_module:175:128 delete_module:176:129 kexec_load:246:283
      finit_module:313:350 getrandom:318:355 kexec_file_load:320:- oldolduname:-:59 olduname:-:109`,
  },
];
