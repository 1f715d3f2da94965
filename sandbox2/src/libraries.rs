//! Which files a program needs besides itself before it can begin: its loader and its shared libraries.
//!
//! The answer is what the loader will look up, found as the loader finds it, by reading and never by running anything
//! (`ldd` runs the program). The files may be hostile: every offset is checked, everything that can be counted has a
//! limit. [`elf`] reads what a file says, [`cache`] the loader's cache, [`search`] knows where a loader looks; what is done
//! with the answer is left to `mounts`.
//!
//! Not followed: what a program opens by itself later (`dlopen`), filters and auditors, `LD_LIBRARY_PATH`, and
//! `/etc/ld.so.preload`, which a sandboxee does not see.

mod cache;
mod elf;
mod search;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use elf::{Elf, FileId, Machine};
use search::{Loader, Search};

/// How many libraries a program may need.
const MAX_LIBRARIES: usize = 1000;

/// How many places are looked at for all of them.
const MAX_PROBES: usize = 200_000;

/// Why it cannot be said what a program needs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum LibraryError {
    /// A file cannot be read.
    #[error("cannot read {path} for its libraries")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is not something that the loader would take.
    #[error("{path} {what}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is the matter with it.
        what: &'static str,
    },
    /// A library, or the loader, is nowhere to be found.
    #[error("{needed_by} needs {}, which is in none of the places where it is looked for", library.display())]
    Missing {
        /// The library as it is called there.
        library: OsString,
        /// The program or library that needs it.
        needed_by: PathBuf,
    },
    /// There is too much to look at.
    #[error("{binary} needs more than {limit} {what}")]
    TooMuch {
        /// The program.
        binary: PathBuf,
        /// What there is too much of.
        what: &'static str,
        /// How much is looked at.
        limit: usize,
    },
}

/// The host's files that `binary` needs besides itself, as absolute paths at which its loader will look for them: the
/// loader itself, then the libraries in the order in which they are loaded, then the file that tells the loader of
/// directories it would not look into otherwise, where that is needed. Empty for a statically linked program.
///
/// A path may be a symbolic link; its file has to be visible at that very path. Where the processor decides which of
/// several files is taken, all of them are named.
///
/// # Errors
/// When a file cannot be read or is no ELF file that this machine can run, when a library is missing, and when there are
/// more than a thousand of them.
///
/// # References
/// `ld.so(8)`, `elf(5)`; glibc's `elf/dl-load.c` and musl's `ldso/dynlink.c` for the order.
pub(crate) fn resolve(binary: &Path) -> Result<Vec<PathBuf>, LibraryError> {
    resolve_with(binary, Machine::native(), Search::of_host)
}

/// The same with a machine and a host to choose.
fn resolve_with(
    binary: &Path,
    machine: Option<Machine>,
    search_of: impl FnOnce(&Loader) -> Search,
) -> Result<Vec<PathBuf>, LibraryError> {
    let program = Elf::read(binary)?;
    if machine.is_some_and(|machine| machine != program.machine()) {
        return Err(LibraryError::Unusable { path: binary.to_owned(), what: "is a program for another machine" });
    }
    let Some(interpreter) = program.interpreter().map(Path::to_owned) else {
        return Ok(Vec::new());
    };
    let loader = Elf::read(&interpreter).map_err(|error| match error {
        LibraryError::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
            LibraryError::Missing { library: interpreter.clone().into(), needed_by: binary.to_owned() }
        }
        error => error,
    })?;
    if loader.machine() != program.machine() || !loader.is_shared() {
        return Err(LibraryError::Unusable { path: interpreter, what: "is not a loader for this machine" });
    }
    let canonical = binary.canonicalize();
    let canonical = canonical.map_err(|source| LibraryError::Read { path: binary.to_owned(), source })?;
    let search = search_of(&Loader::of(&interpreter, program.machine()));
    let mut loading = Loading { binary, search, objects: Vec::new(), names: BTreeSet::new(), files: BTreeSet::new() };
    loading.names.extend(loader.soname().map(ToOwned::to_owned));
    loading.names.extend(interpreter.file_name().map(ToOwned::to_owned));
    loading.files.insert(loader.id());
    let origins = [binary, &canonical].into_iter().filter(|path| path.is_absolute()).filter_map(Path::parent);
    let origins = origins.map(Path::to_owned).collect();
    loading.objects.push(Object { path: binary.to_owned(), origins, elf: program, loaded_by: None });
    let mut paths = vec![interpreter];
    loading.all(&mut paths)?;
    paths.extend(loading.search.list_needed().map(Path::to_owned));
    let mut seen = BTreeSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    Ok(paths)
}

/// The program, or a library of it.
#[derive(Debug)]
struct Object {
    path: PathBuf,
    /// What `$ORIGIN` may stand for in it.
    origins: Vec<PathBuf>,
    elf: Elf,
    /// The first object that needs it, by position.
    loaded_by: Option<usize>,
}

/// What the loader has done so far.
#[derive(Debug)]
struct Loading<'a> {
    binary: &'a Path,
    search: Search,
    objects: Vec<Object>,
    /// Names that are not looked for again.
    names: BTreeSet<OsString>,
    /// Files that are not loaded again.
    files: BTreeSet<FileId>,
}

impl Loading<'_> {
    /// Loads what the objects need, breadth first as the loader does, and adds the paths.
    fn all(&mut self, paths: &mut Vec<PathBuf>) -> Result<(), LibraryError> {
        let mut next = 0;
        while next < self.objects.len() {
            for name in self.objects[next].elf.needed().to_vec() {
                if self.search.provides(&name) || !self.names.insert(name.clone()) {
                    continue;
                }
                let found = self.search.find(&name, next, &self.objects);
                if self.search.probes() > MAX_PROBES {
                    return Err(self.too_much("places to look at for its libraries", MAX_PROBES));
                }
                if found.is_empty() {
                    let needed_by = self.objects[next].path.clone();
                    return Err(LibraryError::Missing { library: name, needed_by });
                }
                for (path, elf) in found {
                    paths.push(path.clone());
                    self.add(path, elf, next);
                    if self.objects.len() > MAX_LIBRARIES || paths.len() > 2 * MAX_LIBRARIES {
                        return Err(self.too_much("libraries", MAX_LIBRARIES));
                    }
                }
            }
            next += 1;
        }
        Ok(())
    }

    fn add(&mut self, path: PathBuf, elf: Elf, loaded_by: usize) {
        if !self.files.insert(elf.id()) {
            return;
        }
        self.names.extend(elf.soname().map(ToOwned::to_owned));
        let origins = path.parent().map(Path::to_owned).into_iter().collect();
        self.objects.push(Object { path, origins, elf, loaded_by: Some(loaded_by) });
    }

    fn too_much(&self, what: &'static str, limit: usize) -> LibraryError {
        LibraryError::TooMuch { binary: self.binary.to_owned(), what, limit }
    }
}

#[cfg(test)]
mod tests;
