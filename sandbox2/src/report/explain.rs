//! From a call to its report: names, values, and who has decided.

use std::fmt;

use sandbox2_policy::arch::Arch;
use sandbox2_policy::danger::danger_of;
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::tables::{self, Arg, Syscall};

use super::escape::Plain;
use super::violation::{Argument, DecidedBy, Place, Violation};
use super::{decode, escape, suggest};
use crate::policy::{Decider, Decision, Policy};

/// How much of a string is copied: no path that the kernel takes is longer.
pub(crate) const TEXT_LIMIT: usize = 4096;

/// Why `decision` denied `data`. `read` copies a string from the caller's memory, at most [`TEXT_LIMIT`] bytes, and says
/// whether it went on.
pub(crate) fn explain(
    policy: &Policy,
    decision: Decision,
    data: &SeccompData,
    pid: u32,
    read: &mut dyn FnMut(u64) -> Option<(Vec<u8>, bool)>,
) -> Violation {
    let arch = policy.arch();
    // The number of a foreign call is not one of ours, and must not be shown by our name for it.
    let native = !matches!(decision.by, Decider::ForeignArch | Decider::X32);
    let call = if native { tables::syscall_by_number(arch, data.nr) } else { None };
    let arguments = arguments(arch, call, data, read);
    Violation {
        syscall: call.map(|call| call.name.to_owned()),
        number: data.nr,
        architecture: architecture(data.arch),
        arguments,
        instruction_pointer: data.instruction_pointer,
        pid,
        decided_by: decided_by(policy, decision),
        policy: policy.name().map(str::to_owned),
        declared_at: Some(format!("{}:{}", policy.parts().file, policy.parts().line)),
        suggestion: call.map(|call| suggest::suggest(policy, call, data)),
        risk: call.and_then(|call| danger_of(call, arch, &data.args)).map(|danger| format!("it {}", danger.because)),
    }
}

/// The arguments of a call, decoded: as many as `call` has, or all six registers if it is not known.
pub(crate) fn arguments(
    arch: Arch,
    call: Option<&'static Syscall>,
    data: &SeccompData,
    read: &mut dyn FnMut(u64) -> Option<(Vec<u8>, bool)>,
) -> Vec<Argument> {
    match call.and_then(|call| Some((call, call.args(arch)?))) {
        Some((call, prototype)) => {
            prototype.iter().zip(data.args).map(|(arg, register)| argument(arch, call, arg, register, read)).collect()
        }
        None => data.args.into_iter().map(unknown_argument).collect(),
    }
}

/// The call in one line, as `strace(1)` shows it: `openat(AT_FDCWD, "/etc/passwd", O_RDONLY)`.
pub(crate) fn line(f: &mut fmt::Formatter<'_>, name: Option<&str>, number: u32, arguments: &[Argument]) -> fmt::Result {
    match name {
        Some(name) => write!(f, "{}(", Plain(name))?,
        None => write!(f, "syscall_{number}(")?,
    }
    for (index, argument) in arguments.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(f, "{comma}{}", Brief(argument))?;
    }
    f.write_str(")")
}

/// An argument as whoever wrote the program would write it.
struct Brief<'a>(&'a Argument);

impl fmt::Display for Brief<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.0.text, &self.0.meaning) {
            (Some(text), _) => write!(f, "\"{}\"{}", Plain(text), if self.0.truncated { "…" } else { "" }),
            (None, Some(meaning)) => write!(f, "{}", Plain(meaning)),
            (None, None) if self.0.register == 0 && self.0.is_pointer() => f.write_str("NULL"),
            (None, None) => write!(f, "{}", Plain(&self.0.value)),
        }
    }
}

fn argument(
    arch: Arch,
    call: &Syscall,
    arg: &Arg,
    register: u64,
    read: &mut dyn FnMut(u64) -> Option<(Vec<u8>, bool)>,
) -> Argument {
    let copied = if register != 0 && decode::is_text(call.name, arg) { read(register) } else { None };
    let meaning = decode::decode(arch, call.name, arg, register);
    Argument {
        name: Some(arg.name.to_owned()),
        ty: Some(arg.ty.to_owned()),
        register,
        value: decode::digits(arg, register, meaning.is_some()),
        meaning,
        truncated: copied.as_ref().is_some_and(|(_, truncated)| *truncated),
        text: copied.map(|(bytes, _)| escape::escape(&bytes)),
    }
}

