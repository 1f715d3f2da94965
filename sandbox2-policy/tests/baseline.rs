//! Numbers newer than a policy's baseline, and NOTIFY: every witness agrees on them, and the validator sees every difference.

mod dice;

use std::borrow::Cow;

use dice::Dice;
use sandbox2_policy::action::{Action, Errno, Supervision};
use sandbox2_policy::arch::{Arch, X32_SYSCALL_BIT};
use sandbox2_policy::compile::{compile, compile_unoptimized};
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::interpret::Loaded;
use sandbox2_policy::meaning::{CallRules, Cmp, CmpOp, Cond, Meaning, OriginId, Rule, Value, Width};
use sandbox2_policy::pipeline;
use sandbox2_policy::problem::Problems;
use sandbox2_policy::reference::{evaluate, expected_return};
use sandbox2_policy::syntax::parse;
use sandbox2_policy::tables;
use sandbox2_policy::validate::validate;

const ACTIONS: [Action; 5] = [Action::Allow, Action::Kill, Action::Notify, Action::Log, Action::Errno(Errno::ENOSYS)];

fn random(dice: &mut Dice) -> Meaning {
    let arch = Arch::ALL[dice.below(3)];
    let end = if arch == Arch::X86_64 { X32_SYSCALL_BIT - 1 } else { u32::MAX };
    let action = |dice: &mut Dice| ACTIONS[dice.below(5)];
    let (mut calls, mut newer) = (Vec::new(), Vec::new());
    for nr in 0..40 {
        if dice.below(3) == 0 {
            let cmp =
                Cmp { arg: 1, width: Width::W32, signed: false, mask: None, op: CmpOp::Eq, value: Value::Known(3) };
            let cond = if dice.below(2) == 0 { Cond::True } else { Cond::Cmp(cmp) };
            let rules = vec![Rule { cond, action: action(dice), origin: OriginId(0) }];
            calls.push(CallRules { nr, rules: rules.into() });
        }
    }
    let mut next = dice.below(6) as u32;
    while next < 40 {
        let last = next + dice.below(5) as u32;
        newer.push((next, last));
        next = last + 1 + dice.below(6) as u32;
    }
    if dice.below(2) == 0 {
        newer.push((next, end));
    }
    Meaning { arch, calls: calls.into(), newer: newer.into(), default: action(dice) }
}

/// Every change of one bound by one, and every range left out.
fn neighbours(meaning: &Meaning) -> Vec<Meaning> {
    let mut all = Vec::new();
    for index in 0..meaning.newer.len() {
        let mut change = |newer: Vec<(u32, u32)>| {
            let ordered = newer.iter().all(|range| range.0 <= range.1);
            if ordered && newer.windows(2).all(|pair| pair[0].1 < pair[1].0) {
                all.push(Meaning { newer: Cow::Owned(newer), ..meaning.clone() });
            }
        };
        let (first, last) = meaning.newer[index];
        for range in [
            (first + 1, last),
            (first.saturating_sub(1), last),
            (first, last.wrapping_add(1)),
            (first, last.wrapping_sub(1)),
        ] {
            let mut newer = meaning.newer.to_vec();
            newer[index] = range;
            change(newer);
        }
        let mut newer = meaning.newer.to_vec();
        newer.remove(index);
        change(newer);
    }
    all
}

fn probes(meaning: &Meaning) -> Vec<SeccompData> {
    let numbers = (0..60).chain([X32_SYSCALL_BIT - 1, X32_SYSCALL_BIT, u32::MAX - 1, u32::MAX, 281, 322]);
    let arch = meaning.arch.audit();
    let data = |nr, arg| SeccompData { nr, arch, instruction_pointer: 0, args: [0, arg, 0, 0, 0, 0] };
    numbers.flat_map(|nr| [data(nr, 3), data(nr, 4)]).collect()
}

