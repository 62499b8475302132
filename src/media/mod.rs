//! Files into frames.
