use std::io::Write as _;
use std::sync::mpsc::{self, Receiver};

use sandbox2_client::logs::Forwarder;

use super::*;

/// What was handed on: level, whether it is the host's own, line.
type Line = (Level, bool, String);

/// A server that passes lines on, and the other side's socket.
fn server(limits: LogLimits) -> (LogServer, UnixStream, Receiver<Line>) {
    let (host, sandboxee) = UnixStream::pair().expect("a pair can be had");
    let (sender, lines) = mpsc::channel();
    let sink = move |record: &LogRecord<'_>| {
        let _ = sender.send((record.level, record.by_host, record.to_string()));
    };
    (LogServer::with_sink(host, "tool", limits, sink).unwrap(), sandboxee, lines)
}

fn frame(message: &[u8], target: &[u8]) -> Vec<u8> {
    let size = (20 + target.len() + message.len()) as u16;
    let mut bytes = size.to_le_bytes().to_vec();
    bytes.extend([1, 3, 0, 0, target.len() as u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(target);
    bytes.extend(message);
    bytes
}

fn is_harmless(line: &str) -> bool {
    line.chars().all(|c| matches!(c, ' '..='~') || (!c.is_ascii() && c.is_alphanumeric()))
}

#[test]
fn records_arrive_marked_with_level_target_place_and_text() {
    let (server, sandboxee, lines) = server(LogLimits::default());
    let forwarder = Forwarder::new(sandboxee);
    assert!(forwarder.send(Level::Error, "a::b", Some("src/a.rs"), Some(7), format_args!("Übung \"{}\"", 1)));
    let first = lines.recv().unwrap();
    server.set_pid(42);
    assert!(forwarder.send(Level::Trace, "a", None, None, format_args!("x")));
    drop(forwarder);
    assert_eq!(server.join(), LogCounts { taken: 2, ..LogCounts::default() });
    assert_eq!(first, (Level::Error, false, "tool a::b: Übung \"1\" (src/a.rs:7)".to_owned()));
    assert_eq!(lines.recv().unwrap(), (Level::Trace, false, "tool[42] a: x".to_owned()));
    assert!(lines.recv().is_err());
}

#[test]
fn nothing_that_steers_a_terminal_or_looks_like_another_line_comes_out() {
    let (server, mut sandboxee, lines) = server(LogLimits::default());
    let hostile: [&[u8]; 5] = [
        b"\x1b[2J\x07 \r\nhost ERROR: all is well\0",
        "\u{202e}txt.exe\u{200b}\u{feff}\u{2028}\u{85}\u{9b}31m".as_bytes(),
        b"\xff\xfe\xc0\xaf\xed\xa0\x80 \xe2\x82",
        &[0x1b; 3900],
        b"",
    ];
    for message in hostile {
        sandboxee.write_all(&frame(message, &message[..message.len().min(90)])).unwrap();
    }
    drop(sandboxee);
    assert_eq!(server.join().taken, 5);
    let lines: Vec<Line> = lines.iter().collect();
    assert_eq!(lines.len(), 5);
    for (_, by_host, line) in &lines {
        assert!(!by_host && is_harmless(line) && line.len() < 4500, "{line:?}");
    }
    assert!(lines[0].2.ends_with(r": \x1b[2J\x07 \r\nhost ERROR: all is well\x00"), "{}", lines[0].2);
    assert!(lines[3].2.ends_with("..."));
}

#[test]
fn a_stream_that_does_not_keep_to_the_format_is_closed_and_it_is_said() {
    let good = frame(b"good", b"t");
    let mut giant = good.clone();
    giant[..2].copy_from_slice(&u16::MAX.to_le_bytes());
    let mut grave = good.clone();
    grave[3] = 0;
    for bad in [giant, grave, vec![0; 100], b"GET / HTTP/1.1\r\n".to_vec()] {
        let (server, mut sandboxee, lines) = server(LogLimits::default());
        sandboxee.write_all(&[good.clone(), bad].concat()).unwrap();
        // It ends although the sandboxee's end is still open, which cannot send any more.
        let counts = server.join();
        assert_eq!((counts.taken, counts.malformed), (1, true));
        assert_eq!(sandboxee.write(&good).unwrap_err().kind(), ErrorKind::BrokenPipe);
        let lines: Vec<Line> = lines.iter().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[1].1 && lines[1].2.contains("does not keep to the format"), "{lines:?}");
    }
}

#[test]
fn half_a_record_at_the_end_is_left_out() {
    let good = frame(b"good", b"t");
    for end in 0..good.len() {
        let (server, mut sandboxee, lines) = server(LogLimits::default());
        sandboxee.write_all(&[&good[..], &good[..end]].concat()).unwrap();
        drop(sandboxee);
        assert_eq!(server.join(), LogCounts { taken: 1, ..LogCounts::default() });
        assert_eq!(lines.iter().count(), 1);
    }
}

#[test]
fn random_bytes_never_panic_or_come_out_raw() {
    // A generator of its own: the same bytes in every run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for round in 0..300 {
        let (server, mut sandboxee, lines) = server(LogLimits::default());
        for _ in 0..1 + random() % 20 {
            let message: Vec<u8> = (0..random() % 300).map(|_| random() as u8).collect();
            let mut bytes = frame(&message, &message[..message.len().min(20)]);
            // Most are frames; of some a byte is changed, or the end is missing.
            if random() % 8 == 0 {
                let at = random() as usize % bytes.len();
                bytes[at] = random() as u8;
            }
            if random() % 32 == 0 {
                bytes.truncate(random() as usize % bytes.len());
            }
            // It fails once the server has had enough.
            if sandboxee.write_all(&bytes).is_err() {
                break;
            }
        }
        drop(sandboxee);
        let counts = server.join();
        let lines: Vec<Line> = lines.iter().collect();
        assert_eq!(lines.iter().filter(|(_, by_host, _)| !by_host).count() as u64, counts.taken, "round {round}");
        assert!(lines.iter().all(|(_, _, line)| is_harmless(line)), "round {round}: {lines:?}");
    }
}

