//! Stops of a child that does what it is told between fork and exit, by system calls alone.

use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::{Insn, offset, op, ret};

use super::*;
use crate::sys::calls;

/// A child's task, on which it waits before it begins.
struct Child {
    pid: i32,
    gate: i32,
}

impl Child {
    /// Forks; the child runs `entry` once it is let go, and ends with what that returns.
    fn new(entry: fn() -> i32) -> Child {
        let mut pipe = [-1; 2];
        // SAFETY: two numbers are written.
        assert_eq!(unsafe { libc::pipe2(pipe.as_mut_ptr(), libc::O_CLOEXEC) }, 0);
        // SAFETY: the child makes system calls only.
        let pid = unsafe { libc::fork() };
        assert!(pid >= 0);
        if pid == 0 {
            // A test that fails closes the pipe without a word.
            calls::close(pipe[1]);
            let told = calls::read(pipe[0], &mut [0]) == Ok(1);
            calls::exit_group(if told { entry() } else { 99 });
        }
        calls::close(pipe[0]);
        Child { pid, gate: pipe[1] }
    }

    fn seized(entry: fn() -> i32, options: i32) -> Child {
        let child = Child::new(entry);
        seize(child.pid, options | libc::PTRACE_O_EXITKILL).unwrap();
        assert_eq!(calls::write(child.gate, b"x"), Ok(1));
        child
    }

    /// The next stop or end.
    fn status(&self) -> i32 {
        let (pid, status) = wait(self.pid, 0, &mut Rusage::default()).unwrap();
        assert_eq!(pid, self.pid);
        status
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        calls::close(self.gate);
        calls::end_child(self.pid);
    }
}

/// Asks the tracer about `getppid`, with this message.
fn install_filter(message: u32) {
    let filter = [
        Insn::stmt(op::LD_ABS, offset::NR),
        Insn::jump(op::JEQ, libc::SYS_getppid as u32, 0, 1),
        Insn::stmt(op::RET, ret::TRACE | message),
        Insn::stmt(op::RET, ret::ALLOW),
    ];
    if calls::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0).is_err() || calls::seccomp_filter(0, &filter).is_err() {
        calls::exit_group(98);
    }
}

/// The call that is asked about, with arguments that can be told apart; 0 or its error number.
fn ask() -> i32 {
    // SAFETY: takes nothing, whatever the registers hold.
    match unsafe { raw::syscall(libc::SYS_getppid, [11, 12, 13, 14, 15, 1 << 40]) } {
        Err(Errno(errno)) => errno,
        Ok(value) if value == calls::effective_ids().0 as usize + 7 => 97,
        Ok(_) => 0,
    }
}

fn filtered() -> i32 {
    install_filter(0x1234);
    ask()
}

const SECCOMP_STOP: i32 = libc::SIGTRAP << 8 | EVENT_SECCOMP << 16 | 0x7f;

#[test]
fn a_call_can_be_skipped_with_an_error_that_the_program_sees() {
    let child = Child::seized(filtered, libc::PTRACE_O_TRACESECCOMP);
    assert_eq!(child.status(), SECCOMP_STOP);
    assert_eq!(event_message(child.pid), Ok(0x1234));
    let info = call_info(child.pid).unwrap();
    assert_eq!((info.op, info.data, info.number), (3, 0x1234, libc::SYS_getppid as u64));
    assert_eq!(info.args, [11, 12, 13, 14, 15, 1 << 40]);
    assert_eq!(info.arch, Arch::native().unwrap().audit());
    let registers = registers(child.pid).unwrap();
    assert_eq!((registers.call_number(), registers.arguments()), (info.number, info.args));
    assert_eq!(
        (registers.instruction_pointer(), registers.stack_pointer()),
        (info.instruction_pointer, info.stack_pointer)
    );
    answer(child.pid, i64::from(-libc::ENOENT)).unwrap();
    go_on(child.pid, 0).unwrap();
    // Had the call been made, it could not have failed.
    assert_eq!(child.status(), libc::ENOENT << 8);
}

#[test]
fn a_skipped_call_returns_the_value_that_it_is_given() {
    let child = Child::seized(filtered, libc::PTRACE_O_TRACESECCOMP);
    assert_eq!(child.status(), SECCOMP_STOP);
    answer(child.pid, i64::from(calls::effective_ids().0) + 7).unwrap();
    go_on(child.pid, 0).unwrap();
    assert_eq!(child.status(), 97 << 8);
}

