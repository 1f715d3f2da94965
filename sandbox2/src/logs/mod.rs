//! What a sandboxee logs, in the host's log.
//!
//! Owns the host's side: reads frames from a socket whose other end is the sandboxee's (`sandbox2_client::logs`), and hands on records
//! that are harmless, marked, and not too many. Nothing that comes is believed but its bounds: a stream that does not keep to the
//! format is closed.

#[cfg(any(feature = "log", feature = "tracing"))]
mod emit;
mod limit;
mod record;

use std::io::{self, ErrorKind, Read};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use sandbox2_client::logs::{Frame, Level, NoFrame};

use self::limit::Limiter;
pub use self::limit::LogLimits;
pub use self::record::LogRecord;
use self::record::Texts;

/// The target, in the host's log, of all records of sandboxees. Their own is part of the text: a sandboxee cannot speak as another part
/// of the host.
pub const LOG_TARGET: &str = "sandboxee";

/// How much came of what a sandboxee logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogCounts {
    /// Records that were handed on.
    pub taken: u64,
    /// Records that came and were left out, as they were too many.
    pub left_out: u64,
    /// Records that the sandboxee did not send, as it says, because the host did not keep up.
    pub lost: u64,
    /// Whether it ended because the sandboxee did not keep to the format.
    pub malformed: bool,
}

/// Takes what a sandboxee logs, in a thread of its own, until the sandboxee closes its end or is gone.
///
/// Each record is [harmless](LogRecord), marked with a name that the host chose, and counted against [`LogLimits`], so that a flood does
/// not fill the host's disk; what was left out is summed up in a record of the host's own. A record that is as grave as can be is an
/// error in the host's log, and ends nothing.
///
/// When it is dropped the thread goes on to the end.
///
/// # Examples
/// ```
/// use std::os::unix::net::UnixStream;
/// use std::sync::mpsc;
///
/// use sandbox2::client::logs::{Forwarder, Level};
/// use sandbox2::{LogLimits, LogServer};
///
/// let (host, sandboxee) = UnixStream::pair()?;
/// let (sender, lines) = mpsc::channel();
/// let server = LogServer::with_sink(host, "tool", LogLimits::default(), move |record| {
///     let _ = sender.send(record.to_string());
/// })?;
/// // In the sandboxee:
/// Forwarder::new(sandboxee).send(Level::Warn, "tool::parse", None, None, format_args!("odd\x1b[2J line"));
///
/// assert_eq!(server.join().taken, 1);
/// assert_eq!(lines.recv()?, r"tool tool::parse: odd\x1b[2J line");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LogServer {
    thread: JoinHandle<LogCounts>,
    socket: UnixStream,
    pid: Arc<AtomicU32>,
}

impl LogServer {
    /// Hands records on to the host's `log` and `tracing`, as far as these features are on: to both if both are.
    ///
    /// Their target is [`LOG_TARGET`]. In `log` the text is a record's whole line; in `tracing` what it is made of are fields:
    /// `sandboxee`, `pid`, `origin` (the sandboxee's own target), `source` and `line`.
    ///
    /// # Errors
    /// If there can be no thread.
    #[cfg(any(feature = "log", feature = "tracing"))]
    pub fn new(socket: UnixStream, name: &str) -> io::Result<LogServer> {
        LogServer::with_sink(socket, name, LogLimits::default(), emit::emit)
    }

