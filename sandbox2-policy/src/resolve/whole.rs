//! What is said of the policy as a whole: its baseline, its limits, hot calls and slots.

use super::conditions::{Left, type_name};
use super::values::Form;
use super::{Resolver, Symbol, SymbolSource};
use crate::arch::{Arch, X32_SYSCALL_BIT};
use crate::ast::{CallName, Name, NodeId};
use crate::meaning::{Value, Width};
use crate::problem::ProblemKind;
use crate::tables;

/// A bound that a policy sets for its programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Whether it is about the longest path; else about the number of instructions.
    pub path: bool,
    /// The most that is accepted.
    pub most: u32,
    /// Where it was written.
    pub node: NodeId,
}

/// A value that is known only at launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// How many bits it has.
    pub width: Width,
    /// Whether it is a signed number.
    pub signed: bool,
    /// Where it was declared.
    pub node: NodeId,
}

/// The last minor version of each major one that is finished.
const LAST_MINORS: [(u16, u16); 5] = [(2, 6), (3, 19), (4, 20), (5, 19), (6, 19)];

impl Resolver<'_> {
    pub(super) fn baseline(&mut self, version: (u16, u16), node: NodeId) {
        if let Some(first) = self.baseline_said.replace(node) {
            self.said_twice("the baseline", node, first);
            return;
        }
        let newest = tables::newest_kernel();
        let last_minor = LAST_MINORS.iter().find(|last| last.0 == version.0).map(|last| last.1);
        let exists = match last_minor {
            Some(last) => version.1 <= last && version >= (2, 6),
            None => version.0 > 6,
        };
        if !exists {
            self.problems.report(
                ProblemKind::UnknownKernel,
                node,
                format!("there is no Linux {}.{}", version.0, version.1),
                "write the version of the oldest kernel and C library that the policy was tried with: `baseline linux(6.6);`",
            );
        } else if version > newest {
            self.problems.report(
                ProblemKind::UnknownKernel,
                node,
                format!("this version of sandbox2 knows system calls up to Linux {}.{}", newest.0, newest.1),
                format!("write `baseline linux({}.{});`: what is newer gives ENOSYS", newest.0, newest.1),
            );
        } else {
            self.out.baseline = Some(version);
        }
    }

    pub(super) fn limit(&mut self, path: bool, most: u32, node: NodeId) {
        if let Some(first) = self.out.limits.iter().find(|limit| limit.path == path) {
            let first = first.node;
            let what = if path { "the limit of the path" } else { "the limit of instructions" };
            self.said_twice(what, node, first);
            return;
        }
        self.out.limits.push(Limit { path, most, node });
    }

    pub(super) fn hot(&mut self, calls: &[CallName]) {
        for call in calls {
            let Some(syscall) = self.syscall(call) else { continue };
            let present: Vec<Arch> = Arch::ALL.into_iter().filter(|arch| syscall.number(*arch).is_some()).collect();
            if present.is_empty() {
                self.nowhere(call, &Arch::ALL);
            }
            let mut again = false;
            for arch in present {
                let Some(nr) = syscall.number(arch) else { continue };
                let known = &mut self.out.hot[arch.index()];
                again |= known.contains(&nr);
                if !known.contains(&nr) {
                    known.push(nr);
                }
            }
            if again && self.importing.is_none() {
                let message = format!("`{}` is named hot twice", call.name.text);
                self.problems.report(ProblemKind::SaidTwice, call.name.node, message, "keep the first of the two");
            }
        }
    }

    pub(super) fn slot(&mut self, name: &Name, ty: &Name) {
        let (width, signed) = match ty.text.as_str() {
            "u32" => (Width::W32, false),
            "i32" => (Width::W32, true),
            "u64" => (Width::W64, false),
            "i64" => (Width::W64, true),
            other => {
                self.problems.report(
                    ProblemKind::UnknownType,
                    ty.node,
                    format!("`{other}` is no type of a slot"),
                    "the types are i32, u32, i64 and u64: write that of the argument that it is compared with",
                );
                return;
            }
        };
        if let Some(known) = self.out.slots.iter().find(|slot| slot.name == name.text) {
            let (same, first) = ((known.width, known.signed) == (width, signed), known.node);
            return self.slot_again(name, same, first);
        }
        self.out.slots.push(Slot { name: name.text.clone(), width, signed, node: name.node });
        self.slots_used.push(false);
    }

    pub(super) fn is_slot(&self, name: &Name) -> bool {
        self.out.slots.iter().any(|slot| slot.name == name.text)
    }

    /// The slot of that name as a value to compare with `left`; `None` if it does not fit. The sign matters in an order only:
    /// equal bits are equal numbers of one width.
    pub(super) fn slot_value(&mut self, name: &Name, left: Left, form: Form) -> Option<Value> {
        let index = self.out.slots.iter().position(|slot| slot.name == name.text)?;
        self.slots_used[index] = true;
        let (width, signed) = (self.out.slots[index].width, self.out.slots[index].signed);
        let instead = format!("slot {}: {};", name.text, type_name(left.arg));
        if width != left.arg.width {
            self.wrong_width(name.node, left, width, &instead);
            return None;
        }
        if signed != left.arg.signed && form == Form::Number {
            self.wrong_sign(name.node, left, &instead);
            return None;
        }
        let source = SymbolSource::Slot(u16::try_from(index).unwrap_or(u16::MAX));
        Some(Value::Symbol(self.symbol(Symbol { source, width, signed })))
    }

    /// Slots that nothing is compared with.
    pub(super) fn unused_slots(&mut self) {
        for (slot, used) in self.out.slots.iter().zip(&self.slots_used) {
            if !used {
                self.problems.report(
                    ProblemKind::UnusedSlot,
                    slot.node,
                    format!("nothing is compared with the slot `{}`", slot.name),
                    "leave it out, or use its name as a value: `ALLOW write if fd == log_fd;`",
                );
            }
        }
    }

    /// A call by number: only one that is newer than the tables.
    pub(super) fn numbered(&mut self, call: &CallName, nr: u32) -> Option<&'static tables::Syscall> {
        let named: Vec<String> = Arch::ALL
            .into_iter()
            .filter_map(|arch| Some((arch, tables::syscall_by_number(arch, nr)?)))
            .map(|(arch, syscall)| format!("`{}` on {}", syscall.name, arch.name()))
            .collect();
        let last = tables::last_number();
        let (message, hint) = if !named.is_empty() {
            (format!("{nr} is {}", named.join(", ")), "write the name: arguments are checked by it".to_owned())
        } else if nr <= last {
            (
                format!("no system call has the number {nr}"),
                format!("numbers newer than the tables begin at {}", last + 1),
            )
        } else if nr >= X32_SYSCALL_BIT || nr > u32::from(u16::MAX) {
            (format!("{nr} is no number of a system call"), format!("write one from {} to {}", last + 1, u16::MAX))
        } else {
            return Some(tables::numbered(nr));
        };
        self.problems.report(ProblemKind::SyscallNumber, call.name.node, message, hint);
        None
    }
}

/// The numbers on `arch` that a kernel of that version does not know: ranges with both ends, ascending.
#[must_use]
pub(crate) fn newer_than(arch: Arch, version: (u16, u16)) -> Vec<(u32, u32)> {
    let mut known: Vec<u32> = tables::syscalls()
        .iter()
        .filter(|syscall| syscall.since_version().is_none_or(|since| since <= version))
        .filter_map(|syscall| syscall.number(arch))
        .collect();
    known.sort_unstable();
    let end = if arch == Arch::X86_64 { X32_SYSCALL_BIT - 1 } else { u32::MAX };
    let mut newer = Vec::new();
    let mut next = 0;
    for nr in known {
        if next < nr {
            newer.push((next, nr - 1));
        }
        next = nr + 1;
    }
    newer.push((next, end));
    newer
}
