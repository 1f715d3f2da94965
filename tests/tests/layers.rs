//! Who may use whom: the crates of the workspace, and the modules of `sandbox2`, only downwards.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above").to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Each crate and those of ours that it may depend on.
const CRATES: &[(&str, &[&str])] = &[
    ("sandbox2-policy", &[]),
    ("sandbox2-client", &[]),
    ("sandbox2-client/c", &["sandbox2-client"]),
    ("sandbox2-client/c/library", &["sandbox2-client-c"]),
    ("sandbox2-macros", &["sandbox2-policy"]),
    ("sandbox2", &["sandbox2-client", "sandbox2-macros", "sandbox2-policy"]),
    ("sandbox2-cli", &["sandbox2", "sandbox2-policy"]),
    ("examples", &["sandbox2"]),
    ("tests", &["sandbox2", "sandbox2-client", "sandbox2-policy"]),
    ("ui-tests", &["sandbox2", "sandbox2-policy"]),
];

struct Dependency {
    name: String,
    optional: bool,
    for_tests: bool,
}

/// What a manifest of this workspace depends on: one line for each, in sections that end in `dependencies]`.
fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    let mut section = "";
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            assert!(!line.contains("dependencies."), "one line for each dependency, please: {line}");
            section = line;
        } else if section.ends_with("dependencies]") && !line.is_empty() && !line.starts_with('#') {
            let name = line.split(['.', '=', ' ']).next().expect("split gives a first part");
            let optional = line.contains("optional = true");
            found.push(Dependency { name: name.to_owned(), optional, for_tests: section == "[dev-dependencies]" });
        }
    }
    found
}

fn manifest(member: &str) -> Vec<Dependency> {
    dependencies(&read(&workspace().join(member).join("Cargo.toml")))
}

#[test]
fn each_crate_uses_only_those_that_it_may() {
    for (member, allowed) in CRATES {
        for dependency in manifest(member) {
            let Dependency { name, for_tests, .. } = &dependency;
            let itself = *for_tests && name == member;
            let allowed = itself || !name.starts_with("sandbox2") || allowed.contains(&name.as_str());
            assert!(allowed, "{member} may not depend on {name}");
        }
    }
}

#[test]
fn each_member_of_the_workspace_has_its_place() {
    let root = read(&workspace().join("Cargo.toml"));
    let members = root.split_once("members = [").and_then(|(_, rest)| rest.split_once(']')).expect("it has members").0;
    let members: BTreeSet<&str> =
        members.split(',').map(|member| member.trim().trim_matches('"')).filter(|member| !member.is_empty()).collect();
    assert_eq!(members, CRATES.iter().map(|(member, _)| *member).collect());
}

#[test]
fn the_policy_crate_needs_nothing_unless_it_parses() {
    for dependency in manifest("sandbox2-policy") {
        assert!(dependency.optional || dependency.for_tests, "{} is no option", dependency.name);
    }
}

/// What is linked into programs that nobody trusts is small, unless they ask for more.
#[test]
fn the_client_needs_the_system_only() {
    for dependency in manifest("sandbox2-client") {
        let small = dependency.for_tests || dependency.optional || ["libc", "nix"].contains(&dependency.name.as_str());
        assert!(small, "{} is not for the client", dependency.name);
    }
}

/// The modules of `sandbox2` at the top of its source folder, each with its files and how deep each file lies.
fn modules() -> BTreeMap<String, Vec<(PathBuf, usize)>> {
    let mut modules: BTreeMap<String, Vec<(PathBuf, usize)>> = BTreeMap::new();
    let root = workspace().join("sandbox2/src");
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inside = path.strip_prefix(&root).expect("it lies there").with_extension("");
            let mut names: Vec<&str> = inside.iter().map(|name| name.to_str().expect("names are text")).collect();
            // `tests.rs` is declared under cfg(test).
            if names.last() == Some(&"tests") {
                continue;
            }
            if names.last() == Some(&"mod") {
                names.pop();
            }
            let depth = if names == ["lib"] { 0 } else { names.len() };
            modules.entry(names[0].to_owned()).or_default().push((path, depth));
        }
    }
    modules
}

