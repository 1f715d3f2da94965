//! `bpf` blocks: what they mean, against a machine that runs their instructions one by one and against the classic BPF that
//! the notation of `bpf_helper` stands for; how they go with other rules; what is refused.

mod blocks;
#[path = "../dice/mod.rs"]
mod dice;

use blocks::{OPS, Step, block, classic, holds, run, text};
use dice::Dice;
use proc_macro2::TokenStream;
use sandbox2_policy::action::{Action, Errno, Supervision};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::{SeccompData, ret};
use sandbox2_policy::interpret::Loaded;
use sandbox2_policy::pipeline::{self, Built};
use sandbox2_policy::problem::Problems;
use sandbox2_policy::reference::{Decider, evaluate, kernel_return};
use sandbox2_policy::syntax::parse;
use sandbox2_policy::tables::syscall;

fn build(text: &str) -> Result<Built, Vec<&'static str>> {
    let parsed = parse(text.parse::<TokenStream>().expect("the tokens of Rust"));
    let mut problems = Problems::default();
    for problem in parsed.problems {
        problems.push(problem);
    }
    let built = pipeline::build(&parsed.def, &mut problems);
    built.map_err(|_| problems.into_vec().iter().map(|problem| problem.kind.slug()).collect())
}

fn accepted(text: &str) -> Built {
    build(text).unwrap_or_else(|slugs| panic!("{slugs:?}: {text}"))
}

fn call(name: &str, arch: Arch, args: [u64; 6]) -> SeccompData {
    let nr = syscall(name).and_then(|call| call.number(arch)).expect("a number");
    SeccompData { nr, arch: arch.audit(), instruction_pointer: 0, args }
}

/// What decides about the call, on every architecture.
fn decide(built: &Built, name: &str, args: [u64; 6]) -> Action {
    let decisions = Arch::ALL.map(|arch| {
        let data = call(name, arch, args);
        let action = evaluate(built.checked().meaning(arch), &data, &[]).action;
        let program = built.program(arch, Supervision::Standalone).expect("a program").bind(&[]);
        let returned = Loaded::load(&program).expect("the kernel takes it").run(&data);
        assert_eq!(returned, kernel_return(action, Supervision::Standalone, false));
        action
    });
    assert!(decisions.iter().all(|action| *action == decisions[0]), "{decisions:?}");
    decisions[0]
}

fn errno(number: u16) -> Action {
    Action::Errno(Errno::new(number).expect("an error"))
}

const REGISTERS: [u64; 18] = [
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    9,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fffe,
    0xffff_ffff,
    1 << 32,
    (1 << 32) + 1,
    (1 << 32) + 2,
    1 << 63,
    u64::MAX - 1,
    u64::MAX,
];

#[test]
fn a_block_means_what_its_instructions_do() {
    const BLOCKS: usize = 400;
    let mut dice = Dice::new(0x5eed_2026_1124_0001);
    let (mut proved, mut refused, mut with_joins) = (0, 0, 0);
    while proved < BLOCKS {
        let steps = block(&mut dice);
        let text = text(&steps);
        let built = match build(&text) {
            Ok(built) => built,
            Err(slugs) => {
                // Labels that nothing leads to, and what a block may not do: no block is refused for its meaning.
                let known = ["unused_label", "unreachable", "falls_off_the_end", "vacuous", "contradictory"];
                assert!(slugs.iter().all(|slug| known.contains(slug)), "{slugs:?}: {text}");
                refused += 1;
                assert!(refused < 200 * BLOCKS, "hardly any block is accepted");
                continue;
            }
        };
        proved += 1;
        with_joins += usize::from(steps.iter().any(|step| matches!(step, Step::Label(_))));
        let literal = Loaded::load(&classic(&steps)).expect("the kernel takes it");
        for arch in Arch::ALL {
            let meaning = built.checked().meaning(arch);
            let program = built.program(arch, Supervision::Standalone).expect("a program").bind(&[]);
            let program = Loaded::load(&program).expect("the kernel takes it");
            for _ in 0..200 {
                let args = [(); 6].map(|()| dice.pick(&REGISTERS));
                let data = call("pread64", arch, args);
                let expected = run(&steps, &args).expect("every path ends");
                let returned = kernel_return(expected, Supervision::Standalone, false);
                assert_eq!(literal.run(&data), returned, "{text} with {args:x?}: the two witnesses differ");
                assert_eq!(evaluate(meaning, &data, &[]).action, expected, "{text} with {args:x?}");
                assert_eq!(program.run(&data), returned, "{text} with {args:x?}");
            }
        }
    }
    assert!(with_joins > BLOCKS / 10, "hardly a block has a label: {with_joins}");
}

