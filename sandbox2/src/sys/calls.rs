//! One function per system call, safe to call from host and child alike: no allocation, no `errno`, no thread-local.
//!
//! A pointer that the kernel only reads may be anything: a bad one gives EFAULT. What the kernel writes is a `&mut` here.

use core::ffi::CStr;
use core::sync::atomic::AtomicU32;
use core::time::Duration;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use libc::c_long;
use sandbox2_policy::insn::Insn;

use super::abi::{
    AT_RECURSIVE, CapData, CapHeader, FSCONFIG_CMD_CREATE, FSCONFIG_SET_STRING, FilterProgram, IfReqFlags,
    MOVE_MOUNT_F_EMPTY_PATH, MOVE_MOUNT_T_EMPTY_PATH, MountAttr, NOTIF_ID_VALID, OPEN_TREE_CLONE, OpenHow,
    PIDFD_GET_INFO, PIDFD_INFO_PID, PidfdInfo, Rlimit, Rusage, SigAction, SigInfo, Statx,
};
use super::{Errno, Result, raw};

/// A descriptor number of the process that runs this code. The child's are not owned by anybody: exec closes them.
pub(crate) type Fd = i32;

/// A call that writes no memory of ours and whose effects Rust does not rely on.
#[inline(always)]
fn plain(nr: c_long, args: [usize; 6]) -> Result<usize> {
    // SAFETY: every caller below passes values, or pointers that the kernel only reads.
    unsafe { raw::syscall(nr, args) }
}

fn fd(fd: Fd) -> usize {
    fd as isize as usize
}

fn text(text: &CStr) -> usize {
    text.as_ptr().expose_provenance()
}

fn address<T>(value: &T) -> usize {
    core::ptr::from_ref(value).expose_provenance()
}

fn number(value: usize) -> Fd {
    value as Fd
}

/// Owns what a call just returned.
fn own(value: usize) -> OwnedFd {
    // SAFETY: every caller passes the new descriptor that the kernel gave to it alone.
    unsafe { OwnedFd::from_raw_fd(number(value)) }
}

const CLOEXEC: usize = libc::O_CLOEXEC as usize;
const AT_EMPTY_PATH: usize = libc::AT_EMPTY_PATH as usize;

// --- descriptors ---

pub(crate) fn openat(dir: Fd, path: &CStr, flags: i32) -> Result<Fd> {
    plain(libc::SYS_openat, [fd(dir), text(path), flags as usize | CLOEXEC, 0, 0, 0]).map(number)
}

pub(crate) fn openat2(dir: Fd, path: &CStr, flags: i32, resolve: u64) -> Result<Fd> {
    let how = OpenHow { flags: (flags | libc::O_CLOEXEC) as u64, mode: 0, resolve };
    plain(libc::SYS_openat2, [fd(dir), text(path), address(&how), size_of::<OpenHow>(), 0, 0]).map(number)
}

pub(crate) fn write(to: Fd, bytes: &[u8]) -> Result<usize> {
    plain(libc::SYS_write, [fd(to), bytes.as_ptr().expose_provenance(), bytes.len(), 0, 0, 0])
}

/// Closes a descriptor that no Rust object owns.
pub(crate) fn close(which: Fd) {
    // An error here has no consequence: the number is free afterwards in any case.
    let _ = plain(libc::SYS_close, [fd(which), 0, 0, 0, 0, 0]);
}

/// Closes `first..=last`; the child's way to own nothing that was not given to it.
pub(crate) fn close_range(first: u32, last: u32) -> Result<()> {
    plain(libc::SYS_close_range, [first as usize, last as usize, 0, 0, 0, 0]).map(drop)
}

pub(crate) fn dup3(from: Fd, to: Fd, cloexec: bool) -> Result<()> {
    plain(libc::SYS_dup3, [fd(from), fd(to), if cloexec { CLOEXEC } else { 0 }, 0, 0, 0]).map(drop)
}

pub(crate) fn set_cloexec(which: Fd, cloexec: bool) -> Result<()> {
    let flags = if cloexec { libc::FD_CLOEXEC as usize } else { 0 };
    plain(libc::SYS_fcntl, [fd(which), libc::F_SETFD as usize, flags, 0, 0, 0]).map(drop)
}

