//! State and decisions of the program, without a window.
