//! Directories that tests put files in.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A directory of one test's own that is removed at its end.
#[derive(Debug)]
pub struct Scratch(
    /// Where it is.
    pub PathBuf,
);

impl Scratch {
    /// An empty one, for that purpose.
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    pub fn new(purpose: &str) -> Scratch {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let (id, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(format!("sandbox2-{purpose}-{id}-{count}"));
        fs::create_dir(&path).expect("a directory can be made");
        Scratch(path)
    }

    /// A file in it of that name, with that text.
    ///
    /// # Panics
    /// If it cannot be written.
    #[must_use]
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).expect("a file can be written");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
