#![cfg_attr(feature = "libfuzzer", no_main)]
//! See `sandbox2_fuzz::c_buffer`.

sandbox2_fuzz::target!(c_buffer);
