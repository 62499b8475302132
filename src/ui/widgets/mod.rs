//! Small things that several views draw.
//!
//! Owns how they look. Does not own where they go or what they mean.

pub mod chip;
pub mod elided;
pub mod hatch;
pub mod row;
pub mod symbol;
