//! Which of the host's descriptors a sandboxee gets, under which numbers and names.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

use sandbox2_client::Comms;
use sandbox2_client::environment::{COMMS_NUMBER, Introduction, LOGS_NAME, MAX_NAME, is_name};

use crate::logs::{LogLimits, LogRecord, LogServer};

/// The descriptors that a sandboxee will have.
///
/// What is mapped belongs to the sandboxee: the host's copies are closed as soon as it is launched, so that the host sees
/// the end of a stream when the sandboxee closes it or ends. Everything that is not mapped is closed in the sandboxee.
///
/// Where a descriptor goes is a number, a name, or both: `map_fd(fd, 5)`, `map_fd(fd, "input")`, `map_fd(fd, (5, "input"))`. A program
/// that links `sandbox2-client` asks for it by name (`Client::descriptor`); one that has only a name gets the lowest free number from
/// 3 on.
///
/// # Examples
/// ```no_run
/// use std::io::Read;
///
/// use sandbox2::Executor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut executor = Executor::new("/bin/tool", ["tool"]);
/// executor.ipc_mut().map_fd(std::fs::File::open("/proc/version")?.into(), 0)?;
/// executor.ipc_mut().map_fd(std::fs::File::open("/etc/hostname")?.into(), "hostname")?;
/// let mut stdout = executor.ipc_mut().receive_fd(1)?;
/// let mut comms = executor.ipc_mut().comms()?;
/// // … run_async …
/// comms.send_u32(7)?;
/// let mut text = String::new();
/// stdout.read_to_string(&mut text)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Ipc {
    mapped: Vec<Mapped>,
    comms: Option<OwnedFd>,
}

#[derive(Debug)]
struct Mapped {
    fd: OwnedFd,
    target: Target,
}

/// Where a descriptor goes: a number, a name, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    number: Option<RawFd>,
    name: Option<String>,
}

impl From<RawFd> for Target {
    fn from(number: RawFd) -> Target {
        Target { number: Some(number), name: None }
    }
}

impl From<&str> for Target {
    fn from(name: &str) -> Target {
        Target { number: None, name: Some(name.to_owned()) }
    }
}

impl From<String> for Target {
    fn from(name: String) -> Target {
        Target { number: None, name: Some(name) }
    }
}

impl From<(RawFd, &str)> for Target {
    fn from((number, name): (RawFd, &str)) -> Target {
        Target { number: Some(number), name: Some(name.to_owned()) }
    }
}

/// A descriptor cannot be mapped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IpcError {
    /// The number is negative or beyond what any process can have.
    #[error("{0} cannot be a descriptor number in the sandboxee; use 0 to {MAX}", MAX = Ipc::MAX_NUMBER)]
    Number(RawFd),
    /// The number is taken.
    #[error("descriptor {0} of the sandboxee is mapped already; choose another number")]
    Taken(RawFd),
    /// The name is none.
    #[error("{0:?} cannot be a descriptor's name; use 1 to {MAX_NAME} letters, digits, `_`, `-` and `.`")]
    Name(String),
    /// The name is taken.
    #[error("a descriptor named `{0}` is mapped already; choose another name")]
    NameTaken(String),
    /// The channel was made already.
    #[error("this sandboxee's channel was made already: `comms` gives the host's end once")]
    CommsTaken,
    /// The system could not copy the descriptor or make the socket pair.
    #[error("cannot make {what} of the sandboxee")]
    System {
        /// The descriptor that it would have been.
        what: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// The descriptors with their numbers, and what the program is told of them.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) fds: Vec<(OwnedFd, RawFd)>,
    pub(crate) introduction: Introduction,
}

impl Ipc {
    /// The number of the [channel](Ipc::comms) in the sandboxee, unless that is mapped: for policies, `if fd == { Ipc::CHANNEL }`.
    pub const CHANNEL: RawFd = COMMS_NUMBER;

    /// The highest number that a mapped descriptor can have: the default of the kernel's `fs.nr_open`, less one.
    pub const MAX_NUMBER: RawFd = (1 << 20) - 1;

    /// Gives `local` to the sandboxee. The host's copy is closed once it is launched.
    ///
    /// # Errors
    /// If the number is out of range or taken, or the name is none or taken; then `local` is closed.
    pub fn map_fd(&mut self, local: OwnedFd, remote: impl Into<Target>) -> Result<&mut Ipc, IpcError> {
        let target = self.check(remote.into())?;
        self.mapped.push(Mapped { fd: local, target });
        Ok(self)
    }

