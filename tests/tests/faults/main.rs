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
use crate::walk::{Launches, Told, difference};

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
            None if reached => {
                Err(format!("the program runs though this failed; {}", difference(&usual.report, &told.report)))
            }
            _ if differs(usual, &told, &expected) => {
                Err(format!("the sandboxee differs:\n{}", difference(&usual.report, &told.report)))
            }
            _ => Ok(()),
        };
    }
    if told.status["kind"] == "internal_error" && expected.supervision {
        return if begins(&usual.report, &told.report) {
            Ok(())
        } else {
            Err(format!("the sandboxee differs:\n{}", difference(&usual.report, &told.report)))
        };
    }
    if expected.late && ended_with_its_fork_server(&told) && begins(&usual.report, &told.report) {
        return Ok(());
    }
    if expected.gives_up && told.status["kind"] == "exited" && told.report.is_empty() {
        return Ok(());
    }
    let stages = expected.stages.iter().map(|stage| serde_json::to_value(stage).unwrap_or_default());
    if stages.into_iter().any(|stage| stage.as_str() == told.stage() && stage.is_string()) {
        let late = expected.late && begins(&usual.report, &told.report);
        if !told.report.is_empty() && !late {
            return Err("the program ran nevertheless".to_owned());
        }
        let right = expected.told != expected::Told::Own || told.status["errno"] == errno;
        return if right { Ok(()) } else { Err(format!("it tells another error number: {}", told.status)) };
    }
    Err(format!("it ends with {}, and not with {expected:?}", told.status))
}

/// Whether what was seen is what should be, as far as it goes: the program may have been killed in the middle of a line.
fn begins(usual: &str, seen: &str) -> bool {
    let whole = seen.rsplit_once('\n').map_or("", |(lines, _)| lines);
    usual == seen || usual.starts_with(whole)
}

/// Whether the sandboxee is another than it should be.
fn differs(usual: &Told, told: &Told, expected: &Expected) -> bool {
    let lines = |told: &Told| -> Vec<String> {
        let counts = |line: &&str| !expected.differs.is_some_and(|part| line.contains(part));
        told.report.lines().filter(counts).map(str::to_owned).collect()
    };
    lines(usual) != lines(told)
}

fn each_call_fails(launches: &Launches, points: Vec<Point>, fates: fn(&Point) -> Vec<Fate>) {
    let cases: Vec<(Point, Fate)> =
        points.into_iter().flat_map(|point| fates(&point).into_iter().map(move |fate| (point.clone(), fate))).collect();
    launches.each(&cases, &|point, fate, run| judge(&launches.usual, point, fate, run));
}

/// What is the same in every way to launch fails in one way alone where it is not the first time.
fn first_fates(point: &Point) -> Vec<Fate> {
    let most = if matches!(point.who, Who::Init | Who::Sandboxee) { 1 } else { usize::MAX };
    fates(point).into_iter().take(most).collect()
}

#[test]
fn a_launch_in_which_any_call_fails_says_which_step_it_was_and_leaves_nothing() {
    let Some(launches) = Launches::new("filtered") else { return };
    each_call_fails(&launches, launches.points.clone(), fates);
}

#[test]
fn so_does_one_of_a_program_that_sandboxes_itself() {
    let Some(launches) = Launches::new("itself") else { return };
    each_call_fails(&launches, launches.thinned(), first_fates);
}

#[test]
fn so_does_one_by_a_launch_server() {
    let Some(launches) = Launches::new("served") else { return };
    each_call_fails(&launches, launches.thinned(), first_fates);
}

#[test]
fn so_does_one_of_a_fork_server_s_child() {
    let Some(launches) = Launches::new("forked") else { return };
    each_call_fails(&launches, launches.thinned(), first_fates);
}

/// `whom` is killed at each of those calls.
fn each_call_kills(
    launches: &Launches,
    whom: Who,
    points: Vec<Point>,
    judge: fn(&Launches, &Run) -> Result<(), String>,
) {
    let cases: Vec<(Point, Fate)> = points.into_iter().map(|point| (point, Fate::Kills(whom))).collect();
    launches.each(&cases, &|point, _, run| {
        // It may not have come to that call this time.
        if run.calls.iter().any(|call| call.point == *point) { judge(launches, run) } else { Ok(()) }
    });
}

