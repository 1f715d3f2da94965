//! What the kernel reads and writes: structures, asserted to the byte, and constants that the libc crate lacks.

use core::mem::size_of;

/// `struct clone_args`, the first 88 bytes (`CLONE_ARGS_SIZE_VER2`).
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct CloneArgs {
    pub(crate) flags: u64,
    pub(crate) pidfd: u64,
    pub(crate) child_tid: u64,
    pub(crate) parent_tid: u64,
    pub(crate) exit_signal: u64,
    pub(crate) stack: u64,
    pub(crate) stack_size: u64,
    pub(crate) tls: u64,
    pub(crate) set_tid: u64,
    pub(crate) set_tid_size: u64,
    pub(crate) cgroup: u64,
}
const _: () = assert!(size_of::<CloneArgs>() == 88);

/// `struct mount_attr`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct MountAttr {
    pub(crate) attr_set: u64,
    pub(crate) attr_clr: u64,
    pub(crate) propagation: u64,
    pub(crate) userns_fd: u64,
}
const _: () = assert!(size_of::<MountAttr>() == 32);

/// `struct open_how`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct OpenHow {
    pub(crate) flags: u64,
    pub(crate) mode: u64,
    pub(crate) resolve: u64,
}
const _: () = assert!(size_of::<OpenHow>() == 24);

/// `struct statx`, named as far as it is used.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct Statx {
    pub(crate) mask: u32,
    pub(crate) block_size: u32,
    pub(crate) attributes: u64,
    pub(crate) links: u32,
    pub(crate) owner: u32,
    pub(crate) group: u32,
    pub(crate) mode: u16,
    pub(crate) spare: u16,
    pub(crate) inode: u64,
    pub(crate) sizes: [u64; 3],
    pub(crate) times: [[u64; 2]; 4],
    pub(crate) device_of_special: [u32; 2],
    pub(crate) device: [u32; 2],
    pub(crate) rest: [u64; 14],
}
const _: () = assert!(size_of::<Statx>() == 256);
const _: () = assert!(core::mem::offset_of!(Statx, inode) == 32);
const _: () = assert!(core::mem::offset_of!(Statx, device) == 136);

/// `struct rlimit64`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct Rlimit {
    pub(crate) soft: u64,
    pub(crate) hard: u64,
}
const _: () = assert!(size_of::<Rlimit>() == 16);

/// `struct sock_fprog` on a 64-bit kernel.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct FilterProgram {
    pub(crate) len: u16,
    pub(crate) insns: *const sandbox2_policy::insn::Insn,
}
const _: () = assert!(size_of::<FilterProgram>() == 16);
const _: () = assert!(size_of::<sandbox2_policy::insn::Insn>() == 8);

/// `struct __user_cap_header_struct`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct CapHeader {
    pub(crate) version: u32,
    pub(crate) pid: i32,
}
const _: () = assert!(size_of::<CapHeader>() == 8);

/// Two `struct __user_cap_data_struct`, as version 3 takes them.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct CapData {
    pub(crate) words: [u32; 6],
}
const _: () = assert!(size_of::<CapData>() == 24);

/// The kernel's `struct sigaction`, zeroed: the default disposition. Large enough for every architecture.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct SigAction {
    pub(crate) words: [u64; 4],
}
const _: () = assert!(size_of::<SigAction>() == 32);

/// The start of `struct ifreq`: a name and flags, padded to the kernel's 40 bytes.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct IfReqFlags {
    pub(crate) name: [u8; 16],
    pub(crate) flags: i16,
    pub(crate) rest: [u8; 22],
}
const _: () = assert!(size_of::<IfReqFlags>() == 40);

/// The first version of `struct pidfd_info`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct PidfdInfo {
    pub(crate) mask: u64,
    pub(crate) cgroupid: u64,
    pub(crate) pid: u32,
    pub(crate) tgid: u32,
    pub(crate) ppid: u32,
    pub(crate) ids: [u32; 8],
    pub(crate) exit_code: i32,
}
const _: () = assert!(size_of::<PidfdInfo>() == 64);

