//! Baseline, limits, hot calls, calls by number, NOTIFY.
use sandbox2::{Action, SeccompData, policy};

policy! {
    static POLICY;

    baseline linux(5.10);
    limit instructions <= 64;
    limit path <= 20;
    hot write, read;
    ALLOW read, write, openat;
    ALLOW syscall 901 if arg0: u64 == 3;
    syscall 902 { arg1: u32 == 1 => ALLOW, _ => ERRNO(EPERM), }
    NOTIFY connect;
    ALLOW futex_waitv if nr_futexes == 1;
}

policy! { static ASKING; default NOTIFY; ALLOW read; }

fn main() {
    let ask = |nr: u32, args: [u64; 6]| {
        POLICY.evaluate(&SeccompData { nr, arch: POLICY.arch().audit(), instruction_pointer: 0, args }).action
    };
    let nosys = Action::Errno(sandbox2_policy::Errno::ENOSYS);
    assert_eq!(ask(901, [3, 0, 0, 0, 0, 0]), Action::Allow);
    assert_eq!(ask(901, [4, 0, 0, 0, 0, 0]), nosys);
    assert_eq!(ask(902, [0, 1, 0, 0, 0, 0]), Action::Allow);
    assert_eq!(ask(903, [0; 6]), nosys);
    // futex_waitv is of Linux 5.16, mount of long before.
    assert_eq!(ask(449, [0, 1, 0, 0, 0, 0]), Action::Allow);
    assert_eq!(ask(449, [0, 2, 0, 0, 0, 0]), nosys);
    let mount = sandbox2_policy::tables::syscall("mount").unwrap().number(POLICY.arch()).unwrap();
    assert_eq!(ask(mount, [0; 6]), Action::Kill);
    assert!(matches!(POLICY.apply_to_current_thread(), Err(sandbox2::ApplyError::NeedsMonitor)));
    assert!(matches!(ASKING.apply_to_current_thread(), Err(sandbox2::ApplyError::NeedsMonitor)));
}
