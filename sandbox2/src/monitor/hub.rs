//! One loop for any number of sandboxes.
//!
//! A thread waits for all of them at once: for calls, for ends, for requests of their hosts, for the clock. In each round everything that has
//! happened has its turn, one call of each sandbox at most: one that floods its listener delays neither a kill nor a deadline, its own or another's.
//!
//! The listener that asked last is waited for beside the others and not among them. The kernel can wake whoever waits for a listener itself on
//! the processor that asks, at a tenth of the latency; it cannot through an epoll. For the same reason the clock is a descriptor among the
//! others, set when the next time changes, and not a time-out of each wait: setting a timer costs as much as a call.

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::{AsFd, BorrowedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};

use super::caller::Waiting;
use super::errand::{Done, Walk};
use super::member::{Member, Notified};
use super::station::{Station, can_be_taken_over, watch};
use crate::error::{SetupError, Stage};
use crate::handlers::{Ruling, of_panic};
use crate::outcome::{Outcome, Violation};
use crate::sys;
use crate::sys::notify::{Mailbox, Notification};

/// What is left at a hub's bell.
#[derive(Debug)]
pub(super) enum Message {
    /// A new member.
    Join(Box<Member>),
    /// A host has a request.
    Request { key: u64 },
    /// A handler that took long has decided; `None`: and the call has its answer.
    Decided { key: u64, notification: Notification, ruling: Option<Ruling> },
    /// A violation is explained that took long.
    Explained { key: u64, violation: Box<Violation> },
    /// An errand that took long is done.
    Done { key: u64, done: Done },
    /// A look at all processes that took long is done.
    Walked { key: u64, walk: Walk },
}

/// Everything that one thread supervises.
#[derive(Debug)]
pub(super) struct Hub {
    station: Arc<Station>,
    epoll: Epoll,
    mailbox: Mailbox,
    members: BTreeMap<u64, Entry>,
    times: BTreeSet<(Instant, u64)>,
    clock: TimerFd,
    /// What the clock is set to.
    set_to: Option<Instant>,
    /// Whose listener is waited for beside the others.
    hot: Option<u64>,
    /// Who asked last.
    last: Option<u64>,
    /// Whether it is over with its last member.
    ends: bool,
    /// When this round began.
    now: Instant,
}

/// What has happened: events of the epoll, and what the hot listener has, with its key.
type Heard = (Vec<EpollEvent>, Option<(u64, PollFlags)>);

/// A member, and how it is waited for at the moment.
#[derive(Debug)]
struct Entry {
    member: Box<Member>,
    time: Option<Instant>,
    listening: bool,
}

/// What of a member an event of the epoll is about: the lowest bits of its data.
const INIT: u64 = 0;
const LISTENER: u64 = 1;
/// These two are the hub's own, of key 0.
const BELL: u64 = 2;
const CLOCK: u64 = 3;
const KINDS: u64 = 4;

