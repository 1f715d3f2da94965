//! Generated: do not edit. From the data files in `generate/`, by
//! `cargo run -p sandbox2-policy --example generate_tables -- SYSCALLS.psv SINCE.psv OUT.rs`.

use super::notation::{call, narrowed_s32, narrowed_u32, ptr, s32, s64, u32, u64};
use super::{Arg, Syscall};

/// Every call that at least one of the architectures has, by name.
pub(super) static SYSCALLS: [Syscall; 387] = [
    call("_sysctl", [Some(156), None, None], Some("2.0"), [None; 3]),
    call("accept", [Some(43), Some(202), Some(202)], Some("2.0"), [Some(ACCEPT); 3]),
    call("accept4", [Some(288), Some(242), Some(242)], Some("2.6.28"), [Some(ACCEPT4); 3]),
    call("access", [Some(21), None, None], Some("1.0"), [Some(ACCESS); 3]),
    call("acct", [Some(163), Some(89), Some(89)], Some("1.0"), [Some(ACCT); 3]),
    call("add_key", [Some(248), Some(217), Some(217)], Some("2.6.10"), [Some(ADD_KEY); 3]),
    call("adjtimex", [Some(159), Some(171), Some(171)], Some("1.0"), [Some(ADJTIMEX); 3]),
    call("afs_syscall", [Some(183), None, None], None, [None; 3]),
    call("alarm", [Some(37), None, None], Some("1.0"), [Some(ALARM); 3]),
    call("arch_prctl", [Some(158), None, None], Some("2.6"), [Some(ARCH_PRCTL); 3]),
    call("bind", [Some(49), Some(200), Some(200)], Some("2.0"), [Some(BIND); 3]),
    call("bpf", [Some(321), Some(280), Some(280)], Some("3.18"), [Some(BPF); 3]),
    call("brk", [Some(12), Some(214), Some(214)], Some("1.0"), [Some(BRK); 3]),
    call("cachestat", [Some(451), Some(451), Some(451)], Some("6.5"), [Some(CACHESTAT); 3]),
    call("capget", [Some(125), Some(90), Some(90)], Some("2.2"), [Some(CAPGET); 3]),
    call("capset", [Some(126), Some(91), Some(91)], Some("2.2"), [Some(CAPSET); 3]),
    call("chdir", [Some(80), Some(49), Some(49)], Some("1.0"), [Some(CHDIR); 3]),
    call("chmod", [Some(90), None, None], Some("1.0"), [Some(CHMOD); 3]),
    call("chown", [Some(92), None, None], Some("2.2"), [Some(CHOWN); 3]),
    call("chroot", [Some(161), Some(51), Some(51)], Some("1.0"), [Some(CHROOT); 3]),
    call("clock_adjtime", [Some(305), Some(266), Some(266)], Some("2.6.39"), [Some(CLOCK_ADJTIME); 3]),
    call("clock_getres", [Some(229), Some(114), Some(114)], Some("2.6"), [Some(CLOCK_GETRES); 3]),
    call("clock_gettime", [Some(228), Some(113), Some(113)], Some("2.6"), [Some(CLOCK_GETTIME); 3]),
    call("clock_nanosleep", [Some(230), Some(115), Some(115)], Some("2.6"), [Some(CLOCK_NANOSLEEP); 3]),
    call("clock_settime", [Some(227), Some(112), Some(112)], Some("2.6"), [Some(CLOCK_SETTIME); 3]),
    call(
        "clone",
        [Some(56), Some(220), Some(220)],
        Some("1.0"),
        [Some(CLONE), Some(CLONE_AARCH64), Some(CLONE_AARCH64)],
    ),
    call("clone3", [Some(435), Some(435), Some(435)], Some("5.3"), [Some(CLONE3); 3]),
    call("close", [Some(3), Some(57), Some(57)], Some("1.0"), [Some(CLOSE); 3]),
    call("close_range", [Some(436), Some(436), Some(436)], Some("5.9"), [Some(CLOSE_RANGE); 3]),
    call("connect", [Some(42), Some(203), Some(203)], Some("2.0"), [Some(CONNECT); 3]),
    call("copy_file_range", [Some(326), Some(285), Some(285)], Some("4.5"), [Some(COPY_FILE_RANGE); 3]),
    call("creat", [Some(85), None, None], Some("1.0"), [Some(CREAT); 3]),
    call("create_module", [Some(174), None, None], Some("1.0"), [None; 3]),
    call("delete_module", [Some(176), Some(106), Some(106)], Some("1.0"), [Some(DELETE_MODULE); 3]),
    call("dup", [Some(32), Some(23), Some(23)], Some("1.0"), [Some(DUP); 3]),
    call("dup2", [Some(33), None, None], Some("1.0"), [Some(DUP2); 3]),
    call("dup3", [Some(292), Some(24), Some(24)], Some("2.6.27"), [Some(DUP3); 3]),
    call("epoll_create", [Some(213), None, None], Some("2.6"), [Some(EPOLL_CREATE); 3]),
    call("epoll_create1", [Some(291), Some(20), Some(20)], Some("2.6.27"), [Some(EPOLL_CREATE1); 3]),
    call("epoll_ctl", [Some(233), Some(21), Some(21)], Some("2.6"), [Some(EPOLL_CTL); 3]),
    call("epoll_ctl_old", [Some(214), None, None], None, [None; 3]),
    call("epoll_pwait", [Some(281), Some(22), Some(22)], Some("2.6.19"), [Some(EPOLL_PWAIT); 3]),
    call("epoll_pwait2", [Some(441), Some(441), Some(441)], Some("5.11"), [Some(EPOLL_PWAIT2); 3]),
    call("epoll_wait", [Some(232), None, None], Some("2.6"), [Some(EPOLL_WAIT); 3]),
    call("epoll_wait_old", [Some(215), None, None], None, [None; 3]),
    call("eventfd", [Some(284), None, None], Some("2.6.22"), [Some(EVENTFD); 3]),
    call("eventfd2", [Some(290), Some(19), Some(19)], Some("2.6.27"), [Some(EVENTFD2); 3]),
    call("execve", [Some(59), Some(221), Some(221)], Some("1.0"), [Some(EXECVE); 3]),
    call("execveat", [Some(322), Some(281), Some(281)], Some("3.19"), [Some(EXECVEAT); 3]),
    call("exit", [Some(60), Some(93), Some(93)], Some("1.0"), [Some(EXIT); 3]),
    call("exit_group", [Some(231), Some(94), Some(94)], Some("2.6"), [Some(EXIT_GROUP); 3]),
    call("faccessat", [Some(269), Some(48), Some(48)], Some("2.6.16"), [Some(FACCESSAT); 3]),
    call("faccessat2", [Some(439), Some(439), Some(439)], Some("5.8"), [Some(FACCESSAT2); 3]),
    call(
        "fadvise64",
        [Some(221), Some(223), Some(223)],
        Some("2.6"),
        [Some(FADVISE64), Some(FADVISE64_AARCH64), Some(FADVISE64_AARCH64)],
    ),
    call("fallocate", [Some(285), Some(47), Some(47)], Some("2.6.23"), [Some(FALLOCATE); 3]),
    call("fanotify_init", [Some(300), Some(262), Some(262)], Some("2.6.37"), [Some(FANOTIFY_INIT); 3]),
    call("fanotify_mark", [Some(301), Some(263), Some(263)], Some("2.6.37"), [Some(FANOTIFY_MARK); 3]),
    call("fchdir", [Some(81), Some(50), Some(50)], Some("1.0"), [Some(FCHDIR); 3]),
    call("fchmod", [Some(91), Some(52), Some(52)], Some("1.0"), [Some(FCHMOD); 3]),
    call("fchmodat", [Some(268), Some(53), Some(53)], Some("2.6.16"), [Some(FCHMODAT); 3]),
    call("fchmodat2", [Some(452), Some(452), Some(452)], Some("6.6"), [Some(FCHMODAT2); 3]),
    call("fchown", [Some(93), Some(55), Some(55)], Some("1.0"), [Some(FCHOWN); 3]),
    call("fchownat", [Some(260), Some(54), Some(54)], Some("2.6.16"), [Some(FCHOWNAT); 3]),
    call("fcntl", [Some(72), Some(25), Some(25)], Some("1.0"), [Some(FCNTL); 3]),
    call("fdatasync", [Some(75), Some(83), Some(83)], Some("2.0"), [Some(FDATASYNC); 3]),
    call("fgetxattr", [Some(193), Some(10), Some(10)], None, [Some(FGETXATTR); 3]),
    call("file_getattr", [Some(468), Some(468), Some(468)], Some("6.17"), [Some(FILE_GETATTR); 3]),
    call("file_setattr", [Some(469), Some(469), Some(469)], Some("6.17"), [Some(FILE_SETATTR); 3]),
    call("finit_module", [Some(313), Some(273), Some(273)], Some("3.8"), [Some(FINIT_MODULE); 3]),
    call("flistxattr", [Some(196), Some(13), Some(13)], None, [Some(FLISTXATTR); 3]),
    call("flock", [Some(73), Some(32), Some(32)], Some("2.0"), [Some(FLOCK); 3]),
    call("fork", [Some(57), None, None], Some("1.0"), [Some(&[]); 3]),
    call("fremovexattr", [Some(199), Some(16), Some(16)], None, [Some(FREMOVEXATTR); 3]),
    call("fsconfig", [Some(431), Some(431), Some(431)], Some("5.2"), [Some(FSCONFIG); 3]),
    call("fsetxattr", [Some(190), Some(7), Some(7)], None, [Some(FSETXATTR); 3]),
    call("fsmount", [Some(432), Some(432), Some(432)], Some("5.2"), [Some(FSMOUNT); 3]),
    call("fsopen", [Some(430), Some(430), Some(430)], Some("5.2"), [Some(FSOPEN); 3]),
    call("fspick", [Some(433), Some(433), Some(433)], Some("5.2"), [Some(FSPICK); 3]),
    call("fstat", [Some(5), Some(80), Some(80)], Some("1.0"), [Some(FSTAT); 3]),
    call("fstatfs", [Some(138), Some(44), Some(44)], Some("1.0"), [Some(FSTATFS); 3]),
    call("fsync", [Some(74), Some(82), Some(82)], Some("1.0"), [Some(FSYNC); 3]),
    call("ftruncate", [Some(77), Some(46), Some(46)], Some("1.0"), [Some(FTRUNCATE); 3]),
    call("futex", [Some(202), Some(98), Some(98)], Some("2.6"), [Some(FUTEX); 3]),
    call("futex_requeue", [Some(456), Some(456), Some(456)], Some("6.7"), [Some(FUTEX_REQUEUE); 3]),
    call("futex_wait", [Some(455), Some(455), Some(455)], Some("6.7"), [Some(FUTEX_WAIT); 3]),
    call("futex_waitv", [Some(449), Some(449), Some(449)], Some("5.16"), [Some(FUTEX_WAITV); 3]),
    call("futex_wake", [Some(454), Some(454), Some(454)], Some("6.7"), [Some(FUTEX_WAKE); 3]),
    call("futimesat", [Some(261), None, None], Some("2.6.16"), [Some(FUTIMESAT); 3]),
    call("get_kernel_syms", [Some(177), None, None], Some("1.0"), [None; 3]),
    call("get_mempolicy", [Some(239), Some(236), Some(236)], Some("2.6.6"), [Some(GET_MEMPOLICY); 3]),
    call("get_robust_list", [Some(274), Some(100), Some(100)], Some("2.6.17"), [Some(GET_ROBUST_LIST); 3]),
    call("get_thread_area", [Some(211), None, None], Some("2.6"), [Some(GET_THREAD_AREA); 3]),
    call("getcpu", [Some(309), Some(168), Some(168)], Some("2.6.19"), [Some(GETCPU); 3]),
    call("getcwd", [Some(79), Some(17), Some(17)], Some("2.2"), [Some(GETCWD); 3]),
    call("getdents", [Some(78), None, None], Some("2.0"), [Some(GETDENTS); 3]),
    call("getdents64", [Some(217), Some(61), Some(61)], Some("2.4"), [Some(GETDENTS64); 3]),
    call("getegid", [Some(108), Some(177), Some(177)], Some("1.0"), [Some(&[]); 3]),
    call("geteuid", [Some(107), Some(175), Some(175)], Some("1.0"), [Some(&[]); 3]),
    call("getgid", [Some(104), Some(176), Some(176)], Some("1.0"), [Some(&[]); 3]),
    call("getgroups", [Some(115), Some(158), Some(158)], Some("1.0"), [Some(GETGROUPS); 3]),
    call("getitimer", [Some(36), Some(102), Some(102)], Some("1.0"), [Some(GETITIMER); 3]),
    call("getpeername", [Some(52), Some(205), Some(205)], Some("2.0"), [Some(GETPEERNAME); 3]),
    call("getpgid", [Some(121), Some(155), Some(155)], Some("1.0"), [Some(GETPGID); 3]),
    call("getpgrp", [Some(111), None, None], Some("1.0"), [Some(&[]); 3]),
    call("getpid", [Some(39), Some(172), Some(172)], Some("1.0"), [Some(&[]); 3]),
    call("getpmsg", [Some(181), None, None], None, [None; 3]),
    call("getppid", [Some(110), Some(173), Some(173)], Some("1.0"), [Some(&[]); 3]),
    call("getpriority", [Some(140), Some(141), Some(141)], Some("1.0"), [Some(GETPRIORITY); 3]),
    call("getrandom", [Some(318), Some(278), Some(278)], Some("3.17"), [Some(GETRANDOM); 3]),
    call("getresgid", [Some(120), Some(150), Some(150)], Some("2.2"), [Some(GETRESGID); 3]),
    call("getresuid", [Some(118), Some(148), Some(148)], Some("2.2"), [Some(GETRESUID); 3]),
    call("getrlimit", [Some(97), Some(163), Some(163)], Some("1.0"), [Some(GETRLIMIT); 3]),
    call("getrusage", [Some(98), Some(165), Some(165)], Some("1.0"), [Some(GETRUSAGE); 3]),
    call("getsid", [Some(124), Some(156), Some(156)], Some("2.0"), [Some(GETSID); 3]),
    call("getsockname", [Some(51), Some(204), Some(204)], Some("2.0"), [Some(GETSOCKNAME); 3]),
    call("getsockopt", [Some(55), Some(209), Some(209)], Some("2.0"), [Some(GETSOCKOPT); 3]),
    call("gettid", [Some(186), Some(178), Some(178)], Some("2.4.11"), [Some(&[]); 3]),
    call("gettimeofday", [Some(96), Some(169), Some(169)], Some("1.0"), [Some(GETTIMEOFDAY); 3]),
    call("getuid", [Some(102), Some(174), Some(174)], Some("1.0"), [Some(&[]); 3]),
    call("getxattr", [Some(191), Some(8), Some(8)], None, [Some(GETXATTR); 3]),
    call("getxattrat", [Some(464), Some(464), Some(464)], Some("6.13"), [Some(GETXATTRAT); 3]),
    call("init_module", [Some(175), Some(105), Some(105)], Some("1.0"), [Some(INIT_MODULE); 3]),
    call("inotify_add_watch", [Some(254), Some(27), Some(27)], Some("2.6.13"), [Some(INOTIFY_ADD_WATCH); 3]),
    call("inotify_init", [Some(253), None, None], Some("2.6.13"), [Some(&[]); 3]),
    call("inotify_init1", [Some(294), Some(26), Some(26)], Some("2.6.27"), [Some(INOTIFY_INIT1); 3]),
    call("inotify_rm_watch", [Some(255), Some(28), Some(28)], Some("2.6.13"), [Some(INOTIFY_RM_WATCH); 3]),
    call("io_cancel", [Some(210), Some(3), Some(3)], Some("2.6"), [Some(IO_CANCEL); 3]),
    call("io_destroy", [Some(207), Some(1), Some(1)], Some("2.6"), [Some(IO_DESTROY); 3]),
    call("io_getevents", [Some(208), Some(4), Some(4)], Some("2.6"), [Some(IO_GETEVENTS); 3]),
    call("io_pgetevents", [Some(333), Some(292), Some(292)], Some("4.18"), [Some(IO_PGETEVENTS); 3]),
    call("io_setup", [Some(206), Some(0), Some(0)], Some("2.6"), [Some(IO_SETUP); 3]),
    call("io_submit", [Some(209), Some(2), Some(2)], Some("2.6"), [Some(IO_SUBMIT); 3]),
    call("io_uring_enter", [Some(426), Some(426), Some(426)], Some("5.1"), [Some(IO_URING_ENTER); 3]),
    call("io_uring_register", [Some(427), Some(427), Some(427)], Some("5.1"), [Some(IO_URING_REGISTER); 3]),
    call("io_uring_setup", [Some(425), Some(425), Some(425)], Some("5.1"), [Some(IO_URING_SETUP); 3]),
    call("ioctl", [Some(16), Some(29), Some(29)], Some("1.0"), [Some(IOCTL); 3]),
    call("ioperm", [Some(173), None, None], Some("1.0"), [Some(IOPERM); 3]),
    call("iopl", [Some(172), None, None], Some("1.0"), [Some(IOPL); 3]),
    call("ioprio_get", [Some(252), Some(31), Some(31)], Some("2.6.13"), [Some(IOPRIO_GET); 3]),
    call("ioprio_set", [Some(251), Some(30), Some(30)], Some("2.6.13"), [Some(IOPRIO_SET); 3]),
    call("kcmp", [Some(312), Some(272), Some(272)], Some("3.5"), [Some(KCMP); 3]),
    call("kexec_file_load", [Some(320), Some(294), Some(294)], Some("3.17"), [Some(KEXEC_FILE_LOAD); 3]),
    call("kexec_load", [Some(246), Some(104), Some(104)], Some("2.6.13"), [Some(KEXEC_LOAD); 3]),
    call("keyctl", [Some(250), Some(219), Some(219)], Some("2.6.10"), [Some(KEYCTL); 3]),
    call("kill", [Some(62), Some(129), Some(129)], Some("1.0"), [Some(KILL); 3]),
    call("landlock_add_rule", [Some(445), Some(445), Some(445)], Some("5.13"), [Some(LANDLOCK_ADD_RULE); 3]),
    call(
        "landlock_create_ruleset",
        [Some(444), Some(444), Some(444)],
        Some("5.13"),
        [Some(LANDLOCK_CREATE_RULESET); 3],
    ),
    call("landlock_restrict_self", [Some(446), Some(446), Some(446)], Some("5.13"), [Some(LANDLOCK_RESTRICT_SELF); 3]),
    call("lchown", [Some(94), None, None], Some("1.0"), [Some(LCHOWN); 3]),
    call("lgetxattr", [Some(192), Some(9), Some(9)], None, [Some(LGETXATTR); 3]),
    call("link", [Some(86), None, None], Some("1.0"), [Some(LINK); 3]),
    call("linkat", [Some(265), Some(37), Some(37)], Some("2.6.16"), [Some(LINKAT); 3]),
    call("listen", [Some(50), Some(201), Some(201)], Some("2.0"), [Some(LISTEN); 3]),
    call("listmount", [Some(458), Some(458), Some(458)], Some("6.8"), [Some(LISTMOUNT); 3]),
    call("listns", [Some(470), Some(470), Some(470)], Some("6.19"), [Some(LISTNS); 3]),
    call("listxattr", [Some(194), Some(11), Some(11)], None, [Some(LISTXATTR); 3]),
    call("listxattrat", [Some(465), Some(465), Some(465)], Some("6.13"), [Some(LISTXATTRAT); 3]),
    call("llistxattr", [Some(195), Some(12), Some(12)], None, [Some(LLISTXATTR); 3]),
    call("lookup_dcookie", [Some(212), Some(18), Some(18)], Some("2.6"), [Some(LOOKUP_DCOOKIE); 3]),
    call("lremovexattr", [Some(198), Some(15), Some(15)], None, [Some(LREMOVEXATTR); 3]),
    call("lseek", [Some(8), Some(62), Some(62)], Some("1.0"), [Some(LSEEK); 3]),
    call("lsetxattr", [Some(189), Some(6), Some(6)], None, [Some(LSETXATTR); 3]),
    call("lsm_get_self_attr", [Some(459), Some(459), Some(459)], Some("6.8"), [Some(LSM_GET_SELF_ATTR); 3]),
    call("lsm_list_modules", [Some(461), Some(461), Some(461)], Some("6.8"), [Some(LSM_LIST_MODULES); 3]),
    call("lsm_set_self_attr", [Some(460), Some(460), Some(460)], Some("6.8"), [Some(LSM_SET_SELF_ATTR); 3]),
    call("lstat", [Some(6), None, None], Some("1.0"), [Some(LSTAT); 3]),
    call("madvise", [Some(28), Some(233), Some(233)], Some("2.4"), [Some(MADVISE); 3]),
    call("map_shadow_stack", [Some(453), Some(453), Some(453)], Some("6.6"), [Some(MAP_SHADOW_STACK); 3]),
    call("mbind", [Some(237), Some(235), Some(235)], Some("2.6.6"), [Some(MBIND); 3]),
    call("membarrier", [Some(324), Some(283), Some(283)], Some("3.17"), [Some(MEMBARRIER); 3]),
    call("memfd_create", [Some(319), Some(279), Some(279)], Some("3.17"), [Some(MEMFD_CREATE); 3]),
    call("memfd_secret", [Some(447), Some(447), Some(447)], Some("5.14"), [Some(MEMFD_SECRET); 3]),
    call("migrate_pages", [Some(256), Some(238), Some(238)], Some("2.6.16"), [Some(MIGRATE_PAGES); 3]),
    call("mincore", [Some(27), Some(232), Some(232)], Some("2.4"), [Some(MINCORE); 3]),
    call("mkdir", [Some(83), None, None], Some("1.0"), [Some(MKDIR); 3]),
    call("mkdirat", [Some(258), Some(34), Some(34)], Some("2.6.16"), [Some(MKDIRAT); 3]),
    call("mknod", [Some(133), None, None], Some("1.0"), [Some(MKNOD); 3]),
    call("mknodat", [Some(259), Some(33), Some(33)], Some("2.6.16"), [Some(MKNODAT); 3]),
    call("mlock", [Some(149), Some(228), Some(228)], Some("2.0"), [Some(MLOCK); 3]),
    call("mlock2", [Some(325), Some(284), Some(284)], Some("4.4"), [Some(MLOCK2); 3]),
    call("mlockall", [Some(151), Some(230), Some(230)], Some("2.0"), [Some(MLOCKALL); 3]),
    call("mmap", [Some(9), Some(222), Some(222)], Some("1.0"), [Some(MMAP); 3]),
    call("modify_ldt", [Some(154), None, None], Some("1.0"), [Some(MODIFY_LDT); 3]),
    call("mount", [Some(165), Some(40), Some(40)], Some("1.0"), [Some(MOUNT); 3]),
    call("mount_setattr", [Some(442), Some(442), Some(442)], Some("5.12"), [Some(MOUNT_SETATTR); 3]),
    call("move_mount", [Some(429), Some(429), Some(429)], Some("5.2"), [Some(MOVE_MOUNT); 3]),
    call("move_pages", [Some(279), Some(239), Some(239)], Some("2.6.18"), [Some(MOVE_PAGES); 3]),
    call("mprotect", [Some(10), Some(226), Some(226)], Some("1.0"), [Some(MPROTECT); 3]),
    call("mq_getsetattr", [Some(245), Some(185), Some(185)], Some("2.6.6"), [Some(MQ_GETSETATTR); 3]),
    call("mq_notify", [Some(244), Some(184), Some(184)], Some("2.6.6"), [Some(MQ_NOTIFY); 3]),
    call("mq_open", [Some(240), Some(180), Some(180)], Some("2.6.6"), [Some(MQ_OPEN); 3]),
    call("mq_timedreceive", [Some(243), Some(183), Some(183)], Some("2.6.6"), [Some(MQ_TIMEDRECEIVE); 3]),
    call("mq_timedsend", [Some(242), Some(182), Some(182)], Some("2.6.6"), [Some(MQ_TIMEDSEND); 3]),
    call("mq_unlink", [Some(241), Some(181), Some(181)], Some("2.6.6"), [Some(MQ_UNLINK); 3]),
    call("mremap", [Some(25), Some(216), Some(216)], Some("2.0"), [Some(MREMAP); 3]),
    call("mseal", [Some(462), Some(462), Some(462)], Some("6.10"), [Some(MSEAL); 3]),
    call("msgctl", [Some(71), Some(187), Some(187)], Some("2.0"), [Some(MSGCTL); 3]),
    call("msgget", [Some(68), Some(186), Some(186)], Some("2.0"), [Some(MSGGET); 3]),
    call("msgrcv", [Some(70), Some(188), Some(188)], Some("2.0"), [Some(MSGRCV); 3]),
    call("msgsnd", [Some(69), Some(189), Some(189)], Some("2.0"), [Some(MSGSND); 3]),
    call("msync", [Some(26), Some(227), Some(227)], Some("2.0"), [Some(MSYNC); 3]),
    call("munlock", [Some(150), Some(229), Some(229)], Some("2.0"), [Some(MUNLOCK); 3]),
    call("munlockall", [Some(152), Some(231), Some(231)], Some("2.0"), [Some(&[]); 3]),
    call("munmap", [Some(11), Some(215), Some(215)], Some("1.0"), [Some(MUNMAP); 3]),
    call("name_to_handle_at", [Some(303), Some(264), Some(264)], Some("2.6.39"), [Some(NAME_TO_HANDLE_AT); 3]),
    call("nanosleep", [Some(35), Some(101), Some(101)], Some("2.0"), [Some(NANOSLEEP); 3]),
    call("newfstatat", [Some(262), Some(79), Some(79)], Some("2.6.16"), [Some(NEWFSTATAT); 3]),
    call("nfsservctl", [Some(180), Some(42), Some(42)], Some("2.2"), [None; 3]),
    call("open", [Some(2), None, None], Some("1.0"), [Some(OPEN); 3]),
    call("open_by_handle_at", [Some(304), Some(265), Some(265)], Some("2.6.39"), [Some(OPEN_BY_HANDLE_AT); 3]),
    call("open_tree", [Some(428), Some(428), Some(428)], Some("5.2"), [Some(OPEN_TREE); 3]),
    call("open_tree_attr", [Some(467), Some(467), Some(467)], Some("6.15"), [Some(OPEN_TREE_ATTR); 3]),
    call("openat", [Some(257), Some(56), Some(56)], Some("2.6.16"), [Some(OPENAT); 3]),
    call("openat2", [Some(437), Some(437), Some(437)], Some("5.6"), [Some(OPENAT2); 3]),
    call("pause", [Some(34), None, None], Some("1.0"), [Some(&[]); 3]),
    call("perf_event_open", [Some(298), Some(241), Some(241)], Some("2.6.31"), [Some(PERF_EVENT_OPEN); 3]),
    call("personality", [Some(135), Some(92), Some(92)], Some("1.2"), [Some(PERSONALITY); 3]),
    call("pidfd_getfd", [Some(438), Some(438), Some(438)], Some("5.6"), [Some(PIDFD_GETFD); 3]),
    call("pidfd_open", [Some(434), Some(434), Some(434)], Some("5.3"), [Some(PIDFD_OPEN); 3]),
    call("pidfd_send_signal", [Some(424), Some(424), Some(424)], Some("5.1"), [Some(PIDFD_SEND_SIGNAL); 3]),
    call("pipe", [Some(22), None, None], Some("1.0"), [Some(PIPE); 3]),
    call("pipe2", [Some(293), Some(59), Some(59)], Some("2.6.27"), [Some(PIPE2); 3]),
    call("pivot_root", [Some(155), Some(41), Some(41)], Some("2.4"), [Some(PIVOT_ROOT); 3]),
    call("pkey_alloc", [Some(330), Some(289), Some(289)], Some("4.8"), [Some(PKEY_ALLOC); 3]),
    call("pkey_free", [Some(331), Some(290), Some(290)], Some("4.8"), [Some(PKEY_FREE); 3]),
    call("pkey_mprotect", [Some(329), Some(288), Some(288)], Some("4.8"), [Some(PKEY_MPROTECT); 3]),
    call("poll", [Some(7), None, None], None, [Some(POLL); 3]),
    call("ppoll", [Some(271), Some(73), Some(73)], Some("2.6.16"), [Some(PPOLL); 3]),
    call("prctl", [Some(157), Some(167), Some(167)], Some("2.2"), [Some(PRCTL); 3]),
    call("pread64", [Some(17), Some(67), Some(67)], None, [Some(PREAD64); 3]),
    call("preadv", [Some(295), Some(69), Some(69)], Some("2.6.30"), [Some(PREADV); 3]),
    call("preadv2", [Some(327), Some(286), Some(286)], Some("4.6"), [Some(PREADV2); 3]),
    call("prlimit64", [Some(302), Some(261), Some(261)], Some("2.6.36"), [Some(PRLIMIT64); 3]),
    call("process_madvise", [Some(440), Some(440), Some(440)], Some("5.10"), [Some(PROCESS_MADVISE); 3]),
    call("process_mrelease", [Some(448), Some(448), Some(448)], Some("5.15"), [Some(PROCESS_MRELEASE); 3]),
    call("process_vm_readv", [Some(310), Some(270), Some(270)], Some("3.2"), [Some(PROCESS_VM_READV); 3]),
    call("process_vm_writev", [Some(311), Some(271), Some(271)], Some("3.2"), [Some(PROCESS_VM_WRITEV); 3]),
    call("pselect6", [Some(270), Some(72), Some(72)], Some("2.6.16"), [Some(PSELECT6); 3]),
    call("ptrace", [Some(101), Some(117), Some(117)], Some("1.0"), [Some(PTRACE); 3]),
    call("putpmsg", [Some(182), None, None], None, [None; 3]),
    call("pwrite64", [Some(18), Some(68), Some(68)], None, [Some(PWRITE64); 3]),
    call("pwritev", [Some(296), Some(70), Some(70)], Some("2.6.30"), [Some(PWRITEV); 3]),
    call("pwritev2", [Some(328), Some(287), Some(287)], Some("4.6"), [Some(PWRITEV2); 3]),
    call("query_module", [Some(178), None, None], Some("2.2"), [None; 3]),
    call("quotactl", [Some(179), Some(60), Some(60)], Some("1.0"), [Some(QUOTACTL); 3]),
    call("quotactl_fd", [Some(443), Some(443), Some(443)], Some("5.14"), [Some(QUOTACTL_FD); 3]),
    call("read", [Some(0), Some(63), Some(63)], Some("1.0"), [Some(READ); 3]),
    call("readahead", [Some(187), Some(213), Some(213)], Some("2.4.13"), [Some(READAHEAD); 3]),
    call("readlink", [Some(89), None, None], Some("1.0"), [Some(READLINK); 3]),
    call("readlinkat", [Some(267), Some(78), Some(78)], Some("2.6.16"), [Some(READLINKAT); 3]),
    call("readv", [Some(19), Some(65), Some(65)], Some("2.0"), [Some(READV); 3]),
    call("reboot", [Some(169), Some(142), Some(142)], Some("1.0"), [Some(REBOOT); 3]),
    call("recvfrom", [Some(45), Some(207), Some(207)], Some("2.0"), [Some(RECVFROM); 3]),
    call("recvmmsg", [Some(299), Some(243), Some(243)], Some("2.6.33"), [Some(RECVMMSG); 3]),
    call("recvmsg", [Some(47), Some(212), Some(212)], Some("2.0"), [Some(RECVMSG); 3]),
    call("remap_file_pages", [Some(216), Some(234), Some(234)], Some("2.6"), [Some(REMAP_FILE_PAGES); 3]),
    call("removexattr", [Some(197), Some(14), Some(14)], None, [Some(REMOVEXATTR); 3]),
    call("removexattrat", [Some(466), Some(466), Some(466)], Some("6.13"), [Some(REMOVEXATTRAT); 3]),
    call("rename", [Some(82), None, None], Some("1.0"), [Some(RENAME); 3]),
    call("renameat", [Some(264), Some(38), None], Some("2.6.16"), [Some(RENAMEAT); 3]),
    call("renameat2", [Some(316), Some(276), Some(276)], Some("3.15"), [Some(RENAMEAT2); 3]),
    call("request_key", [Some(249), Some(218), Some(218)], Some("2.6.10"), [Some(REQUEST_KEY); 3]),
    call("restart_syscall", [Some(219), Some(128), Some(128)], Some("2.6"), [Some(&[]); 3]),
    call("riscv_flush_icache", [None, None, Some(259)], Some("4.15"), [Some(RISCV_FLUSH_ICACHE); 3]),
    call("riscv_hwprobe", [None, None, Some(258)], Some("6.4"), [Some(RISCV_HWPROBE); 3]),
    call("rmdir", [Some(84), None, None], Some("1.0"), [Some(RMDIR); 3]),
    call("rseq", [Some(334), Some(293), Some(293)], Some("4.18"), [Some(RSEQ); 3]),
    call("rseq_slice_yield", [Some(471), Some(471), Some(471)], Some("7.0"), [Some(&[]); 3]),
    call("rt_sigaction", [Some(13), Some(134), Some(134)], Some("2.2"), [Some(RT_SIGACTION); 3]),
    call("rt_sigpending", [Some(127), Some(136), Some(136)], Some("2.2"), [Some(RT_SIGPENDING); 3]),
    call("rt_sigprocmask", [Some(14), Some(135), Some(135)], Some("2.2"), [Some(RT_SIGPROCMASK); 3]),
    call("rt_sigqueueinfo", [Some(129), Some(138), Some(138)], Some("2.2"), [Some(RT_SIGQUEUEINFO); 3]),
    call("rt_sigreturn", [Some(15), Some(139), Some(139)], Some("2.2"), [Some(&[]); 3]),
    call("rt_sigsuspend", [Some(130), Some(133), Some(133)], Some("2.2"), [Some(RT_SIGSUSPEND); 3]),
    call("rt_sigtimedwait", [Some(128), Some(137), Some(137)], Some("2.2"), [Some(RT_SIGTIMEDWAIT); 3]),
    call("rt_tgsigqueueinfo", [Some(297), Some(240), Some(240)], Some("2.6.31"), [Some(RT_TGSIGQUEUEINFO); 3]),
    call("sched_get_priority_max", [Some(146), Some(125), Some(125)], Some("2.0"), [Some(SCHED_GET_PRIORITY_MAX); 3]),
    call("sched_get_priority_min", [Some(147), Some(126), Some(126)], Some("2.0"), [Some(SCHED_GET_PRIORITY_MIN); 3]),
    call("sched_getaffinity", [Some(204), Some(123), Some(123)], Some("2.6"), [Some(SCHED_GETAFFINITY); 3]),
    call("sched_getattr", [Some(315), Some(275), Some(275)], Some("3.14"), [Some(SCHED_GETATTR); 3]),
    call("sched_getparam", [Some(143), Some(121), Some(121)], Some("2.0"), [Some(SCHED_GETPARAM); 3]),
    call("sched_getscheduler", [Some(145), Some(120), Some(120)], Some("2.0"), [Some(SCHED_GETSCHEDULER); 3]),
    call("sched_rr_get_interval", [Some(148), Some(127), Some(127)], Some("2.0"), [Some(SCHED_RR_GET_INTERVAL); 3]),
    call("sched_setaffinity", [Some(203), Some(122), Some(122)], Some("2.6"), [Some(SCHED_SETAFFINITY); 3]),
    call("sched_setattr", [Some(314), Some(274), Some(274)], Some("3.14"), [Some(SCHED_SETATTR); 3]),
    call("sched_setparam", [Some(142), Some(118), Some(118)], Some("2.0"), [Some(SCHED_SETPARAM); 3]),
    call("sched_setscheduler", [Some(144), Some(119), Some(119)], Some("2.0"), [Some(SCHED_SETSCHEDULER); 3]),
    call("sched_yield", [Some(24), Some(124), Some(124)], Some("2.0"), [Some(&[]); 3]),
    call("seccomp", [Some(317), Some(277), Some(277)], Some("3.17"), [Some(SECCOMP); 3]),
    call("security", [Some(185), None, None], None, [None; 3]),
    call("select", [Some(23), None, None], Some("1.0"), [Some(SELECT); 3]),
    call("semctl", [Some(66), Some(191), Some(191)], Some("2.0"), [Some(SEMCTL); 3]),
    call("semget", [Some(64), Some(190), Some(190)], Some("2.0"), [Some(SEMGET); 3]),
    call("semop", [Some(65), Some(193), Some(193)], Some("2.0"), [Some(SEMOP); 3]),
    call("semtimedop", [Some(220), Some(192), Some(192)], None, [Some(SEMTIMEDOP); 3]),
    call("sendfile", [Some(40), Some(71), Some(71)], Some("2.2"), [Some(SENDFILE); 3]),
    call("sendmmsg", [Some(307), Some(269), Some(269)], Some("3.0"), [Some(SENDMMSG); 3]),
    call("sendmsg", [Some(46), Some(211), Some(211)], Some("2.0"), [Some(SENDMSG); 3]),
    call("sendto", [Some(44), Some(206), Some(206)], Some("2.0"), [Some(SENDTO); 3]),
    call("set_mempolicy", [Some(238), Some(237), Some(237)], Some("2.6.6"), [Some(SET_MEMPOLICY); 3]),
    call(
        "set_mempolicy_home_node",
        [Some(450), Some(450), Some(450)],
        Some("5.17"),
        [Some(SET_MEMPOLICY_HOME_NODE); 3],
    ),
    call("set_robust_list", [Some(273), Some(99), Some(99)], Some("2.6.17"), [Some(SET_ROBUST_LIST); 3]),
    call("set_thread_area", [Some(205), None, None], Some("2.6"), [Some(SET_THREAD_AREA); 3]),
    call("set_tid_address", [Some(218), Some(96), Some(96)], Some("2.6"), [Some(SET_TID_ADDRESS); 3]),
    call("setdomainname", [Some(171), Some(162), Some(162)], Some("1.0"), [Some(SETDOMAINNAME); 3]),
    call("setfsgid", [Some(123), Some(152), Some(152)], Some("1.2"), [Some(SETFSGID); 3]),
    call("setfsuid", [Some(122), Some(151), Some(151)], Some("1.2"), [Some(SETFSUID); 3]),
    call("setgid", [Some(106), Some(144), Some(144)], Some("1.0"), [Some(SETGID); 3]),
    call("setgroups", [Some(116), Some(159), Some(159)], Some("1.0"), [Some(SETGROUPS); 3]),
    call("sethostname", [Some(170), Some(161), Some(161)], Some("1.0"), [Some(SETHOSTNAME); 3]),
    call("setitimer", [Some(38), Some(103), Some(103)], Some("1.0"), [Some(SETITIMER); 3]),
    call("setns", [Some(308), Some(268), Some(268)], Some("3.0"), [Some(SETNS); 3]),
    call("setpgid", [Some(109), Some(154), Some(154)], Some("1.0"), [Some(SETPGID); 3]),
    call("setpriority", [Some(141), Some(140), Some(140)], Some("1.0"), [Some(SETPRIORITY); 3]),
    call("setregid", [Some(114), Some(143), Some(143)], Some("1.0"), [Some(SETREGID); 3]),
    call("setresgid", [Some(119), Some(149), Some(149)], Some("2.2"), [Some(SETRESGID); 3]),
    call("setresuid", [Some(117), Some(147), Some(147)], Some("2.2"), [Some(SETRESUID); 3]),
    call("setreuid", [Some(113), Some(145), Some(145)], Some("1.0"), [Some(SETREUID); 3]),
    call("setrlimit", [Some(160), Some(164), Some(164)], Some("1.0"), [Some(SETRLIMIT); 3]),
    call("setsid", [Some(112), Some(157), Some(157)], Some("1.0"), [Some(&[]); 3]),
    call("setsockopt", [Some(54), Some(208), Some(208)], Some("2.0"), [Some(SETSOCKOPT); 3]),
    call("settimeofday", [Some(164), Some(170), Some(170)], Some("1.0"), [Some(SETTIMEOFDAY); 3]),
    call("setuid", [Some(105), Some(146), Some(146)], Some("1.0"), [Some(SETUID); 3]),
    call("setxattr", [Some(188), Some(5), Some(5)], None, [Some(SETXATTR); 3]),
    call("setxattrat", [Some(463), Some(463), Some(463)], Some("6.13"), [Some(SETXATTRAT); 3]),
    call("shmat", [Some(30), Some(196), Some(196)], Some("2.0"), [Some(SHMAT); 3]),
    call("shmctl", [Some(31), Some(195), Some(195)], Some("2.0"), [Some(SHMCTL); 3]),
    call("shmdt", [Some(67), Some(197), Some(197)], Some("2.0"), [Some(SHMDT); 3]),
    call("shmget", [Some(29), Some(194), Some(194)], Some("2.0"), [Some(SHMGET); 3]),
    call("shutdown", [Some(48), Some(210), Some(210)], Some("2.0"), [Some(SHUTDOWN); 3]),
    call("sigaltstack", [Some(131), Some(132), Some(132)], Some("2.2"), [Some(SIGALTSTACK); 3]),
    call("signalfd", [Some(282), None, None], Some("2.6.22"), [Some(SIGNALFD); 3]),
    call("signalfd4", [Some(289), Some(74), Some(74)], Some("2.6.27"), [Some(SIGNALFD4); 3]),
    call("socket", [Some(41), Some(198), Some(198)], Some("2.0"), [Some(SOCKET); 3]),
    call("socketpair", [Some(53), Some(199), Some(199)], Some("2.0"), [Some(SOCKETPAIR); 3]),
    call("splice", [Some(275), Some(76), Some(76)], Some("2.6.17"), [Some(SPLICE); 3]),
    call("stat", [Some(4), None, None], Some("1.0"), [Some(STAT); 3]),
    call("statfs", [Some(137), Some(43), Some(43)], Some("1.0"), [Some(STATFS); 3]),
    call("statmount", [Some(457), Some(457), Some(457)], Some("6.8"), [Some(STATMOUNT); 3]),
    call("statx", [Some(332), Some(291), Some(291)], Some("4.11"), [Some(STATX); 3]),
    call("swapoff", [Some(168), Some(225), Some(225)], Some("1.0"), [Some(SWAPOFF); 3]),
    call("swapon", [Some(167), Some(224), Some(224)], Some("1.0"), [Some(SWAPON); 3]),
    call("symlink", [Some(88), None, None], Some("1.0"), [Some(SYMLINK); 3]),
    call("symlinkat", [Some(266), Some(36), Some(36)], Some("2.6.16"), [Some(SYMLINKAT); 3]),
    call("sync", [Some(162), Some(81), Some(81)], Some("1.0"), [Some(&[]); 3]),
    call("sync_file_range", [Some(277), Some(84), Some(84)], Some("2.6.17"), [Some(SYNC_FILE_RANGE); 3]),
    call("syncfs", [Some(306), Some(267), Some(267)], Some("2.6.39"), [Some(SYNCFS); 3]),
    call("sysfs", [Some(139), None, None], Some("1.2"), [Some(SYSFS); 3]),
    call("sysinfo", [Some(99), Some(179), Some(179)], Some("1.0"), [Some(SYSINFO); 3]),
    call("syslog", [Some(103), Some(116), Some(116)], Some("1.0"), [Some(SYSLOG); 3]),
    call("tee", [Some(276), Some(77), Some(77)], Some("2.6.17"), [Some(TEE); 3]),
    call("tgkill", [Some(234), Some(131), Some(131)], Some("2.6"), [Some(TGKILL); 3]),
    call("time", [Some(201), None, None], Some("1.0"), [Some(TIME); 3]),
    call("timer_create", [Some(222), Some(107), Some(107)], Some("2.6"), [Some(TIMER_CREATE); 3]),
    call("timer_delete", [Some(226), Some(111), Some(111)], Some("2.6"), [Some(TIMER_DELETE); 3]),
    call("timer_getoverrun", [Some(225), Some(109), Some(109)], Some("2.6"), [Some(TIMER_GETOVERRUN); 3]),
    call("timer_gettime", [Some(224), Some(108), Some(108)], Some("2.6"), [Some(TIMER_GETTIME); 3]),
    call("timer_settime", [Some(223), Some(110), Some(110)], Some("2.6"), [Some(TIMER_SETTIME); 3]),
    call("timerfd_create", [Some(283), Some(85), Some(85)], Some("2.6.25"), [Some(TIMERFD_CREATE); 3]),
    call("timerfd_gettime", [Some(287), Some(87), Some(87)], Some("2.6.25"), [Some(TIMERFD_GETTIME); 3]),
    call("timerfd_settime", [Some(286), Some(86), Some(86)], Some("2.6.25"), [Some(TIMERFD_SETTIME); 3]),
    call("times", [Some(100), Some(153), Some(153)], Some("1.0"), [Some(TIMES); 3]),
    call("tkill", [Some(200), Some(130), Some(130)], None, [Some(TKILL); 3]),
    call("truncate", [Some(76), Some(45), Some(45)], Some("1.0"), [Some(TRUNCATE); 3]),
    call("tuxcall", [Some(184), None, None], None, [None; 3]),
    call("umask", [Some(95), Some(166), Some(166)], Some("1.0"), [Some(UMASK); 3]),
    call("umount2", [Some(166), Some(39), Some(39)], Some("2.2"), [Some(UMOUNT2); 3]),
    call("uname", [Some(63), Some(160), Some(160)], Some("1.0"), [Some(UNAME); 3]),
    call("unlink", [Some(87), None, None], Some("1.0"), [Some(UNLINK); 3]),
    call("unlinkat", [Some(263), Some(35), Some(35)], Some("2.6.16"), [Some(UNLINKAT); 3]),
    call("unshare", [Some(272), Some(97), Some(97)], Some("2.6.16"), [Some(UNSHARE); 3]),
    call("uprobe", [Some(336), None, None], Some("6.18"), [Some(&[]); 3]),
    call("uretprobe", [Some(335), None, None], Some("6.11"), [Some(&[]); 3]),
    call("uselib", [Some(134), None, None], Some("1.0"), [Some(USELIB); 3]),
    call("userfaultfd", [Some(323), Some(282), Some(282)], Some("4.3"), [Some(USERFAULTFD); 3]),
    call("ustat", [Some(136), None, None], Some("1.0"), [Some(USTAT); 3]),
    call("utime", [Some(132), None, None], Some("1.0"), [Some(UTIME); 3]),
    call("utimensat", [Some(280), Some(88), Some(88)], Some("2.6.22"), [Some(UTIMENSAT); 3]),
    call("utimes", [Some(235), None, None], Some("2.2"), [Some(UTIMES); 3]),
    call("vfork", [Some(58), None, None], Some("2.2"), [Some(&[]); 3]),
    call("vhangup", [Some(153), Some(58), Some(58)], Some("1.0"), [Some(&[]); 3]),
    call("vmsplice", [Some(278), Some(75), Some(75)], Some("2.6.17"), [Some(VMSPLICE); 3]),
    call("vserver", [Some(236), None, None], None, [None; 3]),
    call("wait4", [Some(61), Some(260), Some(260)], Some("1.0"), [Some(WAIT4); 3]),
    call("waitid", [Some(247), Some(95), Some(95)], Some("2.6.10"), [Some(WAITID); 3]),
    call("write", [Some(1), Some(64), Some(64)], Some("1.0"), [Some(WRITE); 3]),
    call("writev", [Some(20), Some(66), Some(66)], Some("2.0"), [Some(WRITEV); 3]),
];

