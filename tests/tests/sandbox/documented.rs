//! The client makes no system call that its documentation does not list: each part runs under a policy with just the calls of its line.

use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

use sandbox2::client::{Buffer, Comms, tag};
use sandbox2::{Executor, LogLimits, Outcome, Policy, Sandbox2, Status};
use sandbox2_tests::host;

/// The lines of the documentation, by how they begin, and what the program is told to do for each.
const PARTS: &[(&str, &str)] = &[
    ("[`Client::new`]", "client"),
    ("[`Client::sandbox_me_here`]", "nothing"),
    ("[`Comms`]", "comms"),
    ("[`Comms::accept_shared_memory`]", "accept"),
    ("[`Comms::upgrade_to_shared_memory`]", "upgrade"),
    ("[`Comms::connect`]", "sockets"),
    ("[`Buffer`]", "buffer"),
    ("[`logs`]", "logs"),
];

/// Each line's first cell, and the calls of its second, with those of another line that it names.
fn documented() -> Vec<(String, Vec<String>)> {
    let text = include_str!("../../../sandbox2-client/src/lib.rs");
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | ")).skip(1);
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    for row in rows {
        let (what, calls) = row.trim_end_matches(" |").split_once(" | ").expect("two cells");
        let words = calls.split('`').skip(1).step_by(2);
        let of_another = |word: &str| lines.iter().find(|(what, _)| *what == format!("[`{word}`]"));
        let mut named: Vec<String> = words
            .flat_map(|word| of_another(word).map_or_else(|| vec![word.to_owned()], |(_, calls)| calls.clone()))
            .collect();
        named.sort_unstable();
        named.dedup();
        lines.push((what.to_owned(), named));
    }
    lines
}

/// What the part comes to under a policy with those calls, an allocator's, and the program's end.
fn run(part: &str, calls: &[String]) -> Outcome {
    let calls: String = calls.iter().map(|call| format!("ALLOW {call};")).collect();
    // Dropping a descriptor, and in debug builds looking before.
    let drops = if calls.contains("ALLOW fcntl;") { "" } else { "ALLOW fcntl if cmd == F_GETFD;" };
    let policy = Policy::parse(&format!("use system_malloc, exit; ALLOW close; {drops} {calls}"));
    let policy = policy.unwrap_or_else(|errors| panic!("{errors}"));
    let program = Path::new(env!("CARGO_BIN_EXE_documented"));
    let mut executor = Executor::new(program, ["documented", part]).libraries(program).sandbox_before_exec(false);
    executor = executor.tmpfs("/tmp", 1 << 20);
    let memory = Buffer::new(1 << 16).expect("memory can be had");
    let ipc = executor.ipc_mut();
    let mut comms = ipc.comms().expect("it is made once");
    ipc.map_dup_fd(memory.as_fd(), "memory").expect("nothing else is called that");
    let logs = ipc.forward_logs_to(part, LogLimits::default(), |_| {}).expect("there are threads");
    let mut sandbox = Sandbox2::new(executor, &policy);
    sandbox.run_async().unwrap_or_else(|error| panic!("{part}: {error:#}"));
    answer(&mut comms, part);
    drop(comms);
    let outcome = sandbox.await_result();
    drop(logs);
    outcome
}

/// The host's side of whatever it does, until the sandboxee ends.
fn answer(comms: &mut Comms, part: &str) {
    comms.set_timeout(Some(Duration::from_secs(20)));
    let agreed = match part {
        "accept" => comms.upgrade_to_shared_memory(None),
        "upgrade" => comms.accept_shared_memory(),
        _ => Ok(()),
    };
    if agreed.is_err() {
        return;
    }
    while let Ok(message) = comms.receive() {
        if message.tag == tag::U32 {
            let number = message.bytes.try_into().map(u32::from_le_bytes).expect("a number has four bytes");
            if comms.send_u32(number).is_err() {
                return;
            }
        }
    }
}

#[test]
fn each_part_of_the_client_makes_the_calls_that_are_listed_and_no_other() {
    if !host::can_launch() {
        return;
    }
    let lines = documented();
    assert_eq!(lines.len(), PARTS.len(), "each line is tried");
    for (what, calls) in lines {
        let part = PARTS.iter().find(|(begins, _)| what.starts_with(&format!("{begins},")) || what == *begins);
        let Some((_, part)) = part else { panic!("nothing tries the line {what:?}") };
        let outcome = run(part, &calls);
        assert!(outcome.is_ok(), "{what}: {outcome:#}");
    }
}

/// And none is listed that is never needed: those that an allocator needs as well, and those that only a slow peer brings about, aside.
#[test]
fn each_call_that_is_listed_is_needed() {
    if !host::can_launch() {
        return;
    }
    let always = ["munmap", "futex", "sched_yield", "ppoll", "fcntl"];
    for (what, calls) in documented() {
        let (_, part) = PARTS.iter().find(|(begins, _)| what.starts_with(begins)).expect("each line is tried");
        for left_out in calls.iter().filter(|call| !always.contains(&call.as_str())) {
            let rest: Vec<String> = calls.iter().filter(|call| call != &left_out).cloned().collect();
            match run(part, &rest).status {
                Status::Violation(violation) => assert_eq!(violation.syscall.as_ref(), Some(left_out), "{what}"),
                other => panic!("{what} does not need {left_out}: {other:?}"),
            }
        }
    }
}