impl Hub {
    pub(super) fn new(station: Arc<Station>, ends: bool) -> Result<Hub, SetupError> {
        let failed = |errno: Errno, what: &str| SetupError::new(Stage::Plan, Some(errno as i32)).with_what(what);
        let epoll =
            Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).map_err(|errno| failed(errno, "an epoll descriptor"))?;
        epoll
            .add(&station.bell, EpollEvent::new(EpollFlags::EPOLLIN, BELL))
            .map_err(|errno| failed(errno, "the monitor's event descriptor"))?;
        let clock = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_CLOEXEC | TimerFlags::TFD_NONBLOCK);
        let clock = clock.map_err(|errno| failed(errno, "a timer"))?;
        epoll
            .add(&clock, EpollEvent::new(EpollFlags::EPOLLIN, CLOCK))
            .map_err(|errno| failed(errno, "the monitor's timer"))?;
        let mailbox = Mailbox::new().map_err(|sys::Errno(errno)| {
            SetupError::new(Stage::Listener, Some(errno))
                .with_hint(Some("a kernel with seccomp user notification is needed (CONFIG_SECCOMP_FILTER)"))
        })?;
        Ok(Hub {
            station,
            epoll,
            mailbox,
            members: BTreeMap::new(),
            times: BTreeSet::new(),
            clock,
            set_to: None,
            hot: None,
            last: None,
            ends,
            now: Instant::now(),
        })
    }

    /// Supervises another one.
    pub(super) fn join(&mut self, mut member: Box<Member>) {
        let key = member.control.key();
        let added = match member.init() {
            Some(init) => self.epoll.add(init, EpollEvent::new(EpollFlags::EPOLLIN, key * KINDS + INIT)),
            None => Ok(()),
        };
        if let Err(errno) = added {
            member.give_up(format!("the sandbox's end cannot be waited for: {errno}"));
        }
        self.members.insert(key, Entry { member, time: None, listening: false });
        if self.ends {
            self.hot = Some(key);
        }
        self.refresh(key);
        // What was asked for before it was here.
        self.with(key, |member, _| member.look_at_requests());
    }

    fn with<T>(&mut self, key: u64, act: impl FnOnce(&mut Member, &mut Mailbox) -> T) -> Option<T> {
        let entry = self.members.get_mut(&key)?;
        let result = act(&mut entry.member, &mut self.mailbox);
        self.refresh(key);
        Some(result)
    }

    /// Waits for what that member wants to be waited for now.
    fn refresh(&mut self, key: u64) {
        let Some(entry) = self.members.get_mut(&key) else { return };
        let time = entry.member.next_time();
        if time != entry.time {
            if let Some(time) = entry.time {
                self.times.remove(&(time, key));
            }
            if let Some(time) = time {
                self.times.insert((time, key));
            }
            entry.time = time;
        }
        let wanted = entry.member.listener().filter(|_| self.hot != Some(key));
        if wanted.is_some() == entry.listening {
            return;
        }
        let changed = match wanted {
            Some(listener) => self.epoll.add(listener, EpollEvent::new(EpollFlags::EPOLLIN, key * KINDS + LISTENER)),
            // Closed or not, it is taken out.
            None => entry.member.any_listener().map_or(Ok(()), |listener| self.epoll.delete(listener)),
        };
        entry.listening = !entry.listening;
        if let Err(errno) = changed {
            entry.member.give_up(format!("the sandboxee's calls cannot be waited for: {errno}"));
            self.refresh(key);
        }
    }

    /// Has that member's listener waited for beside the others.
    fn heat(&mut self, key: u64) {
        if self.hot != Some(key) {
            let cooled = self.hot.replace(key);
            self.refresh(key);
            if let Some(cooled) = cooled {
                self.refresh(cooled);
            }
        }
    }

    fn hot_listener(&self) -> Option<(u64, BorrowedFd<'_>)> {
        let key = self.hot?;
        Some((key, self.members.get(&key)?.member.listener()?))
    }

    /// Sets the clock to the next time, if it is not.
    fn set_clock(&mut self) -> Result<(), Errno> {
        let next = self.times.first().map(|(time, _)| *time);
        if next == self.set_to {
            return Ok(());
        }
        match next {
            // No time at all would be no time ever.
            Some(time) => {
                let left = time.saturating_duration_since(Instant::now()).max(Duration::from_nanos(1));
                self.clock.set(Expiration::OneShot(TimeSpec::from_duration(left)), TimerSetTimeFlags::empty())?;
            }
            None => self.clock.unset()?,
        }
        self.set_to = next;
        Ok(())
    }

    /// Waits for something to happen: events of the epoll, and whether the hot listener has one.
    fn wait(&mut self) -> Result<Heard, Errno> {
        self.set_clock()?;
        let hot = self.hot_listener();
        let mut fds = [self.epoll.0.as_fd(), hot.map_or(self.epoll.0.as_fd(), |(_, listener)| listener)]
            .map(|fd| PollFd::new(fd, PollFlags::POLLIN));
        let fds = if hot.is_some() { &mut fds[..] } else { &mut fds[..1] };
        match ppoll(fds, None, None) {
            Ok(_) => {}
            Err(Errno::EINTR) => return Ok((Vec::new(), None)),
            Err(errno) => return Err(errno),
        }
        let found = |index: usize| fds.get(index).and_then(PollFd::revents).unwrap_or(PollFlags::empty());
        let heard = hot.map(|(key, _)| (key, found(1))).filter(|(_, flags)| !flags.is_empty());
        if found(0).is_empty() {
            return Ok((Vec::new(), heard));
        }
        let mut events = vec![EpollEvent::empty(); 64];
        let count = match self.epoll.wait(&mut events, EpollTimeout::ZERO) {
            Ok(count) => count,
            Err(Errno::EINTR) => 0,
            Err(errno) => return Err(errno),
        };
        events.truncate(count);
        Ok((events, heard))
    }

    /// Whether there is nothing more to do, ever.
    fn is_over(&self) -> bool {
        self.ends && self.members.is_empty()
    }

    /// What has ended: sandboxes, and whole families of tasks that could call.
    fn look_at_ends(&mut self, events: &[EpollEvent]) {
        for event in events {
            let (key, kind) = (event.data() / KINDS, event.data() % KINDS);
            match kind {
                LISTENER if !event.events().contains(EpollFlags::EPOLLIN) => {
                    self.with(key, |member, _| member.hung_up());
                }
                INIT => {
                    self.with(key, |member, _| member.gone());
                    // It is for good, and need not be told again.
                    if let Some(init) = self.members.get(&key).and_then(|entry| entry.member.init()) {
                        let _ = self.epoll.delete(init);
                    }
                }
                _ => {}
            }
        }
    }

    /// Does what was left at the bell.
    fn answer_bell(&mut self) {
        let station = Arc::clone(&self.station);
        for message in station.bell.answer() {
            match message {
                Message::Join(member) => self.join(member),
                Message::Request { key } => drop(self.with(key, |member, _| member.look_at_requests())),
                Message::Decided { key, notification, ruling } => {
                    self.with(key, |member, mailbox| member.decided(mailbox, &notification, ruling));
                }
                Message::Explained { key, violation } => {
                    self.with(key, |member, _| member.explained(Some(violation)));
                }
                Message::Done { key, done } => drop(self.with(key, |member, _| member.done(done))),
                Message::Walked { key, walk } => drop(self.with(key, |member, _| member.walked(walk))),
            }
        }
    }

    fn look_at_clock(&mut self) {
        let now = self.now;
        while let Some((_, key)) = self.times.first().copied().filter(|(time, _)| *time <= now) {
            let before = self.members.get(&key).and_then(|entry| entry.time);
            self.with(key, Member::look_at_clock);
            let after = self.members.get(&key).and_then(|entry| entry.time);
            if before == after {
                // It is over, and is told so at the end of the round.
                break;
            }
        }
    }

    /// A member that is over, and its outcome.
    fn next_over(&mut self, candidates: &[u64]) -> Option<(Box<Member>, Outcome)> {
        candidates.iter().find_map(|key| {
            if !self.members.get(key)?.member.is_over() {
                return None;
            }
            let mut entry = self.members.remove(key)?;
            if let Some(init) = entry.member.init() {
                // It may live on, with a thread that waits for it.
                let _ = self.epoll.delete(init);
            }
            let outcome = entry.member.outcome();
            if let Some(time) = entry.time {
                self.times.remove(&(time, *key));
            }
            if self.hot == Some(*key) {
                self.hot = None;
            }
            Some((entry.member, outcome))
        })
    }
}

