//! How a run ended: the outcome, for people ([`Display`](fmt::Display)), programs ([`Status`]) and machines (serde).

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::SetupError;
use crate::report::escape::Plain;
use crate::report::maps::Maps;
use crate::report::registers::Registers;
use crate::report::signals::Signal;
use crate::report::stack::{Stack, Stacks};
pub use crate::report::verdict::Verdict;
pub use crate::report::violation::{Argument, DecidedBy, Place, Violation};

/// How a run ended, and what it used.
///
/// `Display` is one line (`OK - Exit code: 0`); the alternate form (`{:#}`) is everything that is known, on several lines.
/// Text that the sandboxee had a part in is escaped in both.
///
/// # JSON
/// With serde it is `{"program": …, "status": {"kind": …, …}, "usage": {…}}`. `kind` is `exited` (with `code`), `violation`
/// (with the fields of [`Violation`]), `signaled` (with `signal` and `core`), `timed_out` and `cpu_time_exceeded` (with `limit_ms`), `killed`,
/// `setup_failed` (with `stage`, `errno`, `message`, `hint`) or `internal_error` (with `what`). `usage` has `user_us`,
/// `system_us`, `wall_us` and `max_rss_bytes`; `supervised` the fields of [`Supervised`]; `failures`, if there are any, `count` and `first`
/// (a list of `of` and `what`); `stacks` (a list of [`Stack`](crate::Stack)), `registers` and `maps`, if they are known. Fields and kinds may be
/// added; none changes its meaning.
///
/// # Examples
/// ```
/// use sandbox2::{Outcome, Status};
///
/// let json = r#"{"program":"/bin/tool","status":{"kind":"exited","code":0},
///     "usage":{"user_us":900,"system_us":100,"wall_us":2000,"max_rss_bytes":4096}}"#;
/// let outcome: Outcome = serde_json::from_str(json).unwrap();
/// assert!(matches!(outcome.status, Status::Exited { code: 0 }));
/// assert_eq!(outcome.to_string(), "OK - Exit code: 0");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "a violation or a time-out is reported here and nowhere else"]
#[non_exhaustive]
pub struct Outcome {
    /// The program that ran, as the executor was told.
    pub program: String,
    /// How it ended.
    pub status: Status,
    /// What it used.
    pub usage: Usage,
    /// How it was supervised.
    #[serde(default)]
    pub supervised: Supervised,
    /// Where its threads were when it ended, if that was asked for (feature `symbolize`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stacks: Vec<Stack>,
    /// The registers of the thread that made the denied call, or was ended by the signal, where the monitor knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registers: Option<Registers>,
    /// What its memory was made of when its stacks were told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maps: Option<Maps>,
    /// What went wrong in code of the host's: handlers that were denied for, observers that panicked.
    #[serde(default, skip_serializing_if = "Failures::is_empty")]
    pub failures: Failures,
}

/// How a sandboxee was supervised, and what that took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Supervised {
    /// By which means.
    pub monitor: Monitor,
    /// Whether a call that waits for the host can be interrupted by nothing but the end of its process (Linux 5.19).
    pub waits_killably: bool,
    /// How many calls the host was asked about, the launcher's own aside.
    pub notified: u64,
    /// Processor time of the supervising thread in its own code, from before the launch on; `None` if it supervised others, too.
    #[serde(rename = "user_us", with = "maybe_microseconds")]
    pub user: Option<Duration>,
    /// Processor time of the supervising thread in the kernel.
    #[serde(rename = "system_us", with = "maybe_microseconds")]
    pub system: Option<Duration>,
}

/// What went wrong in code of the host's while the sandboxee ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failures {
    /// How often something did.
    pub count: u64,
    /// What it was, the first 32 times.
    pub first: Vec<Failure>,
}

/// One thing that went wrong in code of the host's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// Whose code it was: the handler of that system call, or `observer`.
    pub of: String,
    /// What it did.
    pub what: String,
}

/// How many failures are kept: a sandboxee can bring one about as often as it likes.
const MOST_FAILURES: usize = 32;

