//! `libsandbox2_client.a` and `libsandbox2_client.so`: what [`sandbox2_client_c`] has, under the names that C programs link with.

pub use sandbox2_client_c::*;
