//! Which files a dynamically linked program needs before its first instruction: its loader and its shared libraries.
//!
//! Follows the loader's own search (`ld.so(8)`): DT_RPATH or DT_RUNPATH, the loader's cache, the default directories.
//! Nothing is executed: unlike `ldd`, which runs the program's loader, this only reads headers.

use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::error::{SetupError, Stage};

const CACHE: &str = "/etc/ld.so.cache";

/// More headers or strings than any real program has: a limit for made-up files.
const LIMIT: u64 = 1 << 20;

/// The files that `binary` needs, by the paths under which its loader looks for them; not `binary` itself. Empty for a
/// statically linked program.
///
/// # Errors
/// The binary or a library is missing or is no 64-bit little-endian ELF file.
pub(super) fn needed_by(binary: &str) -> Result<BTreeSet<String>, SetupError> {
    let fail = |path: &str, error: &io::Error| {
        let what = if path == binary { path.to_owned() } else { format!("{path}, which {binary} needs") };
        let errno = error.raw_os_error().unwrap_or(libc::ENOEXEC);
        let hint = (errno == libc::ENOEXEC)
            .then_some("it is no ELF file for this machine; a script needs its interpreter's libraries");
        SetupError::new(Stage::Libraries, Some(errno)).with_what(what).with_hint(hint)
    };
    let program = Elf::read(Path::new(binary)).map_err(|error| fail(binary, &error))?;
    let mut files = BTreeSet::new();
    let Some(loader) = program.loader.clone() else { return Ok(files) };
    let mut search = Search::new(&loader);
    files.insert(loader);
    let mut seen = BTreeSet::new();
    let mut queue = VecDeque::from([(binary.to_owned(), program)]);
    while let Some((path, elf)) = queue.pop_front() {
        for name in &elf.needed {
            if !seen.insert(name.clone()) {
                continue;
            }
            let Some((found, library)) = search.find(name, &path, &elf) else {
                return Err(fail(name, &io::Error::from_raw_os_error(libc::ENOENT)));
            };
            files.insert(found.clone());
            queue.push_back((found, library));
        }
    }
    if search.cache_needed {
        files.insert(CACHE.to_owned());
    }
    Ok(files)
}

/// Where the loader looks.
struct Search {
    cache: Option<Vec<u8>>,
    directories: Vec<String>,
    /// Something was found by the cache that the default directories do not have.
    cache_needed: bool,
}

impl Search {
    fn new(loader: &str) -> Search {
        let tuple = format!("{}-linux-gnu", std::env::consts::ARCH);
        let mut directories: Vec<String> = ["/lib", "/usr/lib"].iter().map(|base| format!("{base}/{tuple}")).collect();
        directories.extend(["/lib64", "/usr/lib64", "/lib", "/usr/lib"].map(str::to_owned));
        if loader.contains("musl") {
            directories.extend(["/usr/local/lib".to_owned(), format!("/lib/{}-linux-musl", std::env::consts::ARCH)]);
        }
        let cache = if loader.contains("musl") { None } else { fs::read(CACHE).ok() };
        Search { cache, directories, cache_needed: false }
    }

    fn find(&mut self, name: &str, user: &str, elf: &Elf) -> Option<(String, Elf)> {
        if name.contains('/') {
            return open(name.to_owned());
        }
        let origin = Path::new(user).parent().and_then(Path::to_str).unwrap_or("/");
        let own = elf.search.iter().map(|place| place.replace("${ORIGIN}", origin).replace("$ORIGIN", origin));
        let found =
            own.filter(|place| place.starts_with('/')).find_map(|place| open(canonical(&format!("{place}/{name}"))));
        if found.is_some() {
            return found;
        }
        let cached = self.cache.as_deref().into_iter().flat_map(|cache| cached(cache, name)).find_map(open);
        if let Some((path, _)) = &cached {
            let parent = Path::new(path).parent().and_then(Path::to_str).unwrap_or_default();
            self.cache_needed |= !self.directories.iter().any(|directory| directory == parent);
            return cached;
        }
        self.directories.iter().find_map(|directory| open(format!("{directory}/{name}")))
    }
}

fn open(path: String) -> Option<(String, Elf)> {
    let elf = Elf::read(Path::new(&path)).ok()?;
    Some((path, elf))
}

