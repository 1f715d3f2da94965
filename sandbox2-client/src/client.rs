//! What a sandboxee knows of its host: its channel, its named descriptors, and whether it is sandboxed.

use std::collections::BTreeMap;
use std::os::fd::{FromRawFd as _, OwnedFd, RawFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed, Ordering::SeqCst};

use crate::comms::Comms;
use crate::environment::{Introduction, LOGS_NAME, VARIABLE};
use crate::error::{Error, Result};
use crate::handshake;
use crate::logs::Forwarder;

/// The sandboxee's side of a sandbox.
///
/// Making it makes no system call, so that it can be had under any policy.
///
/// # Examples
/// A program that gets ready first, and handles what it must not trust only when it is sandboxed
/// (`Executor::sandbox_before_exec(false)` on the host's side):
/// ```no_run
/// use sandbox2_client::Client;
///
/// fn main() -> Result<(), sandbox2_client::Error> {
///     let mut client = Client::new()?;
///     let mut comms = client.comms()?;
///     // … read configuration, open what will be needed …
///     client.sandbox_me_here()?;
///     let input = comms.receive_bytes()?;
///     comms.send_u32(input.len() as u32)?;
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Client {
    comms: Option<OwnedFd>,
    control: Option<OwnedFd>,
    named: BTreeMap<String, OwnedFd>,
    sandboxed: bool,
}

/// Whether [`Client::new`] has handed this process's descriptors out.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether this process (or the one that it was forked from) has sandboxed itself.
static SANDBOXED: AtomicBool = AtomicBool::new(false);

impl Client {
    /// Whether this program was started by sandbox2, so that [`new`](Self::new) has something to give: for programs that can also be run by
    /// themselves. It takes nothing.
    #[must_use]
    pub fn was_started() -> bool {
        introduction().is_ok()
    }

    /// What the host said when it started this program.
    ///
    /// # Errors
    /// If this program was not started by sandbox2, or by a version that says it in another way; and if this was called before: the
    /// descriptors belong to the first.
    pub fn new() -> Result<Client> {
        let introduction = introduction()?;
        if TAKEN.swap(true, SeqCst) {
            return Err(Error::Taken("the descriptors of this process belong to a Client that was made before"));
        }
        Ok(Client {
            comms: introduction.comms.map(owned),
            control: introduction.control.map(owned),
            named: introduction.named.into_iter().map(|(name, number)| (name, owned(number))).collect(),
            sandboxed: introduction.sandboxed,
        })
    }

    /// A child's of a fork server.
    pub(crate) fn forked(
        comms: Option<OwnedFd>,
        control: OwnedFd,
        named: impl IntoIterator<Item = (String, OwnedFd)>,
    ) -> Client {
        // What the environment says is the fork server's, whose numbers are others' by now.
        TAKEN.store(true, SeqCst);
        Client { comms, control: Some(control), named: named.into_iter().collect(), sandboxed: false }
    }

    /// The channel to the host (on its side: `Ipc::comms`). It can be taken once.
    ///
    /// # Errors
    /// If the host has made none, or it was taken.
    pub fn comms(&mut self) -> Result<Comms> {
        let missing = Error::Taken("the host has made no channel (Ipc::comms), or it was taken");
        self.comms.take().map(Comms::new).ok_or(missing)
    }

    /// The descriptor that the host has mapped under that name. It can be taken once.
    ///
    /// # Errors
    /// If there is none of that name, or it was taken.
    #[doc(alias = "GetMappedFD")]
    pub fn descriptor(&mut self, name: &str) -> Result<OwnedFd> {
        self.named
            .remove(name)
            .ok_or(Error::Taken("the host has mapped no descriptor under that name, or it was taken"))
    }

    /// Whether [`descriptor`](Self::descriptor) would give one.
    #[must_use]
    #[doc(alias = "HasMappedFD")]
    pub fn has_descriptor(&self, name: &str) -> bool {
        self.named.contains_key(name)
    }

