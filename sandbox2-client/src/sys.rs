//! System calls: the only unsafe code of this crate but for shared memory.

pub(crate) mod futex;
mod named;
pub(crate) mod process;

use core::mem::{MaybeUninit, size_of};
use core::time::Duration;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

pub(crate) use self::named::{SocketName, accept, bind, connect, listen, set_send_time, unix_socket};

/// Who sent something: as the kernel says, in the receiver's namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The process; 0 if it is not visible from the receiver's PID namespace.
    pub pid: i32,
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

/// An error number.
pub(crate) type Outcome<T> = Result<T, i32>;

fn outcome(value: isize) -> Outcome<usize> {
    usize::try_from(value).map_err(|_| last_errno())
}

fn last_errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO)
}

/// A control message that is a descriptor of the sender's process.
const SCM_PIDFD: libc::c_int = 4;

/// Room for the control messages of one message: descriptors, and the sender.
const CONTROL: usize = 1088;
const _: () = {
    // SAFETY: computes with numbers only.
    let descriptors = unsafe { libc::CMSG_SPACE((super::comms::frame::MOST_DESCRIPTORS * size_of::<RawFd>()) as u32) };
    // SAFETY: computes with numbers only.
    let sender = unsafe { libc::CMSG_SPACE(size_of::<libc::ucred>() as u32) };
    assert!((descriptors + sender) as usize <= CONTROL);
};

#[repr(align(8))]
struct Control(MaybeUninit<[u8; CONTROL]>);

/// Sends what it can of `bytes`; how many went. Less work for the kernel than [`send`].
#[inline]
pub(crate) fn send_bytes(socket: BorrowedFd<'_>, bytes: &[u8], wait: bool) -> Outcome<usize> {
    let flags = libc::MSG_NOSIGNAL | if wait { 0 } else { libc::MSG_DONTWAIT };
    // SAFETY: the bytes live until the call is over, and the kernel only reads them.
    outcome(unsafe { libc::send(socket.as_raw_fd(), bytes.as_ptr().cast(), bytes.len(), flags) })
}

/// Sends what it can of `parts`, with descriptors attached to its first byte; how many bytes went.
pub(crate) fn send(socket: BorrowedFd<'_>, parts: [&[u8]; 2], descriptors: &[RawFd], wait: bool) -> Outcome<usize> {
    let mut vectors = parts.map(|part| libc::iovec { iov_base: part.as_ptr().cast_mut().cast(), iov_len: part.len() });
    let mut control = Control(MaybeUninit::uninit());
    // SAFETY: a message header of zeros is one without anything.
    let mut message: libc::msghdr = unsafe { core::mem::zeroed() };
    message.msg_iov = vectors.as_mut_ptr();
    message.msg_iovlen = if parts[1].is_empty() { 1 } else { 2 };
    if !descriptors.is_empty() {
        let bytes = size_of_val(descriptors) as u32;
        message.msg_control = control.0.as_mut_ptr().cast();
        // SAFETY: computes with numbers only.
        message.msg_controllen = unsafe { libc::CMSG_SPACE(bytes) } as _;
        // SAFETY: the header's control buffer is large enough for one message.
        let head = unsafe { libc::CMSG_FIRSTHDR(&raw const message) };
        // SAFETY: computes with numbers only.
        let length = unsafe { libc::CMSG_LEN(bytes) } as _;
        let header = libc::cmsghdr { cmsg_len: length, cmsg_level: libc::SOL_SOCKET, cmsg_type: libc::SCM_RIGHTS };
        // SAFETY: `head` points into the control buffer, which is aligned for it.
        unsafe { head.write(header) };
        // SAFETY: `head` points into the control buffer.
        let data = unsafe { libc::CMSG_DATA(head) };
        // SAFETY: the buffer has room for the descriptors behind the header, and does not overlap them.
        unsafe { core::ptr::copy_nonoverlapping(descriptors.as_ptr().cast(), data, bytes as usize) };
    }
    let flags = libc::MSG_NOSIGNAL | if wait { 0 } else { libc::MSG_DONTWAIT };
    // SAFETY: the header refers to memory that lives until the call is over, and the kernel only reads it.
    outcome(unsafe { libc::sendmsg(socket.as_raw_fd(), &raw const message, flags) })
}

/// What came along with bytes.
#[derive(Debug, Default)]
pub(crate) struct Along {
    pub(crate) descriptors: Vec<OwnedFd>,
    pub(crate) sender: Option<Credentials>,
    /// The kernel had to leave something out.
    pub(crate) truncated: bool,
}

/// Receives into `first`, then into `then`; how many bytes came, 0 at the end. Descriptors are close-on-exec from birth.
pub(crate) fn receive(
    socket: BorrowedFd<'_>,
    first: &mut [MaybeUninit<u8>],
    then: &mut [MaybeUninit<u8>],
    along: &mut Along,
    wait: bool,
) -> Outcome<usize> {
    // One place costs the kernel less than two.
    let places = if first.is_empty() { [then, first] } else { [first, then] };
    let mut vectors = places.map(|part| libc::iovec { iov_base: part.as_mut_ptr().cast(), iov_len: part.len() });
    let mut control = Control(MaybeUninit::uninit());
    // SAFETY: a message header of zeros is one without anything.
    let mut message: libc::msghdr = unsafe { core::mem::zeroed() };
    message.msg_iov = vectors.as_mut_ptr();
    message.msg_iovlen = if vectors[1].iov_len == 0 { 1 } else { 2 };
    message.msg_control = control.0.as_mut_ptr().cast();
    message.msg_controllen = CONTROL as _;
    let flags = libc::MSG_CMSG_CLOEXEC | if wait { 0 } else { libc::MSG_DONTWAIT };
    // SAFETY: the header refers to memory that is exclusively ours until the call is over.
    let received = outcome(unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, flags) })?;
    // Mostly there is nothing.
    if message.msg_controllen > 0 {
        came_along(&message, along);
    }
    along.truncated = message.msg_flags & libc::MSG_CTRUNC != 0;
    Ok(received)
}

