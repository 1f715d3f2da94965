//! Policies of other tools.

use sandbox2_policy::arch::Arch;
use sandbox2_policy::import::{
    ImportError, Imported, Kafel, Minijail, Note, Oci, Place, bpf, firecracker, kafel, minijail, oci, systemd,
};
use sandbox2_policy::insn::Insn;
use sandbox2_policy::pipeline;
use sandbox2_policy::print::print;
use sandbox2_policy::problem::Problems;

use super::Policy;
use super::text::policy;

/// A policy that was read from another tool's, and what there is to know about it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ImportedPolicy {
    /// The policy: checked, compiled and validated like one of ours.
    pub policy: Policy,
    /// What became stricter than in the source, and what in it is dangerous.
    pub notes: Vec<Note>,
    /// The policy in our own language: the body of a `policy!`, or a `*.policy` file.
    pub text: String,
}

/// A policy of another tool could not be had here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportFailed {
    /// It is not of the format, or says what could permit more here than there.
    #[error(transparent)]
    Source(#[from] ImportError),
    /// What was read cannot be compiled, say because the program would be too long.
    #[error("{place}: {message}")]
    Policy {
        /// Where in the source.
        place: Place,
        /// What is wrong with it.
        message: String,
    },
    /// sandbox2 has no tables for the architecture of this process, or the source is for another one.
    #[error("the policy is not for the architecture of this process")]
    Architecture,
}

impl Policy {
    /// Reads a policy of kafel (as of `nsjail --seccomp_policy`).
    ///
    /// ```
    /// use sandbox2::import::Kafel;
    ///
    /// let text = "POLICY io { ALLOW { read, write { fd == 1 || fd == 2 } } } USE io DEFAULT ERRNO(1)";
    /// let imported = sandbox2::Policy::import_kafel(text, &Kafel::default())?;
    /// let ours = sandbox2::Policy::parse("ALLOW read; ALLOW write if fd in [1, 2]; default ERRNO(EPERM);").unwrap();
    /// assert_eq!(imported.policy.diff(&ours).unwrap(), []);
    /// # Ok::<(), sandbox2::ImportFailed>(())
    /// ```
    ///
    /// # Errors
    /// What is not of kafel's language, and what could permit more here than there.
    pub fn import_kafel(text: &str, options: &Kafel<'_>) -> Result<ImportedPolicy, ImportFailed> {
        build("kafel", kafel::import(text, options)?)
    }

    /// Reads a policy of minijail (`minijail0 -S`).
    ///
    /// ```
    /// use sandbox2::import::{Minijail, MinijailTool};
    ///
    /// let text = "read: 1\nmprotect: arg2 in ~PROT_EXEC\nclose: arg0 > 2; return EBADF\n";
    /// let options = Minijail { tool: Some(MinijailTool::Library), ..Minijail::default() };
    /// let imported = sandbox2::Policy::import_minijail(text, &options)?;
    /// let ours = "ALLOW read; ALLOW mprotect if prot & PROT_EXEC == 0; close { fd > 2 => ALLOW, _ => ERRNO(EBADF) }";
    /// assert_eq!(imported.policy.diff(&sandbox2::Policy::parse(ours).unwrap()).unwrap(), []);
    /// # Ok::<(), sandbox2::ImportFailed>(())
    /// ```
    ///
    /// # Errors
    /// What is not of the format, what minijail's two readers read differently (without the option `tool`), and what could
    /// permit more here than there.
    pub fn import_minijail(text: &str, options: &Minijail<'_>) -> Result<ImportedPolicy, ImportFailed> {
        build("minijail", minijail::import(text, options)?)
    }

    /// Reads the filter of one kind of thread from a file of Firecracker's, for the architecture of this process.
    ///
    /// ```
    /// let text = r#"{"vmm": {"default_action": "trap", "filter_action": "allow", "filter": [
    ///     {"syscall": "read"},
    ///     {"syscall": "write", "args": [{"index": 0, "type": "dword", "op": "eq", "val": 1, "comment": "stdout"}]}]}}"#;
    /// let imported = sandbox2::Policy::import_firecracker(text, "vmm")?;
    /// let ours = sandbox2::Policy::parse("default TRAP(0); ALLOW read; ALLOW write if fd == 1;").unwrap();
    /// assert_eq!(imported.policy.diff(&ours).unwrap(), []);
    /// # Ok::<(), sandbox2::ImportFailed>(())
    /// ```
    ///
    /// # Errors
    /// What is not of the format, and what could permit more here than there.
    pub fn import_firecracker(text: &str, thread: &str) -> Result<ImportedPolicy, ImportFailed> {
        let arch = Arch::native().ok_or(ImportFailed::Architecture)?;
        build("firecracker", firecracker::import(text, thread, arch)?)
    }

    /// Reads a seccomp profile of a container: `linux.seccomp` of the OCI runtime specification, or a profile of Docker's or
    /// Podman's with conditional sections, for the container that `options` describes.
    ///
    /// ```
    /// use sandbox2::import::Oci;
    ///
    /// let text = r#"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
    ///     {"names": ["read"], "action": "SCMP_ACT_ALLOW"},
    ///     {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
    ///     {"names": ["write"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}]}"#;
    /// let imported = sandbox2::Policy::import_oci(text, &Oci::default())?;
    /// assert_eq!(imported.text, "default ERRNO(EPERM);\nALLOW read;\nALLOW write if fd == 1;\n");
    /// # Ok::<(), sandbox2::ImportFailed>(())
    /// ```
    ///
    /// # Errors
    /// What is not of the format, and what could permit more here than there.
    pub fn import_oci(text: &str, options: &Oci) -> Result<ImportedPolicy, ImportFailed> {
        build("oci", oci::import(text, options)?)
    }

