//! From a [`LaunchSpec`] to the plan that the child follows: every byte it needs, laid out in the shared region.

use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use sandbox2_policy::insn::{Insn, offset, op, ret};

use super::{LaunchSpec, hint};
use crate::error::{SetupError, Stage};
use crate::limits::{Limit, Limits};
use crate::mounts::{FileSystem, Links, Place, Source, Step};
use crate::namespace::Namespaces;
use crate::sys::abi::{MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY};
use crate::sys::calls::FileId;
use crate::sys::child::{Begin, FdMove, LimitOp, MountKind, MountOp, Plan, ProgramPlan, RootPlan, Target};
use crate::sys::region::Region;
use crate::sys::{self, calls, forget, server, spawn};

/// The user and group that the sandboxee sees itself as.
const INSIDE_ID: u32 = 1000;

/// How the child gets its descriptors where they belong.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Descriptors {
    pub(crate) moves: Vec<FdMove>,
    pub(crate) closes: Vec<(u32, u32)>,
    /// Where the program is afterwards; -1 if there is none.
    pub(crate) program: RawFd,
    /// The first number that is free afterwards: the listener's until the program runs.
    pub(crate) first_free: u32,
}

impl Descriptors {
    /// Plans the moves of `fds` (from, to) and of the program's descriptor, if there is one.
    ///
    /// # Errors
    /// A number that is negative or wanted twice.
    pub(crate) fn plan(fds: &[(RawFd, RawFd)], program: Option<RawFd>) -> Result<Descriptors, SetupError> {
        let mut targets: Vec<RawFd> = fds.iter().map(|(_, to)| *to).collect();
        targets.sort_unstable();
        let refuse = |number: RawFd, errno, why: &str| {
            Err(SetupError::new(Stage::Plan, Some(errno)).with_what(format!("descriptor {number} {why}")))
        };
        if let Some(number) = targets.first().filter(|number| **number < 0) {
            return refuse(*number, libc::EBADF, "is no descriptor number");
        }
        if let Some(&[number, ..]) = targets.windows(2).find(|pair| pair.first() == pair.last()) {
            return refuse(number, libc::EEXIST, "is mapped twice");
        }
        let highest = fds.iter().flat_map(|(from, to)| [*from, *to]).chain(program).max().unwrap_or(0);
        let mut scratch = highest;
        let mut aside = Vec::new();
        let mut moves = Vec::new();
        let mut set_aside = |from: RawFd| {
            // Out of everybody's way first: somebody else's target may be where this one is.
            scratch = scratch.saturating_add(1);
            aside.push(FdMove { from, to: scratch, cloexec: true });
            scratch
        };
        let is_target = |number: RawFd| targets.binary_search(&number).is_ok();
        let program = match program {
            Some(program) if is_target(program) => Some(set_aside(program)),
            Some(program) => {
                moves.push(FdMove { from: program, to: program, cloexec: true });
                Some(program)
            }
            None => None,
        };
        for (from, to) in fds {
            let from = if from != to && is_target(*from) { set_aside(*from) } else { *from };
            moves.push(FdMove { from, to: *to, cloexec: false });
        }
        aside.append(&mut moves);
        let mut keep: Vec<u32> = targets.iter().chain(&program).map(|number| number.cast_unsigned()).collect();
        keep.sort_unstable();
        Ok(Descriptors {
            moves: aside,
            closes: gaps(&keep),
            program: program.unwrap_or(-1),
            first_free: first_free(&keep),
        })
    }
}

/// Every range of numbers that is not in `keep`, which is sorted.
fn gaps(keep: &[u32]) -> Vec<(u32, u32)> {
    let mut gaps = Vec::new();
    let mut next = 0;
    for kept in keep {
        if *kept > next {
            gaps.push((next, kept - 1));
        }
        next = kept.saturating_add(1);
    }
    gaps.push((next, u32::MAX));
    gaps
}

fn first_free(keep: &[u32]) -> u32 {
    gaps(keep).first().map_or(0, |(first, _)| *first)
}

/// The limits for the child, and the one on open files that has to wait until the listener has been made.
pub(super) fn limits(limits: &Limits, first_free: u32) -> (Vec<LimitOp>, Option<LimitOp>) {
    let to_op = |(resource, _, limit): (_, _, Limit)| LimitOp { resource, value: limit.value, exact: limit.asked };
    let late = |op: &LimitOp| op.resource == libc::RLIMIT_NOFILE && op.value <= u64::from(first_free);
    let ops = limits.kernel().map(to_op);
    (ops.iter().filter(|op| !late(op)).copied().collect(), ops.iter().find(|op| late(op)).copied())
}

/// A program that the sandboxee's user can change.
#[derive(Debug)]
pub(super) struct WritableProgram {
    number: RawFd,
    path: CString,
    dir: CString,
    id: FileId,
}

