use crate::{meaning::Meaning, program::Program};
pub fn validate(_m: &Meaning, _p: &Program) -> Result<(), String> {
    Ok(())
}
