//! Gives the shared library its name: programs that are linked with it look for that.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(sandbox2_small)");
    let major = env::var("CARGO_PKG_VERSION_MAJOR").expect("cargo sets the version");
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libsandbox2_client.so.{major}");
}
