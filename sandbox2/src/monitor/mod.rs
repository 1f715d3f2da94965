//! Supervision: from a launch to an outcome.
//!
//! Whoever launches sees a sandboxee to the point where its policy is in force ([`bootstrap`], [`handshake`]). From there on it is a
//! [`member`] of a [`hub`], the loop that supervises any number of them: alone on the thread that launched it, or with all others on the
//! process' [`supervisor`] thread. [`judge`] says what is done about a call, [`caller`] is what a handler sees of who made it, [`station`] lets
//! handlers be slow without anybody noticing, [`end`] is what comes after.
//!
//! Everything that goes wrong here ends the sandboxee. Nothing that goes wrong lets a call through.

mod bootstrap;
mod caller;
pub(crate) mod control;
mod end;
mod errand;
mod handshake;
mod hub;
pub(crate) mod job;
mod judge;
mod member;
mod meter;
mod spare;
#[cfg(feature = "symbolize")]
mod stacks;
mod station;
mod supervisor;
mod telemetry;
mod traced;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};

use self::control::{Attention, Control};
use self::end::{Deadline, End, Ending};
use self::hub::Hub;
use self::job::Job;
use self::judge::Judge;
use self::member::{Member, Parties};
use self::meter::Meter;
#[cfg(feature = "symbolize")]
pub(crate) use self::stacks::Stacks;
use self::station::Station;
use self::telemetry::{Telemetry, Timeline};
use self::traced::Doorbell;
use crate::error::{SetupError, Stage};
use crate::launch::{self, Begun, Launched, Tree};
use crate::observer::Observer;
use crate::outcome::{Outcome, Status, Usage};
use crate::policy::Policy;
use crate::sys;
use crate::sys::notify::{self, Mailbox};

/// What the next sandbox is known by.
static NEXT_KEY: AtomicU64 = AtomicU64::new(1);

/// How long another thread that has gone on may take to put away what it had.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// Launches and supervises on the calling thread until the sandbox is gone.
pub(crate) fn run(job: Job) -> Outcome {
    let before = own_usage();
    let outcome = run_here(job);
    match (before, own_usage()) {
        (Some(before), Some(after)) => outcome.with_usage_of_monitor(before, after),
        _ => outcome,
    }
}

/// Processor time of the calling thread: its own, and the kernel's for it.
fn own_usage() -> Option<(Duration, Duration)> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD).ok()?;
    let duration = |time: TimeVal| Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or(0));
    Some((duration(usage.user_time()), duration(usage.system_time())))
}

fn run_here(mut job: Job) -> Outcome {
    job.spec.tied = true;
    if let Err(error) = job.choose_monitor() {
        return not_begun(&job, error);
    }
    if job.is_traced() {
        return match Doorbell::new() {
            Ok(doorbell) => run_traced(job, &Control::new(Arc::new(Quiet), 0), &doorbell),
            Err(error) => not_begun(&job, error),
        };
    }
    let begun = Station::new().and_then(|station| {
        let hub = Hub::new(Arc::clone(&station), true)?;
        Ok((station, Box::new(hub)))
    });
    let (station, mut hub) = match begun {
        Ok(begun) => begun,
        Err(error) => return not_begun(&job, error),
    };
    match begin(job, &station) {
        Ok(member) => {
            let control = Arc::clone(&member.control);
            hub.join(Box::new(member));
            hub::drive(hub);
            // If another thread goes on, since a handler here took long, this one waits, and until that has put everything away.
            let outcome = control.ended(None).unwrap_or_else(lost);
            station.await_end(AFTERWARDS);
            outcome
        }
        Err(outcome) => *outcome,
    }
}

/// Launches, and has it supervised in the background. Returns once the program runs under its policy.
///
/// # Errors
/// Why it could not be started. What was started and has ended already is no error.
pub(crate) fn start(mut job: Job) -> Result<Arc<Control>, Box<Outcome>> {
    if let Err(error) = job.choose_monitor() {
        return Err(Box::new(not_begun(&job, error)));
    }
    if job.is_traced() {
        return start_traced(job);
    }
    job.spec.tied = false;
    let station = match supervisor::station() {
        Ok(station) => station,
        Err(error) => return Err(Box::new(not_begun(&job, error))),
    };
    let outcome = match begin(job, &station) {
        Ok(member) => {
            let control = Arc::clone(&member.control);
            supervisor::add(&station, member);
            match control.started() {
                None => return Ok(control),
                Some(outcome) => Box::new(outcome),
            }
        }
        Err(outcome) => outcome,
    };
    if matches!(outcome.status, Status::SetupFailed(_)) {
        return Err(outcome);
    }
    let control = Control::new(station, 0);
    control.announce_outcome(*outcome);
    Ok(Arc::new(control))
}

