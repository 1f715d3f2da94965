//! The arrangement of comparisons that finds the range a number is in.
//!
//! Ranges lie side by side, each leading somewhere. Between two of them one comparison decides (`>=`). A lone number with
//! the same on both sides needs one comparison too (`==`), instead of two. The arrangement with the least sum of weight
//! times depth, plus a price for each comparison, is found by dynamic programming over runs of ranges, with the search for
//! the best split of a run kept near those of the runs one shorter (Knuth 1971): that takes time in the square of their
//! number. Long lists are halved until that is affordable.
//!
//! However the weights are, no path gets longer than [`allowance`].

use super::diagram::NodeId;

/// A range of numbers that leads somewhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    /// Its first number; its last comes before the next piece's first.
    pub(crate) first: u32,
    /// Where it leads: elsewhere than its neighbours.
    pub(crate) target: NodeId,
    /// How much it matters that it is found soon.
    pub(crate) weight: u64,
}

/// Comparisons, and where they lead.
#[derive(Debug)]
pub(crate) enum Tree {
    /// Nothing is left to compare.
    Leaf(NodeId),
    /// Whether the number is this one.
    Equal {
        /// The number.
        value: u32,
        /// Where it leads.
        yes: NodeId,
        /// What is left otherwise.
        no: Box<Tree>,
    },
    /// Whether the number is at least this one.
    AtLeast {
        /// The number.
        first: u32,
        /// What is left from it on.
        yes: Box<Tree>,
        /// What is left below it.
        no: Box<Tree>,
    },
}

impl Tree {
    /// How many comparisons are made of that number.
    pub(crate) fn comparisons_before(&self, number: u32) -> u64 {
        let mut made = 0;
        let mut tree = self;
        loop {
            tree = match tree {
                Tree::Leaf(_) => return made,
                Tree::Equal { value, .. } if *value == number => return made + 1,
                Tree::Equal { no, .. } => no,
                Tree::AtLeast { first, yes, no } => {
                    if number >= *first {
                        yes
                    } else {
                        no
                    }
                }
            };
            made += 1;
        }
    }

    fn depth(&self) -> u32 {
        match self {
            Tree::Leaf(_) => 0,
            Tree::Equal { no, .. } => 1 + no.depth(),
            Tree::AtLeast { yes, no, .. } => 1 + yes.depth().max(no.depth()),
        }
    }
}

/// How many ranges the search takes at once.
const SEARCHED: usize = 144;

/// The ranges from which on a jump may need a stepping stone, for which a comparison is set aside.
const FAR: usize = 100;

/// How many lone numbers are compared one after the other at most.
const CHAIN: usize = 4;

/// The longest path through the comparisons of that many ranges.
fn allowance(pieces: usize) -> u32 {
    let levels = |n: usize| n.next_power_of_two().trailing_zeros();
    let boundaries = pieces.saturating_sub(1).max(1);
    2 + levels(boundaries) - u32::from(pieces > FAR)
}

/// Arranges the comparisons of `pieces`, which cover all numbers in order; `price` is what one comparison more is worth in
/// weight times depth. `outweighing` pieces may take a comparison before all others, on top of the allowance.
pub(crate) fn arrange(pieces: &[Piece], price: u64, outweighing: u32) -> Tree {
    within(pieces.to_vec(), price, allowance(pieces.len()) + outweighing)
}

/// Arranges them with no path longer than `limit`, which is enough to halve them.
fn within(mut pieces: Vec<Piece>, price: u64, limit: u32) -> Tree {
    if let Some(at) = dominant(&pieces).filter(|_| limit > 1 && halvings(pieces.len() - 1) < limit) {
        let Piece { first, target, .. } = pieces[at];
        pieces.remove(at);
        if at > 0 && pieces[at - 1].target == pieces[at].target {
            pieces[at - 1].weight += pieces[at].weight;
            pieces.remove(at);
        } else if at == 0 {
            pieces[0].first = 0;
        }
        return Tree::Equal { value: first, yes: target, no: Box::new(within(pieces, price, limit - 1)) };
    }
    if pieces.len() > SEARCHED {
        let middle = pieces.len() / 2;
        let upper = pieces.split_off(middle);
        let first = upper[0].first;
        return Tree::AtLeast {
            first,
            yes: Box::new(within(upper, price, limit - 1)),
            no: Box::new(within(pieces, price, limit - 1)),
        };
    }
    // Lighter differences make flatter trees, until the path is short enough.
    for lightness in [0, 3, 6, 9] {
        for piece in &mut pieces {
            piece.weight = 1 + (piece.weight >> lightness);
        }
        let tree = Search::new(&pieces, price >> lightness).tree(0, pieces.len() - 1);
        if tree.depth() <= limit {
            return tree;
        }
    }
    halved(&pieces)
}

/// The lone number that outweighs all others together, if there is one worth asking for first.
fn dominant(pieces: &[Piece]) -> Option<usize> {
    if pieces.len() < 4 {
        return None;
    }
    let total: u64 = pieces.iter().map(|piece| piece.weight).sum();
    let at = pieces.iter().position(|piece| 2 * piece.weight > total)?;
    is_lone(pieces, at).then_some(at)
}

/// Whether a piece that is not the last is only one number.
fn is_lone(pieces: &[Piece], at: usize) -> bool {
    pieces.get(at + 1).is_some_and(|next| next.first - pieces[at].first == 1)
}

/// How deep the tree is that halves that many ranges.
fn halvings(pieces: usize) -> u32 {
    pieces.next_power_of_two().trailing_zeros()
}