const ACCEPT: &[Arg] = &[s32("fd", "int"), ptr("upeer_sockaddr", "struct sockaddr *"), ptr("upeer_addrlen", "int *")];
const ACCEPT4: &[Arg] =
    &[s32("fd", "int"), ptr("upeer_sockaddr", "struct sockaddr *"), ptr("upeer_addrlen", "int *"), s32("flags", "int")];
const ACCESS: &[Arg] = &[ptr("filename", "const char *"), s32("mode", "int")];
const ACCT: &[Arg] = &[ptr("name", "const char *")];
const ADD_KEY: &[Arg] = &[
    ptr("_type", "const char *"),
    ptr("_description", "const char *"),
    ptr("_payload", "const void *"),
    u64("plen", "size_t"),
    s32("ringid", "key_serial_t"),
];
const ADJTIMEX: &[Arg] = &[ptr("txc_p", "struct __kernel_timex *")];
const ALARM: &[Arg] = &[u32("seconds", "unsigned int")];
const ARCH_PRCTL: &[Arg] = &[s32("option", "int"), u64("arg2", "unsigned long")];
const BIND: &[Arg] = &[s32("fd", "int"), ptr("umyaddr", "struct sockaddr *"), s32("addrlen", "int")];
const BPF: &[Arg] = &[s32("cmd", "int"), ptr("uattr", "union bpf_attr *"), u32("size", "unsigned int")];
const BRK: &[Arg] = &[u64("brk", "unsigned long")];
const CACHESTAT: &[Arg] = &[
    u32("fd", "unsigned int"),
    ptr("cstat_range", "struct cachestat_range *"),
    ptr("cstat", "struct cachestat *"),
    u32("flags", "unsigned int"),
];
const CAPGET: &[Arg] = &[ptr("header", "cap_user_header_t"), ptr("dataptr", "cap_user_data_t")];
const CAPSET: &[Arg] = &[ptr("header", "cap_user_header_t"), ptr("data", "const cap_user_data_t")];
const CHDIR: &[Arg] = &[ptr("filename", "const char *")];
const CHMOD: &[Arg] = &[ptr("filename", "const char *"), u32("mode", "umode_t")];
const CHOWN: &[Arg] = &[ptr("filename", "const char *"), u32("user", "uid_t"), u32("group", "gid_t")];
const CHROOT: &[Arg] = &[ptr("filename", "const char *")];
const CLOCK_ADJTIME: &[Arg] = &[s32("which_clock", "const clockid_t"), ptr("utx", "struct __kernel_timex *")];
const CLOCK_GETRES: &[Arg] = &[s32("which_clock", "const clockid_t"), ptr("tp", "struct __kernel_timespec *")];
const CLOCK_GETTIME: &[Arg] = &[s32("which_clock", "const clockid_t"), ptr("tp", "struct __kernel_timespec *")];
const CLOCK_NANOSLEEP: &[Arg] = &[
    s32("which_clock", "const clockid_t"),
    s32("flags", "int"),
    ptr("rqtp", "const struct __kernel_timespec *"),
    ptr("rmtp", "struct __kernel_timespec *"),
];
const CLOCK_SETTIME: &[Arg] = &[s32("which_clock", "const clockid_t"), ptr("tp", "const struct __kernel_timespec *")];
const CLONE: &[Arg] = &[
    narrowed_u32("clone_flags", "unsigned long"),
    u64("newsp", "unsigned long"),
    ptr("parent_tidptr", "int *"),
    ptr("child_tidptr", "int *"),
    u64("tls", "unsigned long"),
];
const CLONE_AARCH64: &[Arg] = &[
    narrowed_u32("clone_flags", "unsigned long"),
    u64("newsp", "unsigned long"),
    ptr("parent_tidptr", "int *"),
    u64("tls", "unsigned long"),
    ptr("child_tidptr", "int *"),
];
const CLONE3: &[Arg] = &[ptr("uargs", "struct clone_args *"), u64("size", "size_t")];
const CLOSE: &[Arg] = &[u32("fd", "unsigned int")];
const CLOSE_RANGE: &[Arg] = &[u32("fd", "unsigned int"), u32("max_fd", "unsigned int"), u32("flags", "unsigned int")];
const CONNECT: &[Arg] = &[s32("fd", "int"), ptr("uservaddr", "struct sockaddr *"), s32("addrlen", "int")];
const COPY_FILE_RANGE: &[Arg] = &[
    s32("fd_in", "int"),
    ptr("off_in", "loff_t *"),
    s32("fd_out", "int"),
    ptr("off_out", "loff_t *"),
    u64("len", "size_t"),
    u32("flags", "unsigned int"),
];
const CREAT: &[Arg] = &[ptr("pathname", "const char *"), u32("mode", "umode_t")];
const DELETE_MODULE: &[Arg] = &[ptr("name_user", "const char *"), u32("flags", "unsigned int")];
const DUP: &[Arg] = &[u32("fildes", "unsigned int")];
const DUP2: &[Arg] = &[u32("oldfd", "unsigned int"), u32("newfd", "unsigned int")];
const DUP3: &[Arg] = &[u32("oldfd", "unsigned int"), u32("newfd", "unsigned int"), s32("flags", "int")];
const EPOLL_CREATE: &[Arg] = &[s32("size", "int")];
const EPOLL_CREATE1: &[Arg] = &[s32("flags", "int")];
const EPOLL_CTL: &[Arg] =
    &[s32("epfd", "int"), s32("op", "int"), s32("fd", "int"), ptr("event", "struct epoll_event *")];
