//! The arrangement of call numbers: how soon each is decided.
//!
//! The kernel answers a call that is allowed whatever its arguments from its bitmap, so the program runs for those whose
//! arguments are looked at. The longest of their paths counts first; the heavy weights of
//! [`Weights`](super::weight::Weights) make it short. Most calls are not of that kind, however, and each of them is run
//! through once at installation. So calls differ little to begin with, and those whose path is too long are made heavier
//! until none is: what comes out has a longest path no longer, and a mean path that is often much shorter.

use super::tree::{self, Piece, Tree};

/// A piece as the heavy weights have it, and what is known besides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    /// With the weight that favours calls whose arguments are looked at.
    pub(crate) piece: Piece,
    /// Its light weight.
    pub(crate) light: u64,
    /// The instructions on the longest path from its target on, without the return: 0 if it looks at no argument.
    pub(crate) behind: u64,
}

/// How often what takes too long is made heavier, by twice each time, starting from light weights.
const FROM_LIGHT: usize = 8;

/// The same, starting halfway to the heavy weights.
const FROM_HALF: usize = 3;

/// Arranges the comparisons of `calls`, which cover all numbers in order; `price` is what one comparison more is worth.
pub(crate) fn arrange(calls: &[Call], price: u64) -> Tree {
    let heavy: Vec<Piece> = calls.iter().map(|call| call.piece).collect();
    let heavy = Arranged::new(tree::arrange(&heavy, price, 0), calls);
    if heavy.longest == 0 {
        return heavy.tree;
    }
    let limit = heavy.cost;
    let mut best = heavy;
    let mut bound = best.longest;
    // A shorter longest path is worth it as long as the other calls do not pay for it.
    while let Some(shorter) = within(calls, price, bound).filter(|found| found.cost <= limit) {
        bound = shorter.longest.saturating_sub(1);
        best = shorter;
    }
    best.tree
}

/// The best arrangement found in which no path that looks at arguments is longer than `bound`.
fn within(calls: &[Call], price: u64, bound: u64) -> Option<Arranged> {
    let light = calls.iter().map(|call| call.light).collect();
    let half = calls.iter().map(|call| call.light + if call.behind > 0 { call.piece.weight / 2 } else { 0 });
    let found =
        [heavier(calls, light, price, bound, FROM_LIGHT), heavier(calls, half.collect(), price, bound, FROM_HALF)];
    found.into_iter().flatten().min_by_key(|arranged| arranged.cost)
}

/// Arranges `calls` by those weights, and makes those heavier whose path is longer than `bound`, until none is.
fn heavier(calls: &[Call], mut weights: Vec<u64>, price: u64, bound: u64, rounds: usize) -> Option<Arranged> {
    for _ in 0..rounds {
        let pieces: Vec<Piece> =
            calls.iter().zip(&weights).map(|(call, &weight)| Piece { weight, ..call.piece }).collect();
        let arranged = Arranged::new(tree::arrange(&pieces, price, 0), calls);
        if arranged.longest <= bound {
            return Some(arranged);
        }
        for (index, call) in calls.iter().enumerate() {
            if call.behind > 0 && arranged.depths[index] + call.behind > bound {
                weights[index] = weights[index].saturating_mul(2);
            }
        }
    }
    None
}

/// A tree and how long its paths are.
struct Arranged {
    tree: Tree,
    /// The comparisons before each call.
    depths: Vec<u64>,
    /// The longest path that looks at arguments, from the first comparison on.
    longest: u64,
    /// The comparisons before each call by its light weight.
    cost: u64,
}

impl Arranged {
    fn new(tree: Tree, calls: &[Call]) -> Arranged {
        let depths: Vec<u64> = calls.iter().map(|call| tree.comparisons_before(call.piece.first)).collect();
        let mut longest = 0;
        let mut cost = 0;
        for (call, &depth) in calls.iter().zip(&depths) {
            if call.behind > 0 {
                longest = longest.max(depth + call.behind);
            }
            cost += call.light.saturating_mul(depth);
        }
        Arranged { tree, depths, longest, cost }
    }
}