/// Which file a descriptor is open on, `O_PATH` or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileId {
    device: [u32; 2],
    inode: u64,
}

/// What matters of a file to whoever runs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileFacts {
    pub(crate) id: FileId,
    pub(crate) links: u32,
    pub(crate) owner: u32,
    pub(crate) mode: u32,
    /// Whether something is mounted there, and this is its root.
    pub(crate) mount_root: bool,
}

/// What is behind `which`.
pub(crate) fn file_facts(which: Fd) -> Result<FileFacts> {
    let mut statx = Statx::default();
    let place = core::ptr::from_mut(&mut statx).expose_provenance();
    let args = [fd(which), text(c""), AT_EMPTY_PATH, libc::STATX_BASIC_STATS as usize, place, 0];
    // SAFETY: the kernel writes one `statx`, which is exclusively ours.
    unsafe { raw::syscall(libc::SYS_statx, args) }?;
    let id = FileId { device: statx.device, inode: statx.inode };
    let mount_root = statx.attributes & libc::STATX_ATTR_MOUNT_ROOT as u64 != 0;
    Ok(FileFacts { id, links: statx.links, owner: statx.owner, mode: u32::from(statx.mode), mount_root })
}

// --- waiting ---

fn timespec(time: Duration) -> libc::timespec {
    libc::timespec { tv_sec: time.as_secs().cast_signed(), tv_nsec: i64::from(time.subsec_nanos()) }
}

/// Whether `which` is readable, waiting at most so long.
pub(crate) fn readable(which: Fd, wait: Duration) -> Result<bool> {
    let mut poll = libc::pollfd { fd: which, events: libc::POLLIN, revents: 0 };
    let time = timespec(wait);
    let poll_address = core::ptr::from_mut(&mut poll).expose_provenance();
    // SAFETY: the kernel writes `revents` of one `pollfd` that lives on this frame.
    unsafe { raw::syscall(libc::SYS_ppoll, [poll_address, 1, address(&time), 0, 8, 0]) }.map(|ready| ready > 0)
}

/// Maps shared memory at that very place; what is there goes if `replace` is set, and is an error otherwise.
///
/// # Safety
/// If `replace` is set, this process must use nothing of what is there.
pub(crate) unsafe fn map_shared_at(base: usize, length: usize, memory: Fd, replace: bool) -> Result<()> {
    let access = (libc::PROT_READ | libc::PROT_WRITE) as usize;
    let place = if replace { libc::MAP_FIXED } else { libc::MAP_FIXED_NOREPLACE };
    let flags = (libc::MAP_SHARED | place) as usize;
    // SAFETY: the kernel maps it where there is no memory of ours, or where the caller knows that none of it is used.
    unsafe { raw::syscall(libc::SYS_mmap, [base, length, access, flags, fd(memory), 0]) }.map(drop)
}

/// A piece of memory without a name, close-on-exec.
pub(crate) fn memory(name: &CStr, length: usize) -> Result<OwnedFd> {
    let made = plain(libc::SYS_memfd_create, [text(name), libc::MFD_CLOEXEC as usize, 0, 0, 0, 0]).map(own)?;
    plain(libc::SYS_ftruncate, [fd(made.as_raw_fd()), length, 0, 0, 0, 0])?;
    Ok(made)
}

/// Ends both directions of a socket, for every copy of it.
pub(crate) fn shut_down(socket: Fd) {
    // It fails only if there is no other end any more, which is what it is for.
    let _ = plain(libc::SYS_shutdown, [fd(socket), libc::SHUT_RDWR as usize, 0, 0, 0, 0]);
}

