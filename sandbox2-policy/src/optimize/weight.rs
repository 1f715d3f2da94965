//! How much it matters that a number is decided soon.

use super::diagram::{Diagram, Node, NodeId};
use crate::lower::Dag;

/// A plain call: the kernel answers it from its bitmap, so only installation runs through its path.
const PLAIN: u64 = 4;

/// A call whose arguments are looked at runs the program each time.
const CHECKED: u64 = 96;

/// The last of the numbers said to be hot; each one before it weighs this much more.
const HOT: u64 = 256;

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
}

impl Weights {
    /// The weights of the calls of `dag`, which lead to the nodes `decided`.
    pub(crate) fn new(dag: &Dag, decided: &[(u32, NodeId)], diagram: &Diagram, hot: &[u32]) -> Weights {
        let mut own: Vec<(u32, u64)> = Vec::with_capacity(decided.len() + hot.len());
        for &(nr, node) in decided {
            let plain = matches!(diagram.get(node), Node::Return(_));
            own.push((nr, if plain { PLAIN } else { CHECKED }));
        }
        let count = hot.len() as u64;
        for (index, &nr) in hot.iter().enumerate() {
            own.push((nr, HOT.saturating_mul(count - index as u64)));
        }
        own.sort_unstable();
        let mut total = 0;
        let mut before = Vec::with_capacity(own.len());
        for (nr, weight) in own {
            before.push((nr, total));
            total += weight;
        }
        Weights { before, total, open: dag.default().permits() }
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
