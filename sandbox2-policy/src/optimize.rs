//! From decisions on words to blocks of instructions that decide the same with less: [`Dag`] → [`Graph`].
//!
//! For each call the arms become a diagram that looks at each word once where it can: [`simplify`] merges and factors the
//! conditions, [`order`] arranges what commutes (conditions have no effects, so all of it does), [`diagram`] builds the
//! decisions back to front so that equal ones are one node, [`facts`] drops what the way there has already decided. Calls
//! that decide alike are then the same node, and their numbers fall into ranges. [`tree`] arranges the comparisons of the
//! ranges; [`select`] chooses instructions.
//!
//! A call without conditions is decided by a tree that loads only the architecture and the number: that is what the kernel
//! can prove constant at installation, and then answers from a bitmap without running the program.
//!
//! [`plain`] is the other way to a [`Graph`]: straight, with nothing optimised, as a witness. Which instruction goes where
//! is left to `assemble`. What comes out is the same for the same input: nothing here iterates over a hash table.

pub(crate) mod balance;
pub(crate) mod diagram;
pub(crate) mod facts;
pub(crate) mod graph;
pub(crate) mod order;
pub(crate) mod plain;
pub(crate) mod select;
pub(crate) mod simplify;
pub(crate) mod tree;
pub(crate) mod weight;

use std::collections::BTreeMap;

use crate::lower::condition::{Condition, ConditionId, Conditions, Junction};
use crate::lower::words::{View, Word};
use crate::lower::{Arm, Dag, Verdict};
use diagram::{Diagram, NodeId};
use graph::Graph;
use simplify::Simplifier;
use weight::Weights;

/// Optimises the decisions of `dag`; the numbers in `hot` are decided soonest, the first one first.
pub(crate) fn optimize(dag: &Dag, hot: &[u32]) -> Graph {
    let mut calls = Calls {
        simplifier: Simplifier::new(dag.conditions()),
        diagram: Diagram::new(),
        default: dag.default(),
        known: BTreeMap::new(),
    };
    let decided: Vec<(u32, NodeId)> = dag.calls().iter().map(|call| (call.nr, calls.decide(&call.arms))).collect();
    let mut diagram = calls.diagram;
    let root = dispatch(dag, &decided, &mut diagram);
    let weights = Weights::new(dag, &decided, &diagram, hot);
    let mut graph = Graph::new(dag.arch(), dag.supervision());
    let entry = select::select(&diagram, root, &weights, &mut graph);
    graph.enter_at(entry);
    graph
}

/// The decision that comes before those of the calls: the architecture, then the number.
fn dispatch(dag: &Dag, decided: &[(u32, NodeId)], diagram: &mut Diagram) -> NodeId {
    let default = diagram.verdict(dag.default());
    let violation = diagram.verdict(dag.violation());
    let unknown = diagram.verdict(dag.unknown());
    let mut unnamed = vec![(0, default)];
    for &(first, last) in dag.newer() {
        unnamed.push((first, unknown));
        unnamed.extend(last.checked_add(1).map(|next| (next, default)));
    }
    // What a number without arms gets, and where that changes between two calls.
    let given = |nr: u32| unnamed.iter().rev().find(|range| range.0 <= nr).map_or(default, |range| range.1);
    let mut ranges = Vec::with_capacity(2 * decided.len() + unnamed.len());
    let mut bounds = unnamed.iter().copied().peekable();
    for &(nr, node) in decided {
        while let Some(bound) = bounds.next_if(|bound| bound.0 <= nr) {
            ranges.push(bound);
        }
        ranges.push((nr, node));
        ranges.extend(nr.checked_add(1).map(|next| (next, given(next))));
    }
    ranges.extend(bounds);
    ranges.extend(dag.ceiling().map(|ceiling| (ceiling, violation)));
    // A call next to another begins where the default between them would.
    let mut map: Vec<(u32, NodeId)> = Vec::with_capacity(ranges.len());
    for (first, node) in ranges {
        match map.last_mut() {
            Some(last) if last.0 == first => last.1 = node,
            _ => map.push((first, node)),
        }
    }
    let by_number = diagram.switch(View::bare(Word::NR), map);
    let audit = dag.arch().audit();
    let by_arch = vec![(0, violation), (audit, by_number), (audit + 1, violation)];
    diagram.switch(View::bare(Word::ARCH), by_arch)
}

