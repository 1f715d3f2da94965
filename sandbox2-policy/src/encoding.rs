//! A meaning as bytes: how `policy!` carries it into the program, where a violation is explained with it.
//!
//! One literal in place of thousands of tokens keeps the expansion fast. The form is private to one version of sandbox2: both
//! ends are always built together.

use std::borrow::Cow;

use crate::action::{Action, Errno};
use crate::arch::Arch;
use crate::meaning::{BUILT_IN, CallRules, Cmp, CmpOp, Cond, Meaning, OriginId, Rule, SymbolId, Value, Width};

/// How deep conditions may be nested in the bytes: far beyond what the parser of a program in memory can make.
const DEPTH: u32 = 512;

/// The bytes of a meaning.
#[must_use]
pub fn encode(meaning: &Meaning) -> Vec<u8> {
    let mut out = vec![meaning.arch.index() as u8];
    action(&mut out, meaning.default);
    number(&mut out, meaning.newer.len() as u64);
    for &(first, last) in meaning.newer.iter() {
        number(&mut out, first.into());
        number(&mut out, last.into());
    }
    number(&mut out, meaning.calls.len() as u64);
    for call in meaning.calls.iter() {
        number(&mut out, call.nr.into());
        number(&mut out, call.rules.len() as u64);
        for rule in call.rules.iter() {
            action(&mut out, rule.action);
            number(&mut out, rule.origin.0.into());
            cond(&mut out, &rule.cond);
        }
    }
    out
}

/// The meaning that these bytes stand for; `None` if they are not [`encode`]'s.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<Meaning> {
    let mut input = Input { bytes };
    let arch = *Arch::ALL.get(usize::from(input.byte()?))?;
    let default = input.action()?;
    let newer = input.list(|input| Some((input.small()?, input.small()?)))?;
    let calls = input.list(|input| {
        let nr = input.small()?;
        let rules = input.list(|input| {
            let action = input.action()?;
            let origin = OriginId(input.small()?);
            Some(Rule { cond: input.cond(DEPTH)?, action, origin })
        })?;
        Some(CallRules { nr, rules: Cow::Owned(rules) })
    })?;
    let ascending = calls.windows(2).all(|pair| pair[0].nr < pair[1].nr);
    (input.bytes.is_empty() && ascending).then_some(Meaning {
        arch,
        calls: Cow::Owned(calls),
        newer: Cow::Owned(newer),
        default,
    })
}

/// Where a rule was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The line, from 1; 0 where there is none.
    pub line: u32,
    /// The column, from 1; 0 where there is none.
    pub column: u32,
    /// The rule, in the policy language.
    pub text: String,
    /// The group that it came from; `None` if it was written out.
    pub group: Option<String>,
    /// The file, where it is not the policy's own.
    pub file: Option<String>,
}

impl Origin {
    /// Whether nobody wrote it: what holds under every policy.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        self.group.as_deref() == Some(BUILT_IN)
    }
}

/// The bytes of a list of origins.
#[must_use]
pub fn encode_origins(origins: &[Origin]) -> Vec<u8> {
    let mut out = Vec::new();
    number(&mut out, origins.len() as u64);
    for origin in origins {
        number(&mut out, origin.line.into());
        number(&mut out, origin.column.into());
        text(&mut out, Some(&origin.text));
        text(&mut out, origin.group.as_deref());
        text(&mut out, origin.file.as_deref());
    }
    out
}

/// The origins that these bytes stand for; `None` if they are not [`encode_origins`]'s.
#[must_use]
pub fn decode_origins(bytes: &[u8]) -> Option<Vec<Origin>> {
    let mut input = Input { bytes };
    let origins = input.list(|input| {
        Some(Origin {
            line: input.small()?,
            column: input.small()?,
            text: input.text()??,
            group: input.text()?,
            file: input.text()?,
        })
    })?;
    input.bytes.is_empty().then_some(origins)
}

/// The length and one more, then the bytes; 0 for none.
fn text(out: &mut Vec<u8>, text: Option<&str>) {
    number(out, text.map_or(0, |text| text.len() as u64 + 1));
    out.extend_from_slice(text.unwrap_or_default().as_bytes());
}

/// LEB128.
fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn action(out: &mut Vec<u8>, action: Action) {
    match action {
        Action::Allow => out.push(0),
        Action::Kill => out.push(1),
        Action::Log => out.push(2),
        Action::Notify => out.push(5),
        Action::Errno(errno) => {
            out.push(3);
            number(out, errno.get().into());
        }
        Action::Trap(data) => {
            out.push(4);
            number(out, data.into());
        }
    }
}

fn value(out: &mut Vec<u8>, value: Value) {
    match value {
        Value::Known(known) => {
            out.push(0);
            number(out, known);
        }
        Value::Symbol(symbol) => {
            out.push(1);
            number(out, symbol.0.into());
        }
    }
}

fn cond(out: &mut Vec<u8>, of: &Cond) {
    match of {
        Cond::True => out.push(0),
        Cond::Cmp(cmp) => {
            out.push(1);
            out.push(cmp.arg);
            let width = u8::from(cmp.width == Width::W64);
            out.push(width | u8::from(cmp.signed) << 1 | u8::from(cmp.mask.is_some()) << 2 | (cmp.op as u8) << 3);
            if let Some(mask) = cmp.mask {
                value(out, mask);
            }
            value(out, cmp.value);
        }
        Cond::Not(list) => conds(out, 2, list),
        Cond::All(list) => conds(out, 3, list),
        Cond::Any(list) => conds(out, 4, list),
    }
}

