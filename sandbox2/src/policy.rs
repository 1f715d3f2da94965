//! A compiled policy: what `policy!` emits.

use std::fmt;

use sandbox2_policy::insn::Insn;
use sandbox2_policy::surroundings::{Mount, Network};

/// A policy that was checked, compiled and validated; made by [`policy!`](crate::policy).
#[derive(Clone)]
pub struct Policy {
    parts: PolicyParts,
}

/// What `policy!` fills in. Not public interface: it changes without notice.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct PolicyParts {
    /// The policy's name; `None` for the expression form.
    pub name: Option<&'static str>,
    /// The source file with the `policy!`.
    pub file: &'static str,
    /// What it means on the architecture it was compiled for: `sandbox2_policy::encoding`.
    pub meaning: &'static [u8],
    /// The values of the Rust constants in it.
    pub symbols: &'static [u64],
    /// Where its rules were written; an `OriginId` is an index into this.
    pub origins: &'static [Origin],
    /// Where the default was written; `None` for the implicit KILL.
    pub default_origin: Option<Origin>,
    /// The three programs by `Supervision`: standalone, supervised, traced.
    pub programs: [&'static [Insn]; 3],
    /// The sandboxee's files.
    pub mounts: &'static [Mount],
    /// Its host name.
    pub hostname: Option<&'static str>,
    /// Its network.
    pub network: Network,
}

/// A place in a policy's source.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The line in the file, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The rule, in the policy language.
    pub text: &'static str,
    /// The group it came from; `None` if the user wrote it.
    pub group: Option<&'static str>,
}

impl Policy {
    #[doc(hidden)]
    #[must_use]
    pub const fn from_parts(parts: PolicyParts) -> Policy {
        Policy { parts }
    }

    pub(crate) const fn parts(&self) -> &PolicyParts {
        &self.parts
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("name", &self.parts.name).finish_non_exhaustive()
    }
}
