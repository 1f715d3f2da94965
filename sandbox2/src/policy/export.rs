//! Policies in other tools' formats.

use sandbox2_policy::arch::Arch;
use sandbox2_policy::compare::substitute;
use sandbox2_policy::export::{ExportError, Exported, oci, systemd};
use sandbox2_policy::meaning::Meaning;

use super::Policy;

/// A policy could not be written in another format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportFailed {
    /// A slot has no value.
    #[error("the slot `{0}` has no value: give it one with `Policy::with_slot`")]
    UnboundSlot(String),
    /// The format would permit more than the policy does.
    #[error(transparent)]
    Format(#[from] ExportError),
}

impl Policy {
    /// The policy as a seccomp profile of a container, for that architecture: what runc, crun, Docker and Podman read.
    ///
    /// It never permits more than the policy, and is stricter only where `losses` says so. What is no rule about system calls
    /// (files, the network, limits) is no part of it. The same policy always gives the same bytes.
    ///
    /// ```
    /// use sandbox2::{Arch, Policy};
    ///
    /// let policy = Policy::parse("default ERRNO(EPERM); ALLOW read; ALLOW write if fd == 1; NOTIFY close;").unwrap();
    /// let exported = policy.to_oci(Arch::X86_64)?;
    /// assert!(exported.text.contains(r#""op": "SCMP_CMP_MASKED_EQ""#), "{}", exported.text);
    /// assert_eq!(exported.losses[0].to_string(), "close: NOTIFY becomes KILL: nobody would answer");
    /// # Ok::<(), sandbox2::ExportFailed>(())
    /// ```
    ///
    /// # Errors
    /// If a slot has no value, or the format could only permit more: the policy lets through what it does not name, and
    /// denies calls that have no names.
    pub fn to_oci(&self, arch: Arch) -> Result<Exported, ExportFailed> {
        Ok(oci::export(&self.exported(arch)?)?)
    }

    /// The policy as settings of a systemd unit, for that architecture. Nothing can be said of arguments there: a call that is
    /// permitted for some of them is denied for all.
    ///
    /// It never permits more than the policy, and is stricter only where `losses` says so. The same policy always gives the
    /// same bytes.
    ///
    /// ```
    /// use sandbox2::{Arch, Policy};
    ///
    /// let policy = Policy::parse("ALLOW read, execve; ALLOW write if fd == 1;").unwrap();
    /// let exported = policy.to_systemd(Arch::X86_64)?;
    /// assert!(exported.text.contains("SystemCallFilter=execve read\n"), "{}", exported.text);
    /// assert!(exported.losses.iter().any(|loss| loss.call.as_deref() == Some("write")));
    /// # Ok::<(), sandbox2::ExportFailed>(())
    /// ```
    ///
    /// # Errors
    /// As [`to_oci`](Self::to_oci), and if nothing is denied.
    pub fn to_systemd(&self, arch: Arch) -> Result<Exported, ExportFailed> {
        Ok(systemd::export(&self.exported(arch)?)?)
    }

    fn exported(&self, arch: Arch) -> Result<Meaning, ExportFailed> {
        if let Some(slot) = self.unbound_slot() {
            return Err(ExportFailed::UnboundSlot(slot.to_owned()));
        }
        Ok(substitute(&self.meaning_for(arch), &self.parts().symbols))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_exported_by_its_value() {
        let policy = Policy::parse("slot log_fd: i32; ALLOW write if fd == log_fd;").unwrap();
        let unbound = ExportFailed::UnboundSlot("log_fd".to_owned());
        assert_eq!(policy.to_oci(Arch::Aarch64).unwrap_err(), unbound);
        assert_eq!(policy.to_systemd(Arch::Aarch64).unwrap_err(), unbound);
        let bound = policy.with_slot("log_fd", -1).unwrap();
        assert!(bound.to_oci(Arch::Aarch64).unwrap().text.contains("\"valueTwo\": 4294967295"));
    }
}
