//! Breaks generated code into lines the way rustfmt does with this workspace's settings, so that it needs no second pass.

/// The longest line (`max_width` of `rustfmt.toml`).
const MAX_WIDTH: usize = 120;

/// `open` + items + `close`, on one line if it fits and else one item a line, `indent` spaces deep.
pub(crate) fn list(indent: usize, open: &str, items: &[String], close: &str) -> String {
    let pad = " ".repeat(indent);
    let line = format!("{pad}{open}{}{close}", items.join(", "));
    if line.len() <= MAX_WIDTH {
        return line + "\n";
    }
    let mut broken = format!("{pad}{open}\n");
    for item in items {
        broken += &format!("{pad}    {item},\n");
    }
    broken + &format!("{pad}{close}\n")
}

/// `declaration` ` = &[` items `];`, where the list moves to a line of its own if that keeps it whole.
pub(crate) fn constant(declaration: &str, items: &[String]) -> String {
    let value = format!("&[{}];", items.join(", "));
    if declaration.len() + 3 + value.len() > MAX_WIDTH && 4 + value.len() <= MAX_WIDTH {
        return format!("{declaration} =\n    {value}\n");
    }
    list(0, &format!("{declaration} = &["), items, "];")
}
