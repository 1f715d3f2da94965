//! Programs in C that link the client.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::time::Duration;

use sandbox2::client::Status;
use sandbox2::{Comms, Executor, Outcome, Policy, Sandbox2};
use sandbox2_tests::client_library;
use sandbox2_tests::host;
use sandbox2_tests::sandboxees::Linkage;
use sandbox2_tests::scratch::Scratch;

sandbox2::policy! {
    /// What the library makes when it talks, and what the program around it needs.
    static TALKER;

    use static_startup, system_malloc, exit, write;
    ALLOW sendmsg, recvmsg if fd == 5;
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
    Ok(())
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

fn every_message(linkage: Linkage, policy: &'static Policy) {
    let Some((scratch, executor, mut comms)) = talker("c_comms", linkage) else { return };
    let host = || {
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
    every_message(Linkage::Static, &TALKER);
}

#[test]
fn every_message_goes_both_ways_with_the_shared_library() {
    every_message(Linkage::Dynamic, &LOADED_TALKER);
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
