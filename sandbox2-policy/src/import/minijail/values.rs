//! Numbers and constants of a minijail policy, and what its operators mean.

use super::parse::{Atom, Value};
use crate::arch::Arch;
use crate::import::machine::{Comparison, Condition};
use crate::import::{ImportError, Places};
use crate::meaning::CmpOp;
use crate::problem::nearest;
use crate::tables;

/// Constants that the C library has with another value than the kernel; minijail is built against the C library.
const OF_LIBC: [(&str, u64); 1] = [("O_LARGEFILE", 0)];

/// An atom on `arch`.
pub(super) fn comparison(atom: &Atom, arch: Arch, places: &Places) -> Result<Condition, ImportError> {
    let mut words = Some(Vec::new());
    let value = value(&atom.value, arch, places, &mut words)?;
    let words = words.unwrap_or_default();
    let plain = |op| Comparison { words, ..Comparison::wide(atom.arg, op, value, atom.node) };
    Ok(Condition::Cmp(match atom.op {
        "==" => plain(CmpOp::Eq),
        "!=" => plain(CmpOp::Ne),
        "<" => plain(CmpOp::Lt),
        "<=" => plain(CmpOp::Le),
        ">" => plain(CmpOp::Gt),
        ">=" => plain(CmpOp::Ge),
        // Any of the bits.
        "&" => Comparison { keep: value, ..Comparison::wide(atom.arg, CmpOp::Ne, 0, atom.node) },
        // No other bit.
        _ => Comparison { keep: !value, ..Comparison::wide(atom.arg, CmpOp::Eq, 0, atom.node) },
    }))
}

/// A number as minijail reads it; `words` are the constants in it, as long as there is nothing else.
fn value(value: &Value, arch: Arch, places: &Places, words: &mut Option<Vec<String>>) -> Result<u64, ImportError> {
    match value {
        Value::Number(text, node) => {
            *words = None;
            number(text).ok_or_else(|| {
                places.error(
                    *node,
                    format!("`{text:.60}` is no number"),
                    "numbers are 42, -1, 0x2a and 052, of at most 64 bits",
                )
            })
        }
        Value::Constant(name, node) => {
            if let Some(known) = OF_LIBC.iter().find(|known| known.0 == name) {
                *words = None;
                return Ok(known.1);
            }
            let Some(constant) = tables::constant(name) else {
                let hint = match nearest(name, tables::constants().iter().map(|constant| constant.name)) {
                    Some(near) => format!("did you mean `{near}`? Else write its number"),
                    None => "write its number".to_owned(),
                };
                return Err(places.error(*node, format!("unknown constant `{name:.60}`"), hint));
            };
            let Some(value) = constant.values[arch.index()] else {
                let message = format!("`{name}` does not exist on {}", arch.name());
                return Err(places.error(*node, message, "import the policy for the architectures that have it"));
            };
            if let Some(words) = words {
                words.push(name.clone());
            }
            Ok(value.cast_unsigned())
        }
        Value::Not(inner) => {
            let inner = self::value(inner, arch, places, words)?;
            *words = None;
            Ok(!inner)
        }
        Value::Or(parts) => {
            let mut all = 0;
            for part in parts {
                all |= self::value(part, arch, places, words)?;
            }
            Ok(all)
        }
    }
}

/// As `strtol(…, 0)`, and `strtoul` where that overflows.
fn number(text: &str) -> Option<u64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let parsed = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => u64::from_str_radix(digits.get(2..)?, 16),
        [b'0', _, ..] => u64::from_str_radix(digits, 8),
        [b'0'..=b'9', ..] => digits.parse(),
        _ => return None,
    };
    let value = parsed.ok()?;
    match digits.len() < text.len() {
        true if value > 1 << 63 => None,
        true => Some(value.wrapping_neg()),
        false => Some(value),
    }
}

/// The error of `return`: a number, or a name as errno(3) has it. `None` if it is neither, or none that a call can give.
pub(super) fn returned(text: &str) -> Option<crate::action::Errno> {
    match number(text) {
        Some(data) => crate::import::statements::errno(data),
        None => tables::errno(text),
    }
}