/// The flattest tree, whatever the weights.
fn halved(pieces: &[Piece]) -> Tree {
    match pieces {
        [only] => Tree::Leaf(only.target),
        [around, lone, after] if around.target == after.target && is_lone(pieces, 1) => {
            Tree::Equal { value: lone.first, yes: lone.target, no: Box::new(Tree::Leaf(around.target)) }
        }
        _ => {
            let (lower, upper) = pieces.split_at(pieces.len() / 2);
            Tree::AtLeast { first: upper[0].first, yes: Box::new(halved(upper)), no: Box::new(halved(lower)) }
        }
    }
}

/// Dynamic programming over the runs of a list of pieces.
struct Search<'a> {
    pieces: &'a [Piece],
    price: u64,
    /// Sums of the weights before each piece.
    before: Vec<u64>,
    /// For each piece the last one, in steps of two, up to which all lead where it does.
    alike_to: Vec<usize>,
    /// For each piece the one, in steps of two, up to which all before are lone numbers.
    lone_to: Vec<usize>,
    /// For each run, by begin and end: the cost of its best tree.
    costs: Vec<u64>,
    /// And where that tree splits it: before which piece. For a chain it only guides the search of longer runs.
    splits: Vec<u16>,
}

impl<'a> Search<'a> {
    fn new(pieces: &'a [Piece], price: u64) -> Search<'a> {
        let count = pieces.len();
        let mut before = Vec::with_capacity(count + 1);
        let mut sum = 0;
        before.push(0);
        for piece in pieces {
            sum += piece.weight;
            before.push(sum);
        }
        let (mut alike_to, mut lone_to): (Vec<usize>, Vec<usize>) = ((0..count).collect(), (0..count).collect());
        for at in (0..count).rev() {
            if at + 2 < count && pieces[at].target == pieces[at + 2].target {
                alike_to[at] = alike_to[at + 2];
            }
            if is_lone(pieces, at) {
                lone_to[at] = lone_to.get(at + 2).copied().unwrap_or(at + 2);
            }
        }
        let costs = vec![0; count * count];
        let splits = vec![0; count * count];
        let mut search = Search { pieces, price, before, alike_to, lone_to, costs, splits };
        for begin in 0..count {
            search.splits[begin * count + begin] = begin as u16;
        }
        for length in 2..=count {
            for begin in 0..=count - length {
                search.solve(begin, begin + length - 1);
            }
        }
        search
    }

    /// Finds the best tree of the run from piece `begin` to piece `end`, once those of all shorter runs are known.
    fn solve(&mut self, begin: usize, end: usize) {
        let count = self.pieces.len();
        let low = usize::from(self.splits[begin * count + end - 1]);
        let low = if low <= begin { begin + 1 } else { low };
        let high = usize::from(self.splits[(begin + 1) * count + end]);
        let high = if high < low { low } else { high };
        // Plain loops and comparisons: this is where the time goes, and a macro is not optimised.
        let mut best = u64::MAX;
        let mut split = low;
        let mut at = low;
        while at <= high {
            let cost = self.costs[begin * count + at - 1] + self.costs[at * count + end];
            if cost < best {
                best = cost;
                split = at;
            }
            at += 1;
        }
        best = best.saturating_add(self.before[end + 1] - self.before[begin]).saturating_add(self.price);
        if end - begin >= 2
            && end - begin <= 2 * CHAIN
            && let Some(chain) = self.chain(begin, end)
        {
            let cost = self.chain_cost(begin, end, &chain);
            best = best.min(cost);
        }
        self.costs[begin * count + end] = best;
        self.splits[begin * count + end] = split as u16;
    }

    /// The lone numbers of the run in the order of their weight, if everything between them leads to the same place.
    fn chain(&self, begin: usize, end: usize) -> Option<Vec<usize>> {
        if end - begin < 2 || end - begin > 2 * CHAIN {
            return None;
        }
        let lone = |from: usize| self.lone_to[from] > end;
        let lead_alike = |from: usize| self.alike_to[from] + 1 >= end;
        let lone_from = if lead_alike(begin) && lone(begin + 1) {
            begin + 1
        } else if lead_alike(begin + 1) && lone(begin) {
            begin
        } else {
            return None;
        };
        let mut chain: Vec<usize> = (lone_from..=end).step_by(2).collect();
        chain.sort_by_key(|&at| (u64::MAX - self.pieces[at].weight, at));
        (chain.len() <= CHAIN).then_some(chain)
    }

    fn chain_cost(&self, begin: usize, end: usize, chain: &[usize]) -> u64 {
        let mut left = self.before[end + 1] - self.before[begin];
        let mut cost = self.price * chain.len() as u64;
        for &at in chain {
            cost += left;
            left -= self.pieces[at].weight;
        }
        cost
    }

    /// The best tree of the run from piece `begin` to piece `end`.
    fn tree(&self, begin: usize, end: usize) -> Tree {
        if begin == end {
            return Tree::Leaf(self.pieces[begin].target);
        }
        let count = self.pieces.len();
        if let Some(chain) = self.chain(begin, end)
            && self.chain_cost(begin, end, &chain) <= self.costs[begin * count + end]
        {
            let between = if chain.contains(&begin) { begin + 1 } else { begin };
            let rest = Tree::Leaf(self.pieces[between].target);
            return chain.iter().rev().fold(rest, |no, &at| {
                let Piece { first, target, .. } = self.pieces[at];
                Tree::Equal { value: first, yes: target, no: Box::new(no) }
            });
        }
        let split = usize::from(self.splits[begin * count + end]);
        Tree::AtLeast {
            first: self.pieces[split].first,
            yes: Box::new(self.tree(split, end)),
            no: Box::new(self.tree(begin, split - 1)),
        }
    }
}
