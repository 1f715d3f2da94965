//! What a host decides itself about calls that a policy says `NOTIFY` about.
//!
//! Owns the handlers, what they see of a call ([`call`]), and what they can answer ([`answer`]). Which monitor asks them, how long it waits and
//! what it does with an answer is the monitor's.

mod address;
mod answer;
mod call;
mod value;

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use sandbox2_policy::action::Action;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::tables;

pub use self::address::SocketAddress;
pub use self::answer::Answer;
pub(crate) use self::answer::Reply;
pub(crate) use self::call::Caller;
pub use self::call::{Call, Inspection, Pointer, Request};
pub use self::value::Value;
use crate::error::{SetupError, Stage};
use crate::policy::Policy;

type Handler = dyn for<'a> Fn(Call<'a>) -> io::Result<Answer<'a>> + Send + Sync;

/// How long a handler may take, if nothing else is said.
const PATIENCE: Duration = Duration::from_secs(10);

/// No clock can count to the end of all durations.
const MOST_PATIENCE: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// What decides about the calls that a policy says `NOTIFY` about.
///
/// A handler gets a [`Call`]: its registers, which cannot change any more, and, once it has given up letting the kernel make the call, what is
/// behind its pointers. It returns an [`Answer`]. An error denies the call with its error number (EPERM if it has none), so that `?` can be
/// used on everything.
///
/// - **A handler that panics, or takes longer than the [time-out](Self::timeout), denies**: the call fails with EPERM, and the outcome tells of
///   it ([`Outcome::failures`](crate::Outcome::failures)). What such a handler answers later counts for nothing.
/// - Handlers run on the supervising thread, which costs least (under the ptrace monitor on threads of their own). One that takes longer than
///   a few milliseconds keeps nobody else waiting: another thread goes on supervising. So a handler can be called several times at once.
/// - A call for which no handler is registered is a violation.
///
/// # Examples
/// A program may open the files of one directory, though it sees none:
/// ```no_run
/// use std::fs::File;
/// use std::io;
/// use std::path::{Component, Path};
///
/// use sandbox2::{Answer, Executor, Handlers, Sandbox2};
///
/// sandbox2::policy! {
///     static BROKERED;
///
///     use static_startup, system_malloc, exit;
///     ALLOW read, close, fstat, write;
///     NOTIFY openat;
/// }
///
/// let handlers = Handlers::new().on("openat", |call| {
///     let read_only = call.int(2) & (libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC) == libc::O_RDONLY;
///     let path = call.pointer(1);
///     let call = call.inspect();
///     let path = call.read_path(path)?;
///     let name = path.strip_prefix("/data").unwrap_or(Path::new("/"));
///     if !read_only || !name.components().all(|part| matches!(part, Component::Normal(_))) {
///         return Ok(Answer::fail(libc::EACCES));
///     }
///     Ok(Answer::descriptor(File::open(Path::new("/srv/data").join(name))?))
/// });
/// let outcome = Sandbox2::new(Executor::new("/usr/bin/tool", ["tool"]), &BROKERED).handlers(handlers).run();
/// ```
#[derive(Clone)]
#[must_use = "handlers do nothing until a sandbox has them"]
pub struct Handlers {
    calls: BTreeMap<u32, Arc<Handler>>,
    otherwise: Option<Arc<Handler>>,
    mistakes: Vec<(String, String)>,
    patience: Duration,
}

impl Default for Handlers {
    fn default() -> Handlers {
        Handlers::new()
    }
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.calls.keys().map(|nr| name_of(*nr)).collect();
        f.debug_struct("Handlers")
            .field("calls", &names)
            .field("otherwise", &self.otherwise.is_some())
            .field("timeout", &self.patience)
            .finish_non_exhaustive()
    }
}

fn name_of(nr: u32) -> &'static str {
    Arch::native().and_then(|arch| tables::syscall_by_number(arch, nr)).map_or("?", |call| call.name)
}

impl Handlers {
    /// None.
    pub fn new() -> Handlers {
        Handlers { calls: BTreeMap::new(), otherwise: None, mistakes: Vec::new(), patience: PATIENCE }
    }

