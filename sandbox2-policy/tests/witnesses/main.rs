//! All witnesses agree on a corpus of random policies, each tried with many calls: the reference, an evaluator that shares
//! nothing with the crate, the interpreter on optimised and on plain code, the validator, seccompiler and libseccomp where they
//! can say the policy, and the kernel.
//!
//! `SANDBOX2_RANDOM_POLICIES` says how many policies, `SANDBOX2_RANDOM_SEED` which.

mod answers;
#[path = "../codegen_witness/mod.rs"]
mod codegen_witness;
#[path = "../dice/mod.rs"]
mod dice;
mod dump;
mod generate;
mod kernel;
mod mutants;
#[path = "../rivals/mod.rs"]
mod rivals;

use std::collections::BTreeMap;

use dice::Dice;
use generate::Text;
use rivals::Compiler;
use rivals::flat::alternatives;
use sandbox2_policy::action::Supervision;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::ast::PolicyDef;
use sandbox2_policy::compare::substitute;
use sandbox2_policy::compile::compile_unoptimized;
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::interpret::Loaded;
use sandbox2_policy::meaning::{CallRules, Cmp, CmpOp, Cond, Meaning, Value, Width};
use sandbox2_policy::pipeline::{Built, build};
use sandbox2_policy::problem::{ProblemKind, Problems};
use sandbox2_policy::reference::expected_return;
use sandbox2_policy::syntax::parse_with;
use sandbox2_policy::validate::validate;

fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |value| value.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

fn parsed(text: &Text) -> PolicyDef {
    let parsed = parse_with(text.policy.parse().expect("tokens"), text.imports());
    assert!(parsed.problems.is_empty() && parsed.imports.is_empty(), "{text:?}: {:?}", parsed.problems);
    parsed.def
}

/// The policy, or why it is refused: anything but a program that could not be proved.
fn built(text: &Text) -> Result<Built, &'static str> {
    let mut problems = Problems::default();
    build(&parsed(text), &mut problems).map_err(|_| {
        let problems = problems.into_vec();
        assert!(problems.iter().all(|problem| problem.kind != ProblemKind::NotProved), "{text:?}: {problems:?}");
        problems.first().map_or("nothing", |problem| problem.kind.slug())
    })
}

/// How often each witness was asked.
#[derive(Debug, Default)]
struct Asked {
    calls: usize,
    by_seccompiler: usize,
    by_libseccomp: usize,
    by_the_kernel: usize,
}

#[test]
fn all_witnesses_agree() {
    let wanted = from_environment("SANDBOX2_RANDOM_POLICIES", 2_000);
    let mut dice = Dice::new(from_environment("SANDBOX2_RANDOM_SEED", 1));
    let mut refused: BTreeMap<&str, u64> = BTreeMap::new();
    let mut asked = Asked::default();
    let (mut accepted, mut drawn) = (0, 0);
    while accepted < wanted {
        drawn += 1;
        assert!(drawn < 100 * wanted, "too few are accepted: {refused:?}");
        let text = generate::policy(&mut dice);
        match built(&text) {
            Ok(built) => {
                accepted += 1;
                agree(&mut dice, &text, &built, accepted, &mut asked);
            }
            Err(slug) => *refused.entry(slug).or_default() += 1,
        }
    }
    println!("{accepted} policies of {drawn} drawn; {asked:?}; refused: {refused:?}");
    assert!(asked.by_seccompiler > 0, "seccompiler was never asked");
}

fn agree(dice: &mut Dice, text: &Text, built: &Built, number: u64, asked: &mut Asked) {
    let symbols = [dice.pick(&[0_u64, 1, 3, 0x7fff_ffff, 0xffff_ffff])];
    for arch in Arch::ALL {
        let meaning = built.checked().meaning(arch);
        let calls = generate::calls(dice, meaning, 5);
        for supervision in Supervision::ALL {
            let optimised = built.program(arch, supervision).expect("every program is built");
            let ours = Loaded::load(&optimised.bind(&symbols)).expect("the kernel takes it");
            for data in &calls {
                let returned = ours.run(data);
                let reference = expected_return(meaning, supervision, data, &symbols);
                assert_eq!(returned, reference, "the reference: {text:?} {data:x?}");
                let plainly = codegen_witness::expected(meaning, supervision, data, &symbols);
                assert_eq!(returned, plainly, "the plain evaluator: {text:?} {data:x?}");
                asked.calls += 1;
            }
        }
        if arch == Arch::X86_64 {
            let meaning = substitute(meaning, &symbols);
            asked.by_seccompiler += rival(Compiler::Seccompiler, text, &meaning, &calls);
            asked.by_libseccomp += rival(Compiler::LibseccompTree, text, &meaning, &calls);
        }
        if Arch::native() == Some(arch) && number.is_multiple_of(20) {
            let program = built.program(arch, Supervision::Standalone).expect("every program is built").bind(&symbols);
            asked.by_the_kernel += kernel::agrees(&program, &calls, text);
        }
        // What is not optimised takes long to prove, and differs little from one program of a policy to the next.
        let turn = number as usize + arch.index();
        if !turn.is_multiple_of(Arch::ALL.len()) {
            continue;
        }
        let supervision = Supervision::ALL[turn / Arch::ALL.len() % Supervision::ALL.len()];
        let plain = compile_unoptimized(meaning, supervision).expect("short");
        validate(meaning, &plain).unwrap_or_else(|refutation| panic!("{refutation}: {text:?}"));
        let plain = Loaded::load(&plain.bind(&symbols)).expect("the kernel takes it");
        for data in &calls {
            let expected = expected_return(meaning, supervision, data, &symbols);
            assert_eq!(plain.run(data), expected, "plain code: {text:?} {data:x?}");
        }
    }
}

