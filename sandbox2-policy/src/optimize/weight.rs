//! How much it matters that a number is decided soon.

use std::collections::BTreeMap;

use super::diagram::{Diagram, Node, NodeId};
use super::select;
use crate::lower::Dag;

/// A plain call: the kernel answers it from its bitmap, so only installation runs through its path.
const PLAIN: u64 = 4;

/// A call whose arguments are looked at runs the program each time. Twice the weight is one comparison less.
const CHECKED: u64 = 96;

/// What a call that may be made weighs with light weights, and one that may not.
const LIGHT: u64 = 4;
const DENIED: u64 = 1;

/// How many plain calls a call is worth there whose arguments are looked at.
const LOOKED_AT: u64 = 4;

/// How many hot numbers at most outweigh all that comes after them together.
const OUTWEIGHING: usize = 3;

/// Where an architecture's table of calls may end.
const TABLE_END: u32 = 512;

/// The weights of the numbers of one policy.
#[derive(Debug)]
pub(crate) struct Weights {
    own: Sums,
    light: Sums,
    /// The instructions on the longest path from each node on that looks at arguments, without the return.
    behind: BTreeMap<NodeId, u64>,
    /// Whether a call without rules is made, so that those numbers matter too.
    open: bool,
    /// How many numbers outweigh all that comes after them together.
    outweighing: u32,
}

impl Weights {
    /// The weights of the calls of `dag`, which lead to the nodes `decided`.
    pub(crate) fn new(dag: &Dag, decided: &[(u32, NodeId)], diagram: &Diagram, hot: &[u32]) -> Weights {
        let mut own: Vec<(u32, u64)> = Vec::with_capacity(decided.len() + hot.len());
        let mut light: Vec<(u32, u64)> = Vec::with_capacity(decided.len());
        let mut behind = BTreeMap::new();
        for &(nr, node) in decided {
            // What takes longer to look at is asked for sooner, so that no call takes much longer than another.
            let (weight, lightest) = match diagram.get(node) {
                Node::Return(verdict) => (PLAIN, if verdict.permits() { LIGHT } else { DENIED }),
                _ => {
                    let longest = *behind.entry(node).or_insert_with(|| select::longest_path(diagram, node));
                    (CHECKED << longest.saturating_sub(2).min(5), LIGHT * LOOKED_AT)
                }
            };
            own.push((nr, weight));
            light.push((nr, lightest));
        }
        let all = own.iter().map(|entry| entry.1).sum::<u64>() + PLAIN;
        let mut weight = all;
        for (index, &nr) in hot.iter().enumerate().rev() {
            if index < OUTWEIGHING {
                weight = weight.saturating_mul(3);
                own.push((nr, weight));
            } else {
                own.push((nr, all / 4));
                weight += all / 4;
            }
        }
        let outweighing = hot.len().min(OUTWEIGHING) as u32;
        Weights { own: Sums::of(own), light: Sums::of(light), behind, open: dag.default().permits(), outweighing }
    }

    /// How many numbers outweigh all that comes after them together: worth a comparison of their own before all others.
    pub(crate) fn outweighing(&self) -> u32 {
        self.outweighing
    }

    /// The weight of the numbers from `first` to `last`.
    pub(crate) fn of(&self, first: u32, last: u32) -> u64 {
        self.own.between(first, last) + self.others(first, last, PLAIN) + 1
    }

    /// Their weight where calls differ little.
    pub(crate) fn light(&self, first: u32, last: u32) -> u64 {
        self.light.between(first, last) + self.others(first, last, LIGHT) + 1
    }

    /// The instructions on the longest path from `node` on, without the return: 0 if it looks at no argument.
    pub(crate) fn behind(&self, node: NodeId) -> u64 {
        self.behind.get(&node).copied().unwrap_or(0)
    }

    /// The weight of the numbers without rules.
    fn others(&self, first: u32, last: u32, each: u64) -> u64 {
        if self.open && first < TABLE_END { each * u64::from(last.min(TABLE_END) - first) } else { 0 }
    }
}

/// The weights of numbers, ascending, each as the sum of all before it.
#[derive(Debug)]
struct Sums {
    before: Vec<(u32, u64)>,
    total: u64,
}

impl Sums {
    fn of(mut weights: Vec<(u32, u64)>) -> Sums {
        weights.sort_unstable();
        let mut total = 0_u64;
        let mut before = Vec::with_capacity(weights.len());
        for (nr, weight) in weights {
            before.push((nr, total));
            total = weight.saturating_add(total);
        }
        Sums { before, total }
    }

    fn between(&self, first: u32, last: u32) -> u64 {
        let up_to = |end: usize| self.before.get(end).map_or(self.total, |entry| entry.1);
        let begin = self.before.partition_point(|entry| entry.0 < first);
        let end = self.before.partition_point(|entry| entry.0 <= last);
        up_to(end) - up_to(begin)
    }
}
