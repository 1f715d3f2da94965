//! Policies × calls × expected verdicts, held against every witness that needs no kernel: the reference evaluator, the
//! interpreter on the optimised and on the plain program for every architecture and supervision, and seccompiler where it can
//! say the policy. The expected verdicts were written by hand from the language's definition.

use std::collections::BTreeMap;

use sandbox2_policy::action::{Action, Supervision};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::compile::{compile, compile_unoptimized};
use sandbox2_policy::insn::{Insn, SeccompData};
use sandbox2_policy::interpret::Loaded;
use sandbox2_policy::meaning::Meaning;
use sandbox2_policy::pipeline::{Built, build};
use sandbox2_policy::problem::Problems;
use sandbox2_policy::reference::{evaluate, kernel_return};
use sandbox2_policy::syntax::parse;
use sandbox2_policy::tables;

/// A policy, and calls with their verdicts.
struct Case {
    policy: &'static str,
    calls: &'static [(&'static str, &'static str)],
}

const CASES: &[Case] = &[
    Case { policy: "", calls: &[("read(0)", "KILL"), ("exit_group(0)", "KILL"), ("clone3(0, 0)", "ERRNO(ENOSYS)")] },
    Case {
        policy: "default ERRNO(EPERM); ALLOW read;",
        calls: &[("read(7)", "ALLOW"), ("write(7)", "ERRNO(EPERM)"), ("ptrace(0)", "ERRNO(EPERM)")],
    },
    Case {
        policy: "ALLOW write if fd == 1 || fd == 2;",
        calls: &[
            ("write(1)", "ALLOW"),
            ("write(2)", "ALLOW"),
            ("write(0)", "KILL"),
            ("write(3)", "KILL"),
            ("write(0x100000001)", "ALLOW"),
            ("write(0x100000000)", "KILL"),
        ],
    },
    Case {
        policy: "mprotect { prot == PROT_READ | PROT_WRITE && len == 0x1000 => ALLOW, len > 0x100000000 => ERRNO(ENOMEM), _ => KILL }",
        calls: &[
            ("mprotect(0, 0x1000, 3)", "ALLOW"),
            ("mprotect(0, 0x1000, 0x500000003)", "ALLOW"),
            ("mprotect(0, 0x1000, 7)", "KILL"),
            ("mprotect(0, 0x100001000, 3)", "ERRNO(ENOMEM)"),
            ("mprotect(0, 0x100000000, 3)", "KILL"),
            ("mprotect(0, 0x100000001, 3)", "ERRNO(ENOMEM)"),
            ("mprotect(0, 0xffffffff, 3)", "KILL"),
        ],
    },
    Case {
        policy: "ALLOW lseek if offset < 0; ALLOW openat if dfd == AT_FDCWD; ALLOW kill if sig in -2..=2;",
        calls: &[
            ("lseek(0, -1)", "ALLOW"),
            ("lseek(0, 0x8000000000000000)", "ALLOW"),
            ("lseek(0, 0)", "KILL"),
            ("lseek(0, 0x7fffffffffffffff)", "KILL"),
            ("lseek(0, 0xffffffff)", "KILL"),
            ("openat(-100)", "ALLOW"),
            ("openat(0xffffff9c)", "ALLOW"),
            ("openat(0x5ffffff9c)", "ALLOW"),
            ("openat(0)", "KILL"),
            ("kill(0, -2)", "ALLOW"),
            ("kill(0, -3)", "KILL"),
            ("kill(0, 0)", "ALLOW"),
            ("kill(0, 2)", "ALLOW"),
            ("kill(0, 3)", "KILL"),
            ("kill(0, 0xfffffffe)", "ALLOW"),
            ("kill(0, 0x80000000)", "KILL"),
        ],
    },
    Case {
        policy: "ALLOW mmap; ALLOW ioctl; ALLOW clone; ALLOW seccomp; ALLOW bpf; ALLOW personality; ALLOW unshare;",
        calls: &[
            ("mmap(0, 0x1000, 3)", "ALLOW"),
            ("mmap(0, 0x1000, 4)", "KILL"),
            ("mmap(0, 0x1000, 0x700000007)", "KILL"),
            ("ioctl(0, 0x5401)", "ALLOW"),
            ("ioctl(0, 0x5412)", "KILL"),
            ("ioctl(0, 0x100005412)", "KILL"),
            ("ioctl(0, 0x541c)", "KILL"),
            ("clone(0x11)", "ALLOW"),
            ("clone(0x10000000)", "KILL"),
            ("clone(0x3d0f00)", "ALLOW"),
            ("clone(0x20011)", "KILL"),
            ("seccomp(1, 8)", "KILL"),
            ("seccomp(1, 1)", "ALLOW"),
            ("bpf(1)", "ALLOW"),
            ("bpf(5)", "KILL"),
            ("personality(0xffffffff)", "ALLOW"),
            ("personality(0x400000)", "KILL"),
            ("unshare(0x80)", "KILL"),
            ("unshare(0x400)", "ALLOW"),
            ("clone3(0, 0)", "ERRNO(ENOSYS)"),
        ],
    },
    Case {
        policy: "danger { ALLOW ptrace; ALLOW ioctl if cmd == TIOCSTI; } ALLOW mmap if prot == PROT_READ | PROT_EXEC;",
        calls: &[
            ("ptrace(0)", "ALLOW"),
            ("ioctl(0, 0x5412)", "ALLOW"),
            ("ioctl(0, 0x5413)", "KILL"),
            ("mmap(0, 0, 5)", "ALLOW"),
            ("mmap(0, 0, 7)", "KILL"),
        ],
    },
    Case {
        policy: "danger { default ALLOW; } ERRNO(EACCES) connect; TRAP(9) bind; LOG listen;",
        calls: &[
            ("read(0)", "ALLOW"),
            ("connect(0)", "ERRNO(EACCES)"),
            ("bind(0)", "TRAP(9)"),
            ("listen(0)", "LOG"),
            ("ptrace(0)", "KILL"),
            ("mount(0)", "KILL"),
            ("ioctl(0, 0x5412)", "KILL"),
            ("ioctl(0, 0x5413)", "ALLOW"),
            ("clone3(0, 0)", "ERRNO(ENOSYS)"),
        ],
    },
    Case {
        policy: "ALLOW fcntl if !(cmd in [F_SETFL, F_SETFD] || cmd >= 1024); ALLOW prlimit64 if new_rlim == NULL;
                 ALLOW socket if family == AF_UNIX && (type & 0xf) == SOCK_STREAM;",
        calls: &[
            ("fcntl(0, 1)", "ALLOW"),
            ("fcntl(0, 2)", "KILL"),
            ("fcntl(0, 4)", "KILL"),
            ("fcntl(0, 1023)", "ALLOW"),
            ("fcntl(0, 1024)", "KILL"),
            ("fcntl(0, 0xffffffff)", "KILL"),
            ("prlimit64(0, 7, 0)", "ALLOW"),
            ("prlimit64(0, 7, 1)", "KILL"),
            ("prlimit64(0, 7, 0x100000000)", "KILL"),
            ("socket(1, 1)", "ALLOW"),
            ("socket(1, 0x80001)", "ALLOW"),
            ("socket(1, 2)", "KILL"),
            ("socket(2, 1)", "KILL"),
        ],
    },
    Case {
        policy: "execveat { flags & AT_EMPTY_PATH == AT_EMPTY_PATH => ERRNO(EPERM), _ => ALLOW }",
        calls: &[("execveat(0, 0, 0, 0, 0x1000)", "ERRNO(EPERM)"), ("execveat(0, 0, 0, 0, 0)", "ALLOW")],
    },
];

