//! A tiny assembler and the most naive compiler imaginable: what the witnesses are tried on before they meet a clever one.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::borrow::Cow;
use std::collections::HashMap;

use crate::dice::Dice;
use sandbox2_policy::insn::{offset, op, ret};
use sandbox2_policy::meaning::{CallRules, Cmp, CmpOp, Cond, Meaning, OriginId, Rule, SymbolId, Value, Width};
use sandbox2_policy::program::{Operand, Program, SymInsn};
use sandbox2_policy::reference::{execveat, kernel_return};
use sandbox2_policy::{Action, Arch, Supervision};

pub(crate) const SIGN: u32 = 0x8000_0000;
pub(crate) const S: Value = Value::Symbol(SymbolId(0));
pub(crate) const T: Value = Value::Symbol(SymbolId(1));

/// Instructions with labels. An empty label is the next instruction.
#[derive(Default)]
pub(crate) struct Asm {
    insns: Vec<(u16, Operand, String, String)>,
    labels: HashMap<String, usize>,
    fresh: usize,
}

impl Asm {
    pub(crate) fn fresh(&mut self) -> String {
        self.fresh += 1;
        format!("L{}", self.fresh)
    }

    pub(crate) fn label(&mut self, label: &str) {
        assert!(self.labels.insert(label.to_owned(), self.insns.len()).is_none(), "{label} twice");
    }

    pub(crate) fn stmt(&mut self, code: u16, k: Operand) {
        self.insns.push((code, k, String::new(), String::new()));
    }

    pub(crate) fn ld(&mut self, byte: u32) {
        self.stmt(op::LD_ABS, Operand::Known(byte));
    }

    pub(crate) fn ret(&mut self, value: u32) {
        self.stmt(op::RET, Operand::Known(value));
    }

    pub(crate) fn jump(&mut self, code: u16, k: Operand, yes: &str, no: &str) {
        self.insns.push((code, k, yes.to_owned(), no.to_owned()));
    }

    pub(crate) fn jeq(&mut self, k: u32, yes: &str, no: &str) {
        self.jump(op::JEQ, Operand::Known(k), yes, no);
    }

    pub(crate) fn ja(&mut self, to: &str) {
        self.insns.push((op::JA, Operand::Known(0), to.to_owned(), String::new()));
    }

    pub(crate) fn finish(self) -> Vec<SymInsn> {
        let Asm { insns, labels, .. } = self;
        let skip = |at: usize, label: &str| {
            if label.is_empty() {
                0
            } else {
                let to = labels.get(label).unwrap_or_else(|| panic!("no label {label}"));
                to.checked_sub(at + 1).expect("a backward jump")
            }
        };
        let byte = |skip: usize| u8::try_from(skip).expect("a jump too long for the tests' assembler");
        insns
            .iter()
            .enumerate()
            .map(|(at, (code, k, yes, no))| match *code {
                op::JA => SymInsn { code: *code, jt: 0, jf: 0, k: Operand::Known(skip(at, yes) as u32) },
                _ => SymInsn { code: *code, jt: byte(skip(at, yes)), jf: byte(skip(at, no)), k: *k },
            })
            .collect()
    }
}

pub(crate) fn cmp(arg: u8, width: Width, op: CmpOp, value: Value) -> Cmp {
    Cmp { arg, width, signed: false, mask: None, op, value }
}

pub(crate) fn rule(cond: Cond, action: Action) -> Rule {
    Rule { cond, action, origin: OriginId(0) }
}

pub(crate) fn call(nr: u32, rules: Vec<Rule>) -> CallRules {
    CallRules { nr, rules: Cow::Owned(rules) }
}

pub(crate) fn meaning(arch: Arch, default: Action, mut calls: Vec<CallRules>) -> Meaning {
    calls.sort_by_key(|call| call.nr);
    Meaning { arch, calls: Cow::Owned(calls), newer: (&[]).into(), default }
}

