//! What to run: the program, its arguments, environment, descriptors and limits.
//!
//! A builder. What it holds is checked when the sandbox is started, all at once, and becomes the launch's plan; mistakes
//! that can be seen earlier (a descriptor number that is taken) are reported where they are made.

mod program;
mod streams;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::{CString, OsString};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sandbox2_client::environment::{Introduction, VARIABLE};
use sandbox2_policy::action::Supervision;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::MAX_INSNS;
use sandbox2_policy::surroundings::{Mount, MountKind};

use crate::error::{SetupError, Stage};
use crate::forkserver::{ForkServer, ServerSpec};
use crate::ipc::{Ipc, Planned};
use crate::launch::{self, Handshake, LaunchServer, LaunchSpec, Start};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::sys::{Errno, calls};

use self::program::{Program, Source};
pub use self::streams::Stdio;

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
    handshake_timeout: Duration,
    server: Option<LaunchServer>,
}

/// How long a program may take to ask for its policy, if nothing else is said.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(30);

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
        Executor::from_program(Program::File(Source::Path(path.into())), args)
    }

    /// The program behind a descriptor that is open for reading or `O_PATH`, with `args` as in [`new`](Self::new).
    pub fn from_fd<A>(program: impl Into<OwnedFd>, args: A) -> Executor
    where
        A: IntoIterator,
        A::Item: Into<OsString>,
    {
        Executor::from_program(Program::File(Source::Fd(program.into())), args)
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
            handshake_timeout: HANDSHAKE_TIMEOUT,
            server: None,
        }
    }

    /// A child of a fork server, which must sandbox itself. It has the fork server's arguments and environment.
    #[must_use]
    pub fn from_fork_server(server: &ForkServer) -> Executor {
        let mut executor = Executor::from_program(Program::Fork(server.clone()), [""; 0]);
        executor.sandbox_before_exec = false;
        executor
    }

    /// Starts the program at `path` as a fork server with nothing but its path as an argument; for one with arguments, an environment or
    /// descriptors see [`start_fork_server`](Self::start_fork_server).
    ///
    /// # Errors
    /// As for [`start_fork_server`](Self::start_fork_server).
    pub fn fork_server(path: impl Into<PathBuf>) -> Result<ForkServer, SetupError> {
        Executor::new(path, [""; 0]).start_fork_server()
    }

    /// Starts the program, outside of any sandbox, to be forked for each of its sandboxes: `ForkingClient` of `sandbox2-client` is its
    /// side. Returns once it waits for requests.
    ///
    /// It has the arguments, environment, descriptors and standard streams of this executor, and the working directory of the host. The
    /// policy, files, limits and descriptors of its children are those of [`Executor::from_fork_server`].
    ///
    /// # Errors
    /// If it cannot be executed, or does not come to wait for requests within the [handshake
    /// time-out](Self::handshake_timeout); if mounts, a working directory, or limits are set, which a fork server has none of.
    #[doc(alias = "StartForkServer")]
    pub fn start_fork_server(self) -> Result<ForkServer, SetupError> {
        let name = self.name();
        if !self.mounts.is_empty() || self.cwd.is_some() {
            let hint = "give the files and the working directory to the executors of its children";
            return Err(mistake(format!("{} as a fork server has the host's file system", name.display()), hint));
        }
        let Program::File(source) = self.program else {
            return Err(mistake("a fork server's child as a fork server", "start a program as one"));
        };
        let argv = arguments(self.args, &name)?;
        let (_, theirs) = calls::packet_sockets().map_err(no_sockets)?;
        let mut ipc = self.ipc;
        streams::map(self.streams, &mut ipc)?;
        let Planned { mut fds, introduction } = ipc.plan(Some(theirs));
        let introduction = Introduction { control: None, forks: introduction.control, ..introduction };
        let Some(channel) = introduction.forks else {
            return Err(mistake("the fork server's channel has no number", "map fewer descriptors"));
        };
        // Each start has a channel of its own.
        fds.retain(|(_, number)| *number != channel);
        let envp = environment(self.inherit_env, self.envs, &introduction)?;
        let program = launch::unchangeable(program::open(source, &name)?)?;
        ForkServer::start(ServerSpec { program, name, argv, envp, fds, channel, patience: self.handshake_timeout })
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
    /// `false`: the program says itself when it is ready to be sandboxed, by `Client::sandbox_me_here` of `sandbox2-client`. Until then it
    /// is in the sandbox's namespaces, with its files and limits and without privileges, but may make any system call.
    #[doc(alias = "set_enable_sandbox_before_exec")]
    #[must_use]
    pub fn sandbox_before_exec(mut self, before: bool) -> Executor {
        self.sandbox_before_exec = before;
        self
    }

    /// Has a [`LaunchServer`] make the sandbox's processes.
    #[must_use]
    pub fn launched_by(mut self, server: &LaunchServer) -> Executor {
        self.server = Some(server.clone());
        self
    }

    /// How long the program may take until its policy is in force, where that is its own affair; 30 seconds if not set. A wall time limit
    /// that is shorter counts as well.
    #[must_use]
    pub fn handshake_timeout(mut self, time: Duration) -> Executor {
        self.handshake_timeout = time;
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
            Program::File(Source::Path(path)) => path.clone(),
            Program::Fork(server) => server.name().to_owned(),
            Program::File(Source::Fd(fd)) => match self.args.first() {
                Some(name) => PathBuf::from(name),
                None => PathBuf::from(format!("descriptor {}", fd.as_raw_fd())),
            },
        }
    }

    /// Checks everything and hands it on.
    pub(crate) fn into_spec(self, policy: &Policy) -> Result<LaunchSpec, SetupError> {
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
        let filter = if self.sandbox_before_exec { filter.to_vec() } else { launch::route_close(filter) };
        if filter.len() > MAX_INSNS {
            return Err(mistake(
                format!(
                    "the policy's program, with what sandboxing after exec adds, has {} instructions",
                    filter.len()
                ),
                "the kernel takes 4096: say it with fewer rules, or leave sandbox_before_exec on",
            ));
        }
        let name = self.name();
        let cwd = self.cwd.map(working_directory).transpose()?;
        let mut mounts = parts.mounts.to_vec();
        for place in self.mounts {
            mounts.push(mount(place)?);
        }
        let mut ipc = self.ipc;
        streams::map(self.streams, &mut ipc)?;
        let patience = self.handshake_timeout;
        let (start, argv, envp, fds) = match self.program {
            Program::Fork(server) => {
                forked_only(self.sandbox_before_exec, &self.args, self.inherit_env || !self.envs.is_empty())?;
                let Planned { fds, introduction } = ipc.plan(None);
                if fds.len() > launch::MAX_MAPPED {
                    let what = format!("{} descriptors for a fork server's child", fds.len());
                    return Err(mistake(what, "map at most 250"));
                }
                (Start::Forked { server: Box::new(server), introduction, patience }, Vec::new(), Vec::new(), fds)
            }
            Program::File(source) => {
                let argv = arguments(self.args, &name)?;
                let program = program::open(source, &name)?;
                let sockets =
                    if self.sandbox_before_exec { None } else { Some(calls::packet_sockets().map_err(no_sockets)?) };
                let (control, theirs) = sockets.unzip();
                let Planned { fds, introduction } = ipc.plan(theirs);
                let introduction = Introduction { sandboxed: self.sandbox_before_exec, ..introduction };
                let envp = environment(self.inherit_env, self.envs, &introduction)?;
                let start = match control {
                    Some(control) => Start::Unfiltered(program, Handshake { control, patience }),
                    None => Start::Filtered(program),
                };
                (start, argv, envp, fds)
            }
        };
        Ok(LaunchSpec {
            start,
            program_name: name,
            argv,
            envp,
            cwd,
            fds,
            limits: self.limits,
            filter: filter.into(),
            mounts,
            hostname: parts.hostname.as_deref().unwrap_or("sandbox2").to_owned(),
            network: parts.network,
            server: self.server,
            tied: true,
        })
    }
}

