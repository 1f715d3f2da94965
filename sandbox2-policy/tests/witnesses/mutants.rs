//! A mutation test of the validator: single instructions of emitted programs are changed at random.

use sandbox2_policy::action::Supervision;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::{SeccompData, op};
use sandbox2_policy::interpret::Loaded;
use sandbox2_policy::meaning::Meaning;
use sandbox2_policy::program::{Operand, Program, SymInsn};
use sandbox2_policy::reference::expected_return;
use sandbox2_policy::validate::validate;

use crate::dice::Dice;
use crate::{built, from_environment, generate};

/// How many changes must have changed a verdict and been refused.
const HARMFUL: u64 = 1_000;
/// How many changes are made of one policy's programs.
const EACH: usize = 12;

#[test]
fn a_thousand_changes_that_change_a_verdict_are_all_refused() {
    let wanted = from_environment("SANDBOX2_MUTANTS", HARMFUL);
    let mut dice = Dice::new(from_environment("SANDBOX2_RANDOM_SEED", 2));
    let (mut harmful, mut refused_by_the_kernel, mut harmless, mut refused_anyway) = (0, 0, 0, 0);
    while harmful < wanted {
        let text = generate::policy(&mut dice);
        let Ok(built) = built(&text) else { continue };
        let arch = dice.pick(&Arch::ALL);
        let meaning = built.checked().meaning(arch);
        let program = built.program(arch, dice.pick(&Supervision::ALL)).expect("every program is built");
        let calls = generate::calls(&mut dice, meaning, 40);
        let symbols = [dice.pick(&[0, 1, 3, 0xffff_ffff])];
        for _ in 0..EACH {
            let mutant = mutant(&mut dice, program);
            let accepted = validate(meaning, &mutant).is_ok();
            match changes_a_verdict(meaning, &mutant, &calls, &symbols) {
                Some(Changed::NotLoaded) => {
                    assert!(!accepted, "what the kernel refuses was accepted: {text:?}\n{mutant:?}");
                    refused_by_the_kernel += 1;
                }
                Some(Changed::Call(data)) => {
                    assert!(
                        !accepted,
                        "{data:x?} has another verdict, and the change was accepted: {text:?}\n{mutant:?}"
                    );
                    harmful += 1;
                }
                None if accepted => harmless += 1,
                // It changes what none of the calls shows, or is nothing that a compiler of ours would write.
                None => refused_anyway += 1,
            }
        }
    }
    println!(
        "{harmful} changes of a verdict, all refused; {refused_by_the_kernel} that the kernel refuses, too; {harmless} accepted, \
         and harmless; {refused_anyway} refused although no call showed why"
    );
}

/// What a change does.
enum Changed {
    /// The kernel would not take the program.
    NotLoaded,
    /// This call has another verdict.
    Call(SeccompData),
}

fn changes_a_verdict(meaning: &Meaning, program: &Program, calls: &[SeccompData], symbols: &[u64]) -> Option<Changed> {
    let Ok(loaded) = Loaded::load(&program.bind(symbols)) else { return Some(Changed::NotLoaded) };
    let differs =
        |data: &&SeccompData| loaded.run(data) != expected_return(meaning, program.supervision, data, symbols);
    calls.iter().find(differs).copied().map(Changed::Call)
}

/// The program with one instruction changed.
fn mutant(dice: &mut Dice, program: &Program) -> Program {
    let mut mutant = program.clone();
    let at = dice.below(mutant.insns.len());
    let insn = &mut mutant.insns[at];
    let before = *insn;
    while *insn == before {
        match dice.below(4) {
            0 => insn.code = dice.pick(&[op::JEQ, op::JGT, op::JGE, op::JSET, op::LD_ABS, op::AND, op::XOR, op::RET]),
            1 => insn.jt = changed(dice, insn.jt.into()) as u8,
            2 => insn.jf = changed(dice, insn.jf.into()) as u8,
            _ => insn.k = operand(dice, insn),
        }
    }
    mutant
}

fn operand(dice: &mut Dice, insn: &SymInsn) -> Operand {
    match insn.k {
        Operand::Known(k) => Operand::Known(changed(dice, k)),
        Operand::Symbol { symbol, high, xor } if dice.one_in(2) => Operand::Symbol { symbol, high: !high, xor },
        Operand::Symbol { symbol, high, xor } => Operand::Symbol { symbol, high, xor: changed(dice, xor) },
    }
}

/// One more or less, or another bit, or two.
fn changed(dice: &mut Dice, number: u32) -> u32 {
    match dice.below(4) {
        0 => number.wrapping_add(1),
        1 => number.wrapping_sub(1),
        2 => number ^ 1 << dice.below(32),
        _ => number ^ 1 << dice.below(8) ^ 1 << dice.below(8),
    }
}
