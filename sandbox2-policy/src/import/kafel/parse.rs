//! Kafel's grammar: from words to policies.

use super::lex::{Token, Word};
use super::syscall;
use crate::action::Action;
use crate::arch::Arch;
use crate::ast::NodeId;
use crate::import::statements::errno;
use crate::import::{ImportError, Notes, Places};
use crate::meaning::CmpOp;
use crate::problem::nearest;
use crate::tables::{self, Syscall};
use std::collections::BTreeMap;

/// How deep brackets may nest.
const DEEPEST: usize = 100;

/// What a text defines.
#[derive(Default)]
pub(super) struct Policies {
    /// Policies by name, in order.
    pub(super) list: Vec<(String, Vec<Entry>)>,
    /// What stands outside of any.
    pub(super) main: Vec<Entry>,
    /// The default, and where it stands.
    pub(super) default: Option<(Action, NodeId)>,
}

/// A statement of a policy.
pub(super) enum Entry {
    /// `USE name`: an index into the list.
    Use(usize),
    /// `ACTION { … }`
    Block(Action, Vec<Filter>),
}

/// One call of a block.
pub(super) struct Filter {
    pub(super) target: Target,
    /// Arguments as the policy declares them.
    pub(super) args: Option<Vec<String>>,
    pub(super) arches: Option<Vec<Arch>>,
    pub(super) cond: Option<Bool>,
    pub(super) node: NodeId,
}

/// Which call.
#[derive(Clone, Copy)]
pub(super) enum Target {
    Name(&'static Syscall),
    Number(u64),
}

/// A condition.
pub(super) enum Bool {
    Not(Box<Bool>),
    All(Vec<Bool>),
    Any(Vec<Bool>),
    Cmp(Number, CmpOp, Number, NodeId),
}

/// A number.
pub(super) enum Number {
    Known(u64),
    Name(String, NodeId),
    Or(Vec<Number>, NodeId),
    And(Vec<Number>, NodeId),
}

/// What brackets may hold.
enum Either {
    Bool(Bool),
    Number(Number),
}

/// Architectures that kafel knows and the language does not.
const OTHER_ARCHES: [&str; 8] = ["x86", "i386", "arm", "mips", "mipso32", "mips64", "m68k", "mipsel"];

/// Reads the words.
pub(super) fn parse(tokens: &[Token], places: &mut Places, notes: &mut Notes) -> Result<Policies, ImportError> {
    let mut parser = Parser { tokens, at: 0, places, notes, constants: BTreeMap::new(), out: Policies::default() };
    while parser.at < tokens.len() {
        parser.statement()?;
    }
    Ok(parser.out)
}

struct Parser<'p> {
    tokens: &'p [Token],
    at: usize,
    places: &'p mut Places,
    notes: &'p mut Notes,
    constants: BTreeMap<String, u64>,
    out: Policies,
}

