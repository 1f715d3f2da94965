//! What a checked policy means on one architecture: for each system call number an ordered list of rules.
//!
//! The same types serve while compiling, where they are built by `check`, and at run time, where `policy!` emits them as
//! constants so that a violation can name the rule that decided. [`reference`](crate::reference) is the plain evaluator of
//! them; `lower` compiles them; `validate` proves that what was compiled means the same.

use std::borrow::Cow;
use std::fmt;

use crate::action::Action;
use crate::arch::Arch;

/// The group of rules that hold without being written; no group that can be used has a space in its name.
pub(crate) const BUILT_IN: &str = "built in";

/// A place in the policy's source that rules come from: an index into the policy's list of origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginId(pub u16);

/// A value that rustc knows and the macro does not: the `n`-th `{ expression }` of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SymbolId(pub u16);

/// The right-hand side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Value {
    /// A number. For a 32-bit comparison its upper half is zero.
    Known(u64),
    /// A Rust constant; its value as 64 bits (sign-extended when negative) is looked up when the policy is evaluated. A
    /// 32-bit comparison uses its low half.
    Symbol(SymbolId),
}

/// How many bits of an argument the kernel reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Width {
    /// The low half only.
    W32,
    /// The whole register.
    W64,
}

/// How an argument is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CmpOp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl fmt::Display for CmpOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CmpOp::Eq => "==",
            CmpOp::Ne => "!=",
            CmpOp::Lt => "<",
            CmpOp::Le => "<=",
            CmpOp::Gt => ">",
            CmpOp::Ge => ">=",
        })
    }
}

/// One comparison of one argument. With a mask (only for [`CmpOp::Eq`] and [`CmpOp::Ne`]) the argument is masked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cmp {
    /// Which argument register, 0 to 5.
    pub arg: u8,
    /// How much of it counts.
    pub width: Width,
    /// Whether `<` and its like compare as signed numbers of that width.
    pub signed: bool,
    /// What the argument is masked with before it is compared.
    pub mask: Option<Value>,
    /// The comparison.
    pub op: CmpOp,
    /// What it is compared with.
    pub value: Value,
}

/// When a rule applies.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Cond {
    /// Always.
    True,
    /// When the comparison holds.
    Cmp(Cmp),
    /// When none of these holds (a list of one, for `!`).
    Not(Cow<'static, [Cond]>),
    /// When all of these hold; an empty list always holds.
    All(Cow<'static, [Cond]>),
    /// When at least one of these holds; an empty list never holds.
    Any(Cow<'static, [Cond]>),
}

/// One rule of a system call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rule {
    /// When it applies.
    pub cond: Cond,
    /// What is done then.
    pub action: Action,
    /// Where it was written.
    pub origin: OriginId,
}

/// The rules of one system call, in order: the first whose condition holds decides; if none does, the default decides.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CallRules {
    /// The system call number on the policy's architecture.
    pub nr: u32,
    /// Its rules.
    pub rules: Cow<'static, [Rule]>,
}

/// What a policy means on one architecture.
///
/// Before any rule: a call of a foreign architecture, and on `x86_64` a number from
/// [`X32_SYSCALL_BIT`](crate::arch::X32_SYSCALL_BIT) on, is [`Action::Kill`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Meaning {
    /// The architecture.
    pub arch: Arch,
    /// Rules by number: strictly ascending, no list empty.
    pub calls: Cow<'static, [CallRules]>,
    /// Numbers of calls newer than the policy's baseline: ranges with both ends, ascending and disjoint. A number in them
    /// that has no rules gives ENOSYS, whatever the default.
    pub newer: Cow<'static, [(u32, u32)]>,
    /// What decides where no rule does.
    pub default: Action,
}

impl Meaning {
    /// The rules of the system call `nr`; empty if none was written.
    #[must_use]
    pub fn rules(&self, nr: u32) -> &[Rule] {
        match self.calls.binary_search_by_key(&nr, |call| call.nr) {
            Ok(index) => &self.calls[index].rules,
            Err(_) => &[],
        }
    }

    /// Whether the number `nr` is newer than the policy's baseline.
    #[must_use]
    pub fn is_newer(&self, nr: u32) -> bool {
        self.newer.iter().any(|&(first, last)| first <= nr && nr <= last)
    }
}
