//! Reads `syscalls.psv` and `since.psv` and writes `src/tables/syscalls.rs`.
//!
//! Everything in the data files' comments that changes a meaning is read from there and checked: `ORDER NOTES` and
//! `TYPE NOTES` make an architecture's prototype differ from the others', and `WIDTH NOTES` must give a reason for exactly
//! the arguments that are marked `!`.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::{ARCHES, columns, data_lines};
use crate::layout;

/// One argument of a prototype.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Arg {
    name: String,
    ty: String,
    kind: Kind,
}

/// How the kernel consumes an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Signed32,
    Unsigned32,
    Signed64,
    Unsigned64,
    Pointer,
    /// Declared 64 bits wide and signed, consumed as 32.
    NarrowedSigned,
    /// Declared 64 bits wide and unsigned, consumed as 32.
    NarrowedUnsigned,
}

impl Kind {
    fn parse(kind: &str) -> Option<Kind> {
        Some(match kind {
            "32s" => Kind::Signed32,
            "32u" => Kind::Unsigned32,
            "64s" => Kind::Signed64,
            "64u" => Kind::Unsigned64,
            "64p" => Kind::Pointer,
            "32s!" => Kind::NarrowedSigned,
            "32u!" => Kind::NarrowedUnsigned,
            _ => return None,
        })
    }

    /// The function of `src/tables/notation.rs` that builds such an argument.
    fn notation(self) -> &'static str {
        match self {
            Kind::Signed32 => "s32",
            Kind::Unsigned32 => "u32",
            Kind::Signed64 => "s64",
            Kind::Unsigned64 => "u64",
            Kind::Pointer => "ptr",
            Kind::NarrowedSigned => "narrowed_s32",
            Kind::NarrowedUnsigned => "narrowed_u32",
        }
    }

    fn narrowed(self) -> bool {
        matches!(self, Kind::NarrowedSigned | Kind::NarrowedUnsigned)
    }
}

/// One system call that at least one of the architectures has.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) name: String,
    /// Its number on each architecture.
    pub(crate) numbers: [Option<u32>; 3],
    since: Option<String>,
    args: [Option<Vec<Arg>>; 3],
}

/// What the comments of `syscalls.psv` say about prototypes.
#[derive(Debug, Default)]
struct Notes {
    /// (call, architecture) → the arguments' names in that architecture's order.
    order: BTreeMap<(String, usize), Vec<String>>,
    /// (call, argument, architecture) → that architecture's type and kind.
    types: BTreeMap<(String, String, usize), (String, Kind)>,
    /// `call.argument` of each argument that is declared wider than it is consumed.
    narrowed: BTreeSet<String>,
}

/// The calls that the data files describe, by name; those that all three architectures lack are left out.
///
/// # Errors
/// What is wrong with the files, and where.
pub(crate) fn read(syscalls: &str, since: &str) -> Result<Vec<Row>, String> {
    let notes = read_notes(syscalls)?;
    let versions = read_since(since)?;
    let mut rows: Vec<Row> = Vec::new();
    for line in data_lines(syscalls) {
        let row = read_row(line, &notes, &versions).map_err(|problem| format!("{problem}, in `{line}`"))?;
        if rows.last().is_some_and(|last| last.name >= row.name) {
            return Err(format!("`{}` is out of order or twice", row.name));
        }
        if row.numbers.iter().any(Option::is_some) {
            rows.push(row);
        }
    }
    check_notes(&rows, &notes)?;
    Ok(rows)
}

/// The lines of `# KEY: a; b; c`, taken apart at the semicolons.
fn note<'a>(text: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().filter_map(move |line| line.strip_prefix("# ")?.strip_prefix(key)).flat_map(|rest| rest.split("; "))
}

