//! A sandboxee that is forked from a process which is there already, into namespaces that are made for it here.
//!
//! Init makes the namespaces and the root as for any other. In the sandboxee's place it has a process that keeps the namespaces until the
//! fork server's child has entered them. Init becomes the child's parent, and is told which it is, over a socket: a fork server that writes to
//! a pipe whose reader is gone would be ended by SIGPIPE.

use std::io::{PipeReader, PipeWriter};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use sandbox2_client::fork_request::ForkRequest;
use sandbox2_client::packet;

use super::setup::{self, pipe};
use super::unfiltered::Birth;
use super::{Handshake, LaunchSpec, Start, Unfiltered, plan};
use crate::error::{SetupError, Stage};
use crate::namespace::Namespaces;
use crate::sys::Errno;
use crate::sys::calls;
use crate::sys::child::Begin;

pub(crate) use sandbox2_client::fork_request::MAX_MAPPED;

/// Whoever can fork a process into namespaces that exist.
pub(crate) trait Forks: std::fmt::Debug + Send {
    /// Asks for a child; it will be heard of over the request's `control` and `status`.
    ///
    /// # Errors
    /// If nobody is there to ask.
    fn fork(&self, request: ForkRequest) -> Result<(), SetupError>;
}

/// What init and its first child have of pipes and sockets, and the other ends.
struct Pipes {
    /// The child's: it keeps the namespaces until this ends.
    gate: PipeReader,
    /// Init's: which process the sandboxee is; its end is the fork server's.
    status: OwnedFd,
    /// The host's.
    open: PipeWriter,
    /// The fork server's.
    tell: OwnedFd,
}

pub(super) fn launch(mut spec: LaunchSpec) -> Result<Unfiltered, SetupError> {
    let (gate, open) = pipe("a pipe to the keeper of the namespaces")?;
    let no_socket = |Errno(errno)| SetupError::new(Stage::Plan, Some(errno)).with_what("a pair of sockets");
    let (status, tell) = calls::packet_sockets().map_err(no_socket)?;
    let pipes = Pipes { gate, status, open, tell };
    let mut numbers = plan::Numbers::new(spec.server.is_some());
    let gate = numbers.of(pipes.gate.as_raw_fd());
    let status = numbers.of(pipes.status.as_raw_fd());
    let preparation = plan::Preparation {
        descriptors: plan::Descriptors::plan(&[(gate, 0)], None)?,
        limits: Vec::new(),
        writable_program: None,
        begin: Begin::Held { status },
        numbers,
    };
    let setup::Ready { tree, main, .. } = setup::set_up(&mut spec, preparation)?;
    let Pipes { open, tell, .. } = pipes;
    let Start::Forked { server, introduction, patience } = spec.start else {
        return Err(SetupError::new(Stage::Plan, None));
    };
    let (control, theirs) = calls::packet_sockets().map_err(no_socket)?;
    let failed = |error: std::io::Error| SetupError::new(Stage::Plan, error.raw_os_error());
    packet::ask_for_sender(control.as_fd()).map_err(failed)?;
    let handshake = Handshake { control, patience };
    let keeper = main.try_clone().map_err(failed)?;
    server.fork(ForkRequest {
        namespaces: main,
        which: Namespaces::new(spec.network).all_flags(),
        status: tell,
        control: theirs,
        descriptors: spec.fds,
        introduction,
        cwd: spec.cwd,
    })?;
    // Its listener has whatever number is free there, so the limit on open files always waits for that.
    let (limits, late_limit) = plan::limits(&spec.limits, u32::MAX);
    Ok(Unfiltered::to_be_born(tree, Birth { gate: open, keeper, limits }, handshake, spec.filter, late_limit))
}