/// The same in every way to launch, at some calls of each kind from the first of its own on.
fn each_kind_kills(whom: Who, judge: fn(&Launches, &Run) -> Result<(), String>) {
    for kind in KINDS {
        let Some(launches) = Launches::new(kind) else { return };
        let points = launches.few().into_iter().skip_while(|point| point.who != whom).collect();
        each_call_kills(&launches, whom, points, judge);
    }
}

/// Whoever makes processes for the host is replaced, or missed.
fn the_host_does_without_or_says_so(launches: &Launches, run: &Run) -> Result<(), String> {
    let Some(told) = Told::by(run) else {
        return Err(format!("the host says nothing: status {:#x}, {}", run.status, run.output));
    };
    if let Some(left) = &told.left {
        return Err(format!("something is left: {left}"));
    }
    let whole = told.report == launches.usual.report;
    let missed = matches!(told.stage(), Some("launch_server" | "fork_server" | "fork" | "program"))
        || ended_with_its_fork_server(&told);
    let said = if missed {
        begins(&launches.usual.report, &told.report)
    } else {
        told.status == launches.usual.status && whole
    };
    if said {
        Ok(())
    } else {
        Err(format!("it ends with {}, {}", told.status, difference(&launches.usual.report, &told.report)))
    }
}

/// Whether the sandboxee ran, and its fork server has ended.
fn ended_with_its_fork_server(told: &Told) -> bool {
    let what = told.status["what"].as_str();
    told.status["kind"] == "internal_error" && what.is_some_and(|what| what.contains("the fork server has ended"))
}

/// All of its processes have ended: those that are left would be waited for until there is no more patience.
fn the_host_is_gone(launches: &Launches, run: &Run) -> Result<(), String> {
    let killed = libc::WIFSIGNALED(run.status) && libc::WTERMSIG(run.status) == libc::SIGKILL;
    // It may have been done with everything by then.
    let done = run.status == 0 && Told::by(run).as_ref() == Some(&launches.usual);
    if killed || done { Ok(()) } else { Err(format!("the host ends with {:#x}", run.status)) }
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
    if said {
        Ok(())
    } else {
        Err(format!("it ends with {text}, {}", difference(&launches.usual.report, &told.report)))
    }
}

#[test]
fn a_host_that_is_killed_at_any_call_takes_its_sandbox_along() {
    let Some(launches) = Launches::new("filtered") else { return };
    each_call_kills(&launches, Who::Host, launches.thinned(), the_host_is_gone);
}

#[test]
fn so_does_one_that_launches_in_another_way() {
    for kind in ["itself", "served", "forked"] {
        let Some(launches) = Launches::new(kind) else { return };
        each_call_kills(&launches, Who::Host, launches.few(), the_host_is_gone);
    }
}

#[test]
fn a_sandbox_whose_first_process_is_killed_at_any_call_says_so_and_leaves_nothing() {
    each_kind_kills(Who::Init, the_outcome_says_so);
}

#[test]
fn so_does_one_whose_sandboxee_is_killed() {
    each_kind_kills(Who::Sandboxee, the_outcome_says_so);
}

#[test]
fn a_launch_server_that_is_killed_at_any_call_is_replaced_or_missed() {
    let Some(launches) = Launches::new("served") else { return };
    let points = launches.few().into_iter().skip_while(|point| point.who != Who::Server).collect();
    each_call_kills(&launches, Who::Server, points, the_host_does_without_or_says_so);
}

#[test]
fn a_fork_server_that_is_killed_at_any_call_is_missed() {
    let Some(launches) = Launches::new("forked") else { return };
    let (of_its_own, later): (Vec<Point>, Vec<Point>) = launches
        .few()
        .into_iter()
        .skip_while(|point| point.who != Who::Spawned)
        .partition(|point| point.who == Who::Spawned);
    each_call_kills(&launches, Who::Spawned, of_its_own, the_host_does_without_or_says_so);
    each_call_kills(&launches, Who::Forker, later, the_host_does_without_or_says_so);
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