/// Each module's layer, as ARCHITECTURE.md draws them.
fn layers(modules: &BTreeSet<&str>) -> BTreeMap<String, u32> {
    let text = read(&workspace().join("ARCHITECTURE.md"));
    let drawing = text.split_once("Layers, imports only downwards").expect("it has the layers").1;
    let drawing = drawing.split("```").nth(1).expect("they are drawn");
    let mut layers = BTreeMap::new();
    for line in drawing.lines().filter(|line| !line.trim().is_empty()) {
        let (number, rest) = line.split_once(' ').expect("a layer has a number and modules");
        let number = number.parse().expect("a layer has a number");
        for word in rest.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| modules.contains(word)) {
            assert_eq!(layers.insert(word.to_owned(), number), None, "{word} is drawn twice");
        }
    }
    for module in modules {
        assert!(layers.contains_key(*module), "ARCHITECTURE.md does not draw {module} in any layer");
    }
    layers
}

/// Collects the modules of the crate that `tokens` mention, at `depth` below the crate's root, with the line; what is under
/// `cfg(test)` aside.
fn mentions(tokens: TokenStream, depth: usize, found: &mut Vec<(String, usize)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.to_string() == text);
    let mut at = 0;
    while at < tokens.len() {
        if is(at, "#") && is(at + 1, "[cfg (test)]") {
            let ends = |token: &TokenTree| match token {
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                token => token.to_string() == ";",
            };
            at += tokens[at..].iter().position(ends).map_or(tokens.len(), |end| end + 1);
            continue;
        }
        // `crate::` or as many `super::` as lead to the crate's root.
        let mut after = at;
        while is(after, "super") && is(after + 1, ":") && is(after + 2, ":") {
            after += 3;
        }
        let at_the_root = if is(at, "crate") && is(at + 1, ":") && is(at + 2, ":") {
            after = at + 3;
            at == 0 || !is(at - 1, "$")
        } else {
            after > at && (after - at) / 3 == depth
        };
        if at_the_root {
            heads(&tokens[after..], found);
        }
        if let TokenTree::Group(group) = &tokens[at] {
            let inner = at >= 2 && is(at - 2, "mod") && group.delimiter() == Delimiter::Brace;
            mentions(group.stream(), depth + usize::from(inner), found);
        }
        at = after.max(at + 1);
    }
}

/// The first names of what stands after `crate::`: one, or those in braces.
fn heads(tokens: &[TokenTree], found: &mut Vec<(String, usize)>) {
    match tokens.first() {
        Some(TokenTree::Ident(name)) => found.push((name.to_string(), name.span().start().line)),
        Some(TokenTree::Group(group)) => {
            let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
            for part in tokens.split(|token| token.to_string() == ",") {
                heads(part, found);
            }
        }
        _ => {}
    }
}

/// Which module mentions which, and where first.
fn imports() -> BTreeMap<(String, String), String> {
    let modules = modules();
    let mut imports = BTreeMap::new();
    for (module, files) in &modules {
        for (path, depth) in files {
            let tokens = read(path).parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let mut found = Vec::new();
            mentions(tokens, *depth, &mut found);
            for (name, line) in found.into_iter().filter(|(name, _)| name != module) {
                // What is no module is an item of lib.rs: the facade that everything else lies below.
                let target = if modules.contains_key(&name) { name } else { "lib".to_owned() };
                let place = format!("{}:{line}", path.display());
                imports.entry((module.clone(), target)).or_insert(place);
            }
        }
    }
    imports
}

#[test]
fn modules_import_downwards_only() {
    let modules = modules();
    let layers = layers(&modules.keys().map(String::as_str).collect());
    let imports = imports();
    assert!(imports.len() > 20, "the imports are not found any more: {imports:?}");
    for ((from, to), place) in imports {
        assert!(layers[&from] >= layers[&to], "{place}: {from} (layer {}) uses {to} ({})", layers[&from], layers[&to]);
    }
}

/// Within a layer too nobody goes round in circles.
#[test]
fn no_modules_import_each_other() {
    let imports = imports();
    let mut left: BTreeSet<&str> = imports.keys().flat_map(|(from, to)| [from.as_str(), to.as_str()]).collect();
    loop {
        let before = left.len();
        let stuck = left.clone();
        left.retain(|module| imports.keys().any(|(from, to)| from == module && stuck.contains(to.as_str())));
        if left.len() == before {
            break;
        }
    }
    assert!(left.is_empty(), "there is a circle among, or below, {left:?}");
}

#[test]
fn mentions_are_found_where_they_count() {
    let source = "
        use crate::{a, b::{x, y}};
        use super::c;
        mod inner { use super::super::d; use super::not_this; }
        fn f() { crate::e::g(\"crate::not_this\") } // crate::not_this
        #[cfg(test)]
        mod tests { use crate::not_this; }
        pub(crate) fn h() { super::i() }
    ";
    let mut found = Vec::new();
    mentions(source.parse().expect("it is Rust"), 1, &mut found);
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e", "i"]);
}