impl Drop for Hub {
    /// If that is the end of the supervising thread (it has panicked), nobody waits for it any more.
    fn drop(&mut self) {
        self.station.bell.close();
    }
}

/// Supervises until everything is over, or another thread does.
pub(super) fn drive(mut hub: Box<Hub>) {
    while !hub.is_over() {
        match round(hub) {
            Some(after) => hub = after,
            None => return,
        }
    }
}

/// Waits, and gives everything its turn. Without a hub, another thread has it.
fn round(mut hub: Box<Hub>) -> Option<Box<Hub>> {
    let found = hub.wait();
    hub.now = Instant::now();
    let (events, heard) = match found {
        Ok(found) => found,
        Err(errno) => {
            let keys: Vec<u64> = hub.members.keys().copied().collect();
            for key in &keys {
                hub.with(*key, |member, _| member.give_up(format!("waiting for the sandboxee failed: {errno}")));
            }
            return tell_outcomes(hub, &keys);
        }
    };
    // Calls come first: if a violation and an end coincide, it is the violation that is told.
    match heard {
        Some((key, flags)) if flags.contains(PollFlags::POLLIN) => hub = notified(hub, key)?,
        Some((key, _)) => drop(hub.with(key, |member, _| member.hung_up())),
        None => {}
    }
    if events.is_empty() && hub.times.first().is_none_or(|(time, _)| *time > hub.now) {
        // Nothing else has happened: the way of a call that a handler decides.
        return match heard {
            Some((key, _)) => tell_outcomes(hub, &[key]),
            None => Some(hub),
        };
    }
    let is_call =
        |event: &&EpollEvent| event.data() % KINDS == LISTENER && event.events().contains(EpollFlags::EPOLLIN);
    for event in events.iter().filter(is_call) {
        hub = notified(hub, event.data() / KINDS)?;
    }
    let mut touched: Vec<u64> = events.iter().map(|event| event.data() / KINDS).collect();
    touched.extend(heard.map(|(key, _)| key));
    if events.iter().any(|event| event.data() == BELL) {
        hub.answer_bell();
        touched.extend(hub.members.keys());
    }
    if events.iter().any(|event| event.data() == CLOCK) {
        // Another thread may have made it quiet; then it is not to be waited for.
        let _ = hub.clock.wait();
        hub.set_to = None;
    }
    hub.look_at_ends(&events);
    touched.extend(hub.times.iter().take_while(|(time, _)| *time <= hub.now).map(|(_, key)| *key));
    hub.look_at_clock();
    tell_outcomes(hub, &touched)
}

