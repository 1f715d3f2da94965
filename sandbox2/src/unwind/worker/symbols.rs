//! Functions, by the symbol table of a file: `.symtab`, or `.dynsym` where that was stripped.

use object::LittleEndian;
use object::elf::{SHN_UNDEF, SHT_DYNSYM, SHT_SYMTAB, STT_FUNC, STT_GNU_IFUNC, STT_NOTYPE, Sym64};
use object::read::elf::{SectionHeader as _, Sym as _, SymbolTable};

use super::demangle::demangle;
use super::elf::Elf;
use super::{Bytes, Place, Wanted};
use crate::unwind::answer::{Explained, Function};
use crate::unwind::limits::MAX_SYMBOLS;

/// A function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Symbol {
    pub(super) name: String,
    /// How far the address is from its start.
    pub(super) offset: u64,
}

impl Symbol {
    pub(super) fn explained(&self) -> Explained {
        let function = Function { name: Some(self.name.clone()), ..Function::default() };
        Explained { offset: self.offset, functions: vec![function] }
    }
}

/// How well a symbol fits: one that covers the address before one that only comes before it; then the nearest; then a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    covers: bool,
    start: u64,
    is_function: bool,
}

/// An address, and what fits it best so far.
struct Search<'a> {
    wanted: &'a Wanted,
    meant: u64,
    best: Option<(Fit, &'a Sym64<LittleEndian>)>,
}

/// The functions that those addresses lie in, as far as there are symbols.
pub(super) fn find(bytes: &Bytes, wanted: &[Wanted]) -> Result<Vec<(Place, Symbol)>, &'static str> {
    let elf = Elf::read(bytes)?;
    let mut searches: Vec<Search<'_>> =
        wanted.iter().filter_map(|wanted| Some(Search { wanted, meant: elf.meant(wanted)?, best: None })).collect();
    searches.sort_by_key(|search| search.meant);
    let mut found = Vec::new();
    for kind in [SHT_SYMTAB, SHT_DYNSYM] {
        let table = elf.sections.symbols(LittleEndian, elf.bytes, kind);
        let table = table.map_err(|_| "its symbol table makes no sense")?;
        for symbol in table.symbols().iter().take(MAX_SYMBOLS) {
            consider(symbol, &elf, &table, &mut searches);
        }
        searches.retain_mut(|search| match search.best.take().and_then(|(_, best)| named(search, best, &table)) {
            Some(symbol) => {
                found.push((search.wanted.place, symbol));
                false
            }
            None => true,
        });
    }
    Ok(found)
}

type Table<'a> = SymbolTable<'a, object::elf::FileHeader64<LittleEndian>, &'a Bytes>;

/// Takes the symbol for those addresses that it fits better than what was found for them.
fn consider<'a>(symbol: &'a Sym64<LittleEndian>, elf: &Elf<'a>, table: &Table<'a>, searches: &mut [Search<'a>]) {
    let endian = LittleEndian;
    let kind = symbol.st_type();
    let is_function = matches!(kind, STT_FUNC | STT_GNU_IFUNC);
    if symbol.st_shndx(endian) == SHN_UNDEF || !(is_function || kind == STT_NOTYPE) {
        return;
    }
    let start = symbol.st_value(endian);
    let first = searches.partition_point(|search| search.meant < start);
    let Some(behind) = searches.get_mut(first..) else { return };
    if behind.is_empty() {
        return;
    }
    let size = symbol.st_size(endian);
    // One without a size reaches to the end of its section.
    let end = if size > 0 { start.saturating_add(size) } else { end_of_section(symbol, elf).unwrap_or(start) };
    let fit = Fit { covers: size > 0, start, is_function };
    let mut is_name = None;
    for search in behind.iter_mut().take_while(|search| search.meant < end) {
        if search.best.is_some_and(|(best, _)| best >= fit) {
            continue;
        }
        // Marks of the assembler begin with a `$`.
        let is_name = *is_name.get_or_insert_with(|| {
            is_function
                || symbol.name(endian, table.strings()).is_ok_and(|name| !name.is_empty() && !name.starts_with(b"$"))
        });
        if is_name {
            search.best = Some((fit, symbol));
        }
    }
}

fn end_of_section(symbol: &Sym64<LittleEndian>, elf: &Elf<'_>) -> Option<u64> {
    let section = elf.sections.section(object::SectionIndex(symbol.st_shndx(LittleEndian).into())).ok()?;
    section.sh_addr(LittleEndian).checked_add(section.sh_size(LittleEndian))
}

fn named(search: &Search<'_>, symbol: &Sym64<LittleEndian>, table: &Table<'_>) -> Option<Symbol> {
    let name = symbol.name(LittleEndian, table.strings()).ok().filter(|name| !name.is_empty())?;
    let into = search.meant.checked_sub(symbol.st_value(LittleEndian))?;
    // A return address is behind the instruction that was looked up.
    let offset = into.saturating_add(u64::from(search.wanted.call.is_return));
    Some(Symbol { name: demangle(name), offset })
}