/// Takes what the kernel has put into the control buffer of a message.
fn came_along(message: &libc::msghdr, along: &mut Along) {
    // SAFETY: the kernel has filled the control buffer in up to `msg_controllen`.
    let mut head = unsafe { libc::CMSG_FIRSTHDR(message) };
    while !head.is_null() {
        // SAFETY: not null, so it points to a whole header that the kernel wrote.
        let header = unsafe { head.read() };
        // SAFETY: `head` points to a header in the buffer.
        let data = unsafe { libc::CMSG_DATA(head) };
        // SAFETY: computes with numbers only.
        let empty = unsafe { libc::CMSG_LEN(0) } as usize;
        let length = (header.cmsg_len as usize).saturating_sub(empty);
        match (header.cmsg_level, header.cmsg_type) {
            (libc::SOL_SOCKET, libc::SCM_RIGHTS) => {
                for index in 0..length / size_of::<RawFd>() {
                    // SAFETY: within the data that the kernel wrote.
                    let place = unsafe { data.add(index * size_of::<RawFd>()) };
                    // SAFETY: a number that the kernel wrote there; the place need not be aligned.
                    let number = unsafe { place.cast::<RawFd>().read_unaligned() };
                    // SAFETY: the kernel has just made this descriptor for us.
                    along.descriptors.push(unsafe { OwnedFd::from_raw_fd(number) });
                }
            }
            (libc::SOL_SOCKET, libc::SCM_CREDENTIALS) if length >= size_of::<libc::ucred>() => {
                // SAFETY: as many bytes as that are there.
                let sender = unsafe { data.cast::<libc::ucred>().read_unaligned() };
                along.sender = Some(Credentials { pid: sender.pid, uid: sender.uid, gid: sender.gid });
            }
            // Of the sender's process, where the socket was told to: a descriptor that nobody here wants.
            (libc::SOL_SOCKET, SCM_PIDFD) if length >= size_of::<RawFd>() => {
                // SAFETY: as many bytes as that are there.
                let number = unsafe { data.cast::<RawFd>().read_unaligned() };
                if number >= 0 {
                    // SAFETY: the kernel has just made this descriptor for us.
                    drop(unsafe { OwnedFd::from_raw_fd(number) });
                }
            }
            _ => {}
        }
        // SAFETY: `head` points to a header in the buffer of `message`.
        head = unsafe { libc::CMSG_NXTHDR(message, head) };
    }
}

/// Waits until one of `events` is there, the other side has hung up, or the time is over; what is there.
pub(crate) fn poll(fd: BorrowedFd<'_>, events: i16, time: Option<Duration>) -> Outcome<i16> {
    let mut poll = libc::pollfd { fd: fd.as_raw_fd(), events, revents: 0 };
    let time = time.map(|time| libc::timespec {
        tv_sec: time.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_nsec: time.subsec_nanos().into(),
    });
    let time = time.as_ref().map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: one `pollfd` of ours, a time that lives until the call is over, and no signal mask.
    outcome(unsafe { libc::ppoll(&raw mut poll, 1, time, core::ptr::null()) } as isize)?;
    Ok(poll.revents)
}

/// Asks the kernel to say who sends what is received on that socket.
pub(crate) fn ask_for_sender(socket: BorrowedFd<'_>) -> Outcome<()> {
    let yes: libc::c_int = 1;
    let (value, length) = ((&raw const yes).cast(), size_of::<libc::c_int>() as libc::socklen_t);
    // SAFETY: the value lives until the call is over, and is as long as it says.
    let set = unsafe { libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_PASSCRED, value, length) };
    outcome(set as isize).map(drop)
}

/// Who made the socket's other end (or connected it).
pub(crate) fn peer(socket: BorrowedFd<'_>) -> Outcome<Credentials> {
    let mut peer = libc::ucred { pid: 0, uid: 0, gid: 0 };
    let mut length = size_of::<libc::ucred>() as libc::socklen_t;
    let (place, size) = ((&raw mut peer).cast(), &raw mut length);
    // SAFETY: the kernel writes at most that many bytes there.
    let got = unsafe { libc::getsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_PEERCRED, place, size) };
    outcome(got as isize)?;
    Ok(Credentials { pid: peer.pid, uid: peer.uid, gid: peer.gid })
}

/// Ends both directions of the socket, for every copy of it.
pub(crate) fn shut_down(socket: BorrowedFd<'_>) {
    // SAFETY: takes numbers alone. It fails only if the socket is not connected any more, which is what it is for.
    unsafe { libc::shutdown(socket.as_raw_fd(), libc::SHUT_RDWR) };
}