fn read_notes(text: &str) -> Result<Notes, String> {
    let mut notes = Notes::default();
    let mut last_call = None;
    for item in note(text, "ORDER NOTES: ") {
        let bad = || format!("ORDER NOTES: cannot read `{item}`");
        // `CALL on ARCH and ARCH takes (…)`; a further architecture of the same call leaves out `CALL on`.
        let item = item.trim_end_matches('.');
        let (call, arches) = item.split_once(" on ").or(last_call.map(|call| (call, item))).ok_or_else(bad)?;
        let (arches, rest) = leading_arches(arches).ok_or_else(bad)?;
        let order = rest.strip_prefix("takes (").and_then(|rest| rest.strip_suffix(')')).ok_or_else(bad)?;
        for arch in arches {
            notes.order.insert((call.to_owned(), arch), order.split(", ").map(str::to_owned).collect());
        }
        last_call = Some(call);
    }
    for item in note(text, "TYPE NOTES: ") {
        let bad = || format!("TYPE NOTES: cannot read `{item}`");
        let (place, arches) = item.split_once(" on ").ok_or_else(bad)?;
        let (arches, rest) = leading_arches(arches).ok_or_else(bad)?;
        let (call, arg) = place.split_once('.').ok_or_else(bad)?;
        let (ty, kind) = rest.strip_prefix("is ").and_then(|rest| rest.split_once(':')).ok_or_else(bad)?;
        let kind = Kind::parse(kind).ok_or_else(bad)?;
        for arch in arches {
            notes.types.insert((call.to_owned(), arg.to_owned(), arch), (ty.to_owned(), kind));
        }
    }
    for item in note(text, "WIDTH NOTES: ") {
        // A reason may itself hold a semicolon; only an item that begins with `call.argument:` is a new one.
        if let Some((place, _)) = item.split_once(": ")
            && place.contains('.')
            && !place.contains(' ')
        {
            notes.narrowed.insert(place.to_owned());
        }
    }
    Ok(notes)
}

/// Takes `ARCH and ARCH REST` apart.
fn leading_arches(mut text: &str) -> Option<(Vec<usize>, &str)> {
    let mut arches = Vec::new();
    loop {
        let (arch, after) = text.split_once(' ')?;
        arches.push(ARCHES.iter().position(|known| *known == arch)?);
        match after.strip_prefix("and ") {
            Some(more) => text = more,
            None => return Some((arches, after)),
        }
    }
}

/// Every note must be about an argument that is there, and every `!` must have its reason.
fn check_notes(rows: &[Row], notes: &Notes) -> Result<(), String> {
    let mut marked = BTreeSet::new();
    for row in rows {
        for arg in row.args.iter().flatten().flatten().filter(|arg| arg.kind.narrowed()) {
            marked.insert(format!("{}.{}", row.name, arg.name));
        }
    }
    if let Some(place) = marked.symmetric_difference(&notes.narrowed).next() {
        return Err(format!("WIDTH NOTES and the `!` marks disagree about `{place}`"));
    }
    let known = |call: &str, arg: Option<&str>| {
        rows.iter()
            .filter(|row| row.name == call)
            .flat_map(|row| row.args.iter().flatten())
            .any(|args| arg.is_none_or(|name| args.iter().any(|arg| arg.name == name)))
    };
    if let Some((call, _)) = notes.order.keys().find(|(call, _)| !known(call, None)) {
        return Err(format!("ORDER NOTES: no call `{call}`"));
    }
    if let Some((call, arg, _)) = notes.types.keys().find(|(call, arg, _)| !known(call, Some(arg))) {
        return Err(format!("TYPE NOTES: no argument `{call}.{arg}`"));
    }
    Ok(())
}

fn read_since(text: &str) -> Result<BTreeMap<&str, Option<&str>>, String> {
    let mut versions = BTreeMap::new();
    for line in data_lines(text) {
        let [name, version, _origin] = columns(line)?;
        let known = version.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        if !known && version != "-" {
            return Err(format!("`{version}` is no version, in `{line}`"));
        }
        if versions.insert(name, known.then_some(version)).is_some() {
            return Err(format!("`{name}` is there twice"));
        }
    }
    Ok(versions)
}

fn read_row(line: &str, notes: &Notes, versions: &BTreeMap<&str, Option<&str>>) -> Result<Row, String> {
    let [name, x86_64, aarch64, riscv64, _i386, _x32, args, _origin] = columns(line)?;
    let number = |column: &str| match column {
        "-" => Ok(None),
        digits => digits.parse().map(Some).map_err(|_| format!("`{digits}` is no number")),
    };
    let numbers = [number(x86_64)?, number(aarch64)?, number(riscv64)?];
    let since = versions.get(name).ok_or("no version known")?.map(str::to_owned);
    let declared = read_args(args)?;
    let mut per_arch = [const { None }; 3];
    if let Some(declared) = declared {
        for (arch, slot) in per_arch.iter_mut().enumerate() {
            *slot = Some(args_on(arch, name, &declared, notes)?);
        }
    }
    Ok(Row { name: name.to_owned(), numbers, since, args: per_arch })
}