/// A pair of packet sockets, close-on-exec.
pub(crate) fn packet_sockets() -> Result<(OwnedFd, OwnedFd)> {
    let mut pair: [Fd; 2] = [-1; 2];
    let place = core::ptr::from_mut(&mut pair).expose_provenance();
    let kind = (libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC) as usize;
    // SAFETY: the kernel writes two numbers there.
    unsafe { raw::syscall(libc::SYS_socketpair, [libc::AF_UNIX as usize, kind, 0, place, 0, 0]) }?;
    // SAFETY: the kernel has just made it for us.
    let one = unsafe { OwnedFd::from_raw_fd(pair[0]) };
    // SAFETY: likewise.
    Ok((one, unsafe { OwnedFd::from_raw_fd(pair[1]) }))
}

/// Waits until one of them is readable or has no writer any more; which of them. A negative one is left aside.
pub(crate) fn any_readable<const N: usize>(fds: [Fd; N]) -> Result<[bool; N]> {
    let mut polls = fds.map(|fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 });
    let polls_address = core::ptr::from_mut(&mut polls).expose_provenance();
    // SAFETY: the kernel writes `revents` of as many `pollfd`s, which live on this frame.
    unsafe { raw::syscall(libc::SYS_ppoll, [polls_address, N, 0, 0, 8, 0]) }?;
    Ok(polls.map(|poll| poll.revents != 0))
}

/// A descriptor that is readable while one of `signals` is pending. They must be blocked.
pub(crate) fn signalfd(signals: u64) -> Result<Fd> {
    let flags = (libc::SFD_NONBLOCK | libc::SFD_CLOEXEC) as usize;
    let made = plain(libc::SYS_signalfd4, [fd(-1), address(&signals), 8, flags, 0, 0])?;
    Ok(made as Fd)
}

/// Reads what there is, at most so much as fits.
pub(crate) fn read(from: Fd, into: &mut [u8]) -> Result<usize> {
    let place = into.as_mut_ptr().expose_provenance();
    // SAFETY: the kernel writes at most `into.len()` bytes there, which are exclusively ours.
    unsafe { raw::syscall(libc::SYS_read, [fd(from), place, into.len(), 0, 0, 0]) }
}

/// Sleeps until somebody wakes `word`, but not if it is not `value`, and at most so long.
pub(crate) fn futex_wait(word: &AtomicU32, value: u32, wait: Duration) -> Result<()> {
    let time = timespec(wait);
    let args = [word.as_ptr().expose_provenance(), libc::FUTEX_WAIT as usize, value as usize, address(&time), 0, 0];
    plain(libc::SYS_futex, args).map(drop)
}

pub(crate) fn futex_wake(word: &AtomicU32) {
    // Nobody waiting is no error.
    let _ = plain(
        libc::SYS_futex,
        [word.as_ptr().expose_provenance(), libc::FUTEX_WAKE as usize, i32::MAX as usize, 0, 0, 0],
    );
}

// --- processes ---

pub(crate) fn exit_group(code: i32) -> ! {
    loop {
        let _ = plain(libc::SYS_exit_group, [code as usize, 0, 0, 0, 0, 0]);
    }
}

/// The parent of this process; 0 if it is of another PID namespace.
pub(crate) fn parent() -> u32 {
    plain(libc::SYS_getppid, [0; 6]).unwrap_or(0) as u32
}

/// A pidfd of this process.
pub(crate) fn pidfd_open_self() -> Result<OwnedFd> {
    pidfd_open(std::process::id().cast_signed())
}

/// A pidfd of a process.
pub(crate) fn pidfd_open(pid: i32) -> Result<OwnedFd> {
    plain(libc::SYS_pidfd_open, [pid as usize, 0, 0, 0, 0, 0]).map(own)
}

/// A pidfd of a thread; EINVAL before Linux 6.9.
pub(crate) fn pidfd_open_thread(tid: i32) -> Result<OwnedFd> {
    plain(libc::SYS_pidfd_open, [tid as usize, libc::O_EXCL as usize, 0, 0, 0, 0]).map(own)
}

/// Effective user and group.
pub(crate) fn effective_ids() -> (u32, u32) {
    // SAFETY: reads two numbers and cannot fail.
    let user = unsafe { libc::geteuid() };
    // SAFETY: as above.
    let group = unsafe { libc::getegid() };
    (user, group)
}