#[test]
fn what_is_refused_as_decided_before_really_is() {
    /// JLT of 0.
    const NEVER: usize = 4;
    let mut dice = Dice::new(0x5eed_2026_1124_0002);
    let mut seen = 0;
    while seen < 200 {
        let mut steps = block(&mut dice);
        let Err(slugs) = build(&text(&steps)) else { continue };
        if slugs.is_empty() || !slugs.iter().all(|slug| ["vacuous", "contradictory"].contains(slug)) {
            continue;
        }
        seen += 1;
        // One comparison at least can be taken out, or be replaced by where it leads to.
        let compares: Vec<usize> =
            steps.iter().enumerate().filter(|(_, step)| matches!(step, Step::Compare(..))).map(|(at, _)| at).collect();
        let probes: Vec<[u64; 6]> = (0..2000).map(|_| [(); 6].map(|()| dice.pick(&REGISTERS))).collect();
        let before: Vec<_> = probes.iter().map(|args| run(&steps, args)).collect();
        let removable = compares.iter().any(|at| {
            let kept = steps[*at];
            let Step::Compare(_, wide, _, target) = kept else { return false };
            steps[*at] = Step::Compare(NEVER, wide, 0, target);
            let never = probes.iter().zip(&before).all(|(args, known)| run(&steps, args) == *known);
            steps[*at] = target.map_or_else(Step::Return, Step::Jump);
            let always = probes.iter().zip(&before).all(|(args, known)| run(&steps, args) == *known);
            steps[*at] = kept;
            never || always
        });
        assert!(removable, "{slugs:?}: {}", text(&steps));
    }
}

