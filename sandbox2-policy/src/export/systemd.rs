//! `SystemCallFilter=` of systemd, as lines for the section `[Service]` of a unit.
//!
//! systemd knows calls by name and nothing of arguments: a call is let through only where the policy lets through all of it.
//! On a list of what is allowed systemd puts `@default` by itself; it is taken off again.

use super::{ExportError, Exported, Loss, calls, sorted, told, wrapped};
use crate::action::Action;
use crate::meaning::Meaning;
use crate::tables;

/// Writes the policy as settings of a unit, for the meaning's architecture.
///
/// # Errors
/// If the text would have to permit more than the policy: the default lets calls through, and one without a name is denied.
/// If the policy has a slot without a value, or denies nothing.
pub fn export(meaning: &Meaning) -> Result<Exported, ExportError> {
    let mut losses = Vec::new();
    let default = meaning.default;
    told(default, None, &mut losses);
    let calls = calls(meaning, &mut losses)?;
    let mut names = Vec::new();
    for call in &calls {
        let name = call.syscall.name;
        let mut loss = |message: String| losses.push(Loss { call: Some(name.to_owned()), message });
        let permitted = call.regions.iter().filter(|(action, _)| action.permits()).count();
        let wholly = permitted == call.regions.len();
        if call.regions.iter().any(|(action, _)| *action == Action::Log) && (wholly || default == Action::Log) {
            loss("LOG becomes ALLOW".to_owned());
        }
        if wholly {
            if !default.permits() {
                names.push(name.to_owned());
            }
            continue;
        }
        if permitted > 0 {
            loss("it is let through for some arguments only: it is denied for all".to_owned());
        }
        let denied = call.regions.iter().map(|(action, _)| *action).find(|action| !action.permits());
        let denied = denied.unwrap_or(Action::Kill);
        match default.permits() {
            true => names.push(format!("{name}{}", suffix(denied))),
            // What is not on the list is denied as the default says.
            false if denied != default && permitted == 0 => {
                loss(format!("{denied} becomes the default's {}", shown(default)));
            }
            false => {}
        }
        if let (true, Action::Trap(_) | Action::Notify) = (default.permits(), denied) {
            loss(format!("{denied} becomes KILL"));
        }
    }
    let mut text = String::from("[Service]\nSystemCallArchitectures=native\n");
    if default.permits() {
        if default == Action::Log {
            losses.push(Loss { call: None, message: "the default LOG becomes ALLOW".to_owned() });
        }
        if names.is_empty() {
            let message = "nothing is denied, which systemd has no list for".to_owned();
            return Err(ExportError { call: None, message, hint: "leave `SystemCallFilter=` out".to_owned() });
        }
        lines(&mut text, "~", &names);
        text.push_str("SystemCallErrorNumber=kill\n");
        return Ok(Exported { text, losses: sorted(losses) });
    }
    if matches!(default, Action::Trap(_)) {
        losses.push(Loss { call: None, message: format!("the default {default} becomes KILL") });
    }
    if !names.iter().any(|name| name == "execve") {
        let message = "it is not let through: systemd cannot start the service's program under this list".to_owned();
        losses.push(Loss { call: Some("execve".to_owned()), message });
    }
    text.push_str("SystemCallFilter=@default\nSystemCallFilter=~@default\n");
    lines(&mut text, "", &names);
    text.push_str(&format!("SystemCallErrorNumber={}\n", shown(default)));
    Ok(Exported { text, losses: sorted(losses) })
}

/// Lines that add these names to the list.
fn lines(text: &mut String, before: &str, names: &[String]) {
    if names.is_empty() {
        return;
    }
    let between = format!("\nSystemCallFilter={before}");
    text.push_str(&format!("SystemCallFilter={before}{}\n", wrapped(names, " ", &between)));
}

/// An error as systemd has it; all else that denies is `kill`.
fn shown(action: Action) -> String {
    match action {
        Action::Errno(errno) => tables::errno_name(errno).map_or_else(|| errno.get().to_string(), str::to_owned),
        _ => "kill".to_owned(),
    }
}

fn suffix(action: Action) -> String {
    match action {
        Action::Errno(_) => format!(":{}", shown(action)),
        _ => String::new(),
    }
}