#[test]
fn of_a_flood_a_part_is_taken_and_the_rest_is_counted() {
    let limits = LogLimits { records_per_second: 10, ..LogLimits::default() };
    let (server, mut sandboxee, lines) = server(limits);
    let many = frame(b"flood", b"t").repeat(1000);
    for _ in 0..20 {
        sandboxee.write_all(&many).unwrap();
    }
    drop(sandboxee);
    let counts = server.join();
    assert_eq!(counts.taken + counts.left_out, 20_000);
    assert!(counts.taken >= 100 && counts.left_out > 0 && !counts.malformed, "{counts:?}");
    let lines: Vec<Line> = lines.iter().collect();
    let (of_host, taken): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(|(_, by_host, _)| *by_host);
    assert_eq!(taken.len() as u64, counts.taken);
    let told: u64 = of_host
        .iter()
        .map(|(level, _, line)| {
            assert_eq!(*level, Level::Warn);
            let count = line.strip_prefix("tool: ").and_then(|line| line.split(' ').next());
            count.and_then(|count| count.parse::<u64>().ok()).unwrap_or_else(|| panic!("{line}"))
        })
        .sum();
    assert_eq!(told, counts.left_out);
}

#[test]
fn no_more_bytes_are_taken_in_all_than_may_be() {
    let (server, mut sandboxee, lines) = server(LogLimits { bytes: 1000, ..LogLimits::default() });
    sandboxee.write_all(&frame(&[b'x'; 400], b"t").repeat(10)).unwrap();
    drop(sandboxee);
    let counts = server.join();
    assert_eq!((counts.taken, counts.left_out), (3, 7));
    assert_eq!(lines.iter().last().unwrap().2, "tool: 7 records were left out: its log is full");
}

#[test]
fn what_was_left_out_is_said_while_the_sandboxee_is_silent() {
    let limits = LogLimits { records_per_second: 1, ..LogLimits::default() };
    let (server, mut sandboxee, lines) = server(limits);
    sandboxee.write_all(&frame(b"flood", b"t").repeat(1000)).unwrap();
    // Its end stays open.
    let (_, _, line) = lines.iter().find(|(_, by_host, _)| *by_host).unwrap();
    assert!(line.contains("records were left out: they came too fast"), "{line}");
    drop(sandboxee);
    server.join();
}

#[test]
fn what_the_sandboxee_did_not_send_is_said() {
    let (server, mut sandboxee, lines) = server(LogLimits::default());
    let mut bytes = frame(b"after a pause", b"t");
    bytes[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
    sandboxee.write_all(&bytes.repeat(3)).unwrap();
    drop(sandboxee);
    assert_eq!(server.join().lost, 3 * u64::from(u32::MAX));
    let (_, by_host, line) = lines.recv().unwrap();
    assert!(by_host && line.contains("did not send 4294967295 records"), "{line}");
}

#[test]
fn it_can_be_stopped_while_the_sandboxee_goes_on() {
    let (server, mut sandboxee, lines) = server(LogLimits::default());
    sandboxee.write_all(&frame(b"x", b"t")).unwrap();
    assert_eq!(server.stop().taken, 1);
    assert_eq!(lines.iter().count(), 1);
    assert!(sandboxee.write(b"x").is_err());
}

#[test]
fn a_server_that_nobody_holds_goes_on_to_the_end() {
    let (server, sandboxee, lines) = server(LogLimits::default());
    drop(server);
    let forwarder = Forwarder::new(sandboxee);
    assert!(forwarder.send(Level::Info, "t", None, None, format_args!("still heard")));
    assert_eq!(lines.recv().unwrap().2, "tool t: still heard");
    drop(forwarder);
    assert!(lines.recv().is_err());
}

#[test]
fn a_sink_that_panics_ends_its_server_only() {
    let (host, mut sandboxee) = UnixStream::pair().unwrap();
    let sink = |_: &LogRecord<'_>| std::panic::resume_unwind(Box::new("of the sink"));
    let server = LogServer::with_sink(host, "tool", LogLimits::default(), sink).unwrap();
    sandboxee.write_all(&frame(b"x", b"t")).unwrap();
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| server.join())).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"of the sink"));
    assert_eq!(sandboxee.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
}
