//! Calls that the host decides about.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sandbox2::{Answer, Executor, Handlers, Outcome, Sandbox2, SocketAddress, Status};
use sandbox2_tests::scratch::Scratch;

use crate::{ANYTHING, executor};

sandbox2::policy! {
    /// As `ANYTHING`, but the host decides about these.
    static ASKING;

    danger { default ALLOW; }
    use map_exec;
    NOTIFY getpriority, open?, creat?, openat, openat2, getcwd, connect, nanosleep, clock_nanosleep;
}

/// As the program itself would be run.
fn proceeding() -> Handlers {
    Handlers::new().otherwise(|call| Ok(call.proceed()))
}

fn run_with(mut executor: Executor, handlers: Handlers) -> (Outcome, String) {
    let mut output = executor.ipc_mut().receive_fd(1).expect("standard output is free");
    let running = Sandbox2::new(executor, &ASKING).handlers(handlers).run_async();
    let running = running.unwrap_or_else(|error| panic!("{error:#}"));
    let mut text = String::new();
    output.read_to_string(&mut text).expect("the output is text");
    (running.await_result(), text.trim_end().to_owned())
}

fn priority(who: i64) -> Option<Executor> {
    executor("call", &[&format!("{},0,{who}", libc::SYS_getpriority)])
}

/// Something that a handler waits for until the test lets it.
fn gate() -> (Sender<()>, impl Fn() + Send + Sync) {
    let (open, gate): (Sender<()>, Receiver<()>) = channel();
    let gate = Mutex::new(gate);
    // An error is the end of the test.
    (open, move || drop(gate.lock().map(|gate| gate.recv())))
}

#[test]
fn a_handler_sees_the_registers_and_lets_the_kernel_go_on() {
    let Some(executor) = priority(0x1_0000_0000) else { return };
    let seen = Arc::new(Mutex::new(Vec::new()));
    let saw = Arc::clone(&seen);
    let handlers = Handlers::new().otherwise(|call| Ok(call.proceed())).on("getpriority", move |call| {
        saw.lock().expect("no panic").push((
            call.name(),
            call.int(1),
            call.long(1),
            call.position("who"),
            call.to_string(),
        ));
        Ok(call.proceed())
    });
    let (outcome, text) = run_with(executor, handlers);
    assert!(outcome.is_ok(), "{outcome:#}");
    // The nice value 0, as the system call gives it.
    assert_eq!(text, "returned 20");
    let text = "getpriority(0, 0)".to_owned();
    assert_eq!(*seen.lock().expect("no panic"), [(Some("getpriority"), 0, 0x1_0000_0000, Some(1), text)]);
}

#[test]
fn a_handler_answers_in_the_kernel_s_place() {
    let call = libc::SYS_getpriority;
    let calls = ["1", "2", "3", "4"].map(|who| format!("{call},0,{who}"));
    let Some(executor) = executor("call", &calls.each_ref().map(String::as_str)) else { return };
    let handlers = proceeding().on("getpriority", |call| match call.int(1) {
        1 => Ok(Answer::fail(libc::ENODEV)),
        2 => Ok(Answer::value(7)),
        3 => Err(io::Error::from_raw_os_error(libc::ENOTTY)),
        _ => Err(io::Error::other("without a number")),
    });
    let (outcome, text) = run_with(executor, handlers);
    assert!(outcome.is_ok(), "{outcome:#}");
    let errno = |errno: i32| format!("errno {errno}");
    assert_eq!(
        text.lines().collect::<Vec<_>>(),
        [&*errno(libc::ENODEV), "returned 7", &*errno(libc::ENOTTY), &*errno(libc::EPERM)]
    );
}

#[test]
fn a_handler_can_call_a_violation() {
    let Some(executor) = priority(5) else { return };
    let (outcome, _) = run_with(executor, proceeding().on("getpriority", |_| Ok(Answer::violation())));
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    assert_eq!(violation.syscall.as_deref(), Some("getpriority"));
    assert_eq!(violation.arguments[1].register, 5);
}

