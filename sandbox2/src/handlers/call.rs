//! What a handler sees of a call.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::ops::Deref;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::tables::{self, Syscall};

use super::answer::{Answer, Reply};
use super::{SocketAddress, Value};
use crate::report::explain;

/// How much can be copied at once: 16 MiB.
const MOST: usize = 16 << 20;

/// What the kernel takes for a path, with its final zero.
const PATH_MAX: usize = libc::PATH_MAX as usize;

/// A thread that waits for the answer to a call, as a monitor knows it.
pub(crate) trait Caller {
    /// The thread, in the host's numbering; 0 if it has none there.
    fn thread(&self) -> u32;

    /// Up to `len` bytes at `address`: as many as can be read.
    ///
    /// # Errors
    /// ESRCH if the caller is gone.
    fn read(&self, address: u64, len: usize) -> io::Result<Vec<u8>>;

    /// Writes all of `bytes` there.
    ///
    /// # Errors
    /// ESRCH if the caller is gone, EFAULT if it may not write there itself.
    fn write(&self, address: u64, bytes: &[u8]) -> io::Result<()>;

    /// A copy of the caller's descriptor of that number.
    fn descriptor(&self, number: i32) -> io::Result<OwnedFd>;

    /// Gives it a copy of a descriptor; its number there.
    fn install(&self, descriptor: BorrowedFd<'_>, at: Option<i32>, cloexec: bool) -> io::Result<i32>;
}

/// The registers of a call: what the kernel copied when it was made, and nobody can change any more.
#[derive(Clone, Copy)]
pub struct Request<'call> {
    caller: &'call dyn Caller,
    data: &'call SeccompData,
    syscall: Option<&'static Syscall>,
    brand: PhantomData<fn(&'call ()) -> &'call ()>,
}

/// A call that waits for its answer.
///
/// It derefs to a [`Request`]: the registers. While nothing but those was looked at, the kernel may make the call
/// ([`proceed`](Self::proceed)). To look at memory, the call is turned into an [`Inspection`], which has no such answer: what is behind a
/// pointer can be something else by the time that the kernel reads it, so a decision that rests on it can only be carried out by the host
/// itself.
#[derive(Debug)]
pub struct Call<'call> {
    request: Request<'call>,
}

/// A call whose memory can be looked at, and which the kernel will not make.
#[derive(Debug)]
pub struct Inspection<'call> {
    request: Request<'call>,
}

/// An address in the sandboxee. There may be nothing there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(pub u64);

impl Pointer {
    /// Whether it is NULL.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.0 == 0
    }

    /// The address `bytes` further on; at the end of all addresses it starts anew.
    #[must_use]
    pub fn offset(self, bytes: u64) -> Pointer {
        Pointer(self.0.wrapping_add(bytes))
    }
}

impl<'call> Call<'call> {
    pub(super) fn new(caller: &'call dyn Caller, data: &'call SeccompData) -> Call<'call> {
        let syscall = Arch::native().and_then(|arch| tables::syscall_by_number(arch, data.nr));
        Call { request: Request { caller, data, syscall, brand: PhantomData } }
    }

    /// The kernel makes the call.
    ///
    /// The answer can be given only while nothing but registers was looked at. Do not go around that (by `/proc`, by what an earlier call
    /// was seen to have in memory): another thread of the sandboxee can write to its memory at any moment.
    #[doc(alias = "SECCOMP_USER_NOTIF_FLAG_CONTINUE")]
    pub fn proceed(self) -> Answer<'call> {
        Answer::new(Reply::Proceed { inspect: false })
    }

    /// As [`proceed`](Self::proceed), and [`Observer::returned`](crate::Observer::returned) hears what it returned.
    ///
    /// Only the [ptrace monitor](crate::Monitor::Ptrace) can tell; under the other the call is denied like one whose handler failed.
    #[doc(alias = "kInspectAfterReturn")]
    pub fn proceed_and_inspect(self) -> Answer<'call> {
        Answer::new(Reply::Proceed { inspect: true })
    }

    /// To look at memory, and in exchange to answer the call without the kernel.
    #[must_use]
    pub fn inspect(self) -> Inspection<'call> {
        Inspection { request: self.request }
    }
}

impl<'call> Deref for Call<'call> {
    type Target = Request<'call>;

    fn deref(&self) -> &Request<'call> {
        &self.request
    }
}

impl<'call> Deref for Inspection<'call> {
    type Target = Request<'call>;

    fn deref(&self) -> &Request<'call> {
        &self.request
    }
}

