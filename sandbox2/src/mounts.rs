//! From what a policy says about files to the steps that build the sandboxee's file system.
//!
//! [`resolve`] orders the mounts, finds out which mount points have to be made and which must exist, and refuses what
//! cannot be meant. It looks at the host's files only to tell devices from other files and to
//! read which libraries a program needs; the child opens everything.

use std::collections::BTreeSet;
use std::path::Path;

use sandbox2_policy::surroundings::{Mount, MountKind};

use crate::error::{SetupError, Stage};
use crate::libraries::{self, LibraryError};

/// The sandboxee's file system, as a list of steps.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct FileSystem {
    /// What the root is; `None`: a read-only directory of mount points.
    pub(crate) root: Option<Place>,
    /// The steps, in order.
    pub(crate) steps: Vec<Step>,
    /// Whether a source lies below `/proc`.
    pub(crate) proc_sources: bool,
    /// What each mount is called in messages; steps refer to it by index.
    pub(crate) names: Vec<String>,
}

/// One step.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Make a directory; the path is relative to the root.
    MakeDir { path: String, index: usize },
    /// Make an empty file; the path is relative to the root.
    MakeFile { path: String, index: usize },
    /// Attach something.
    Attach(Place),
}

/// Something to attach, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Relative to the root.
    pub(crate) path: String,
    /// Whether the way there leads through something of the host's, so that the mount point must exist already.
    pub(crate) found: bool,
    /// What is attached.
    pub(crate) source: Source,
    /// Which mount this is.
    pub(crate) index: usize,
}

/// What is attached.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Something of the host's.
    Host { path: String, dir: bool, writable: bool, device: bool, links: Links },
    /// An in-memory directory of at most so many bytes.
    Tmpfs { size: u64 },
    /// A fresh proc file system.
    Proc { writable: bool },
}

/// Whether symbolic links on the way to a source are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// They are, as everywhere on the host.
    Follow,
    /// They are not: a sandboxee may write where the source is, and have left one there.
    Refuse,
}

impl Source {
    fn is_dir(&self) -> bool {
        !matches!(self, Source::Host { dir: false, .. })
    }

    /// Whether mount points below it are of our own making.
    fn is_ours(&self) -> bool {
        matches!(self, Source::Tmpfs { .. })
    }
}

/// Plans the file system that `mounts` describe.
///
/// # Errors
/// Stage `Plan` for paths that are relative, not canonical, in conflict, or about the wrong process.
pub(crate) fn resolve(mounts: &[Mount]) -> Result<FileSystem, SetupError> {
    let mut list = List::default();
    for mount in mounts {
        let (source, outside) = match &mount.kind {
            MountKind::File { outside, writable } => {
                (host_file(outside, *writable, links(mounts, outside)), outside.as_ref())
            }
            MountKind::Dir { outside, writable } if outside == "/proc" => {
                (Source::Proc { writable: *writable }, "/proc")
            }
            MountKind::Dir { outside, writable } => {
                let path = outside.to_string();
                (
                    Source::Host { path, dir: true, writable: *writable, device: false, links: links(mounts, outside) },
                    outside.as_ref(),
                )
            }
            MountKind::Tmpfs { size } => (Source::Tmpfs { size: *size }, "tmpfs"),
            MountKind::Libraries { .. } => continue,
        };
        let inside = mount.inside.as_ref();
        let name = if outside == inside { outside.to_owned() } else { format!("{outside} as {inside}") };
        list.push(inside, source, name)?;
    }
    for mount in mounts {
        let MountKind::Libraries { binary } = &mount.kind else { continue };
        for path in needed_by(binary)? {
            if !shows(mounts, &path) && !list.has(&path) {
                list.push(
                    &path,
                    host_file(&path, false, links(mounts, &path)),
                    format!("{path}, which {binary} needs"),
                )?;
            }
        }
    }
    // Parents before what lies below them.
    list.wanted.sort_by(|(left, ..), (right, ..)| left.cmp(right));
    order(list.wanted, list.names)
}