/// A copy of descriptor `theirs` of the process behind `pidfd`; close-on-exec.
pub(crate) fn pidfd_getfd(pidfd: Fd, theirs: Fd) -> Result<OwnedFd> {
    plain(libc::SYS_pidfd_getfd, [fd(pidfd), fd(theirs), 0, 0, 0, 0]).map(own)
}

pub(crate) fn pidfd_send_signal(pidfd: Fd, signal: i32) -> Result<()> {
    plain(libc::SYS_pidfd_send_signal, [fd(pidfd), signal as usize, 0, 0, 0, 0]).map(drop)
}

/// The process id behind a pidfd, in the caller's namespace. ENOTTY or EINVAL before Linux 6.13.
pub(crate) fn pidfd_pid(pidfd: Fd) -> Result<i32> {
    let mut info = PidfdInfo { mask: PIDFD_INFO_PID, ..PidfdInfo::default() };
    let place = core::ptr::from_mut(&mut info).expose_provenance();
    // SAFETY: the size is part of the request, and `info` has that size and is writable.
    unsafe { raw::syscall(libc::SYS_ioctl, [fd(pidfd), PIDFD_GET_INFO, place, 0, 0, 0]) }?;
    Ok(info.pid.cast_signed())
}

/// Reaps the child behind `pidfd`; its wait status (as `waitpid` gives it) and what it and its own children used.
pub(crate) fn wait_pidfd(pidfd: Fd) -> Result<(i32, Rusage)> {
    let mut info = SigInfo { signo: 0, errno: 0, code: 0, pad: 0, pid: 0, uid: 0, status: 0, rest: [0; 100] };
    let mut usage = Rusage::default();
    let args = [
        libc::P_PIDFD as usize,
        fd(pidfd),
        core::ptr::from_mut(&mut info).expose_provenance(),
        (libc::WEXITED | libc::__WALL) as usize,
        core::ptr::from_mut(&mut usage).expose_provenance(),
        0,
    ];
    // SAFETY: the kernel writes one `siginfo_t` and one `rusage`; both are on this frame.
    unsafe { raw::syscall(libc::SYS_waitid, args) }?;
    let status = match info.code {
        libc::CLD_EXITED => (info.status & 0xff) << 8,
        libc::CLD_DUMPED => (info.status & 0x7f) | 0x80,
        _ => info.status & 0x7f,
    };
    Ok((status, usage))
}

/// Kills and reaps the child with that id, of which there is no pidfd; nothing if it is no child, or was waited for.
pub(crate) fn end_child(pid: i32) {
    let wait = |flags: i32| plain(libc::SYS_wait4, [pid as usize, 0, (libc::__WALL | flags) as usize, 0, 0, 0]);
    // A child that nobody has waited for keeps its number.
    if pid > 0 && wait(libc::WNOHANG) == Ok(0) {
        let _ = plain(libc::SYS_kill, [pid as usize, libc::SIGKILL as usize, 0, 0, 0, 0]);
        while wait(0) == Err(Errno(libc::EINTR)) {}
    }
}

/// Reaps any child that has ended; its id and wait status. The id is 0 if none has.
pub(crate) fn wait_any(usage: &mut Rusage) -> Result<(i32, i32)> {
    let mut status = 0_i32;
    let args = [
        usize::MAX,
        core::ptr::from_mut(&mut status).expose_provenance(),
        (libc::__WALL | libc::WNOHANG) as usize,
        core::ptr::from_mut(usage).expose_provenance(),
        0,
        0,
    ];
    // SAFETY: the kernel writes one `int` and one `rusage`, both exclusively ours.
    let pid = unsafe { raw::syscall(libc::SYS_wait4, args) }?;
    Ok((pid as i32, status))
}

pub(crate) fn setsid() -> Result<()> {
    plain(libc::SYS_setsid, [0; 6]).map(drop)
}

pub(crate) fn chdir(path: &CStr) -> Result<()> {
    plain(libc::SYS_chdir, [text(path), 0, 0, 0, 0, 0]).map(drop)
}

pub(crate) fn fchdir(dir: Fd) -> Result<()> {
    plain(libc::SYS_fchdir, [fd(dir), 0, 0, 0, 0, 0]).map(drop)
}

