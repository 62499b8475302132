//! Which file of features is of which video.
//!
//! Owns how a folder or list of files is looked through, and the rule: a file is called as its video is, where names repeat
//! with the folder, and may have an ending such as `_i3d`. Does not read a file.

use std::path::{Path, PathBuf};

use super::{AblationError, AblationVideo};
use crate::app::feature_file::is_feature_file;
use crate::app::typed::typed;
use crate::formats::labels::matching::{Matching, match_names};

/// How deep folders are looked through.
const DEPTH: usize = 4;

/// A file of features, by its path below what was chosen, without ending.
struct Named {
    name: String,
    path: PathBuf,
}

/// The file of each video.
///
/// # Errors
/// A sentence that names the features, the place and the video: nothing is there, a video has no file, or several.
pub(super) fn files(kind: &str, text: &str, videos: &[AblationVideo]) -> Result<Vec<PathBuf>, AblationError> {
    let found = listed(kind, text)?;
    let names: Vec<&str> = found.iter().map(|file| file.name.as_str()).collect();
    let own: Vec<String> = videos.iter().map(|video| short(&video.path)).collect();
    let matching = match_names(&names, &own.iter().map(String::as_str).collect::<Vec<_>>());
    let mut files = Vec::with_capacity(videos.len());
    let mut missing = Vec::new();
    for (at, video) in videos.iter().enumerate() {
        match candidates(&matching, &names, at, &own[at])[..] {
            [] => missing.push(video),
            [one] => files.push(found[one].path.clone()),
            [one, other, ..] => {
                let (one, other) = (found[one].path.display(), found[other].path.display());
                return Err(AblationError::Input(format!(
                    "{kind}: both {one} and {other} could be the features of {}; leave one of them",
                    video.name
                )));
            }
        }
    }
    let Some(first) = missing.first() else { return Ok(files) };
    let (stem, place) = (stem(&first.path), text.trim().replace('\n', ", "));
    Err(AblationError::Input(format!(
        "{kind}: {} of {} videos have no features in {place}, the first is {}: looked for is {stem}.npy, .safetensors or .txt, \
         one file for each video; add them, or take these videos out of the list",
        missing.len(),
        videos.len(),
        first.name
    )))
}

/// The files that could be of a video: those that the best rule finds.
fn candidates(matching: &Matching, names: &[&str], at: usize, own: &str) -> Vec<usize> {
    let of_video = || matching.matched.iter().filter(|(_, video, _)| *video == at);
    if let Some(best) = of_video().map(|(_, _, rule)| *rule).min() {
        return of_video().filter(|(_, _, rule)| *rule == best).map(|(name, _, _)| *name).collect();
    }
    let base = |name: &str| name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let own = base(own);
    let goes_on = |name: &usize| base(names[*name]).strip_prefix(&own).is_some_and(|rest| rest.starts_with(['_', '-']));
    matching.unmatched.iter().copied().filter(goes_on).collect()
}

/// All files of features in what was typed: folders with all below them, and single files.
fn listed(kind: &str, text: &str) -> Result<Vec<Named>, AblationError> {
    let mut found = Vec::new();
    for place in typed(text) {
        if !place.is_absolute() {
            let place = place.display();
            return Err(AblationError::Input(format!("{kind}: {place} is not a whole path; type it from the root on")));
        }
        if place.is_dir() {
            below(&place, DEPTH, &mut found)?;
        } else if is_feature_file(&place) && place.is_file() {
            found.push(place);
        } else {
            let reason = "is neither a folder nor a file of features (.npy, .safetensors, .txt)";
            return Err(AblationError::file(&place, reason));
        }
    }
    found.sort();
    found.dedup();
    Ok(found.into_iter().map(|path| Named { name: short(&path), path }).collect())
}

fn below(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), AblationError> {
    let unreadable = |err: std::io::Error| AblationError::file(folder, format!("cannot be read: {err}"));
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() && depth > 0 {
            below(&path, depth - 1, found)?;
        } else if is_feature_file(&path) {
            found.push(path);
        }
    }
    Ok(())
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The name without ending, behind that of its folder: names repeat from folder to folder.
fn short(path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    format!("{folder}/{}", stem(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::library::VideoId;

    fn video(path: &str) -> AblationVideo {
        let path = PathBuf::from(path);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        AblationVideo { id: VideoId::from_hash([0; 32]), name, path, frames: 160, truth: Vec::new() }
    }

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("is made");
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().expect("has one")).expect("is made");
            std::fs::write(path, b"").expect("is written");
        }
        folder
    }

    fn found(files: &[&str], videos: &[&str]) -> Result<Vec<String>, String> {
        let folder = folder(files);
        let videos: Vec<_> = videos.iter().map(|path| video(path)).collect();
        let text = folder.path().display().to_string();
        let found = super::files("I3D", &text, &videos).map_err(|err| err.to_string())?;
        let relative = |path: PathBuf| path.strip_prefix(folder.path()).expect("is below").display().to_string();
        Ok(found.into_iter().map(relative).collect())
    }

    #[test]
    fn files_are_found_by_name_by_folder_where_names_repeat_and_with_an_ending_of_the_encoder() {
        let files = ["0/Fight0.npy", "1/Fight0.npy", "1/other.npy", "deep/b_x264_i3d.npy", "note.md"];
        let videos = ["/v/0/Fight0.mp4", "/v/1/Fight0.mp4", "/v/b_x264.mkv"];
        assert_eq!(found(&files, &videos), Ok(vec![files[0].into(), files[1].into(), files[3].into()]));
        assert_eq!(found(&files, &videos[1..2]), Ok(vec![files[1].into()]), "the folder tells them apart");
    }

    #[test]
    fn what_is_missing_or_there_twice_is_named() {
        let reason = found(&["a.npy", "c.npy"], &["/v/a.mp4", "/v/b.mp4", "/v/d.mp4"]).expect_err("two are missing");
        assert!(
            reason.starts_with("I3D: 2 of 3 videos") && reason.contains("b.mp4") && reason.contains("b.npy"),
            "{reason}"
        );
        let reason = found(&["x/a__0.npy", "x/a__1.npy"], &["/v/a.mp4"]).expect_err("is there twice");
        assert!(reason.contains("a__0.npy") && reason.contains("a__1.npy"), "{reason}");
        let nowhere = super::files("C3D", "/nowhere/at/all", &[video("/v/a.mp4")]).expect_err("is not there");
        assert!(nowhere.to_string().contains("/nowhere/at/all: is neither a folder"), "{nowhere}");
        assert!(
            super::files("C3D", "x", &[video("/v/a.mp4")]).expect_err("is short").to_string().contains("whole path")
        );
    }
}
