//! What can be said of a program without running it on a kernel.

use sandbox2_policy::Supervision;
use sandbox2_policy::insn::{Insn, SeccompData, op};
use sandbox2_policy::interpret::Loaded;
use sandbox2_policy::meaning::{Cond, Meaning};
use sandbox2_policy::reference::expected_return;

use super::probes::{Probe, allowed, foreign, probes};
use super::{Compiler, Made};

/// A program's figures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// Its length.
    pub(crate) instructions: usize,
    /// The longest way through it.
    pub(crate) longest: usize,
    /// The instructions executed for an allowed call: the mean over the calls, each the mean of its allowed probes.
    pub(crate) mean: f64,
    /// The most that are executed for an allowed call whose arguments are looked at; 0 if there is none.
    pub(crate) checked: usize,
    /// The instructions that the kernel goes through at installation to see which calls it can answer from its bitmap: for each
    /// number of both of the machine's tables up to the end or to the first look at an argument.
    pub(crate) installing: usize,
    /// The allowed calls that the kernel can answer from its bitmap.
    pub(crate) cached: usize,
    /// All calls that are allowed with some arguments.
    pub(crate) allowed: usize,
}

impl Figures {
    /// The share of allowed calls that the kernel can answer from its bitmap, in percent.
    pub(crate) fn share(&self) -> f64 {
        100.0 * self.cached as f64 / self.allowed as f64
    }
}

/// The figures of a program for that meaning.
pub(crate) fn figures(meaning: &Meaning, program: &[Insn]) -> Figures {
    let loaded = Loaded::load(program).expect("the kernel takes the program");
    let allowed = allowed(meaning);
    let executed = |data: &SeccompData| loaded.run_counted(data).1;
    let mean =
        |probes: &[Probe]| probes.iter().map(|probe| executed(&probe.data) as f64).sum::<f64>() / probes.len() as f64;
    let checked = allowed
        .iter()
        .filter(|(nr, _)| meaning.rules(*nr).iter().any(|rule| rule.cond != Cond::True))
        .flat_map(|(_, probes)| probes.iter().map(|probe| executed(&probe.data)))
        .max();
    Figures {
        instructions: program.len(),
        longest: longest_path(program),
        mean: allowed.iter().map(|(_, probes)| mean(probes)).sum::<f64>() / allowed.len() as f64,
        checked: checked.unwrap_or(0),
        installing: installing(meaning, program),
        cached: allowed.iter().filter(|(nr, _)| loaded.constant_allow(meaning.arch.audit(), *nr)).count(),
        allowed: allowed.len(),
    }
}

/// The instructions of the emulation that fills the kernel's bitmaps (`seccomp_cache_prepare` in `kernel/seccomp.c`): of both
/// tables, which have ended by 512 for years to come.
fn installing(meaning: &Meaning, program: &[Insn]) -> usize {
    const I386: u32 = 0x4000_0003;
    const OF_NUMBER: [u32; 2] = [0, 4];
    let arches = [meaning.arch.audit(), I386];
    let emulated = |arch: u32, nr: u32| {
        let (mut at, mut value, mut executed) = (0, 0, 0);
        while let Some(insn) = program.get(at) {
            executed += 1;
            at += 1;
            let skip = |taken: bool| usize::from(if taken { insn.jt } else { insn.jf });
            match insn.code {
                op::LD_ABS if OF_NUMBER.contains(&insn.k) => value = if insn.k == 0 { nr } else { arch },
                op::JA => at += insn.k as usize,
                op::JEQ => at += skip(value == insn.k),
                op::JGE => at += skip(value >= insn.k),
                op::JGT => at += skip(value > insn.k),
                op::JSET => at += skip(value & insn.k != 0),
                op::AND => value &= insn.k,
                _ => break,
            }
        }
        executed
    };
    arches.into_iter().flat_map(|arch| (0..512).map(move |nr| (arch, nr))).map(|(arch, nr)| emulated(arch, nr)).sum()
}

/// How many instructions are executed at most.
fn longest_path(program: &[Insn]) -> usize {
    let mut longest = vec![0; program.len()];
    for (at, insn) in program.iter().enumerate().rev() {
        let after = |skip: usize| longest.get(at + 1 + skip).copied().unwrap_or(0);
        longest[at] = 1 + match insn.code {
            op::JA => after(insn.k as usize),
            code if code & 7 == 6 => 0,
            code if code & 7 == 5 => after(usize::from(insn.jt)).max(after(usize::from(insn.jf))),
            _ => after(0),
        };
    }
    longest.first().copied().unwrap_or(0)
}

/// Where a program gives another verdict than the policy: how many probes, by what is behind it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Mismatches {
    /// Of calls that the compiler could not be told everything about.
    pub(crate) left_out: usize,
    /// With bits in the upper half of an argument of which the kernel reads 32.
    pub(crate) upper_halves: usize,
    /// Of another architecture or of x32, by a compiler that has no guard or another verdict for them.
    pub(crate) foreign: usize,
    /// Otherwise.
    pub(crate) unexplained: usize,
    /// All that were tried.
    pub(crate) tried: usize,
}

/// Compares a compiler's program with the policy, call by call.
pub(crate) fn mismatches(meaning: &Meaning, compiler: Compiler, made: &Made) -> Mismatches {
    let loaded = Loaded::load(&made.program).expect("the kernel takes the program");
    let differs = |data: &SeccompData| loaded.run(data) != expected_return(meaning, Supervision::Standalone, data, &[]);
    let mut found = Mismatches::default();
    for probe in probes(meaning) {
        found.tried += 1;
        if !differs(&probe.data) {
            continue;
        }
        if made.left_out.contains(&probe.data.nr) {
            found.left_out += 1;
        } else if !probe.clean {
            found.upper_halves += 1;
        } else {
            found.unexplained += 1;
        }
    }
    for probe in foreign(meaning) {
        found.tried += 1;
        if differs(&probe.data) {
            if compiler.guards_foreign_calls() {
                found.unexplained += 1;
            } else {
                found.foreign += 1;
            }
        }
    }
    found
}