    /// Hands records on to `sink`. If it panics, nothing more is taken.
    ///
    /// # Errors
    /// If there can be no thread.
    pub fn with_sink(
        socket: UnixStream,
        name: &str,
        limits: LogLimits,
        sink: impl FnMut(&LogRecord<'_>) + Send + 'static,
    ) -> io::Result<LogServer> {
        let pid = Arc::new(AtomicU32::new(0));
        let service = Service {
            socket: socket.try_clone()?,
            name: record::harmless(name.as_bytes(), 256).0,
            pid: Arc::clone(&pid),
            limiter: Limiter::new(limits, Instant::now()),
            sink,
            counts: LogCounts::default(),
            told: LogCounts::default(),
            told_at: None,
        };
        let thread = thread::Builder::new().name("sandbox2-logs".to_owned()).spawn(|| service.run())?;
        Ok(LogServer { thread, socket, pid })
    }

    /// Says which process the sandboxee is: what is handed on from then on has it.
    pub fn set_pid(&self, pid: u32) {
        self.pid.store(pid, Ordering::Relaxed);
    }

    /// Waits until the sandboxee has closed its end or is gone, and everything is handed on.
    ///
    /// # Panics
    /// If the sink panicked.
    pub fn join(self) -> LogCounts {
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// Takes nothing more from now on, but what has come already.
    ///
    /// # Panics
    /// If the sink panicked.
    pub fn stop(self) -> LogCounts {
        // It fails only if the other side is gone, which ends it too.
        let _ = self.socket.shutdown(Shutdown::Both);
        self.join()
    }
}

/// How often, at most, it is said what was left out.
const BETWEEN_SUMMARIES: Duration = Duration::from_secs(1);
/// What is read at once. It has room for a frame at least.
const ROOM: usize = 64 << 10;
/// How long nothing is read after so much of which nothing was taken, so that a flood costs the host little.
const PAUSE: Duration = Duration::from_millis(10);

/// The thread's.
struct Service<F> {
    socket: UnixStream,
    name: String,
    pid: Arc<AtomicU32>,
    limiter: Limiter,
    sink: F,
    counts: LogCounts,
    /// The counts when they were last summed up, and when that was.
    told: LogCounts,
    told_at: Option<Instant>,
}

impl<F: FnMut(&LogRecord<'_>)> Service<F> {
    fn run(mut self) -> LogCounts {
        if let Err(error) = self.read() {
            self.counts.malformed = true;
            self.say(Level::Error, &format!("{error}; its log ends here"));
        }
        if self.has_more_to_tell() {
            self.sum_up(Instant::now());
        }
        self.counts
    }

    /// Reads until the end.
    fn read(&mut self) -> Result<(), NoFrame> {
        let mut bytes = vec![0; ROOM];
        let mut filled = 0;
        let mut waits_at_most = None;
        let mut since_pause = 0;
        loop {
            let wait = self.may_sum_up_later().then_some(BETWEEN_SUMMARIES);
            if wait != waits_at_most && self.socket.set_read_timeout(wait).is_ok() {
                waits_at_most = wait;
            }
            match self.socket.read(&mut bytes[filled..]) {
                Ok(0) => return Ok(()),
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.sum_up(Instant::now());
                    continue;
                }
                Err(_) => return Ok(()),
            }
            let mut used = 0;
            let taken = self.counts.taken;
            while let Some((frame, size)) = Frame::decode(&bytes[used..filled])? {
                self.take(&frame);
                used += size;
            }
            bytes.copy_within(used..filled, 0);
            filled -= used;
            since_pause = if self.counts.taken == taken { since_pause + used } else { 0 };
            if since_pause >= ROOM {
                since_pause = 0;
                thread::sleep(PAUSE);
            }
        }
    }

    fn take(&mut self, frame: &Frame<'_>) {
        let now = Instant::now();
        self.counts.lost = self.counts.lost.saturating_add(u64::from(frame.lost));
        if !self.limiter.has_room(now) {
            self.counts.left_out += 1;
            return;
        }
        let summed_up = self.told_at.is_some_and(|at| now.saturating_duration_since(at) < BETWEEN_SUMMARIES);
        if self.has_more_to_tell() && !summed_up {
            self.sum_up(now);
        }
        let texts = Texts::new(frame);
        self.limiter.take(texts.len());
        self.counts.taken += 1;
        (self.sink)(&texts.record(&self.name, pid(&self.pid)));
    }

    fn has_more_to_tell(&self) -> bool {
        (self.counts.left_out, self.counts.lost) != (self.told.left_out, self.told.lost)
    }

    /// Whether something is to be told even if nothing more comes. When all is used up that is once, and at the end.
    fn may_sum_up_later(&self) -> bool {
        let at_the_end = self.limiter.is_used_up() && self.told.left_out > 0;
        self.has_more_to_tell() && !at_the_end
    }

    /// Says what was left out since it was said last.
    fn sum_up(&mut self, now: Instant) {
        let left_out = self.counts.left_out - self.told.left_out;
        let lost = self.counts.lost - self.told.lost;
        let mut text = String::new();
        if left_out > 0 {
            let why = if self.limiter.is_used_up() { "its log is full" } else { "they came too fast" };
            text = format!("{left_out} records were left out: {why}");
        }
        if lost > 0 {
            let and = if text.is_empty() { "" } else { "; " };
            text += &format!("{and}it says that it did not send {lost} records");
        }
        self.told = self.counts;
        self.told_at = Some(now);
        self.say(Level::Warn, &text);
    }

    /// Hands on a record of the host's own.
    fn say(&mut self, level: Level, message: &str) {
        let record = LogRecord {
            sandboxee: &self.name,
            pid: pid(&self.pid),
            level,
            target: "",
            file: None,
            line: None,
            message,
            cut: false,
            by_host: true,
        };
        (self.sink)(&record);
    }
}

impl<F> Drop for Service<F> {
    /// However it ends, the other side notices at its next record.
    fn drop(&mut self) {
        // It fails only if the other side is gone.
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

fn pid(pid: &AtomicU32) -> Option<u32> {
    Some(pid.load(Ordering::Relaxed)).filter(|pid| *pid != 0)
}

#[cfg(test)]
mod tests;