pub(crate) fn umask(mask: u32) {
    let _ = plain(libc::SYS_umask, [mask as usize, 0, 0, 0, 0, 0]);
}

/// Runs the program behind `program`; returns only the error.
pub(crate) fn execveat(program: Fd, argv: &[*const libc::c_char], envp: &[*const libc::c_char]) -> Errno {
    let args = [
        fd(program),
        c"".as_ptr().expose_provenance(),
        argv.as_ptr().expose_provenance(),
        envp.as_ptr().expose_provenance(),
        AT_EMPTY_PATH,
        0,
    ];
    match plain(libc::SYS_execveat, args) {
        Err(errno) => errno,
        Ok(_) => Errno(0),
    }
}

// --- signals ---

/// Replaces the calling thread's signal mask; the old one.
pub(crate) fn signal_mask(new: u64) -> Result<u64> {
    let mut old = 0_u64;
    let old_address = core::ptr::from_mut(&mut old).expose_provenance();
    let args = [libc::SIG_SETMASK as usize, address(&new), old_address, 8, 0, 0];
    // SAFETY: the kernel reads and writes 8 bytes each, as the fourth argument says.
    unsafe { raw::syscall(libc::SYS_rt_sigprocmask, args) }?;
    Ok(old)
}

/// Gives `signal` its default disposition.
pub(crate) fn signal_default(signal: i32) -> Result<()> {
    let action = SigAction::default();
    plain(libc::SYS_rt_sigaction, [signal as usize, address(&action), 0, 8, 0, 0]).map(drop)
}

// --- privileges and limits ---

pub(crate) fn prctl(option: i32, a: usize, b: usize) -> Result<usize> {
    plain(libc::SYS_prctl, [option as usize, a, b, 0, 0, 0])
}

/// Empties the permitted, effective and inheritable capability sets.
pub(crate) fn drop_capabilities() -> Result<()> {
    let header = CapHeader { version: 0x2008_0522, pid: 0 };
    let none = CapData::default();
    plain(libc::SYS_capset, [address(&header), address(&none), 0, 0, 0, 0]).map(drop)
}

/// Takes `capability` out of the bounding set. EINVAL if there is no such capability.
pub(crate) fn drop_bounding(capability: usize) -> Result<()> {
    prctl(libc::PR_CAPBSET_DROP, capability, 0).map(drop)
}

/// Exchanges the session keyring, which is inherited, for a new and empty one.
pub(crate) fn new_session_keyring() -> Result<()> {
    plain(libc::SYS_keyctl, [libc::KEYCTL_JOIN_SESSION_KEYRING as usize, 0, 0, 0, 0, 0]).map(drop)
}

/// Sets a limit of this process.
pub(crate) fn set_limit(resource: u32, limit: Rlimit) -> Result<()> {
    set_limit_of(0, resource, limit)
}

/// Sets a limit of process `pid`; 0 is the caller.
pub(crate) fn set_limit_of(pid: i32, resource: u32, limit: Rlimit) -> Result<()> {
    plain(libc::SYS_prlimit64, [pid as usize, resource as usize, address(&limit), 0, 0, 0]).map(drop)
}

/// The limit of this process.
pub(crate) fn get_limit(resource: u32) -> Result<Rlimit> {
    get_limit_of(0, resource)
}

/// The limit of process `pid`; 0 is the caller.
pub(crate) fn get_limit_of(pid: i32, resource: u32) -> Result<Rlimit> {
    let mut limit = Rlimit::default();
    let place = core::ptr::from_mut(&mut limit).expose_provenance();
    // SAFETY: the kernel writes one `rlimit64`.
    unsafe { raw::syscall(libc::SYS_prlimit64, [pid as usize, resource as usize, 0, place, 0, 0]) }?;
    Ok(limit)
}

/// Registers or unregisters the calling thread's area for restartable sequences.
pub(crate) fn rseq(area: usize, size: usize, flags: usize, signature: usize) -> Result<()> {
    plain(libc::SYS_rseq, [area, size, flags, signature, 0, 0]).map(drop)
}

