//! Following frame pointers: what unwinding without any file about it can do.
//!
//! Only code that was compiled to keep them can be followed. The words are the sandboxee's and can say anything: each step must lead up
//! the stack, and to memory that can be executed, or it is not taken.

use super::answer::{Call, Walk};
use super::request::{Region, Start, region_at};

/// Where in a frame the caller's frame pointer and the address to return to lie.
#[cfg(not(target_arch = "riscv64"))]
const FRAME: (u64, u64) = (0, 8);
/// Where they lie, below what the frame pointer points to.
#[cfg(target_arch = "riscv64")]
const FRAME: (u64, u64) = (16u64.wrapping_neg(), 8u64.wrapping_neg());

/// The calls of a thread, as far as frame pointers lead; `word` reads memory.
pub(crate) fn walk(start: &Start, regions: &[Region], max: usize, mut word: impl FnMut(u64) -> Option<u64>) -> Walk {
    let mut walk = Walk { calls: vec![Call::at(start.instruction_pointer)], truncated: false };
    if region_at(regions, start.instruction_pointer).is_none() {
        walk.calls.extend(caller_of_nowhere(start, regions, &mut word).map(Call::to));
    }
    let (mut frame, mut lowest) = (start.frame_pointer, start.stack_pointer);
    while let Some((return_to, next)) = step(frame, lowest, &mut word) {
        if region_at(regions, return_to).is_none() {
            break;
        }
        if walk.calls.len() >= max {
            walk.truncated = true;
            break;
        }
        walk.calls.push(Call::to(return_to));
        (lowest, frame) = (frame.saturating_add(1), next);
    }
    walk.calls.truncate(max.max(1));
    walk
}

/// Who called something that is no code (a null pointer for a function, say): there is no frame yet, only the call's return address.
pub(crate) fn caller_of_nowhere(
    start: &Start,
    regions: &[Region],
    word: &mut impl FnMut(u64) -> Option<u64>,
) -> Option<u64> {
    let caller = if cfg!(target_arch = "x86_64") { word(start.stack_pointer)? } else { start.link };
    region_at(regions, caller).map(|_| caller)
}

/// Where the frame's function returns to, and its caller's frame.
fn step(frame: u64, lowest: u64, word: &mut impl FnMut(u64) -> Option<u64>) -> Option<(u64, u64)> {
    if !frame.is_multiple_of(8) || frame < lowest {
        return None;
    }
    // There is nothing at the very end.
    frame.checked_add(16)?;
    let next = word(frame.wrapping_add(FRAME.0))?;
    let return_to = word(frame.wrapping_add(FRAME.1))?;
    Some((return_to, next))
}

#[cfg(all(test, not(target_arch = "riscv64")))]
mod tests {
    use super::*;

    const CODE: [Region; 1] = [Region { start: 0x1000, end: 0x2000, offset: 0, object: None }];

    fn start() -> Start {
        Start { instruction_pointer: 0x1000, stack_pointer: 0x8000, frame_pointer: 0x8010, link: 0x1abc }
    }

    fn walked(stack: &[(u64, u64)], start: Start, max: usize) -> (Vec<u64>, bool) {
        let word = |at| stack.iter().find(|(address, _)| *address == at).map(|(_, word)| *word);
        let walk = walk(&start, &CODE, max, word);
        (walk.calls.iter().map(|call| call.address).collect(), walk.truncated)
    }

    #[test]
    fn frames_are_followed_to_the_end() {
        let stack = [(0x8010, 0x8020), (0x8018, 0x1100), (0x8020, 0), (0x8028, 0x1200)];
        assert_eq!(walked(&stack, start(), 200), (vec![0x1000, 0x1100, 0x1200], false));
        assert_eq!(walked(&stack, start(), 2), (vec![0x1000, 0x1100], true));
    }

    #[test]
    fn a_stack_that_leads_in_circles_ends() {
        let round = [(0x8010, 0x8020), (0x8018, 0x1100), (0x8020, 0x8010), (0x8028, 0x1200)];
        assert_eq!(walked(&round, start(), 200).0, [0x1000, 0x1100, 0x1200]);
        let itself = [(0x8010, 0x8010), (0x8018, 0x1100)];
        assert_eq!(walked(&itself, start(), 200).0, [0x1000, 0x1100]);
    }

    #[test]
    fn what_is_no_frame_is_not_followed() {
        let stack = [(0x8010, 0), (0x8018, 0x3000)];
        assert_eq!(walked(&stack, start(), 200).0, [0x1000]);
        for frame_pointer in [0, 0x8011, 0x7ff8, u64::MAX, u64::MAX - 7] {
            let start = Start { frame_pointer, ..start() };
            assert_eq!(walked(&[(frame_pointer, 0), (frame_pointer.wrapping_add(8), 0x1100)], start, 200).0.len(), 1);
        }
    }

    #[test]
    fn a_call_of_nothing_has_a_caller() {
        let nowhere = Start { instruction_pointer: 0, ..start() };
        let stack = [(0x8000, 0x1abc), (0x8010, 0), (0x8018, 0x1100)];
        assert_eq!(walked(&stack, nowhere, 200).0, [0, 0x1abc, 0x1100]);
        let elsewhere = Start { instruction_pointer: 0, link: 0x3000, ..start() };
        assert_eq!(walked(&[(0x8000, 0x3000)], elsewhere, 200).0, [0]);
    }
}
