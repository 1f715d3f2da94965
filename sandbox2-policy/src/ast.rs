//! A policy as it was written: names not yet looked up, values not yet computed.
//!
//! Built by `parse` (feature `syntax`); `resolve` turns it into rules. Every part that a message may point at carries a
//! [`NodeId`]; what place in which source a node stands for is known to the front end alone.

use std::fmt;

use crate::arch::Arch;
use crate::meaning::CmpOp;

/// A part of a policy's source that a message can point at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The word.
    pub text: String,
    /// Where it stands.
    pub node: NodeId,
}

/// A string literal and where it stands.
pub type Text = Name;

/// The body of a policy, in source order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyDef {
    /// Its statements.
    pub items: Vec<Item>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// `default ACTION;`
    Default {
        /// What decides where no rule does.
        action: ActionSpec,
        /// Whether it stands inside `danger`.
        danger: bool,
        /// The whole statement.
        node: NodeId,
    },
    /// `use GROUP;` with the group's own statements.
    Use {
        /// The group's name.
        group: Name,
        /// What stands in parentheses after it: `use futex(WAIT, WAKE);`.
        args: Vec<Name>,
        /// What it stands for.
        items: Vec<Item>,
    },
    /// `use path::POLICY;` or `restrict path::POLICY;` with the statements of that policy.
    Import(ImportSpec),
    /// `ACTION call, call if condition;`
    Rule(Box<RuleSpec>),
    /// `call { condition => ACTION, … }`
    Block(BlockSpec),
    /// `bpf call { … }`
    Bpf(BpfSpec),
    /// `baseline linux(6.6);`
    Baseline {
        /// The kernel's version: major and minor.
        version: (u16, u16),
        /// The whole statement.
        node: NodeId,
    },
    /// `limit instructions <= 64;` or `limit path <= 12;`
    Limit {
        /// Whether it is about the longest path; else about the number of instructions.
        path: bool,
        /// The most that is accepted.
        most: u32,
        /// The whole statement.
        node: NodeId,
    },
    /// `hot read, write;`: calls to decide soonest, the first one first.
    Hot(Vec<CallName>),
    /// `slot log_fd: i32;`: a value that is known only at launch.
    Slot {
        /// Its name.
        name: Name,
        /// Its type: `i32`, `u32`, `i64` or `u64`.
        ty: Name,
    },
    /// `file`, `dir`, `tmpfs` or `libraries`.
    Mount(MountSpec),
    /// `hostname "name";`
    Hostname(Text),
    /// `network none;` or `network host;`
    Network {
        /// Whether it is the host's network.
        host: bool,
        /// The word.
        node: NodeId,
    },
}

/// What surrounds a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Inside `danger { … }`.
    pub danger: bool,
    /// Inside `if arch … { … }`: only for these.
    pub arches: Option<Vec<Arch>>,
    /// Only for calls that nothing else in the policy names (groups only).
    pub fallback: bool,
    /// Inside `override` or `restrict`.
    pub precedence: Precedence,
    /// The group that it belongs to.
    pub group: Option<String>,
    /// The policy that it was imported from, as the importing policy names it.
    pub import: Option<String>,
}

/// How a rule stands to others about the same call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precedence {
    /// `restrict`: comes before all others, and may only deny.
    Restrict,
    /// `override`: comes before ordinary rules.
    Override,
    /// Neither: may not contradict another.
    #[default]
    Ordinary,
}

/// Another policy's statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSpec {
    /// Its path as written.
    pub path: Name,
    /// What tells it from every other policy: the same policy that comes on two ways counts once. Empty for one with
    /// mistakes, of which nothing is taken.
    pub identity: String,
    /// `restrict path::POLICY;`: nothing of it is taken over, but nothing that it denies may be permitted.
    pub ceiling: bool,
    /// Its statements.
    pub items: Vec<Item>,
}

/// `bpf call { … }`: instructions in the notation of `bpf_helper`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BpfSpec {
    /// The call.
    pub call: CallName,
    /// The instructions.
    pub insns: Vec<BpfInsn>,
    /// What surrounds it.
    pub context: Context,
    /// The whole block.
    pub node: NodeId,
}

/// One instruction of a `bpf` block, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BpfInsn {
    /// What it does.
    pub op: BpfOp,
    /// The whole instruction.
    pub node: NodeId,
}

