//! Programs in C that link the client.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::time::Duration;

use sandbox2::client::logs::Level;
use sandbox2::client::{Buffer, Error, Status};
use sandbox2::{Comms, Executor, LogLimits, LogServer, Outcome, Policy, Sandbox2};
use sandbox2_tests::client_library;
use sandbox2_tests::host;
use sandbox2_tests::sandboxees::Linkage;
use sandbox2_tests::scratch::Scratch;

sandbox2::policy! {
    /// What the library makes when it talks, and what the program around it needs.
    static TALKER;

    use static_startup, system_malloc, exit, write;
    ALLOW sendmsg, sendto, recvmsg if fd == 5;
    ALLOW ppoll if nfds == 1;
    ALLOW getsockopt if fd == 5 && optname == SO_PEERCRED;
    ALLOW setsockopt if fd == 5 && optname == SO_PASSCRED;
    ALLOW shutdown if fd == 5;
    ALLOW close;
}

sandbox2::policy! {
    /// The same with a loader.
    static LOADED_TALKER;

    use TALKER, dynamic_startup;
}

/// A program in C, as [`client_library::program`] makes it, for which the host has a channel as descriptor 5.
fn talker(name: &str, linkage: Linkage) -> Option<(Scratch, Executor, Comms)> {
    if !host::can_launch() {
        return None;
    }
    let scratch = client_library::program(name, linkage)?;
    let program = scratch.0.join(name);
    let mut executor = Executor::new(&program, [name]);
    if linkage == Linkage::Dynamic {
        executor = executor.libraries(&program);
    }
    let mut comms = Comms::new(executor.ipc_mut().receive_fd(5).expect("nothing else is mapped"));
    comms.set_timeout(Some(Duration::from_secs(20)));
    Some((scratch, executor, comms))
}

/// Runs it while `host` talks to it; what came of it, and what it said on standard error.
fn talk<T>(mut executor: Executor, policy: &'static Policy, host: impl FnOnce() -> T) -> (T, Outcome, String) {
    let mut errors = executor.ipc_mut().receive_fd(2).expect("standard error is free");
    let running = Sandbox2::new(executor, policy).run_async().unwrap_or_else(|error| panic!("{error:#}"));
    let result = host();
    let mut text = String::new();
    errors.read_to_string(&mut text).expect("it writes text");
    (result, running.await_result(), text)
}

/// A file to be read and written.
fn file(scratch: &Scratch, name: &str) -> File {
    OpenOptions::new().read(true).write(true).open(scratch.file(name, "")).expect("it is there")
}

fn content(mut file: File) -> String {
    let mut text = String::new();
    file.rewind().expect("a file can be read again");
    file.read_to_string(&mut text).expect("it is text");
    text
}

/// Each number goes there and comes back.
fn numbers(comms: &mut Comms) -> sandbox2::client::Result<()> {
    for round in 0..4 {
        macro_rules! each {
            ($($ty:ident $send:ident $receive:ident)*) => {
                $(
                    let value = [$ty::MIN, 0, 1, $ty::MAX][round];
                    comms.$send(value)?;
                    assert_eq!(comms.$receive()?, value);
                )*
            };
        }
        each! { i8 send_i8 receive_i8 u8 send_u8 receive_u8 i16 send_i16 receive_i16 u16 send_u16 receive_u16
        i32 send_i32 receive_i32 u32 send_u32 receive_u32 i64 send_i64 receive_i64 u64 send_u64 receive_u64 }
        comms.send_bool(round % 2 == 0)?;
        assert_eq!(comms.receive_bool()?, round % 2 == 0);
    }
    Ok(())
}

fn texts_and_bytes(comms: &mut Comms) -> sandbox2::client::Result<()> {
    comms.send_text("before\0d")?;
    assert_eq!(comms.receive_text()?, "before\0d");
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|number| (number % 251) as u8).collect();
    comms.send_bytes(&bytes)?;
    assert!(comms.receive_bytes()?.into_iter().rev().eq(bytes));
    comms.send_bytes(b"exactly sixteen.")?;
    comms.send_bytes(b"more than sixteen")?;
    comms.send_bytes(b"")?;
    assert_eq!(comms.receive_bytes()?, b"");
    comms.send_bytes(b"")
}

