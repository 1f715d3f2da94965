//! Which namespaces a sandboxee gets: all of them, less the network's where the policy says `network host`.

use sandbox2_policy::surroundings::Network;

/// The namespaces in force, as `clone3` flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Namespaces {
    network: bool,
}

impl Namespaces {
    /// User, mount, process, IPC, UTS and control group namespaces, always.
    const ALWAYS: i32 = libc::CLONE_NEWUSER
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWCGROUP;

    pub(crate) fn new(network: Network) -> Namespaces {
        Namespaces { network: network != Network::Host }
    }

    /// Whether the sandboxee has a network of its own, with only a loopback interface.
    pub(crate) fn own_network(self) -> bool {
        self.network
    }

    pub(crate) fn flags(self) -> u64 {
        let network = if self.network { libc::CLONE_NEWNET } else { 0 };
        u64::from((Self::ALWAYS | network).cast_unsigned())
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
