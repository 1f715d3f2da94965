//! What `policy!` makes of a Rust constant: its type must be as wide as the kernel reads, its value must fit.

/// Types of 32 bits or fewer: for arguments of which the kernel reads 32 bits.
#[diagnostic::on_unimplemented(
    message = "the kernel reads 32 bits of this argument, and `{Self}` is no integer of 32 bits",
    label = "not a 32-bit integer",
    note = "whoever sets the upper half would slip past a wider comparison: give the constant the type `u32` or `i32`"
)]
pub trait Bits32: Copy {}

/// Types of 64 bits: for arguments of which the kernel reads all 64.
#[diagnostic::on_unimplemented(
    message = "the kernel reads all 64 bits of this argument, and `{Self}` is no integer of 64 bits",
    label = "not a 64-bit integer",
    note = "a narrower constant would leave the upper half to chance: give it the type `u64`, `i64` or `usize`"
)]
pub trait Bits64: Copy {}

macro_rules! bits {
    ($($width:ident: $($integer:ident)*;)*) => {
        $($(
            #[diagnostic::do_not_recommend]
            impl $width for $integer {}
        )*)*
    };
}

bits! {
    Bits32: i8 u8 i16 u16 i32 u32;
    Bits64: i64 u64 isize usize;
}

/// Accepts a constant for an argument of which the kernel reads 32 bits.
#[must_use]
pub const fn width32<T: Bits32>(value: T) -> T {
    value
}

/// Accepts a constant for an argument of which the kernel reads 64 bits.
#[must_use]
pub const fn width64<T: Bits64>(value: T) -> T {
    value
}

/// The register for a constant that is compared with an unsigned argument of 32 bits.
#[must_use]
#[track_caller]
pub const fn unsigned32(value: i128) -> u64 {
    assert!(value >= 0, "the argument is unsigned: it is never negative");
    assert!(value <= u32::MAX as i128, "the constant does not fit into the argument's 32 bits");
    value as u64
}

/// The register for a constant that is compared with a signed argument of 32 bits.
#[must_use]
#[track_caller]
pub const fn signed32(value: i128) -> u64 {
    assert!(
        value >= i32::MIN as i128 && value <= i32::MAX as i128,
        "the constant does not fit into the argument, which is a signed number of 32 bits"
    );
    value as u64
}

/// The register for a constant that is compared with an unsigned argument of 64 bits.
#[must_use]
#[track_caller]
pub const fn unsigned64(value: i128) -> u64 {
    assert!(value >= 0, "the argument is unsigned: it is never negative");
    assert!(value <= u64::MAX as i128, "the constant does not fit into the argument's 64 bits");
    value as u64
}

/// The register for a constant that is compared with a signed argument of 64 bits.
#[must_use]
#[track_caller]
pub const fn signed64(value: i128) -> u64 {
    assert!(
        value >= i64::MIN as i128 && value <= i64::MAX as i128,
        "the constant does not fit into the argument, which is a signed number of 64 bits"
    );
    value as u64
}
