//! The choice of instructions: decisions become blocks.
//!
//! What the accumulator holds on arrival is part of the question: the same decision needs no load where its word is still
//! there. Decisions on words that the accumulator does not hold are the same block wherever they are reached from.

use std::collections::BTreeMap;

use super::balance::{self, Call};
use super::diagram::{Diagram, Node, NodeId, ranges};
use super::graph::{Block, BlockId, Graph, Step, steps_to};
use super::tree::{self, Piece, Tree};
use super::weight::Weights;
use crate::action::Supervision;
use crate::arch::Arch;
use crate::insn::op;
use crate::lower::words::{View, Word};
use crate::program::Operand;

/// What one instruction more is worth, in weight times depth: among numbers, and among the values of an argument.
const PRICE_OF_NUMBERS: u64 = 12;
const PRICE_OF_VALUES: u64 = 1;

/// What it weighs that a value of an argument can lead to the call being made, and that it cannot.
const PERMITTED: u64 = 4;
const DENIED: u64 = 1;

/// Adds to `graph` the blocks that decide what `root` and all behind it decide; the first of them.
pub(crate) fn select(diagram: &Diagram, root: NodeId, weights: &Weights, graph: &mut Graph) -> BlockId {
    Selector { diagram, weights: Some(weights), graph, done: BTreeMap::new() }.select(root)
}

/// What the node of a call costs: the instructions, and twice those on its longest path.
pub(crate) fn cost(diagram: &Diagram, node: NodeId) -> u64 {
    let (instructions, longest) = measure(diagram, node);
    instructions + 2 * longest
}

/// How many instructions there are on the longest path of the node of a call, without the return.
pub(crate) fn longest_path(diagram: &Diagram, node: NodeId) -> u64 {
    measure(diagram, node).1
}

/// The instructions of the node of a call: all of them, and those on its longest path.
fn measure(diagram: &Diagram, node: NodeId) -> (u64, u64) {
    let mut graph = Graph::new(Arch::X86_64, Supervision::Standalone);
    let entry = Selector { diagram, weights: None, graph: &mut graph, done: BTreeMap::new() }.select(node);
    let mut instructions = 0;
    let mut longest = vec![0; graph.blocks().len()];
    for (index, block) in graph.blocks().iter().enumerate() {
        if let Block::Branch(branch) = block {
            let own = branch.setup.len() as u64 + 1;
            instructions += own;
            longest[index] = own + longest[branch.yes.index()].max(longest[branch.no.index()]);
        }
    }
    (instructions, longest[entry.index()])
}

/// A decision, and what the accumulator holds on arrival that it can use.
type Place = (NodeId, Option<View>);

struct Selector<'a> {
    diagram: &'a Diagram,
    /// The weights of call numbers, where there are decisions on them.
    weights: Option<&'a Weights>,
    graph: &'a mut Graph,
    done: BTreeMap<Place, BlockId>,
}

