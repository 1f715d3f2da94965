//! The validator passes what is right, shows what is wrong, and is not to be fooled by any small change.

mod dice;
mod support;

use std::borrow::Cow;
use std::time::Instant;

use dice::Dice;
use sandbox2_policy::insn::{SeccompData, offset, op, ret};
use sandbox2_policy::interpret::Loaded;
use sandbox2_policy::meaning::{CmpOp, Cond, Meaning, SymbolId, Value, Width};
use sandbox2_policy::program::{Operand, Program, SymInsn};
use sandbox2_policy::reference::{execveat, expected_return};
use sandbox2_policy::validate::{Doubt, Refutation, validate};
use sandbox2_policy::{Action, Arch, Errno, Supervision};
use support::*;

const OPS: [CmpOp; 6] = [CmpOp::Eq, CmpOp::Ne, CmpOp::Lt, CmpOp::Le, CmpOp::Gt, CmpOp::Ge];

/// Calls at which this policy or its program may change its mind.
fn inputs(meaning: &Meaning, dice: &mut Dice, arguments: usize) -> Vec<SeccompData> {
    let mut all = Vec::new();
    let exec = execveat(meaning.arch);
    let mut numbers = vec![0, 5, exec, exec + 1, 0x3fff_ffff, 0x4000_0000, 0x4000_0001, u32::MAX];
    numbers.extend(meaning.calls.iter().flat_map(|call| [call.nr.wrapping_sub(1), call.nr, call.nr + 1]));
    for nr in numbers {
        let tries = if meaning.rules(nr).is_empty() { 1 } else { arguments };
        for _ in 0..tries {
            let mut args = [0; 6];
            for arg in &mut args {
                *arg = if dice.below(3) == 0 { dice.roll() % 5 } else { boundary(dice) };
            }
            all.push(SeccompData { nr, arch: meaning.arch.audit(), instruction_pointer: dice.roll(), args });
        }
        all.push(SeccompData { nr, arch: meaning.arch.audit() ^ 1, ..SeccompData::default() });
    }
    all
}

fn symbol_values(dice: &mut Dice) -> Vec<Vec<u64>> {
    let mut all = vec![vec![0, 0], vec![1, 2], vec![u64::MAX, 1 << 63]];
    all.extend((0..3).map(|_| vec![boundary(dice), boundary(dice)]));
    all
}

/// An input on which the program errs.
fn error_on(meaning: &Meaning, program: &Program, inputs: &[SeccompData], symbols: &[Vec<u64>]) -> Option<String> {
    for symbols in symbols {
        let Ok(loaded) = Loaded::load(&program.bind(symbols)) else {
            return Some("not loaded".to_owned());
        };
        for data in inputs {
            let expected = expected_return(meaning, program.supervision, data, symbols);
            if loaded.run(data) != expected {
                return Some(format!("{data:x?} {symbols:x?}"));
            }
        }
    }
    None
}

fn check_refutation(meaning: &Meaning, program: &Program, refutation: &Refutation) {
    assert!(!refutation.to_string().is_empty());
    if let Refutation::Wrong(example) = refutation {
        let loaded = Loaded::load(&program.bind(&example.symbols)).expect("a counterexample runs");
        assert_eq!(loaded.run(&example.data), example.returned);
        let expected = expected_return(meaning, program.supervision, &example.data, &example.symbols);
        assert_eq!(expected, example.expected);
        assert_ne!(example.expected, example.returned);
    }
}

#[test]
fn each_comparison_compiled_naively_is_proved() {
    let mut proved = 0;
    let values = HALVES.iter().flat_map(|high| HALVES.map(|low| Value::Known(u64::from(*high) << 32 | u64::from(low))));
    for value in values.chain([S]) {
        for width in [Width::W32, Width::W64] {
            if matches!(value, Value::Known(v) if v >> 32 != 0 && width == Width::W32) {
                continue;
            }
            for (op, signed) in OPS.into_iter().flat_map(|op| [(op, false), (op, true)]) {
                let mut one = cmp(1, width, op, value);
                one.signed = signed;
                let meaning =
                    meaning(Arch::X86_64, Action::Kill, vec![call(1, vec![rule(Cond::Cmp(one), Action::Allow)])]);
                let program = compile(&meaning, Supervision::Standalone);
                assert_eq!(validate(&meaning, &program), Ok(()), "{one:?}");
                proved += 1;
            }
        }
    }
    assert_eq!(proved, (6 + 36 + 2) * 12);
}