    /// Reads `SystemCallFilter=` of systemd, with what belongs to it: a unit file, or the bare value.
    ///
    /// ```
    /// let imported = sandbox2::Policy::import_systemd("SystemCallFilter=@system-service\nSystemCallFilter=~@resources")?;
    /// assert!(imported.text.contains("ALLOW"));
    /// # Ok::<(), sandbox2::ImportFailed>(())
    /// ```
    ///
    /// # Errors
    /// What is not of the format, and what could permit more here than there: other settings that filter calls among them.
    pub fn import_systemd(text: &str) -> Result<ImportedPolicy, ImportFailed> {
        build("systemd", systemd::import(text)?)
    }

    /// Reads a filter of the `seccompiler` crate, for the architecture of this process.
    ///
    /// Its rules are private, so that its program is read back: by following every path, exactly. What is imported is thus
    /// what the kernel would have been given.
    ///
    /// ```
    /// use seccompiler::{SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule};
    ///
    /// let stdout = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, 1)?;
    /// let rules = [(libc::SYS_read, vec![]), (libc::SYS_write, vec![SeccompRule::new(vec![stdout])?])];
    /// let arch = std::env::consts::ARCH.try_into()?;
    /// let filter = SeccompFilter::new(rules.into(), SeccompAction::KillProcess, SeccompAction::Allow, arch)?;
    ///
    /// let imported = sandbox2::Policy::from_seccompiler(&filter)?;
    /// let ours = sandbox2::Policy::parse("ALLOW read; ALLOW write if fd == 1;")?;
    /// assert!(imported.policy.is_subset_of(&ours).is_ok() && ours.is_subset_of(&imported.policy).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the filter cannot be compiled, is for another architecture, lets through what it does not name, or decides about
    /// calls without a name in more than one way.
    pub fn from_seccompiler(filter: &seccompiler::SeccompFilter) -> Result<ImportedPolicy, ImportFailed> {
        let program = seccompiler::BpfProgram::try_from(filter.clone())
            .map_err(|error| ImportFailed::Policy { place: Place::Whole, message: error.to_string() })?;
        Policy::from_seccompiler_program(&program)
    }

    /// As [`from_seccompiler`](Self::from_seccompiler), of a compiled program.
    ///
    /// # Errors
    /// As there, and if it has an instruction that no rule can say.
    pub fn from_seccompiler_program(program: seccompiler::BpfProgramRef<'_>) -> Result<ImportedPolicy, ImportFailed> {
        let arch = Arch::native().ok_or(ImportFailed::Architecture)?;
        // The program begins by comparing the architecture: of another one everything would be denied.
        let of = |arch: &Arch| program.iter().any(|insn| insn.code == 0x15 && insn.k == arch.audit());
        if !of(&arch) && Arch::ALL.iter().any(of) {
            return Err(ImportFailed::Architecture);
        }
        let insn = |insn: &seccompiler::sock_filter| Insn { code: insn.code, jt: insn.jt, jf: insn.jf, k: insn.k };
        let insns: Vec<Insn> = program.iter().map(insn).collect();
        build("seccompiler", bpf::import(&insns, arch)?)
    }
}

fn build(file: &str, imported: Imported) -> Result<ImportedPolicy, ImportFailed> {
    let arch = Arch::native().ok_or(ImportFailed::Architecture)?;
    let mut problems = Problems::default();
    let Ok(built) = pipeline::build(&imported.def, &mut problems) else {
        let first = problems.into_vec().into_iter().next();
        let (place, message) = first.map_or((Place::Whole, "it cannot be compiled".to_owned()), |problem| {
            let hint = problem.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
            (imported.place(problem.node), problem.message + &hint)
        });
        return Err(ImportFailed::Policy { place, message });
    };
    let place = |node| match imported.place(node) {
        Place::Text { line, column, .. } => (usize::try_from(line).unwrap_or(0), usize::try_from(column).unwrap_or(0)),
        _ => (0, 0),
    };
    let policy = policy(file, None, &built, arch, &place);
    let text = print(&imported.def);
    Ok(ImportedPolicy { policy, notes: imported.notes, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_told_by_its_place_in_the_source() {
        let imported = Policy::import_kafel("ALLOW {\n  read }", &Kafel::default()).unwrap();
        let origin = &imported.policy.origins()[0];
        assert_eq!((origin.line, origin.column, origin.text.as_str()), (2, 3, "ALLOW read;"));
    }

    #[test]
    fn a_policy_that_is_too_long_is_an_error() {
        let values: Vec<String> = (0..3000).map(|n| format!("count == {}", n * 0x1_0000_0003_u64)).collect();
        let text = format!("ALLOW {{ read {{ {} }} }}", values.join(" || "));
        let failed = Policy::import_kafel(&text, &Kafel::default()).unwrap_err();
        assert!(matches!(&failed, ImportFailed::Policy { message, .. } if message.contains("too long")), "{failed}");
    }

    #[test]
    fn a_filter_for_another_architecture_is_refused() {
        use seccompiler::{SeccompAction, SeccompFilter, TargetArch};
        let other = if cfg!(target_arch = "riscv64") { TargetArch::aarch64 } else { TargetArch::riscv64 };
        let filter =
            SeccompFilter::new([(0, vec![])].into(), SeccompAction::Trap, SeccompAction::Allow, other).unwrap();
        assert_eq!(Policy::from_seccompiler(&filter).unwrap_err(), ImportFailed::Architecture);
    }
}
