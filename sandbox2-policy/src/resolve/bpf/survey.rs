//! What reaches each instruction of a `bpf` block on one architecture: what was loaded, and which arguments come along.

use super::super::Resolver;
use super::compare::{Loaded, Test};
use super::flow::Flow;
use crate::arch::Arch;
use crate::ast::{BpfOp, BpfSpec, BpfTarget};
use crate::space::{Set, Space};
use crate::tables::Syscall;

/// Which instruction loaded what is there; `None` before the first.
pub(super) type LoadedAt = Option<usize>;

/// What is known of a block on one architecture.
pub(super) struct Survey {
    pub(super) space: Space,
    /// For each instruction that compares: what comes of it, by what was loaded.
    tests: Vec<Vec<(LoadedAt, Test)>>,
    /// For each instruction: how its comparison comes out.
    pub(super) findings: Vec<Finding>,
}

/// How a comparison comes out, wherever it is reached.
#[derive(Clone, Copy)]
pub(super) enum Finding {
    /// It is not reached, or compares nothing.
    Unreached,
    /// It never holds.
    Never(Why),
    /// It always holds.
    Always(Why),
    /// Sometimes.
    Open,
}

/// Why a comparison is decided.
#[derive(Clone, Copy)]
pub(super) enum Why {
    /// Whatever the argument.
    Itself,
    /// By the comparisons before it.
    Path,
    /// By the architectures that the block is for.
    Arch,
    /// By the numbers that its call has.
    Number,
}

impl Finding {
    /// The finding about both.
    pub(super) fn or(self, other: Finding) -> Finding {
        match (self, other) {
            (Finding::Unreached, found) | (found, Finding::Unreached) => found,
            (Finding::Never(why), Finding::Never(_)) => Finding::Never(why),
            (Finding::Always(why), Finding::Always(_)) => Finding::Always(why),
            _ => Finding::Open,
        }
    }
}

impl Survey {
    /// What the comparison at `at` comes to when that was loaded.
    pub(super) fn test(&self, at: usize, loaded: LoadedAt) -> Option<&Test> {
        self.tests[at].iter().find(|(known, _)| *known == loaded).map(|(_, test)| test)
    }
}

/// What reaches each instruction: the arguments, by what was loaded.
struct Reach(Vec<Vec<(LoadedAt, Set)>>);

impl Reach {
    fn join(&mut self, space: &mut Space, at: usize, loaded: LoadedAt, set: Set) {
        let Some(here) = self.0.get_mut(at).filter(|_| !space.is_empty(set)) else { return };
        match here.iter_mut().find(|(known, _)| *known == loaded) {
            Some((_, known)) => *known = space.or(*known, set),
            None => here.push((loaded, set)),
        }
    }
}

impl Resolver<'_> {
    /// Follows a block on one of the `arches` that it is for. Mistakes in loads and comparisons are reported.
    pub(super) fn bpf_survey(
        &mut self,
        spec: &BpfSpec,
        flow: &Flow,
        syscall: &'static Syscall,
        arch: Arch,
        arches: &[Arch],
    ) -> Survey {
        let loads: Vec<Loaded> = spec.insns.iter().map(|insn| self.bpf_load(insn, syscall, arch)).collect();
        let mut space = Space::new();
        let mut reach = Reach(vec![Vec::new(); spec.insns.len()]);
        reach.join(&mut space, 0, None, Set::FULL);
        let mut tests: Vec<Vec<(LoadedAt, Test)>> = vec![Vec::new(); spec.insns.len()];
        let mut findings = vec![Finding::Unreached; spec.insns.len()];
        for (at, insn) in spec.insns.iter().enumerate() {
            for (loaded, set) in std::mem::take(&mut reach.0[at]) {
                match &insn.op {
                    BpfOp::LoadArch | BpfOp::LoadNumber | BpfOp::LoadArg { .. } => {
                        reach.join(&mut space, at + 1, Some(at), set);
                    }
                    BpfOp::Label(_) => reach.join(&mut space, at + 1, loaded, set),
                    BpfOp::Jump(_) => {
                        if let Some(there) = flow.target(at) {
                            reach.join(&mut space, there, loaded, set);
                        }
                    }
                    BpfOp::Return(_) => {}
                    BpfOp::Compare { test, wide, value, target } => {
                        let what = loaded.map_or(Loaded::Nothing, |by| loads[by]);
                        let come_to = self.bpf_compare((*test, *wide, value), insn.node, what, syscall, (arch, arches));
                        let (holds, fails, finding) = outcome(&mut space, &come_to, set);
                        findings[at] = findings[at].or(finding);
                        if let (BpfTarget::Jump(_), Some(there)) = (target, flow.target(at)) {
                            reach.join(&mut space, there, loaded, holds);
                        }
                        reach.join(&mut space, at + 1, loaded, fails);
                        tests[at].push((loaded, come_to));
                    }
                }
            }
        }
        Survey { space, tests, findings }
    }
}

/// The arguments for which a comparison holds, those for which it does not, and what that says of it.
fn outcome(space: &mut Space, test: &Test, set: Set) -> (Set, Set, Finding) {
    match test {
        // Both are possible for all that is known.
        Test::Faulty => (set, set, Finding::Open),
        Test::Decided { holds: true, finding } => (set, Set::EMPTY, *finding),
        Test::Decided { holds: false, finding } => (Set::EMPTY, set, *finding),
        Test::Depends(atom) => {
            let alone = space.cond(&atom.cond);
            let opposite = space.not(alone);
            let (holds, fails) = (space.and(set, alone), space.and(set, opposite));
            let why = if space.is_empty(alone) || space.is_full(alone) { Why::Itself } else { Why::Path };
            let finding = if space.is_empty(holds) {
                Finding::Never(why)
            } else if space.is_empty(fails) {
                Finding::Always(why)
            } else {
                Finding::Open
            };
            (holds, fails, finding)
        }
    }
}
