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

    /// Calls a method that receives; the last ones also send: [`SENDING`] and those after it.
    fn receive(&mut self, method: u8, size: usize) -> Verdict;

    /// Sends a message of its own.
    fn send(&mut self, bytes: &[u8]) -> Verdict;

    /// Says how large a message may be.
    fn set_most(&mut self, bytes: usize);

    /// Asks for credentials.
    fn expect_credentials(&mut self);
}

/// Whether a channel goes on after that was said of a message: it was taken as a whole, and both sides are in step.
#[must_use]
pub fn goes_on(what: &str) -> bool {
    what.contains("a text is not UTF-8") || what.contains("shared memory")
}

/// The first method of a victim that also sends.
pub const SENDING: u8 = 17;

/// The most memory that is taken for nothing: what is read ahead, and what a payload gets before it has come.
const FOR_NOTHING: usize = 4 << 20;

/// Runs one input.
pub fn run(bytes: &[u8]) {
    measure::measured(|| play(bytes, Rust::new).may_take);
}

/// What came of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Played {
    /// How much memory it may have taken.
    pub may_take: usize,
    /// How many calls gave a value.
    pub values: usize,
    /// Whether it was noticed that the peer does not keep to the format.
    pub noticed: bool,
}

/// Plays a script.
///
/// # Panics
/// If something does not hold.
pub fn play<V: Victim>(bytes: &[u8], victim: impl FnOnce(OwnedFd, &mut Peer) -> V) -> Played {
    let mut script = Script::new(bytes);
    let (mut peer, socket) = Peer::new();
    let mut victim = victim(socket.into(), &mut peer);
    let mut broken = false;
    let mut room = Room::default();
    let (mut values, mut noticed) = (0, false);
    let mut judge = |verdict: Verdict, receives_only: bool| {
        values += usize::from(verdict == Verdict::Value);
        noticed |= verdict == Verdict::Broken;
        if broken && receives_only {
            assert_eq!(verdict, Verdict::Closed, "a channel was closed");
        }
        // What is needed for sending may be missing before it is noticed.
        assert!(!broken || verdict != Verdict::Value, "a channel that was closed gives a value");
        // To whoever is gone nothing can be sent, but what it has sent before may still be there.
        broken |= verdict == Verdict::Broken || (verdict == Verdict::Closed && receives_only);
    };
    while let Some(step) = script.step() {
        match step {
            ..128 => peer.step(step % Peer::STEPS, &mut script),
            128..224 => {
                let method = step % V::METHODS;
                let verdict = victim.receive(method, usize::from(script.byte()));
                judge(verdict, method < SENDING);
            }
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
        judge(victim.receive(method, 16), method < SENDING);
    }
    Played { may_take: peer.made + peer.sent * 4 + bytes.len() * 64 + FOR_NOTHING, values, noticed }
}

/// What `Comms` does by itself.
#[derive(Debug)]
pub struct Rust(Comms);

impl Rust {
    /// A victim that waits for nothing.
    #[must_use]
    pub fn new(socket: OwnedFd, _: &mut Peer) -> Rust {
        let mut comms = Comms::new(socket);
        comms.set_timeout(Some(Duration::ZERO));
        Rust(comms)
    }

    /// One that has shared memory with the peer already.
    ///
    /// # Panics
    /// If it does not take what the peer offers.
    #[must_use]
    pub fn sharing(socket: OwnedFd, peer: &mut Peer) -> Rust {
        let mut rust = Rust::new(socket, peer);
        peer.offer(&mut Script::new(&[]));
        rust.0.accept_shared_memory().expect("what is offered is as it should be");
        assert!(rust.0.is_shared());
        rust
    }
}

impl Victim for Rust {
    const METHODS: u8 = 20;

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
            16 => verdict(comms.receive_credentials()),
            17 => verdict(comms.accept_shared_memory()),
            18 => verdict(comms.refuse_shared_memory()),
            _ => verdict(comms.upgrade_to_shared_memory(Some(size << 8))),
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
        Err(Error::Malformed(what)) if goes_on(what) => Verdict::Other,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of an input that is checked in.
    fn played<V: Victim>(file: &str, victim: impl FnOnce(OwnedFd, &mut Peer) -> V) -> Played {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(file);
        let mut result = None;
        // Read while nothing else counts descriptors.
        measure::measured(|| {
            let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            result.insert(play(&bytes, victim)).may_take
        });
        result.expect("it was played")
    }

    fn values<V: Victim>(file: &str, victim: impl FnOnce(OwnedFd, &mut Peer) -> V) -> usize {
        let played = played(file, victim);
        assert!(!played.noticed, "{file}");
        played.values
    }

    /// Whoever changes the format without the peer fuzzes nothing.
    #[test]
    fn a_peer_that_keeps_to_the_format_is_understood() {
        assert_eq!(values("frame/every_number", Rust::new), 9);
        assert_eq!(values("frame/text_bytes_status", Rust::new), 5);
        assert_eq!(values("frame/descriptors", Rust::new), 3);
        assert_eq!(values("frame/memory_that_the_victim_makes", Rust::new), 2);
        assert_eq!(values("shared/messages", Rust::sharing), 3);
        assert_eq!(values("shared/along", Rust::sharing), 2);
        assert_eq!(values("shared/round_and_round", Rust::sharing), 40);
    }

    /// What no memory error and no value would show.
    #[test]
    fn a_peer_that_does_not_is_noticed() {
        for file in
            ["descriptors_missing", "descriptors_too_many", "descriptor_flood", "header_with_a_flag", "another_length"]
        {
            assert!(played(&format!("frame/{file}"), Rust::new).noticed, "{file}");
        }
        for file in ["more_than_there_is_room_for", "another_along"] {
            assert!(played(&format!("shared/{file}"), Rust::sharing).noticed, "{file}");
        }
        assert!(!played("shared/all_that_there_is_room_for", Rust::sharing).noticed);
    }
}
