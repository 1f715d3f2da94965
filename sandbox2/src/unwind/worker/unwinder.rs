//! Unwinding: from registers and memory to the calls of a thread.
//!
//! framehop does it by the call frame information of the files, and by frame pointers where there is none. A file is read when the first
//! address in it comes up. riscv64 it does not know: there frame pointers are followed.

#[cfg(not(target_arch = "riscv64"))]
pub(super) use with_framehop::Unwinder;
#[cfg(target_arch = "riscv64")]
pub(super) use without::Unwinder;

#[cfg(not(target_arch = "riscv64"))]
mod with_framehop {
    use framehop::{
        CacheNative, FrameAddress, MayAllocateDuringUnwind, Module, ModuleSectionInfo, UnwindRegsNative, Unwinder as _,
        UnwinderNative,
    };
    use object::LittleEndian;
    use object::read::elf::SectionHeader as _;

    use super::super::Bytes;
    use super::super::elf::Elf;
    use super::super::signal;
    use crate::unwind::answer::{Call, Walk};
    use crate::unwind::frame_pointers::caller_of_nowhere;
    use crate::unwind::limits::MAX_UNWIND_INFO;
    use crate::unwind::memory::Memory;
    use crate::unwind::request::{Region, Request, Start, region_at};

    /// Unwinds the threads of one process.
    pub(in super::super) struct Unwinder<'a> {
        request: &'a Request,
        bytes: &'a [Option<Bytes>],
        /// Where the regions begin whose files were read.
        known: Vec<u64>,
        modules: UnwinderNative<&'a [u8], MayAllocateDuringUnwind>,
        cache: CacheNative<MayAllocateDuringUnwind>,
    }

    impl<'a> Unwinder<'a> {
        pub(in super::super) fn new(request: &'a Request, bytes: &'a [Option<Bytes>]) -> Unwinder<'a> {
            let (modules, cache) = (UnwinderNative::new(), CacheNative::new());
            Unwinder { request, bytes, known: Vec::new(), modules, cache }
        }

        pub(in super::super) fn walk(&mut self, start: &Start, memory: &mut Memory) -> Walk {
            let regions = &self.request.regions;
            let max = self.request.max_frames.max(1);
            let mut walk = Walk { calls: vec![Call::at(start.instruction_pointer)], truncated: false };
            let mut registers = registers(start, regions);
            let mut next = Some(Call::at(start.instruction_pointer));
            if region_at(regions, start.instruction_pointer).is_none() {
                let caller = caller_of_nowhere(start, regions, &mut |address| memory.word(address));
                returned(&mut registers, caller.unwrap_or_default(), start);
                next = caller.map(Call::to);
                walk.calls.extend(next);
            }
            while let Some(call) = next {
                next = self.caller(call, &mut registers, memory);
                // What leads nowhere was no call: few programs mark the end of their stacks.
                next = next.filter(|call| region_at(regions, call.instruction()).is_some());
                if next.is_some() && walk.calls.len() >= max {
                    walk.truncated = true;
                    break;
                }
                walk.calls.extend(next);
            }
            walk.calls.truncate(max);
            walk
        }

        /// Who called, or what was interrupted.
        fn caller(&mut self, call: Call, registers: &mut UnwindRegsNative, memory: &mut Memory) -> Option<Call> {
            if call.is_return && signal::is_return(call.address, memory) {
                let interrupted = signal::interrupted(registers.sp(), memory)?;
                *registers = self::registers(&interrupted, &self.request.regions);
                return Some(Call::at(interrupted.instruction_pointer));
            }
            self.learn(call.instruction());
            let at = if call.is_return {
                FrameAddress::from_return_address(call.address)?
            } else {
                FrameAddress::from_instruction_pointer(call.address)
            };
            let mut read = |address| memory.word(address).ok_or(());
            self.modules.unwind_frame(at, registers, &mut self.cache, &mut read).ok()?.map(Call::to)
        }

        /// Reads the file that the address lies in, if that was not done.
        fn learn(&mut self, address: u64) {
            let Some(region) = region_at(&self.request.regions, address) else { return };
            if self.known.contains(&region.start) {
                return;
            }
            self.known.push(region.start);
            let bytes = region.object.and_then(|object| self.bytes.get(object)).and_then(Option::as_ref);
            if let Some(module) = bytes.and_then(|bytes| module(bytes, region)) {
                self.modules.add_module(module);
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn registers(start: &Start, _regions: &[Region]) -> UnwindRegsNative {
        UnwindRegsNative::new(start.instruction_pointer, start.stack_pointer, start.frame_pointer)
    }

    #[cfg(target_arch = "aarch64")]
    fn registers(start: &Start, regions: &[Region]) -> UnwindRegsNative {
        let highest = regions.last().map_or(0, |region| region.end);
        let mask = framehop::aarch64::PtrAuthMask::from_max_known_address(highest);
        UnwindRegsNative::new_with_ptr_auth_mask(mask, start.link, start.stack_pointer, start.frame_pointer)
    }

    /// As if what is no code had returned.
    fn returned(registers: &mut UnwindRegsNative, caller: u64, start: &Start) {
        #[cfg(target_arch = "x86_64")]
        {
            registers.set_ip(caller);
            registers.set_sp(start.stack_pointer.wrapping_add(8));
        }
        #[cfg(target_arch = "aarch64")]
        {
            let _ = (registers, caller, start);
        }
    }

    fn module<'a>(bytes: &'a Bytes, region: &Region) -> Option<Module<&'a [u8]>> {
        let elf = Elf::read(bytes).ok()?;
        let lowest = elf.lowest_address();
        let base = elf.bias(region)?.wrapping_add(lowest);
        Some(Module::new(
            String::new(),
            region.start..region.end,
            base,
            Sections { elf, lowest, left: MAX_UNWIND_INFO },
        ))
    }

    /// What framehop asks about a file.
    struct Sections<'a> {
        elf: Elf<'a>,
        lowest: u64,
        /// How many bytes may still be read.
        left: u64,
    }

    impl<'a> ModuleSectionInfo<&'a [u8]> for Sections<'a> {
        fn base_svma(&self) -> u64 {
            self.lowest
        }

        fn section_svma_range(&mut self, name: &[u8]) -> Option<core::ops::Range<u64>> {
            let section = self.elf.section(name)?;
            let start = section.sh_addr(LittleEndian);
            Some(start..start.checked_add(section.sh_size(LittleEndian))?)
        }

        fn section_data(&mut self, name: &[u8]) -> Option<&'a [u8]> {
            let bytes = self.elf.section_bytes(self.elf.section(name)?, self.left)?;
            self.left = self.left.saturating_sub(bytes.len() as u64);
            Some(bytes)
        }
    }
}

#[cfg(target_arch = "riscv64")]
mod without {
    use super::super::Bytes;
    use crate::unwind::answer::Walk;
    use crate::unwind::frame_pointers;
    use crate::unwind::memory::Memory;
    use crate::unwind::request::{Request, Start};

    /// Unwinds the threads of one process.
    pub(in super::super) struct Unwinder<'a> {
        request: &'a Request,
    }

    impl<'a> Unwinder<'a> {
        pub(in super::super) fn new(request: &'a Request, _bytes: &'a [Option<Bytes>]) -> Unwinder<'a> {
            Unwinder { request }
        }

        pub(in super::super) fn walk(&mut self, start: &Start, memory: &mut Memory) -> Walk {
            let Request { regions, max_frames, .. } = self.request;
            frame_pointers::walk(start, regions, *max_frames, |address| memory.word(address))
        }
    }
}
