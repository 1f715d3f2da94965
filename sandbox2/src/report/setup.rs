//! Reading a [`SetupError`] back from what machines read.
//!
//! Its message holds what failed between the step and the cause, so that reading gives what was written.

use serde::de::{Deserialize, Deserializer, Error};

use crate::error::{SetupError, Stage};

#[derive(serde::Deserialize)]
struct Report {
    stage: String,
    errno: Option<i32>,
    message: String,
    hint: Option<String>,
}

impl<'de> Deserialize<'de> for SetupError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SetupError, D::Error> {
        let report = Report::deserialize(deserializer)?;
        let stage = stage(&report.stage).ok_or_else(|| D::Error::custom("no such stage of a launch"))?;
        let error = SetupError::new(stage, report.errno).with_hint(report.hint);
        Ok(match subject(&error.to_string(), &report.message, report.errno.is_some()) {
            Some(subject) => error.with_what(subject),
            None => error,
        })
    }
}

/// What `message` says beyond `bare`: between the step and the cause, or at the end where no cause is known.
fn subject(bare: &str, message: &str, cause: bool) -> Option<String> {
    if bare == message {
        return None;
    }
    let split = if cause { bare.find(": ")? } else { bare.len() };
    let (step, cause) = bare.split_at(split);
    let subject = message.strip_prefix(step)?.strip_suffix(cause)?.strip_prefix(": ")?;
    Some(subject.to_owned())
}

/// The stage with that name, as machines read it.
fn stage(name: &str) -> Option<Stage> {
    (0..)
        .map(|number| (number, Stage::from_number(number)))
        // Beyond the last there is only the stand-in for an unknown number.
        .take_while(|(number, stage)| *stage as u32 == *number)
        .find(|(_, stage)| snake_case(&format!("{stage:?}")) == name)
        .map(|(_, stage)| stage)
}

fn snake_case(camel: &str) -> String {
    let mut out = String::with_capacity(camel.len() + 4);
    for (index, c) in camel.char_indices() {
        if c.is_ascii_uppercase() && index > 0 {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_was_written() {
        let bare = SetupError::new(Stage::MountSource, None);
        let cases = [
            bare.clone(),
            bare.clone().with_what("a: b: c"),
            SetupError::new(Stage::Exec, Some(libc::ENOENT)),
            SetupError::new(Stage::Exec, Some(libc::ENOENT)).with_what("/bin/x: y").with_hint(Some("try: harder")),
            SetupError::new(Stage::NoNewPrivileges, Some(libc::EPERM)),
        ];
        for error in cases {
            let json = serde_json::to_string(&error).unwrap();
            assert_eq!(serde_json::from_str::<SetupError>(&json).unwrap(), error, "{json}");
        }
    }

    #[test]
    fn an_unknown_stage_is_an_error() {
        let json = r#"{"stage":"nonsense","errno":null,"message":"","hint":null}"#;
        assert!(serde_json::from_str::<SetupError>(json).is_err());
    }
}