fn descriptors(comms: &mut Comms, scratch: &Scratch) -> sandbox2::client::Result<()> {
    let alone = file(scratch, "alone");
    comms.send_descriptor(alone.as_fd())?;
    assert_eq!(content(File::from(comms.receive_descriptor()?)), "alone");
    let (first, second) = (file(scratch, "first"), file(scratch, "second"));
    comms.send(7, b"seven", &[first.as_fd(), second.as_fd()])?;
    let mut message = comms.receive()?;
    assert_eq!((message.tag, &message.bytes[..], message.descriptors.len()), (8, &b"eight"[..], 1));
    assert_eq!(content(File::from(message.descriptors.remove(0))), "second");
    Ok(())
}

fn the_rest(comms: &mut Comms) -> sandbox2::client::Result<()> {
    let question = comms.receive()?;
    assert_eq!((question.tag, &question.bytes[..]), (9, &b"question"[..]));
    comms.send(10, b"answer", &[])?;
    comms.send_status(&Status { code: -7, message: "it went wrong".to_owned() })?;
    comms.send_status(&Status { code: 3, message: "nobody reads this".to_owned() })?;
    assert_eq!(comms.receive_status()?, Status { code: 11, message: "not so well".to_owned() });
    comms.expect_credentials()?;
    comms.receive_barrier()?;
    comms.send_barrier()?;
    comms.send_credentials()?;
    assert!(comms.receive_credentials()?.pid > 0);
    Ok(())
}

fn mistakes(comms: &mut Comms) -> sandbox2::client::Result<()> {
    comms.send_u8(1)?;
    comms.send_u8(2)?;
    comms.receive_barrier()?;
    comms.send_bytes(&[0; 11])
}

fn every_message(linkage: Linkage, policy: &'static Policy, mode: Option<&str>) {
    let Some((scratch, mut executor, mut comms)) = talker("c_comms", linkage) else { return };
    if let Some(mode) = mode {
        executor = Executor::new(scratch.0.join("c_comms"), ["c_comms", mode]);
        comms = Comms::new(executor.ipc_mut().receive_fd(5).expect("nothing else is mapped"));
        comms.set_timeout(Some(Duration::from_secs(20)));
    }
    let host = || {
        match mode {
            Some("ask") => comms.accept_shared_memory()?,
            Some(_) => comms.upgrade_to_shared_memory(None)?,
            None => {}
        }
        numbers(&mut comms)?;
        texts_and_bytes(&mut comms)?;
        descriptors(&mut comms, &scratch)?;
        the_rest(&mut comms)?;
        mistakes(&mut comms)
    };
    let (said, outcome, errors) = talk(executor, policy, host);
    assert!(said.is_ok() && outcome.is_ok(), "{said:?}\n{outcome:#}\n{errors}");
}

#[test]
fn every_message_goes_both_ways_in_a_static_program() {
    every_message(Linkage::Static, &TALKER, None);
}

#[test]
fn every_message_goes_both_ways_with_the_shared_library() {
    every_message(Linkage::Dynamic, &LOADED_TALKER, None);
}

#[test]
fn every_message_goes_both_ways_through_shared_memory_that_the_sandboxee_asks_for() {
    every_message(Linkage::Static, &SHARER, Some("ask"));
}

#[test]
fn every_message_goes_both_ways_through_shared_memory_that_the_host_asks_for() {
    every_message(Linkage::Static, &SHARER, Some("agree"));
}

