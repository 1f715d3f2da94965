//! What went wrong elsewhere, as tests: each is named in `docs/LESSONS.md`, with where it happened.

mod dice;

use std::collections::BTreeSet;

use dice::Dice;
use sandbox2_policy::action::{Action, Errno, Supervision};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::{SeccompData, ret};
use sandbox2_policy::interpret::Loaded;
use sandbox2_policy::pipeline::{Built, build};
use sandbox2_policy::problem::Problems;
use sandbox2_policy::reference::evaluate;
use sandbox2_policy::syntax::parse;
use sandbox2_policy::tables::syscall;

/// The policy, or the kinds of its problems.
fn try_build(text: &str) -> Result<Built, Vec<&'static str>> {
    let parsed = parse(text.parse().expect("tokens"));
    let mut problems = Problems::default();
    parsed.problems.into_iter().for_each(|problem| problems.push(problem));
    let built = build(&parsed.def, &mut problems);
    built.map_err(|_| problems.into_vec().iter().map(|problem| problem.kind.slug()).collect())
}

fn built(text: &str) -> Built {
    try_build(text).unwrap_or_else(|slugs| panic!("{slugs:?}: {text}"))
}

fn refused(text: &str) -> Vec<&'static str> {
    try_build(text).err().unwrap_or_else(|| panic!("accepted: {text}"))
}

fn data(arch: Arch, name: &str, args: [u64; 6]) -> SeccompData {
    let nr = syscall(name).and_then(|call| call.number(arch)).unwrap_or_else(|| panic!("no {name} on {}", arch.name()));
    SeccompData { nr, arch: arch.audit(), instruction_pointer: 0, args }
}

/// What the emitted program does, on every architecture that has the call: the same.
fn decide(built: &Built, name: &str, args: [u64; 6]) -> Action {
    let having = Arch::ALL.into_iter().filter(|arch| syscall(name).is_some_and(|call| call.number(*arch).is_some()));
    let decisions: Vec<Action> = having.map(|arch| decide_on(arch, built, &data(arch, name, args))).collect();
    assert!(decisions.windows(2).all(|pair| pair[0] == pair[1]), "{name}: {decisions:?}");
    decisions[0]
}

fn decide_on(arch: Arch, built: &Built, data: &SeccompData) -> Action {
    let program = built.program(arch, Supervision::Standalone).expect("every program is built").bind(&[]);
    let returned = Loaded::load(&program).expect("the kernel takes it").run(data);
    let errno = |number: u32| Errno::new(number as u16).expect("an error");
    match returned & ret::ACTION_MASK {
        ret::ALLOW => Action::Allow,
        ret::LOG => Action::Log,
        ret::KILL_PROCESS => Action::Kill,
        ret::ERRNO => Action::Errno(errno(returned & ret::DATA_MASK)),
        other => panic!("{other:#x}"),
    }
}

fn first(value: u64) -> [u64; 6] {
    [value, 0, 0, 0, 0, 0]
}

const TIOCSTI: u64 = 0x5412;
const TIOCLINUX: u64 = 0x541c;
const TCGETS: u64 = 0x5401;

fn ioctl(request: u64) -> [u64; 6] {
    [0, request, 0, 0, 0, 0]
}

#[test]
fn nobody_types_into_the_terminal_where_ioctl_is_allowed() {
    for text in ["ALLOW ioctl;", "default LOG; ALLOW ioctl;", "danger { default ALLOW; }", "ALLOW ioctl if cmd != 1;"] {
        let built = built(text);
        assert_eq!(decide(&built, "ioctl", ioctl(TIOCSTI)), Action::Kill, "{text}");
        assert!(decide(&built, "ioctl", ioctl(TCGETS)).permits(), "{text}");
    }
    assert_eq!(refused("ALLOW ioctl if cmd == TIOCSTI;"), ["danger_missing"]);
}

#[test]
fn nor_by_the_subcodes_of_the_console() {
    assert_eq!(decide(&built("ALLOW ioctl;"), "ioctl", ioctl(TIOCLINUX)), Action::Kill);
    assert_eq!(refused("ALLOW ioctl if cmd in [TCGETS, TIOCLINUX];"), ["danger_missing"]);
}