    /// Lets all records of this process that are information or more go to the host: of `log` and of `tracing`, as far as these features
    /// are on. See [`logs::forward`](crate::logs::forward).
    ///
    /// # Errors
    /// If the host does not take records (on its side: `Ipc::forward_logs`), or something else in this process takes them already.
    #[cfg(any(feature = "log", feature = "tracing"))]
    #[doc(alias = "SendLogsToSupervisor")]
    pub fn forward_logs(&mut self) -> Result<()> {
        let taken = |_| Error::Taken("the records of this process go elsewhere already");
        crate::logs::forward(self.log_descriptor()?).map_err(taken)
    }

    /// What sends records to the host, for programs that use neither `log` nor `tracing`.
    ///
    /// # Errors
    /// If the host does not take records (on its side: `Ipc::forward_logs`), or this was called before.
    pub fn log_forwarder(&mut self) -> Result<Forwarder> {
        self.log_descriptor().map(Forwarder::new)
    }

    fn log_descriptor(&mut self) -> Result<OwnedFd> {
        let missing = "the host does not take records (Ipc::forward_logs), or they go to it already";
        self.named.remove(LOGS_NAME).ok_or(Error::Taken(missing))
    }

    /// Puts the host's policy in force: for this thread, for all others of this process, and for good.
    ///
    /// Processes that this one has started before, and their children, stay as they are: whoever has such must not be reached by what is not
    /// to be trusted. That goes for one that shares this memory (`vfork`) more than for any other.
    ///
    /// Whoever calls this must do so on every path that leads to data that are not to be trusted, and must end where it fails. When
    /// it returns `Ok`, the policy is in force, the host has the listener, and this process has not.
    ///
    /// It makes `sendmsg`, `recvmsg`, `prctl`, `seccomp` and two times `close`, the last one under the policy already, which need not
    /// allow it: the host lets it pass.
    ///
    /// # Errors
    /// If the policy is in force already or nobody waits to be asked for it; if the host is gone or speaks another version; if the kernel
    /// refuses the filter, for example because a thread of this process has a filter of its own. Then nothing is in force that was not
    /// before, and the host ends this process.
    pub fn sandbox_me_here(&mut self) -> Result<()> {
        if self.sandboxed {
            return Err(Error::Taken("this program is sandboxed already"));
        }
        let missing =
            Error::Taken("the host does not wait for this program to be sandboxed (sandbox_before_exec(false))");
        let control = self.control.take().ok_or(missing)?;
        handshake::sandbox_me_here(control)?;
        self.sandboxed = true;
        SANDBOXED.store(true, Relaxed);
        Ok(())
    }
}

/// Whether sandbox2 has a policy in force on this process, as far as the program has been told.
///
/// True from the start in a program that was started sandboxed, and in all that it starts with the same environment; after
/// [`Client::sandbox_me_here`] in one that sandboxes itself, and in its forks. It makes no system call. Whoever starts a program
/// chooses its environment, so this is no proof.
#[must_use]
#[doc(alias = "IsRunningInSandbox2")]
pub fn am_i_sandboxed() -> bool {
    static FROM_THE_START: OnceLock<bool> = OnceLock::new();
    let from_the_start = || introduction().is_ok_and(|introduction| introduction.sandboxed);
    SANDBOXED.load(Relaxed) || *FROM_THE_START.get_or_init(from_the_start)
}

/// What the host said.
pub(crate) fn introduction() -> Result<Introduction> {
    let missing = Error::Environment("the variable SANDBOX2 is missing: this program was not started by sandbox2");
    let value = std::env::var(VARIABLE).map_err(|_| missing)?;
    Introduction::parse(&value)
}

/// A descriptor that the host has mapped.
pub(crate) fn owned(number: RawFd) -> OwnedFd {
    // SAFETY: the host has opened it for this program and said so; `TAKEN` sees to it that it gets one owner.
    unsafe { OwnedFd::from_raw_fd(number) }
}