#[test]
fn each_mask_compiled_naively_is_proved() {
    let numbers = [0, 1, 0xffff_0000_0000_000f, u64::MAX].map(Value::Known);
    for mask in numbers.into_iter().chain([S, T]) {
        for value in numbers.into_iter().chain([S]) {
            for (width, op) in [Width::W32, Width::W64].into_iter().flat_map(|w| [(w, CmpOp::Eq), (w, CmpOp::Ne)]) {
                let fit = |value| match (value, width) {
                    (Value::Known(number), Width::W32) => Value::Known(number & 0xffff_ffff),
                    _ => value,
                };
                let mut one = cmp(1, width, op, fit(value));
                one.mask = Some(fit(mask));
                let meaning =
                    meaning(Arch::Riscv64, Action::Kill, vec![call(1, vec![rule(Cond::Cmp(one), Action::Allow)])]);
                let program = compile(&meaning, Supervision::Traced);
                assert_eq!(validate(&meaning, &program), Ok(()), "{one:?}");
            }
        }
    }
}

#[test]
fn random_policies_compiled_naively_are_proved_and_agree_with_the_reference() {
    let mut dice = Dice::new(42);
    for _ in 0..400 {
        let meaning = random_meaning(&mut dice, true);
        let program = compile(&meaning, dice.pick(&Supervision::ALL));
        if let Err(refutation) = validate(&meaning, &program) {
            panic!("{refutation}\n{meaning:?}\n{program:?}");
        }
        let (inputs, symbols) = (inputs(&meaning, &mut dice, 20), symbol_values(&mut dice));
        assert_eq!(error_on(&meaning, &program, &inputs, &symbols), None, "{meaning:?}");
    }
}

#[test]
fn no_mutated_program_passes_that_errs_on_any_input() {
    let mut dice = Dice::new(7);
    let (mut passed, mut wrong, mut rejected, mut strange, mut undecided, mut harmless) = (0, 0, 0, 0, 0, 0);
    for round in 0..14 {
        let meaning = random_meaning(&mut dice, round % 2 == 0);
        let program = compile(&meaning, Supervision::ALL[round % 3]);
        assert_eq!(validate(&meaning, &program), Ok(()));
        let (inputs, symbols) = (inputs(&meaning, &mut dice, 10), symbol_values(&mut dice));
        for at in 0..program.insns.len() {
            for mutant in mutations(program.insns[at]) {
                let mut mutated = program.clone();
                mutated.insns[at] = mutant;
                match validate(&meaning, &mutated) {
                    Ok(()) => {
                        passed += 1;
                        let error = error_on(&meaning, &mutated, &inputs, &symbols);
                        assert_eq!(error, None, "{at}: {mutant:?} in {meaning:?}\n{program:?}");
                    }
                    Err(refutation) => {
                        check_refutation(&meaning, &mutated, &refutation);
                        match refutation {
                            Refutation::Wrong(_) => wrong += 1,
                            Refutation::Rejected(_) => rejected += 1,
                            Refutation::Undecided { doubt: Doubt::Instruction { .. }, .. } => strange += 1,
                            _ => {
                                undecided += 1;
                                harmless += usize::from(error_on(&meaning, &mutated, &inputs, &symbols).is_none());
                            }
                        }
                    }
                }
            }
        }
    }
    println!(
        "passed {passed}, wrong {wrong}, rejected {rejected}, not understood {strange}, undecided {undecided} of them harmless {harmless}"
    );
    assert!(passed > 100 && wrong > 5_000 && rejected > 1000, "the mutations are not worth their name");
    assert!(undecided * 50 < wrong, "too much is left undecided");
}

/// A policy that distinguishes one argument, for programs written by hand.
fn small() -> Meaning {
    let odd = cmp(0, Width::W32, CmpOp::Eq, Value::Known(7));
    meaning(Arch::Aarch64, Action::Errno(Errno::ENOSYS), vec![call(4, vec![rule(Cond::Cmp(odd), Action::Allow)])])
}