/// Compiles without any thought: a chain of comparisons, every condition short-circuit by its form.
pub(crate) fn compile(meaning: &Meaning, supervision: Supervision) -> Program {
    let mut asm = Asm::default();
    let value = |action, exec| kernel_return(action, supervision, exec);
    asm.ld(offset::ARCH);
    asm.jeq(meaning.arch.audit(), "native", "");
    asm.ret(value(Action::Kill, false));
    asm.label("native");
    asm.ld(offset::NR);
    if meaning.arch == Arch::X86_64 {
        asm.jump(op::JGE, Operand::Known(0x4000_0000), "", "numbers");
        asm.ret(value(Action::Kill, false));
        asm.label("numbers");
    }
    let exec = execveat(meaning.arch);
    if supervision != Supervision::Standalone {
        let other = asm.fresh();
        asm.jeq(exec, "", &other);
        asm.ret(value(Action::Kill, true));
        asm.label(&other);
    }
    for call in meaning.calls.iter() {
        if supervision != Supervision::Standalone && call.nr == exec {
            continue;
        }
        let (mine, other) = (asm.fresh(), asm.fresh());
        asm.jeq(call.nr, &mine, "");
        asm.ja(&other);
        asm.label(&mine);
        for rule in call.rules.iter() {
            let (yes, no) = (asm.fresh(), asm.fresh());
            condition(&mut asm, &rule.cond, &yes, &no);
            asm.label(&yes);
            asm.ret(value(rule.action, false));
            asm.label(&no);
        }
        asm.ret(value(meaning.default, false));
        asm.label(&other);
    }
    asm.ret(value(meaning.default, false));
    Program { arch: meaning.arch, supervision, insns: asm.finish() }
}

fn condition(asm: &mut Asm, cond: &Cond, yes: &str, no: &str) {
    match cond {
        Cond::True => asm.ja(yes),
        Cond::Cmp(cmp) => comparison(asm, cmp, yes, no),
        Cond::All(list) => {
            for cond in list.iter() {
                let next = asm.fresh();
                condition(asm, cond, &next, no);
                asm.label(&next);
            }
            asm.ja(yes);
        }
        Cond::Any(list) => any(asm, list, yes, no),
        Cond::Not(list) => any(asm, list, no, yes),
    }
}

fn any(asm: &mut Asm, list: &[Cond], yes: &str, no: &str) {
    for cond in list {
        let next = asm.fresh();
        condition(asm, cond, yes, &next);
        asm.label(&next);
    }
    asm.ja(no);
}

pub(crate) fn half(value: Value, high: bool, xor: u32) -> Operand {
    match value {
        Value::Known(number) => Operand::Known((if high { (number >> 32) as u32 } else { number as u32 }) ^ xor),
        Value::Symbol(symbol) => Operand::Symbol { symbol, high, xor },
    }
}

fn load(asm: &mut Asm, cmp: &Cmp, high: bool) {
    asm.ld(if high { offset::arg_high(cmp.arg) } else { offset::arg_low(cmp.arg) });
    if let Some(mask) = cmp.mask {
        asm.stmt(op::AND, half(mask, high, 0));
    }
}

fn comparison(asm: &mut Asm, cmp: &Cmp, yes: &str, no: &str) {
    let wide = cmp.width == Width::W64;
    // `!=`, `<` and `<=` are the others with the outcomes exchanged.
    let (test, yes, no) = match cmp.op {
        CmpOp::Eq => (op::JEQ, yes, no),
        CmpOp::Ne => (op::JEQ, no, yes),
        CmpOp::Gt => (op::JGT, yes, no),
        CmpOp::Le => (op::JGT, no, yes),
        CmpOp::Ge => (op::JGE, yes, no),
        CmpOp::Lt => (op::JGE, no, yes),
    };
    let flip = if cmp.signed && test != op::JEQ { SIGN } else { 0 };
    if wide {
        load(asm, cmp, true);
        if flip != 0 {
            asm.stmt(op::XOR, Operand::Known(flip));
        }
        let k = half(cmp.value, true, flip);
        if test != op::JEQ {
            asm.jump(op::JGT, k, yes, "");
        }
        asm.jump(op::JEQ, k, "", no);
    }
    load(asm, cmp, false);
    let flip = if wide { 0 } else { flip };
    if flip != 0 {
        asm.stmt(op::XOR, Operand::Known(flip));
    }
    asm.jump(test, half(cmp.value, false, flip), yes, no);
}

/// Numbers at which things change.
pub(crate) const HALVES: [u32; 6] = [0, 1, 0x7fff_ffff, 0x8000_0000, u32::MAX - 1, u32::MAX];

pub(crate) fn boundary(dice: &mut Dice) -> u64 {
    u64::from(dice.pick(&HALVES)) << 32 | u64::from(dice.pick(&HALVES))
}

