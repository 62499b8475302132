//! Putting an export on disk.
//!
//! Owns which file goes where, whether something is there already, and that all of them are written or none. Does not own
//! their content.

use std::path::{Path, PathBuf};

use super::export::OutFile;
use super::work::ExchangeError;
use crate::disk;

/// Where the files of an export go, with their content.
#[derive(Debug)]
pub struct Placed<'a>(Vec<(PathBuf, &'a [u8])>);

impl<'a> Placed<'a> {
    /// `output` is the file, or the folder where there are several.
    ///
    /// # Errors
    /// A folder where a file is wanted, or the other way round.
    pub fn new(output: &Path, written: &'a [OutFile]) -> Result<Self, ExchangeError> {
        let refused = |reason: String| Err(ExchangeError::Input(format!("{}: {reason}", output.display())));
        let mut files = Vec::with_capacity(written.len());
        for OutFile { name, written: content } in written {
            let path = match name {
                Some(_) if output.is_file() => {
                    let needed = written.len();
                    return refused(format!("is a file, but {needed} files are needed: name a folder"));
                }
                Some(name) => output.join(name),
                None if output.is_dir() => return refused("is a folder; give the name of a file".to_owned()),
                None => output.to_owned(),
            };
            let list = content.list.as_ref().map(|list| (path.with_extension("list"), list.as_bytes()));
            files.push((path, content.bytes.as_slice()));
            files.extend(list);
        }
        Ok(Self(files))
    }

    /// Where they go.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.0.iter().map(|(path, _)| path.clone()).collect()
    }

    /// Those that are there already and would be replaced.
    pub fn taken(&self) -> Vec<PathBuf> {
        self.0.iter().filter(|(path, _)| path.exists()).map(|(path, _)| path.clone()).collect()
    }

    /// Writes all of them.
    ///
    /// # Errors
    /// One cannot be written: none is then, except where a disk fails between two renamings.
    pub fn write(&self) -> Result<(), ExchangeError> {
        disk::replace_all(&self.0)
            .map_err(|(path, err)| ExchangeError::Failed(format!("{}: cannot be written: {err}", path.display())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::labels::Written;

    fn out(name: Option<&str>, list: Option<&str>) -> OutFile {
        OutFile {
            name: name.map(str::to_owned),
            written: Written { bytes: b"x".to_vec(), list: list.map(str::to_owned) },
        }
    }

    #[test]
    fn what_is_there_is_told_before_anything_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path();
        let file = at.join("gt.npy");
        let one = [out(None, Some("a 1\n"))];
        let placed = Placed::new(&file, &one).expect("is placed");
        assert_eq!(placed.paths(), [file.clone(), at.join("gt.list")]);
        assert!(placed.taken().is_empty());
        placed.write().expect("is written");
        assert_eq!(placed.taken().len(), 2);

        let several = [out(Some("a.eaf"), None), out(Some("b.eaf"), None)];
        let refused = Placed::new(&file, &several).expect_err("is refused").to_string();
        assert!(refused.contains("gt.npy: is a file, but 2 files are needed"), "{refused}");
        let refused = Placed::new(at, &one).expect_err("is refused").to_string();
        assert!(refused.contains("is a folder"), "{refused}");

        // One that cannot be written keeps the other from being written.
        std::fs::create_dir(at.join("b.eaf")).expect("is made");
        let error = Placed::new(at, &several).expect("is placed").write().expect_err("b is a folder").to_string();
        assert!(error.contains("b.eaf"), "{error}");
        assert!(!at.join("a.eaf").exists());
    }
}
