//! What the compiler promises about its programs: length, paths, cacheability, jumps, determinism.

mod codegen_witness;
mod dice;

use codegen_witness::{allow_list, assert_acceptable, call, cmp, expected, meaning, rule, run};
use dice::Dice;
use sandbox2_policy::action::{Action, Errno, Supervision};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::compile::{TooLong, compile, compile_unoptimized};
use sandbox2_policy::insn::{Insn, op};
use sandbox2_policy::meaning::{Cmp, CmpOp, Cond, Meaning, Rule, SymbolId, Value, Width};

/// Docker's default profile on `x86_64`: the ranges of calls that it allows whatever their arguments.
const DOCKER: [(u32, u32); 33] = [
    (0, 40),
    (42, 55),
    (57, 102),
    (104, 133),
    (137, 138),
    (140, 152),
    (154, 154),
    (157, 162),
    (186, 211),
    (213, 226),
    (228, 235),
    (240, 245),
    (247, 247),
    (251, 255),
    (257, 271),
    (273, 278),
    (280, 297),
    (299, 299),
    (301, 303),
    (305, 307),
    (309, 311),
    (314, 319),
    (322, 322),
    (324, 334),
    (424, 424),
    (434, 434),
    (436, 437),
    (439, 439),
    (441, 441),
    (444, 449),
    (451, 452),
    (454, 456),
    (464, 464),
];

const ALLOW: u32 = 0x7fff_0000;

fn eperm() -> Action {
    Action::Errno(Errno::new(1).expect("an errno"))
}

fn docker_numbers() -> impl Iterator<Item = u32> {
    DOCKER.into_iter().flat_map(|(first, last)| first..=last)
}

fn compiled(policy: &Meaning) -> Vec<Insn> {
    let program = compile(policy, Supervision::Standalone, &[]).expect("short enough").bind(&[]);
    assert_acceptable(&program);
    program
}

/// The mean number of instructions executed for these calls.
fn mean_path(program: &[Insn], numbers: impl Iterator<Item = u32>) -> f64 {
    let paths: Vec<usize> = numbers.map(|nr| run(program, &call(Arch::X86_64, nr)).executed).collect();
    paths.iter().sum::<usize>() as f64 / paths.len() as f64
}

