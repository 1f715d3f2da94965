//! Each system call of a launch fails once, in the host, in init, in the sandboxee and in the launch server: the step is named, nothing
//! hangs, nothing is left, and no sandboxee runs without anything that it should have. And everybody dies, or is interrupted, at each.
//!
//! A tracer of this test's own does that to `launcher`, which runs `reporter`. It knows the registers of one architecture.

#![cfg(target_arch = "x86_64")]

mod calls;
mod expected;
mod tracer;
mod walk;

use crate::calls::{Point, Who};
use crate::expected::{Expected, expected, fates};
use crate::tracer::{Fate, Run};
use crate::walk::{Launches, Told};

/// Every way to launch.
const KINDS: [&str; 4] = ["filtered", "itself", "served", "forked"];

/// Whether what came of a launch in which that call failed is what must come of it.
fn judge(usual: &Told, point: &Point, fate: Fate, run: &Run) -> Result<(), String> {
    let (Fate::Fails(errno) | Fate::SaidToFail(errno)) = fate else { return Err("no call fails".to_owned()) };
    let expected = expected(point, errno);
    let Some(told) = Told::by(run) else {
        let aborted = expected.abort && run.status & 0x7f == libc::SIGABRT;
        return if aborted {
            Ok(())
        } else {
            Err(format!("the host says nothing: status {:#x}, {}", run.status, run.output))
        };
    };
    if let Some(left) = &told.left {
        return Err(format!("something is left: {left}"));
    }
    if told.status == usual.status {
        // It may not have come to that call this time.
        let reached = run.calls.iter().any(|call| call.point == *point);
        return match expected.harmless {
            None if reached => Err(format!("the program runs though this failed; {}", difference(usual, &told))),
            _ if differs(usual, &told, &expected) => {
                Err(format!("the sandboxee differs:\n{}", difference(usual, &told)))
            }
            _ => Ok(()),
        };
    }
    if told.status["kind"] == "internal_error" && expected.supervision {
        let whole = told.report.is_empty() || told.report == usual.report;
        return if whole { Ok(()) } else { Err(format!("the sandboxee differs:\n{}", difference(usual, &told))) };
    }
    let stages = expected.stages.iter().map(|stage| serde_json::to_value(stage).unwrap_or_default());
    if stages.into_iter().any(|stage| stage.as_str() == told.stage() && stage.is_string()) {
        if !told.report.is_empty() {
            return Err("the program ran nevertheless".to_owned());
        }
        let right = expected.told != expected::Told::Own || told.status["errno"] == errno;
        return if right { Ok(()) } else { Err(format!("it tells another error number: {}", told.status)) };
    }
    Err(format!("it ends with {}, and not with {expected:?}", told.status))
}

/// Whether the sandboxee is another than it should be.
fn differs(usual: &Told, told: &Told, expected: &Expected) -> bool {
    let lines = |told: &Told| -> Vec<String> {
        let counts = |line: &&str| !expected.differs.is_some_and(|part| line.contains(part));
        told.report.lines().filter(counts).map(str::to_owned).collect()
    };
    lines(usual) != lines(told)
}

/// The lines that are in one report alone.
fn difference(usual: &Told, told: &Told) -> String {
    let missing = usual
        .report
        .lines()
        .filter(|line| !told.report.lines().any(|other| other == *line))
        .map(|line| format!("- {line}"));
    let more = told
        .report
        .lines()
        .filter(|line| !usual.report.lines().any(|other| other == *line))
        .map(|line| format!("+ {line}"));
    missing.chain(more).collect::<Vec<_>>().join("\n")
}

fn each_call_fails(kind: &'static str, points: fn(&Launches) -> Vec<Point>) {
    let Some(launches) = Launches::new(kind) else { return };
    let cases: Vec<(Point, Fate)> =
        points(&launches).iter().flat_map(|point| fates(point).into_iter().map(|fate| (point.clone(), fate))).collect();
    launches.each(&cases, &|point, fate, run| judge(&launches.usual, point, fate, run));
}