// --- filter ---

/// Installs a filter; with `NEW_LISTENER` among `flags`, the listener's number.
pub(crate) fn seccomp_filter(flags: usize, insns: &[Insn]) -> Result<Fd> {
    let Ok(len) = u16::try_from(insns.len()) else { return Err(Errno(libc::E2BIG)) };
    let program = FilterProgram { len, insns: insns.as_ptr() };
    let mode = libc::SECCOMP_SET_MODE_FILTER as usize;
    plain(libc::SYS_seccomp, [mode, flags, address(&program), 0, 0, 0]).map(number)
}

/// Whether `which` is a seccomp listener: only that answers ENOENT for an id that was never given out.
pub(crate) fn is_listener(which: Fd) -> bool {
    let id = u64::MAX;
    plain(libc::SYS_ioctl, [fd(which), NOTIF_ID_VALID, address(&id), 0, 0, 0]) == Err(Errno(libc::ENOENT))
}

// --- namespaces and mounts ---

pub(crate) fn unshare(namespaces: u64) -> Result<()> {
    plain(libc::SYS_unshare, [namespaces as usize, 0, 0, 0, 0, 0]).map(drop)
}

pub(crate) fn sethostname(name: &[u8]) -> Result<()> {
    plain(libc::SYS_sethostname, [name.as_ptr().expose_provenance(), name.len(), 0, 0, 0, 0]).map(drop)
}

pub(crate) fn setdomainname(name: &[u8]) -> Result<()> {
    plain(libc::SYS_setdomainname, [name.as_ptr().expose_provenance(), name.len(), 0, 0, 0, 0]).map(drop)
}

/// Brings the loopback interface of the caller's network namespace up.
pub(crate) fn loopback_up() -> Result<()> {
    let kind = libc::SOCK_DGRAM as usize | CLOEXEC;
    // Any socket takes interface requests; a UNIX one is the cheapest and always there.
    let socket = plain(libc::SYS_socket, [libc::AF_UNIX as usize, kind, 0, 0, 0, 0])
        .or_else(|_| plain(libc::SYS_socket, [libc::AF_INET as usize, kind, 0, 0, 0, 0]))
        .map(number)?;
    let mut name = [0; 16];
    name[0] = b'l';
    name[1] = b'o';
    let request = IfReqFlags { name, flags: (libc::IFF_UP | libc::IFF_RUNNING) as i16, rest: [0; 22] };
    let done = plain(libc::SYS_ioctl, [fd(socket), libc::SIOCSIFFLAGS as usize, address(&request), 0, 0, 0]);
    close(socket);
    done.map(drop)
}

pub(crate) fn fsopen(kind: &CStr) -> Result<Fd> {
    plain(libc::SYS_fsopen, [text(kind), 1, 0, 0, 0, 0]).map(number)
}

pub(crate) fn fsconfig_set(fs: Fd, key: &CStr, value: &CStr) -> Result<()> {
    plain(libc::SYS_fsconfig, [fd(fs), FSCONFIG_SET_STRING, text(key), text(value), 0, 0]).map(drop)
}

pub(crate) fn fsconfig_create(fs: Fd) -> Result<()> {
    plain(libc::SYS_fsconfig, [fd(fs), FSCONFIG_CMD_CREATE, 0, 0, 0, 0]).map(drop)
}

pub(crate) fn fsmount(fs: Fd, attributes: u64) -> Result<Fd> {
    plain(libc::SYS_fsmount, [fd(fs), 1, attributes as usize, 0, 0, 0]).map(number)
}

/// A detached copy of what is mounted at `path` and below.
pub(crate) fn open_tree_clone(dir: Fd, path: &CStr, recursive: bool) -> Result<Fd> {
    let recursive = if recursive { AT_RECURSIVE as usize } else { 0 };
    let flags = OPEN_TREE_CLONE as usize | CLOEXEC | AT_EMPTY_PATH | recursive;
    plain(libc::SYS_open_tree, [fd(dir), text(path), flags, 0, 0, 0]).map(number)
}

