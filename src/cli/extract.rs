//! `lookback extract`: features of videos as NumPy files.
//!
//! Owns where each file goes. The features are the encoder's.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::args::ExtractArgs;
use super::engine::{self, Extractor};
use super::error::CliError;
use super::files;
use super::progress::cancelled_by_interrupt;
use super::score::{Failures, videos};
use crate::formats::npy;

/// Runs the command.
///
/// # Errors
/// The request cannot be used, or one of the inputs failed.
pub fn run(args: &ExtractArgs) -> Result<(), CliError> {
    let ticket = cancelled_by_interrupt()?;
    let videos = videos(&args.paths)?;
    let targets = targets(&videos, &args.output)?;
    let device = engine::device(args.device)?;
    let mut extractor = Extractor::open(&args.encoder, &device, !args.no_cache)?;
    let mut failed = Failures::new(videos.len());
    for (video, target) in videos.iter().zip(&targets) {
        match extractor.extract(video, &ticket) {
            Ok(extracted) => {
                for note in &extracted.notes {
                    files::complain(&format!("lookback: {}: {note}", video.display()));
                }
                let features = &extracted.features;
                let shape = [features.snippets(), features.dim()];
                files::write(target, &npy::write(&shape, features.values()))?;
                let encoder = extractor.encoder().id();
                files::print(&format!("{}  {} × {}  {encoder}\n", target.display(), shape[0], shape[1]))?;
            }
            Err(err) => failed.take(err)?,
        }
    }
    failed.end()
}

/// One file for one video; for several, a file of the same name in a folder.
fn targets(videos: &[PathBuf], output: &Path) -> Result<Vec<PathBuf>, CliError> {
    let is_file = output.extension().is_some_and(|e| e == "npy") && !output.is_dir();
    match videos {
        [_] if is_file => return Ok(vec![output.to_owned()]),
        _ if is_file => {
            let reason = format!("is a file name, but there are {} videos: give a folder with -o", videos.len());
            return Err(CliError::input(output, reason));
        }
        _ => {}
    }
    let mut taken = HashSet::new();
    let name = |video: &PathBuf| {
        let stem = video.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut name = format!("{stem}.npy");
        // Videos of the same name from different folders must not overwrite each other.
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{stem}-{number}.npy");
            number += 1;
        }
        output.join(name)
    };
    Ok(videos.iter().map(name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_videos_get_a_folder_and_names_of_their_own() {
        let videos = ["a/x.mp4", "b/x.avi", "b/y.mp4"].map(PathBuf::from);
        let found = targets(&videos, Path::new("out")).expect("is a folder");
        assert_eq!(found, ["out/x.npy", "out/x-2.npy", "out/y.npy"].map(PathBuf::from));
        assert_eq!(targets(&videos[..1], Path::new("f.npy")).expect("is a file"), [PathBuf::from("f.npy")]);
        assert!(targets(&videos, Path::new("f.npy")).is_err());
    }
}
