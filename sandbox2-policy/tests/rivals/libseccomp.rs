//! libseccomp, if it is installed: loaded at run time, so that nothing here needs it to build.

use std::ffi::{c_int, c_uint, c_void};
use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _};
use std::ptr::NonNull;

use libloading::{Library, Symbol};
use sandbox2_policy::insn::{Insn, ret};
use sandbox2_policy::meaning::{Cmp, CmpOp, Meaning};
use sandbox2_policy::reference::kernel_return;
use sandbox2_policy::{Action, Supervision};

use super::Made;
use super::flat::{Alternative, alternatives, known, one_for_each_argument};

/// `SCMP_FLTATR_CTL_OPTIMIZE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Optimize {
    /// A chain of comparisons: the library's default.
    Chain = 1,
    /// A binary tree over the numbers.
    Tree = 2,
}

/// `SCMP_FLTATR_ACT_BADARCH` and `SCMP_FLTATR_CTL_OPTIMIZE` of `enum scmp_filter_attr`.
const BAD_ARCH: c_uint = 2;
const OPTIMIZE: c_uint = 8;

/// `struct scmp_arg_cmp`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
struct ArgCmp {
    arg: c_uint,
    op: c_int,
    a: u64,
    b: u64,
}

type Init = unsafe extern "C" fn(u32) -> *mut c_void;
type Release = unsafe extern "C" fn(*mut c_void);
type AttrSet = unsafe extern "C" fn(*mut c_void, c_uint, u32) -> c_int;
type RuleAdd = unsafe extern "C" fn(*mut c_void, u32, c_int, c_uint, *const ArgCmp) -> c_int;
type ExportBpf = unsafe extern "C" fn(*mut c_void, c_int) -> c_int;

/// Its program. Comparisons are its ordinary ones, which are of 64 bits: those with a mask for 32 bits cost it more. Where it
/// takes no rule for a call, the call is left to the default.
pub(crate) fn compile(meaning: &Meaning, optimize: Optimize) -> Result<Made, String> {
    // SAFETY: the library's initialisers do nothing that matters to us.
    let library = unsafe { Library::new("libseccomp.so.2") }
        .map_err(|_| "skipped: no libseccomp.so.2, install the package libseccomp2".to_owned())?;
    let mut filter = Filter::new(&library, returned(meaning.default))?;
    filter.attribute(BAD_ARCH, ret::KILL_PROCESS)?;
    filter.attribute(OPTIMIZE, optimize as u32)?;
    let mut left_out = Vec::new();
    for call in meaning.calls.iter() {
        let Some(alternatives) = one_for_each_argument(&alternatives(meaning, call)) else {
            left_out.push(call.nr);
            continue;
        };
        // Those that it takes, it gets, also when it does not take others.
        let refused = alternatives.iter().filter(|alternative| !filter.add(call.nr, alternative)).count();
        if refused > 0 {
            left_out.push(call.nr);
        }
    }
    Ok(Made { program: filter.export()?, left_out })
}

fn returned(action: Action) -> u32 {
    kernel_return(action, Supervision::Standalone, false)
}

/// A filter under construction.
struct Filter<'a> {
    library: &'a Library,
    context: NonNull<c_void>,
}

impl Drop for Filter<'_> {
    fn drop(&mut self) {
        // SAFETY: the type is that of `seccomp_release` in its header.
        if let Ok(release) = unsafe { self.library.get::<Release>(b"seccomp_release\0") } {
            // SAFETY: the context came from `seccomp_init` and is released once.
            unsafe { release(self.context.as_ptr()) };
        }
    }
}

impl<'a> Filter<'a> {
    fn new(library: &'a Library, default: u32) -> Result<Filter<'a>, String> {
        // SAFETY: the type is that of `seccomp_init` in its header.
        let init: Symbol<'_, Init> = unsafe { library.get(b"seccomp_init\0") }.map_err(|error| error.to_string())?;
        // SAFETY: it takes any number.
        let context = unsafe { init(default) };
        let context = NonNull::new(context).ok_or("seccomp_init refused the default")?;
        Ok(Filter { library, context })
    }

    fn attribute(&mut self, attribute: c_uint, value: u32) -> Result<(), String> {
        // SAFETY: the type is that of `seccomp_attr_set` in its header.
        let set: Symbol<'_, AttrSet> =
            unsafe { self.library.get(b"seccomp_attr_set\0") }.map_err(|error| error.to_string())?;
        // SAFETY: the context is live.
        match unsafe { set(self.context.as_ptr(), attribute, value) } {
            0 => Ok(()),
            error => Err(format!("seccomp_attr_set({attribute}): {error}")),
        }
    }

    /// Whether the library took the rule.
    fn add(&mut self, nr: u32, alternative: &Alternative) -> bool {
        let Some(comparisons) = alternative.all.iter().map(comparison).collect::<Option<Vec<_>>>() else {
            return false;
        };
        // SAFETY: the type is that of `seccomp_rule_add_exact_array` in its header.
        let Ok(add) = (unsafe { self.library.get::<RuleAdd>(b"seccomp_rule_add_exact_array\0") }) else {
            return false;
        };
        let (action, count) = (returned(alternative.action), comparisons.len() as c_uint);
        // SAFETY: the context is live, and the array has that many members.
        unsafe { add(self.context.as_ptr(), action, nr as c_int, count, comparisons.as_ptr()) == 0 }
    }

    fn export(&self) -> Result<Vec<Insn>, String> {
        // SAFETY: the name is a string with its end.
        let fd = unsafe { libc::memfd_create(c"filter".as_ptr(), libc::MFD_CLOEXEC) };
        if fd < 0 {
            return Err(std::io::Error::last_os_error().to_string());
        }
        // SAFETY: the descriptor is new and nobody else's.
        let mut file = unsafe { File::from_raw_fd(fd) };
        // SAFETY: the type is that of `seccomp_export_bpf` in its header.
        let export: Symbol<'_, ExportBpf> =
            unsafe { self.library.get(b"seccomp_export_bpf\0") }.map_err(|error| error.to_string())?;
        // SAFETY: the context and the descriptor are live.
        let error = unsafe { export(self.context.as_ptr(), file.as_raw_fd()) };
        if error != 0 {
            return Err(format!("seccomp_export_bpf: {error}"));
        }
        let mut bytes = Vec::new();
        file.rewind().and_then(|()| file.read_to_end(&mut bytes)).map_err(|error| error.to_string())?;
        Ok(bytes.as_chunks::<8>().0.iter().map(insn).collect())
    }
}

/// `struct sock_filter`.
fn insn(bytes: &[u8; 8]) -> Insn {
    let [code_low, code_high, jt, jf, k @ ..] = *bytes;
    Insn { code: u16::from_ne_bytes([code_low, code_high]), jt, jf, k: u32::from_ne_bytes(k) }
}

/// `enum scmp_compare`.
fn comparison(cmp: &Cmp) -> Option<ArgCmp> {
    let (op, a, b) = match (cmp.op, cmp.mask) {
        (CmpOp::Ne, None) => (1, known(cmp.value), 0),
        (CmpOp::Lt, None) => (2, known(cmp.value), 0),
        (CmpOp::Le, None) => (3, known(cmp.value), 0),
        (CmpOp::Eq, None) => (4, known(cmp.value), 0),
        (CmpOp::Ge, None) => (5, known(cmp.value), 0),
        (CmpOp::Gt, None) => (6, known(cmp.value), 0),
        (CmpOp::Eq, Some(mask)) => (7, known(mask), known(cmp.value)),
        _ => return None,
    };
    Some(ArgCmp { arg: c_uint::from(cmp.arg), op, a, b })
}
