//! Filters of Firecracker and of the `seccompiler` crate, in JSON.
//!
//! A file has a filter for each kind of thread; one of them is imported, by name. A rule that holds gives the filter's action,
//! all else the default. Two tools read the format: Firecracker's own compiler takes `dword` for a comparison of 32 bits only
//! with `eq`, the `seccompiler` crate always. Where that matters, what is imported permits what both permit.

use super::json::{Json, below, read};
use super::machine::{Arm, Comparison, Condition};
use super::statements::{Calls, Source, errno, statements};
use super::{ImportError, Imported, Notes, Place, Places};
use crate::action::Action;
use crate::arch::Arch;
use crate::ast::NodeId;
use crate::compare::permission;
use crate::meaning::CmpOp;
use crate::problem::nearest;
use crate::tables;

/// How many rules a filter may have.
const MOST_RULES: usize = 16_384;

/// Reads the filter of one kind of thread (`vmm`, `api`, `vcpu`) for an architecture; such a file is for one.
///
/// # Errors
/// What is not of the format, and what could permit more here than there: see `docs/IMPORT.md`.
///
/// # References
/// Firecracker's `docs/seccompiler.md`; `docs/json_format.md` of the crate `seccompiler`
pub fn import(text: &str, thread: &str, arch: Arch) -> Result<Imported, ImportError> {
    let json = read(text)?;
    let mut reader = Reader { places: Places::new(), notes: Notes::default() };
    let threads = reader.map(&json, "", None)?;
    let Some((name, filter)) = threads.iter().find(|(name, _)| name == thread) else {
        let known = threads.iter().map(|(name, _)| format!("{name:.60?}")).collect::<Vec<_>>().join(", ");
        let hint = if known.is_empty() { "the file has no filter".to_owned() } else { format!("there are {known}") };
        return Err(reader.error("", format!("there is no filter for {thread:.60?}"), hint));
    };
    let pointer = below("", name);
    let keys = ["default_action", "mismatch_action", "filter_action", "match_action", "filter"];
    let fields = reader.map(filter, &pointer, Some(&keys))?;
    let (default, default_pointer) = reader.either(fields, &pointer, "default_action", "mismatch_action")?;
    let (matched, _) = reader.either(fields, &pointer, "filter_action", "match_action")?;
    let default_node = reader.node(&default_pointer);
    let mut calls = Calls::default();
    let list = below(&pointer, "filter");
    let rules = reader.list(reader.field(fields, &pointer, "filter")?, &list)?;
    if rules.len() > MOST_RULES {
        return Err(reader.error(&list, format!("more than {MOST_RULES} rules"), "import a smaller filter"));
    }
    let permits = permission(matched) > permission(default);
    for (index, rule) in rules.iter().enumerate() {
        let at = below(&list, &index.to_string());
        let fields = reader.map(rule, &at, Some(&["syscall", "args", "comment"]))?;
        let name_at = below(&at, "syscall");
        let name = reader.text(reader.field(fields, &at, "syscall")?, &name_at)?;
        let Some(syscall) = tables::syscall(name) else {
            let hint = match nearest(name, tables::syscalls().iter().map(|syscall| syscall.name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "names are the kernel's".to_owned(),
            };
            return Err(reader.error(&name_at, format!("unknown system call `{name:.60}`"), hint));
        };
        if syscall.number(arch).is_none() {
            let message = format!("`{name}` does not exist on {}", arch.name());
            return Err(reader.error(&name_at, message, "import the file for the architecture that it is for"));
        }
        let cond = match find(fields, "args") {
            None | Some(Json::Null) => Condition::Known(true),
            Some(args) => {
                let args_at = below(&at, "args");
                let args = reader.list(args, &args_at)?;
                if args.is_empty() {
                    let hint = "leave `args` out, if the rule is for every call";
                    return Err(reader.error(&args_at, "a rule with an empty list of conditions", hint));
                }
                let conds = args
                    .iter()
                    .enumerate()
                    .map(|(index, arg)| reader.condition(arg, &below(&args_at, &index.to_string()), permits));
                Condition::All(conds.collect::<Result<_, _>>()?)
            }
        };
        let node = reader.node(&at);
        calls.push(syscall, arch, Arm { cond, action: matched, node });
    }
    let Reader { places, mut notes } = reader;
    let source = Source { tool: "Firecracker", arches: vec![arch], default, default_node, calls };
    let def = statements(source, &places, &mut notes)?;
    Ok(Imported::new(def, notes, places))
}

type Fields = [(String, Json)];

fn find<'j>(fields: &'j Fields, key: &str) -> Option<&'j Json> {
    fields.iter().find(|(known, _)| known == key).map(|(_, value)| value)
}

