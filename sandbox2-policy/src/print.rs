//! A definition as text: the body of a `policy!`, or a `*.policy` file.
//!
//! What comes out parses to the definition that went in, but for the places of its nodes. The order of statements is kept;
//! neighbours that stand in the same block (`danger`, `if arch`, `override`, `restrict`) share one, and lines are broken
//! between calls and at `&&`, `||` and commas. Statements that came out of a group or another policy are printed as the
//! `use` that brought them.

use std::fmt::Write as _;

use crate::arch::Arch;
use crate::ast::{
    ActionKind, ActionSpec, BlockSpec, BpfInsn, BpfOp, BpfSpec, BpfTarget, BpfTest, CallName, CmpSpec, CondSpec,
    Context, InSpec, Item, MountSpec, MountWord, PolicyDef, Precedence, RuleSpec, SetSpec, Subject, ValueSpec,
};
use crate::meaning::CmpOp;

/// How long lines get.
const WIDTH: usize = 100;

/// The definition as text, each statement on lines of its own.
#[must_use]
pub fn print(def: &PolicyDef) -> String {
    let mut printer = Printer { out: String::new(), around: Around::default() };
    let mut rest = def.items.as_slice();
    while let Some((item, after)) = rest.split_first() {
        let around = Around::of(item);
        printer.enter(around);
        let shared = after.iter().take_while(|next| printer.joins(item, next)).count();
        printer.item(item, &after[..shared]);
        rest = &after[shared..];
    }
    printer.enter(Around::default());
    printer.out
}

/// The blocks around a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Around {
    precedence: Precedence,
    arches: Option<Vec<Arch>>,
    danger: bool,
}

impl Around {
    fn of(item: &Item) -> Around {
        match item {
            Item::Default { danger, .. } => Around { danger: *danger, ..Around::default() },
            Item::Rule(rule) => Around::in_context(&rule.context),
            Item::Block(block) => Around::in_context(&block.context),
            Item::Bpf(bpf) => Around::in_context(&bpf.context),
            // The statements of a group know what the group stands in.
            Item::Use { items, .. } => items.first().map_or_else(Around::default, Around::of),
            _ => Around::default(),
        }
    }

    fn in_context(context: &Context) -> Around {
        let Context { precedence, arches, danger, .. } = context;
        Around { precedence: *precedence, arches: arches.clone(), danger: *danger }
    }

    /// The heads of the blocks, the outermost first.
    fn heads(&self) -> Vec<String> {
        let mut heads = Vec::new();
        match self.precedence {
            Precedence::Restrict => heads.push("restrict".to_owned()),
            Precedence::Override => heads.push("override".to_owned()),
            Precedence::Ordinary => {}
        }
        if let Some(arches) = &self.arches {
            let names: Vec<&str> = arches.iter().map(|arch| arch.name()).collect();
            // No architecture at all is what two blocks that exclude each other leave.
            heads.push(match names.is_empty() {
                true => "if arch x86_64 { if arch aarch64".to_owned(),
                false => format!("if arch {}", names.join(", ")),
            });
        }
        if self.danger {
            heads.push("danger".to_owned());
        }
        heads
    }
}

/// A statement as pieces between which a line can be broken.
#[derive(Debug, Default)]
struct Pieces(Vec<String>);

impl Pieces {
    fn push(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(last) => last.push_str(text),
            None => self.0.push(text.to_owned()),
        }
    }

    /// A space at which the line can be broken.
    fn space(&mut self) {
        self.0.push(String::new());
    }

    fn separated<T>(&mut self, parts: &[T], separator: &str, mut each: impl FnMut(&mut Pieces, &T)) {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.push(separator);
                self.space();
            }
            each(self, part);
        }
    }

    fn action(&mut self, action: &ActionSpec) {
        match &action.kind {
            ActionKind::Allow => self.push("ALLOW"),
            ActionKind::Kill => self.push("KILL"),
            ActionKind::Log => self.push("LOG"),
            ActionKind::Notify => self.push("NOTIFY"),
            ActionKind::Errno(value) => self.push(&format!("ERRNO({})", value_text(value))),
            ActionKind::Trap(value) => self.push(&format!("TRAP({})", value_text(value))),
        }
    }

    fn call(&mut self, call: &CallName) {
        self.push(&call.name.text);
        if call.optional {
            self.push("?");
        }
    }

    fn cond(&mut self, cond: &CondSpec) {
        match cond {
            CondSpec::Cmp(CmpSpec { subject, op, value, .. }) => {
                self.push(&format!("{} {op} {}", subject_text(subject), value_text(value)));
            }
            CondSpec::In(InSpec { subject, set: SetSpec::List(values), .. }) => {
                self.push(&format!("{} in [", subject_text(subject)));
                self.separated(values, ",", |pieces, value| pieces.push(&value_text(value)));
                self.push("]");
            }
            CondSpec::In(InSpec { subject, set: SetSpec::Range(from, to), .. }) => {
                self.push(&format!("{} in {}..={}", subject_text(subject), value_text(from), value_text(to)));
            }
            CondSpec::Not(inner) => {
                self.push("!(");
                self.cond(inner);
                self.push(")");
            }
            CondSpec::All(parts, _) => self.joined(parts, " &&"),
            CondSpec::Any(parts, _) => self.joined(parts, " ||"),
        }
    }

    fn joined(&mut self, parts: &[CondSpec], separator: &str) {
        self.separated(parts, separator, |pieces, part| match part {
            CondSpec::All(..) | CondSpec::Any(..) => {
                pieces.push("(");
                pieces.cond(part);
                pieces.push(")");
            }
            _ => pieces.cond(part),
        });
    }
}

