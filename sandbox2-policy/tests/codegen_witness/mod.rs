//! What the compiler's tests compare it with: a machine for programs and an evaluator of meanings, each as short as can be,
//! sharing nothing with the crate but its types.
#![allow(dead_code, reason = "each test binary uses its part")]

use sandbox2_policy::action::{Action, Supervision};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::{Insn, SeccompData};
use sandbox2_policy::meaning::{CallRules, Cmp, CmpOp, Cond, Meaning, OriginId, Rule, Value, Width};

/// The halves of numbers at which comparisons change.
pub(crate) const HALVES: [u32; 7] = [0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];

/// Every number made of two such halves.
pub(crate) fn corners() -> Vec<u64> {
    HALVES.iter().flat_map(|&high| HALVES.iter().map(move |&low| u64::from(high) << 32 | u64::from(low))).collect()
}

/// What a run of a program did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// What it returned.
    pub(crate) returned: u32,
    /// How many instructions were executed, the return among them.
    pub(crate) executed: usize,
    /// Whether anything besides number and architecture was loaded.
    pub(crate) looked_at_arguments: bool,
    /// How many conditional jumps were executed while the accumulator held the number.
    pub(crate) loads: usize,
}

/// Runs a program. Panics where the kernel would have refused it.
pub(crate) fn run(program: &[Insn], data: &SeccompData) -> Run {
    let mut words = vec![data.nr, data.arch];
    let wide = [data.instruction_pointer].into_iter().chain(data.args);
    words.extend(wide.flat_map(|wide| [wide as u32, (wide >> 32) as u32]));
    let mut run = Run { returned: 0, executed: 0, looked_at_arguments: false, loads: 0 };
    let (mut a, mut pc) = (0_u32, 0_usize);
    loop {
        let insn = program[pc];
        run.executed += 1;
        pc += 1;
        let jump = |taken: bool| usize::from(if taken { insn.jt } else { insn.jf });
        match insn.code {
            0x20 => {
                assert_eq!(insn.k % 4, 0, "unaligned load");
                a = words[insn.k as usize / 4];
                run.looked_at_arguments |= insn.k >= 8;
                run.loads += 1;
            }
            0x05 => pc += insn.k as usize,
            0x15 => pc += jump(a == insn.k),
            0x25 => pc += jump(a > insn.k),
            0x35 => pc += jump(a >= insn.k),
            0x45 => pc += jump(a & insn.k != 0),
            0x54 => a &= insn.k,
            0xa4 => a ^= insn.k,
            0x06 => {
                run.returned = insn.k;
                return run;
            }
            code => panic!("unknown instruction {code:#x}"),
        }
    }
}

/// Panics unless the kernel's checker would take the program.
pub(crate) fn assert_acceptable(program: &[Insn]) {
    assert!(!program.is_empty() && program.len() <= 4096, "{} instructions", program.len());
    assert_eq!(program[program.len() - 1].code, 0x06, "the end is not a return");
    for (at, insn) in program.iter().enumerate() {
        let targets = match insn.code {
            0x05 => vec![at + 1 + insn.k as usize],
            0x15 | 0x25 | 0x35 | 0x45 => vec![at + 1 + usize::from(insn.jt), at + 1 + usize::from(insn.jf)],
            0x20 => {
                assert!(insn.k % 4 == 0 && insn.k < 64);
                vec![at + 1]
            }
            0x54 | 0xa4 => vec![at + 1],
            0x06 => vec![],
            code => panic!("unknown instruction {code:#x}"),
        };
        assert!(targets.iter().all(|&target| target < program.len()), "instruction {at} leads out of the program");
    }
}

/// What the filter has to return.
pub(crate) fn expected(meaning: &Meaning, supervision: Supervision, data: &SeccompData, symbols: &[u64]) -> u32 {
    let audit = match meaning.arch {
        Arch::X86_64 => 0xc000_003e,
        Arch::Aarch64 => 0xc000_00b7,
        Arch::Riscv64 => 0xc000_00f3,
    };
    let exec = if meaning.arch == Arch::X86_64 { 322 } else { 281 };
    if data.arch != audit || meaning.arch == Arch::X86_64 && data.nr >= 0x4000_0000 {
        return returned(Action::Kill, supervision);
    }
    if data.nr == exec && supervision == Supervision::Supervised {
        return 0x7fc0_0000;
    }
    if data.nr == exec && supervision == Supervision::Traced {
        return 0x7ff0_5333;
    }
    let ruled = meaning.calls.iter().find(|call| call.nr == data.nr);
    if ruled.is_none() && meaning.newer.iter().any(|range| (range.0..=range.1).contains(&data.nr)) {
        return 0x0005_0000 + 38;
    }
    let rules = ruled.map_or(&[][..], |call| &call.rules);
    let action = rules.iter().find(|rule| holds(&rule.cond, data, symbols)).map_or(meaning.default, |rule| rule.action);
    returned(action, supervision)
}

