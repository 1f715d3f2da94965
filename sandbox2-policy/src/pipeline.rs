//! The stages in order: from a parsed policy to programs that were proved.

use crate::action::Supervision;
use crate::arch::Arch;
use crate::ast::{NodeId, PolicyDef};
use crate::check::{CheckedPolicy, check};
use crate::compile::compile;
use crate::problem::{ProblemKind, Problems};
use crate::program::Program;
use crate::resolve::resolve;
use crate::validate::validate;

/// A policy with its programs, each of them validated against the policy's meaning.
#[derive(Debug)]
pub struct Built {
    checked: CheckedPolicy,
    programs: Vec<Program>,
}

impl Built {
    /// The checked policy.
    #[must_use]
    pub fn checked(&self) -> &CheckedPolicy {
        &self.checked
    }

    /// The program for that architecture and supervision.
    #[must_use]
    pub fn program(&self, arch: Arch, supervision: Supervision) -> Option<&Program> {
        self.programs.iter().find(|program| program.arch == arch && program.supervision == supervision)
    }
}

/// Resolves, checks, compiles and validates a policy for every architecture and supervision.
///
/// # Errors
/// If there is any problem, those already in `problems` included: then the checked policy alone comes back, so that what is
/// wrong for one architecture only can be told as well.
pub fn build(def: &PolicyDef, problems: &mut Problems) -> Result<Built, Box<CheckedPolicy>> {
    let resolved = resolve(def, problems);
    let checked = check(resolved, problems);
    if !problems.is_empty() {
        return Err(Box::new(checked));
    }
    let mut programs = Vec::with_capacity(Arch::ALL.len() * Supervision::ALL.len());
    for arch in Arch::ALL {
        for supervision in Supervision::ALL {
            match program(&checked, arch, supervision, problems) {
                Some(program) => programs.push(program),
                None => return Err(Box::new(checked)),
            }
        }
    }
    Ok(Built { checked, programs })
}

/// One program, compiled and validated.
fn program(checked: &CheckedPolicy, arch: Arch, supervision: Supervision, problems: &mut Problems) -> Option<Program> {
    let meaning = checked.meaning(arch);
    let arch = meaning.arch.name();
    let program = match compile(meaning, supervision, checked.hot(meaning.arch)) {
        Ok(program) => program,
        Err(too_long) => {
            problems.report(
                ProblemKind::TooLong,
                NodeId(0),
                format!("the program for {arch} is too long: {too_long}"),
                "use ranges (`in a..=b`) instead of long lists, or several sandboxees with a policy each",
            );
            return None;
        }
    };
    if let Err(refutation) = validate(meaning, &program) {
        problems.report(
            ProblemKind::NotProved,
            NodeId(0),
            format!(
                "the {} program for {arch} could not be proved to mean what the policy says: {refutation}",
                supervision.name(),
            ),
            "this is a defect of sandbox2, not of the policy: please report it with the policy",
        );
        return None;
    }
    within_limits(checked, &program, problems).then_some(program)
}

/// Whether the program keeps the bounds that the policy sets.
fn within_limits(checked: &CheckedPolicy, program: &Program, problems: &mut Problems) -> bool {
    let mut kept = true;
    for limit in checked.limits() {
        let (actual, what) = match limit.path {
            true => (program.longest_path(), "its longest path has"),
            false => (program.insns.len(), "it has"),
        };
        if actual <= limit.most as usize {
            continue;
        }
        kept = false;
        let (arch, supervision) = (program.arch.name(), program.supervision.name());
        problems.report(
            ProblemKind::LimitExceeded,
            limit.node,
            format!("the {supervision} program for {arch} is over the limit: {what} {actual} instructions"),
            "raise the limit, or write fewer or simpler rules; `hot` makes the paths of some calls shorter",
        );
    }
    kept
}
