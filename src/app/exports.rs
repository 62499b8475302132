//! What leaves a project on a person's wish: how it is called, and tables that wait to be written.
//!
//! Owns the names in a project's folder of exports, so that one rule serves them all. Does not own writing, which also gives
//! a number to a name that something else has (`services::snapshot`), nor the forms of tables.

use std::path::{Path, PathBuf};

use super::comparing::sheet::{CSV_HEADER, CompareSheet};
use super::snapshot::file_stem;
use super::survey::map::MapSheet;

/// The folder of exports of the project in `project`.
pub fn folder(project: &Path) -> PathBuf {
    project.join("exports")
}

/// The name, without an ending, of something of this kind about a video: `door-compared` of `door.mp4`.
pub fn name(video: &str, kind: &str) -> String {
    format!("{}-{kind}", file_stem(video))
}

/// A table that is to be written.
#[derive(Clone, Debug)]
pub struct TableOrder {
    /// Where to.
    pub folder: PathBuf,
    /// Its name, without an ending.
    pub name: String,
    /// The table.
    pub table: Table,
}

/// What it holds.
#[derive(Clone, Debug)]
pub enum Table {
    /// The scores of a comparison, one row for each snippet.
    Compared(Box<CompareSheet>),
    /// The points of a map.
    Map(Box<MapSheet>),
}

impl Table {
    /// As CSV with a head: O(rows).
    pub fn csv(&self) -> String {
        match self {
            Self::Compared(sheet) => CSV_HEADER.to_owned() + &sheet.csv(),
            Self::Map(sheet) => sheet.csv(),
        }
    }

    /// What it holds, as the beginning of a sentence.
    pub fn text(&self) -> &'static str {
        match self {
            Self::Compared(_) => "The scores of both",
            Self::Map(_) => "The points of the map",
        }
    }
}
