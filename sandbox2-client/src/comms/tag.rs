//! The tags of the messages of this crate. Those of [`Comms::send`](super::Comms::send) are the caller's own, below [`FIRST_RESERVED`].

/// From here on tags are this crate's.
pub const FIRST_RESERVED: u32 = 0x8000_0000;
/// A truth value: one byte, 0 or 1.
pub const BOOL: u32 = 0x8000_0001;
/// A number of 8 bits, signed.
pub const I8: u32 = 0x8000_0002;
/// A number of 8 bits.
pub const U8: u32 = 0x8000_0003;
/// A number of 16 bits, signed. Numbers are little-endian.
pub const I16: u32 = 0x8000_0004;
/// A number of 16 bits.
pub const U16: u32 = 0x8000_0005;
/// A number of 32 bits, signed.
pub const I32: u32 = 0x8000_0006;
/// A number of 32 bits.
pub const U32: u32 = 0x8000_0007;
/// A number of 64 bits, signed.
pub const I64: u32 = 0x8000_0008;
/// A number of 64 bits.
pub const U64: u32 = 0x8000_0009;
/// A text in UTF-8.
pub const TEXT: u32 = 0x8000_0100;
/// Bytes.
pub const BYTES: u32 = 0x8000_0101;
/// A message of protocol buffers.
pub const PROTO: u32 = 0x8000_0102;
/// Nothing: both sides have come to the same place.
pub const BARRIER: u32 = 0x8000_0103;
/// The outcome of something: a code of 32 bits and a text.
pub const STATUS: u32 = 0x8000_0104;
/// A value as serde and postcard write it.
pub const VALUE: u32 = 0x8000_0105;
/// A descriptor, and no byte.
pub const DESCRIPTOR: u32 = 0x8000_0201;
/// Nothing but who sends it, which the kernel says.
pub const CREDENTIALS: u32 = 0x8000_0202;
/// Asks for shared memory, whose descriptor comes along.
pub const UPGRADE: u32 = 0x8000_0203;
/// No to that.
pub const NO_UPGRADE: u32 = 0x8000_0204;
/// Yes to that: bytes go through the memory from now on.
pub const UPGRADED: u32 = 0x8000_0206;
/// By the socket, where there is shared memory: the descriptors of the next message in it, and its sender.
pub const ALONG: u32 = 0x8000_0207;

/// All of this crate's, by name.
const NAMES: [(u32, &str); 21] = [
    (BOOL, "bool"),
    (I8, "i8"),
    (U8, "u8"),
    (I16, "i16"),
    (U16, "u16"),
    (I32, "i32"),
    (U32, "u32"),
    (I64, "i64"),
    (U64, "u64"),
    (TEXT, "text"),
    (BYTES, "bytes"),
    (PROTO, "proto"),
    (BARRIER, "barrier"),
    (STATUS, "status"),
    (VALUE, "value"),
    (DESCRIPTOR, "descriptor"),
    (CREDENTIALS, "credentials"),
    (UPGRADE, "upgrade"),
    (NO_UPGRADE, "no upgrade"),
    (UPGRADED, "upgraded"),
    (ALONG, "along"),
];

/// What the messages with one of this crate's tags are called.
#[must_use]
pub fn name(tag: u32) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| *known == tag).map(|(_, name)| *name)
}