/// A value; what was in parentheses is so again.
fn value_text(value: &ValueSpec) -> String {
    match value {
        ValueSpec::Or(parts, _) => {
            let part = |part: &ValueSpec| match part {
                ValueSpec::Or(..) => format!("({})", value_text(part)),
                _ => value_text(part),
            };
            parts.iter().map(part).collect::<Vec<_>>().join(" | ")
        }
        value => value.to_string(),
    }
}

fn subject_text(subject: &Subject) -> String {
    let mut text = subject.arg.text.clone();
    if let Some(ty) = &subject.ty {
        let _ = write!(text, ": {}", ty.text);
    }
    match &subject.mask {
        Some(mask @ ValueSpec::Or(..)) => text + &format!(" & ({})", value_text(mask)),
        Some(mask) => text + &format!(" & {}", value_text(mask)),
        None => text,
    }
}

struct Printer {
    out: String,
    around: Around,
}

impl Printer {
    /// Closes and opens blocks until a statement stands in these.
    fn enter(&mut self, around: Around) {
        if around == self.around {
            return;
        }
        let heads = self.around.heads();
        for (depth, head) in heads.iter().enumerate().rev() {
            let braces = head.matches('{').count() + 1;
            let _ = writeln!(self.out, "{}{}", "    ".repeat(depth), "}".repeat(braces));
        }
        for (depth, head) in around.heads().iter().enumerate() {
            let _ = writeln!(self.out, "{}{head} {{", "    ".repeat(depth));
        }
        self.around = around;
    }

    fn depth(&self) -> usize {
        self.around.heads().len()
    }

