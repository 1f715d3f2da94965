//! What a handler can answer.

use std::io;
use std::marker::PhantomData;
use std::os::fd::OwnedFd;

/// What becomes of a call.
///
/// Every answer but [`Call::proceed`](super::Call::proceed) is sound whatever it is based on: the kernel does not make the call.
#[derive(Debug)]
#[must_use = "a call waits for its answer"]
pub struct Answer<'call> {
    reply: Reply,
    /// An answer belongs to its call, and can be kept for no other.
    call: PhantomData<fn(&'call ()) -> &'call ()>,
}

/// An answer without its call.
#[derive(Debug)]
pub(crate) enum Reply {
    /// The kernel makes the call; with `inspect`, the observer hears what it returned.
    Proceed {
        inspect: bool,
    },
    Fail(u16),
    Return(i64),
    Descriptor {
        descriptor: OwnedFd,
        cloexec: bool,
    },
    Violation,
}

impl<'call> Answer<'call> {
    pub(super) fn new(reply: Reply) -> Answer<'call> {
        Answer { reply, call: PhantomData }
    }

    pub(super) fn into_reply(self) -> Reply {
        self.reply
    }

    /// The call is not made, and fails with that error number (`libc::EACCES`); one outside 1 to 4095 is EPERM.
    pub fn fail(errno: i32) -> Answer<'call> {
        let errno = u16::try_from(errno).ok().filter(|errno| (1..=4095).contains(errno));
        Answer::new(Reply::Fail(errno.unwrap_or(libc::EPERM as u16)))
    }

    /// The call is not made, and returns that value. Values from -4095 to -1 are what a C library takes for an error.
    pub fn value(value: i64) -> Answer<'call> {
        Answer::new(Reply::Return(value))
    }

    /// The call is not made, and returns a new descriptor of the sandboxee's: a copy of this one, close-on-exec. Then the host's own is
    /// closed.
    ///
    /// It has the lowest number that is free there, as one that the sandboxee opened itself. If its limit on open files is reached, the
    /// call fails with EMFILE.
    #[doc(alias = "SECCOMP_IOCTL_NOTIF_ADDFD")]
    pub fn descriptor(descriptor: impl Into<OwnedFd>) -> Answer<'call> {
        Answer::new(Reply::Descriptor { descriptor: descriptor.into(), cloexec: true })
    }

    /// As [`descriptor`](Self::descriptor), and the sandboxee's children keep it when they execute a program.
    pub fn inheritable_descriptor(descriptor: impl Into<OwnedFd>) -> Answer<'call> {
        Answer::new(Reply::Descriptor { descriptor: descriptor.into(), cloexec: false })
    }

    /// The call is a violation: the sandboxee ends, and the outcome tells of it.
    pub fn violation() -> Answer<'call> {
        Answer::new(Reply::Violation)
    }
}

impl From<&io::Error> for Answer<'_> {
    /// The call fails with the error's number; EPERM if it has none.
    fn from(error: &io::Error) -> Self {
        Answer::fail(error.raw_os_error().unwrap_or(libc::EPERM))
    }
}
