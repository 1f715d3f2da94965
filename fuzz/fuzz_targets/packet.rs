#![cfg_attr(feature = "libfuzzer", no_main)]
//! See `sandbox2_fuzz::packet`.

sandbox2_fuzz::target!(packet);
