//! Policies of policies: across modules, renamed, re-exported, more than one way, with constants and slots of their own.
use sandbox2::{Action, Arch, SeccompData, policy};

pub mod policies {
    pub(crate) const LOG_FD: i32 = 7;

    sandbox2::policy! {
        /// What logging needs.
        pub static LOGGING;

        slot second_fd: i32;
        ALLOW write if fd == { LOG_FD } || fd == second_fd;
        ERRNO(EBADF) fsync;
    }

    pub mod inner {
        sandbox2::policy! {
            pub(in crate::policies) static READING;

            use super::LOGGING, exit;
            ALLOW read;
        }
    }

    sandbox2::policy! {
        pub(crate) static BOTH;

        // LOGGING comes on two ways, and counts once.
        use inner::READING, LOGGING;
        override KILL read if fd == 0;
    }
}

pub use policies::LOGGING as RENAMED;

policy! {
    static CEILING;

    use crate::policies::BOTH;
    danger { ALLOW ptrace; }
    override ALLOW read if fd == 0 && count == 0;
}

policy! {
    static PROGRAM;

    restrict CEILING;
    use self::policies::BOTH;
    use crate::RENAMED;
    restrict { KILL write if count > 4096; }
    override ALLOW read if fd == 0 && count == 0;
}

fn main() {
    policy! {
        static LOCAL;

        ALLOW getpid;
    }
    let expression = policy! { use LOCAL; };
    let policy = PROGRAM.with_slot("second_fd", 9).unwrap();
    let ask = |name: &str, args: [u64; 6]| {
        let nr = sandbox2_policy::tables::syscall(name).unwrap().number(policy.arch()).unwrap();
        let data = SeccompData { nr, arch: policy.arch().audit(), instruction_pointer: 0, args };
        (policy.evaluate(&data).action, expression.evaluate(&data).action)
    };
    assert_eq!(ask("write", [7, 0, 9, 0, 0, 0]).0, Action::Allow);
    assert_eq!(ask("write", [9, 0, 9, 0, 0, 0]).0, Action::Allow);
    assert_eq!(ask("write", [8, 0, 9, 0, 0, 0]).0, Action::Kill);
    assert_eq!(ask("write", [7, 0, 4097, 0, 0, 0]).0, Action::Kill);
    assert_eq!(ask("read", [3, 0, 9, 0, 0, 0]).0, Action::Allow);
    assert_eq!(ask("read", [0, 0, 0, 0, 0, 0]).0, Action::Allow);
    assert_eq!(ask("read", [0, 0, 9, 0, 0, 0]).0, Action::Kill);
    assert_eq!(ask("ptrace", [0; 6]).0, Action::Kill);
    assert!(matches!(ask("fsync", [0; 6]).0, Action::Errno(_)));
    assert_eq!(ask("getpid", [0; 6]).1, Action::Allow);
    assert!(PROGRAM.program(Arch::Aarch64, sandbox2::Supervision::Supervised).is_err());
    assert!(policy.program(Arch::Aarch64, sandbox2::Supervision::Supervised).is_ok());
}
