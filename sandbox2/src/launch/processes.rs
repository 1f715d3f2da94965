//! All processes of a sandbox, seen from the host: to stop and continue them, to see what they use.
//!
//! They come and go while they are looked at, and so may the sandbox. What is sent to one goes through a pidfd that was opened first and found
//! to be of this sandbox then, so that a number that is reused meanwhile is nobody's harm.

use std::collections::BTreeMap;
use std::fs;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::tree::{Tree, pid_of};
use crate::sys::calls;

/// How often the processes are listed again until no new one is found.
const MOST_ROUNDS: usize = 20;

/// How many processes are looked at: more than any limit on processes should allow.
const MOST_PROCESSES: usize = 100_000;

/// The processes of a sandbox, for any thread: how long a look at them takes is the sandboxee's to choose.
#[derive(Debug)]
pub(crate) struct Processes {
    init: Arc<OwnedFd>,
}

impl Tree {
    /// Its processes.
    pub(crate) fn processes(&self) -> Processes {
        Processes { init: Arc::clone(&self.init) }
    }
}

/// The PID namespace of a sandbox, by its init, as long as that is not reaped: the number is its own until then.
pub(crate) fn namespace_of(init: &OwnedFd) -> Option<(i32, PathBuf)> {
    let pid = pid_of(init).ok()?;
    let namespace = fs::read_link(format!("/proc/{pid}/ns/pid")).ok()?;
    (pid_of(init) == Ok(pid)).then_some((pid, namespace))
}

/// Whether a process has not ended.
fn lives(pidfd: &OwnedFd) -> bool {
    calls::readable(pidfd.as_raw_fd(), Duration::ZERO) == Ok(false)
}

/// Whether a task is of the sandbox of that init, which is alive: both numbers and the namespace's are their own then.
#[cfg(feature = "symbolize")]
pub(crate) fn is_of_sandbox(task: i32, init: &OwnedFd) -> bool {
    let namespace = namespace_of(init).map(|(_, namespace)| namespace);
    namespace.is_some() && namespace == fs::read_link(format!("/proc/{task}/ns/pid")).ok() && lives(init)
}

impl Processes {
    /// Sends `signal` to every process of the sandbox but init, until there is none that has not got it.
    pub(crate) fn signal_all(&self, signal: i32) {
        let mut done = std::collections::BTreeSet::new();
        for _ in 0..MOST_ROUNDS {
            let mut new = false;
            self.each_process(|pid, process| {
                if done.insert(pid) {
                    new = true;
                    // ESRCH: it has ended by itself.
                    let _ = calls::pidfd_send_signal(process.as_raw_fd(), signal);
                }
            });
            if !new {
                return;
            }
        }
    }

    /// Looks at the processes but init, one after the other: their number is the sandboxee's to choose, and a host has only so many descriptors.
    fn each_process(&self, mut look: impl FnMut(i32, OwnedFd)) {
        let Some((init, namespace)) = namespace_of(&self.init) else { return };
        for pid in descendants(init) {
            let Ok(process) = calls::pidfd_open(pid) else { continue };
            let ours = fs::read_link(format!("/proc/{pid}/ns/pid")).is_ok_and(|link| link == namespace);
            // As it is there now, and was before, the number was its own in between; and so was the namespace's.
            if ours && lives(&process) && lives(&self.init) {
                look(pid, process);
            }
        }
    }

    /// Has `seen` see what each process has used so far, and the children that it has waited for.
    pub(crate) fn processor_time(&self, seen: &mut ProcessorTime) {
        let Ok(init) = pid_of(&self.init) else { return };
        let now = descendants(init).into_iter().chain([init]);
        seen.look(now.filter_map(|pid| used(pid).map(|used| (pid, used))));
    }
}

/// What the processes of a sandbox have used, as far as it was seen.
#[derive(Debug, Default)]
pub(crate) struct ProcessorTime {
    /// Each process' own, by its number and start.
    own: BTreeMap<(i32, u64), u64>,
    /// The most that those that were there at a time had used, with the children that they had waited for.
    most: u64,
}

/// Start, own time, and time of children that were waited for, in ticks.
type Used = (u64, u64, u64);

impl ProcessorTime {
    fn look(&mut self, now: impl Iterator<Item = (i32, Used)>) {
        let mut sum = 0_u64;
        for (pid, (began, own, waited)) in now {
            sum = sum.saturating_add(own).saturating_add(waited);
            if self.own.len() < MOST_PROCESSES {
                self.own.insert((pid, began), own);
            }
        }
        self.most = self.most.max(sum);
    }

    /// All of it. Either sum is a lower bound: that of what was ever seen, and that of those that were there together.
    pub(crate) fn total(&self) -> Duration {
        let own = self.own.values().fold(0_u64, |sum, own| sum.saturating_add(*own));
        ticks(own.max(self.most))
    }
}

fn ticks(ticks: u64) -> Duration {
    const PER_SECOND: u64 = 100;
    Duration::from_millis(ticks.saturating_mul(1000 / PER_SECOND))
}

/// Start, own time and time of children that were waited for, from `/proc/<pid>/stat`, in ticks (`USER_HZ`, 100 a second everywhere).
fn used(pid: i32) -> Option<Used> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, can contain anything.
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(stat.get(end + 1..)?).ok()?;
    let fields: Vec<u64> = rest.split_whitespace().skip(1).map(|field| field.parse().unwrap_or(0)).collect();
    // The field after the state is number 4; utime is 14, starttime 22.
    let field = |number: usize| fields.get(number - 4).copied();
    Some((field(22)?, field(14)? + field(15)?, field(16)? + field(17)?))
}

/// Everything below a process, without it.
fn descendants(root: i32) -> Vec<i32> {
    let mut found = Vec::new();
    let mut next = vec![root];
    while let Some(pid) = next.pop() {
        let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { continue };
        for thread in threads.flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            let children = children.split_whitespace().filter_map(|child| child.parse::<i32>().ok());
            for child in children {
                if found.len() < MOST_PROCESSES {
                    found.push(child);
                    next.push(child);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_below_its_parent_and_has_used_some_time() {
        let own = std::process::id().cast_signed();
        let (began, _, _) = used(own).unwrap();
        assert!(began > 0);
        let mut child = std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        assert!(descendants(own).contains(&child.id().cast_signed()));
        drop(child.stdin.take());
        child.wait().unwrap();
    }

    #[test]
    fn processor_time_is_not_counted_twice() {
        let mut time = ProcessorTime::default();
        time.look([(2, (10, 50, 0)), (3, (11, 30, 0))].into_iter());
        assert_eq!(time.total(), Duration::from_millis(800));
        // 3 has ended, and 2 has waited for it.
        time.look([(2, (10, 50, 30))].into_iter());
        assert_eq!(time.total(), Duration::from_millis(800));
        // Others came and went unseen.
        time.look([(2, (10, 60, 400)), (4, (12, 40, 0))].into_iter());
        assert_eq!(time.total(), Duration::from_secs(5));
        // Nobody has waited for 4.
        time.look([(2, (10, 60, 400))].into_iter());
        assert_eq!(time.total(), Duration::from_secs(5));
    }
}