    /// Has `handler` decide about the system call of that name, where the policy says `NOTIFY`.
    ///
    /// A name that the kernel does not have, one that has a handler already, and one that the policy never says `NOTIFY` about are errors
    /// when the sandbox is started.
    pub fn on<F>(mut self, syscall: &str, handler: F) -> Handlers
    where
        F: for<'a> Fn(Call<'a>) -> io::Result<Answer<'a>> + Send + Sync + 'static,
    {
        let number = Arch::native().and_then(|arch| tables::syscall(syscall)?.number(arch));
        match number {
            None => {
                let hint = "write the kernel's name of a call that this architecture has, as in the policy";
                self.mistakes
                    .push((format!("a handler for `{syscall}`, which is no system call here"), hint.to_owned()));
            }
            Some(number) => {
                if self.calls.insert(number, Arc::new(handler)).is_some() {
                    let hint = "register one, and let it tell the cases apart";
                    self.mistakes.push((format!("two handlers for `{syscall}`"), hint.to_owned()));
                }
            }
        }
        self
    }

    /// Has `handler` decide about every call that the policy says `NOTIFY` about and that has no handler of its own.
    pub fn otherwise<F>(mut self, handler: F) -> Handlers
    where
        F: for<'a> Fn(Call<'a>) -> io::Result<Answer<'a>> + Send + Sync + 'static,
    {
        if self.otherwise.replace(Arc::new(handler)).is_some() {
            let hint = "register one, and let it tell the cases apart";
            self.mistakes.push(("two handlers for all other calls".to_owned(), hint.to_owned()));
        }
        self
    }

    /// How long a handler may take before its call is denied; 10 seconds if not set, at least a millisecond, at most a hundred years.
    pub fn timeout(mut self, time: Duration) -> Handlers {
        self.patience = time.clamp(Duration::from_millis(1), MOST_PATIENCE);
        self
    }

    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    /// Whether there is one for that call.
    pub(crate) fn handles(&self, nr: u32) -> bool {
        self.otherwise.is_some() || self.calls.contains_key(&nr)
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.otherwise.is_none() && self.mistakes.is_empty()
    }

    /// Whether these fit together, and to the policy.
    ///
    /// # Errors
    /// The first mistake.
    pub(crate) fn check(&self, policy: &Policy) -> Result<(), SetupError> {
        let mistake = |what: &str, hint: &str| {
            Err(SetupError::new(Stage::Plan, None).with_what(what.to_owned()).with_hint(Some(hint)))
        };
        if let Some((what, hint)) = self.mistakes.first() {
            return mistake(what, hint);
        }
        let meaning = policy.meaning();
        let never = self.calls.keys().find(|nr| {
            let rules = meaning.rules(**nr);
            let asks = rules.iter().any(|rule| rule.action == Action::Notify);
            !asks && meaning.default != Action::Notify
        });
        match never {
            None => Ok(()),
            Some(nr) => {
                let name = name_of(*nr);
                mistake(
                    &format!("a handler for `{name}`, which the policy never asks about"),
                    &format!("write `NOTIFY {name};` in the policy, or leave the handler out"),
                )
            }
        }
    }

    /// What the handler for that call says. There must be one.
    pub(crate) fn decide(&self, caller: &dyn Caller, data: &SeccompData) -> Ruling {
        let Some(handler) = self.calls.get(&data.nr).or(self.otherwise.as_ref()) else {
            return Ruling::Failed("there is no handler".to_owned());
        };
        // What it was about to change is its own affair; nothing here is left half-done.
        let answer = catch_unwind(AssertUnwindSafe(|| match handler(Call::new(caller, data)) {
            Ok(answer) => answer.into_reply(),
            Err(error) => Answer::from(&error).into_reply(),
        }));
        match answer {
            Ok(reply) => Ruling::Reply(reply),
            Err(panic) => Ruling::Failed(of_panic(panic)),
        }
    }
}

/// The most of a panic's message that is told, in bytes: what a sandboxee has written can be in it.
const MOST_SAID: usize = 1024;

/// What to say of a panic in the host's code.
pub(crate) fn of_panic(panic: Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let shortened =
        text.map(|text| (0..=MOST_SAID.min(text.len())).rev().find_map(|end| text.get(..end)).unwrap_or_default());
    let said = shortened.map_or_else(|| "it panicked".to_owned(), |text| format!("it panicked: {text}"));
    // What it panicked with can panic in turn, when it is dropped. That is where it ends.
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        std::mem::forget(again);
    }
    said
}

/// What came of a handler.
#[derive(Debug)]
pub(crate) enum Ruling {
    Reply(Reply),
    /// It did not come to an answer: why.
    Failed(String),
}
