//! What an editor shows over the names in a policy: `policy!` refers to an item of the same name here.
//!
//! Made from the tables: `BLESS=1 cargo test -p sandbox2-policy --test tables`.
#![allow(non_upper_case_globals, reason = "the names are the kernel's")]

/// `_sysctl`, whose arguments are not known
///
/// Since Linux 2.0; number 156 on x86_64.
pub mod _sysctl {}

/// `accept(fd: int, upeer_sockaddr: struct sockaddr *, upeer_addrlen: int *)`
///
/// Since Linux 2.0; number 43 on x86_64, 202 on aarch64, 202 on riscv64.
pub mod accept {
    /// `fd` of `accept`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `upeer_sockaddr` of `accept`, `struct sockaddr *`: a pointer: only `NULL` can be told from others.
    pub const upeer_sockaddr: () = ();
    /// `upeer_addrlen` of `accept`, `int *`: a pointer: only `NULL` can be told from others.
    pub const upeer_addrlen: () = ();
}

/// `accept4(fd: int, upeer_sockaddr: struct sockaddr *, upeer_addrlen: int *, flags: int)`
///
/// Since Linux 2.6.28; number 288 on x86_64, 242 on aarch64, 242 on riscv64.
pub mod accept4 {
    /// `fd` of `accept4`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `upeer_sockaddr` of `accept4`, `struct sockaddr *`: a pointer: only `NULL` can be told from others.
    pub const upeer_sockaddr: () = ();
    /// `upeer_addrlen` of `accept4`, `int *`: a pointer: only `NULL` can be told from others.
    pub const upeer_addrlen: () = ();
    /// `flags` of `accept4`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `access(filename: const char *, mode: int)`
///
/// Since Linux 1.0; number 21 on x86_64.
///
/// In the groups `access`, `dynamic_startup`, `llvm_sanitizers`.
pub mod access {
    /// `filename` of `access`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `mode` of `access`, `int`: a signed number of 32 bits.
    pub const mode: () = ();
}

/// `acct(name: const char *)`
///
/// Since Linux 1.0; number 163 on x86_64, 89 on aarch64, 89 on riscv64.
pub mod acct {
    /// `name` of `acct`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
}

/// `add_key(_type: const char *, _description: const char *, _payload: const void *, plen: size_t, ringid: key_serial_t)`
///
/// Since Linux 2.6.10; number 248 on x86_64, 217 on aarch64, 217 on riscv64.
pub mod add_key {
    /// `_type` of `add_key`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const _type: () = ();
    /// `_description` of `add_key`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const _description: () = ();
    /// `_payload` of `add_key`, `const void *`: a pointer: only `NULL` can be told from others.
    pub const _payload: () = ();
    /// `plen` of `add_key`, `size_t`: 64 bits.
    pub const plen: () = ();
    /// `ringid` of `add_key`, `key_serial_t`: a signed number of 32 bits.
    pub const ringid: () = ();
}

/// `adjtimex(txc_p: struct __kernel_timex *)`
///
/// Since Linux 1.0; number 159 on x86_64, 171 on aarch64, 171 on riscv64.
pub mod adjtimex {
    /// `txc_p` of `adjtimex`, `struct __kernel_timex *`: a pointer: only `NULL` can be told from others.
    pub const txc_p: () = ();
}

/// `afs_syscall`, whose arguments are not known
///
/// Number 183 on x86_64.
pub mod afs_syscall {}

/// `alarm(seconds: unsigned int)`
///
/// Since Linux 1.0; number 37 on x86_64.
///
/// In the groups `alarm`.
pub mod alarm {
    /// `seconds` of `alarm`, `unsigned int`: 32 bits.
    pub const seconds: () = ();
}

/// `arch_prctl(option: int, arg2: unsigned long)`
///
/// Since Linux 2.6; number 158 on x86_64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `rust_std`, `static_startup`.
pub mod arch_prctl {
    /// `option` of `arch_prctl`, `int`: a signed number of 32 bits.
    pub const option: () = ();
    /// `arg2` of `arch_prctl`, `unsigned long`: 64 bits.
    pub const arg2: () = ();
}

/// `bind(fd: int, umyaddr: struct sockaddr *, addrlen: int)`
///
/// Since Linux 2.0; number 49 on x86_64, 200 on aarch64, 200 on riscv64.
pub mod bind {
    /// `fd` of `bind`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `umyaddr` of `bind`, `struct sockaddr *`: a pointer: only `NULL` can be told from others.
    pub const umyaddr: () = ();
    /// `addrlen` of `bind`, `int`: a signed number of 32 bits.
    pub const addrlen: () = ();
}

/// `bpf(cmd: int, uattr: union bpf_attr *, size: unsigned int)`
///
/// Since Linux 3.18; number 321 on x86_64, 280 on aarch64, 280 on riscv64.
///
/// In the groups `safe_bpf`.
///
/// With some arguments it loads programs into the kernel, unless it only reads maps: it needs `danger`.
pub mod bpf {
    /// `cmd` of `bpf`, `int`: a signed number of 32 bits.
    pub const cmd: () = ();
    /// `uattr` of `bpf`, `union bpf_attr *`: a pointer: only `NULL` can be told from others.
    pub const uattr: () = ();
    /// `size` of `bpf`, `unsigned int`: 32 bits.
    pub const size: () = ();
}

/// `brk(brk: unsigned long)`
///
/// Since Linux 1.0; number 12 on x86_64, 214 on aarch64, 214 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `rust_std`, `static_startup`, `system_malloc`, `tcmalloc`.
pub mod brk {
    /// `brk` of `brk`, `unsigned long`: 64 bits.
    pub const brk: () = ();
}

/// `cachestat(fd: unsigned int, cstat_range: struct cachestat_range *, cstat: struct cachestat *, flags: unsigned int)`
///
/// Since Linux 6.5; number 451 on x86_64, 451 on aarch64, 451 on riscv64.
pub mod cachestat {
    /// `fd` of `cachestat`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `cstat_range` of `cachestat`, `struct cachestat_range *`: a pointer: only `NULL` can be told from others.
    pub const cstat_range: () = ();
    /// `cstat` of `cachestat`, `struct cachestat *`: a pointer: only `NULL` can be told from others.
    pub const cstat: () = ();
    /// `flags` of `cachestat`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `capget(header: cap_user_header_t, dataptr: cap_user_data_t)`
///
/// Since Linux 2.2; number 125 on x86_64, 90 on aarch64, 90 on riscv64.
pub mod capget {
    /// `header` of `capget`, `cap_user_header_t`: a pointer: only `NULL` can be told from others.
    pub const header: () = ();
    /// `dataptr` of `capget`, `cap_user_data_t`: a pointer: only `NULL` can be told from others.
    pub const dataptr: () = ();
}

/// `capset(header: cap_user_header_t, data: const cap_user_data_t)`
///
/// Since Linux 2.2; number 126 on x86_64, 91 on aarch64, 91 on riscv64.
pub mod capset {
    /// `header` of `capset`, `cap_user_header_t`: a pointer: only `NULL` can be told from others.
    pub const header: () = ();
    /// `data` of `capset`, `const cap_user_data_t`: a pointer: only `NULL` can be told from others.
    pub const data: () = ();
}

/// `chdir(filename: const char *)`
///
/// Since Linux 1.0; number 80 on x86_64, 49 on aarch64, 49 on riscv64.
pub mod chdir {
    /// `filename` of `chdir`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
}

/// `chmod(filename: const char *, mode: umode_t)`
///
/// Since Linux 1.0; number 90 on x86_64.
///
/// In the groups `chmod`.
pub mod chmod {
    /// `filename` of `chmod`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `mode` of `chmod`, `umode_t`: 16 bits.
    pub const mode: () = ();
}

/// `chown(filename: const char *, user: uid_t, group: gid_t)`
///
/// Since Linux 2.2; number 92 on x86_64.
///
/// In the groups `chown`.
pub mod chown {
    /// `filename` of `chown`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `user` of `chown`, `uid_t`: 32 bits.
    pub const user: () = ();
    /// `group` of `chown`, `gid_t`: 32 bits.
    pub const group: () = ();
}

/// `chroot(filename: const char *)`
///
/// Since Linux 1.0; number 161 on x86_64, 51 on aarch64, 51 on riscv64.
///
/// It changes what the sandboxee sees of the file system: it needs `danger`.
pub mod chroot {
    /// `filename` of `chroot`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
}

/// `clock_adjtime(which_clock: const clockid_t, utx: struct __kernel_timex *)`
///
/// Since Linux 2.6.39; number 305 on x86_64, 266 on aarch64, 266 on riscv64.
pub mod clock_adjtime {
    /// `which_clock` of `clock_adjtime`, `const clockid_t`: a signed number of 32 bits.
    pub const which_clock: () = ();
    /// `utx` of `clock_adjtime`, `struct __kernel_timex *`: a pointer: only `NULL` can be told from others.
    pub const utx: () = ();
}

/// `clock_getres(which_clock: const clockid_t, tp: struct __kernel_timespec *)`
///
/// Since Linux 2.6; number 229 on x86_64, 114 on aarch64, 114 on riscv64.
///
/// In the groups `rust_std`, `time`.
pub mod clock_getres {
    /// `which_clock` of `clock_getres`, `const clockid_t`: a signed number of 32 bits.
    pub const which_clock: () = ();
    /// `tp` of `clock_getres`, `struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const tp: () = ();
}

/// `clock_gettime(which_clock: const clockid_t, tp: struct __kernel_timespec *)`
///
/// Since Linux 2.6; number 228 on x86_64, 113 on aarch64, 113 on riscv64.
///
/// In the groups `llvm_sanitizers`, `log_forwarding`, `rust_std`, `time`, `tokio`.
pub mod clock_gettime {
    /// `which_clock` of `clock_gettime`, `const clockid_t`: a signed number of 32 bits.
    pub const which_clock: () = ();
    /// `tp` of `clock_gettime`, `struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const tp: () = ();
}

/// `clock_nanosleep(which_clock: const clockid_t, flags: int, rqtp: const struct __kernel_timespec *, rmtp: struct __kernel_timespec *)`
///
/// Since Linux 2.6; number 230 on x86_64, 115 on aarch64, 115 on riscv64.
///
/// In the groups `rust_std`, `sleep`, `tokio`.
pub mod clock_nanosleep {
    /// `which_clock` of `clock_nanosleep`, `const clockid_t`: a signed number of 32 bits.
    pub const which_clock: () = ();
    /// `flags` of `clock_nanosleep`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
    /// `rqtp` of `clock_nanosleep`, `const struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const rqtp: () = ();
    /// `rmtp` of `clock_nanosleep`, `struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const rmtp: () = ();
}

/// `clock_settime(which_clock: const clockid_t, tp: const struct __kernel_timespec *)`
///
/// Since Linux 2.6; number 227 on x86_64, 112 on aarch64, 112 on riscv64.
pub mod clock_settime {
    /// `which_clock` of `clock_settime`, `const clockid_t`: a signed number of 32 bits.
    pub const which_clock: () = ();
    /// `tp` of `clock_settime`, `const struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const tp: () = ();
}

/// `clone(clone_flags: unsigned long, newsp: unsigned long, parent_tidptr: int *, child_tidptr: int *, tls: unsigned long)` on x86_64
///
/// `clone(clone_flags: unsigned long, newsp: unsigned long, parent_tidptr: int *, tls: unsigned long, child_tidptr: int *)` on aarch64 and riscv64
///
/// Since Linux 1.0; number 56 on x86_64, 220 on aarch64, 220 on riscv64.
///
/// In the groups `fork`, `threads`, `tokio`.
///
/// With some arguments it makes namespaces: it needs `danger`.
pub mod clone {
    /// `clone_flags` of `clone`, `unsigned long`: 32 bits.
    pub const clone_flags: () = ();
    /// `newsp` of `clone`, `unsigned long`: 64 bits.
    pub const newsp: () = ();
    /// `parent_tidptr` of `clone`, `int *`: a pointer: only `NULL` can be told from others.
    pub const parent_tidptr: () = ();
    /// `child_tidptr` of `clone`, `int *`: a pointer: only `NULL` can be told from others.
    pub const child_tidptr: () = ();
    /// `tls` of `clone`, `unsigned long`: 64 bits.
    pub const tls: () = ();
}

/// `clone3(uargs: struct clone_args *, size: size_t)`
///
/// Since Linux 5.3; number 435 on x86_64, 435 on aarch64, 435 on riscv64.
///
/// It makes namespaces, with flags behind a pointer that no filter sees: it needs `danger`.
pub mod clone3 {
    /// `uargs` of `clone3`, `struct clone_args *`: a pointer: only `NULL` can be told from others.
    pub const uargs: () = ();
    /// `size` of `clone3`, `size_t`: 64 bits.
    pub const size: () = ();
}

/// `close(fd: unsigned int)`
///
/// Since Linux 1.0; number 3 on x86_64, 57 on aarch64, 57 on riscv64.
///
/// In the groups `comms`, `dynamic_startup`, `inotify`, `llvm_coverage`, `llvm_sanitizers`, `log_forwarding`, `network_proxy`, `network_proxy_handler`, `rust_after_start`, `rust_panic`, `rust_std`, `shared_memory`, `shared_memory_comms`, `tokio`.
pub mod close {
    /// `fd` of `close`, `unsigned int`: 32 bits.
    pub const fd: () = ();
}

/// `close_range(fd: unsigned int, max_fd: unsigned int, flags: unsigned int)`
///
/// Since Linux 5.9; number 436 on x86_64, 436 on aarch64, 436 on riscv64.
pub mod close_range {
    /// `fd` of `close_range`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `max_fd` of `close_range`, `unsigned int`: 32 bits.
    pub const max_fd: () = ();
    /// `flags` of `close_range`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `connect(fd: int, uservaddr: struct sockaddr *, addrlen: int)`
///
/// Since Linux 2.0; number 42 on x86_64, 203 on aarch64, 203 on riscv64.
pub mod connect {
    /// `fd` of `connect`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `uservaddr` of `connect`, `struct sockaddr *`: a pointer: only `NULL` can be told from others.
    pub const uservaddr: () = ();
    /// `addrlen` of `connect`, `int`: a signed number of 32 bits.
    pub const addrlen: () = ();
}

/// `copy_file_range(fd_in: int, off_in: loff_t *, fd_out: int, off_out: loff_t *, len: size_t, flags: unsigned int)`
///
/// Since Linux 4.5; number 326 on x86_64, 285 on aarch64, 285 on riscv64.
pub mod copy_file_range {
    /// `fd_in` of `copy_file_range`, `int`: a signed number of 32 bits.
    pub const fd_in: () = ();
    /// `off_in` of `copy_file_range`, `loff_t *`: a pointer: only `NULL` can be told from others.
    pub const off_in: () = ();
    /// `fd_out` of `copy_file_range`, `int`: a signed number of 32 bits.
    pub const fd_out: () = ();
    /// `off_out` of `copy_file_range`, `loff_t *`: a pointer: only `NULL` can be told from others.
    pub const off_out: () = ();
    /// `len` of `copy_file_range`, `size_t`: 64 bits.
    pub const len: () = ();
    /// `flags` of `copy_file_range`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `creat(pathname: const char *, mode: umode_t)`
///
/// Since Linux 1.0; number 85 on x86_64.
///
/// In the groups `open`.
pub mod creat {
    /// `pathname` of `creat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `mode` of `creat`, `umode_t`: 16 bits.
    pub const mode: () = ();
}

/// `create_module`, whose arguments are not known
///
/// Since Linux 1.0; number 174 on x86_64.
pub mod create_module {}

/// `delete_module(name_user: const char *, flags: unsigned int)`
///
/// Since Linux 1.0; number 176 on x86_64, 106 on aarch64, 106 on riscv64.
///
/// It loads code into the kernel: it needs `danger`.
pub mod delete_module {
    /// `name_user` of `delete_module`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const name_user: () = ();
    /// `flags` of `delete_module`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `dup(fildes: unsigned int)`
///
/// Since Linux 1.0; number 32 on x86_64, 23 on aarch64, 23 on riscv64.
///
/// In the groups `dup`, `network_proxy`, `network_proxy_handler`.
pub mod dup {
    /// `fildes` of `dup`, `unsigned int`: 32 bits.
    pub const fildes: () = ();
}

/// `dup2(oldfd: unsigned int, newfd: unsigned int)`
///
/// Since Linux 1.0; number 33 on x86_64.
///
/// In the groups `dup`, `network_proxy`, `network_proxy_handler`.
pub mod dup2 {
    /// `oldfd` of `dup2`, `unsigned int`: 32 bits.
    pub const oldfd: () = ();
    /// `newfd` of `dup2`, `unsigned int`: 32 bits.
    pub const newfd: () = ();
}

/// `dup3(oldfd: unsigned int, newfd: unsigned int, flags: int)`
///
/// Since Linux 2.6.27; number 292 on x86_64, 24 on aarch64, 24 on riscv64.
///
/// In the groups `dup`, `network_proxy`, `network_proxy_handler`.
pub mod dup3 {
    /// `oldfd` of `dup3`, `unsigned int`: 32 bits.
    pub const oldfd: () = ();
    /// `newfd` of `dup3`, `unsigned int`: 32 bits.
    pub const newfd: () = ();
    /// `flags` of `dup3`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `epoll_create(size: int)`
///
/// Since Linux 2.6; number 213 on x86_64.
///
/// In the groups `epoll`, `tokio`.
pub mod epoll_create {
    /// `size` of `epoll_create`, `int`: a signed number of 32 bits.
    pub const size: () = ();
}

/// `epoll_create1(flags: int)`
///
/// Since Linux 2.6.27; number 291 on x86_64, 20 on aarch64, 20 on riscv64.
///
/// In the groups `epoll`, `tokio`.
pub mod epoll_create1 {
    /// `flags` of `epoll_create1`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `epoll_ctl(epfd: int, op: int, fd: int, event: struct epoll_event *)`
///
/// Since Linux 2.6; number 233 on x86_64, 21 on aarch64, 21 on riscv64.
///
/// In the groups `epoll`, `tokio`.
pub mod epoll_ctl {
    /// `epfd` of `epoll_ctl`, `int`: a signed number of 32 bits.
    pub const epfd: () = ();
    /// `op` of `epoll_ctl`, `int`: a signed number of 32 bits.
    pub const op: () = ();
    /// `fd` of `epoll_ctl`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `event` of `epoll_ctl`, `struct epoll_event *`: a pointer: only `NULL` can be told from others.
    pub const event: () = ();
}

/// `epoll_ctl_old`, whose arguments are not known
///
/// Number 214 on x86_64.
pub mod epoll_ctl_old {}

/// `epoll_pwait(epfd: int, events: struct epoll_event *, maxevents: int, timeout: int, sigmask: const sigset_t *, sigsetsize: size_t)`
///
/// Since Linux 2.6.19; number 281 on x86_64, 22 on aarch64, 22 on riscv64.
///
/// In the groups `epoll`, `epoll_wait`, `tokio`.
pub mod epoll_pwait {
    /// `epfd` of `epoll_pwait`, `int`: a signed number of 32 bits.
    pub const epfd: () = ();
    /// `events` of `epoll_pwait`, `struct epoll_event *`: a pointer: only `NULL` can be told from others.
    pub const events: () = ();
    /// `maxevents` of `epoll_pwait`, `int`: a signed number of 32 bits.
    pub const maxevents: () = ();
    /// `timeout` of `epoll_pwait`, `int`: a signed number of 32 bits.
    pub const timeout: () = ();
    /// `sigmask` of `epoll_pwait`, `const sigset_t *`: a pointer: only `NULL` can be told from others.
    pub const sigmask: () = ();
    /// `sigsetsize` of `epoll_pwait`, `size_t`: 64 bits.
    pub const sigsetsize: () = ();
}

/// `epoll_pwait2(epfd: int, events: struct epoll_event *, maxevents: int, timeout: const struct __kernel_timespec *, sigmask: const sigset_t *, sigsetsize: size_t)`
///
/// Since Linux 5.11; number 441 on x86_64, 441 on aarch64, 441 on riscv64.
///
/// In the groups `epoll`, `epoll_wait`, `tokio`.
pub mod epoll_pwait2 {
    /// `epfd` of `epoll_pwait2`, `int`: a signed number of 32 bits.
    pub const epfd: () = ();
    /// `events` of `epoll_pwait2`, `struct epoll_event *`: a pointer: only `NULL` can be told from others.
    pub const events: () = ();
    /// `maxevents` of `epoll_pwait2`, `int`: a signed number of 32 bits.
    pub const maxevents: () = ();
    /// `timeout` of `epoll_pwait2`, `const struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const timeout: () = ();
    /// `sigmask` of `epoll_pwait2`, `const sigset_t *`: a pointer: only `NULL` can be told from others.
    pub const sigmask: () = ();
    /// `sigsetsize` of `epoll_pwait2`, `size_t`: 64 bits.
    pub const sigsetsize: () = ();
}

/// `epoll_wait(epfd: int, events: struct epoll_event *, maxevents: int, timeout: int)`
///
/// Since Linux 2.6; number 232 on x86_64.
///
/// In the groups `epoll`, `epoll_wait`, `tokio`.
pub mod epoll_wait {
    /// `epfd` of `epoll_wait`, `int`: a signed number of 32 bits.
    pub const epfd: () = ();
    /// `events` of `epoll_wait`, `struct epoll_event *`: a pointer: only `NULL` can be told from others.
    pub const events: () = ();
    /// `maxevents` of `epoll_wait`, `int`: a signed number of 32 bits.
    pub const maxevents: () = ();
    /// `timeout` of `epoll_wait`, `int`: a signed number of 32 bits.
    pub const timeout: () = ();
}

/// `epoll_wait_old`, whose arguments are not known
///
/// Number 215 on x86_64.
pub mod epoll_wait_old {}

/// `eventfd(count: unsigned int)`
///
/// Since Linux 2.6.22; number 284 on x86_64.
///
/// In the groups `eventfd`.
pub mod eventfd {
    /// `count` of `eventfd`, `unsigned int`: 32 bits.
    pub const count: () = ();
}

/// `eventfd2(count: unsigned int, flags: int)`
///
/// Since Linux 2.6.27; number 290 on x86_64, 19 on aarch64, 19 on riscv64.
///
/// In the groups `eventfd`, `tokio`.
pub mod eventfd2 {
    /// `count` of `eventfd2`, `unsigned int`: 32 bits.
    pub const count: () = ();
    /// `flags` of `eventfd2`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `execve(filename: const char *, argv: const char *const *, envp: const char *const *)`
///
/// Since Linux 1.0; number 59 on x86_64, 221 on aarch64, 221 on riscv64.
pub mod execve {
    /// `filename` of `execve`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `argv` of `execve`, `const char *const *`: a pointer: only `NULL` can be told from others.
    pub const argv: () = ();
    /// `envp` of `execve`, `const char *const *`: a pointer: only `NULL` can be told from others.
    pub const envp: () = ();
}

/// `execveat(fd: int, filename: const char *, argv: const char *const *, envp: const char *const *, flags: int)`
///
/// Since Linux 3.19; number 322 on x86_64, 281 on aarch64, 281 on riscv64.
pub mod execveat {
    /// `fd` of `execveat`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `filename` of `execveat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `argv` of `execveat`, `const char *const *`: a pointer: only `NULL` can be told from others.
    pub const argv: () = ();
    /// `envp` of `execveat`, `const char *const *`: a pointer: only `NULL` can be told from others.
    pub const envp: () = ();
    /// `flags` of `execveat`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `exit(error_code: int)`
///
/// Since Linux 1.0; number 60 on x86_64, 93 on aarch64, 93 on riscv64.
///
/// In the groups `exit`, `llvm_sanitizers`, `rust_after_start`, `rust_std`, `threads`, `tokio`.
pub mod exit {
    /// `error_code` of `exit`, `int`: a signed number of 32 bits.
    pub const error_code: () = ();
}

/// `exit_group(error_code: int)`
///
/// Since Linux 2.6; number 231 on x86_64, 94 on aarch64, 94 on riscv64.
///
/// In the groups `exit`, `llvm_sanitizers`, `rust_after_start`, `rust_std`.
pub mod exit_group {
    /// `error_code` of `exit_group`, `int`: a signed number of 32 bits.
    pub const error_code: () = ();
}

/// `faccessat(dfd: int, filename: const char *, mode: int)`
///
/// Since Linux 2.6.16; number 269 on x86_64, 48 on aarch64, 48 on riscv64.
///
/// In the groups `access`, `dynamic_startup`, `llvm_sanitizers`.
pub mod faccessat {
    /// `dfd` of `faccessat`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `faccessat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `mode` of `faccessat`, `int`: a signed number of 32 bits.
    pub const mode: () = ();
}

/// `faccessat2(dfd: int, filename: const char *, mode: int, flags: int)`
///
/// Since Linux 5.8; number 439 on x86_64, 439 on aarch64, 439 on riscv64.
///
/// In the groups `access`, `dynamic_startup`, `llvm_sanitizers`.
pub mod faccessat2 {
    /// `dfd` of `faccessat2`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `faccessat2`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `mode` of `faccessat2`, `int`: a signed number of 32 bits.
    pub const mode: () = ();
    /// `flags` of `faccessat2`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `fadvise64(fd: int, offset: loff_t, len: size_t, advice: int)` on x86_64
///
/// `fadvise64(fd: int, offset: loff_t, len: loff_t, advice: int)` on aarch64 and riscv64
///
/// Since Linux 2.6; number 221 on x86_64, 223 on aarch64, 223 on riscv64.
pub mod fadvise64 {
    /// `fd` of `fadvise64`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `offset` of `fadvise64`, `loff_t`: a signed number of 64 bits.
    pub const offset: () = ();
    /// `len` of `fadvise64`, `size_t`: 64 bits.
    pub const len: () = ();
    /// `advice` of `fadvise64`, `int`: a signed number of 32 bits.
    pub const advice: () = ();
}

/// `fallocate(fd: int, mode: int, offset: loff_t, len: loff_t)`
///
/// Since Linux 2.6.23; number 285 on x86_64, 47 on aarch64, 47 on riscv64.
pub mod fallocate {
    /// `fd` of `fallocate`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `mode` of `fallocate`, `int`: a signed number of 32 bits.
    pub const mode: () = ();
    /// `offset` of `fallocate`, `loff_t`: a signed number of 64 bits.
    pub const offset: () = ();
    /// `len` of `fallocate`, `loff_t`: a signed number of 64 bits.
    pub const len: () = ();
}

/// `fanotify_init(flags: unsigned int, event_f_flags: unsigned int)`
///
/// Since Linux 2.6.37; number 300 on x86_64, 262 on aarch64, 262 on riscv64.
pub mod fanotify_init {
    /// `flags` of `fanotify_init`, `unsigned int`: 32 bits.
    pub const flags: () = ();
    /// `event_f_flags` of `fanotify_init`, `unsigned int`: 32 bits.
    pub const event_f_flags: () = ();
}

/// `fanotify_mark(fanotify_fd: int, flags: unsigned int, mask: __u64, dfd: int, pathname: const char *)`
///
/// Since Linux 2.6.37; number 301 on x86_64, 263 on aarch64, 263 on riscv64.
pub mod fanotify_mark {
    /// `fanotify_fd` of `fanotify_mark`, `int`: a signed number of 32 bits.
    pub const fanotify_fd: () = ();
    /// `flags` of `fanotify_mark`, `unsigned int`: 32 bits.
    pub const flags: () = ();
    /// `mask` of `fanotify_mark`, `__u64`: 64 bits.
    pub const mask: () = ();
    /// `dfd` of `fanotify_mark`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `pathname` of `fanotify_mark`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
}

/// `fchdir(fd: unsigned int)`
///
/// Since Linux 1.0; number 81 on x86_64, 50 on aarch64, 50 on riscv64.
pub mod fchdir {
    /// `fd` of `fchdir`, `unsigned int`: 32 bits.
    pub const fd: () = ();
}

/// `fchmod(fd: unsigned int, mode: umode_t)`
///
/// Since Linux 1.0; number 91 on x86_64, 52 on aarch64, 52 on riscv64.
///
/// In the groups `chmod`.
pub mod fchmod {
    /// `fd` of `fchmod`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `mode` of `fchmod`, `umode_t`: 16 bits.
    pub const mode: () = ();
}

/// `fchmodat(dfd: int, filename: const char *, mode: umode_t)`
///
/// Since Linux 2.6.16; number 268 on x86_64, 53 on aarch64, 53 on riscv64.
///
/// In the groups `chmod`.
pub mod fchmodat {
    /// `dfd` of `fchmodat`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `fchmodat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `mode` of `fchmodat`, `umode_t`: 16 bits.
    pub const mode: () = ();
}

/// `fchmodat2(dfd: int, filename: const char *, mode: umode_t, flags: unsigned int)`
///
/// Since Linux 6.6; number 452 on x86_64, 452 on aarch64, 452 on riscv64.
///
/// In the groups `chmod`.
pub mod fchmodat2 {
    /// `dfd` of `fchmodat2`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `fchmodat2`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `mode` of `fchmodat2`, `umode_t`: 16 bits.
    pub const mode: () = ();
    /// `flags` of `fchmodat2`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `fchown(fd: unsigned int, user: uid_t, group: gid_t)`
///
/// Since Linux 1.0; number 93 on x86_64, 55 on aarch64, 55 on riscv64.
///
/// In the groups `chown`.
pub mod fchown {
    /// `fd` of `fchown`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `user` of `fchown`, `uid_t`: 32 bits.
    pub const user: () = ();
    /// `group` of `fchown`, `gid_t`: 32 bits.
    pub const group: () = ();
}

/// `fchownat(dfd: int, filename: const char *, user: uid_t, group: gid_t, flag: int)`
///
/// Since Linux 2.6.16; number 260 on x86_64, 54 on aarch64, 54 on riscv64.
///
/// In the groups `chown`.
pub mod fchownat {
    /// `dfd` of `fchownat`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `fchownat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `user` of `fchownat`, `uid_t`: 32 bits.
    pub const user: () = ();
    /// `group` of `fchownat`, `gid_t`: 32 bits.
    pub const group: () = ();
    /// `flag` of `fchownat`, `int`: a signed number of 32 bits.
    pub const flag: () = ();
}

/// `fcntl(fd: unsigned int, cmd: unsigned int, arg: unsigned long)`
///
/// Since Linux 1.0; number 72 on x86_64, 25 on aarch64, 25 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_coverage`, `llvm_sanitizers`, `network_proxy`, `network_proxy_handler`, `rust_after_start`, `rust_std`, `safe_fcntl`, `shared_memory`, `shared_memory_comms`, `tokio`.
pub mod fcntl {
    /// `fd` of `fcntl`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `cmd` of `fcntl`, `unsigned int`: 32 bits.
    pub const cmd: () = ();
    /// `arg` of `fcntl`, `unsigned long`: 64 bits.
    pub const arg: () = ();
}

/// `fdatasync(fd: unsigned int)`
///
/// Since Linux 2.0; number 75 on x86_64, 83 on aarch64, 83 on riscv64.
pub mod fdatasync {
    /// `fd` of `fdatasync`, `unsigned int`: 32 bits.
    pub const fd: () = ();
}

/// `fgetxattr(fd: int, name: const char *, value: void *, size: size_t)`
///
/// Number 193 on x86_64, 10 on aarch64, 10 on riscv64.
pub mod fgetxattr {
    /// `fd` of `fgetxattr`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `name` of `fgetxattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
    /// `value` of `fgetxattr`, `void *`: a pointer: only `NULL` can be told from others.
    pub const value: () = ();
    /// `size` of `fgetxattr`, `size_t`: 64 bits.
    pub const size: () = ();
}

/// `file_getattr(dfd: int, filename: const char *, ufattr: struct file_attr *, usize: size_t, at_flags: unsigned int)`
///
/// Since Linux 6.17; number 468 on x86_64, 468 on aarch64, 468 on riscv64.
pub mod file_getattr {
    /// `dfd` of `file_getattr`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `file_getattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `ufattr` of `file_getattr`, `struct file_attr *`: a pointer: only `NULL` can be told from others.
    pub const ufattr: () = ();
    /// `usize` of `file_getattr`, `size_t`: 64 bits.
    pub const usize: () = ();
    /// `at_flags` of `file_getattr`, `unsigned int`: 32 bits.
    pub const at_flags: () = ();
}

/// `file_setattr(dfd: int, filename: const char *, ufattr: struct file_attr *, usize: size_t, at_flags: unsigned int)`
///
/// Since Linux 6.17; number 469 on x86_64, 469 on aarch64, 469 on riscv64.
pub mod file_setattr {
    /// `dfd` of `file_setattr`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `file_setattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `ufattr` of `file_setattr`, `struct file_attr *`: a pointer: only `NULL` can be told from others.
    pub const ufattr: () = ();
    /// `usize` of `file_setattr`, `size_t`: 64 bits.
    pub const usize: () = ();
    /// `at_flags` of `file_setattr`, `unsigned int`: 32 bits.
    pub const at_flags: () = ();
}

/// `finit_module(fd: int, uargs: const char *, flags: int)`
///
/// Since Linux 3.8; number 313 on x86_64, 273 on aarch64, 273 on riscv64.
///
/// It loads code into the kernel: it needs `danger`.
pub mod finit_module {
    /// `fd` of `finit_module`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `uargs` of `finit_module`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const uargs: () = ();
    /// `flags` of `finit_module`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `flistxattr(fd: int, list: char *, size: size_t)`
///
/// Number 196 on x86_64, 13 on aarch64, 13 on riscv64.
pub mod flistxattr {
    /// `fd` of `flistxattr`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `list` of `flistxattr`, `char *`: a pointer: only `NULL` can be told from others.
    pub const list: () = ();
    /// `size` of `flistxattr`, `size_t`: 64 bits.
    pub const size: () = ();
}

/// `flock(fd: unsigned int, cmd: unsigned int)`
///
/// Since Linux 2.0; number 73 on x86_64, 32 on aarch64, 32 on riscv64.
pub mod flock {
    /// `fd` of `flock`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `cmd` of `flock`, `unsigned int`: 32 bits.
    pub const cmd: () = ();
}

/// `fork()`
///
/// Since Linux 1.0; number 57 on x86_64.
///
/// In the groups `fork`.
pub mod fork {}

/// `fremovexattr(fd: int, name: const char *)`
///
/// Number 199 on x86_64, 16 on aarch64, 16 on riscv64.
pub mod fremovexattr {
    /// `fd` of `fremovexattr`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `name` of `fremovexattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
}

/// `fsconfig(fd: int, cmd: unsigned int, _key: const char *, _value: const void *, aux: int)`
///
/// Since Linux 5.2; number 431 on x86_64, 431 on aarch64, 431 on riscv64.
///
/// It changes what the sandboxee sees of the file system: it needs `danger`.
pub mod fsconfig {
    /// `fd` of `fsconfig`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `cmd` of `fsconfig`, `unsigned int`: 32 bits.
    pub const cmd: () = ();
    /// `_key` of `fsconfig`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const _key: () = ();
    /// `_value` of `fsconfig`, `const void *`: a pointer: only `NULL` can be told from others.
    pub const _value: () = ();
    /// `aux` of `fsconfig`, `int`: a signed number of 32 bits.
    pub const aux: () = ();
}

/// `fsetxattr(fd: int, name: const char *, value: const void *, size: size_t, flags: int)`
///
/// Number 190 on x86_64, 7 on aarch64, 7 on riscv64.
pub mod fsetxattr {
    /// `fd` of `fsetxattr`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `name` of `fsetxattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
    /// `value` of `fsetxattr`, `const void *`: a pointer: only `NULL` can be told from others.
    pub const value: () = ();
    /// `size` of `fsetxattr`, `size_t`: 64 bits.
    pub const size: () = ();
    /// `flags` of `fsetxattr`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `fsmount(fs_fd: int, flags: unsigned int, attr_flags: unsigned int)`
///
/// Since Linux 5.2; number 432 on x86_64, 432 on aarch64, 432 on riscv64.
///
/// It changes what the sandboxee sees of the file system: it needs `danger`.
pub mod fsmount {
    /// `fs_fd` of `fsmount`, `int`: a signed number of 32 bits.
    pub const fs_fd: () = ();
    /// `flags` of `fsmount`, `unsigned int`: 32 bits.
    pub const flags: () = ();
    /// `attr_flags` of `fsmount`, `unsigned int`: 32 bits.
    pub const attr_flags: () = ();
}

/// `fsopen(_fs_name: const char *, flags: unsigned int)`
///
/// Since Linux 5.2; number 430 on x86_64, 430 on aarch64, 430 on riscv64.
///
/// It changes what the sandboxee sees of the file system: it needs `danger`.
pub mod fsopen {
    /// `_fs_name` of `fsopen`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const _fs_name: () = ();
    /// `flags` of `fsopen`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `fspick(dfd: int, path: const char *, flags: unsigned int)`
///
/// Since Linux 5.2; number 433 on x86_64, 433 on aarch64, 433 on riscv64.
///
/// It changes what the sandboxee sees of the file system: it needs `danger`.
pub mod fspick {
    /// `dfd` of `fspick`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `path` of `fspick`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const path: () = ();
    /// `flags` of `fspick`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `fstat(fd: unsigned int, statbuf: struct stat *)`
///
/// Since Linux 1.0; number 5 on x86_64, 80 on aarch64, 80 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_coverage`, `llvm_sanitizers`, `rust_std`, `shared_memory`, `shared_memory_comms`, `stat`, `static_startup`.
pub mod fstat {
    /// `fd` of `fstat`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `statbuf` of `fstat`, `struct stat *`: a pointer: only `NULL` can be told from others.
    pub const statbuf: () = ();
}

/// `fstatfs(fd: unsigned int, buf: struct statfs *)`
///
/// Since Linux 1.0; number 138 on x86_64, 44 on aarch64, 44 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `shared_memory`, `shared_memory_comms`, `stat`.
pub mod fstatfs {
    /// `fd` of `fstatfs`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `buf` of `fstatfs`, `struct statfs *`: a pointer: only `NULL` can be told from others.
    pub const buf: () = ();
}

/// `fsync(fd: unsigned int)`
///
/// Since Linux 1.0; number 74 on x86_64, 82 on aarch64, 82 on riscv64.
pub mod fsync {
    /// `fd` of `fsync`, `unsigned int`: 32 bits.
    pub const fd: () = ();
}

/// `ftruncate(fd: unsigned int, length: off_t)`
///
/// Since Linux 1.0; number 77 on x86_64, 46 on aarch64, 46 on riscv64.
///
/// In the groups `llvm_coverage`.
pub mod ftruncate {
    /// `fd` of `ftruncate`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `length` of `ftruncate`, `off_t`: a signed number of 64 bits.
    pub const length: () = ();
}

/// `futex(uaddr: u32 *, op: int, val: u32, utime: const struct __kernel_timespec *, uaddr2: u32 *, val3: u32)`
///
/// Since Linux 2.6; number 202 on x86_64, 98 on aarch64, 98 on riscv64.
///
/// In the groups `dynamic_startup`, `futex`, `llvm_sanitizers`, `network_proxy`, `network_proxy_handler`, `restartable_sequences`, `rust_panic`, `rust_std`, `scudo_malloc`, `shared_memory_comms`, `static_startup`, `system_malloc`, `threads`, `tokio`.
pub mod futex {
    /// `uaddr` of `futex`, `u32 *`: a pointer: only `NULL` can be told from others.
    pub const uaddr: () = ();
    /// `op` of `futex`, `int`: a signed number of 32 bits.
    pub const op: () = ();
    /// `val` of `futex`, `u32`: 32 bits.
    pub const val: () = ();
    /// `utime` of `futex`, `const struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const utime: () = ();
    /// `uaddr2` of `futex`, `u32 *`: a pointer: only `NULL` can be told from others.
    pub const uaddr2: () = ();
    /// `val3` of `futex`, `u32`: 32 bits.
    pub const val3: () = ();
}

/// `futex_requeue(waiters: struct futex_waitv *, flags: unsigned int, nr_wake: int, nr_requeue: int)`
///
/// Since Linux 6.7; number 456 on x86_64, 456 on aarch64, 456 on riscv64.
pub mod futex_requeue {
    /// `waiters` of `futex_requeue`, `struct futex_waitv *`: a pointer: only `NULL` can be told from others.
    pub const waiters: () = ();
    /// `flags` of `futex_requeue`, `unsigned int`: 32 bits.
    pub const flags: () = ();
    /// `nr_wake` of `futex_requeue`, `int`: a signed number of 32 bits.
    pub const nr_wake: () = ();
    /// `nr_requeue` of `futex_requeue`, `int`: a signed number of 32 bits.
    pub const nr_requeue: () = ();
}

/// `futex_wait(uaddr: void *, val: unsigned long, mask: unsigned long, flags: unsigned int, timeout: struct __kernel_timespec *, clockid: clockid_t)`
///
/// Since Linux 6.7; number 455 on x86_64, 455 on aarch64, 455 on riscv64.
pub mod futex_wait {
    /// `uaddr` of `futex_wait`, `void *`: a pointer: only `NULL` can be told from others.
    pub const uaddr: () = ();
    /// `val` of `futex_wait`, `unsigned long`: 64 bits.
    pub const val: () = ();
    /// `mask` of `futex_wait`, `unsigned long`: 64 bits.
    pub const mask: () = ();
    /// `flags` of `futex_wait`, `unsigned int`: 32 bits.
    pub const flags: () = ();
    /// `timeout` of `futex_wait`, `struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const timeout: () = ();
    /// `clockid` of `futex_wait`, `clockid_t`: a signed number of 32 bits.
    pub const clockid: () = ();
}

/// `futex_waitv(waiters: struct futex_waitv *, nr_futexes: unsigned int, flags: unsigned int, timeout: struct __kernel_timespec *, clockid: clockid_t)`
///
/// Since Linux 5.16; number 449 on x86_64, 449 on aarch64, 449 on riscv64.
pub mod futex_waitv {
    /// `waiters` of `futex_waitv`, `struct futex_waitv *`: a pointer: only `NULL` can be told from others.
    pub const waiters: () = ();
    /// `nr_futexes` of `futex_waitv`, `unsigned int`: 32 bits.
    pub const nr_futexes: () = ();
    /// `flags` of `futex_waitv`, `unsigned int`: 32 bits.
    pub const flags: () = ();
    /// `timeout` of `futex_waitv`, `struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const timeout: () = ();
    /// `clockid` of `futex_waitv`, `clockid_t`: a signed number of 32 bits.
    pub const clockid: () = ();
}

/// `futex_wake(uaddr: void *, mask: unsigned long, nr: int, flags: unsigned int)`
///
/// Since Linux 6.7; number 454 on x86_64, 454 on aarch64, 454 on riscv64.
pub mod futex_wake {
    /// `uaddr` of `futex_wake`, `void *`: a pointer: only `NULL` can be told from others.
    pub const uaddr: () = ();
    /// `mask` of `futex_wake`, `unsigned long`: 64 bits.
    pub const mask: () = ();
    /// `nr` of `futex_wake`, `int`: a signed number of 32 bits.
    pub const nr: () = ();
    /// `flags` of `futex_wake`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `futimesat(dfd: int, filename: const char *, utimes: struct __kernel_old_timeval *)`
///
/// Since Linux 2.6.16; number 261 on x86_64.
///
/// In the groups `utime`.
pub mod futimesat {
    /// `dfd` of `futimesat`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `futimesat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `utimes` of `futimesat`, `struct __kernel_old_timeval *`: a pointer: only `NULL` can be told from others.
    pub const utimes: () = ();
}

/// `get_kernel_syms`, whose arguments are not known
///
/// Since Linux 1.0; number 177 on x86_64.
pub mod get_kernel_syms {}

/// `get_mempolicy(policy: int *, nmask: unsigned long *, maxnode: unsigned long, addr: unsigned long, flags: unsigned long)`
///
/// Since Linux 2.6.6; number 239 on x86_64, 236 on aarch64, 236 on riscv64.
pub mod get_mempolicy {
    /// `policy` of `get_mempolicy`, `int *`: a pointer: only `NULL` can be told from others.
    pub const policy: () = ();
    /// `nmask` of `get_mempolicy`, `unsigned long *`: a pointer: only `NULL` can be told from others.
    pub const nmask: () = ();
    /// `maxnode` of `get_mempolicy`, `unsigned long`: 64 bits.
    pub const maxnode: () = ();
    /// `addr` of `get_mempolicy`, `unsigned long`: 64 bits.
    pub const addr: () = ();
    /// `flags` of `get_mempolicy`, `unsigned long`: 64 bits.
    pub const flags: () = ();
}

/// `get_robust_list(pid: int, head_ptr: struct robust_list_head **, len_ptr: size_t *)`
///
/// Since Linux 2.6.17; number 274 on x86_64, 100 on aarch64, 100 on riscv64.
pub mod get_robust_list {
    /// `pid` of `get_robust_list`, `int`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `head_ptr` of `get_robust_list`, `struct robust_list_head **`: a pointer: only `NULL` can be told from others.
    pub const head_ptr: () = ();
    /// `len_ptr` of `get_robust_list`, `size_t *`: a pointer: only `NULL` can be told from others.
    pub const len_ptr: () = ();
}

/// `get_thread_area(u_info: struct user_desc *)`
///
/// Since Linux 2.6; number 211 on x86_64.
pub mod get_thread_area {
    /// `u_info` of `get_thread_area`, `struct user_desc *`: a pointer: only `NULL` can be told from others.
    pub const u_info: () = ();
}

/// `getcpu(cpup: unsigned *, nodep: unsigned *, unused: struct getcpu_cache *)`
///
/// Since Linux 2.6.19; number 309 on x86_64, 168 on aarch64, 168 on riscv64.
///
/// In the groups `restartable_sequences`.
pub mod getcpu {
    /// `cpup` of `getcpu`, `unsigned *`: a pointer: only `NULL` can be told from others.
    pub const cpup: () = ();
    /// `nodep` of `getcpu`, `unsigned *`: a pointer: only `NULL` can be told from others.
    pub const nodep: () = ();
    /// `unused` of `getcpu`, `struct getcpu_cache *`: a pointer: only `NULL` can be told from others.
    pub const unused: () = ();
}

/// `getcwd(buf: char *, size: unsigned long)`
///
/// Since Linux 2.2; number 79 on x86_64, 17 on aarch64, 17 on riscv64.
///
/// In the groups `rust_panic`.
pub mod getcwd {
    /// `buf` of `getcwd`, `char *`: a pointer: only `NULL` can be told from others.
    pub const buf: () = ();
    /// `size` of `getcwd`, `unsigned long`: 64 bits.
    pub const size: () = ();
}

/// `getdents(fd: unsigned int, dirent: struct linux_dirent *, count: unsigned int)`
///
/// Since Linux 2.0; number 78 on x86_64.
///
/// In the groups `readdir`.
pub mod getdents {
    /// `fd` of `getdents`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `dirent` of `getdents`, `struct linux_dirent *`: a pointer: only `NULL` can be told from others.
    pub const dirent: () = ();
    /// `count` of `getdents`, `unsigned int`: 32 bits.
    pub const count: () = ();
}

/// `getdents64(fd: unsigned int, dirent: struct linux_dirent64 *, count: unsigned int)`
///
/// Since Linux 2.4; number 217 on x86_64, 61 on aarch64, 61 on riscv64.
///
/// In the groups `readdir`.
pub mod getdents64 {
    /// `fd` of `getdents64`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `dirent` of `getdents64`, `struct linux_dirent64 *`: a pointer: only `NULL` can be told from others.
    pub const dirent: () = ();
    /// `count` of `getdents64`, `unsigned int`: 32 bits.
    pub const count: () = ();
}

/// `getegid()`
///
/// Since Linux 1.0; number 108 on x86_64, 177 on aarch64, 177 on riscv64.
///
/// In the groups `get_ids`.
pub mod getegid {}

/// `geteuid()`
///
/// Since Linux 1.0; number 107 on x86_64, 175 on aarch64, 175 on riscv64.
///
/// In the groups `get_ids`.
pub mod geteuid {}

/// `getgid()`
///
/// Since Linux 1.0; number 104 on x86_64, 176 on aarch64, 176 on riscv64.
///
/// In the groups `get_ids`.
pub mod getgid {}

/// `getgroups(gidsetsize: int, grouplist: gid_t *)`
///
/// Since Linux 1.0; number 115 on x86_64, 158 on aarch64, 158 on riscv64.
///
/// In the groups `get_ids`.
pub mod getgroups {
    /// `gidsetsize` of `getgroups`, `int`: a signed number of 32 bits.
    pub const gidsetsize: () = ();
    /// `grouplist` of `getgroups`, `gid_t *`: a pointer: only `NULL` can be told from others.
    pub const grouplist: () = ();
}

/// `getitimer(which: int, value: struct __kernel_old_itimerval *)`
///
/// Since Linux 1.0; number 36 on x86_64, 102 on aarch64, 102 on riscv64.
pub mod getitimer {
    /// `which` of `getitimer`, `int`: a signed number of 32 bits.
    pub const which: () = ();
    /// `value` of `getitimer`, `struct __kernel_old_itimerval *`: a pointer: only `NULL` can be told from others.
    pub const value: () = ();
}

/// `getpeername(fd: int, usockaddr: struct sockaddr *, usockaddr_len: int *)`
///
/// Since Linux 2.0; number 52 on x86_64, 205 on aarch64, 205 on riscv64.
pub mod getpeername {
    /// `fd` of `getpeername`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `usockaddr` of `getpeername`, `struct sockaddr *`: a pointer: only `NULL` can be told from others.
    pub const usockaddr: () = ();
    /// `usockaddr_len` of `getpeername`, `int *`: a pointer: only `NULL` can be told from others.
    pub const usockaddr_len: () = ();
}

/// `getpgid(pid: pid_t)`
///
/// Since Linux 1.0; number 121 on x86_64, 155 on aarch64, 155 on riscv64.
///
/// In the groups `get_pgids`.
pub mod getpgid {
    /// `pid` of `getpgid`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
}

/// `getpgrp()`
///
/// Since Linux 1.0; number 111 on x86_64.
///
/// In the groups `get_pgids`.
pub mod getpgrp {}

/// `getpid()`
///
/// Since Linux 1.0; number 39 on x86_64, 172 on aarch64, 172 on riscv64.
///
/// In the groups `get_pids`, `llvm_coverage`, `llvm_sanitizers`, `log_forwarding`, `rust_panic`, `rust_std`, `scudo_malloc`, `tcmalloc`.
pub mod getpid {}

/// `getpmsg`, whose arguments are not known
///
/// Number 181 on x86_64.
pub mod getpmsg {}

/// `getppid()`
///
/// Since Linux 1.0; number 110 on x86_64, 173 on aarch64, 173 on riscv64.
///
/// In the groups `get_pids`, `llvm_sanitizers`, `log_forwarding`, `scudo_malloc`, `tcmalloc`.
pub mod getppid {}

/// `getpriority(which: int, who: int)`
///
/// Since Linux 1.0; number 140 on x86_64, 141 on aarch64, 141 on riscv64.
pub mod getpriority {
    /// `which` of `getpriority`, `int`: a signed number of 32 bits.
    pub const which: () = ();
    /// `who` of `getpriority`, `int`: a signed number of 32 bits.
    pub const who: () = ();
}

/// `getrandom(ubuf: char *, len: size_t, flags: unsigned int)`
///
/// Since Linux 3.17; number 318 on x86_64, 278 on aarch64, 278 on riscv64.
///
/// In the groups `dynamic_startup`, `getrandom`, `llvm_sanitizers`, `rust_std`, `scudo_malloc`, `static_startup`, `system_malloc`.
pub mod getrandom {
    /// `ubuf` of `getrandom`, `char *`: a pointer: only `NULL` can be told from others.
    pub const ubuf: () = ();
    /// `len` of `getrandom`, `size_t`: 64 bits.
    pub const len: () = ();
    /// `flags` of `getrandom`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `getresgid(rgidp: gid_t *, egidp: gid_t *, sgidp: gid_t *)`
///
/// Since Linux 2.2; number 120 on x86_64, 150 on aarch64, 150 on riscv64.
///
/// In the groups `get_ids`.
pub mod getresgid {
    /// `rgidp` of `getresgid`, `gid_t *`: a pointer: only `NULL` can be told from others.
    pub const rgidp: () = ();
    /// `egidp` of `getresgid`, `gid_t *`: a pointer: only `NULL` can be told from others.
    pub const egidp: () = ();
    /// `sgidp` of `getresgid`, `gid_t *`: a pointer: only `NULL` can be told from others.
    pub const sgidp: () = ();
}

/// `getresuid(ruidp: uid_t *, euidp: uid_t *, suidp: uid_t *)`
///
/// Since Linux 2.2; number 118 on x86_64, 148 on aarch64, 148 on riscv64.
///
/// In the groups `get_ids`.
pub mod getresuid {
    /// `ruidp` of `getresuid`, `uid_t *`: a pointer: only `NULL` can be told from others.
    pub const ruidp: () = ();
    /// `euidp` of `getresuid`, `uid_t *`: a pointer: only `NULL` can be told from others.
    pub const euidp: () = ();
    /// `suidp` of `getresuid`, `uid_t *`: a pointer: only `NULL` can be told from others.
    pub const suidp: () = ();
}

/// `getrlimit(resource: unsigned int, rlim: struct rlimit *)`
///
/// Since Linux 1.0; number 97 on x86_64, 163 on aarch64, 163 on riscv64.
///
/// In the groups `dynamic_startup`, `get_rlimit`, `llvm_sanitizers`, `log_forwarding`, `rust_std`, `static_startup`.
pub mod getrlimit {
    /// `resource` of `getrlimit`, `unsigned int`: 32 bits.
    pub const resource: () = ();
    /// `rlim` of `getrlimit`, `struct rlimit *`: a pointer: only `NULL` can be told from others.
    pub const rlim: () = ();
}

/// `getrusage(who: int, ru: struct rusage *)`
///
/// Since Linux 1.0; number 98 on x86_64, 165 on aarch64, 165 on riscv64.
pub mod getrusage {
    /// `who` of `getrusage`, `int`: a signed number of 32 bits.
    pub const who: () = ();
    /// `ru` of `getrusage`, `struct rusage *`: a pointer: only `NULL` can be told from others.
    pub const ru: () = ();
}

/// `getsid(pid: pid_t)`
///
/// Since Linux 2.0; number 124 on x86_64, 156 on aarch64, 156 on riscv64.
pub mod getsid {
    /// `pid` of `getsid`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
}

/// `getsockname(fd: int, usockaddr: struct sockaddr *, usockaddr_len: int *)`
///
/// Since Linux 2.0; number 51 on x86_64, 204 on aarch64, 204 on riscv64.
pub mod getsockname {
    /// `fd` of `getsockname`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `usockaddr` of `getsockname`, `struct sockaddr *`: a pointer: only `NULL` can be told from others.
    pub const usockaddr: () = ();
    /// `usockaddr_len` of `getsockname`, `int *`: a pointer: only `NULL` can be told from others.
    pub const usockaddr_len: () = ();
}

/// `getsockopt(fd: int, level: int, optname: int, optval: char *, optlen: int *)`
///
/// Since Linux 2.0; number 55 on x86_64, 209 on aarch64, 209 on riscv64.
///
/// In the groups `network_proxy`, `network_proxy_handler`.
pub mod getsockopt {
    /// `fd` of `getsockopt`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `level` of `getsockopt`, `int`: a signed number of 32 bits.
    pub const level: () = ();
    /// `optname` of `getsockopt`, `int`: a signed number of 32 bits.
    pub const optname: () = ();
    /// `optval` of `getsockopt`, `char *`: a pointer: only `NULL` can be told from others.
    pub const optval: () = ();
    /// `optlen` of `getsockopt`, `int *`: a pointer: only `NULL` can be told from others.
    pub const optlen: () = ();
}

/// `gettid()`
///
/// Since Linux 2.4.11; number 186 on x86_64, 178 on aarch64, 178 on riscv64.
///
/// In the groups `dynamic_startup`, `get_pids`, `llvm_sanitizers`, `log_forwarding`, `network_proxy`, `network_proxy_handler`, `rust_panic`, `rust_std`, `scudo_malloc`, `static_startup`, `tcmalloc`, `threads`, `tokio`.
pub mod gettid {}

/// `gettimeofday(tv: struct __kernel_old_timeval *, tz: struct timezone *)`
///
/// Since Linux 1.0; number 96 on x86_64, 169 on aarch64, 169 on riscv64.
///
/// In the groups `rust_std`, `time`.
pub mod gettimeofday {
    /// `tv` of `gettimeofday`, `struct __kernel_old_timeval *`: a pointer: only `NULL` can be told from others.
    pub const tv: () = ();
    /// `tz` of `gettimeofday`, `struct timezone *`: a pointer: only `NULL` can be told from others.
    pub const tz: () = ();
}

/// `getuid()`
///
/// Since Linux 1.0; number 102 on x86_64, 174 on aarch64, 174 on riscv64.
///
/// In the groups `get_ids`.
pub mod getuid {}

/// `getxattr(pathname: const char *, name: const char *, value: void *, size: size_t)`
///
/// Number 191 on x86_64, 8 on aarch64, 8 on riscv64.
pub mod getxattr {
    /// `pathname` of `getxattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `name` of `getxattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
    /// `value` of `getxattr`, `void *`: a pointer: only `NULL` can be told from others.
    pub const value: () = ();
    /// `size` of `getxattr`, `size_t`: 64 bits.
    pub const size: () = ();
}

/// `getxattrat(dfd: int, pathname: const char *, at_flags: unsigned int, name: const char *, uargs: struct xattr_args *, usize: size_t)`
///
/// Since Linux 6.13; number 464 on x86_64, 464 on aarch64, 464 on riscv64.
pub mod getxattrat {
    /// `dfd` of `getxattrat`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `pathname` of `getxattrat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `at_flags` of `getxattrat`, `unsigned int`: 32 bits.
    pub const at_flags: () = ();
    /// `name` of `getxattrat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
    /// `uargs` of `getxattrat`, `struct xattr_args *`: a pointer: only `NULL` can be told from others.
    pub const uargs: () = ();
    /// `usize` of `getxattrat`, `size_t`: 64 bits.
    pub const usize: () = ();
}

/// `init_module(umod: void *, len: unsigned long, uargs: const char *)`
///
/// Since Linux 1.0; number 175 on x86_64, 105 on aarch64, 105 on riscv64.
///
/// It loads code into the kernel: it needs `danger`.
pub mod init_module {
    /// `umod` of `init_module`, `void *`: a pointer: only `NULL` can be told from others.
    pub const umod: () = ();
    /// `len` of `init_module`, `unsigned long`: 64 bits.
    pub const len: () = ();
    /// `uargs` of `init_module`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const uargs: () = ();
}

/// `inotify_add_watch(fd: int, pathname: const char *, mask: u32)`
///
/// Since Linux 2.6.13; number 254 on x86_64, 27 on aarch64, 27 on riscv64.
///
/// In the groups `inotify`.
pub mod inotify_add_watch {
    /// `fd` of `inotify_add_watch`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `pathname` of `inotify_add_watch`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `mask` of `inotify_add_watch`, `u32`: 32 bits.
    pub const mask: () = ();
}

/// `inotify_init()`
///
/// Since Linux 2.6.13; number 253 on x86_64.
///
/// In the groups `inotify`.
pub mod inotify_init {}

/// `inotify_init1(flags: int)`
///
/// Since Linux 2.6.27; number 294 on x86_64, 26 on aarch64, 26 on riscv64.
///
/// In the groups `inotify`.
pub mod inotify_init1 {
    /// `flags` of `inotify_init1`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `inotify_rm_watch(fd: int, wd: __s32)`
///
/// Since Linux 2.6.13; number 255 on x86_64, 28 on aarch64, 28 on riscv64.
///
/// In the groups `inotify`.
pub mod inotify_rm_watch {
    /// `fd` of `inotify_rm_watch`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `wd` of `inotify_rm_watch`, `__s32`: a signed number of 32 bits.
    pub const wd: () = ();
}

/// `io_cancel(ctx_id: aio_context_t, iocb: struct iocb *, result: struct io_event *)`
///
/// Since Linux 2.6; number 210 on x86_64, 3 on aarch64, 3 on riscv64.
pub mod io_cancel {
    /// `ctx_id` of `io_cancel`, `aio_context_t`: 64 bits.
    pub const ctx_id: () = ();
    /// `iocb` of `io_cancel`, `struct iocb *`: a pointer: only `NULL` can be told from others.
    pub const iocb: () = ();
    /// `result` of `io_cancel`, `struct io_event *`: a pointer: only `NULL` can be told from others.
    pub const result: () = ();
}

/// `io_destroy(ctx: aio_context_t)`
///
/// Since Linux 2.6; number 207 on x86_64, 1 on aarch64, 1 on riscv64.
pub mod io_destroy {
    /// `ctx` of `io_destroy`, `aio_context_t`: 64 bits.
    pub const ctx: () = ();
}

/// `io_getevents(ctx_id: aio_context_t, min_nr: long, nr: long, events: struct io_event *, timeout: struct __kernel_timespec *)`
///
/// Since Linux 2.6; number 208 on x86_64, 4 on aarch64, 4 on riscv64.
pub mod io_getevents {
    /// `ctx_id` of `io_getevents`, `aio_context_t`: 64 bits.
    pub const ctx_id: () = ();
    /// `min_nr` of `io_getevents`, `long`: a signed number of 64 bits.
    pub const min_nr: () = ();
    /// `nr` of `io_getevents`, `long`: a signed number of 64 bits.
    pub const nr: () = ();
    /// `events` of `io_getevents`, `struct io_event *`: a pointer: only `NULL` can be told from others.
    pub const events: () = ();
    /// `timeout` of `io_getevents`, `struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const timeout: () = ();
}

/// `io_pgetevents(ctx_id: aio_context_t, min_nr: long, nr: long, events: struct io_event *, timeout: struct __kernel_timespec *, usig: const struct __aio_sigset *)`
///
/// Since Linux 4.18; number 333 on x86_64, 292 on aarch64, 292 on riscv64.
pub mod io_pgetevents {
    /// `ctx_id` of `io_pgetevents`, `aio_context_t`: 64 bits.
    pub const ctx_id: () = ();
    /// `min_nr` of `io_pgetevents`, `long`: a signed number of 64 bits.
    pub const min_nr: () = ();
    /// `nr` of `io_pgetevents`, `long`: a signed number of 64 bits.
    pub const nr: () = ();
    /// `events` of `io_pgetevents`, `struct io_event *`: a pointer: only `NULL` can be told from others.
    pub const events: () = ();
    /// `timeout` of `io_pgetevents`, `struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const timeout: () = ();
    /// `usig` of `io_pgetevents`, `const struct __aio_sigset *`: a pointer: only `NULL` can be told from others.
    pub const usig: () = ();
}

/// `io_setup(nr_events: unsigned, ctxp: aio_context_t *)`
///
/// Since Linux 2.6; number 206 on x86_64, 0 on aarch64, 0 on riscv64.
pub mod io_setup {
    /// `nr_events` of `io_setup`, `unsigned`: 32 bits.
    pub const nr_events: () = ();
    /// `ctxp` of `io_setup`, `aio_context_t *`: a pointer: only `NULL` can be told from others.
    pub const ctxp: () = ();
}

/// `io_submit(ctx_id: aio_context_t, nr: long, iocbpp: struct iocb **)`
///
/// Since Linux 2.6; number 209 on x86_64, 2 on aarch64, 2 on riscv64.
pub mod io_submit {
    /// `ctx_id` of `io_submit`, `aio_context_t`: 64 bits.
    pub const ctx_id: () = ();
    /// `nr` of `io_submit`, `long`: a signed number of 64 bits.
    pub const nr: () = ();
    /// `iocbpp` of `io_submit`, `struct iocb **`: a pointer: only `NULL` can be told from others.
    pub const iocbpp: () = ();
}

/// `io_uring_enter(fd: unsigned int, to_submit: u32, min_complete: u32, flags: u32, argp: const void *, argsz: size_t)`
///
/// Since Linux 5.1; number 426 on x86_64, 426 on aarch64, 426 on riscv64.
///
/// It does input and output that no filter sees: it needs `danger`.
pub mod io_uring_enter {
    /// `fd` of `io_uring_enter`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `to_submit` of `io_uring_enter`, `u32`: 32 bits.
    pub const to_submit: () = ();
    /// `min_complete` of `io_uring_enter`, `u32`: 32 bits.
    pub const min_complete: () = ();
    /// `flags` of `io_uring_enter`, `u32`: 32 bits.
    pub const flags: () = ();
    /// `argp` of `io_uring_enter`, `const void *`: a pointer: only `NULL` can be told from others.
    pub const argp: () = ();
    /// `argsz` of `io_uring_enter`, `size_t`: 64 bits.
    pub const argsz: () = ();
}

/// `io_uring_register(fd: unsigned int, opcode: unsigned int, arg: void *, nr_args: unsigned int)`
///
/// Since Linux 5.1; number 427 on x86_64, 427 on aarch64, 427 on riscv64.
///
/// It does input and output that no filter sees: it needs `danger`.
pub mod io_uring_register {
    /// `fd` of `io_uring_register`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `opcode` of `io_uring_register`, `unsigned int`: 32 bits.
    pub const opcode: () = ();
    /// `arg` of `io_uring_register`, `void *`: a pointer: only `NULL` can be told from others.
    pub const arg: () = ();
    /// `nr_args` of `io_uring_register`, `unsigned int`: 32 bits.
    pub const nr_args: () = ();
}

/// `io_uring_setup(entries: u32, params: struct io_uring_params *)`
///
/// Since Linux 5.1; number 425 on x86_64, 425 on aarch64, 425 on riscv64.
///
/// It does input and output that no filter sees: it needs `danger`.
pub mod io_uring_setup {
    /// `entries` of `io_uring_setup`, `u32`: 32 bits.
    pub const entries: () = ();
    /// `params` of `io_uring_setup`, `struct io_uring_params *`: a pointer: only `NULL` can be told from others.
    pub const params: () = ();
}

/// `ioctl(fd: unsigned int, cmd: unsigned int, arg: unsigned long)`
///
/// Since Linux 1.0; number 16 on x86_64, 29 on aarch64, 29 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `rust_std`, `static_startup`, `tcgets`.
///
/// With some arguments it types into the terminal (TIOCSTI, TIOCLINUX): it needs `danger`.
pub mod ioctl {
    /// `fd` of `ioctl`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `cmd` of `ioctl`, `unsigned int`: 32 bits.
    pub const cmd: () = ();
    /// `arg` of `ioctl`, `unsigned long`: 64 bits.
    pub const arg: () = ();
}

/// `ioperm(from: unsigned long, num: unsigned long, turn_on: int)`
///
/// Since Linux 1.0; number 173 on x86_64.
///
/// It gives access to the machine's input and output ports: it needs `danger`.
pub mod ioperm {
    /// `from` of `ioperm`, `unsigned long`: 64 bits.
    pub const from: () = ();
    /// `num` of `ioperm`, `unsigned long`: 64 bits.
    pub const num: () = ();
    /// `turn_on` of `ioperm`, `int`: a signed number of 32 bits.
    pub const turn_on: () = ();
}

/// `iopl(level: unsigned int)`
///
/// Since Linux 1.0; number 172 on x86_64.
///
/// It gives access to the machine's input and output ports: it needs `danger`.
pub mod iopl {
    /// `level` of `iopl`, `unsigned int`: 32 bits.
    pub const level: () = ();
}

/// `ioprio_get(which: int, who: int)`
///
/// Since Linux 2.6.13; number 252 on x86_64, 31 on aarch64, 31 on riscv64.
pub mod ioprio_get {
    /// `which` of `ioprio_get`, `int`: a signed number of 32 bits.
    pub const which: () = ();
    /// `who` of `ioprio_get`, `int`: a signed number of 32 bits.
    pub const who: () = ();
}

/// `ioprio_set(which: int, who: int, ioprio: int)`
///
/// Since Linux 2.6.13; number 251 on x86_64, 30 on aarch64, 30 on riscv64.
pub mod ioprio_set {
    /// `which` of `ioprio_set`, `int`: a signed number of 32 bits.
    pub const which: () = ();
    /// `who` of `ioprio_set`, `int`: a signed number of 32 bits.
    pub const who: () = ();
    /// `ioprio` of `ioprio_set`, `int`: a signed number of 32 bits.
    pub const ioprio: () = ();
}

/// `kcmp(pid1: pid_t, pid2: pid_t, type: int, idx1: unsigned long, idx2: unsigned long)`
///
/// Since Linux 3.5; number 312 on x86_64, 272 on aarch64, 272 on riscv64.
///
/// It reaches into other processes: it needs `danger`.
pub mod kcmp {
    /// `pid1` of `kcmp`, `pid_t`: a signed number of 32 bits.
    pub const pid1: () = ();
    /// `pid2` of `kcmp`, `pid_t`: a signed number of 32 bits.
    pub const pid2: () = ();
    /// `type` of `kcmp`, `int`: a signed number of 32 bits.
    pub const r#type: () = ();
    /// `idx1` of `kcmp`, `unsigned long`: 32 bits.
    pub const idx1: () = ();
    /// `idx2` of `kcmp`, `unsigned long`: 64 bits.
    pub const idx2: () = ();
}

/// `kexec_file_load(kernel_fd: int, initrd_fd: int, cmdline_len: unsigned long, cmdline_ptr: const char *, flags: unsigned long)`
///
/// Since Linux 3.17; number 320 on x86_64, 294 on aarch64, 294 on riscv64.
///
/// It replaces the running kernel: it needs `danger`.
pub mod kexec_file_load {
    /// `kernel_fd` of `kexec_file_load`, `int`: a signed number of 32 bits.
    pub const kernel_fd: () = ();
    /// `initrd_fd` of `kexec_file_load`, `int`: a signed number of 32 bits.
    pub const initrd_fd: () = ();
    /// `cmdline_len` of `kexec_file_load`, `unsigned long`: 64 bits.
    pub const cmdline_len: () = ();
    /// `cmdline_ptr` of `kexec_file_load`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const cmdline_ptr: () = ();
    /// `flags` of `kexec_file_load`, `unsigned long`: 64 bits.
    pub const flags: () = ();
}

/// `kexec_load(entry: unsigned long, nr_segments: unsigned long, segments: struct kexec_segment *, flags: unsigned long)`
///
/// Since Linux 2.6.13; number 246 on x86_64, 104 on aarch64, 104 on riscv64.
///
/// It replaces the running kernel: it needs `danger`.
pub mod kexec_load {
    /// `entry` of `kexec_load`, `unsigned long`: 64 bits.
    pub const entry: () = ();
    /// `nr_segments` of `kexec_load`, `unsigned long`: 64 bits.
    pub const nr_segments: () = ();
    /// `segments` of `kexec_load`, `struct kexec_segment *`: a pointer: only `NULL` can be told from others.
    pub const segments: () = ();
    /// `flags` of `kexec_load`, `unsigned long`: 64 bits.
    pub const flags: () = ();
}

/// `keyctl(option: int, arg2: unsigned long, arg3: unsigned long, arg4: unsigned long, arg5: unsigned long)`
///
/// Since Linux 2.6.10; number 250 on x86_64, 219 on aarch64, 219 on riscv64.
pub mod keyctl {
    /// `option` of `keyctl`, `int`: a signed number of 32 bits.
    pub const option: () = ();
    /// `arg2` of `keyctl`, `unsigned long`: 64 bits.
    pub const arg2: () = ();
    /// `arg3` of `keyctl`, `unsigned long`: 64 bits.
    pub const arg3: () = ();
    /// `arg4` of `keyctl`, `unsigned long`: 64 bits.
    pub const arg4: () = ();
    /// `arg5` of `keyctl`, `unsigned long`: 64 bits.
    pub const arg5: () = ();
}

/// `kill(pid: pid_t, sig: int)`
///
/// Since Linux 1.0; number 62 on x86_64, 129 on aarch64, 129 on riscv64.
///
/// In the groups `kill`, `log_forwarding`.
pub mod kill {
    /// `pid` of `kill`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `sig` of `kill`, `int`: a signed number of 32 bits.
    pub const sig: () = ();
}

/// `landlock_add_rule(ruleset_fd: const int, rule_type: const enum landlock_rule_type, rule_attr: const void *const, flags: const __u32)`
///
/// Since Linux 5.13; number 445 on x86_64, 445 on aarch64, 445 on riscv64.
pub mod landlock_add_rule {
    /// `ruleset_fd` of `landlock_add_rule`, `const int`: a signed number of 32 bits.
    pub const ruleset_fd: () = ();
    /// `rule_type` of `landlock_add_rule`, `const enum landlock_rule_type`: 32 bits.
    pub const rule_type: () = ();
    /// `rule_attr` of `landlock_add_rule`, `const void *const`: a pointer: only `NULL` can be told from others.
    pub const rule_attr: () = ();
    /// `flags` of `landlock_add_rule`, `const __u32`: 32 bits.
    pub const flags: () = ();
}

/// `landlock_create_ruleset(attr: const struct landlock_ruleset_attr *const, size: const size_t, flags: const __u32)`
///
/// Since Linux 5.13; number 444 on x86_64, 444 on aarch64, 444 on riscv64.
pub mod landlock_create_ruleset {
    /// `attr` of `landlock_create_ruleset`, `const struct landlock_ruleset_attr *const`: a pointer: only `NULL` can be told from others.
    pub const attr: () = ();
    /// `size` of `landlock_create_ruleset`, `const size_t`: 64 bits.
    pub const size: () = ();
    /// `flags` of `landlock_create_ruleset`, `const __u32`: 32 bits.
    pub const flags: () = ();
}

/// `landlock_restrict_self(ruleset_fd: const int, flags: const __u32)`
///
/// Since Linux 5.13; number 446 on x86_64, 446 on aarch64, 446 on riscv64.
pub mod landlock_restrict_self {
    /// `ruleset_fd` of `landlock_restrict_self`, `const int`: a signed number of 32 bits.
    pub const ruleset_fd: () = ();
    /// `flags` of `landlock_restrict_self`, `const __u32`: 32 bits.
    pub const flags: () = ();
}

/// `lchown(filename: const char *, user: uid_t, group: gid_t)`
///
/// Since Linux 1.0; number 94 on x86_64.
///
/// In the groups `chown`.
pub mod lchown {
    /// `filename` of `lchown`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `user` of `lchown`, `uid_t`: 32 bits.
    pub const user: () = ();
    /// `group` of `lchown`, `gid_t`: 32 bits.
    pub const group: () = ();
}

/// `lgetxattr(pathname: const char *, name: const char *, value: void *, size: size_t)`
///
/// Number 192 on x86_64, 9 on aarch64, 9 on riscv64.
pub mod lgetxattr {
    /// `pathname` of `lgetxattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `name` of `lgetxattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
    /// `value` of `lgetxattr`, `void *`: a pointer: only `NULL` can be told from others.
    pub const value: () = ();
    /// `size` of `lgetxattr`, `size_t`: 64 bits.
    pub const size: () = ();
}

/// `link(oldname: const char *, newname: const char *)`
///
/// Since Linux 1.0; number 86 on x86_64.
///
/// In the groups `link`.
pub mod link {
    /// `oldname` of `link`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const oldname: () = ();
    /// `newname` of `link`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const newname: () = ();
}

/// `linkat(olddfd: int, oldname: const char *, newdfd: int, newname: const char *, flags: int)`
///
/// Since Linux 2.6.16; number 265 on x86_64, 37 on aarch64, 37 on riscv64.
///
/// In the groups `link`.
pub mod linkat {
    /// `olddfd` of `linkat`, `int`: a signed number of 32 bits.
    pub const olddfd: () = ();
    /// `oldname` of `linkat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const oldname: () = ();
    /// `newdfd` of `linkat`, `int`: a signed number of 32 bits.
    pub const newdfd: () = ();
    /// `newname` of `linkat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const newname: () = ();
    /// `flags` of `linkat`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `listen(fd: int, backlog: int)`
///
/// Since Linux 2.0; number 50 on x86_64, 201 on aarch64, 201 on riscv64.
pub mod listen {
    /// `fd` of `listen`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `backlog` of `listen`, `int`: a signed number of 32 bits.
    pub const backlog: () = ();
}

/// `listmount(req: const struct mnt_id_req *, mnt_ids: u64 *, nr_mnt_ids: size_t, flags: unsigned int)`
///
/// Since Linux 6.8; number 458 on x86_64, 458 on aarch64, 458 on riscv64.
pub mod listmount {
    /// `req` of `listmount`, `const struct mnt_id_req *`: a pointer: only `NULL` can be told from others.
    pub const req: () = ();
    /// `mnt_ids` of `listmount`, `u64 *`: a pointer: only `NULL` can be told from others.
    pub const mnt_ids: () = ();
    /// `nr_mnt_ids` of `listmount`, `size_t`: 64 bits.
    pub const nr_mnt_ids: () = ();
    /// `flags` of `listmount`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `listns(req: const struct ns_id_req *, ns_ids: u64 *, nr_ns_ids: size_t, flags: unsigned int)`
///
/// Since Linux 6.19; number 470 on x86_64, 470 on aarch64, 470 on riscv64.
pub mod listns {
    /// `req` of `listns`, `const struct ns_id_req *`: a pointer: only `NULL` can be told from others.
    pub const req: () = ();
    /// `ns_ids` of `listns`, `u64 *`: a pointer: only `NULL` can be told from others.
    pub const ns_ids: () = ();
    /// `nr_ns_ids` of `listns`, `size_t`: 64 bits.
    pub const nr_ns_ids: () = ();
    /// `flags` of `listns`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `listxattr(pathname: const char *, list: char *, size: size_t)`
///
/// Number 194 on x86_64, 11 on aarch64, 11 on riscv64.
pub mod listxattr {
    /// `pathname` of `listxattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `list` of `listxattr`, `char *`: a pointer: only `NULL` can be told from others.
    pub const list: () = ();
    /// `size` of `listxattr`, `size_t`: 64 bits.
    pub const size: () = ();
}

/// `listxattrat(dfd: int, pathname: const char *, at_flags: unsigned int, list: char *, size: size_t)`
///
/// Since Linux 6.13; number 465 on x86_64, 465 on aarch64, 465 on riscv64.
pub mod listxattrat {
    /// `dfd` of `listxattrat`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `pathname` of `listxattrat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `at_flags` of `listxattrat`, `unsigned int`: 32 bits.
    pub const at_flags: () = ();
    /// `list` of `listxattrat`, `char *`: a pointer: only `NULL` can be told from others.
    pub const list: () = ();
    /// `size` of `listxattrat`, `size_t`: 64 bits.
    pub const size: () = ();
}

/// `llistxattr(pathname: const char *, list: char *, size: size_t)`
///
/// Number 195 on x86_64, 12 on aarch64, 12 on riscv64.
pub mod llistxattr {
    /// `pathname` of `llistxattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `list` of `llistxattr`, `char *`: a pointer: only `NULL` can be told from others.
    pub const list: () = ();
    /// `size` of `llistxattr`, `size_t`: 64 bits.
    pub const size: () = ();
}

/// `lookup_dcookie(cookie64: u64, buf: char *, len: size_t)`
///
/// Since Linux 2.6; number 212 on x86_64, 18 on aarch64, 18 on riscv64.
pub mod lookup_dcookie {
    /// `cookie64` of `lookup_dcookie`, `u64`: 64 bits.
    pub const cookie64: () = ();
    /// `buf` of `lookup_dcookie`, `char *`: a pointer: only `NULL` can be told from others.
    pub const buf: () = ();
    /// `len` of `lookup_dcookie`, `size_t`: 64 bits.
    pub const len: () = ();
}

/// `lremovexattr(pathname: const char *, name: const char *)`
///
/// Number 198 on x86_64, 15 on aarch64, 15 on riscv64.
pub mod lremovexattr {
    /// `pathname` of `lremovexattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `name` of `lremovexattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
}

/// `lseek(fd: unsigned int, offset: off_t, whence: unsigned int)`
///
/// Since Linux 1.0; number 8 on x86_64, 62 on aarch64, 62 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_coverage`, `llvm_sanitizers`.
pub mod lseek {
    /// `fd` of `lseek`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `offset` of `lseek`, `off_t`: a signed number of 64 bits.
    pub const offset: () = ();
    /// `whence` of `lseek`, `unsigned int`: 32 bits.
    pub const whence: () = ();
}

/// `lsetxattr(pathname: const char *, name: const char *, value: const void *, size: size_t, flags: int)`
///
/// Number 189 on x86_64, 6 on aarch64, 6 on riscv64.
pub mod lsetxattr {
    /// `pathname` of `lsetxattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `name` of `lsetxattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
    /// `value` of `lsetxattr`, `const void *`: a pointer: only `NULL` can be told from others.
    pub const value: () = ();
    /// `size` of `lsetxattr`, `size_t`: 64 bits.
    pub const size: () = ();
    /// `flags` of `lsetxattr`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `lsm_get_self_attr(attr: unsigned int, ctx: struct lsm_ctx *, size: u32 *, flags: u32)`
///
/// Since Linux 6.8; number 459 on x86_64, 459 on aarch64, 459 on riscv64.
pub mod lsm_get_self_attr {
    /// `attr` of `lsm_get_self_attr`, `unsigned int`: 32 bits.
    pub const attr: () = ();
    /// `ctx` of `lsm_get_self_attr`, `struct lsm_ctx *`: a pointer: only `NULL` can be told from others.
    pub const ctx: () = ();
    /// `size` of `lsm_get_self_attr`, `u32 *`: a pointer: only `NULL` can be told from others.
    pub const size: () = ();
    /// `flags` of `lsm_get_self_attr`, `u32`: 32 bits.
    pub const flags: () = ();
}

/// `lsm_list_modules(ids: u64 *, size: u32 *, flags: u32)`
///
/// Since Linux 6.8; number 461 on x86_64, 461 on aarch64, 461 on riscv64.
pub mod lsm_list_modules {
    /// `ids` of `lsm_list_modules`, `u64 *`: a pointer: only `NULL` can be told from others.
    pub const ids: () = ();
    /// `size` of `lsm_list_modules`, `u32 *`: a pointer: only `NULL` can be told from others.
    pub const size: () = ();
    /// `flags` of `lsm_list_modules`, `u32`: 32 bits.
    pub const flags: () = ();
}

/// `lsm_set_self_attr(attr: unsigned int, ctx: struct lsm_ctx *, size: u32, flags: u32)`
///
/// Since Linux 6.8; number 460 on x86_64, 460 on aarch64, 460 on riscv64.
pub mod lsm_set_self_attr {
    /// `attr` of `lsm_set_self_attr`, `unsigned int`: 32 bits.
    pub const attr: () = ();
    /// `ctx` of `lsm_set_self_attr`, `struct lsm_ctx *`: a pointer: only `NULL` can be told from others.
    pub const ctx: () = ();
    /// `size` of `lsm_set_self_attr`, `u32`: 32 bits.
    pub const size: () = ();
    /// `flags` of `lsm_set_self_attr`, `u32`: 32 bits.
    pub const flags: () = ();
}

/// `lstat(filename: const char *, statbuf: struct stat *)`
///
/// Since Linux 1.0; number 6 on x86_64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `shared_memory`, `shared_memory_comms`, `stat`.
pub mod lstat {
    /// `filename` of `lstat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `statbuf` of `lstat`, `struct stat *`: a pointer: only `NULL` can be told from others.
    pub const statbuf: () = ();
}

/// `madvise(start: unsigned long, len_in: size_t, behavior: int)`
///
/// Since Linux 2.4; number 28 on x86_64, 233 on aarch64, 233 on riscv64.
///
/// In the groups `limited_madvise`, `llvm_sanitizers`, `madvise_populate`, `rust_std`, `scudo_malloc`, `system_malloc`, `tcmalloc`, `threads`, `tokio`, `wipe_on_fork`.
pub mod madvise {
    /// `start` of `madvise`, `unsigned long`: 64 bits.
    pub const start: () = ();
    /// `len_in` of `madvise`, `size_t`: 64 bits.
    pub const len_in: () = ();
    /// `behavior` of `madvise`, `int`: a signed number of 32 bits.
    pub const behavior: () = ();
}

/// `map_shadow_stack(addr: unsigned long, size: unsigned long, flags: unsigned int)`
///
/// Since Linux 6.6; number 453 on x86_64, 453 on aarch64, 453 on riscv64.
pub mod map_shadow_stack {
    /// `addr` of `map_shadow_stack`, `unsigned long`: 64 bits.
    pub const addr: () = ();
    /// `size` of `map_shadow_stack`, `unsigned long`: 64 bits.
    pub const size: () = ();
    /// `flags` of `map_shadow_stack`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `mbind(start: unsigned long, len: unsigned long, mode: unsigned long, nmask: const unsigned long *, maxnode: unsigned long, flags: unsigned int)`
///
/// Since Linux 2.6.6; number 237 on x86_64, 235 on aarch64, 235 on riscv64.
pub mod mbind {
    /// `start` of `mbind`, `unsigned long`: 64 bits.
    pub const start: () = ();
    /// `len` of `mbind`, `unsigned long`: 64 bits.
    pub const len: () = ();
    /// `mode` of `mbind`, `unsigned long`: 32 bits.
    pub const mode: () = ();
    /// `nmask` of `mbind`, `const unsigned long *`: a pointer: only `NULL` can be told from others.
    pub const nmask: () = ();
    /// `maxnode` of `mbind`, `unsigned long`: 64 bits.
    pub const maxnode: () = ();
    /// `flags` of `mbind`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `membarrier(cmd: int, flags: unsigned int, cpu_id: int)`
///
/// Since Linux 3.17; number 324 on x86_64, 283 on aarch64, 283 on riscv64.
///
/// In the groups `restartable_sequences`, `tcmalloc`, `threads`, `tokio`.
pub mod membarrier {
    /// `cmd` of `membarrier`, `int`: a signed number of 32 bits.
    pub const cmd: () = ();
    /// `flags` of `membarrier`, `unsigned int`: 32 bits.
    pub const flags: () = ();
    /// `cpu_id` of `membarrier`, `int`: a signed number of 32 bits.
    pub const cpu_id: () = ();
}

/// `memfd_create(uname: const char *, flags: unsigned int)`
///
/// Since Linux 3.17; number 319 on x86_64, 279 on aarch64, 279 on riscv64.
pub mod memfd_create {
    /// `uname` of `memfd_create`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const uname: () = ();
    /// `flags` of `memfd_create`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `memfd_secret(flags: unsigned int)`
///
/// Since Linux 5.14; number 447 on x86_64, 447 on aarch64, 447 on riscv64.
pub mod memfd_secret {
    /// `flags` of `memfd_secret`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `migrate_pages(pid: pid_t, maxnode: unsigned long, old_nodes: const unsigned long *, new_nodes: const unsigned long *)`
///
/// Since Linux 2.6.16; number 256 on x86_64, 238 on aarch64, 238 on riscv64.
pub mod migrate_pages {
    /// `pid` of `migrate_pages`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `maxnode` of `migrate_pages`, `unsigned long`: 64 bits.
    pub const maxnode: () = ();
    /// `old_nodes` of `migrate_pages`, `const unsigned long *`: a pointer: only `NULL` can be told from others.
    pub const old_nodes: () = ();
    /// `new_nodes` of `migrate_pages`, `const unsigned long *`: a pointer: only `NULL` can be told from others.
    pub const new_nodes: () = ();
}

/// `mincore(start: unsigned long, len: size_t, vec: unsigned char *)`
///
/// Since Linux 2.4; number 27 on x86_64, 232 on aarch64, 232 on riscv64.
///
/// In the groups `tcmalloc`.
pub mod mincore {
    /// `start` of `mincore`, `unsigned long`: 64 bits.
    pub const start: () = ();
    /// `len` of `mincore`, `size_t`: 64 bits.
    pub const len: () = ();
    /// `vec` of `mincore`, `unsigned char *`: a pointer: only `NULL` can be told from others.
    pub const vec: () = ();
}

/// `mkdir(pathname: const char *, mode: umode_t)`
///
/// Since Linux 1.0; number 83 on x86_64.
///
/// In the groups `llvm_coverage`, `mkdir`.
pub mod mkdir {
    /// `pathname` of `mkdir`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `mode` of `mkdir`, `umode_t`: 16 bits.
    pub const mode: () = ();
}

/// `mkdirat(dfd: int, pathname: const char *, mode: umode_t)`
///
/// Since Linux 2.6.16; number 258 on x86_64, 34 on aarch64, 34 on riscv64.
///
/// In the groups `llvm_coverage`, `mkdir`.
pub mod mkdirat {
    /// `dfd` of `mkdirat`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `pathname` of `mkdirat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `mode` of `mkdirat`, `umode_t`: 16 bits.
    pub const mode: () = ();
}

/// `mknod(filename: const char *, mode: umode_t, dev: unsigned)`
///
/// Since Linux 1.0; number 133 on x86_64.
pub mod mknod {
    /// `filename` of `mknod`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `mode` of `mknod`, `umode_t`: 16 bits.
    pub const mode: () = ();
    /// `dev` of `mknod`, `unsigned`: 32 bits.
    pub const dev: () = ();
}

/// `mknodat(dfd: int, filename: const char *, mode: umode_t, dev: unsigned int)`
///
/// Since Linux 2.6.16; number 259 on x86_64, 33 on aarch64, 33 on riscv64.
pub mod mknodat {
    /// `dfd` of `mknodat`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `mknodat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `mode` of `mknodat`, `umode_t`: 16 bits.
    pub const mode: () = ();
    /// `dev` of `mknodat`, `unsigned int`: 32 bits.
    pub const dev: () = ();
}

/// `mlock(start: unsigned long, len: size_t)`
///
/// Since Linux 2.0; number 149 on x86_64, 228 on aarch64, 228 on riscv64.
///
/// In the groups `mlock`.
pub mod mlock {
    /// `start` of `mlock`, `unsigned long`: 64 bits.
    pub const start: () = ();
    /// `len` of `mlock`, `size_t`: 64 bits.
    pub const len: () = ();
}

/// `mlock2(start: unsigned long, len: size_t, flags: int)`
///
/// Since Linux 4.4; number 325 on x86_64, 284 on aarch64, 284 on riscv64.
///
/// In the groups `mlock`.
pub mod mlock2 {
    /// `start` of `mlock2`, `unsigned long`: 64 bits.
    pub const start: () = ();
    /// `len` of `mlock2`, `size_t`: 64 bits.
    pub const len: () = ();
    /// `flags` of `mlock2`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `mlockall(flags: int)`
///
/// Since Linux 2.0; number 151 on x86_64, 230 on aarch64, 230 on riscv64.
pub mod mlockall {
    /// `flags` of `mlockall`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `mmap(addr: unsigned long, len: unsigned long, prot: unsigned long, flags: unsigned long, fd: unsigned long, off: unsigned long)`
///
/// Since Linux 1.0; number 9 on x86_64, 222 on aarch64, 222 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_coverage`, `llvm_sanitizers`, `map_exec`, `mmap`, `mmap_without_exec`, `rust_panic`, `rust_std`, `scudo_malloc`, `shared_memory`, `shared_memory_comms`, `static_startup`, `system_malloc`, `tcmalloc`, `threads`, `tokio`.
///
/// With some arguments it makes memory executable: it needs `danger`.
pub mod mmap {
    /// `addr` of `mmap`, `unsigned long`: 64 bits.
    pub const addr: () = ();
    /// `len` of `mmap`, `unsigned long`: 64 bits.
    pub const len: () = ();
    /// `prot` of `mmap`, `unsigned long`: 32 bits.
    pub const prot: () = ();
    /// `flags` of `mmap`, `unsigned long`: 32 bits.
    pub const flags: () = ();
    /// `fd` of `mmap`, `unsigned long`: 32 bits.
    pub const fd: () = ();
    /// `off` of `mmap`, `unsigned long`: 64 bits.
    pub const off: () = ();
}

/// `modify_ldt(func: int, ptr: void *, bytecount: unsigned long)`
///
/// Since Linux 1.0; number 154 on x86_64.
pub mod modify_ldt {
    /// `func` of `modify_ldt`, `int`: a signed number of 32 bits.
    pub const func: () = ();
    /// `ptr` of `modify_ldt`, `void *`: a pointer: only `NULL` can be told from others.
    pub const ptr: () = ();
    /// `bytecount` of `modify_ldt`, `unsigned long`: 64 bits.
    pub const bytecount: () = ();
}

/// `mount(dev_name: char *, dir_name: char *, type: char *, flags: unsigned long, data: void *)`
///
/// Since Linux 1.0; number 165 on x86_64, 40 on aarch64, 40 on riscv64.
///
/// It changes what the sandboxee sees of the file system: it needs `danger`.
pub mod mount {
    /// `dev_name` of `mount`, `char *`: a pointer: only `NULL` can be told from others.
    pub const dev_name: () = ();
    /// `dir_name` of `mount`, `char *`: a pointer: only `NULL` can be told from others.
    pub const dir_name: () = ();
    /// `type` of `mount`, `char *`: a pointer: only `NULL` can be told from others.
    pub const r#type: () = ();
    /// `flags` of `mount`, `unsigned long`: 64 bits.
    pub const flags: () = ();
    /// `data` of `mount`, `void *`: a pointer: only `NULL` can be told from others.
    pub const data: () = ();
}

/// `mount_setattr(dfd: int, path: const char *, flags: unsigned int, uattr: struct mount_attr *, usize: size_t)`
///
/// Since Linux 5.12; number 442 on x86_64, 442 on aarch64, 442 on riscv64.
///
/// It changes what the sandboxee sees of the file system: it needs `danger`.
pub mod mount_setattr {
    /// `dfd` of `mount_setattr`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `path` of `mount_setattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const path: () = ();
    /// `flags` of `mount_setattr`, `unsigned int`: 32 bits.
    pub const flags: () = ();
    /// `uattr` of `mount_setattr`, `struct mount_attr *`: a pointer: only `NULL` can be told from others.
    pub const uattr: () = ();
    /// `usize` of `mount_setattr`, `size_t`: 64 bits.
    pub const usize: () = ();
}

/// `move_mount(from_dfd: int, from_pathname: const char *, to_dfd: int, to_pathname: const char *, flags: unsigned int)`
///
/// Since Linux 5.2; number 429 on x86_64, 429 on aarch64, 429 on riscv64.
///
/// It changes what the sandboxee sees of the file system: it needs `danger`.
pub mod move_mount {
    /// `from_dfd` of `move_mount`, `int`: a signed number of 32 bits.
    pub const from_dfd: () = ();
    /// `from_pathname` of `move_mount`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const from_pathname: () = ();
    /// `to_dfd` of `move_mount`, `int`: a signed number of 32 bits.
    pub const to_dfd: () = ();
    /// `to_pathname` of `move_mount`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const to_pathname: () = ();
    /// `flags` of `move_mount`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `move_pages(pid: pid_t, nr_pages: unsigned long, pages: const void **, nodes: const int *, status: int *, flags: int)`
///
/// Since Linux 2.6.18; number 279 on x86_64, 239 on aarch64, 239 on riscv64.
pub mod move_pages {
    /// `pid` of `move_pages`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `nr_pages` of `move_pages`, `unsigned long`: 64 bits.
    pub const nr_pages: () = ();
    /// `pages` of `move_pages`, `const void **`: a pointer: only `NULL` can be told from others.
    pub const pages: () = ();
    /// `nodes` of `move_pages`, `const int *`: a pointer: only `NULL` can be told from others.
    pub const nodes: () = ();
    /// `status` of `move_pages`, `int *`: a pointer: only `NULL` can be told from others.
    pub const status: () = ();
    /// `flags` of `move_pages`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `mprotect(start: unsigned long, len: size_t, prot: unsigned long)`
///
/// Since Linux 1.0; number 10 on x86_64, 226 on aarch64, 226 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `map_exec`, `mprotect`, `mprotect_without_exec`, `rust_std`, `static_startup`, `system_malloc`, `tcmalloc`, `threads`, `tokio`.
///
/// With some arguments it makes memory executable: it needs `danger`.
pub mod mprotect {
    /// `start` of `mprotect`, `unsigned long`: 64 bits.
    pub const start: () = ();
    /// `len` of `mprotect`, `size_t`: 64 bits.
    pub const len: () = ();
    /// `prot` of `mprotect`, `unsigned long`: 32 bits.
    pub const prot: () = ();
}

/// `mq_getsetattr(mqdes: mqd_t, u_mqstat: const struct mq_attr *, u_omqstat: struct mq_attr *)`
///
/// Since Linux 2.6.6; number 245 on x86_64, 185 on aarch64, 185 on riscv64.
pub mod mq_getsetattr {
    /// `mqdes` of `mq_getsetattr`, `mqd_t`: a signed number of 32 bits.
    pub const mqdes: () = ();
    /// `u_mqstat` of `mq_getsetattr`, `const struct mq_attr *`: a pointer: only `NULL` can be told from others.
    pub const u_mqstat: () = ();
    /// `u_omqstat` of `mq_getsetattr`, `struct mq_attr *`: a pointer: only `NULL` can be told from others.
    pub const u_omqstat: () = ();
}

/// `mq_notify(mqdes: mqd_t, u_notification: const struct sigevent *)`
///
/// Since Linux 2.6.6; number 244 on x86_64, 184 on aarch64, 184 on riscv64.
pub mod mq_notify {
    /// `mqdes` of `mq_notify`, `mqd_t`: a signed number of 32 bits.
    pub const mqdes: () = ();
    /// `u_notification` of `mq_notify`, `const struct sigevent *`: a pointer: only `NULL` can be told from others.
    pub const u_notification: () = ();
}

/// `mq_open(u_name: const char *, oflag: int, mode: umode_t, u_attr: struct mq_attr *)`
///
/// Since Linux 2.6.6; number 240 on x86_64, 180 on aarch64, 180 on riscv64.
pub mod mq_open {
    /// `u_name` of `mq_open`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const u_name: () = ();
    /// `oflag` of `mq_open`, `int`: a signed number of 32 bits.
    pub const oflag: () = ();
    /// `mode` of `mq_open`, `umode_t`: 16 bits.
    pub const mode: () = ();
    /// `u_attr` of `mq_open`, `struct mq_attr *`: a pointer: only `NULL` can be told from others.
    pub const u_attr: () = ();
}

/// `mq_timedreceive(mqdes: mqd_t, u_msg_ptr: char *, msg_len: size_t, u_msg_prio: unsigned int *, u_abs_timeout: const struct __kernel_timespec *)`
///
/// Since Linux 2.6.6; number 243 on x86_64, 183 on aarch64, 183 on riscv64.
pub mod mq_timedreceive {
    /// `mqdes` of `mq_timedreceive`, `mqd_t`: a signed number of 32 bits.
    pub const mqdes: () = ();
    /// `u_msg_ptr` of `mq_timedreceive`, `char *`: a pointer: only `NULL` can be told from others.
    pub const u_msg_ptr: () = ();
    /// `msg_len` of `mq_timedreceive`, `size_t`: 64 bits.
    pub const msg_len: () = ();
    /// `u_msg_prio` of `mq_timedreceive`, `unsigned int *`: a pointer: only `NULL` can be told from others.
    pub const u_msg_prio: () = ();
    /// `u_abs_timeout` of `mq_timedreceive`, `const struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const u_abs_timeout: () = ();
}

/// `mq_timedsend(mqdes: mqd_t, u_msg_ptr: const char *, msg_len: size_t, msg_prio: unsigned int, u_abs_timeout: const struct __kernel_timespec *)`
///
/// Since Linux 2.6.6; number 242 on x86_64, 182 on aarch64, 182 on riscv64.
pub mod mq_timedsend {
    /// `mqdes` of `mq_timedsend`, `mqd_t`: a signed number of 32 bits.
    pub const mqdes: () = ();
    /// `u_msg_ptr` of `mq_timedsend`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const u_msg_ptr: () = ();
    /// `msg_len` of `mq_timedsend`, `size_t`: 64 bits.
    pub const msg_len: () = ();
    /// `msg_prio` of `mq_timedsend`, `unsigned int`: 32 bits.
    pub const msg_prio: () = ();
    /// `u_abs_timeout` of `mq_timedsend`, `const struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const u_abs_timeout: () = ();
}

/// `mq_unlink(u_name: const char *)`
///
/// Since Linux 2.6.6; number 241 on x86_64, 181 on aarch64, 181 on riscv64.
pub mod mq_unlink {
    /// `u_name` of `mq_unlink`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const u_name: () = ();
}

/// `mremap(addr: unsigned long, old_len: unsigned long, new_len: unsigned long, flags: unsigned long, new_addr: unsigned long)`
///
/// Since Linux 2.0; number 25 on x86_64, 216 on aarch64, 216 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `rust_std`, `static_startup`, `system_malloc`.
pub mod mremap {
    /// `addr` of `mremap`, `unsigned long`: 64 bits.
    pub const addr: () = ();
    /// `old_len` of `mremap`, `unsigned long`: 64 bits.
    pub const old_len: () = ();
    /// `new_len` of `mremap`, `unsigned long`: 64 bits.
    pub const new_len: () = ();
    /// `flags` of `mremap`, `unsigned long`: 64 bits.
    pub const flags: () = ();
    /// `new_addr` of `mremap`, `unsigned long`: 64 bits.
    pub const new_addr: () = ();
}

/// `mseal(start: unsigned long, len: size_t, flags: unsigned long)`
///
/// Since Linux 6.10; number 462 on x86_64, 462 on aarch64, 462 on riscv64.
pub mod mseal {
    /// `start` of `mseal`, `unsigned long`: 64 bits.
    pub const start: () = ();
    /// `len` of `mseal`, `size_t`: 64 bits.
    pub const len: () = ();
    /// `flags` of `mseal`, `unsigned long`: 64 bits.
    pub const flags: () = ();
}

/// `msgctl(msqid: int, cmd: int, buf: struct msqid_ds *)`
///
/// Since Linux 2.0; number 71 on x86_64, 187 on aarch64, 187 on riscv64.
pub mod msgctl {
    /// `msqid` of `msgctl`, `int`: a signed number of 32 bits.
    pub const msqid: () = ();
    /// `cmd` of `msgctl`, `int`: a signed number of 32 bits.
    pub const cmd: () = ();
    /// `buf` of `msgctl`, `struct msqid_ds *`: a pointer: only `NULL` can be told from others.
    pub const buf: () = ();
}

/// `msgget(key: key_t, msgflg: int)`
///
/// Since Linux 2.0; number 68 on x86_64, 186 on aarch64, 186 on riscv64.
pub mod msgget {
    /// `key` of `msgget`, `key_t`: a signed number of 32 bits.
    pub const key: () = ();
    /// `msgflg` of `msgget`, `int`: a signed number of 32 bits.
    pub const msgflg: () = ();
}

/// `msgrcv(msqid: int, msgp: struct msgbuf *, msgsz: size_t, msgtyp: long, msgflg: int)`
///
/// Since Linux 2.0; number 70 on x86_64, 188 on aarch64, 188 on riscv64.
pub mod msgrcv {
    /// `msqid` of `msgrcv`, `int`: a signed number of 32 bits.
    pub const msqid: () = ();
    /// `msgp` of `msgrcv`, `struct msgbuf *`: a pointer: only `NULL` can be told from others.
    pub const msgp: () = ();
    /// `msgsz` of `msgrcv`, `size_t`: 64 bits.
    pub const msgsz: () = ();
    /// `msgtyp` of `msgrcv`, `long`: a signed number of 64 bits.
    pub const msgtyp: () = ();
    /// `msgflg` of `msgrcv`, `int`: a signed number of 32 bits.
    pub const msgflg: () = ();
}

/// `msgsnd(msqid: int, msgp: struct msgbuf *, msgsz: size_t, msgflg: int)`
///
/// Since Linux 2.0; number 69 on x86_64, 189 on aarch64, 189 on riscv64.
pub mod msgsnd {
    /// `msqid` of `msgsnd`, `int`: a signed number of 32 bits.
    pub const msqid: () = ();
    /// `msgp` of `msgsnd`, `struct msgbuf *`: a pointer: only `NULL` can be told from others.
    pub const msgp: () = ();
    /// `msgsz` of `msgsnd`, `size_t`: 64 bits.
    pub const msgsz: () = ();
    /// `msgflg` of `msgsnd`, `int`: a signed number of 32 bits.
    pub const msgflg: () = ();
}

/// `msync(start: unsigned long, len: size_t, flags: int)`
///
/// Since Linux 2.0; number 26 on x86_64, 227 on aarch64, 227 on riscv64.
pub mod msync {
    /// `start` of `msync`, `unsigned long`: 64 bits.
    pub const start: () = ();
    /// `len` of `msync`, `size_t`: 64 bits.
    pub const len: () = ();
    /// `flags` of `msync`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `munlock(start: unsigned long, len: size_t)`
///
/// Since Linux 2.0; number 150 on x86_64, 229 on aarch64, 229 on riscv64.
///
/// In the groups `mlock`.
pub mod munlock {
    /// `start` of `munlock`, `unsigned long`: 64 bits.
    pub const start: () = ();
    /// `len` of `munlock`, `size_t`: 64 bits.
    pub const len: () = ();
}

/// `munlockall()`
///
/// Since Linux 2.0; number 152 on x86_64, 231 on aarch64, 231 on riscv64.
pub mod munlockall {}

/// `munmap(addr: unsigned long, len: size_t)`
///
/// Since Linux 1.0; number 11 on x86_64, 215 on aarch64, 215 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_coverage`, `llvm_sanitizers`, `rust_after_start`, `rust_panic`, `rust_std`, `scudo_malloc`, `shared_memory`, `shared_memory_comms`, `static_startup`, `system_malloc`, `tcmalloc`, `threads`, `tokio`.
pub mod munmap {
    /// `addr` of `munmap`, `unsigned long`: 64 bits.
    pub const addr: () = ();
    /// `len` of `munmap`, `size_t`: 64 bits.
    pub const len: () = ();
}

/// `name_to_handle_at(dfd: int, name: const char *, handle: struct file_handle *, mnt_id: void *, flag: int)`
///
/// Since Linux 2.6.39; number 303 on x86_64, 264 on aarch64, 264 on riscv64.
pub mod name_to_handle_at {
    /// `dfd` of `name_to_handle_at`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `name` of `name_to_handle_at`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
    /// `handle` of `name_to_handle_at`, `struct file_handle *`: a pointer: only `NULL` can be told from others.
    pub const handle: () = ();
    /// `mnt_id` of `name_to_handle_at`, `void *`: a pointer: only `NULL` can be told from others.
    pub const mnt_id: () = ();
    /// `flag` of `name_to_handle_at`, `int`: a signed number of 32 bits.
    pub const flag: () = ();
}

/// `nanosleep(rqtp: struct __kernel_timespec *, rmtp: struct __kernel_timespec *)`
///
/// Since Linux 2.0; number 35 on x86_64, 101 on aarch64, 101 on riscv64.
///
/// In the groups `rust_std`, `scudo_malloc`, `sleep`, `tcmalloc`.
pub mod nanosleep {
    /// `rqtp` of `nanosleep`, `struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const rqtp: () = ();
    /// `rmtp` of `nanosleep`, `struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const rmtp: () = ();
}

/// `newfstatat(dfd: int, filename: const char *, statbuf: struct stat *, flag: int)`
///
/// Since Linux 2.6.16; number 262 on x86_64, 79 on aarch64, 79 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_coverage`, `llvm_sanitizers`, `shared_memory`, `shared_memory_comms`, `stat`.
pub mod newfstatat {
    /// `dfd` of `newfstatat`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `newfstatat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `statbuf` of `newfstatat`, `struct stat *`: a pointer: only `NULL` can be told from others.
    pub const statbuf: () = ();
    /// `flag` of `newfstatat`, `int`: a signed number of 32 bits.
    pub const flag: () = ();
}

/// `nfsservctl`, whose arguments are not known
///
/// Since Linux 2.2; number 180 on x86_64, 42 on aarch64, 42 on riscv64.
pub mod nfsservctl {}

/// `open(filename: const char *, flags: int, mode: umode_t)`
///
/// Since Linux 1.0; number 2 on x86_64.
///
/// In the groups `dynamic_startup`, `llvm_coverage`, `llvm_sanitizers`, `open`.
pub mod open {
    /// `filename` of `open`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `flags` of `open`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
    /// `mode` of `open`, `umode_t`: 16 bits.
    pub const mode: () = ();
}

/// `open_by_handle_at(mountdirfd: int, handle: struct file_handle *, flags: int)`
///
/// Since Linux 2.6.39; number 304 on x86_64, 265 on aarch64, 265 on riscv64.
///
/// It opens files by number, past every directory: it needs `danger`.
pub mod open_by_handle_at {
    /// `mountdirfd` of `open_by_handle_at`, `int`: a signed number of 32 bits.
    pub const mountdirfd: () = ();
    /// `handle` of `open_by_handle_at`, `struct file_handle *`: a pointer: only `NULL` can be told from others.
    pub const handle: () = ();
    /// `flags` of `open_by_handle_at`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `open_tree(dfd: int, filename: const char *, flags: unsigned)`
///
/// Since Linux 5.2; number 428 on x86_64, 428 on aarch64, 428 on riscv64.
///
/// It changes what the sandboxee sees of the file system: it needs `danger`.
pub mod open_tree {
    /// `dfd` of `open_tree`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `open_tree`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `flags` of `open_tree`, `unsigned`: 32 bits.
    pub const flags: () = ();
}

/// `open_tree_attr(dfd: int, filename: const char *, flags: unsigned, uattr: struct mount_attr *, usize: size_t)`
///
/// Since Linux 6.15; number 467 on x86_64, 467 on aarch64, 467 on riscv64.
///
/// It changes what the sandboxee sees of the file system: it needs `danger`.
pub mod open_tree_attr {
    /// `dfd` of `open_tree_attr`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `open_tree_attr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `flags` of `open_tree_attr`, `unsigned`: 32 bits.
    pub const flags: () = ();
    /// `uattr` of `open_tree_attr`, `struct mount_attr *`: a pointer: only `NULL` can be told from others.
    pub const uattr: () = ();
    /// `usize` of `open_tree_attr`, `size_t`: 64 bits.
    pub const usize: () = ();
}

/// `openat(dfd: int, filename: const char *, flags: int, mode: umode_t)`
///
/// Since Linux 2.6.16; number 257 on x86_64, 56 on aarch64, 56 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_coverage`, `llvm_sanitizers`, `open`.
pub mod openat {
    /// `dfd` of `openat`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `openat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `flags` of `openat`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
    /// `mode` of `openat`, `umode_t`: 16 bits.
    pub const mode: () = ();
}

/// `openat2(dfd: int, filename: const char *, how: struct open_how *, usize: size_t)`
///
/// Since Linux 5.6; number 437 on x86_64, 437 on aarch64, 437 on riscv64.
pub mod openat2 {
    /// `dfd` of `openat2`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `openat2`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `how` of `openat2`, `struct open_how *`: a pointer: only `NULL` can be told from others.
    pub const how: () = ();
    /// `usize` of `openat2`, `size_t`: 64 bits.
    pub const usize: () = ();
}

/// `pause()`
///
/// Since Linux 1.0; number 34 on x86_64.
pub mod pause {}

/// `perf_event_open(attr_uptr: struct perf_event_attr *, pid: pid_t, cpu: int, group_fd: int, flags: unsigned long)`
///
/// Since Linux 2.6.31; number 298 on x86_64, 241 on aarch64, 241 on riscv64.
///
/// It watches the kernel and other processes: it needs `danger`.
pub mod perf_event_open {
    /// `attr_uptr` of `perf_event_open`, `struct perf_event_attr *`: a pointer: only `NULL` can be told from others.
    pub const attr_uptr: () = ();
    /// `pid` of `perf_event_open`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `cpu` of `perf_event_open`, `int`: a signed number of 32 bits.
    pub const cpu: () = ();
    /// `group_fd` of `perf_event_open`, `int`: a signed number of 32 bits.
    pub const group_fd: () = ();
    /// `flags` of `perf_event_open`, `unsigned long`: 64 bits.
    pub const flags: () = ();
}

/// `personality(personality: unsigned int)`
///
/// Since Linux 1.2; number 135 on x86_64, 92 on aarch64, 92 on riscv64.
///
/// With some arguments it makes readable memory executable: it needs `danger`.
pub mod personality {
    /// `personality` of `personality`, `unsigned int`: 32 bits.
    pub const personality: () = ();
}

/// `pidfd_getfd(pidfd: int, fd: int, flags: unsigned int)`
///
/// Since Linux 5.6; number 438 on x86_64, 438 on aarch64, 438 on riscv64.
///
/// It takes descriptors from other processes: it needs `danger`.
pub mod pidfd_getfd {
    /// `pidfd` of `pidfd_getfd`, `int`: a signed number of 32 bits.
    pub const pidfd: () = ();
    /// `fd` of `pidfd_getfd`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `flags` of `pidfd_getfd`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `pidfd_open(pid: pid_t, flags: unsigned int)`
///
/// Since Linux 5.3; number 434 on x86_64, 434 on aarch64, 434 on riscv64.
pub mod pidfd_open {
    /// `pid` of `pidfd_open`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `flags` of `pidfd_open`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `pidfd_send_signal(pidfd: int, sig: int, info: siginfo_t *, flags: unsigned int)`
///
/// Since Linux 5.1; number 424 on x86_64, 424 on aarch64, 424 on riscv64.
pub mod pidfd_send_signal {
    /// `pidfd` of `pidfd_send_signal`, `int`: a signed number of 32 bits.
    pub const pidfd: () = ();
    /// `sig` of `pidfd_send_signal`, `int`: a signed number of 32 bits.
    pub const sig: () = ();
    /// `info` of `pidfd_send_signal`, `siginfo_t *`: a pointer: only `NULL` can be told from others.
    pub const info: () = ();
    /// `flags` of `pidfd_send_signal`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `pipe(fildes: int *)`
///
/// Since Linux 1.0; number 22 on x86_64.
///
/// In the groups `pipe`.
pub mod pipe {
    /// `fildes` of `pipe`, `int *`: a pointer: only `NULL` can be told from others.
    pub const fildes: () = ();
}

/// `pipe2(fildes: int *, flags: int)`
///
/// Since Linux 2.6.27; number 293 on x86_64, 59 on aarch64, 59 on riscv64.
///
/// In the groups `pipe`.
pub mod pipe2 {
    /// `fildes` of `pipe2`, `int *`: a pointer: only `NULL` can be told from others.
    pub const fildes: () = ();
    /// `flags` of `pipe2`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `pivot_root(new_root: const char *, put_old: const char *)`
///
/// Since Linux 2.4; number 155 on x86_64, 41 on aarch64, 41 on riscv64.
///
/// It changes what the sandboxee sees of the file system: it needs `danger`.
pub mod pivot_root {
    /// `new_root` of `pivot_root`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const new_root: () = ();
    /// `put_old` of `pivot_root`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const put_old: () = ();
}

/// `pkey_alloc(flags: unsigned long, init_val: unsigned long)`
///
/// Since Linux 4.8; number 330 on x86_64, 289 on aarch64, 289 on riscv64.
pub mod pkey_alloc {
    /// `flags` of `pkey_alloc`, `unsigned long`: 64 bits.
    pub const flags: () = ();
    /// `init_val` of `pkey_alloc`, `unsigned long`: 64 bits.
    pub const init_val: () = ();
}

/// `pkey_free(pkey: int)`
///
/// Since Linux 4.8; number 331 on x86_64, 290 on aarch64, 290 on riscv64.
pub mod pkey_free {
    /// `pkey` of `pkey_free`, `int`: a signed number of 32 bits.
    pub const pkey: () = ();
}

/// `pkey_mprotect(start: unsigned long, len: size_t, prot: unsigned long, pkey: int)`
///
/// Since Linux 4.8; number 329 on x86_64, 288 on aarch64, 288 on riscv64.
///
/// In the groups `map_exec`, `pkey_mprotect`, `pkey_mprotect_without_exec`.
///
/// With some arguments it makes memory executable: it needs `danger`.
pub mod pkey_mprotect {
    /// `start` of `pkey_mprotect`, `unsigned long`: 64 bits.
    pub const start: () = ();
    /// `len` of `pkey_mprotect`, `size_t`: 64 bits.
    pub const len: () = ();
    /// `prot` of `pkey_mprotect`, `unsigned long`: 32 bits.
    pub const prot: () = ();
    /// `pkey` of `pkey_mprotect`, `int`: a signed number of 32 bits.
    pub const pkey: () = ();
}

/// `poll(ufds: struct pollfd *, nfds: unsigned int, timeout_msecs: int)`
///
/// Number 7 on x86_64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `poll`, `rust_std`, `static_startup`, `tcmalloc`.
pub mod poll {
    /// `ufds` of `poll`, `struct pollfd *`: a pointer: only `NULL` can be told from others.
    pub const ufds: () = ();
    /// `nfds` of `poll`, `unsigned int`: 32 bits.
    pub const nfds: () = ();
    /// `timeout_msecs` of `poll`, `int`: a signed number of 32 bits.
    pub const timeout_msecs: () = ();
}

/// `ppoll(ufds: struct pollfd *, nfds: unsigned int, tsp: struct __kernel_timespec *, sigmask: const sigset_t *, sigsetsize: size_t)`
///
/// Since Linux 2.6.16; number 271 on x86_64, 73 on aarch64, 73 on riscv64.
///
/// In the groups `comms`, `dynamic_startup`, `llvm_sanitizers`, `poll`, `rust_std`, `shared_memory_comms`, `static_startup`, `tcmalloc`.
pub mod ppoll {
    /// `ufds` of `ppoll`, `struct pollfd *`: a pointer: only `NULL` can be told from others.
    pub const ufds: () = ();
    /// `nfds` of `ppoll`, `unsigned int`: 32 bits.
    pub const nfds: () = ();
    /// `tsp` of `ppoll`, `struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const tsp: () = ();
    /// `sigmask` of `ppoll`, `const sigset_t *`: a pointer: only `NULL` can be told from others.
    pub const sigmask: () = ();
    /// `sigsetsize` of `ppoll`, `size_t`: 64 bits.
    pub const sigsetsize: () = ();
}

/// `prctl(option: int, arg2: unsigned long, arg3: unsigned long, arg4: unsigned long, arg5: unsigned long)`
///
/// Since Linux 2.2; number 157 on x86_64, 167 on aarch64, 167 on riscv64.
///
/// In the groups `llvm_coverage`, `llvm_sanitizers`, `prctl_set_name`, `prctl_set_vma`, `tcmalloc`, `threads`, `tokio`.
pub mod prctl {
    /// `option` of `prctl`, `int`: a signed number of 32 bits.
    pub const option: () = ();
    /// `arg2` of `prctl`, `unsigned long`: 64 bits.
    pub const arg2: () = ();
    /// `arg3` of `prctl`, `unsigned long`: 64 bits.
    pub const arg3: () = ();
    /// `arg4` of `prctl`, `unsigned long`: 64 bits.
    pub const arg4: () = ();
    /// `arg5` of `prctl`, `unsigned long`: 64 bits.
    pub const arg5: () = ();
}

/// `pread64(fd: unsigned int, buf: char *, count: size_t, pos: loff_t)`
///
/// Number 17 on x86_64, 67 on aarch64, 67 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `read`.
pub mod pread64 {
    /// `fd` of `pread64`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `buf` of `pread64`, `char *`: a pointer: only `NULL` can be told from others.
    pub const buf: () = ();
    /// `count` of `pread64`, `size_t`: 64 bits.
    pub const count: () = ();
    /// `pos` of `pread64`, `loff_t`: a signed number of 64 bits.
    pub const pos: () = ();
}

/// `preadv(fd: unsigned long, vec: const struct iovec *, vlen: unsigned long, pos_l: unsigned long, pos_h: unsigned long)`
///
/// Since Linux 2.6.30; number 295 on x86_64, 69 on aarch64, 69 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `read`.
pub mod preadv {
    /// `fd` of `preadv`, `unsigned long`: 32 bits.
    pub const fd: () = ();
    /// `vec` of `preadv`, `const struct iovec *`: a pointer: only `NULL` can be told from others.
    pub const vec: () = ();
    /// `vlen` of `preadv`, `unsigned long`: 32 bits.
    pub const vlen: () = ();
    /// `pos_l` of `preadv`, `unsigned long`: 64 bits.
    pub const pos_l: () = ();
    /// `pos_h` of `preadv`, `unsigned long`: 64 bits.
    pub const pos_h: () = ();
}

/// `preadv2(fd: unsigned long, vec: const struct iovec *, vlen: unsigned long, pos_l: unsigned long, pos_h: unsigned long, flags: rwf_t)`
///
/// Since Linux 4.6; number 327 on x86_64, 286 on aarch64, 286 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `read`.
pub mod preadv2 {
    /// `fd` of `preadv2`, `unsigned long`: 32 bits.
    pub const fd: () = ();
    /// `vec` of `preadv2`, `const struct iovec *`: a pointer: only `NULL` can be told from others.
    pub const vec: () = ();
    /// `vlen` of `preadv2`, `unsigned long`: 32 bits.
    pub const vlen: () = ();
    /// `pos_l` of `preadv2`, `unsigned long`: 64 bits.
    pub const pos_l: () = ();
    /// `pos_h` of `preadv2`, `unsigned long`: 64 bits.
    pub const pos_h: () = ();
    /// `flags` of `preadv2`, `rwf_t`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `prlimit64(pid: pid_t, resource: unsigned int, new_rlim: const struct rlimit64 *, old_rlim: struct rlimit64 *)`
///
/// Since Linux 2.6.36; number 302 on x86_64, 261 on aarch64, 261 on riscv64.
///
/// In the groups `dynamic_startup`, `get_rlimit`, `llvm_sanitizers`, `log_forwarding`, `rust_std`, `set_rlimit`, `static_startup`.
pub mod prlimit64 {
    /// `pid` of `prlimit64`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `resource` of `prlimit64`, `unsigned int`: 32 bits.
    pub const resource: () = ();
    /// `new_rlim` of `prlimit64`, `const struct rlimit64 *`: a pointer: only `NULL` can be told from others.
    pub const new_rlim: () = ();
    /// `old_rlim` of `prlimit64`, `struct rlimit64 *`: a pointer: only `NULL` can be told from others.
    pub const old_rlim: () = ();
}

/// `process_madvise(pidfd: int, vec: const struct iovec *, vlen: size_t, behavior: int, flags: unsigned int)`
///
/// Since Linux 5.10; number 440 on x86_64, 440 on aarch64, 440 on riscv64.
///
/// It reaches into other processes: it needs `danger`.
pub mod process_madvise {
    /// `pidfd` of `process_madvise`, `int`: a signed number of 32 bits.
    pub const pidfd: () = ();
    /// `vec` of `process_madvise`, `const struct iovec *`: a pointer: only `NULL` can be told from others.
    pub const vec: () = ();
    /// `vlen` of `process_madvise`, `size_t`: 32 bits.
    pub const vlen: () = ();
    /// `behavior` of `process_madvise`, `int`: a signed number of 32 bits.
    pub const behavior: () = ();
    /// `flags` of `process_madvise`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `process_mrelease(pidfd: int, flags: unsigned int)`
///
/// Since Linux 5.15; number 448 on x86_64, 448 on aarch64, 448 on riscv64.
pub mod process_mrelease {
    /// `pidfd` of `process_mrelease`, `int`: a signed number of 32 bits.
    pub const pidfd: () = ();
    /// `flags` of `process_mrelease`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `process_vm_readv(pid: pid_t, lvec: const struct iovec *, liovcnt: unsigned long, rvec: const struct iovec *, riovcnt: unsigned long, flags: unsigned long)`
///
/// Since Linux 3.2; number 310 on x86_64, 270 on aarch64, 270 on riscv64.
///
/// It reaches into other processes: it needs `danger`.
pub mod process_vm_readv {
    /// `pid` of `process_vm_readv`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `lvec` of `process_vm_readv`, `const struct iovec *`: a pointer: only `NULL` can be told from others.
    pub const lvec: () = ();
    /// `liovcnt` of `process_vm_readv`, `unsigned long`: 32 bits.
    pub const liovcnt: () = ();
    /// `rvec` of `process_vm_readv`, `const struct iovec *`: a pointer: only `NULL` can be told from others.
    pub const rvec: () = ();
    /// `riovcnt` of `process_vm_readv`, `unsigned long`: 64 bits.
    pub const riovcnt: () = ();
    /// `flags` of `process_vm_readv`, `unsigned long`: 64 bits.
    pub const flags: () = ();
}

/// `process_vm_writev(pid: pid_t, lvec: const struct iovec *, liovcnt: unsigned long, rvec: const struct iovec *, riovcnt: unsigned long, flags: unsigned long)`
///
/// Since Linux 3.2; number 311 on x86_64, 271 on aarch64, 271 on riscv64.
///
/// It reaches into other processes: it needs `danger`.
pub mod process_vm_writev {
    /// `pid` of `process_vm_writev`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `lvec` of `process_vm_writev`, `const struct iovec *`: a pointer: only `NULL` can be told from others.
    pub const lvec: () = ();
    /// `liovcnt` of `process_vm_writev`, `unsigned long`: 32 bits.
    pub const liovcnt: () = ();
    /// `rvec` of `process_vm_writev`, `const struct iovec *`: a pointer: only `NULL` can be told from others.
    pub const rvec: () = ();
    /// `riovcnt` of `process_vm_writev`, `unsigned long`: 64 bits.
    pub const riovcnt: () = ();
    /// `flags` of `process_vm_writev`, `unsigned long`: 64 bits.
    pub const flags: () = ();
}

/// `pselect6(n: int, inp: fd_set *, outp: fd_set *, exp: fd_set *, tsp: struct __kernel_timespec *, sig: void *)`
///
/// Since Linux 2.6.16; number 270 on x86_64, 72 on aarch64, 72 on riscv64.
///
/// In the groups `select`.
pub mod pselect6 {
    /// `n` of `pselect6`, `int`: a signed number of 32 bits.
    pub const n: () = ();
    /// `inp` of `pselect6`, `fd_set *`: a pointer: only `NULL` can be told from others.
    pub const inp: () = ();
    /// `outp` of `pselect6`, `fd_set *`: a pointer: only `NULL` can be told from others.
    pub const outp: () = ();
    /// `exp` of `pselect6`, `fd_set *`: a pointer: only `NULL` can be told from others.
    pub const exp: () = ();
    /// `tsp` of `pselect6`, `struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const tsp: () = ();
    /// `sig` of `pselect6`, `void *`: a pointer: only `NULL` can be told from others.
    pub const sig: () = ();
}

/// `ptrace(request: long, pid: long, addr: unsigned long, data: unsigned long)`
///
/// Since Linux 1.0; number 101 on x86_64, 117 on aarch64, 117 on riscv64.
///
/// It controls other processes and can change calls after the filter has seen them: it needs `danger`.
pub mod ptrace {
    /// `request` of `ptrace`, `long`: a signed number of 64 bits.
    pub const request: () = ();
    /// `pid` of `ptrace`, `long`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `addr` of `ptrace`, `unsigned long`: 64 bits.
    pub const addr: () = ();
    /// `data` of `ptrace`, `unsigned long`: 64 bits.
    pub const data: () = ();
}

/// `putpmsg`, whose arguments are not known
///
/// Number 182 on x86_64.
pub mod putpmsg {}

/// `pwrite64(fd: unsigned int, buf: const char *, count: size_t, pos: loff_t)`
///
/// Number 18 on x86_64, 68 on aarch64, 68 on riscv64.
///
/// In the groups `log_forwarding`, `write`.
pub mod pwrite64 {
    /// `fd` of `pwrite64`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `buf` of `pwrite64`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const buf: () = ();
    /// `count` of `pwrite64`, `size_t`: 64 bits.
    pub const count: () = ();
    /// `pos` of `pwrite64`, `loff_t`: a signed number of 64 bits.
    pub const pos: () = ();
}

/// `pwritev(fd: unsigned long, vec: const struct iovec *, vlen: unsigned long, pos_l: unsigned long, pos_h: unsigned long)`
///
/// Since Linux 2.6.30; number 296 on x86_64, 70 on aarch64, 70 on riscv64.
///
/// In the groups `log_forwarding`, `write`.
pub mod pwritev {
    /// `fd` of `pwritev`, `unsigned long`: 32 bits.
    pub const fd: () = ();
    /// `vec` of `pwritev`, `const struct iovec *`: a pointer: only `NULL` can be told from others.
    pub const vec: () = ();
    /// `vlen` of `pwritev`, `unsigned long`: 32 bits.
    pub const vlen: () = ();
    /// `pos_l` of `pwritev`, `unsigned long`: 64 bits.
    pub const pos_l: () = ();
    /// `pos_h` of `pwritev`, `unsigned long`: 64 bits.
    pub const pos_h: () = ();
}

/// `pwritev2(fd: unsigned long, vec: const struct iovec *, vlen: unsigned long, pos_l: unsigned long, pos_h: unsigned long, flags: rwf_t)`
///
/// Since Linux 4.6; number 328 on x86_64, 287 on aarch64, 287 on riscv64.
///
/// In the groups `write`.
pub mod pwritev2 {
    /// `fd` of `pwritev2`, `unsigned long`: 32 bits.
    pub const fd: () = ();
    /// `vec` of `pwritev2`, `const struct iovec *`: a pointer: only `NULL` can be told from others.
    pub const vec: () = ();
    /// `vlen` of `pwritev2`, `unsigned long`: 32 bits.
    pub const vlen: () = ();
    /// `pos_l` of `pwritev2`, `unsigned long`: 64 bits.
    pub const pos_l: () = ();
    /// `pos_h` of `pwritev2`, `unsigned long`: 64 bits.
    pub const pos_h: () = ();
    /// `flags` of `pwritev2`, `rwf_t`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `query_module`, whose arguments are not known
///
/// Since Linux 2.2; number 178 on x86_64.
pub mod query_module {}

/// `quotactl(cmd: unsigned int, special: const char *, id: qid_t, addr: void *)`
///
/// Since Linux 1.0; number 179 on x86_64, 60 on aarch64, 60 on riscv64.
pub mod quotactl {
    /// `cmd` of `quotactl`, `unsigned int`: 32 bits.
    pub const cmd: () = ();
    /// `special` of `quotactl`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const special: () = ();
    /// `id` of `quotactl`, `qid_t`: 32 bits.
    pub const id: () = ();
    /// `addr` of `quotactl`, `void *`: a pointer: only `NULL` can be told from others.
    pub const addr: () = ();
}

/// `quotactl_fd(fd: unsigned int, cmd: unsigned int, id: qid_t, addr: void *)`
///
/// Since Linux 5.14; number 443 on x86_64, 443 on aarch64, 443 on riscv64.
pub mod quotactl_fd {
    /// `fd` of `quotactl_fd`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `cmd` of `quotactl_fd`, `unsigned int`: 32 bits.
    pub const cmd: () = ();
    /// `id` of `quotactl_fd`, `qid_t`: 32 bits.
    pub const id: () = ();
    /// `addr` of `quotactl_fd`, `void *`: a pointer: only `NULL` can be told from others.
    pub const addr: () = ();
}

/// `read(fd: unsigned int, buf: char *, count: size_t)`
///
/// Since Linux 1.0; number 0 on x86_64, 63 on aarch64, 63 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_coverage`, `llvm_sanitizers`, `read`, `rust_std`, `tokio`.
pub mod read {
    /// `fd` of `read`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `buf` of `read`, `char *`: a pointer: only `NULL` can be told from others.
    pub const buf: () = ();
    /// `count` of `read`, `size_t`: 64 bits.
    pub const count: () = ();
}

/// `readahead(fd: int, offset: loff_t, count: size_t)`
///
/// Since Linux 2.4.13; number 187 on x86_64, 213 on aarch64, 213 on riscv64.
pub mod readahead {
    /// `fd` of `readahead`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `offset` of `readahead`, `loff_t`: a signed number of 64 bits.
    pub const offset: () = ();
    /// `count` of `readahead`, `size_t`: 64 bits.
    pub const count: () = ();
}

/// `readlink(path: const char *, buf: char *, bufsiz: int)`
///
/// Since Linux 1.0; number 89 on x86_64.
///
/// In the groups `readlink`.
pub mod readlink {
    /// `path` of `readlink`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const path: () = ();
    /// `buf` of `readlink`, `char *`: a pointer: only `NULL` can be told from others.
    pub const buf: () = ();
    /// `bufsiz` of `readlink`, `int`: a signed number of 32 bits.
    pub const bufsiz: () = ();
}

/// `readlinkat(dfd: int, pathname: const char *, buf: char *, bufsiz: int)`
///
/// Since Linux 2.6.16; number 267 on x86_64, 78 on aarch64, 78 on riscv64.
///
/// In the groups `readlink`.
pub mod readlinkat {
    /// `dfd` of `readlinkat`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `pathname` of `readlinkat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `buf` of `readlinkat`, `char *`: a pointer: only `NULL` can be told from others.
    pub const buf: () = ();
    /// `bufsiz` of `readlinkat`, `int`: a signed number of 32 bits.
    pub const bufsiz: () = ();
}

/// `readv(fd: unsigned long, vec: const struct iovec *, vlen: unsigned long)`
///
/// Since Linux 2.0; number 19 on x86_64, 65 on aarch64, 65 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `read`, `rust_std`.
pub mod readv {
    /// `fd` of `readv`, `unsigned long`: 32 bits.
    pub const fd: () = ();
    /// `vec` of `readv`, `const struct iovec *`: a pointer: only `NULL` can be told from others.
    pub const vec: () = ();
    /// `vlen` of `readv`, `unsigned long`: 32 bits.
    pub const vlen: () = ();
}

/// `reboot(magic1: int, magic2: int, cmd: unsigned int, arg: void *)`
///
/// Since Linux 1.0; number 169 on x86_64, 142 on aarch64, 142 on riscv64.
///
/// It replaces the running kernel: it needs `danger`.
pub mod reboot {
    /// `magic1` of `reboot`, `int`: a signed number of 32 bits.
    pub const magic1: () = ();
    /// `magic2` of `reboot`, `int`: a signed number of 32 bits.
    pub const magic2: () = ();
    /// `cmd` of `reboot`, `unsigned int`: 32 bits.
    pub const cmd: () = ();
    /// `arg` of `reboot`, `void *`: a pointer: only `NULL` can be told from others.
    pub const arg: () = ();
}

/// `recvfrom(fd: int, ubuf: void *, size: size_t, flags: unsigned int, addr: struct sockaddr *, addr_len: int *)`
///
/// Since Linux 2.0; number 45 on x86_64, 207 on aarch64, 207 on riscv64.
///
/// In the groups `tokio`.
pub mod recvfrom {
    /// `fd` of `recvfrom`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `ubuf` of `recvfrom`, `void *`: a pointer: only `NULL` can be told from others.
    pub const ubuf: () = ();
    /// `size` of `recvfrom`, `size_t`: 64 bits.
    pub const size: () = ();
    /// `flags` of `recvfrom`, `unsigned int`: 32 bits.
    pub const flags: () = ();
    /// `addr` of `recvfrom`, `struct sockaddr *`: a pointer: only `NULL` can be told from others.
    pub const addr: () = ();
    /// `addr_len` of `recvfrom`, `int *`: a pointer: only `NULL` can be told from others.
    pub const addr_len: () = ();
}

/// `recvmmsg(fd: int, mmsg: struct mmsghdr *, vlen: unsigned int, flags: unsigned int, timeout: struct __kernel_timespec *)`
///
/// Since Linux 2.6.33; number 299 on x86_64, 243 on aarch64, 243 on riscv64.
pub mod recvmmsg {
    /// `fd` of `recvmmsg`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `mmsg` of `recvmmsg`, `struct mmsghdr *`: a pointer: only `NULL` can be told from others.
    pub const mmsg: () = ();
    /// `vlen` of `recvmmsg`, `unsigned int`: 32 bits.
    pub const vlen: () = ();
    /// `flags` of `recvmmsg`, `unsigned int`: 32 bits.
    pub const flags: () = ();
    /// `timeout` of `recvmmsg`, `struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const timeout: () = ();
}

/// `recvmsg(fd: int, msg: struct user_msghdr *, flags: unsigned int)`
///
/// Since Linux 2.0; number 47 on x86_64, 212 on aarch64, 212 on riscv64.
///
/// In the groups `comms`, `network_proxy`, `network_proxy_handler`.
pub mod recvmsg {
    /// `fd` of `recvmsg`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `msg` of `recvmsg`, `struct user_msghdr *`: a pointer: only `NULL` can be told from others.
    pub const msg: () = ();
    /// `flags` of `recvmsg`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `remap_file_pages(start: unsigned long, size: unsigned long, prot: unsigned long, pgoff: unsigned long, flags: unsigned long)`
///
/// Since Linux 2.6; number 216 on x86_64, 234 on aarch64, 234 on riscv64.
pub mod remap_file_pages {
    /// `start` of `remap_file_pages`, `unsigned long`: 64 bits.
    pub const start: () = ();
    /// `size` of `remap_file_pages`, `unsigned long`: 64 bits.
    pub const size: () = ();
    /// `prot` of `remap_file_pages`, `unsigned long`: 32 bits.
    pub const prot: () = ();
    /// `pgoff` of `remap_file_pages`, `unsigned long`: 64 bits.
    pub const pgoff: () = ();
    /// `flags` of `remap_file_pages`, `unsigned long`: 64 bits.
    pub const flags: () = ();
}

/// `removexattr(pathname: const char *, name: const char *)`
///
/// Number 197 on x86_64, 14 on aarch64, 14 on riscv64.
pub mod removexattr {
    /// `pathname` of `removexattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `name` of `removexattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
}

/// `removexattrat(dfd: int, pathname: const char *, at_flags: unsigned int, name: const char *)`
///
/// Since Linux 6.13; number 466 on x86_64, 466 on aarch64, 466 on riscv64.
pub mod removexattrat {
    /// `dfd` of `removexattrat`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `pathname` of `removexattrat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `at_flags` of `removexattrat`, `unsigned int`: 32 bits.
    pub const at_flags: () = ();
    /// `name` of `removexattrat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
}

/// `rename(oldname: const char *, newname: const char *)`
///
/// Since Linux 1.0; number 82 on x86_64.
///
/// In the groups `rename`.
pub mod rename {
    /// `oldname` of `rename`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const oldname: () = ();
    /// `newname` of `rename`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const newname: () = ();
}

/// `renameat(olddfd: int, oldname: const char *, newdfd: int, newname: const char *)`
///
/// Since Linux 2.6.16; number 264 on x86_64, 38 on aarch64.
///
/// In the groups `rename`.
pub mod renameat {
    /// `olddfd` of `renameat`, `int`: a signed number of 32 bits.
    pub const olddfd: () = ();
    /// `oldname` of `renameat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const oldname: () = ();
    /// `newdfd` of `renameat`, `int`: a signed number of 32 bits.
    pub const newdfd: () = ();
    /// `newname` of `renameat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const newname: () = ();
}

/// `renameat2(olddfd: int, oldname: const char *, newdfd: int, newname: const char *, flags: unsigned int)`
///
/// Since Linux 3.15; number 316 on x86_64, 276 on aarch64, 276 on riscv64.
///
/// In the groups `rename`.
pub mod renameat2 {
    /// `olddfd` of `renameat2`, `int`: a signed number of 32 bits.
    pub const olddfd: () = ();
    /// `oldname` of `renameat2`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const oldname: () = ();
    /// `newdfd` of `renameat2`, `int`: a signed number of 32 bits.
    pub const newdfd: () = ();
    /// `newname` of `renameat2`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const newname: () = ();
    /// `flags` of `renameat2`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `request_key(_type: const char *, _description: const char *, _callout_info: const char *, destringid: key_serial_t)`
///
/// Since Linux 2.6.10; number 249 on x86_64, 218 on aarch64, 218 on riscv64.
pub mod request_key {
    /// `_type` of `request_key`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const _type: () = ();
    /// `_description` of `request_key`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const _description: () = ();
    /// `_callout_info` of `request_key`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const _callout_info: () = ();
    /// `destringid` of `request_key`, `key_serial_t`: a signed number of 32 bits.
    pub const destringid: () = ();
}

/// `restart_syscall()`
///
/// Since Linux 2.6; number 219 on x86_64, 128 on aarch64, 128 on riscv64.
///
/// In the groups `signals`.
pub mod restart_syscall {}

/// `riscv_flush_icache(start: uintptr_t, end: uintptr_t, flags: uintptr_t)`
///
/// Since Linux 4.15; number 259 on riscv64.
pub mod riscv_flush_icache {
    /// `start` of `riscv_flush_icache`, `uintptr_t`: 64 bits.
    pub const start: () = ();
    /// `end` of `riscv_flush_icache`, `uintptr_t`: 64 bits.
    pub const end: () = ();
    /// `flags` of `riscv_flush_icache`, `uintptr_t`: 64 bits.
    pub const flags: () = ();
}

/// `riscv_hwprobe(pairs: struct riscv_hwprobe *, pair_count: size_t, cpusetsize: size_t, cpus: unsigned long *, flags: unsigned int)`
///
/// Since Linux 6.4; number 258 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `rust_std`, `static_startup`.
pub mod riscv_hwprobe {
    /// `pairs` of `riscv_hwprobe`, `struct riscv_hwprobe *`: a pointer: only `NULL` can be told from others.
    pub const pairs: () = ();
    /// `pair_count` of `riscv_hwprobe`, `size_t`: 64 bits.
    pub const pair_count: () = ();
    /// `cpusetsize` of `riscv_hwprobe`, `size_t`: 64 bits.
    pub const cpusetsize: () = ();
    /// `cpus` of `riscv_hwprobe`, `unsigned long *`: a pointer: only `NULL` can be told from others.
    pub const cpus: () = ();
    /// `flags` of `riscv_hwprobe`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `rmdir(pathname: const char *)`
///
/// Since Linux 1.0; number 84 on x86_64.
///
/// In the groups `unlink`.
pub mod rmdir {
    /// `pathname` of `rmdir`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
}

/// `rseq(rseq: struct rseq *, rseq_len: u32, flags: int, sig: u32)`
///
/// Since Linux 4.18; number 334 on x86_64, 293 on aarch64, 293 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `restartable_sequences`, `rust_std`, `static_startup`, `threads`, `tokio`.
pub mod rseq {
    /// `rseq` of `rseq`, `struct rseq *`: a pointer: only `NULL` can be told from others.
    pub const rseq: () = ();
    /// `rseq_len` of `rseq`, `u32`: 32 bits.
    pub const rseq_len: () = ();
    /// `flags` of `rseq`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
    /// `sig` of `rseq`, `u32`: 32 bits.
    pub const sig: () = ();
}

/// `rseq_slice_yield()`
///
/// Since Linux 7.0; number 471 on x86_64, 471 on aarch64, 471 on riscv64.
pub mod rseq_slice_yield {}

/// `rt_sigaction(sig: int, act: const struct sigaction *, oact: struct sigaction *, sigsetsize: size_t)`
///
/// Since Linux 2.2; number 13 on x86_64, 134 on aarch64, 134 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `network_proxy_handler`, `rust_after_start`, `rust_panic`, `rust_std`, `signals`, `static_startup`.
pub mod rt_sigaction {
    /// `sig` of `rt_sigaction`, `int`: a signed number of 32 bits.
    pub const sig: () = ();
    /// `act` of `rt_sigaction`, `const struct sigaction *`: a pointer: only `NULL` can be told from others.
    pub const act: () = ();
    /// `oact` of `rt_sigaction`, `struct sigaction *`: a pointer: only `NULL` can be told from others.
    pub const oact: () = ();
    /// `sigsetsize` of `rt_sigaction`, `size_t`: 64 bits.
    pub const sigsetsize: () = ();
}

/// `rt_sigpending(uset: sigset_t *, sigsetsize: size_t)`
///
/// Since Linux 2.2; number 127 on x86_64, 136 on aarch64, 136 on riscv64.
pub mod rt_sigpending {
    /// `uset` of `rt_sigpending`, `sigset_t *`: a pointer: only `NULL` can be told from others.
    pub const uset: () = ();
    /// `sigsetsize` of `rt_sigpending`, `size_t`: 64 bits.
    pub const sigsetsize: () = ();
}

/// `rt_sigprocmask(how: int, nset: sigset_t *, oset: sigset_t *, sigsetsize: size_t)`
///
/// Since Linux 2.2; number 14 on x86_64, 135 on aarch64, 135 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `log_forwarding`, `network_proxy_handler`, `restartable_sequences`, `rust_panic`, `rust_std`, `signals`, `static_startup`, `threads`, `tokio`.
pub mod rt_sigprocmask {
    /// `how` of `rt_sigprocmask`, `int`: a signed number of 32 bits.
    pub const how: () = ();
    /// `nset` of `rt_sigprocmask`, `sigset_t *`: a pointer: only `NULL` can be told from others.
    pub const nset: () = ();
    /// `oset` of `rt_sigprocmask`, `sigset_t *`: a pointer: only `NULL` can be told from others.
    pub const oset: () = ();
    /// `sigsetsize` of `rt_sigprocmask`, `size_t`: 64 bits.
    pub const sigsetsize: () = ();
}

/// `rt_sigqueueinfo(pid: pid_t, sig: int, uinfo: siginfo_t *)`
///
/// Since Linux 2.2; number 129 on x86_64, 138 on aarch64, 138 on riscv64.
pub mod rt_sigqueueinfo {
    /// `pid` of `rt_sigqueueinfo`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `sig` of `rt_sigqueueinfo`, `int`: a signed number of 32 bits.
    pub const sig: () = ();
    /// `uinfo` of `rt_sigqueueinfo`, `siginfo_t *`: a pointer: only `NULL` can be told from others.
    pub const uinfo: () = ();
}

/// `rt_sigreturn()`
///
/// Since Linux 2.2; number 15 on x86_64, 139 on aarch64, 139 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `network_proxy_handler`, `rust_after_start`, `rust_std`, `signals`, `static_startup`.
pub mod rt_sigreturn {}

/// `rt_sigsuspend(unewset: sigset_t *, sigsetsize: size_t)`
///
/// Since Linux 2.2; number 130 on x86_64, 133 on aarch64, 133 on riscv64.
pub mod rt_sigsuspend {
    /// `unewset` of `rt_sigsuspend`, `sigset_t *`: a pointer: only `NULL` can be told from others.
    pub const unewset: () = ();
    /// `sigsetsize` of `rt_sigsuspend`, `size_t`: 64 bits.
    pub const sigsetsize: () = ();
}

/// `rt_sigtimedwait(uthese: const sigset_t *, uinfo: siginfo_t *, uts: const struct __kernel_timespec *, sigsetsize: size_t)`
///
/// Since Linux 2.2; number 128 on x86_64, 137 on aarch64, 137 on riscv64.
pub mod rt_sigtimedwait {
    /// `uthese` of `rt_sigtimedwait`, `const sigset_t *`: a pointer: only `NULL` can be told from others.
    pub const uthese: () = ();
    /// `uinfo` of `rt_sigtimedwait`, `siginfo_t *`: a pointer: only `NULL` can be told from others.
    pub const uinfo: () = ();
    /// `uts` of `rt_sigtimedwait`, `const struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const uts: () = ();
    /// `sigsetsize` of `rt_sigtimedwait`, `size_t`: 64 bits.
    pub const sigsetsize: () = ();
}

/// `rt_tgsigqueueinfo(tgid: pid_t, pid: pid_t, sig: int, uinfo: siginfo_t *)`
///
/// Since Linux 2.6.31; number 297 on x86_64, 240 on aarch64, 240 on riscv64.
pub mod rt_tgsigqueueinfo {
    /// `tgid` of `rt_tgsigqueueinfo`, `pid_t`: a signed number of 32 bits.
    pub const tgid: () = ();
    /// `pid` of `rt_tgsigqueueinfo`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `sig` of `rt_tgsigqueueinfo`, `int`: a signed number of 32 bits.
    pub const sig: () = ();
    /// `uinfo` of `rt_tgsigqueueinfo`, `siginfo_t *`: a pointer: only `NULL` can be told from others.
    pub const uinfo: () = ();
}

/// `sched_get_priority_max(policy: int)`
///
/// Since Linux 2.0; number 146 on x86_64, 125 on aarch64, 125 on riscv64.
pub mod sched_get_priority_max {
    /// `policy` of `sched_get_priority_max`, `int`: a signed number of 32 bits.
    pub const policy: () = ();
}

/// `sched_get_priority_min(policy: int)`
///
/// Since Linux 2.0; number 147 on x86_64, 126 on aarch64, 126 on riscv64.
pub mod sched_get_priority_min {
    /// `policy` of `sched_get_priority_min`, `int`: a signed number of 32 bits.
    pub const policy: () = ();
}

/// `sched_getaffinity(pid: pid_t, len: unsigned int, user_mask_ptr: unsigned long *)`
///
/// Since Linux 2.6; number 204 on x86_64, 123 on aarch64, 123 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `rust_std`, `slow_fences`, `static_startup`, `threads`, `tokio`.
pub mod sched_getaffinity {
    /// `pid` of `sched_getaffinity`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `len` of `sched_getaffinity`, `unsigned int`: 32 bits.
    pub const len: () = ();
    /// `user_mask_ptr` of `sched_getaffinity`, `unsigned long *`: a pointer: only `NULL` can be told from others.
    pub const user_mask_ptr: () = ();
}

/// `sched_getattr(pid: pid_t, uattr: struct sched_attr *, usize: unsigned int, flags: unsigned int)`
///
/// Since Linux 3.14; number 315 on x86_64, 275 on aarch64, 275 on riscv64.
pub mod sched_getattr {
    /// `pid` of `sched_getattr`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `uattr` of `sched_getattr`, `struct sched_attr *`: a pointer: only `NULL` can be told from others.
    pub const uattr: () = ();
    /// `usize` of `sched_getattr`, `unsigned int`: 32 bits.
    pub const usize: () = ();
    /// `flags` of `sched_getattr`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `sched_getparam(pid: pid_t, param: struct sched_param *)`
///
/// Since Linux 2.0; number 143 on x86_64, 121 on aarch64, 121 on riscv64.
pub mod sched_getparam {
    /// `pid` of `sched_getparam`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `param` of `sched_getparam`, `struct sched_param *`: a pointer: only `NULL` can be told from others.
    pub const param: () = ();
}

/// `sched_getscheduler(pid: pid_t)`
///
/// Since Linux 2.0; number 145 on x86_64, 120 on aarch64, 120 on riscv64.
pub mod sched_getscheduler {
    /// `pid` of `sched_getscheduler`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
}

/// `sched_rr_get_interval(pid: pid_t, interval: struct __kernel_timespec *)`
///
/// Since Linux 2.0; number 148 on x86_64, 127 on aarch64, 127 on riscv64.
pub mod sched_rr_get_interval {
    /// `pid` of `sched_rr_get_interval`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `interval` of `sched_rr_get_interval`, `struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const interval: () = ();
}

/// `sched_setaffinity(pid: pid_t, len: unsigned int, user_mask_ptr: unsigned long *)`
///
/// Since Linux 2.6; number 203 on x86_64, 122 on aarch64, 122 on riscv64.
///
/// In the groups `slow_fences`.
pub mod sched_setaffinity {
    /// `pid` of `sched_setaffinity`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `len` of `sched_setaffinity`, `unsigned int`: 32 bits.
    pub const len: () = ();
    /// `user_mask_ptr` of `sched_setaffinity`, `unsigned long *`: a pointer: only `NULL` can be told from others.
    pub const user_mask_ptr: () = ();
}

/// `sched_setattr(pid: pid_t, uattr: struct sched_attr *, flags: unsigned int)`
///
/// Since Linux 3.14; number 314 on x86_64, 274 on aarch64, 274 on riscv64.
pub mod sched_setattr {
    /// `pid` of `sched_setattr`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `uattr` of `sched_setattr`, `struct sched_attr *`: a pointer: only `NULL` can be told from others.
    pub const uattr: () = ();
    /// `flags` of `sched_setattr`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `sched_setparam(pid: pid_t, param: struct sched_param *)`
///
/// Since Linux 2.0; number 142 on x86_64, 118 on aarch64, 118 on riscv64.
pub mod sched_setparam {
    /// `pid` of `sched_setparam`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `param` of `sched_setparam`, `struct sched_param *`: a pointer: only `NULL` can be told from others.
    pub const param: () = ();
}

/// `sched_setscheduler(pid: pid_t, policy: int, param: struct sched_param *)`
///
/// Since Linux 2.0; number 144 on x86_64, 119 on aarch64, 119 on riscv64.
pub mod sched_setscheduler {
    /// `pid` of `sched_setscheduler`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `policy` of `sched_setscheduler`, `int`: a signed number of 32 bits.
    pub const policy: () = ();
    /// `param` of `sched_setscheduler`, `struct sched_param *`: a pointer: only `NULL` can be told from others.
    pub const param: () = ();
}

/// `sched_yield()`
///
/// Since Linux 2.0; number 24 on x86_64, 124 on aarch64, 124 on riscv64.
///
/// In the groups `llvm_sanitizers`, `rust_std`, `shared_memory_comms`, `threads`, `tokio`.
pub mod sched_yield {}

/// `seccomp(op: unsigned int, flags: unsigned int, uargs: void *)`
///
/// Since Linux 3.17; number 317 on x86_64, 277 on aarch64, 277 on riscv64.
///
/// With some arguments it makes a listener that answers calls in place of ours: it needs `danger`.
pub mod seccomp {
    /// `op` of `seccomp`, `unsigned int`: 32 bits.
    pub const op: () = ();
    /// `flags` of `seccomp`, `unsigned int`: 32 bits.
    pub const flags: () = ();
    /// `uargs` of `seccomp`, `void *`: a pointer: only `NULL` can be told from others.
    pub const uargs: () = ();
}

/// `security`, whose arguments are not known
///
/// Number 185 on x86_64.
pub mod security {}

/// `select(n: int, inp: fd_set *, outp: fd_set *, exp: fd_set *, tvp: struct __kernel_old_timeval *)`
///
/// Since Linux 1.0; number 23 on x86_64.
///
/// In the groups `select`.
pub mod select {
    /// `n` of `select`, `int`: a signed number of 32 bits.
    pub const n: () = ();
    /// `inp` of `select`, `fd_set *`: a pointer: only `NULL` can be told from others.
    pub const inp: () = ();
    /// `outp` of `select`, `fd_set *`: a pointer: only `NULL` can be told from others.
    pub const outp: () = ();
    /// `exp` of `select`, `fd_set *`: a pointer: only `NULL` can be told from others.
    pub const exp: () = ();
    /// `tvp` of `select`, `struct __kernel_old_timeval *`: a pointer: only `NULL` can be told from others.
    pub const tvp: () = ();
}

/// `semctl(semid: int, semnum: int, cmd: int, arg: unsigned long)`
///
/// Since Linux 2.0; number 66 on x86_64, 191 on aarch64, 191 on riscv64.
pub mod semctl {
    /// `semid` of `semctl`, `int`: a signed number of 32 bits.
    pub const semid: () = ();
    /// `semnum` of `semctl`, `int`: a signed number of 32 bits.
    pub const semnum: () = ();
    /// `cmd` of `semctl`, `int`: a signed number of 32 bits.
    pub const cmd: () = ();
    /// `arg` of `semctl`, `unsigned long`: 64 bits.
    pub const arg: () = ();
}

/// `semget(key: key_t, nsems: int, semflg: int)`
///
/// Since Linux 2.0; number 64 on x86_64, 190 on aarch64, 190 on riscv64.
pub mod semget {
    /// `key` of `semget`, `key_t`: a signed number of 32 bits.
    pub const key: () = ();
    /// `nsems` of `semget`, `int`: a signed number of 32 bits.
    pub const nsems: () = ();
    /// `semflg` of `semget`, `int`: a signed number of 32 bits.
    pub const semflg: () = ();
}

/// `semop(semid: int, tsops: struct sembuf *, nsops: unsigned)`
///
/// Since Linux 2.0; number 65 on x86_64, 193 on aarch64, 193 on riscv64.
pub mod semop {
    /// `semid` of `semop`, `int`: a signed number of 32 bits.
    pub const semid: () = ();
    /// `tsops` of `semop`, `struct sembuf *`: a pointer: only `NULL` can be told from others.
    pub const tsops: () = ();
    /// `nsops` of `semop`, `unsigned`: 32 bits.
    pub const nsops: () = ();
}

/// `semtimedop(semid: int, tsops: struct sembuf *, nsops: unsigned int, timeout: const struct __kernel_timespec *)`
///
/// Number 220 on x86_64, 192 on aarch64, 192 on riscv64.
pub mod semtimedop {
    /// `semid` of `semtimedop`, `int`: a signed number of 32 bits.
    pub const semid: () = ();
    /// `tsops` of `semtimedop`, `struct sembuf *`: a pointer: only `NULL` can be told from others.
    pub const tsops: () = ();
    /// `nsops` of `semtimedop`, `unsigned int`: 32 bits.
    pub const nsops: () = ();
    /// `timeout` of `semtimedop`, `const struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const timeout: () = ();
}

/// `sendfile(out_fd: int, in_fd: int, offset: loff_t *, count: size_t)`
///
/// Since Linux 2.2; number 40 on x86_64, 71 on aarch64, 71 on riscv64.
pub mod sendfile {
    /// `out_fd` of `sendfile`, `int`: a signed number of 32 bits.
    pub const out_fd: () = ();
    /// `in_fd` of `sendfile`, `int`: a signed number of 32 bits.
    pub const in_fd: () = ();
    /// `offset` of `sendfile`, `loff_t *`: a pointer: only `NULL` can be told from others.
    pub const offset: () = ();
    /// `count` of `sendfile`, `size_t`: 64 bits.
    pub const count: () = ();
}

/// `sendmmsg(fd: int, mmsg: struct mmsghdr *, vlen: unsigned int, flags: unsigned int)`
///
/// Since Linux 3.0; number 307 on x86_64, 269 on aarch64, 269 on riscv64.
pub mod sendmmsg {
    /// `fd` of `sendmmsg`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `mmsg` of `sendmmsg`, `struct mmsghdr *`: a pointer: only `NULL` can be told from others.
    pub const mmsg: () = ();
    /// `vlen` of `sendmmsg`, `unsigned int`: 32 bits.
    pub const vlen: () = ();
    /// `flags` of `sendmmsg`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `sendmsg(fd: int, msg: struct user_msghdr *, flags: unsigned int)`
///
/// Since Linux 2.0; number 46 on x86_64, 211 on aarch64, 211 on riscv64.
///
/// In the groups `comms`, `log_forwarding`.
pub mod sendmsg {
    /// `fd` of `sendmsg`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `msg` of `sendmsg`, `struct user_msghdr *`: a pointer: only `NULL` can be told from others.
    pub const msg: () = ();
    /// `flags` of `sendmsg`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `sendto(fd: int, buff: void *, len: size_t, flags: unsigned int, addr: struct sockaddr *, addr_len: int)`
///
/// Since Linux 2.0; number 44 on x86_64, 206 on aarch64, 206 on riscv64.
///
/// In the groups `comms`, `tokio`.
pub mod sendto {
    /// `fd` of `sendto`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `buff` of `sendto`, `void *`: a pointer: only `NULL` can be told from others.
    pub const buff: () = ();
    /// `len` of `sendto`, `size_t`: 64 bits.
    pub const len: () = ();
    /// `flags` of `sendto`, `unsigned int`: 32 bits.
    pub const flags: () = ();
    /// `addr` of `sendto`, `struct sockaddr *`: a pointer: only `NULL` can be told from others.
    pub const addr: () = ();
    /// `addr_len` of `sendto`, `int`: a signed number of 32 bits.
    pub const addr_len: () = ();
}

/// `set_mempolicy(mode: int, nmask: const unsigned long *, maxnode: unsigned long)`
///
/// Since Linux 2.6.6; number 238 on x86_64, 237 on aarch64, 237 on riscv64.
pub mod set_mempolicy {
    /// `mode` of `set_mempolicy`, `int`: a signed number of 32 bits.
    pub const mode: () = ();
    /// `nmask` of `set_mempolicy`, `const unsigned long *`: a pointer: only `NULL` can be told from others.
    pub const nmask: () = ();
    /// `maxnode` of `set_mempolicy`, `unsigned long`: 64 bits.
    pub const maxnode: () = ();
}

/// `set_mempolicy_home_node(start: unsigned long, len: unsigned long, home_node: unsigned long, flags: unsigned long)`
///
/// Since Linux 5.17; number 450 on x86_64, 450 on aarch64, 450 on riscv64.
pub mod set_mempolicy_home_node {
    /// `start` of `set_mempolicy_home_node`, `unsigned long`: 64 bits.
    pub const start: () = ();
    /// `len` of `set_mempolicy_home_node`, `unsigned long`: 64 bits.
    pub const len: () = ();
    /// `home_node` of `set_mempolicy_home_node`, `unsigned long`: 64 bits.
    pub const home_node: () = ();
    /// `flags` of `set_mempolicy_home_node`, `unsigned long`: 64 bits.
    pub const flags: () = ();
}

/// `set_robust_list(head: struct robust_list_head *, len: size_t)`
///
/// Since Linux 2.6.17; number 273 on x86_64, 99 on aarch64, 99 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `rust_std`, `static_startup`, `threads`, `tokio`.
pub mod set_robust_list {
    /// `head` of `set_robust_list`, `struct robust_list_head *`: a pointer: only `NULL` can be told from others.
    pub const head: () = ();
    /// `len` of `set_robust_list`, `size_t`: 64 bits.
    pub const len: () = ();
}

/// `set_thread_area(u_info: struct user_desc *)`
///
/// Since Linux 2.6; number 205 on x86_64.
pub mod set_thread_area {
    /// `u_info` of `set_thread_area`, `struct user_desc *`: a pointer: only `NULL` can be told from others.
    pub const u_info: () = ();
}

/// `set_tid_address(tidptr: int *)`
///
/// Since Linux 2.6; number 218 on x86_64, 96 on aarch64, 96 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `rust_std`, `static_startup`.
pub mod set_tid_address {
    /// `tidptr` of `set_tid_address`, `int *`: a pointer: only `NULL` can be told from others.
    pub const tidptr: () = ();
}

/// `setdomainname(name: char *, len: int)`
///
/// Since Linux 1.0; number 171 on x86_64, 162 on aarch64, 162 on riscv64.
pub mod setdomainname {
    /// `name` of `setdomainname`, `char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
    /// `len` of `setdomainname`, `int`: a signed number of 32 bits.
    pub const len: () = ();
}

/// `setfsgid(gid: gid_t)`
///
/// Since Linux 1.2; number 123 on x86_64, 152 on aarch64, 152 on riscv64.
pub mod setfsgid {
    /// `gid` of `setfsgid`, `gid_t`: 32 bits.
    pub const gid: () = ();
}

/// `setfsuid(uid: uid_t)`
///
/// Since Linux 1.2; number 122 on x86_64, 151 on aarch64, 151 on riscv64.
pub mod setfsuid {
    /// `uid` of `setfsuid`, `uid_t`: 32 bits.
    pub const uid: () = ();
}

/// `setgid(gid: gid_t)`
///
/// Since Linux 1.0; number 106 on x86_64, 144 on aarch64, 144 on riscv64.
pub mod setgid {
    /// `gid` of `setgid`, `gid_t`: 32 bits.
    pub const gid: () = ();
}

/// `setgroups(gidsetsize: int, grouplist: gid_t *)`
///
/// Since Linux 1.0; number 116 on x86_64, 159 on aarch64, 159 on riscv64.
pub mod setgroups {
    /// `gidsetsize` of `setgroups`, `int`: a signed number of 32 bits.
    pub const gidsetsize: () = ();
    /// `grouplist` of `setgroups`, `gid_t *`: a pointer: only `NULL` can be told from others.
    pub const grouplist: () = ();
}

/// `sethostname(name: char *, len: int)`
///
/// Since Linux 1.0; number 170 on x86_64, 161 on aarch64, 161 on riscv64.
pub mod sethostname {
    /// `name` of `sethostname`, `char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
    /// `len` of `sethostname`, `int`: a signed number of 32 bits.
    pub const len: () = ();
}

/// `setitimer(which: int, value: struct __kernel_old_itimerval *, ovalue: struct __kernel_old_itimerval *)`
///
/// Since Linux 1.0; number 38 on x86_64, 103 on aarch64, 103 on riscv64.
///
/// In the groups `alarm`.
pub mod setitimer {
    /// `which` of `setitimer`, `int`: a signed number of 32 bits.
    pub const which: () = ();
    /// `value` of `setitimer`, `struct __kernel_old_itimerval *`: a pointer: only `NULL` can be told from others.
    pub const value: () = ();
    /// `ovalue` of `setitimer`, `struct __kernel_old_itimerval *`: a pointer: only `NULL` can be told from others.
    pub const ovalue: () = ();
}

/// `setns(fd: int, flags: int)`
///
/// Since Linux 3.0; number 308 on x86_64, 268 on aarch64, 268 on riscv64.
///
/// It enters other namespaces: it needs `danger`.
pub mod setns {
    /// `fd` of `setns`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `flags` of `setns`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `setpgid(pid: pid_t, pgid: pid_t)`
///
/// Since Linux 1.0; number 109 on x86_64, 154 on aarch64, 154 on riscv64.
pub mod setpgid {
    /// `pid` of `setpgid`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `pgid` of `setpgid`, `pid_t`: a signed number of 32 bits.
    pub const pgid: () = ();
}

/// `setpriority(which: int, who: int, niceval: int)`
///
/// Since Linux 1.0; number 141 on x86_64, 140 on aarch64, 140 on riscv64.
pub mod setpriority {
    /// `which` of `setpriority`, `int`: a signed number of 32 bits.
    pub const which: () = ();
    /// `who` of `setpriority`, `int`: a signed number of 32 bits.
    pub const who: () = ();
    /// `niceval` of `setpriority`, `int`: a signed number of 32 bits.
    pub const niceval: () = ();
}

/// `setregid(rgid: gid_t, egid: gid_t)`
///
/// Since Linux 1.0; number 114 on x86_64, 143 on aarch64, 143 on riscv64.
pub mod setregid {
    /// `rgid` of `setregid`, `gid_t`: 32 bits.
    pub const rgid: () = ();
    /// `egid` of `setregid`, `gid_t`: 32 bits.
    pub const egid: () = ();
}

/// `setresgid(rgid: gid_t, egid: gid_t, sgid: gid_t)`
///
/// Since Linux 2.2; number 119 on x86_64, 149 on aarch64, 149 on riscv64.
pub mod setresgid {
    /// `rgid` of `setresgid`, `gid_t`: 32 bits.
    pub const rgid: () = ();
    /// `egid` of `setresgid`, `gid_t`: 32 bits.
    pub const egid: () = ();
    /// `sgid` of `setresgid`, `gid_t`: 32 bits.
    pub const sgid: () = ();
}

/// `setresuid(ruid: uid_t, euid: uid_t, suid: uid_t)`
///
/// Since Linux 2.2; number 117 on x86_64, 147 on aarch64, 147 on riscv64.
pub mod setresuid {
    /// `ruid` of `setresuid`, `uid_t`: 32 bits.
    pub const ruid: () = ();
    /// `euid` of `setresuid`, `uid_t`: 32 bits.
    pub const euid: () = ();
    /// `suid` of `setresuid`, `uid_t`: 32 bits.
    pub const suid: () = ();
}

/// `setreuid(ruid: uid_t, euid: uid_t)`
///
/// Since Linux 1.0; number 113 on x86_64, 145 on aarch64, 145 on riscv64.
pub mod setreuid {
    /// `ruid` of `setreuid`, `uid_t`: 32 bits.
    pub const ruid: () = ();
    /// `euid` of `setreuid`, `uid_t`: 32 bits.
    pub const euid: () = ();
}

/// `setrlimit(resource: unsigned int, rlim: struct rlimit *)`
///
/// Since Linux 1.0; number 160 on x86_64, 164 on aarch64, 164 on riscv64.
///
/// In the groups `set_rlimit`.
pub mod setrlimit {
    /// `resource` of `setrlimit`, `unsigned int`: 32 bits.
    pub const resource: () = ();
    /// `rlim` of `setrlimit`, `struct rlimit *`: a pointer: only `NULL` can be told from others.
    pub const rlim: () = ();
}

/// `setsid()`
///
/// Since Linux 1.0; number 112 on x86_64, 157 on aarch64, 157 on riscv64.
pub mod setsid {}

/// `setsockopt(fd: int, level: int, optname: int, optval: char *, optlen: int)`
///
/// Since Linux 2.0; number 54 on x86_64, 208 on aarch64, 208 on riscv64.
pub mod setsockopt {
    /// `fd` of `setsockopt`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `level` of `setsockopt`, `int`: a signed number of 32 bits.
    pub const level: () = ();
    /// `optname` of `setsockopt`, `int`: a signed number of 32 bits.
    pub const optname: () = ();
    /// `optval` of `setsockopt`, `char *`: a pointer: only `NULL` can be told from others.
    pub const optval: () = ();
    /// `optlen` of `setsockopt`, `int`: a signed number of 32 bits.
    pub const optlen: () = ();
}

/// `settimeofday(tv: struct __kernel_old_timeval *, tz: struct timezone *)`
///
/// Since Linux 1.0; number 164 on x86_64, 170 on aarch64, 170 on riscv64.
pub mod settimeofday {
    /// `tv` of `settimeofday`, `struct __kernel_old_timeval *`: a pointer: only `NULL` can be told from others.
    pub const tv: () = ();
    /// `tz` of `settimeofday`, `struct timezone *`: a pointer: only `NULL` can be told from others.
    pub const tz: () = ();
}

/// `setuid(uid: uid_t)`
///
/// Since Linux 1.0; number 105 on x86_64, 146 on aarch64, 146 on riscv64.
pub mod setuid {
    /// `uid` of `setuid`, `uid_t`: 32 bits.
    pub const uid: () = ();
}

/// `setxattr(pathname: const char *, name: const char *, value: const void *, size: size_t, flags: int)`
///
/// Number 188 on x86_64, 5 on aarch64, 5 on riscv64.
pub mod setxattr {
    /// `pathname` of `setxattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `name` of `setxattr`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
    /// `value` of `setxattr`, `const void *`: a pointer: only `NULL` can be told from others.
    pub const value: () = ();
    /// `size` of `setxattr`, `size_t`: 64 bits.
    pub const size: () = ();
    /// `flags` of `setxattr`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `setxattrat(dfd: int, pathname: const char *, at_flags: unsigned int, name: const char *, uargs: const struct xattr_args *, usize: size_t)`
///
/// Since Linux 6.13; number 463 on x86_64, 463 on aarch64, 463 on riscv64.
pub mod setxattrat {
    /// `dfd` of `setxattrat`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `pathname` of `setxattrat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `at_flags` of `setxattrat`, `unsigned int`: 32 bits.
    pub const at_flags: () = ();
    /// `name` of `setxattrat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
    /// `uargs` of `setxattrat`, `const struct xattr_args *`: a pointer: only `NULL` can be told from others.
    pub const uargs: () = ();
    /// `usize` of `setxattrat`, `size_t`: 64 bits.
    pub const usize: () = ();
}

/// `shmat(shmid: int, shmaddr: char *, shmflg: int)`
///
/// Since Linux 2.0; number 30 on x86_64, 196 on aarch64, 196 on riscv64.
///
/// With some arguments it makes memory executable: it needs `danger`.
pub mod shmat {
    /// `shmid` of `shmat`, `int`: a signed number of 32 bits.
    pub const shmid: () = ();
    /// `shmaddr` of `shmat`, `char *`: a pointer: only `NULL` can be told from others.
    pub const shmaddr: () = ();
    /// `shmflg` of `shmat`, `int`: a signed number of 32 bits.
    pub const shmflg: () = ();
}

/// `shmctl(shmid: int, cmd: int, buf: struct shmid_ds *)`
///
/// Since Linux 2.0; number 31 on x86_64, 195 on aarch64, 195 on riscv64.
pub mod shmctl {
    /// `shmid` of `shmctl`, `int`: a signed number of 32 bits.
    pub const shmid: () = ();
    /// `cmd` of `shmctl`, `int`: a signed number of 32 bits.
    pub const cmd: () = ();
    /// `buf` of `shmctl`, `struct shmid_ds *`: a pointer: only `NULL` can be told from others.
    pub const buf: () = ();
}

/// `shmdt(shmaddr: char *)`
///
/// Since Linux 2.0; number 67 on x86_64, 197 on aarch64, 197 on riscv64.
pub mod shmdt {
    /// `shmaddr` of `shmdt`, `char *`: a pointer: only `NULL` can be told from others.
    pub const shmaddr: () = ();
}

/// `shmget(key: key_t, size: size_t, shmflg: int)`
///
/// Since Linux 2.0; number 29 on x86_64, 194 on aarch64, 194 on riscv64.
pub mod shmget {
    /// `key` of `shmget`, `key_t`: a signed number of 32 bits.
    pub const key: () = ();
    /// `size` of `shmget`, `size_t`: 64 bits.
    pub const size: () = ();
    /// `shmflg` of `shmget`, `int`: a signed number of 32 bits.
    pub const shmflg: () = ();
}

/// `shutdown(fd: int, how: int)`
///
/// Since Linux 2.0; number 48 on x86_64, 210 on aarch64, 210 on riscv64.
pub mod shutdown {
    /// `fd` of `shutdown`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `how` of `shutdown`, `int`: a signed number of 32 bits.
    pub const how: () = ();
}

/// `sigaltstack(uss: const stack_t *, uoss: stack_t *)`
///
/// Since Linux 2.2; number 131 on x86_64, 132 on aarch64, 132 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `rust_after_start`, `rust_std`, `signals`, `static_startup`, `threads`, `tokio`.
pub mod sigaltstack {
    /// `uss` of `sigaltstack`, `const stack_t *`: a pointer: only `NULL` can be told from others.
    pub const uss: () = ();
    /// `uoss` of `sigaltstack`, `stack_t *`: a pointer: only `NULL` can be told from others.
    pub const uoss: () = ();
}

/// `signalfd(ufd: int, user_mask: sigset_t *, sizemask: size_t)`
///
/// Since Linux 2.6.22; number 282 on x86_64.
pub mod signalfd {
    /// `ufd` of `signalfd`, `int`: a signed number of 32 bits.
    pub const ufd: () = ();
    /// `user_mask` of `signalfd`, `sigset_t *`: a pointer: only `NULL` can be told from others.
    pub const user_mask: () = ();
    /// `sizemask` of `signalfd`, `size_t`: 64 bits.
    pub const sizemask: () = ();
}

/// `signalfd4(ufd: int, user_mask: sigset_t *, sizemask: size_t, flags: int)`
///
/// Since Linux 2.6.27; number 289 on x86_64, 74 on aarch64, 74 on riscv64.
pub mod signalfd4 {
    /// `ufd` of `signalfd4`, `int`: a signed number of 32 bits.
    pub const ufd: () = ();
    /// `user_mask` of `signalfd4`, `sigset_t *`: a pointer: only `NULL` can be told from others.
    pub const user_mask: () = ();
    /// `sizemask` of `signalfd4`, `size_t`: 64 bits.
    pub const sizemask: () = ();
    /// `flags` of `signalfd4`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `socket(family: int, type: int, protocol: int)`
///
/// Since Linux 2.0; number 41 on x86_64, 198 on aarch64, 198 on riscv64.
///
/// In the groups `network_proxy`, `network_proxy_handler`.
pub mod socket {
    /// `family` of `socket`, `int`: a signed number of 32 bits.
    pub const family: () = ();
    /// `type` of `socket`, `int`: a signed number of 32 bits.
    pub const r#type: () = ();
    /// `protocol` of `socket`, `int`: a signed number of 32 bits.
    pub const protocol: () = ();
}

/// `socketpair(family: int, type: int, protocol: int, usockvec: int *)`
///
/// Since Linux 2.0; number 53 on x86_64, 199 on aarch64, 199 on riscv64.
///
/// In the groups `tokio`.
pub mod socketpair {
    /// `family` of `socketpair`, `int`: a signed number of 32 bits.
    pub const family: () = ();
    /// `type` of `socketpair`, `int`: a signed number of 32 bits.
    pub const r#type: () = ();
    /// `protocol` of `socketpair`, `int`: a signed number of 32 bits.
    pub const protocol: () = ();
    /// `usockvec` of `socketpair`, `int *`: a pointer: only `NULL` can be told from others.
    pub const usockvec: () = ();
}

/// `splice(fd_in: int, off_in: loff_t *, fd_out: int, off_out: loff_t *, len: size_t, flags: unsigned int)`
///
/// Since Linux 2.6.17; number 275 on x86_64, 76 on aarch64, 76 on riscv64.
pub mod splice {
    /// `fd_in` of `splice`, `int`: a signed number of 32 bits.
    pub const fd_in: () = ();
    /// `off_in` of `splice`, `loff_t *`: a pointer: only `NULL` can be told from others.
    pub const off_in: () = ();
    /// `fd_out` of `splice`, `int`: a signed number of 32 bits.
    pub const fd_out: () = ();
    /// `off_out` of `splice`, `loff_t *`: a pointer: only `NULL` can be told from others.
    pub const off_out: () = ();
    /// `len` of `splice`, `size_t`: 64 bits.
    pub const len: () = ();
    /// `flags` of `splice`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `stat(filename: const char *, statbuf: struct stat *)`
///
/// Since Linux 1.0; number 4 on x86_64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `shared_memory`, `shared_memory_comms`, `stat`.
pub mod stat {
    /// `filename` of `stat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `statbuf` of `stat`, `struct stat *`: a pointer: only `NULL` can be told from others.
    pub const statbuf: () = ();
}

/// `statfs(pathname: const char *, buf: struct statfs *)`
///
/// Since Linux 1.0; number 137 on x86_64, 43 on aarch64, 43 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `shared_memory`, `shared_memory_comms`, `stat`.
pub mod statfs {
    /// `pathname` of `statfs`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `buf` of `statfs`, `struct statfs *`: a pointer: only `NULL` can be told from others.
    pub const buf: () = ();
}

/// `statmount(req: const struct mnt_id_req *, buf: struct statmount *, bufsize: size_t, flags: unsigned int)`
///
/// Since Linux 6.8; number 457 on x86_64, 457 on aarch64, 457 on riscv64.
pub mod statmount {
    /// `req` of `statmount`, `const struct mnt_id_req *`: a pointer: only `NULL` can be told from others.
    pub const req: () = ();
    /// `buf` of `statmount`, `struct statmount *`: a pointer: only `NULL` can be told from others.
    pub const buf: () = ();
    /// `bufsize` of `statmount`, `size_t`: 64 bits.
    pub const bufsize: () = ();
    /// `flags` of `statmount`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `statx(dfd: int, filename: const char *, flags: unsigned, mask: unsigned int, buffer: struct statx *)`
///
/// Since Linux 4.11; number 332 on x86_64, 291 on aarch64, 291 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_sanitizers`, `shared_memory`, `shared_memory_comms`, `stat`.
pub mod statx {
    /// `dfd` of `statx`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `statx`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `flags` of `statx`, `unsigned`: 32 bits.
    pub const flags: () = ();
    /// `mask` of `statx`, `unsigned int`: 32 bits.
    pub const mask: () = ();
    /// `buffer` of `statx`, `struct statx *`: a pointer: only `NULL` can be told from others.
    pub const buffer: () = ();
}

/// `swapoff(specialfile: const char *)`
///
/// Since Linux 1.0; number 168 on x86_64, 225 on aarch64, 225 on riscv64.
///
/// It changes the machine's memory: it needs `danger`.
pub mod swapoff {
    /// `specialfile` of `swapoff`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const specialfile: () = ();
}

/// `swapon(specialfile: const char *, swap_flags: int)`
///
/// Since Linux 1.0; number 167 on x86_64, 224 on aarch64, 224 on riscv64.
///
/// It changes the machine's memory: it needs `danger`.
pub mod swapon {
    /// `specialfile` of `swapon`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const specialfile: () = ();
    /// `swap_flags` of `swapon`, `int`: a signed number of 32 bits.
    pub const swap_flags: () = ();
}

/// `symlink(oldname: const char *, newname: const char *)`
///
/// Since Linux 1.0; number 88 on x86_64.
///
/// In the groups `symlink`.
pub mod symlink {
    /// `oldname` of `symlink`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const oldname: () = ();
    /// `newname` of `symlink`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const newname: () = ();
}

/// `symlinkat(oldname: const char *, newdfd: int, newname: const char *)`
///
/// Since Linux 2.6.16; number 266 on x86_64, 36 on aarch64, 36 on riscv64.
///
/// In the groups `symlink`.
pub mod symlinkat {
    /// `oldname` of `symlinkat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const oldname: () = ();
    /// `newdfd` of `symlinkat`, `int`: a signed number of 32 bits.
    pub const newdfd: () = ();
    /// `newname` of `symlinkat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const newname: () = ();
}

/// `sync()`
///
/// Since Linux 1.0; number 162 on x86_64, 81 on aarch64, 81 on riscv64.
pub mod sync {}

/// `sync_file_range(fd: int, offset: loff_t, nbytes: loff_t, flags: unsigned int)`
///
/// Since Linux 2.6.17; number 277 on x86_64, 84 on aarch64, 84 on riscv64.
pub mod sync_file_range {
    /// `fd` of `sync_file_range`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `offset` of `sync_file_range`, `loff_t`: a signed number of 64 bits.
    pub const offset: () = ();
    /// `nbytes` of `sync_file_range`, `loff_t`: a signed number of 64 bits.
    pub const nbytes: () = ();
    /// `flags` of `sync_file_range`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `syncfs(fd: int)`
///
/// Since Linux 2.6.39; number 306 on x86_64, 267 on aarch64, 267 on riscv64.
pub mod syncfs {
    /// `fd` of `syncfs`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
}

/// `sysfs(option: int, arg1: unsigned long, arg2: unsigned long)`
///
/// Since Linux 1.2; number 139 on x86_64.
pub mod sysfs {
    /// `option` of `sysfs`, `int`: a signed number of 32 bits.
    pub const option: () = ();
    /// `arg1` of `sysfs`, `unsigned long`: 64 bits.
    pub const arg1: () = ();
    /// `arg2` of `sysfs`, `unsigned long`: 64 bits.
    pub const arg2: () = ();
}

/// `sysinfo(info: struct sysinfo *)`
///
/// Since Linux 1.0; number 99 on x86_64, 179 on aarch64, 179 on riscv64.
pub mod sysinfo {
    /// `info` of `sysinfo`, `struct sysinfo *`: a pointer: only `NULL` can be told from others.
    pub const info: () = ();
}

/// `syslog(type: int, buf: char *, len: int)`
///
/// Since Linux 1.0; number 103 on x86_64, 116 on aarch64, 116 on riscv64.
pub mod syslog {
    /// `type` of `syslog`, `int`: a signed number of 32 bits.
    pub const r#type: () = ();
    /// `buf` of `syslog`, `char *`: a pointer: only `NULL` can be told from others.
    pub const buf: () = ();
    /// `len` of `syslog`, `int`: a signed number of 32 bits.
    pub const len: () = ();
}

/// `tee(fdin: int, fdout: int, len: size_t, flags: unsigned int)`
///
/// Since Linux 2.6.17; number 276 on x86_64, 77 on aarch64, 77 on riscv64.
pub mod tee {
    /// `fdin` of `tee`, `int`: a signed number of 32 bits.
    pub const fdin: () = ();
    /// `fdout` of `tee`, `int`: a signed number of 32 bits.
    pub const fdout: () = ();
    /// `len` of `tee`, `size_t`: 64 bits.
    pub const len: () = ();
    /// `flags` of `tee`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `tgkill(tgid: pid_t, pid: pid_t, sig: int)`
///
/// Since Linux 2.6; number 234 on x86_64, 131 on aarch64, 131 on riscv64.
///
/// In the groups `kill`, `llvm_sanitizers`, `rust_panic`.
pub mod tgkill {
    /// `tgid` of `tgkill`, `pid_t`: a signed number of 32 bits.
    pub const tgid: () = ();
    /// `pid` of `tgkill`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `sig` of `tgkill`, `int`: a signed number of 32 bits.
    pub const sig: () = ();
}

/// `time(tloc: __kernel_old_time_t *)`
///
/// Since Linux 1.0; number 201 on x86_64.
///
/// In the groups `rust_std`, `time`.
pub mod time {
    /// `tloc` of `time`, `__kernel_old_time_t *`: a pointer: only `NULL` can be told from others.
    pub const tloc: () = ();
}

/// `timer_create(which_clock: const clockid_t, timer_event_spec: struct sigevent *, created_timer_id: timer_t *)`
///
/// Since Linux 2.6; number 222 on x86_64, 107 on aarch64, 107 on riscv64.
///
/// In the groups `posix_timers`.
pub mod timer_create {
    /// `which_clock` of `timer_create`, `const clockid_t`: a signed number of 32 bits.
    pub const which_clock: () = ();
    /// `timer_event_spec` of `timer_create`, `struct sigevent *`: a pointer: only `NULL` can be told from others.
    pub const timer_event_spec: () = ();
    /// `created_timer_id` of `timer_create`, `timer_t *`: a pointer: only `NULL` can be told from others.
    pub const created_timer_id: () = ();
}

/// `timer_delete(timer_id: timer_t)`
///
/// Since Linux 2.6; number 226 on x86_64, 111 on aarch64, 111 on riscv64.
///
/// In the groups `posix_timers`.
pub mod timer_delete {
    /// `timer_id` of `timer_delete`, `timer_t`: a signed number of 32 bits.
    pub const timer_id: () = ();
}

/// `timer_getoverrun(timer_id: timer_t)`
///
/// Since Linux 2.6; number 225 on x86_64, 109 on aarch64, 109 on riscv64.
///
/// In the groups `posix_timers`.
pub mod timer_getoverrun {
    /// `timer_id` of `timer_getoverrun`, `timer_t`: a signed number of 32 bits.
    pub const timer_id: () = ();
}

/// `timer_gettime(timer_id: timer_t, setting: struct __kernel_itimerspec *)`
///
/// Since Linux 2.6; number 224 on x86_64, 108 on aarch64, 108 on riscv64.
///
/// In the groups `posix_timers`.
pub mod timer_gettime {
    /// `timer_id` of `timer_gettime`, `timer_t`: a signed number of 32 bits.
    pub const timer_id: () = ();
    /// `setting` of `timer_gettime`, `struct __kernel_itimerspec *`: a pointer: only `NULL` can be told from others.
    pub const setting: () = ();
}

/// `timer_settime(timer_id: timer_t, flags: int, new_setting: const struct __kernel_itimerspec *, old_setting: struct __kernel_itimerspec *)`
///
/// Since Linux 2.6; number 223 on x86_64, 110 on aarch64, 110 on riscv64.
///
/// In the groups `posix_timers`.
pub mod timer_settime {
    /// `timer_id` of `timer_settime`, `timer_t`: a signed number of 32 bits.
    pub const timer_id: () = ();
    /// `flags` of `timer_settime`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
    /// `new_setting` of `timer_settime`, `const struct __kernel_itimerspec *`: a pointer: only `NULL` can be told from others.
    pub const new_setting: () = ();
    /// `old_setting` of `timer_settime`, `struct __kernel_itimerspec *`: a pointer: only `NULL` can be told from others.
    pub const old_setting: () = ();
}

/// `timerfd_create(clockid: int, flags: int)`
///
/// Since Linux 2.6.25; number 283 on x86_64, 85 on aarch64, 85 on riscv64.
pub mod timerfd_create {
    /// `clockid` of `timerfd_create`, `int`: a signed number of 32 bits.
    pub const clockid: () = ();
    /// `flags` of `timerfd_create`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `timerfd_gettime(ufd: int, otmr: struct __kernel_itimerspec *)`
///
/// Since Linux 2.6.25; number 287 on x86_64, 87 on aarch64, 87 on riscv64.
pub mod timerfd_gettime {
    /// `ufd` of `timerfd_gettime`, `int`: a signed number of 32 bits.
    pub const ufd: () = ();
    /// `otmr` of `timerfd_gettime`, `struct __kernel_itimerspec *`: a pointer: only `NULL` can be told from others.
    pub const otmr: () = ();
}

/// `timerfd_settime(ufd: int, flags: int, utmr: const struct __kernel_itimerspec *, otmr: struct __kernel_itimerspec *)`
///
/// Since Linux 2.6.25; number 286 on x86_64, 86 on aarch64, 86 on riscv64.
pub mod timerfd_settime {
    /// `ufd` of `timerfd_settime`, `int`: a signed number of 32 bits.
    pub const ufd: () = ();
    /// `flags` of `timerfd_settime`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
    /// `utmr` of `timerfd_settime`, `const struct __kernel_itimerspec *`: a pointer: only `NULL` can be told from others.
    pub const utmr: () = ();
    /// `otmr` of `timerfd_settime`, `struct __kernel_itimerspec *`: a pointer: only `NULL` can be told from others.
    pub const otmr: () = ();
}

/// `times(tbuf: struct tms *)`
///
/// Since Linux 1.0; number 100 on x86_64, 153 on aarch64, 153 on riscv64.
pub mod times {
    /// `tbuf` of `times`, `struct tms *`: a pointer: only `NULL` can be told from others.
    pub const tbuf: () = ();
}

/// `tkill(pid: pid_t, sig: int)`
///
/// Number 200 on x86_64, 130 on aarch64, 130 on riscv64.
///
/// In the groups `kill`.
pub mod tkill {
    /// `pid` of `tkill`, `pid_t`: a signed number of 32 bits.
    pub const pid: () = ();
    /// `sig` of `tkill`, `int`: a signed number of 32 bits.
    pub const sig: () = ();
}

/// `truncate(path: const char *, length: long)`
///
/// Since Linux 1.0; number 76 on x86_64, 45 on aarch64, 45 on riscv64.
pub mod truncate {
    /// `path` of `truncate`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const path: () = ();
    /// `length` of `truncate`, `long`: a signed number of 64 bits.
    pub const length: () = ();
}

/// `tuxcall`, whose arguments are not known
///
/// Number 184 on x86_64.
pub mod tuxcall {}

/// `umask(mask: int)`
///
/// Since Linux 1.0; number 95 on x86_64, 166 on aarch64, 166 on riscv64.
pub mod umask {
    /// `mask` of `umask`, `int`: a signed number of 32 bits.
    pub const mask: () = ();
}

/// `umount2(name: char *, flags: int)`
///
/// Since Linux 2.2; number 166 on x86_64, 39 on aarch64, 39 on riscv64.
///
/// It changes what the sandboxee sees of the file system: it needs `danger`.
pub mod umount2 {
    /// `name` of `umount2`, `char *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
    /// `flags` of `umount2`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `uname(name: struct new_utsname *)`
///
/// Since Linux 1.0; number 63 on x86_64, 160 on aarch64, 160 on riscv64.
///
/// In the groups `dynamic_startup`, `llvm_coverage`, `llvm_sanitizers`, `rust_std`, `static_startup`.
pub mod uname {
    /// `name` of `uname`, `struct new_utsname *`: a pointer: only `NULL` can be told from others.
    pub const name: () = ();
}

/// `unlink(pathname: const char *)`
///
/// Since Linux 1.0; number 87 on x86_64.
///
/// In the groups `unlink`.
pub mod unlink {
    /// `pathname` of `unlink`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
}

/// `unlinkat(dfd: int, pathname: const char *, flag: int)`
///
/// Since Linux 2.6.16; number 263 on x86_64, 35 on aarch64, 35 on riscv64.
///
/// In the groups `unlink`.
pub mod unlinkat {
    /// `dfd` of `unlinkat`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `pathname` of `unlinkat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const pathname: () = ();
    /// `flag` of `unlinkat`, `int`: a signed number of 32 bits.
    pub const flag: () = ();
}

/// `unshare(unshare_flags: unsigned long)`
///
/// Since Linux 2.6.16; number 272 on x86_64, 97 on aarch64, 97 on riscv64.
///
/// With some arguments it makes namespaces: it needs `danger`.
pub mod unshare {
    /// `unshare_flags` of `unshare`, `unsigned long`: 64 bits.
    pub const unshare_flags: () = ();
}

/// `uprobe()`
///
/// Since Linux 6.18; number 336 on x86_64.
pub mod uprobe {}

/// `uretprobe()`
///
/// Since Linux 6.11; number 335 on x86_64.
pub mod uretprobe {}

/// `uselib(library: const char *)`
///
/// Since Linux 1.0; number 134 on x86_64.
///
/// It loads code past every check of mappings: it needs `danger`.
pub mod uselib {
    /// `library` of `uselib`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const library: () = ();
}

/// `userfaultfd(flags: int)`
///
/// Since Linux 4.3; number 323 on x86_64, 282 on aarch64, 282 on riscv64.
///
/// It stops the kernel in the middle of its work on memory: it needs `danger`.
pub mod userfaultfd {
    /// `flags` of `userfaultfd`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `ustat(dev: unsigned, ubuf: struct ustat *)`
///
/// Since Linux 1.0; number 136 on x86_64.
pub mod ustat {
    /// `dev` of `ustat`, `unsigned`: 32 bits.
    pub const dev: () = ();
    /// `ubuf` of `ustat`, `struct ustat *`: a pointer: only `NULL` can be told from others.
    pub const ubuf: () = ();
}

/// `utime(filename: char *, times: struct utimbuf *)`
///
/// Since Linux 1.0; number 132 on x86_64.
///
/// In the groups `utime`.
pub mod utime {
    /// `filename` of `utime`, `char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `times` of `utime`, `struct utimbuf *`: a pointer: only `NULL` can be told from others.
    pub const times: () = ();
}

/// `utimensat(dfd: int, filename: const char *, utimes: struct __kernel_timespec *, flags: int)`
///
/// Since Linux 2.6.22; number 280 on x86_64, 88 on aarch64, 88 on riscv64.
///
/// In the groups `utime`.
pub mod utimensat {
    /// `dfd` of `utimensat`, `int`: a signed number of 32 bits.
    pub const dfd: () = ();
    /// `filename` of `utimensat`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `utimes` of `utimensat`, `struct __kernel_timespec *`: a pointer: only `NULL` can be told from others.
    pub const utimes: () = ();
    /// `flags` of `utimensat`, `int`: a signed number of 32 bits.
    pub const flags: () = ();
}

/// `utimes(filename: char *, utimes: struct __kernel_old_timeval *)`
///
/// Since Linux 2.2; number 235 on x86_64.
///
/// In the groups `utime`.
pub mod utimes {
    /// `filename` of `utimes`, `char *`: a pointer: only `NULL` can be told from others.
    pub const filename: () = ();
    /// `utimes` of `utimes`, `struct __kernel_old_timeval *`: a pointer: only `NULL` can be told from others.
    pub const utimes: () = ();
}

/// `vfork()`
///
/// Since Linux 2.2; number 58 on x86_64.
///
/// In the groups `fork`.
pub mod vfork {}

/// `vhangup()`
///
/// Since Linux 1.0; number 153 on x86_64, 58 on aarch64, 58 on riscv64.
///
/// It hangs up the terminal: it needs `danger`.
pub mod vhangup {}

/// `vmsplice(fd: int, uiov: const struct iovec *, nr_segs: unsigned long, flags: unsigned int)`
///
/// Since Linux 2.6.17; number 278 on x86_64, 75 on aarch64, 75 on riscv64.
pub mod vmsplice {
    /// `fd` of `vmsplice`, `int`: a signed number of 32 bits.
    pub const fd: () = ();
    /// `uiov` of `vmsplice`, `const struct iovec *`: a pointer: only `NULL` can be told from others.
    pub const uiov: () = ();
    /// `nr_segs` of `vmsplice`, `unsigned long`: 32 bits.
    pub const nr_segs: () = ();
    /// `flags` of `vmsplice`, `unsigned int`: 32 bits.
    pub const flags: () = ();
}

/// `vserver`, whose arguments are not known
///
/// Number 236 on x86_64.
pub mod vserver {}

/// `wait4(upid: pid_t, stat_addr: int *, options: int, ru: struct rusage *)`
///
/// Since Linux 1.0; number 61 on x86_64, 260 on aarch64, 260 on riscv64.
///
/// In the groups `wait`.
pub mod wait4 {
    /// `upid` of `wait4`, `pid_t`: a signed number of 32 bits.
    pub const upid: () = ();
    /// `stat_addr` of `wait4`, `int *`: a pointer: only `NULL` can be told from others.
    pub const stat_addr: () = ();
    /// `options` of `wait4`, `int`: a signed number of 32 bits.
    pub const options: () = ();
    /// `ru` of `wait4`, `struct rusage *`: a pointer: only `NULL` can be told from others.
    pub const ru: () = ();
}

/// `waitid(which: int, upid: pid_t, infop: struct siginfo *, options: int, ru: struct rusage *)`
///
/// Since Linux 2.6.10; number 247 on x86_64, 95 on aarch64, 95 on riscv64.
///
/// In the groups `wait`.
pub mod waitid {
    /// `which` of `waitid`, `int`: a signed number of 32 bits.
    pub const which: () = ();
    /// `upid` of `waitid`, `pid_t`: a signed number of 32 bits.
    pub const upid: () = ();
    /// `infop` of `waitid`, `struct siginfo *`: a pointer: only `NULL` can be told from others.
    pub const infop: () = ();
    /// `options` of `waitid`, `int`: a signed number of 32 bits.
    pub const options: () = ();
    /// `ru` of `waitid`, `struct rusage *`: a pointer: only `NULL` can be told from others.
    pub const ru: () = ();
}

/// `write(fd: unsigned int, buf: const char *, count: size_t)`
///
/// Since Linux 1.0; number 1 on x86_64, 64 on aarch64, 64 on riscv64.
///
/// In the groups `llvm_coverage`, `llvm_sanitizers`, `log_forwarding`, `rust_panic`, `rust_std`, `tokio`, `write`.
pub mod write {
    /// `fd` of `write`, `unsigned int`: 32 bits.
    pub const fd: () = ();
    /// `buf` of `write`, `const char *`: a pointer: only `NULL` can be told from others.
    pub const buf: () = ();
    /// `count` of `write`, `size_t`: 64 bits.
    pub const count: () = ();
}

/// `writev(fd: unsigned long, vec: const struct iovec *, vlen: unsigned long)`
///
/// Since Linux 2.0; number 20 on x86_64, 66 on aarch64, 66 on riscv64.
///
/// In the groups `log_forwarding`, `rust_panic`, `rust_std`, `write`.
pub mod writev {
    /// `fd` of `writev`, `unsigned long`: 32 bits.
    pub const fd: () = ();
    /// `vec` of `writev`, `const struct iovec *`: a pointer: only `NULL` can be told from others.
    pub const vec: () = ();
    /// `vlen` of `writev`, `unsigned long`: 32 bits.
    pub const vlen: () = ();
}
