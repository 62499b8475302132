//! The videos that a label file may speak of: those of the project, and files that were given with it.
//!
//! Owns which of them a name means. Given files come first: whoever names them says where the file's videos are. Among
//! videos of one name the folders decide, if the label file writes any. Does not own the rules by which two names are
//! compared (`formats::labels::matching`), nor opening files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::domain::library::VideoId;
use crate::domain::queue::KnownVideo;
use crate::formats::labels::matching::{Matching, match_names};

/// A video that labels can go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its content.
    pub id: VideoId,
    /// Its file's name.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Whether it was given with the label file, so that the project may not know it, or not know it there.
    pub given: bool,
}

impl Entry {
    /// A file that was hashed.
    pub fn given(id: VideoId, path: PathBuf, size: u64) -> Self {
        Self { id, name: file_name(&path), path, size, given: true }
    }
}

impl From<&KnownVideo> for Entry {
    fn from(known: &KnownVideo) -> Self {
        let KnownVideo { id, name, path, size, .. } = known.clone();
        Self { id, name, path, size, given: false }
    }
}

/// All videos that labels can go to.
#[derive(Clone, Debug, Default)]
pub struct Library {
    entries: Vec<Entry>,
    /// The first so many were given.
    given: usize,
}

impl Library {
    /// The given files and the videos of the project. Of equal contents one is taken.
    pub fn new(given: Vec<Entry>, known: &[KnownVideo]) -> Self {
        let mut entries: Vec<Entry> = Vec::with_capacity(given.len() + known.len());
        let mut at: HashMap<VideoId, usize> = HashMap::new();
        for entry in given {
            if !at.contains_key(&entry.id) {
                at.insert(entry.id.clone(), entries.len());
                entries.push(entry);
            }
        }
        let given = entries.len();
        for video in known {
            // Under its old name too, but where it is now.
            let now = at.get(&video.id).map(|at| entries[*at].clone());
            let old = Entry::from(video);
            entries.push(match now {
                Some(now) => Entry { name: old.name, ..now },
                None => old,
            });
        }
        Self { entries, given }
    }

    /// The video at a place that [`Self::find`] gave.
    pub fn entry(&self, at: usize) -> &Entry {
        &self.entries[at]
    }

    /// Which of these files the names of a label file may mean: only those need be hashed.
    pub fn candidates(names: &[&str], files: &[PathBuf]) -> Vec<PathBuf> {
        let file_names: Vec<String> = files.iter().map(|file| file_name(file)).collect();
        let found = match_names(names, &file_names.iter().map(String::as_str).collect::<Vec<_>>());
        let mut wanted: Vec<usize> = found.matched.iter().map(|(_, file, _)| *file).collect();
        wanted.extend(found.ambiguous.iter().flat_map(|(_, files)| files));
        wanted.sort_unstable();
        wanted.dedup();
        wanted.into_iter().map(|at| files[at].clone()).collect()
    }

    /// The video of each name.
    pub fn find(&self, names: &[&str]) -> Matching {
        let mut found = self.find_among(names, 0..self.given);
        let left: Vec<&str> = found.unmatched.iter().map(|at| names[*at]).collect();
        let rest = self.find_among(&left, self.given..self.entries.len());
        let unmatched = std::mem::take(&mut found.unmatched);
        found.matched.extend(rest.matched.into_iter().map(|(name, entry, rule)| (unmatched[name], entry, rule)));
        found.ambiguous.extend(rest.ambiguous.into_iter().map(|(name, entries)| (unmatched[name], entries)));
        found.unmatched = rest.unmatched.into_iter().map(|name| unmatched[name]).collect();
        found.matched.sort_unstable();
        found.ambiguous.sort_unstable();
        found
    }

