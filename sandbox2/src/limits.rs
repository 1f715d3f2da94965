//! How much a sandboxee may use.

use std::time::Duration;

/// The resource limits of a sandboxee.
///
/// Soft and hard limit are always the same. A limit that was not set is the default, or the host's own hard limit where
/// that is lower. A limit that *was* set must be possible: more than the host's own hard limit fails the launch.
///
/// Limits count per process (`setrlimit(2)`), except the wall time and the processor time of the tree, which are the
/// sandbox's.
///
/// | limit | default |
/// |---|---|
/// | address space | unlimited |
/// | CPU time | 1024 s |
/// | size of a written file | 8 GiB |
/// | open files | 1024 |
/// | core file | 0 |
/// | wall time | 120 s |
///
/// # Examples
/// ```
/// let mut executor = sandbox2::Executor::new("/usr/bin/tool", ["tool"]);
/// executor.limits_mut().set_address_space(512 << 20).set_wall_time(None);
/// assert_eq!(executor.limits().address_space(), Some(512 << 20));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    address_space: Limit,
    cpu: Limit,
    file_size: Limit,
    open_files: Limit,
    core: Limit,
    wall_time: Option<Duration>,
    tree_cpu: Option<Duration>,
}

/// One limit of the kernel's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    /// `RLIM_INFINITY` if `u64::MAX`.
    pub(crate) value: u64,
    /// Whether somebody asked for exactly this.
    pub(crate) asked: bool,
}

impl Limit {
    const UNLIMITED: u64 = u64::MAX;

    const fn default_of(value: u64) -> Limit {
        Limit { value, asked: false }
    }

    const fn asked(value: Option<u64>) -> Limit {
        match value {
            Some(value) => Limit { value, asked: true },
            None => Limit { value: Limit::UNLIMITED, asked: true },
        }
    }

    const fn get(self) -> Option<u64> {
        if self.value == Limit::UNLIMITED { None } else { Some(self.value) }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            address_space: Limit::default_of(Limit::UNLIMITED),
            cpu: Limit::default_of(1024),
            file_size: Limit::default_of(8 << 30),
            open_files: Limit::default_of(1024),
            core: Limit::default_of(0),
            wall_time: Some(Duration::from_secs(120)),
            tree_cpu: None,
        }
    }
}

impl Limits {
    /// The most bytes of address space; `None`: unlimited.
    #[doc(alias = "rlimit_as")]
    #[must_use]
    pub fn address_space(&self) -> Option<u64> {
        self.address_space.get()
    }

    /// Sets the most bytes of address space; `None`: unlimited.
    #[doc(alias = "set_rlimit_as")]
    #[doc(alias = "RLIMIT_AS")]
    pub fn set_address_space(&mut self, bytes: impl Into<Option<u64>>) -> &mut Limits {
        self.address_space = Limit::asked(bytes.into());
        self
    }

    /// The most processor time; `None`: unlimited.
    #[doc(alias = "rlimit_cpu")]
    #[must_use]
    pub fn cpu(&self) -> Option<Duration> {
        self.cpu.get().map(Duration::from_secs)
    }