/// The files that `binary` needs besides itself.
fn needed_by(binary: &str) -> Result<Vec<String>, SetupError> {
    let failed =
        |errno, what: String, hint| SetupError::new(Stage::Libraries, errno).with_what(what).with_hint(Some(hint));
    let files = libraries::resolve(Path::new(binary)).map_err(|error| {
        let errno = match &error {
            LibraryError::Read { source, .. } => source.raw_os_error(),
            _ => None,
        };
        failed(errno, error.to_string(), "install what is missing, or leave `libraries` out and mount what it needs")
    })?;
    let utf8 = |path: std::path::PathBuf| {
        path.into_os_string().into_string().map_err(|path| {
            failed(None, format!("the path {path:?} is not UTF-8"), "place the library at a path that is")
        })
    };
    files.into_iter().map(utf8).collect()
}

/// What is to be mounted, in no particular order.
#[derive(Default)]
struct List {
    wanted: Vec<(Vec<String>, Source, usize)>,
    names: Vec<String>,
}

impl List {
    fn push(&mut self, inside: &str, source: Source, name: String) -> Result<(), SetupError> {
        check(inside, &source, &name)?;
        self.wanted.push((components(inside), source, self.names.len()));
        self.names.push(name);
        Ok(())
    }

    fn has(&self, inside: &str) -> bool {
        let inside = components(inside);
        self.wanted.iter().any(|(other, ..)| *other == inside)
    }
}

