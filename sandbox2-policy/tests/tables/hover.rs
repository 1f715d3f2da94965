//! `src/hover.rs` says of every call what the tables say.

use std::fmt::Write as _;

use sandbox2_policy::Arch;
use sandbox2_policy::danger::danger;
use sandbox2_policy::meaning::Width;
use sandbox2_policy::tables::{self, Arg, Syscall};

use crate::groups;

#[test]
fn what_an_editor_shows_is_what_the_tables_say() {
    let made = module();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/hover.rs");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &made).expect("the file can be written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == made, "src/hover.rs is stale: BLESS=1 cargo test -p sandbox2-policy --test tables");
}

fn module() -> String {
    let mut text = String::from(
        "//! What an editor shows over the names in a policy: `policy!` refers to an item of the same name here.\n\
         //!\n\
         //! Made from the tables: `BLESS=1 cargo test -p sandbox2-policy --test tables`.\n\
         #![allow(non_upper_case_globals, reason = \"the names are the kernel's\")]\n",
    );
    for call in tables::syscalls() {
        if Arch::ALL.iter().any(|arch| call.number(*arch).is_some()) {
            text.push_str(&of_call(call));
        }
    }
    text
}

fn of_call(call: &Syscall) -> String {
    let mut text = String::new();
    let prototypes = prototypes(call);
    let mut first = true;
    for (arches, args) in &prototypes {
        let only = if prototypes.len() > 1 { format!(" on {}", arches.join(" and ")) } else { String::new() };
        let list: Vec<String> = args.iter().map(|arg| format!("{}: {}", arg.name, arg.ty)).collect();
        let line = if first { "\n/// " } else { "///\n/// " };
        writeln!(text, "{line}`{}({})`{only}", call.name, list.join(", ")).expect("a string takes text");
        first = false;
    }
    if prototypes.is_empty() {
        writeln!(text, "\n/// `{}`, whose arguments are not known", call.name).expect("a string takes text");
    }
    let numbers: Vec<String> =
        Arch::ALL.into_iter().filter_map(|arch| Some(format!("{} on {}", call.number(arch)?, arch.name()))).collect();
    let since = call.since.map_or_else(String::new, |version| format!("Since Linux {version}; number "));
    let since = if since.is_empty() { "Number ".to_owned() } else { since };
    writeln!(text, "///\n/// {since}{}.", numbers.join(", ")).expect("a string takes text");
    let groups = groups::groups_with(call.name);
    if !groups.is_empty() {
        let list: Vec<String> = groups.iter().map(|name| format!("`{name}`")).collect();
        writeln!(text, "///\n/// In the groups {}.", list.join(", ")).expect("a string takes text");
    }
    if let Some(danger) = danger(call.name) {
        let some = if danger.argument_dependent() { "With some arguments it" } else { "It" };
        writeln!(text, "///\n/// {some} {}: it needs `danger`.", danger.because).expect("a string takes text");
    }
    let constants = arguments(call, &prototypes);
    if constants.is_empty() {
        writeln!(text, "pub mod {} {{}}", call.name).expect("a string takes text");
    } else {
        writeln!(text, "pub mod {} {{\n{constants}}}", call.name).expect("a string takes text");
    }
    text
}

/// The prototypes, each with the architectures that have it.
fn prototypes(call: &Syscall) -> Vec<(Vec<&'static str>, &'static [Arg])> {
    let mut found: Vec<(Vec<&'static str>, &'static [Arg])> = Vec::new();
    for arch in Arch::ALL {
        if call.number(arch).is_none() {
            continue;
        }
        let Some(args) = call.args(arch) else { continue };
        match found.iter_mut().find(|(_, known)| *known == args) {
            Some((arches, _)) => arches.push(arch.name()),
            None => found.push((vec![arch.name()], args)),
        }
    }
    found
}

fn arguments(call: &Syscall, prototypes: &[(Vec<&'static str>, &'static [Arg])]) -> String {
    const KEYWORDS: [&str; 3] = ["type", "in", "fn"];
    let mut text = String::new();
    let mut seen = Vec::new();
    for arg in prototypes.iter().flat_map(|(_, args)| args.iter()) {
        if seen.contains(&arg.name) {
            continue;
        }
        seen.push(arg.name);
        let what = match (arg.pointer, arg.effective(), arg.width, arg.signed) {
            (true, ..) => "a pointer: only `NULL` can be told from others".to_owned(),
            (_, Some(_), ..) => "16 bits".to_owned(),
            (.., Width::W32, true) => "a signed number of 32 bits".to_owned(),
            (.., Width::W32, false) => "32 bits".to_owned(),
            (.., Width::W64, true) => "a signed number of 64 bits".to_owned(),
            (.., Width::W64, false) => "64 bits".to_owned(),
        };
        let raw = if KEYWORDS.contains(&arg.name) { "r#" } else { "" };
        let (ty, call) = (arg.ty, call.name);
        writeln!(
            text,
            "    /// `{}` of `{call}`, `{ty}`: {what}.\n    pub const {raw}{}: () = ();",
            arg.name, arg.name
        )
        .expect("a string takes text");
    }
    text
}
