//! Numbers: little-endian, one type each.

use super::{Receiver, Sender, tag};
use crate::error::Result;

/// Numbers, little-endian.
macro_rules! numbers {
    ($($ty:ident $tag:ident $send:ident $receive:ident;)*) => {
        $(
            impl Sender {
                #[doc = concat!("Sends a number of type `", stringify!($ty), "`.")]
                ///
                /// # Errors
                /// As for [`send`](Self::send).
                pub fn $send(&mut self, value: $ty) -> Result<()> {
                    self.0.send_fixed(tag::$tag, value.to_le_bytes())
                }
            }

            impl Receiver {
                #[doc = concat!("Receives a number of type `", stringify!($ty), "`.")]
                ///
                /// # Errors
                /// As for [`receive_bool`](Self::receive_bool).
                pub fn $receive(&mut self) -> Result<$ty> {
                    self.fixed(tag::$tag).map($ty::from_le_bytes)
                }
            }

            both! { sender:
                #[doc = concat!("Sends a number of type `", stringify!($ty), "`.")]
                ///
                /// # Errors
                /// As for [`send`](Self::send).
                fn $send(&mut self, value: $ty) -> Result<()>;
            }

            both! { receiver:
                #[doc = concat!("Receives a number of type `", stringify!($ty), "`.")]
                ///
                /// # Errors
                /// As for [`receive_bool`](Self::receive_bool).
                fn $receive(&mut self) -> Result<$ty>;
            }
        )*
    };
}

numbers! {
    i8 I8 send_i8 receive_i8;
    u8 U8 send_u8 receive_u8;
    i16 I16 send_i16 receive_i16;
    u16 U16 send_u16 receive_u16;
    i32 I32 send_i32 receive_i32;
    u32 U32 send_u32 receive_u32;
    i64 I64 send_i64 receive_i64;
    u64 U64 send_u64 receive_u64;
}