    fn find_among(&self, names: &[&str], range: std::ops::Range<usize>) -> Matching {
        let start = range.start;
        let videos: Vec<&str> = self.entries[range].iter().map(|entry| entry.name.as_str()).collect();
        let mut found = match_names(names, &videos);
        let ambiguous = std::mem::take(&mut found.ambiguous);
        for (name, several) in ambiguous {
            let chosen = self.by_folders(names[name], several.iter().map(|at| start + at));
            // The same comparison again, to know by which rule the names agree.
            let rule =
                chosen.and_then(|at| match_names(&[names[name]], &[videos[at - start]]).matched.first().copied());
            match (chosen, rule) {
                (Some(at), Some((_, _, rule))) => found.matched.push((name, at - start, rule)),
                _ => found.ambiguous.push((name, several)),
            }
        }
        let shift = |at: usize| start + at;
        found.matched.iter_mut().for_each(|(_, at, _)| *at = shift(*at));
        found.ambiguous.iter_mut().for_each(|(_, several)| several.iter_mut().for_each(|at| *at = shift(*at)));
        found
    }

    /// The one of these videos whose path shares most folders with a name, counted from the file backwards.
    fn by_folders(&self, name: &str, among: impl Iterator<Item = usize>) -> Option<usize> {
        let folders = |path: &str| -> Vec<String> {
            path.rsplit(['/', '\\']).skip(1).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        let wanted = folders(name);
        let shared = |at: usize| {
            let own = folders(&self.entries[at].path.to_string_lossy());
            wanted.iter().zip(&own).take_while(|(a, b)| a == b).count()
        };
        let mut counted: Vec<(usize, usize)> = among.map(|at| (shared(at), at)).collect();
        counted.sort_unstable();
        match counted.as_slice() {
            [.., (second, _), (most, at)] if most > second => Some(*at),
            _ => None,
        }
    }
}

/// The last part of a path.
fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::labels::matching::Rule;

    fn id(number: u8) -> VideoId {
        VideoId::from_hash([number; 32])
    }

    fn known(number: u8, path: &str) -> KnownVideo {
        let path = PathBuf::from(path);
        let name = file_name(&path);
        KnownVideo { id: id(number), name, size: 9, path, frames: None, duration: None, present: true }
    }

    #[test]
    fn folders_tell_videos_of_one_name_apart() {
        let library = Library::new(Vec::new(), &[known(1, "/v/fold0/a.mp4"), known(2, "/v/fold1/a.mp4")]);
        let found = library.find(&["fold1/a", "a", "x\\fold0\\A.mp4", "b"]);
        assert_eq!(found.matched, [(0, 1, Rule::Extension), (2, 0, Rule::Capitals)]);
        assert_eq!(found.ambiguous, [(1, vec![0, 1])]);
        assert_eq!(found.unmatched, [3]);
    }

    #[test]
    fn given_files_come_before_those_of_the_project() {
        let given = vec![
            Entry::given(id(3), PathBuf::from("/new/a.mp4"), 9),
            Entry::given(id(3), PathBuf::from("/new/copy.mp4"), 9),
        ];
        let library = Library::new(given, &[known(1, "/old/a.mp4"), known(2, "/old/b.mp4")]);
        let found = library.find(&["b", "a"]);
        let paths: Vec<_> = found.matched.iter().map(|(_, at, _)| library.entry(*at).path.clone()).collect();
        assert_eq!(paths, [PathBuf::from("/old/b.mp4"), PathBuf::from("/new/a.mp4")]);

        // Renamed: its old name still finds it, where it is now.
        let renamed = vec![Entry::given(id(1), PathBuf::from("/new/c.mp4"), 9)];
        let library = Library::new(renamed, &[known(1, "/old/a.mp4")]);
        let (_, at, _) = library.find(&["a"]).matched[0];
        assert_eq!((library.entry(at).path.as_path(), library.entry(at).given), (Path::new("/new/c.mp4"), true));
    }

    #[test]
    fn only_files_that_a_name_may_mean_are_hashed() {
        let files = ["/v/a.mp4", "/v/other.mp4", "/w/A.avi", "/v/b.mkv", "/w/b.mp4"].map(PathBuf::from);
        let wanted = Library::candidates(&["x/a.mp4", "b", "c"], &files);
        assert_eq!(wanted, ["/v/a.mp4", "/v/b.mkv", "/w/b.mp4"].map(PathBuf::from));
    }
}