/// The program that the header shows in its first lines.
#[test]
fn the_headers_own_example_runs() {
    if !host::can_launch() {
        return;
    }
    let Some(prefix) = client_library::installed() else { return };
    let header = std::fs::read_to_string(prefix.join("include/sandbox2_client.h")).expect("it is there");
    let lines = header.lines().map(|line| line.strip_prefix(" *     ")).skip_while(Option::is_none);
    let body: Vec<&str> = lines.map_while(|line| line).collect();
    assert!(body.len() > 5, "the header shows no example: {body:?}");
    let text = format!(
        "#include <stdio.h>\n#include \"sandbox2_client.h\"\nint main(void) {{\n{}\nreturn result;\n}}\n",
        body.join("\n")
    );
    let scratch = Scratch::new("header-example");
    let source = scratch.file("example.c", &text);
    let Some(program) = client_library::compiled(&source, Linkage::Static) else { return };
    let path = program.0.join("example");
    let mut executor = Executor::new(Path::new(&path), ["example"]);
    let mut comms = Comms::new(executor.ipc_mut().receive_fd(5).expect("nothing else is mapped"));
    comms.set_timeout(Some(Duration::from_secs(20)));
    let (answer, outcome, errors) = talk(executor, &TALKER, || comms.send_u32(41).and_then(|()| comms.receive_u32()));
    assert_eq!(answer, Ok(42), "{outcome:#}\n{errors}");
    assert!(outcome.is_ok(), "{outcome:#}\n{errors}");
}

sandbox2::policy! {
    /// What having, making and sharing buffers takes, and channels through shared memory, and the program around it.
    static SHARER;

    use TALKER;
    ALLOW memfd_create, ftruncate, fstat, fstatfs, munmap, mremap;
    ALLOW fcntl if cmd in [F_GET_SEALS, F_ADD_SEALS];
    ALLOW mmap if flags == MAP_SHARED && prot & PROT_EXEC == 0;
    ALLOW dup, futex, sched_yield, ppoll;
}

#[test]
fn memory_is_shared_with_its_host() {
    let Some((scratch, mut executor, mut comms)) = talker("c_buffer", Linkage::Static) else { return };
    let buffer = Buffer::from_bytes(&vec![0x0f; 1 << 20]).unwrap();
    executor.ipc_mut().map_dup_fd(buffer.as_fd(), 3).unwrap();
    executor.ipc_mut().map_fd(file(&scratch, "no memory").into(), 4).unwrap();
    let (received, outcome, errors) = talk(executor, &SHARER, || comms.receive_descriptor());
    assert!(outcome.is_ok(), "{outcome:#}\n{errors}");
    let mut bytes = vec![0xf0; 1 << 20];
    bytes[..4].copy_from_slice(&0x0102_0304_u32.to_ne_bytes());
    bytes[8..16].copy_from_slice(&0x0102_0304_0506_0708_u64.to_ne_bytes());
    bytes[16] = 0xaa;
    bytes[24..35].copy_from_slice(b"from inside");
    bytes[40..43].fill(b'x');
    assert!(buffer.to_vec() == bytes);
    let theirs = Buffer::from_fd_read_only(received.unwrap()).unwrap();
    assert_eq!((theirs.len(), &theirs.to_vec()[..8]), (100_000, &b"five!!\0\0"[..]));
}

sandbox2::policy! {
    /// What a program needs that sandboxes itself.
    static READY;

    use system_malloc, exit, write;
    ALLOW sendmsg, sendto, recvmsg, close;
}

/// A program that sandboxes itself, is given that number, and the file that it writes to.
fn ready(number: u32) -> Option<(sandbox2::client::Result<u32>, Outcome, String)> {
    let (scratch, executor, _) = talker("c_client", Linkage::Static)?;
    drop(executor);
    let mut executor = Executor::new(scratch.0.join("c_client"), ["c_client"]).sandbox_before_exec(false);
    let mut comms = executor.ipc_mut().comms().expect("it is made once");
    comms.set_timeout(Some(Duration::from_secs(20)));
    let notes = file(&scratch, "notes");
    executor.ipc_mut().map_fd(notes.try_clone().expect("a file has copies").into(), "notes").expect("the name is free");
    let exchange = || comms.send_u32(number).and_then(|()| comms.receive_u32());
    let (answer, outcome, errors) = talk(executor, &READY, exchange);
    assert_eq!(content(notes), "sandboxed", "{outcome:#}\n{errors}");
    Some((answer, outcome, errors))
}