#[test]
fn a_request_with_bits_that_the_kernel_ignores_is_the_same_request() {
    let policies = ["ALLOW ioctl;", "default ERRNO(EPERM); ALLOW ioctl;", "danger { default ALLOW; }"];
    for built in policies.map(built) {
        for high in [1, 1 << 31, 0xffff_ffff] {
            assert!(!decide(&built, "ioctl", ioctl(TIOCSTI | high << 32)).permits());
            assert!(decide(&built, "ioctl", ioctl(TCGETS | high << 32)).permits());
        }
    }
    assert_eq!(refused("ERRNO(EPERM) ioctl if cmd: u64 == TIOCSTI;"), ["wrong_width"]);
}

#[test]
fn both_halves_of_a_wide_argument_count() {
    let built = built("ALLOW lseek if offset == 0x1000;");
    assert_eq!(decide(&built, "lseek", [0, 0x1000, 0, 0, 0, 0]), Action::Allow);
    for high in [1, 1 << 31, 0xffff_ffff] {
        assert_eq!(decide(&built, "lseek", [0, 0x1000 | high << 32, 0, 0, 0, 0]), Action::Kill);
    }
    assert_eq!(refused("ALLOW lseek if offset: u32 == 0x1000;"), ["wrong_width"]);
}

/// Halves at which a comparison made of two can go wrong.
const HALVES: [u64; 4] = [0, 1, 0xffff_fffe, 0xffff_ffff];

fn corners() -> impl Iterator<Item = u64> + Clone {
    HALVES.into_iter().flat_map(|high| HALVES.map(|low| high << 32 | low))
}

#[test]
fn wide_comparisons_are_right_at_every_corner() {
    let signed = |value: u64| value as i64;
    for value in corners() {
        for op in ["<", "<=", ">", ">=", "==", "!="] {
            for (name, args, is_signed) in [("fallocate", 2, true), ("copy_file_range", 4, false)] {
                let name_of = if is_signed { "offset" } else { "len" };
                let text = match is_signed {
                    true => format!("ALLOW {name} if {name_of} {op} {};", signed(value)),
                    false => format!("ALLOW {name} if {name_of} {op} {value};"),
                };
                // What no number is, or every one, is a mistake.
                let Ok(built) = try_build(&text) else { continue };
                for input in corners() {
                    let mut registers = [0; 6];
                    registers[args] = input;
                    let order = if is_signed { signed(input).cmp(&signed(value)) } else { input.cmp(&value) };
                    let holds = match op {
                        "<" => order.is_lt(),
                        "<=" => order.is_le(),
                        ">" => order.is_gt(),
                        ">=" => order.is_ge(),
                        "==" => order.is_eq(),
                        _ => order.is_ne(),
                    };
                    assert_eq!(decide(&built, name, registers).permits(), holds, "{text} {input:#x}");
                }
            }
        }
    }
}

#[test]
fn wide_comparisons_that_are_merged_keep_their_verdicts() {
    let mut dice = Dice::new(6);
    let values: Vec<u64> = corners().collect();
    let mut tried = 0;
    while tried < 60 {
        let (a, b, c) = (dice.pick(&values), dice.pick(&values), dice.pick(&values));
        let text = format!(
            "copy_file_range {{ len < {a} => ERRNO(EPERM), len <= {b} => ALLOW, len == {c} => ERRNO(EACCES), _ => KILL, }}"
        );
        let Ok(built) = try_build(&text) else { continue };
        tried += 1;
        for input in corners() {
            let expected = match input {
                _ if input < a => Action::Errno(Errno::new(1).expect("an error")),
                _ if input <= b => Action::Allow,
                _ if input == c => Action::Errno(Errno::new(13).expect("an error")),
                _ => Action::Kill,
            };
            assert_eq!(decide(&built, "copy_file_range", [0, 0, 0, 0, input, 0]), expected, "{text} {input:#x}");
        }
    }
}

#[test]
fn a_filter_beyond_the_kernels_size_is_an_error() {
    let values: Vec<String> = (0..5_000_u64).map(|value| (value * 0x1_0000_0001).to_string()).collect();
    assert_eq!(refused(&format!("ALLOW copy_file_range if len in [{}];", values.join(", "))), ["too_long"]);
}