#[test]
fn without_a_handler_it_is_a_violation() {
    let Some(executor) = priority(0) else { return };
    let outcome = Sandbox2::new(executor, &ASKING).run();
    assert!(outcome.violation().is_some(), "{outcome:#}");
}

#[test]
fn a_file_is_opened_on_behalf_of_a_program_that_sees_none() {
    let Some(executor) = executor("files", &["read", "/greeting", "read", "/etc/passwd"]) else { return };
    let scratch = Scratch::new("broker");
    std::fs::write(scratch.0.join("greeting"), "hello from outside").expect("it can be written");
    let dir = scratch.0.clone();
    let handlers = proceeding().on("openat", move |call| {
        let path = call.pointer(1);
        let call = call.inspect();
        match call.read_path(path)?.strip_prefix("/") {
            Ok(name) if name == Path::new("greeting") => Ok(Answer::descriptor(File::open(dir.join(name))?)),
            _ => Ok(Answer::fail(libc::EACCES)),
        }
    });
    let (outcome, text) = run_with(executor, handlers);
    assert!(outcome.is_ok(), "{outcome:#}");
    let refused = format!("read /etc/passwd: errno {}", libc::EACCES);
    assert_eq!(text.lines().collect::<Vec<_>>(), ["read /greeting: hello from outside", &*refused]);
}

/// What was read once is what is opened, however often the program changes it.
#[test]
fn a_path_that_changes_all_the_time_leads_nowhere_else() {
    let Some(executor) = executor("ask", &["rewrite", "2000"]) else { return };
    let scratch = Scratch::new("rewrite");
    for name in ["good", "evil"] {
        std::fs::write(scratch.0.join(name), name).expect("it can be written");
    }
    let dir = scratch.0.clone();
    let open = move |call: sandbox2::Inspection<'_>, path| match call.read_path(path)?.to_str() {
        Some("/good") => File::open(dir.join("good")),
        _ => Err(io::Error::from_raw_os_error(libc::EACCES)),
    };
    let handlers = Handlers::new().otherwise(move |call| {
        let path = call.pointer(if call.name() == Some("openat") { 1 } else { 0 });
        match call.name() {
            Some("open" | "openat") => Ok(Answer::descriptor(open(call.inspect(), path)?)),
            _ => Ok(call.proceed()),
        }
    });
    let (outcome, text) = run_with(executor, handlers);
    assert!(outcome.is_ok(), "{outcome:#}\n{text}");
    assert_eq!(text, "true");
}

#[test]
fn what_cannot_be_read_is_an_error_and_not_a_guess() {
    for (verb, errno) in [("nowhere", libc::EFAULT), ("long", libc::ENAMETOOLONG)] {
        let Some(executor) = executor("ask", &[verb]) else { return };
        let read = |call: sandbox2::Call<'_>, index| {
            let path = call.pointer(index);
            call.inspect().read_path(path).map(|_| ())
        };
        let mut handlers = proceeding().on("openat", move |call| read(call, 1).map(|()| Answer::value(99)));
        if cfg!(target_arch = "x86_64") {
            handlers = handlers.on("open", move |call| read(call, 0).map(|()| Answer::value(99)));
        }
        let (outcome, text) = run_with(executor, handlers);
        assert!(outcome.is_ok(), "{outcome:#}");
        assert_eq!(text, format!("-1 errno {errno}"), "{verb}");
    }
}

fn cwd_of(text: &'static [u8]) -> Handlers {
    proceeding().on("getcwd", move |call| {
        let (buffer, size) = (call.pointer(0), call.long(1));
        let call = call.inspect();
        if (size as usize) < text.len() {
            return Ok(Answer::fail(libc::ERANGE));
        }
        call.write_bytes(buffer, text)?;
        Ok(Answer::value(text.len() as i64))
    })
}

#[test]
fn a_handler_writes_into_memory_that_the_program_could_write_itself() {
    let Some(executor) = executor("ask", &["cwd"]) else { return };
    let (outcome, text) = run_with(executor, cwd_of(b"/somewhere/else\0"));
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, "/somewhere/else");
}

