//! From a policy as written to rules by number: every name looked up, every value computed and held against the argument.
//!
//! Comes after `parse`, before [`check`](crate::check). A statement with a mistake is reported and left out, so that it
//! causes no second message. How rules act on each other is `check`'s business.

mod actions;
mod bpf;
mod conditions;
mod imports;
mod surroundings;
mod values;
mod whole;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use whole::newer_than;
pub use whole::{Limit, Slot};

use crate::action::Action;
use crate::arch::Arch;
use crate::ast::{ActionSpec, CallName, CondSpec, Context, Item, NodeId, PolicyDef, Precedence};
use crate::meaning::{CmpOp, Cond, OriginId, SymbolId, Value, Width};
use crate::problem::{Problem, ProblemKind, Problems, nearest};
use crate::surroundings::{Mount, Network};
use crate::tables::{self, Syscall};

/// A policy whose names and values are known.
#[derive(Debug)]
pub struct Resolved {
    pub(crate) calls: [BTreeMap<u32, CallPolicy>; 3],
    pub(crate) origins: Vec<OriginSpec>,
    pub(crate) default: DefaultSpec,
    pub(crate) symbols: Vec<Symbol>,
    pub(crate) constants: BTreeSet<&'static str>,
    pub(crate) missing: Vec<(Arch, Problem)>,
    pub(crate) mounts: Vec<Mount>,
    pub(crate) hostname: Option<String>,
    pub(crate) network: Network,
    pub(crate) baseline: Option<(u16, u16)>,
    pub(crate) limits: Vec<Limit>,
    pub(crate) hot: [Vec<u32>; 3],
    pub(crate) slots: Vec<Slot>,
    pub(crate) ceilings: Vec<Ceiling>,
}

/// A policy that this one may only narrow.
#[derive(Debug)]
pub(crate) struct Ceiling {
    pub(crate) path: String,
    pub(crate) node: NodeId,
    pub(crate) resolved: Box<Resolved>,
}

/// The rules of one call on one architecture.
#[derive(Debug)]
pub(crate) struct CallPolicy {
    pub(crate) syscall: &'static Syscall,
    pub(crate) rules: Vec<RuleOf>,
}

/// One rule with what the checks need to know of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RuleOf {
    pub(crate) cond: Cond,
    pub(crate) action: Action,
    pub(crate) origin: OriginId,
    /// The statement it belongs to: rules of one block share it.
    pub(crate) statement: u32,
    /// What a message about the rule points at: the call's name, or the whole arm.
    pub(crate) node: NodeId,
    /// The condition as a whole; `None` if there is none.
    pub(crate) cond_node: Option<NodeId>,
    /// The arm `_`.
    pub(crate) otherwise: bool,
    pub(crate) danger: bool,
    pub(crate) fallback: bool,
    pub(crate) precedence: Precedence,
    /// It comes from a group or from another policy: what it has in common with others is no mistake.
    pub(crate) group: bool,
    /// Where the policy that it was imported from is named.
    pub(crate) via: Option<NodeId>,
    /// It is a way through a `bpf` block; those of one block exclude each other. Its atoms are what was found out on it, in
    /// order.
    pub(crate) raw: bool,
    pub(crate) atoms: Vec<Atom>,
}

/// A comparison inside a condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Atom {
    pub(crate) cond: Cond,
    pub(crate) arg: u8,
    /// The operator, as it counts after all `!` around it.
    pub(crate) op: CmpOp,
    pub(crate) mask: Option<Value>,
    pub(crate) value: Value,
    pub(crate) node: NodeId,
}

/// Where a rule was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginSpec {
    /// Its place.
    pub node: NodeId,
    /// The rule in the policy language.
    pub text: String,
    /// The group it came from.
    pub group: Option<String>,
    /// The policy that it was imported from.
    pub import: Option<String>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct DefaultSpec {
    pub(crate) action: Action,
    pub(crate) node: Option<NodeId>,
}

