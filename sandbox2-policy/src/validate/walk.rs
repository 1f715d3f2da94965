//! Following a program over ranges of numbers and architectures, and over arguments where it looks at them.

use super::accumulator::{Accumulator, Question, Range, Uniform, Word};
use super::counterexample;
use super::diagram::Diagrams;
use super::expectation::{Expectation, Expected};
use super::{Doubt, Refutation};
use crate::bdd::Ref;
use crate::insn::{SeccompData, op};
use crate::meaning::Meaning;
use crate::program::{Operand, Program, SymInsn};

/// How many steps one proof may take. An allow-list takes a few for each instruction.
const STEP_LIMIT: usize = 1 << 22;
/// `A = k` (`BPF_LD|BPF_IMM`).
const LD_IMM: u16 = 0x00;
/// `A |= k` (`BPF_ALU|BPF_OR|BPF_K`).
const OR: u16 = 0x44;
/// No state.
const NONE: u32 = u32::MAX;

/// The calls at hand: all that have an architecture and a number in these ranges.
#[derive(Debug, Clone, Copy)]
pub(super) struct Region {
    arch: Range,
    nr: Range,
}

impl Region {
    /// The range of that word, if it is one of the two.
    fn range(self, word: Word) -> Option<Range> {
        match word {
            Word::NR => Some(self.nr),
            Word::ARCH => Some(self.arch),
            _ => None,
        }
    }

    fn split(self, cut: Cut) -> (Region, Region) {
        if cut.word == Word::ARCH {
            let (below, from) = self.arch.split(cut.at);
            (Region { arch: below, ..self }, Region { arch: from, ..self })
        } else {
            let (below, from) = self.nr.split(cut.at);
            (Region { nr: below, ..self }, Region { nr: from, ..self })
        }
    }

    /// Its first call.
    pub(super) fn first(self) -> SeccompData {
        SeccompData { nr: self.nr.low, arch: self.arch.low, ..SeccompData::default() }
    }
}

/// Where to divide a region.
#[derive(Debug, Clone, Copy)]
struct Cut {
    word: Word,
    at: u32,
}

/// A point of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    pc: usize,
    a: Accumulator,
}

/// What happens next, when numbers and architectures are followed as far as they lead.
#[derive(Debug, Clone, Copy)]
enum Event {
    Return(u32),
    /// Arguments or Rust constants decide.
    Test {
        question: Question,
        k: Operand,
        yes: usize,
        no: usize,
    },
    /// The region is to be divided.
    Divide(Cut),
    /// Something that is not understood.
    Strange,
}

/// A point on the way through argument tests.
#[derive(Debug, Clone, Copy)]
struct State {
    point: Point,
    /// The next state in the list of those with the same `pc`.
    next: u32,
    fate: Fate,
}

/// What becomes of a state.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Open,
    Branch { test: Ref, yes: u32, no: u32 },
    Known(Ref),
}

