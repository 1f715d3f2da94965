//! Where a loader looks for a library, and in what order.
//!
//! glibc: DT_RPATH of the object that needs it and of those that it was loaded for, unless that object has a DT_RUNPATH;
//! then its own DT_RUNPATH; the cache; the default directories. musl: the paths of the object and of those that it was
//! loaded for, of either kind; then the directories of its own list.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use super::Object;
use super::cache::Cache;
use super::elf::{Elf, Machine};

/// The cache of glibc's loader.
const CACHE: &str = "/etc/ld.so.cache";

/// How much is read of musl's list of directories.
const MAX_LIST: u64 = 64 << 10;

/// The most directories of one list that are looked at.
const MAX_DIRECTORIES: usize = 256;

/// Which loader it is.
#[derive(Debug)]
pub(super) struct Loader {
    path: PathBuf,
    machine: Machine,
    /// Where musl's loader has its list of directories; `None` if it is another one.
    musl_list: Option<PathBuf>,
}

impl Loader {
    /// The loader at `path`.
    pub(super) fn of(path: &Path, machine: Machine) -> Loader {
        let musl_list = path.file_name().and_then(|name| {
            let name = name.to_str()?.strip_prefix("ld-musl-")?.strip_suffix(".so.1")?;
            let prefix = path.parent()?.parent()?;
            Some(prefix.join(format!("etc/ld-musl-{name}.path")))
        });
        Loader { path: path.to_owned(), machine, musl_list }
    }

    /// The triplet of Debian's directories.
    fn triplet(&self) -> &'static str {
        match self.machine {
            Machine::X86_64 => "x86_64-linux-gnu",
            Machine::Aarch64 => "aarch64-linux-gnu",
            Machine::Riscv64 => "riscv64-linux-gnu",
        }
    }
}

/// A file that was found: at which path, and what it is.
pub(super) type Found = (PathBuf, Elf);

/// How to look for libraries.
#[derive(Debug)]
pub(super) struct Search {
    machine: Machine,
    musl: bool,
    /// What `$LIB` may stand for, and `$PLATFORM`.
    lib: Vec<String>,
    platform: Vec<&'static str>,
    defaults: Vec<PathBuf>,
    /// Directories that the loader looks into only because of `list`.
    listed: Vec<PathBuf>,
    cache: Cache,
    /// The cache, or musl's list of directories.
    list: PathBuf,
    list_needed: bool,
    probes: usize,
}

impl Search {
    /// How that loader looks for libraries on this host.
    pub(super) fn of_host(loader: &Loader) -> Search {
        Search::on(Path::new("/"), loader)
    }

    /// The same, with the loader's own files and directories below `root`.
    pub(super) fn on(root: &Path, loader: &Loader) -> Search {
        let at = |path: &str| root.join(path.trim_start_matches('/'));
        let mut search = Search {
            machine: loader.machine,
            musl: loader.musl_list.is_some(),
            lib: vec![format!("lib/{}", loader.triplet()), "lib64".to_owned(), "lib".to_owned()],
            platform: match loader.machine {
                Machine::X86_64 => vec!["haswell", "xeon_phi", "x86_64"],
                Machine::Aarch64 => vec!["aarch64"],
                Machine::Riscv64 => vec![],
            },
            defaults: Vec::new(),
            listed: Vec::new(),
            cache: Cache::default(),
            list: at(CACHE),
            list_needed: false,
            probes: 0,
        };
        if let Some(list) = &loader.musl_list {
            search.defaults = ["/lib", "/usr/local/lib", "/usr/lib"].map(at).to_vec();
            search.list = at(&list.to_string_lossy());
            search.listed = musl_directories(&search.list);
            return search;
        }
        let triplet = loader.triplet();
        let mut defaults = vec![format!("/lib/{triplet}"), format!("/usr/lib/{triplet}")];
        if loader.machine == Machine::Riscv64 {
            defaults.extend(["/lib64/lp64d".to_owned(), "/usr/lib64/lp64d".to_owned()]);
        }
        defaults.extend(["/lib64", "/usr/lib64", "/lib", "/usr/lib"].map(str::to_owned));
        search.defaults = defaults.iter().map(|path| at(path)).collect();
        // A loader in a place of its own has its libraries beside it.
        search.defaults.extend(loader.path.parent().map(Path::to_owned));
        search.cache = Cache::read(&search.list);
        search
    }

    /// How many places have been looked at.
    pub(super) fn probes(&self) -> usize {
        self.probes
    }

