//! A policy that another crate imports: its constant is private to this module, its slot gets its value over there.

/// Standard error, which only this module can name.
const ERRORS: i32 = 2;

sandbox2::policy! {
    /// What a statically linked program needs to print to a descriptor that is known at launch.
    pub static PRINTING;

    use static_startup, system_malloc, exit;
    slot output: i32;
    ALLOW write if fd == output || fd == { ERRORS };
}
