//! Records of the crate `log`.

use ::log::{LevelFilter, Log, Metadata, Record};

use super::{Forwarder, Level, Taken};

/// Lets the process's records go to the forwarder.
pub(super) fn take(forwarder: &'static Forwarder, most: Level) -> Result<(), Taken> {
    ::log::set_logger(forwarder).map_err(|_| Taken("of log"))?;
    ::log::set_max_level(match most {
        Level::Error => LevelFilter::Error,
        Level::Warn => LevelFilter::Warn,
        Level::Info => LevelFilter::Info,
        Level::Debug => LevelFilter::Debug,
        Level::Trace => LevelFilter::Trace,
    });
    Ok(())
}

impl Log for Forwarder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let level = match record.level() {
            ::log::Level::Error => Level::Error,
            ::log::Level::Warn => Level::Warn,
            ::log::Level::Info => Level::Info,
            ::log::Level::Debug => Level::Debug,
            ::log::Level::Trace => Level::Trace,
        };
        self.send(level, record.target(), record.file(), record.line(), *record.args());
    }

    fn flush(&self) {}
}
