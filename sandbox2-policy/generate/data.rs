//! What the data files have in common: `#` comments, and one row a line with its columns between ` | `.

/// The architectures in the order of the columns and of the tables' arrays, as Rust's `target_arch` spells them.
pub(crate) const ARCHES: [&str; 3] = ["x86_64", "aarch64", "riscv64"];

/// The rows.
pub(crate) fn data_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// The columns of a row.
///
/// # Errors
/// If there are not exactly `N`.
pub(crate) fn columns<const N: usize>(line: &str) -> Result<[&str; N], String> {
    let columns: Vec<_> = line.split(" | ").collect();
    columns.try_into().map_err(|_| format!("expected {N} columns, in `{line}`"))
}