const EPOLL_PWAIT: &[Arg] = &[
    s32("epfd", "int"),
    ptr("events", "struct epoll_event *"),
    s32("maxevents", "int"),
    s32("timeout", "int"),
    ptr("sigmask", "const sigset_t *"),
    u64("sigsetsize", "size_t"),
];
const EPOLL_PWAIT2: &[Arg] = &[
    s32("epfd", "int"),
    ptr("events", "struct epoll_event *"),
    s32("maxevents", "int"),
    ptr("timeout", "const struct __kernel_timespec *"),
    ptr("sigmask", "const sigset_t *"),
    u64("sigsetsize", "size_t"),
];
const EPOLL_WAIT: &[Arg] =
    &[s32("epfd", "int"), ptr("events", "struct epoll_event *"), s32("maxevents", "int"), s32("timeout", "int")];
const EVENTFD: &[Arg] = &[u32("count", "unsigned int")];
const EVENTFD2: &[Arg] = &[u32("count", "unsigned int"), s32("flags", "int")];
const EXECVE: &[Arg] =
    &[ptr("filename", "const char *"), ptr("argv", "const char *const *"), ptr("envp", "const char *const *")];
const EXECVEAT: &[Arg] = &[
    s32("fd", "int"),
    ptr("filename", "const char *"),
    ptr("argv", "const char *const *"),
    ptr("envp", "const char *const *"),
    s32("flags", "int"),
];
const EXIT: &[Arg] = &[s32("error_code", "int")];
const EXIT_GROUP: &[Arg] = &[s32("error_code", "int")];
const FACCESSAT: &[Arg] = &[s32("dfd", "int"), ptr("filename", "const char *"), s32("mode", "int")];
const FACCESSAT2: &[Arg] =
    &[s32("dfd", "int"), ptr("filename", "const char *"), s32("mode", "int"), s32("flags", "int")];
