//! What a sandboxee logs, in the host's `log` and `tracing`. One test: where records of a process go is said once.

use std::fmt::Debug;
use std::os::unix::net::UnixStream;
use std::sync::Mutex;

use sandbox2::client::logs::{Forwarder, Level};
use sandbox2::{LOG_TARGET, LogServer};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn hear(line: String) {
    HEARD.lock().expect("nobody panics with it").push(line);
}

struct Host;

impl log::Log for Host {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        hear(format!("log {} {}: {}", record.level(), record.target(), record.args()));
    }

    fn flush(&self) {}
}

impl Subscriber for Host {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn event(&self, event: &Event<'_>) {
        struct Fields(String);
        impl Visit for Fields {
            fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
                self.0 += &format!(" {}={value:?}", field.name());
            }
        }
        let mut fields = Fields(format!("tracing {} {}:", event.metadata().level(), event.metadata().target()));
        event.record(&mut fields);
        hear(fields.0);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn records_of_sandboxees_are_the_hosts_under_a_target_of_their_own() {
    log::set_logger(&Host).expect("there is no other");
    log::set_max_level(log::LevelFilter::Trace);
    tracing::subscriber::set_global_default(Host).expect("there is no other");
    let (host, sandboxee) = UnixStream::pair().expect("a pair can be had");
    let server = LogServer::new(host, "tool").expect("there are threads");
    server.set_pid(42);
    let forwarder = Forwarder::new(sandboxee);
    for level in [Level::Error, Level::Warn, Level::Info, Level::Debug, Level::Trace] {
        assert!(forwarder.send(level, "host::auth", Some("a.rs"), Some(7), format_args!("a\n{level:?}")));
    }
    drop(forwarder);
    assert_eq!(server.join().taken, 5);
    let heard = HEARD.lock().expect("nobody panics with it").clone();
    assert_eq!(LOG_TARGET, "sandboxee");
    let expected: Vec<String> = ["Error", "Warn", "Info", "Debug", "Trace"]
        .iter()
        .flat_map(|level| {
            let upper = level.to_uppercase();
            [
                format!(r"log {upper} sandboxee: tool[42] host::auth: a\n{level} (a.rs:7)"),
                format!(
                    r#"tracing {upper} sandboxee: message=a\n{level} sandboxee="tool" pid=42 origin="host::auth" source="a.rs" line=7"#
                ),
            ]
        })
        .collect();
    assert_eq!(heard, expected);
}
