//! Files and memory that were made to mislead.
