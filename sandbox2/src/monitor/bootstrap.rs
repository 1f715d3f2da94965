//! The launcher's own exec: the one call that passes whatever the policy says.
//!
//! It is the first that the filter asks about, and nothing comes before it. It is answered by the thread that launched, before anybody else
//! supervises.

use std::os::fd::AsRawFd;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;
use sandbox2_policy::arch::Arch;

use super::end::{Deadline, End};
use crate::launch::{Launched, Tree};
use crate::sys;
use crate::sys::notify::{Answer, Mailbox, Notification};

/// How long to wait for the exec to be done before looking at everything else again.
const EXEC_PAUSE: Duration = Duration::from_millis(5);

/// Lets the exec pass.
///
/// # Errors
/// If it does not come, or the time is over.
pub(super) fn answer(launched: &Launched, mailbox: &mut Mailbox, deadline: Deadline) -> Result<(), End> {
    let broken = |what: &str, sys::Errno(errno)| End::Broken(format!("{what}: {}", Errno::from_raw(errno)));
    loop {
        let mut fds = [launched.listener(), launched.init()].map(|fd| PollFd::new(fd, PollFlags::POLLIN));
        match ppoll(&mut fds, deadline.left().map(TimeSpec::from_duration), None) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(End::Broken(format!("waiting for the sandboxee failed: {errno}"))),
        }
        let found = |index: usize| fds.get(index).and_then(PollFd::revents).unwrap_or(PollFlags::empty());
        // What has not begun need not be ended.
        if let Some(limit) = deadline.over() {
            return Err(End::TimedOut(limit));
        }
        if found(0).contains(PollFlags::POLLIN) {
            let received = mailbox.receive(launched.listener());
            // Otherwise the caller is gone, and so will be the sandbox.
            if let Some(notification) = received.map_err(|errno| broken("cannot receive a notification", errno))? {
                if !is_launchers(&notification, launched) {
                    let nr = notification.data.nr;
                    return Err(End::Broken(format!("call {nr} came before the sandboxee was executed")));
                }
                let answered = mailbox.send(launched.listener(), notification.id, Answer::Continue);
                let answered = answered.map_err(|errno| broken("cannot answer a notification", errno))?;
                if answered {
                    return Ok(());
                }
                // A signal has interrupted it (before Linux 5.19 it can): it comes again, or is over.
            }
        } else if found(1).contains(PollFlags::POLLIN) {
            return Err(End::Gone);
        }
    }
}

fn is_launchers(notification: &Notification, launched: &Launched) -> bool {
    let data = &notification.data;
    i64::from(data.nr) == libc::SYS_execveat
        && Arch::native().is_some_and(|arch| arch.audit() == data.arch)
        && u32::try_from(launched.main_pid()) == Ok(notification.pid)
}

/// Waits until the program is in its place.
///
/// # Errors
/// If it will not be: what has failed is known when the sandbox is gone.
pub(super) fn await_exec(tree: &Tree, deadline: Deadline) -> Result<(), End> {
    loop {
        let pause = deadline.left().map_or(EXEC_PAUSE, |left| left.min(EXEC_PAUSE));
        if tree.wait_left_launcher(pause) {
            return if tree.has_failed() { Err(End::Gone) } else { Ok(()) };
        }
        if let Some(limit) = deadline.over() {
            return Err(End::TimedOut(limit));
        }
        if sys::calls::readable(tree.init().as_raw_fd(), Duration::ZERO) == Ok(true) {
            return Err(End::Gone);
        }
    }
}
