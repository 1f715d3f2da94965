//! What an ELF file says about how it is to be loaded.
//!
//! Only the parts that say so are read, each after its place and size have been checked against the limits here. 64-bit
//! little-endian files only: the others are for machines that no policy is compiled for.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::LibraryError;

/// The most program headers that are read.
const MAX_HEADERS: u16 = 1024;
/// The most entries of the dynamic section.
const MAX_DYNAMIC: u64 = 8192;
/// The longest path of the kernel, with its end.
const MAX_PATH: u64 = 4096;
/// The longest string: lists of directories can be long.
const MAX_STRING: u64 = 64 << 10;
/// The longest names of all the libraries that one file needs, together.
const MAX_NAMES: usize = 256 << 10;
/// How much of a string is read at once.
const STRING_PART: u64 = 256;
/// The most libraries that one file can name.
const MAX_NEEDED: usize = 1000;

const NOT_ELF: &str = "is not an ELF file (for a script, name its interpreter)";

const HEADER_SIZE: usize = 64;
const PROGRAM_HEADER_SIZE: usize = 56;
const DYNAMIC_SIZE: usize = 16;

const ET_EXEC: u16 = 2;
const ET_DYN: u16 = 3;

const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const PT_INTERP: u32 = 3;

const DT_NULL: u64 = 0;
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;
const DT_STRSZ: u64 = 10;
const DT_SONAME: u64 = 14;
const DT_RPATH: u64 = 15;
const DT_RUNPATH: u64 = 29;
const DT_FLAGS_1: u64 = 0x6fff_fffb;
const DF_1_NODEFLIB: u64 = 0x800;

/// A kind of processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Machine {
    X86_64,
    Aarch64,
    Riscv64,
}

impl Machine {
    /// The one this runs on; `None` if sandbox2 has no policies for it.
    pub(super) fn native() -> Option<Machine> {
        if cfg!(target_arch = "x86_64") {
            Some(Machine::X86_64)
        } else if cfg!(target_arch = "aarch64") {
            Some(Machine::Aarch64)
        } else if cfg!(target_arch = "riscv64") {
            Some(Machine::Riscv64)
        } else {
            None
        }
    }

    fn from_number(number: u16) -> Option<Machine> {
        match number {
            62 => Some(Machine::X86_64),
            183 => Some(Machine::Aarch64),
            243 => Some(Machine::Riscv64),
            _ => None,
        }
    }
}

/// What tells files apart: two paths with the same one lead to the same file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

/// What an ELF file says about how it is to be loaded.
#[derive(Debug, Clone)]
pub(super) struct Elf {
    machine: Machine,
    shared: bool,
    id: FileId,
    interpreter: Option<PathBuf>,
    needed: Vec<OsString>,
    soname: Option<OsString>,
    rpath: Option<OsString>,
    runpath: Option<OsString>,
    no_default_directories: bool,
}

impl Elf {
    /// Reads the file at `path`.
    pub(super) fn read(path: &Path) -> Result<Elf, LibraryError> {
        let read = |source| LibraryError::Read { path: path.to_owned(), source };
        let unusable = |what| LibraryError::Unusable { path: path.to_owned(), what };
        // What is not a file is not even opened, and should it just have become a pipe, opening it does not wait.
        if !path.metadata().map_err(read)?.is_file() {
            return Err(unusable("is not a regular file"));
        }
        let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path).map_err(read)?;
        let metadata = file.metadata().map_err(read)?;
        if !metadata.is_file() {
            return Err(unusable("is not a regular file"));
        }
        let id = FileId { device: metadata.dev(), inode: metadata.ino() };
        Parser { file, size: metadata.len() }.parse(id).map_err(|problem| match problem {
            Problem::Read(source) => read(source),
            Problem::Content(what) => unusable(what),
        })
    }

    /// What it runs on.
    pub(super) fn machine(&self) -> Machine {
        self.machine
    }

    /// Whether it can be loaded anywhere, as libraries must.
    pub(super) fn is_shared(&self) -> bool {
        self.shared
    }

    /// What tells the file from others.
    pub(super) fn id(&self) -> FileId {
        self.id
    }

    /// The loader it asks for, always an absolute path; `None` if it is statically linked.
    pub(super) fn interpreter(&self) -> Option<&Path> {
        self.interpreter.as_deref()
    }

    /// The libraries it needs.
    pub(super) fn needed(&self) -> &[OsString] {
        &self.needed
    }

    /// The name by which others may need it.
    pub(super) fn soname(&self) -> Option<&OsStr> {
        self.soname.as_deref()
    }

    /// The directories for its libraries and theirs, separated by colons.
    pub(super) fn rpath(&self) -> Option<&OsStr> {
        self.rpath.as_deref()
    }

    /// The directories for its own libraries, separated by colons.
    pub(super) fn runpath(&self) -> Option<&OsStr> {
        self.runpath.as_deref()
    }

    /// Whether its libraries are not looked for in the default directories.
    pub(super) fn no_default_directories(&self) -> bool {
        self.no_default_directories
    }
}