    /// Gives a copy of `local` to the sandboxee; the caller keeps `local`.
    ///
    /// Both share one file position and one set of status flags (`dup(2)`).
    ///
    /// # Errors
    /// As for [`map_fd`](Self::map_fd), and if `local` cannot be copied.
    #[doc(alias = "map_duped_fd")]
    pub fn map_dup_fd(&mut self, local: BorrowedFd<'_>, remote: impl Into<Target>) -> Result<&mut Ipc, IpcError> {
        let target = self.check(remote.into())?;
        let fd = local.try_clone_to_owned().map_err(|source| IpcError::System { what: target.text(), source })?;
        self.mapped.push(Mapped { fd, target });
        Ok(self)
    }

    /// Makes a socket pair: one end becomes the sandboxee's descriptor, the other is the caller's.
    ///
    /// Both ends are close-on-exec from birth on the host's side. Reading gives the end of the stream when the last process
    /// of the sandbox has closed its end, even while others go on.
    ///
    /// # Errors
    /// As for [`map_fd`](Self::map_fd), and if no socket pair can be made.
    pub fn receive_fd(&mut self, remote: impl Into<Target>) -> Result<UnixStream, IpcError> {
        let target = self.check(remote.into())?;
        let (host, sandboxee) =
            UnixStream::pair().map_err(|source| IpcError::System { what: target.text(), source })?;
        self.mapped.push(Mapped { fd: sandboxee.into(), target });
        Ok(host)
    }

    /// Makes the channel to the sandboxee, which takes its end by `Client::comms`; this is the host's.
    ///
    /// The sandboxee's end is its descriptor 1023, or, where that is mapped, the next lower one that is free; a program that links the
    /// client is told. It may be used before [`run_async`](crate::Sandbox2::run_async), which keeps what is sent for the sandboxee.
    ///
    /// # Errors
    /// If it was made already, or no socket pair can be made.
    #[doc(alias = "GetComms")]
    pub fn comms(&mut self) -> Result<Comms, IpcError> {
        if self.comms.is_some() {
            return Err(IpcError::CommsTaken);
        }
        let failed = |source| IpcError::System { what: "the channel".to_owned(), source };
        let (host, sandboxee) = UnixStream::pair().map_err(failed)?;
        self.comms = Some(sandboxee.into());
        Ok(Comms::new(host))
    }

    /// Takes what the sandboxee logs into the host's own log, marked with that name: `Client::forward_logs` is its side. See
    /// [`LogServer::new`].
    ///
    /// The sandboxee's policy must allow `sendmsg` on the descriptor, which is the lowest that is free from 3 on.
    ///
    /// # Errors
    /// If it is taken already, or there is no socket pair or thread to be had.
    #[cfg(any(feature = "log", feature = "tracing"))]
    #[doc(alias = "EnableLogServer")]
    pub fn forward_logs(&mut self, name: &str) -> Result<LogServer, IpcError> {
        let socket = self.receive_fd(LOGS_NAME)?;
        LogServer::new(socket, name).map_err(no_log_server)
    }

