#![cfg_attr(feature = "libfuzzer", no_main)]
//! See `sandbox2_fuzz::frame`.

sandbox2_fuzz::target!(frame);
