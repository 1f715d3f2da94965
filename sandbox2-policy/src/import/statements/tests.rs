use proptest::prelude::{
    Just, ProptestConfig, Strategy, any as arbitrary, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};

use super::super::machine::{Condition, plain};
use super::*;
use crate::check::check;
use crate::insn::SeccompData;
use crate::problem::Problems;
use crate::reference::evaluate;
use crate::resolve::resolve;

fn values() -> impl Strategy<Value = u64> {
    let few = prop::sample::select(vec![0_u64, 1, 2, 3, 5, 0x7fff_ffff, 0x8000_0000, 1 << 32, u64::MAX, u64::MAX - 4]);
    prop_oneof![3 => few, 1 => arbitrary::<u64>()]
}

fn conditions() -> impl Strategy<Value = Condition> {
    let ops = vec![CmpOp::Eq, CmpOp::Ne, CmpOp::Lt, CmpOp::Le, CmpOp::Gt, CmpOp::Ge];
    let keep = prop_oneof![4 => Just(u64::MAX), 1 => 1..8_u64];
    let cmp = (0..3_u8, arbitrary::<bool>(), keep, prop::sample::select(ops), values()).prop_map(
        |(arg, wide, keep, op, value)| {
            Condition::Cmp(Comparison { wide, keep, ..Comparison::wide(arg, op, value, NodeId(0)) })
        },
    );
    let leaf = prop_oneof![8 => cmp, 1 => arbitrary::<bool>().prop_map(Condition::Known)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Condition::Not(Box::new(inner))),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Condition::All),
            prop::collection::vec(inner, 0..3).prop_map(Condition::Any),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]
    /// Whatever the source says, the statements pass every check of the language and decide the same.
    #[test]
    fn statements_decide_as_their_source(
        arms in prop::collection::vec((conditions(), 0..4_usize), 1..6),
        default in 0..4_usize,
        call in prop::sample::select(vec!["lseek", "madvise", "mmap", "shmget", "mkdirat"]),
        registers in prop::collection::vec([values(), values(), values()], 6),
    ) {
        let actions = [Action::Allow, Action::Kill, Action::Errno(Errno::ENOSYS), Action::Log];
        let syscall = tables::syscall(call).unwrap();
        let arms: Vec<Arm> = arms
            .into_iter()
            .map(|(cond, action)| Arm { cond, action: actions[action], node: NodeId(0) })
            .collect();
        let mut calls = Calls::default();
        for arch in Arch::ALL {
            arms.iter().for_each(|arm| calls.push(syscall, arch, arm.clone()));
        }
        let args = syscall.args(Arch::X86_64).unwrap();
        let reads: Vec<Read> = (0..3).map(|at| Read::of(args.get(usize::from(at))).among(at, &arms)).collect();
        let (arches, default) = (Arch::ALL.to_vec(), actions[default]);
        let source = Source { tool: "it", arches, default, default_node: NodeId(0), calls };
        let (places, mut notes) = (Places::new(), Notes::default());
        // Pointers have a message of their own, and a third argument is not there.
        let Ok(def) = statements(source, &places, &mut notes) else { return Ok(()) };
        let mut problems = Problems::default();
        let resolved = resolve(&def, &mut problems);
        let checked = check(resolved, &mut problems);
        prop_assert!(problems.is_empty(), "{:#?}\n{:#?}", problems.into_vec(), def);
        let meaning = checked.meaning(Arch::X86_64);
        for register in registers {
            let clean: Vec<u64> = register.iter().zip(&reads).map(|(value, read)| read.clean(*value)).collect();
            let args = [clean[0], clean[1], clean[2], 0, 0, 0];
            let nr = syscall.number(Arch::X86_64).unwrap();
            let data = SeccompData { nr, arch: Arch::X86_64.audit(), args, ..SeccompData::default() };
            let wanted = plain::decide(&arms, &args).unwrap_or(default);
            let found = evaluate(meaning, &data, &[]).action;
            // What is dangerous by default stays denied.
            prop_assert!(found == wanted || default.permits() && found == Action::Kill, "{args:x?}: {found} {wanted}\n{def:#?}");
            if !default.permits() {
                prop_assert_eq!(found, wanted);
            }
        }
    }
}
