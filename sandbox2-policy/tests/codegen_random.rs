//! Random policies do what they mean, compiled either way, on every architecture, under every supervision.

mod codegen_witness;
mod dice;

use codegen_witness::{OPS, assert_acceptable, call, expected, meaning, rule, run};
use dice::Dice;
use proptest::prelude::*;
use sandbox2_policy::action::{Action, Errno, Supervision};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::compile::{compile, compile_unoptimized};
use sandbox2_policy::meaning::{Cmp, CmpOp, Cond, Meaning, Rule, SymbolId, Value, Width};

const CONSTANTS: [u64; 16] = [
    0,
    1,
    2,
    3,
    4,
    5,
    8,
    0x1000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fffe,
    0xffff_ffff,
    0x1_0000_0000,
    0x1_0000_0003,
    0x7fff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ff9c,
];

const SYMBOLS: u16 = 3;

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => prop::sample::select(&CONSTANTS[..]).prop_map(Value::Known),
        1 => (0..SYMBOLS).prop_map(|symbol| Value::Symbol(SymbolId(symbol))),
    ]
}

fn comparison() -> impl Strategy<Value = Cond> {
    let mask = prop_oneof![3 => Just(None), 1 => value().prop_map(Some)];
    (0..3_u8, any::<bool>(), mask, prop::sample::select(&OPS[..]), value()).prop_map(|(arg, wide, mask, op, value)| {
        // The kernel's prototypes are consistent: one width and sign for each argument.
        let width = if arg == 0 || arg == 1 && wide { Width::W64 } else { Width::W32 };
        // Masks are for equality only.
        let op = if mask.is_some() && op != CmpOp::Ne { CmpOp::Eq } else { op };
        let value = match value {
            Value::Known(number) if width == Width::W32 => Value::Known(number & 0xffff_ffff),
            value => value,
        };
        Cond::Cmp(Cmp { arg, width, signed: arg == 2, mask, op, value })
    })
}

fn cond() -> impl Strategy<Value = Cond> {
    let leaf = prop_oneof![1 => Just(Cond::True), 20 => comparison()];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let list = prop::collection::vec(inner, 0..5);
        prop_oneof![
            3 => list.clone().prop_map(|list| Cond::All(list.into())),
            3 => list.clone().prop_map(|list| Cond::Any(list.into())),
            1 => list.prop_map(|list| Cond::Not(list.into())),
        ]
    })
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => Just(Action::Allow),
        2 => Just(Action::Kill),
        1 => Just(Action::Log),
        1 => prop_oneof![Just(1), Just(38)].prop_map(|errno| Action::Errno(Errno::new(errno).expect("an errno"))),
        1 => Just(Action::Trap(3)),
    ]
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    prop_oneof![
        2 => action().prop_map(|action| vec![rule(Cond::True, action)]),
        1 => prop::collection::vec((cond(), action()).prop_map(|(cond, action)| rule(cond, action)), 1..5),
    ]
}

fn number() -> impl Strategy<Value = u32> {
    prop_oneof![
        8 => 0..24_u32,
        1 => prop::sample::select(vec![281, 322, 0x3fff_ffff, 0x4000_0000, 0x4000_0142, u32::MAX]),
    ]
}

fn policy() -> impl Strategy<Value = Meaning> {
    let calls = prop::collection::btree_map(number(), rules(), 0..16);
    (prop::sample::select(&Arch::ALL[..]), calls, action())
        .prop_map(|(arch, calls, default)| meaning(arch, calls.into_iter().collect(), default))
}

/// A number near one of the constants, in either half.
fn near(dice: &mut Dice, symbols: &[u64]) -> u64 {
    let all: Vec<u64> = CONSTANTS.iter().chain(symbols).copied().collect();
    let base = dice.pick(&all).wrapping_add(dice.pick(&[0, 0, 1, u64::MAX]));
    match dice.below(6) {
        0 => base ^ dice.pick(&[1 << 31, 1 << 32, 1 << 63, 0xffff_ffff << 32]),
        1 => base & 0xffff_ffff | dice.pick(&all) << 32,
        2 => base | dice.pick(&all),
        _ => base,
    }
}

fn numbers(policy: &Meaning) -> Vec<u32> {
    let mut numbers = vec![0, 281, 322, 0x3fff_ffff, 0x4000_0000, 0x4000_0001, u32::MAX];
    for call in policy.calls.iter() {
        numbers.extend([call.nr.wrapping_sub(1), call.nr, call.nr.wrapping_add(1)]);
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Compares both programs with the meaning for so many random arguments of each call.
fn check(policy: &Meaning, hot: &[u32], seed: u64, draws: usize) -> Result<(), TestCaseError> {
    let mut dice = Dice::new(seed);
    for supervision in Supervision::ALL {
        let optimized = compile(policy, supervision, hot).expect("short enough");
        prop_assert_eq!(&optimized, &compile(policy, supervision, hot).expect("short enough"), "not deterministic");
        let straight = compile_unoptimized(policy, supervision).expect("short enough");
        for _ in 0..3 {
            let symbols: Vec<u64> = (0..SYMBOLS).map(|_| near(&mut dice, &[])).collect();
            let programs = [optimized.bind(&symbols), straight.bind(&symbols)];
            programs.iter().for_each(|program| assert_acceptable(program));
            for nr in numbers(policy) {
                let looks = policy.rules(nr).iter().any(|rule| rule.cond != Cond::True);
                for _ in 0..if looks { draws } else { 1 } {
                    let mut data = call(policy.arch, nr);
                    data.args = std::array::from_fn(|_| near(&mut dice, &symbols));
                    if dice.below(40) == 0 {
                        data.arch = dice.pick(&[0, 0x4000_003e, 0xc000_003e, 0xc000_00b7, 0xc000_00f3]);
                    }
                    let wanted = expected(policy, supervision, &data, &symbols);
                    for program in &programs {
                        let run = run(program, &data);
                        prop_assert_eq!(run.returned, wanted, "{:?} {:x?} {:#x?}", data, &symbols, program);
                    }
                    let run = run(&programs[0], &data);
                    prop_assert!(looks || !run.looked_at_arguments, "a plain path loads an argument");
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(400), ..ProptestConfig::default() })]

    #[test]
    fn a_random_policy_does_what_it_means(
        policy in policy(),
        hot in prop::collection::vec(number(), 0..4),
        seed in any::<u64>(),
    ) {
        check(&policy, &hot, seed, 40)?;
    }

    #[test]
    fn a_random_list_of_rules_for_one_call_does_what_it_means(
        rules in prop::collection::vec((cond(), action()).prop_map(|(cond, action)| rule(cond, action)), 1..8),
        default in action(),
        seed in any::<u64>(),
    ) {
        check(&meaning(Arch::X86_64, vec![(9, rules)], default), &[], seed, 40)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(400) / 80, ..ProptestConfig::default() })]

    #[test]
    fn a_long_random_policy_does_what_it_means(
        arch in prop::sample::select(&Arch::ALL[..]),
        calls in prop::collection::btree_map(0..500_u32, rules(), 100..200),
        default in action(),
        seed in any::<u64>(),
    ) {
        check(&meaning(arch, calls.into_iter().collect(), default), &[], seed, 4)?;
    }
}

/// How many cases, unless `PROPTEST_CASES` says otherwise.
fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}
