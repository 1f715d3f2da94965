//! What to run: the program, its arguments, environment, descriptors and limits.
//!
//! A builder. What it holds is checked when the sandbox is started, all at once, and becomes the launch's plan; mistakes
//! that can be seen earlier (a descriptor number that is taken) are reported where they are made.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::{CString, OsString};
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::sys::stat::{SFlag, fstat};
use sandbox2_policy::action::Supervision;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::surroundings::{Mount, MountKind};

use crate::error::{SetupError, Stage};
use crate::ipc::Ipc;
use crate::launch::LaunchSpec;
use crate::limits::Limits;
use crate::policy::Policy;

/// What one of the sandboxee's standard streams is.
#[derive(Debug)]
pub struct Stdio(Stream);

#[derive(Debug)]
enum Stream {
    Null,
    Inherit,
    Fd(OwnedFd),
}

impl Stdio {
    /// `/dev/null`: reads give the end, what is written is lost.
    #[must_use]
    pub fn null() -> Stdio {
        Stdio(Stream::Null)
    }

    /// The host's own stream; `/dev/null` if the host has closed it.
    ///
    /// A terminal that is inherited can be read, and asked for more than that if the policy allows `ioctl`.
    #[must_use]
    pub fn inherit() -> Stdio {
        Stdio(Stream::Inherit)
    }
}

impl<T: Into<OwnedFd>> From<T> for Stdio {
    fn from(fd: T) -> Stdio {
        Stdio(Stream::Fd(fd.into()))
    }
}

/// An entry of the sandboxee's file system that the policy does not have.
#[derive(Debug)]
struct Place {
    inside: PathBuf,
    source: MountSource,
}

#[derive(Debug)]
enum MountSource {
    File { outside: PathBuf, writable: bool },
    Dir { outside: PathBuf, writable: bool },
    Tmpfs(u64),
    Libraries,
}

/// A program to run, and with what.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// use sandbox2::Executor;
///
/// let path = "/usr/bin/tool";
/// let mut executor = Executor::new(path, [path, "--verbose"]).env("LANG", "C.UTF-8");
/// executor.limits_mut().set_address_space(4 << 30).set_wall_time(Duration::from_secs(30));
/// ```
#[derive(Debug)]
pub struct Executor {
    program: Program,
    args: Vec<OsString>,
    envs: BTreeMap<OsString, OsString>,
    inherit_env: bool,
    cwd: Option<PathBuf>,
    mounts: Vec<Place>,
    limits: Limits,
    ipc: Ipc,
    streams: [Option<Stdio>; 3],
    sandbox_before_exec: bool,
}

#[derive(Debug)]
enum Program {
    Path(PathBuf),
    Fd(OwnedFd),
}

impl Executor {
    /// The program at `path` on the host, with `args`.
    ///
    /// `args` is the whole argument vector: `args[0]` becomes the sandboxee's `argv[0]`, typically the path once more. With
    /// no argument at all `argv[0]` is `path`.
    ///
    /// The path is opened by the host when the sandbox is started; the sandboxee need not see the file. What the program
    /// needs beyond itself (its loader and libraries) the policy must show it. Only a binary can be run, no `#!` script.
    pub fn new<A>(path: impl Into<PathBuf>, args: A) -> Executor
    where
        A: IntoIterator,
        A::Item: Into<OsString>,
    {
        Executor::from_program(Program::Path(path.into()), args)
    }

    /// The program behind a descriptor that is open for reading or `O_PATH`, with `args` as in [`new`](Self::new).
    pub fn from_fd<A>(program: impl Into<OwnedFd>, args: A) -> Executor
    where
        A: IntoIterator,
        A::Item: Into<OsString>,
    {
        Executor::from_program(Program::Fd(program.into()), args)
    }

