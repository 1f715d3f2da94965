//! Shared memory instead of the socket, for bytes: who asks for it, who answers, and what is checked first.
//!
//! One side makes the memory and sends its descriptor with [`tag::UPGRADE`]; the other answers [`tag::UPGRADED`] or
//! [`tag::NO_UPGRADE`]. After the yes all frames go through the rings in the memory. What the kernel has to carry, descriptors and
//! credentials, goes by the socket just before its frame.

mod layout;
mod link;
mod ring;

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use self::layout::Capacity;
use self::link::Link;
use super::{Comms, tag};
use crate::error::{Error, Result};
use crate::memory::{self, Mapping};

pub(crate) use self::layout::VERSION;
pub(crate) use self::ring::{RingIn, RingOut};

/// The memory that a channel gets if nothing else is said, both ways together: 1 MiB.
pub const DEFAULT_SHARED_MEMORY: usize = 1 << 20;

/// The most memory that a channel can have, both ways together: 256 MiB.
pub const MAX_SHARED_MEMORY: usize = 256 << 20;

/// Nobody can take away pages that the other side touches, or undo that.
const SEALS: i32 = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;

/// The length of a request: the version, then the capacity of one way.
const REQUEST: usize = 12;

impl Comms {
    /// Moves the bytes of messages to shared memory, which is faster; descriptors and credentials still go by the socket.
    ///
    /// The other side must answer with [`accept_shared_memory`](Self::accept_shared_memory) or
    /// [`refuse_shared_memory`](Self::refuse_shared_memory); that is waited for as for a message. `size` is the memory in bytes for both
    /// ways together, rounded up to a power of two (8 KiB at least); `None`: [`DEFAULT_SHARED_MEMORY`]. A message may be larger
    /// than that.
    ///
    /// The channel is the same as before, time-outs and limits too, and is [split](Self::split) afterwards. A side that is killed is
    /// noticed within a tenth of a second. A sandboxee needs the calls of the groups `comms` and `shared_memory_comms`. The memory belongs to the
    /// process that asked: one that is forked from it must leave its copy of the channel alone.
    ///
    /// # Errors
    /// [`Error::NoSharedMemory`] if the other side refuses, [`Error::AlreadyShared`] if it was done before, and as for
    /// [`receive`](Self::receive): the channel can be used as before after these but for the last. It is closed if there is no answer in
    /// time, or another message comes for an answer.
    ///
    /// # Examples
    /// ```
    /// use sandbox2_client::Comms;
    ///
    /// let (mut host, mut sandboxee) = Comms::pair()?;
    /// let accepts = std::thread::spawn(move || sandboxee.accept_shared_memory().map(|()| sandboxee));
    /// host.upgrade_to_shared_memory(None)?;
    /// let mut sandboxee = accepts.join().expect("it ends")?;
    /// host.send_text("through memory")?;
    /// assert_eq!(sandboxee.receive_text()?, "through memory");
    /// # Ok::<(), sandbox2_client::Error>(())
    /// ```
    #[doc(alias = "SendSharedMemUpgradeRequest")]
    pub fn upgrade_to_shared_memory(&mut self, size: Option<usize>) -> Result<()> {
        self.not_yet_shared()?;
        let capacity = Capacity::for_size(size.unwrap_or(DEFAULT_SHARED_MEMORY))?;
        let (file, memory) = make(capacity)?;
        let mut request = VERSION.to_le_bytes().to_vec();
        request.extend_from_slice(&u64::from(capacity.get()).to_le_bytes());
        self.send(tag::UPGRADE, &request, &[file.as_fd()])?;
        match self.receiver.receive_one_of(tag::UPGRADED, tag::NO_UPGRADE) {
            Ok(tag::UPGRADED) => {
                self.share(memory, capacity, true);
                Ok(())
            }
            Ok(_) => Err(Error::NoSharedMemory),
            // An answer that comes later would change how everything after it is to be read.
            Err(error) => Err(self.receiver.incoming.give_up(error)),
        }
    }

    /// Waits for the other side to [ask for shared memory](Self::upgrade_to_shared_memory), and agrees.
    ///
    /// Memory that could be taken away again, or is larger than [`MAX_SHARED_MEMORY`], is refused.
    ///
    /// # Errors
    /// As for [`receive_bool`](Self::receive_bool), [`Error::AlreadyShared`] if it was done before, and if the memory cannot be used; then
    /// the other side is told so.
    #[doc(alias = "RecvSharedMemUpgrade")]
    pub fn accept_shared_memory(&mut self) -> Result<()> {
        self.not_yet_shared()?;
        let (request, file) = self.receiver.receive_request()?;
        match check(request, file.as_fd()) {
            Ok((memory, capacity)) => {
                self.send(tag::UPGRADED, &[], &[])?;
                self.share(memory, capacity, false);
                Ok(())
            }
            Err(error) => {
                self.send(tag::NO_UPGRADE, &[], &[])?;
                Err(error)
            }
        }
    }

