//! `bpf` blocks: from instructions to rules.
//!
//! `flow` looks at labels, jumps and ends; `survey` follows what is loaded, and which arguments come along, to each
//! instruction; `compare` holds loads and comparisons against the kernel's types; `ways` makes a rule of each way through the
//! block. The condition of such a rule is all that the comparisons on the way have found out, those that did not hold
//! included, so that the rules of one block exclude each other. From then on a block is a list of rules like any other.
//!
//! Comparisons are the machine's: without sign.

mod compare;
mod flow;
mod survey;
mod ways;

use super::{Resolver, RuleOf};
use crate::action::Action;
use crate::ast::{ActionSpec, BpfOp, BpfSpec, BpfTarget, NodeId};
use crate::problem::ProblemKind;
use survey::{Finding, Why};
use ways::Way;

impl Resolver<'_> {
    /// Adds the rules of a `bpf` block.
    pub(super) fn bpf(&mut self, spec: &BpfSpec) {
        let Some((syscall, present)) = self.concerned(&spec.call, &spec.context) else { return };
        let before = self.problems.len();
        let flow = self.bpf_flow(spec);
        let actions: Vec<Option<Action>> = (spec.insns.iter()).map(|insn| self.action(action_of(&insn.op)?)).collect();
        let surveys: Vec<_> =
            present.iter().map(|arch| self.bpf_survey(spec, &flow, syscall, *arch, &present)).collect();
        for (at, insn) in spec.insns.iter().enumerate() {
            let finding = surveys.iter().fold(Finding::Unreached, |found, survey| found.or(survey.findings[at]));
            self.bpf_finding(finding, insn.node);
        }
        if self.problems.len() > before {
            return;
        }
        for (arch, survey) in present.into_iter().zip(surveys) {
            let Some(ways) = self.bpf_ways(spec, &flow, survey) else { return };
            for Way { cond, atoms, at } in ways {
                let (Some(action), Some(written)) = (actions[at], action_of(&spec.insns[at].op)) else { continue };
                let text = format!("bpf {} {{ ... {written}; }}", spec.call.name.text);
                let Some(origin) = self.origin(written.node, text, &spec.context) else { return };
                let rule = self.rule_of(cond, action, origin, written.node, &spec.context);
                self.add(arch, syscall, RuleOf { raw: true, atoms, ..rule });
            }
        }
    }

    /// Reports a comparison that comes out the same wherever it is reached.
    fn bpf_finding(&mut self, finding: Finding, node: NodeId) {
        let (kind, what, why) = match finding {
            Finding::Never(why) => (ProblemKind::Contradictory, "never holds", why),
            Finding::Always(why) => (ProblemKind::Vacuous, "always holds", why),
            Finding::Unreached | Finding::Open => return,
        };
        let (message, hint) = match why {
            Why::Itself => (
                format!("this comparison {what}"),
                "comparisons are without sign, from 0 on: leave it out, or compare with another value",
            ),
            Why::Path => (
                format!("this comparison {what} here: those before it have decided it"),
                "leave it out, or compare with another value",
            ),
            Why::Arch => (
                format!("this comparison {what}, on every architecture that the block is for"),
                "leave it out: calls of a foreign architecture are violations before any rule",
            ),
            Why::Number => (
                format!("this comparison {what}: the block is about one call"),
                "leave it out, and write a block for each call",
            ),
        };
        self.problems.report(kind, node, message, hint);
    }
}

/// The action that an instruction may end with.
fn action_of(op: &BpfOp) -> Option<&ActionSpec> {
    match op {
        BpfOp::Return(action) | BpfOp::Compare { target: BpfTarget::Action(action), .. } => Some(action),
        _ => None,
    }
}
