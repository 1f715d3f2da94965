#![cfg_attr(feature = "libfuzzer", no_main)]
//! See `sandbox2_fuzz::introduction`.

sandbox2_fuzz::target!(introduction);
