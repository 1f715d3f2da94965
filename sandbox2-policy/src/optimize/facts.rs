//! Decisions that the way to them has already taken are dropped.

use std::collections::BTreeMap;

use super::diagram::{Diagram, Node, NodeId, ranges};
use crate::lower::set::WordSet;
use crate::lower::words::{Relation, View, Words};
use crate::program::Operand;

/// How many decisions deep a diagram may be to be gone through: the walk is recursive.
const MAX_DEPTH: u32 = 200;

/// How many decisions are gone through under different facts before the rest is left as it is.
const BUDGET: usize = 1500;

/// How many numbers of a set are looked at one by one.
const FEW: usize = 32;

/// The node that decides as `node` does, with each decision taken at most once on each way.
pub(crate) fn specialize(diagram: &mut Diagram, node: NodeId) -> NodeId {
    if diagram.depth(node) > MAX_DEPTH {
        return node;
    }
    Specializer { diagram, done: BTreeMap::new(), budget: BUDGET }.under(node, &Facts::default())
}

/// What is certain at a place of a diagram.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Facts {
    /// The numbers that views can be.
    sets: BTreeMap<View, WordSet>,
    /// How views can stand to operands.
    relations: BTreeMap<(View, Operand), Relation>,
}

impl Facts {
    /// Only those about `words`.
    fn about(&self, words: Words) -> Facts {
        let sets = self.sets.iter().filter(|(view, _)| words.contains(view.word));
        let relations = self.relations.iter().filter(|((view, _), _)| words.contains(view.word));
        Facts {
            sets: sets.map(|(view, set)| (*view, set.clone())).collect(),
            relations: relations.map(|(key, relation)| (*key, *relation)).collect(),
        }
    }

    /// The numbers from `first` to `last` that `view` can be, as far as is known.
    fn possible(&self, view: View, first: u32, last: u32) -> WordSet {
        let range = WordSet::range(first, last);
        let set = self.sets.get(&view).map_or_else(|| range.clone(), |known| known.intersection(&range));
        let mask = match view.mask {
            None => u32::MAX,
            Some(Operand::Known(mask)) => mask,
            Some(Operand::Symbol { .. }) => return set,
        };
        if first > mask || first == last && first & !mask != 0 {
            return WordSet::empty();
        }
        for (other, known) in &self.sets {
            if other.word != view.word || *other == view || !self.rules_out(known, *other, mask, first, last) {
                continue;
            }
            return WordSet::empty();
        }
        set
    }

    /// Whether `other`, one of the numbers `known`, rules out that the same word under `mask` is from `first` to `last`.
    fn rules_out(&self, known: &WordSet, other: View, mask: u32, first: u32, last: u32) -> bool {
        let other_mask = match other.mask {
            None => u32::MAX,
            Some(Operand::Known(mask)) => mask,
            Some(Operand::Symbol { .. }) => return false,
        };
        let numbers = known.ranges();
        if numbers.len() > FEW || numbers.iter().any(|range| range.0 != range.1) {
            return false;
        }
        if first == last {
            return numbers.iter().all(|&(number, _)| number & mask != first & other_mask);
        }
        other.mask.is_none() && numbers.iter().all(|&(number, _)| !(first..=last).contains(&(number & mask)))
    }
}

struct Specializer<'a> {
    diagram: &'a mut Diagram,
    done: BTreeMap<(NodeId, Facts), NodeId>,
    budget: usize,
}

impl Specializer<'_> {
    /// The node that decides as `node` does wherever `facts` hold.
    fn under(&mut self, node: NodeId, facts: &Facts) -> NodeId {
        if matches!(self.diagram.get(node), Node::Return(_)) || self.budget == 0 {
            return node;
        }
        let key = (node, facts.about(self.diagram.words(node)));
        if let Some(&done) = self.done.get(&key) {
            return done;
        }
        self.budget -= 1;
        let done = match self.diagram.get(node).clone() {
            Node::Return(_) => node,
            Node::Switch { view, map } => self.switch(view, &map, &key.1),
            Node::Versus { view, operand, ways } => self.versus(view, operand, ways, &key.1),
        };
        self.done.insert(key, done);
        done
    }

    fn switch(&mut self, view: View, map: &[(u32, NodeId)], facts: &Facts) -> NodeId {
        let possible: Vec<WordSet> = ranges(map).map(|(first, last, _)| facts.possible(view, first, last)).collect();
        let mut numbers: BTreeMap<NodeId, Vec<(u32, u32)>> = BTreeMap::new();
        for (set, &(_, target)) in possible.iter().zip(map) {
            numbers.entry(target).or_default().extend_from_slice(set.ranges());
        }
        let mut targets: BTreeMap<NodeId, NodeId> = BTreeMap::new();
        for (target, ranges) in numbers {
            if !ranges.is_empty() {
                let mut known = facts.clone();
                known.sets.insert(view, WordSet::of(ranges));
                targets.insert(target, self.under(target, &known));
            }
        }
        // What cannot be may lead anywhere: it becomes part of the range before it, or after it at the beginning.
        let mut specialized: Vec<(u32, NodeId)> = Vec::with_capacity(map.len());
        for ((first, last, target), set) in ranges(map).zip(&possible) {
            if let Some(&target) = targets.get(&target).filter(|_| !set.is_empty()) {
                let first = if specialized.is_empty() { 0 } else { first };
                self.continue_at(view, first, last, target, &mut specialized);
            }
        }
        if specialized.is_empty() {
            return map[0].1;
        }
        self.diagram.switch(view, specialized)
    }

    /// Adds that `view` from `first` to `last` leads to `target`, or at once to where that would send it.
    fn continue_at(&mut self, view: View, first: u32, last: u32, target: NodeId, specialized: &mut Vec<(u32, NodeId)>) {
        match self.diagram.get(target) {
            Node::Switch { view: inner, map } if *inner == view => {
                for (inner_first, inner_last, node) in ranges(map) {
                    if inner_last >= first && inner_first <= last {
                        specialized.push((inner_first.max(first), node));
                    }
                }
            }
            _ => specialized.push((first, target)),
        }
    }

    fn versus(&mut self, view: View, operand: Operand, ways: [NodeId; 3], facts: &Facts) -> NodeId {
        let known = facts.relations.get(&(view, operand)).copied().unwrap_or(Relation::ANY);
        let mut specialized: [Option<NodeId>; 3] = [None; 3];
        for (index, part) in Relation::EACH.into_iter().enumerate() {
            if !known.includes(part) {
                continue;
            }
            let alike = Relation::EACH.into_iter().zip(ways).filter(|(_, way)| *way == ways[index]);
            let alike = alike.fold(Relation::NEVER, |all, (part, _)| all.or(part));
            let mut facts = facts.clone();
            facts.relations.insert((view, operand), known.and(alike));
            let target = self.under(ways[index], &facts);
            specialized[index] = Some(match self.diagram.get(target) {
                Node::Versus { view: v, operand: o, ways } if *v == view && *o == operand => ways[index],
                _ => target,
            });
        }
        let [less, equal, greater] = specialized;
        // What cannot be may lead anywhere: where a neighbour leads.
        let middle = equal.or(greater).or(less).unwrap_or(ways[1]);
        self.diagram.versus(view, operand, [less.unwrap_or(middle), middle, greater.unwrap_or(middle)])
    }
}
