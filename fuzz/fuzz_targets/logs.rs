#![cfg_attr(feature = "libfuzzer", no_main)]
//! See `sandbox2_fuzz::logs`.

sandbox2_fuzz::target!(logs);
