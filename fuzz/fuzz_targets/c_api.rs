#![cfg_attr(feature = "libfuzzer", no_main)]
//! See `sandbox2_fuzz::c_api`.

sandbox2_fuzz::target!(c_api);
