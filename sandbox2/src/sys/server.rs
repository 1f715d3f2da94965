//! A small process that makes inits in the host's place, so that a host with much memory or many threads is not copied at each launch.
//!
//! It is a copy of the host that has let go of the host's memory, of every descriptor but its channel, and of the host's session. It knows
//! one request: map that piece of shared memory where the host has it, and make an init that follows the plan there. Init becomes the host's
//! own child (`CLONE_PARENT`), so that nothing else of a launch changes. Nothing here allocates or calls the C library: it was copied from a
//! process whose other threads may have held any lock.

use core::mem::size_of;
use core::sync::atomic::Ordering::Relaxed;
use std::os::fd::{FromRawFd, OwnedFd};

use super::abi::{CLONE_CLEAR_SIGHAND, CloneArgs};
use super::calls::{self, Fd};
use super::child::{self, Plan};
use super::region::{Region, Shared};
use super::{Errno, Result, forget, raw, spawn};

/// The server's channel, there. What comes with a request gets the numbers after it.
const CHANNEL: Fd = 0;

/// The first of the numbers that the descriptors of a request get, in the server and in init: that of the memory.
pub(crate) const FIRST: Fd = CHANNEL + 1;

/// The most descriptors of a request: the kernel's own bound.
pub(crate) const MOST: usize = 253;

/// What the server is asked for.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct Request {
    /// Where the memory is in the host, and so in the server.
    pub(crate) base: u64,
    pub(crate) length: u64,
    /// The address of a [`Plan`] in it.
    pub(crate) plan: u64,
    /// The namespaces of init.
    pub(crate) namespaces: u64,
    /// Init's stack in it.
    pub(crate) stack: u64,
    pub(crate) stack_size: u64,
    /// How many descriptors come along.
    pub(crate) descriptors: u64,
}

/// The bytes of a request.
pub(crate) const REQUEST: usize = size_of::<Request>();

impl Request {
    pub(crate) fn encode(&self) -> [u8; REQUEST] {
        let words = [self.base, self.length, self.plan, self.namespaces, self.stack, self.stack_size, self.descriptors];
        let mut bytes = [0; REQUEST];
        for (place, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(words) {
            *place = word.to_ne_bytes();
        }
        bytes
    }
}

/// What the server is made with, in its own memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings<'a> {
    pub(crate) channel: Fd,
    pub(crate) forget: &'a [(usize, usize)],
    pub(crate) shared: &'a Shared,
}

/// Makes the server: it has `region` for its stack as long as it lives. Its pidfd.
///
/// # Errors
/// What `clone3` says.
pub(crate) fn start(region: &Region, channel: Fd) -> Result<OwnedFd> {
    let settings = region.put_one(Settings {
        channel,
        forget: region.put(&forget::gaps(region.range()))?,
        shared: region.shared(),
    })?;
    let mut pidfd: Fd = -1;
    let stack = region.stack(0);
    let clone = CloneArgs {
        flags: libc::CLONE_PIDFD as u64 | CLONE_CLEAR_SIGHAND,
        pidfd: core::ptr::from_mut(&mut pidfd).expose_provenance() as u64,
        // Inits inherit it: none of them signals the host.
        exit_signal: 0,
        stack: stack.0,
        stack_size: stack.1,
        ..CloneArgs::default()
    };
    let mask = calls::signal_mask(u64::MAX)?;
    let clone_args = core::ptr::from_ref(&clone).cast::<()>();
    let argument = core::ptr::from_ref(settings).cast::<()>();
    // SAFETY: `clone` and `pidfd` live on this frame; the stack is the server's own part of the region; the settings lie in the region
    // too, which the server has as long as it lives, and are what `serve` expects.
    let cloned = unsafe { raw::clone3(clone_args, size_of::<CloneArgs>(), serve, argument) };
    let restored = calls::signal_mask(mask);
    cloned?;
    // SAFETY: `clone3` wrote a new descriptor there, which nobody else owns.
    let process = unsafe { OwnedFd::from_raw_fd(pidfd) };
    if let Err(errno) = restored {
        spawn::end(&process);
        return Err(errno);
    }
    Ok(process)
}