impl Selector<'_> {
    /// The block that decides what `root` decides when nothing is known about the accumulator. Not recursive: there can be
    /// thousands of decisions in a row.
    fn select(&mut self, root: NodeId) -> BlockId {
        let mut todo = vec![(root, None)];
        loop {
            let Some(&place) = todo.last() else {
                return self.done[&(root, None)];
            };
            if self.done.contains_key(&place) {
                todo.pop();
                continue;
            }
            let missing = todo.len();
            let after = self.held_after(place);
            for target in self.targets(place.0) {
                let next = self.place(target, after);
                if !self.done.contains_key(&next) {
                    todo.push(next);
                }
            }
            if todo.len() == missing {
                let block = self.block(place, after);
                self.done.insert(place, block);
                todo.pop();
            }
        }
    }

    /// Where a node leads.
    fn targets(&self, node: NodeId) -> Vec<NodeId> {
        match self.diagram.get(node) {
            Node::Return(_) => Vec::new(),
            Node::Switch { map, .. } => map.iter().map(|entry| entry.1).collect(),
            Node::Versus { ways, .. } => ways.to_vec(),
        }
    }

    /// The node, reached with `held` in the accumulator.
    fn place(&self, node: NodeId, held: Option<View>) -> Place {
        let view = view_of(self.diagram.get(node));
        (node, held.filter(|held| view.is_some_and(|view| view.word == held.word)))
    }

    /// What the accumulator holds once the node has decided.
    fn held_after(&self, (node, held): Place) -> Option<View> {
        match self.diagram.get(node) {
            Node::Return(_) => None,
            node if bits_tested(node, held).is_some() => Some(View::bare(view_of(node)?.word)),
            Node::Switch { view, .. } | Node::Versus { view, .. } => Some(*view),
        }
    }

    /// The block of a node whose targets have theirs.
    fn block(&mut self, (node, held): Place, after: Option<View>) -> BlockId {
        let node = self.diagram.get(node);
        if let (Some(view), Some((mask, clear, set))) = (view_of(node), bits_tested(node, held)) {
            let (clear, set) = (self.reached(clear, after), self.reached(set, after));
            return self.graph.branch(
                steps_to(View::bare(view.word), held),
                Step { code: op::JSET, k: mask },
                set,
                clear,
            );
        }
        match node {
            Node::Return(verdict) => self.graph.end(*verdict),
            Node::Switch { view, map } => {
                let piece =
                    |(first, last, target)| Piece { first, target, weight: self.weight(*view, first, last, target) };
                let tree = match self.weights.filter(|_| view.word == Word::NR) {
                    Some(weights) if weights.outweighing() == 0 => {
                        let call = |range: (u32, u32, NodeId)| Call {
                            piece: piece(range),
                            light: weights.light(range.0, range.1),
                            behind: weights.behind(range.2),
                        };
                        balance::arrange(&ranges(map).map(call).collect::<Vec<_>>(), PRICE_OF_NUMBERS)
                    }
                    Some(weights) => {
                        let pieces: Vec<Piece> = ranges(map).map(piece).collect();
                        tree::arrange(&pieces, PRICE_OF_NUMBERS, weights.outweighing())
                    }
                    None => tree::arrange(&ranges(map).map(piece).collect::<Vec<_>>(), PRICE_OF_VALUES, 0),
                };
                self.comparisons(&tree, steps_to(*view, held), after)
            }
            Node::Versus { view, operand, ways } => {
                let [less, equal, greater] = ways.map(|way| self.reached(way, after));
                let setup = steps_to(*view, held);
                let step = |code| Step { code, k: *operand };
                if equal == greater {
                    self.graph.branch(setup, step(op::JGE), equal, less)
                } else if less == greater {
                    self.graph.branch(setup, step(op::JEQ), equal, less)
                } else {
                    let rest = self.graph.branch(Vec::new(), step(op::JEQ), equal, less);
                    self.graph.branch(setup, step(op::JGT), greater, rest)
                }
            }
        }
    }

    /// The block of a target.
    fn reached(&self, node: NodeId, held: Option<View>) -> BlockId {
        self.done[&self.place(node, held)]
    }

    fn weight(&self, view: View, first: u32, last: u32, target: NodeId) -> u64 {
        match self.weights {
            Some(weights) if view.word == Word::NR => weights.of(first, last),
            _ if self.diagram.permits(target) => PERMITTED,
            _ => DENIED,
        }
    }

    /// The blocks of a tree; only its first test needs the set-up.
    fn comparisons(&mut self, tree: &Tree, setup: Vec<Step>, after: Option<View>) -> BlockId {
        match tree {
            Tree::Leaf(node) => self.reached(*node, after),
            Tree::Equal { value, yes, no } => {
                let yes = self.reached(*yes, after);
                let no = self.comparisons(no, Vec::new(), after);
                self.graph.branch(setup, Step { code: op::JEQ, k: Operand::Known(*value) }, yes, no)
            }
            Tree::AtLeast { first, yes, no } => {
                let yes = self.comparisons(yes, Vec::new(), after);
                let no = self.comparisons(no, Vec::new(), after);
                self.graph.branch(setup, Step { code: op::JGE, k: Operand::Known(*first) }, yes, no)
            }
        }
    }
}

/// What a node looks at.
fn view_of(node: &Node) -> Option<View> {
    match node {
        Node::Return(_) => None,
        Node::Switch { view, .. } | Node::Versus { view, .. } => Some(*view),
    }
}

/// If all a node asks is whether any bit of a mask is set, and the accumulator is not already masked: the mask, and where
/// it leads when none is and when one is.
fn bits_tested(node: &Node, held: Option<View>) -> Option<(Operand, NodeId, NodeId)> {
    let view = view_of(node).filter(|view| !view.flip && held != Some(*view))?;
    match node {
        Node::Switch { map, .. } if map.len() == 2 && map[1].0 == 1 => Some((view.mask?, map[0].1, map[1].1)),
        Node::Versus { operand: Operand::Known(0), ways: [less, equal, greater], .. } if less == greater => {
            Some((view.mask?, *equal, *greater))
        }
        _ => None,
    }
}