impl Failures {
    pub(crate) fn add(&mut self, of: impl Into<String>, what: impl Into<String>) {
        self.count = self.count.saturating_add(1);
        if self.first.len() < MOST_FAILURES {
            self.first.push(Failure { of: of.into(), what: what.into() });
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl fmt::Display for Failures {
    /// A line for each, indented.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Failure { of, what }) in self.first.iter().enumerate() {
            let line = if index == 0 { "  failed       " } else { "\n               " };
            write!(f, "{line}{}: {}", Plain(of), Plain(what))?;
        }
        match self.count.saturating_sub(self.first.len() as u64) {
            0 => Ok(()),
            more => write!(f, "\n               and {more} more"),
        }
    }
}

/// How a run ended. The first end that came is told; if several came at once, a violation wins over a kill, a kill over a
/// time-out, a time-out over an exit.
#[doc(alias = "final_status")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// The program ended by itself.
    Exited {
        /// Its exit code, 0 to 255.
        code: i32,
    },
    /// It, or a process that it started, made a system call that the policy does not allow. The call was not made.
    Violation(Box<Violation>),
    /// A signal ended it: its own mistake, a resource limit (`SIGXCPU`, `SIGXFSZ`), another of its processes.
    Signaled {
        /// The signal's number.
        signal: i32,
        /// Whether a core file was written.
        core: bool,
    },
    /// The wall time limit ran out.
    TimedOut {
        /// The limit.
        #[serde(rename = "limit_ms", with = "milliseconds")]
        limit: Duration,
    },
    /// All of its processes together have used up their processor time.
    CpuTimeExceeded {
        /// The limit.
        #[serde(rename = "limit_ms", with = "milliseconds")]
        limit: Duration,
    },
    /// The host killed it.
    Killed,
    /// The sandbox could not be set up as it was asked for; the program never ran.
    SetupFailed(SetupError),
    /// Supervision itself failed, and the sandboxee was killed.
    InternalError {
        /// What failed.
        what: String,
    },
}

/// How a sandboxee is supervised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Monitor {
    /// By seccomp user notification: only calls that the policy does not decide itself cost anything.
    #[default]
    Listener,
    /// By `ptrace(2)`: signals, return values and registers can be seen, too. Every signal and every thread of the sandboxee stops for it.
    Ptrace,
}

/// What a run used: the sandboxee and every child that it waited for, or, if it was killed, all of the sandbox.
#[doc(alias = "rusage")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Usage {
    /// Processor time in its own code.
    #[serde(rename = "user_us", with = "microseconds")]
    pub user: Duration,
    /// Processor time in the kernel.
    #[serde(rename = "system_us", with = "microseconds")]
    pub system: Duration,
    /// Time from the launch to the end, as a clock on the wall would show.
    #[serde(rename = "wall_us", with = "microseconds")]
    pub wall: Duration,
    /// The largest resident set of one process, in bytes.
    #[serde(rename = "max_rss_bytes")]
    pub max_rss: u64,
}

impl Outcome {
    pub(crate) fn new(program: String, status: Status, usage: Usage) -> Outcome {
        let usage = Usage { user: whole(usage.user), system: whole(usage.system), wall: whole(usage.wall), ..usage };
        Outcome {
            program,
            status,
            usage,
            supervised: Supervised::default(),
            stacks: Vec::new(),
            registers: None,
            maps: None,
            failures: Failures::default(),
        }
    }

    pub(crate) fn with_failures(self, failures: Failures) -> Outcome {
        Outcome { failures, ..self }
    }

    pub(crate) fn with_registers(self, registers: Option<Registers>) -> Outcome {
        Outcome { registers, ..self }
    }

    #[cfg(feature = "symbolize")]
    pub(crate) fn with_stacks(self, stacks: Vec<Stack>, maps: Option<Maps>) -> Outcome {
        Outcome { stacks, maps, ..self }
    }

    /// Of what could not even be tried.
    #[cfg(feature = "tokio")]
    pub(crate) fn not_launched(error: SetupError) -> Outcome {
        Outcome::new(String::new(), Status::SetupFailed(error), Usage::default())
    }

    pub(crate) fn with_supervised(self, supervised: Supervised) -> Outcome {
        Outcome { supervised, ..self }
    }

    /// With what the supervising thread, which did nothing else, had used before and after.
    pub(crate) fn with_usage_of_monitor(
        mut self,
        before: (Duration, Duration),
        after: (Duration, Duration),
    ) -> Outcome {
        self.supervised.user = Some(whole(after.0.saturating_sub(before.0)));
        self.supervised.system = Some(whole(after.1.saturating_sub(before.1)));
        self
    }

