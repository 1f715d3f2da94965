//! The listener of a supervised filter: `seccomp_unotify(2)`.
//!
//! Owns the layout of notifications and answers, and reading a sandboxee's memory; the monitor decides what to answer.

use core::mem::{offset_of, size_of};
use std::os::fd::{AsRawFd, BorrowedFd};

use sandbox2_policy::insn::SeccompData;

use super::{Errno, Result, raw};

/// `struct seccomp_notif`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
struct RawNotification {
    id: u64,
    pid: u32,
    flags: u32,
    data: SeccompData,
}
const _: () = assert!(size_of::<RawNotification>() == 80);
const _: () = assert!(offset_of!(RawNotification, data) == 16);
const _: () = assert!(size_of::<SeccompData>() == 64);
const _: () = assert!(offset_of!(SeccompData, instruction_pointer) == 8);
const _: () = assert!(offset_of!(SeccompData, args) == 16);

/// `struct seccomp_notif_resp`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
struct RawAnswer {
    id: u64,
    val: i64,
    error: i32,
    flags: u32,
}
const _: () = assert!(size_of::<RawAnswer>() == 24);
const _: () = assert!(offset_of!(RawAnswer, error) == 16);

/// `struct seccomp_notif_addfd`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
struct RawAddition {
    id: u64,
    flags: u32,
    from: u32,
    to: u32,
    to_flags: u32,
}
const _: () = assert!(size_of::<RawAddition>() == 24);

/// `struct seccomp_notif_sizes`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
struct Sizes {
    notification: u16,
    answer: u16,
    data: u16,
}
const _: () = assert!(size_of::<Sizes>() == 6);

const fn request(direction: usize, number: usize, size: usize) -> usize {
    (direction << 30) | (size << 16) | ((b'!' as usize) << 8) | number
}
const RECV: usize = request(3, 0, size_of::<RawNotification>());
const SEND: usize = request(3, 1, size_of::<RawAnswer>());
const ID_VALID: usize = request(1, 2, size_of::<u64>());
const SET_FLAGS: usize = request(1, 4, size_of::<u64>());
const ADD_FD: usize = request(1, 3, size_of::<RawAddition>());
const _: () = assert!(RECV == libc::SECCOMP_IOCTL_NOTIF_RECV as usize);
const _: () = assert!(SEND == libc::SECCOMP_IOCTL_NOTIF_SEND as usize);
const _: () = assert!(ID_VALID == libc::SECCOMP_IOCTL_NOTIF_ID_VALID as usize);
const _: () = assert!(ADD_FD == libc::SECCOMP_IOCTL_NOTIF_ADDFD as usize);
const _: () = assert!(SET_FLAGS == libc::SECCOMP_IOCTL_NOTIF_SET_FLAGS as usize);
/// `SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP`; Linux 6.6.
const SYNC_WAKE_UP: usize = 1;
/// `SECCOMP_USER_NOTIF_FLAG_CONTINUE`.
const CONTINUE: u32 = 1;
const PAGE: usize = 4096;

/// Whether a filter with a listener can be installed here: not where there is one already among those that apply, nor where the kernel does not
/// know of listeners.
pub(crate) fn can_listen() -> bool {
    // A kernel that does not know of them, or another filter that denies it.
    if matches!(Mailbox::new(), Err(Errno(libc::EINVAL | libc::ENOSYS | libc::EPERM))) {
        return false;
    }
    // No filter at all, so none with a listener. If that cannot be told, the launch will say what is wrong.
    if super::calls::prctl(libc::PR_GET_SECCOMP, 0, 0).unwrap_or(0) == 0 {
        return true;
    }
    static TRIED: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *TRIED.get_or_init(|| {
        // What a thread installs for itself ends with it.
        let thread = std::thread::Builder::new().spawn(|| {
            use super::{abi::NEW_LISTENER, calls};
            let allow =
                [sandbox2_policy::insn::Insn::stmt(sandbox2_policy::insn::op::RET, sandbox2_policy::insn::ret::ALLOW)];
            calls::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0).is_ok_and(|_| {
                match calls::seccomp_filter(NEW_LISTENER, &allow) {
                    Ok(listener) => {
                        calls::close(listener);
                        true
                    }
                    Err(_) => false,
                }
            })
        });
        // If it cannot be tried, the launch will say what is wrong.
        thread.map_or(true, |thread| thread.join().unwrap_or(true))
    })
}