/// A value that the policy compares with and the compiler does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbol {
    /// Where it comes from.
    pub source: SymbolSource,
    /// How many bits the kernel reads of what it is compared with.
    pub width: Width,
    /// Whether that is a signed number.
    pub signed: bool,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolSource {
    /// A Rust constant: the number of the expression in the policy.
    Expr(u16),
    /// Launch: the number of the slot in the policy.
    Slot(u16),
}

pub(crate) struct Resolver<'p> {
    problems: &'p mut Problems,
    out: Resolved,
    statements: u32,
    default_said: Option<NodeId>,
    hostname_said: Option<NodeId>,
    network_said: Option<NodeId>,
    baseline_said: Option<NodeId>,
    slots_used: Vec<bool>,
    /// The policies that were imported: where, and whether by this very policy.
    imports_said: BTreeMap<String, (NodeId, bool)>,
    importing: Option<imports::Importing>,
    foreign: Vec<imports::Foreign>,
    groups_said: BTreeMap<String, NodeId>,
    places: Vec<surroundings::Placed>,
}

/// Resolves a parsed policy.
#[must_use]
pub fn resolve(def: &PolicyDef, problems: &mut Problems) -> Resolved {
    resolve_with(def, Seed::default(), problems)
}

/// What has its number already.
#[derive(Default)]
struct Seed {
    symbols: Vec<Symbol>,
    slots: Vec<Slot>,
    /// Set where slots may be declared again.
    importing: Option<imports::Importing>,
}

/// As [`resolve`], with symbols and slots that have their numbers already.
fn resolve_with(def: &PolicyDef, seed: Seed, problems: &mut Problems) -> Resolved {
    let out = Resolved {
        calls: [BTreeMap::new(), BTreeMap::new(), BTreeMap::new()],
        origins: Vec::new(),
        default: DefaultSpec { action: Action::Kill, node: None },
        symbols: seed.symbols,
        constants: BTreeSet::new(),
        missing: Vec::new(),
        mounts: Vec::new(),
        hostname: None,
        network: Network::None,
        baseline: None,
        limits: Vec::new(),
        hot: [Vec::new(), Vec::new(), Vec::new()],
        slots: seed.slots,
        ceilings: Vec::new(),
    };
    let slots_used = vec![true; out.slots.len()];
    let mut resolver = Resolver {
        problems,
        out,
        statements: 0,
        default_said: None,
        hostname_said: None,
        network_said: None,
        baseline_said: None,
        slots_used,
        imports_said: BTreeMap::new(),
        importing: seed.importing,
        foreign: Vec::new(),
        groups_said: BTreeMap::new(),
        places: Vec::new(),
    };
    // Slots may be declared after their first use.
    resolver.declare_slots(&def.items);
    resolver.importing = None;
    for item in &def.items {
        resolver.item(item);
    }
    resolver.check_foreign();
    resolver.unused_slots();
    resolver.check_places();
    resolver.out
}