/// Takes `.`, `..` and empty parts out, as text: what a mount's path must be free of.
fn canonical(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The paths that the loader's cache has for `name`.
fn cached(cache: &[u8], name: &str) -> Vec<String> {
    const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
    const HEADER: usize = 48;
    const ENTRY: usize = 24;
    // An older format may come first; offsets count from the magic.
    let Some(start) = cache.windows(MAGIC.len()).position(|window| window == MAGIC) else { return Vec::new() };
    let Some(cache) = cache.get(start..) else { return Vec::new() };
    let count = u32_at(cache, MAGIC.len()).unwrap_or(0) as usize;
    let text = |offset: u32| {
        let rest = cache.get(offset as usize..)?;
        std::str::from_utf8(rest.split(|byte| *byte == 0).next()?).ok()
    };
    let entry = |index: usize| {
        let at = HEADER + index * ENTRY;
        let key = text(u32_at(cache, at + 4)?)?;
        // A variant for some processors only is taken from the same directory's plain one.
        let plain = u32_at(cache, at + 16)? == 0 && u32_at(cache, at + 20)? == 0;
        (key == name && plain).then(|| text(u32_at(cache, at + 8)?).map(str::to_owned))?
    };
    (0..count.min(1 << 20)).filter_map(entry).collect()
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

/// What an ELF file says about its own loading.
#[derive(Debug, Default)]
struct Elf {
    loader: Option<String>,
    needed: Vec<String>,
    search: Vec<String>,
}

impl Elf {
    fn read(path: &Path) -> io::Result<Elf> {
        let file = File::open(path)?;
        let mut header = [0; 64];
        file.read_exact_at(&mut header, 0).map_err(|_| not_elf())?;
        if header.get(..6) != Some(b"\x7fELF\x02\x01") || u16_at(&header, 18) != Some(MACHINE) {
            return Err(not_elf());
        }
        Elf::parse(&file, &header)
    }

    fn parse(file: &File, header: &[u8]) -> io::Result<Elf> {
        let table = u64_at(header, 32).ok_or_else(not_elf)?;
        let count = u64::from(u16_at(header, 56).ok_or_else(not_elf)?);
        let segments = part(file, table, count * 56)?;
        let field = |segment: &[u8], at| u64_at(segment, at).ok_or_else(not_elf);
        let mut elf = Elf::default();
        let mut loads = Vec::new();
        let mut dynamic = Vec::new();
        for segment in segments.chunks_exact(56) {
            let (offset, address, size) = (field(segment, 8)?, field(segment, 16)?, field(segment, 32)?);
            match u32_at(segment, 0) {
                Some(libc::PT_LOAD) => loads.push((address, size, offset)),
                Some(libc::PT_INTERP) => elf.loader = Some(text(&part(file, offset, size)?, 0)?),
                Some(libc::PT_DYNAMIC) => dynamic = part(file, offset, size)?,
                _ => {}
            }
        }
        elf.read_dynamic(file, &dynamic, &loads)?;
        Ok(elf)
    }

    fn read_dynamic(&mut self, file: &File, dynamic: &[u8], loads: &[(u64, u64, u64)]) -> io::Result<()> {
        const NEEDED: u64 = 1;
        const STRTAB: u64 = 5;
        const STRSZ: u64 = 10;
        const RPATH: u64 = 15;
        const RUNPATH: u64 = 29;
        let entries = || dynamic.chunks_exact(16).filter_map(|entry| Some((u64_at(entry, 0)?, u64_at(entry, 8)?)));
        let value = |wanted| entries().find(|(tag, _)| *tag == wanted).map(|(_, value)| value);
        let (Some(address), Some(size)) = (value(STRTAB), value(STRSZ)) else { return Ok(()) };
        let offset = loads
            .iter()
            .find(|(start, size, _)| address.checked_sub(*start).is_some_and(|distance| distance < *size))
            .and_then(|(start, _, offset)| (address - start).checked_add(*offset))
            .ok_or_else(not_elf)?;
        let strings = part(file, offset, size)?;
        for (_, name) in entries().filter(|(tag, _)| *tag == NEEDED) {
            self.needed.push(text(&strings, name)?);
        }
        // DT_RPATH counts only without DT_RUNPATH.
        if let Some(places) = value(RUNPATH).or_else(|| value(RPATH)) {
            self.search = text(&strings, places)?.split(':').map(str::to_owned).collect();
        }
        Ok(())
    }
}

#[cfg(target_arch = "x86_64")]
const MACHINE: u16 = 62;
#[cfg(target_arch = "aarch64")]
const MACHINE: u16 = 183;
#[cfg(target_arch = "riscv64")]
const MACHINE: u16 = 243;

fn not_elf() -> io::Error {
    io::Error::from_raw_os_error(libc::ENOEXEC)
}

fn part(file: &File, offset: u64, size: u64) -> io::Result<Vec<u8>> {
    if size > 16 * LIMIT {
        return Err(not_elf());
    }
    let mut bytes = vec![0; usize::try_from(size).map_err(|_| not_elf())?];
    file.read_exact_at(&mut bytes, offset).map_err(|_| not_elf())?;
    Ok(bytes)
}

fn text(strings: &[u8], offset: u64) -> io::Result<String> {
    let rest = usize::try_from(offset).ok().and_then(|offset| strings.get(offset..)).ok_or_else(not_elf)?;
    let text = rest.split(|byte| *byte == 0).next().unwrap_or_default();
    std::str::from_utf8(text).map(str::to_owned).map_err(|_| not_elf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dynamic_program_needs_its_loader_and_its_c_library() {
        let Ok(files) = needed_by("/bin/sh") else { return println!("skipped: no /bin/sh") };
        if files.is_empty() {
            return println!("skipped: /bin/sh is static");
        }
        assert!(files.iter().any(|file| file.contains("ld-")), "{files:?}");
        assert!(files.iter().any(|file| file.contains("libc.")), "{files:?}");
    }

    #[test]
    fn what_is_no_program_is_refused() {
        let error = needed_by("/etc/passwd").unwrap_err();
        assert_eq!((error.stage(), error.errno()), (Stage::Libraries, Some(libc::ENOEXEC)));
        let error = needed_by("/no/such/file").unwrap_err();
        assert_eq!(error.errno(), Some(libc::ENOENT));
    }

    #[test]
    fn search_paths_lose_their_dots() {
        assert_eq!(canonical("/opt/app/bin/../lib//x.so"), "/opt/app/lib/x.so");
    }
}
