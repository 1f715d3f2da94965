//! A sandboxee that runs without its filter until it asks for it.
//!
//! It has everything else already: namespaces, files, limits, no privileges. Whoever waits for it polls [`Unfiltered::control`], calls
//! [`Unfiltered::hear`] when there is something, and then [`Unfiltered::look`] until the filter is installed. What it says is bounded in
//! size, and never waited for here. The protocol is described in `sandbox2_client::handshake`.

use std::borrow::Cow;
use std::io::PipeWriter;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use sandbox2_client::handshake::{Answer, HELLO, Hello, MAGIC, VERSION};
use sandbox2_client::{fork_request, packet};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::{Insn, offset, op, ret};

use super::tree::{DYING, Launched, Refused, Tree, has_ended};
use super::{Handshake, hint};
use crate::error::{SetupError, Stage};
use crate::sys::child::LimitOp;
use crate::sys::{Errno, calls, notify};

/// How long a killed process may take to end.
const ENDING: Duration = Duration::from_secs(5);

/// A sandboxee without its filter.
#[derive(Debug)]
pub(crate) struct Unfiltered {
    tree: Tree,
    handshake: Handshake,
    filter: Cow<'static, [Insn]>,
    late_limit: Option<LimitOp>,
    /// Who attaches to it before it is given its filter; `None`: it makes a listener.
    tracer: Option<Attach>,
    /// Whoever has kept the namespaces of a forked one, and is ending: a pidfd.
    keeper: Option<OwnedFd>,
    state: State,
}

/// What attaches to all threads of a process, which is behind a pidfd, too.
pub(crate) struct Attach(pub(crate) Box<AttachFn>);

/// It gets the process's number and its pidfd.
type AttachFn = dyn FnMut(libc::pid_t, &OwnedFd) -> Result<(), SetupError> + Send;

impl std::fmt::Debug for Attach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attach")
    }
}

/// What it is waited for.
#[derive(Debug)]
enum State {
    /// It is being forked.
    Unborn(Birth),
    /// It runs; a pidfd of it.
    Running(OwnedFd),
    /// It has been given its filter, and will say at that address how it went.
    Installing(OwnedFd, u64),
}

/// What to do when it is born.
#[derive(Debug)]
pub(super) struct Birth {
    /// Lets go of whoever has kept its namespaces.
    pub(super) gate: PipeWriter,
    /// A pidfd of that process.
    pub(super) keeper: OwnedFd,
    pub(super) limits: Vec<LimitOp>,
}

/// What has been heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Go on waiting.
    More,
    /// It installs its filter: look for that.
    Installing,
    /// It has closed its end: it will not ask any more.
    Nothing,
}

impl Unfiltered {
    pub(super) fn new(
        tree: Tree,
        main: OwnedFd,
        handshake: Handshake,
        filter: Cow<'static, [Insn]>,
        late_limit: Option<LimitOp>,
    ) -> Unfiltered {
        Unfiltered { tree, handshake, filter, late_limit, tracer: None, keeper: None, state: State::Running(main) }
    }

    pub(super) fn to_be_born(
        tree: Tree,
        birth: Birth,
        handshake: Handshake,
        filter: Cow<'static, [Insn]>,
        late_limit: Option<LimitOp>,
    ) -> Unfiltered {
        Unfiltered { tree, handshake, filter, late_limit, tracer: None, keeper: None, state: State::Unborn(birth) }
    }

    /// Has it traced from the moment that it asks: its filter must be a traced one.
    pub(crate) fn set_tracer(&mut self, attach: Attach) {
        self.tracer = Some(attach);
    }