/// Nobody rings for a run that nobody has a handle of.
#[derive(Debug)]
struct Quiet;

impl Attention for Quiet {
    fn call(&self, _: u64) {}
}

/// Launches and supervises by ptrace, on the calling thread.
fn run_traced(job: Job, control: &Control, doorbell: &Doorbell) -> Outcome {
    let started = Instant::now();
    let program = job.spec.program_name.to_string_lossy().into_owned();
    let telemetry = Telemetry::new(&program, &job.policy);
    let observer = job.observer.clone();
    let report = match job.check() {
        Ok(()) => traced::run(job, control, doorbell, started),
        Err(error) => traced::Report::failed(error),
    };
    let outcome = report.into_outcome(program, started.elapsed());
    if let Some(violation) = outcome.violation() {
        telemetry.violation(violation);
    }
    outcome.failures.first.iter().for_each(|failure| telemetry.failed(&failure.of, &failure.what));
    telemetry.finished(&outcome);
    finished(outcome, observer.as_deref())
}

/// As [`start`], by ptrace: on a thread of its own, since a task is traced by one thread.
fn start_traced(mut job: Job) -> Result<Arc<Control>, Box<Outcome>> {
    job.spec.tied = true;
    let doorbell = match Doorbell::new() {
        Ok(doorbell) => Arc::new(doorbell),
        Err(error) => return Err(Box::new(not_begun(&job, error))),
    };
    let program = job.spec.program_name.to_string_lossy().into_owned();
    let (policy, observer) = (job.policy.clone(), job.observer.clone());
    let control = Arc::new(Control::new(Arc::clone(&doorbell) as _, 0));
    let last_word = LastWord { control: Arc::clone(&control), program: program.clone() };
    let thread = std::thread::Builder::new().name("sandbox2-ptrace".to_owned()).spawn(move || {
        let outcome = run_traced(job, &last_word.control, &doorbell);
        last_word.control.announce_outcome(outcome);
    });
    if let Err(error) = thread {
        let error = SetupError::new(Stage::Plan, error.raw_os_error()).with_what("a thread to supervise the sandboxee");
        return Err(Box::new(not_started(program, &policy, error, observer.as_deref())));
    }
    match control.started() {
        Some(outcome) if matches!(outcome.status, Status::SetupFailed(_)) => Err(Box::new(outcome)),
        _ => Ok(control),
    }
}

/// Sees to it that waiting for an outcome always ends, even if the supervising thread panics.
struct LastWord {
    control: Arc<Control>,
    program: String,
}

impl Drop for LastWord {
    fn drop(&mut self) {
        // Dropping what it supervised has killed the sandboxee. Nothing changes if there is an outcome already.
        let what = "the supervising thread panicked".to_owned();
        let program = std::mem::take(&mut self.program);
        self.control.announce_outcome(Outcome::new(program, Status::InternalError { what }, Usage::default()));
    }
}

/// For a state that nobody can see.
pub(crate) fn lost() -> Outcome {
    let what = "the sandbox was lost while it was being started".to_owned();
    Outcome::new(String::new(), Status::InternalError { what }, Usage::default())
}

/// The outcome of what could not even be tried.
pub(crate) fn not_started(
    program: String,
    policy: &Policy,
    error: SetupError,
    observer: Option<&dyn Observer>,
) -> Outcome {
    let telemetry = Telemetry::new(&program, policy);
    let outcome = concluded(program, Instant::now(), Status::SetupFailed(error), Usage::default(), observer);
    telemetry.finished(&outcome);
    outcome
}

fn not_begun(job: &Job, error: SetupError) -> Outcome {
    let program = job.spec.program_name.to_string_lossy().into_owned();
    not_started(program, &job.policy, error, job.observer.as_deref())
}

/// The outcome of what never came to be supervised.
fn concluded(
    program: String,
    started: Instant,
    status: Status,
    usage: Usage,
    observer: Option<&dyn Observer>,
) -> Outcome {
    finished(Outcome::new(program, status, Usage { wall: started.elapsed(), ..usage }), observer)
}

/// Tells the observer that it is over.
fn finished(outcome: Outcome, observer: Option<&dyn Observer>) -> Outcome {
    match observer.and_then(|observer| hub::quietly(|| observer.finished(&outcome))) {
        Some(panic) => outcome.with_failure("observer", panic),
        None => outcome,
    }
}

/// Launches, up to the point where the policy is in force and, if somebody waits for that, the program runs.
fn begin(job: Job, station: &Arc<Station>) -> Result<Member, Box<Outcome>> {
    let started = Instant::now();
    let program = job.spec.program_name.to_string_lossy().into_owned();
    let observer = job.observer.clone();
    let telemetry = Telemetry::new(&program, &job.policy);
    launch_and_sandbox(job, station, started, program.clone(), telemetry.clone()).map_err(|(status, usage)| {
        let outcome = concluded(program, started, status, usage, observer.as_deref());
        telemetry.finished(&outcome);
        Box::new(outcome)
    })
}

