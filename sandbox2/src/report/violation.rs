//! The report of a denied system call.

use std::fmt;

use serde::{Deserialize, Serialize};

use sandbox2_policy::encoding::Origin;

use super::escape::Plain;

/// A system call that the policy does not allow, and why not.
///
/// Everything in it is a copy. The numbers come from the registers with which the call was made; what a string says was
/// read from the sandboxee's memory and may have been another a moment before or after.
///
/// `Display` is one line, the alternate form (`{:#}`) is the full report. In neither does anything that the sandboxee
/// wrote reach the terminal unescaped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Violation {
    /// The call's name (`openat`); `None` if the number is unknown or another architecture's.
    pub syscall: Option<String>,
    /// The call's number.
    pub number: u32,
    /// The architecture by whose convention it was made, as Rust spells it (`x86_64`); a foreign one that is not known is
    /// `unknown (0x…)` with its `AUDIT_ARCH_*` value.
    pub architecture: String,
    /// Its arguments in order: as many as the call has, or all six registers if that is not known.
    pub arguments: Vec<Argument>,
    /// Where in the program it was made.
    pub instruction_pointer: u64,
    /// The thread that made it, in the host's numbering.
    pub pid: u32,
    /// What in the policy decided.
    pub decided_by: DecidedBy,
    /// The policy's name, if it has one.
    pub policy: Option<String>,
    /// Where the policy is declared: `file:line`.
    #[serde(default)]
    pub declared_at: Option<String>,
    /// The policy line that would allow it; `None` where nothing could.
    pub suggestion: Option<String>,
    /// What would be given away with that.
    pub risk: Option<String>,
}

/// One argument of a denied call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Argument {
    /// The kernel's name for it (`fd`); `None` if the prototype is not known.
    pub name: Option<String>,
    /// The kernel's type (`unsigned int`).
    #[serde(rename = "type")]
    pub ty: Option<String>,
    /// The whole register.
    pub register: u64,
    /// The value as the kernel takes it, in digits (`-1`, `0x7ffe0000`).
    pub value: String,
    /// The value in names (`PROT_READ | PROT_WRITE`), where there are any.
    pub meaning: Option<String>,
    /// What a path or a name said when it was read, escaped.
    pub text: Option<String>,
    /// Whether it went on.
    #[serde(default)]
    pub truncated: bool,
}

/// What in a policy denied a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DecidedBy {
    /// A rule.
    Rule {
        /// Where it was written.
        place: Place,
        /// What it says is done (`KILL`).
        action: String,
    },
    /// No rule; the default.
    Default {
        /// Where it was written; `None` for the implicit `default KILL`.
        place: Option<Place>,
    },
    /// No rule names the call, and it is newer than the policy's baseline.
    Baseline,
    /// The call was made by the convention of another architecture, which no policy allows.
    ForeignArchitecture,
    /// The call's number is one of the x32 ABI's or beyond all numbers, which no policy allows.
    X32,
    /// No policy: the ptrace monitor, which a task that nobody traces would leave.
    Monitor,
}

/// A place in the source of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The rule.
    pub text: String,
    /// The group that it came from, if the user did not write it.
    pub group: Option<String>,
}