    /// Readable when there is something to [hear](Self::hear).
    pub(crate) fn control(&self) -> BorrowedFd<'_> {
        self.handshake.control.as_fd()
    }

    /// How long it may take to ask.
    pub(crate) fn patience(&self) -> Duration {
        self.handshake.patience
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Gives up on it.
    pub(crate) fn into_tree(self) -> Tree {
        self.tree
    }

    /// Takes one message, and does what it asks for.
    ///
    /// # Errors
    /// If it is none, or cannot be fulfilled.
    pub(crate) fn hear(&mut self) -> Result<Heard, SetupError> {
        // One byte more, so that a longer message is none.
        let mut bytes = [0; HELLO + 1];
        let (length, sender) = match packet::receive_from(self.control(), &mut bytes, false) {
            Ok((0, _)) => return Ok(Heard::Nothing),
            Ok(received) => received,
            Err(error) => match error.raw_os_error() {
                Some(libc::EAGAIN) => return Ok(Heard::More),
                Some(libc::ECONNRESET) => return Ok(Heard::Nothing),
                Some(libc::EMSGSIZE) => return Err(wrong("it sent more than a message of the handshake has")),
                errno => return Err(SetupError::new(Stage::Handshake, errno).with_what("hearing what it asks for")),
            },
        };
        let message = bytes.get(..length).unwrap_or_default();
        match &self.state {
            State::Unborn(_) => {
                let born = message == fork_request::born();
                if !born || sender <= 0 {
                    return Err(wrong("the fork server's child did not begin with the handshake of this version"));
                }
                // If the number is another's by now, that is in another sandbox, or is none of a sandbox's: `born` looks.
                let main = calls::pidfd_open(sender).map_err(|Errno(errno)| {
                    SetupError::new(Stage::Wait, Some(errno)).with_what("the fork server's child has ended")
                })?;
                self.born(main)?;
                Ok(Heard::More)
            }
            State::Running(_) => self.asked(message),
            State::Installing(..) => Err(wrong("it went on talking after it was given its policy")),
        }
    }

    /// The child is there: limits it, and lets go of its namespaces' keeper.
    fn born(&mut self, main: OwnedFd) -> Result<(), SetupError> {
        self.tree.set_main(&main)?;
        // What is outside of the sandbox's processes would not end with them.
        if !self.tree.contains_main()? {
            return Err(wrong("the fork server's child is no process of the sandbox"));
        }
        if let State::Unborn(Birth { gate, keeper, limits }) = std::mem::replace(&mut self.state, State::Running(main))
        {
            drop(gate);
            // It ends by itself, unless a copy of the host has the gate, too. ESRCH: it has.
            let _ = calls::pidfd_send_signal(keeper.as_raw_fd(), libc::SIGKILL);
            self.keeper = Some(keeper);
            if let State::Running(main) = &self.state {
                limits.into_iter().try_for_each(|limit| self.tree.set_limit(main, limit))?;
            }
        }
        Ok(())
    }

    fn asked(&mut self, message: &[u8]) -> Result<Heard, SetupError> {
        let Some(hello) = Hello::decode(message) else {
            return Err(wrong("what it sent is no request for a policy"));
        };
        if let Some(keeper) = self.keeper.take() {
            await_end(&keeper)?;
        }
        let instruction = |insn: &Insn| (insn.code, insn.jt, insn.jf, insn.k);
        let answer = match (&mut self.tracer, &self.state) {
            _ if hello.version != VERSION => Answer::Version(VERSION),
            (Some(Attach(attach)), State::Running(main)) => {
                attach(self.tree.main_pid(), main)?;
                // No listener will need a number.
                self.late_limit.take().map_or(Ok(()), |limit| self.tree.set_limit(main, limit))?;
                Answer::Traced(self.filter.iter().map(instruction).collect())
            }
            _ => Answer::Policy(self.filter.iter().map(instruction).collect()),
        };
        let sent = packet::send(self.control(), &answer.encode(), &[], false);
        if hello.version != VERSION {
            let what = format!("it speaks version {} of the handshake, this host version {VERSION}", hello.version);
            return Err(wrong(what).with_hint(Some("link the sandbox2-client that belongs to this host")));
        }
        match sent.map_err(|error| error.raw_os_error()) {
            Ok(()) => {}
            // It has ended, or closed its end since.
            Err(Some(libc::EPIPE | libc::ECONNRESET)) => return Ok(Heard::Nothing),
            Err(errno) => return Err(SetupError::new(Stage::Handshake, errno).with_what("sending the policy")),
        }
        if let State::Running(main) = &self.state {
            let main = main.try_clone().map_err(|error| SetupError::new(Stage::Handshake, error.raw_os_error()))?;
            self.state = State::Installing(main, hello.word);
        }
        Ok(Heard::Installing)
    }

    /// Whether the filter is installed: the number of its listener in the sandboxee.
    ///
    /// # Errors
    /// If the kernel has refused the filter, or the sandboxee's word cannot be read.
    pub(crate) fn look(&self) -> Result<Option<i32>, SetupError> {
        let State::Installing(main, address) = &self.state else { return Ok(None) };
        match notify::read_word(self.tree.main_pid(), *address) {
            // A process that is ending has no memory any more: then it is its end that counts.
            None if has_ended(main, DYING) == Ok(true) => Ok(None),
            None => Err(wrong("the place where it would say how it went cannot be read")),
            Some(0) => Ok(None),
            Some(number) if number > 0 => Ok(Some(number - 1)),
            Some(errno) => Err(hint::explain(SetupError::new(Stage::Filter, Some(errno.saturating_neg())))),
        }
    }

    /// Takes the listener, which has that number in the sandboxee.
    ///
    /// # Errors
    /// If it is none.
    pub(crate) fn into_launched(self, listener: i32) -> Result<Launched, Box<Refused>> {
        match self.state {
            State::Installing(main, _) => Launched::take(self.tree, &main, listener, self.late_limit),
            State::Unborn(_) | State::Running(_) => {
                Err(Refused::new(self.tree, None, SetupError::new(Stage::Handshake, None)))
            }
        }
    }
}