impl Parser<'_> {
    fn word(&self) -> Option<&Word> {
        self.tokens.get(self.at).map(|token| &token.word)
    }

    /// Where the next word stands; at the end, the last one.
    fn node(&self) -> NodeId {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(NodeId(0), |token| token.node)
    }

    fn error<T>(&self, message: impl Into<String>, hint: impl Into<String>) -> Result<T, ImportError> {
        Err(self.places.error(self.node(), message, hint))
    }

    fn unexpected<T>(&self, wanted: &str) -> Result<T, ImportError> {
        let found = match self.word() {
            None => "the end of the policy".to_owned(),
            Some(Word::Name(name)) => format!("`{name:.60}`"),
            Some(Word::Number(number)) => format!("the number {number}"),
            Some(Word::Sign(sign)) => format!("`{sign}`"),
        };
        self.error(format!("found {found}"), format!("kafel has {wanted} here"))
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.word(), Some(Word::Sign(found)) if *found == sign)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &str) -> Result<(), ImportError> {
        if self.take_sign(sign) { Ok(()) } else { self.unexpected(&format!("`{sign}`")) }
    }

    fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self.word(), Some(Word::Name(found)) if found == keyword)
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.is_keyword(keyword);
        self.at += usize::from(found);
        found
    }

    fn name(&mut self, what: &str) -> Result<String, ImportError> {
        match self.word() {
            Some(Word::Name(name)) if !KEYWORDS.contains(&name.as_str()) => {
                let name = name.clone();
                self.at += 1;
                Ok(name)
            }
            _ => self.unexpected(what),
        }
    }

    fn number(&mut self) -> Result<u64, ImportError> {
        match self.word() {
            Some(Word::Number(number)) => {
                let number = *number;
                self.at += 1;
                Ok(number)
            }
            _ => self.unexpected("a number"),
        }
    }

    fn statement(&mut self) -> Result<(), ImportError> {
        let node = self.node();
        if self.take_sign("#") {
            if !self.take_keyword("define") {
                return self.unexpected("`define` or `include`");
            }
            let name = self.name("the name of a constant")?;
            let value = self.number()?;
            if self.constants.insert(name.clone(), value).is_some_and(|known| known != value) {
                let message = format!("the constant `{name:.60}` is defined with two values");
                return Err(self.places.error(node, message, "keep one of the two"));
            }
            return Ok(());
        }
        if self.take_keyword("POLICY") {
            let name = self.name("the name of a policy")?;
            if self.out.list.iter().any(|policy| policy.0 == name) {
                let message = format!("the policy `{name:.60}` is defined twice");
                return Err(self.places.error(node, message, "keep one of the two"));
            }
            self.sign("{")?;
            let entries = if self.is_sign("}") { Vec::new() } else { self.entries()? };
            self.sign("}")?;
            self.out.list.push((name, entries));
            return Ok(());
        }
        if self.take_keyword("DEFAULT") {
            if self.out.default.is_some() {
                return Err(self.places.error(node, "the default is said twice", "keep one of the two"));
            }
            let action = self.action()?;
            self.out.default = Some((action, node));
            return Ok(());
        }
        let mut entries = self.entries()?;
        self.out.main.append(&mut entries);
        Ok(())
    }

    fn entries(&mut self) -> Result<Vec<Entry>, ImportError> {
        let mut entries = Vec::new();
        loop {
            entries.push(self.entry()?);
            if !self.take_sign(",") {
                return Ok(entries);
            }
        }
    }

    fn entry(&mut self) -> Result<Entry, ImportError> {
        if self.take_keyword("USE") {
            let node = self.node();
            let name = self.name("the name of a policy")?;
            let Some(index) = self.out.list.iter().position(|policy| policy.0 == name) else {
                let known = self.out.list.iter().map(|policy| policy.0.as_str());
                let hint = match nearest(&name, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "a policy must be defined before it is used".to_owned(),
                };
                return Err(self.places.error(node, format!("there is no policy `{name:.60}` so far"), hint));
            };
            return Ok(Entry::Use(index));
        }
        let action = self.action()?;
        self.sign("{")?;
        let mut filters = Vec::new();
        if !self.is_sign("}") {
            loop {
                filters.push(self.filter()?);
                if !self.take_sign(",") {
                    break;
                }
            }
        }
        self.sign("}")?;
        Ok(Entry::Block(action, filters))
    }

    fn action(&mut self) -> Result<Action, ImportError> {
        let node = self.node();
        let Some(Word::Name(name)) = self.word().cloned() else {
            return self.unexpected("an action, `POLICY`, `USE`, `DEFAULT` or `#define`");
        };
        let plain = match name.as_str() {
            "ALLOW" => Some(Action::Allow),
            "LOG" => Some(Action::Log),
            "KILL" | "KILL_THREAD" | "KILL_PROCESS" | "DENY" => Some(Action::Kill),
            "USER_NOTIF" => Some(Action::Notify),
            "ERRNO" | "TRAP" | "TRACE" => None,
            _ => return self.unexpected("an action, `POLICY`, `USE`, `DEFAULT` or `#define`"),
        };
        self.at += 1;
        if let Some(action) = plain {
            if matches!(name.as_str(), "KILL" | "KILL_THREAD" | "DENY") {
                self.notes.add(NodeId(0), "KILL ends the whole process, not only the thread".to_owned());
            }
            return Ok(action);
        }
        self.sign("(")?;
        let at = self.node();
        let number = self.number()?;
        self.sign(")")?;
        let Ok(data) = u16::try_from(number) else {
            return Err(self.places.error(
                at,
                format!("{name}({number}) is out of range"),
                "write a number from 0 to 65535",
            ));
        };
        match name.as_str() {
            "TRAP" => Ok(Action::Trap(data)),
            "TRACE" => {
                self.notes
                    .add(node, "TRACE becomes NOTIFY: a handler of the host's decides instead of a tracer".to_owned());
                Ok(Action::Notify)
            }
            _ => match errno(number) {
                Some(errno) => Ok(Action::Errno(errno)),
                None => Err(self.places.error(
                    at,
                    "ERRNO(0) lets the program believe that the call was made",
                    "write the error that it should see, from 1 to 4095",
                )),
            },
        }
    }

    fn filter(&mut self) -> Result<Filter, ImportError> {
        let node = self.node();
        let target = self.target()?;
        let args = if self.take_sign("(") { Some(self.declared()?) } else { None };
        let arches = if self.take_keyword("ON") { Some(self.guard()?) } else { None };
        let mut cond = None;
        if self.take_sign("{") {
            if !self.is_sign("}") {
                cond = Some(self.alternatives(0)?);
            }
            self.sign("}")?;
        }
        let cond = match cond {
            None => None,
            Some(Either::Bool(cond)) => Some(cond),
            Some(Either::Number(_)) => return self.unexpected("a comparison"),
        };
        Ok(Filter { target, args, arches, cond, node })
    }

    fn target(&mut self) -> Result<Target, ImportError> {
        let node = self.node();
        if self.take_keyword("SYSCALL") {
            self.sign("[")?;
            let number = self.number()?;
            self.sign("]")?;
            return Ok(Target::Number(number));
        }
        let name = self.name("the name of a system call")?;
        if let Some(number) = self.constants.get(&name) {
            return Ok(Target::Number(*number));
        }
        match syscall(&name) {
            Some(syscall) => Ok(Target::Name(syscall)),
            None => {
                let hint = match nearest(&name, tables::syscalls().iter().map(|syscall| syscall.name)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "names are the kernel's; a call without one is `SYSCALL[472]`".to_owned(),
                };
                Err(self.places.error(node, format!("unknown system call `{name:.60}`"), hint))
            }
        }
    }

    fn declared(&mut self) -> Result<Vec<String>, ImportError> {
        let mut names: Vec<String> = Vec::new();
        if self.take_sign(")") {
            return Ok(names);
        }
        loop {
            let node = self.node();
            let name = self.name("the name of an argument")?;
            if names.contains(&name) {
                let message = format!("the argument `{name:.60}` is declared twice");
                return Err(self.places.error(node, message, "give each a name of its own"));
            }
            if names.len() == 6 {
                return Err(self.places.error(node, "a system call has at most six arguments", "leave the rest out"));
            }
            names.push(name);
            if !self.take_sign(",") {
                self.sign(")")?;
                return Ok(names);
            }
        }
    }

    fn guard(&mut self) -> Result<Vec<Arch>, ImportError> {
        let several = self.take_sign("{");
        let mut arches = Vec::new();
        loop {
            let node = self.node();
            let name = self.name("the name of an architecture")?;
            match Arch::from_name(if name == "amd64" { "x86_64" } else { &name }) {
                Some(arch) => arches.push(arch),
                None if OTHER_ARCHES.contains(&name.as_str()) => {}
                None => {
                    let message = format!("unknown architecture `{name:.60}`");
                    return Err(self.places.error(
                        node,
                        message,
                        "those that count here are x86_64, aarch64 and riscv64",
                    ));
                }
            }
            if !several {
                return Ok(arches);
            }
            if !self.take_sign(",") {
                self.sign("}")?;
                return Ok(arches);
            }
        }
    }

    /// `a, b`: like `||`, and last.
    fn alternatives(&mut self, depth: usize) -> Result<Either, ImportError> {
        self.joined(",", |parser| parser.joined("||", |parser| parser.both(depth)))
    }

    fn joined(
        &mut self,
        sign: &str,
        mut part: impl FnMut(&mut Self) -> Result<Either, ImportError>,
    ) -> Result<Either, ImportError> {
        let first = part(self)?;
        if !self.is_sign(sign) {
            return Ok(first);
        }
        let mut parts = vec![self.boolean(first)?];
        while self.take_sign(sign) {
            let next = part(self)?;
            parts.push(self.boolean(next)?);
        }
        Ok(Either::Bool(Bool::Any(parts)))
    }

    fn both(&mut self, depth: usize) -> Result<Either, ImportError> {
        let first = self.primary(depth)?;
        if !self.is_sign("&&") {
            return Ok(first);
        }
        let mut parts = vec![self.boolean(first)?];
        while self.take_sign("&&") {
            let next = self.primary(depth)?;
            parts.push(self.boolean(next)?);
        }
        Ok(Either::Bool(Bool::All(parts)))
    }

    fn boolean(&self, either: Either) -> Result<Bool, ImportError> {
        match either {
            Either::Bool(cond) => Ok(cond),
            Either::Number(_) => self.unexpected("a comparison"),
        }
    }

    fn numeric(&self, either: Either) -> Result<Number, ImportError> {
        match either {
            Either::Number(number) => Ok(number),
            Either::Bool(_) => self.unexpected("a number, not a comparison, before it"),
        }
    }

    fn primary(&mut self, depth: usize) -> Result<Either, ImportError> {
        self.deep(depth)?;
        if self.take_sign("!") {
            let inner = self.primary(depth + 1)?;
            return Ok(Either::Bool(Bool::Not(Box::new(self.boolean(inner)?))));
        }
        let left = self.bits(depth)?;
        let node = self.node();
        let ops = [
            ("==", CmpOp::Eq),
            ("!=", CmpOp::Ne),
            ("<=", CmpOp::Le),
            (">=", CmpOp::Ge),
            ("<", CmpOp::Lt),
            (">", CmpOp::Gt),
        ];
        let Some((_, op)) = ops.iter().find(|(sign, _)| self.is_sign(sign)) else { return Ok(left) };
        let left = self.numeric(left)?;
        self.at += 1;
        let right = self.bits(depth)?;
        let right = self.numeric(right)?;
        Ok(Either::Bool(Bool::Cmp(left, *op, right, node)))
    }

    fn deep(&self, depth: usize) -> Result<(), ImportError> {
        if depth > DEEPEST {
            return self
                .error(format!("brackets and `!` nest more than {DEEPEST} deep"), "write the condition flatter");
        }
        Ok(())
    }

    fn bits(&mut self, depth: usize) -> Result<Either, ImportError> {
        self.combined("|", Number::Or, |parser| parser.combined("&", Number::And, |parser| parser.operand(depth)))
    }

    fn combined(
        &mut self,
        sign: &str,
        number: impl Fn(Vec<Number>, NodeId) -> Number,
        mut part: impl FnMut(&mut Self) -> Result<Either, ImportError>,
    ) -> Result<Either, ImportError> {
        let first = part(self)?;
        let node = self.node();
        if !self.is_sign(sign) {
            return Ok(first);
        }
        let mut parts = vec![self.numeric(first)?];
        while self.take_sign(sign) {
            let next = part(self)?;
            parts.push(self.numeric(next)?);
        }
        Ok(Either::Number(number(parts, node)))
    }

    fn operand(&mut self, depth: usize) -> Result<Either, ImportError> {
        let node = self.node();
        if self.take_sign("(") {
            self.deep(depth)?;
            let inner = self.alternatives(depth + 1)?;
            self.sign(")")?;
            return Ok(inner);
        }
        if let Some(Word::Number(number)) = self.word() {
            let number = *number;
            self.at += 1;
            return Ok(Either::Number(Number::Known(number)));
        }
        let name = self.name("a number, a constant or an argument")?;
        Ok(Either::Number(match self.constants.get(&name) {
            Some(value) => Number::Known(*value),
            None => Number::Name(name, node),
        }))
    }
}

const KEYWORDS: [&str; 16] = [
    "SYSCALL",
    "ALLOW",
    "LOG",
    "USER_NOTIF",
    "ERRNO",
    "KILL_PROCESS",
    "KILL_THREAD",
    "KILL",
    "DENY",
    "TRAP",
    "TRACE",
    "USE",
    "POLICY",
    "DEFAULT",
    "ON",
    "define",
];
