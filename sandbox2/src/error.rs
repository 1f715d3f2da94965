//! What can go wrong before the sandboxee runs, and what to do about it.
//!
//! Owns the one error of all the launch's steps. The launch fills it in; an outcome carries it.

use std::fmt;

use serde::Serialize;

pub use crate::sys::stage::Stage;

/// The launch failed: nothing ran, and nothing was left behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "Report")]
pub struct SetupError {
    stage: Stage,
    errno: Option<i32>,
    what: Option<String>,
    hint: Option<String>,
}

impl SetupError {
    pub(crate) fn new(stage: Stage, errno: Option<i32>) -> SetupError {
        SetupError { stage, errno, what: None, hint: None }
    }

    /// Says with what the step failed: a path, a descriptor, a limit.
    #[must_use]
    pub(crate) fn with_what(mut self, what: impl Into<String>) -> SetupError {
        self.what = Some(what.into());
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub(crate) fn with_hint(mut self, hint: Option<impl Into<String>>) -> SetupError {
        self.hint = hint.map(Into::into);
        self
    }

    /// The step that failed.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The system's error number, if the step failed in a system call.
    #[must_use]
    pub fn errno(&self) -> Option<i32> {
        self.errno
    }

    /// With what it failed: a path, a descriptor, a limit.
    #[must_use]
    pub fn what(&self) -> Option<&str> {
        self.what.as_deref()
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for SetupError {
    /// One line: step, subject, cause. The alternate form (`{:#}`) adds the hint.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {}", self.stage)?;
        if let Some(what) = &self.what {
            write!(f, ": {what}")?;
        }
        if let Some(errno) = self.errno {
            let errno = nix::errno::Errno::from_raw(errno);
            write!(f, ": {} ({errno:?})", errno.desc())?;
        }
        match &self.hint {
            Some(hint) if f.alternate() => write!(f, "\nhint: {hint}"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for SetupError {}

/// What machines read.
#[derive(Serialize)]
struct Report {
    stage: Stage,
    errno: Option<i32>,
    message: String,
    hint: Option<String>,
}

impl From<SetupError> for Report {
    fn from(error: SetupError) -> Report {
        Report { stage: error.stage, errno: error.errno, message: error.to_string(), hint: error.hint }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_step_subject_and_cause_and_the_long_form_the_cure() {
        let error = SetupError::new(Stage::MountSource, Some(libc::ENOENT))
            .with_what("/no/such/place")
            .with_hint(Some("create it"));
        assert_eq!(
            error.to_string(),
            "cannot open the source of a mount: /no/such/place: No such file or directory (ENOENT)"
        );
        assert!(format!("{error:#}").ends_with("\nhint: create it"));
    }

    #[test]
    fn machines_read_stage_errno_message_and_hint() {
        let error = SetupError::new(Stage::Exec, Some(libc::EACCES));
        let json = serde_json::to_value(&error).unwrap();
        assert_eq!(json["stage"], "exec");
        assert_eq!(json["errno"], libc::EACCES);
        assert_eq!(json["message"], error.to_string());
        assert!(json["hint"].is_null());
    }
}
