//! Numbers, each with its width and its sign. Written out, since the header is made of what stands here.

use core::ffi::c_int;

use sandbox2_client as client;

use crate::comms::{Comms, receive, with};

/// Sends a signed number of 8 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send_i8(comms: *mut Comms, value: i8) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(comms, |comms| Ok(comms.send_i8(value)?)) }
}

/// Receives a signed number of 8 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_i8(comms: *mut Comms, value: *mut i8) -> c_int {
    // SAFETY: the caller's.
    unsafe { receive(comms, value, client::Comms::receive_i8) }
}

/// Sends an unsigned number of 8 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send_u8(comms: *mut Comms, value: u8) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(comms, |comms| Ok(comms.send_u8(value)?)) }
}

/// Receives an unsigned number of 8 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_u8(comms: *mut Comms, value: *mut u8) -> c_int {
    // SAFETY: the caller's.
    unsafe { receive(comms, value, client::Comms::receive_u8) }
}

/// Sends a signed number of 16 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send_i16(comms: *mut Comms, value: i16) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(comms, |comms| Ok(comms.send_i16(value)?)) }
}

/// Receives a signed number of 16 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_i16(comms: *mut Comms, value: *mut i16) -> c_int {
    // SAFETY: the caller's.
    unsafe { receive(comms, value, client::Comms::receive_i16) }
}

/// Sends an unsigned number of 16 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send_u16(comms: *mut Comms, value: u16) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(comms, |comms| Ok(comms.send_u16(value)?)) }
}

/// Receives an unsigned number of 16 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_u16(comms: *mut Comms, value: *mut u16) -> c_int {
    // SAFETY: the caller's.
    unsafe { receive(comms, value, client::Comms::receive_u16) }
}

/// Sends a signed number of 32 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send_i32(comms: *mut Comms, value: i32) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(comms, |comms| Ok(comms.send_i32(value)?)) }
}

/// Receives a signed number of 32 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_i32(comms: *mut Comms, value: *mut i32) -> c_int {
    // SAFETY: the caller's.
    unsafe { receive(comms, value, client::Comms::receive_i32) }
}

/// Sends an unsigned number of 32 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send_u32(comms: *mut Comms, value: u32) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(comms, |comms| Ok(comms.send_u32(value)?)) }
}

/// Receives an unsigned number of 32 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_u32(comms: *mut Comms, value: *mut u32) -> c_int {
    // SAFETY: the caller's.
    unsafe { receive(comms, value, client::Comms::receive_u32) }
}

/// Sends a signed number of 64 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send_i64(comms: *mut Comms, value: i64) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(comms, |comms| Ok(comms.send_i64(value)?)) }
}

/// Receives a signed number of 64 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_i64(comms: *mut Comms, value: *mut i64) -> c_int {
    // SAFETY: the caller's.
    unsafe { receive(comms, value, client::Comms::receive_i64) }
}

/// Sends an unsigned number of 64 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send_u64(comms: *mut Comms, value: u64) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(comms, |comms| Ok(comms.send_u64(value)?)) }
}

/// Receives an unsigned number of 64 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_u64(comms: *mut Comms, value: *mut u64) -> c_int {
    // SAFETY: the caller's.
    unsafe { receive(comms, value, client::Comms::receive_u64) }
}
