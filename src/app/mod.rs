//! State and decisions of the program, without a window.

pub mod report;
