//! A process of the user's own that puts a policy in force without a sandbox around it, and then breaks it: on the thread that
//! did so (`here`), or on one that was there before, with the policy applied to the first `thread` alone or to the `process`.

use std::sync::mpsc;
use std::thread;

sandbox2::policy! {
    static NO_UMASK;

    danger { default ALLOW; }
    KILL umask;
}

fn break_it() {
    // SAFETY: this process makes no file.
    unsafe { libc::umask(0o022) };
}

fn main() {
    let (applied, wait) = mpsc::channel();
    let older = thread::spawn(move || {
        if wait.recv().is_ok() {
            break_it();
        }
    });
    match std::env::args().nth(1).as_deref() {
        Some("here") => {
            NO_UMASK.apply_to_current_thread().expect("it can be applied");
            drop(applied);
            break_it();
        }
        Some("thread") => {
            NO_UMASK.apply_to_current_thread().expect("it can be applied");
            applied.send(()).expect("the thread waits");
        }
        Some("process") => {
            NO_UMASK.apply_to_process().expect("it can be applied");
            applied.send(()).expect("the thread waits");
        }
        _ => panic!("here, thread or process?"),
    }
    older.join().expect("the thread ends well");
}