    pub(crate) fn with_failure(mut self, of: &str, what: String) -> Outcome {
        self.failures.add(of, what);
        self
    }

    /// Whether the program exited with code 0.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.exit_code() == Some(0)
    }

    /// The program's exit code, if it ended by itself.
    #[must_use]
    pub fn exit_code(&self) -> Option<i32> {
        match self.status {
            Status::Exited { code } => Some(code),
            _ => None,
        }
    }

    /// The violation, if there was one.
    #[must_use]
    pub fn violation(&self) -> Option<&Violation> {
        match &self.status {
            Status::Violation(violation) => Some(violation),
            _ => None,
        }
    }

    /// Everything but exit code 0 as an error, for `?`.
    ///
    /// # Errors
    /// This outcome, if it is not [`is_ok`](Self::is_ok).
    #[doc(alias = "to_status")]
    pub fn to_result(&self) -> Result<(), NotOk> {
        if self.is_ok() { Ok(()) } else { Err(NotOk(Box::new(self.clone()))) }
    }
}

/// In whole microseconds, as in JSON, so that an outcome is the same after the way there and back.
fn whole(time: Duration) -> Duration {
    Duration::from_micros(u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            write!(f, "{}", self.status)?;
            return if self.stacks.is_empty() { Ok(()) } else { write!(f, " Stack: {}", Stacks(&self.stacks)) };
        }
        match &self.status {
            Status::Violation(violation) => {
                writeln!(f, "SYSCALL VIOLATION in {}", Plain(&self.program))?;
                write!(f, "{violation:#}")?;
            }
            Status::SetupFailed(error) => {
                writeln!(f, "SETUP_ERROR for {}", Plain(&self.program))?;
                write!(f, "  {}", Plain(&error.to_string()))?;
                if let Some(hint) = error.hint() {
                    write!(f, "\n  hint: {}", Plain(hint))?;
                }
            }
            status => write!(f, "{status}\n  program      {}", Plain(&self.program))?,
        }
        if !self.stacks.is_empty() {
            write!(f, "\n{:#}", Stacks(&self.stacks))?;
        }
        write!(f, "\n{}", self.usage)?;
        if self.failures.is_empty() { Ok(()) } else { write!(f, "\n{}", self.failures) }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Status::Exited { code } => write!(f, "OK - Exit code: {code}"),
            Status::Violation(violation) => write!(f, "SYSCALL VIOLATION - {violation}"),
            Status::Signaled { signal, .. } => {
                write!(f, "Process terminated with a SIGNAL - Signal: {}", Signal(*signal))
            }
            Status::TimedOut { limit } => write!(f, "Process TIMEOUT - Wall time limit: {limit:?}"),
            Status::CpuTimeExceeded { limit } => write!(f, "Process TIMEOUT - Processor time limit: {limit:?}"),
            Status::Killed => f.write_str("Process killed by user"),
            Status::SetupFailed(error) => write!(f, "SETUP_ERROR - {}", Plain(&error.to_string())),
            Status::InternalError { what } => write!(f, "INTERNAL_ERROR - {}", Plain(what)),
        }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Usage { user, system, wall, max_rss } = self;
        write!(f, "  used         {user:?} user, {system:?} system, {wall:?} wall, {} KiB at most", max_rss / 1024)
    }
}

/// An outcome that is not exit code 0, as an error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotOk(Box<Outcome>);

impl NotOk {
    /// The outcome.
    pub fn outcome(&self) -> &Outcome {
        &self.0
    }
}

macro_rules! duration_as {
    ($module:ident, $get:ident, $from:ident) => {
        mod $module {
            use std::time::Duration;

            use serde::{Deserialize, Deserializer, Serializer};

            pub(super) fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_u64(u64::try_from(time.$get()).unwrap_or(u64::MAX))
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
                u64::deserialize(deserializer).map(Duration::$from)
            }
        }
    };
}
duration_as!(microseconds, as_micros, from_micros);