#[test]
fn a_launch_in_which_any_call_fails_says_which_step_it_was_and_leaves_nothing() {
    each_call_fails("filtered", |launches| launches.points.clone());
}

#[test]
fn so_does_one_of_a_program_that_sandboxes_itself() {
    each_call_fails("itself", Launches::thinned);
}

#[test]
fn so_does_one_by_a_launch_server() {
    each_call_fails("served", Launches::thinned);
}

#[test]
fn so_does_one_of_a_fork_server_s_child() {
    each_call_fails("forked", Launches::thinned);
}

/// Somebody is killed at each call, or at some of each kind, from the first of `from` on.
fn each_call_kills(whom: Who, from: Who, judge: fn(&Launches, &Run) -> Result<(), String>) {
    for kind in KINDS {
        let Some(launches) = Launches::new(kind) else { return };
        let points = if kind == "filtered" { launches.thinned() } else { launches.few() };
        let points = points.into_iter().skip_while(|point| point.who != from);
        let cases: Vec<(Point, Fate)> = points.map(|point| (point, Fate::Kills(whom))).collect();
        launches.each(&cases, &|point, _, run| {
            // It may not have come to that call this time.
            if run.calls.iter().any(|call| call.point == *point) { judge(&launches, run) } else { Ok(()) }
        });
    }
}

/// All of its processes have ended: those that are left would be waited for until there is no more patience.
fn the_host_is_gone(_: &Launches, run: &Run) -> Result<(), String> {
    let killed = libc::WIFSIGNALED(run.status) && libc::WTERMSIG(run.status) == libc::SIGKILL;
    if killed { Ok(()) } else { Err(format!("the host ends with {:#x}", run.status)) }
}

fn the_outcome_says_so(launches: &Launches, run: &Run) -> Result<(), String> {
    let Some(told) = Told::by(run) else {
        return Err(format!("the host says nothing: status {:#x}, {}", run.status, run.output));
    };
    if let Some(left) = &told.left {
        return Err(format!("something is left: {left}"));
    }
    let text = told.status.to_string();
    let said = match told.status["kind"].as_str() {
        // It has ended already.
        Some("exited") => told.status == launches.usual.status && told.report == launches.usual.report,
        Some("signaled") => told.status["signal"] == libc::SIGKILL,
        Some("internal_error") => text.contains("killed the sandbox's init process"),
        // Whoever is dead then can neither be found nor entered.
        Some("setup_failed") => {
            let words =
                ["it was killed", "has ended", "ended before", "entering the sandbox's namespaces: No such process"];
            told.report.is_empty() && words.iter().any(|word| text.contains(word))
        }
        _ => false,
    };
    if said { Ok(()) } else { Err(format!("it ends with {text}, {}", difference(&launches.usual, &told))) }
}

#[test]
fn a_host_that_is_killed_at_any_call_takes_its_sandbox_along() {
    each_call_kills(Who::Host, Who::Host, the_host_is_gone);
}

#[test]
fn a_sandbox_whose_first_process_is_killed_at_any_call_says_so_and_leaves_nothing() {
    each_call_kills(Who::Init, Who::Init, the_outcome_says_so);
}

#[test]
fn so_does_one_whose_sandboxee_is_killed() {
    each_call_kills(Who::Sandboxee, Who::Sandboxee, the_outcome_says_so);
}

#[test]
fn a_host_that_is_interrupted_in_every_call_launches_as_ever() {
    for kind in KINDS {
        let Some(launches) = Launches::new(kind) else { return };
        for _ in 0..5 {
            let run = launches.once(&mut |call| match (call.point.who, call.point.name()) {
                // One signal brings the next otherwise, for ever.
                (Who::Host, "rt_sigreturn") => Fate::Own,
                (Who::Host, _) => Fate::Interrupted,
                _ => Fate::Own,
            });
            assert_eq!(run.hang, None, "{kind}");
            assert_eq!(Told::by(&run).as_ref(), Some(&launches.usual), "{kind}: {run:?}");
        }
    }
}
