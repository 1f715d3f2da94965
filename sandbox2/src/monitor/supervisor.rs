//! The thread that supervises everything that runs in the background.

use std::sync::{Arc, Mutex, PoisonError};

use super::hub::{Hub, Message, drive};
use super::member::Member;
use super::station::Station;
use crate::error::{SetupError, Stage};

/// Its station, and whose thread it is: a copy of the process has none.
static SUPERVISOR: Mutex<Option<(u32, Arc<Station>)>> = Mutex::new(None);

/// The station of this process' supervising thread, which is started if it has none yet.
///
/// # Errors
/// If it cannot be started.
pub(super) fn station() -> Result<Arc<Station>, SetupError> {
    let mut supervisor = SUPERVISOR.lock().unwrap_or_else(PoisonError::into_inner);
    match &*supervisor {
        Some((process, station)) if *process == std::process::id() && station.bell.is_open() => Ok(Arc::clone(station)),
        _ => {
            let station = Station::new()?;
            let hub = Box::new(Hub::new(Arc::clone(&station), false)?);
            let thread = std::thread::Builder::new().name("sandbox2".to_owned()).spawn(move || drive(hub));
            thread.map_err(|error| {
                SetupError::new(Stage::Plan, error.raw_os_error()).with_what("a thread to supervise the sandboxee")
            })?;
            *supervisor = Some((std::process::id(), Arc::clone(&station)));
            Ok(station)
        }
    }
}

/// Has it supervise another sandbox.
pub(super) fn add(station: &Station, member: Member) {
    station.bell.ring(Message::Join(Box::new(member)));
}