/// Why a file cannot be understood.
#[derive(Debug)]
enum Problem {
    Read(io::Error),
    Content(&'static str),
}

struct Parser {
    file: File,
    size: u64,
}

/// A part of the file that is mapped into memory.
struct Segment {
    offset: u64,
    address: u64,
    size: u64,
}

impl Parser {
    fn parse(&self, id: FileId) -> Result<Elf, Problem> {
        let header: [u8; HEADER_SIZE] = self.array(0, NOT_ELF)?;
        if !header.starts_with(b"\x7fELF") {
            return Err(Problem::Content(NOT_ELF));
        }
        if header[4] != 2 || header[5] != 1 {
            return Err(Problem::Content("is not a 64-bit little-endian ELF file"));
        }
        let kind = u16_at(&header, 16);
        let machine = Machine::from_number(u16_at(&header, 18));
        let machine = machine.ok_or(Problem::Content("is an ELF file for an unknown machine"))?;
        if kind != ET_EXEC && kind != ET_DYN {
            return Err(Problem::Content("is an ELF file, but neither a program nor a library"));
        }
        let mut elf = Elf {
            machine,
            shared: kind == ET_DYN,
            id,
            interpreter: None,
            needed: Vec::new(),
            soname: None,
            rpath: None,
            runpath: None,
            no_default_directories: false,
        };
        let mut segments = Vec::new();
        let mut dynamic = None;
        for header in self.program_headers(&header)? {
            let (offset, size) = (u64_at(&header, 8), u64_at(&header, 32));
            match u32_at(&header, 0) {
                PT_LOAD => segments.push(Segment { offset, address: u64_at(&header, 16), size }),
                PT_INTERP if elf.interpreter.is_none() => elf.interpreter = Some(self.interpreter(offset, size)?),
                PT_DYNAMIC if dynamic.is_none() => dynamic = Some((offset, size)),
                _ => {}
            }
        }
        if let Some((offset, size)) = dynamic {
            self.dynamic(offset, size, &segments, &mut elf)?;
        }
        Ok(elf)
    }

    fn program_headers(&self, header: &[u8; HEADER_SIZE]) -> Result<Vec<[u8; PROGRAM_HEADER_SIZE]>, Problem> {
        let (offset, size, count) = (u64_at(header, 32), u16_at(header, 54), u16_at(header, 56));
        if count > 0 && usize::from(size) != PROGRAM_HEADER_SIZE {
            return Err(Problem::Content("has program headers of an unknown size"));
        }
        if count > MAX_HEADERS {
            return Err(Problem::Content("has too many program headers"));
        }
        let bytes = self.bytes(offset, u64::from(count) * PROGRAM_HEADER_SIZE as u64, "has no program headers")?;
        Ok(bytes.as_chunks().0.to_vec())
    }

    fn interpreter(&self, offset: u64, size: u64) -> Result<PathBuf, Problem> {
        let path = PathBuf::from(self.string(offset, size.min(MAX_PATH))?);
        if path.is_absolute() { Ok(path) } else { Err(Problem::Content("asks for a loader without an absolute path")) }
    }

