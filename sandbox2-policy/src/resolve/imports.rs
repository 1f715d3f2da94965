//! Statements of other policies: which are taken over, and which must agree.

use super::{Ceiling, Resolver, Seed, resolve_with};
use crate::action::Action;
use crate::ast::{ActionSpec, ImportSpec, Item, NodeId, PolicyDef, Text};
use crate::problem::{Problem, ProblemKind, Problems};

/// The outermost import at hand.
#[derive(Debug, Clone)]
pub(super) struct Importing {
    /// Its path, as the importing policy names it.
    pub(super) path: String,
    /// Where it is named.
    pub(super) node: NodeId,
}

/// Something said in an imported policy that the importing one must say as well.
pub(super) struct Foreign {
    importing: Importing,
    said: Said,
    node: NodeId,
}

enum Said {
    Default(Action),
    Baseline((u16, u16)),
}

impl Resolver<'_> {
    pub(super) fn import(&mut self, spec: &ImportSpec) {
        if spec.identity.is_empty() {
            return;
        }
        if spec.ceiling {
            return self.ceiling(spec);
        }
        let direct = self.importing.is_none();
        if let Some((first, first_direct)) = self.imports_said.insert(spec.identity.clone(), (spec.path.node, direct)) {
            // On two ways, through other policies, it simply counts once.
            if direct && first_direct {
                self.said_twice(&format!("the policy `{}`", spec.path.text), spec.path.node, first);
            }
            return;
        }
        let outer = self.importing.clone();
        if outer.is_none() {
            self.importing = Some(Importing { path: spec.path.text.clone(), node: spec.path.node });
        }
        for item in &spec.items {
            self.item(item);
        }
        self.importing = outer;
    }

    /// What is permitted nowhere in it may not be permitted here.
    fn ceiling(&mut self, spec: &ImportSpec) {
        if self.importing.is_some() {
            // Proved where it was written, of a policy that is a part of this one.
            return;
        }
        let def = PolicyDef { items: spec.items.clone() };
        let path = &spec.path;
        let seed = Seed {
            symbols: std::mem::take(&mut self.out.symbols),
            slots: self.out.slots.clone(),
            importing: Some(Importing { path: path.text.clone(), node: path.node }),
        };
        let mut resolved = resolve_with(&def, seed, &mut Problems::default());
        self.out.symbols.clone_from(&resolved.symbols);
        resolved.ceilings.clear();
        self.out.ceilings.push(Ceiling { path: path.text.clone(), node: path.node, resolved: Box::new(resolved) });
    }

    /// The default of an imported policy.
    pub(super) fn foreign_default(&mut self, action: &ActionSpec, node: NodeId) {
        let (Some(importing), Some(action)) = (self.importing.clone(), self.action(action)) else { return };
        self.foreign.push(Foreign { importing, said: Said::Default(action), node });
    }

    /// The baseline of an imported policy.
    pub(super) fn foreign_baseline(&mut self, version: (u16, u16), node: NodeId) {
        if let Some(importing) = self.importing.clone() {
            self.foreign.push(Foreign { importing, said: Said::Baseline(version), node });
        }
    }

    /// Whether a host name or network may be taken over: it is the first, or the same. `same` if it is the same.
    pub(super) fn agrees(&mut self, what: &str, same: bool, node: NodeId, first: NodeId) {
        if same {
            return;
        }
        let Some(importing) = self.importing.clone() else {
            return self.said_twice(what, node, first);
        };
        self.incompatible(
            &importing,
            format!("`{}` says {what}, and another is said here", importing.path),
            "say it in one of the two only, or the same in both",
            vec![(node, "said there"), (first, "and here")],
        );
    }

    /// Holds what imported policies say of the whole against what this one says.
    pub(super) fn check_foreign(&mut self) {
        for Foreign { importing, said, node } in std::mem::take(&mut self.foreign) {
            let (theirs, ours, first, hint) = match said {
                Said::Default(action) if action != self.out.default.action => (
                    format!("default {action}"),
                    format!("default {}", self.out.default.action),
                    self.out.default.node,
                    format!("write `default {action};` here too, or leave it out there: rules alone fit any default"),
                ),
                Said::Baseline(version) if Some(version) != self.out.baseline => (
                    format!("baseline linux({}.{})", version.0, version.1),
                    match self.out.baseline {
                        Some(own) => format!("baseline linux({}.{})", own.0, own.1),
                        None => "no baseline".to_owned(),
                    },
                    self.baseline_said,
                    format!("write `baseline linux({}.{});` here too, or leave it out there", version.0, version.1),
                ),
                _ => continue,
            };
            let message = format!("`{}` has `{theirs}`, but this policy has `{ours}`", importing.path);
            let related = [Some((node, "said there")), first.map(|first| (first, "said here"))];
            self.incompatible(&importing, message, &hint, related.into_iter().flatten().collect());
        }
    }

    fn incompatible(
        &mut self,
        importing: &Importing,
        message: String,
        hint: &str,
        related: Vec<(NodeId, &'static str)>,
    ) {
        self.problems.push(Problem {
            kind: ProblemKind::Incompatible,
            node: importing.node,
            message,
            hint: Some(hint.to_owned()),
            related,
        });
    }

    /// Declares the slots of these items and of what they import. Slots of one name and type are one slot.
    pub(super) fn declare_slots(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Slot { name, ty } => self.slot(name, ty),
                Item::Import(spec) if !spec.ceiling => {
                    let outer = self.importing.clone();
                    if outer.is_none() {
                        self.importing = Some(Importing { path: spec.path.text.clone(), node: spec.path.node });
                    }
                    self.declare_slots(&spec.items);
                    self.importing = outer;
                }
                _ => {}
            }
        }
    }

    /// The slot of that name is there already.
    pub(super) fn slot_again(&mut self, name: &Text, same_type: bool, first: NodeId) {
        match self.importing.clone() {
            Some(_) if same_type => {}
            Some(importing) => self.incompatible(
                &importing,
                format!("`{}` has a slot `{}` of another type", importing.path, name.text),
                "give one of the two another name",
                vec![(name.node, "declared there"), (first, "and here")],
            ),
            None => self.said_twice(&format!("the slot `{}`", name.text), name.node, first),
        }
    }
}