/// The calls of a policy on their way into one diagram.
struct Calls<'a> {
    simplifier: Simplifier<'a>,
    diagram: Diagram,
    default: Verdict,
    /// What has been made of these arms before.
    known: BTreeMap<Vec<Arm>, NodeId>,
}

impl Calls<'_> {
    /// The node that decides what `arms` decide.
    fn decide(&mut self, arms: &[Arm]) -> NodeId {
        let arms = self.essential(arms);
        if let Some(&node) = self.known.get(&arms) {
            return node;
        }
        let node = self.best(&arms);
        self.known.insert(arms, node);
        node
    }

    /// The arms with simple conditions, without those that decide nothing.
    fn essential(&mut self, arms: &[Arm]) -> Vec<Arm> {
        let mut kept: Vec<Arm> = Vec::with_capacity(arms.len());
        for arm in arms {
            let mut condition = self.simplifier.simplify(arm.condition);
            match kept.last_mut() {
                Some(last) if last.verdict == arm.verdict => {
                    condition = self.simplifier.join(Junction::Any, vec![last.condition, condition]);
                    last.condition = condition;
                }
                _ if *self.simplifier.conditions().get(condition) == Condition::Constant(false) => {}
                _ => kept.push(Arm { condition, verdict: arm.verdict }),
            }
            if *self.simplifier.conditions().get(condition) == Condition::Constant(true) {
                break;
            }
        }
        if kept.last().is_some_and(|last| last.verdict == self.default) {
            kept.pop();
        }
        kept
    }

    /// The cheapest of the nodes that decide what `arms` decide, among a few that are likely to be.
    fn best(&mut self, arms: &[Arm]) -> NodeId {
        let ranked = order::ranked(arms, self.simplifier.conditions_mut());
        let as_written = self.node(arms);
        let mut candidates = vec![facts::specialize(&mut self.diagram, as_written)];
        if ranked != arms {
            let plain = self.node(&ranked);
            candidates.push(facts::specialize(&mut self.diagram, plain));
            candidates.push(plain);
        }
        candidates.push(as_written);
        candidates.dedup();
        let mut best = as_written;
        if candidates.len() > 1 {
            let mut least = None;
            for candidate in candidates {
                let cost = select::cost(&self.diagram, candidate);
                if least.is_none_or(|least| cost < least) {
                    least = Some(cost);
                    best = candidate;
                }
            }
        }
        best
    }

    /// The node that tries `arms` in turn.
    fn node(&mut self, arms: &[Arm]) -> NodeId {
        let mut next = self.diagram.verdict(self.default);
        for arm in arms.iter().rev() {
            let yes = self.diagram.verdict(arm.verdict);
            next = self.branch(arm.condition, yes, next);
        }
        next
    }

    fn branch(&mut self, condition: ConditionId, yes: NodeId, no: NodeId) -> NodeId {
        branch(self.simplifier.conditions(), condition, yes, no, &mut self.diagram)
    }
}

/// The node that leads to `yes` where the condition holds and to `no` where it does not.
fn branch(conditions: &Conditions, condition: ConditionId, yes: NodeId, no: NodeId, diagram: &mut Diagram) -> NodeId {
    match conditions.get(condition) {
        Condition::Constant(holds) => {
            if *holds {
                yes
            } else {
                no
            }
        }
        Condition::Atom(atom) => diagram.atom(atom, yes, no),
        Condition::Junction(Junction::All, parts) => {
            parts.iter().rev().fold(yes, |next, &part| branch(conditions, part, next, no, diagram))
        }
        Condition::Junction(Junction::Any, parts) => {
            parts.iter().rev().fold(no, |next, &part| branch(conditions, part, yes, next, diagram))
        }
    }
}
