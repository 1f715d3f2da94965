//! Reads `errnos.psv` and writes `src/tables/errnos.rs`.

use crate::data::{columns, data_lines};
use crate::layout;

/// The text of `src/tables/errnos.rs`.
///
/// # Errors
/// What is wrong with the data file, and where.
pub(crate) fn table(text: &str) -> Result<String, String> {
    let mut by_name: Vec<(&str, u16)> = Vec::new();
    let mut by_number: Vec<(u16, &str)> = Vec::new();
    for line in data_lines(text) {
        let [name, number, canonical] = columns(line)?;
        let number: u16 = number.parse().map_err(|_| format!("`{number}` is no number, in `{line}`"))?;
        if by_name.last().is_some_and(|(last, _)| *last >= name) {
            return Err(format!("`{name}` is out of order or twice"));
        }
        by_name.push((name, number));
        if canonical == "-" {
            by_number.push((number, name));
        }
    }
    by_number.sort_unstable();
    if let Some(pair) = by_number.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(format!("both `{}` and `{}` are canonical", pair[0].1, pair[1].1));
    }
    if let Some((name, _)) = by_name.iter().find(|(_, nr)| by_number.binary_search_by_key(nr, |entry| entry.0).is_err())
    {
        return Err(format!("the number of `{name}` has no canonical name"));
    }
    let names = by_name.iter().map(|(name, number)| entry(name, *number)).collect::<String>();
    let numbers = by_number.iter().map(|(number, name)| entry(name, *number)).collect::<String>();
    Ok(format!(
        "//! Generated: do not edit. From the data files in `generate/`, by
//! `cargo run -p sandbox2-policy --example generate_tables -- errnos ERRNOS.psv OUT.rs`.

use super::notation::error;
use crate::action::Errno;

/// Every name, also those that are a second one for their number; by name.
pub(super) static BY_NAME: [(&str, Errno); {}] = [
{names}];

/// Every number with its canonical name, by number.
pub(super) static BY_NUMBER: [(&str, Errno); {}] = [
{numbers}];
",
        by_name.len(),
        by_number.len()
    ))
}

fn entry(name: &str, number: u16) -> String {
    layout::list(4, "error(", &[format!("\"{name}\""), number.to_string()], "),")
}
