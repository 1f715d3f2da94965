//! seccompiler: one action for all that matches, another for the rest.

use std::collections::BTreeMap;

use sandbox2_policy::Action;
use sandbox2_policy::insn::Insn;
use sandbox2_policy::meaning::{Cmp, CmpOp, Meaning, Width};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

use super::Made;
use super::flat::{alternatives, known};

/// Its program: what is allowed matches; a call with any other action than the default's is left to the default.
pub(crate) fn compile(meaning: &Meaning) -> Result<Made, String> {
    let default = action(meaning.default).ok_or("no such default")?;
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    let mut left_out = Vec::new();
    for call in meaning.calls.iter() {
        let alternatives = alternatives(meaning, call);
        if alternatives.iter().any(|alternative| alternative.action != Action::Allow) {
            left_out.push(call.nr);
        }
        let allowed: Vec<_> = alternatives.iter().filter(|alternative| alternative.action == Action::Allow).collect();
        if allowed.is_empty() {
            continue;
        }
        // A call without rules always matches.
        let own = rules.entry(i64::from(call.nr)).or_default();
        if allowed.iter().any(|alternative| alternative.all.is_empty()) {
            continue;
        }
        for alternative in allowed {
            let conditions: Result<Vec<_>, _> = alternative.all.iter().map(condition).collect();
            own.push(SeccompRule::new(conditions?).map_err(|error| error.to_string())?);
        }
    }
    let filter = SeccompFilter::new(rules, default, SeccompAction::Allow, TargetArch::x86_64)
        .map_err(|error| error.to_string())?;
    let program: BpfProgram = filter.try_into().map_err(|error: seccompiler::BackendError| error.to_string())?;
    let program = program.iter().map(|insn| Insn { code: insn.code, jt: insn.jt, jf: insn.jf, k: insn.k }).collect();
    Ok(Made { program, left_out })
}

fn action(action: Action) -> Option<SeccompAction> {
    Some(match action {
        Action::Allow => SeccompAction::Allow,
        Action::Kill => SeccompAction::KillProcess,
        Action::Errno(errno) => SeccompAction::Errno(u32::from(errno.get())),
        Action::Trap(0) => SeccompAction::Trap,
        Action::Log => SeccompAction::Log,
        Action::Trap(_) | Action::Notify => return None,
    })
}

fn condition(cmp: &Cmp) -> Result<SeccompCondition, String> {
    let op = match (cmp.op, cmp.mask) {
        (CmpOp::Eq, Some(mask)) => SeccompCmpOp::MaskedEq(known(mask)),
        (_, Some(_)) => return Err("a mask that is not compared for equality".into()),
        (CmpOp::Eq, None) => SeccompCmpOp::Eq,
        (CmpOp::Ne, None) => SeccompCmpOp::Ne,
        (CmpOp::Lt, None) => SeccompCmpOp::Lt,
        (CmpOp::Le, None) => SeccompCmpOp::Le,
        (CmpOp::Gt, None) => SeccompCmpOp::Gt,
        (CmpOp::Ge, None) => SeccompCmpOp::Ge,
    };
    let length = match cmp.width {
        Width::W32 => SeccompCmpArgLen::Dword,
        Width::W64 => SeccompCmpArgLen::Qword,
    };
    SeccompCondition::new(cmp.arg, length, op, known(cmp.value)).map_err(|error| error.to_string())
}