const FADVISE64: &[Arg] = &[s32("fd", "int"), s64("offset", "loff_t"), u64("len", "size_t"), s32("advice", "int")];
const FADVISE64_AARCH64: &[Arg] =
    &[s32("fd", "int"), s64("offset", "loff_t"), s64("len", "loff_t"), s32("advice", "int")];
const FALLOCATE: &[Arg] = &[s32("fd", "int"), s32("mode", "int"), s64("offset", "loff_t"), s64("len", "loff_t")];
const FANOTIFY_INIT: &[Arg] = &[u32("flags", "unsigned int"), u32("event_f_flags", "unsigned int")];
const FANOTIFY_MARK: &[Arg] = &[
    s32("fanotify_fd", "int"),
    u32("flags", "unsigned int"),
    u64("mask", "__u64"),
    s32("dfd", "int"),
    ptr("pathname", "const char *"),
];
const FCHDIR: &[Arg] = &[u32("fd", "unsigned int")];
const FCHMOD: &[Arg] = &[u32("fd", "unsigned int"), u32("mode", "umode_t")];
const FCHMODAT: &[Arg] = &[s32("dfd", "int"), ptr("filename", "const char *"), u32("mode", "umode_t")];
const FCHMODAT2: &[Arg] =
    &[s32("dfd", "int"), ptr("filename", "const char *"), u32("mode", "umode_t"), u32("flags", "unsigned int")];