    /// Sets the most processor time, in whole seconds (rounded up, so that no limit becomes zero by accident); `None`:
    /// unlimited.
    #[doc(alias = "set_rlimit_cpu")]
    #[doc(alias = "RLIMIT_CPU")]
    pub fn set_cpu(&mut self, time: impl Into<Option<Duration>>) -> &mut Limits {
        let seconds = |time: Duration| time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0));
        self.cpu = Limit::asked(time.into().map(seconds));
        self
    }

    /// The most bytes in a file that the sandboxee writes; `None`: unlimited.
    #[doc(alias = "rlimit_fsize")]
    #[must_use]
    pub fn file_size(&self) -> Option<u64> {
        self.file_size.get()
    }

    /// Sets the most bytes in a file that the sandboxee writes; `None`: unlimited.
    #[doc(alias = "set_rlimit_fsize")]
    #[doc(alias = "RLIMIT_FSIZE")]
    pub fn set_file_size(&mut self, bytes: impl Into<Option<u64>>) -> &mut Limits {
        self.file_size = Limit::asked(bytes.into());
        self
    }

    /// One more than the highest descriptor number that can be opened; `None`: unlimited.
    #[doc(alias = "rlimit_nofile")]
    #[must_use]
    pub fn open_files(&self) -> Option<u64> {
        self.open_files.get()
    }

    /// Sets one more than the highest descriptor number that can be opened; `None`: unlimited, which is more than any
    /// kernel grants to an unprivileged host. Descriptors that are mapped into the sandboxee stay open whatever this is.
    #[doc(alias = "set_rlimit_nofile")]
    #[doc(alias = "RLIMIT_NOFILE")]
    pub fn set_open_files(&mut self, count: impl Into<Option<u64>>) -> &mut Limits {
        self.open_files = Limit::asked(count.into());
        self
    }

    /// The most bytes in a core file; `None`: unlimited.
    #[doc(alias = "rlimit_core")]
    #[must_use]
    pub fn core(&self) -> Option<u64> {
        self.core.get()
    }

    /// Sets the most bytes in a core file; `None`: unlimited.
    #[doc(alias = "set_rlimit_core")]
    #[doc(alias = "RLIMIT_CORE")]
    pub fn set_core(&mut self, bytes: impl Into<Option<u64>>) -> &mut Limits {
        self.core = Limit::asked(bytes.into());
        self
    }

    /// How long the whole run may take; `None`: for ever.
    #[doc(alias = "walltime_limit")]
    #[must_use]
    pub fn wall_time(&self) -> Option<Duration> {
        self.wall_time
    }

    /// Sets how long the whole run may take; `None`: for ever.
    #[doc(alias = "set_walltime_limit")]
    pub fn set_wall_time(&mut self, time: impl Into<Option<Duration>>) -> &mut Limits {
        self.wall_time = time.into();
        self
    }

    /// The processor time of all processes of the sandbox together; `None` (the default) or zero: no limit.
    #[must_use]
    pub fn tree_cpu_time(&self) -> Option<Duration> {
        self.tree_cpu
    }

    /// Limits the processor time of all processes of the sandbox together. Once it is used up the outcome is
    /// [`CpuTimeExceeded`](crate::Status::CpuTimeExceeded).
    ///
    /// The monitor looks from time to time, so it can be exceeded by up to a second of each processor, and by what processes use that are
    /// gone before they are seen and that nobody has waited for. What must hold in spite of that is the limit of each process beside one on
    /// their number, or a control group.
    pub fn set_tree_cpu_time(&mut self, time: impl Into<Option<Duration>>) -> &mut Limits {
        self.tree_cpu = time.into();
        self
    }

    /// What a resource is called.
    pub(crate) fn name_of(resource: u32) -> Option<&'static str> {
        Limits::default().kernel().into_iter().find(|(number, ..)| *number == resource).map(|(_, name, _)| name)
    }

    /// What the kernel enforces: resource, name, limit.
    pub(crate) fn kernel(&self) -> [(u32, &'static str, Limit); 5] {
        [
            (libc::RLIMIT_AS, "address space", self.address_space),
            (libc::RLIMIT_CPU, "CPU time", self.cpu),
            (libc::RLIMIT_FSIZE, "file size", self.file_size),
            (libc::RLIMIT_NOFILE, "open files", self.open_files),
            (libc::RLIMIT_CORE, "core file", self.core),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_design() {
        let limits = Limits::default();
        assert_eq!(limits.address_space(), None);
        assert_eq!(limits.cpu(), Some(Duration::from_secs(1024)));
        assert_eq!(limits.file_size(), Some(8 << 30));
        assert_eq!(limits.open_files(), Some(1024));
        assert_eq!(limits.core(), Some(0));
        assert_eq!(limits.wall_time(), Some(Duration::from_secs(120)));
    }

    #[test]
    fn setters_take_a_value_or_none_and_chain() {
        let mut limits = Limits::default();
        limits.set_address_space(1 << 20).set_file_size(None).set_wall_time(None);
        assert_eq!((limits.address_space(), limits.file_size(), limits.wall_time()), (Some(1 << 20), None, None));
    }

    #[test]
    fn a_fraction_of_a_second_of_cpu_time_is_a_second() {
        let mut limits = Limits::default();
        limits.set_cpu(Duration::from_millis(1));
        assert_eq!(limits.cpu(), Some(Duration::from_secs(1)));
    }
}