#[test]
fn a_number_of_minus_one_alone_makes_no_call() {
    let child = Child::seized(filtered, libc::PTRACE_O_TRACESECCOMP);
    assert_eq!(child.status(), SECCOMP_STOP);
    set_call_number(child.pid, -1).unwrap();
    let mut registers = registers(child.pid).unwrap();
    registers.set_value(i64::from(-libc::EDOM).cast_unsigned());
    set_registers(child.pid, &registers).unwrap();
    go_on(child.pid, 0).unwrap();
    assert_eq!(child.status(), libc::EDOM << 8);
}

#[test]
fn what_a_call_returned_can_be_seen() {
    let child = Child::seized(filtered, libc::PTRACE_O_TRACESECCOMP | libc::PTRACE_O_TRACESYSGOOD);
    assert_eq!(child.status(), SECCOMP_STOP);
    go_on_to_return(child.pid, 0).unwrap();
    assert_eq!(child.status(), (libc::SIGTRAP | 0x80) << 8 | 0x7f);
    let info = call_info(child.pid).unwrap();
    assert_eq!((info.op, info.number), (2, u64::from(std::process::id())));
    assert_eq!(registers(child.pid).unwrap().value(), info.number);
    go_on(child.pid, 0).unwrap();
    assert_eq!(child.status(), 0);
}

fn unasked() -> i32 {
    let told = calls::read(0, &mut []).is_ok();
    install_filter(1);
    if told { ask() } else { 96 }
}

#[test]
fn nothing_is_asked_of_nobody_and_the_call_is_not_made() {
    let child = Child::new(unasked);
    assert_eq!(calls::write(child.gate, b"x"), Ok(1));
    assert_eq!(child.status(), libc::ENOSYS << 8);
}

fn signalled() -> i32 {
    let pid = std::process::id() as usize;
    // SAFETY: sends a signal to this process.
    let sent = unsafe { raw::syscall(libc::SYS_kill, [pid, libc::SIGUSR1 as usize, 0, 0, 0, 0]) };
    i32::from(sent.is_err()) + 5
}

#[test]
fn a_signal_stops_first_and_can_be_taken_away() {
    let child = Child::seized(signalled, 0);
    assert_eq!(child.status(), libc::SIGUSR1 << 8 | 0x7f);
    assert_eq!(signal_info(child.pid).unwrap().signo, libc::SIGUSR1);
    assert_eq!(call_info(child.pid).unwrap().op, 0);
    go_on(child.pid, 0).unwrap();
    assert_eq!(child.status(), 5 << 8);
    let child = Child::seized(signalled, 0);
    child.status();
    go_on(child.pid, libc::SIGUSR1).unwrap();
    assert_eq!(child.status(), libc::SIGUSR1);
}

fn waits() -> i32 {
    loop {
        let _ = calls::readable(-1, core::time::Duration::from_secs(1000));
    }
}

#[test]
fn a_task_that_runs_can_be_interrupted_and_let_go() {
    let child = Child::seized(waits, 0);
    assert_eq!(registers(child.pid), Err(Errno(libc::ESRCH)));
    interrupt(child.pid).unwrap();
    let status = child.status();
    assert_eq!((libc::WIFSTOPPED(status), status >> 16), (true, EVENT_STOP));
    assert_ne!(registers(child.pid).unwrap(), Registers::ZERO);
    detach(child.pid, 0).unwrap();
    assert_eq!(interrupt(child.pid), Err(Errno(libc::ESRCH)));
}

fn stops() -> i32 {
    let pid = std::process::id() as usize;
    // SAFETY: sends a signal to this process.
    let sent = unsafe { raw::syscall(libc::SYS_kill, [pid, libc::SIGSTOP as usize, 0, 0, 0, 0]) };
    i32::from(sent.is_err())
}

#[test]
fn a_stopped_group_stays_stopped_until_it_is_continued() {
    let child = Child::seized(stops, 0);
    assert_eq!(child.status(), libc::SIGSTOP << 8 | 0x7f);
    go_on(child.pid, libc::SIGSTOP).unwrap();
    assert_eq!(child.status(), EVENT_STOP << 16 | libc::SIGSTOP << 8 | 0x7f);
    listen(child.pid).unwrap();
    // SAFETY: sends a signal to the child.
    unsafe { libc::kill(child.pid, libc::SIGCONT) };
    let mut statuses = Vec::new();
    loop {
        let status = child.status();
        statuses.push(status);
        if libc::WIFEXITED(status) {
            break;
        }
        let signal = if status >> 16 == 0 { libc::WSTOPSIG(status) } else { 0 };
        go_on(child.pid, signal).unwrap();
    }
    assert!(statuses.contains(&(EVENT_STOP << 16 | libc::SIGTRAP << 8 | 0x7f)), "{statuses:x?}");
    assert_eq!(statuses.last(), Some(&0));
}