/// Waits until the keeper of the namespaces is gone: it has no filter and shares init's memory, so nobody may meet it who is hostile.
fn await_end(keeper: &OwnedFd) -> Result<(), SetupError> {
    let errno = match has_ended(keeper, ENDING) {
        Ok(true) => return Ok(()),
        Ok(false) => libc::ETIMEDOUT,
        Err(Errno(errno)) => errno,
    };
    Err(SetupError::new(Stage::Wait, Some(errno)).with_what("the keeper of the namespaces"))
}

/// Of a program that never came to its policy.
pub(crate) const ENDED_FIRST: &str = "the program ended before it put its policy in force";

/// What to say of a program that does not put its policy in force.
pub(crate) fn not_sandboxed(what: &str) -> SetupError {
    SetupError::new(Stage::Handshake, None).with_what(what).with_hint(Some(
        "it must call Client::sandbox_me_here (sandbox2_client) on every way; a program that does not know how is started with \
         sandbox_before_exec left on; see also Executor::handshake_timeout",
    ))
}

/// Says how the program has ended that never came to its policy.
pub(crate) fn with_end(error: SetupError, status: i32) -> SetupError {
    let end = if libc::WIFEXITED(status) {
        format!("exit code {}", libc::WEXITSTATUS(status))
    } else {
        format!("signal {}", libc::WTERMSIG(status))
    };
    let what = error.what().map_or_else(|| end.clone(), |what| format!("{what}: {end}"));
    error.with_what(what)
}

/// What a program does wrong in the handshake.
fn wrong(what: impl Into<String>) -> SetupError {
    SetupError::new(Stage::Handshake, None)
        .with_what(what)
        .with_hint(Some("the program must do nothing with the descriptor `control` but what sandbox2-client does"))
}

/// Whether a call is the `close` by which a sandboxee gives its listener up.
pub(crate) fn gives_listener_up(data: &sandbox2_policy::insn::SeccompData) -> bool {
    i64::from(data.nr) == libc::SYS_close
        && Arch::native().is_some_and(|arch| arch.audit() == data.arch)
        && data.args[1] == MAGIC
}

/// Puts before a filter that it asks the listener about the `close` with which a sandboxee gives the listener up.
///
/// Nothing else changes: whoever makes that call later gets the policy's verdict from the monitor.
pub(crate) fn route_close(filter: &[Insn]) -> Vec<Insn> {
    route_close_to(filter, ret::USER_NOTIF)
}

/// As [`route_close`], with `answer` for the call.
pub(super) fn route_close_to(filter: &[Insn], answer: u32) -> Vec<Insn> {
    let arch = Arch::native().map_or(0, Arch::audit);
    let (low, high) = (MAGIC as u32, (MAGIC >> 32) as u32);
    let head = [
        Insn::stmt(op::LD_ABS, offset::ARCH),
        Insn::jump(op::JEQ, arch, 0, 7),
        Insn::stmt(op::LD_ABS, offset::NR),
        Insn::jump(op::JEQ, libc::SYS_close as u32, 0, 5),
        Insn::stmt(op::LD_ABS, offset::arg_low(1)),
        Insn::jump(op::JEQ, low, 0, 3),
        Insn::stmt(op::LD_ABS, offset::arg_high(1)),
        Insn::jump(op::JEQ, high, 0, 1),
        Insn::stmt(op::RET, answer),
    ];
    head.iter().chain(filter).copied().collect()
}