struct Reader {
    places: Places,
    notes: Notes,
}

impl Reader {
    fn node(&mut self, pointer: &str) -> NodeId {
        self.places.add(Place::Json(pointer.to_owned()))
    }

    fn error(&self, pointer: &str, message: impl Into<String>, hint: impl Into<String>) -> ImportError {
        let place = if pointer.is_empty() { Place::Whole } else { Place::Json(pointer.to_owned()) };
        ImportError { place, message: message.into(), hint: hint.into() }
    }

    /// An object, with no keys but these.
    fn map<'j>(&self, json: &'j Json, at: &str, keys: Option<&[&str]>) -> Result<&'j Fields, ImportError> {
        let Json::Map(fields) = json else {
            return Err(self.error(
                at,
                format!("{} where an object is due", json.kind()),
                "see Firecracker's docs/seccompiler.md",
            ));
        };
        let Some(keys) = keys else { return Ok(fields) };
        match fields.iter().find(|(key, _)| !keys.contains(&key.as_str())) {
            None => Ok(fields),
            Some((key, _)) => {
                let hint = match nearest(key, keys.iter().copied()) {
                    Some(near) => format!("did you mean {near:?}?"),
                    None => format!("the keys here are {}", keys.join(", ")),
                };
                Err(self.error(&below(at, key), format!("unknown key {key:.60?}"), hint))
            }
        }
    }

    fn field<'j>(&self, fields: &'j Fields, at: &str, key: &str) -> Result<&'j Json, ImportError> {
        find(fields, key).ok_or_else(|| self.error(at, format!("there is no {key:?}"), "add it"))
    }

    fn list<'j>(&self, json: &'j Json, at: &str) -> Result<&'j [Json], ImportError> {
        match json {
            Json::List(list) => Ok(list),
            other => Err(self.error(at, format!("{} where a list is due", other.kind()), "write a list in brackets")),
        }
    }

    fn text<'j>(&self, json: &'j Json, at: &str) -> Result<&'j str, ImportError> {
        match json {
            Json::Text(text) => Ok(text),
            other => Err(self.error(at, format!("{} where a string is due", other.kind()), "write it in quotes")),
        }
    }

    fn number<T: TryFrom<i128>>(&self, json: &Json, at: &str, range: &str) -> Result<T, ImportError> {
        let number = match json {
            Json::Number(number) => T::try_from(*number).ok(),
            _ => None,
        };
        number.ok_or_else(|| self.error(at, "no number, or one out of range", format!("write a whole number {range}")))
    }

    /// An action under one of two names.
    fn either(&mut self, fields: &Fields, at: &str, one: &str, other: &str) -> Result<(Action, String), ImportError> {
        let (key, json) = match (find(fields, one), find(fields, other)) {
            (Some(json), None) => (one, json),
            (None, Some(json)) => (other, json),
            (None, None) => return Err(self.error(at, format!("there is no {one:?}"), "add it")),
            (Some(_), Some(_)) => {
                let message = format!("{other:?} is another name of {one:?}, and both are there");
                return Err(self.error(&below(at, other), message, "keep one of the two"));
            }
        };
        let pointer = below(at, key);
        Ok((self.action(json, &pointer)?, pointer))
    }

    fn action(&mut self, json: &Json, at: &str) -> Result<Action, ImportError> {
        let hint = "actions are \"allow\", \"log\", \"trap\", \"kill_process\", \"kill_thread\", {\"errno\": n} and {\"trace\": n}";
        let (name, data) = match json {
            Json::Text(name) => (name.as_str(), None),
            Json::Map(fields) if fields.len() == 1 => (fields[0].0.as_str(), Some(&fields[0].1)),
            other => return Err(self.error(at, format!("{} where an action is due", other.kind()), hint)),
        };
        match (name, data) {
            ("allow", None) => Ok(Action::Allow),
            ("log", None) => Ok(Action::Log),
            ("trap", None) => Ok(Action::Trap(0)),
            ("kill_process", None) => Ok(Action::Kill),
            ("kill_thread" | "kill", None) => {
                self.notes.add(NodeId(0), format!("{name} ends the whole process, not only the thread"));
                Ok(Action::Kill)
            }
            ("trace", Some(data)) => {
                self.number::<u16>(data, &below(at, name), "from 0 to 65535")?;
                let node = self.node(at);
                self.notes
                    .add(node, "trace becomes NOTIFY: a handler of the host's decides instead of a tracer".to_owned());
                Ok(Action::Notify)
            }
            ("errno", Some(data)) => {
                let at = below(at, name);
                let data: u16 = self.number(data, &at, "from 1 to 4095")?;
                errno(data.into()).map(Action::Errno).ok_or_else(|| {
                    let message = "the error 0 lets the program believe that the call was made";
                    self.error(&at, message, "write the error that it should see, from 1 to 4095")
                })
            }
            _ => Err(self.error(at, format!("unknown action {name:.60?}"), hint)),
        }
    }

    fn condition(&mut self, json: &Json, at: &str, permits: bool) -> Result<Condition, ImportError> {
        let fields = self.map(json, at, Some(&["index", "type", "op", "val", "comment"]))?;
        let arg: u8 = self.number(self.field(fields, at, "index")?, &below(at, "index"), "from 0 to 5")?;
        if arg > 5 {
            return Err(self.error(
                &below(at, "index"),
                "no number, or one out of range",
                "write a whole number from 0 to 5",
            ));
        }
        let value: u64 = self.number(self.field(fields, at, "val")?, &below(at, "val"), "from 0 to 2^64 - 1")?;
        let wide = match self.text(self.field(fields, at, "type")?, &below(at, "type"))? {
            "qword" => true,
            "dword" => false,
            other => {
                let message = format!("unknown type {other:.60?}");
                return Err(self.error(&below(at, "type"), message, "the types are \"dword\" and \"qword\""));
            }
        };
        if !wide && value > u32::MAX.into() {
            let hint = "write \"qword\", or a number below 2^32";
            return Err(self.error(&below(at, "val"), "the number does not fit into a dword", hint));
        }
        let node = self.node(at);
        let of = |wide, op| Condition::Cmp(Comparison { wide, ..Comparison::wide(arg, op, value, node) });
        let op_at = below(at, "op");
        let op = self.field(fields, at, "op")?;
        let op = match op {
            Json::Map(masked) if masked.len() == 1 && masked[0].0 == "masked_eq" => {
                let mask: u64 = self.number(&masked[0].1, &below(&op_at, "masked_eq"), "from 0 to 2^64 - 1")?;
                if value & !mask != 0 || !wide && mask > u32::MAX.into() {
                    let message = "the mask and the number do not go together, and tools differ on what that means";
                    return Err(self.error(
                        &op_at,
                        message,
                        "write a number that is within the mask, and both within the type",
                    ));
                }
                let cmp = Comparison { wide, keep: mask, ..Comparison::wide(arg, CmpOp::Eq, value, node) };
                return Ok(Condition::Cmp(cmp));
            }
            Json::Text(op) => op.as_str(),
            other => {
                let message = format!("{} where an operator is due", other.kind());
                return Err(self.error(&op_at, message, "write eq, ne, ge, gt, le, lt or {\"masked_eq\": mask}"));
            }
        };
        let op = match op {
            "eq" => return Ok(of(wide, CmpOp::Eq)),
            "ne" => CmpOp::Ne,
            "ge" => CmpOp::Ge,
            "gt" => CmpOp::Gt,
            "le" => CmpOp::Le,
            "lt" => CmpOp::Lt,
            other => {
                let message = format!("unknown operator {other:.60?}");
                return Err(self.error(&op_at, message, "write eq, ne, ge, gt, le, lt or {\"masked_eq\": mask}"));
            }
        };
        if wide {
            return Ok(of(true, op));
        }
        // One tool compares 32 bits, the other 64: what both say if it permits, what either says if it denies.
        let both = vec![of(false, op), of(true, op)];
        Ok(if permits { Condition::All(both) } else { Condition::Any(both) })
    }
}

#[cfg(test)]
mod tests;
