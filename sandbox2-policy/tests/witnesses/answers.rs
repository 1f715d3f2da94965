//! What is said of all calls of a pattern holds for each of them.

use sandbox2_policy::arch::Arch;
use sandbox2_policy::compare::{answers, substitute};
use sandbox2_policy::meaning::{CallRules, Rule};
use sandbox2_policy::reference::{evaluate, holds};

use crate::dice::Dice;
use crate::{built, from_environment, generate};

#[test]
fn every_call_of_a_pattern_has_one_of_its_answers_and_every_answer_a_call() {
    let wanted = from_environment("SANDBOX2_RANDOM_POLICIES", 80);
    let mut dice = Dice::new(from_environment("SANDBOX2_RANDOM_SEED", 4));
    let (mut tried, mut calls, mut several) = (0, 0, 0);
    while tried < wanted {
        let (Ok(policy), Ok(other)) = (built(&generate::policy(&mut dice)), built(&generate::policy(&mut dice))) else {
            continue;
        };
        tried += 1;
        let arch = dice.pick(&Arch::ALL);
        let symbols = [dice.pick(&[0, 1, 3, 0xffff_ffff])];
        let policy = substitute(policy.checked().meaning(arch), &symbols);
        // Rules of another policy, for the same calls as far as there are such.
        let pattern = substitute(other.checked().meaning(arch), &symbols);
        let told = answers(&policy, &pattern).expect("it can be decided");
        for answer in &told {
            let data = &answer.witness;
            assert_eq!(evaluate(&policy, data, &[]), answer.decision, "{data:x?} {policy:?}");
            assert!(matches(&pattern.calls, data.nr, &data.args), "{data:x?} {pattern:?}");
        }
        let tries = [generate::calls(&mut dice, &policy, 30), generate::calls(&mut dice, &pattern, 30)].concat();
        for data in
            tries.iter().filter(|data| data.arch == arch.audit() && matches(&pattern.calls, data.nr, &data.args))
        {
            let decision = evaluate(&policy, data, &[]);
            let of_call = |answer: &&sandbox2_policy::compare::Answer| answer.witness.nr == data.nr;
            assert!(
                told.iter().filter(of_call).any(|answer| answer.decision == decision),
                "{data:x?} {decision:?} {told:?}"
            );
            several += usize::from(told.iter().filter(of_call).count() > 1);
            calls += 1;
        }
    }
    println!("{tried} policies, {calls} calls of patterns, {several} of them with several answers");
    assert!(calls > 1_000 && several > 100, "{calls} {several}");
}

/// Whether a rule of the pattern holds for the call.
fn matches(calls: &[CallRules], nr: u32, args: &[u64; 6]) -> bool {
    let rules = calls.iter().find(|call| call.nr == nr).map_or(&[][..], |call| &call.rules[..]);
    rules.iter().any(|Rule { cond, .. }| holds(cond, args, &[]))
}