#[test]
fn memory_that_the_program_may_not_write_is_not_written() {
    let Some(executor) = executor("ask", &["fixed"]) else { return };
    let (outcome, text) = run_with(executor, cwd_of(b"/somewhere/else\0"));
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, format!("-1 errno {} intact true", libc::EFAULT));
}

#[test]
fn a_socket_is_connected_on_behalf_of_a_program_without_a_network() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a loopback interface");
    let port = listener.local_addr().expect("it is bound").port();
    let Some(executor) = executor("ask", &["connect", &port.to_string()]) else { return };
    let server = std::thread::spawn(move || listener.accept().and_then(|(mut peer, _)| peer.write_all(b"welcome")));
    let handlers = proceeding().on("connect", move |call| {
        let (socket, address, length) = (call.int(0), call.pointer(1), call.uint(2));
        let call = call.inspect();
        let SocketAddress::Ip(address) = call.read_socket_address(address, length)? else {
            return Ok(Answer::fail(libc::EACCES));
        };
        if address.port() != port || !address.ip().is_loopback() {
            return Ok(Answer::fail(libc::EACCES));
        }
        let stream = std::net::TcpStream::connect(address)?;
        call.install(OwnedFd::from(stream), Some(socket), true)?;
        Ok(Answer::value(0))
    });
    let (outcome, text) = run_with(executor, handlers);
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, "welcome");
    server.join().expect("no panic").expect("it was connected");
}

#[test]
fn a_sleep_can_take_no_time() {
    let Some(executor) = executor("ask", &["sleep", "3600"]) else { return };
    let handlers =
        proceeding().on("nanosleep", |_| Ok(Answer::value(0))).on("clock_nanosleep", |_| Ok(Answer::value(0)));
    let (outcome, text) = run_with(executor, handlers);
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, "true");
}

#[test]
fn a_handler_that_panics_denies_and_is_told_of() {
    let Some(executor) = priority(1) else { return };
    let (outcome, text) =
        run_with(executor, proceeding().on("getpriority", |call| panic!("no \x1b[1m {}", call.int(1))));
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, format!("errno {}", libc::EPERM));
    assert_eq!((outcome.failures.count, &*outcome.failures.first[0].of), (1, "getpriority"));
    assert!(format!("{outcome:#}").contains("getpriority: it panicked: no \\x1b[1m 1"), "{outcome:#}");
}

#[test]
fn a_handler_that_takes_too_long_denies_and_is_told_of() {
    let call = format!("{},0,0", libc::SYS_getpriority);
    let Some(executor) = executor("call", &[&call, &call]) else { return };
    let (_open, stuck) = gate();
    let times = AtomicUsize::new(0);
    let handlers = proceeding().timeout(Duration::from_millis(30)).on("getpriority", move |call| {
        if times.fetch_add(1, Ordering::Relaxed) == 0 {
            stuck();
        }
        Ok(call.proceed())
    });
    let (outcome, text) = run_with(executor, handlers);
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text.lines().collect::<Vec<_>>(), [&*format!("errno {}", libc::EPERM), "returned 20"]);
    assert_eq!(outcome.failures.first[0].what, "it did not decide within 30ms");
}

/// Once in the background, and once on the calling thread, which is the one that is stuck.
#[test]
fn a_handler_that_is_stuck_holds_up_neither_the_wall_time_limit_nor_a_kill() {
    let Some(mut limited) = priority(0) else { return };
    limited.limits_mut().set_wall_time(Duration::from_millis(50));
    let (open, stuck) = gate();
    let entered = channel();
    let handlers = |entered: Sender<()>| {
        let stuck = Arc::new(stuck);
        proceeding().on("getpriority", move |call| {
            let _ = entered.send(());
            stuck();
            Ok(call.proceed())
        })
    };
    let handlers = handlers(entered.0);
    let (over, is_over) = channel();
    let thread = {
        let sandbox = Sandbox2::new(limited, &ASKING).handlers(handlers.clone()).observer(Tells(over));
        std::thread::spawn(move || sandbox.run())
    };
    let Some(killed) = priority(0) else { return };
    let running = Sandbox2::new(killed, &ASKING).handlers(handlers).run_async().expect("it starts");
    for _ in 0..2 {
        entered.1.recv().expect("both are asked about");
    }
    running.kill();
    assert!(matches!(running.await_result().status, Status::Killed));
    is_over.recv().expect("the other is over, though the thread that runs it is stuck");
    drop(open);
    assert!(matches!(thread.join().expect("no panic").status, Status::TimedOut { .. }));
}