impl Request<'_> {
    /// The call's name; `None` if it has none in the tables of this version.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        self.syscall.map(|syscall| syscall.name)
    }

    /// The call's number.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.data.nr
    }

    /// The thread that makes it, in the host's numbering. For messages: by the time that it is used the number can be another's.
    #[must_use]
    pub fn thread(&self) -> u32 {
        self.caller.thread()
    }

    /// Where in the program it is made.
    #[must_use]
    pub fn instruction_pointer(&self) -> Pointer {
        Pointer(self.data.instruction_pointer)
    }

    /// All six argument registers. The upper half of one that holds an `int` can be anything.
    #[must_use]
    pub fn registers(&self) -> [u64; 6] {
        self.data.args
    }

    /// The whole register of argument `index`, from 0; 0 for one beyond the sixth.
    #[doc(alias = "arg")]
    #[must_use]
    pub fn long(&self, index: usize) -> u64 {
        self.data.args.get(index).copied().unwrap_or(0)
    }

    /// Argument `index`, from 0, as the kernel takes an `int`: the lower half of the register.
    #[must_use]
    pub fn int(&self, index: usize) -> i32 {
        self.long(index) as u32 as i32
    }

    /// Argument `index`, from 0, as the kernel takes an `unsigned int`: the lower half of the register.
    #[must_use]
    pub fn uint(&self, index: usize) -> u32 {
        self.long(index) as u32
    }

    /// Argument `index`, from 0, as a pointer.
    #[must_use]
    pub fn pointer(&self, index: usize) -> Pointer {
        Pointer(self.long(index))
    }

    /// The position of the argument that the kernel calls so (`flags`), if the call has one.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        let arguments = self.syscall?.args(Arch::native()?)?;
        arguments.iter().position(|argument| argument.name == name)
    }

    /// Gives the sandboxee a copy of a descriptor, at that number (what is there is closed) or the lowest that is free; its number there.
    ///
    /// # Errors
    /// ESRCH if the caller is gone, EMFILE if it has no room, EBADF for a number that it cannot have; under the ptrace monitor ENOSYS.
    #[doc(alias = "SECCOMP_IOCTL_NOTIF_ADDFD")]
    pub fn install(&self, descriptor: impl AsFd, at: Option<i32>, cloexec: bool) -> io::Result<i32> {
        self.caller.install(descriptor.as_fd(), at, cloexec)
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("thread", &self.thread()).field("data", self.data).finish_non_exhaustive()
    }
}

impl fmt::Display for Request<'_> {
    /// The call, decoded from its registers: `openat(AT_FDCWD, 0x7ffe0000, O_RDONLY | O_CLOEXEC, 0)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments = match Arch::native() {
            Some(arch) => explain::arguments(arch, self.syscall, self.data, &mut |_| None),
            None => Vec::new(),
        };
        explain::line(f, self.name(), self.number(), &arguments)
    }
}

impl Inspection<'_> {
    /// Copies `len` bytes, at most 16 MiB.
    ///
    /// # Errors
    /// EFAULT if not all of them can be read, ESRCH if the caller is gone, E2BIG for too many.
    pub fn read_bytes(&self, from: Pointer, len: usize) -> io::Result<Vec<u8>> {
        if len > MOST {
            return Err(errno(libc::E2BIG));
        }
        let bytes = self.request.caller.read(from.0, len)?;
        if bytes.len() == len { Ok(bytes) } else { Err(errno(libc::EFAULT)) }
    }

    /// Copies a value.
    ///
    /// # Errors
    /// As [`read_bytes`](Self::read_bytes); EINVAL if the bytes are no such value.
    pub fn read<T: Value>(&self, from: Pointer) -> io::Result<T> {
        T::from_bytes(&self.read_bytes(from, T::SIZE)?).ok_or_else(|| errno(libc::EINVAL))
    }

    /// Copies a string up to its zero, which is left out: at most `most` bytes.
    ///
    /// # Errors
    /// EFAULT if it cannot be read to its end, ENAMETOOLONG if that does not come in `most` bytes, ESRCH if the caller is gone.
    pub fn read_string(&self, from: Pointer, most: usize) -> io::Result<Vec<u8>> {
        let wanted = most.min(MOST).saturating_add(1);
        let mut bytes = self.request.caller.read(from.0, wanted)?;
        match bytes.iter().position(|byte| *byte == 0) {
            Some(end) => {
                bytes.truncate(end);
                Ok(bytes)
            }
            None if bytes.len() < wanted => Err(errno(libc::EFAULT)),
            None => Err(errno(libc::ENAMETOOLONG)),
        }
    }

    /// Copies a path, as long as the kernel takes one: 4095 bytes. It may be relative, empty, and have `..` in it: it is what was written there.
    ///
    /// # Errors
    /// As [`read_string`](Self::read_string).
    pub fn read_path(&self, from: Pointer) -> io::Result<PathBuf> {
        self.read_string(from, PATH_MAX - 1).map(|bytes| OsString::from_vec(bytes).into())
    }

    /// Copies the address of a socket, which has `len` bytes.
    ///
    /// # Errors
    /// As [`read_bytes`](Self::read_bytes); EINVAL if the kernel would refuse it.
    pub fn read_socket_address(&self, from: Pointer, len: u32) -> io::Result<SocketAddress> {
        let len = usize::try_from(len).ok().filter(|len| *len <= size_of::<libc::sockaddr_storage>());
        let bytes = self.read_bytes(from, len.ok_or_else(|| errno(libc::EINVAL))?)?;
        SocketAddress::from_bytes(&bytes).ok_or_else(|| errno(libc::EINVAL))
    }

    /// Writes `bytes` into the sandboxee's memory.
    ///
    /// # Errors
    /// EFAULT if it could not write there itself, ESRCH if the caller is gone.
    pub fn write_bytes(&self, to: Pointer, bytes: &[u8]) -> io::Result<()> {
        self.request.caller.write(to.0, bytes)
    }

    /// Writes a value into the sandboxee's memory.
    ///
    /// # Errors
    /// As [`write_bytes`](Self::write_bytes).
    pub fn write<T: Value>(&self, to: Pointer, value: &T) -> io::Result<()> {
        self.write_bytes(to, &value.to_bytes())
    }

    /// A copy of the sandboxee's descriptor of that number.
    ///
    /// What is behind it is the sandboxee's: a read may block for ever, a lock may be held. The number can be another file's when the
    /// sandboxee uses it again.
    ///
    /// # Errors
    /// EBADF if it has none, ESRCH if the caller is gone.
    #[doc(alias = "pidfd_getfd")]
    pub fn descriptor(&self, number: i32) -> io::Result<OwnedFd> {
        self.request.caller.descriptor(number)
    }
}

fn errno(errno: i32) -> io::Error {
    io::Error::from_raw_os_error(errno)
}
