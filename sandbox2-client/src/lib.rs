//! The sandboxee's side of sandbox2: what a program links that talks to its host.
//!
//! This version has nothing in it yet: descriptors are inherited by number, and the filter is on before the program starts, so
//! that a sandboxee needs no code of ours. Comms, buffers and sandboxing on the program's own word are to come.
#![no_std]