/// Says when it is over.
struct Tells(Sender<()>);

impl sandbox2::Observer for Tells {
    fn finished(&self, _: &Outcome) {
        let _ = self.0.send(());
    }
}

#[test]
fn a_handler_that_is_stuck_holds_up_no_other_sandbox() {
    let Some(stuck_one) = priority(0) else { return };
    let (open, stuck) = gate();
    let (entered, is_entered) = channel();
    let handlers = proceeding().on("getpriority", move |call| {
        let _ = entered.send(());
        stuck();
        Ok(call.proceed())
    });
    let running = Sandbox2::new(stuck_one, &ASKING).handlers(handlers).run_async().expect("it starts");
    is_entered.recv().expect("it is asked about");
    for _ in 0..10 {
        let Some(executor) = priority(0) else { return };
        let (outcome, text) = run_with(executor, proceeding());
        assert!(outcome.is_ok(), "{outcome:#}");
        assert_eq!(text, "returned 20");
    }
    assert!(!running.is_terminated());
    drop(open);
    assert!(running.await_result().is_ok());
}

/// More than are thought about at a time: the rest wait for their turn.
#[test]
fn many_threads_are_answered_at_once_each_with_its_own_answer() {
    let Some(executor) = executor("ask", &["threads", "40"]) else { return };
    let (open, stuck) = gate();
    let (entered, is_entered) = channel();
    let handlers = proceeding().on("getpriority", move |call| {
        let _ = entered.send(());
        stuck();
        Ok(Answer::value(call.int(1).into()))
    });
    let thread = std::thread::spawn(move || run_with(executor, handlers));
    // Several are thought about at the same time.
    for _ in 0..4 {
        is_entered.recv().expect("it is asked about");
    }
    drop(open);
    let (outcome, text) = thread.join().expect("no panic");
    assert!(outcome.is_ok(), "{outcome:#}");
    // The C library subtracts each from 20.
    assert_eq!(text, (0..40).map(|who| 20 - who).sum::<i32>().to_string());
}

#[test]
fn handlers_that_could_never_be_asked_are_a_mistake() {
    let failing = |handlers: Handlers, policy: &'static sandbox2::Policy| {
        let outcome = Sandbox2::new(priority(0)?, policy).handlers(handlers).run();
        match &outcome.status {
            Status::SetupFailed(error) => Some(format!("{error:#}")),
            _ => panic!("{outcome:#}"),
        }
    };
    let one = || Handlers::new().on("getpriority", |call| Ok(call.proceed()));
    let Some(text) = failing(one(), &ANYTHING) else { return };
    assert!(text.contains("`getpriority`, which the policy never asks about"), "{text}");
    let text = failing(Handlers::new().on("getprioritee", |call| Ok(call.proceed())), &ASKING).expect("it can launch");
    assert!(text.contains("`getprioritee`, which is no system call here"), "{text}");
    let text = failing(one().on("getpriority", |call| Ok(call.proceed())), &ASKING).expect("it can launch");
    assert!(text.contains("two handlers for `getpriority`"), "{text}");
}

#[test]
fn what_a_call_returned_cannot_be_told_without_ptrace() {
    let Some(executor) = priority(0) else { return };
    let (outcome, text) = run_with(executor, proceeding().on("getpriority", |call| Ok(call.proceed_and_inspect())));
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, format!("errno {}", libc::EPERM));
    assert!(outcome.failures.first[0].what.contains("ptrace monitor"), "{outcome:#}");
}
