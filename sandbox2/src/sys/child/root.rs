//! The root file system of a sandbox: built of detached mounts, and then changed to.

use core::ffi::CStr;

use super::{At, Failure, MountKind, MountOp, Plan, ProgramPlan, RootPlan, Step, Target};
use crate::sys::abi::{MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY};
use crate::sys::calls::{self, Fd};
use crate::sys::stage::Stage;
use crate::sys::{Errno, Result};

/// No mount in particular.
pub(super) const NO_DETAIL: u32 = u32::MAX;
const TMPFS_ATTRIBUTES: u64 = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

/// Makes the sandbox's file system and changes to it.
pub(super) fn build_root(plan: &Plan<'_>, program_mount: Option<Fd>) -> Step {
    if plan.proc_sources {
        let proc = new_proc(TMPFS_ATTRIBUTES, false).at(Stage::Proc, NO_DETAIL)?;
        calls::move_mount(proc, libc::AT_FDCWD, c"/proc").at(Stage::Proc, NO_DETAIL)?;
        calls::close(proc);
    }
    let root = match plan.root {
        RootPlan::MountPoints => new_tmpfs(None).at(Stage::Root, NO_DETAIL)?,
        RootPlan::Tmpfs { size, index } => new_tmpfs(Some(size)).at(Stage::Tmpfs, index)?,
        RootPlan::Bind { source, attributes, index } => clone_source(source, attributes, true, true, index)?,
    };
    // Absolute paths still start at the old root, which has no name to hide behind a mount: sources stay reachable.
    calls::move_mount(root, libc::AT_FDCWD, c"/").at(Stage::Root, NO_DETAIL)?;
    for op in plan.mounts {
        mount(root, op)?;
    }
    if matches!(plan.root, RootPlan::MountPoints) {
        calls::mount_setattr(root, MOUNT_ATTR_RDONLY, false).at(Stage::Root, NO_DETAIL)?;
    }
    if let Some(mount) = program_mount {
        // The sandbox's own copies, which may be writable, have been made.
        calls::mount_setattr(mount, MOUNT_ATTR_RDONLY, false).at(Stage::Program, 1)?;
        calls::close(mount);
    }
    calls::fchdir(root).at(Stage::Pivot, 0)?;
    calls::pivot_root_here().at(Stage::Pivot, 1)?;
    calls::detach_here().at(Stage::Pivot, 2)?;
    calls::chdir(c"/").at(Stage::Pivot, 3)?;
    calls::close(root);
    Ok(())
}

/// Puts the program as this mount namespace has it in the place of the host's. The root of the mount that it is on.
pub(super) fn own_program(program: ProgramPlan<'_>) -> Result<Fd> {
    let own = calls::openat(libc::AT_FDCWD, program.path, libc::O_PATH)?;
    let facts = calls::file_facts(own)?;
    // Another file has taken its name meanwhile, or the descriptor comes from other mounts.
    if facts.id != program.id {
        return Err(Errno(libc::ESTALE));
    }
    calls::dup3(own, program.number, true)?;
    if facts.mount_root {
        return Ok(own);
    }
    calls::close(own);
    let mut dir = calls::openat(libc::AT_FDCWD, program.dir, libc::O_PATH | libc::O_DIRECTORY)?;
    // The root of everything is the root of a mount, too, but for a host in a chroot, which cannot make namespaces.
    for _ in 0..libc::PATH_MAX {
        if calls::file_facts(dir)?.mount_root {
            return Ok(dir);
        }
        let above = calls::openat(dir, c"..", libc::O_PATH | libc::O_DIRECTORY)?;
        calls::close(dir);
        dir = above;
    }
    Err(Errno(libc::ELOOP))
}

fn new_tmpfs(size: Option<&CStr>) -> Result<Fd> {
    let fs = calls::fsopen(c"tmpfs")?;
    calls::fsconfig_set(fs, c"mode", c"0755")?;
    if let Some(size) = size {
        calls::fsconfig_set(fs, c"size", size)?;
    }
    calls::fsconfig_create(fs)?;
    let mount = calls::fsmount(fs, TMPFS_ATTRIBUTES);
    calls::close(fs);
    mount
}

/// A proc file system of the sandbox's processes; with nothing else in it if `only_processes`.
fn new_proc(attributes: u64, only_processes: bool) -> Result<Fd> {
    let fs = calls::fsopen(c"proc")?;
    if only_processes {
        calls::fsconfig_set(fs, c"subset", c"pid")?;
    }
    calls::fsconfig_create(fs)?;
    let mount = calls::fsmount(fs, attributes);
    calls::close(fs);
    mount
}

fn mount(root: Fd, op: &MountOp<'_>) -> Step {
    let index = op.index;
    match op.kind {
        MountKind::MakeDir(path) => match calls::mkdirat(root, path) {
            Ok(()) | Err(Errno(libc::EEXIST)) => Ok(()),
            Err(errno) => Err(Failure { stage: Stage::MountTarget, detail: index, errno }),
        },
        MountKind::MakeFile(path) => calls::mkfileat(root, path).at(Stage::MountTarget, index),
        MountKind::Bind { source, target, attributes, dir, follow } => {
            let tree = clone_source(source, attributes, dir, follow, index)?;
            attach(root, tree, target, index)
        }
        MountKind::Tmpfs { target, size } => {
            let tmpfs = new_tmpfs(Some(size)).at(Stage::Tmpfs, index)?;
            attach(root, tmpfs, target, index)
        }
        MountKind::Proc { target, attributes } => {
            // The host's kernel is not the sandboxee's to set, though its user may be the owner of /proc/sys.
            let only_processes = attributes & MOUNT_ATTR_RDONLY == 0;
            let proc = new_proc(attributes, only_processes).at(Stage::Proc, index)?;
            attach(root, proc, target, index)
        }
    }
}

/// A detached, restricted copy of what the host has at `source`.
fn clone_source(
    source: &CStr,
    attributes: u64,
    dir: bool,
    follow: bool,
    index: u32,
) -> core::result::Result<Fd, Failure> {
    let flags = libc::O_PATH | if dir { libc::O_DIRECTORY } else { 0 };
    // A magic link (/proc/self/fd/0, /dev/stdin) would name something of this process, not of the host's files.
    let resolve = libc::RESOLVE_NO_MAGICLINKS | if follow { 0 } else { libc::RESOLVE_NO_SYMLINKS };
    let place = calls::openat2(libc::AT_FDCWD, source, flags, resolve).at(Stage::MountSource, index)?;
    let tree = calls::open_tree_clone(place, c"", dir).at(Stage::MountSource, index)?;
    calls::close(place);
    calls::mount_setattr(tree, attributes, true).at(Stage::MountAttributes, index)?;
    Ok(tree)
}

fn attach(root: Fd, mount: Fd, target: Target<'_>, index: u32) -> Step {
    match target {
        Target::Made(path) => calls::move_mount(mount, root, path).at(Stage::Mount, index)?,
        Target::Found(path) => {
            let resolve = libc::RESOLVE_IN_ROOT | libc::RESOLVE_NO_SYMLINKS | libc::RESOLVE_NO_MAGICLINKS;
            let place = calls::openat2(root, path, libc::O_PATH, resolve).at(Stage::MountTarget, index)?;
            calls::move_mount_onto(mount, place).at(Stage::Mount, index)?;
            calls::close(place);
        }
    }
    calls::close(mount);
    Ok(())
}