fn launch_and_sandbox(
    job: Job,
    station: &Arc<Station>,
    started: Instant,
    program: String,
    telemetry: Telemetry,
) -> Result<Member, (Status, Usage)> {
    let setup_failed = |error| (Status::SetupFailed(error), Usage::default());
    job.check().map_err(setup_failed)?;
    let Job { spec, policy, handlers, observer, stacks, unwanted, .. } = job;
    if observer.is_some() || stacks.is_some() || !handlers.is_empty() {
        station::watch(station).map_err(setup_failed)?;
    }
    let mut mailbox =
        Mailbox::new().map_err(|sys::Errno(errno)| setup_failed(SetupError::new(Stage::Listener, Some(errno))))?;
    let deadline = Deadline::new(started, spec.limits.wall_time());
    let tree_cpu_time = spec.limits.tree_cpu_time();
    let awaited = !spec.tied;
    let begun = launch::launch(spec).map_err(setup_failed)?;
    let set_up = Instant::now();
    let refused = match &begun {
        Begun::Filtered(launched) => started_by(observer.as_deref(), launched.main_pid()),
        Begun::Unfiltered(unfiltered) => started_by(observer.as_deref(), unfiltered.tree().main_pid()),
    };
    let ended = |tree: Tree, listener, end| Ending::new(tree, listener, end).wait();
    let (launched, last) = match (begun, refused) {
        (Begun::Filtered(launched), Ok(())) => {
            let begun = execute(&launched, &mut mailbox, deadline, awaited);
            match begun {
                Ok(()) => (launched, None),
                Err(end) => return Err(end_launched(launched, end)),
            }
        }
        (Begun::Filtered(launched), Err(end)) => return Err(end_launched(launched, end)),
        (Begun::Unfiltered(unfiltered), Err(end)) => return Err(ended(unfiltered.into_tree(), None, end)),
        (Begun::Unfiltered(unfiltered), Ok(())) => match handshake::wait(unfiltered, deadline, unwanted) {
            Ok((launched, last)) => (launched, Some(last)),
            Err(failed) => {
                let handshake::Failed { tree, listener, end } = *failed;
                return Err(ended(tree, listener.map(Arc::new), end));
            }
        },
    };
    notify::wake_synchronously(launched.listener());
    let control = Arc::new(Control::new(Arc::clone(station) as _, NEXT_KEY.fetch_add(1, Relaxed)));
    if last.is_none() {
        control.announce_running(u32::try_from(launched.main_pid()).unwrap_or(0));
    }
    let judge = Arc::new(Judge::new(policy, handlers, last.is_some()));
    let timeline = Timeline { began: started, times: launched.times(), set_up, executed: Instant::now() };
    telemetry.launched(u32::try_from(launched.main_pid()).unwrap_or(0), timeline);
    let parties = Parties { control, judge, observer, program, telemetry, stacks };
    #[cfg(feature = "symbolize")]
    if let Some(stacks) = parties.stacks.clone()
        && let Ok(init) = launched.init().try_clone_to_owned()
    {
        parties.control.set_looker(stacks::looker(stacks, init, launched.main_pid()));
    }
    let meter = Meter::new(tree_cpu_time, Instant::now());
    Ok(Member::new(launched, last, parties, started, deadline, meter))
}

/// Lets the launcher's exec pass.
fn execute(launched: &Launched, mailbox: &mut Mailbox, deadline: Deadline, awaited: bool) -> Result<(), End> {
    bootstrap::answer(launched, mailbox, deadline)?;
    if awaited { bootstrap::await_exec(launched, deadline) } else { Ok(()) }
}

fn end_launched(launched: Launched, end: End) -> (Status, Usage) {
    let (tree, listener) = launched.into_parts();
    Ending::new(tree, Some(Arc::new(listener)), end).wait()
}

/// Asks the observer whether the launch may go on.
fn started_by(observer: Option<&dyn Observer>, pid: libc::pid_t) -> Result<(), End> {
    let Some(observer) = observer else { return Ok(()) };
    let pid = u32::try_from(pid).unwrap_or(0);
    let mut answer = Ok(());
    let panic = hub::quietly(|| answer = observer.started(pid));
    let answer = panic.map_or(answer, Err);
    answer.map_err(|why| {
        let error = SetupError::new(Stage::Observer, None).with_what(why);
        End::NotSandboxed(error.with_hint(Some("it is the host's own Observer that has refused")))
    })
}
