//! Decision diagrams: what a call leads to, as decisions on views of words, hash-consed.

use std::collections::BTreeMap;

use crate::lower::Verdict;
use crate::lower::condition::Atom;
use crate::lower::set::WordSet;
use crate::lower::words::{Relation, View, Words};
use crate::program::Operand;

/// One node of a [`Diagram`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(u32);

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Node {
    /// There is nothing left to decide.
    Return(Verdict),
    /// By the range that a view falls into.
    Switch {
        /// What is looked at.
        view: View,
        /// Where each range leads: by first number, from 0 on; neighbours lead to different nodes.
        map: Vec<(u32, NodeId)>,
    },
    /// By how a view stands to an operand, one of which is something that only rustc knows.
    Versus {
        /// What is looked at.
        view: View,
        /// What it is compared with.
        operand: Operand,
        /// Where less, equal and greater lead; not all to the same node.
        ways: [NodeId; 3],
    },
}

/// What is worth knowing about a node without looking behind it.
#[derive(Debug, Clone, Copy)]
struct Summary {
    /// The words that it or a node behind it looks at.
    words: Words,
    /// Whether it can lead to a verdict that permits the call.
    permits: bool,
    /// How many nodes there are on the longest way from it.
    depth: u32,
}

/// Decisions, each one only once; what a decision leads to comes before it.
#[derive(Debug, Default)]
pub(crate) struct Diagram {
    nodes: Vec<Node>,
    summaries: Vec<Summary>,
    ids: BTreeMap<Node, NodeId>,
}

impl Diagram {
    /// None yet.
    pub(crate) fn new() -> Diagram {
        Diagram::default()
    }

    /// The node behind an id that this made.
    pub(crate) fn get(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The words that the node or one behind it looks at.
    pub(crate) fn words(&self, id: NodeId) -> Words {
        self.summaries[id.0 as usize].words
    }

    /// Whether the node can lead to a verdict that permits the call.
    pub(crate) fn permits(&self, id: NodeId) -> bool {
        self.summaries[id.0 as usize].permits
    }

    /// How many nodes there are on the longest way from the node.
    pub(crate) fn depth(&self, id: NodeId) -> u32 {
        self.summaries[id.0 as usize].depth
    }

    fn intern(&mut self, node: Node) -> NodeId {
        if let Some(&id) = self.ids.get(&node) {
            return id;
        }
        let summary = match &node {
            Node::Return(verdict) => Summary { words: Words::NONE, permits: verdict.permits(), depth: 0 },
            Node::Switch { view, map } => self.summary(*view, map.iter().map(|entry| entry.1)),
            Node::Versus { view, ways, .. } => self.summary(*view, ways.iter().copied()),
        };
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(node.clone());
        self.summaries.push(summary);
        self.ids.insert(node, id);
        id
    }

    fn summary(&self, view: View, behind: impl Iterator<Item = NodeId>) -> Summary {
        let mut summary = Summary { words: Words::one(view.word), permits: false, depth: 0 };
        for id in behind {
            summary.words = summary.words.with(self.words(id));
            summary.permits |= self.permits(id);
            summary.depth = summary.depth.max(self.depth(id));
        }
        summary.depth += 1;
        summary
    }

    /// The node where everything is decided.
    pub(crate) fn verdict(&mut self, verdict: Verdict) -> NodeId {
        self.intern(Node::Return(verdict))
    }

    /// The decision by ranges: each entry holds from its number to the next entry's; they ascend from 0.
    pub(crate) fn switch(&mut self, view: View, mut map: Vec<(u32, NodeId)>) -> NodeId {
        map.dedup_by_key(|entry| entry.1);
        match map[..] {
            [(_, only)] => only,
            _ => self.intern(Node::Switch { view, map }),
        }
    }

    /// The decision by relation: where less, equal and greater lead.
    pub(crate) fn versus(&mut self, view: View, operand: Operand, ways: [NodeId; 3]) -> NodeId {
        if ways[0] == ways[1] && ways[1] == ways[2] {
            return ways[0];
        }
        self.intern(Node::Versus { view, operand, ways })
    }

    /// The decision whether `atom` holds.
    pub(crate) fn atom(&mut self, atom: &Atom, yes: NodeId, no: NodeId) -> NodeId {
        match atom {
            Atom::In { view, set } => self.switch(*view, map_of(set, yes, no)),
            Atom::Versus { view, operand, relation } => {
                let ways = Relation::EACH.map(|part| if relation.includes(part) { yes } else { no });
                self.versus(*view, *operand, ways)
            }
        }
    }
}

/// The ranges of `set` and those between them.
fn map_of(set: &WordSet, yes: NodeId, no: NodeId) -> Vec<(u32, NodeId)> {
    let mut map = Vec::with_capacity(2 * set.ranges().len() + 1);
    if !set.contains(0) {
        map.push((0, no));
    }
    for &(first, last) in set.ranges() {
        map.push((first, yes));
        map.extend(last.checked_add(1).map(|next| (next, no)));
    }
    map
}

/// The ranges of a switch's map, each from a first to a last number.
pub(crate) fn ranges(map: &[(u32, NodeId)]) -> impl Iterator<Item = (u32, u32, NodeId)> + '_ {
    map.iter().enumerate().map(|(index, &(first, node))| {
        let last = map.get(index + 1).map_or(u32::MAX, |next| next.0.wrapping_sub(1));
        (first, last, node)
    })
}
