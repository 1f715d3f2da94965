//! Functions with their files and lines, and what was inlined into them, by a file's debug information.

use addr2line::Context;
use addr2line::gimli::{Dwarf, EndianSlice, LittleEndian, SectionId};
use object::read::elf::SectionHeader as _;

use super::demangle::demangle;
use super::elf::{Elf, is_compressed};
use super::{Bytes, Place, Wanted};
use crate::unwind::answer::Function;
use crate::unwind::limits::{MAX_DEBUG_INFO, MAX_INLINED};

type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// Says what there is to say about those addresses; stops when `say` does.
pub(super) fn find(
    bytes: &Bytes,
    wanted: &[Wanted],
    say: &mut impl FnMut(Place, Vec<Function>) -> Option<()>,
) -> Result<(), &'static str> {
    let elf = Elf::read(bytes)?;
    let Some(info) = elf.section(b".debug_info") else { return Ok(()) };
    if is_compressed(info) {
        return Err("its debug information is compressed, which is not read");
    }
    let mut left = MAX_DEBUG_INFO;
    let load = |id: SectionId| {
        let section = elf.section(id.name().as_bytes());
        let bytes = section.and_then(|section| elf.section_bytes(section, left)).unwrap_or_default();
        left = left.saturating_sub(bytes.len() as u64);
        Ok::<Slice<'_>, addr2line::gimli::Error>(EndianSlice::new(bytes, LittleEndian))
    };
    if info.sh_size(object::LittleEndian) > MAX_DEBUG_INFO {
        return Err("its debug information is larger than 512 MiB");
    }
    let no_sense = |_| "its debug information makes no sense";
    let context = Context::from_dwarf(Dwarf::load(load).map_err(no_sense)?).map_err(no_sense)?;
    let mut wrong = None;
    for wanted in wanted {
        let Some(meant) = elf.meant(wanted) else { continue };
        match functions_at(&context, meant) {
            Ok(functions) if functions.is_empty() => {}
            Ok(functions) => {
                if say(wanted.place, functions).is_none() {
                    return Err("there is too much to tell");
                }
            }
            Err(what) => wrong = Some(what),
        }
    }
    wrong.map_or(Ok(()), Err)
}

/// The functions at that address, the innermost first; none if nothing is known.
fn functions_at(context: &Context<Slice<'_>>, address: u64) -> Result<Vec<Function>, &'static str> {
    let no_sense = |_| "its debug information makes no sense";
    let mut frames = context.find_frames(address).skip_all_loads().map_err(no_sense)?;
    let mut functions = Vec::new();
    while let Some(frame) = frames.next().map_err(no_sense)? {
        let name = frame.function.as_ref().and_then(|function| function.raw_name().ok());
        let name = name.map(|name| demangle(name.as_bytes()));
        let (file, line) = frame.location.map_or((None, None), |place| (place.file.map(ToOwned::to_owned), place.line));
        let function = Function { name, file, line };
        match functions.len() {
            // The one that the others were inlined into is the last in any case.
            length if length > MAX_INLINED => functions[MAX_INLINED] = function,
            _ => functions.push(function),
        }
    }
    let known = |function: &Function| *function != Function::default();
    Ok(if functions.iter().any(known) { functions } else { Vec::new() })
}
