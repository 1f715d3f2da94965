//! The ways through a `bpf` block on one architecture.

use super::super::conditions::opposite;
use super::super::{Atom, Resolver};
use super::compare::Test;
use super::flow::Flow;
use super::survey::{LoadedAt, Survey};
use crate::ast::{BpfOp, BpfSpec, BpfTarget};
use crate::meaning::{Cmp, Cond};
use crate::problem::ProblemKind;
use crate::space::{Set, Space};

/// How many ways through one block there may be.
const WAYS: usize = 1024;

/// One way through a block, to an action.
pub(super) struct Way {
    /// Which arguments take it.
    pub(super) cond: Cond,
    /// What says so, in the order in which it was found out.
    pub(super) atoms: Vec<Atom>,
    /// The instruction that the action belongs to.
    pub(super) at: usize,
}

/// What has been found out on a way.
#[derive(Clone)]
struct Found {
    /// The arguments that have come along.
    set: Set,
    /// The comparisons that say so, as they came out; without those that a later one says, too.
    telling: Vec<(Atom, Set)>,
}

impl Found {
    /// This and one comparison more; `None` if no argument is left.
    fn and(&self, space: &mut Space, atom: Atom) -> Option<Found> {
        let alone = space.cond(&atom.cond);
        let set = space.and(self.set, alone);
        if space.is_empty(set) {
            return None;
        }
        let mut more = self.clone();
        if set != self.set || space.is_exhausted() {
            more.telling.retain(|(_, known)| !space.implies(alone, *known));
            more.telling.push((atom, alone));
        }
        more.set = set;
        Some(more)
    }

    fn way(self, at: usize) -> Way {
        let atoms: Vec<Atom> = self.telling.into_iter().map(|(atom, _)| atom).collect();
        let cond = match atoms.as_slice() {
            [] => Cond::True,
            [atom] => atom.cond.clone(),
            all => Cond::All(all.iter().map(|atom| atom.cond.clone()).collect()),
        };
        Way { cond, atoms, at }
    }
}

impl Resolver<'_> {
    /// Every way through a block without mistakes; `None` if there are too many.
    pub(super) fn bpf_ways(&mut self, spec: &BpfSpec, flow: &Flow, mut survey: Survey) -> Option<Vec<Way>> {
        let mut ways = Vec::new();
        let start = Found { set: Set::FULL, telling: Vec::new() };
        let mut pending: Vec<(usize, LoadedAt, Found)> = vec![(0, None, start)];
        while let Some((at, loaded, found)) = pending.pop() {
            // What is pending leads to one way at least.
            if ways.len() + pending.len() + 1 > WAYS {
                self.problems.report(
                    ProblemKind::TooManyPaths,
                    spec.node,
                    format!("there are more than {WAYS} paths through this block"),
                    "compare each argument once, or use rules: `call { condition => ACTION, }`",
                );
                return None;
            }
            match &spec.insns.get(at)?.op {
                BpfOp::LoadArch | BpfOp::LoadNumber | BpfOp::LoadArg { .. } => pending.push((at + 1, Some(at), found)),
                BpfOp::Label(_) => pending.push((at + 1, loaded, found)),
                BpfOp::Jump(_) => pending.push((flow.target(at)?, loaded, found)),
                BpfOp::Return(_) => ways.push(found.way(at)),
                BpfOp::Compare { target, .. } => {
                    let (holds, fails) = match survey.test(at, loaded)?.clone() {
                        Test::Faulty => return None,
                        Test::Decided { holds: true, .. } => (Some(found), None),
                        Test::Decided { holds: false, .. } => (None, Some(found)),
                        Test::Depends(atom) => {
                            let fails = found.and(&mut survey.space, turned(&atom));
                            (found.and(&mut survey.space, atom), fails)
                        }
                    };
                    pending.extend(fails.map(|found| (at + 1, loaded, found)));
                    match (holds, target) {
                        (None, _) => {}
                        (Some(found), BpfTarget::Action(_)) => ways.push(found.way(at)),
                        (Some(found), BpfTarget::Jump(_)) => pending.push((flow.target(at)?, loaded, found)),
                    }
                }
            }
        }
        Some(ways)
    }
}

/// The comparison that holds where this one does not.
fn turned(atom: &Atom) -> Atom {
    let op = opposite(atom.op);
    let cond = match &atom.cond {
        Cond::Cmp(cmp) => Cond::Cmp(Cmp { op, ..*cmp }),
        other => Cond::Not(vec![other.clone()].into()),
    };
    Atom { cond, op, ..atom.clone() }
}