fn by_hand(meaning: &Meaning, body: impl FnOnce(&mut Asm)) -> Result<(), Refutation> {
    let mut asm = Asm::default();
    asm.ld(offset::ARCH);
    asm.jeq(meaning.arch.audit(), "native", "");
    asm.ret(ret::KILL_PROCESS);
    asm.label("native");
    body(&mut asm);
    validate(meaning, &Program { arch: meaning.arch, supervision: Supervision::Standalone, insns: asm.finish() })
}

#[test]
fn it_follows_what_a_clever_compiler_may_do() {
    let nosys = ret::ERRNO | 38;
    // The argument before the number.
    let early = by_hand(&small(), |asm| {
        asm.ld(offset::arg_low(0));
        asm.jeq(7, "", "no");
        asm.ld(offset::NR);
        asm.jeq(4, "", "no");
        asm.ret(ret::ALLOW);
        asm.label("no");
        asm.ret(nosys);
    });
    assert_eq!(early, Ok(()));
    // Bit by bit, and by ranges, and with flipped and set bits.
    let odd = by_hand(&small(), |asm| {
        asm.ld(offset::NR);
        asm.stmt(op::XOR, Operand::Known(4));
        asm.jeq(0, "", "no");
        asm.ld(offset::arg_low(0));
        asm.stmt(0x44, Operand::Known(2));
        asm.jeq(7, "", "no");
        asm.ld(offset::arg_low(0));
        asm.jump(op::JSET, Operand::Known(2), "", "no");
        asm.jump(op::JGT, Operand::Known(7), "no", "");
        asm.ret(ret::ALLOW);
        asm.label("no");
        asm.ret(nosys);
    });
    assert_eq!(odd, Ok(()));
    // The instruction pointer does not matter after all.
    let pointer = by_hand(&small(), |asm| {
        asm.ld(offset::INSTRUCTION_POINTER);
        asm.jump(op::JSET, Operand::Known(1), "", "even");
        asm.ld(offset::NR);
        asm.jeq(4, "four", "no");
        asm.label("even");
        asm.ld(offset::NR);
        asm.jeq(4, "", "no");
        asm.label("four");
        asm.ld(offset::arg_low(0));
        asm.jeq(7, "", "no");
        asm.ret(ret::ALLOW);
        asm.label("no");
        asm.ret(nosys);
    });
    assert_eq!(pointer, Ok(()));
}