pub(super) struct Walk<'a> {
    expectation: Expectation<'a>,
    program: &'a Program,
    insns: &'a [SymInsn],
    diagrams: Diagrams,
    steps: usize,
    /// Of one piece: its states, and for each instruction the first of those there.
    states: Vec<State>,
    heads: Vec<u32>,
    /// The first instruction that was not understood in a piece.
    strange: Option<usize>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(meaning: &'a Meaning, program: &'a Program) -> Walk<'a> {
        Walk {
            expectation: Expectation { meaning, supervision: program.supervision },
            program,
            insns: &program.insns,
            diagrams: Diagrams::new(),
            steps: 0,
            states: Vec::new(),
            heads: vec![NONE; program.insns.len()],
            strange: None,
        }
    }

    pub(super) fn run(mut self) -> Result<(), Refutation> {
        let start = Point { pc: 0, a: Accumulator::constant(0) };
        let mut pending = vec![(start, Region { arch: Range::ALL, nr: Range::ALL })];
        while let Some((point, region)) = pending.pop() {
            if self.steps > STEP_LIMIT {
                return Err(undecided(Doubt::TooComplex, region.first()));
            }
            let (point, event) = self.follow(point, region);
            let cut = match event {
                Event::Return(value) => {
                    self.check_return(region, value)?;
                    continue;
                }
                Event::Divide(cut) => Some(cut),
                Event::Test { .. } | Event::Strange => match self.meaning_cut(region) {
                    Some(cut) => Some(cut),
                    None => self.check_piece(point, region)?,
                },
            };
            if let Some(cut) = cut {
                let (below, from) = region.split(cut);
                pending.push((point, from));
                pending.push((point, below));
            }
        }
        Ok(())
    }

    /// Follows the program from a point to the next event; the point returned is where that happens.
    fn follow(&mut self, from: Point, region: Region) -> (Point, Event) {
        let Point { mut pc, mut a } = from;
        loop {
            self.steps += 1;
            let Some(insn) = self.insns.get(pc) else {
                return (Point { pc, a }, Event::Strange);
            };
            let loaded = match (insn.code, insn.k) {
                (op::RET, Operand::Known(value)) => return (Point { pc, a }, Event::Return(value)),
                (op::JA, Operand::Known(skip)) => {
                    pc += 1 + skip as usize;
                    continue;
                }
                (op::LD_ABS, Operand::Known(byte)) => Word::at(byte).map(Accumulator::loaded),
                (LD_IMM, Operand::Known(value)) => Some(Accumulator::constant(value)),
                (op::AND, k) => a.and(k),
                (op::XOR, k) => a.xor(k),
                (OR, k) => a.or(k),
                (code, k) => match question(code) {
                    None => None,
                    Some(question) => {
                        a = settle(a, region);
                        let (yes, no) = (pc + 1 + usize::from(insn.jt), pc + 1 + usize::from(insn.jf));
                        if yes == no {
                            pc = yes;
                            continue;
                        }
                        match ask(a, region, question, k) {
                            Answer::Always(answer) => {
                                pc = if answer { yes } else { no };
                                continue;
                            }
                            Answer::Divide(cut) => return (Point { pc, a }, Event::Divide(cut)),
                            Answer::Depends => return (Point { pc, a }, Event::Test { question, k, yes, no }),
                            Answer::Strange => None,
                        }
                    }
                },
            };
            match loaded {
                Some(loaded) => a = loaded,
                None => return (Point { pc, a }, Event::Strange),
            }
            pc += 1;
        }
    }

    /// Compares a return that no argument led to with the meaning of every call of the region.
    fn check_return(&mut self, region: Region, value: u32) -> Result<(), Refutation> {
        let native = self.expectation.meaning.arch.audit();
        let Region { arch, nr } = region;
        if (arch.low != native || arch.high != native) && value != self.expectation.violation() {
            let foreign = if arch.low == native { arch.high } else { arch.low };
            return Err(self.wrong(SeccompData { arch: foreign, ..region.first() }));
        }
        if !arch.contains(native) {
            return Ok(());
        }
        let mut numbers = nr;
        if let Some(end) = self.expectation.numbers_end()
            && nr.high >= end
        {
            let first = nr.low.max(end);
            if value != self.expectation.violation() {
                return Err(self.wrong(SeccompData { arch: native, nr: first, ..SeccompData::default() }));
            }
            if nr.low >= end {
                return Ok(());
            }
            numbers.high = end - 1;
        }
        let only =
            |number| Region { arch: Range { low: native, high: native }, nr: Range { low: number, high: number } };
        let exec = self.expectation.exec().filter(|exec| numbers.contains(*exec));
        if let Some(exec) = exec {
            self.check_constant(only(exec), value)?;
        }
        for call in self.expectation.calls(numbers) {
            self.check_constant(only(call.nr), value)?;
        }
        // The numbers between those with rules: of those that get the same, one stands for all.
        let ends: Vec<u32> = self.expectation.bounds(numbers).collect();
        let mut low = numbers.low;
        for high in ends.iter().map(|end| end - 1).chain([numbers.high]) {
            if let Some(number) = self.without_rules(Range { low, high }, exec)
                && value != self.expectation.unnamed(number)
            {
                return Err(self.wrong(only(number).first()));
            }
            low = high.saturating_add(1);
        }
        Ok(())
    }

    /// The first number of the range that has no rules and is not `exec`.
    fn without_rules(&self, numbers: Range, exec: Option<u32>) -> Option<u32> {
        let mut next = u64::from(numbers.low);
        for call in self.expectation.calls(numbers) {
            let other = first_other(next, u64::from(call.nr), exec);
            if other.is_some() {
                return other;
            }
            next = u64::from(call.nr) + 1;
        }
        first_other(next, u64::from(numbers.high) + 1, exec)
    }

    /// Compares a return that no argument led to with what is expected throughout a region.
    fn check_constant(&mut self, region: Region, value: u32) -> Result<(), Refutation> {
        match self.expected(region) {
            Expected::Constant(expected) if expected == value => Ok(()),
            Expected::Constant(_) => Err(self.wrong(region.first())),
            Expected::Rules(_) => {
                self.diagrams.renew();
                let function = self.diagrams.bdd.leaf(value);
                self.compare(region, function)
            }
        }
    }

    /// What is expected throughout a region that [`Self::meaning_cut`] does not divide.
    fn expected(&self, region: Region) -> Expected<'a> {
        let violation = Expected::Constant(self.expectation.violation());
        if region.arch.low != self.expectation.meaning.arch.audit()
            || self.expectation.numbers_end().is_some_and(|end| region.nr.low >= end)
        {
            return violation;
        }
        match self.expectation.calls(region.nr).first() {
            Some(call) => self.expectation.native(call.nr, &call.rules),
            None => self.expectation.native(region.nr.low, &[]),
        }
    }

    /// Where the meaning is not the same throughout a region.
    fn meaning_cut(&self, region: Region) -> Option<Cut> {
        let native = self.expectation.meaning.arch.audit();
        // Cuts so that `number` becomes a range of its own.
        let isolate = |word, range: Range, number: u32| {
            if !range.contains(number) || range.low == range.high {
                None
            } else if number == range.low {
                Some(Cut { word, at: number + 1 })
            } else {
                Some(Cut { word, at: number })
            }
        };
        if let Some(cut) = isolate(Word::ARCH, region.arch, native) {
            return Some(cut);
        }
        if region.arch.low != native {
            return None;
        }
        if let Some(end) = self.expectation.numbers_end() {
            if region.nr.low >= end {
                return None;
            }
            if region.nr.high >= end {
                return Some(Cut { word: Word::NR, at: end });
            }
        }
        let exec = self.expectation.exec().and_then(|exec| isolate(Word::NR, region.nr, exec));
        exec.or_else(|| {
            let call = self.expectation.calls(region.nr).first()?;
            isolate(Word::NR, region.nr, call.nr)
        })
        .or_else(|| Some(Cut { word: Word::NR, at: self.expectation.bounds(region.nr).next()? }))
    }

    /// Compares the rest of the program with the meaning, which is the same throughout the region. `Some`: the program asks
    /// more about the number, so the region is to be divided.
    fn check_piece(&mut self, start: Point, region: Region) -> Result<Option<Cut>, Refutation> {
        self.diagrams.renew();
        self.strange = None;
        for state in self.states.drain(..) {
            if let Some(head) = self.heads.get_mut(state.point.pc) {
                *head = NONE;
            }
        }
        self.state_at(start);
        let mut at = 0;
        while let Some(state) = self.states.get(at).copied() {
            if self.steps > STEP_LIMIT || self.diagrams.is_exhausted() {
                return Err(undecided(Doubt::TooComplex, region.first()));
            }
            let (point, event) = self.follow(state.point, region);
            let fate = match event {
                Event::Divide(cut) => return Ok(Some(cut)),
                Event::Return(value) => Fate::Known(self.diagrams.bdd.leaf(value)),
                Event::Strange => {
                    self.strange = self.strange.or(Some(point.pc));
                    Fate::Known(self.diagrams.poison())
                }
                Event::Test { question, k, yes, no } => {
                    let test = self.diagrams.test(point.a, question, k);
                    let yes = self.state_at(Point { pc: yes, a: point.a });
                    let no = self.state_at(Point { pc: no, a: point.a });
                    Fate::Branch { test, yes, no }
                }
            };
            self.states[at].fate = fate;
            at += 1;
        }
        let function = self.conclude();
        self.compare(region, function)?;
        Ok(None)
    }

    /// The state at that point, old or new.
    fn state_at(&mut self, point: Point) -> u32 {
        let head = self.heads.get(point.pc).copied().unwrap_or(NONE);
        let mut index = head;
        while let Some(state) = self.states.get(index as usize) {
            if state.point == point {
                return index;
            }
            index = state.next;
        }
        let index = self.states.len() as u32;
        self.states.push(State { point, next: head, fate: Fate::Open });
        if let Some(head) = self.heads.get_mut(point.pc) {
            *head = index;
        }
        index
    }

    /// The diagram of the first state. Jumps lead forward only, so the states are settled from the last instruction back.
    fn conclude(&mut self) -> Ref {
        let mut order: Vec<(usize, u32)> =
            self.states.iter().enumerate().map(|(index, state)| (state.point.pc, index as u32)).collect();
        order.sort_unstable();
        let poison = self.diagrams.poison();
        let known = |states: &[State], index: u32| match states.get(index as usize) {
            Some(State { fate: Fate::Known(function), .. }) => *function,
            _ => poison,
        };
        for (_, index) in order.into_iter().rev() {
            let Some(State { fate: Fate::Branch { test, yes, no }, .. }) = self.states.get(index as usize).copied()
            else {
                continue;
            };
            let (yes, no) = (known(&self.states, yes), known(&self.states, no));
            let function = self.diagrams.bdd.ite(test, yes, no);
            self.states[index as usize].fate = Fate::Known(function);
        }
        known(&self.states, 0)
    }

    /// Compares what the program does throughout a region with what is expected there.
    fn compare(&mut self, region: Region, function: Ref) -> Result<(), Refutation> {
        let expected = self.expectation.diagram(self.expected(region), &mut self.diagrams);
        if self.diagrams.is_exhausted() {
            return Err(undecided(Doubt::TooComplex, region.first()));
        }
        match self.diagrams.difference(function, expected) {
            None => Ok(()),
            Some(difference) => {
                let doubt = match self.strange {
                    Some(at) if difference.poisoned => Doubt::Instruction { at },
                    _ => Doubt::Constants,
                };
                let found = counterexample::search(self.expectation.meaning, self.program, region.first(), &difference);
                Err(match found {
                    Some(example) => Refutation::Wrong(Box::new(example)),
                    None => undecided(doubt, counterexample::call(region.first(), &difference.words)),
                })
            }
        }
    }

    /// The refutation for a call that goes wrong whatever its arguments.
    fn wrong(&self, data: SeccompData) -> Refutation {
        let symbols = vec![0; super::symbol_count(self.expectation.meaning, self.insns)];
        match counterexample::try_call(self.expectation.meaning, self.program, data, symbols) {
            Some(example) => Refutation::Wrong(Box::new(example)),
            None => undecided(Doubt::TooComplex, data),
        }
    }
}

