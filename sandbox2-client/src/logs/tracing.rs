//! Events of the crate `tracing`.

use core::fmt;

use tracing_core::dispatcher::{self, Dispatch};
use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Event, LevelFilter, Metadata, Subscriber};

use super::{Forwarder, Level, Taken};

/// Lets the process's events go to the forwarder.
pub(super) fn take(forwarder: &'static Forwarder, most: Level) -> Result<(), Taken> {
    let most = match most {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
        Level::Trace => LevelFilter::TRACE,
    };
    dispatcher::set_global_default(Dispatch::new(Events { forwarder, most })).map_err(|_| Taken("of tracing"))
}

/// Sends events; there are no spans.
struct Events {
    forwarder: &'static Forwarder,
    most: LevelFilter,
}

impl Subscriber for Events {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= self.most
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.most)
    }

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let level = match *metadata.level() {
            tracing_core::Level::ERROR => Level::Error,
            tracing_core::Level::WARN => Level::Warn,
            tracing_core::Level::INFO => Level::Info,
            tracing_core::Level::DEBUG => Level::Debug,
            tracing_core::Level::TRACE => Level::Trace,
        };
        let text = Text(event);
        self.forwarder.send(level, metadata.target(), metadata.file(), metadata.line(), format_args!("{text}"));
    }

    // None is enabled.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// An event's message, then its other fields.
struct Text<'a>(&'a Event<'a>);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = Fields { f, message: true, first: true, outcome: Ok(()) };
        self.0.record(&mut fields);
        fields.message = false;
        self.0.record(&mut fields);
        fields.outcome
    }
}

struct Fields<'a, 'b> {
    f: &'a mut fmt::Formatter<'b>,
    /// Whether to show the message only, or what is not the message.
    message: bool,
    first: bool,
    outcome: fmt::Result,
}

impl Visit for Fields<'_, '_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if (field.name() == "message") != self.message || self.outcome.is_err() {
            return;
        }
        let space = if self.first { "" } else { " " };
        self.first = false;
        self.outcome = if self.message {
            write!(self.f, "{space}{value:?}")
        } else {
            write!(self.f, "{space}{}={value:?}", field.name())
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        // A message that is a text is shown as it is.
        if self.message { self.record_debug(field, &format_args!("{value}")) } else { self.record_debug(field, &value) }
    }
}