    /// Writes a statement, broken into lines.
    fn statement(&mut self, pieces: &Pieces, further: usize) {
        let indent = "    ".repeat(self.depth() + further);
        let mut line = indent.clone();
        for (index, piece) in pieces.0.iter().enumerate() {
            let fits = line.chars().count() + 1 + piece.chars().count() <= WIDTH;
            if index > 0 && fits {
                line.push(' ');
            } else if index > 0 {
                self.out.push_str(line.trim_end());
                self.out.push('\n');
                line = format!("{indent}    ");
            }
            line.push_str(piece);
        }
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn line(&mut self, text: &str) {
        self.statement(&Pieces(vec![text.to_owned()]), 0);
    }

    /// Whether the next statement is said in one with this: groups that follow each other.
    fn joins(&self, item: &Item, next: &Item) -> bool {
        matches!((item, next), (Item::Use { .. }, Item::Use { .. })) && Around::of(next) == self.around
    }

    fn item(&mut self, item: &Item, joined: &[Item]) {
        match item {
            Item::Default { action, .. } => {
                let mut pieces = Pieces::default();
                pieces.push("default ");
                pieces.action(action);
                pieces.push(";");
                self.statement(&pieces, 0);
            }
            Item::Use { .. } => {
                let mut pieces = Pieces::default();
                pieces.push("use ");
                let all: Vec<&Item> = std::iter::once(item).chain(joined).collect();
                pieces.separated(&all, ",", |pieces, item| {
                    let Item::Use { group, args, .. } = item else { return };
                    pieces.push(&group.text);
                    if !args.is_empty() {
                        let words: Vec<&str> = args.iter().map(|word| word.text.as_str()).collect();
                        pieces.push(&format!("({})", words.join(", ")));
                    }
                });
                pieces.push(";");
                self.statement(&pieces, 0);
            }
            Item::Import(import) => {
                let word = if import.ceiling { "restrict" } else { "use" };
                self.line(&format!("{word} {};", import.path.text));
            }
            Item::Rule(rule) => self.rule(rule),
            Item::Block(block) => self.block(block),
            Item::Bpf(bpf) => self.bpf(bpf),
            Item::Baseline { version: (major, minor), .. } => self.line(&format!("baseline linux({major}.{minor});")),
            Item::Limit { path, most, .. } => {
                let what = if *path { "path" } else { "instructions" };
                self.line(&format!("limit {what} <= {most};"));
            }
            Item::Hot(calls) => {
                let mut pieces = Pieces::default();
                pieces.push("hot ");
                pieces.separated(calls, ",", Pieces::call);
                pieces.push(";");
                self.statement(&pieces, 0);
            }
            Item::Slot { name, ty } => self.line(&format!("slot {}: {};", name.text, ty.text)),
            Item::Mount(mount) => self.line(&mount_text(mount)),
            Item::Hostname(name) => self.line(&format!("hostname {:?};", name.text)),
            Item::Network { host, .. } => self.line(if *host { "network host;" } else { "network none;" }),
        }
    }

    fn rule(&mut self, rule: &RuleSpec) {
        let mut pieces = Pieces::default();
        pieces.action(&rule.action);
        pieces.push(" ");
        pieces.separated(&rule.calls, ",", Pieces::call);
        if let Some(cond) = &rule.cond {
            pieces.push(" if ");
            pieces.cond(cond);
        }
        pieces.push(";");
        self.statement(&pieces, 0);
    }

    fn block(&mut self, block: &BlockSpec) {
        let mut head = Pieces::default();
        head.call(&block.call);
        head.push(" {");
        self.statement(&head, 0);
        for arm in &block.arms {
            let mut pieces = Pieces::default();
            match &arm.cond {
                Some(cond) => pieces.cond(cond),
                None => pieces.push("_"),
            }
            pieces.push(" => ");
            pieces.action(&arm.action);
            pieces.push(",");
            self.statement(&pieces, 1);
        }
        self.line("}");
    }

    fn bpf(&mut self, bpf: &BpfSpec) {
        let mut head = Pieces::default();
        head.push("bpf ");
        head.call(&bpf.call);
        head.push(" {");
        self.statement(&head, 0);
        for insn in &bpf.insns {
            let mut pieces = Pieces::default();
            instruction(insn, &mut pieces);
            pieces.push(";");
            self.statement(&pieces, 1);
        }
        self.line("}");
    }
}

fn instruction(insn: &BpfInsn, pieces: &mut Pieces) {
    match &insn.op {
        BpfOp::LoadArch => pieces.push("LOAD_ARCH"),
        BpfOp::LoadNumber => pieces.push("LOAD_SYSCALL_NR"),
        BpfOp::LoadArg { arg, wide } => {
            pieces.push(&format!("{}({})", if *wide { "ARG" } else { "ARG_32" }, arg.text));
        }
        BpfOp::Compare { test, wide, value, target } => {
            let name = match test {
                BpfTest::Cmp(CmpOp::Eq) => "JEQ",
                BpfTest::Cmp(CmpOp::Ne) => "JNE",
                BpfTest::Cmp(CmpOp::Lt) => "JLT",
                BpfTest::Cmp(CmpOp::Le) => "JLE",
                BpfTest::Cmp(CmpOp::Gt) => "JGT",
                BpfTest::Cmp(CmpOp::Ge) => "JGE",
                BpfTest::AnyBit => "JA",
            };
            pieces.push(&format!("{name}{}({}, ", if *wide { "" } else { "32" }, value_text(value)));
            match target {
                BpfTarget::Action(action) => pieces.action(action),
                BpfTarget::Jump(label) => pieces.push(&format!("JUMP({})", label.text)),
            }
            pieces.push(")");
        }
        BpfOp::Jump(label) => pieces.push(&format!("JUMP({})", label.text)),
        BpfOp::Label(label) => pieces.push(&format!("LABEL({})", label.text)),
        BpfOp::Return(action) => pieces.action(action),
    }
}

fn mount_text(mount: &MountSpec) -> String {
    let word = match mount.kind {
        MountWord::File => "file",
        MountWord::Dir => "dir",
        MountWord::Tmpfs => "tmpfs",
        MountWord::Libraries => "libraries",
    };
    let mut text = format!("{word}{} {:?}", if mount.writable { " rw" } else { "" }, mount.path.text);
    if let Some(inside) = &mount.inside {
        let _ = write!(text, " as {:?}", inside.text);
    }
    if let Some((size, _)) = mount.size {
        let unit = [(40, "T"), (30, "G"), (20, "M"), (10, "K"), (0, "")];
        let (shift, unit) = unit.into_iter().find(|(shift, _)| size % (1 << shift) == 0).unwrap_or((0, ""));
        let _ = write!(text, " size {}{unit}", size >> shift);
    }
    text + ";"
}
