//! Conditions made simpler: nested junctions become one, comparisons of the same view merge, what several parts have in
//! common is said once, and masks that only cut off low bits become ranges.

use std::collections::{BTreeMap, BTreeSet};

use crate::lower::condition::{Atom, Condition, ConditionId, Conditions, Junction};
use crate::lower::set::WordSet;
use crate::lower::words::{Relation, View};
use crate::program::Operand;

/// Simple conditions, made from those of a `Dag`.
#[derive(Debug)]
pub(crate) struct Simplifier<'a> {
    source: &'a Conditions,
    simple: Conditions,
    done: BTreeMap<ConditionId, ConditionId>,
}

impl<'a> Simplifier<'a> {
    /// For the conditions of `source`.
    pub(crate) fn new(source: &'a Conditions) -> Simplifier<'a> {
        Simplifier { source, simple: Conditions::new(), done: BTreeMap::new() }
    }

    /// The simple conditions made so far.
    pub(crate) fn conditions(&self) -> &Conditions {
        &self.simple
    }

    /// The same, to add to them.
    pub(crate) fn conditions_mut(&mut self) -> &mut Conditions {
        &mut self.simple
    }

    /// The simple condition that holds where `id` of the source does.
    pub(crate) fn simplify(&mut self, id: ConditionId) -> ConditionId {
        if let Some(&done) = self.done.get(&id) {
            return done;
        }
        let source = self.source;
        let simple = match source.get(id) {
            Condition::Constant(holds) => self.simple.constant(*holds),
            Condition::Atom(Atom::In { view, set }) => within(*view, set, &mut self.simple),
            Condition::Atom(Atom::Versus { view, operand, relation }) => self.simple.versus(*view, *operand, *relation),
            Condition::Junction(junction, parts) => {
                let parts = parts.iter().map(|&part| self.simplify(part)).collect();
                self.join(*junction, parts)
            }
        };
        self.done.insert(id, simple);
        simple
    }

    /// Those simple conditions joined into one.
    pub(crate) fn join(&mut self, junction: Junction, parts: Vec<ConditionId>) -> ConditionId {
        let mut parts = parts;
        loop {
            match self.merged(junction, parts) {
                Err(constant) => return self.simple.constant(constant),
                Ok(merged) => parts = merged,
            }
            match self.factored(junction, &parts) {
                Some(factored) => parts = factored,
                None => return self.simple.junction(junction, parts),
            }
        }
    }

    /// The parts without nesting and repetition, one at most for each view and operand; or what they amount to if that is
    /// constant.
    fn merged(&mut self, junction: Junction, parts: Vec<ConditionId>) -> Result<Vec<ConditionId>, bool> {
        let mut seen = BTreeSet::new();
        let mut slots: Vec<Slot> = Vec::with_capacity(parts.len());
        let mut sets: BTreeMap<View, Vec<(u32, u32)>> = BTreeMap::new();
        let mut relations: BTreeMap<(View, Operand), Relation> = BTreeMap::new();
        let mut todo: Vec<ConditionId> = parts.into_iter().rev().collect();
        while let Some(part) = todo.pop() {
            match self.simple.get(part) {
                Condition::Constant(holds) if *holds == junction.of_nothing() => {}
                Condition::Constant(holds) => return Err(*holds),
                Condition::Junction(inner, parts) if *inner == junction => todo.extend(parts.iter().rev()),
                Condition::Junction(..) => {
                    if seen.insert(part) {
                        slots.push(Slot::Part(part));
                    }
                }
                Condition::Atom(Atom::In { view, set }) => {
                    let ranges = sets.entry(*view).or_insert_with(|| {
                        slots.push(Slot::Set(*view));
                        Vec::new()
                    });
                    // All of them is none of their complements.
                    match junction {
                        Junction::Any => ranges.extend_from_slice(set.ranges()),
                        Junction::All => ranges.extend_from_slice(set.complement().ranges()),
                    }
                }
                Condition::Atom(Atom::Versus { view, operand, relation }) => {
                    let key = (*view, *operand);
                    let merged = relations.entry(key).or_insert_with(|| {
                        slots.push(Slot::Relation(key));
                        *relation
                    });
                    *merged = match junction {
                        Junction::Any => merged.or(*relation),
                        Junction::All => merged.and(*relation),
                    };
                }
            }
        }
        let mut merged = Vec::with_capacity(slots.len());
        for slot in slots {
            let part = match slot {
                Slot::Part(part) => part,
                Slot::Set(view) => {
                    let set = WordSet::of(sets.remove(&view).unwrap_or_default());
                    let set = if junction == Junction::All { set.complement() } else { set };
                    within(view, &set, &mut self.simple)
                }
                Slot::Relation(key) => {
                    let relation = relations.get(&key).copied().unwrap_or(Relation::NEVER);
                    self.simple.versus(key.0, key.1, relation)
                }
            };
            match self.simple.get(part) {
                Condition::Constant(holds) if *holds == junction.of_nothing() => {}
                Condition::Constant(holds) => return Err(*holds),
                _ => merged.push(part),
            }
        }
        Ok(merged)
    }

    /// The parts with what several of them have in common taken out: `a && b || a && c` is `a && (b || c)`. `None` if they
    /// have nothing in common.
    fn factored(&mut self, junction: Junction, parts: &[ConditionId]) -> Option<Vec<ConditionId>> {
        let inner = junction.dual();
        let mut holders: BTreeMap<ConditionId, Vec<usize>> = BTreeMap::new();
        for (index, &part) in parts.iter().enumerate() {
            if let Condition::Junction(_, members) = self.simple.get(part) {
                for &member in members {
                    holders.entry(member).or_default().push(index);
                }
            }
        }
        let mut shared: Vec<(ConditionId, Vec<usize>)> = holders.into_iter().filter(|(_, at)| at.len() > 1).collect();
        shared.sort_by_key(|(member, at)| (usize::MAX - at.len(), *member));
        let mut slots: Vec<Option<ConditionId>> = parts.iter().copied().map(Some).collect();
        let mut taken = vec![false; parts.len()];
        let mut changed = false;
        for (member, at) in shared {
            let at: Vec<usize> = at.into_iter().filter(|&index| !taken[index]).collect();
            if at.len() < 2 {
                continue;
            }
            changed = true;
            let mut rests = Vec::with_capacity(at.len());
            for &index in &at {
                taken[index] = true;
                slots[index] = None;
                if let Condition::Junction(_, members) = self.simple.get(parts[index]) {
                    let rest = members.iter().copied().filter(|&other| other != member).collect();
                    rests.push(self.simple.junction(inner, rest));
                }
            }
            let rest = self.join(junction, rests);
            slots[at[0]] = Some(self.join(inner, vec![member, rest]));
        }
        changed.then(|| slots.into_iter().flatten().collect())
    }
}

/// What one place of a junction holds while its parts are merged.
enum Slot {
    Part(ConditionId),
    Set(View),
    Relation((View, Operand)),
}

/// That `view` is in `set`, said so that different ways to say it look the same.
fn within(view: View, set: &WordSet, conditions: &mut Conditions) -> ConditionId {
    let Some(Operand::Known(mask)) = view.mask else {
        return conditions.within(view, set.clone());
    };
    if mask == 0 {
        return conditions.constant(set.contains(0));
    }
    if mask.leading_ones() + mask.trailing_zeros() == 32 {
        return conditions.within(View::bare(view.word), unmasked(mask, set));
    }
    if mask.is_power_of_two() {
        let zero = WordSet::one(0);
        let set = match (set.contains(0), set.contains(mask)) {
            (true, true) => WordSet::full(),
            (true, false) => zero,
            (false, true) => zero.complement(),
            (false, false) => WordSet::empty(),
        };
        return conditions.within(view, set);
    }
    // A masked word never has a bit outside the mask: numbers that do may count as whatever is convenient.
    let never = |&(first, last): &(u32, u32)| first > mask || first == last && first & !mask != 0;
    let kept = WordSet::of(set.ranges().iter().copied().filter(|range| !never(range)).collect());
    let gaps = kept.complement().ranges().iter().copied().filter(|range| !never(range)).collect();
    let mut kept = WordSet::of(gaps).complement();
    let beyond = WordSet::range(mask, u32::MAX);
    kept = if kept.contains(mask) { kept.union(&beyond) } else { kept.intersection(&beyond.complement()) };
    conditions.within(view, kept)
}

/// The words that are in `set` once their low bits are cut off by `mask`, which is ones and then zeros.
fn unmasked(mask: u32, set: &WordSet) -> WordSet {
    let mut ranges = Vec::with_capacity(set.ranges().len());
    for &(first, last) in set.ranges() {
        let begin = if first & !mask == 0 { Some(first) } else { (first | !mask).checked_add(1) };
        ranges.extend(begin.filter(|begin| *begin <= last).map(|begin| (begin, last | !mask)));
    }
    WordSet::of(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::words::Word;

    #[test]
    fn every_mask_normal_form_holds_for_the_same_words() {
        let samples = [0, 1, 2, 3, 4, 5, 6, 7, 8, 0x7fff_ffff, 0x8000_0000, 0x8000_0005, 0xffff_fff0, u32::MAX];
        for mask in [0, 1, 4, 5, 7, 0x8000_0000, 0xc000_0000, 0xffff_fffc, 0x8000_0005] {
            for first in samples {
                for last in samples {
                    let set = WordSet::range(first, last);
                    let mut conditions = Conditions::new();
                    let view = View { word: Word::low(0), mask: Some(Operand::Known(mask)), flip: false };
                    let id = within(view, &set, &mut conditions);
                    for word in samples {
                        let holds = match conditions.get(id) {
                            Condition::Constant(holds) => *holds,
                            Condition::Atom(Atom::In { view, set }) => {
                                let masked = if view.mask.is_none() { word } else { word & mask };
                                set.contains(masked)
                            }
                            other => panic!("unexpected {other:?}"),
                        };
                        assert_eq!(holds, set.contains(word & mask), "{word:#x} & {mask:#x} in {first:#x}..={last:#x}");
                    }
                }
            }
        }
    }
}