    /// The file without which the loader would not find something that has been found.
    pub(super) fn list_needed(&self) -> Option<&Path> {
        Some(&*self.list).filter(|_| self.list_needed)
    }

    /// Whether the loader is that library itself: musl's is its C library, by all its names.
    pub(super) fn provides(&self, name: &OsStr) -> bool {
        const NAMES: [&[u8]; 7] = [b"c", b"pthread", b"rt", b"m", b"dl", b"util", b"xnet"];
        let name = name.as_bytes().strip_prefix(b"lib").filter(|_| self.musl);
        let stem = name.and_then(|name| name.iter().position(|byte| *byte == b'.').map(|dot| &name[..dot]));
        stem.is_some_and(|stem| NAMES.contains(&stem))
    }

    /// The files that the library `name` of the object at `needed_by` may be: usually one, none if it is missing.
    pub(super) fn find(&mut self, name: &OsStr, needed_by: usize, objects: &[Object]) -> Vec<Found> {
        let Some(object) = objects.get(needed_by) else { return Vec::new() };
        if name.as_bytes().contains(&b'/') {
            let paths = self.expand(name.as_bytes(), &object.origins);
            return paths.into_iter().filter_map(|path| self.probe(&path)).collect();
        }
        for list in self.own_lists(needed_by, objects) {
            let found = self.in_list(name, list.0, &list.1);
            if !found.is_empty() {
                return found;
            }
        }
        let use_defaults = !object.elf.no_default_directories();
        if self.musl {
            return self.in_musl_directories(name);
        }
        let cached = self.in_cache(name, use_defaults);
        if !cached.is_empty() || !use_defaults {
            return cached;
        }
        let places: Vec<PathBuf> = self.defaults.iter().map(|directory| directory.join(name)).collect();
        places.iter().find_map(|place| self.probe(place)).into_iter().collect()
    }

