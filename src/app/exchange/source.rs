//! Label files as given: one, or several of one format.
//!
//! Owns the guess of the format, the name that files without one get, and the joining of several files. Does not own
//! reading from disk: it is given bytes.

use thiserror::Error;

use crate::formats::labels::{self, Format, FormatError, LabelFile, ReadOptions};

/// A label file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its file's name, without folders.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// What label files say.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceRead {
    /// The format that they were read in.
    pub format: Format,
    /// What all of them say, in the order in which they were given.
    pub file: LabelFile,
}

/// Why label files cannot be read. The sentence begins with the file's name.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SourceError {
    /// The content shows no known format.
    #[error("{file}: its content shows no known label format; name it with --format")]
    Unknown {
        /// The file.
        file: String,
    },
    /// There is nothing in it, so that no format can be told.
    #[error("{file}: the file is empty")]
    Empty {
        /// The file.
        file: String,
    },
    /// Several files of several formats.
    #[error("{file} seems to be of the format {second} and {first_file} of {first}; import them one after the other")]
    Mixed {
        /// The first file.
        first_file: String,
        /// Its format.
        first: Format,
        /// The file that differs.
        file: String,
        /// Its format.
        second: Format,
    },
    /// Damage, or another format.
    #[error("{file}: {source}")]
    Format {
        /// The file.
        file: String,
        /// What is wrong, and where.
        source: FormatError,
    },
}

impl Source {
    /// Whether there is nothing in it but blanks.
    fn is_empty(&self) -> bool {
        self.bytes.trim_ascii().is_empty()
    }
}

/// Reads label files in `format`, or in the one that they seem to be in. A file of a format without names speaks of
/// the video that is called as the file is.
///
/// # Errors
/// A file is damaged or of another format, or the files are of several.
pub fn read(format: Option<Format>, sources: &[Source], list: Option<&[u8]>) -> Result<SourceRead, SourceError> {
    let guess = |source: &Source| format.or_else(|| Format::guess(&source.name, &source.bytes));
    let known = sources.iter().find_map(|source| Some((guess(source)?, source.name.as_str())));
    let Some((format, first_file)) = known else {
        // The first that shows something is the one to be told about, if there is one.
        let shown = sources.iter().find(|source| !source.is_empty()).or_else(|| sources.first());
        let file = shown.map_or_else(String::new, |source| source.name.clone());
        let empty = shown.is_some_and(Source::is_empty);
        return Err(if empty { SourceError::Empty { file } } else { SourceError::Unknown { file } });
    };
    let mut file = LabelFile::default();
    for source in sources {
        // A file that shows nothing, such as an empty one, is like those that it came with.
        if let Some(second) = guess(source).filter(|second| *second != format) {
            let (first_file, file) = (first_file.to_owned(), source.name.clone());
            return Err(SourceError::Mixed { first_file, first: format, file, second });
        }
        let options = ReadOptions { list, video: Some(named_after(&source.name)) };
        let read = labels::read(format, &source.bytes, options)
            .map_err(|err| SourceError::Format { file: source.name.clone(), source: err })?;
        file.videos.extend(read.videos);
        let told = |text: String| if sources.len() > 1 { format!("{}: {text}", source.name) } else { text };
        file.warnings.extend(read.warnings.into_iter().map(told));
    }
    Ok(SourceRead { format, file })
}

/// The video that a label file is called after: `door.txt` and `door.mp4.txt` both speak of the door.
fn named_after(file: &str) -> &str {
    match file.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => file,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str, text: &str) -> Source {
        Source { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
    }

    #[test]
    fn files_without_names_are_called_after_their_file() {
        let files = [source("door.txt", "1.0\t2.0\tfight\n"), source("a.mp4.txt", "0\t1\tx\n"), source("c.txt", "")];
        let read = read(None, &files, None).expect("are read");
        assert_eq!(read.format, Format::Audacity);
        let names: Vec<&str> = read.file.videos.iter().map(|v| v.name.as_str()).collect();
        assert_eq!(names, ["door", "a.mp4", "c"]);
    }

    #[test]
    fn refusals_name_the_file() {
        let error = |files: &[Source]| read(None, files, None).expect_err("is refused").to_string();
        assert!(error(&[source("x.bin", "hello")]).starts_with("x.bin: its content shows no known"));
        assert_eq!(error(&[source("a.csv", "")]), "a.csv: the file is empty");
        assert_eq!(error(&[source("a.csv", " \r\n"), source("b.csv", "")]), "a.csv: the file is empty");
        assert!(error(&[source("a.csv", ""), source("x.bin", "hello")]).starts_with("x.bin: its content shows no"));
        let mixed = [source("a.txt", "1.0\t2.0\tfight\n"), source("b.csv", "video,class\n")];
        assert_eq!(
            error(&mixed),
            "b.csv seems to be of the format csv and a.txt of audacity; import them one after the other"
        );
        let damaged = read(Some(Format::Ucf), &[source("a.txt", "a b c\n")], None).expect_err("is refused");
        assert!(damaged.to_string().starts_with("a.txt: line 1"), "{damaged}");
    }
}
