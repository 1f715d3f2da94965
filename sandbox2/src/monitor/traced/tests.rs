//! Real runs.