    /// The lists of directories that the objects themselves bring, in order, each with what `$ORIGIN` may be in it.
    fn own_lists<'a>(&self, needed_by: usize, objects: &'a [Object]) -> Vec<(&'a OsStr, Vec<PathBuf>)> {
        let mut lists: Vec<(&OsStr, Vec<PathBuf>)> = Vec::new();
        let mut chain = Vec::new();
        let mut next = Some(needed_by);
        // An object is loaded by one before it, so this ends.
        while let Some((at, object)) = next.and_then(|at| objects.get(at).map(|object| (at, object))) {
            chain.push(object);
            next = object.loaded_by.filter(|by| *by < at);
        }
        let inherits = self.musl || objects.get(needed_by).is_some_and(|object| object.elf.runpath().is_none());
        for object in chain.iter().filter(|_| inherits) {
            let own = object.elf.rpath().or(object.elf.runpath().filter(|_| self.musl));
            lists.extend(own.map(|list| (list, object.origins.clone())));
        }
        if let Some((object, list)) = chain.first().and_then(|object| Some((object, object.elf.runpath()?)))
            && !self.musl
        {
            lists.push((list, object.origins.clone()));
        }
        lists
    }

    /// The files of that name in the first directory of `list` that has any.
    fn in_list(&mut self, name: &OsStr, list: &OsStr, origins: &[PathBuf]) -> Vec<Found> {
        for entry in list.as_bytes().split(|byte| *byte == b':').take(MAX_DIRECTORIES) {
            let directories = self.expand(entry, origins);
            let found: Vec<Found> =
                directories.into_iter().filter_map(|directory| self.probe(&directory.join(name))).collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    fn in_musl_directories(&mut self, name: &OsStr) -> Vec<Found> {
        let listed = !self.listed.is_empty();
        let directories = if listed { &self.listed } else { &self.defaults };
        let places: Vec<PathBuf> = directories.iter().map(|directory| directory.join(name)).collect();
        let found = places.iter().find_map(|place| self.probe(place));
        if let Some((path, _)) = &found {
            self.list_needed |= listed && !self.is_default(path);
        }
        found.into_iter().collect()
    }

    /// The files that the cache has for the name: the first that any processor takes, and all those that only some take.
    fn in_cache(&mut self, name: &OsStr, use_defaults: bool) -> Vec<Found> {
        let (general, special) = self.cache.find(name);
        let wanted = |search: &Search, path: &PathBuf| use_defaults || !search.is_default(path);
        let general: Vec<PathBuf> = general.into_iter().filter(|path| wanted(self, path)).collect();
        let mut found: Vec<Found> = general.iter().find_map(|path| self.probe(path)).into_iter().collect();
        for path in special.into_iter().filter(|path| wanted(self, path)).collect::<Vec<_>>() {
            found.extend(self.probe(&path));
        }
        self.list_needed |= found.iter().any(|(path, _)| !self.is_default(path));
        found
    }

    fn is_default(&self, path: &Path) -> bool {
        path.parent().is_some_and(|parent| self.defaults.iter().any(|directory| directory == parent))
    }

    /// The library at `place`, if the loader would take it. What is there but is no library for this machine is passed over.
    fn probe(&mut self, place: &Path) -> Option<Found> {
        self.probes += 1;
        if !place.is_absolute() {
            return None;
        }
        let elf = Elf::read(place).ok().filter(|elf| elf.machine() == self.machine && elf.is_shared())?;
        Some((straight(place, &elf), elf))
    }

    /// The paths that `text` may stand for.
    fn expand(&self, text: &[u8], origins: &[PathBuf]) -> Vec<PathBuf> {
        let origins: Vec<&[u8]> = origins.iter().map(|origin| origin.as_os_str().as_bytes()).collect();
        let lib: Vec<&[u8]> = self.lib.iter().map(String::as_bytes).collect();
        let platform: Vec<&[u8]> = self.platform.iter().map(|name| name.as_bytes()).collect();
        let mut texts = vec![text.to_vec()];
        for (token, values) in [("ORIGIN", origins), ("LIB", lib), ("PLATFORM", platform)] {
            let mut expanded: Vec<Vec<u8>> = Vec::new();
            for text in &texts {
                if find_token(text, token, 0).is_none() {
                    expanded.push(text.clone());
                    continue;
                }
                for value in &values {
                    let one = replace(text, token, value);
                    if !expanded.contains(&one) {
                        expanded.push(one);
                    }
                }
            }
            texts = expanded;
        }
        texts.into_iter().map(|text| PathBuf::from(OsString::from_vec(text))).collect()
    }
}

/// The directories of musl's list, none if there is no such file.
fn musl_directories(list: &Path) -> Vec<PathBuf> {
    let mut text = Vec::new();
    if list.metadata().is_ok_and(|metadata| metadata.is_file())
        && let Ok(file) = File::open(list)
        && file.take(MAX_LIST).read_to_end(&mut text).is_err()
    {
        text.clear();
    }
    let parts = text.split(|byte| matches!(byte, b'\n' | b':')).filter(|part| part.starts_with(b"/"));
    parts.take(MAX_DIRECTORIES).map(|part| PathBuf::from(OsStr::from_bytes(part))).collect()
}

/// Where `$token` or `${token}` is in `text` from `from` on: its begin and end.
fn find_token(text: &[u8], token: &str, from: usize) -> Option<(usize, usize)> {
    let token = token.as_bytes();
    let mut at = from;
    while let Some(dollar) = text.get(at..)?.iter().position(|byte| *byte == b'$') {
        let begin = at + dollar;
        let rest = &text[begin + 1..];
        if rest.starts_with(b"{") && rest[1..].starts_with(token) && rest[1 + token.len()..].starts_with(b"}") {
            return Some((begin, begin + token.len() + 3));
        }
        let ends = |rest: &[u8]| !rest.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        if rest.starts_with(token) && ends(&rest[token.len()..]) {
            return Some((begin, begin + token.len() + 1));
        }
        at = begin + 1;
    }
    None
}

/// The text with every `$token` replaced; cut off where it would get longer than any path.
fn replace(text: &[u8], token: &str, value: &[u8]) -> Vec<u8> {
    const LONGEST: usize = 8192;
    let mut replaced = Vec::new();
    let mut from = 0;
    while let Some((begin, end)) = find_token(text, token, from) {
        replaced.extend_from_slice(&text[from..begin]);
        replaced.extend_from_slice(value);
        from = end;
        if replaced.len() > LONGEST {
            return replaced;
        }
    }
    replaced.extend_from_slice(&text[from..]);
    replaced
}

/// The path without `.` and `..`, if it still leads to the file; else the file's own.
fn straight(place: &Path, elf: &Elf) -> PathBuf {
    if place.components().all(|part| part != Component::ParentDir) {
        return place.components().collect();
    }
    let mut straight = PathBuf::new();
    for part in place.components() {
        match part {
            Component::ParentDir => {
                straight.pop();
            }
            part => straight.push(part),
        }
    }
    if Elf::read(&straight).is_ok_and(|other| other.id() == elf.id()) {
        return straight;
    }
    place.canonicalize().unwrap_or(straight)
}