/// What an instruction of a `bpf` block does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BpfOp {
    /// `LOAD_ARCH`
    LoadArch,
    /// `LOAD_SYSCALL_NR`
    LoadNumber,
    /// `ARG(n)` (64 bits) or `ARG_32(n)`.
    LoadArg {
        /// Which argument, from 0: its number or its name.
        arg: Name,
        /// Whether all 64 bits are loaded.
        wide: bool,
    },
    /// `JEQ(value, target)` and its like.
    Compare {
        /// How.
        test: BpfTest,
        /// Whether all 64 bits are compared; the names that end in `32` compare 32.
        wide: bool,
        /// With what.
        value: ValueSpec,
        /// Where to if it holds.
        target: BpfTarget,
    },
    /// `JUMP(label)`
    Jump(Name),
    /// `LABEL(label)`
    Label(Name),
    /// An action: the end of a path.
    Return(ActionSpec),
}

/// A comparison of a `bpf` block; all are unsigned, as in the kernel's machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BpfTest {
    /// One of the six comparisons.
    Cmp(CmpOp),
    /// `JA`: whether any of these bits is set.
    AnyBit,
}

/// Where a comparison leads if it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BpfTarget {
    /// To an action.
    Action(ActionSpec),
    /// To a label.
    Jump(Name),
}

/// An action as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionSpec {
    /// Which.
    pub kind: ActionKind,
    /// Where it stands.
    pub node: NodeId,
}

/// The actions of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionKind {
    /// `ALLOW`
    Allow,
    /// `KILL`
    Kill,
    /// `ERRNO(E)`
    Errno(ValueSpec),
    /// `TRAP(n)`
    Trap(ValueSpec),
    /// `LOG`
    Log,
    /// `NOTIFY`
    Notify,
}

/// `ACTION call, call if condition;`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSpec {
    /// The action.
    pub action: ActionSpec,
    /// The calls, at least one.
    pub calls: Vec<CallName>,
    /// The condition, if there is one.
    pub cond: Option<CondSpec>,
    /// What surrounds it.
    pub context: Context,
}

/// `call { condition => ACTION, … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockSpec {
    /// The call.
    pub call: CallName,
    /// Its rules, in order.
    pub arms: Vec<Arm>,
    /// What surrounds it.
    pub context: Context,
}

/// One rule of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arm {
    /// Its condition; `None` for `_`.
    pub cond: Option<CondSpec>,
    /// Its action.
    pub action: ActionSpec,
    /// The whole of it.
    pub node: NodeId,
}

/// A system call by name; `name?` means "where the architecture has it". Or `syscall 472`: one that is newer than the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallName {
    /// The name; for a call by number, all that was written.
    pub name: Name,
    /// Whether `?` follows.
    pub optional: bool,
    /// The number, of a call that has no name in the tables.
    pub number: Option<u32>,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CondSpec {
    /// `arg == value` and its like.
    Cmp(CmpSpec),
    /// `arg in [..]` or `arg in a..=b`.
    In(InSpec),
    /// `!condition`
    Not(Box<CondSpec>),
    /// `a && b && …`, and the whole of it.
    All(Vec<CondSpec>, NodeId),
    /// `a || b || …`, and the whole of it.
    Any(Vec<CondSpec>, NodeId),
}

/// The left-hand side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The argument: a name, or `arg0` to `arg5`.
    pub arg: Name,
    /// The type that the author stated.
    pub ty: Option<Name>,
    /// `& mask`
    pub mask: Option<ValueSpec>,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CmpSpec {
    /// What is compared.
    pub subject: Subject,
    /// How.
    pub op: CmpOp,
    /// With what.
    pub value: ValueSpec,
    /// The whole comparison.
    pub node: NodeId,
}

/// `arg in …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InSpec {
    /// What is compared.
    pub subject: Subject,
    /// The values.
    pub set: SetSpec,
    /// The whole comparison.
    pub node: NodeId,
}

