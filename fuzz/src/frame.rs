//! The decoder of frames: `Comms` against a hostile peer.
//!
//! Holds for every input: each call returns; after [`Verdict::Broken`] every call says that the channel is closed; all descriptors that
//! came are closed in the end; no more memory is taken than a small multiple of what came.

use std::os::fd::OwnedFd;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use sandbox2_client::{Comms, Error};

use crate::measure;
use crate::peer::Peer;
use crate::script::Script;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// With a value.
    Value,
    /// The channel is closed.
    Closed,
    /// The peer does not keep to the format, so that the channel is closed.
    Broken,
    /// With another error.
    Other,
}

/// A victim: whoever receives.
pub trait Victim {
    /// The number of its methods.
    const METHODS: u8;

    /// Calls a method that receives.
    fn receive(&mut self, method: u8, size: usize) -> Verdict;

    /// Sends a message of its own.
    fn send(&mut self, bytes: &[u8]) -> Verdict;

    /// Says how large a message may be.
    fn set_most(&mut self, bytes: usize);

    /// Asks for credentials.
    fn expect_credentials(&mut self);
}

/// What is said of a text that is none.
pub const NOT_UTF_8: &str = "a text is not UTF-8";

/// The most memory that is taken for nothing: what is read ahead, and what a payload gets before it has come.
const FOR_NOTHING: usize = 4 << 20;

/// Runs one input.
pub fn run(bytes: &[u8]) {
    let new = |socket: OwnedFd| {
        let mut comms = Comms::new(socket);
        comms.set_timeout(Some(Duration::ZERO));
        Rust(comms)
    };
    measure::measured(|| play(bytes, new));
}

/// Plays a script; how much memory it may have taken.
///
/// # Panics
/// If something does not hold.
pub fn play<V: Victim>(bytes: &[u8], victim: impl FnOnce(OwnedFd) -> V) -> usize {
    let mut script = Script::new(bytes);
    let (mut peer, socket) = Peer::new();
    let mut victim = victim(socket.into());
    let mut broken = false;
    let mut room = Room::default();
    let mut judge = |verdict: Verdict| {
        assert!(!broken || verdict == Verdict::Closed, "a channel that was closed says {verdict:?}");
        broken |= matches!(verdict, Verdict::Closed | Verdict::Broken);
    };
    while let Some(step) = script.step() {
        match step {
            ..128 => peer.step(step % Peer::STEPS, &mut script),
            128..224 => judge(victim.receive(step % V::METHODS, usize::from(script.byte()))),
            224..232 => {
                // The end of the channel is noticed by receiving alone.
                let _ = victim.send(script.bytes());
            }
            232..240 => victim.set_most(script.word() as usize),
            240..248 => victim.expect_credentials(),
            _ => room.leave(step - 248),
        }
    }
    drop(room);
    for method in 0..V::METHODS {
        judge(victim.receive(method, 16));
    }
    peer.made + peer.sent * 4 + bytes.len() * 64 + FOR_NOTHING
}

/// What `Comms` does by itself.
#[derive(Debug)]
struct Rust(Comms);

impl Victim for Rust {
    const METHODS: u8 = 17;

    fn receive(&mut self, method: u8, size: usize) -> Verdict {
        let comms = &mut self.0;
        match method {
            0 => verdict(comms.receive()),
            1 => verdict(comms.receive_bool()),
            2 => verdict(comms.receive_i8()),
            3 => verdict(comms.receive_u8()),
            4 => verdict(comms.receive_i16()),
            5 => verdict(comms.receive_u16()),
            6 => verdict(comms.receive_i32()),
            7 => verdict(comms.receive_u32()),
            8 => verdict(comms.receive_i64()),
            9 => verdict(comms.receive_u64()),
            10 => verdict(comms.receive_text()),
            11 => verdict(comms.receive_bytes()),
            12 => verdict(comms.receive_bytes_into(&mut vec![0; size])),
            13 => verdict(comms.receive_descriptor()),
            14 => verdict(comms.receive_barrier()),
            15 => verdict(comms.receive_status()),
            _ => verdict(comms.receive_credentials()),
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Verdict {
        verdict(self.0.send(7, bytes, &[]))
    }

    fn set_most(&mut self, bytes: usize) {
        self.0.set_max_message(bytes);
    }

    fn expect_credentials(&mut self) {
        // It fails if the channel is closed.
        let _ = self.0.expect_credentials();
    }
}

fn verdict<T>(result: Result<T, Error>) -> Verdict {
    match result {
        Ok(_) => Verdict::Value,
        Err(Error::Closed) => Verdict::Closed,
        // That message was taken as a whole, and the channel is in step.
        Err(Error::Malformed(NOT_UTF_8)) => Verdict::Other,
        Err(Error::Malformed(_)) => Verdict::Broken,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            Verdict::Other
        }
    }
}

/// How many descriptors this process may have: as before, once this is dropped.
#[derive(Debug, Default)]
struct Room(Option<(u64, u64)>);

impl Room {
    /// Leaves room for that many more.
    fn leave(&mut self, more: u8) {
        let Ok(limits) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
        let before = *self.0.get_or_insert(limits);
        // The lowest number that is free: whatever was open before this run keeps its.
        let Ok(free) = std::fs::File::open("/dev/null") else { return };
        let most = std::os::fd::AsRawFd::as_raw_fd(&free).unsigned_abs() + u32::from(more);
        let _ = setrlimit(Resource::RLIMIT_NOFILE, u64::from(most), before.1);
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Some((soft, hard)) = self.0 {
            setrlimit(Resource::RLIMIT_NOFILE, soft, hard).expect("a soft limit can be as it was");
        }
    }
}
