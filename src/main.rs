//! The `lookback` program.

fn main() {}