/// The values of `in`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetSpec {
    /// `[a, b, c]`
    List(Vec<ValueSpec>),
    /// `a..=b`
    Range(ValueSpec, ValueSpec),
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueSpec {
    /// A literal, with the type that its suffix states.
    Int {
        /// The number.
        value: i128,
        /// `u64` in `1u64`.
        suffix: Option<String>,
        /// As it was written.
        text: String,
        /// Where it stands.
        node: NodeId,
    },
    /// A named constant of the kernel.
    Constant(Name),
    /// `NULL`
    Null(NodeId),
    /// `a | b`
    Or(Vec<ValueSpec>, NodeId),
    /// `{ any Rust const expression }`
    Rust {
        /// The number of the expression in the policy.
        expr: u16,
        /// As it was written.
        text: String,
        /// Where it stands.
        node: NodeId,
    },
}

impl CondSpec {
    /// Where the condition stands.
    #[must_use]
    pub fn node(&self) -> NodeId {
        match self {
            CondSpec::Cmp(cmp) => cmp.node,
            CondSpec::In(set) => set.node,
            CondSpec::Not(cond) => cond.node(),
            CondSpec::All(_, node) | CondSpec::Any(_, node) => *node,
        }
    }
}

impl ValueSpec {
    /// Where the value stands.
    #[must_use]
    pub fn node(&self) -> NodeId {
        match self {
            ValueSpec::Int { node, .. }
            | ValueSpec::Null(node)
            | ValueSpec::Or(_, node)
            | ValueSpec::Rust { node, .. } => *node,
            ValueSpec::Constant(name) => name.node,
        }
    }
}

/// An entry of the sandboxee's file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountSpec {
    /// What it is.
    pub kind: MountWord,
    /// `rw`
    pub writable: bool,
    /// The path on the host (for `tmpfs`: inside).
    pub path: Text,
    /// `as "/inside"`
    pub inside: Option<Text>,
    /// `size 16M` in bytes, for `tmpfs`; where it stands.
    pub size: Option<(u64, NodeId)>,
}

/// The word that begins a mount statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MountWord {
    /// `file`
    File,
    /// `dir`
    Dir,
    /// `tmpfs`
    Tmpfs,
    /// `libraries`
    Libraries,
}

impl fmt::Display for ActionSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ActionKind::Allow => f.write_str("ALLOW"),
            ActionKind::Kill => f.write_str("KILL"),
            ActionKind::Errno(value) => write!(f, "ERRNO({value})"),
            ActionKind::Trap(value) => write!(f, "TRAP({value})"),
            ActionKind::Log => f.write_str("LOG"),
            ActionKind::Notify => f.write_str("NOTIFY"),
        }
    }
}

impl fmt::Display for ValueSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueSpec::Int { text, .. } => f.write_str(text),
            ValueSpec::Constant(name) => f.write_str(&name.text),
            ValueSpec::Null(_) => f.write_str("NULL"),
            ValueSpec::Or(values, _) => separated(f, values, " | "),
            ValueSpec::Rust { text, .. } => write!(f, "{{ {text} }}"),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arg.text)?;
        if let Some(ty) = &self.ty {
            write!(f, ": {}", ty.text)?;
        }
        match &self.mask {
            Some(mask @ ValueSpec::Or(..)) => write!(f, " & ({mask})"),
            Some(mask) => write!(f, " & {mask}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for CondSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CondSpec::Cmp(cmp) => write!(f, "{} {} {}", cmp.subject, cmp.op, cmp.value),
            CondSpec::In(InSpec { subject, set: SetSpec::List(values), .. }) => {
                write!(f, "{subject} in [")?;
                separated(f, values, ", ")?;
                f.write_str("]")
            }
            CondSpec::In(InSpec { subject, set: SetSpec::Range(from, to), .. }) => {
                write!(f, "{subject} in {from}..={to}")
            }
            CondSpec::Not(cond) => write!(f, "!({cond})"),
            CondSpec::All(conds, _) => joined(f, conds, " && "),
            CondSpec::Any(conds, _) => joined(f, conds, " || "),
        }
    }
}

fn separated<T: fmt::Display>(f: &mut fmt::Formatter<'_>, parts: &[T], separator: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        write!(f, "{part}")?;
    }
    Ok(())
}

fn joined(f: &mut fmt::Formatter<'_>, conds: &[CondSpec], separator: &str) -> fmt::Result {
    for (index, cond) in conds.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        match cond {
            CondSpec::All(..) | CondSpec::Any(..) => write!(f, "({cond})")?,
            _ => write!(f, "{cond}")?,
        }
    }
    Ok(())
}
