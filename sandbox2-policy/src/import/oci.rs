//! Seccomp profiles of containers: `linux.seccomp` of the OCI runtime specification, and the profiles of Docker and Podman
//! (`default.json`), which have sections for capabilities, architectures and kernels beside it.
//!
//! What a profile means is what runc and libseccomp make of it: a rule with the default's action says nothing; of a rule with
//! two conditions on one argument each condition is a rule of its own. Where rules of a call with different actions overlap,
//! what libseccomp decides depends on its version, and here the strictest decides.

use super::elsewhere::elsewhere;
use super::json::{Json, below, read};
use super::machine::{Arm, Comparison, Condition};
use super::statements::{Calls, Source, errno, may_leave_out, statements};
use super::{ImportError, Imported, Notes, Place, Places};
use crate::action::{Action, Errno};
use crate::arch::Arch;
use crate::ast::NodeId;
use crate::meaning::CmpOp;
use crate::problem::nearest;
use crate::tables::{self, Syscall};

/// How many rules a profile may have, each call of a rule counted.
const MOST_RULES: usize = 16_384;
/// The capabilities of a container that Docker gives no others.
const DOCKER_CAPABILITIES: [&str; 14] = [
    "CAP_AUDIT_WRITE",
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_MKNOD",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_RAW",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYS_CHROOT",
];
const EPERM: Errno = match Errno::new(1) {
    Some(errno) => errno,
    None => Errno::ENOSYS,
};

/// For which container a profile of Docker's or Podman's is read. Profiles without conditional sections are the same for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oci {
    /// Its capabilities, as `CAP_SYS_ADMIN`. By default what Docker gives an unprivileged container.
    pub capabilities: Vec<String>,
    /// The kernel: major and minor version. By default the newest that the tables know.
    pub kernel: (u16, u16),
}

impl Default for Oci {
    fn default() -> Oci {
        Oci { capabilities: DOCKER_CAPABILITIES.map(str::to_owned).to_vec(), kernel: tables::newest_kernel() }
    }
}

/// Reads a profile: the object with `defaultAction`, or a whole `config.json` of a bundle.
///
/// # Errors
/// What is not of the format, and what could permit more here than there: see `docs/IMPORT.md`.
///
/// # References
/// `config-linux.md` of the OCI runtime specification; Docker's "Seccomp security profiles"
pub fn import(text: &str, options: &Oci) -> Result<Imported, ImportError> {
    let json = read(text)?;
    let (mut places, mut notes) = (Places::new(), Notes::default());
    let top = At { json: &json, pointer: String::new() };
    let profile = match top.get("linux")? {
        Some(linux) => linux.need("seccomp", "it has no profile to import")?,
        None => top,
    };
    let mut profile = Profile { options, places: &mut places, notes: &mut notes, rules: Vec::new() }.read(&profile)?;
    // Of rules that overlap the strictest decides; else the order says nothing.
    profile.rules.sort_by_key(|rule| strictness(rule.arm.action));
    let mut calls = Calls::default();
    for call in &profile.order {
        for rule in profile.rules.iter().filter(|rule| rule.syscall == *call) {
            calls.push(rule.syscall, rule.arch, rule.arm.clone());
        }
    }
    let Read { default, default_node, .. } = profile;
    let source = Source { tool: "the container's runtime", arches: Arch::ALL.to_vec(), default, default_node, calls };
    let def = statements(source, &places, &mut notes)?;
    Ok(Imported::new(def, notes, places))
}

/// A profile that was read.
struct Read {
    default: Action,
    default_node: NodeId,
    order: Vec<&'static Syscall>,
    rules: Vec<Rule>,
}

struct Rule {
    syscall: &'static Syscall,
    arch: Arch,
    arm: Arm,
}

/// Low for what lets less through.
fn strictness(action: Action) -> u8 {
    match action {
        Action::Kill => 0,
        Action::Trap(_) => 1,
        Action::Errno(_) => 2,
        Action::Notify => 3,
        Action::Log => 4,
        Action::Allow => 5,
    }
}

/// A value and its place.
#[derive(Clone)]
struct At<'j> {
    json: &'j Json,
    pointer: String,
}

/// The error number of a rule or of the default: Podman's profiles also have its name, which then counts.
fn error_number<'j>(object: &At<'j>, number: &str, name: &str) -> Result<Option<(At<'j>, u64)>, ImportError> {
    let named = object.get(name)?.filter(|at| *at.json != Json::Text(String::new()));
    let Some(at) = named else {
        let Some(at) = object.get(number)? else { return Ok(None) };
        let number = at.number(u64::from(u16::MAX))?;
        return Ok(Some((at, number)));
    };
    let text = at.text()?;
    let known = tables::errno(text).map(|errno| u64::from(errno.get()));
    let known = known.or_else(|| text.parse::<u16>().ok().map(u64::from));
    match known {
        Some(number) => Ok(Some((at, number))),
        None => Err(at.error(format!("unknown error {text:.40?}"), "write its name (`EPERM`) or its number")),
    }
}

