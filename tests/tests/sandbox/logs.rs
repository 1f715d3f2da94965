//! What a sandboxee logs, on its way to the host's log.

use std::path::Path;
use std::sync::mpsc;

use sandbox2::client::logs::Level;
use sandbox2::{Executor, LogCounts, LogLimits, Sandbox2};
use sandbox2_tests::host;

sandbox2::policy! {
    /// What it takes to log, and a program around it: one call.
    static LOGGER;

    use dynamic_startup, rust_std;
    ALLOW sendmsg if fd == 3;
}

/// What the host hears of a sandboxee with these arguments: counts, and of each record level and line.
fn heard(args: &[&str]) -> Option<(LogCounts, Vec<(Level, String)>)> {
    if !host::can_launch() {
        return None;
    }
    let program = Path::new(env!("CARGO_BIN_EXE_logger"));
    let mut executor = Executor::new(program, [&["logger"], args].concat()).libraries(program);
    let (sender, lines) = mpsc::channel();
    let sink = move |record: &sandbox2::LogRecord<'_>| {
        let _ = sender.send((record.level, record.to_string()));
    };
    let server = executor.ipc_mut().forward_logs_to("logger", LogLimits::default(), sink).expect("there are threads");
    let outcome = Sandbox2::new(executor, &LOGGER).run();
    assert!(outcome.is_ok(), "{outcome:#}");
    Some((server.join(), lines.iter().collect()))
}

#[test]
fn records_of_log_and_events_of_tracing_arrive_marked_and_harmless() {
    let Some((counts, lines)) = heard(&[]) else { return };
    assert_eq!((counts.taken, counts.lost, counts.malformed), (3, 0, false));
    let [error, info, debug] = lines.try_into().expect("three records come");
    assert_eq!(error.0, Level::Error);
    assert!(error.1.starts_with(r"logger host::auth: let in\n\x1b[2Jroot (tests/src/bin/logger.rs:"), "{}", error.1);
    assert_eq!(info.0, Level::Info);
    assert!(info.1.starts_with("logger logger: three came count=3 ("), "{}", info.1);
    assert_eq!(debug.0, Level::Debug);
    assert!(debug.1.starts_with("logger logger: detail ("), "{}", debug.1);
}

#[test]
fn a_flood_costs_the_host_no_more_than_its_limits_and_the_sandboxee_goes_on() {
    let Some((counts, lines)) = heard(&["flood"]) else { return };
    assert!(!counts.malformed && counts.left_out + counts.lost > 0, "{counts:?}");
    // All but those that were lost after the last that went.
    assert!(counts.taken + counts.left_out + counts.lost <= 50_003, "{counts:?}");
    assert!(counts.taken >= 3 && lines.len() as u64 > counts.taken, "{counts:?}");
    assert!(lines.iter().any(|(_, line)| line.starts_with("logger: ")), "it is said");
}