fn built(text: &str) -> Built {
    let parsed = parse(text.parse().expect("the text is made of tokens"));
    let mut problems = Problems::default();
    parsed.problems.into_iter().for_each(|problem| problems.push(problem));
    let built = build(&parsed.def, &mut problems);
    let problems = problems.into_vec();
    built.unwrap_or_else(|_| panic!("{text} has problems: {problems:#?}"))
}

/// `name(1, 0x2, -3)` as what the filter sees.
fn call(arch: Arch, text: &str) -> SeccompData {
    let (name, args) = text.strip_suffix(')').and_then(|text| text.split_once('(')).expect("a call is name(args)");
    let mut data = SeccompData {
        nr: tables::syscall(name).and_then(|call| call.number(arch)).expect("every architecture has the call"),
        arch: arch.audit(),
        ..SeccompData::default()
    };
    for (slot, arg) in data.args.iter_mut().zip(args.split(',').map(str::trim).filter(|arg| !arg.is_empty())) {
        *slot = match (arg.strip_prefix("0x"), arg.strip_prefix('-')) {
            (Some(hex), _) => u64::from_str_radix(hex, 16).expect("hexadecimal"),
            (_, Some(_)) => arg.parse::<i64>().expect("a number").cast_unsigned(),
            _ => arg.parse().expect("a number"),
        };
    }
    data
}

#[test]
fn every_witness_gives_the_expected_verdict() {
    let mut count = 0;
    for case in CASES {
        let built = built(case.policy);
        for arch in Arch::ALL {
            for (text, expected) in case.calls {
                let data = call(arch, text);
                let meaning = built.checked().meaning(arch);
                let decision = evaluate(meaning, &data, &[]);
                assert_eq!(
                    decision.action.to_string(),
                    *expected,
                    "reference: {text} on {} under {}",
                    arch.name(),
                    case.policy
                );
                for supervision in Supervision::ALL {
                    let program = built.program(arch, supervision).expect("every program is built");
                    witnesses(meaning, supervision, &program.bind(&[]), &data, decision.action, text);
                    count += 1;
                }
            }
        }
    }
    println!("{count} verdicts");
}

