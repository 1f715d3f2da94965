//! `linux.seccomp` of the OCI runtime specification, which runc, crun, Docker and Podman read.
//!
//! libseccomp compares all 64 bits of a register, the policy what the kernel reads of it. So that an upper half which the
//! kernel ignores cannot slip past, conditions are written as masks (`SCMP_CMP_MASKED_EQ`) that leave such bits out. The
//! rules of a call exclude each other: in which order a runtime takes them does not matter.

use super::{Call, ExportError, Exported, Loss, calls, libseccomp, sorted, told, wrapped};
use crate::action::Action;
use crate::compare::permission;
use crate::meaning::{Cmp, CmpOp, Cond, Meaning, Value, Width};
use crate::space::Set;

/// How many rules a call may become.
const MOST_RULES: usize = 256;

/// Writes the policy as an object with `defaultAction`, for the meaning's architecture.
///
/// # Errors
/// If the text would have to permit more than the policy: the default lets calls through, and one without a name is denied.
/// If the policy has a slot without a value.
pub fn export(meaning: &Meaning) -> Result<Exported, ExportError> {
    let mut losses = Vec::new();
    let mut plain: Vec<(Action, Vec<String>)> = Vec::new();
    let mut entries = Vec::new();
    let default = written(meaning.default);
    told(meaning.default, None, &mut losses);
    for mut call in calls(meaning, &mut losses)? {
        let name = call.syscall.name;
        for (action, _) in &call.regions {
            if *action != meaning.default {
                told(*action, Some(name), &mut losses);
            }
        }
        let mut whole = call.whole();
        let mut of_call = Vec::new();
        for index in 0..call.regions.len() {
            let (action, set) = call.regions[index];
            if whole.is_some() || written(action) == default {
                continue;
            }
            match conditions(meaning, &mut call, set) {
                Some(conditions) => of_call.extend(conditions.into_iter().map(|args| (action, args))),
                None if permission(action) < permission(meaning.default) => {
                    let message = format!("its conditions are too many: {action} whatever the arguments");
                    losses.push(Loss { call: Some(name.to_owned()), message });
                    whole = Some(action);
                }
                None => {
                    let message = format!(
                        "the conditions of {action} are too many: it is left out, the default ({}) decides",
                        meaning.default
                    );
                    losses.push(Loss { call: Some(name.to_owned()), message });
                }
            }
        }
        match whole {
            Some(action) if written(action) == default => {}
            Some(action) => match plain.iter_mut().find(|(known, _)| written(*known) == written(action)) {
                Some((_, names)) => names.push(format!("\"{name}\"")),
                None => plain.push((action, vec![format!("\"{name}\"")])),
            },
            None => entries.extend(of_call.into_iter().map(|(action, args)| {
                format!("{{\"names\": [\"{name}\"], {}, \"args\": [{}]}}", action_text(action), args.join(", "))
            })),
        }
    }
    plain.sort_by_key(|(action, _)| written(*action));
    let plain = plain.into_iter().map(|(action, names)| {
        let names = wrapped(&names, ", ", ",\n            ");
        format!("{{\n            \"names\": [\n            {names}\n            ], {}}}", action_text(action))
    });
    let all: Vec<String> = plain.chain(entries).map(|entry| format!("        {entry}")).collect();
    let (action, errno) = default;
    let default = match errno {
        Some(errno) => format!("\"defaultAction\": \"{action}\",\n    \"defaultErrnoRet\": {errno}"),
        None => format!("\"defaultAction\": \"{action}\""),
    };
    let text = format!(
        "{{\n    {default},\n    \"architectures\": [\"{}\"],\n    \"syscalls\": [\n{}\n    ]\n}}\n",
        libseccomp(meaning.arch),
        all.join(",\n"),
    );
    Ok(Exported { text, losses: sorted(losses) })
}

/// The action's name there, and its error.
fn written(action: Action) -> (&'static str, Option<u16>) {
    match action {
        Action::Allow => ("SCMP_ACT_ALLOW", None),
        Action::Kill | Action::Notify => ("SCMP_ACT_KILL_PROCESS", None),
        Action::Errno(errno) => ("SCMP_ACT_ERRNO", Some(errno.get())),
        Action::Trap(_) => ("SCMP_ACT_TRAP", None),
        Action::Log => ("SCMP_ACT_LOG", None),
    }
}

fn action_text(action: Action) -> String {
    match written(action) {
        (name, Some(errno)) => format!("\"action\": \"{name}\", \"errnoRet\": {errno}"),
        (name, None) => format!("\"action\": \"{name}\""),
    }
}

/// The set as rules: each a list of comparisons, at most one for each argument. `None` if they are too many.
fn conditions(meaning: &Meaning, call: &mut Call, set: Set) -> Option<Vec<Vec<String>>> {
    if let Some(one) = single(meaning, call, set) {
        return Some(vec![vec![one]]);
    }
    let cubes = call.space.cubes(set, MOST_RULES)?;
    let comparisons = |cube: [(u64, u64); 6]| {
        let known = cube.into_iter().enumerate().filter(|(_, (mask, _))| *mask != 0);
        known
            .map(|(index, (mask, value))| match mask {
                u64::MAX => comparison(index, "EQ", value, None),
                _ => comparison(index, "MASKED_EQ", mask, Some(value)),
            })
            .collect()
    };
    Some(cubes.into_iter().map(comparisons).collect())
}

/// A single comparison of all 64 bits that is the whole set.
fn single(meaning: &Meaning, call: &mut Call, set: Set) -> Option<String> {
    let rules = meaning.rules(call.syscall.number(meaning.arch)?);
    for rule in rules {
        let Cond::Cmp(cmp @ Cmp { arg, width: Width::W64, mask: None, op, value: Value::Known(value), signed }) =
            rule.cond
        else {
            continue;
        };
        let name = match op {
            CmpOp::Eq => "EQ",
            CmpOp::Ne => "NE",
            _ if signed => continue,
            CmpOp::Lt => "LT",
            CmpOp::Le => "LE",
            CmpOp::Gt => "GT",
            CmpOp::Ge => "GE",
        };
        if call.space.cond(&Cond::Cmp(cmp)) == set {
            return Some(comparison(usize::from(arg), name, value, None));
        }
    }
    None
}

fn comparison(index: usize, op: &str, value: u64, two: Option<u64>) -> String {
    let two = two.map(|two| format!("\"valueTwo\": {two}, ")).unwrap_or_default();
    format!("{{\"index\": {index}, \"value\": {value}, {two}\"op\": \"SCMP_CMP_{op}\"}}")
}
