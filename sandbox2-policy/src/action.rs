//! What can be done with a system call.

use core::fmt;

/// An error number that a filter can return, 1 to 4095.
///
/// # References
/// `MAX_ERRNO` of the kernel's `linux/err.h`: a larger value is not an error to the C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Errno(u16);

impl Errno {
    /// "Function not implemented": what makes a C library fall back to an older call.
    pub const ENOSYS: Errno = Errno(38);

    /// The error number `value`; `None` outside 1 to 4095.
    #[must_use]
    pub const fn new(value: u16) -> Option<Errno> {
        if value >= 1 && value <= 4095 { Some(Errno(value)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// What a policy says about a system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// The call is made.
    Allow,
    /// The call is a violation: it is not made, and the sandboxee ends.
    Kill,
    /// The call is not made and fails with this error.
    Errno(Errno),
    /// The call is not made and the thread gets SIGSYS with this number in `si_errno`.
    Trap(u16),
    /// The call is made, and the kernel's audit log says so.
    Log,
    /// The monitor asks a handler of the host's what to do. Where nobody monitors, it is [`Action::Kill`].
    Notify,
}

impl Action {
    /// Whether the call is made.
    #[must_use]
    pub const fn permits(self) -> bool {
        matches!(self, Action::Allow | Action::Log)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Allow => f.write_str("ALLOW"),
            Action::Kill => f.write_str("KILL"),
            Action::Errno(errno) => match crate::tables::errno_name(*errno) {
                Some(name) => write!(f, "ERRNO({name})"),
                None => write!(f, "ERRNO({})", errno.get()),
            },
            Action::Trap(number) => write!(f, "TRAP({number})"),
            Action::Log => f.write_str("LOG"),
            Action::Notify => f.write_str("NOTIFY"),
        }
    }
}

/// Who will answer when a program says "violation". A parameter of lowering, because stacked filters can only tighten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Supervision {
    /// Nobody: KILL and NOTIFY are `SECCOMP_RET_KILL_PROCESS`.
    Standalone,
    /// A monitor with the filter's listener: KILL, NOTIFY and every `execveat` are `SECCOMP_RET_USER_NOTIF`.
    Supervised,
    /// A monitor that traces: KILL is `SECCOMP_RET_TRACE` with [`TRACE_VIOLATION`](crate::insn::ret::TRACE_VIOLATION),
    /// NOTIFY with [`TRACE_NOTIFY`](crate::insn::ret::TRACE_NOTIFY), and every `execveat` with
    /// [`TRACE_EXEC`](crate::insn::ret::TRACE_EXEC).
    Traced,
}

impl Supervision {
    /// Every variant, in the order in which per-supervision arrays are indexed.
    pub const ALL: [Supervision; 3] = [Supervision::Standalone, Supervision::Supervised, Supervision::Traced];

    /// The name, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Supervision::Standalone => "standalone",
            Supervision::Supervised => "supervised",
            Supervision::Traced => "traced",
        }
    }
}