    fn from_program<A>(program: Program, args: A) -> Executor
    where
        A: IntoIterator,
        A::Item: Into<OsString>,
    {
        Executor {
            program,
            args: args.into_iter().map(Into::into).collect(),
            envs: BTreeMap::new(),
            inherit_env: false,
            cwd: None,
            mounts: Vec::new(),
            limits: Limits::default(),
            ipc: Ipc::default(),
            streams: [None, None, None],
            sandbox_before_exec: true,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Executor {
        self.args.push(arg.into());
        self
    }

    /// Adds an environment variable. A sandboxee has none but these, unless the host's are [inherited](Self::inherit_env).
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Executor {
        self.envs.insert(name.into(), value.into());
        self
    }

    /// Adds environment variables.
    #[must_use]
    pub fn envs<N: Into<OsString>, V: Into<OsString>>(mut self, envs: impl IntoIterator<Item = (N, V)>) -> Executor {
        self.envs.extend(envs.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Copies the host's environment, as it is when the sandbox is started; variables that are added here win. Think of
    /// what it says: paths, user names, tokens.
    #[must_use]
    pub fn inherit_env(mut self) -> Executor {
        self.inherit_env = true;
        self
    }

    /// The sandboxee's working directory, as it sees it: an absolute path; `/` if not set.
    #[must_use]
    pub fn cwd(mut self, dir: impl Into<PathBuf>) -> Executor {
        self.cwd = Some(dir.into());
        self
    }

    /// The sandboxee's standard input; `/dev/null` if not set and not mapped.
    #[must_use]
    pub fn stdin(mut self, stream: impl Into<Stdio>) -> Executor {
        self.streams[0] = Some(stream.into());
        self
    }

    /// The sandboxee's standard output; the host's if not set and not mapped.
    #[must_use]
    pub fn stdout(mut self, stream: impl Into<Stdio>) -> Executor {
        self.streams[1] = Some(stream.into());
        self
    }

    /// The sandboxee's standard error; the host's if not set and not mapped.
    #[must_use]
    pub fn stderr(mut self, stream: impl Into<Stdio>) -> Executor {
        self.streams[2] = Some(stream.into());
        self
    }

    /// Whether the policy is in force when the program starts, which is the default.
    ///
    /// `false`, where the program says itself when it is ready to be sandboxed, needs the client library, which is not there
    /// yet: starting such a sandbox fails.
    #[doc(alias = "set_enable_sandbox_before_exec")]
    #[must_use]
    pub fn sandbox_before_exec(mut self, before: bool) -> Executor {
        self.sandbox_before_exec = before;
        self
    }

    /// Shows the sandboxee one file of the host's, read-only, at the same place. What the policy shows comes first.
    ///
    /// Like every path here it must be absolute and canonical (no `.`, `..`, `//` or `/` at its end); that it exists, and that
    /// no two are in each other's way, is checked when the sandbox is started.
    #[must_use]
    pub fn file(self, path: impl AsRef<Path>) -> Executor {
        let path = path.as_ref();
        self.file_at(path, path)
    }

    /// As [`file`](Self::file), at another place inside.
    #[must_use]
    pub fn file_at(self, outside: impl AsRef<Path>, inside: impl AsRef<Path>) -> Executor {
        self.host_file(outside.as_ref(), inside.as_ref(), false)
    }

    /// As [`file`](Self::file), and the sandboxee may write to it.
    #[must_use]
    pub fn file_rw(self, path: impl AsRef<Path>) -> Executor {
        let path = path.as_ref();
        self.file_rw_at(path, path)
    }

    /// As [`file_rw`](Self::file_rw), at another place inside.
    #[must_use]
    pub fn file_rw_at(self, outside: impl AsRef<Path>, inside: impl AsRef<Path>) -> Executor {
        self.host_file(outside.as_ref(), inside.as_ref(), true)
    }

    /// Shows the sandboxee a directory of the host's with everything below it, read-only, at the same place. `/proc` is the
    /// sandbox's own: a fresh one with its processes alone.
    #[must_use]
    pub fn dir(self, path: impl AsRef<Path>) -> Executor {
        let path = path.as_ref();
        self.dir_at(path, path)
    }

    /// As [`dir`](Self::dir), at another place inside.
    #[must_use]
    pub fn dir_at(self, outside: impl AsRef<Path>, inside: impl AsRef<Path>) -> Executor {
        self.host_dir(outside.as_ref(), inside.as_ref(), false)
    }

    /// As [`dir`](Self::dir), and the sandboxee may write below it; then nothing in it can be executed. A writable `/proc`
    /// has the processes alone, without what belongs to the kernel (`/proc/sys`, `/proc/meminfo`).
    #[must_use]
    pub fn dir_rw(self, path: impl AsRef<Path>) -> Executor {
        let path = path.as_ref();
        self.dir_rw_at(path, path)
    }

    /// As [`dir_rw`](Self::dir_rw), at another place inside.
    #[must_use]
    pub fn dir_rw_at(self, outside: impl AsRef<Path>, inside: impl AsRef<Path>) -> Executor {
        self.host_dir(outside.as_ref(), inside.as_ref(), true)
    }

    /// Gives the sandboxee an empty, writable, in-memory directory that holds at most `size` bytes.
    #[must_use]
    pub fn tmpfs(mut self, inside: impl AsRef<Path>, size: u64) -> Executor {
        self.mounts.push(Place { inside: inside.as_ref().to_owned(), source: MountSource::Tmpfs(size) });
        self
    }

    /// Shows the sandboxee the loader and the shared libraries that this binary needs, read-only, at their places. A
    /// statically linked binary needs none. A relative path is one of the host's working directory.
    #[must_use]
    pub fn libraries(mut self, binary: impl AsRef<Path>) -> Executor {
        let binary = binary.as_ref();
        let binary = std::path::absolute(binary).unwrap_or_else(|_| binary.to_owned());
        self.mounts.push(Place { inside: binary, source: MountSource::Libraries });
        self
    }

    fn host_file(mut self, outside: &Path, inside: &Path, writable: bool) -> Executor {
        let source = MountSource::File { outside: outside.to_owned(), writable };
        self.mounts.push(Place { inside: inside.to_owned(), source });
        self
    }

    fn host_dir(mut self, outside: &Path, inside: &Path, writable: bool) -> Executor {
        let source = MountSource::Dir { outside: outside.to_owned(), writable };
        self.mounts.push(Place { inside: inside.to_owned(), source });
        self
    }

    /// The limits.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The limits, to change them.
    pub fn limits_mut(&mut self) -> &mut Limits {
        &mut self.limits
    }

    /// The descriptors that the sandboxee gets.
    #[must_use]
    pub fn ipc(&self) -> &Ipc {
        &self.ipc
    }

    /// The descriptors that the sandboxee gets, to map some.
    pub fn ipc_mut(&mut self) -> &mut Ipc {
        &mut self.ipc
    }

    /// What to call the program.
    pub(crate) fn name(&self) -> PathBuf {
        match &self.program {
            Program::Path(path) => path.clone(),
            Program::Fd(fd) => match self.args.first() {
                Some(name) => PathBuf::from(name),
                None => PathBuf::from(format!("descriptor {}", fd.as_raw_fd())),
            },
        }
    }

    /// Checks everything and hands it on.
    pub(crate) fn into_spec(self, policy: &Policy) -> Result<LaunchSpec, SetupError> {
        if !self.sandbox_before_exec {
            return Err(mistake(
                "sandboxing after exec",
                "it arrives with the client library; leave sandbox_before_exec on",
            ));
        }
        let parts = policy.parts();
        if Arch::native() != Some(policy.arch()) {
            return Err(mistake(
                format!("the policy was compiled for {}", policy.arch().name()),
                "compile policy and host for the same architecture",
            ));
        }
        if let Some(slot) = policy.unbound_slot() {
            return Err(mistake(
                format!("the policy's slot `{slot}` has no value"),
                "give it one before the launch: `POLICY.with_slot(name, value)?`",
            ));
        }
        let filter = policy.native_program(Supervision::Supervised);
        if filter.is_empty() {
            return Err(mistake("the policy has no supervised program", "make policies with policy!"));
        }
        let name = self.name();
        let argv = if self.args.is_empty() { vec![name.clone().into_os_string()] } else { self.args };
        let argv = argv.into_iter().enumerate().map(|(index, arg)| c_string(arg, &format!("argument {index}")));
        let argv = argv.collect::<Result<Vec<_>, _>>()?;
        let envp = environment(self.inherit_env, self.envs)?;
        let cwd = self.cwd.map(working_directory).transpose()?;
        let program = open_program(self.program, &name)?;
        let mut mounts = parts.mounts.to_vec();
        for place in self.mounts {
            mounts.push(mount(place)?);
        }
        let fds = descriptors(self.streams, self.ipc)?;
        Ok(LaunchSpec {
            program,
            program_name: name,
            argv,
            envp,
            cwd,
            fds,
            limits: self.limits,
            filter: filter.to_vec().into(),
            mounts,
            hostname: parts.hostname.as_deref().unwrap_or("sandbox2").to_owned(),
            network: parts.network,
        })
    }
}

fn mistake(what: impl Into<String>, hint: &str) -> SetupError {
    SetupError::new(Stage::Plan, None).with_what(what).with_hint(Some(hint))
}

fn mount(Place { inside, source }: Place) -> Result<Mount, SetupError> {
    let kind = match source {
        MountSource::File { outside, writable } => MountKind::File { outside: utf8(outside)?, writable },
        MountSource::Dir { outside, writable } => MountKind::Dir { outside: utf8(outside)?, writable },
        MountSource::Tmpfs(size) => MountKind::Tmpfs { size },
        MountSource::Libraries => MountKind::Libraries { binary: utf8(inside.clone())? },
    };
    Ok(Mount { kind, inside: utf8(inside)? })
}

fn utf8(path: PathBuf) -> Result<Cow<'static, str>, SetupError> {
    match path.into_os_string().into_string() {
        Ok(path) => Ok(Cow::Owned(path)),
        Err(path) => Err(mistake(format!("the path {path:?} is not UTF-8"), "place it at a path that is")),
    }
}

fn c_string(text: OsString, what: &str) -> Result<CString, SetupError> {
    CString::new(text.into_vec())
        .map_err(|_| mistake(format!("{what} contains a NUL byte"), "remove it: no program could receive it"))
}

fn environment(inherit: bool, own: BTreeMap<OsString, OsString>) -> Result<Vec<CString>, SetupError> {
    let mut all: BTreeMap<OsString, OsString> = if inherit { std::env::vars_os().collect() } else { BTreeMap::new() };
    for (name, value) in own {
        if name.is_empty() || name.as_bytes().contains(&b'=') {
            let what = format!("environment variable {name:?}");
            return Err(mistake(what, "a name must not be empty and must not contain `=`"));
        }
        all.insert(name, value);
    }
    let join = |(name, value): (OsString, OsString)| {
        let what = format!("environment variable {name:?}");
        let mut entry = name;
        entry.push("=");
        entry.push(value);
        c_string(entry, &what)
    };
    all.into_iter().map(join).collect()
}

fn working_directory(dir: PathBuf) -> Result<CString, SetupError> {
    if !dir.is_absolute() {
        let what = format!("working directory {}", dir.display());
        return Err(mistake(what, "give an absolute path, as the sandboxee sees it"));
    }
    c_string(dir.into_os_string(), "the working directory")
}

/// Opens the program and makes sure that it is one.
fn open_program(program: Program, name: &Path) -> Result<OwnedFd, SetupError> {
    let failed = |errno: i32, hint: &str| {
        SetupError::new(Stage::Program, Some(errno)).with_what(name.display().to_string()).with_hint(Some(hint))
    };
    let fd = match program {
        Program::Fd(fd) => fd,
        Program::Path(path) => {
            let opened = std::fs::OpenOptions::new().read(true).custom_flags(libc::O_PATH | libc::O_CLOEXEC).open(path);
            let hint = |errno| match errno {
                libc::ENOENT | libc::ENOTDIR => "check the path: it is looked up on the host, and no PATH is searched",
                libc::EACCES => "make the program and the directories on its path accessible to the host's user",
                _ => "check the path",
            };
            opened
                .map_err(|error| {
                    let errno = error.raw_os_error().unwrap_or(libc::EINVAL);
                    failed(errno, hint(errno))
                })?
                .into()
        }
    };
    let stat = fstat(&fd).map_err(|errno| failed(errno as i32, "check the descriptor"))?;
    let kind = SFlag::from_bits_truncate(stat.st_mode & SFlag::S_IFMT.bits());
    if kind == SFlag::S_IFDIR {
        return Err(failed(libc::EISDIR, "give the path of a program, not of a directory"));
    }
    if kind != SFlag::S_IFREG {
        return Err(failed(libc::EACCES, "give the path of a regular file"));
    }
    if stat.st_mode & 0o111 == 0 {
        return Err(failed(libc::EACCES, "make it executable (chmod +x)"));
    }
    if starts_as_script(fd.as_fd()) {
        let hint = "a script cannot be run by descriptor: run its interpreter, with the script's path as an argument and \
                    the script among the policy's files";
        return Err(failed(libc::ENOEXEC, hint));
    }
    Ok(fd)
}

/// Whether the file begins with `#!`. One that the host may not read is no script that it could run.
fn starts_as_script(program: BorrowedFd<'_>) -> bool {
    let path = format!("/proc/self/fd/{}", program.as_raw_fd());
    let mut start = [0; 2];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *b"#!"
}

/// Every descriptor of the sandboxee, the standard streams among them.
fn descriptors(streams: [Option<Stdio>; 3], ipc: Ipc) -> Result<Vec<(OwnedFd, RawFd)>, SetupError> {
    let mut all = ipc.into_mapped();
    let defaults = [Stdio::null, Stdio::inherit, Stdio::inherit];
    for (number, (stream, default)) in (0..).zip(streams.into_iter().zip(defaults)) {
        let stream = match stream {
            Some(_) if all.contains_key(&number) => {
                let name = ["stdin", "stdout", "stderr"].get(number as usize).copied().unwrap_or("a stream");
                let what = format!("{name} is set, and descriptor {number} is mapped as well");
                return Err(mistake(what, "do one or the other"));
            }
            None if all.contains_key(&number) => continue,
            stream => stream.unwrap_or_else(default),
        };
        all.insert(number, open_stream(stream.0, number)?);
    }
    Ok(all.into_iter().map(|(number, fd)| (fd, number)).collect())
}

fn open_stream(stream: Stream, number: RawFd) -> Result<OwnedFd, SetupError> {
    let failed = |error: std::io::Error| {
        SetupError::new(Stage::Plan, error.raw_os_error())
            .with_what(format!("descriptor {number} of the sandboxee"))
            .with_hint(Some("a host without descriptors or without /dev/null cannot start a sandbox"))
    };
    let inherited = match stream {
        Stream::Fd(fd) => return Ok(fd),
        Stream::Null => None,
        Stream::Inherit => {
            let cloned = match number {
                0 => std::io::stdin().as_fd().try_clone_to_owned(),
                1 => std::io::stdout().as_fd().try_clone_to_owned(),
                _ => std::io::stderr().as_fd().try_clone_to_owned(),
            };
            match cloned {
                Ok(fd) => Some(fd),
                Err(error) if error.raw_os_error() == Some(libc::EBADF) => None,
                Err(error) => return Err(failed(error)),
            }
        }
    };
    match inherited {
        Some(fd) => Ok(fd),
        None => {
            let null = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null");
            null.map(OwnedFd::from).map_err(failed)
        }
    }
}

#[cfg(test)]
mod tests {
    use sandbox2_policy::action::Action;
    use sandbox2_policy::insn::{Insn, op, ret};

    use super::*;
    use crate::policy::PolicyParts;
    use crate::policy::testing;

    fn policy() -> Policy {
        let program = || Cow::Owned(vec![Insn::stmt(op::RET, ret::ALLOW)]);
        let programs = [program(), program(), program()];
        Policy::from_parts(PolicyParts { programs, ..testing::parts(Action::Allow, vec![]) })
    }

    fn spec(executor: Executor) -> Result<LaunchSpec, SetupError> {
        executor.into_spec(&policy())
    }

    fn fails(executor: Executor, what: &str, hint: &str) {
        let error = spec(executor).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
        assert!(error.hint().is_some_and(|text| text.contains(hint)), "{:?}", error.hint());
    }

    fn this() -> PathBuf {
        std::env::current_exe().unwrap()
    }

    fn no_args() -> [&'static str; 0] {
        []
    }

    #[test]
    fn the_first_argument_is_argv_0_and_the_path_stands_in_for_it() {
        assert_eq!(
            spec(Executor::new(this(), ["a", "b"]).arg("c")).unwrap().argv,
            [c"a", c"b", c"c"].map(CString::from)
        );
        let argv = spec(Executor::new(this(), no_args())).unwrap().argv;
        assert_eq!(argv, [CString::new(this().into_os_string().into_vec()).unwrap()]);
    }

    #[test]
    fn the_environment_is_empty_unless_it_is_asked_for() {
        assert!(spec(Executor::new(this(), ["x"])).unwrap().envp.is_empty());
        let own = spec(Executor::new(this(), ["x"]).env("B", "2").envs([("A", "1")])).unwrap().envp;
        assert_eq!(own, [c"A=1", c"B=2"].map(CString::from));
        let all = spec(Executor::new(this(), ["x"]).inherit_env().env("PATH", "mine")).unwrap().envp;
        assert!(all.contains(&CString::from(c"PATH=mine")));
        assert_eq!(all.iter().filter(|entry| entry.as_bytes().starts_with(b"PATH=")).count(), 1);
    }

    #[test]
    fn a_missing_program_is_named_with_a_cure() {
        fails(Executor::new("/no/such/program", ["x"]), "/no/such/program", "looked up on the host");
        fails(Executor::new("/tmp", ["x"]), "/tmp", "not of a directory");
        fails(Executor::new("/dev/null", ["x"]), "/dev/null", "regular file");
        fails(Executor::new("/proc/version", ["x"]), "/proc/version", "chmod +x");
    }

    #[test]
    fn a_script_is_refused_before_anything_is_started() {
        let dir = std::env::temp_dir();
        let path = dir.join(format!("sandbox2-script-{}", std::process::id()));
        let options = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o755).open(&path);
        std::io::Write::write_all(&mut options.unwrap(), b"#!/bin/sh\n").unwrap();
        let error = spec(Executor::new(&path, ["x"])).unwrap_err();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(error.errno(), Some(libc::ENOEXEC));
        assert!(error.hint().unwrap().contains("run its interpreter"));
    }

    #[test]
    fn nul_bytes_and_odd_names_are_named() {
        fails(Executor::new(this(), ["x", "a\0b"]), "argument 1 contains a NUL byte", "remove it");
        fails(
            Executor::new(this(), ["x"]).env("A", "b\0"),
            "environment variable \"A\" contains a NUL byte",
            "remove it",
        );
        fails(Executor::new(this(), ["x"]).env("A=B", "c"), "environment variable \"A=B\"", "must not contain");
        fails(Executor::new(this(), ["x"]).cwd("work"), "working directory work", "absolute");
        fails(Executor::new(this(), ["x"]).sandbox_before_exec(false), "after exec", "client");
    }

    #[test]
    fn the_streams_are_there_unless_they_are_mapped() {
        let numbers = |spec: LaunchSpec| spec.fds.iter().map(|(_, number)| *number).collect::<Vec<_>>();
        assert_eq!(numbers(spec(Executor::new(this(), ["x"])).unwrap()), [0, 1, 2]);
        let mut executor = Executor::new(this(), ["x"]);
        let _host = executor.ipc_mut().receive_fd(1).unwrap();
        let _other = executor.ipc_mut().receive_fd(7).unwrap();
        assert_eq!(numbers(spec(executor).unwrap()), [0, 1, 2, 7]);
        let mut twice = Executor::new(this(), ["x"]).stdout(Stdio::null());
        let _host = twice.ipc_mut().receive_fd(1).unwrap();
        fails(twice, "stdout is set, and descriptor 1 is mapped as well", "one or the other");
    }
}