/// Where the program is and which file it is, if the sandboxee's user can change it.
///
/// A file without a name (a memfd, one that was deleted) is left alone: whoever runs it from its descriptor a second time
/// seals it. `number` is what the process that makes init has it as.
pub(super) fn writable_program(program: RawFd, number: RawFd) -> Result<Option<WritableProgram>, SetupError> {
    let failed = |errno| SetupError::new(Stage::Program, errno);
    let facts = calls::file_facts(program).map_err(|sys::Errno(errno)| failed(Some(errno)))?;
    let (user, _) = calls::effective_ids();
    if facts.links == 0 || (facts.owner != user && facts.mode & 0o022 == 0) {
        return Ok(None);
    }
    let path = std::fs::read_link(format!("/proc/self/fd/{program}"))
        .map_err(|error| failed(error.raw_os_error()).with_hint(Some("the host itself needs /proc")))?;
    let dir = path.parent().unwrap_or(&path).to_owned();
    let text = |path: PathBuf| CString::new(path.into_os_string().into_vec()).map_err(|_| failed(Some(libc::EINVAL)));
    Ok(Some(WritableProgram { number, path: text(path)?, dir: text(dir)?, id: facts.id }))
}

/// The program on a read-only mount, if the user could change it, for a process that is in no sandbox when it executes it.
pub(crate) fn unchangeable(program: OwnedFd) -> Result<OwnedFd, SetupError> {
    let number = program.as_raw_fd();
    let Some(WritableProgram { path, dir, id, .. }) = writable_program(number, number)? else { return Ok(program) };
    let found = spawn::read_only(&ProgramPlan { number, path: &path, dir: &dir, id });
    found.map_err(|sys::Errno(errno)| {
        hint::explain(SetupError::new(Stage::Program, Some(errno)).with_what(path.to_string_lossy().into_owned()))
    })
}

/// Enough memory for the plan; what is not touched costs nothing.
pub(super) fn arena_size(spec: &LaunchSpec, files: &FileSystem) -> usize {
    let strings: usize = spec.argv.iter().chain(&spec.envp).map(|text| text.as_bytes_with_nul().len() + 16).sum();
    let steps: usize = files.steps.iter().map(|step| size_of::<MountOp<'_>>() + 64 + step_text(step)).sum();
    let root = files.root.as_ref().map_or(0, place_text);
    strings + steps + root + size_of_val(spec.filter.as_ref()) + spec.fds.len() * 64 + spec.hostname.len() + 24 * 1024
}

fn step_text(step: &Step) -> usize {
    match step {
        Step::MakeDir { path, .. } | Step::MakeFile { path, .. } => path.len() + 1,
        Step::Attach(place) => place_text(place),
    }
}

fn place_text(place: &Place) -> usize {
    let source = if let Source::Host { path, .. } = &place.source { path.len() } else { 32 };
    place.path.len() + source + 2
}

/// What the host has decided of a launch beyond its [`LaunchSpec`].
#[derive(Debug)]
pub(super) struct Preparation {
    pub(super) descriptors: Descriptors,
    pub(super) limits: Vec<LimitOp>,
    pub(super) writable_program: Option<WritableProgram>,
    pub(super) begin: Begin,
    pub(super) numbers: Numbers,
}

/// Under which numbers the process that makes init has the host's descriptors.
#[derive(Debug)]
pub(super) struct Numbers {
    /// What goes to a launch server, in order; `None`: it is the host itself.
    passed: Option<Vec<RawFd>>,
}

impl Numbers {
    pub(super) fn new(by_server: bool) -> Numbers {
        Numbers { passed: by_server.then(Vec::new) }
    }

    /// The number of a descriptor of the host's.
    pub(super) fn of(&mut self, fd: RawFd) -> RawFd {
        match &mut self.passed {
            None => fd,
            Some(passed) => {
                passed.push(fd);
                // The first is that of the memory.
                server::FIRST.saturating_add(i32::try_from(passed.len()).unwrap_or(i32::MAX))
            }
        }
    }

    pub(super) fn passed(&self) -> &[RawFd] {
        self.passed.as_deref().unwrap_or_default()
    }

    fn by_server(&self) -> bool {
        self.passed.is_some()
    }
}

/// Lays the plan out in `region`.
pub(super) fn lay_out<'r>(
    region: &'r Region,
    spec: &LaunchSpec,
    files: &FileSystem,
    preparation: &Preparation,
    (host, lifeline): (RawFd, RawFd),
) -> sys::Result<&'r Plan<'r>> {
    let Preparation { descriptors, limits, writable_program, begin, numbers } = preparation;
    let steps = files.steps.iter().map(|step| mount_op(region, step)).collect::<sys::Result<Vec<_>>>()?;
    let (user, group) = calls::effective_ids();
    let cwd = match &spec.cwd {
        Some(cwd) => Some(put_text(region, cwd)?),
        None => None,
    };
    region.put_one(Plan {
        shared: region.shared(),
        tied: !numbers.by_server(),
        released: !spec.tied,
        host,
        lifeline,
        forget: region.put(&forget::gaps(region.range()))?,
        uid_map: region.put(format!("{INSIDE_ID} {user} 1").as_bytes())?,
        gid_map: region.put(format!("{INSIDE_ID} {group} 1").as_bytes())?,
        nested_map: region.put(format!("{INSIDE_ID} {INSIDE_ID} 1").as_bytes())?,
        late_namespaces: Namespaces::new(spec.network).late_flags(),
        hostname: region.put(spec.hostname.as_bytes())?,
        loopback: Namespaces::new(spec.network).own_network(),
        proc_sources: files.proc_sources,
        root: root_plan(region, files.root.as_ref())?,
        mounts: region.put(&steps)?,
        moves: region.put(&descriptors.moves)?,
        closes: region.put(&descriptors.closes)?,
        begin: *begin,
        program: descriptors.program,
        writable_program: match writable_program {
            Some(program) => Some(ProgramPlan {
                number: program.number,
                path: put_text(region, &program.path)?,
                dir: put_text(region, &program.dir)?,
                id: program.id,
            }),
            None => None,
        },
        limits: region.put(limits)?,
        cwd,
        filter: region.put(&spec.filter)?,
        init_filter: region.put(&init_filter())?,
        argv: put_texts(region, &spec.argv)?,
        envp: put_texts(region, &spec.envp)?,
        stack: region.stack(1),
    })
}