#[test]
fn it_shows_a_dependence_on_the_instruction_pointer() {
    let result = by_hand(&small(), |asm| {
        asm.ld(offset::INSTRUCTION_POINTER + 4);
        asm.jeq(0xdead_beef, "", "no");
        asm.ret(ret::ALLOW);
        asm.label("no");
        asm.ret(ret::ERRNO | 38);
    });
    match result {
        Err(Refutation::Wrong(example)) => assert!(example.to_string().contains("0xdeadbeef00000000"), "{example}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_comparison_of_half_an_argument_is_shown() {
    // The mistake of CVE-2019-9893's kin: the upper half is forgotten.
    let wide = cmp(2, Width::W64, CmpOp::Eq, Value::Known(7));
    let meaning = meaning(Arch::Aarch64, Action::Kill, vec![call(4, vec![rule(Cond::Cmp(wide), Action::Allow)])]);
    let result = by_hand(&meaning, |asm| {
        asm.ld(offset::NR);
        asm.jeq(4, "", "no");
        asm.ld(offset::arg_low(2));
        asm.jeq(7, "", "no");
        asm.ret(ret::ALLOW);
        asm.label("no");
        asm.ret(ret::KILL_PROCESS);
    });
    match result {
        Err(Refutation::Wrong(example)) => {
            assert_eq!(example.data.args[2] & 0xffff_ffff, 7);
            assert_ne!(example.data.args[2] >> 32, 0);
            assert_eq!((example.expected, example.returned), (ret::KILL_PROCESS, ret::ALLOW));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_order_with_a_constant_that_confuses_sign_is_shown() {
    let mut signed = cmp(0, Width::W32, CmpOp::Lt, S);
    signed.signed = true;
    let wanted = meaning(Arch::X86_64, Action::Kill, vec![call(4, vec![rule(Cond::Cmp(signed), Action::Allow)])]);
    signed.signed = false;
    let other = meaning(Arch::X86_64, Action::Kill, vec![call(4, vec![rule(Cond::Cmp(signed), Action::Allow)])]);
    let result = validate(&wanted, &compile(&other, Supervision::Standalone));
    assert!(matches!(result, Err(Refutation::Wrong(_))), "{result:?}");
}

#[test]
fn what_it_does_not_understand_never_passes() {
    let nosys = ret::ERRNO | 38;
    let finish = |asm: &mut Asm| {
        asm.jeq(4, "", "no");
        asm.ld(offset::arg_low(0));
        asm.jeq(7, "", "no");
        asm.ret(ret::ALLOW);
        asm.label("no");
        asm.ret(nosys);
    };
    // Right, but arithmetic.
    let addition = by_hand(&small(), |asm| {
        asm.ld(offset::NR);
        asm.stmt(0x04, Operand::Known(0));
        finish(asm);
    });
    assert!(matches!(addition, Err(Refutation::Undecided { doubt: Doubt::Instruction { at: 4 }, .. })), "{addition:?}");
    // A number compared with a Rust constant.
    let number = by_hand(&small(), |asm| {
        asm.ld(offset::NR);
        asm.jump(op::JEQ, Operand::Symbol { symbol: SymbolId(0), high: false, xor: 0 }, "", "");
        finish(asm);
    });
    assert_eq!(number, Ok(()), "a test without consequence");
    let constant = by_hand(&small(), |asm| {
        asm.ld(offset::NR);
        asm.jump(op::JEQ, Operand::Symbol { symbol: SymbolId(0), high: false, xor: 0 }, "no", "");
        finish(asm);
    });
    assert!(constant.is_err());
    // A Rust constant where the program's shape would depend on it.
    for code in [op::RET, op::LD_ABS, op::JA] {
        let shape = by_hand(&small(), |asm| {
            asm.stmt(code, Operand::Symbol { symbol: SymbolId(0), high: false, xor: 0 });
            asm.ret(nosys);
        });
        match (code, shape) {
            // The tests' assembler resolves the jump itself.
            (op::JA, _) => {}
            (_, Err(Refutation::Undecided { doubt: Doubt::Instruction { .. }, .. })) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_program_for_something_else_is_refused() {
    let meaning = small();
    let program = compile(&meaning, Supervision::Standalone);
    let elsewhere = Program { arch: Arch::X86_64, ..program.clone() };
    assert!(matches!(validate(&meaning, &elsewhere), Err(Refutation::Undecided { doubt: Doubt::Architecture, .. })));
    for supervision in [Supervision::Supervised, Supervision::Traced] {
        let other = Program { supervision, ..program.clone() };
        assert!(matches!(validate(&meaning, &other), Err(Refutation::Wrong(_))));
    }
    let empty = Program { insns: Vec::new(), ..program };
    assert!(matches!(validate(&meaning, &empty), Err(Refutation::Rejected(_))));
}

#[test]
fn a_meaning_out_of_order_is_refused() {
    let allow = || vec![rule(Cond::True, Action::Allow)];
    let mut meaning = meaning(Arch::X86_64, Action::Kill, vec![call(1, allow()), call(2, allow())]);
    let program = compile(&meaning, Supervision::Standalone);
    assert_eq!(validate(&meaning, &program), Ok(()));
    meaning.calls = Cow::Owned(vec![call(2, allow()), call(1, allow())]);
    assert!(matches!(validate(&meaning, &program), Err(Refutation::Undecided { doubt: Doubt::Meaning, .. })));
}

#[test]
fn a_program_that_distinguishes_too_much_is_refused_in_time() {
    // Every odd number is looked at.
    let meaning = meaning(Arch::Aarch64, Action::Kill, vec![call(4, vec![rule(Cond::True, Action::Allow)])]);
    let result = by_hand(&meaning, |asm| {
        asm.ld(offset::NR);
        asm.jump(op::JSET, Operand::Known(1), "odd", "");
        asm.jeq(4, "", "odd");
        asm.ret(ret::ALLOW);
        asm.label("odd");
        asm.ret(ret::KILL_PROCESS);
    });
    assert!(matches!(result, Err(Refutation::Undecided { doubt: Doubt::TooComplex, .. })), "{result:?}");
}

/// An allow-list as ranges in a balanced tree, with long jumps.
fn tree(asm: &mut Asm, ranges: &[(u32, u32)]) {
    match ranges {
        [] => {}
        [(_, value)] => asm.ret(*value),
        _ => {
            let (left, right) = ranges.split_at(ranges.len() / 2);
            let (far, near) = (asm.fresh(), asm.fresh());
            asm.jump(op::JGE, Operand::Known(right[0].0), "", &near);
            asm.ja(&far);
            asm.label(&near);
            tree(asm, left);
            asm.label(&far);
            tree(asm, right);
        }
    }
}

/// Prints how long proofs take, for the record; that they succeed is what is tested.
#[test]
fn large_policies_are_proved() {
    let numbers: Vec<u32> = (0..400).filter(|nr| nr % 4 != 3).collect();
    assert_eq!(numbers.len(), 300);
    let (mut by_tree, mut by_chain) = (0, 0);
    for (arch, supervision) in Arch::ALL.into_iter().flat_map(|arch| Supervision::ALL.map(|s| (arch, s))) {
        let calls = numbers.iter().map(|nr| call(*nr, vec![rule(Cond::True, Action::Allow)])).collect();
        let meaning = meaning(arch, Action::Kill, calls);
        let chain = compile(&meaning, supervision);
        let value = |nr| {
            let data = SeccompData { nr, arch: arch.audit(), ..SeccompData::default() };
            expected_return(&meaning, supervision, &data, &[])
        };
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for nr in 0..500 {
            if ranges.last().is_none_or(|(_, last)| *last != value(nr)) {
                ranges.push((nr, value(nr)));
            }
        }
        let mut asm = Asm::default();
        asm.ld(offset::ARCH);
        asm.jeq(arch.audit(), "native", "");
        asm.ret(value(499));
        asm.label("native");
        asm.ld(offset::NR);
        tree(&mut asm, &ranges);
        let tree = Program { arch, supervision, insns: asm.finish() };
        let start = Instant::now();
        assert_eq!(validate(&meaning, &tree), Ok(()));
        by_tree += start.elapsed().as_micros();
        let start = Instant::now();
        assert_eq!(validate(&meaning, &chain), Ok(()));
        by_chain += start.elapsed().as_micros();
    }
    println!("300 calls, 3 architectures, 3 supervisions: tree {by_tree} us, chain {by_chain} us");
}

#[test]
fn policies_with_many_argument_rules_are_proved() {
    let mut dice = Dice::new(99);
    let mut spent = 0;
    for (arch, supervision) in Arch::ALL.into_iter().flat_map(|arch| Supervision::ALL.map(|s| (arch, s))) {
        let calls = (0..10_u32)
            .map(|nr| {
                let some = |op, width, value| Cond::Cmp(cmp((nr % 6) as u8, width, op, value));
                let both = Cond::All(Cow::Owned(vec![
                    some(CmpOp::Eq, Width::W32, Value::Known(u64::from(nr))),
                    Cond::Cmp(cmp(((nr + 1) % 6) as u8, Width::W64, CmpOp::Le, Value::Known(0x1_0000_0000))),
                ]));
                let list = (0..6).map(|_| some(CmpOp::Eq, Width::W32, Value::Known(dice.roll() & 0xffff))).collect();
                let rules = [
                    rule(both, Action::Allow),
                    rule(Cond::Any(Cow::Owned(list)), Action::Log),
                    rule(some(CmpOp::Lt, Width::W64, S), Action::Trap(1)),
                ];
                call(nr, rules[..2 + nr as usize % 2].to_vec())
            })
            .collect();
        let meaning = meaning(arch, Action::Kill, calls);
        let program = compile(&meaning, supervision);
        let start = Instant::now();
        assert_eq!(validate(&meaning, &program), Ok(()));
        spent += start.elapsed().as_micros();
    }
    println!("25 argument rules, 3 architectures, 3 supervisions: {spent} us");
}

#[test]
fn a_list_of_many_constants_is_proved() {
    for value in [|n: u16| Value::Symbol(SymbolId(n)), |n: u16| Value::Known(u64::from(n) * 0x0001_0003)] {
        let list = (0..60).map(|n| Cond::Cmp(cmp(1, Width::W32, CmpOp::Eq, value(n)))).collect();
        let meaning =
            meaning(Arch::X86_64, Action::Kill, vec![call(16, vec![rule(Cond::Any(Cow::Owned(list)), Action::Allow)])]);
        let start = Instant::now();
        assert_eq!(validate(&meaning, &compile(&meaning, Supervision::Standalone)), Ok(()));
        println!("60 values: {} us", start.elapsed().as_micros());
    }
}

#[test]
fn a_single_wrong_bit_among_many_is_found() {
    // The last resort of a proof: one input in 2^96.
    let point = |arg: u8, value| Cond::Cmp(cmp(arg, Width::W64, CmpOp::Eq, Value::Known(value)));
    let both = Cond::All(Cow::Owned(vec![point(0, 0x0123_4567_89ab_cdef), point(3, 0xfedc_ba98)]));
    let wanted = meaning(Arch::X86_64, Action::Allow, vec![call(9, vec![rule(both, Action::Kill)])]);
    let mut program = compile(&wanted, Supervision::Standalone);
    assert_eq!(validate(&wanted, &program), Ok(()));
    let index = program.insns.iter().position(|i| i.k == Operand::Known(0xfedc_ba98)).expect("the test");
    program.insns[index] = SymInsn { k: Operand::Known(0xfedc_ba9a), ..program.insns[index] };
    let result = validate(&wanted, &program);
    match &result {
        Err(Refutation::Wrong(example)) => assert_eq!(example.data.args[0], 0x0123_4567_89ab_cdef),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_deny_list_that_forgets_x32_or_the_architecture_is_shown() {
    let wanted = meaning(Arch::X86_64, Action::Allow, vec![call(101, vec![rule(Cond::True, Action::Kill)])]);
    let compiled = |guard_arch: bool, guard_x32: bool| {
        let mut asm = Asm::default();
        if guard_arch {
            asm.ld(offset::ARCH);
            asm.jeq(Arch::X86_64.audit(), "", "kill");
        }
        asm.ld(offset::NR);
        if guard_x32 {
            asm.jump(op::JSET, Operand::Known(0xc000_0000), "kill", "");
        }
        asm.jeq(101, "kill", "");
        asm.ret(ret::ALLOW);
        asm.label("kill");
        asm.ret(ret::KILL_PROCESS);
        validate(&wanted, &Program { arch: wanted.arch, supervision: Supervision::Standalone, insns: asm.finish() })
    };
    assert_eq!(compiled(true, true), Ok(()));
    match compiled(true, false) {
        Err(Refutation::Wrong(example)) => assert!(example.data.nr >= 0x4000_0000),
        other => panic!("{other:?}"),
    }
    match compiled(false, true) {
        Err(Refutation::Wrong(example)) => assert_ne!(example.data.arch, Arch::X86_64.audit()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn all_taken_for_any_is_shown() {
    // CVE-2017-18367: conditions of one rule joined with OR.
    let both = vec![
        Cond::Cmp(cmp(0, Width::W32, CmpOp::Eq, Value::Known(1))),
        Cond::Cmp(cmp(1, Width::W64, CmpOp::Le, Value::Known(8))),
    ];
    let policy = |cond| meaning(Arch::X86_64, Action::Kill, vec![call(1, vec![rule(cond, Action::Allow)])]);
    let (all, any) = (policy(Cond::All(Cow::Owned(both.clone()))), policy(Cond::Any(Cow::Owned(both))));
    for (wanted, other) in [(&all, &any), (&any, &all)] {
        let result = validate(wanted, &compile(other, Supervision::Standalone));
        assert!(matches!(result, Err(Refutation::Wrong(_))), "{result:?}");
    }
}

#[test]
fn rules_in_the_wrong_order_are_shown() {
    let rules = |first: Action, second: Action| {
        let small = Cond::Cmp(cmp(0, Width::W64, CmpOp::Lt, Value::Known(100)));
        let seven = Cond::Cmp(cmp(0, Width::W64, CmpOp::Eq, Value::Known(7)));
        let pair = if first == Action::Allow { [small, seven] } else { [seven, small] };
        let [a, b] = pair;
        meaning(Arch::X86_64, Action::Kill, vec![call(1, vec![rule(a, first), rule(b, second)])])
    };
    let (one, other) = (rules(Action::Allow, Action::Log), rules(Action::Log, Action::Allow));
    match validate(&one, &compile(&other, Supervision::Standalone)) {
        Err(Refutation::Wrong(example)) => {
            assert_eq!(example.data.args[0], 7);
            let text = example.to_string();
            assert!(text.starts_with("the program returns LOG where the policy says ALLOW, for nr 1"), "{text}");
        }
        other => panic!("{other:?}"),
    }
}