/// Takes a call of that member, and deals with it.
fn notified(mut hub: Box<Hub>, key: u64) -> Option<Box<Hub>> {
    if hub.last.replace(key) == Some(key) {
        hub.heat(key);
    }
    let now = hub.now;
    let this = &mut *hub;
    let Some(entry) = this.members.get_mut(&key) else { return Some(hub) };
    match entry.member.notified(&mut this.mailbox, now) {
        Notified::Done => {
            hub.refresh(key);
            Some(hub)
        }
        Notified::Ask(listener, notification) => {
            let judge = Arc::clone(&entry.member.judge);
            let station = Arc::clone(&this.station);
            let caller = Waiting { listener, notification };
            if !can_be_taken_over() {
                let why = "it was not asked: there is no thread that could supervise meanwhile".to_owned();
                hub.with(key, |member, mailbox| member.decided(mailbox, &notification, Some(Ruling::Failed(why))));
                return Some(hub);
            }
            let (back, ruling) =
                station.leave(hub, || caller.give_descriptor(judge.handlers.decide(&caller, &notification.data)));
            let Some(mut hub) = back else {
                station.bell.ring(Message::Decided { key, notification, ruling });
                return None;
            };
            hub.with(key, |member, mailbox| member.decided(mailbox, &notification, ruling));
            Some(hub)
        }
    }
}