impl<'j> At<'j> {
    fn place(&self) -> Place {
        if self.pointer.is_empty() { Place::Whole } else { Place::Json(self.pointer.clone()) }
    }

    fn error(&self, message: impl Into<String>, hint: impl Into<String>) -> ImportError {
        ImportError { place: self.place(), message: message.into(), hint: hint.into() }
    }

    fn due<T>(&self, what: &str) -> Result<T, ImportError> {
        Err(self.error(format!("{} where {what} is due", self.json.kind()), format!("write {what}")))
    }

    fn fields(&self) -> Result<&'j [(String, Json)], ImportError> {
        match self.json {
            Json::Map(fields) => Ok(fields),
            _ => self.due("an object"),
        }
    }

    /// An object with no other keys.
    fn only(&self, keys: &[&str]) -> Result<(), ImportError> {
        let Some((key, _)) = self.fields()?.iter().find(|(key, _)| !keys.contains(&key.as_str())) else {
            return Ok(());
        };
        let hint = match nearest(key, keys.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("leave it out; the keys are {}", keys.join(", ")),
        };
        Err(self.error(format!("unknown key {key:.60?}"), hint))
    }

    /// The field, if it is there and not null.
    fn get(&self, key: &str) -> Result<Option<At<'j>>, ImportError> {
        let field = self.fields()?.iter().find(|(known, json)| known == key && *json != Json::Null);
        Ok(field.map(|(_, json)| At { json, pointer: below(&self.pointer, key) }))
    }

    fn need(&self, key: &str, hint: &str) -> Result<At<'j>, ImportError> {
        self.get(key)?.map_or_else(|| Err(self.error(format!("the key `{key}` is missing"), hint)), Ok)
    }

    fn list(&self) -> Result<Vec<At<'j>>, ImportError> {
        match self.json {
            Json::List(list) => {
                let at = |(index, json)| At { json, pointer: format!("{}/{index}", self.pointer) };
                Ok(list.iter().enumerate().map(at).collect())
            }
            _ => self.due("a list"),
        }
    }

    /// The elements of a list that may be missing.
    fn list_of(&self, key: &str) -> Result<Vec<At<'j>>, ImportError> {
        self.get(key)?.map_or_else(|| Ok(Vec::new()), |at| at.list())
    }

    fn text(&self) -> Result<&'j str, ImportError> {
        match self.json {
            Json::Text(text) => Ok(text),
            _ => self.due("a text"),
        }
    }

    fn number(&self, most: u64) -> Result<u64, ImportError> {
        let Json::Number(number) = self.json else { return self.due("a whole number") };
        u64::try_from(*number).ok().filter(|number| *number <= most).map_or_else(
            || Err(self.error(format!("{number} is out of range"), format!("write a number from 0 to {most}"))),
            Ok,
        )
    }
}

/// The profile while it is read.
struct Profile<'p> {
    options: &'p Oci,
    places: &'p mut Places,
    notes: &'p mut Notes,
    rules: Vec<Rule>,
}

