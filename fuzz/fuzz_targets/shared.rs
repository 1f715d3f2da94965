#![cfg_attr(feature = "libfuzzer", no_main)]
//! See `sandbox2_fuzz::shared`.

sandbox2_fuzz::target!(shared);
