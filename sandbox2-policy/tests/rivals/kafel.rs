//! kafel, if the variable `SANDBOX2_KAFEL` says where its shared library is.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::fmt::Write as _;

use libloading::{Library, Symbol};
use sandbox2_policy::Action;
use sandbox2_policy::insn::Insn;
use sandbox2_policy::meaning::{Cmp, CmpOp, Cond, Meaning, Width};

use super::Made;
use super::flat::known;

/// `struct sock_fprog`.
#[repr(C)]
struct Program {
    length: u16,
    insns: *mut Insn,
}

type Create = unsafe extern "C" fn() -> *mut c_void;
type Destroy = unsafe extern "C" fn(*mut *mut c_void);
type SetInput = unsafe extern "C" fn(*mut c_void, *const c_char);
type SetArch = unsafe extern "C" fn(*mut c_void, u32);
type Compile = unsafe extern "C" fn(*mut c_void, *mut Program) -> c_int;
type Message = unsafe extern "C" fn(*mut c_void) -> *const c_char;

/// Its program. It has everything that a fixture says; there is no guard against the numbers of x32 in it.
pub(crate) fn compile(meaning: &Meaning) -> Result<Made, String> {
    let path = std::env::var_os("SANDBOX2_KAFEL")
        .ok_or("skipped: SANDBOX2_KAFEL does not say where libkafel.so is (github.com/google/kafel)")?;
    let source = CString::new(source(meaning)?).map_err(|error| error.to_string())?;
    // SAFETY: the library has no initialisers of its own.
    let library = unsafe { Library::new(path) }.map_err(|error| format!("skipped: {error}"))?;
    run(&library, &source, meaning.arch.audit()).map_err(|error| error.trim().to_owned())
}

/// Looks up a function of the library; `T` is its type in the library's header.
macro_rules! function {
    ($library:expr, $name:literal, $type:ty) => {{
        // SAFETY: the type is the one that the library's header gives.
        let symbol: Result<Symbol<'_, $type>, _> = unsafe { $library.get(concat!($name, "\0").as_bytes()) };
        symbol.map_err(|error| error.to_string())?
    }};
}

fn run(library: &Library, source: &CStr, audit: u32) -> Result<Made, String> {
    let create = function!(library, "kafel_ctxt_create", Create);
    let destroy = function!(library, "kafel_ctxt_destroy", Destroy);
    let set_input = function!(library, "kafel_set_input_string", SetInput);
    let set_arch = function!(library, "kafel_set_target_arch", SetArch);
    let compile = function!(library, "kafel_compile", Compile);
    let message = function!(library, "kafel_error_msg", Message);
    // SAFETY: it takes nothing.
    let mut context = unsafe { create() };
    let mut program = Program { length: 0, insns: std::ptr::null_mut() };
    // SAFETY: the context is live, and the text lives until it is destroyed.
    unsafe { set_input(context, source.as_ptr()) };
    // SAFETY: the context is live.
    unsafe { set_arch(context, audit) };
    // SAFETY: the context is live and the place for the program writable.
    let error = unsafe { compile(context, &raw mut program) };
    let made = if error == 0 {
        // SAFETY: on success there are that many instructions there.
        let insns = unsafe { std::slice::from_raw_parts(program.insns, usize::from(program.length)) }.to_vec();
        // SAFETY: the library leaves the array to its caller, for `free`.
        unsafe { libc::free(program.insns.cast()) };
        Ok(Made { program: insns, left_out: Vec::new() })
    } else {
        // SAFETY: the context is live; the message belongs to it.
        let text = unsafe { message(context) };
        // SAFETY: it is a string with its end.
        Err(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
    };
    // SAFETY: the context is destroyed once.
    unsafe { destroy(&raw mut context) };
    made
}

/// The policy in kafel's language, a rule for a rule: there too the first that matches decides.
fn source(meaning: &Meaning) -> Result<String, String> {
    let mut blocks: Vec<(Action, Vec<String>)> = Vec::new();
    for call in meaning.calls.iter() {
        for rule in call.rules.iter() {
            let mut text = format!("SYSCALL[{}]", call.nr);
            if rule.cond != Cond::True {
                write!(text, "(a0, a1, a2, a3, a4, a5) {{ {} }}", condition(&rule.cond)?).expect("a string takes text");
            }
            match blocks.last_mut() {
                Some((action, rules)) if *action == rule.action => rules.push(text),
                _ => blocks.push((rule.action, vec![text])),
            }
        }
    }
    let blocks: Result<Vec<String>, String> =
        blocks.iter().map(|(action, rules)| Ok(format!("{} {{ {} }}", target(*action)?, rules.join(", ")))).collect();
    Ok(format!("POLICY p {{ {} }} USE p DEFAULT {}", blocks?.join(", "), target(meaning.default)?))
}

fn target(action: Action) -> Result<String, String> {
    Ok(match action {
        Action::Allow => "ALLOW".into(),
        Action::Kill => "KILL_PROCESS".into(),
        Action::Errno(errno) => format!("ERRNO({})", errno.get()),
        Action::Trap(number) => format!("TRAP({number})"),
        Action::Log => "LOG".into(),
        Action::Notify => return Err("NOTIFY is not compared".into()),
    })
}

fn condition(cond: &Cond) -> Result<String, String> {
    let joined = |list: &[Cond], with: &str, of_nothing: &str| {
        let parts: Result<Vec<String>, String> = list.iter().map(condition).collect();
        parts.map(|parts| if parts.is_empty() { of_nothing.to_owned() } else { format!("({})", parts.join(with)) })
    };
    match cond {
        Cond::True => Ok("1 == 1".into()),
        Cond::Cmp(cmp) => comparison(cmp),
        Cond::All(list) => joined(list, " && ", "1 == 1"),
        Cond::Any(list) => joined(list, " || ", "1 == 0"),
        Cond::Not(list) => Ok(format!("!({})", joined(list, " || ", "1 == 0")?)),
    }
}

/// A comparison. Arguments have 64 bits under names of our own, so those of 32 are masked: that is what kafel makes of the
/// arguments that it knows to have 32.
fn comparison(cmp: &Cmp) -> Result<String, String> {
    let op = match cmp.op {
        CmpOp::Eq => "==",
        CmpOp::Ne => "!=",
        CmpOp::Lt => "<",
        CmpOp::Le => "<=",
        CmpOp::Gt => ">",
        CmpOp::Ge => ">=",
    };
    if cmp.signed && !matches!(cmp.op, CmpOp::Eq | CmpOp::Ne) {
        return Err("kafel has no signed order".into());
    }
    let all = if cmp.width == Width::W32 { u64::from(u32::MAX) } else { u64::MAX };
    let mask = cmp.mask.map_or(all, known) & all;
    let value = known(cmp.value);
    Ok(if mask == u64::MAX {
        format!("a{} {op} {value}", cmp.arg)
    } else {
        format!("(a{} & {mask}) {op} {value}", cmp.arg)
    })
}
