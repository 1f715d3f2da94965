//! The compilers that ours is held against, and what they are held against on: other people's policies, as fixtures.
//!
//! Each rival gets the policy from our [`Meaning`], in the form that suits it best. What it cannot say is left out of what it
//! gets, and counted. Nothing here measures time: the benchmark `compilers` does.
#![allow(dead_code, reason = "the test and the benchmark each use their part")]

pub(crate) mod figures;
pub(crate) mod flat;
pub(crate) mod kafel;
pub(crate) mod libseccomp;
pub(crate) mod probes;
pub(crate) mod seccompiler;

use std::fs;
use std::path::Path;

use sandbox2_policy::compile::compile;
use sandbox2_policy::insn::Insn;
use sandbox2_policy::meaning::Meaning;
use sandbox2_policy::pipeline::{Built, build};
use sandbox2_policy::problem::Problems;
use sandbox2_policy::syntax::parse;
use sandbox2_policy::{Arch, Supervision};

/// The fixtures of `tests/policies`, by name; the head of each file says where it is from.
pub(crate) const FIXTURES: [&str; 8] = [
    "eighty",
    "docker",
    "firecracker_vmm",
    "firecracker_api",
    "firecracker_vcpu",
    "podman",
    "crosvm_gpu",
    "cloud_hypervisor_vmm",
];

/// The text of a fixture.
pub(crate) fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies").join(format!("{name}.policy"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A policy of the fixtures, checked, compiled and proved for every architecture and supervision.
pub(crate) fn built(name: &str) -> Built {
    built_from(&text(name))
}

/// The same from a policy's text.
pub(crate) fn built_from(text: &str) -> Built {
    let parsed = parse(text.parse().expect("a fixture is made of tokens"));
    let mut problems = Problems::default();
    parsed.problems.into_iter().for_each(|problem| problems.push(problem));
    let built = build(&parsed.def, &mut problems);
    let problems = problems.into_vec();
    built.unwrap_or_else(|_| panic!("the policy has problems: {problems:#?}"))
}

/// What a fixture means on the architecture that all rivals know.
pub(crate) fn meaning(built: &Built) -> &Meaning {
    built.checked().meaning(Arch::X86_64)
}

/// A rival's program.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// The program, for `x86_64` and without a monitor.
    pub(crate) program: Vec<Insn>,
    /// The numbers of calls of which it was not told everything, because it cannot say it.
    pub(crate) left_out: Vec<u32>,
}

/// A compiler of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compiler {
    /// This one.
    Ours,
    /// The crate.
    Seccompiler,
    /// As it comes: a chain of comparisons.
    Libseccomp,
    /// With a binary tree over the numbers.
    LibseccompTree,
    /// Google's library for nsjail.
    Kafel,
}

impl Compiler {
    /// All of them, ours first.
    pub(crate) const ALL: [Compiler; 5] =
        [Compiler::Ours, Compiler::Seccompiler, Compiler::Libseccomp, Compiler::LibseccompTree, Compiler::Kafel];

    /// What the table calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Compiler::Ours => "sandbox2",
            Compiler::Seccompiler => "seccompiler",
            Compiler::Libseccomp => "libseccomp",
            Compiler::LibseccompTree => "libseccomp opt=2",
            Compiler::Kafel => "kafel",
        }
    }

    /// Whether a foreign architecture and the numbers of x32 get what ours gives them.
    pub(crate) fn guards_foreign_calls(self) -> bool {
        matches!(self, Compiler::Ours | Compiler::Libseccomp | Compiler::LibseccompTree)
    }

    /// Its program for that meaning, or why there is none.
    pub(crate) fn compile(self, meaning: &Meaning) -> Result<Made, String> {
        match self {
            Compiler::Ours => {
                let program =
                    compile(meaning, Supervision::Standalone, &[]).map_err(|too_long| too_long.to_string())?;
                Ok(Made { program: program.bind(&[]), left_out: Vec::new() })
            }
            Compiler::Seccompiler => seccompiler::compile(meaning),
            Compiler::Libseccomp => libseccomp::compile(meaning, libseccomp::Optimize::Chain),
            Compiler::LibseccompTree => libseccomp::compile(meaning, libseccomp::Optimize::Tree),
            Compiler::Kafel => kafel::compile(meaning),
        }
    }
}