const FCHOWN: &[Arg] = &[u32("fd", "unsigned int"), u32("user", "uid_t"), u32("group", "gid_t")];
const FCHOWNAT: &[Arg] = &[
    s32("dfd", "int"),
    ptr("filename", "const char *"),
    u32("user", "uid_t"),
    u32("group", "gid_t"),
    s32("flag", "int"),
];
const FCNTL: &[Arg] = &[u32("fd", "unsigned int"), u32("cmd", "unsigned int"), u64("arg", "unsigned long")];
const FDATASYNC: &[Arg] = &[u32("fd", "unsigned int")];
const FGETXATTR: &[Arg] =
    &[s32("fd", "int"), ptr("name", "const char *"), ptr("value", "void *"), u64("size", "size_t")];
const FILE_GETATTR: &[Arg] = &[
    s32("dfd", "int"),
    ptr("filename", "const char *"),
    ptr("ufattr", "struct file_attr *"),
    u64("usize", "size_t"),
    u32("at_flags", "unsigned int"),
];
const FILE_SETATTR: &[Arg] = &[
    s32("dfd", "int"),
    ptr("filename", "const char *"),
    ptr("ufattr", "struct file_attr *"),
    u64("usize", "size_t"),
    u32("at_flags", "unsigned int"),
];
const FINIT_MODULE: &[Arg] = &[s32("fd", "int"), ptr("uargs", "const char *"), s32("flags", "int")];
const FLISTXATTR: &[Arg] = &[s32("fd", "int"), ptr("list", "char *"), u64("size", "size_t")];
const FLOCK: &[Arg] = &[u32("fd", "unsigned int"), u32("cmd", "unsigned int")];
const FREMOVEXATTR: &[Arg] = &[s32("fd", "int"), ptr("name", "const char *")];
const FSCONFIG: &[Arg] = &[
    s32("fd", "int"),
    u32("cmd", "unsigned int"),
    ptr("_key", "const char *"),
    ptr("_value", "const void *"),
    s32("aux", "int"),
];
const FSETXATTR: &[Arg] = &[
    s32("fd", "int"),
    ptr("name", "const char *"),
    ptr("value", "const void *"),
    u64("size", "size_t"),
    s32("flags", "int"),
];
const FSMOUNT: &[Arg] = &[s32("fs_fd", "int"), u32("flags", "unsigned int"), u32("attr_flags", "unsigned int")];
const FSOPEN: &[Arg] = &[ptr("_fs_name", "const char *"), u32("flags", "unsigned int")];
const FSPICK: &[Arg] = &[s32("dfd", "int"), ptr("path", "const char *"), u32("flags", "unsigned int")];
const FSTAT: &[Arg] = &[u32("fd", "unsigned int"), ptr("statbuf", "struct stat *")];
const FSTATFS: &[Arg] = &[u32("fd", "unsigned int"), ptr("buf", "struct statfs *")];
const FSYNC: &[Arg] = &[u32("fd", "unsigned int")];
const FTRUNCATE: &[Arg] = &[u32("fd", "unsigned int"), s64("length", "off_t")];
const FUTEX: &[Arg] = &[
    ptr("uaddr", "u32 *"),
    s32("op", "int"),
    u32("val", "u32"),
    ptr("utime", "const struct __kernel_timespec *"),
    ptr("uaddr2", "u32 *"),
    u32("val3", "u32"),
];
const FUTEX_REQUEUE: &[Arg] = &[
    ptr("waiters", "struct futex_waitv *"),
    u32("flags", "unsigned int"),
    s32("nr_wake", "int"),
    s32("nr_requeue", "int"),
];
const FUTEX_WAIT: &[Arg] = &[
    ptr("uaddr", "void *"),
    u64("val", "unsigned long"),
    u64("mask", "unsigned long"),
    u32("flags", "unsigned int"),
    ptr("timeout", "struct __kernel_timespec *"),
    s32("clockid", "clockid_t"),
];
const FUTEX_WAITV: &[Arg] = &[
    ptr("waiters", "struct futex_waitv *"),
    u32("nr_futexes", "unsigned int"),
    u32("flags", "unsigned int"),
    ptr("timeout", "struct __kernel_timespec *"),
    s32("clockid", "clockid_t"),
];
const FUTEX_WAKE: &[Arg] =
    &[ptr("uaddr", "void *"), u64("mask", "unsigned long"), s32("nr", "int"), u32("flags", "unsigned int")];
const FUTIMESAT: &[Arg] =
    &[s32("dfd", "int"), ptr("filename", "const char *"), ptr("utimes", "struct __kernel_old_timeval *")];
const GET_MEMPOLICY: &[Arg] = &[
    ptr("policy", "int *"),
    ptr("nmask", "unsigned long *"),
    u64("maxnode", "unsigned long"),
    u64("addr", "unsigned long"),
    u64("flags", "unsigned long"),
];
const GET_ROBUST_LIST: &[Arg] =
    &[s32("pid", "int"), ptr("head_ptr", "struct robust_list_head **"), ptr("len_ptr", "size_t *")];
const GET_THREAD_AREA: &[Arg] = &[ptr("u_info", "struct user_desc *")];
const GETCPU: &[Arg] = &[ptr("cpup", "unsigned *"), ptr("nodep", "unsigned *"), ptr("unused", "struct getcpu_cache *")];
const GETCWD: &[Arg] = &[ptr("buf", "char *"), u64("size", "unsigned long")];
const GETDENTS: &[Arg] =
    &[u32("fd", "unsigned int"), ptr("dirent", "struct linux_dirent *"), u32("count", "unsigned int")];
const GETDENTS64: &[Arg] =
    &[u32("fd", "unsigned int"), ptr("dirent", "struct linux_dirent64 *"), u32("count", "unsigned int")];
const GETGROUPS: &[Arg] = &[s32("gidsetsize", "int"), ptr("grouplist", "gid_t *")];
const GETITIMER: &[Arg] = &[s32("which", "int"), ptr("value", "struct __kernel_old_itimerval *")];
const GETPEERNAME: &[Arg] = &[s32("fd", "int"), ptr("usockaddr", "struct sockaddr *"), ptr("usockaddr_len", "int *")];
const GETPGID: &[Arg] = &[s32("pid", "pid_t")];
const GETPRIORITY: &[Arg] = &[s32("which", "int"), s32("who", "int")];
const GETRANDOM: &[Arg] = &[ptr("ubuf", "char *"), u64("len", "size_t"), u32("flags", "unsigned int")];
const GETRESGID: &[Arg] = &[ptr("rgidp", "gid_t *"), ptr("egidp", "gid_t *"), ptr("sgidp", "gid_t *")];
const GETRESUID: &[Arg] = &[ptr("ruidp", "uid_t *"), ptr("euidp", "uid_t *"), ptr("suidp", "uid_t *")];
const GETRLIMIT: &[Arg] = &[u32("resource", "unsigned int"), ptr("rlim", "struct rlimit *")];
const GETRUSAGE: &[Arg] = &[s32("who", "int"), ptr("ru", "struct rusage *")];
const GETSID: &[Arg] = &[s32("pid", "pid_t")];
const GETSOCKNAME: &[Arg] = &[s32("fd", "int"), ptr("usockaddr", "struct sockaddr *"), ptr("usockaddr_len", "int *")];
const GETSOCKOPT: &[Arg] =
    &[s32("fd", "int"), s32("level", "int"), s32("optname", "int"), ptr("optval", "char *"), ptr("optlen", "int *")];
const GETTIMEOFDAY: &[Arg] = &[ptr("tv", "struct __kernel_old_timeval *"), ptr("tz", "struct timezone *")];
const GETXATTR: &[Arg] =
    &[ptr("pathname", "const char *"), ptr("name", "const char *"), ptr("value", "void *"), u64("size", "size_t")];
const GETXATTRAT: &[Arg] = &[
    s32("dfd", "int"),
    ptr("pathname", "const char *"),
    u32("at_flags", "unsigned int"),
    ptr("name", "const char *"),
    ptr("uargs", "struct xattr_args *"),
    u64("usize", "size_t"),
];
const INIT_MODULE: &[Arg] = &[ptr("umod", "void *"), u64("len", "unsigned long"), ptr("uargs", "const char *")];
const INOTIFY_ADD_WATCH: &[Arg] = &[s32("fd", "int"), ptr("pathname", "const char *"), u32("mask", "u32")];
const INOTIFY_INIT1: &[Arg] = &[s32("flags", "int")];
const INOTIFY_RM_WATCH: &[Arg] = &[s32("fd", "int"), s32("wd", "__s32")];
const IO_CANCEL: &[Arg] =
    &[u64("ctx_id", "aio_context_t"), ptr("iocb", "struct iocb *"), ptr("result", "struct io_event *")];
const IO_DESTROY: &[Arg] = &[u64("ctx", "aio_context_t")];
const IO_GETEVENTS: &[Arg] = &[
    u64("ctx_id", "aio_context_t"),
    s64("min_nr", "long"),
    s64("nr", "long"),
    ptr("events", "struct io_event *"),
    ptr("timeout", "struct __kernel_timespec *"),
];
const IO_PGETEVENTS: &[Arg] = &[
    u64("ctx_id", "aio_context_t"),
    s64("min_nr", "long"),
    s64("nr", "long"),
    ptr("events", "struct io_event *"),
    ptr("timeout", "struct __kernel_timespec *"),
    ptr("usig", "const struct __aio_sigset *"),
];
const IO_SETUP: &[Arg] = &[u32("nr_events", "unsigned"), ptr("ctxp", "aio_context_t *")];
const IO_SUBMIT: &[Arg] = &[u64("ctx_id", "aio_context_t"), s64("nr", "long"), ptr("iocbpp", "struct iocb **")];
const IO_URING_ENTER: &[Arg] = &[
    u32("fd", "unsigned int"),
    u32("to_submit", "u32"),
    u32("min_complete", "u32"),
    u32("flags", "u32"),
    ptr("argp", "const void *"),
    u64("argsz", "size_t"),
];
const IO_URING_REGISTER: &[Arg] =
    &[u32("fd", "unsigned int"), u32("opcode", "unsigned int"), ptr("arg", "void *"), u32("nr_args", "unsigned int")];