/// The arguments as the row declares them; `None` if they are not known.
fn read_args(column: &str) -> Result<Option<Vec<Arg>>, String> {
    match column.trim() {
        "?" => return Ok(None),
        "" => return Ok(Some(Vec::new())),
        _ => {}
    }
    let mut args: Vec<Arg> = Vec::new();
    for item in column.split("; ") {
        let [name, ty, kind] = item.split(':').collect::<Vec<_>>()[..] else {
            return Err(format!("`{item}` is not `name:type:kind`"));
        };
        let kind = Kind::parse(kind).ok_or_else(|| format!("`{kind}` is no kind"))?;
        if (kind == Kind::Pointer)
            != (ty.contains('*') || ty.starts_with("cap_user_") || ty.starts_with("const cap_user_"))
        {
            return Err(format!("`{item}`: kind and type disagree about its being a pointer"));
        }
        if args.iter().any(|arg| arg.name == name) {
            return Err(format!("two arguments `{name}`"));
        }
        args.push(Arg { name: name.to_owned(), ty: ty.to_owned(), kind });
    }
    if args.len() > 6 {
        return Err("more than six arguments".to_owned());
    }
    Ok(Some(args))
}

/// The arguments as the notes say that this architecture has them.
fn args_on(arch: usize, call: &str, declared: &[Arg], notes: &Notes) -> Result<Vec<Arg>, String> {
    let mut args = declared.to_vec();
    if let Some(order) = notes.order.get(&(call.to_owned(), arch)) {
        let position = |arg: &Arg| order.iter().position(|name| *name == arg.name);
        if order.len() != args.len() || args.iter().any(|arg| position(arg).is_none()) {
            return Err("ORDER NOTES names other arguments".to_owned());
        }
        args.sort_by_key(position);
    }
    for arg in &mut args {
        if let Some((ty, kind)) = notes.types.get(&(call.to_owned(), arg.name.clone(), arch)) {
            (arg.ty, arg.kind) = (ty.clone(), *kind);
        }
    }
    Ok(args)
}

/// The text of `src/tables/syscalls.rs`.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut prototypes = String::new();
    let mut calls = String::new();
    for row in rows {
        let args = write_args(row, &mut prototypes);
        let numbers = row.numbers.map(|nr| nr.map_or("None".to_owned(), |nr| format!("Some({nr})"))).join(", ");
        let since = row.since.as_ref().map_or("None".to_owned(), |version| format!("Some(\"{version}\")"));
        let fields = [format!("\"{}\"", row.name), format!("[{numbers}]"), since, args];
        calls += &layout::list(4, "call(", &fields, "),");
    }
    format!(
        "//! Generated: do not edit. From the data files in `generate/`, by
//! `cargo run -p sandbox2-policy --example generate_tables -- SYSCALLS.psv SINCE.psv OUT.rs`.

use super::notation::{{call, narrowed_s32, narrowed_u32, ptr, s32, s64, u32, u64}};
use super::{{Arg, Syscall}};

/// Every call that at least one of the architectures has, by name.
pub(super) static SYSCALLS: [Syscall; {}] = [
{calls}];

{prototypes}",
        rows.len()
    )
}

/// Writes a constant for each prototype of `row`, and returns the expression for its field `args`.
fn write_args(row: &Row, prototypes: &mut String) -> String {
    let mut written: Vec<(&Vec<Arg>, String)> = Vec::new();
    let mut field = Vec::new();
    for (arch, args) in row.args.iter().enumerate() {
        let Some(args) = args.as_ref() else {
            return "[None; 3]".to_owned();
        };
        if args.is_empty() {
            return "[Some(&[]); 3]".to_owned();
        }
        let known = written.iter().find(|(other, _)| *other == args).map(|(_, name)| name.clone());
        field.push(known.unwrap_or_else(|| {
            let mut name = row.name.to_uppercase();
            if !written.is_empty() {
                name += &format!("_{}", ARCHES[arch].to_uppercase());
            }
            let items: Vec<_> =
                args.iter().map(|arg| format!("{}(\"{}\", \"{}\")", arg.kind.notation(), arg.name, arg.ty)).collect();
            *prototypes += &layout::constant(&format!("const {name}: &[Arg]"), &items);
            written.push((args, name.clone()));
            name
        }));
    }
    if written.len() == 1 {
        return format!("[Some({}); 3]", field[0]);
    }
    format!("[{}]", field.iter().map(|name| format!("Some({name})")).collect::<Vec<_>>().join(", "))
}