fn components(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn links(mounts: &[Mount], path: &str) -> Links {
    let writable = |mount: &Mount| match &mount.kind {
        MountKind::Dir { outside, writable: true } => *outside != path && Path::new(path).starts_with(outside.as_ref()),
        _ => false,
    };
    if mounts.iter().any(writable) { Links::Refuse } else { Links::Follow }
}

/// Whether a mounted directory shows the host's `path` under the same name anyway.
fn shows(mounts: &[Mount], path: &str) -> bool {
    mounts.iter().any(|mount| match &mount.kind {
        MountKind::Dir { outside, .. } => *outside == mount.inside && Path::new(path).starts_with(outside.as_ref()),
        _ => false,
    })
}

fn host_file(path: &str, writable: bool, links: Links) -> Source {
    use std::os::unix::fs::FileTypeExt;
    // Only a device that is named itself keeps working as one. Should the path change its meaning before the child opens
    // it, the worst is a device that does not work, or a `nodev` that an ordinary file does not need.
    let device = Path::new(path)
        .metadata()
        .is_ok_and(|data| data.file_type().is_char_device() || data.file_type().is_block_device());
    Source::Host { path: path.to_owned(), dir: false, writable, device, links }
}

fn check(inside: &str, source: &Source, name: &str) -> Result<(), SetupError> {
    let refuse = |why: &str| Err(SetupError::new(Stage::Plan, Some(libc::EINVAL)).with_what(format!("{name}: {why}")));
    if !is_canonical(inside) {
        return refuse("the path inside must be absolute, without `.`, `..`, `//` or a NUL byte");
    }
    let Source::Host { path, .. } = source else { return Ok(()) };
    if !is_canonical(path) {
        return refuse("the path outside must be absolute, without `.`, `..`, `//` or a NUL byte");
    }
    let mut parts = path.split('/').skip(1);
    if parts.next() == Some("proc") {
        let process = parts.next().unwrap_or_default();
        if process == "self" || process == "thread-self" || process.bytes().all(|byte| byte.is_ascii_digit()) {
            return refuse("it would show the wrong process; mount the directory /proc in its place");
        }
    }
    Ok(())
}

fn is_canonical(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else { return false };
    let good = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains('\0');
    rest.is_empty() || rest.split('/').all(good)
}

fn order(wanted: Vec<(Vec<String>, Source, usize)>, names: Vec<String>) -> Result<FileSystem, SetupError> {
    let mut system = FileSystem { names, ..FileSystem::default() };
    let mut made = BTreeSet::new();
    // The mounts that the current one may lie below, outermost first: where, whether ours, whether a directory.
    let mut above: Vec<(Vec<String>, bool, bool, usize)> = Vec::new();
    for (components, source, index) in wanted {
        if let Source::Host { path, .. } = &source
            && path.starts_with("/proc/")
        {
            system.proc_sources = true;
        }
        while above.last().is_some_and(|(upper, ..)| !components.starts_with(upper)) {
            above.pop();
        }
        let (depth, ours) = match above.last() {
            Some((upper, ours, is_dir, other)) => {
                if upper.len() == components.len() || !is_dir {
                    let what = format!("{} and {}", name(&system.names, *other), name(&system.names, index));
                    return Err(SetupError::new(Stage::Plan, Some(libc::EEXIST))
                        .with_what(format!("conflicting mounts: {what}")));
                }
                (upper.len(), *ours)
            }
            None => (0, true),
        };
        let path = components.join("/");
        if ours {
            for length in depth + 1..components.len() {
                let parent = components.get(..length).unwrap_or_default().join("/");
                if made.insert(parent.clone()) {
                    system.steps.push(Step::MakeDir { path: parent, index });
                }
            }
        }
        above.push((components, source.is_ours(), source.is_dir(), index));
        if path.is_empty() {
            system.root = Some(Place { path, found: false, source, index });
            continue;
        }
        if ours {
            let path = path.clone();
            system.steps.push(if source.is_dir() {
                Step::MakeDir { path, index }
            } else {
                Step::MakeFile { path, index }
            });
        }
        system.steps.push(Step::Attach(Place { path, found: !ours, source, index }));
    }
    Ok(system)
}

fn name(names: &[String], index: usize) -> &str {
    names.get(index).map_or("a mount", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mount(kind: MountKind, inside: &'static str) -> Mount {
        Mount { kind, inside: inside.into() }
    }

    fn dir(outside: &'static str, inside: &'static str) -> Mount {
        mount(MountKind::Dir { outside: outside.into(), writable: false }, inside)
    }

    fn file(outside: &'static str, inside: &'static str) -> Mount {
        mount(MountKind::File { outside: outside.into(), writable: false }, inside)
    }

    fn paths(system: &FileSystem) -> Vec<String> {
        let path = |step: &Step| match step {
            Step::MakeDir { path, .. } => format!("mkdir {path}"),
            Step::MakeFile { path, .. } => format!("touch {path}"),
            Step::Attach(place) if place.found => format!("onto {}", place.path),
            Step::Attach(place) => format!("mount {}", place.path),
        };
        system.steps.iter().map(path).collect()
    }

    #[test]
    fn parents_come_first_and_each_directory_is_made_once() {
        let system = resolve(&[file("/etc/b", "/etc/x/b"), file("/etc/a", "/etc/x/a")]).unwrap();
        let expected = ["mkdir etc", "mkdir etc/x", "touch etc/x/a", "mount etc/x/a", "touch etc/x/b", "mount etc/x/b"];
        assert_eq!(paths(&system), expected);
    }

    #[test]
    fn below_the_host_s_files_nothing_is_made_and_below_a_tmpfs_everything() {
        let tmpfs = mount(MountKind::Tmpfs { size: 1 }, "/tmp");
        let system = resolve(&[file("/etc/a", "/usr/a"), file("/etc/a", "/tmp/x/a"), tmpfs, dir("/usr", "/usr")]);
        let expected = [
            "mkdir tmp",
            "mount tmp",
            "mkdir tmp/x",
            "touch tmp/x/a",
            "mount tmp/x/a",
            "mkdir usr",
            "mount usr",
            "onto usr/a",
        ];
        assert_eq!(paths(&system.unwrap()), expected);
    }

    #[test]
    fn two_mounts_at_one_place_or_below_a_file_conflict() {
        let error = resolve(&[file("/etc/a", "/x"), dir("/usr", "/x")]).unwrap_err();
        assert_eq!((error.stage(), error.errno()), (Stage::Plan, Some(libc::EEXIST)));
        let error = resolve(&[file("/etc/a", "/x"), dir("/usr", "/x/y")]).unwrap_err();
        assert!(error.to_string().contains("conflicting mounts: /etc/a as /x and /usr as /x/y"), "{error}");
    }

    #[test]
    fn paths_that_are_not_canonical_are_refused() {
        for path in ["", "relative", "/a/", "/a//b", "/a/./b", "/a/../b", "/a\0b"] {
            assert!(resolve(&[file("/etc/a", path)]).is_err(), "{path:?}");
            assert!(resolve(&[dir(path, "/x")]).is_err(), "{path:?}");
        }
    }

    #[test]
    fn libraries_that_a_directory_shows_anyway_are_not_mounted_again() {
        let libraries = mount(MountKind::Libraries { binary: "/bin/sh".into() }, "/bin/sh");
        let alone = resolve(std::slice::from_ref(&libraries)).unwrap();
        if alone.steps.is_empty() {
            return println!("skipped: /bin/sh is static");
        }
        let covered = resolve(&[libraries, dir("/lib", "/lib"), dir("/lib64", "/lib64"), dir("/usr", "/usr")]).unwrap();
        assert_eq!(covered.names.len(), 3, "{:?}", covered.names);
    }
}