fn put_text<'r>(region: &'r Region, text: &CStr) -> sys::Result<&'r CStr> {
    let bytes = region.put(text.to_bytes_with_nul())?;
    CStr::from_bytes_with_nul(bytes).map_err(|_| sys::Errno(libc::EINVAL))
}

fn put_str<'r>(region: &'r Region, text: &str) -> sys::Result<&'r CStr> {
    put_text(region, &CString::new(text).map_err(|_| sys::Errno(libc::EINVAL))?)
}

/// A null-terminated array of pointers to copies of `texts`.
fn put_texts<'r>(region: &'r Region, texts: &[CString]) -> sys::Result<&'r [*const libc::c_char]> {
    let mut pointers = Vec::with_capacity(texts.len() + 1);
    for text in texts {
        pointers.push(put_text(region, text)?.as_ptr());
    }
    pointers.push(std::ptr::null());
    region.put(&pointers)
}

fn root_plan<'r>(region: &'r Region, root: Option<&Place>) -> sys::Result<RootPlan<'r>> {
    let Some(Place { source, index, .. }) = root else { return Ok(RootPlan::MountPoints) };
    let index = number(*index);
    Ok(match source {
        Source::Host { path, writable, .. } => {
            RootPlan::Bind { source: put_str(region, path)?, attributes: attributes(*writable, false), index }
        }
        Source::Tmpfs { size } => RootPlan::Tmpfs { size: put_str(region, &size.to_string())?, index },
        // A process directory is no root.
        Source::Proc { .. } => return Err(sys::Errno(libc::EINVAL)),
    })
}

fn mount_op<'r>(region: &'r Region, step: &Step) -> sys::Result<MountOp<'r>> {
    let (kind, index) = match step {
        Step::MakeDir { path, index } => (MountKind::MakeDir(put_str(region, path)?), index),
        Step::MakeFile { path, index } => (MountKind::MakeFile(put_str(region, path)?), index),
        Step::Attach(place) => {
            let path = put_str(region, &place.path)?;
            let target = if place.found { Target::Found(path) } else { Target::Made(path) };
            let kind = match &place.source {
                Source::Host { path, dir, writable, device, links } => MountKind::Bind {
                    source: put_str(region, path)?,
                    target,
                    attributes: attributes(*writable, *device),
                    dir: *dir,
                    follow: *links == Links::Follow,
                },
                Source::Tmpfs { size } => MountKind::Tmpfs { target, size: put_str(region, &size.to_string())? },
                Source::Proc { writable } => {
                    MountKind::Proc { target, attributes: attributes(*writable, false) | MOUNT_ATTR_NOEXEC }
                }
            };
            (kind, &place.index)
        }
    };
    Ok(MountOp { index: number(*index), kind })
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Read-only or not executable, never set-user-id, and no devices but one that was named itself.
const fn attributes(writable: bool, device: bool) -> u64 {
    let devices = if device { 0 } else { MOUNT_ATTR_NODEV };
    let access = if writable { MOUNT_ATTR_NOEXEC } else { MOUNT_ATTR_RDONLY };
    MOUNT_ATTR_NOSUID | devices | access
}

/// What init may do once it has locked itself up: wait for its children and for the host, and end.
fn init_filter() -> [Insn; 9] {
    let arch = sandbox2_policy::Arch::native().map_or(0, sandbox2_policy::Arch::audit);
    let equal = |number: libc::c_long, skip| Insn::jump(op::JEQ, number as u32, skip, 0);
    [
        Insn::stmt(op::LD_ABS, offset::ARCH),
        Insn::jump(op::JEQ, arch, 0, 5),
        Insn::stmt(op::LD_ABS, offset::NR),
        equal(libc::SYS_wait4, 4),
        equal(libc::SYS_ppoll, 3),
        equal(libc::SYS_read, 2),
        equal(libc::SYS_exit_group, 1),
        Insn::stmt(op::RET, ret::KILL_PROCESS),
        Insn::stmt(op::RET, ret::ALLOW),
    ]
}
