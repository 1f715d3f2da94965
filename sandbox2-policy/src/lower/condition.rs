//! Conditions on words, hash-consed: equal conditions are one node.

use std::collections::BTreeMap;

use super::set::WordSet;
use super::words::{Relation, View};
use crate::program::Operand;

/// One condition of a [`Conditions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ConditionId(u32);

/// How several conditions are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Junction {
    /// All of them hold.
    All,
    /// At least one of them holds.
    Any,
}

impl Junction {
    /// The other one.
    pub(crate) fn dual(self) -> Junction {
        match self {
            Junction::All => Junction::Any,
            Junction::Any => Junction::All,
        }
    }

    /// What a junction of nothing amounts to.
    pub(crate) fn of_nothing(self) -> bool {
        self == Junction::All
    }
}

/// A condition that looks at one word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Atom {
    /// The view is one of these numbers.
    In {
        /// What is looked at: never opaque.
        view: View,
        /// The numbers: neither none nor all.
        set: WordSet,
    },
    /// The view stands so to an operand, and one of them is something that only rustc knows.
    ///
    /// Nothing is ever assumed about that, nor about how two such comparisons are related, be it only that a masked word is
    /// not two numbers at once: neither does the validator have to know.
    Versus {
        /// What is looked at.
        view: View,
        /// What it is compared with.
        operand: Operand,
        /// How it must compare, unsigned: neither never nor any.
        relation: Relation,
    },
}

impl Atom {
    /// What is looked at.
    pub(crate) fn view(&self) -> View {
        match self {
            Atom::In { view, .. } | Atom::Versus { view, .. } => *view,
        }
    }
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Condition {
    /// It always, or never, holds.
    Constant(bool),
    /// It looks at one word.
    Atom(Atom),
    /// It joins at least two others.
    Junction(Junction, Vec<ConditionId>),
}

/// Conditions, each one only once; parts come before the whole.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    nodes: Vec<Condition>,
    ids: BTreeMap<Condition, ConditionId>,
}

impl Conditions {
    /// None yet.
    pub(crate) fn new() -> Conditions {
        Conditions::default()
    }

    /// The condition behind an id that this made.
    pub(crate) fn get(&self, id: ConditionId) -> &Condition {
        &self.nodes[id.0 as usize]
    }

    fn intern(&mut self, condition: Condition) -> ConditionId {
        if let Some(&id) = self.ids.get(&condition) {
            return id;
        }
        let id = ConditionId(self.nodes.len() as u32);
        self.nodes.push(condition.clone());
        self.ids.insert(condition, id);
        id
    }

    /// The condition that always holds.
    pub(crate) fn always(&mut self) -> ConditionId {
        self.constant(true)
    }

    /// The condition that always, or never, holds.
    pub(crate) fn constant(&mut self, holds: bool) -> ConditionId {
        self.intern(Condition::Constant(holds))
    }

    /// That `view` is in `set`.
    pub(crate) fn within(&mut self, view: View, set: WordSet) -> ConditionId {
        if set.is_empty() || set.is_full() {
            return self.constant(!set.is_empty());
        }
        self.intern(Condition::Atom(Atom::In { view, set }))
    }

    /// That `view` stands in that relation to `operand`.
    pub(crate) fn versus(&mut self, view: View, operand: Operand, relation: Relation) -> ConditionId {
        if relation == Relation::NEVER || relation == Relation::ANY {
            return self.constant(relation == Relation::ANY);
        }
        self.intern(Condition::Atom(Atom::Versus { view, operand, relation }))
    }

    /// Those conditions, joined in that order.
    pub(crate) fn junction(&mut self, junction: Junction, mut parts: Vec<ConditionId>) -> ConditionId {
        match parts.len() {
            0 => self.constant(junction.of_nothing()),
            1 => parts.swap_remove(0),
            _ => self.intern(Condition::Junction(junction, parts)),
        }
    }
}
