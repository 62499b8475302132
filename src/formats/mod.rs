//! Other tools' files: bytes or text in, domain values out; no file access of its own.
