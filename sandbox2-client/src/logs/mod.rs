//! Records of a sandboxee that appear in its host's log.
//!
//! Owns the sandboxee's side: what takes records from `log` and `tracing`, or from the program itself, and sends them. The host's side
//! is `sandbox2::logs`, which believes nothing of what comes.
//!
//! A record is **one `sendmsg` that does not wait**, of at most 4096 bytes; nothing is allocated and no lock is taken. When the host
//! does not keep up, records are left out and counted, and the next that goes says how many: a host that is stuck cannot hang its
//! sandboxee. When the host has closed its end, nothing is sent any more.

mod frame;
#[cfg(feature = "log")]
mod log;
#[cfg(feature = "tracing")]
mod tracing;

use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::os::fd::{AsFd as _, OwnedFd};
#[cfg(any(feature = "log", feature = "tracing"))]
use std::sync::OnceLock;

use self::frame::Encoder;
pub use self::frame::{Frame, Level, NoFrame};
use crate::sys;

/// Sends records to the host.
///
/// For programs that use neither `log` nor `tracing`; for those there is `forward`, with the features of these names.
///
/// # Examples
/// ```
/// use std::os::unix::net::UnixStream;
///
/// use sandbox2_client::logs::{Forwarder, Level};
///
/// let (ours, host) = UnixStream::pair()?;
/// let forwarder = Forwarder::new(ours);
/// assert!(forwarder.send(Level::Info, "tool", Some(file!()), Some(line!()), format_args!("{} bytes", 7)));
/// # drop(host);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Forwarder {
    socket: OwnedFd,
    /// How many records were left out since the last that went.
    lost: AtomicU32,
    ended: AtomicBool,
}

impl Forwarder {
    /// One that sends through a connected UNIX stream socket, which it owns.
    pub fn new(socket: impl Into<OwnedFd>) -> Forwarder {
        Forwarder { socket: socket.into(), lost: AtomicU32::new(0), ended: AtomicBool::new(false) }
    }

    /// Sends a record; whether it went. Target and file's name are cut off at 256 bytes, the message where the frame is full.
    pub fn send(
        &self,
        level: Level,
        target: &str,
        file: Option<&str>,
        line: Option<u32>,
        message: fmt::Arguments<'_>,
    ) -> bool {
        if self.ended.load(Ordering::Relaxed) {
            return false;
        }
        let mut encoder = Encoder::new(level, target, file, line);
        // It fails when there is no more room, which the frame says.
        let _ = fmt::Write::write_fmt(&mut encoder, message);
        let lost = self.lost.swap(0, Ordering::Relaxed);
        let frame = encoder.finish(lost);
        match sys::send(self.socket.as_fd(), [frame, &[]], &[], false) {
            Ok(sent) if sent == frame.len() => return true,
            // Left out this time.
            Err(libc::EAGAIN | libc::EINTR | libc::ENOBUFS | libc::ENOMEM) => {}
            // The host has gone, or has half a frame, after which it could not understand anything.
            _ => self.ended.store(true, Ordering::Relaxed),
        }
        self.lost.fetch_add(lost.saturating_add(1), Ordering::Relaxed);
        false
    }
}

/// The records of this process go elsewhere already.
#[cfg(any(feature = "log", feature = "tracing"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken(&'static str);

#[cfg(any(feature = "log", feature = "tracing"))]
impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "records {} go elsewhere already; forward them before anything else takes them", self.0)
    }
}

#[cfg(any(feature = "log", feature = "tracing"))]
impl core::error::Error for Taken {}

/// Lets all records of this process that are information or more go to the host: of `log` and of `tracing`, as far as these features
/// are on.
///
/// `socket` is the sandboxee's end of a UNIX stream socket whose other end the host reads with its `LogServer`. Of `tracing`, events
/// go, with their fields; spans do not.
///
/// # Errors
/// If something else takes them already. Those of the other of the two may go to the host nevertheless.
#[cfg(any(feature = "log", feature = "tracing"))]
pub fn forward(socket: impl Into<OwnedFd>) -> Result<(), Taken> {
    forward_up_to(socket, Level::Info)
}

