//! The host's `log` and `tracing`.

use sandbox2_client::logs::Level;

use super::{LOG_TARGET, LogRecord};

/// Hands a record on to those of the two that there are.
pub(super) fn emit(record: &LogRecord<'_>) {
    #[cfg(feature = "log")]
    to_log(record);
    #[cfg(feature = "tracing")]
    to_tracing(record);
}

#[cfg(feature = "log")]
fn to_log(record: &LogRecord<'_>) {
    let level = match record.level {
        Level::Error => ::log::Level::Error,
        Level::Warn => ::log::Level::Warn,
        Level::Info => ::log::Level::Info,
        Level::Debug => ::log::Level::Debug,
        Level::Trace => ::log::Level::Trace,
    };
    ::log::log!(target: LOG_TARGET, level, "{record}");
}

#[cfg(feature = "tracing")]
fn to_tracing(record: &LogRecord<'_>) {
    /// An event's level is part of its place in the program.
    macro_rules! event {
        ($level:ident) => {{
            let LogRecord { sandboxee, pid, target: origin, file: source, line, message, .. } = *record;
            let end = if record.cut { "..." } else { "" };
            ::tracing::event!(
                target: LOG_TARGET,
                ::tracing::Level::$level,
                sandboxee,
                pid,
                origin,
                source,
                line,
                "{message}{end}"
            );
        }};
    }
    match record.level {
        Level::Error => event!(ERROR),
        Level::Warn => event!(WARN),
        Level::Info => event!(INFO),
        Level::Debug => event!(DEBUG),
        Level::Trace => event!(TRACE),
    }
}
