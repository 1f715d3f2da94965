//! An ELF file of the sandboxee's: sections, segments, and where it was loaded.

use object::LittleEndian;
use object::elf::{FileHeader64, PF_X, PT_LOAD, ProgramHeader64, SHF_COMPRESSED, SHT_NOBITS, SectionHeader64};
use object::read::elf::{FileHeader as _, ProgramHeader as _, SectionHeader as _, SectionTable};

use super::{Bytes, Wanted};
use crate::unwind::request::Region;

/// 64 bits, little-endian: all machines that sandbox2 runs on.
type Header = FileHeader64<LittleEndian>;
pub(super) type Section = SectionHeader64<LittleEndian>;
type Segment = ProgramHeader64<LittleEndian>;

/// The page size that segments are at least aligned to.
const PAGE: u64 = 4096;

/// A file, as far as it was read.
pub(super) struct Elf<'a> {
    pub(super) bytes: &'a Bytes,
    segments: &'a [Segment],
    pub(super) sections: SectionTable<'a, Header, &'a Bytes>,
}

impl<'a> Elf<'a> {
    pub(super) fn read(bytes: &'a Bytes) -> Result<Elf<'a>, &'static str> {
        let header = Header::parse(bytes).map_err(|_| "it is no ELF file")?;
        let endian = header.endian().map_err(|_| "it is no ELF file of this machine")?;
        let segments = header.program_headers(endian, bytes).map_err(|_| "its program headers make no sense")?;
        // Without sections it can still be a program that runs.
        let sections = header.sections(endian, bytes).unwrap_or_default();
        Ok(Elf { bytes, segments, sections })
    }

    /// What to subtract from an address in that memory for the address that the file means (to be taken modulo 2^64).
    pub(super) fn bias(&self, region: &Region) -> Option<u64> {
        let endian = LittleEndian;
        let has = |segment: &&Segment| {
            let (offset, size) = (segment.p_offset(endian), segment.p_filesz(endian));
            // The kernel maps whole pages, so that the same one can belong to two segments; only one of them can be executed.
            let pages = offset - offset % PAGE..offset.saturating_add(size);
            segment.p_type(endian) == PT_LOAD && segment.p_flags(endian) & PF_X != 0 && pages.contains(&region.offset)
        };
        let segment = self.segments.iter().find(has)?;
        let meant = segment.p_vaddr(endian).wrapping_add(region.offset).wrapping_sub(segment.p_offset(endian));
        Some(region.start.wrapping_sub(meant))
    }

    /// The lowest address that the file means to be loaded at.
    pub(super) fn lowest_address(&self) -> u64 {
        let loads = self.segments.iter().filter(|segment| segment.p_type(LittleEndian) == PT_LOAD);
        let lowest = loads.map(|segment| segment.p_vaddr(LittleEndian)).min().unwrap_or(0);
        lowest - lowest % PAGE
    }

    /// The address that the file means by what is looked up.
    pub(super) fn meant(&self, wanted: &Wanted) -> Option<u64> {
        Some(wanted.call.instruction().wrapping_sub(self.bias(&wanted.region)?))
    }

    pub(super) fn section(&self, name: &[u8]) -> Option<&'a Section> {
        self.sections.section_by_name(LittleEndian, name).map(|(_, section)| section)
    }

    /// A section's bytes, if it has any in the file, as they are, and is not larger than that.
    pub(super) fn section_bytes(&self, section: &Section, most: u64) -> Option<&'a [u8]> {
        let there = section.sh_type(LittleEndian) != SHT_NOBITS && !is_compressed(section);
        if !there || section.sh_size(LittleEndian) > most {
            return None;
        }
        section.data(LittleEndian, self.bytes).ok()
    }
}

/// Whether a section would have to be decompressed, which is not done.
pub(super) fn is_compressed(section: &Section) -> bool {
    section.sh_flags(LittleEndian) & u64::from(SHF_COMPRESSED) != 0
}
