//! What runs leave behind: nothing. Alone in its binary, because it counts what the whole process has.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use sandbox2::{Sandbox2, Status};
use support::{cannot_run, forbidding_umask, shell, shell_policy, without_files};

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

fn has_children() -> bool {
    // SAFETY: a null pointer asks for no status.
    let pid = unsafe { libc::waitpid(-1, std::ptr::null_mut(), libc::WNOHANG | libc::__WALL) };
    pid != -1 || std::io::Error::last_os_error().raw_os_error() != Some(libc::ECHILD)
}

#[test]
fn two_hundred_runs_leave_no_descriptor_no_thread_and_no_child() {
    if cannot_run() {
        return;
    }
    let before = (descriptors(), threads());
    for round in 0..50 {
        let mut executor = shell("exit 0");
        let _host = executor.ipc_mut().receive_fd(3).unwrap();
        assert!(Sandbox2::new(executor, shell_policy()).run().is_ok());
        assert!(Sandbox2::new(shell("umask 0"), forbidding_umask()).run().violation().is_some());
        let mut s2 = Sandbox2::new(shell("while :; do :; done"), shell_policy());
        s2.run_async().unwrap();
        if round % 2 == 0 {
            s2.kill();
            let _ = s2.await_result();
        }
        drop(s2);
        // Its loader is not there.
        assert!(matches!(Sandbox2::new(shell("exit 0"), without_files()).run().status, Status::SetupFailed(_)));
    }
    assert_eq!((descriptors(), threads()), before);
    assert!(!has_children());
}
