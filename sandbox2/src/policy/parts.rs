//! What a policy is made of.

use std::borrow::Cow;

use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::Insn;
use sandbox2_policy::surroundings::{Mount, Network};

/// What `policy!` fills in. Not public interface: it changes without notice.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct PolicyParts {
    /// The policy's name; `None` for the expression form.
    pub name: Option<Cow<'static, str>>,
    /// The source file with the policy.
    pub file: Cow<'static, str>,
    /// The line in it on which the policy begins.
    pub line: u32,
    /// The architecture of the programs.
    pub arch: Arch,
    /// What it means on each architecture: `sandbox2_policy::encoding`.
    pub meanings: [Cow<'static, [u8]>; 3],
    /// The values of the Rust constants and slots in it; 0 for a slot without a value.
    pub symbols: Cow<'static, [u64]>,
    /// The values of its Rust expressions, for policies that import it.
    pub exprs: &'static [i128],
    /// What is known only at launch.
    pub slots: Cow<'static, [SlotPart]>,
    /// Where its rules were written, an `OriginId` being an index into it: `sandbox2_policy::encoding`.
    pub origins: Cow<'static, [u8]>,
    /// Which of them is the default's; `None` for the implicit KILL.
    pub default_origin: Option<u16>,
    /// The three programs by `Supervision`: standalone, supervised, traced.
    pub programs: [Cow<'static, [Insn]>; 3],
    /// Where the values of slots stand in them.
    pub patches: [Cow<'static, [Patch]>; 3],
    /// The sandboxee's files.
    pub mounts: Cow<'static, [Mount]>,
    /// Its host name.
    pub hostname: Option<Cow<'static, str>>,
    /// Its network.
    pub network: Network,
}

/// A value that is known only at launch.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct SlotPart {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Whether it has 64 bits, or else 32.
    pub wide: bool,
    /// Whether it is a signed number.
    pub signed: bool,
    /// Its place among the policy's symbols.
    pub symbol: u16,
    /// Whether it has a value.
    pub bound: bool,
}

/// An instruction whose operand is half of a slot's value.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Which instruction.
    pub at: u16,
    /// Which symbol.
    pub symbol: u16,
    /// The upper half, or else the lower.
    pub high: bool,
    /// Bits to flip.
    pub xor: u32,
}