#[test]
fn conditions_of_one_rule_hold_together_and_rules_one_by_one() {
    let both = built("ALLOW socket if family == 1 && type == 2;");
    let either = built("ALLOW socket if family == 1 || type == 2;");
    let rules = built("ALLOW socket if family == 1; ALLOW socket if family == 5 && type == 2;");
    for (family, ty) in [(1, 2), (1, 3), (5, 2), (5, 3)] {
        let args = [family, ty, 0, 0, 0, 0];
        assert_eq!(decide(&both, "socket", args).permits(), family == 1 && ty == 2);
        assert_eq!(decide(&either, "socket", args).permits(), family == 1 || ty == 2);
        assert_eq!(decide(&rules, "socket", args).permits(), family == 1 || (family == 5 && ty == 2));
    }
}

#[test]
fn numbers_of_x32_and_foreign_architectures_are_violations_under_every_default() {
    for text in ["ALLOW read;", "danger { default ALLOW; }", "default LOG;", "default ERRNO(EPERM); ERRNO(EIO) openat;"]
    {
        let built = built(text);
        for arch in Arch::ALL {
            for foreign in [0x4000_0003, 0xc000_003e, 0xc000_00b7, 0xc000_00f3, 0x4000_0028, 0] {
                let call = SeccompData { nr: 0, arch: foreign, ..SeccompData::default() };
                assert!(
                    foreign == arch.audit() || decide_on(arch, &built, &call) == Action::Kill,
                    "{text} {foreign:#x}"
                );
            }
        }
        for nr in [0x4000_0000, 0x4000_0001, 0x4000_0200, 0x7fff_ffff, 0x8000_0000, u32::MAX] {
            let call = SeccompData { nr, arch: Arch::X86_64.audit(), ..SeccompData::default() };
            assert_eq!(decide_on(Arch::X86_64, &built, &call), Action::Kill, "{text} {nr:#x}");
        }
    }
}

#[test]
fn io_uring_is_never_let_through_unsaid() {
    for name in ["io_uring_setup", "io_uring_enter", "io_uring_register"] {
        assert_eq!(refused(&format!("ALLOW {name};")), ["danger_missing"]);
        assert_eq!(decide(&built("danger { default ALLOW; }"), name, [0; 6]), Action::Kill);
        assert_eq!(decide(&built(&format!("danger {{ ALLOW {name}; }}")), name, [0; 6]), Action::Allow);
    }
}

