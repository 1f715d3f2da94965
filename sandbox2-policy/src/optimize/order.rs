//! The order of what commutes: conditions that look at the same word side by side, and those first that most depends on.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::insn::offset;
use crate::lower::Arm;
use crate::lower::condition::{Condition, ConditionId, Conditions};
use crate::lower::words::{View, Word};

/// The arms with the parts of every junction sorted: arguments that many parts look at come first, then those that need one
/// word only; of an argument, the high half comes first; of a word, the bare one before what is made of it.
pub(crate) fn ranked(arms: &[Arm], conditions: &mut Conditions) -> Vec<Arm> {
    let mut uses = BTreeMap::new();
    for arm in arms {
        count(arm.condition, conditions, &mut uses);
    }
    let mut order = Order { uses, sorted: BTreeMap::new() };
    arms.iter().map(|arm| Arm { condition: order.sort(arm.condition, conditions).1, verdict: arm.verdict }).collect()
}

/// How many parts look at each word.
fn count(id: ConditionId, conditions: &Conditions, uses: &mut BTreeMap<Word, u32>) {
    match conditions.get(id) {
        Condition::Constant(_) => {}
        Condition::Atom(atom) => *uses.entry(atom.view().word).or_default() += 1,
        Condition::Junction(_, parts) => parts.iter().for_each(|&part| count(part, conditions, uses)),
    }
}

/// Where a condition belongs: by uses, words needed, argument, half, view.
type Rank = (Reverse<u32>, usize, u32, Reverse<bool>, Option<View>);

struct Order {
    uses: BTreeMap<Word, u32>,
    sorted: BTreeMap<ConditionId, (Rank, ConditionId)>,
}

impl Order {
    fn rank(&self, view: View) -> Rank {
        let arg = view.word.offset().saturating_sub(offset::arg_low(0)) / 8;
        let halves = [Word::low(arg as u8), Word::high(arg as u8)];
        let uses = halves.iter().filter_map(|word| self.uses.get(word));
        (
            Reverse(uses.clone().copied().max().unwrap_or(0)),
            uses.count(),
            arg,
            Reverse(view.word == halves[1]),
            Some(view),
        )
    }

    /// The condition with sorted parts, and where it belongs among others: where its first part does.
    fn sort(&mut self, id: ConditionId, conditions: &mut Conditions) -> (Rank, ConditionId) {
        if let Some(&done) = self.sorted.get(&id) {
            return done;
        }
        let done = match conditions.get(id) {
            Condition::Constant(_) => ((Reverse(0), 0, 0, Reverse(false), None), id),
            Condition::Atom(atom) => (self.rank(atom.view()), id),
            Condition::Junction(junction, parts) => {
                let (junction, parts) = (*junction, parts.clone());
                let mut parts: Vec<_> = parts.into_iter().map(|part| self.sort(part, conditions)).collect();
                parts.sort_by_key(|part| part.0);
                let rank = parts[0].0;
                (rank, conditions.junction(junction, parts.into_iter().map(|part| part.1).collect()))
            }
        };
        self.sorted.insert(id, done);
        done
    }
}
