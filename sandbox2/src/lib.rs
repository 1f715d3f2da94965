//! Run a program under a policy that was checked while compiling.

mod policy;

#[doc(hidden)]
#[path = "expansion.rs"]
pub mod __private;

pub use policy::Policy;

/// Declares a policy.
#[macro_export]
macro_rules! policy {
    ($($policy:tt)*) => {
        $crate::__private::policy_impl! { $crate; $($policy)* }
    };
}
