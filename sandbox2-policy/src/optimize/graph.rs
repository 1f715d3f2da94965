//! Blocks of instructions without places: what `optimize` hands to `assemble`.

use std::collections::BTreeMap;

use crate::action::Supervision;
use crate::arch::Arch;
use crate::insn::op;
use crate::lower::Verdict;
use crate::lower::words::View;
use crate::program::Operand;

/// One block of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BlockId(u32);

impl BlockId {
    /// Its position: a block comes after all that it leads to.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    /// The ids of the first `count` blocks.
    pub(crate) fn all(count: usize) -> impl Iterator<Item = BlockId> {
        (0..count as u32).map(BlockId)
    }
}

/// An instruction and its operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step {
    /// One of [`op`].
    pub(crate) code: u16,
    /// Its operand.
    pub(crate) k: Operand,
}

/// A conditional jump with what brings its subject into the accumulator.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Branch {
    /// What is done before the test.
    pub(crate) setup: Vec<Step>,
    /// The test.
    pub(crate) test: Step,
    /// Where it leads when it holds.
    pub(crate) yes: BlockId,
    /// Where it leads when it does not: always elsewhere.
    pub(crate) no: BlockId,
}

/// What is executed from beginning to end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Block {
    /// The program ends.
    Return(Verdict),
    /// A test leads elsewhere.
    Branch(Branch),
}

/// A program as blocks, each one only once. Only `optimize` makes one.
#[derive(Debug)]
pub(crate) struct Graph {
    arch: Arch,
    supervision: Supervision,
    blocks: Vec<Block>,
    ids: BTreeMap<Block, BlockId>,
    entry: BlockId,
}

impl Graph {
    /// A program without blocks.
    pub(super) fn new(arch: Arch, supervision: Supervision) -> Graph {
        Graph { arch, supervision, blocks: Vec::new(), ids: BTreeMap::new(), entry: BlockId(0) }
    }

    /// Makes the program begin with that block.
    pub(super) fn enter_at(&mut self, entry: BlockId) {
        self.entry = entry;
    }

    fn intern(&mut self, block: Block) -> BlockId {
        if let Some(&id) = self.ids.get(&block) {
            return id;
        }
        let id = BlockId(self.blocks.len() as u32);
        self.blocks.push(block.clone());
        self.ids.insert(block, id);
        id
    }

    /// The block that ends the program.
    pub(super) fn end(&mut self, verdict: Verdict) -> BlockId {
        self.intern(Block::Return(verdict))
    }

    /// The block that does `setup`, then tests; where both ways are the same, there is nothing to test.
    pub(super) fn branch(&mut self, setup: Vec<Step>, test: Step, yes: BlockId, no: BlockId) -> BlockId {
        if yes == no { yes } else { self.intern(Block::Branch(Branch { setup, test, yes, no })) }
    }

    /// The architecture.
    pub(crate) fn arch(&self) -> Arch {
        self.arch
    }

    /// Who answers violations.
    pub(crate) fn supervision(&self) -> Supervision {
        self.supervision
    }

    /// Where the program begins.
    pub(crate) fn entry(&self) -> BlockId {
        self.entry
    }

    /// The blocks by [`BlockId::index`].
    pub(crate) fn blocks(&self) -> &[Block] {
        &self.blocks
    }
}

/// What makes the accumulator hold `view`, when all that is known is that it holds `held`.
pub(super) fn steps_to(view: View, held: Option<View>) -> Vec<Step> {
    if held == Some(view) {
        return Vec::new();
    }
    let mut steps = Vec::with_capacity(3);
    if held != Some(View::bare(view.word)) {
        steps.push(Step { code: op::LD_ABS, k: Operand::Known(view.word.offset()) });
    }
    steps.extend(view.mask.map(|mask| Step { code: op::AND, k: mask }));
    if view.flip {
        steps.push(Step { code: op::XOR, k: Operand::Known(0x8000_0000) });
    }
    steps
}
