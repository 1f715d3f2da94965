//! What the host takes down of a stopped process: registers, mappings, and descriptors of what is to be read.
//!
//! Nothing of what the sandboxee has made is interpreted here but the lines of `/proc/<pid>/maps`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::time::Instant;

use crate::report::escape::escape;
use crate::report::maps::{self, Line, Maps};
use crate::sys::ptrace::Registers;
use crate::sys::{self, calls};

use super::limits::{CAPTURE_TIME, MAX_MEMORY_OBJECT, MAX_OBJECTS, MAX_REGIONS, MAX_THREADS};
use super::memory::Memory;
use super::objects::Opener;
use super::request::{Region, Request, Source, Start};
use super::{StackTraces, Work, frame_pointers};
use crate::unwind::answer::Walk;

/// A stopped process, as far as its stacks need it.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// The threads, by their ids, in the order of the request.
    pub(super) tids: Vec<u32>,
    /// How many threads more there are.
    pub(super) left_out: usize,
    pub(super) request: Request,
    pub(super) objects: Vec<Object>,
    maps: Maps,
    memory: Option<File>,
    /// What went wrong with all of it.
    pub(super) trouble: Option<String>,
}

/// What code was made from.
#[derive(Debug)]
pub(super) struct Object {
    /// The file, or whatever else the kernel calls it, escaped.
    pub(super) name: String,
    file: Option<File>,
    /// Why it cannot be read.
    pub(super) trouble: Option<String>,
}

/// What the kernel says about a file that was mapped: device, inode, name.
type FileId<'a> = ((u32, u32), u64, &'a [u8]);

impl Snapshot {
    /// Takes down those tasks of process `pid`, which are stopped.
    pub(crate) fn capture(pid: i32, tasks: &[(i32, Registers)], options: &StackTraces) -> Snapshot {
        let told = tasks.get(..MAX_THREADS).unwrap_or(tasks);
        let threads = told.iter().map(|(_, registers)| start(registers)).collect();
        let mut snapshot = Snapshot {
            tids: told.iter().map(|(tid, _)| tid.cast_unsigned()).collect(),
            left_out: tasks.len() - told.len(),
            request: Request { max_frames: options.frames(), threads, ..Request::default() },
            objects: Vec::new(),
            maps: Maps::default(),
            memory: None,
            trouble: None,
        };
        if let Err(trouble) = snapshot.take_down(pid) {
            snapshot.trouble = Some(trouble);
        }
        snapshot
    }

    /// The mappings.
    pub(crate) fn maps(&self) -> &Maps {
        &self.maps
    }

    fn take_down(&mut self, pid: i32) -> Result<(), String> {
        let no_maps = |error: &dyn std::fmt::Display| format!("the mappings cannot be read: {error}");
        let mut text = Vec::new();
        let file = File::open(format!("/proc/{pid}/maps")).map_err(|error| no_maps(&error))?;
        // One byte more than is looked at, so that it is known that there is more.
        let most = maps::MAX_BYTES as u64 + 1;
        file.take(most).read_to_end(&mut text).map_err(|error| no_maps(&error))?;
        self.maps = Maps::parse(&text).map_err(|error| no_maps(&error))?;
        self.take_objects(pid, maps::lines(&text).filter_map(Result::ok));
        let memory = File::open(format!("/proc/{pid}/mem"));
        self.memory = Some(memory.map_err(|error| format!("the memory cannot be read: {error}"))?);
        Ok(())
    }