    /// Waits for the other side to [ask for shared memory](Self::upgrade_to_shared_memory), and refuses.
    ///
    /// # Errors
    /// As for [`receive_bool`](Self::receive_bool), and [`Error::AlreadyShared`] if there is shared memory.
    pub fn refuse_shared_memory(&mut self) -> Result<()> {
        self.not_yet_shared()?;
        self.receiver.receive_request()?;
        self.send(tag::NO_UPGRADE, &[], &[])
    }

    /// Whether bytes go through [shared memory](Self::upgrade_to_shared_memory).
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.sender.0.is_shared()
    }

    fn not_yet_shared(&self) -> Result<()> {
        if self.is_shared() { Err(Error::AlreadyShared) } else { Ok(()) }
    }

    fn share(&mut self, memory: Mapping, capacity: Capacity, made_here: bool) {
        let socket = Arc::clone(self.sender.0.socket());
        let link = Arc::new(Link::new(memory, socket, capacity, made_here));
        self.sender.0.share(RingOut::new(Arc::clone(&link)));
        self.receiver.incoming.share(RingIn::new(link));
    }
}

impl super::Receiver {
    /// A message without anything but one of two tags; which.
    fn receive_one_of(&mut self, one: u32, other: u32) -> Result<u32> {
        let begun = self.begin()?;
        let (found, count) = (begun.header.tag, begun.descriptors.len());
        if found != one && found != other {
            return Err(Error::Mismatch { expected: one, found });
        }
        if count > 0 {
            return Err(Error::Descriptors { expected: 0, found: count });
        }
        self.empty(&begun)?;
        Ok(found)
    }

    /// A request for shared memory.
    fn receive_request(&mut self) -> Result<([u8; REQUEST], OwnedFd)> {
        let mut begun = self.begin_with(tag::UPGRADE, 1)?;
        if begun.header.length as usize != REQUEST {
            return Err(self.incoming.give_up(Error::Malformed("a message of fixed length has another one")));
        }
        let mut request = [0; REQUEST];
        self.incoming.payload_into(&begun, &mut request)?;
        let file = begun.descriptors.pop().ok_or(Error::Descriptors { expected: 1, found: 0 })?;
        Ok((request, file))
    }
}

fn failed(what: &'static str) -> impl Fn(i32) -> Error {
    move |errno| Error::System { what, errno }
}

/// Memory for a channel.
fn make(capacity: Capacity) -> Result<(OwnedFd, Mapping)> {
    let file = memory::create(c"sandbox2-comms").map_err(failed("making shared memory"))?;
    let size = libc::off_t::try_from(capacity.memory()).map_err(|_| failed("sizing shared memory")(libc::EFBIG))?;
    memory::resize(file.as_fd(), size).map_err(failed("sizing shared memory"))?;
    memory::add_seals(file.as_fd(), SEALS).map_err(failed("sealing shared memory"))?;
    let mapping = map(file.as_fd(), capacity)?;
    Ok((file, mapping))
}

fn map(file: BorrowedFd<'_>, capacity: Capacity) -> Result<Mapping> {
    Mapping::new(file, capacity.memory(), true).map_err(failed("mapping shared memory"))
}

/// Maps what the other side has sent, if nobody can make it smaller and it is what the request says.
fn check(request: [u8; REQUEST], file: BorrowedFd<'_>) -> Result<(Mapping, Capacity)> {
    let [a, b, c, d, capacity @ ..] = request;
    if u32::from_le_bytes([a, b, c, d]) != VERSION {
        return Err(Error::Malformed("shared memory of another version"));
    }
    let capacity = Capacity::announced(u64::from_le_bytes(capacity))?;
    // Only memory has seals.
    if memory::seals(file).unwrap_or(0) & SEALS != SEALS {
        return Err(Error::Malformed("shared memory that can be taken away again"));
    }
    if !memory::has_ordinary_pages(file).map_err(failed("finding the kind of shared memory"))? {
        return Err(Error::Malformed("shared memory of huge pages, which may not be there"));
    }
    if memory::size(file).map_err(failed("finding the size of shared memory"))? != capacity.memory() as u64 {
        return Err(Error::Malformed("shared memory of another size than announced"));
    }
    Ok((map(file, capacity)?, capacity))
}

#[cfg(test)]
pub(super) mod tests;
