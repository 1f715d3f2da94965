//! Every operator, mask, list, range and nesting.

use sandbox2::policy;

policy! {
    pub static OPERATORS;

    ALLOW write if fd == 1;
    ALLOW read if fd != 0;
    ALLOW readv if fd < 3;
    ALLOW writev if fd <= 2;
    ALLOW pread64 if fd > 2 && pos >= 0;
    ALLOW pwrite64 if fd >= 3;
    ALLOW lseek if offset == -1 || offset < -4096;
    ALLOW openat if dfd == AT_FDCWD && flags & (O_WRONLY | O_RDWR) == 0;
    ALLOW mmap if prot & PROT_EXEC == 0 && (flags & MAP_TYPE) == MAP_PRIVATE;
    ALLOW mprotect if prot == PROT_READ | PROT_WRITE || prot == PROT_NONE;
    ALLOW fcntl if cmd in [F_GETFD, F_SETFD, F_GETFL];
    ALLOW ioctl if cmd in [TCGETS, TIOCGWINSZ,];
    ALLOW prlimit64 if new_rlim == NULL;
    ALLOW rt_sigaction if act != NULL && sig in 1..=31;
    ALLOW futex if op & FUTEX_CMD_MASK in [FUTEX_WAIT, FUTEX_WAKE];
    ALLOW socket if family == AF_UNIX && type & 0xf == SOCK_STREAM && protocol == 0;
    ALLOW kill if pid in -1..=1;
    ALLOW madvise if !(behavior == MADV_DONTNEED || behavior == MADV_FREE);
    ALLOW dup3 if !(flags & O_CLOEXEC == 0);
    ALLOW tgkill if !!(sig == SIGABRT);
    ALLOW getrandom if ((len <= 256 && (flags == 0)) || len == 0x200);
    ALLOW prctl if arg0 == PR_SET_NAME;
    ALLOW close if fd == 0b11 || fd == 0o17 || fd == 1_000;
}

policy! {
    pub static TYPES;

    ALLOW write if fd: u32 == 1 && count: u64 <= 4096;
    ALLOW read if fd: u32 == 1u32 && count: usize <= 4096usize;
    ALLOW openat if dfd: i32 == -100i32;
    ALLOW lseek if offset: i64 >= 0i64;
    ALLOW mmap if prot: u32 & 4 == 0 && len: u64 < 0x1_0000_0000u64;
    ALLOW prlimit64 if new_rlim: u64 == NULL;
}

policy! {
    pub static GROUPING_OF_OPERATORS;

    // `&&` binds tighter than `||`, `&` and `|` tighter than `==`.
    ALLOW write if fd == 1 || fd == 2 && count == 0;
    ALLOW openat if flags & O_ACCMODE == O_RDONLY && mode == 0;
}

fn main() {
    assert!(format!("{OPERATORS:?}{TYPES:?}{GROUPING_OF_OPERATORS:?}").contains("TYPES"));
}
