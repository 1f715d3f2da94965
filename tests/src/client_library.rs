//! `libsandbox2_client.a` and `.so`, as a user builds them, and programs in C that are linked with them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::host;
use crate::sandboxees::Linkage;
use crate::scratch::Scratch;

/// Where the library's libraries, header and the like are built: a target folder of its own, so that nobody waits for its lock.
///
/// # Panics
/// If this program is not where cargo puts tests.
#[must_use]
pub fn target() -> PathBuf {
    let this = std::env::current_exe().expect("this test has a path");
    this.ancestors().nth(3).expect("tests lie in target/PROFILE/deps").join("client-library")
}

/// The folder that the library is installed in, up to date; `None`, with the reason printed, if it is neither there nor can be built
/// here, or there is no compiler to use it.
///
/// # Panics
/// If it does not build.
#[must_use]
pub fn installed() -> Option<PathBuf> {
    static BUILT: OnceLock<()> = OnceLock::new();
    if !can_compile(Linkage::Dynamic) {
        return None;
    }
    let target = target();
    let prefix = target.join("installed");
    if host::can_write(&target) {
        BUILT.get_or_init(|| install(&target, &prefix));
    }
    if !prefix.join("lib/libsandbox2_client.a").exists() {
        host::skip("the C library is not built, and this user cannot build it here");
        return None;
    }
    Some(prefix)
}

/// As a user installs it.
fn install(target: &Path, prefix: &Path) {
    let output = Command::new("sh")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("sandbox2-client/c/install.sh"))
        .arg(prefix)
        .env("CARGO", env!("CARGO"))
        .env("CARGO_TARGET_DIR", target)
        .env_remove("DESTDIR")
        .output()
        .expect("there is a shell");
    assert!(output.status.success(), "install.sh: {}", String::from_utf8_lossy(&output.stderr));
}

/// Whether the system's compiler can make programs at all; says why not.
#[must_use]
pub fn can_compile(linkage: Linkage) -> bool {
    static REFUSALS: [OnceLock<Option<String>>; 2] = [OnceLock::new(), OnceLock::new()];
    let refusal = REFUSALS[usize::from(linkage == Linkage::Static)].get_or_init(|| {
        let scratch = Scratch::new("compiler");
        let source = scratch.file("nothing.c", "int main(void) { return 0; }\n");
        let mut compiler = Command::new("cc");
        compiler.arg("-o").arg(scratch.0.join("nothing")).arg(source);
        if linkage == Linkage::Static {
            compiler.arg("-static");
        }
        match compiler.output() {
            Ok(output) if output.status.success() => None,
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                Some(format!("cc does not compile an empty program ({linkage:?}): {said}"))
            }
            Err(error) => Some(format!("no C compiler: {error}")),
        }
    });
    if let Some(reason) = refusal {
        host::skip(reason);
    }
    refusal.is_none()
}

/// The sandboxee of that name in C: as [`compiled`].
#[must_use]
pub fn program(name: &str, linkage: Linkage) -> Option<Scratch> {
    compiled(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sandboxees").join(name).with_extension("c"), linkage)
}

/// A folder with a program, compiled anew and linked with the library as `linkage` says, named like its source; `None`, with the reason
/// printed, where there is no compiler.
///
/// # Panics
/// If there is one, and it does not take the program.
#[must_use]
pub fn compiled(source: &Path, linkage: Linkage) -> Option<Scratch> {
    if !can_compile(linkage) {
        return None;
    }
    let prefix = installed()?;
    let name = source.file_stem().expect("a source has a name");
    let scratch = Scratch::new(&format!("c-{}-{linkage:?}", name.display()));
    let mut compiler = Command::new("cc");
    compiler.args(["-std=c99", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1", "-I"]);
    compiler.arg(prefix.join("include")).arg("-o").arg(scratch.0.join(name)).arg(source);
    match linkage {
        Linkage::Static => compiler.arg("-static").arg(prefix.join("lib/libsandbox2_client.a")),
        Linkage::Dynamic => {
            // A copy, since the library may be installed anew at any time.
            let library = scratch.0.join("libsandbox2_client.so.0");
            fs::copy(prefix.join("lib/libsandbox2_client.so.0"), &library).expect("the library can be copied");
            compiler.arg(library).arg(format!("-Wl,-rpath,{}", scratch.0.display()))
        }
    };
    let output = compiler.output().expect("the compiler was there before");
    assert!(output.status.success(), "{} ({linkage:?}): {}", source.display(), String::from_utf8_lossy(&output.stderr));
    Some(scratch)
}

/// The names of all functions that the header declares.
#[must_use]
pub fn functions(header: &str) -> Vec<&str> {
    let declares = |line: &&str| !line.starts_with([' ', '/', '#', '}']);
    header
        .lines()
        .filter(declares)
        .filter_map(|line| line.split_once('('))
        .filter_map(|(before, _)| before.rsplit([' ', '*']).next())
        .filter(|name| name.starts_with("sandbox2_"))
        .collect()
}
