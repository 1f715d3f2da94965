//! Mistakes in assertions about a policy are found like mistakes in the policy.

use sandbox2::{assert_allows, assert_denies, policy};

policy! {
    static POLICY;

    ALLOW read;
}

fn main() {
    assert_allows!(POLICY, opnat(AT_FDCWD, _, O_RDONLY)); //~ rustc
    assert_allows!(POLICY, openat(AT_FDCWD, _, O_RDONLY, _, 7)); //~ rustc
    assert_allows!(POLICY, openat(flag: O_RDONLY)); //~ rustc
    assert_allows!(POLICY, write(0x1_0000_0000)); //~ rustc
    assert_allows!(POLICY, read(_, "path", _)); //~ rustc
    assert_allows!(POLICY, read(_, _, _), ERRNO(EPERM)); //~ rustc
    assert_denies!(POLICY, read(_, _, _), ERNO(EPERM)); //~ rustc
    assert_denies!(POLICY, read(_, _, _), on x86); //~ rustc
    assert_denies!(POLICY, read); //~ rustc
    assert_denies!(POLICY); //~ rustc
}