    fn dynamic(&self, offset: u64, size: u64, segments: &[Segment], elf: &mut Elf) -> Result<(), Problem> {
        let size = size - size % DYNAMIC_SIZE as u64;
        if size > MAX_DYNAMIC * DYNAMIC_SIZE as u64 {
            return Err(Problem::Content("has too many dynamic entries"));
        }
        let bytes = self.bytes(offset, size, "has a dynamic section beyond its end")?;
        let entries = bytes.as_chunks::<DYNAMIC_SIZE>().0.iter().map(|entry| (u64_at(entry, 0), u64_at(entry, 8)));
        let entries: Vec<(u64, u64)> = entries.take_while(|(tag, _)| *tag != DT_NULL).collect();
        // Of entries with the same tag, the loader takes the last.
        let last = |wanted| entries.iter().rev().find(|(tag, _)| *tag == wanted).map(|(_, value)| *value);
        elf.no_default_directories = last(DT_FLAGS_1).is_some_and(|flags| flags & DF_1_NODEFLIB != 0);
        let tags = [DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH];
        if !entries.iter().any(|(tag, _)| tags.contains(tag)) {
            return Ok(());
        }
        let (Some(address), Some(size)) = (last(DT_STRTAB), last(DT_STRSZ)) else {
            return Err(Problem::Content("has dynamic entries without strings"));
        };
        let offset =
            file_offset(address, segments).ok_or(Problem::Content("has dynamic strings that are not in it"))?;
        let string = |at: u64| match (offset.checked_add(at), size.checked_sub(at)) {
            (Some(offset), Some(left)) => self.string(offset, left),
            _ => Err(Problem::Content("has a dynamic string beyond the others")),
        };
        let mut length = 0;
        for (_, at) in entries.iter().filter(|(tag, _)| *tag == DT_NEEDED) {
            let name = string(*at)?;
            length += name.len();
            if elf.needed.len() == MAX_NEEDED || length > MAX_NAMES {
                return Err(Problem::Content("needs too many libraries"));
            }
            elf.needed.push(name);
        }
        elf.soname = last(DT_SONAME).map(string).transpose()?;
        elf.runpath = last(DT_RUNPATH).map(string).transpose()?;
        // With both, the older one does not count.
        elf.rpath = last(DT_RPATH).filter(|_| elf.runpath.is_none()).map(string).transpose()?;
        Ok(())
    }

    /// The string at `offset`, which ends with a zero within the next `left` bytes.
    fn string(&self, offset: u64, left: u64) -> Result<OsString, Problem> {
        let end = offset.saturating_add(left.min(MAX_STRING)).min(self.size);
        let mut string = Vec::new();
        let mut at = offset;
        while at < end {
            let part = self.bytes(at, (end - at).min(STRING_PART), "has a string beyond its end")?;
            if let Some(length) = part.iter().position(|byte| *byte == 0) {
                string.extend_from_slice(&part[..length]);
                return Ok(OsString::from_vec(string));
            }
            at += part.len() as u64;
            string.extend(part);
        }
        Err(Problem::Content("has a string that does not end or is too long"))
    }

    /// The bytes of a part of the file, all of which is in it. The caller has limited `size`.
    fn bytes(&self, offset: u64, size: u64, missing: &'static str) -> Result<Vec<u8>, Problem> {
        if offset.checked_add(size).is_none_or(|end| end > self.size) {
            return Err(Problem::Content(missing));
        }
        let mut bytes = vec![0; usize::try_from(size).map_err(|_| Problem::Content(missing))?];
        self.read(&mut bytes, offset, missing)?;
        Ok(bytes)
    }

    fn array<const N: usize>(&self, offset: u64, missing: &'static str) -> Result<[u8; N], Problem> {
        let mut bytes = [0; N];
        self.read(&mut bytes, offset, missing)?;
        Ok(bytes)
    }

    fn read(&self, bytes: &mut [u8], offset: u64, missing: &'static str) -> Result<(), Problem> {
        self.file.read_exact_at(bytes, offset).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Problem::Content(missing),
            _ => Problem::Read(error),
        })
    }
}

/// Where in the file that is which the segments put at `address`.
fn file_offset(address: u64, segments: &[Segment]) -> Option<u64> {
    segments.iter().find_map(|segment| {
        let inside = address.checked_sub(segment.address).filter(|inside| *inside < segment.size)?;
        segment.offset.checked_add(inside)
    })
}

/// The little-endian number at `at` of bytes that are there for certain: headers of a constant size.
fn u16_at<const N: usize>(bytes: &[u8; N], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at<const N: usize>(bytes: &[u8; N], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at<const N: usize>(bytes: &[u8; N], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
