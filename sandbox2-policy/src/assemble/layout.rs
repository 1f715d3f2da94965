//! Which block comes after which.
//!
//! A block comes after all that lead to it. Small programs are laid out depth first, the shorter way first, which keeps
//! jumps short. In larger ones the decisions that much hangs on come first, together; so a path leaves what is within reach
//! only once, instead of once for each big decision.

use std::collections::BTreeMap;

use crate::optimize::graph::{Block, BlockId, Graph, Step};

/// The instructions up to which everything can be in reach.
const SMALL: u64 = 250;

/// How many decisions may come first together: with a stepping stone each, they are still in reach of each other.
const TOGETHER: u64 = 90;

/// An order of the blocks of a graph that lead somewhere.
#[derive(Debug)]
pub(crate) struct Layout {
    order: Vec<BlockId>,
    guests: Vec<Vec<(BlockId, usize)>>,
}

impl Layout {
    /// The blocks to be written, first to last.
    pub(crate) fn order(&self) -> &[BlockId] {
        &self.order
    }

    /// The blocks that are the end of `host`, itself among them: each with the number of instructions before it.
    pub(crate) fn guests(&self, host: BlockId) -> &[(BlockId, usize)] {
        &self.guests[host.index()]
    }

    /// Decides on an order.
    pub(crate) fn of(graph: &Graph) -> Layout {
        let blocks = graph.blocks();
        let reachable = reachable(graph);
        let hosts = hosts(blocks, &reachable);
        let mut guests = vec![Vec::new(); blocks.len()];
        for (index, host) in hosts.iter().enumerate() {
            if let Some((host, guest, skip)) = host.filter(|_| reachable[index]) {
                guests[host.index()].push((guest, skip));
            }
        }
        let order = Scheduler::new(graph, &hosts, &guests).run(graph, &hosts);
        Layout { order, guests }
    }
}

/// For each block that leads somewhere: the block it is written as part of (often itself), itself, and how many
/// instructions of the host come before it.
type Hosts = Vec<Option<(BlockId, BlockId, usize)>>;

fn reachable(graph: &Graph) -> Vec<bool> {
    let mut reachable = vec![false; graph.blocks().len()];
    let mut todo = vec![graph.entry()];
    while let Some(id) = todo.pop() {
        if !std::mem::replace(&mut reachable[id.index()], true)
            && let Some(Block::Branch(branch)) = graph.blocks().get(id.index())
        {
            todo.extend([branch.yes, branch.no]);
        }
    }
    reachable
}

/// Finds blocks that are the end of another: the same test with the same ways, and only a part of the set-up.
fn hosts(blocks: &[Block], reachable: &[bool]) -> Hosts {
    let mut alike: BTreeMap<(Step, BlockId, BlockId), Vec<BlockId>> = BTreeMap::new();
    let ids = blocks.iter().zip(BlockId::all(blocks.len())).zip(reachable);
    for ((block, id), _) in ids.filter(|(_, reachable)| **reachable) {
        if let Block::Branch(branch) = block {
            alike.entry((branch.test, branch.yes, branch.no)).or_default().push(id);
        }
    }
    let setup = |id: BlockId| match &blocks[id.index()] {
        Block::Branch(branch) => &branch.setup[..],
        Block::Return(_) => &[],
    };
    let mut hosts = vec![None; blocks.len()];
    for mut family in alike.into_values() {
        family.sort_by_key(|&id| (usize::MAX - setup(id).len(), id));
        for (index, &guest) in family.iter().enumerate() {
            let host = family[..index].iter().copied().find(|&host| setup(host).ends_with(setup(guest)));
            let host = host.unwrap_or(guest);
            hosts[guest.index()] = Some((host, guest, setup(host).len() - setup(guest).len()));
        }
    }
    hosts
}

/// Takes blocks one by one, each only once all that lead to it are taken.
struct Scheduler {
    /// For each host, how many ways to it are from blocks not yet taken.
    waiting: Vec<u32>,
    /// For each block, about how many instructions there are from it on.
    sizes: Vec<u64>,
    /// What can be taken now and much hangs on.
    big: Vec<BlockId>,
    /// What can be taken now, last in first out.
    small: Vec<BlockId>,
    /// From which size on much hangs on a block.
    threshold: u64,
}

impl Scheduler {
    fn new(graph: &Graph, hosts: &Hosts, guests: &[Vec<(BlockId, usize)>]) -> Scheduler {
        let blocks = graph.blocks();
        let mut waiting = vec![0; blocks.len()];
        let mut sizes = vec![0_u64; blocks.len()];
        let mut total = 0;
        for (index, block) in blocks.iter().enumerate() {
            let Block::Branch(branch) = block else { continue };
            let own = branch.setup.len() as u64 + 1;
            sizes[index] = own.saturating_add(sizes[branch.yes.index()]).saturating_add(sizes[branch.no.index()]);
            if guests[index].is_empty() {
                continue;
            }
            total += own;
            for target in [branch.yes, branch.no] {
                if let Some((host, ..)) = hosts[target.index()] {
                    waiting[host.index()] += 1;
                }
            }
        }
        let threshold = if total <= SMALL { u64::MAX } else { (total / TOGETHER).max(2) };
        Scheduler { waiting, sizes, big: Vec::new(), small: Vec::new(), threshold }
    }

    fn run(mut self, graph: &Graph, hosts: &Hosts) -> Vec<BlockId> {
        let mut order = Vec::new();
        if let Some((host, ..)) = hosts.get(graph.entry().index()).copied().flatten() {
            self.ready(host);
        }
        while let Some(id) = self.next() {
            order.push(id);
            let Block::Branch(branch) = &graph.blocks()[id.index()] else { continue };
            let mut targets = [branch.yes, branch.no];
            targets.sort_by_key(|target| u64::MAX - self.sizes[target.index()]);
            for target in targets {
                let Some((host, ..)) = hosts[target.index()] else { continue };
                self.waiting[host.index()] -= 1;
                if self.waiting[host.index()] == 0 {
                    self.ready(host);
                }
            }
        }
        order
    }

    fn ready(&mut self, id: BlockId) {
        if self.sizes[id.index()] >= self.threshold { self.big.push(id) } else { self.small.push(id) }
    }

    fn next(&mut self) -> Option<BlockId> {
        let biggest = (0..self.big.len()).max_by_key(|&at| self.sizes[self.big[at].index()]);
        match biggest {
            Some(at) => Some(self.big.swap_remove(at)),
            None => self.small.pop(),
        }
    }
}