/// Asks another compiler's program about those calls that it was told all about; how many.
fn rival(rival: Compiler, text: &Text, meaning: &Meaning, calls: &[SeccompData]) -> usize {
    // Others know nothing of numbers that are newer than a baseline.
    if !meaning.newer.is_empty() {
        return 0;
    }
    let mut told = meaning.clone();
    if rival != Compiler::Seccompiler {
        told.calls = meaning.calls.iter().filter(|call| is_kept(meaning, call)).cloned().collect();
    }
    let Ok(made) = rival.compile(&told) else { return 0 };
    let theirs = Loaded::load(&made.program).expect("the kernel takes it");
    let mut asked = 0;
    for data in calls {
        let foreign = data.arch != meaning.arch.audit() || data.nr >= 0x4000_0000;
        let blurred = rival != Compiler::Seccompiler && !each(meaning, data, &is_clean);
        let untold = told.rules(data.nr).len() != meaning.rules(data.nr).len();
        let signed = !each(meaning, data, &is_unsigned);
        if foreign || blurred || signed || untold || made.left_out.contains(&data.nr) {
            continue;
        }
        let expected = expected_return(meaning, Supervision::Standalone, data, &[]);
        assert_eq!(theirs.run(data), expected, "{}: {text:?} {data:x?}", rival.name());
        asked += 1;
    }
    asked
}

/// Whether that holds for every comparison of the call's rules and the argument that it compares.
fn each(meaning: &Meaning, data: &SeccompData, holds: &impl Fn(&Cmp, u64) -> bool) -> bool {
    fn all(cond: &Cond, holds: &impl Fn(&Cmp) -> bool) -> bool {
        match cond {
            Cond::True => true,
            Cond::Cmp(cmp) => holds(cmp),
            Cond::Not(list) | Cond::All(list) | Cond::Any(list) => list.iter().all(|part| all(part, holds)),
        }
    }
    let holds = |cmp: &Cmp| holds(cmp, data.args[usize::from(cmp.arg)]);
    meaning.rules(data.nr).iter().all(|rule| all(&rule.cond, &holds))
}

/// Whether the upper half of an argument that is compared as 32 bits is zero: libseccomp compares 64.
fn is_clean(cmp: &Cmp, register: u64) -> bool {
    cmp.width == Width::W64 || register >> 32 == 0
}

/// Whether libseccomp keeps all that it is told of the call, and comes to an end. 2.5.4 loses rules, and says nothing, where two of
/// them compare one argument in different ways (of `a == 0`, `b >= 9 && a != 0` and `b & 6 == 0 && a != 0` the last), and runs
/// for ever on some with several arguments.
fn is_kept(meaning: &Meaning, call: &CallRules) -> bool {
    let alternatives = alternatives(meaning, call);
    let alike = |a: &Cmp, b: &Cmp| a.arg == b.arg && a.op == b.op && a.mask == b.mask;
    match &alternatives[..] {
        [] => true,
        [only] => only.all.iter().all(|cmp| only.all.iter().filter(|other| other.arg == cmp.arg).count() == 1),
        [first, rest @ ..] => rest.iter().all(|other| match (&first.all[..], &other.all[..]) {
            ([a], [b]) => alike(a, b),
            _ => false,
        }),
    }
}

/// Whether the comparison gives the same for unsigned numbers: nobody else knows signed ones.
fn is_unsigned(cmp: &Cmp, register: u64) -> bool {
    let negative = |number: u64| number >> if cmp.width == Width::W64 { 63 } else { 31 } & 1 == 1;
    let value = if let Value::Known(value) = cmp.value { value } else { 0 };
    !cmp.signed || matches!(cmp.op, CmpOp::Eq | CmpOp::Ne) || negative(register) == negative(value)
}
