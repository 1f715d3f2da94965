//! Blocks as data: random ones, their text, what a machine of our own makes of them step by step, and the classic BPF that
//! the macros of `bpf_helper` stand for, with the two halves of an argument in scratch memory.

use sandbox2_policy::action::{Action, Supervision};
use sandbox2_policy::insn::{Insn, offset, op};
use sandbox2_policy::reference::kernel_return;

use crate::dice::Dice;

pub(crate) const OPS: [&str; 7] = ["JEQ", "JNE", "JGT", "JGE", "JLT", "JLE", "JA"];
pub(crate) const ACTIONS: [(&str, Action); 4] =
    [("ALLOW", Action::Allow), ("KILL", Action::Kill), ("TRAP(3)", Action::Trap(3)), ("TRACE", Action::Notify)];

/// One instruction.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Which argument, and whether all 64 bits of it.
    Load(u8, bool),
    /// Operation, whether it compares 64 bits, value, and where to: a label or an action.
    Compare(usize, bool, u64, Result<usize, usize>),
    Jump(usize),
    Label(usize),
    Return(usize),
}

/// A block that keeps the rules: `pread64(fd: unsigned int, buf, count: size_t, pos: loff_t)`.
pub(crate) fn block(dice: &mut Dice) -> Vec<Step> {
    let values = [1, 2, 3, 7, 8, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe];
    let wide = [1, 2, 3, 7, 1 << 32, (1 << 32) + 1, 1 << 63, u64::MAX - 1];
    let labels = dice.below(5);
    // Each section loads by itself; or all load the same width, and some go on with whatever was loaded before.
    let alike = match dice.below(3) {
        0 => None,
        1 => Some(false),
        _ => Some(true),
    };
    let mut steps = Vec::new();
    for section in 0..=labels {
        if section > 0 {
            steps.push(Step::Label(section));
        }
        let is_wide = alike.unwrap_or_else(|| dice.below(2) == 0);
        if section == 0 || alike.is_none() || dice.below(2) == 0 {
            steps.push(if is_wide { Step::Load(dice.pick(&[2, 3]), true) } else { Step::Load(0, false) });
        }
        for _ in 0..=dice.below(3) {
            let value = if is_wide { dice.pick(&wide) } else { dice.pick(&values) };
            let there = section + 1 + dice.below(3);
            let target = if there <= labels { Ok(there) } else { Err(dice.below(4)) };
            steps.push(Step::Compare(dice.below(7), is_wide, value, target));
        }
        match (section < labels, dice.below(3)) {
            (true, 0) => steps.push(Step::Jump(section + 1)),
            (true, 1) => {}
            _ => steps.push(Step::Return(dice.below(4))),
        }
    }
    steps
}

pub(crate) fn text(steps: &[Step]) -> String {
    let line = |step: &Step| match *step {
        Step::Load(arg, true) => format!("ARG({arg});"),
        Step::Load(arg, false) => format!("ARG_32({arg});"),
        Step::Compare(op, wide, value, target) => {
            let target = target.map_or_else(|action| ACTIONS[action].0.to_owned(), |label| format!("JUMP(l{label})"));
            format!("{}{}({value:#x}, {target});", OPS[op], if wide { "" } else { "32" })
        }
        Step::Jump(label) => format!("JUMP(l{label});"),
        Step::Label(label) => format!("LABEL(l{label});"),
        Step::Return(action) => format!("{};", ACTIONS[action].0),
    };
    let lines: Vec<String> = steps.iter().map(line).collect();
    format!("default ERRNO(ENOSYS); bpf pread64 {{ {} }}", lines.join(" "))
}

/// Whether the comparison holds.
pub(crate) fn holds(op: &str, loaded: u64, value: u64) -> bool {
    match op {
        "JEQ" => loaded == value,
        "JNE" => loaded != value,
        "JGT" => loaded > value,
        "JGE" => loaded >= value,
        "JLT" => loaded < value,
        "JLE" => loaded <= value,
        "JA" => loaded & value != 0,
        _ => panic!("no comparison: {op}"),
    }
}

/// Runs the block: `None` if it runs off its end.
pub(crate) fn run(steps: &[Step], args: &[u64; 6]) -> Option<Action> {
    let label = |label| steps.iter().position(|step| matches!(step, Step::Label(other) if *other == label));
    let (mut at, mut loaded) = (0, 0);
    loop {
        let step = *steps.get(at)?;
        at += 1;
        match step {
            Step::Load(arg, true) => loaded = args[usize::from(arg)],
            Step::Load(arg, false) => loaded = args[usize::from(arg)] & 0xffff_ffff,
            Step::Label(_) => {}
            Step::Jump(to) => at = label(to)?,
            Step::Return(action) => return Some(ACTIONS[action].1),
            Step::Compare(op, _, value, target) => match (holds(OPS[op], loaded, value), target) {
                (false, _) => {}
                (true, Ok(to)) => at = label(to)?,
                (true, Err(action)) => return Some(ACTIONS[action].1),
            },
        }
    }
}