/// As [`forward`], with the records up to another level. Those of `log` can be chosen anew with `log::set_max_level`.
///
/// # Errors
/// As for [`forward`].
#[cfg(any(feature = "log", feature = "tracing"))]
pub fn forward_up_to(socket: impl Into<OwnedFd>, most: Level) -> Result<(), Taken> {
    static FORWARDER: OnceLock<Forwarder> = OnceLock::new();
    let mut new = Some(Forwarder::new(socket));
    let forwarder = FORWARDER.get_or_init(|| new.take().unwrap_or_else(|| unreachable!("it runs once")));
    if new.is_some() {
        return Err(Taken("of this process"));
    }
    #[cfg(feature = "log")]
    let first = self::log::take(forwarder, most);
    #[cfg(not(feature = "log"))]
    let first = Ok(());
    #[cfg(feature = "tracing")]
    let second = self::tracing::take(forwarder, most);
    #[cfg(not(feature = "tracing"))]
    let second = Ok(());
    first.and(second)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::net::UnixStream;

    use super::*;

    fn pair() -> (Forwarder, UnixStream) {
        let (ours, host) = UnixStream::pair().expect("a pair can be had");
        (Forwarder::new(ours), host)
    }

    /// Everything that has come.
    fn frames(host: &mut UnixStream) -> Vec<(Level, u32, String)> {
        let mut bytes = Vec::new();
        host.read_to_end(&mut bytes).unwrap();
        let (mut rest, mut found) = (&bytes[..], Vec::new());
        while let Some((frame, size)) = Frame::decode(rest).unwrap() {
            found.push((frame.level, frame.lost, String::from_utf8(frame.message.to_vec()).unwrap()));
            rest = &rest[size..];
        }
        assert!(rest.is_empty(), "{rest:?}");
        found
    }

    #[test]
    fn what_a_stuck_host_does_not_take_is_left_out_and_counted() {
        let (forwarder, mut host) = pair();
        let text = "x".repeat(3000);
        let mut sent = 0;
        while forwarder.send(Level::Info, "t", None, None, format_args!("{text}")) {
            sent += 1;
        }
        for _ in 0..6 {
            assert!(!forwarder.send(Level::Info, "t", None, None, format_args!("{text}")));
        }
        let mut first = vec![0; 20 + 1 + 3000];
        for _ in 0..sent {
            host.read_exact(&mut first).unwrap();
        }
        assert!(forwarder.send(Level::Warn, "t", None, None, format_args!("again")));
        assert!(forwarder.send(Level::Warn, "t", None, None, format_args!("and again")));
        drop(forwarder);
        let expected = [(Level::Warn, 7, "again".to_owned()), (Level::Warn, 0, "and again".to_owned())];
        assert_eq!(frames(&mut host), expected);
    }

    #[test]
    fn a_host_that_is_gone_ends_it() {
        let (forwarder, host) = pair();
        drop(host);
        assert!(!forwarder.send(Level::Info, "t", None, None, format_args!("x")));
        assert!(forwarder.ended.load(Ordering::Relaxed));
    }

    #[test]
    fn threads_send_whole_frames() {
        let (forwarder, mut host) = pair();
        let count = std::thread::scope(|scope| {
            let reader = scope.spawn(|| frames(&mut host).iter().map(|(_, lost, _)| 1 + lost).sum::<u32>());
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        (0..2000)
                            .filter(|number| {
                                forwarder.send(Level::Debug, "t", None, None, format_args!("{number:>500}"))
                            })
                            .count()
                    })
                })
                .collect();
            let sent: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
            sys::shut_down(forwarder.socket.as_fd());
            assert!(sent > 0);
            reader.join().unwrap()
        });
        assert_eq!(count + forwarder.lost.load(Ordering::Relaxed), 8000);
    }
}
