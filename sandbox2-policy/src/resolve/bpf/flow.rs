//! Where the instructions of a `bpf` block lead: labels, jumps, ends. Independent of architectures.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Resolver;
use crate::ast::{BpfInsn, BpfOp, BpfSpec, BpfTarget, Name, NodeId};
use crate::problem::{Problem, ProblemKind, nearest};

/// Where each instruction jumps to, if it jumps and has no mistake; always ahead.
pub(super) struct Flow {
    targets: Vec<Option<usize>>,
}

impl Flow {
    /// Where the instruction at `at` jumps to.
    pub(super) fn target(&self, at: usize) -> Option<usize> {
        self.targets.get(at).copied().flatten()
    }
}

/// The label that an instruction jumps to.
fn jump(op: &BpfOp) -> Option<&Name> {
    match op {
        BpfOp::Jump(name) | BpfOp::Compare { target: BpfTarget::Jump(name), .. } => Some(name),
        _ => None,
    }
}

impl Resolver<'_> {
    /// The flow of a block; its mistakes are reported.
    pub(super) fn bpf_flow(&mut self, spec: &BpfSpec) -> Flow {
        let before = self.problems.len();
        let labels = self.labels(spec);
        let targets = spec.insns.iter().enumerate();
        let targets = targets.map(|(at, insn)| self.jump_target(jump(&insn.op)?, at, &labels)).collect();
        let flow = Flow { targets };
        let mut reached = vec![false; spec.insns.len() + 1];
        reached[0] = true;
        for (at, insn) in spec.insns.iter().enumerate() {
            if let Some(there) = flow.target(at) {
                reached[there] |= reached[at];
            }
            if !matches!(insn.op, BpfOp::Jump(_) | BpfOp::Return(_)) {
                reached[at + 1] |= reached[at];
            }
        }
        if reached.last() == Some(&true) {
            self.problems.report(
                ProblemKind::FallsOffTheEnd,
                spec.insns.last().map_or(spec.node, |insn| insn.node),
                "the instructions can end without an action",
                "end every path with an action, as in `KILL;`",
            );
        }
        // A jump with a mistake leads somewhere, too.
        if self.problems.len() == before {
            self.left_over(spec, &labels, &reached);
        }
        flow
    }

    /// The labels of a block, with the position of each.
    fn labels<'s>(&mut self, spec: &'s BpfSpec) -> BTreeMap<&'s str, (usize, NodeId)> {
        let mut labels: BTreeMap<&str, (usize, NodeId)> = BTreeMap::new();
        for (at, insn) in spec.insns.iter().enumerate() {
            let BpfOp::Label(name) = &insn.op else { continue };
            let (_, first) = *labels.entry(&name.text).or_insert((at, name.node));
            if first != name.node {
                self.problems.push(Problem {
                    kind: ProblemKind::DuplicateLabel,
                    node: name.node,
                    message: format!("the label `{}` is there already", name.text),
                    hint: Some("give one of the two another name".to_owned()),
                    related: vec![(first, "the other")],
                });
            }
        }
        labels
    }

    fn jump_target(&mut self, name: &Name, at: usize, labels: &BTreeMap<&str, (usize, NodeId)>) -> Option<usize> {
        let Some((there, place)) = labels.get(name.text.as_str()).copied() else {
            let hint = match nearest(&name.text, labels.keys().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write `LABEL({});` where it leads to", name.text),
            };
            let message = format!("no label `{}` in this block", name.text);
            self.problems.report(ProblemKind::UnknownLabel, name.node, message, hint);
            return None;
        };
        if there > at {
            return Some(there);
        }
        self.problems.push(Problem {
            kind: ProblemKind::BackwardJump,
            node: name.node,
            message: format!("the label `{}` is not ahead: a filter cannot jump back", name.text),
            hint: Some("write the instructions again there, or move the label".to_owned()),
            related: vec![(place, "the label")],
        });
        None
    }

    /// Labels and instructions that nothing leads to.
    fn left_over(&mut self, spec: &BpfSpec, labels: &BTreeMap<&str, (usize, NodeId)>, reached: &[bool]) {
        let used: BTreeSet<&str> = spec.insns.iter().filter_map(|insn| Some(jump(&insn.op)?.text.as_str())).collect();
        for (name, (_, node)) in labels.iter().filter(|(name, _)| !used.contains(**name)) {
            let message = format!("nothing jumps to the label `{name}`");
            self.problems.report(ProblemKind::UnusedLabel, *node, message, "leave it out");
        }
        for (at, BpfInsn { op, node }) in spec.insns.iter().enumerate() {
            // Only the first of several in a row.
            let first = !reached[at] && (at == 0 || reached[at - 1]);
            if first && !matches!(op, BpfOp::Label(_)) {
                self.problems.report(
                    ProblemKind::Unreachable,
                    *node,
                    "no path leads to this instruction",
                    "leave it out, or give it a label that something jumps to",
                );
            }
        }
    }
}
