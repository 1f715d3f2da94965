//! What a host's `tracing` is told of its sandboxes. One test: where a process' events go is said once.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use sandbox2::{Executor, Handlers, Sandbox2};
use sandbox2_tests::sandboxees;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

sandbox2::policy! {
    static ASKING;

    danger { default ALLOW; }
    use map_exec;
    NOTIFY getpriority;
    KILL umask;
}

/// Each line: the span's program, the event's message, and its fields.
static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

thread_local! {
    static ENTERED: std::cell::RefCell<Vec<u64>> = const { std::cell::RefCell::new(Vec::new()) };
}

struct Host {
    spans: Mutex<HashMap<u64, String>>,
    next: AtomicU64,
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // How long something took is different each time.
        if field.name().ends_with("_us") || field.name().ends_with("_bytes") || field.name() == "pid" {
            self.0 += &format!(" {}", field.name());
        } else {
            self.0 += &format!(" {}={value:?}", field.name());
        }
    }
}

impl Subscriber for Host {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sandbox2"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields(format!("{}:", span.metadata().name()));
        span.record(&mut fields);
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.spans.lock().expect("no panic").insert(id, fields.0);
        Id::from_u64(id)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let span = ENTERED.with_borrow(|entered| entered.last().copied()).unwrap_or(0);
        let span = self.spans.lock().expect("no panic").get(&span).cloned().unwrap_or_default();
        let mut fields = Fields(format!("[{span}] {}", event.metadata().level()));
        event.record(&mut fields);
        HEARD.lock().expect("no panic").push(fields.0);
    }

    fn enter(&self, span: &Id) {
        ENTERED.with_borrow_mut(|entered| entered.push(span.into_u64()));
    }

    fn exit(&self, _: &Id) {
        ENTERED.with_borrow_mut(Vec::pop);
    }
}

#[test]
fn a_span_for_each_sandbox_has_what_happens_in_it() {
    if !sandbox2_tests::host::can_launch() {
        return;
    }
    let Some(program) = sandboxees::linked_statically("call") else { return };
    tracing::subscriber::set_global_default(Host { spans: Mutex::default(), next: AtomicU64::new(1) })
        .expect("the first");
    let run = |calls: &[libc::c_long]| {
        let calls = calls.iter().map(|nr| format!("{nr},0"));
        let executor = Executor::new(&program, std::iter::once("call".to_owned()).chain(calls));
        let handlers = Handlers::new().on("getpriority", |_| panic!("\x1b[1m"));
        let sandbox = Sandbox2::new(executor.stdout(sandbox2::Stdio::null()), &ASKING).handlers(handlers);
        let outcome = sandbox.run();
        (std::mem::take(&mut *HEARD.lock().expect("no panic")), outcome)
    };
    let (heard, outcome) = run(&[libc::SYS_getpriority]);
    let span = format!("[sandbox: program={:?} policy=\"ASKING\"]", program.display().to_string());
    let expected = [
        format!("{span} DEBUG message=launched pid planned_us cloned_us set_up_us executed_us"),
        format!("{span} WARN message=failed of=\"getpriority\" what=\"it panicked: \\\\x1b[1m\""),
        format!("{span} INFO message=finished status=\"{outcome}\" user_us system_us wall_us max_rss_bytes notified=1"),
    ];
    assert_eq!(heard, expected);

    let (heard, outcome) = run(&[libc::SYS_umask]);
    let violation = outcome.violation().expect("umask is one").to_string();
    assert_eq!(heard[1], format!("{span} WARN message=violation violation={violation}"));
    assert!(heard[2].contains("status=\"SYSCALL VIOLATION"), "{}", heard[2]);

    let outcome = Sandbox2::new(Executor::new("/no/such/program", [""; 0]), &ASKING).run();
    let heard = std::mem::take(&mut *HEARD.lock().expect("no panic"));
    assert!(heard.len() == 1 && heard[0].contains("SETUP_ERROR"), "{heard:?} {outcome}");
}
