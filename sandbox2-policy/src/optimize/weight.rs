//! How much it matters that a number is decided soon.

use super::diagram::{Diagram, Node, NodeId};
use super::select;
use crate::lower::Dag;

/// A plain call: the kernel answers it from its bitmap, so only installation runs through its path.
const PLAIN: u64 = 4;

/// A call whose arguments are looked at runs the program each time. Twice the weight is one comparison less.
const CHECKED: u64 = 96;

/// How many hot numbers at most outweigh all that comes after them together.
const OUTWEIGHING: usize = 3;

/// Where an architecture's table of calls may end.
const TABLE_END: u32 = 512;

/// The weights of the numbers of one policy.
#[derive(Debug)]
pub(crate) struct Weights {
    /// The numbers that weigh something of their own, ascending, each with the sum of all weights before it.
    before: Vec<(u32, u64)>,
    total: u64,
    /// Whether a call without rules is made, so that those numbers matter too.
    open: bool,
    /// How many numbers outweigh all that comes after them together.
    outweighing: u32,
}

impl Weights {
    /// The weights of the calls of `dag`, which lead to the nodes `decided`.
    pub(crate) fn new(dag: &Dag, decided: &[(u32, NodeId)], diagram: &Diagram, hot: &[u32]) -> Weights {
        let mut own: Vec<(u32, u64)> = Vec::with_capacity(decided.len() + hot.len());
        for &(nr, node) in decided {
            let plain = matches!(diagram.get(node), Node::Return(_));
            // What takes longer to look at is asked for sooner, so that no call takes much longer than another.
            let weight =
                if plain { PLAIN } else { CHECKED << select::longest_path(diagram, node).saturating_sub(2).min(5) };
            own.push((nr, weight));
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
        own.sort_unstable();
        let mut total = 0;
        let mut before = Vec::with_capacity(own.len());
        for (nr, weight) in own {
            before.push((nr, total));
            total = weight.saturating_add(total);
        }
        Weights { before, total, open: dag.default().permits(), outweighing: hot.len().min(OUTWEIGHING) as u32 }
    }

    /// How many numbers outweigh all that comes after them together: worth a comparison of their own before all others.
    pub(crate) fn outweighing(&self) -> u32 {
        self.outweighing
    }

    /// The weight of the numbers from `first` to `last`.
    pub(crate) fn of(&self, first: u32, last: u32) -> u64 {
        let up_to = |end: usize| self.before.get(end).map_or(self.total, |entry| entry.1);
        let begin = self.before.partition_point(|entry| entry.0 < first);
        let end = self.before.partition_point(|entry| entry.0 <= last);
        let own = up_to(end) - up_to(begin);
        let others = if self.open && first < TABLE_END { PLAIN * u64::from(last.min(TABLE_END) - first) } else { 0 };
        own + others + 1
    }
}
