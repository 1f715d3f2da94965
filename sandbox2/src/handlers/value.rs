//! Values in a sandboxee's memory, as bytes.

/// A value that can be copied out of a sandboxee's memory, and into it.
///
/// Whatever the bytes are, they must be one: nothing in them can be believed. Implemented for numbers and arrays of bytes; for a structure of
/// the kernel's, put it together from its fields. The bytes are in the machine's own order.
///
/// # Examples
/// ```
/// use sandbox2::Value;
///
/// /// `struct timespec` of a 64-bit system.
/// struct Timespec {
///     seconds: i64,
///     nanoseconds: i64,
/// }
///
/// impl Value for Timespec {
///     const SIZE: usize = 16;
///
///     fn from_bytes(bytes: &[u8]) -> Option<Timespec> {
///         let (seconds, nanoseconds) = bytes.split_at_checked(8)?;
///         Some(Timespec { seconds: i64::from_bytes(seconds)?, nanoseconds: i64::from_bytes(nanoseconds)? })
///     }
///
///     fn to_bytes(&self) -> Vec<u8> {
///         [self.seconds.to_bytes(), self.nanoseconds.to_bytes()].concat()
///     }
/// }
/// ```
pub trait Value: Sized {
    /// How many bytes it has.
    const SIZE: usize;

    /// The value of these bytes; `None` if there are not [`SIZE`](Self::SIZE) of them.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;

    /// Its bytes.
    fn to_bytes(&self) -> Vec<u8>;
}

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl Value for $number {
            const SIZE: usize = size_of::<$number>();

            fn from_bytes(bytes: &[u8]) -> Option<$number> {
                bytes.try_into().ok().map(<$number>::from_ne_bytes)
            }

            fn to_bytes(&self) -> Vec<u8> {
                self.to_ne_bytes().to_vec()
            }
        })*
    };
}
numbers!(u8, u16, u32, u64, i8, i16, i32, i64);

impl<const N: usize> Value for [u8; N] {
    const SIZE: usize = N;

    fn from_bytes(bytes: &[u8]) -> Option<[u8; N]> {
        bytes.try_into().ok()
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.to_vec()
    }
}