/// Numbers at which a program might change its mind: all operands, and those beside them.
fn telling_numbers(program: &[Insn]) -> Vec<u32> {
    let operands = program.iter().map(|insn| insn.k);
    let mut numbers: Vec<u32> = operands.flat_map(|k| [k.wrapping_sub(1), k, k.wrapping_add(1)]).collect();
    numbers.extend([0, 0x3fff_ffff, 0x4000_0000, u32::MAX]);
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// How often the outcome changes from one number to the next.
fn boundaries(policy: &Meaning) -> usize {
    let mut numbers: Vec<u32> = policy.calls.iter().flat_map(|call| [call.nr, call.nr.saturating_add(1)]).collect();
    numbers.push(0x4000_0000);
    numbers.sort_unstable();
    numbers.dedup();
    let outcome = |nr: u32| expected(policy, Supervision::Standalone, &call(policy.arch, nr), &[]);
    numbers.into_iter().filter(|&nr| nr > 0 && outcome(nr - 1) != outcome(nr)).count()
}

fn is_test(insn: &Insn) -> bool {
    matches!(insn.code, op::JEQ | op::JGT | op::JGE | op::JSET)
}

/// A list of calls, some in runs and some alone, with that many of them and about that density.
fn scattered(dice: &mut Dice, count: usize, gap: usize) -> Vec<u32> {
    let mut next = 0;
    let numbers = (0..count).map(|_| {
        next += 1 + if dice.below(3) == 0 { dice.below(gap) as u32 } else { 0 };
        next
    });
    numbers.collect()
}

#[test]
fn the_profile_of_docker_stays_small() {
    let mut policy = allow_list(Arch::X86_64, docker_numbers());
    policy.default = eperm();
    let program = compiled(&policy);
    let mean = mean_path(&program, docker_numbers());
    let longest = docker_numbers().map(|nr| run(&program, &call(Arch::X86_64, nr)).executed).max().unwrap();
    println!("docker, 33 ranges: {} instructions, mean path {mean:.2}, longest {longest}", program.len());
    assert!(program.len() <= 72 && mean <= 9.0);
}

#[test]
fn the_profile_of_docker_with_its_argument_rules_stays_small() {
    let eq = |value| cmp(0, Width::W32, CmpOp::Eq, value);
    let checked: [(u32, Vec<Rule>); 4] = [
        (41, vec![rule(cmp(0, Width::W32, CmpOp::Ne, 40), Action::Allow)]),
        (56, vec![rule(masked(0, Width::W64, 0x7e02_0000, CmpOp::Eq, 0), Action::Allow)]),
        (135, [0, 8, 0x2_0000, 0x2_0008, 0xffff_ffff].map(|value| rule(eq(value), Action::Allow)).to_vec()),
        (435, vec![rule(Cond::True, Action::Errno(Errno::ENOSYS))]),
    ];
    let plain = docker_numbers().map(|nr| (nr, vec![rule(Cond::True, Action::Allow)]));
    let mut calls: Vec<(u32, Vec<Rule>)> = plain.chain(checked).collect();
    calls.sort_by_key(|call| call.0);
    let policy = meaning(Arch::X86_64, calls, eperm());
    let program = compiled(&policy);
    let mean = mean_path(&program, docker_numbers());
    let checked = [41, 56, 135].map(|nr| run(&program, &call(Arch::X86_64, nr)).executed);
    println!("docker with arguments: {} instructions, mean path {mean:.2}, checked {checked:?}", program.len());
    assert!(program.len() <= 100 && mean <= 9.5);
}

fn masked(arg: u8, width: Width, mask: u64, op: CmpOp, value: u64) -> Cond {
    Cond::Cmp(Cmp { arg, width, signed: false, mask: Some(Value::Known(mask)), op, value: Value::Known(value) })
}

/// Eighty calls as a real program makes them, eight of which depend on their arguments.
fn eighty_calls() -> Meaning {
    let plain = [
        0, 1, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 28, 32, 33, 34, 35, 39, 42, 44,
        45, 46, 47, 48, 49, 50, 51, 52, 54, 55, 60, 61, 63, 72, 74, 79, 80, 89, 96, 97, 98, 99, 102, 104, 107, 108,
        131, 186, 202, 204, 217, 218, 228, 230, 231, 232, 233, 257, 262, 281, 290, 318,
    ];
    let eq = |arg, value| cmp(arg, Width::W32, CmpOp::Eq, value);
    let checked: [(u32, Cond); 8] = [
        (9, masked(2, Width::W32, 4, CmpOp::Eq, 0)),
        (10, masked(2, Width::W32, 4, CmpOp::Eq, 0)),
        (16, Cond::Any(vec![eq(1, 0x5401), eq(1, 0x5413)].into())),
        (41, eq(0, 1)),
        (56, masked(0, Width::W32, 0x7e02_0000, CmpOp::Eq, 0)),
        (157, eq(0, 15)),
        (273, cmp(1, Width::W64, CmpOp::Eq, 24)),
        (302, cmp(2, Width::W64, CmpOp::Eq, 0)),
    ];
    let plain = plain.into_iter().map(|nr| (nr, vec![rule(Cond::True, Action::Allow)]));
    let checked = checked.into_iter().map(|(nr, cond)| (nr, vec![rule(cond, Action::Allow)]));
    let mut calls: Vec<(u32, Vec<Rule>)> = plain.chain(checked).collect();
    calls.sort_by_key(|call| call.0);
    meaning(Arch::X86_64, calls, Action::Kill)
}

#[test]
fn eighty_calls_with_eight_argument_rules_stay_short() {
    let policy = eighty_calls();
    assert_eq!(policy.calls.len(), 80);
    let program = compiled(&policy);
    let (checked, plain): (Vec<_>, Vec<_>) =
        policy.calls.iter().partition(|call| call.rules.iter().any(|rule| rule.cond != Cond::True));
    let mean = mean_path(&program, plain.iter().map(|call| call.nr));
    let allowed: Vec<usize> = checked
        .iter()
        .map(|rules| {
            let mut data = call(Arch::X86_64, rules.nr);
            data.args = match rules.nr {
                16 => [0, 0x5413, 0, 0, 0, 0],
                41 => [1, 0, 0, 0, 0, 0],
                157 => [15, 0, 0, 0, 0, 0],
                273 => [0, 24, 0, 0, 0, 0],
                _ => [0; 6],
            };
            let run = run(&program, &data);
            assert_eq!(run.returned, ALLOW, "{}", rules.nr);
            run.executed
        })
        .collect();
    println!("80 calls, 8 checked: {} instructions, mean path {mean:.2}, checked {allowed:?}", program.len());
    assert!(program.len() <= 98 && allowed.iter().all(|&executed| executed <= 11));
}

#[test]
fn a_plain_list_takes_one_comparison_at_most_for_each_boundary_and_a_short_path() {
    let mut dice = Dice::new(1);
    for round in 0..300 {
        let (count, gap) = (1 + dice.below([40, 400, 1200][round % 3]), 2 + dice.below(30));
        let arch = dice.pick(&Arch::ALL);
        let mut policy = allow_list(arch, scattered(&mut dice, count, gap));
        if dice.below(2) == 0 {
            policy.default = eperm();
        }
        let boundaries = boundaries(&policy);
        let program = compiled(&policy);
        let tests = program.iter().filter(|insn| is_test(insn)).count() - 1;
        assert!(tests <= boundaries, "{tests} comparisons for {boundaries} boundaries");
        let limit = 6 + (usize::BITS - (boundaries - 1).leading_zeros()) as usize;
        for nr in telling_numbers(&program) {
            let run = run(&program, &call(arch, nr));
            assert_eq!(run.returned, expected(&policy, Supervision::Standalone, &call(arch, nr), &[]));
            assert!(run.executed <= limit, "{} executed for {nr}, {boundaries} boundaries", run.executed);
            assert!(!run.looked_at_arguments);
        }
    }
}

#[test]
fn a_path_is_short_in_the_longest_lists_too() {
    for (width, count) in [(1, 1000), (2, 1000), (3, 1300), (2, 1700)] {
        let numbers = (0..count).flat_map(|run: u32| (0..width).map(move |at| run * 2 * width + at));
        let policy = allow_list(Arch::Riscv64, numbers);
        let boundaries = boundaries(&policy);
        let program = compiled(&policy);
        let limit = 6 + (usize::BITS - (boundaries - 1).leading_zeros()) as usize;
        let paths = telling_numbers(&program).into_iter().map(|nr| run(&program, &call(Arch::Riscv64, nr)).executed);
        let longest = paths.max().unwrap();
        let steps = program.iter().filter(|insn| insn.code == op::JA).count();
        println!(
            "{boundaries} boundaries: {} instructions, {steps} stepping stones, longest path {longest}",
            program.len()
        );
        assert!(longest <= limit, "{longest} > {limit}");
    }
}

#[test]
fn a_plain_call_loads_no_argument_whatever_the_others_need() {
    let mut dice = Dice::new(5);
    for _ in 0..100 {
        let numbers = scattered(&mut dice, 60, 4);
        let calls: Vec<(u32, Vec<Rule>)> = numbers
            .iter()
            .map(|&nr| {
                let cond = match dice.below(3) {
                    0 => cmp(dice.below(6) as u8, Width::W64, dice.pick(&codegen_witness::OPS), dice.roll() % 9),
                    _ => Cond::True,
                };
                (nr, vec![rule(cond, Action::Allow)])
            })
            .collect();
        let policy = meaning(Arch::Aarch64, calls, Action::Kill);
        let program = compiled(&policy);
        for rules in policy.calls.iter().filter(|rules| rules.rules[0].cond == Cond::True) {
            let run = run(&program, &call(Arch::Aarch64, rules.nr));
            assert!(run.returned == ALLOW && !run.looked_at_arguments);
        }
    }
}

/// A policy with a different verdict for each call, so that nothing coalesces.
fn all_different(count: u32, spread: u32) -> Meaning {
    let calls = (0..count).map(|index| (index * spread, vec![rule(Cond::True, Action::Trap(index as u16))]));
    meaning(Arch::X86_64, calls.collect(), Action::Kill)
}

#[test]
fn jumps_of_every_distance_arrive() {
    let mut longest = 0;
    for count in (1..40).chain(100..140).chain([240, 254, 255, 256, 257, 258, 300, 511, 600, 1000]) {
        for spread in [1, 3] {
            let policy = all_different(count, spread);
            let programs =
                [compile(&policy, Supervision::Traced, &[]), compile_unoptimized(&policy, Supervision::Traced)];
            for program in programs {
                let program = program.unwrap().bind(&[]);
                assert_acceptable(&program);
                let jumps = program.iter().filter(|insn| is_test(insn)).flat_map(|insn| [insn.jt, insn.jf]);
                longest = longest.max(jumps.max().unwrap());
                for nr in telling_numbers(&program) {
                    let data = call(Arch::X86_64, nr);
                    assert_eq!(run(&program, &data).returned, expected(&policy, Supervision::Traced, &data, &[]));
                }
            }
        }
    }
    assert_eq!(longest, 255, "no test came to the limit");
}

#[test]
fn jumps_over_argument_checks_arrive() {
    // Each call has checks of its own, with shared ends: long programs with targets that are not ends.
    for count in [20, 30, 40, 80, 300, 500] {
        let calls = (0..count).map(|index| {
            let own = cmp(0, Width::W64, CmpOp::Eq, u64::from(index) << 20 | 7);
            let shared = cmp(1, Width::W32, CmpOp::Gt, 100);
            let third = cmp(2, Width::W32, CmpOp::Eq, u64::from(index % 7));
            (index * 2, vec![rule(Cond::All(vec![own, shared].into()), Action::Allow), rule(third, eperm())])
        });
        let policy = meaning(Arch::X86_64, calls.collect(), Action::Kill);
        let mut dice = Dice::new(u64::from(count));
        let programs =
            [compile(&policy, Supervision::Standalone, &[]), compile_unoptimized(&policy, Supervision::Standalone)];
        for program in programs.into_iter().filter_map(Result::ok) {
            let program = program.bind(&[]);
            assert_acceptable(&program);
            for nr in 0..=2 * count {
                for _ in 0..6 {
                    let mut data = call(Arch::X86_64, nr);
                    data.args[0] = dice.pick(&[u64::from(nr / 2) << 20 | 7, 7, 0, 1 << 40 | 7]);
                    data.args[1] = dice.pick(&[0, 100, 101, u64::MAX]);
                    data.args[2] = dice.below(8) as u64;
                    let wanted = expected(&policy, Supervision::Standalone, &data, &[]);
                    assert_eq!(run(&program, &data).returned, wanted, "{data:?}");
                }
            }
        }
    }
}

#[test]
fn a_program_that_the_kernel_would_refuse_is_refused() {
    let error = compile(&all_different(3000, 2), Supervision::Standalone, &[]).unwrap_err();
    assert!(matches!(error, TooLong { length: 4097.., limit: 4096 }), "{error}");
    // Thousands of different tests in a row neither overflow the stack nor take for ever.
    let tests: Vec<Cond> =
        (0..6000).map(|index| masked(0, Width::W32, index | 0x1_0001, CmpOp::Eq, 0x1_0001)).collect();
    let calls = vec![(0, vec![rule(Cond::Any(tests.into()), Action::Allow)])];
    compile(&meaning(Arch::X86_64, calls, Action::Kill), Supervision::Standalone, &[]).unwrap_err();
}

#[test]
fn one_word_is_loaded_once() {
    let eq = |value| cmp(1, Width::W64, CmpOp::Eq, value);
    let list = Cond::Any((0..9).map(|index| eq(index * 0x10)).collect::<Vec<_>>().into());
    let policy = meaning(Arch::X86_64, vec![(16, vec![rule(list, Action::Allow)])], Action::Kill);
    let program = compiled(&policy);
    assert_eq!(program.iter().filter(|insn| insn.code == op::LD_ABS).count(), 4, "{program:#x?}");
    for index in 0..9 {
        let mut data = call(Arch::X86_64, 16);
        data.args[1] = index * 0x10;
        let run = run(&program, &data);
        assert!(run.returned == ALLOW && run.executed <= 7 + 5 + 1, "{run:?}");
    }
}

#[test]
fn adjacent_values_are_one_range() {
    let any = Cond::Any((3..=9).map(|value| cmp(0, Width::W32, CmpOp::Eq, value)).collect::<Vec<_>>().into());
    let policy = meaning(Arch::X86_64, vec![(0, vec![rule(any, Action::Allow)])], Action::Kill);
    // Architecture, number, the argument and its two bounds, two ends.
    assert_eq!(compiled(&policy).len(), 9);
}

#[test]
fn a_mask_that_must_be_clear_is_one_test() {
    let policy = meaning(
        Arch::X86_64,
        vec![(10, vec![rule(masked(2, Width::W32, 4, CmpOp::Eq, 0), Action::Allow)])],
        Action::Kill,
    );
    let program = compiled(&policy);
    assert_eq!(program.len(), 8);
    assert!(program.iter().any(|insn| insn.code == op::JSET && insn.k == 4));
}

#[test]
fn the_same_test_of_a_word_and_of_its_masked_self_stay_apart() {
    let conds = [masked(0, Width::W32, 6, CmpOp::Eq, 2), cmp(0, Width::W32, CmpOp::Eq, 2)];
    let calls = conds.into_iter().zip(0..).map(|(cond, nr)| (nr, vec![rule(cond, Action::Allow)])).collect();
    let policy = meaning(Arch::X86_64, calls, Action::Kill);
    let program = compiled(&policy);
    for nr in [0, 1] {
        for value in 0..10 {
            let mut data = call(Arch::X86_64, nr);
            data.args[0] = value;
            assert_eq!(run(&program, &data).returned, expected(&policy, Supervision::Standalone, &data, &[]));
        }
    }
}

#[test]
fn nothing_to_decide_is_one_instruction() {
    let policy = meaning(Arch::X86_64, vec![], Action::Kill);
    assert_eq!(compiled(&policy).len(), 1);
}

#[test]
fn a_hot_call_is_decided_first() {
    let policy = allow_list(Arch::X86_64, (0..200).map(|index| index * 2));
    let program = compile(&policy, Supervision::Standalone, &[100]).unwrap().bind(&[]);
    assert_eq!(run(&program, &call(Arch::X86_64, 100)).executed, 5);
    let two = compile(&policy, Supervision::Standalone, &[100, 200]).unwrap().bind(&[]);
    assert!([100, 200].into_iter().all(|nr| run(&two, &call(Arch::X86_64, nr)).executed <= 7));
}

#[test]
fn symbols_are_never_assumed_to_differ() {
    let eq = |symbol| {
        let value = Value::Symbol(SymbolId(symbol));
        Cond::Cmp(Cmp { arg: 0, width: Width::W64, signed: false, mask: None, op: CmpOp::Eq, value })
    };
    let rules = vec![rule(Cond::All(vec![eq(0), eq(1)].into()), Action::Allow)];
    let program =
        compile(&meaning(Arch::X86_64, vec![(0, rules)], Action::Kill), Supervision::Standalone, &[]).unwrap();
    assert_eq!(run(&program.bind(&[0, 0]), &call(Arch::X86_64, 0)).returned, ALLOW);
    assert_ne!(run(&program.bind(&[0, 1]), &call(Arch::X86_64, 0)).returned, ALLOW);
}
