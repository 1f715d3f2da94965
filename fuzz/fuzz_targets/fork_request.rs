#![cfg_attr(feature = "libfuzzer", no_main)]
//! See `sandbox2_fuzz::fork_request`.

sandbox2_fuzz::target!(fork_request);