extern "C" fn serve(settings: *const ()) -> ! {
    // SAFETY: `start` passes valid ones, and nobody writes to them.
    let settings = unsafe { &*settings.cast::<Settings<'_>>() };
    let Ok(forgotten) = prepare(settings) else { calls::exit_group(1) };
    loop {
        let mut request = Request::default();
        let answer = match receive(&mut request) {
            Ok(0) => calls::exit_group(0),
            Err(Errno(libc::EINTR)) => continue,
            Err(Errno(libc::EPROTO)) => Err(Errno(libc::EPROTO)),
            Err(_) => calls::exit_group(1),
            Ok(_) => make(&request, forgotten),
        };
        let (errno, pidfd) = match answer {
            Ok(pidfd) => (0, pidfd),
            Err(Errno(errno)) => (errno, -1),
        };
        if reply(errno, pidfd).is_err() {
            calls::exit_group(1);
        }
        if calls::close_range(FIRST.cast_unsigned(), u32::MAX).is_err() {
            calls::exit_group(1);
        }
    }
}

/// Whether it has let go of the host's memory.
fn prepare(settings: &Settings<'_>) -> Result<bool> {
    calls::setsid()?;
    if settings.channel == CHANNEL {
        calls::set_cloexec(CHANNEL, true)?;
    } else {
        calls::dup3(settings.channel, CHANNEL, true)?;
    }
    calls::close_range(FIRST.cast_unsigned(), u32::MAX)?;
    let forgotten = forget::host_memory(settings.forget, &settings.shared.scratch);
    let _ = calls::prctl(libc::PR_SET_NAME, c"sandbox2-server".as_ptr().expose_provenance(), 0);
    calls::signal_mask(0)?;
    Ok(forgotten)
}

/// Makes an init; the number of its pidfd.
fn make(request: &Request, forgotten: bool) -> Result<Fd> {
    let (base, length) = (request.base as usize, request.length as usize);
    // What is left of the host's memory there (next to the loaded objects something is) the host has given back since.
    // SAFETY: where the host has that memory is neither the program's image nor this process's stack, which the host has mapped elsewhere;
    // and the kernel writes nowhere, if the rest was let go of.
    unsafe { calls::map_shared_at(base, length, FIRST, forgotten) }?;
    let plan: *const Plan<'_> = core::ptr::with_exposed_provenance(request.plan as usize);
    // SAFETY: the host has laid a plan out there, which it does not change any more, and has the memory as long as init lives.
    let shared = unsafe { (*plan).shared };
    let mut pidfd: Fd = -1;
    let flags = libc::CLONE_PIDFD | libc::CLONE_PARENT | libc::CLONE_PARENT_SETTID;
    let clone = CloneArgs {
        flags: request.namespaces | flags as u64 | CLONE_CLEAR_SIGHAND,
        pidfd: core::ptr::from_mut(&mut pidfd).expose_provenance() as u64,
        // For a host that never gets the pidfd: its child is to be reaped nevertheless.
        parent_tid: shared.init_pid.as_ptr().expose_provenance() as u64,
        exit_signal: 0,
        stack: request.stack,
        stack_size: request.stack_size,
        ..CloneArgs::default()
    };
    let clone_args = core::ptr::from_ref(&clone).cast::<()>();
    shared.forgotten.store(u32::from(forgotten), Relaxed);
    let cloned = match calls::signal_mask(u64::MAX) {
        // SAFETY: the host has laid the plan and the stack out in the memory that was just mapped where it has it, and gives that memory
        // to nobody else; `init` expects a plan.
        Ok(_) => unsafe { raw::clone3(clone_args, size_of::<CloneArgs>(), child::init, plan.cast()) },
        Err(errno) => Err(errno),
    };
    let restored = calls::signal_mask(0);
    // SAFETY: the mapping was made above for init, which has its own; nothing here refers to it any more.
    let unmapped = unsafe { raw::syscall(libc::SYS_munmap, [base, length, 0, 0, 0, 0]) };
    cloned.and(restored).and(unmapped)?;
    Ok(pidfd)
}

/// A control message with descriptors, as the kernel lays it out.
#[repr(C, align(8))]
struct Control {
    length: usize,
    level: i32,
    kind: i32,
    fds: [Fd; MOST + 1],
}

const CONTROL_HEAD: usize = 16;

/// A message header that refers to `vector` and to `space` bytes of `control`.
fn header(vector: &mut libc::iovec, control: &mut Control, space: usize) -> libc::msghdr {
    // SAFETY: a message header of zeros is one without anything.
    let mut message: libc::msghdr = unsafe { core::mem::zeroed() };
    message.msg_iov = vector;
    message.msg_iovlen = 1;
    message.msg_control = core::ptr::from_mut(control).cast();
    message.msg_controllen = space as _;
    message
}

/// The next request; 0 at the end. Its descriptors have the numbers from [`FIRST`] on, or it is none.
fn receive(request: &mut Request) -> Result<usize> {
    let mut vector = libc::iovec { iov_base: core::ptr::from_mut(request).cast(), iov_len: REQUEST };
    let mut control = Control { length: 0, level: 0, kind: 0, fds: [-1; MOST + 1] };
    let mut message = header(&mut vector, &mut control, size_of::<Control>());
    let place = core::ptr::from_mut(&mut message).expose_provenance();
    let flags = libc::MSG_CMSG_CLOEXEC as usize;
    // SAFETY: the header refers to memory on this and the caller's frame; a request may have any bits.
    let length = unsafe { raw::syscall(libc::SYS_recvmsg, [CHANNEL as usize, place, flags, 0, 0, 0]) }?;
    if length == 0 {
        return Ok(0);
    }
    let count = request.descriptors as usize;
    let whole = message.msg_flags & (libc::MSG_CTRUNC | libc::MSG_TRUNC) == 0 && length == REQUEST;
    let as_said = count <= MOST && control.length == CONTROL_HEAD + count * size_of::<Fd>();
    let mut numbers = control.fds.iter().take(count).zip(FIRST..);
    if !whole || !as_said || !numbers.all(|(number, expected)| *number == expected) {
        return Err(Errno(libc::EPROTO));
    }
    Ok(length)
}

/// The bytes of an answer: an error number.
pub(crate) const ANSWER: usize = size_of::<i32>();

/// Answers with an error number, or a descriptor.
fn reply(errno: i32, pidfd: Fd) -> Result<()> {
    let mut errno = errno;
    let mut vector = libc::iovec { iov_base: core::ptr::from_mut(&mut errno).cast(), iov_len: ANSWER };
    let mut control = Control {
        length: CONTROL_HEAD + size_of::<Fd>(),
        level: libc::SOL_SOCKET,
        kind: libc::SCM_RIGHTS,
        fds: [-1; MOST + 1],
    };
    control.fds[0] = pidfd;
    let space = if pidfd < 0 { 0 } else { CONTROL_HEAD + 8 };
    let message = header(&mut vector, &mut control, space);
    let place = core::ptr::from_ref(&message).expose_provenance();
    loop {
        let args = [CHANNEL as usize, place, libc::MSG_NOSIGNAL as usize, 0, 0, 0];
        // SAFETY: the kernel reads a header and what it refers to, all of it on this frame.
        match unsafe { raw::syscall(libc::SYS_sendmsg, args) } {
            Err(Errno(libc::EINTR)) => {}
            sent => return sent.map(drop),
        }
    }
}