fn unknown_argument(register: u64) -> Argument {
    let value = format!("{register:#x}");
    Argument { name: None, ty: None, register, value, meaning: None, text: None, truncated: false }
}

fn architecture(audit: u32) -> String {
    const I386: u32 = 0x4000_0003;
    const ARM: u32 = 0x4000_0028;
    match (Arch::ALL.into_iter().find(|arch| arch.audit() == audit), audit) {
        (Some(arch), _) => arch.name().to_owned(),
        (None, I386) => "i386".to_owned(),
        (None, ARM) => "arm".to_owned(),
        (None, other) => format!("unknown ({other:#x})"),
    }
}

pub(super) fn decided_by(policy: &Policy, decision: Decision) -> DecidedBy {
    let parts = policy.parts();
    match decision.by {
        Decider::ForeignArch => DecidedBy::ForeignArchitecture,
        Decider::X32 => DecidedBy::X32,
        Decider::Baseline => DecidedBy::Baseline,
        Decider::Default => {
            DecidedBy::Default { place: policy.default_origin().map(|origin| Place::new(&parts.file, origin)) }
        }
        Decider::Rule { origin, .. } => match policy.origins().into_iter().nth(usize::from(origin.0)) {
            Some(origin) => {
                DecidedBy::Rule { place: Place::new(&parts.file, origin), action: decision.action.to_string() }
            }
            // A policy without that place is no less in force.
            None => DecidedBy::Default { place: None },
        },
    }
}

#[cfg(test)]
mod tests {
    use sandbox2_policy::action::Action;

    use super::*;
    use crate::policy::testing::{call, policy, rule};

    fn report(policy: &Policy, data: &SeccompData) -> Violation {
        let decision = policy.decide(data);
        explain(policy, decision, data, 7, &mut |_| Some((b"/etc/\x1b[31mpasswd".to_vec(), true)))
    }

    fn data(nr: libc::c_long, args: [u64; 6]) -> SeccompData {
        let arch = Arch::native().unwrap().audit();
        SeccompData { nr: u32::try_from(nr).unwrap(), arch, instruction_pointer: 0x40_1000, args }
    }

    #[test]
    fn the_rule_that_denied_is_named_with_its_place() {
        let policy = policy(Action::Allow, vec![call(libc::SYS_write, vec![rule(Action::Kill)])]);
        let violation = report(&policy, &data(libc::SYS_write, [1, 2, 3, 0, 0, 0]));
        let text = format!("{violation:#}");
        assert!(text.contains("src/policies.rs:3:5: `ALLOW something;` says KILL"), "{text}");
        assert!(text.contains("TESTED"), "{text}");
    }

    #[test]
    fn an_implicit_default_is_said_to_be_one() {
        let violation = report(&policy(Action::Kill, vec![]), &data(libc::SYS_write, [1, 0, 0, 0, 0, 0]));
        assert_eq!(violation.decided_by, DecidedBy::Default { place: None });
    }

    #[test]
    fn a_foreign_call_gets_an_explanation_and_no_line() {
        let foreign = SeccompData { arch: 0x4000_0003, ..data(libc::SYS_write, [0; 6]) };
        let violation = report(&policy(Action::Allow, vec![]), &foreign);
        assert_eq!((violation.architecture.as_str(), &violation.syscall), ("i386", &None));
        assert_eq!(violation.suggestion, None);
        assert!(format!("{violation:#}").contains("cannot be allowed"));
    }

    #[test]
    fn a_path_is_copied_escaped_and_marked_as_cut() {
        if tables::syscall("openat").is_none() {
            eprintln!("skipped: this build has no table of system calls");
            return;
        }
        let violation =
            report(&policy(Action::Kill, vec![]), &data(libc::SYS_openat, [0xffff_ff9c, 0x1000, 0, 0, 0, 0]));
        assert_eq!(violation.syscall.as_deref(), Some("openat"));
        assert_eq!(violation.arguments[1].text.as_deref(), Some("/etc/\\x1b[31mpasswd"));
        assert!(violation.arguments[1].truncated);
        assert!(!violation.to_string().contains('\x1b'));
        assert_eq!(violation.suggestion.as_deref(), Some("ALLOW openat;"));
    }
}