/// Looks at all processes of those of these for which it is time.
fn take_walks(mut hub: Box<Hub>, candidates: &[u64]) -> Option<Box<Hub>> {
    for key in candidates {
        let Some(walk) = hub.with(*key, |member, _| member.take_walk()).flatten() else { continue };
        let station = Arc::clone(&hub.station);
        // Without anybody who watches it is done all the same, and others wait.
        let (back, walk) = match watch(&station) {
            Ok(()) => station.leave(hub, || walk.run()),
            Err(_) => (Some(hub), walk.run()),
        };
        let Some(with_hub) = back else {
            station.bell.ring(Message::Walked { key: *key, walk });
            return None;
        };
        hub = with_hub;
        hub.with(*key, |member, _| member.walked(walk));
    }
    Some(hub)
}

/// Explains the violations of those of these that have one.
fn explain_violations(mut hub: Box<Hub>, candidates: &[u64]) -> Option<Box<Hub>> {
    for key in candidates {
        let Some(explanation) = hub.with(*key, |member, _| member.take_explanation()).flatten() else { continue };
        let station = Arc::clone(&hub.station);
        if watch(&station).is_err() {
            // Nobody would go on if it took long.
            hub.with(*key, |member, _| member.explained(None));
            continue;
        }
        let (back, violation) = station.leave(hub, || explanation.run());
        let Some(with_hub) = back else {
            station.bell.ring(Message::Explained { key: *key, violation });
            return None;
        };
        hub = with_hub;
        hub.with(*key, |member, _| member.explained(Some(violation)));
    }
    Some(hub)
}

/// Does what is to be done before those of these end that are about to.
fn run_errands(mut hub: Box<Hub>, candidates: &[u64]) -> Option<Box<Hub>> {
    for key in candidates {
        let Some(errand) = hub.with(*key, |member, _| member.take_errand()).flatten() else { continue };
        let station = Arc::clone(&hub.station);
        let (back, done) = station.leave(hub, || errand.run());
        let Some(with_hub) = back else {
            station.bell.ring(Message::Done { key: *key, done });
            return None;
        };
        hub = with_hub;
        hub.with(*key, |member, _| member.done(done));
    }
    Some(hub)
}

/// Ends those of these that are to end, and tells what has come of those that are over.
fn tell_outcomes(hub: Box<Hub>, candidates: &[u64]) -> Option<Box<Hub>> {
    let hub = take_walks(hub, candidates)?;
    let hub = explain_violations(hub, candidates)?;
    let mut hub = run_errands(hub, candidates)?;
    while let Some((member, outcome)) = hub.next_over(candidates) {
        if !member.has_code_of_the_host() {
            member.control.announce_outcome(outcome);
            continue;
        }
        let station = Arc::clone(&hub.station);
        let (back, ()) = station.leave(hub, || tell_outcome(member, outcome));
        hub = back?;
    }
    Some(hub)
}

/// Goes on where another thread left the hub for foreign code that takes long. What was still to be done in its round is done now: nothing
/// that happens later need be about those whose turn did not come.
pub(super) fn take_over(mut hub: Box<Hub>) {
    let keys: Vec<u64> = hub.members.keys().copied().collect();
    for key in &keys {
        hub.with(*key, |member, _| member.taken_over());
    }
    if let Some(hub) = tell_outcomes(hub, &keys) {
        drive(hub);
    }
}

/// Tells the observer, and then those who wait.
///
/// What the host's code owns goes with the member, and can be anything: the last handle of another sandbox, which waits for its end.
fn tell_outcome(member: Box<Member>, outcome: Outcome) {
    member.control.will_announce(&outcome);
    let panic = member.observer.as_ref().and_then(|observer| quietly(|| observer.finished(&outcome)));
    member.control.announce_outcome(match panic {
        Some(panic) => outcome.with_failure("observer", panic),
        None => outcome,
    });
    // There is nobody left to tell of a panic.
    let _ = quietly(|| drop(member));
}

/// What it panicked with, if it did.
pub(super) fn quietly(foreign: impl FnOnce()) -> Option<String> {
    // What it was about to change is its own affair; nothing here is left half-done.
    catch_unwind(AssertUnwindSafe(foreign)).err().map(of_panic)
}