/// A call that a task waits in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notification {
    /// Names this call in answers; valid until it is answered or its caller is gone.
    pub(crate) id: u64,
    /// The calling thread, in the host's PID namespace; 0 if it is not visible there.
    pub(crate) pid: u32,
    /// Number, architecture, argument registers: copied by the kernel when the call was made.
    pub(crate) data: SeccompData,
}

/// What a notified call gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The kernel makes the call, and reads whatever is behind its pointers *then*.
    Continue,
    /// The call fails with this error number.
    Fail(u16),
    /// The call is not made, and returns this.
    Return(i64),
}

/// What a descriptor becomes in the sandboxee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Addition {
    /// Its number there; `None`: the lowest that is free.
    pub(crate) at: Option<i32>,
    pub(crate) cloexec: bool,
    /// Whether it is the call's answer, too: the call returns the number.
    pub(crate) answer: bool,
}

/// Buffers of the sizes that this kernel wants.
#[derive(Debug)]
pub(crate) struct Mailbox {
    /// Eight-byte words, for their alignment.
    notification: Vec<u64>,
    answer: Vec<u64>,
}

impl Mailbox {
    /// Asks the kernel for its sizes; never less than this crate knows.
    pub(crate) fn new() -> Result<Mailbox> {
        let mut sizes = Sizes::default();
        let place = core::ptr::from_mut(&mut sizes).expose_provenance();
        let operation = libc::SECCOMP_GET_NOTIF_SIZES as usize;
        // SAFETY: the kernel writes one `seccomp_notif_sizes`, which has had this size since it exists.
        unsafe { raw::syscall(libc::SYS_seccomp, [operation, 0, place, 0, 0, 0]) }?;
        let words = |kernel: u16, ours: usize| usize::from(kernel).max(ours).div_ceil(size_of::<u64>());
        Ok(Mailbox {
            notification: vec![0; words(sizes.notification, size_of::<RawNotification>())],
            answer: vec![0; words(sizes.answer, size_of::<RawAnswer>())],
        })
    }

    /// Takes the next notification; `None` if its caller is gone. Blocks if there was none: poll first.
    pub(crate) fn receive(&mut self, listener: BorrowedFd<'_>) -> Result<Option<Notification>> {
        loop {
            // The kernel refuses a buffer that is not all zero.
            self.notification.fill(0);
            let args = [fd(listener), RECV, self.notification.as_mut_ptr().expose_provenance(), 0, 0, 0];
            // SAFETY: the buffer is exclusively ours and as large as this kernel's `seccomp_notif`.
            match unsafe { raw::syscall(libc::SYS_ioctl, args) } {
                Ok(_) => break,
                Err(Errno(libc::EINTR)) => {}
                Err(Errno(libc::ENOENT)) => return Ok(None),
                Err(errno) => return Err(errno),
            }
        }
        // SAFETY: the buffer is at least as large as a `RawNotification`, aligned, and any bits are a valid one.
        let raw = unsafe { core::ptr::read(self.notification.as_ptr().cast::<RawNotification>()) };
        Ok(Some(Notification { id: raw.id, pid: raw.pid, data: raw.data }))
    }

    /// Answers; `false` if the caller is gone, or is taking a descriptor for an answer.
    pub(crate) fn send(&mut self, listener: BorrowedFd<'_>, id: u64, answer: Answer) -> Result<bool> {
        let raw = match answer {
            Answer::Continue => RawAnswer { id, flags: CONTINUE, ..RawAnswer::default() },
            Answer::Fail(errno) => RawAnswer { id, error: -i32::from(errno), ..RawAnswer::default() },
            Answer::Return(val) => RawAnswer { id, val, ..RawAnswer::default() },
        };
        self.answer.fill(0);
        // SAFETY: the buffer is at least as large as a `RawAnswer`, and aligned for it.
        unsafe { core::ptr::write(self.answer.as_mut_ptr().cast::<RawAnswer>(), raw) };
        let args = [fd(listener), SEND, self.answer.as_mut_ptr().expose_provenance(), 0, 0, 0];
        loop {
            // SAFETY: the kernel reads an answer of its own size from a buffer of at least that size.
            match unsafe { raw::syscall(libc::SYS_ioctl, args) } {
                Ok(_) => return Ok(true),
                Err(Errno(libc::EINTR)) => {}
                Err(Errno(libc::ENOENT | libc::EINPROGRESS)) => return Ok(false),
                Err(errno) => return Err(errno),
            }
        }
    }
}

