//! Starting a sandboxee: from a [`LaunchSpec`] to a [`Launched`] that waits, filter installed, for the first answer of its listener.
//!
//! Everything is prepared here, in the host; [`crate::sys::child`] carries it out without allocating. What is launched is
//! somebody else's to supervise: the monitor answers the first notification, and from then on the policy rules. A program that asks for
//! its filter itself is [`Unfiltered`] first.

mod forked;
mod hint;
mod plan;
mod processes;
mod server;
mod setup;
#[cfg(test)]
mod tests;
mod traced;
mod tree;
mod unfiltered;

use std::borrow::Cow;
use std::ffi::CString;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::path::PathBuf;
use std::time::Duration;

use sandbox2_client::environment::Introduction;
use sandbox2_policy::insn::Insn;
use sandbox2_policy::surroundings::{Mount, Network};

pub(crate) use self::forked::{Forks, MAX_MAPPED};
pub(crate) use self::hint::explain;
pub(crate) use self::plan::{Descriptors, unchangeable};
#[cfg(feature = "symbolize")]
pub(crate) use self::processes::is_of_sandbox;
pub(crate) use self::processes::{Processes, ProcessorTime};
pub use self::server::LaunchServer;
pub(crate) use self::traced::{BegunTraced, Escape, Untraced, escape, has_ended, is_ours, launch_traced};
#[cfg(test)]
pub(crate) use self::tree::Ended;
pub(crate) use self::tree::{Launched, Refused, Times, Tree, pid_of};
pub(crate) use self::unfiltered::{
    Attach, ENDED_FIRST, Heard, Unfiltered, gives_listener_up, not_sandboxed, route_close, with_end,
};
use crate::error::SetupError;
use crate::limits::Limits;
use crate::sys::child::{Begin, LimitOp};

/// What to launch, and in what.
#[derive(Debug)]
pub(crate) struct LaunchSpec {
    pub(crate) start: Start,
    /// What to call the program in messages.
    pub(crate) program_name: PathBuf,
    pub(crate) argv: Vec<CString>,
    pub(crate) envp: Vec<CString>,
    /// The working directory inside; `None`: `/`.
    pub(crate) cwd: Option<CString>,
    /// Descriptors of the host's and their numbers inside. 0, 1 and 2 are closed unless they are here.
    pub(crate) fds: Vec<(OwnedFd, RawFd)>,
    pub(crate) limits: Limits,
    /// The supervised program. It must ask the listener about the bootstrap `execveat` or, where the program asks for its filter
    /// itself, about the `close` that gives the listener up ([`route_close`]).
    pub(crate) filter: Cow<'static, [Insn]>,
    pub(crate) mounts: Vec<Mount>,
    pub(crate) hostname: String,
    pub(crate) network: Network,
    /// Who makes init in the host's place.
    pub(crate) server: Option<LaunchServer>,
    /// Whether the sandbox ends with the thread that launches it, as long as it lives; otherwise only until it is set up.
    pub(crate) tied: bool,
}

/// How the sandboxee comes to be.
#[derive(Debug)]
pub(crate) enum Start {
    /// A program, opened by the host (`O_PATH` is enough) with close-on-exec, is executed with the filter on.
    Filtered(OwnedFd),
    /// A program is executed, and asks for its filter.
    Unfiltered(OwnedFd, Handshake),
    /// Another process is forked, and asks for its filter.
    Forked { server: Box<dyn Forks>, introduction: Introduction, patience: Duration },
}

/// Over what a program asks for its filter.
#[derive(Debug)]
pub(crate) struct Handshake {
    /// The host's end.
    pub(crate) control: OwnedFd,
    /// How long it may take.
    pub(crate) patience: Duration,
}

/// What a launch has come to.
#[derive(Debug)]
pub(crate) enum Begun {
    /// The filter is on.
    Filtered(Launched),
    /// It is not yet.
    Unfiltered(Unfiltered),
}

/// Launches `spec`. If it is [tied](LaunchSpec::tied), the sandbox is killed when the calling thread ends, and in any case when the host does.
///
/// # Errors
/// The first step that failed. Then nothing ran, and no process, mount or descriptor is left.
pub(crate) fn launch(mut spec: LaunchSpec) -> Result<Begun, SetupError> {
    let (program, begin) = match &spec.start {
        Start::Filtered(program) => (program.as_raw_fd(), Begin::Filtered),
        Start::Unfiltered(program, _) => (program.as_raw_fd(), Begin::Unfiltered),
        Start::Forked { .. } => return forked::launch(spec).map(Begun::Unfiltered),
    };
    let (setup::Ready { tree, main, listener }, late_limit) = execute(&mut spec, program, begin)?;
    match spec.start {
        Start::Unfiltered(_, handshake) => {
            Ok(Begun::Unfiltered(Unfiltered::new(tree, main, handshake, spec.filter, late_limit)))
        }
        Start::Filtered(_) | Start::Forked { .. } => {
            Launched::take(tree, &main, listener, late_limit).map(Begun::Filtered).map_err(|refused| refused.error)
        }
    }
}

/// Makes the processes for a program that is executed, and the limit that has yet to be set.
fn execute(spec: &mut LaunchSpec, program: RawFd, begin: Begin) -> Result<(setup::Ready, Option<LimitOp>), SetupError> {
    let mut numbers = plan::Numbers::new(spec.server.is_some());
    let fds: Vec<_> = spec.fds.iter().map(|(from, to)| (numbers.of(from.as_raw_fd()), *to)).collect();
    let number = numbers.of(program);
    let descriptors = plan::Descriptors::plan(&fds, Some(number))?;
    let writable_program = plan::writable_program(program, number)?;
    let (mut limits, mut late_limit) = plan::limits(&spec.limits, descriptors.first_free);
    if begin == Begin::Traced {
        // There is no listener to wait for.
        limits.extend(late_limit.take());
    }
    let preparation = plan::Preparation { descriptors, limits, writable_program, begin, numbers };
    setup::set_up(spec, preparation).map(|ready| (ready, late_limit))
}