#[test]
fn all_witnesses_agree_and_every_difference_is_refuted() {
    let mut dice = Dice::new(0x0b5e_11e5);
    let (mut refuted, mut same) = (0, 0);
    for _ in 0..150 {
        let meaning = random(&mut dice);
        let probes = probes(&meaning);
        for supervision in Supervision::ALL {
            let expected: Vec<u32> =
                probes.iter().map(|data| expected_return(&meaning, supervision, data, &[])).collect();
            let optimised = compile(&meaning, supervision, &[]).expect("short");
            let plain = compile_unoptimized(&meaning, supervision).expect("short");
            for program in [&optimised, &plain] {
                validate(&meaning, program).unwrap_or_else(|refutation| panic!("{refutation}: {meaning:?}"));
                let loaded = Loaded::load(&program.bind(&[])).expect("the kernel takes it");
                for (data, expected) in probes.iter().zip(&expected) {
                    assert_eq!(loaded.run(data), *expected, "{data:?} {meaning:?}");
                }
            }
            for other in neighbours(&meaning) {
                let differs = probes
                    .iter()
                    .zip(&expected)
                    .any(|(data, one)| expected_return(&other, supervision, data, &[]) != *one);
                assert_eq!(validate(&other, &optimised).is_err(), differs, "{:?} {meaning:?}", other.newer);
                if differs { refuted += 1 } else { same += 1 }
            }
        }
    }
    assert!(refuted > 1_000 && same > 100, "{refuted} {same}");
}

#[test]
fn a_baseline_answers_what_is_newer_and_nothing_else() {
    let text = "baseline linux(5.10); ALLOW read; default ERRNO(EPERM); ALLOW landlock_create_ruleset if size == 8;";
    let parsed = parse(text.parse().expect("tokens"));
    let mut problems = Problems::default();
    let built = pipeline::build(&parsed.def, &mut problems).expect("no mistake");
    let eperm = Action::Errno(Errno::new(1).expect("EPERM"));
    let nosys = Action::Errno(Errno::ENOSYS);
    for arch in Arch::ALL {
        let meaning = built.checked().meaning(arch);
        let action = |nr, args| {
            evaluate(meaning, &SeccompData { nr, arch: arch.audit(), args, ..SeccompData::default() }, &[]).action
        };
        for syscall in tables::syscalls() {
            let Some(nr) = syscall.number(arch) else { continue };
            let newer = syscall.since_version().is_some_and(|since| since > (5, 10));
            let expected = match syscall.name {
                "read" => Action::Allow,
                "clone3" => nosys,
                _ if newer => nosys,
                _ => eperm,
            };
            assert_eq!(action(nr, [0; 6]), expected, "{} on {}", syscall.name, arch.name());
        }
        for nr in [tables::last_number() + 1, 600, 4000, 0x3fff_ffff] {
            assert_eq!(action(nr, [0; 6]), nosys);
        }
        let landlock = tables::syscall("landlock_create_ruleset").and_then(|call| call.number(arch)).expect("a number");
        assert_eq!(action(landlock, [0, 8, 0, 0, 0, 0]), Action::Allow);
    }
}

/// What users met when libc asked for a call that their filter did not know: clone3 (5.3), close_range (5.9), fchmodat2 (6.6),
/// mseal (6.10) must look as on the older kernel, for libc to fall back.
#[test]
fn calls_that_broke_programs_give_enosys_under_an_older_baseline() {
    for (name, baseline) in [
        ("clone3", "5.2"),
        ("close_range", "5.8"),
        ("openat2", "5.5"),
        ("fchmodat2", "6.5"),
        ("mseal", "6.9"),
        ("rseq", "4.17"),
    ] {
        let parsed = parse(format!("baseline linux({baseline}); default KILL;").parse().expect("tokens"));
        let built = pipeline::build(&parsed.def, &mut Problems::default()).expect("no mistake");
        let nr = tables::syscall(name).and_then(|call| call.number(Arch::X86_64)).expect("a number");
        let data = SeccompData { nr, arch: Arch::X86_64.audit(), ..SeccompData::default() };
        let action = evaluate(built.checked().meaning(Arch::X86_64), &data, &[]).action;
        assert_eq!(action, Action::Errno(Errno::ENOSYS), "{name}");
    }
}