    /// As `forward_logs`, into `sink`. See [`LogServer::with_sink`].
    ///
    /// # Errors
    /// If it is taken already, or there is no socket pair or thread to be had.
    pub fn forward_logs_to(
        &mut self,
        name: &str,
        limits: LogLimits,
        sink: impl FnMut(&LogRecord<'_>) + Send + 'static,
    ) -> Result<LogServer, IpcError> {
        let socket = self.receive_fd(LOGS_NAME)?;
        LogServer::with_sink(socket, name, limits, sink).map_err(no_log_server)
    }

    /// Whether the sandboxee's descriptor `remote` is mapped.
    #[must_use]
    pub fn is_mapped(&self, remote: RawFd) -> bool {
        self.mapped.iter().any(|mapped| mapped.target.number == Some(remote))
    }

    /// Whether a descriptor is mapped under that name.
    #[must_use]
    pub fn is_name_mapped(&self, name: &str) -> bool {
        self.mapped.iter().any(|mapped| mapped.target.name.as_deref() == Some(name))
    }

    /// Gives everything its number: what has none, and the channel, and `control`, make way for what has.
    pub(crate) fn plan(self, control: Option<OwnedFd>) -> Planned {
        let mut taken: BTreeSet<RawFd> = self.mapped.iter().filter_map(|mapped| mapped.target.number).collect();
        let mut introduction = Introduction::default();
        let mut fds = Vec::with_capacity(self.mapped.len() + 2);
        // Downwards, so that a program which knows nothing of all this finds its own first descriptors where it expects them.
        let mut high = |fd: Option<OwnedFd>, fds: &mut Vec<(OwnedFd, RawFd)>| {
            let fd = fd?;
            let number = (0..=COMMS_NUMBER).rev().find(|number| taken.insert(*number))?;
            fds.push((fd, number));
            Some(number)
        };
        introduction.comms = high(self.comms, &mut fds);
        introduction.control = high(control, &mut fds);
        for Mapped { fd, target } in self.mapped {
            let number = target.number.or_else(|| (3..=Ipc::MAX_NUMBER).find(|number| taken.insert(*number)));
            let Some(number) = number else { continue };
            fds.push((fd, number));
            if let Some(name) = target.name {
                introduction.named.push((name, number));
            }
        }
        Planned { fds, introduction }
    }

    fn check(&self, target: Target) -> Result<Target, IpcError> {
        if let Some(number) = target.number {
            if !(0..=Self::MAX_NUMBER).contains(&number) {
                return Err(IpcError::Number(number));
            }
            if self.is_mapped(number) {
                return Err(IpcError::Taken(number));
            }
        }
        match &target.name {
            Some(name) if !is_name(name) => Err(IpcError::Name(name.clone())),
            Some(name) if self.is_name_mapped(name) => Err(IpcError::NameTaken(name.clone())),
            _ => Ok(target),
        }
    }
}

fn no_log_server(source: io::Error) -> IpcError {
    IpcError::System { what: "the thread that takes the records".to_owned(), source }
}

impl Target {
    fn text(&self) -> String {
        match (self.number, &self.name) {
            (Some(number), _) => format!("descriptor {number}"),
            (None, Some(name)) => format!("the descriptor named `{name}`"),
            (None, None) => "a descriptor".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd;

    use super::*;

    fn null() -> OwnedFd {
        File::open("/dev/null").unwrap().into()
    }

    #[test]
    fn a_number_is_given_out_once() {
        let mut ipc = Ipc::default();
        ipc.map_fd(null(), 5).unwrap();
        assert!(matches!(ipc.map_fd(null(), 5), Err(IpcError::Taken(5))));
        assert!(matches!(ipc.map_dup_fd(null().as_fd(), 5), Err(IpcError::Taken(5))));
        assert!(matches!(ipc.receive_fd(5), Err(IpcError::Taken(5))));
        assert!(ipc.is_mapped(5) && !ipc.is_mapped(6));
    }

    #[test]
    fn a_number_must_be_one_that_a_process_can_have() {
        let mut ipc = Ipc::default();
        for number in [-1, Ipc::MAX_NUMBER + 1, RawFd::MAX, RawFd::MIN] {
            assert!(matches!(ipc.map_fd(null(), number), Err(IpcError::Number(n)) if n == number));
        }
    }

    #[test]
    fn the_hosts_end_sees_the_end_when_the_other_is_dropped() {
        let mut ipc = Ipc::default();
        let mut host = ipc.receive_fd(1).unwrap();
        drop(ipc);
        assert_eq!(io::Read::read(&mut host, &mut [0]).unwrap(), 0);
    }

    #[test]
    fn names_are_given_out_once_and_are_names() {
        let mut ipc = Ipc::default();
        ipc.map_fd(null(), "a").unwrap().map_fd(null(), (4, "b")).unwrap();
        assert!(matches!(ipc.map_fd(null(), "a"), Err(IpcError::NameTaken(name)) if name == "a"));
        assert!(matches!(ipc.receive_fd((9, "b")), Err(IpcError::NameTaken(_))));
        assert!(matches!(ipc.receive_fd((4, "c")), Err(IpcError::Taken(4))));
        for name in ["", "a b", "a;b", "a,b", "a=b", "a:b", "ä", "a\0"] {
            assert!(matches!(ipc.map_fd(null(), name), Err(IpcError::Name(_))), "{name}");
        }
        assert!(ipc.is_name_mapped("b") && !ipc.is_name_mapped("c"));
        let _host = ipc.comms().unwrap();
        assert!(matches!(ipc.comms(), Err(IpcError::CommsTaken)));
    }

    #[test]
    fn what_has_no_number_makes_way_for_what_has() {
        let mut ipc = Ipc::default();
        let _host = ipc.comms().unwrap();
        ipc.map_fd(null(), "free").unwrap();
        ipc.map_fd(null(), 1023).unwrap().map_fd(null(), (1021, "late")).unwrap().map_fd(null(), 3).unwrap();
        ipc.map_fd(null(), "other").unwrap();
        let planned = ipc.plan(Some(null()));
        let introduction = planned.introduction;
        assert_eq!((introduction.comms, introduction.control), (Some(1022), Some(1020)));
        let named = [("free", 4), ("late", 1021), ("other", 5)].map(|(name, number)| (name.to_owned(), number));
        assert_eq!(introduction.named, named);
        let mut numbers: Vec<_> = planned.fds.iter().map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [3, 4, 5, 1020, 1021, 1022, 1023]);
    }
}
