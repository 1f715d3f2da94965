//! What the expansion of `policy!` refers to. Not public interface: it changes without notice.

use std::borrow::Cow;

pub use crate::policy::{Patch, PolicyParts, SlotPart};
pub use crate::report::assertion;
#[path = "symbol.rs"]
pub mod symbol;
pub use libc;
pub use sandbox2_macros::{assert_impl, policy_compose, policy_impl};
pub use sandbox2_policy::arch::Arch;
pub use sandbox2_policy::hover;
pub use sandbox2_policy::insn::Insn;
pub use sandbox2_policy::surroundings::{Mount, MountKind, Network};

/// Instructions from words: code, jt, jf and k from high to low.
#[must_use]
pub const fn insns<const N: usize>(words: [u64; N]) -> [Insn; N] {
    let mut insns = [Insn::stmt(0, 0); N];
    let mut index = 0;
    while index < N {
        let word = words[index];
        insns[index] =
            Insn { code: (word >> 48) as u16, jt: (word >> 40) as u8, jf: (word >> 32) as u8, k: word as u32 };
        index += 1;
    }
    insns
}

/// A list that needs no allocation.
#[must_use]
pub const fn list<T: Clone>(list: &'static [T]) -> Cow<'static, [T]> {
    Cow::Borrowed(list)
}

/// Three lists that need no allocation.
#[must_use]
pub const fn lists<T: Clone>(lists: [&'static [T]; 3]) -> [Cow<'static, [T]>; 3] {
    [Cow::Borrowed(lists[0]), Cow::Borrowed(lists[1]), Cow::Borrowed(lists[2])]
}

/// A text that needs no allocation.
#[must_use]
pub const fn text(text: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(text)
}

/// Asserts that the kernel's constant is the C library's: as a number, or as 32 bits where the library's type is signed.
#[track_caller]
pub const fn agrees(_name: &'static str, kernel: i64, library: i64) {
    assert!(
        kernel == library || kernel == library & 0xffff_ffff,
        "sandbox2's table and the target's C library disagree about a constant that the policy names"
    );
}