#[test]
fn a_value_known_only_at_launch_is_compared_without_sign() {
    let mut compared = 0;
    for (op, wide) in OPS.iter().flat_map(|op| [(op, true), (op, false)]) {
        // `count` of pread64 is a size_t, `dfd` of openat an int.
        let (name, ty, load) = if wide { ("pread64", "u64", "ARG(2)") } else { ("openat", "i32", "ARG_32(0)") };
        let form = if wide { "" } else { "32" };
        let built = accepted(&format!("slot s: {ty}; bpf {name} {{ {load}; {op}{form}(s, ALLOW); TRAP(3); }}"));
        for (slot, register) in REGISTERS.iter().flat_map(|slot| REGISTERS.map(|register| (*slot, register))) {
            let (slot, ones) = match wide {
                true => (slot, u64::MAX),
                false => (i64::from(slot as i32).cast_unsigned(), u64::from(u32::MAX)),
            };
            let args = [register, 0, register, 0, 0, 0];
            let expected = if holds(op, register & ones, slot & ones) { Action::Allow } else { Action::Trap(3) };
            for arch in Arch::ALL {
                let data = call(name, arch, args);
                let action = evaluate(built.checked().meaning(arch), &data, &[slot]).action;
                assert_eq!(action, expected, "{op}{form} of {register:#x} and {slot:#x}");
                let program = built.program(arch, Supervision::Standalone).expect("a program").bind(&[slot]);
                let returned = Loaded::load(&program).expect("the kernel takes it").run(&data);
                assert_eq!(returned, kernel_return(expected, Supervision::Standalone, false), "{op}{form} {slot:#x}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 14 * 18 * 18 * 3);
}

/// What the guide to the C++ Sandbox2 shows for `write`, as its macros would have the kernel run it.
#[test]
fn the_guides_snippet_judges_a_descriptor_by_bits_that_the_kernel_ignores() {
    const DIRTY: u64 = 0xdead_beef_0000_0001;
    let jeq = |action| vec![Step::Load(0, true), Step::Compare(0, true, 1, Err(action)), Step::Return(1 - action)];
    let run = |steps: &[Step], fd| {
        let program = Loaded::load(&classic(steps)).expect("the kernel takes it");
        program.run(&call("write", Arch::X86_64, [fd, 0, 0, 0, 0, 0]))
    };
    // ARG(0), JEQ(1, ALLOW), KILL
    assert_eq!(run(&jeq(0), 1), ret::ALLOW);
    assert_eq!(run(&jeq(0), DIRTY), ret::KILL_PROCESS, "the same descriptor, and the program dies");
    // ARG(0), JEQ(1, KILL), ALLOW
    assert_eq!(run(&jeq(1), 1), ret::KILL_PROCESS);
    assert_eq!(run(&jeq(1), DIRTY), ret::ALLOW, "the same descriptor, and the rule is gone");

    assert_eq!(build("bpf write { ARG(0); JEQ(1, ALLOW); KILL; }").expect_err("a width"), ["wrong_width"]);
    let block = accepted("bpf write { ARG_32(0); JEQ32(1, ALLOW); KILL; }");
    let plain = accepted("ALLOW write if fd == 1;");
    for fd in [0, 1, 2, DIRTY, DIRTY + 1, 1 << 32, u64::MAX] {
        let expected = if fd as u32 == 1 { Action::Allow } else { Action::Kill };
        assert_eq!(decide(&block, "write", [fd, 0, 0, 0, 0, 0]), expected);
        assert_eq!(decide(&plain, "write", [fd, 0, 0, 0, 0, 0]), expected);
    }
}

#[test]
fn the_guides_block_for_mprotect_allows_one_page_without_execution() {
    let built =
        accepted("bpf mprotect { ARG_32(2); JNE32(PROT_READ | PROT_WRITE, KILL); ARG(1); JNE(0x1000, KILL); ALLOW; }");
    for (len, prot, expected) in [
        (0x1000, 3, Action::Allow),
        (0x1000, 1, Action::Kill),
        (0x1000, 7, Action::Kill),
        (0x2000, 3, Action::Kill),
        (1 << 32 | 0x1000, 3, Action::Kill),
        (0x1000, 1 << 32 | 3, Action::Allow),
    ] {
        assert_eq!(decide(&built, "mprotect", [0, len, prot, 0, 0, 0]), expected, "{len:#x} {prot:#x}");
    }
}

#[test]
fn a_comparison_of_the_architecture_or_the_number_is_decided_while_compiling() {
    let built = accepted(
        "bpf getpid { LOAD_ARCH; JEQ32(AUDIT_ARCH_AARCH64, ERRNO(EPERM)); LOAD_SYSCALL_NR; JGT32(100, ALLOW); TRAP(1); }",
    );
    for (arch, action) in Arch::ALL.into_iter().zip([Action::Trap(1), errno(1), Action::Allow]) {
        let data = call("getpid", arch, [0; 6]);
        assert_eq!(evaluate(built.checked().meaning(arch), &data, &[]).action, action, "{}", arch.name());
    }
}

#[test]
fn each_architecture_can_have_a_part_of_its_own() {
    let built = accepted(
        "bpf write { LOAD_ARCH; JNE32(AUDIT_ARCH_X86_64, JUMP(others)); ARG_32(0); JEQ32(1, ALLOW); LABEL(others); ARG_32(0); \
         JEQ32(1, TRAP(1)); JEQ32(2, TRAP(2)); KILL; }",
    );
    for (arch, first) in Arch::ALL.into_iter().zip([Action::Allow, Action::Trap(1), Action::Trap(1)]) {
        let decide =
            |fd| evaluate(built.checked().meaning(arch), &call("write", arch, [fd, 0, 0, 0, 0, 0]), &[]).action;
        assert_eq!([decide(1), decide(2), decide(3)], [first, Action::Trap(2), Action::Kill], "{}", arch.name());
    }
}

#[test]
fn a_number_is_the_position_whatever_the_kernel_calls_the_argument() {
    // The second argument of prctl is called `arg2`; ARG(2) is the third.
    let by_number = accepted("bpf prctl { ARG(2); JEQ(5, ALLOW); KILL; }");
    assert_eq!(decide(&by_number, "prctl", [0, 0, 5, 0, 0, 0]), Action::Allow);
    assert_eq!(decide(&by_number, "prctl", [0, 5, 0, 0, 0, 0]), Action::Kill);
    let by_name = accepted("bpf prctl { ARG(arg2); JEQ(5, ALLOW); KILL; }");
    assert_eq!(decide(&by_name, "prctl", [0, 5, 0, 0, 0, 0]), Action::Allow);
    assert_eq!(decide(&by_name, "prctl", [0, 0, 5, 0, 0, 0]), Action::Kill);
}

#[test]
fn an_argument_that_the_kernel_cuts_is_compared_as_cut() {
    let built = accepted("bpf fchmod { ARG_32(1); JLE32(0o755, ALLOW); JA32(0o4000, TRAP(1)); KILL; }");
    for (mode, expected) in
        [(0o755, Action::Allow), (0x1_0000, Action::Allow), (0o4755, Action::Trap(1)), (0o1000, Action::Kill)]
    {
        assert_eq!(decide(&built, "fchmod", [0, mode, 0, 0, 0, 0]), expected, "{mode:#o}");
    }
}

#[test]
fn memory_becomes_executable_only_where_the_block_says_so() {
    const EXEC: [u64; 6] = [0, 0, 5, 0, 0, 0];
    // Named by what is left when everything else has been refused.
    let named = accepted("bpf mprotect { ARG_32(2); JNE32(PROT_READ | PROT_EXEC, KILL); ALLOW; }");
    assert_eq!(decide(&named, "mprotect", EXEC), Action::Allow);
    // Not named: "unless dangerous". What is dangerous goes to the default, not to another action of the block.
    let unnamed = accepted("default ERRNO(EPERM); bpf mmap { ARG_32(2); JA32(PROT_READ, ALLOW); TRAP(1); }");
    assert_eq!(decide(&unnamed, "mmap", [0, 0, 1, 0, 0, 0]), Action::Allow);
    assert_eq!(decide(&unnamed, "mmap", EXEC), errno(1));
    assert_eq!(decide(&unnamed, "mmap", [0; 6]), Action::Trap(1));
    let aloud = accepted("danger { bpf mmap { ARG_32(2); JA32(PROT_READ, ALLOW); TRAP(1); } }");
    assert_eq!(decide(&aloud, "mmap", EXEC), Action::Allow);
}

#[test]
fn a_block_overrides_and_is_overridden() {
    let over = accepted("use exit; override bpf exit_group { ARG_32(0); JEQ32(0, ALLOW); TRAP(1); }");
    assert_eq!(decide(&over, "exit_group", [0; 6]), Action::Allow);
    assert_eq!(decide(&over, "exit_group", [1; 6]), Action::Trap(1));
    let under = accepted("override ERRNO(EBADF) read if fd == 1; bpf read { ARG_32(0); JLE32(1, ALLOW); KILL; }");
    assert_eq!(decide(&under, "read", [0; 6]), Action::Allow);
    assert_eq!(decide(&under, "read", [1, 0, 0, 0, 0, 0]), errno(9));
}

#[test]
fn a_report_names_the_action_that_decided() {
    let built = accepted("bpf mprotect { ARG_32(2); JNE32(PROT_READ, KILL); ARG(1); JNE(0x1000, TRAP(1)); ALLOW; }");
    let meaning = built.checked().meaning(Arch::X86_64);
    let text = |args| {
        let by = evaluate(meaning, &call("mprotect", Arch::X86_64, args), &[]).by;
        let Decider::Rule { origin, .. } = by else { panic!("{by:?}") };
        built.checked().origins()[usize::from(origin.0)].text.clone()
    };
    assert_eq!(text([0, 0x1000, 3, 0, 0, 0]), "bpf mprotect { ... KILL; }");
    assert_eq!(text([0, 0x1001, 1, 0, 0, 0]), "bpf mprotect { ... TRAP(1); }");
    assert_eq!(text([0, 0x1000, 1, 0, 0, 0]), "bpf mprotect { ... ALLOW; }");
}

#[test]
fn a_block_is_never_silently_without_effect() {
    for (text, slugs) in [
        ("ALLOW write; bpf write { ARG_32(0); JEQ32(1, ALLOW); KILL; }", ["overlapping"].as_slice()),
        ("bpf write { ARG_32(0); JEQ32(1, ALLOW); KILL; } ALLOW write;", &["overlapping"]),
        ("override TRAP(1) write; bpf write { ALLOW; }", &["shadowed"]),
        ("bpf write { ALLOW; } bpf write { KILL; }", &["overlapping"]),
        ("bpf ioctl { ARG_32(1); JNE32(TIOCSTI, KILL); ALLOW; }", &["danger_missing"]),
        ("bpf ptrace { LOAD_ARCH; JEQ32(AUDIT_ARCH_X86_64, ALLOW); KILL; }", &["danger_missing"]),
    ] {
        assert_eq!(build(text).err().as_deref(), Some(slugs), "{text}");
    }
}

#[test]
fn hundreds_of_comparisons_are_a_block_and_more_than_a_thousand_paths_are_not() {
    let text = |comparisons: usize| {
        let lines: Vec<String> = (0..comparisons).map(|value| format!("JEQ32({}, ALLOW);", 3 * value)).collect();
        format!("bpf write {{ ARG_32(0); {} KILL; }}", lines.join(" "))
    };
    let built = accepted(&text(300));
    assert_eq!(decide(&built, "write", [3 * 299, 0, 0, 0, 0, 0]), Action::Allow);
    assert_eq!(decide(&built, "write", [3 * 299 + 1, 0, 0, 0, 0, 0]), Action::Kill);
    assert_eq!(build(&text(1024)).expect_err("too many"), ["too_many_paths"]);
}

#[test]
fn what_meets_at_a_label_is_all_that_leads_there() {
    for (first, second) in [(1, 2), (2, 1)] {
        let built = accepted(&format!(
            "bpf write {{ ARG_32(0); JEQ32({first}, JUMP(both)); JEQ32({second}, JUMP(both)); KILL; LABEL(both); \
             JEQ32(1, ALLOW); TRAP(1); }}"
        ));
        let decisions = [1, 2, 3].map(|fd| decide(&built, "write", [fd, 0, 0, 0, 0, 0]));
        assert_eq!(decisions, [Action::Allow, Action::Trap(1), Action::Kill]);
    }
    // Whichever of the two was loaded is compared.
    let built = accepted(
        "bpf pread64 { ARG(2); JGT(9, JUMP(both)); ARG(3); LABEL(both); JEQ(5, ALLOW); JEQ(10, TRAP(2)); TRAP(1); }",
    );
    for (count, pos, expected) in
        [(0, 5, Action::Allow), (5, 6, Action::Trap(1)), (10, 5, Action::Trap(2)), (11, 5, Action::Trap(1))]
    {
        assert_eq!(decide(&built, "pread64", [0, 0, count, pos, 0, 0]), expected, "{count} {pos}");
    }
}
