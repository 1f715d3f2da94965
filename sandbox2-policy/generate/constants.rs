//! Reads `constants.psv` and writes `src/tables/constants.rs`.

use crate::data::{columns, data_lines};
use crate::layout;

/// One named constant.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) name: String,
    /// Its value on each architecture.
    pub(crate) values: [Option<i64>; 3],
    /// Where the `libc` crate has it.
    pub(crate) libc: InLibc,
}

/// Where the `libc` crate has a constant, as the data file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InLibc {
    /// For gnu and musl.
    All,
    /// For gnu.
    Gnu,
    /// Not for certain.
    No,
}

/// The constants that the data file describes, by name.
///
/// # Errors
/// What is wrong with the file, and where.
pub(crate) fn read(text: &str) -> Result<Vec<Row>, String> {
    let mut rows: Vec<Row> = Vec::new();
    for line in data_lines(text) {
        let row = read_row(line).map_err(|problem| format!("{problem}, in `{line}`"))?;
        if rows.last().is_some_and(|last| last.name >= row.name) {
            return Err(format!("`{}` is out of order or twice", row.name));
        }
        if row.values.iter().all(Option::is_none) {
            return Err(format!("`{}` has no value", row.name));
        }
        rows.push(row);
    }
    Ok(rows)
}

fn read_row(line: &str) -> Result<Row, String> {
    let [name, x86_64, aarch64, riscv64, libc] = columns(line)?;
    let value = |column: &str| match column {
        "-" => Ok(None),
        digits => digits.parse().map(Some).map_err(|_| format!("`{digits}` is no number")),
    };
    let libc = match libc {
        "all" => InLibc::All,
        "gnu" => InLibc::Gnu,
        "no" => InLibc::No,
        other => return Err(format!("`{other}` is not all, gnu or no")),
    };
    Ok(Row { name: name.to_owned(), values: [value(x86_64)?, value(aarch64)?, value(riscv64)?], libc })
}

/// The text of `src/tables/constants.rs`.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut constants = String::new();
    for row in rows {
        let libc = match row.libc {
            InLibc::All => "All",
            InLibc::Gnu => "Gnu",
            InLibc::No => "No",
        };
        let name = format!("\"{}\"", row.name);
        constants += &match row.values {
            [Some(a), Some(b), Some(c)] if a == b && b == c => {
                layout::list(4, "same(", &[name, a.to_string(), libc.to_owned()], "),")
            }
            values => {
                let values = values.map(|value| value.map_or("None".to_owned(), |value| format!("Some({value})")));
                layout::list(4, "each(", &[name, format!("[{}]", values.join(", ")), libc.to_owned()], "),")
            }
        };
    }
    format!(
        "//! Generated: do not edit. From the data files in `generate/`, by
//! `cargo run -p sandbox2-policy --example generate_tables -- constants CONSTANTS.psv OUT.rs`.

use super::Constant;
use super::InLibc::{{All, Gnu, No}};
use super::notation::{{each, same}};

/// Every constant, by name.
pub(super) static CONSTANTS: [Constant; {}] = [
{constants}];
",
        rows.len()
    )
}
