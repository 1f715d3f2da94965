//! What hostile readings of the language found: each test is named after the lesson.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use sandbox2_policy::action::{Action, Errno, Supervision};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::interpret::Loaded;
use sandbox2_policy::pipeline::{Built, build};
use sandbox2_policy::problem::{ProblemKind, Problems};
use sandbox2_policy::reference::{evaluate, kernel_return};
use sandbox2_policy::syntax::parse;
use sandbox2_policy::tables;

fn attempt(tokens: TokenStream) -> Result<Built, Vec<ProblemKind>> {
    let parsed = parse(tokens);
    let mut problems = Problems::default();
    for problem in parsed.problems {
        problems.push(problem);
    }
    build(&parsed.def, &mut problems).map_err(|_| problems.into_vec().iter().map(|problem| problem.kind).collect())
}

fn tokens(policy: &str) -> TokenStream {
    policy.parse().expect("the policy is made of tokens")
}

#[track_caller]
fn refused(policy: &str, kind: ProblemKind) {
    match attempt(tokens(policy)) {
        Ok(_) => panic!("accepted: {policy}"),
        Err(kinds) => assert_eq!(kinds, [kind], "{policy}"),
    }
}

/// What the policy says and its programs do, on every architecture that has the call.
#[track_caller]
fn decides(built: &Built, call: &str, args: [u64; 6], action: Action) {
    for arch in Arch::ALL {
        let Some(nr) = tables::syscall(call).expect("a call").number(arch) else { continue };
        let data = SeccompData { nr, arch: arch.audit(), instruction_pointer: 0, args };
        assert_eq!(evaluate(built.checked().meaning(arch), &data, &[]).action, action, "{call} on {}", arch.name());
        for supervision in Supervision::ALL {
            let program = built.program(arch, supervision).expect("every program is built").bind(&[]);
            let returned = Loaded::load(&program).expect("the kernel takes it").run(&data);
            assert_eq!(returned, kernel_return(action, supervision, false), "{call} on {}", arch.name());
        }
    }
}

#[track_caller]
fn built(policy: &str) -> Built {
    attempt(tokens(policy)).unwrap_or_else(|kinds| panic!("{kinds:?}: {policy}"))
}

#[test]
fn what_holds_for_the_whole_policy_is_not_said_for_one_architecture() {
    for statement in ["default ERRNO(EPERM);", "danger { default ALLOW; }", "network host;", "hostname \"name\";"] {
        refused(&format!("if arch riscv64 {{ {statement} }}"), ProblemKind::Syntax);
    }
    for statement in ["dir rw \"/srv\";", "file \"/srv\";", "tmpfs \"/tmp\" size 1M;", "libraries \"/bin/sh\";"] {
        refused(&format!("if arch riscv64 {{ danger {{ {statement} }} }}"), ProblemKind::Syntax);
    }
}

#[test]
fn a_rule_on_some_clone3_calls_does_not_open_the_others_to_a_permitting_default() {
    for default in ["default LOG;", "danger { default ALLOW; }"] {
        let built = built(&format!("{default} KILL fork?, vfork?, clone; ERRNO(EPERM) clone3 if size == 88;"));
        decides(&built, "clone3", [0, 88, 0, 0, 0, 0], Action::Errno(Errno::new(1).expect("EPERM")));
        decides(&built, "clone3", [0, 64, 0, 0, 0, 0], Action::Kill);
    }
}

#[test]
fn naming_an_executable_mapping_lifts_what_was_named_only() {
    let built = built(
        "ALLOW mmap if fd == 3 || prot == PROT_READ | PROT_EXEC;
         ALLOW mprotect if len == 1 || !(prot != PROT_EXEC) || prot & 6 == 6;",
    );
    decides(&built, "mmap", [0, 0, 5, 0, 0, 0], Action::Allow);
    decides(&built, "mmap", [0, 0, 5, 0, 3, 0], Action::Allow);
    decides(&built, "mmap", [0, 0, 3, 0, 3, 0], Action::Allow);
    decides(&built, "mmap", [0, 0, 7, 0, 3, 0], Action::Kill);
    decides(&built, "mmap", [0, 0, 3, 0, 4, 0], Action::Kill);
    decides(&built, "mprotect", [0, 1, 3, 0, 0, 0], Action::Allow);
    decides(&built, "mprotect", [0, 1, 5, 0, 0, 0], Action::Kill);
    decides(&built, "mprotect", [0, 1, 4, 0, 0, 0], Action::Allow);
    decides(&built, "mprotect", [0, 0, 7, 0, 0, 0], Action::Allow);
}

#[test]
fn naming_by_a_mask_and_unequal_counts_as_naming() {
    let built = built("ALLOW mprotect if len == 1 || prot & PROT_EXEC != 0;");
    decides(&built, "mprotect", [0, 0, 7, 0, 0, 0], Action::Allow);
    refused("ALLOW clone if clone_flags & CLONE_NEWUSER != 0 || newsp == 0;", ProblemKind::DangerMissing);
    refused("ALLOW bpf if cmd > 40 || size == 0;", ProblemKind::DangerMissing);
}

#[test]
fn a_pattern_of_bits_has_no_order() {
    for condition in ["dfd < 0xffff_ffff | 0", "dfd >= 0x8000_0000 | 1", "dfd in -5..=0xffff_ffff | 0"] {
        refused(&format!("ALLOW openat if {condition};"), ProblemKind::SignTrap);
    }
}

