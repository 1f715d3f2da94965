#![cfg_attr(feature = "libfuzzer", no_main)]
//! See `sandbox2_fuzz::handshake`.

sandbox2_fuzz::target!(handshake);
