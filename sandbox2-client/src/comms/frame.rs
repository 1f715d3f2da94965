//! The wire format, version 1: a header of twelve bytes, little-endian, then the payload.
//!
//! | bytes | |
//! |---|---|
//! | 0 to 3 | the tag |
//! | 4 to 7 | the length of the payload |
//! | 8 | how many descriptors come along, attached to the header's first byte (`SCM_RIGHTS`) |
//! | 9 to 11 | zero |

use crate::error::{Error, Result};

/// The length of a header.
pub(crate) const HEADER: usize = 12;

/// The most descriptors of one message: the kernel's own bound (`SCM_MAX_FD`).
pub(crate) const MOST_DESCRIPTORS: usize = 253;

/// What comes before a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) tag: u32,
    pub(crate) length: u32,
    pub(crate) descriptors: u8,
}

impl Header {
    pub(crate) fn encode(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[0..4].copy_from_slice(&self.tag.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.length.to_le_bytes());
        bytes[8] = self.descriptors;
        bytes
    }

    /// # Errors
    /// If it is none.
    pub(crate) fn decode(bytes: [u8; HEADER]) -> Result<Header> {
        let [a, b, c, d, e, f, g, h, descriptors, zeros @ ..] = bytes;
        if zeros != [0; 3] {
            return Err(Error::Malformed("the last bytes of a header are not zero"));
        }
        if usize::from(descriptors) > MOST_DESCRIPTORS {
            return Err(Error::Malformed("more descriptors than a message can have"));
        }
        let (tag, length) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
        Ok(Header { tag, length, descriptors })
    }
}

/// What goes by the socket where the frame itself goes through shared memory: as many descriptors, and who sends them.
pub(crate) fn along(descriptors: u8) -> Header {
    Header { tag: super::tag::ALONG, length: 0, descriptors }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_these_bytes() {
        let header = Header { tag: 0x8000_0006, length: 4, descriptors: 1 };
        assert_eq!(header.encode(), [6, 0, 0, 0x80, 4, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!(Header::decode(header.encode()), Ok(header));
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for byte in 9..12 {
            let mut bytes = Header { tag: 1, length: 2, descriptors: 3 }.encode();
            bytes[byte] = 1;
            assert!(matches!(Header::decode(bytes), Err(Error::Malformed(_))));
        }
        assert!(Header::decode([0, 0, 0, 0, 0, 0, 0, 0, 254, 0, 0, 0]).is_err());
    }
}