/// Attaches the detached `mount` at `path` below `dir`.
pub(crate) fn move_mount(mount: Fd, dir: Fd, path: &CStr) -> Result<()> {
    let flags = MOVE_MOUNT_F_EMPTY_PATH as usize;
    plain(libc::SYS_move_mount, [fd(mount), text(c""), fd(dir), text(path), flags, 0]).map(drop)
}

/// Attaches the detached `mount` on `place` itself.
pub(crate) fn move_mount_onto(mount: Fd, place: Fd) -> Result<()> {
    let flags = (MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) as usize;
    plain(libc::SYS_move_mount, [fd(mount), text(c""), fd(place), text(c""), flags, 0]).map(drop)
}

/// Adds attributes to `mount` (and, if `recursive`, to every mount below it).
pub(crate) fn mount_setattr(mount: Fd, attributes: u64, recursive: bool) -> Result<()> {
    let attr = MountAttr { attr_set: attributes, ..MountAttr::default() };
    let flags = AT_EMPTY_PATH | if recursive { AT_RECURSIVE as usize } else { 0 };
    let size = size_of::<MountAttr>();
    plain(libc::SYS_mount_setattr, [fd(mount), text(c""), flags, address(&attr), size, 0]).map(drop)
}

/// Cuts every mount of this namespace off from the propagation of others.
pub(crate) fn mounts_private() -> Result<()> {
    let attr = MountAttr { propagation: libc::MS_PRIVATE, ..MountAttr::default() };
    let (root, size) = (text(c"/"), size_of::<MountAttr>());
    plain(libc::SYS_mount_setattr, [fd(libc::AT_FDCWD), root, AT_RECURSIVE as usize, address(&attr), size, 0]).map(drop)
}

pub(crate) fn mkdirat(dir: Fd, path: &CStr) -> Result<()> {
    plain(libc::SYS_mkdirat, [fd(dir), text(path), 0o755, 0, 0, 0]).map(drop)
}

/// Makes an empty regular file.
pub(crate) fn mkfileat(dir: Fd, path: &CStr) -> Result<()> {
    let mode = (libc::S_IFREG | 0o644) as usize;
    plain(libc::SYS_mknodat, [fd(dir), text(path), mode, 0, 0, 0]).map(drop)
}

/// Makes the working directory the root and stacks the old root on top of it.
pub(crate) fn pivot_root_here() -> Result<()> {
    plain(libc::SYS_pivot_root, [text(c"."), text(c"."), 0, 0, 0, 0]).map(drop)
}

/// Detaches what is mounted on top of the working directory.
pub(crate) fn detach_here() -> Result<()> {
    plain(libc::SYS_umount2, [text(c"."), libc::MNT_DETACH as usize, 0, 0, 0, 0]).map(drop)
}

/// Takes one notification and lets its call continue; the calling process. What a trial launch needs of a monitor.
#[cfg(test)]
pub(crate) fn let_one_continue(listener: Fd) -> Result<i32> {
    /// `struct seccomp_notif`: 80 bytes; the answer's 24 fit in.
    #[repr(C)]
    struct Notification {
        id: u64,
        pid: u32,
        flags: u32,
        data: [u64; 8],
    }
    const RECV: usize = 0xc000_0000 | (80 << 16) | (0x21 << 8);
    const SEND: usize = 0xc000_0000 | (24 << 16) | (0x21 << 8) | 1;
    let mut notification = Notification { id: 0, pid: 0, flags: 0, data: [0; 8] };
    let place = core::ptr::from_mut(&mut notification).expose_provenance();
    // SAFETY: the kernel writes one `seccomp_notif`.
    unsafe { raw::syscall(libc::SYS_ioctl, [fd(listener), RECV, place, 0, 0, 0]) }?;
    // id, value, error and flags: CONTINUE.
    let mut answer = [notification.id, 0, 1 << 32];
    let place = answer.as_mut_ptr().expose_provenance();
    // SAFETY: the kernel reads one `seccomp_notif_resp`.
    unsafe { raw::syscall(libc::SYS_ioctl, [fd(listener), SEND, place, 0, 0, 0]) }?;
    Ok(notification.pid.cast_signed())
}
