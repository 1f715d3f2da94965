//! The line that a report suggests is one that the compiler takes, and it allows the very call that was reported.

use sandbox2::{Arch, Executor, Policy, Sandbox2, SeccompData};
use sandbox2_policy::action::Action;
use sandbox2_policy::pipeline::build;
use sandbox2_policy::problem::Problems;
use sandbox2_policy::reference::evaluate;
use sandbox2_policy::syntax::parse;
use sandbox2_tests::{host, sandboxees};

const TEXT: &str = "
    use static_startup, system_malloc, exit;
    ALLOW write if fd == 1;
    ALLOW mprotect if len == 0x1000 && prot == PROT_READ | PROT_WRITE;
    ALLOW socket if family == AF_UNIX && type & 0xf == SOCK_STREAM;
    ALLOW openat if flags & O_ACCMODE == O_RDONLY;
";

sandbox2::policy! {
    static POLICY;

    use static_startup, system_malloc, exit;
    ALLOW write if fd == 1;
    ALLOW mprotect if len == 0x1000 && prot == PROT_READ | PROT_WRITE;
    ALLOW socket if family == AF_UNIX && type & 0xf == SOCK_STREAM;
    ALLOW openat if flags & O_ACCMODE == O_RDONLY;
}

/// Calls that the policy denies.
const CALLS: &[(i64, [u64; 6])] = &[
    (libc::SYS_getpid, [0; 6]),
    (libc::SYS_write, [2, 0, 0, 0, 0, 0]),
    (libc::SYS_write, [u32::MAX as u64, 0, 0, 0, 0, 0]),
    (libc::SYS_mprotect, [0, 0x2000, 2, 0, 0, 0]),
    (libc::SYS_mprotect, [0, 0x1000, 7, 0, 0, 0]),
    (libc::SYS_mmap, [0, 0x1000, 5, 0x22, u64::MAX, 0]),
    (libc::SYS_socket, [2, 1, 0, 0, 0, 0]),
    (libc::SYS_socket, [1, 2, 0, 0, 0, 0]),
    (libc::SYS_openat, [-100_i64 as u64, 0, 0o101, 0, 0, 0]),
    (libc::SYS_ptrace, [0; 6]),
    (libc::SYS_ioctl, [0, 0x5412, 0, 0, 0, 0]),
    (libc::SYS_ioctl, [0, 0x1234, 0, 0, 0, 0]),
    (libc::SYS_clone, [0x1000_0000, 0, 0, 0, 0, 0]),
    (libc::SYS_clone, [0x11, 0, 0, 0, 0, 0]),
    (libc::SYS_lseek, [0, u64::MAX, 0, 0, 0, 0]),
    (libc::SYS_kill, [u64::MAX, 9, 0, 0, 0, 0]),
    (libc::SYS_prlimit64, [0, 7, 1, 0, 0, 0]),
    (libc::SYS_personality, [0x0040_0000, 0, 0, 0, 0, 0]),
    (libc::SYS_shmat, [0, 0, 0o100_000, 0, 0, 0]),
];

fn suggestion(policy: &'static Policy, nr: i64, args: [u64; 6]) -> Option<String> {
    let program = sandboxees::linked_statically("call")?;
    let numbers: Vec<String> = args.iter().map(|arg| arg.cast_signed().to_string()).collect();
    let call = format!("{nr},{}", numbers.join(","));
    let outcome = Sandbox2::new(Executor::new(&program, ["call", &call]), policy).run();
    let violation = outcome.violation().unwrap_or_else(|| panic!("{nr} {args:x?}: {outcome:#}"));
    Some(violation.suggestion.clone().unwrap_or_else(|| panic!("no suggestion: {outcome:#}")))
}

#[test]
fn a_suggested_line_compiles_and_allows_the_call() {
    if !host::can_launch() {
        return;
    }
    let arch = Arch::native().expect("a supported architecture");
    for (nr, args) in CALLS {
        let Some(line) = suggestion(&POLICY, *nr, *args) else { return };
        let parsed = parse(format!("{TEXT}\n{line}").parse().expect("the line is made of tokens"));
        let mut problems = Problems::default();
        parsed.problems.into_iter().for_each(|problem| problems.push(problem));
        let Ok(built) = build(&parsed.def, &mut problems) else {
            panic!("`{line}` for {nr} {args:x?}: {:#?}", problems.into_vec());
        };
        let data = SeccompData {
            nr: u32::try_from(*nr).expect("a system call number"),
            arch: arch.audit(),
            instruction_pointer: 0,
            args: *args,
        };
        let action = evaluate(built.checked().meaning(arch), &data, &[]).action;
        assert_eq!(action, Action::Allow, "`{line}` does not allow {nr} {args:x?}");
    }
}