#[test]
fn a_program_sandboxes_itself() {
    let Some((answer, outcome, errors)) = ready(7) else { return };
    assert!(outcome.is_ok() && answer == Ok(8), "{answer:?}\n{outcome:#}\n{errors}");
}

#[test]
fn what_its_policy_forbids_is_a_violation_from_then_on() {
    let Some((answer, outcome, _)) = ready(0) else { return };
    assert_eq!(outcome.violation().and_then(|violation| violation.syscall.as_deref()), Some("getppid"), "{outcome:#}");
    assert_eq!(answer, Err(Error::Closed));
}

fn forked(mode: &str) {
    let Some((scratch, executor, _)) = talker("c_fork", Linkage::Static) else { return };
    drop(executor);
    // It counts its threads there, before it forks.
    let executor = Executor::new(scratch.0.join("c_fork"), ["c_fork", mode]);
    let server = executor.start_fork_server().unwrap_or_else(|error| panic!("{error:#}"));
    for number in [3, 0, 4, 5] {
        let mut executor = Executor::from_fork_server(&server);
        let mut comms = executor.ipc_mut().comms().expect("it is made once");
        comms.set_timeout(Some(Duration::from_secs(20)));
        let exchange = || {
            assert_eq!(u32::try_from(comms.receive_i32()?).ok(), Some(server.pid()));
            comms.send_u32(number)?;
            comms.receive_u32()
        };
        let (answer, outcome, errors) = talk(executor, &READY, exchange);
        if number == 0 {
            let call = outcome.violation().and_then(|violation| violation.syscall.as_deref());
            assert_eq!(call, Some("getppid"), "{outcome:#}\n{errors}");
        } else {
            assert!(outcome.is_ok() && answer == Ok(number * number), "{answer:?}\n{outcome:#}\n{errors}");
        }
    }
    assert!(server.is_alive());
}

#[test]
fn a_program_is_forked_in_a_loop() {
    forked("loop");
}

#[test]
fn a_program_is_forked_one_request_at_a_time() {
    forked("wait");
}

/// A program logs, over a descriptor that it knows or over what [`Ipc::forward_logs`](sandbox2::Ipc::forward_logs) makes.
fn logged(known: bool) {
    if !host::can_launch() {
        return;
    }
    let Some(scratch) = client_library::program("c_log", Linkage::Static) else { return };
    let args = ["c_log", "named"];
    let mut executor = Executor::new(scratch.0.join("c_log"), if known { &args[..1] } else { &args[..] });
    let (sender, lines) = std::sync::mpsc::channel();
    let sink = move |record: &sandbox2::LogRecord<'_>| {
        let _ = sender.send((record.level, record.to_string()));
    };
    let server = if known {
        let socket = executor.ipc_mut().receive_fd(5).expect("nothing else is mapped");
        LogServer::with_sink(socket, "c", LogLimits::default(), sink).expect("there are threads")
    } else {
        executor.ipc_mut().forward_logs_to("c", LogLimits::default(), sink).expect("nobody has it")
    };
    let ((), outcome, errors) = talk(executor, &LOGGER, || ());
    assert!(outcome.is_ok(), "{outcome:#}\n{errors}");
    let counts = server.join();
    assert_eq!((counts.taken, counts.lost, counts.malformed), (3, 0, false));
    let [error, info, trace] = lines.iter().collect::<Vec<_>>().try_into().expect("three records come");
    assert_eq!(error, (Level::Error, r"c c_log: it \x1b[1mfailed (c_log.c:7)".to_owned()));
    assert_eq!(info.0, Level::Info);
    // The host writes what is not ASCII as an escape.
    assert!(info.1.contains(r"no\u{fffd}thing"), "{}", info.1);
    assert!(trace.0 == Level::Trace && trace.1.matches('x').count() > 3000, "{}", trace.1);
}

sandbox2::policy! {
    /// What logging takes.
    static LOGGER;

    use static_startup, system_malloc, exit, write;
    ALLOW sendmsg, sendto, close;
}

#[test]
fn what_it_logs_is_in_the_hosts_log() {
    logged(true);
}

#[test]
fn it_finds_by_itself_where_to_log() {
    logged(false);
}
