//! Records of `log` and events of `tracing` on their way to the host. One test: where records of a process go is said once.

use std::io::Read as _;
use std::os::unix::net::UnixStream;

use sandbox2_client::logs::{self, Frame, Level};

#[test]
fn records_of_log_and_events_of_tracing_go_with_level_target_place_and_text() {
    let (ours, mut host) = UnixStream::pair().unwrap();
    let shut = ours.try_clone().unwrap();
    logs::forward_up_to(ours, Level::Debug).unwrap();
    assert!(logs::forward(UnixStream::pair().unwrap().0).unwrap_err().to_string().contains("elsewhere already"));

    log::error!(target: "a::b", "it {} failed", 7);
    log::trace!("nobody wants this");
    tracing::warn!(name = "n", count = 3, "three {}", "came");
    tracing::debug!(message = "as a field", flag = true);
    let span = tracing::error_span!("a span");
    span.in_scope(|| tracing::info!(target: "c", text = "a\"b"));
    tracing::trace!("nor this");

    shut.shutdown(std::net::Shutdown::Both).unwrap();
    let mut bytes = Vec::new();
    host.read_to_end(&mut bytes).unwrap();
    let (mut rest, mut found) = (&bytes[..], Vec::new());
    while let Some((frame, size)) = Frame::decode(rest).unwrap() {
        assert_eq!((frame.file, frame.cut, frame.lost), (file!().as_bytes(), false, 0));
        assert!(frame.line.is_some_and(|line| line < line!()));
        found.push((frame.level, frame.target, str::from_utf8(frame.message).unwrap()));
        rest = &rest[size..];
    }
    let expected: [(Level, &[u8], &str); 4] = [
        (Level::Error, b"a::b", "it 7 failed"),
        (Level::Warn, b"forward", "three came name=\"n\" count=3"),
        (Level::Debug, b"forward", "as a field flag=true"),
        (Level::Info, b"c", "text=\"a\\\"b\""),
    ];
    assert_eq!(found, expected);
}