/// What a fork server's child has from it.
fn forked_only(sandbox_before_exec: bool, args: &[OsString], environment: bool) -> Result<(), SetupError> {
    let own = "set them when the fork server is started";
    match () {
        () if sandbox_before_exec => {
            Err(mistake("a fork server's child is not executed", "it sandboxes itself: leave sandbox_before_exec off"))
        }
        () if !args.is_empty() => Err(mistake("a fork server's child has the arguments of the fork server", own)),
        () if environment => Err(mistake("a fork server's child has the environment of the fork server", own)),
        () => Ok(()),
    }
}

fn arguments(args: Vec<OsString>, name: &Path) -> Result<Vec<CString>, SetupError> {
    let args = if args.is_empty() { vec![name.as_os_str().to_owned()] } else { args };
    args.into_iter().enumerate().map(|(index, arg)| c_string(arg, &format!("argument {index}"))).collect()
}

fn no_sockets(Errno(errno): Errno) -> SetupError {
    SetupError::new(Stage::Plan, Some(errno)).with_what("a pair of sockets to the program")
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

fn environment(
    inherit: bool,
    own: BTreeMap<OsString, OsString>,
    introduction: &Introduction,
) -> Result<Vec<CString>, SetupError> {
    let mut all: BTreeMap<OsString, OsString> = if inherit { std::env::vars_os().collect() } else { BTreeMap::new() };
    for (name, value) in own {
        if name.is_empty() || name.as_bytes().contains(&b'=') {
            let what = format!("environment variable {name:?}");
            return Err(mistake(what, "a name must not be empty and must not contain `=`"));
        }
        if name == VARIABLE {
            return Err(mistake(
                format!("environment variable {name:?}"),
                "it is what a program learns its descriptors by",
            ));
        }
        all.insert(name, value);
    }
    // Instead of the host's own, if that is in a sandbox itself.
    all.insert(VARIABLE.into(), introduction.to_value().into());
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
