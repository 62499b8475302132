//! Tests of whole ablations.
