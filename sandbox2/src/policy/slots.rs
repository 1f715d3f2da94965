//! Values that are known only at launch.

use super::{Policy, parts::PolicyParts};

/// A value for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotValue(i128);

macro_rules! from {
    ($($integer:ty)*) => {
        $(impl From<$integer> for SlotValue {
            fn from(value: $integer) -> SlotValue {
                SlotValue(i128::from(value))
            }
        })*
    };
}

from!(i8 u8 i16 u16 i32 u32 i64 u64);

/// A slot could not be given a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SlotError {
    /// The policy has no such slot.
    #[error("the policy has no slot `{name}`{}", known(.slots))]
    Unknown {
        /// The name.
        name: String,
        /// The slots that it has.
        slots: Vec<String>,
    },
    /// The value does not fit into the slot.
    #[error("{value} does not fit into the slot `{name}`, which is {ty}")]
    OutOfRange {
        /// The slot.
        name: String,
        /// Its type.
        ty: &'static str,
        /// The value.
        value: i128,
    },
}

fn known(slots: &[String]) -> String {
    if slots.is_empty() { String::new() } else { format!("; it has {}", slots.join(", ")) }
}

impl Policy {
    /// The policy with a value for one of its slots (`slot log_fd: i32;`), which is known only now.
    ///
    /// The program was proved for every value; giving one changes operands and nothing else. A slot that has a value can be
    /// given another. A policy with a slot that has none cannot be put in force.
    ///
    /// ```
    /// sandbox2::policy! {
    ///     static LOGGER;
    ///
    ///     slot log_fd: i32;
    ///     ALLOW write if fd == log_fd;
    /// }
    /// let policy = LOGGER.with_slot("log_fd", 7)?;
    /// # Ok::<(), sandbox2::SlotError>(())
    /// ```
    ///
    /// # Errors
    /// If there is no such slot, or the value does not fit into its type.
    pub fn with_slot(&self, name: &str, value: impl Into<SlotValue>) -> Result<Policy, SlotError> {
        let SlotValue(value) = value.into();
        let mut parts = self.parts().clone();
        let names = || parts.slots.iter().map(|slot| slot.name.to_string()).collect();
        let Some(index) = parts.slots.iter().position(|slot| slot.name == name) else {
            return Err(SlotError::Unknown { name: name.to_owned(), slots: names() });
        };
        let slot = &mut parts.slots.to_mut()[index];
        let (ty, fits) = match (slot.wide, slot.signed) {
            (false, false) => ("u32", u32::try_from(value).is_ok()),
            (false, true) => ("i32", i32::try_from(value).is_ok()),
            (true, false) => ("u64", u64::try_from(value).is_ok()),
            (true, true) => ("i64", i64::try_from(value).is_ok()),
        };
        if !fits {
            return Err(SlotError::OutOfRange { name: name.to_owned(), ty, value });
        }
        slot.bound = true;
        let symbol = slot.symbol;
        bind(&mut parts, symbol, value as u64);
        Ok(Policy::shared(parts))
    }

    /// The slots that have no value yet.
    pub fn unbound_slots(&self) -> impl Iterator<Item = &str> {
        self.parts().slots.iter().filter(|slot| !slot.bound).map(|slot| slot.name.as_ref())
    }

    pub(crate) fn unbound_slot(&self) -> Option<&str> {
        self.unbound_slots().next()
    }
}

fn bind(parts: &mut PolicyParts, symbol: u16, value: u64) {
    if let Some(known) = parts.symbols.to_mut().get_mut(usize::from(symbol)) {
        *known = value;
    }
    for (program, patches) in parts.programs.iter_mut().zip(&parts.patches) {
        for patch in patches.iter().filter(|patch| patch.symbol == symbol) {
            let half = if patch.high { (value >> 32) as u32 } else { value as u32 };
            if let Some(insn) = program.to_mut().get_mut(usize::from(patch.at)) {
                insn.k = half ^ patch.xor;
            }
        }
    }
}