const IO_URING_SETUP: &[Arg] = &[u32("entries", "u32"), ptr("params", "struct io_uring_params *")];
const IOCTL: &[Arg] = &[u32("fd", "unsigned int"), u32("cmd", "unsigned int"), u64("arg", "unsigned long")];
const IOPERM: &[Arg] = &[u64("from", "unsigned long"), u64("num", "unsigned long"), s32("turn_on", "int")];
const IOPL: &[Arg] = &[u32("level", "unsigned int")];
const IOPRIO_GET: &[Arg] = &[s32("which", "int"), s32("who", "int")];
const IOPRIO_SET: &[Arg] = &[s32("which", "int"), s32("who", "int"), s32("ioprio", "int")];
const KCMP: &[Arg] = &[
    s32("pid1", "pid_t"),
    s32("pid2", "pid_t"),
    s32("type", "int"),
    narrowed_u32("idx1", "unsigned long"),
    u64("idx2", "unsigned long"),
];
const KEXEC_FILE_LOAD: &[Arg] = &[
    s32("kernel_fd", "int"),
    s32("initrd_fd", "int"),
    u64("cmdline_len", "unsigned long"),
    ptr("cmdline_ptr", "const char *"),
    u64("flags", "unsigned long"),
];
const KEXEC_LOAD: &[Arg] = &[
    u64("entry", "unsigned long"),
    u64("nr_segments", "unsigned long"),
    ptr("segments", "struct kexec_segment *"),
    u64("flags", "unsigned long"),
];
const KEYCTL: &[Arg] = &[
    s32("option", "int"),
    u64("arg2", "unsigned long"),
    u64("arg3", "unsigned long"),
    u64("arg4", "unsigned long"),
    u64("arg5", "unsigned long"),
];
const KILL: &[Arg] = &[s32("pid", "pid_t"), s32("sig", "int")];
const LANDLOCK_ADD_RULE: &[Arg] = &[
    s32("ruleset_fd", "const int"),
    u32("rule_type", "const enum landlock_rule_type"),
    ptr("rule_attr", "const void *const"),
    u32("flags", "const __u32"),
];
const LANDLOCK_CREATE_RULESET: &[Arg] = &[
    ptr("attr", "const struct landlock_ruleset_attr *const"),
    u64("size", "const size_t"),
    u32("flags", "const __u32"),
];
const LANDLOCK_RESTRICT_SELF: &[Arg] = &[s32("ruleset_fd", "const int"), u32("flags", "const __u32")];
const LCHOWN: &[Arg] = &[ptr("filename", "const char *"), u32("user", "uid_t"), u32("group", "gid_t")];
const LGETXATTR: &[Arg] =
    &[ptr("pathname", "const char *"), ptr("name", "const char *"), ptr("value", "void *"), u64("size", "size_t")];
const LINK: &[Arg] = &[ptr("oldname", "const char *"), ptr("newname", "const char *")];
const LINKAT: &[Arg] = &[
    s32("olddfd", "int"),
    ptr("oldname", "const char *"),
    s32("newdfd", "int"),
    ptr("newname", "const char *"),
    s32("flags", "int"),
];
const LISTEN: &[Arg] = &[s32("fd", "int"), s32("backlog", "int")];
const LISTMOUNT: &[Arg] = &[
    ptr("req", "const struct mnt_id_req *"),
    ptr("mnt_ids", "u64 *"),
    u64("nr_mnt_ids", "size_t"),
    u32("flags", "unsigned int"),
];
const LISTNS: &[Arg] = &[
    ptr("req", "const struct ns_id_req *"),
    ptr("ns_ids", "u64 *"),
    u64("nr_ns_ids", "size_t"),
    u32("flags", "unsigned int"),
];
const LISTXATTR: &[Arg] = &[ptr("pathname", "const char *"), ptr("list", "char *"), u64("size", "size_t")];
const LISTXATTRAT: &[Arg] = &[
    s32("dfd", "int"),
    ptr("pathname", "const char *"),
    u32("at_flags", "unsigned int"),
    ptr("list", "char *"),
    u64("size", "size_t"),
];
const LLISTXATTR: &[Arg] = &[ptr("pathname", "const char *"), ptr("list", "char *"), u64("size", "size_t")];
const LOOKUP_DCOOKIE: &[Arg] = &[u64("cookie64", "u64"), ptr("buf", "char *"), u64("len", "size_t")];
const LREMOVEXATTR: &[Arg] = &[ptr("pathname", "const char *"), ptr("name", "const char *")];
const LSEEK: &[Arg] = &[u32("fd", "unsigned int"), s64("offset", "off_t"), u32("whence", "unsigned int")];
const LSETXATTR: &[Arg] = &[
    ptr("pathname", "const char *"),
    ptr("name", "const char *"),
    ptr("value", "const void *"),
    u64("size", "size_t"),
    s32("flags", "int"),
];
const LSM_GET_SELF_ATTR: &[Arg] =
    &[u32("attr", "unsigned int"), ptr("ctx", "struct lsm_ctx *"), ptr("size", "u32 *"), u32("flags", "u32")];
const LSM_LIST_MODULES: &[Arg] = &[ptr("ids", "u64 *"), ptr("size", "u32 *"), u32("flags", "u32")];
const LSM_SET_SELF_ATTR: &[Arg] =
    &[u32("attr", "unsigned int"), ptr("ctx", "struct lsm_ctx *"), u32("size", "u32"), u32("flags", "u32")];
const LSTAT: &[Arg] = &[ptr("filename", "const char *"), ptr("statbuf", "struct stat *")];
const MADVISE: &[Arg] = &[u64("start", "unsigned long"), u64("len_in", "size_t"), s32("behavior", "int")];
const MAP_SHADOW_STACK: &[Arg] =
    &[u64("addr", "unsigned long"), u64("size", "unsigned long"), u32("flags", "unsigned int")];
const MBIND: &[Arg] = &[
    u64("start", "unsigned long"),
    u64("len", "unsigned long"),
    narrowed_u32("mode", "unsigned long"),
    ptr("nmask", "const unsigned long *"),
    u64("maxnode", "unsigned long"),
    u32("flags", "unsigned int"),
];
const MEMBARRIER: &[Arg] = &[s32("cmd", "int"), u32("flags", "unsigned int"), s32("cpu_id", "int")];
const MEMFD_CREATE: &[Arg] = &[ptr("uname", "const char *"), u32("flags", "unsigned int")];
const MEMFD_SECRET: &[Arg] = &[u32("flags", "unsigned int")];
const MIGRATE_PAGES: &[Arg] = &[
    s32("pid", "pid_t"),
    u64("maxnode", "unsigned long"),
    ptr("old_nodes", "const unsigned long *"),
    ptr("new_nodes", "const unsigned long *"),
];
const MINCORE: &[Arg] = &[u64("start", "unsigned long"), u64("len", "size_t"), ptr("vec", "unsigned char *")];
const MKDIR: &[Arg] = &[ptr("pathname", "const char *"), u32("mode", "umode_t")];
const MKDIRAT: &[Arg] = &[s32("dfd", "int"), ptr("pathname", "const char *"), u32("mode", "umode_t")];
const MKNOD: &[Arg] = &[ptr("filename", "const char *"), u32("mode", "umode_t"), u32("dev", "unsigned")];
const MKNODAT: &[Arg] =
    &[s32("dfd", "int"), ptr("filename", "const char *"), u32("mode", "umode_t"), u32("dev", "unsigned int")];
const MLOCK: &[Arg] = &[u64("start", "unsigned long"), u64("len", "size_t")];
const MLOCK2: &[Arg] = &[u64("start", "unsigned long"), u64("len", "size_t"), s32("flags", "int")];
const MLOCKALL: &[Arg] = &[s32("flags", "int")];
const MMAP: &[Arg] = &[
    u64("addr", "unsigned long"),
    u64("len", "unsigned long"),
    narrowed_u32("prot", "unsigned long"),
    narrowed_u32("flags", "unsigned long"),
    narrowed_u32("fd", "unsigned long"),
    u64("off", "unsigned long"),
];
const MODIFY_LDT: &[Arg] = &[s32("func", "int"), ptr("ptr", "void *"), u64("bytecount", "unsigned long")];
const MOUNT: &[Arg] = &[
    ptr("dev_name", "char *"),
    ptr("dir_name", "char *"),
    ptr("type", "char *"),
    u64("flags", "unsigned long"),
    ptr("data", "void *"),
];
const MOUNT_SETATTR: &[Arg] = &[
    s32("dfd", "int"),
    ptr("path", "const char *"),
    u32("flags", "unsigned int"),
    ptr("uattr", "struct mount_attr *"),
    u64("usize", "size_t"),
];
const MOVE_MOUNT: &[Arg] = &[
    s32("from_dfd", "int"),
    ptr("from_pathname", "const char *"),
    s32("to_dfd", "int"),
    ptr("to_pathname", "const char *"),
    u32("flags", "unsigned int"),
];
const MOVE_PAGES: &[Arg] = &[
    s32("pid", "pid_t"),
    u64("nr_pages", "unsigned long"),
    ptr("pages", "const void **"),
    ptr("nodes", "const int *"),
    ptr("status", "int *"),
    s32("flags", "int"),
];
const MPROTECT: &[Arg] = &[u64("start", "unsigned long"), u64("len", "size_t"), narrowed_u32("prot", "unsigned long")];
const MQ_GETSETATTR: &[Arg] =
    &[s32("mqdes", "mqd_t"), ptr("u_mqstat", "const struct mq_attr *"), ptr("u_omqstat", "struct mq_attr *")];
const MQ_NOTIFY: &[Arg] = &[s32("mqdes", "mqd_t"), ptr("u_notification", "const struct sigevent *")];
const MQ_OPEN: &[Arg] =
    &[ptr("u_name", "const char *"), s32("oflag", "int"), u32("mode", "umode_t"), ptr("u_attr", "struct mq_attr *")];
const MQ_TIMEDRECEIVE: &[Arg] = &[
    s32("mqdes", "mqd_t"),
    ptr("u_msg_ptr", "char *"),
    u64("msg_len", "size_t"),
    ptr("u_msg_prio", "unsigned int *"),
    ptr("u_abs_timeout", "const struct __kernel_timespec *"),
];
const MQ_TIMEDSEND: &[Arg] = &[
    s32("mqdes", "mqd_t"),
    ptr("u_msg_ptr", "const char *"),
    u64("msg_len", "size_t"),
    u32("msg_prio", "unsigned int"),
    ptr("u_abs_timeout", "const struct __kernel_timespec *"),
];
const MQ_UNLINK: &[Arg] = &[ptr("u_name", "const char *")];
const MREMAP: &[Arg] = &[
    u64("addr", "unsigned long"),
    u64("old_len", "unsigned long"),
    u64("new_len", "unsigned long"),
    u64("flags", "unsigned long"),
    u64("new_addr", "unsigned long"),
];
const MSEAL: &[Arg] = &[u64("start", "unsigned long"), u64("len", "size_t"), u64("flags", "unsigned long")];
const MSGCTL: &[Arg] = &[s32("msqid", "int"), s32("cmd", "int"), ptr("buf", "struct msqid_ds *")];
const MSGGET: &[Arg] = &[s32("key", "key_t"), s32("msgflg", "int")];
const MSGRCV: &[Arg] = &[
    s32("msqid", "int"),
    ptr("msgp", "struct msgbuf *"),
    u64("msgsz", "size_t"),
    s64("msgtyp", "long"),
    s32("msgflg", "int"),
];
const MSGSND: &[Arg] =
    &[s32("msqid", "int"), ptr("msgp", "struct msgbuf *"), u64("msgsz", "size_t"), s32("msgflg", "int")];
const MSYNC: &[Arg] = &[u64("start", "unsigned long"), u64("len", "size_t"), s32("flags", "int")];
const MUNLOCK: &[Arg] = &[u64("start", "unsigned long"), u64("len", "size_t")];
const MUNMAP: &[Arg] = &[u64("addr", "unsigned long"), u64("len", "size_t")];
const NAME_TO_HANDLE_AT: &[Arg] = &[
    s32("dfd", "int"),
    ptr("name", "const char *"),
    ptr("handle", "struct file_handle *"),
    ptr("mnt_id", "void *"),
    s32("flag", "int"),
];
const NANOSLEEP: &[Arg] = &[ptr("rqtp", "struct __kernel_timespec *"), ptr("rmtp", "struct __kernel_timespec *")];
const NEWFSTATAT: &[Arg] =
    &[s32("dfd", "int"), ptr("filename", "const char *"), ptr("statbuf", "struct stat *"), s32("flag", "int")];
