//! Records of a sandboxee on their way to the host's log.
//!
//! The first byte says which limits the host has; the rest is the stream, cut in pieces. Holds for every input: the frames that the
//! decoder reads are those that come out, as far as the limits let them; every line is harmless; what is no frame ends the stream.

use std::io::Write as _;
use std::os::unix::net::UnixStream;
use std::sync::mpsc;

use sandbox2::{LogLimits, LogServer};
use sandbox2_client::logs::Frame;

use crate::measure;
use crate::script::Script;

/// Runs one input.
///
/// # Panics
/// If something does not hold.
pub fn run(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let limits = limits(script.byte());
    let pieces = pieces(script);
    measure::measured(|| {
        serve(&pieces, limits);
        bytes.len() * 256 + (1 << 20)
    });
}

fn limits(which: u8) -> LogLimits {
    let mut limits = LogLimits::default();
    match which % 4 {
        // All that there is room for in an input.
        0 | 1 => (limits.records_per_second, limits.bytes_per_second) = (u32::MAX, u32::MAX),
        2 => limits.records_per_second = 1,
        _ => limits.bytes = 100,
    }
    limits
}

/// The stream: bytes as they are, or frames that are good but for one byte.
fn pieces(mut script: Script<'_>) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    while let Some(step) = script.step() {
        let piece = match step % 4 {
            0 => script.bytes().to_vec(),
            _ => {
                let (level, at, by) = (1 + script.byte() % 5, usize::from(script.byte()), script.byte());
                let (target, file, text) = (script.bytes(), script.bytes(), script.bytes());
                let mut frame = frame(level, target, file, text);
                if step % 4 == 3 {
                    let at = at % frame.len();
                    frame[at] ^= by;
                }
                frame
            }
        };
        pieces.push(piece);
    }
    pieces
}

fn frame(level: u8, target: &[u8], file: &[u8], text: &[u8]) -> Vec<u8> {
    let [target_length, file_length] = [target, file].map(|name| (name.len() as u16).to_le_bytes());
    let mut frame = vec![0, 0, 1, level, 0, 0];
    frame.extend([target_length, file_length, [0; 2]].concat());
    frame.extend([7, 0, 0, 0, 0, 0, 0, 0]);
    frame.extend([target, file, text].concat());
    let length = (frame.len() as u16).to_le_bytes();
    frame[..2].copy_from_slice(&length);
    frame
}

/// How many frames a stream has, and whether it ends in something that is none.
fn decoded(mut bytes: &[u8]) -> (u64, bool) {
    let mut count = 0;
    loop {
        match Frame::decode(bytes) {
            Ok(Some((frame, size))) => {
                assert_eq!(frame.target.len() + frame.file.len() + frame.message.len() + 20, size);
                assert!(size <= 4096);
                bytes = &bytes[size..];
                count += 1;
            }
            Ok(None) => {
                assert!(bytes.len() < 4096, "a frame is waited for that is larger than can be");
                return (count, false);
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                return (count, true);
            }
        }
    }
}

fn serve(pieces: &[Vec<u8>], limits: LogLimits) {
    let (host, mut sandboxee) = UnixStream::pair().expect("a pair can be had");
    let (sender, lines) = mpsc::channel();
    let server = LogServer::with_sink(host, "tool", limits, move |record| {
        let _ = sender.send((record.by_host, record.to_string()));
    });
    let server = server.expect("there can be a thread");
    for piece in pieces {
        // It fails once the server has had enough.
        if sandboxee.write_all(piece).is_err() {
            break;
        }
    }
    drop(sandboxee);
    let counts = server.join();
    let (frames, malformed) = decoded(&pieces.concat());
    assert_eq!((counts.taken + counts.left_out, counts.malformed), (frames, malformed), "{counts:?}");
    let lines: Vec<(bool, String)> = lines.iter().collect();
    assert_eq!(lines.iter().filter(|(by_host, _)| !by_host).count() as u64, counts.taken);
    for (_, line) in &lines {
        let harmless = |c: char| matches!(c, ' '..='~') || (!c.is_ascii() && c.is_alphanumeric());
        assert!(line.chars().all(harmless) && line.len() < 8192, "{line:?}");
    }
}