fn returned(action: Action, supervision: Supervision) -> u32 {
    match (action, supervision) {
        (Action::Allow, _) => 0x7fff_0000,
        (Action::Log, _) => 0x7ffc_0000,
        (Action::Errno(errno), _) => 0x0005_0000 + u32::from(errno.get()),
        (Action::Trap(number), _) => 0x0003_0000 + u32::from(number),
        (Action::Kill, Supervision::Standalone) => 0x8000_0000,
        (Action::Kill, Supervision::Supervised) => 0x7fc0_0000,
        (Action::Kill, Supervision::Traced) => 0x7ff0_5332,
        (Action::Notify, Supervision::Standalone) => 0x8000_0000,
        (Action::Notify, Supervision::Supervised) => 0x7fc0_0000,
        (Action::Notify, Supervision::Traced) => 0x7ff0_5334,
    }
}

fn holds(cond: &Cond, data: &SeccompData, symbols: &[u64]) -> bool {
    match cond {
        Cond::True => true,
        Cond::Not(list) => !list.iter().any(|cond| holds(cond, data, symbols)),
        Cond::All(list) => list.iter().all(|cond| holds(cond, data, symbols)),
        Cond::Any(list) => list.iter().any(|cond| holds(cond, data, symbols)),
        Cond::Cmp(cmp) => compares(cmp, data, symbols),
    }
}

fn compares(cmp: &Cmp, data: &SeccompData, symbols: &[u64]) -> bool {
    let value = |value: Value| match value {
        Value::Known(number) => number,
        Value::Symbol(symbol) => symbols[usize::from(symbol.0)],
    };
    let mut left = data.args[usize::from(cmp.arg)];
    if let Some(mask) = cmp.mask {
        left &= value(mask);
    }
    let right = value(cmp.value);
    let order = match (cmp.width, cmp.signed) {
        (Width::W32, false) => (left as u32).cmp(&(right as u32)),
        (Width::W32, true) => (left as i32).cmp(&(right as i32)),
        (Width::W64, false) => left.cmp(&right),
        (Width::W64, true) => (left as i64).cmp(&(right as i64)),
    };
    match cmp.op {
        CmpOp::Eq => order.is_eq(),
        CmpOp::Ne => order.is_ne(),
        CmpOp::Lt => order.is_lt(),
        CmpOp::Le => order.is_le(),
        CmpOp::Gt => order.is_gt(),
        CmpOp::Ge => order.is_ge(),
    }
}

/// Every operator.
pub(crate) const OPS: [CmpOp; 6] = [CmpOp::Eq, CmpOp::Ne, CmpOp::Lt, CmpOp::Le, CmpOp::Gt, CmpOp::Ge];

/// A rule.
pub(crate) fn rule(cond: Cond, action: Action) -> Rule {
    Rule { cond, action, origin: OriginId(0) }
}

/// A policy of these rules.
pub(crate) fn meaning(arch: Arch, calls: Vec<(u32, Vec<Rule>)>, default: Action) -> Meaning {
    let calls: Vec<CallRules> = calls.into_iter().map(|(nr, rules)| CallRules { nr, rules: rules.into() }).collect();
    Meaning { arch, calls: calls.into(), newer: (&[]).into(), default }
}

/// A policy that allows these calls and kills for others.
pub(crate) fn allow_list(arch: Arch, numbers: impl IntoIterator<Item = u32>) -> Meaning {
    let calls = numbers.into_iter().map(|nr| (nr, vec![rule(Cond::True, Action::Allow)])).collect();
    meaning(arch, calls, Action::Kill)
}

/// An unsigned comparison without mask.
pub(crate) fn cmp(arg: u8, width: Width, op: CmpOp, value: u64) -> Cond {
    Cond::Cmp(Cmp { arg, width, signed: false, mask: None, op, value: Value::Known(value) })
}

/// A call of that number with no arguments.
pub(crate) fn call(arch: Arch, nr: u32) -> SeccompData {
    SeccompData { nr, arch: arch.audit(), ..SeccompData::default() }
}