    /// What can be executed, and the files that it comes from.
    fn take_objects<'a>(&mut self, pid: i32, lines: impl Iterator<Item = Line<'a>>) {
        let opener = Opener::new(pid);
        let started = Instant::now();
        let mut known: BTreeMap<FileId<'_>, usize> = BTreeMap::new();
        for line in lines.filter(|line| line.permissions.execute).take(MAX_REGIONS) {
            let id = (line.device, line.inode, line.path);
            let object = if is_of_an_object(&line) {
                match known.get(&id) {
                    Some(object) => Some(*object),
                    None if self.objects.len() == MAX_OBJECTS => None,
                    None => {
                        known.insert(id, self.objects.len());
                        self.take_object(&opener, &line, started.elapsed() < CAPTURE_TIME);
                        self.objects.len().checked_sub(1)
                    }
                }
            } else {
                None
            };
            let Line { start, end, offset, .. } = line;
            self.request.regions.push(Region { start, end, offset, object });
        }
    }

    fn take_object(&mut self, opener: &Opener, line: &Line<'_>, in_time: bool) {
        let name = escape(&maps::unescape(line.path));
        let (source, file, trouble) = if is_code_of_the_kernel(line) {
            (Source::Memory { start: line.start, end: line.end }, None, None)
        } else if !in_time {
            (Source::Missing, None, Some("opening the files took too long".to_owned()))
        } else {
            match opener.open(line) {
                Ok(file) => (Source::File, Some(file), None),
                Err(error) => (Source::Missing, None, Some(format!("{name} cannot be read: {error}"))),
            }
        };
        self.request.objects.push(source);
        self.objects.push(Object { name, file, trouble });
    }

    /// What the worker gets.
    pub(super) fn work(&self, options: &StackTraces) -> Result<Work, String> {
        if let Some(trouble) = &self.trouble {
            return Err(trouble.clone());
        }
        let no_descriptor = |error: std::io::Error| format!("no descriptors to give to the symbolizer: {error}");
        let memory = self.memory.as_ref().ok_or("the memory cannot be read")?.try_clone().map_err(no_descriptor)?;
        let request = calls::memory(c"sandbox2-symbolizer", 0)
            .map_err(|sys::Errno(errno)| no_descriptor(std::io::Error::from_raw_os_error(errno)))?;
        let mut request = File::from(request);
        request.write_all(&self.request.encode()).map_err(no_descriptor)?;
        let mut objects = Vec::new();
        for (index, object) in self.objects.iter().enumerate() {
            if let Some(file) = &object.file {
                objects.push((index, OwnedFd::from(file.try_clone().map_err(no_descriptor)?)));
            }
        }
        let executable = options.executable().map(ToOwned::to_owned);
        Ok(Work { request: request.into(), memory: memory.into(), objects, executable })
    }

    /// A thread's calls, as far as frame pointers lead.
    ///
    /// Only memory without a file is read here: what lies in a file waits for a file system, which is for the worker to do.
    pub(super) fn walk_without_the_worker(&self, thread: usize) -> Option<Walk> {
        let start = self.request.threads.get(thread)?;
        let memory = self.memory.as_ref().and_then(|file| file.try_clone().ok());
        let mut memory = memory.map(Memory::new);
        let word = |address: u64| {
            let mapping = self.maps.at(address)?;
            if mapping.inode != 0 || !mapping.permissions.read || address.checked_add(8)? > mapping.end {
                return None;
            }
            memory.as_mut()?.word(address)
        };
        Some(frame_pointers::walk(start, &self.request.regions, self.request.max_frames, word))
    }
}

fn start(registers: &Registers) -> Start {
    #[cfg(target_arch = "x86_64")]
    let link = 0;
    #[cfg(target_arch = "aarch64")]
    let link = registers.words[30];
    #[cfg(target_arch = "riscv64")]
    let link = registers.words[1];
    Start {
        instruction_pointer: registers.instruction_pointer(),
        stack_pointer: registers.stack_pointer(),
        frame_pointer: registers.frame_pointer(),
        link,
    }
}

/// Whether code was made from something that can be looked into.
fn is_of_an_object(line: &Line<'_>) -> bool {
    is_code_of_the_kernel(line) || (line.inode != 0 && line.path.starts_with(b"/"))
}

/// Whether it is the page with code of the kernel's, which is like a file; a file cannot have that name.
fn is_code_of_the_kernel(line: &Line<'_>) -> bool {
    line.path == b"[vdso]" && line.inode == 0 && line.end - line.start <= MAX_MEMORY_OBJECT
}