#[test]
fn what_a_call_is_denied_for_its_siblings_are_denied_too() {
    let siblings =
        ["move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "open_tree_attr"];
    for text in ["danger { default ALLOW; }", "danger { default ALLOW; } ERRNO(EPERM) mount;"] {
        let built = built(text);
        for name in siblings.into_iter().chain(["setns", "pivot_root"]) {
            assert_eq!(decide(&built, name, [0; 6]), Action::Kill, "{text} {name}");
        }
        assert_eq!(decide(&built, "unshare", first(0x1000_0000)), Action::Kill, "{text}");
    }
    // Where the siblings are not dangerous by themselves, whoever denies one is told of the others.
    for text in ["danger { default ALLOW; } ERRNO(EPERM) execve;", "danger { default ALLOW; } ERRNO(EPERM) unlinkat;"] {
        assert_eq!(refused(text), ["sibling_forgotten"]);
    }
}

#[test]
fn clone3_hides_no_flags() {
    let built = built("ALLOW clone if clone_flags & CLONE_NEWUSER == 0;");
    assert_eq!(decide(&built, "clone3", [0; 6]), Action::Errno(Errno::ENOSYS));
    assert_eq!(decide(&built, "clone", first(0x1000_0000)), Action::Kill);
    let both = refused("ALLOW clone if clone_flags & CLONE_NEWUSER == 0; danger { ALLOW clone3; }");
    assert_eq!(both, ["clone3_unseen"]);
}

#[test]
fn arguments_have_each_architectures_own_order() {
    let text = "ALLOW clone if child_tidptr == NULL && tls == 7;";
    let built = built(text);
    // kernel/fork.c: CONFIG_CLONE_BACKWARDS has the last two the other way round.
    for (arch, child, tls) in [(Arch::X86_64, 3, 4), (Arch::Aarch64, 4, 3), (Arch::Riscv64, 4, 3)] {
        for (which, permitted) in [(tls, true), (child, false)] {
            let mut args = [0; 6];
            args[which] = 7;
            assert_eq!(decide_on(arch, &built, &data(arch, "clone", args)).permits(), permitted, "{}", arch.name());
        }
    }
}

#[test]
fn other_processes_are_out_of_reach_unless_it_is_said() {
    for name in ["ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd"] {
        assert_eq!(refused(&format!("ALLOW {name};")), ["danger_missing"], "{name}");
        assert_eq!(decide(&built("danger { default ALLOW; }"), name, [0; 6]), Action::Kill, "{name}");
    }
    // PTRACE_SEIZE with PTRACE_O_SUSPEND_SECCOMP.
    assert_eq!(decide(&built("danger { default ALLOW; }"), "ptrace", [0x4206, 1, 0, 1 << 21, 0, 0]), Action::Kill);
}

#[test]
fn memory_is_not_executable_unless_it_is_said() {
    const PROT_EXEC: u64 = 4;
    const SHM_EXEC: u64 = 0o100_000;
    for text in ["ALLOW mmap, mprotect, pkey_mprotect, shmat;", "danger { default ALLOW; }"] {
        let built = built(text);
        for others in [0, 1, 3, 0x0100_0000, 1 << 32] {
            for name in ["mmap", "mprotect", "pkey_mprotect"] {
                assert_eq!(decide(&built, name, [0, 0, PROT_EXEC | others, 0, 0, 0]), Action::Kill, "{text} {name}");
            }
            // A mask, not `==`: other flags can come along.
            assert_eq!(decide(&built, "shmat", [0, 0, SHM_EXEC | others, 0, 0, 0]), Action::Kill, "{text} shmat");
        }
        assert!(decide(&built, "mmap", [0, 0, 3, 0, 0, 0]).permits());
        assert!(decide(&built, "shmat", [0; 6]).permits());
    }
}

#[test]
fn jumps_over_hundreds_of_rules_arrive() {
    let mut dice = Dice::new(29);
    for count in [100, 300, 1_000] {
        // Neither TIOCSTI nor TIOCLINUX is among them.
        let values: BTreeSet<u64> = (0..count).map(|_| dice.roll() & 0xffff_0000).collect();
        let list: Vec<String> = values.iter().map(u64::to_string).collect();
        let built = built(&format!("ALLOW ioctl if cmd in [{}]; ALLOW read;", list.join(", ")));
        for value in values {
            assert_eq!(decide(&built, "ioctl", ioctl(value)), Action::Allow);
            assert_eq!(decide(&built, "ioctl", ioctl(value ^ 1)), Action::Kill);
            assert_eq!(decide(&built, "ioctl", ioctl(value ^ 1 << 15)), Action::Kill);
        }
        assert_eq!(decide(&built, "read", [0; 6]), Action::Allow);
    }
}

/// Each test here is a row of the document, and each test that the document names is there.
#[test]
fn the_document_names_every_lesson() {
    let document = include_str!("../../docs/LESSONS.md");
    let own = include_str!("lessons.rs");
    let tests: Vec<&str> = own.split("#[test]\nfn ").skip(1).filter_map(|rest| rest.split('(').next()).collect();
    assert!(tests.len() > 15);
    for test in tests.iter().filter(|test| !test.starts_with("the_document_names")) {
        assert!(document.contains(&format!("`{test}`")), "docs/LESSONS.md does not name {test}");
    }
    // In backquotes: tests, with their file where it is another, and compile-fail fixtures.
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let mut named = 0;
    for row in document.lines().filter(|line| line.starts_with("| ")) {
        let Some(cell) = row.trim_end_matches(" |").rsplit(" | ").next() else { continue };
        for name in cell.split('`').skip(1).step_by(2) {
            let found = match name.split_once("::") {
                Some((file, test)) => {
                    let path = format!("{root}/{file}");
                    let source = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
                    source.contains(&format!("fn {test}("))
                }
                None if name.contains('/') || name.ends_with(".md") => {
                    std::path::Path::new(&format!("{root}/{name}")).exists()
                }
                None => tests.contains(&name),
            };
            assert!(found, "docs/LESSONS.md names {name}, which is not there");
            named += 1;
        }
    }
    assert!(named > 30, "{named}");
    // What the evaluator and the programs are said to share is decided by the meaning.
    let built = built("ALLOW read;");
    let call = data(Arch::X86_64, "read", [0; 6]);
    assert_eq!(evaluate(built.checked().meaning(Arch::X86_64), &call, &[]).action, Action::Allow);
}
