//! Which namespaces a sandboxee gets: user, mount, process, IPC, UTS and control group namespaces always, a network
//! namespace unless the policy says `network host`.

use sandbox2_policy::surroundings::Network;

/// The namespaces in force, as `clone3` flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Namespaces {
    network: bool,
}

impl Namespaces {
    /// Those of init, in which everything else is made.
    const FIRST: i32 = libc::CLONE_NEWUSER | libc::CLONE_NEWNS | libc::CLONE_NEWPID;

    /// Those of the sandboxee alone: nothing of init's work depends on them.
    const LATE: i32 = libc::CLONE_NEWIPC | libc::CLONE_NEWUTS | libc::CLONE_NEWCGROUP;

    pub(crate) fn new(network: Network) -> Namespaces {
        Namespaces { network: network != Network::Host }
    }

    /// Whether the sandboxee has a network of its own, with only a loopback interface.
    pub(crate) fn own_network(self) -> bool {
        self.network
    }

    /// The flags for making init.
    pub(crate) fn flags(self) -> u64 {
        let network = if self.network { libc::CLONE_NEWNET } else { 0 };
        u64::from((Self::FIRST | network).cast_unsigned())
    }

    /// The flags for entering all of them, the sandboxee's own user namespace included.
    pub(crate) fn all_flags(self) -> u32 {
        (self.flags() | self.late_flags()) as u32
    }

    /// The flags for what the sandboxee leaves behind when it starts.
    pub(crate) fn late_flags(self) -> u64 {
        u64::from(Self::LATE.cast_unsigned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_network_can_be_shared_with_the_host() {
        let (own, host) = (Namespaces::new(Network::None), Namespaces::new(Network::Host));
        assert_eq!(own.flags() ^ host.flags(), libc::CLONE_NEWNET as u64);
        assert!(own.own_network() && !host.own_network());
    }
}