mod maybe_microseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        time.map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX)).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_micros))
    }
}
duration_as!(milliseconds, as_millis, from_millis);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Stage;
    use crate::report::violation::testing::violation;

    fn outcome(status: Status) -> Outcome {
        let usage = Usage { user: Duration::from_micros(7), max_rss: 1 << 20, ..Usage::default() };
        Outcome::new("/bin/tool".to_owned(), status, usage)
    }

    fn setup_failed() -> Status {
        Status::SetupFailed(SetupError::new(Stage::Exec, Some(libc::ENOENT)).with_what("/bin/\x1b[2Jx"))
    }

    fn all() -> Vec<Status> {
        vec![
            Status::Exited { code: 0 },
            Status::Exited { code: 3 },
            Status::Violation(Box::new(violation())),
            Status::Signaled { signal: libc::SIGSEGV, core: true },
            Status::TimedOut { limit: Duration::from_secs(120) },
            Status::CpuTimeExceeded { limit: Duration::from_secs(7) },
            Status::Killed,
            setup_failed(),
            Status::InternalError { what: "poll failed".to_owned() },
        ]
    }

    #[test]
    fn one_line_has_the_shape_of_the_original() {
        let lines: Vec<String> = all().into_iter().map(|status| outcome(status).to_string()).collect();
        assert_eq!(
            lines,
            [
                "OK - Exit code: 0",
                "OK - Exit code: 3",
                "SYSCALL VIOLATION - Violating Syscall [X86-64] openat [257](-100 [AT_FDCWD], 0x1000 \"/etc/\\x1bpasswd\") IP: 0x401000",
                "Process terminated with a SIGNAL - Signal: SIGSEGV [11]",
                "Process TIMEOUT - Wall time limit: 120s",
                "Process TIMEOUT - Processor time limit: 7s",
                "Process killed by user",
                "SETUP_ERROR - cannot execute the program: /bin/\\x1b[2Jx: No such file or directory (ENOENT)",
                "INTERNAL_ERROR - poll failed",
            ]
        );
    }

    #[test]
    fn machines_read_back_what_was_written() {
        for status in all() {
            let outcome = outcome(status);
            let json = serde_json::to_string(&outcome).unwrap();
            assert_eq!(serde_json::from_str::<Outcome>(&json).unwrap(), outcome, "{json}");
        }
    }

    #[test]
    fn the_json_is_as_documented() {
        let json = serde_json::to_value(outcome(Status::TimedOut { limit: Duration::from_secs(2) })).unwrap();
        let expected = serde_json::json!({
            "program": "/bin/tool",
            "status": {"kind": "timed_out", "limit_ms": 2000},
            "usage": {"user_us": 7, "system_us": 0, "wall_us": 0, "max_rss_bytes": 1 << 20},
            "supervised":
                {"monitor": "listener", "waits_killably": false, "notified": 0, "user_us": null, "system_us": null},
        });
        assert_eq!(json, expected);
        let json = serde_json::to_value(outcome(Status::Violation(Box::new(violation())))).unwrap();
        assert_eq!(json["status"]["kind"], "violation");
        assert_eq!(json["status"]["decided_by"]["kind"], "rule");
        assert_eq!(json["status"]["arguments"][0]["type"], "int");
    }

    #[test]
    fn only_exit_code_zero_is_a_success() {
        for status in all() {
            let ok = matches!(status, Status::Exited { code: 0 });
            let outcome = outcome(status);
            assert_eq!(outcome.is_ok(), ok);
            assert_eq!(outcome.to_result().is_ok(), ok);
        }
    }

    #[test]
    fn no_form_lets_a_control_character_out() {
        let mut hostile = all();
        // As if the report had been tampered with on its way.
        let mut forged = violation();
        for text in [&mut forged.arguments[1].text, &mut forged.syscall, &mut forged.suggestion, &mut forged.risk] {
            *text = Some("\x1b]0;x\x07\u{202e}".to_owned());
        }
        forged.architecture = "\x1b".to_owned();
        hostile.push(Status::Violation(Box::new(forged)));
        for status in hostile {
            let mut outcome = outcome(status);
            outcome.program = "/bin/\x1b[0m\u{202e}".to_owned();
            for text in [outcome.to_string(), format!("{outcome:#}")] {
                assert!(!text.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'), "{text:?}");
            }
        }
    }

    #[test]
    fn the_full_report_names_place_and_cure() {
        let text = format!("{:#}", outcome(Status::Violation(Box::new(violation()))));
        for part in
            ["/bin/tool", "openat (257) of x86_64", "filename", "src/a.rs:3:9", "to allow it, write", "ALLOW openat;"]
        {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }
}