/// The interpreter on the optimised program, which has been validated, and on the plain one.
fn witnesses(
    meaning: &Meaning,
    supervision: Supervision,
    optimised: &[Insn],
    data: &SeccompData,
    action: Action,
    text: &str,
) {
    let execveat = tables::syscall("execveat").and_then(|call| call.number(meaning.arch)) == Some(data.nr);
    let expected = kernel_return(action, supervision, execveat);
    let plain = compile_unoptimized(meaning, supervision).expect("the program is short").bind(&[]);
    assert_eq!(
        compile(meaning, supervision, &[]).expect("the program is short").bind(&[]),
        optimised,
        "not deterministic"
    );
    for (name, insns) in [("optimised", optimised), ("plain", &plain)] {
        let loaded = Loaded::load(insns).expect("the kernel takes the program");
        assert_eq!(loaded.run(data), expected, "{name}, {}: {text} on {}", supervision.name(), meaning.arch.name());
    }
}

#[test]
fn foreign_architectures_and_x32_are_violations_under_every_default() {
    for policy in ["", "default ERRNO(EPERM);", "default LOG;", "danger { default ALLOW; }"] {
        let built = built(policy);
        for arch in Arch::ALL {
            let program = built.program(arch, Supervision::Standalone).expect("every program is built").bind(&[]);
            let loaded = Loaded::load(&program).expect("the kernel takes the program");
            for foreign in [0, 0x4000_0003, 0xc000_003e, 0xc000_00b7, 0xc000_00f3, u32::MAX] {
                if foreign != arch.audit() {
                    let data = SeccompData { nr: 0, arch: foreign, ..SeccompData::default() };
                    assert_eq!(loaded.run(&data), sandbox2_policy::insn::ret::KILL_PROCESS, "{foreign:#x}");
                }
            }
            if arch == Arch::X86_64 {
                for nr in [0x4000_0000, 0x4000_0001, 0x7fff_ffff, 0x8000_0000, u32::MAX] {
                    let data = SeccompData { nr, arch: arch.audit(), ..SeccompData::default() };
                    assert_eq!(loaded.run(&data), sandbox2_policy::insn::ret::KILL_PROCESS, "{nr:#x} under {policy}");
                }
            }
        }
    }
}

/// seccompiler as an oracle, for a policy that it can say: allow-list, one action each way, unsigned comparisons.
#[test]
fn seccompiler_agrees_where_it_can_say_the_policy() {
    use seccompiler::{
        SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
    };
    let built = built(
        "default ERRNO(EPERM); ALLOW read; ALLOW write if fd == 1 && count <= 0x100000000; ALLOW fcntl if cmd & 3 == 1;",
    );
    for (arch, target) in
        [(Arch::X86_64, TargetArch::x86_64), (Arch::Aarch64, TargetArch::aarch64), (Arch::Riscv64, TargetArch::riscv64)]
    {
        let nr =
            |name: &str| tables::syscall(name).and_then(|call| call.number(arch)).expect("every architecture has it");
        let condition = |arg, len, op, value| SeccompCondition::new(arg, len, op, value).expect("a condition");
        let rules: BTreeMap<i64, Vec<SeccompRule>> = [
            (i64::from(nr("read")), vec![]),
            (
                i64::from(nr("write")),
                vec![
                    SeccompRule::new(vec![
                        condition(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, 1),
                        condition(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Le, 0x1_0000_0000),
                    ])
                    .expect("a rule"),
                ],
            ),
            (
                i64::from(nr("fcntl")),
                vec![
                    SeccompRule::new(vec![condition(1, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(3), 1)])
                        .expect("a rule"),
                ],
            ),
        ]
        .into();
        let filter =
            SeccompFilter::new(rules, SeccompAction::Errno(1), SeccompAction::Allow, target).expect("a filter");
        let theirs: seccompiler::BpfProgram = filter.try_into().expect("a program");
        let theirs: Vec<Insn> =
            theirs.iter().map(|insn| Insn { code: insn.code, jt: insn.jt, jf: insn.jf, k: insn.k }).collect();
        let theirs = Loaded::load(&theirs).expect("the kernel takes seccompiler's program");
        let ours = built.program(arch, Supervision::Standalone).expect("every program is built").bind(&[]);
        let ours = Loaded::load(&ours).expect("the kernel takes ours");
        let values = [0, 1, 2, 3, 5, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0001, u64::MAX];
        for nr in [nr("read"), nr("write"), nr("fcntl"), nr("close"), 0, 1023] {
            for a in values {
                for b in values {
                    for c in values {
                        let data =
                            SeccompData { nr, arch: arch.audit(), instruction_pointer: 0, args: [a, b, c, 0, 0, 0] };
                        assert_eq!(ours.run(&data), theirs.run(&data), "{data:x?} on {}", arch.name());
                    }
                }
            }
        }
    }
}
