//! A call's ordered rules as alternatives that exclude each other where their actions differ: what compilers without an order
//! of rules can be told.

use sandbox2_policy::Action;
use sandbox2_policy::meaning::{CallRules, Cmp, CmpOp, Cond, Meaning, Value, Width};

/// One alternative: an action where all comparisons hold. The masks of [`CmpOp::Eq`] are the only ones.
#[derive(Debug, Clone)]
pub(crate) struct Alternative {
    pub(crate) action: Action,
    pub(crate) all: Vec<Cmp>,
}

/// The alternatives of a call; where none holds, the default decides.
pub(crate) fn alternatives(meaning: &Meaning, call: &CallRules) -> Vec<Alternative> {
    let mut alternatives: Vec<Alternative> = Vec::new();
    for (index, rule) in call.rules.iter().enumerate() {
        let mut dnf = disjunction(&rule.cond, true);
        for before in call.rules[..index].iter().filter(|before| before.action != rule.action) {
            dnf = both(&dnf, &disjunction(&before.cond, false));
        }
        if rule.action != meaning.default {
            alternatives.extend(dnf.into_iter().map(|all| Alternative { action: rule.action, all: simple(all) }));
        }
        if rule.cond == Cond::True {
            break;
        }
    }
    alternatives
}

/// The condition, or its opposite, as alternatives.
fn disjunction(cond: &Cond, wanted: bool) -> Vec<Vec<Cmp>> {
    let (list, all, wanted) = match cond {
        Cond::True => return if wanted { vec![vec![]] } else { vec![] },
        Cond::Cmp(cmp) => return comparison(cmp, wanted),
        Cond::Not(list) => (list, wanted, !wanted),
        Cond::All(list) => (list, wanted, wanted),
        Cond::Any(list) => (list, !wanted, wanted),
    };
    let parts = list.iter().map(|part| disjunction(part, wanted));
    if all { parts.fold(vec![vec![]], |before, part| both(&before, &part)) } else { parts.flatten().collect() }
}

fn both(left: &[Vec<Cmp>], right: &[Vec<Cmp>]) -> Vec<Vec<Cmp>> {
    left.iter().flat_map(|a| right.iter().map(move |b| a.iter().chain(b).copied().collect())).collect()
}

/// One comparison, or its opposite. That masked bits are not some value is that one of them differs.
fn comparison(cmp: &Cmp, wanted: bool) -> Vec<Vec<Cmp>> {
    let op = match (cmp.op, wanted) {
        (op, true) => op,
        (CmpOp::Eq, false) => CmpOp::Ne,
        (CmpOp::Ne, false) => CmpOp::Eq,
        (CmpOp::Lt, false) => CmpOp::Ge,
        (CmpOp::Ge, false) => CmpOp::Lt,
        (CmpOp::Le, false) => CmpOp::Gt,
        (CmpOp::Gt, false) => CmpOp::Le,
    };
    let (Some(mask), CmpOp::Ne) = (cmp.mask, op) else { return vec![vec![Cmp { op, ..*cmp }]] };
    let (mask, value) = (known(mask), known(cmp.value));
    let bits = (0..64).map(|bit| 1_u64 << bit).filter(|bit| mask & bit != 0);
    bits.map(|bit| {
        let value = Value::Known(!value & bit);
        vec![Cmp { mask: Some(Value::Known(bit)), op: CmpOp::Eq, value, ..*cmp }]
    })
    .collect()
}

/// The number; the fixtures have no Rust constants.
pub(crate) fn known(value: Value) -> u64 {
    match value {
        Value::Known(number) => number,
        Value::Symbol(_) => panic!("a fixture has a Rust constant"),
    }
}

/// The same without what is said twice.
fn simple(all: Vec<Cmp>) -> Vec<Cmp> {
    let mut kept: Vec<Cmp> = Vec::new();
    for cmp in all {
        if !kept.contains(&cmp) {
            kept.push(cmp);
        }
    }
    kept
}

/// The alternatives with at most one comparison of each argument, for libraries that take no more; `None` where there are
/// more that are not all `!=` of values close to each other, or where they get too many.
pub(crate) fn one_for_each_argument(alternatives: &[Alternative]) -> Option<Vec<Alternative>> {
    let mut flat = Vec::new();
    for alternative in alternatives {
        let mut parts: Vec<Vec<Cmp>> = vec![vec![]];
        for arg in 0..6 {
            let own: Vec<Cmp> = alternative.all.iter().filter(|cmp| cmp.arg == arg).copied().collect();
            let ways: Vec<Vec<Cmp>> = match own[..] {
                [] => vec![vec![]],
                [only] => vec![vec![only]],
                _ if own.iter().all(|cmp| cmp.op == CmpOp::Ne && cmp.mask.is_none()) => {
                    between(&own)?.into_iter().map(|cmp| vec![cmp]).collect()
                }
                _ => return None,
            };
            parts = both(&parts, &ways);
        }
        flat.extend(parts.into_iter().map(|all| Alternative { action: alternative.action, all }));
    }
    (flat.len() <= MOST).then_some(flat)
}

/// How many alternatives a call may have.
const MOST: usize = 200;

/// What lies between excluded values, as single comparisons; unsigned.
fn between(excluded: &[Cmp]) -> Option<Vec<Cmp>> {
    let mut values: Vec<u64> = excluded.iter().map(|cmp| known(cmp.value)).collect();
    values.sort_unstable();
    let cmp = |op, value| Cmp { op, signed: false, value: Value::Known(value), ..excluded[0] };
    let last = if excluded[0].width == Width::W32 { u64::from(u32::MAX) } else { u64::MAX };
    let mut ranges = Vec::new();
    if values[0] > 0 {
        ranges.push(cmp(CmpOp::Lt, values[0]));
    }
    for pair in values.windows(2) {
        if pair[1] - pair[0] > MOST as u64 {
            return None;
        }
        ranges.extend((pair[0] + 1..pair[1]).map(|value| cmp(CmpOp::Eq, value)));
    }
    let highest = values[values.len() - 1];
    if highest < last {
        ranges.push(cmp(CmpOp::Gt, highest));
    }
    Some(ranges)
}