impl Resolver<'_> {
    fn item(&mut self, item: &Item) {
        self.statements += 1;
        match item {
            Item::Default { action, node, .. } if self.importing.is_some() => self.foreign_default(action, *node),
            Item::Baseline { version, node } if self.importing.is_some() => self.foreign_baseline(*version, *node),
            // The limits of an imported policy are its own.
            Item::Limit { .. } if self.importing.is_some() => {}
            Item::Default { action, danger, node } => self.default(action, *danger, *node),
            Item::Use { group, args, items } => {
                // With other words it is another group.
                let words: Vec<&str> = args.iter().map(|word| word.text.as_str()).collect();
                let said = format!("{}({})", group.text, words.join(", "));
                if let Some(first) = self.groups_said.insert(said, group.node) {
                    if self.importing.is_some() {
                        return;
                    }
                    self.said_twice(&format!("the group `{}`", group.text), group.node, first);
                } else {
                    for item in items {
                        self.item(item);
                    }
                }
            }
            Item::Rule(rule) => {
                let text = |call: &CallName| {
                    let mark = if call.optional { "?" } else { "" };
                    match &rule.cond {
                        Some(cond) => format!("{} {}{mark} if {cond};", rule.action, call.name.text),
                        None => format!("{} {}{mark};", rule.action, call.name.text),
                    }
                };
                let Some(action) = self.action(&rule.action) else { return };
                for call in &rule.calls {
                    let origin = (call.name.node, text(call));
                    self.rule(call, rule.cond.as_ref(), action, &rule.context, origin, false);
                }
            }
            Item::Block(block) => {
                for arm in &block.arms {
                    let text = match &arm.cond {
                        Some(cond) => format!("{} {{ {cond} => {} }}", block.call.name.text, arm.action),
                        None => format!("{} {{ _ => {} }}", block.call.name.text, arm.action),
                    };
                    let Some(action) = self.action(&arm.action) else { continue };
                    let otherwise = arm.cond.is_none();
                    self.rule(&block.call, arm.cond.as_ref(), action, &block.context, (arm.node, text), otherwise);
                }
            }
            Item::Baseline { version, node } => self.baseline(*version, *node),
            Item::Limit { path, most, node } => self.limit(*path, *most, *node),
            Item::Hot(calls) => self.hot(calls),
            // Declared before.
            Item::Slot { .. } => {}
            Item::Import(spec) => self.import(spec),
            Item::Bpf(spec) => self.bpf(spec),
            Item::Mount(mount) => self.mount(mount),
            Item::Hostname(name) => self.hostname(name),
            Item::Network { host, node } => {
                let network = if *host { Network::Host } else { Network::None };
                match self.network_said {
                    Some(first) => self.agrees(
                        "the network",
                        network == self.out.network && self.importing.is_some(),
                        *node,
                        first,
                    ),
                    None => {
                        self.network_said = Some(*node);
                        self.out.network = network;
                    }
                }
            }
        }
    }

    fn said_twice(&mut self, what: &str, node: NodeId, first: NodeId) {
        self.problems.push(Problem {
            kind: ProblemKind::SaidTwice,
            node,
            message: format!("{what} is said twice"),
            hint: Some("keep one of the two".to_owned()),
            related: vec![(first, "said first")],
        });
    }

    fn default(&mut self, action: &ActionSpec, danger: bool, node: NodeId) {
        if let Some(first) = self.default_said.replace(node) {
            self.said_twice("the default", node, first);
            return;
        }
        let Some(resolved) = self.action(action) else { return };
        if resolved == Action::Allow && !danger {
            self.problems.report(
                ProblemKind::DangerousDefault,
                action.node,
                "`default ALLOW` lets through every call that no rule names, also those of future kernels",
                "list what is allowed instead, or write `danger { default ALLOW; }`",
            );
            return;
        }
        self.out.default = DefaultSpec { action: resolved, node: Some(node) };
    }

    /// Adds one rule of one call, on every architecture that it concerns.
    fn rule(
        &mut self,
        call: &CallName,
        cond: Option<&CondSpec>,
        action: Action,
        context: &Context,
        (node, text): (NodeId, String),
        otherwise: bool,
    ) {
        let Some((syscall, present)) = self.concerned(call, context) else { return };
        let Some(origin) = self.origin(node, text, context) else { return };
        for arch in present {
            let mut atoms = Vec::new();
            let resolved = match cond {
                Some(cond) => self.condition(cond, syscall, arch, false, &mut atoms),
                None => Some(Cond::True),
            };
            let Some(resolved) = resolved else { continue };
            let cond_node = cond.map(CondSpec::node);
            let rule = self.rule_of(resolved, action, origin, node, context);
            self.add(arch, syscall, RuleOf { cond_node, otherwise, atoms, ..rule });
        }
    }

    /// The call, and the architectures that a rule about it concerns.
    fn concerned(&mut self, call: &CallName, context: &Context) -> Option<(&'static Syscall, Vec<Arch>)> {
        let syscall = self.syscall(call)?;
        let wanted = |arch: &Arch| context.arches.as_ref().is_none_or(|arches| arches.contains(arch));
        let wanted: Vec<Arch> = Arch::ALL.into_iter().filter(wanted).collect();
        let present: Vec<Arch> = wanted.iter().copied().filter(|arch| syscall.number(*arch).is_some()).collect();
        if present.is_empty() {
            self.nowhere(call, &wanted);
            return None;
        }
        if !call.optional {
            for arch in wanted.iter().filter(|arch| !present.contains(arch)) {
                let problem = missing(call, *arch, &present);
                if !self.out.missing.iter().any(|(known, other)| known == arch && other.node == problem.node) {
                    self.out.missing.push((*arch, problem));
                }
            }
        }
        Some((syscall, present))
    }

    fn origin(&mut self, node: NodeId, text: String, context: &Context) -> Option<OriginId> {
        // The same place on another architecture.
        let known = self.out.origins.iter().rposition(|origin| origin.node == node && origin.text == text);
        let index = known.unwrap_or(self.out.origins.len());
        let Ok(origin) = u16::try_from(index) else {
            self.problems.report(
                ProblemKind::TooLong,
                node,
                "too many rules for one policy",
                "use conditions with `in`",
            );
            return None;
        };
        if known.is_none() {
            let (group, import) = (context.group.clone(), context.import.clone());
            self.out.origins.push(OriginSpec { node, text, group, import });
        }
        Some(OriginId(origin))
    }

    fn rule_of(&self, cond: Cond, action: Action, origin: OriginId, node: NodeId, context: &Context) -> RuleOf {
        RuleOf {
            cond,
            action,
            origin,
            statement: self.statements,
            node,
            cond_node: None,
            otherwise: false,
            danger: context.danger,
            fallback: context.fallback,
            precedence: context.precedence,
            group: context.group.is_some() || context.import.is_some(),
            via: self.importing.as_ref().map(|importing| importing.node),
            raw: false,
            atoms: Vec::new(),
        }
    }

    fn add(&mut self, arch: Arch, syscall: &'static Syscall, rule: RuleOf) {
        let Some(nr) = syscall.number(arch) else { return };
        let policy =
            self.out.calls[arch.index()].entry(nr).or_insert_with(|| CallPolicy { syscall, rules: Vec::new() });
        policy.rules.push(rule);
    }

    fn syscall(&mut self, call: &CallName) -> Option<&'static Syscall> {
        if let Some(nr) = call.number {
            return self.numbered(call, nr);
        }
        let name = &call.name.text;
        let found = tables::syscall(name);
        if found.is_none() {
            let bare = ["sys_", "SYS_", "__NR_"].iter().find_map(|prefix| name.strip_prefix(prefix));
            let hint = match nearest(bare.unwrap_or(name), tables::syscalls().iter().map(|syscall| syscall.name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "names are the kernel's, as in syscalls(2): `openat`, `pread64`, `newfstatat`".to_owned(),
            };
            self.problems.report(
                ProblemKind::UnknownSyscall,
                call.name.node,
                format!("unknown system call `{name}`"),
                hint,
            );
        }
        found
    }

    fn nowhere(&mut self, call: &CallName, wanted: &[Arch]) {
        let names: Vec<_> = wanted.iter().map(|arch| arch.name()).collect();
        self.problems.report(
            ProblemKind::NowhereSyscall,
            call.name.node,
            format!("`{}` does not exist on {}", call.name.text, names.join(", ")),
            "leave the rule out, or name an architecture that has the call",
        );
    }
}

fn missing(call: &CallName, arch: Arch, present: &[Arch]) -> Problem {
    let name = &call.name.text;
    let names: Vec<_> = present.iter().map(|arch| arch.name()).collect();
    Problem {
        kind: ProblemKind::MissingOnArch,
        node: call.name.node,
        message: format!("`{name}` does not exist on {}", arch.name()),
        hint: Some(format!(
            "write `{name}?` for \"where it exists\", or `if arch {} {{ … }}` around the rule",
            names.join(", ")
        )),
        related: Vec::new(),
    }
}

impl Resolver<'_> {
    /// The symbol for a Rust expression compared with such an argument.
    fn symbol(&mut self, symbol: Symbol) -> SymbolId {
        let index = match self.out.symbols.iter().position(|known| *known == symbol) {
            Some(index) => index,
            None => {
                self.out.symbols.push(symbol);
                self.out.symbols.len() - 1
            }
        };
        SymbolId(u16::try_from(index).unwrap_or(u16::MAX))
    }
}