/// Whether the call is still waiting for its answer, and so its thread is still the one that made it.
pub(crate) fn is_valid(listener: BorrowedFd<'_>, id: u64) -> bool {
    loop {
        let place = core::ptr::from_ref(&id).expose_provenance();
        // SAFETY: the kernel reads one `u64`.
        match unsafe { raw::syscall(libc::SYS_ioctl, [fd(listener), ID_VALID, place, 0, 0, 0]) } {
            Err(Errno(libc::EINTR)) => {}
            result => return result.is_ok(),
        }
    }
}

/// Gives the caller of a notification a copy of `from`; its number there, or `None` if the caller is gone, or has its answer.
///
/// Blocks until the caller has taken it, however long that does not run.
pub(crate) fn add_descriptor(
    listener: BorrowedFd<'_>,
    id: u64,
    from: BorrowedFd<'_>,
    addition: Addition,
) -> Result<Option<i32>> {
    const SETFD: u32 = 1;
    const SEND: u32 = 2;
    let Addition { at, cloexec, answer } = addition;
    let raw = RawAddition {
        id,
        flags: if at.is_some() { SETFD } else { 0 } | if answer { SEND } else { 0 },
        from: from.as_raw_fd().cast_unsigned(),
        to: at.unwrap_or(0).cast_unsigned(),
        to_flags: if cloexec { libc::O_CLOEXEC.cast_unsigned() } else { 0 },
    };
    let place = core::ptr::from_ref(&raw).expose_provenance();
    loop {
        // SAFETY: the kernel reads one `seccomp_notif_addfd`.
        match unsafe { raw::syscall(libc::SYS_ioctl, [fd(listener), ADD_FD, place, 0, 0, 0]) } {
            Ok(number) => return Ok(Some(number as i32)),
            Err(Errno(libc::EINTR)) => {}
            Err(Errno(libc::ENOENT | libc::ESRCH | libc::EINPROGRESS)) => return Ok(None),
            Err(errno) => return Err(errno),
        }
    }
}

/// Asks the kernel to hand the processor over at each notification and answer; a tenth of the latency. Older kernels than
/// Linux 6.6 do not know how; nothing depends on it.
pub(crate) fn wake_synchronously(listener: BorrowedFd<'_>) {
    // SAFETY: the argument is a number, and the call writes nothing.
    let _ = unsafe { raw::syscall(libc::SYS_ioctl, [fd(listener), SET_FLAGS, SYNC_WAKE_UP, 0, 0, 0]) };
}

/// Copies a string, without its final zero, from the caller of a notification: at most `limit` bytes, and whether there
/// was more. `None` if nothing could be read or if the caller was gone by then. For reports only: what is behind a pointer
/// can be another string a moment later.
pub(crate) fn read_string(
    listener: BorrowedFd<'_>,
    notification: &Notification,
    address: u64,
    limit: usize,
) -> Option<(Vec<u8>, bool)> {
    if notification.pid == 0 || address == 0 {
        return None;
    }
    let mut bytes = read_memory(notification.pid, usize::try_from(address).ok()?, limit.saturating_add(1));
    // A number that was reused meanwhile would have given a stranger's memory.
    if bytes.is_empty() || !is_valid(listener, notification.id) {
        return None;
    }
    if let Some(end) = bytes.iter().position(|byte| *byte == 0) {
        bytes.truncate(end);
        return Some((bytes, false));
    }
    bytes.truncate(limit);
    Some((bytes, true))
}