impl Place {
    pub(crate) fn new(file: &str, origin: Origin) -> Place {
        Place {
            file: origin.file.unwrap_or_else(|| file.to_owned()),
            line: origin.line,
            column: origin.column,
            text: origin.text,
            group: origin.group,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: `{}`", Plain(&self.file), self.line, self.column, Plain(&self.text))?;
        match &self.group {
            Some(group) => write!(f, " of group `{}`", Plain(group)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for DecidedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecidedBy::Rule { place, action } => write!(f, "{place} says {}", Plain(action)),
            DecidedBy::Default { place: Some(place) } => write!(f, "{place}, since no rule applies"),
            DecidedBy::Default { place: None } => f.write_str("the implicit `default KILL`, since no rule applies"),
            DecidedBy::Baseline => {
                f.write_str("the policy's baseline: the call is of a later Linux, and no rule names it")
            }
            DecidedBy::ForeignArchitecture => {
                f.write_str("every policy: calls of another architecture are never allowed")
            }
            DecidedBy::X32 => f.write_str("every policy: numbers of the x32 ABI are never allowed"),
            DecidedBy::Monitor => f.write_str("the ptrace monitor: a task that nobody traces would leave it"),
        }
    }
}

/// How much of a copied string fits into one line.
const LINE_TEXT: usize = 80;

impl Argument {
    pub(crate) fn is_pointer(&self) -> bool {
        self.ty.as_deref().is_some_and(|ty| ty.contains('*'))
    }

    /// In one line: `2`, `0xa [SIGUSR1]`, `0x7ffe0000 "/etc/passwd"`.
    fn short(&self, f: &mut fmt::Formatter<'_>, limit: usize) -> fmt::Result {
        f.write_str(&Plain(&self.value).to_string())?;
        if let Some(meaning) = &self.meaning {
            write!(f, " [{}]", Plain(meaning))?;
        }
        if let Some(text) = &self.text {
            let shown: String = Plain(text).to_string().chars().take(limit).collect();
            let more = self.truncated || shown.len() < text.len();
            write!(f, " \"{shown}\"{}", if more { "…" } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Argument {
    /// The value and what is known of it; the alternate form does not cut strings short.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.short(f, if f.alternate() { usize::MAX } else { LINE_TEXT })
    }
}

impl Violation {
    fn call(&self) -> String {
        self.syscall.as_deref().map_or_else(|| "unknown call".to_owned(), |name| Plain(name).to_string())
    }

    fn line(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let architecture = match self.architecture.as_str() {
            "x86_64" => "X86-64".to_owned(),
            "i386" => "X86-32".to_owned(),
            "aarch64" => "Arm-64".to_owned(),
            "arm" => "Arm-32".to_owned(),
            "riscv64" => "RISCV-64".to_owned(),
            other => Plain(other).to_string(),
        };
        write!(f, "Violating Syscall [{architecture}] {} [{}](", self.call(), self.number)?;
        for (index, argument) in self.arguments.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{argument}")?;
        }
        write!(f, ") IP: {:#x}", self.instruction_pointer)
    }

    fn report(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |(index, argument): (usize, &Argument)| match &argument.name {
            Some(name) => format!("  {}", Plain(name)),
            None => format!("  arg{index}"),
        };
        let names: Vec<String> = self.arguments.iter().enumerate().map(name).collect();
        let width = names.iter().map(|name| name.chars().count()).fold(12, usize::max);
        let row =
            |f: &mut fmt::Formatter<'_>, name: &str, value: &dyn fmt::Display| writeln!(f, "  {name:<width$} {value}");
        let call = format!("{} ({}) of {}", self.call(), self.number, Plain(&self.architecture));
        row(f, "call", &call)?;
        for (name, argument) in names.iter().zip(&self.arguments) {
            match &argument.ty {
                Some(ty) => row(f, name, &format!("{argument:#}  ({})", Plain(ty)))?,
                None => row(f, name, &format!("{argument:#}"))?,
            }
        }
        row(f, "made at", &format!("{:#x} by thread {}", self.instruction_pointer, self.pid))?;
        match (&self.policy, &self.declared_at) {
            (Some(policy), Some(place)) => row(f, "policy", &format!("{} at {}", Plain(policy), Plain(place)))?,
            (Some(text), None) | (None, Some(text)) => row(f, "policy", &Plain(text))?,
            (None, None) => {}
        }
        row(f, "decided by", &self.decided_by)?;
        self.cure(f)
    }

    fn cure(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.suggestion, &self.decided_by) {
            (Some(line), decided_by) => {
                let instead = match decided_by {
                    DecidedBy::Rule { place, .. } if place.group.is_none() => " in place of that rule",
                    _ => "",
                };
                write!(f, "\nto allow it, write{instead}:\n    {}", Plain(line))?;
                match &self.risk {
                    Some(risk) => write!(f, "\nbut with that, {}", Plain(risk)),
                    None => Ok(()),
                }
            }
            (None, DecidedBy::ForeignArchitecture) => f.write_str(
                "\nit cannot be allowed: the same number is another call there, past every rule; \
                 build the program for the policy's own architecture",
            ),
            (None, DecidedBy::X32) => f.write_str(
                "\nit cannot be allowed: these numbers reach the kernel past every rule for the ordinary ones; \
                 build the program for the ordinary x86_64 ABI",
            ),
            (None, DecidedBy::Monitor) => f.write_str(
                "\nit cannot be allowed under this monitor: leave CLONE_UNTRACED out, or use the other monitor",
            ),
            (None, _) => {
                f.write_str("\nit has no name that a policy could allow: this version of sandbox2 does not know it")
            }
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() { self.report(f) } else { self.line(f) }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A violation with everything in it.
    pub(crate) fn violation() -> Violation {
        let argument = |name: &str, ty: &str, register: u64, value: &str| Argument {
            name: Some(name.to_owned()),
            ty: Some(ty.to_owned()),
            register,
            value: value.to_owned(),
            meaning: None,
            text: None,
            truncated: false,
        };
        let dfd = Argument { meaning: Some("AT_FDCWD".to_owned()), ..argument("dfd", "int", 0xffff_ff9c, "-100") };
        let text = Some("/etc/\\x1bpasswd".to_owned());
        let filename = Argument { text, ..argument("filename", "const char *", 0x1000, "0x1000") };
        let place = Place {
            file: "src/a.rs".to_owned(),
            line: 3,
            column: 9,
            text: "KILL openat;".to_owned(),
            group: Some("files".to_owned()),
        };
        Violation {
            syscall: Some("openat".to_owned()),
            number: 257,
            architecture: "x86_64".to_owned(),
            arguments: vec![dfd, filename],
            instruction_pointer: 0x40_1000,
            pid: 42,
            decided_by: DecidedBy::Rule { place, action: "KILL".to_owned() },
            policy: Some("TOOL".to_owned()),
            declared_at: Some("src/policies.rs:2".to_owned()),
            suggestion: Some("ALLOW openat;".to_owned()),
            risk: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::violation;
    use super::*;

    #[test]
    fn a_line_has_number_arguments_and_place() {
        assert_eq!(
            violation().to_string(),
            "Violating Syscall [X86-64] openat [257](-100 [AT_FDCWD], 0x1000 \"/etc/\\x1bpasswd\") IP: 0x401000"
        );
    }

    #[test]
    fn each_architecture_has_its_label() {
        let labels = [
            ("x86_64", "X86-64"),
            ("i386", "X86-32"),
            ("aarch64", "Arm-64"),
            ("arm", "Arm-32"),
            ("riscv64", "RISCV-64"),
            ("unknown (0x15)", "unknown (0x15)"),
        ];
        for (architecture, label) in labels {
            let line = Violation { architecture: architecture.to_owned(), ..violation() }.to_string();
            assert!(line.starts_with(&format!("Violating Syscall [{label}] openat")), "{line}");
        }
    }

    #[test]
    fn a_call_that_is_not_known_is_told_by_its_number_and_every_register() {
        let argument = |index: u64| Argument {
            name: None,
            ty: None,
            register: index,
            value: format!("{index:#x}"),
            meaning: None,
            text: None,
            truncated: false,
        };
        let unknown = Violation {
            syscall: None,
            number: 20,
            architecture: "unknown (0x15)".to_owned(),
            arguments: (1..=6).map(argument).collect(),
            ..violation()
        };
        let line = "Violating Syscall [unknown (0x15)] unknown call [20](0x1, 0x2, 0x3, 0x4, 0x5, 0x6) IP: 0x401000";
        assert_eq!(unknown.to_string(), line);
        let report = format!("{unknown:#}");
        assert!(report.contains("unknown call (20) of unknown (0x15)") && report.contains("arg5"), "{report}");
    }
}