/// `struct rusage` of a 64-bit kernel.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct Rusage {
    pub(crate) user: [i64; 2],
    pub(crate) system: [i64; 2],
    pub(crate) max_rss_kib: i64,
    pub(crate) rest: [i64; 13],
}
const _: () = assert!(size_of::<Rusage>() == 144);

/// `siginfo_t`, as far as `waitid` fills it in.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct SigInfo {
    pub(crate) signo: i32,
    pub(crate) errno: i32,
    pub(crate) code: i32,
    pub(crate) pad: i32,
    pub(crate) pid: i32,
    pub(crate) uid: u32,
    pub(crate) status: i32,
    pub(crate) rest: [u8; 100],
}
const _: () = assert!(size_of::<SigInfo>() == 128);

/// `PIDFD_GET_INFO`: `_IOWR(0xFF, 11, struct pidfd_info)`; Linux 6.13.
pub(crate) const PIDFD_GET_INFO: usize = 0xc000_0000 | (64 << 16) | (0xff << 8) | 11;
/// `PIDFD_INFO_PID`.
pub(crate) const PIDFD_INFO_PID: u64 = 1;
/// `SECCOMP_IOCTL_NOTIF_ID_VALID`: `_IOW('!', 2, __u64)`.
pub(crate) const NOTIF_ID_VALID: usize = 0x4000_0000 | (8 << 16) | (0x21 << 8) | 2;
/// `SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV`; Linux 5.19.
pub(crate) const WAIT_KILLABLE_RECV: usize = 1 << 5;
/// `SECCOMP_FILTER_FLAG_NEW_LISTENER`.
pub(crate) const NEW_LISTENER: usize = 1 << 3;

/// `OPEN_TREE_CLONE`.
pub(crate) const OPEN_TREE_CLONE: u32 = 1;
/// `AT_RECURSIVE`.
pub(crate) const AT_RECURSIVE: u32 = 0x8000;
/// `MOVE_MOUNT_F_EMPTY_PATH`.
pub(crate) const MOVE_MOUNT_F_EMPTY_PATH: u32 = 0x4;
/// `MOVE_MOUNT_T_EMPTY_PATH`.
pub(crate) const MOVE_MOUNT_T_EMPTY_PATH: u32 = 0x40;
/// `MOUNT_ATTR_RDONLY`.
pub(crate) const MOUNT_ATTR_RDONLY: u64 = 0x1;
/// `MOUNT_ATTR_NOSUID`.
pub(crate) const MOUNT_ATTR_NOSUID: u64 = 0x2;
/// `MOUNT_ATTR_NODEV`.
pub(crate) const MOUNT_ATTR_NODEV: u64 = 0x4;
/// `MOUNT_ATTR_NOEXEC`.
pub(crate) const MOUNT_ATTR_NOEXEC: u64 = 0x8;
/// `FSCONFIG_SET_STRING`.
pub(crate) const FSCONFIG_SET_STRING: usize = 1;
/// `FSCONFIG_CMD_CREATE`.
pub(crate) const FSCONFIG_CMD_CREATE: usize = 6;

/// `CLONE_CLEAR_SIGHAND`: beyond the libc crate's `c_int`.
pub(crate) const CLONE_CLEAR_SIGHAND: u64 = 1 << 32;
/// `PR_SET_SPECULATION_CTRL`.
pub(crate) const PR_SET_SPECULATION_CTRL: i32 = 53;
/// `PR_SPEC_STORE_BYPASS`.
pub(crate) const PR_SPEC_STORE_BYPASS: usize = 0;
/// `PR_SPEC_INDIRECT_BRANCH`.
pub(crate) const PR_SPEC_INDIRECT_BRANCH: usize = 1;
/// `PR_SPEC_FORCE_DISABLE`.
pub(crate) const PR_SPEC_FORCE_DISABLE: usize = 8;