/// A word of 32 bits at `address` of process `pid`; `None` if it cannot be read.
pub(crate) fn read_word(pid: libc::pid_t, address: u64) -> Option<i32> {
    let bytes = read_memory(u32::try_from(pid).ok()?, usize::try_from(address).ok()?, size_of::<i32>());
    bytes.try_into().ok().map(i32::from_ne_bytes)
}

/// Copies up to `len` bytes from the caller of a notification: as many as can be read; `None` if it was gone by then.
pub(crate) fn read_bytes(
    listener: BorrowedFd<'_>,
    notification: &Notification,
    address: u64,
    len: usize,
) -> Option<Vec<u8>> {
    let address = usize::try_from(address).ok()?;
    let bytes = if notification.pid == 0 { Vec::new() } else { read_memory(notification.pid, address, len) };
    // A number that was reused meanwhile would have given a stranger's memory.
    is_valid(listener, notification.id).then_some(bytes)
}

/// Copies `bytes` into the caller's memory, where that is writable to the caller itself.
///
/// The memory is opened first, and the caller looked at then: no number that was reused meanwhile leads to a stranger's.
///
/// # Errors
/// ESRCH if the caller is gone, EFAULT if not all could be written.
pub(crate) fn write_bytes(
    listener: BorrowedFd<'_>,
    notification: &Notification,
    address: u64,
    bytes: &[u8],
) -> std::io::Result<()> {
    use std::os::unix::fs::FileExt;
    let error = std::io::Error::from_raw_os_error;
    if notification.pid == 0 {
        return Err(error(libc::ESRCH));
    }
    let memory = std::fs::OpenOptions::new().write(true).open(format!("/proc/{}/mem", notification.pid))?;
    // This file writes where its process itself may not, too.
    if !is_writable(notification.pid, address, bytes.len())? {
        return Err(error(libc::EFAULT));
    }
    if !is_valid(listener, notification.id) {
        return Err(error(libc::ESRCH));
    }
    memory.write_all_at(bytes, address).map_err(|_| error(libc::EFAULT))
}

/// Whether that range of a process' memory is mapped writable throughout.
fn is_writable(pid: u32, address: u64, len: usize) -> std::io::Result<bool> {
    covers(std::io::BufReader::new(std::fs::File::open(format!("/proc/{pid}/maps"))?), address, len)
}

/// Whether in these `maps` of a process that range is mapped writable throughout.
pub(crate) fn covers(maps: impl std::io::BufRead, address: u64, len: usize) -> std::io::Result<bool> {
    let Some(end) = address.checked_add(len as u64) else { return Ok(false) };
    let mut next = address;
    for line in maps.split(b'\n') {
        if next >= end {
            break;
        }
        let line = line?;
        let text = String::from_utf8_lossy(&line);
        let mut words = text.split(' ');
        let range = words.next().and_then(|range| range.split_once('-'));
        let number = |text| u64::from_str_radix(text, 16).unwrap_or(0);
        let Some((from, to)) = range.map(|(from, to)| (number(from), number(to))) else { return Ok(false) };
        let writable = words.next().is_some_and(|permissions| permissions.contains('w'));
        if from <= next && next < to {
            if !writable {
                return Ok(false);
            }
            next = to;
        }
    }
    Ok(next >= end)
}

/// Up to `len` bytes at `address` of process `pid`: as many as can be read.
fn read_memory(pid: u32, address: usize, len: usize) -> Vec<u8> {
    let mut bytes = vec![0_u8; len];
    // The kernel copies whole elements or nothing: one element per page, so that the last mapped one still counts.
    let mut pages = Vec::with_capacity(len / PAGE + 2);
    let mut done = 0;
    while done < len {
        let Some(start) = address.checked_add(done) else { break };
        let size = (PAGE - start % PAGE).min(len - done);
        pages.push(libc::iovec { iov_base: core::ptr::without_provenance_mut(start), iov_len: size });
        done += size;
    }
    let local = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: done };
    let args = [
        pid as usize,
        core::ptr::from_ref(&local).expose_provenance(),
        1,
        pages.as_ptr().expose_provenance(),
        pages.len(),
        0,
    ];
    // SAFETY: the kernel writes at most `done <= len` bytes into `bytes`, which is exclusively ours.
    let read = unsafe { raw::syscall(libc::SYS_process_vm_readv, args) }.unwrap_or(0);
    bytes.truncate(read);
    bytes
}