impl Profile<'_> {
    fn read(mut self, profile: &At<'_>) -> Result<Read, ImportError> {
        let keys = [
            "defaultAction",
            "defaultErrnoRet",
            "defaultErrno",
            "architectures",
            "archMap",
            "flags",
            "listenerPath",
            "listenerMetadata",
            "syscalls",
        ];
        profile.only(&keys)?;
        let hint = "a profile begins with it: `\"defaultAction\": \"SCMP_ACT_ERRNO\"`";
        let default_at = profile.need("defaultAction", hint)?;
        let default = self.action(&default_at, error_number(profile, "defaultErrnoRet", "defaultErrno")?)?;
        if default == Action::Notify {
            let message = "no runtime takes SCMP_ACT_NOTIFY as the default";
            return Err(default_at.error(message, "deny by default, and notify of the calls that matter"));
        }
        let default_node = self.node(&default_at);
        self.architectures(profile)?;
        self.flags(profile)?;
        let mut order: Vec<&'static Syscall> = Vec::new();
        for entry in profile.list_of("syscalls")? {
            self.entry(&entry, default, &mut order)?;
        }
        self.overlaps(&order);
        Ok(Read { default, default_node, order, rules: self.rules })
    }

    fn node(&mut self, at: &At<'_>) -> NodeId {
        self.places.add(at.place())
    }

    fn note(&mut self, at: &At<'_>, message: String) {
        let node = self.node(at);
        self.notes.add(node, message);
    }

    /// An action with its error number.
    fn action(&mut self, at: &At<'_>, number: Option<(At<'_>, u64)>) -> Result<Action, ImportError> {
        let word = at.text()?;
        if let (Some((errno_at, _)), false) = (&number, matches!(word, "SCMP_ACT_ERRNO" | "SCMP_ACT_TRACE")) {
            let message = format!("{word:.40?} takes no error number");
            return Err(errno_at.error(message, "leave it out, or write SCMP_ACT_ERRNO"));
        }
        Ok(match word {
            "SCMP_ACT_ALLOW" => Action::Allow,
            "SCMP_ACT_LOG" => Action::Log,
            "SCMP_ACT_NOTIFY" => Action::Notify,
            "SCMP_ACT_TRAP" => Action::Trap(0),
            "SCMP_ACT_KILL_PROCESS" => Action::Kill,
            "SCMP_ACT_KILL" | "SCMP_ACT_KILL_THREAD" => {
                self.note(at, "KILL ends the whole process, not only the thread".to_owned());
                Action::Kill
            }
            "SCMP_ACT_TRACE" => {
                let message = "SCMP_ACT_TRACE becomes ERRNO(ENOSYS), which is what it means where nobody traces";
                self.note(at, message.to_owned());
                Action::Errno(Errno::ENOSYS)
            }
            "SCMP_ACT_ERRNO" => match number {
                Some((errno_at, number)) => Action::Errno(errno(number).ok_or_else(|| {
                    let message = "the error number 0 tells the program that the call was made";
                    errno_at.error(message, "write the error that it is to get, from 1 to 4095")
                })?),
                None => Action::Errno(EPERM),
            },
            _ => {
                let known = [
                    "SCMP_ACT_ALLOW",
                    "SCMP_ACT_ERRNO",
                    "SCMP_ACT_KILL",
                    "SCMP_ACT_KILL_PROCESS",
                    "SCMP_ACT_KILL_THREAD",
                    "SCMP_ACT_LOG",
                    "SCMP_ACT_NOTIFY",
                    "SCMP_ACT_TRACE",
                    "SCMP_ACT_TRAP",
                ];
                return Err(unknown(at, "action", word, &known));
            }
        })
    }

    /// Every runtime adds the architecture that it runs on: lists say which others there are, and those are violations here.
    fn architectures(&mut self, profile: &At<'_>) -> Result<(), ImportError> {
        let (list, map) = (profile.get("architectures")?, profile.get("archMap")?);
        let mut others = Vec::new();
        if let Some(list) = &list {
            others.extend(list.list()?);
        }
        if let Some(map) = &map {
            if list.is_some() {
                let message = "a profile has either `architectures` or `archMap`";
                return Err(map.error(message, "leave one of the two out"));
            }
            for entry in map.list()? {
                entry.only(&["architecture", "subArchitectures"])?;
                others.push(entry.need("architecture", "write SCMP_ARCH_X86_64, say")?);
                others.extend(entry.list_of("subArchitectures")?);
            }
        }
        let mut foreign: Vec<&str> = Vec::new();
        for at in &others {
            let word = at.text()?;
            if !ARCHITECTURES.contains(&word) {
                return Err(unknown(at, "architecture", word, &ARCHITECTURES));
            }
            if ["SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_ARM"].contains(&word) && !foreign.contains(&word) {
                foreign.push(word);
            }
        }
        if let (Some(at), false) = (list.or(map), foreign.is_empty()) {
            self.note(&at, format!("calls by another ABI ({}) are violations here", foreign.join(", ")));
        }
        Ok(())
    }

    fn flags(&mut self, profile: &At<'_>) -> Result<(), ImportError> {
        for at in profile.list_of("flags")? {
            match at.text()? {
                "SECCOMP_FILTER_FLAG_TSYNC" | "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" => {}
                "SECCOMP_FILTER_FLAG_LOG" => {
                    self.note(&at, "what is denied is not written to the kernel's log".to_owned());
                }
                "SECCOMP_FILTER_FLAG_SPEC_ALLOW" => {
                    self.note(&at, "the guard against speculation stays on".to_owned());
                }
                word => {
                    let known = [
                        "SECCOMP_FILTER_FLAG_LOG",
                        "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
                        "SECCOMP_FILTER_FLAG_TSYNC",
                        "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
                    ];
                    return Err(unknown(&at, "flag", word, &known));
                }
            }
        }
        Ok(())
    }

    fn entry(&mut self, entry: &At<'_>, default: Action, order: &mut Vec<&'static Syscall>) -> Result<(), ImportError> {
        entry.only(&["names", "name", "action", "errnoRet", "errno", "args", "comment", "includes", "excludes"])?;
        let mut names = entry.list_of("names")?;
        if let Some(name) = entry.get("name")?.filter(|name| *name.json != Json::Text(String::new())) {
            if !names.is_empty() {
                return Err(name.error("a rule has either `name` or `names`", "leave one of the two out"));
            }
            names.push(name);
        }
        let arches = self.concerned(entry)?;
        if arches.is_empty() {
            return Ok(());
        }
        let hint = "write what is done: `\"action\": \"SCMP_ACT_ALLOW\"`";
        let action = self.action(&entry.need("action", hint)?, error_number(entry, "errnoRet", "errno")?)?;
        let conds = self.conditions(entry)?;
        // As the runtimes have it, such a rule is not there.
        if action == default {
            return Ok(());
        }
        for at in names {
            let name = at.text()?;
            let Some(syscall) = tables::syscall(name) else {
                self.unknown_call(&at, name, action, default)?;
                continue;
            };
            let node = self.node(&at);
            for arch in arches.iter().copied().filter(|arch| syscall.number(*arch).is_some()) {
                if !order.contains(&syscall) {
                    order.push(syscall);
                }
                for cond in &conds {
                    self.rules.push(Rule { syscall, arch, arm: Arm { cond: cond.clone(), action, node } });
                }
            }
            if self.rules.len() > MOST_RULES {
                let message = format!("more than {MOST_RULES} rules");
                return Err(at.error(message, "import a smaller profile"));
            }
        }
        Ok(())
    }

    /// A name that the tables do not know: the runtimes leave such rules out.
    fn unknown_call(&mut self, at: &At<'_>, name: &str, action: Action, default: Action) -> Result<(), ImportError> {
        if elsewhere(name) {
            return Ok(());
        }
        if !may_leave_out(action, default) {
            let hint = match nearest(name, tables::syscalls().iter().map(|syscall| syscall.name)) {
                Some(near) => format!("did you mean `{near}`? The default would let it through"),
                None => "the default would let it through: leave it out if you mean that".to_owned(),
            };
            return Err(at.error(format!("unknown system call {name:.60?}, which is to be denied"), hint));
        }
        self.note(at, format!("no system call {name:.60?} is known: the default decides about it"));
        Ok(())
    }

    /// When the rule holds, one condition for each way.
    fn conditions(&mut self, entry: &At<'_>) -> Result<Vec<Condition>, ImportError> {
        let args = entry.list_of("args")?;
        let mut seen = [0; 6];
        let mut conds = Vec::with_capacity(args.len());
        for arg in &args {
            arg.only(&["index", "value", "valueTwo", "op"])?;
            let index = arg.need("index", "write which argument, from 0")?.number(5)?;
            let value = arg.need("value", "write what it is compared with")?.number(u64::MAX)?;
            let two = arg.get("valueTwo")?.map_or(Ok(0), |at| at.number(u64::MAX))?;
            let op_at = arg.need("op", "write how it is compared: SCMP_CMP_EQ")?;
            let node = self.node(arg);
            let index = u8::try_from(index).unwrap_or(5);
            seen[usize::from(index)] += 1;
            let plain = |op| Comparison::wide(index, op, value, node);
            conds.push(Condition::Cmp(match op_at.text()? {
                "SCMP_CMP_EQ" => plain(CmpOp::Eq),
                "SCMP_CMP_NE" => plain(CmpOp::Ne),
                "SCMP_CMP_LT" => plain(CmpOp::Lt),
                "SCMP_CMP_LE" => plain(CmpOp::Le),
                "SCMP_CMP_GT" => plain(CmpOp::Gt),
                "SCMP_CMP_GE" => plain(CmpOp::Ge),
                "SCMP_CMP_MASKED_EQ" if two & !value != 0 => {
                    let message = format!("{two:#x} has bits that are not in the mask {value:#x}");
                    return Err(arg.error(message, "`value` is the mask, `valueTwo` what must be left of the argument"));
                }
                "SCMP_CMP_MASKED_EQ" => Comparison { keep: value, ..Comparison::wide(index, CmpOp::Eq, two, node) },
                word => {
                    let known = [
                        "SCMP_CMP_EQ",
                        "SCMP_CMP_GE",
                        "SCMP_CMP_GT",
                        "SCMP_CMP_LE",
                        "SCMP_CMP_LT",
                        "SCMP_CMP_MASKED_EQ",
                        "SCMP_CMP_NE",
                    ];
                    return Err(unknown(&op_at, "comparison", word, &known));
                }
            }));
        }
        if conds.is_empty() {
            return Ok(vec![Condition::Known(true)]);
        }
        if seen.iter().all(|count| *count < 2) {
            return Ok(vec![Condition::All(conds)]);
        }
        let at = entry.get("args")?.unwrap_or_else(|| entry.clone());
        let message =
            "an argument is compared twice: as in the runtimes, the rule holds where any one of its comparisons does";
        self.note(&at, message.to_owned());
        Ok(conds)
    }

    /// The architectures on which the rule is part of the profile.
    fn concerned(&self, entry: &At<'_>) -> Result<Vec<Arch>, ImportError> {
        let mut arches = Arch::ALL.to_vec();
        for (key, include) in [("includes", true), ("excludes", false)] {
            let Some(filter) = entry.get(key)? else { continue };
            filter.only(&["caps", "arches", "minKernel"])?;
            let named = filter.list_of("arches")?.iter().map(At::text).collect::<Result<Vec<_>, _>>()?;
            if !named.is_empty() {
                arches.retain(|arch| named.contains(&go_name(*arch)) == include);
            }
            for cap in filter.list_of("caps")? {
                let word = cap.text()?;
                if !word.starts_with("CAP_") {
                    return Err(cap.error(format!("{word:.40?} is no capability"), "write `CAP_SYS_ADMIN`, say"));
                }
                if self.options.capabilities.iter().any(|held| held == word) != include {
                    arches.clear();
                }
            }
            if let Some(kernel) = filter.get("minKernel")?.filter(|at| *at.json != Json::Text(String::new())) {
                let text = kernel.text()?;
                let version = text.split_once('.').and_then(|(major, minor)| {
                    Some((u16::from(major.parse::<u8>().ok()?), u16::from(minor.parse::<u8>().ok()?)))
                });
                let Some(version) = version else {
                    return Err(kernel.error(format!("{text:.40?} is no version of a kernel"), "write `4.8`, say"));
                };
                if (self.options.kernel >= version) != include {
                    arches.clear();
                }
            }
        }
        Ok(arches)
    }

    /// Says where rules with different actions may meet.
    fn overlaps(&mut self, order: &[&'static Syscall]) {
        for syscall in order {
            let mut rules = self.rules.iter().filter(|rule| rule.syscall == *syscall);
            let Some(first) = rules.next() else { continue };
            if let Some(other) = rules.find(|rule| rule.arm.action != first.arm.action) {
                let message = format!(
                    "rules of `{}` say {} and {}: where both hold, the stricter one decides",
                    syscall.name, first.arm.action, other.arm.action
                );
                self.notes.add(other.arm.node, message);
            }
        }
    }
}