/// A policy with all sorts of conditions.
pub(crate) fn random_meaning(dice: &mut Dice, symbols: bool) -> Meaning {
    let actions =
        [Action::Allow, Action::Kill, Action::Errno(sandbox2_policy::Errno::ENOSYS), Action::Trap(7), Action::Log];
    let arch = dice.pick(&Arch::ALL);
    let mut calls = Vec::new();
    for nr in [1, 2, 59, execveat(arch)] {
        if dice.below(3) == 0 {
            continue;
        }
        let mut rules = Vec::new();
        for _ in 0..=dice.below(2) {
            rules.push(rule(random_cond(dice, 2, symbols), dice.pick(&actions)));
        }
        if dice.below(4) == 0 {
            rules.push(rule(Cond::True, dice.pick(&actions)));
        }
        calls.push(call(nr, rules));
    }
    meaning(arch, dice.pick(&actions), calls)
}

fn random_cond(dice: &mut Dice, depth: usize, symbols: bool) -> Cond {
    let kind = if depth == 0 { 0 } else { dice.below(6) };
    if kind < 3 {
        let width = dice.pick(&[Width::W32, Width::W64]);
        let op = dice.pick(&[CmpOp::Eq, CmpOp::Ne, CmpOp::Lt, CmpOp::Le, CmpOp::Gt, CmpOp::Ge]);
        let fit = |number: u64| if width == Width::W32 { number & 0xffff_ffff } else { number };
        let value = |dice: &mut Dice| match dice.below(3) {
            0 if symbols => dice.pick(&[S, T]),
            1 => Value::Known(fit(boundary(dice))),
            _ => Value::Known(dice.roll() % 4),
        };
        let mask = if matches!(op, CmpOp::Eq | CmpOp::Ne) && dice.below(3) == 0 { Some(value(dice)) } else { None };
        let value = value(dice);
        return Cond::Cmp(Cmp { arg: dice.below(2) as u8 * 5, width, signed: dice.below(2) == 0, mask, op, value });
    }
    let list: Vec<Cond> = (0..=dice.below(2)).map(|_| random_cond(dice, depth - 1, symbols)).collect();
    match kind {
        3 => Cond::All(Cow::Owned(list)),
        4 => Cond::Any(Cow::Owned(list)),
        _ => Cond::Not(Cow::Owned(list)),
    }
}

/// Codes that mutations try.
pub(crate) const CODES: [u16; 22] = [
    op::LD_ABS,
    op::JA,
    op::JEQ,
    op::JGT,
    op::JGE,
    op::JSET,
    op::AND,
    op::XOR,
    op::RET,
    0x44,
    0x04,
    0x64,
    0x74,
    0x84,
    0x00,
    0x60,
    0x02,
    0x07,
    0x87,
    0x16,
    0x1d,
    0x80,
];

/// Every small change of one instruction.
pub(crate) fn mutations(insn: SymInsn) -> Vec<SymInsn> {
    let mut all = Vec::new();
    all.extend(CODES.iter().map(|code| SymInsn { code: *code, ..insn }));
    for change in [1_u8, 2, 255, 254] {
        all.push(SymInsn { jt: insn.jt.wrapping_add(change), ..insn });
        all.push(SymInsn { jf: insn.jf.wrapping_add(change), ..insn });
    }
    all.push(SymInsn { jt: insn.jf, jf: insn.jt, ..insn });
    match insn.k {
        Operand::Known(k) => {
            let mut changed = vec![k.wrapping_add(1), k.wrapping_sub(1), k.wrapping_add(4), k.wrapping_sub(4), 0, !k];
            changed.extend([0, 1, 7, 16, 30, 31].map(|bit| k ^ 1 << bit));
            changed.extend([ret::ALLOW, ret::LOG, 8]);
            all.extend(changed.into_iter().map(|k| SymInsn { k: Operand::Known(k), ..insn }));
            all.push(SymInsn { k: Operand::Symbol { symbol: SymbolId(0), high: false, xor: 0 }, ..insn });
        }
        Operand::Symbol { symbol, high, xor } => {
            let other = SymbolId(symbol.0 ^ 1);
            for k in [
                Operand::Symbol { symbol, high: !high, xor },
                Operand::Symbol { symbol: other, high, xor },
                Operand::Symbol { symbol, high, xor: xor ^ SIGN },
                Operand::Symbol { symbol, high, xor: xor ^ 1 },
                Operand::Known(0),
                Operand::Known(u32::MAX),
            ] {
                all.push(SymInsn { k, ..insn });
            }
        }
    }
    all.retain(|mutant| *mutant != insn);
    all
}
