//! Calls to try programs with: for each call of a policy the arguments at which its rules change their mind.

use std::collections::BTreeSet;

use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::meaning::{CallRules, Cmp, Cond, Meaning, Width};
use sandbox2_policy::reference::evaluate;

use super::flat::known;

/// One call to try.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Probe {
    pub(crate) data: SeccompData,
    /// Whether the upper halves of arguments of 32 bits are zero, as programs leave them.
    pub(crate) clean: bool,
}

/// How many arguments are tried for one call at most.
const MOST: usize = 60_000;

/// Probes of every call below 600, with rules or without.
pub(crate) fn probes(meaning: &Meaning) -> Vec<Probe> {
    (0..600).flat_map(|nr| of_call(meaning, nr)).collect()
}

/// Calls of another architecture, and of x32.
pub(crate) fn foreign(meaning: &Meaning) -> Vec<Probe> {
    let call = |arch, nr| Probe { data: SeccompData { nr, arch, ..SeccompData::default() }, clean: true };
    let audit = meaning.arch.audit();
    (0..600).flat_map(|nr| [call(0x4000_0003, nr), call(audit ^ 1, nr), call(audit, 0x4000_0000 | nr)]).collect()
}

fn of_call(meaning: &Meaning, nr: u32) -> Vec<Probe> {
    let rules = meaning.calls.iter().find(|call| call.nr == nr);
    let mut comparisons = Vec::new();
    for rule in rules.iter().flat_map(|call: &&CallRules| call.rules.iter()) {
        collect(&rule.cond, &mut comparisons);
    }
    let data = SeccompData { nr, arch: meaning.arch.audit(), ..SeccompData::default() };
    let mut probes = vec![Probe { data, clean: true }];
    for arg in 0..6 {
        let own: Vec<&Cmp> = comparisons.iter().filter(|cmp| cmp.arg == arg).collect();
        if own.is_empty() {
            continue;
        }
        let values = values(&own);
        let mut next = Vec::with_capacity(probes.len() * values.len());
        for probe in &probes {
            for &(value, clean) in &values {
                let mut probe = Probe { clean: probe.clean && clean, ..*probe };
                probe.data.args[usize::from(arg)] = value;
                next.push(probe);
            }
        }
        probes = next;
        assert!(probes.len() <= MOST, "too many probes of call {nr}");
    }
    probes
}

fn collect(cond: &Cond, into: &mut Vec<Cmp>) {
    match cond {
        Cond::True => {}
        Cond::Cmp(cmp) => into.push(*cmp),
        Cond::Not(list) | Cond::All(list) | Cond::Any(list) => list.iter().for_each(|part| collect(part, into)),
    }
}

/// What to try for an argument, and whether it is clean.
fn values(comparisons: &[&Cmp]) -> Vec<(u64, bool)> {
    let narrow = comparisons.iter().all(|cmp| cmp.width == Width::W32);
    let mut values = BTreeSet::from([0, 1, u64::from(u32::MAX)]);
    let many = comparisons.len() > 12;
    for cmp in comparisons {
        let value = known(cmp.value);
        values.insert(value);
        if !many {
            values.extend([value.wrapping_sub(1), value.wrapping_add(1)]);
        }
        if let Some(mask) = cmp.mask {
            let mask = known(mask);
            values.extend([mask, value | !mask, 1 << (63 - mask.leading_zeros()), 1 << mask.trailing_zeros()]);
        }
    }
    if narrow {
        let clean: BTreeSet<u64> = values.into_iter().map(|value| value & 0xffff_ffff).collect();
        let dirty: Vec<u64> = clean.iter().take(6).map(|value| value | 1 << 40).collect();
        return clean.into_iter().map(|value| (value, true)).chain(dirty.into_iter().map(|v| (v, false))).collect();
    }
    let high: Vec<u64> = values.iter().map(|value| value | 1 << 40).collect();
    values.extend(high);
    values.into_iter().map(|value| (value, true)).collect()
}

/// The calls that the policy makes, by number, each with the probes that it lets through; only clean ones.
pub(crate) fn allowed(meaning: &Meaning) -> Vec<(u32, Vec<Probe>)> {
    let mut allowed: Vec<(u32, Vec<Probe>)> = Vec::new();
    for probe in probes(meaning) {
        if !probe.clean || !evaluate(meaning, &probe.data, &[]).action.permits() {
            continue;
        }
        match allowed.last_mut() {
            Some((nr, probes)) if *nr == probe.data.nr => probes.push(probe),
            _ => allowed.push((probe.data.nr, vec![probe])),
        }
    }
    allowed
}
