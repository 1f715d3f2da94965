//! The worker: reads the memory and the files of the sandboxee, and says where its threads are.
//!
//! It runs in a sandbox, in place of the `main` of the program that it is linked into, and assumes nothing: every file may have been made
//! to mislead it. It says first what it knows first (the walks, then names, then files and lines), so that what ends it early loses only
//! the rest. What makes it panic is one object's; the others are still told.

mod demangle;
mod elf;
mod lines;
#[cfg(not(target_arch = "riscv64"))]
mod signal;
mod symbols;
mod unwinder;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use object::ReadCache;
use sandbox2_client::Client;
use sandbox2_client::environment::{Introduction, VARIABLE};

use self::symbols::Symbol;
use super::answer::{Call, Explained, Function, Walk, Writer};
use super::memory::Memory;
use super::request::{self, Request, Source, region_at};
use crate::sys::calls;

/// Does the worker's work and ends the process, if the environment says that this process is one; returns otherwise.
pub(crate) fn main() {
    let value = std::env::var(VARIABLE).ok().and_then(|value| Introduction::parse(&value).ok());
    if !value.is_some_and(|value| value.named.iter().any(|(name, _)| name == request::REQUEST)) {
        return;
    }
    // The host hears of a panic by the answer that has no end.
    let done = if may_be_sandboxed() { catch_unwind(work).ok().flatten() } else { None };
    calls::exit_group(if done.is_some() { 0 } else { 1 })
}

/// Nothing is read without a filter. Under the worker's own the question is refused; another filter than that cannot be told from it.
fn may_be_sandboxed() -> bool {
    calls::prctl(libc::PR_GET_SECCOMP, 0, 0) != Ok(0)
}

fn work() -> Option<()> {
    let mut client = Client::new().ok()?;
    let mut descriptor = |name: &str| client.descriptor(name).ok().map(File::from);
    let request = read_request(&descriptor(request::REQUEST)?)?;
    let memory = Memory::new(descriptor(request::MEMORY)?);
    let answer = Writer::new(descriptor(request::ANSWER)?);
    let inputs = (0..).zip(&request.objects).map(|(index, source)| match source {
        Source::Missing => None,
        Source::File => descriptor(&request::object_name(index)).map(Input::File),
        Source::Memory { start, end } => {
            memory.read(*start, end.checked_sub(*start)?).map(|bytes| Input::Bytes(Cursor::new(bytes)))
        }
    });
    let inputs = inputs.collect();
    answer_to(&request, memory, inputs, answer)
}

fn read_request(file: &File) -> Option<Request> {
    let mut bytes = vec![0; request::MAX_BYTES];
    let length = file.read_at(&mut bytes, 0).ok()?;
    Request::decode(bytes.get(..length)?)
}

/// What an object is read from.
#[derive(Debug)]
pub(crate) enum Input {
    File(File),
    Bytes(Cursor<Vec<u8>>),
}

impl Read for Input {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Input::File(file) => file.read(into),
            Input::Bytes(bytes) => bytes.read(into),
        }
    }
}

impl Seek for Input {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        match self {
            Input::File(file) => file.seek(to),
            Input::Bytes(bytes) => bytes.seek(to),
        }
    }
}

/// An object's bytes: what was read of them stays.
type Bytes = ReadCache<Input>;

/// A place in a thread's walk: thread and index.
type Place = (usize, usize);

/// Says everything that there is to say.
pub(crate) fn answer_to<W: std::io::Write>(
    request: &Request,
    mut memory: Memory,
    inputs: Vec<Option<Input>>,
    mut answer: Writer<W>,
) -> Option<()> {
    let mut bytes: Vec<Option<Bytes>> = inputs.into_iter().map(|input| input.map(ReadCache::new)).collect();
    let mut walks = Vec::new();
    {
        let mut unwinder = unwinder::Unwinder::new(request, &bytes);
        for (thread, start) in request.threads.iter().enumerate() {
            let walked = guarded(|| unwinder.walk(start, &mut memory));
            let walk = walked.unwrap_or(Walk { calls: vec![Call::at(start.instruction_pointer)], truncated: false });
            answer.walk(thread, &walk).ok()?;
            walks.push(walk);
        }
    }
    let places = places_by_object(request, &walks);
    let mut names: BTreeMap<Place, Symbol> = BTreeMap::new();
    for (object, places) in &places {
        let Some(bytes) = bytes.get(*object).and_then(Option::as_ref) else { continue };
        match guarded(|| symbols::find(bytes, places)) {
            Some(Ok(found)) => {
                for (place, symbol) in found {
                    answer.explained(place.0, place.1, &symbol.explained()).ok()?;
                    names.insert(place, symbol);
                }
            }
            Some(Err(what)) => answer.note(Some(*object), what).ok()?,
            None => answer.note(Some(*object), "its symbols make no sense").ok()?,
        }
    }
    for (object, places) in &places {
        // What was read of an object is forgotten before the next is read.
        let Some(bytes) = bytes.get_mut(*object).and_then(Option::take) else { continue };
        let mut say = |place: Place, functions: Vec<Function>| {
            let offset = names.get(&place).map_or(0, |symbol| symbol.offset);
            answer.explained(place.0, place.1, &named(functions, names.get(&place), offset)).ok()
        };
        match guarded(|| lines::find(&bytes, places, &mut say)) {
            Some(Ok(())) => {}
            Some(Err(what)) => answer.note(Some(*object), what).ok()?,
            None => answer.note(Some(*object), "its debug information makes no sense").ok()?,
        }
    }
    answer.end().ok()
}

/// With the symbol's name where debug information has none.
fn named(mut functions: Vec<Function>, symbol: Option<&Symbol>, offset: u64) -> Explained {
    if let Some(last) = functions.last_mut().filter(|last| last.name.is_none()) {
        last.name = symbol.map(|symbol| symbol.name.clone());
    }
    Explained { offset, functions }
}

/// What is to be explained of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wanted {
    place: Place,
    call: Call,
    /// Where the memory that it lies in begins, and where that is in the file.
    region: request::Region,
}

/// Which addresses lie in which object.
fn places_by_object(request: &Request, walks: &[Walk]) -> BTreeMap<usize, Vec<Wanted>> {
    let mut places: BTreeMap<usize, Vec<Wanted>> = BTreeMap::new();
    for (thread, walk) in walks.iter().enumerate() {
        for (index, call) in walk.calls.iter().enumerate() {
            let Some(region) = region_at(&request.regions, call.instruction()) else { continue };
            let Some(object) = region.object else { continue };
            let wanted = Wanted { place: (thread, index), call: *call, region: *region };
            places.entry(object).or_default().push(wanted);
        }
    }
    places
}

/// `None` if it panics.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