fn fd(fd: BorrowedFd<'_>) -> usize {
    fd.as_raw_fd().cast_unsigned() as usize
}

#[cfg(test)]
mod tests {
    use std::os::fd::{AsFd as _, FromRawFd as _, OwnedFd};

    use sandbox2_policy::insn::{Insn, offset, op, ret};

    use super::*;
    use crate::sys::{abi, calls};

    /// What a thread gets that makes a call once for each of these answers; `None`, with the reason said, if there can be no listener.
    fn answered(mailbox: &mut Mailbox, answers: &[Answer]) -> Option<Vec<Result<usize>>> {
        if !can_listen() {
            eprintln!("skipped: no listener can be had here");
            return None;
        }
        let filter = [
            Insn::stmt(op::LD_ABS, offset::NR),
            Insn::jump(op::JEQ, libc::SYS_getppid as u32, 0, 1),
            Insn::stmt(op::RET, ret::USER_NOTIF),
            Insn::stmt(op::RET, ret::ALLOW),
        ];
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            let asking = scope.spawn(move || {
                calls::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0).unwrap();
                let listener = calls::seccomp_filter(abi::NEW_LISTENER, &filter).unwrap();
                // SAFETY: just made, and nobody else's.
                tell.send(unsafe { OwnedFd::from_raw_fd(listener) }).unwrap();
                // SAFETY: takes nothing, whatever the registers hold.
                answers.iter().map(|_| unsafe { raw::syscall(libc::SYS_getppid, [11, 12, 13, 14, 15, 16]) }).collect()
            });
            let listener = told.recv().unwrap();
            for answer in answers {
                let notification = mailbox.receive(listener.as_fd()).unwrap().unwrap();
                assert_eq!(notification.data.nr, libc::SYS_getppid as u32);
                assert_eq!(notification.data.args, [11, 12, 13, 14, 15, 16]);
                assert_eq!(mailbox.send(listener.as_fd(), notification.id, *answer), Ok(true));
            }
            Some(asking.join().unwrap())
        })
    }

    #[test]
    fn an_answer_is_an_error_a_value_or_what_the_kernel_says() {
        let answers = [Answer::Fail(libc::ENOENT as u16), Answer::Return(77), Answer::Continue];
        let Some(got) = answered(&mut Mailbox::new().unwrap(), &answers) else { return };
        assert_eq!(got, [Err(Errno(libc::ENOENT)), Ok(77), Ok(std::os::unix::process::parent_id() as usize)]);
    }

    /// As one later than this crate would have them.
    #[test]
    fn what_a_kernel_has_beyond_what_is_known_here_is_zero() {
        let mut mailbox = Mailbox::new().unwrap();
        for buffer in [&mut mailbox.notification, &mut mailbox.answer] {
            buffer.extend([0; 4]);
            buffer.fill(u64::MAX);
        }
        let Some(got) = answered(&mut mailbox, &[Answer::Return(5)]) else { return };
        assert_eq!(got, [Ok(5)]);
        assert!(mailbox.answer.iter().skip(size_of::<RawAnswer>() / 8).all(|word| *word == 0));
        assert!(mailbox.notification.ends_with(&[0; 4]));
    }

    #[test]
    fn this_kernel_has_a_listener_and_its_sizes_are_at_least_ours() {
        let mailbox = Mailbox::new().unwrap();
        assert!(mailbox.notification.len() * 8 >= size_of::<RawNotification>());
        assert!(mailbox.answer.len() * 8 >= size_of::<RawAnswer>());
    }

    #[test]
    fn memory_can_be_read_up_to_the_first_page_that_is_not_there() {
        let text = b"hello".to_vec();
        let read = read_memory(std::process::id(), text.as_ptr().addr(), text.len());
        assert_eq!(read, text);
        assert!(read_memory(std::process::id(), 8, 100).is_empty());
        assert!(read_memory(std::process::id(), usize::MAX - 3, 100).is_empty());
    }
}