const OPEN: &[Arg] = &[ptr("filename", "const char *"), s32("flags", "int"), u32("mode", "umode_t")];
const OPEN_BY_HANDLE_AT: &[Arg] =
    &[s32("mountdirfd", "int"), ptr("handle", "struct file_handle *"), s32("flags", "int")];
const OPEN_TREE: &[Arg] = &[s32("dfd", "int"), ptr("filename", "const char *"), u32("flags", "unsigned")];
const OPEN_TREE_ATTR: &[Arg] = &[
    s32("dfd", "int"),
    ptr("filename", "const char *"),
    u32("flags", "unsigned"),
    ptr("uattr", "struct mount_attr *"),
    u64("usize", "size_t"),
];
const OPENAT: &[Arg] =
    &[s32("dfd", "int"), ptr("filename", "const char *"), s32("flags", "int"), u32("mode", "umode_t")];
const OPENAT2: &[Arg] =
    &[s32("dfd", "int"), ptr("filename", "const char *"), ptr("how", "struct open_how *"), u64("usize", "size_t")];
const PERF_EVENT_OPEN: &[Arg] = &[
    ptr("attr_uptr", "struct perf_event_attr *"),
    s32("pid", "pid_t"),
    s32("cpu", "int"),
    s32("group_fd", "int"),
    u64("flags", "unsigned long"),
];
const PERSONALITY: &[Arg] = &[u32("personality", "unsigned int")];
const PIDFD_GETFD: &[Arg] = &[s32("pidfd", "int"), s32("fd", "int"), u32("flags", "unsigned int")];
const PIDFD_OPEN: &[Arg] = &[s32("pid", "pid_t"), u32("flags", "unsigned int")];
const PIDFD_SEND_SIGNAL: &[Arg] =
    &[s32("pidfd", "int"), s32("sig", "int"), ptr("info", "siginfo_t *"), u32("flags", "unsigned int")];
const PIPE: &[Arg] = &[ptr("fildes", "int *")];
const PIPE2: &[Arg] = &[ptr("fildes", "int *"), s32("flags", "int")];
const PIVOT_ROOT: &[Arg] = &[ptr("new_root", "const char *"), ptr("put_old", "const char *")];
const PKEY_ALLOC: &[Arg] = &[u64("flags", "unsigned long"), u64("init_val", "unsigned long")];
const PKEY_FREE: &[Arg] = &[s32("pkey", "int")];
const PKEY_MPROTECT: &[Arg] =
    &[u64("start", "unsigned long"), u64("len", "size_t"), narrowed_u32("prot", "unsigned long"), s32("pkey", "int")];
const POLL: &[Arg] = &[ptr("ufds", "struct pollfd *"), u32("nfds", "unsigned int"), s32("timeout_msecs", "int")];
const PPOLL: &[Arg] = &[
    ptr("ufds", "struct pollfd *"),
    u32("nfds", "unsigned int"),
    ptr("tsp", "struct __kernel_timespec *"),
    ptr("sigmask", "const sigset_t *"),
    u64("sigsetsize", "size_t"),
];
const PRCTL: &[Arg] = &[
    s32("option", "int"),
    u64("arg2", "unsigned long"),
    u64("arg3", "unsigned long"),
    u64("arg4", "unsigned long"),
    u64("arg5", "unsigned long"),
];
const PREAD64: &[Arg] =
    &[u32("fd", "unsigned int"), ptr("buf", "char *"), u64("count", "size_t"), s64("pos", "loff_t")];
const PREADV: &[Arg] = &[
    narrowed_u32("fd", "unsigned long"),
    ptr("vec", "const struct iovec *"),
    narrowed_u32("vlen", "unsigned long"),
    u64("pos_l", "unsigned long"),
    u64("pos_h", "unsigned long"),
];
const PREADV2: &[Arg] = &[
    narrowed_u32("fd", "unsigned long"),
    ptr("vec", "const struct iovec *"),
    narrowed_u32("vlen", "unsigned long"),
    u64("pos_l", "unsigned long"),
    u64("pos_h", "unsigned long"),
    s32("flags", "rwf_t"),
];
const PRLIMIT64: &[Arg] = &[
    s32("pid", "pid_t"),
    u32("resource", "unsigned int"),
    ptr("new_rlim", "const struct rlimit64 *"),
    ptr("old_rlim", "struct rlimit64 *"),
];
const PROCESS_MADVISE: &[Arg] = &[
    s32("pidfd", "int"),
    ptr("vec", "const struct iovec *"),
    narrowed_u32("vlen", "size_t"),
    s32("behavior", "int"),
    u32("flags", "unsigned int"),
];
const PROCESS_MRELEASE: &[Arg] = &[s32("pidfd", "int"), u32("flags", "unsigned int")];
const PROCESS_VM_READV: &[Arg] = &[
    s32("pid", "pid_t"),
    ptr("lvec", "const struct iovec *"),
    narrowed_u32("liovcnt", "unsigned long"),
    ptr("rvec", "const struct iovec *"),
    u64("riovcnt", "unsigned long"),
    u64("flags", "unsigned long"),
];
const PROCESS_VM_WRITEV: &[Arg] = &[
    s32("pid", "pid_t"),
    ptr("lvec", "const struct iovec *"),
    narrowed_u32("liovcnt", "unsigned long"),
    ptr("rvec", "const struct iovec *"),
    u64("riovcnt", "unsigned long"),
    u64("flags", "unsigned long"),
];
const PSELECT6: &[Arg] = &[
    s32("n", "int"),
    ptr("inp", "fd_set *"),
    ptr("outp", "fd_set *"),
    ptr("exp", "fd_set *"),
    ptr("tsp", "struct __kernel_timespec *"),
    ptr("sig", "void *"),
];
const PTRACE: &[Arg] =
    &[s64("request", "long"), narrowed_s32("pid", "long"), u64("addr", "unsigned long"), u64("data", "unsigned long")];
const PWRITE64: &[Arg] =
    &[u32("fd", "unsigned int"), ptr("buf", "const char *"), u64("count", "size_t"), s64("pos", "loff_t")];
const PWRITEV: &[Arg] = &[
    narrowed_u32("fd", "unsigned long"),
    ptr("vec", "const struct iovec *"),
    narrowed_u32("vlen", "unsigned long"),
    u64("pos_l", "unsigned long"),
    u64("pos_h", "unsigned long"),
];
const PWRITEV2: &[Arg] = &[
    narrowed_u32("fd", "unsigned long"),
    ptr("vec", "const struct iovec *"),
    narrowed_u32("vlen", "unsigned long"),
    u64("pos_l", "unsigned long"),
    u64("pos_h", "unsigned long"),
    s32("flags", "rwf_t"),
];
const QUOTACTL: &[Arg] =
    &[u32("cmd", "unsigned int"), ptr("special", "const char *"), u32("id", "qid_t"), ptr("addr", "void *")];
const QUOTACTL_FD: &[Arg] =
    &[u32("fd", "unsigned int"), u32("cmd", "unsigned int"), u32("id", "qid_t"), ptr("addr", "void *")];
const READ: &[Arg] = &[u32("fd", "unsigned int"), ptr("buf", "char *"), u64("count", "size_t")];
const READAHEAD: &[Arg] = &[s32("fd", "int"), s64("offset", "loff_t"), u64("count", "size_t")];
const READLINK: &[Arg] = &[ptr("path", "const char *"), ptr("buf", "char *"), s32("bufsiz", "int")];
const READLINKAT: &[Arg] =
    &[s32("dfd", "int"), ptr("pathname", "const char *"), ptr("buf", "char *"), s32("bufsiz", "int")];
const READV: &[Arg] =
    &[narrowed_u32("fd", "unsigned long"), ptr("vec", "const struct iovec *"), narrowed_u32("vlen", "unsigned long")];
const REBOOT: &[Arg] = &[s32("magic1", "int"), s32("magic2", "int"), u32("cmd", "unsigned int"), ptr("arg", "void *")];
const RECVFROM: &[Arg] = &[
    s32("fd", "int"),
    ptr("ubuf", "void *"),
    u64("size", "size_t"),
    u32("flags", "unsigned int"),
    ptr("addr", "struct sockaddr *"),
    ptr("addr_len", "int *"),
];
const RECVMMSG: &[Arg] = &[
    s32("fd", "int"),
    ptr("mmsg", "struct mmsghdr *"),
    u32("vlen", "unsigned int"),
    u32("flags", "unsigned int"),
    ptr("timeout", "struct __kernel_timespec *"),
];
const RECVMSG: &[Arg] = &[s32("fd", "int"), ptr("msg", "struct user_msghdr *"), u32("flags", "unsigned int")];
const REMAP_FILE_PAGES: &[Arg] = &[
    u64("start", "unsigned long"),
    u64("size", "unsigned long"),
    narrowed_u32("prot", "unsigned long"),
    u64("pgoff", "unsigned long"),
    u64("flags", "unsigned long"),
];
const REMOVEXATTR: &[Arg] = &[ptr("pathname", "const char *"), ptr("name", "const char *")];
const REMOVEXATTRAT: &[Arg] =
    &[s32("dfd", "int"), ptr("pathname", "const char *"), u32("at_flags", "unsigned int"), ptr("name", "const char *")];
const RENAME: &[Arg] = &[ptr("oldname", "const char *"), ptr("newname", "const char *")];
const RENAMEAT: &[Arg] =
    &[s32("olddfd", "int"), ptr("oldname", "const char *"), s32("newdfd", "int"), ptr("newname", "const char *")];
const RENAMEAT2: &[Arg] = &[
    s32("olddfd", "int"),
    ptr("oldname", "const char *"),
    s32("newdfd", "int"),
    ptr("newname", "const char *"),
    u32("flags", "unsigned int"),
];
const REQUEST_KEY: &[Arg] = &[
    ptr("_type", "const char *"),
    ptr("_description", "const char *"),
    ptr("_callout_info", "const char *"),
    s32("destringid", "key_serial_t"),
];
const RISCV_FLUSH_ICACHE: &[Arg] = &[u64("start", "uintptr_t"), u64("end", "uintptr_t"), u64("flags", "uintptr_t")];
const RISCV_HWPROBE: &[Arg] = &[
    ptr("pairs", "struct riscv_hwprobe *"),
    u64("pair_count", "size_t"),
    u64("cpusetsize", "size_t"),
    ptr("cpus", "unsigned long *"),
    u32("flags", "unsigned int"),
];
const RMDIR: &[Arg] = &[ptr("pathname", "const char *")];
const RSEQ: &[Arg] = &[ptr("rseq", "struct rseq *"), u32("rseq_len", "u32"), s32("flags", "int"), u32("sig", "u32")];
const RT_SIGACTION: &[Arg] = &[
    s32("sig", "int"),
    ptr("act", "const struct sigaction *"),
    ptr("oact", "struct sigaction *"),
    u64("sigsetsize", "size_t"),
];
const RT_SIGPENDING: &[Arg] = &[ptr("uset", "sigset_t *"), u64("sigsetsize", "size_t")];
const RT_SIGPROCMASK: &[Arg] =
    &[s32("how", "int"), ptr("nset", "sigset_t *"), ptr("oset", "sigset_t *"), u64("sigsetsize", "size_t")];
const RT_SIGQUEUEINFO: &[Arg] = &[s32("pid", "pid_t"), s32("sig", "int"), ptr("uinfo", "siginfo_t *")];
const RT_SIGSUSPEND: &[Arg] = &[ptr("unewset", "sigset_t *"), u64("sigsetsize", "size_t")];
const RT_SIGTIMEDWAIT: &[Arg] = &[
    ptr("uthese", "const sigset_t *"),
    ptr("uinfo", "siginfo_t *"),
    ptr("uts", "const struct __kernel_timespec *"),
    u64("sigsetsize", "size_t"),
];
const RT_TGSIGQUEUEINFO: &[Arg] =
    &[s32("tgid", "pid_t"), s32("pid", "pid_t"), s32("sig", "int"), ptr("uinfo", "siginfo_t *")];
const SCHED_GET_PRIORITY_MAX: &[Arg] = &[s32("policy", "int")];
const SCHED_GET_PRIORITY_MIN: &[Arg] = &[s32("policy", "int")];
const SCHED_GETAFFINITY: &[Arg] =
    &[s32("pid", "pid_t"), u32("len", "unsigned int"), ptr("user_mask_ptr", "unsigned long *")];
const SCHED_GETATTR: &[Arg] = &[
    s32("pid", "pid_t"),
    ptr("uattr", "struct sched_attr *"),
    u32("usize", "unsigned int"),
    u32("flags", "unsigned int"),
];
const SCHED_GETPARAM: &[Arg] = &[s32("pid", "pid_t"), ptr("param", "struct sched_param *")];
const SCHED_GETSCHEDULER: &[Arg] = &[s32("pid", "pid_t")];
const SCHED_RR_GET_INTERVAL: &[Arg] = &[s32("pid", "pid_t"), ptr("interval", "struct __kernel_timespec *")];
const SCHED_SETAFFINITY: &[Arg] =
    &[s32("pid", "pid_t"), u32("len", "unsigned int"), ptr("user_mask_ptr", "unsigned long *")];
