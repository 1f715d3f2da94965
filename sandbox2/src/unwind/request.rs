//! What the worker is asked: where the threads are, and what lies where in the memory of their process.
//!
//! Numbers of 64 bits, little-endian, one after the other: [`MAGIC`], four counts, and as many lists. The files and the memory themselves
//! are descriptors with names. No name of the sandboxee's is in it: the worker speaks of an object by its number.

use sandbox2_client::environment::MAX_NAME;

use super::limits::{MAX_FRAMES, MAX_OBJECTS, MAX_REGIONS, MAX_THREADS};

/// How the worker is called: its `argv[0]`.
pub(crate) const PROGRAM: &str = "sandbox2-symbolizer";
/// The descriptor with the request.
pub(crate) const REQUEST: &str = "sandbox2.symbolizer.request";
/// The descriptor for the answer.
pub(crate) const ANSWER: &str = "sandbox2.symbolizer.answer";
/// The descriptor of the memory.
pub(crate) const MEMORY: &str = "sandbox2.symbolizer.memory";

/// The first number: which form of request this is.
const MAGIC: u64 = 0x0001_7473_7932_6273;
/// A region of no object.
const NO_OBJECT: u64 = u64::MAX;
/// The most bytes of a request.
pub(crate) const MAX_BYTES: usize = 8 * (5 + 4 * MAX_THREADS + 4 * MAX_REGIONS + 3 * MAX_OBJECTS);

/// The descriptor of the object with that number.
pub(crate) fn object_name(object: usize) -> String {
    let name = format!("sandbox2.symbolizer.object.{object}");
    debug_assert!(name.len() <= MAX_NAME);
    name
}

/// What the worker is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    /// How many frames of each thread are asked for.
    pub(crate) max_frames: usize,
    /// Where the threads are.
    pub(crate) threads: Vec<Start>,
    /// Which memory can be executed, in the order of its addresses.
    pub(crate) regions: Vec<Region>,
    /// What that memory was made from.
    pub(crate) objects: Vec<Source>,
}

/// The registers that unwinding begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Start {
    pub(crate) instruction_pointer: u64,
    pub(crate) stack_pointer: u64,
    pub(crate) frame_pointer: u64,
    /// Where the function returns to, on machines that have a register for that; 0 on others.
    pub(crate) link: u64,
}

/// Memory that can be executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// Where it begins in the object.
    pub(crate) offset: u64,
    /// The object's number, if it was made from one.
    pub(crate) object: Option<usize>,
}

/// Where an object can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Nowhere.
    Missing,
    /// In the file whose descriptor has its [name](object_name).
    File,
    /// In the memory of the process itself: the code that the kernel has put there.
    Memory { start: u64, end: u64 },
}

impl Region {
    pub(crate) fn contains(&self, address: u64) -> bool {
        (self.start..self.end).contains(&address)
    }
}

/// The region that has this address.
pub(crate) fn region_at(regions: &[Region], address: u64) -> Option<&Region> {
    let after = regions.partition_point(|region| region.start <= address);
    regions.get(after.checked_sub(1)?).filter(|region| region.contains(address))
}

impl Request {
    /// As bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let counts = [self.max_frames, self.threads.len(), self.regions.len(), self.objects.len()];
        let mut words = vec![MAGIC];
        words.extend(counts.map(|count| count as u64));
        for Start { instruction_pointer, stack_pointer, frame_pointer, link } in &self.threads {
            words.extend([*instruction_pointer, *stack_pointer, *frame_pointer, *link]);
        }
        for Region { start, end, offset, object } in &self.regions {
            words.extend([*start, *end, *offset, object.map_or(NO_OBJECT, |object| object as u64)]);
        }
        for source in &self.objects {
            words.extend(match source {
                Source::Missing => [0, 0, 0],
                Source::File => [1, 0, 0],
                Source::Memory { start, end } => [2, *start, *end],
            });
        }
        words.into_iter().flat_map(u64::to_le_bytes).collect()
    }

    /// From bytes; `None` if they are no request of this form.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Request> {
        let (words, []) = bytes.as_chunks::<8>() else { return None };
        let mut words = words.iter().map(|word| u64::from_le_bytes(*word));
        if words.next()? != MAGIC {
            return None;
        }
        let mut count = |limit: usize| words.next().and_then(|word| usize::try_from(word).ok()).filter(|n| *n <= limit);
        let max_frames = count(MAX_FRAMES)?;
        let (threads, regions, objects) = (count(MAX_THREADS)?, count(MAX_REGIONS)?, count(MAX_OBJECTS)?);
        let mut request = Request { max_frames, ..Request::default() };
        for _ in 0..threads {
            let [instruction_pointer, stack_pointer, frame_pointer, link] = take(&mut words)?;
            request.threads.push(Start { instruction_pointer, stack_pointer, frame_pointer, link });
        }
        for _ in 0..regions {
            let [start, end, offset, object] = take(&mut words)?;
            let object = match object {
                NO_OBJECT => None,
                object => Some(usize::try_from(object).ok().filter(|object| *object < objects)?),
            };
            request.regions.push(Region { start, end, offset, object });
        }
        for _ in 0..objects {
            request.objects.push(match take::<3>(&mut words)? {
                [0, ..] => Source::Missing,
                [1, ..] => Source::File,
                [2, start, end] => Source::Memory { start, end },
                _ => return None,
            });
        }
        words.next().is_none().then_some(request)
    }
}

fn take<const N: usize>(words: &mut impl Iterator<Item = u64>) -> Option<[u64; N]> {
    let mut taken = [0; N];
    for place in &mut taken {
        *place = words.next()?;
    }
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request {
            max_frames: 200,
            threads: vec![Start { instruction_pointer: 1, stack_pointer: 2, frame_pointer: u64::MAX, link: 4 }],
            regions: vec![
                Region { start: 0x1000, end: 0x2000, offset: 7, object: Some(1) },
                Region { start: 0x2000, end: 0x3000, offset: 0, object: None },
            ],
            objects: vec![Source::Missing, Source::File, Source::Memory { start: 5, end: 6 }],
        }
    }

    #[test]
    fn what_is_asked_is_understood() {
        let bytes = request().encode();
        assert!(bytes.len() <= MAX_BYTES);
        assert_eq!(Request::decode(&bytes), Some(request()));
        assert_eq!(Request::decode(&Request::default().encode()), Some(Request::default()));
    }

    #[test]
    fn what_is_cut_or_goes_on_is_refused() {
        let bytes = request().encode();
        for length in 0..bytes.len() {
            assert_eq!(Request::decode(&bytes[..length]), None, "{length}");
        }
        assert_eq!(Request::decode(&[&bytes[..], &[0; 8]].concat()), None);
    }

    #[test]
    fn counts_and_numbers_out_of_range_are_refused() {
        let mut beyond = request();
        beyond.regions[0].object = Some(3);
        assert_eq!(Request::decode(&beyond.encode()), None);
        for (word, value) in [(0, 0), (1, 201), (2, 65), (3, 1025), (4, 257), (2, u64::MAX)] {
            let mut bytes = request().encode();
            bytes[8 * word..][..8].copy_from_slice(&u64::to_le_bytes(value));
            assert_eq!(Request::decode(&bytes), None, "{word} {value}");
        }
    }

    #[test]
    fn a_region_is_found_by_any_address_in_it() {
        let regions = request().regions;
        let found = [0xfff, 0x1000, 0x1fff, 0x2000, 0x3000].map(|address| region_at(&regions, address).is_some());
        assert_eq!(found, [false, true, true, true, false]);
        assert_eq!(region_at(&[], 1), None);
    }
}