#[test]
fn a_suffix_states_the_sign_too() {
    for rule in ["openat if dfd == 1u32", "write if fd == 1i32", "lseek if offset in [1u64]", "read if count < 9i64"] {
        refused(&format!("ALLOW {rule};"), ProblemKind::WrongSign);
    }
}

#[test]
fn a_range_is_held_against_its_argument_like_any_comparison() {
    refused("ALLOW write if fd in 0..=0xffff_ffff && count == 1;", ProblemKind::Vacuous);
    refused("ALLOW clone if clone_flags in 0..=0xff; danger { ALLOW clone3; }", ProblemKind::Clone3Unseen);
}

#[test]
fn only_a_parenthesis_is_negated() {
    refused("ALLOW write if !fd == 1;", ProblemKind::Syntax);
    refused("ALLOW write if !(fd) == 1;", ProblemKind::Syntax);
    decides(&built("ALLOW write if !(fd == 1);"), "write", [2, 0, 0, 0, 0, 0], Action::Allow);
}

#[test]
fn a_mode_is_compared_in_the_16_bits_that_the_kernel_keeps() {
    let policy = built("fchmod { mode == 0o777 => KILL, mode in 0o1000..=0o1777 => ERRNO(EPERM), _ => ALLOW, }");
    decides(&policy, "fchmod", [0, 0o777, 0, 0, 0, 0], Action::Kill);
    decides(&policy, "fchmod", [0, 0xabcd_0000 | 0o777, 0, 0, 0, 0], Action::Kill);
    decides(&policy, "fchmod", [0, 0xabcd_0000 | 0o1777, 0, 0, 0, 0], Action::Errno(Errno::new(1).expect("EPERM")));
    decides(&policy, "fchmod", [0, 0xabcd_0000 | 0o2777, 0, 0, 0, 0], Action::Allow);
    refused("ALLOW fchmod if mode == 0x10000;", ProblemKind::OutOfRange);
    refused("ALLOW fchmod if mode & 0x1ffff == 1;", ProblemKind::OutOfRange);
    refused("ALLOW fchmod if mode > 0xffff;", ProblemKind::Contradictory);
}

/// `$c:expr` of a macro of the user's: a group without delimiters.
fn fragment(text: &str) -> TokenTree {
    TokenTree::Group(Group::new(Delimiter::None, tokens(text)))
}

/// The policy with `content` in the place of `X`.
fn with(policy: &str, content: &TokenTree) -> TokenStream {
    let fill = |tree| match tree {
        TokenTree::Ident(word) if word == "X" => content.clone(),
        TokenTree::Group(group) => {
            TokenTree::Group(Group::new(group.delimiter(), with(&group.stream().to_string(), content)))
        }
        other => other,
    };
    tokens(policy).into_iter().map(fill).collect()
}

#[test]
fn a_fragment_of_a_macro_is_one_operand() {
    let either = fragment("fd == 1 || fd == 2");
    for policy in [
        "ALLOW write if count == 5 && X;",
        "write { count == 5 && X => ALLOW, _ => KILL, }",
        "write? { !X => KILL, count == 5 => ALLOW, }",
        "danger { ALLOW write if X && count == 5; }",
    ] {
        let policy = attempt(with(policy, &either)).unwrap_or_else(|kinds| panic!("{kinds:?}: {policy}"));
        for (fd, count, action) in [
            (1, 5, Action::Allow),
            (2, 5, Action::Allow),
            (2, 4, Action::Kill),
            (1, 4, Action::Kill),
            (3, 5, Action::Kill),
        ] {
            decides(&policy, "write", [fd, 0, count, 0, 0, 0], action);
        }
    }
    for (policy, content) in [
        ("ALLOW write if fd & X == 3;", "1 | 2"),
        ("ALLOW write if X == 3;", "fd & 3"),
        ("ALLOW write if fd in [X, 7];", "1 | 2"),
        ("ALLOW write if fd == X;", "3"),
        ("ALLOW X if fd == 3;", "write"),
    ] {
        let policy = attempt(with(policy, &fragment(content))).unwrap_or_else(|kinds| panic!("{kinds:?}: {policy}"));
        decides(&policy, "write", [3, 0, 0, 0, 0, 0], Action::Allow);
        decides(&policy, "write", [1, 0, 0, 0, 0, 0], Action::Kill);
    }
    assert!(attempt(with("X static POLICY; ALLOW read;", &fragment("pub(crate)"))).is_ok());
}

#[test]
fn no_nesting_ends_the_stack() {
    let bangs = format!("ALLOW write if {}(fd == 1);", "!".repeat(100_001));
    decides(&built(&bangs), "write", [2, 0, 0, 0, 0, 0], Action::Allow);
    refused(&format!("ALLOW write if {}fd == 1{};", "(".repeat(500), ")".repeat(500)), ProblemKind::Syntax);
    refused(&format!("{} ALLOW read; {}", "danger {".repeat(500), "}".repeat(500)), ProblemKind::Syntax);
}

#[test]
fn conditions_beyond_deciding_are_the_policys_mistake_and_found_in_time() {
    let parts: Vec<_> = (0..24).map(|bit| format!("fd & {0} == {0} && count & {0} == {0}", 1_u32 << bit)).collect();
    refused(&format!("ALLOW write if {};", parts.join(" || ")), ProblemKind::TooLong);
}