fn undecided(doubt: Doubt, call: SeccompData) -> Refutation {
    Refutation::Undecided { doubt, call: Some(call) }
}

/// The first number of `from..to` that is not `exec`.
fn first_other(from: u64, to: u64, exec: Option<u32>) -> Option<u32> {
    let first = if exec.map(u64::from) == Some(from) { from + 1 } else { from };
    if first < to { u32::try_from(first).ok() } else { None }
}

fn question(code: u16) -> Option<Question> {
    match code {
        op::JEQ => Some(Question::Equal),
        op::JGT => Some(Question::Greater),
        op::JGE => Some(Question::GreaterOrEqual),
        op::JSET => Some(Question::AnyBit),
        _ => None,
    }
}

/// The accumulator, where the region leaves but one value for its word.
fn settle(a: Accumulator, region: Region) -> Accumulator {
    match a.word.and_then(|word| region.range(word)) {
        Some(range) if range.low == range.high => {
            Accumulator { word: None, mask: 0, xor: (range.low & a.mask) ^ a.xor, ..a }
        }
        _ => a,
    }
}

enum Answer {
    Always(bool),
    Divide(Cut),
    Depends,
    Strange,
}

/// What number and architecture say to a test.
fn ask(a: Accumulator, region: Region, question: Question, k: Operand) -> Answer {
    let range = match a.word {
        None => Range { low: 0, high: 0 },
        Some(word) => match region.range(word) {
            Some(range) => range,
            None => return Answer::Depends,
        },
    };
    let (None, Operand::Known(k)) = (a.symbol, k) else {
        // A constant may be compared with a Rust constant; a number that varies never is.
        return if a.word.is_none() { Answer::Depends } else { Answer::Strange };
    };
    match (range.answer(a.mask, a.xor, question, k), a.word) {
        (Uniform::Always(answer), _) => Answer::Always(answer),
        (Uniform::Cut(at), Some(word)) => Answer::Divide(Cut { word, at }),
        (Uniform::Cut(_), None) => Answer::Strange,
    }
}