fn unknown(at: &At<'_>, what: &str, word: &str, known: &[&str]) -> ImportError {
    let hint = match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it is one of {}", known.join(", ")),
    };
    at.error(format!("unknown {what} {word:.60?}"), hint)
}

/// An architecture as the conditional sections name it.
fn go_name(arch: Arch) -> &'static str {
    match arch {
        Arch::X86_64 => "amd64",
        Arch::Aarch64 => "arm64",
        Arch::Riscv64 => "riscv64",
    }
}

/// Of libseccomp 2.6.
static ARCHITECTURES: [&str; 23] = [
    "SCMP_ARCH_AARCH64",
    "SCMP_ARCH_ARM",
    "SCMP_ARCH_LOONGARCH64",
    "SCMP_ARCH_M68K",
    "SCMP_ARCH_MIPS",
    "SCMP_ARCH_MIPS64",
    "SCMP_ARCH_MIPS64N32",
    "SCMP_ARCH_MIPSEL",
    "SCMP_ARCH_MIPSEL64",
    "SCMP_ARCH_MIPSEL64N32",
    "SCMP_ARCH_PARISC",
    "SCMP_ARCH_PARISC64",
    "SCMP_ARCH_PPC",
    "SCMP_ARCH_PPC64",
    "SCMP_ARCH_PPC64LE",
    "SCMP_ARCH_RISCV64",
    "SCMP_ARCH_S390",
    "SCMP_ARCH_S390X",
    "SCMP_ARCH_SH",
    "SCMP_ARCH_SHEB",
    "SCMP_ARCH_X32",
    "SCMP_ARCH_X86",
    "SCMP_ARCH_X86_64",
];

#[cfg(test)]
mod tests;