/// Where a jump of the program under construction leads.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// To the block's label.
    Label(usize),
    /// To where the comparison that is this step leads if it holds.
    Holds(usize),
    /// To behind the comparison that is this step.
    Behind(usize),
}

enum Part {
    Plain(Insn),
    Test(u16, u32, Option<Place>, Option<Place>),
    Jump(Place),
    Here(Place),
}

const LD_MEM: u16 = 0x60;
const ST: u16 = 0x02;

/// The classic BPF that the block stands for: `ARG` keeps the low half in `M[0]` and the high half in `M[1]`.
pub(crate) fn classic(steps: &[Step]) -> Vec<Insn> {
    let plain = |code, k| Part::Plain(Insn::stmt(code, k));
    let returned = |action: usize| plain(op::RET, kernel_return(ACTIONS[action].1, Supervision::Standalone, false));
    let mut parts = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        match *step {
            Step::Load(arg, false) => parts.push(plain(op::LD_ABS, offset::arg_low(arg))),
            Step::Load(arg, true) => parts.extend([
                plain(op::LD_ABS, offset::arg_low(arg)),
                plain(ST, 0),
                plain(op::LD_ABS, offset::arg_high(arg)),
                plain(ST, 1),
            ]),
            Step::Label(label) => parts.push(Part::Here(Place::Label(label))),
            Step::Jump(label) => parts.push(Part::Jump(Place::Label(label))),
            Step::Return(action) => parts.push(returned(action)),
            Step::Compare(op, wide, value, target) => {
                compare(&mut parts, at, OPS[op], wide, value);
                parts.push(Part::Here(Place::Holds(at)));
                parts.push(target.map_or_else(returned, |label| Part::Jump(Place::Label(label))));
                parts.push(Part::Here(Place::Behind(at)));
            }
        }
    }
    assembled(&parts)
}

fn compare(parts: &mut Vec<Part>, at: usize, name: &str, wide: bool, value: u64) {
    let (holds, behind) = (Some(Place::Holds(at)), Some(Place::Behind(at)));
    // The machine has four comparisons; the others are their opposites.
    let (code, yes, no) = match name {
        "JEQ" => (op::JEQ, holds, behind),
        "JNE" => (op::JEQ, behind, holds),
        "JGT" => (op::JGT, holds, behind),
        "JLE" => (op::JGT, behind, holds),
        "JGE" => (op::JGE, holds, behind),
        "JLT" => (op::JGE, behind, holds),
        _ => (op::JSET, holds, behind),
    };
    let (high, low) = ((value >> 32) as u32, value as u32);
    if wide {
        parts.push(Part::Plain(Insn::stmt(LD_MEM, 1)));
        match code {
            op::JEQ => parts.push(Part::Test(op::JEQ, high, None, no)),
            op::JSET => parts.push(Part::Test(op::JSET, high, yes, None)),
            _ => parts.extend([Part::Test(op::JGT, high, yes, None), Part::Test(op::JEQ, high, None, no)]),
        }
        parts.push(Part::Plain(Insn::stmt(LD_MEM, 0)));
    }
    parts.push(Part::Test(code, low, yes, no));
}

fn assembled(parts: &[Part]) -> Vec<Insn> {
    let mut places: Vec<(Place, usize)> = Vec::new();
    let mut length = 0;
    for part in parts {
        match part {
            Part::Here(place) => places.push((*place, length)),
            _ => length += 1,
        }
    }
    let there = |place: Place| places.iter().find(|known| known.0 == place).expect("a place").1;
    let mut insns: Vec<Insn> = Vec::new();
    for part in parts {
        let next = insns.len() + 1;
        let skip = |place: &Option<Place>| place.map_or(0, |place| u8::try_from(there(place) - next).expect("near"));
        match part {
            Part::Plain(insn) => insns.push(*insn),
            Part::Test(code, k, yes, no) => insns.push(Insn::jump(*code, *k, skip(yes), skip(no))),
            Part::Jump(place) => {
                insns.push(Insn::stmt(op::JA, u32::try_from(there(*place) - next).expect("ahead")));
            }
            Part::Here(_) => {}
        }
    }
    insns
}