fn conds(out: &mut Vec<u8>, tag: u8, list: &[Cond]) {
    out.push(tag);
    number(out, list.len() as u64);
    for part in list {
        cond(out, part);
    }
}

struct Input<'a> {
    bytes: &'a [u8],
}

impl Input<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if part << shift >> shift != part {
                return None;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn small<T: TryFrom<u64>>(&mut self) -> Option<T> {
        T::try_from(self.number()?).ok()
    }

    fn list<T>(&mut self, mut part: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let length: usize = self.small()?;
        // Each part takes a byte at least.
        if length > self.bytes.len() {
            return None;
        }
        (0..length).map(|_| part(self)).collect()
    }

    /// The inner one is `None` where no text was encoded.
    fn text(&mut self) -> Option<Option<String>> {
        let length: usize = self.small()?;
        let Some(length) = length.checked_sub(1) else { return Some(None) };
        let (text, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(Some(String::from_utf8(text.to_vec()).ok()?))
    }

    fn action(&mut self) -> Option<Action> {
        Some(match self.byte()? {
            0 => Action::Allow,
            1 => Action::Kill,
            2 => Action::Log,
            5 => Action::Notify,
            3 => Action::Errno(Errno::new(self.small()?)?),
            4 => Action::Trap(self.small()?),
            _ => return None,
        })
    }

    fn value(&mut self) -> Option<Value> {
        Some(match self.byte()? {
            0 => Value::Known(self.number()?),
            1 => Value::Symbol(SymbolId(self.small()?)),
            _ => return None,
        })
    }

    fn cond(&mut self, depth: u32) -> Option<Cond> {
        let depth = depth.checked_sub(1)?;
        Some(match self.byte()? {
            0 => Cond::True,
            1 => Cond::Cmp(self.cmp()?),
            2 => Cond::Not(Cow::Owned(self.list(|input| input.cond(depth))?)),
            3 => Cond::All(Cow::Owned(self.list(|input| input.cond(depth))?)),
            4 => Cond::Any(Cow::Owned(self.list(|input| input.cond(depth))?)),
            _ => return None,
        })
    }

    fn cmp(&mut self) -> Option<Cmp> {
        let arg = self.byte().filter(|arg| *arg < 6)?;
        let form = self.byte()?;
        let width = if form & 1 == 0 { Width::W32 } else { Width::W64 };
        let op = match form >> 3 {
            0 => CmpOp::Eq,
            1 => CmpOp::Ne,
            2 => CmpOp::Lt,
            3 => CmpOp::Le,
            4 => CmpOp::Gt,
            5 => CmpOp::Ge,
            _ => return None,
        };
        let mask = if form & 4 == 0 { None } else { Some(self.value()?) };
        Some(Cmp { arg, width, signed: form & 2 != 0, mask, op, value: self.value()? })
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, decode, decode_origins, encode, encode_origins};
    use crate::action::{Action, Errno};
    use crate::arch::Arch;
    use crate::meaning::{CallRules, Cmp, CmpOp, Cond, Meaning, OriginId, Rule, SymbolId, Value, Width};

    fn sample() -> Meaning {
        let cmp = |op, mask, value| Cond::Cmp(Cmp { arg: 5, width: Width::W64, signed: true, mask, op, value });
        let rule = |cond, action, origin| Rule { cond, action, origin: OriginId(origin) };
        let all = Cond::All(vec![cmp(CmpOp::Ge, None, Value::Known(u64::MAX)), Cond::True].into());
        let not = Cond::Not(vec![cmp(CmpOp::Ne, Some(Value::Known(7)), Value::Symbol(SymbolId(300)))].into());
        let rules = vec![
            rule(all, Action::Errno(Errno::ENOSYS), 9),
            rule(not, Action::Trap(65535), 700),
            rule(Cond::Any(vec![].into()), Action::Log, 0),
        ];
        let second = vec![rule(Cond::True, Action::Kill, 1)];
        let calls = vec![CallRules { nr: 3, rules: rules.into() }, CallRules { nr: 451, rules: second.into() }];
        let newer = vec![(452, 460), (470, u32::MAX)];
        Meaning { arch: Arch::Riscv64, calls: calls.into(), newer: newer.into(), default: Action::Notify }
    }

    #[test]
    fn a_meaning_survives_the_way_through_bytes() {
        assert_eq!(decode(&encode(&sample())), Some(sample()));
    }

    #[test]
    fn origins_survive_the_way_through_bytes_and_nothing_else_does() {
        let origin = Origin { line: 300, column: 7, text: "ALLOW read;".to_owned(), group: None, file: None };
        let other = Origin { group: Some(String::new()), file: Some("src/a.rs".to_owned()), ..origin.clone() };
        let origins = vec![origin, other, Origin::default()];
        let mut bytes = encode_origins(&origins);
        assert_eq!(decode_origins(&bytes), Some(origins));
        for length in 0..bytes.len() {
            assert_eq!(decode_origins(&bytes[..length]), None);
        }
        bytes.push(0);
        assert_eq!(decode_origins(&bytes), None);
    }

    #[test]
    fn cut_or_lengthened_bytes_are_refused() {
        let mut bytes = encode(&sample());
        for length in 0..bytes.len() {
            assert_eq!(decode(&bytes[..length]), None);
        }
        bytes.push(0);
        assert_eq!(decode(&bytes), None);
    }
}