const SCHED_SETATTR: &[Arg] = &[s32("pid", "pid_t"), ptr("uattr", "struct sched_attr *"), u32("flags", "unsigned int")];
const SCHED_SETPARAM: &[Arg] = &[s32("pid", "pid_t"), ptr("param", "struct sched_param *")];
const SCHED_SETSCHEDULER: &[Arg] = &[s32("pid", "pid_t"), s32("policy", "int"), ptr("param", "struct sched_param *")];
const SECCOMP: &[Arg] = &[u32("op", "unsigned int"), u32("flags", "unsigned int"), ptr("uargs", "void *")];
const SELECT: &[Arg] = &[
    s32("n", "int"),
    ptr("inp", "fd_set *"),
    ptr("outp", "fd_set *"),
    ptr("exp", "fd_set *"),
    ptr("tvp", "struct __kernel_old_timeval *"),
];
const SEMCTL: &[Arg] = &[s32("semid", "int"), s32("semnum", "int"), s32("cmd", "int"), u64("arg", "unsigned long")];
const SEMGET: &[Arg] = &[s32("key", "key_t"), s32("nsems", "int"), s32("semflg", "int")];
const SEMOP: &[Arg] = &[s32("semid", "int"), ptr("tsops", "struct sembuf *"), u32("nsops", "unsigned")];
const SEMTIMEDOP: &[Arg] = &[
    s32("semid", "int"),
    ptr("tsops", "struct sembuf *"),
    u32("nsops", "unsigned int"),
    ptr("timeout", "const struct __kernel_timespec *"),
];
const SENDFILE: &[Arg] =
    &[s32("out_fd", "int"), s32("in_fd", "int"), ptr("offset", "loff_t *"), u64("count", "size_t")];
const SENDMMSG: &[Arg] =
    &[s32("fd", "int"), ptr("mmsg", "struct mmsghdr *"), u32("vlen", "unsigned int"), u32("flags", "unsigned int")];
const SENDMSG: &[Arg] = &[s32("fd", "int"), ptr("msg", "struct user_msghdr *"), u32("flags", "unsigned int")];
const SENDTO: &[Arg] = &[
    s32("fd", "int"),
    ptr("buff", "void *"),
    u64("len", "size_t"),
    u32("flags", "unsigned int"),
    ptr("addr", "struct sockaddr *"),
    s32("addr_len", "int"),
];
const SET_MEMPOLICY: &[Arg] =
    &[s32("mode", "int"), ptr("nmask", "const unsigned long *"), u64("maxnode", "unsigned long")];
const SET_MEMPOLICY_HOME_NODE: &[Arg] = &[
    u64("start", "unsigned long"),
    u64("len", "unsigned long"),
    u64("home_node", "unsigned long"),
    u64("flags", "unsigned long"),
];
const SET_ROBUST_LIST: &[Arg] = &[ptr("head", "struct robust_list_head *"), u64("len", "size_t")];
const SET_THREAD_AREA: &[Arg] = &[ptr("u_info", "struct user_desc *")];
const SET_TID_ADDRESS: &[Arg] = &[ptr("tidptr", "int *")];
const SETDOMAINNAME: &[Arg] = &[ptr("name", "char *"), s32("len", "int")];
const SETFSGID: &[Arg] = &[u32("gid", "gid_t")];
const SETFSUID: &[Arg] = &[u32("uid", "uid_t")];
const SETGID: &[Arg] = &[u32("gid", "gid_t")];
const SETGROUPS: &[Arg] = &[s32("gidsetsize", "int"), ptr("grouplist", "gid_t *")];
const SETHOSTNAME: &[Arg] = &[ptr("name", "char *"), s32("len", "int")];
const SETITIMER: &[Arg] = &[
    s32("which", "int"),
    ptr("value", "struct __kernel_old_itimerval *"),
    ptr("ovalue", "struct __kernel_old_itimerval *"),
];
const SETNS: &[Arg] = &[s32("fd", "int"), s32("flags", "int")];
const SETPGID: &[Arg] = &[s32("pid", "pid_t"), s32("pgid", "pid_t")];
const SETPRIORITY: &[Arg] = &[s32("which", "int"), s32("who", "int"), s32("niceval", "int")];
const SETREGID: &[Arg] = &[u32("rgid", "gid_t"), u32("egid", "gid_t")];
const SETRESGID: &[Arg] = &[u32("rgid", "gid_t"), u32("egid", "gid_t"), u32("sgid", "gid_t")];
const SETRESUID: &[Arg] = &[u32("ruid", "uid_t"), u32("euid", "uid_t"), u32("suid", "uid_t")];
const SETREUID: &[Arg] = &[u32("ruid", "uid_t"), u32("euid", "uid_t")];
const SETRLIMIT: &[Arg] = &[u32("resource", "unsigned int"), ptr("rlim", "struct rlimit *")];
const SETSOCKOPT: &[Arg] =
    &[s32("fd", "int"), s32("level", "int"), s32("optname", "int"), ptr("optval", "char *"), s32("optlen", "int")];
const SETTIMEOFDAY: &[Arg] = &[ptr("tv", "struct __kernel_old_timeval *"), ptr("tz", "struct timezone *")];
const SETUID: &[Arg] = &[u32("uid", "uid_t")];
const SETXATTR: &[Arg] = &[
    ptr("pathname", "const char *"),
    ptr("name", "const char *"),
    ptr("value", "const void *"),
    u64("size", "size_t"),
    s32("flags", "int"),
];
const SETXATTRAT: &[Arg] = &[
    s32("dfd", "int"),
    ptr("pathname", "const char *"),
    u32("at_flags", "unsigned int"),
    ptr("name", "const char *"),
    ptr("uargs", "const struct xattr_args *"),
    u64("usize", "size_t"),
];
const SHMAT: &[Arg] = &[s32("shmid", "int"), ptr("shmaddr", "char *"), s32("shmflg", "int")];
const SHMCTL: &[Arg] = &[s32("shmid", "int"), s32("cmd", "int"), ptr("buf", "struct shmid_ds *")];
const SHMDT: &[Arg] = &[ptr("shmaddr", "char *")];
const SHMGET: &[Arg] = &[s32("key", "key_t"), u64("size", "size_t"), s32("shmflg", "int")];
const SHUTDOWN: &[Arg] = &[s32("fd", "int"), s32("how", "int")];
const SIGALTSTACK: &[Arg] = &[ptr("uss", "const stack_t *"), ptr("uoss", "stack_t *")];
const SIGNALFD: &[Arg] = &[s32("ufd", "int"), ptr("user_mask", "sigset_t *"), u64("sizemask", "size_t")];
const SIGNALFD4: &[Arg] =
    &[s32("ufd", "int"), ptr("user_mask", "sigset_t *"), u64("sizemask", "size_t"), s32("flags", "int")];
const SOCKET: &[Arg] = &[s32("family", "int"), s32("type", "int"), s32("protocol", "int")];
const SOCKETPAIR: &[Arg] =
    &[s32("family", "int"), s32("type", "int"), s32("protocol", "int"), ptr("usockvec", "int *")];
const SPLICE: &[Arg] = &[
    s32("fd_in", "int"),
    ptr("off_in", "loff_t *"),
    s32("fd_out", "int"),
    ptr("off_out", "loff_t *"),
    u64("len", "size_t"),
    u32("flags", "unsigned int"),
];
const STAT: &[Arg] = &[ptr("filename", "const char *"), ptr("statbuf", "struct stat *")];
const STATFS: &[Arg] = &[ptr("pathname", "const char *"), ptr("buf", "struct statfs *")];
const STATMOUNT: &[Arg] = &[
    ptr("req", "const struct mnt_id_req *"),
    ptr("buf", "struct statmount *"),
    u64("bufsize", "size_t"),
    u32("flags", "unsigned int"),
];
const STATX: &[Arg] = &[
    s32("dfd", "int"),
    ptr("filename", "const char *"),
    u32("flags", "unsigned"),
    u32("mask", "unsigned int"),
    ptr("buffer", "struct statx *"),
];
const SWAPOFF: &[Arg] = &[ptr("specialfile", "const char *")];
const SWAPON: &[Arg] = &[ptr("specialfile", "const char *"), s32("swap_flags", "int")];
const SYMLINK: &[Arg] = &[ptr("oldname", "const char *"), ptr("newname", "const char *")];
const SYMLINKAT: &[Arg] = &[ptr("oldname", "const char *"), s32("newdfd", "int"), ptr("newname", "const char *")];
const SYNC_FILE_RANGE: &[Arg] =
    &[s32("fd", "int"), s64("offset", "loff_t"), s64("nbytes", "loff_t"), u32("flags", "unsigned int")];
const SYNCFS: &[Arg] = &[s32("fd", "int")];
const SYSFS: &[Arg] = &[s32("option", "int"), u64("arg1", "unsigned long"), u64("arg2", "unsigned long")];
const SYSINFO: &[Arg] = &[ptr("info", "struct sysinfo *")];
const SYSLOG: &[Arg] = &[s32("type", "int"), ptr("buf", "char *"), s32("len", "int")];
const TEE: &[Arg] = &[s32("fdin", "int"), s32("fdout", "int"), u64("len", "size_t"), u32("flags", "unsigned int")];
const TGKILL: &[Arg] = &[s32("tgid", "pid_t"), s32("pid", "pid_t"), s32("sig", "int")];
const TIME: &[Arg] = &[ptr("tloc", "__kernel_old_time_t *")];
const TIMER_CREATE: &[Arg] = &[
    s32("which_clock", "const clockid_t"),
    ptr("timer_event_spec", "struct sigevent *"),
    ptr("created_timer_id", "timer_t *"),
];
const TIMER_DELETE: &[Arg] = &[s32("timer_id", "timer_t")];
const TIMER_GETOVERRUN: &[Arg] = &[s32("timer_id", "timer_t")];
const TIMER_GETTIME: &[Arg] = &[s32("timer_id", "timer_t"), ptr("setting", "struct __kernel_itimerspec *")];
const TIMER_SETTIME: &[Arg] = &[
    s32("timer_id", "timer_t"),
    s32("flags", "int"),
    ptr("new_setting", "const struct __kernel_itimerspec *"),
    ptr("old_setting", "struct __kernel_itimerspec *"),
];
const TIMERFD_CREATE: &[Arg] = &[s32("clockid", "int"), s32("flags", "int")];
const TIMERFD_GETTIME: &[Arg] = &[s32("ufd", "int"), ptr("otmr", "struct __kernel_itimerspec *")];
const TIMERFD_SETTIME: &[Arg] = &[
    s32("ufd", "int"),
    s32("flags", "int"),
    ptr("utmr", "const struct __kernel_itimerspec *"),
    ptr("otmr", "struct __kernel_itimerspec *"),
];
const TIMES: &[Arg] = &[ptr("tbuf", "struct tms *")];
const TKILL: &[Arg] = &[s32("pid", "pid_t"), s32("sig", "int")];
const TRUNCATE: &[Arg] = &[ptr("path", "const char *"), s64("length", "long")];
const UMASK: &[Arg] = &[s32("mask", "int")];
const UMOUNT2: &[Arg] = &[ptr("name", "char *"), s32("flags", "int")];
const UNAME: &[Arg] = &[ptr("name", "struct new_utsname *")];
const UNLINK: &[Arg] = &[ptr("pathname", "const char *")];
const UNLINKAT: &[Arg] = &[s32("dfd", "int"), ptr("pathname", "const char *"), s32("flag", "int")];
const UNSHARE: &[Arg] = &[u64("unshare_flags", "unsigned long")];
const USELIB: &[Arg] = &[ptr("library", "const char *")];
const USERFAULTFD: &[Arg] = &[s32("flags", "int")];
const USTAT: &[Arg] = &[u32("dev", "unsigned"), ptr("ubuf", "struct ustat *")];
const UTIME: &[Arg] = &[ptr("filename", "char *"), ptr("times", "struct utimbuf *")];
const UTIMENSAT: &[Arg] = &[
    s32("dfd", "int"),
    ptr("filename", "const char *"),
    ptr("utimes", "struct __kernel_timespec *"),
    s32("flags", "int"),
];
const UTIMES: &[Arg] = &[ptr("filename", "char *"), ptr("utimes", "struct __kernel_old_timeval *")];
const VMSPLICE: &[Arg] = &[
    s32("fd", "int"),
    ptr("uiov", "const struct iovec *"),
    narrowed_u32("nr_segs", "unsigned long"),
    u32("flags", "unsigned int"),
];
const WAIT4: &[Arg] =
    &[s32("upid", "pid_t"), ptr("stat_addr", "int *"), s32("options", "int"), ptr("ru", "struct rusage *")];
const WAITID: &[Arg] = &[
    s32("which", "int"),
    s32("upid", "pid_t"),
    ptr("infop", "struct siginfo *"),
    s32("options", "int"),
    ptr("ru", "struct rusage *"),
];
const WRITE: &[Arg] = &[u32("fd", "unsigned int"), ptr("buf", "const char *"), u64("count", "size_t")];
const WRITEV: &[Arg] =
    &[narrowed_u32("fd", "unsigned long"), ptr("vec", "const struct iovec *"), narrowed_u32("vlen", "unsigned long")];
