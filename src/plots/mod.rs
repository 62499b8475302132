//! Charts and pictures for files and reports.
