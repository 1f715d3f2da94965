//! The straight way from a [`Dag`] to a [`Graph`]: one load for each test, one test for each bound, one number after the
//! other, all in the policy's order.
//!
//! It exists to be compared with what `optimize` makes, and to show what that saves.

use super::graph::{BlockId, Graph, Step, steps_to};
use crate::insn::op;
use crate::lower::Dag;
use crate::lower::condition::{Atom, Condition, ConditionId, Junction};
use crate::lower::words::{Relation, View, Word};
use crate::program::Operand;

/// Translates `dag` as it stands.
pub(crate) fn translate(dag: &Dag) -> Graph {
    let mut plain = Plain { dag, graph: Graph::new(dag.arch(), dag.supervision()) };
    let default = plain.graph.end(dag.default());
    let violation = plain.graph.end(dag.violation());
    let mut next = default;
    let unknown = plain.graph.end(dag.unknown());
    for &(first, last) in dag.newer().iter().rev() {
        let below = match last.checked_add(1) {
            Some(end) => plain.test(View::bare(Word::NR), op::JGE, Operand::Known(end), next, unknown),
            None => unknown,
        };
        next = plain.test(View::bare(Word::NR), op::JGE, Operand::Known(first), below, next);
    }
    for call in dag.calls().iter().rev() {
        let mut arms = default;
        for arm in call.arms.iter().rev() {
            let yes = plain.graph.end(arm.verdict);
            arms = plain.condition(arm.condition, yes, arms);
        }
        next = plain.test(View::bare(Word::NR), op::JEQ, Operand::Known(call.nr), arms, next);
    }
    if let Some(ceiling) = dag.ceiling() {
        next = plain.test(View::bare(Word::NR), op::JGE, Operand::Known(ceiling), violation, next);
    }
    let audit = Operand::Known(dag.arch().audit());
    let entry = plain.test(View::bare(Word::ARCH), op::JEQ, audit, next, violation);
    plain.graph.enter_at(entry);
    plain.graph
}

struct Plain<'a> {
    dag: &'a Dag,
    graph: Graph,
}

impl Plain<'_> {
    /// A test of a freshly loaded view.
    fn test(&mut self, view: View, code: u16, k: Operand, yes: BlockId, no: BlockId) -> BlockId {
        self.graph.branch(steps_to(view, None), Step { code, k }, yes, no)
    }

    /// The block that leads to `yes` where the condition holds and to `no` where it does not.
    fn condition(&mut self, id: ConditionId, yes: BlockId, no: BlockId) -> BlockId {
        let dag = self.dag;
        match dag.conditions().get(id) {
            Condition::Constant(true) => yes,
            Condition::Constant(false) => no,
            Condition::Atom(Atom::In { view, set }) => set.ranges().iter().rev().fold(no, |next, &(first, last)| {
                let (first_k, last_k) = (Operand::Known(first), Operand::Known(last));
                if first == last {
                    return self.test(*view, op::JEQ, first_k, yes, next);
                }
                let below = if last == u32::MAX { yes } else { self.test(*view, op::JGT, last_k, next, yes) };
                if first == 0 { below } else { self.test(*view, op::JGE, first_k, below, next) }
            }),
            Condition::Atom(Atom::Versus { view, operand, relation }) => {
                let way = |part| if relation.includes(part) { yes } else { no };
                let (less, greater) = (way(Relation::LESS), way(Relation::GREATER));
                let rest = self.test(*view, op::JEQ, *operand, way(Relation::EQUAL), less);
                if less == greater { rest } else { self.test(*view, op::JGT, *operand, greater, rest) }
            }
            Condition::Junction(Junction::All, parts) => {
                parts.iter().rev().fold(yes, |next, &part| self.condition(part, next, no))
            }
            Condition::Junction(Junction::Any, parts) => {
                parts.iter().rev().fold(no, |next, &part| self.condition(part, yes, next))
            }
        }
    }
}
