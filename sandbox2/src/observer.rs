//! What a host can hear of a run while it goes on.

use std::fmt;
use std::sync::Arc;

use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::tables;

use crate::outcome::{Argument, Outcome, Violation};
use crate::report::explain;

/// Hears of a sandboxee's life. Every method does nothing if it is not written.
///
/// They are called on a supervising thread, in the order in which things happen. One that takes long holds up its own sandbox at most. A panic
/// in one of them is told in the outcome ([`failures`](crate::Outcome::failures)); in `started` it ends the launch.
#[doc(alias = "Notify")]
pub trait Observer: Send + Sync {
    /// The process is there; it does not run the program under its policy yet.
    ///
    /// With [`sandbox_before_exec`](crate::Executor::sandbox_before_exec) nothing of the program has run. Without, it runs, and may be
    /// talked to over its channel before it asks for its policy. `pid` is in the host's numbering.
    ///
    /// # Errors
    /// A text ends the launch: the sandboxee is killed, and the outcome is [`SetupFailed`](crate::Status::SetupFailed) with it.
    #[doc(alias = "EventStarted")]
    fn started(&self, pid: u32) -> Result<(), String> {
        let _ = pid;
        Ok(())
    }

    /// A call was denied as a violation. The sandboxee has not been ended yet.
    #[doc(alias = "EventSyscallViolation")]
    fn violation(&self, violation: &Violation) {
        let _ = violation;
    }

    /// A call has returned that a handler let [proceed to be inspected](crate::Call::proceed_and_inspect). Under the ptrace monitor only.
    #[doc(alias = "EventSyscallReturn")]
    fn returned(&self, call: &Returned) {
        let _ = call;
    }

    /// A thread (its number is the host's) is about to get a signal. Under the ptrace monitor only.
    #[doc(alias = "EventSignal")]
    fn signal(&self, thread: u32, signal: i32) {
        let _ = (thread, signal);
    }

    /// It is over; nothing of the sandbox is left, as far as the outcome does not say otherwise. Called for a launch that failed, too.
    #[doc(alias = "EventFinished")]
    fn finished(&self, outcome: &Outcome) {
        let _ = outcome;
    }
}

/// So that the host can keep what it has the sandbox tell.
impl<T: Observer + ?Sized> Observer for Arc<T> {
    fn started(&self, pid: u32) -> Result<(), String> {
        (**self).started(pid)
    }

    fn violation(&self, violation: &Violation) {
        (**self).violation(violation);
    }

    fn returned(&self, call: &Returned) {
        (**self).returned(call);
    }

    fn signal(&self, thread: u32, signal: i32) {
        (**self).signal(thread, signal);
    }

    fn finished(&self, outcome: &Outcome) {
        (**self).finished(outcome);
    }
}

/// One after the other.
pub(crate) struct Both(pub(crate) Arc<dyn Observer>, pub(crate) Arc<dyn Observer>);

impl Observer for Both {
    fn started(&self, pid: u32) -> Result<(), String> {
        self.0.started(pid)?;
        self.1.started(pid)
    }

    fn violation(&self, violation: &Violation) {
        self.0.violation(violation);
        self.1.violation(violation);
    }

    fn returned(&self, call: &Returned) {
        self.0.returned(call);
        self.1.returned(call);
    }

    fn signal(&self, thread: u32, signal: i32) {
        self.0.signal(thread, signal);
        self.1.signal(thread, signal);
    }

    fn finished(&self, outcome: &Outcome) {
        self.0.finished(outcome);
        self.1.finished(outcome);
    }
}

/// A call that was made, and what it returned.
///
/// `Display` is one line, as `strace(1)` has it: `openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3`. What a text says was read after the call
/// returned, and is escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Returned {
    /// The call's name; `None` if it has none in the tables of this version.
    pub syscall: Option<String>,
    /// The call's number.
    pub number: u32,
    /// Its arguments.
    pub arguments: Vec<Argument>,
    /// What it returned: a value, or an error's number as a negative one.
    pub value: i64,
    /// The thread that made it, in the host's numbering.
    pub thread: u32,
}

impl Returned {
    /// `read` copies a string from the caller's memory, and says whether it went on.
    #[allow(dead_code, reason = "for the ptrace monitor")]
    pub(crate) fn new(
        data: &SeccompData,
        thread: u32,
        value: i64,
        read: &mut dyn FnMut(u64) -> Option<(Vec<u8>, bool)>,
    ) -> Returned {
        let call = Arch::native().and_then(|arch| tables::syscall_by_number(arch, data.nr));
        let arguments = Arch::native().map(|arch| explain::arguments(arch, call, data, read));
        Returned {
            syscall: call.map(|call| call.name.to_owned()),
            number: data.nr,
            arguments: arguments.unwrap_or_default(),
            value,
            thread,
        }
    }
}

impl fmt::Display for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        explain::line(f, self.syscall.as_deref(), self.number, &self.arguments)?;
        match i32::try_from(self.value) {
            Ok(value @ -4095..=-1) => {
                let errno = nix::errno::Errno::from_raw(-value);
                write!(f, " = -1 {errno:?} ({})", errno.desc())
            }
            _ if self.value.unsigned_abs() > 0xffff_ffff => write!(f, " = {:#x}", self.value),
            _ => write!(f, " = {}", self.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn returned(name: &str, args: [u64; 6], value: i64) -> String {
        let arch = Arch::native().unwrap();
        let nr = tables::syscall(name).unwrap().number(arch).unwrap();
        let data = SeccompData { nr, arch: arch.audit(), instruction_pointer: 0, args };
        Returned::new(&data, 7, value, &mut |_| Some((b"/etc/\x1bx".to_vec(), false))).to_string()
    }

    #[test]
    fn a_call_is_one_line_with_names_and_escaped_texts() {
        let flags = (libc::O_RDONLY | libc::O_CLOEXEC) as u64;
        let opened = returned("openat", [0xffff_ff9c, 0x1000, flags, 0, 0, 0], 3);
        assert_eq!(opened, "openat(AT_FDCWD, \"/etc/\\x1bx\", O_RDONLY | O_CLOEXEC, 0o0) = 3");
        let failed = returned("close", [77, 0, 0, 0, 0, 0], -9);
        assert_eq!(failed, "close(77) = -1 EBADF (Bad file number)");
        assert!(returned("brk", [0; 6], 0x5555_5555_0000).ends_with("= 0x555555550000"));
    }
}
