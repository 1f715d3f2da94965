//! From blocks to instructions in their places: [`Graph`] → [`Program`].
//!
//! Jumps only go forward, and conditional ones at most 255 instructions. The order is decided first ([`layout`]); the
//! instructions are then written from the last to the first, so that the distance of every jump is known when it is
//! written. Where a jump would be too long, what it leads to is brought near: an end of the program is written again, at
//! no cost for the path; anything else gets a stepping stone (`JA`), which reaches any distance.

pub(crate) mod layout;

use crate::insn::{MAX_INSNS, op};
use crate::optimize::graph::{Block, BlockId, Branch, Graph, Step};
use crate::program::{Operand, Program, SymInsn};
use layout::Layout;

/// How far a conditional jump can reach.
const REACH: usize = 255;

/// A program of more instructions than the kernel takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong {
    /// How many instructions it has.
    pub length: usize,
    /// How many the kernel takes: [`MAX_INSNS`].
    pub limit: usize,
}

impl core::fmt::Display for TooLong {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "the program has {} instructions, and the kernel takes {} at most", self.length, self.limit)
    }
}

impl core::error::Error for TooLong {}

/// Puts the blocks of `graph` in their places.
///
/// # Errors
/// When there are too many instructions for the kernel.
pub(crate) fn assemble(graph: &Graph) -> Result<Program, TooLong> {
    let layout = Layout::of(graph);
    let mut writer = Writer { graph, insns: Vec::new(), near: vec![None; graph.blocks().len()], home: Vec::new() };
    writer.home.clone_from(&writer.near);
    for &host in layout.order().iter().rev() {
        if let Block::Branch(branch) = &graph.blocks()[host.index()] {
            writer.branch(branch);
            for &(guest, skip) in layout.guests(host) {
                writer.settle(guest, skip);
            }
        }
    }
    if writer.insns.is_empty() {
        // Nothing is decided: the program is the end that it begins with.
        writer.bring_near(graph.entry());
    }
    let mut insns = writer.insns;
    insns.reverse();
    if insns.len() > MAX_INSNS {
        return Err(TooLong { length: insns.len(), limit: MAX_INSNS });
    }
    Ok(Program { arch: graph.arch(), supervision: graph.supervision(), insns })
}

/// Writes instructions from the last to the first: positions count from the end.
struct Writer<'a> {
    graph: &'a Graph,
    insns: Vec<SymInsn>,
    /// For each block the position of what was last written that leads to it: itself, a copy or a stepping stone.
    near: Vec<Option<usize>>,
    /// For each block its own position.
    home: Vec<Option<usize>>,
}

impl Writer<'_> {
    fn push(&mut self, code: u16, k: Operand, jt: usize, jf: usize) {
        self.insns.push(SymInsn { code, jt: jt as u8, jf: jf as u8, k });
    }

    /// Writes a block whose targets, unless they are ends, are written already.
    fn branch(&mut self, branch: &Branch) {
        let (jt, jf) = loop {
            // What is brought near for one target moves the other away.
            match (self.distance(branch.yes), self.distance(branch.no)) {
                (None, _) => self.bring_near(branch.yes),
                (_, None) => self.bring_near(branch.no),
                (Some(jt), Some(jf)) => break (jt, jf),
            }
        };
        self.push(branch.test.code, branch.test.k, jt, jf);
        for &Step { code, k } in branch.setup.iter().rev() {
            self.push(code, k, 0, 0);
        }
    }

    /// How far the next conditional jump to be written would skip to get to `target`; `None` if it cannot get there.
    fn distance(&self, target: BlockId) -> Option<usize> {
        let position = self.near[target.index()]?;
        Some(self.insns.len() - position - 1).filter(|distance| *distance <= REACH)
    }

    /// Writes something that leads to `target`.
    fn bring_near(&mut self, target: BlockId) {
        let here = self.insns.len();
        match (&self.graph.blocks()[target.index()], self.home[target.index()]) {
            (Block::Return(verdict), _) => self.push(op::RET, Operand::Known(verdict.get()), 0, 0),
            (Block::Branch(_), home) => {
                // The layout puts a target behind all that lead to it, so it has a home.
                let skipped = here - home.map_or(here, |home| home + 1);
                self.push(op::JA, Operand::Known(skipped as u32), 0, 0);
            }
        }
        self.near[target.index()] = Some(here);
    }

    /// Notes that the block just written is also `guest`, from its instruction `skip` on.
    fn settle(&mut self, guest: BlockId, skip: usize) {
        let position = self.insns.len() - 1 - skip;
        self.near[guest.index()] = Some(position);
        self.home[guest.index()] = Some(position);
    }
}
