//! Ground truth that lies beside a video.
//!
//! Owns finding what `ground_truth.json` in the video's folder says about it. Does not own the file's form.

use std::io;
use std::ops::Range;
use std::path::Path;

use crate::formats::ground_truth::from_json;

/// The file, as `lookback demo` writes it.
const FILE: &str = "ground_truth.json";

/// Anomalous frames of the video at `path`, in order and not overlapping; `None` where nobody says anything of it.
///
/// # Errors
/// A sentence, when the file is there but does not fit.
pub(super) fn beside(path: &Path, frames: usize) -> Result<Option<Vec<Range<usize>>>, String> {
    let Some(folder) = path.parent() else { return Ok(None) };
    let file = folder.join(FILE);
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(err) => return Err(format!("The ground truth in {} cannot be read: {err}.", file.display())),
    };
    let videos =
        from_json(&text).map_err(|err| format!("The ground truth in {} is left out: {err}.", file.display()))?;
    let Some(truth) = videos.into_iter().find(|video| path.ends_with(&video.name)) else { return Ok(None) };
    if truth.frames.is_some_and(|count| count != frames) {
        let count = truth.frames.unwrap_or_default();
        return Err(format!(
            "The ground truth of {} is left out: {} is about a video of {count} frames, and this one has {frames}.",
            truth.name,
            file.display()
        ));
    }
    Ok(Some(merged(truth.spans)))
}

fn merged(mut spans: Vec<(usize, usize)>) -> Vec<Range<usize>> {
    spans.sort_unstable();
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(spans.len());
    for (start, end) in spans.into_iter().filter(|(start, end)| start < end) {
        match merged.last_mut().filter(|last| start <= last.end) {
            Some(last) => last.end = last.end.max(end),
            None => merged.push(start..end),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_the_video_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let video = dir.path().join("a.mp4");
        assert_eq!(beside(&video, 100), Ok(None), "without a file there is nothing to tell");
        let text = r#"{"a.mp4": {"frames": 100, "label": 1, "spans_inclusive": [[50, 59], [10, 19], [15, 30]]},
                       "b.mp4": {"frames": 9, "label": 0, "spans_inclusive": []}}"#;
        std::fs::write(dir.path().join(FILE), text).unwrap();
        assert_eq!(beside(&video, 100), Ok(Some(vec![10..31, 50..60])));
        assert_eq!(beside(&dir.path().join("b.mp4"), 9), Ok(Some(Vec::new())));
        assert_eq!(beside(&dir.path().join("c.mp4"), 9), Ok(None));
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(FILE);
        std::fs::write(&file, r#"{"a.mp4": {"frames": 100, "label": 0, "spans_inclusive": []}}"#).unwrap();
        let wrong = beside(&dir.path().join("a.mp4"), 99).unwrap_err();
        assert!(wrong.contains("a.mp4") && wrong.contains("100") && wrong.contains("99"), "{wrong}");
        std::fs::write(&file, "[]").unwrap();
        let wrong = beside(&dir.path().join("a.mp4"), 100).unwrap_err();
        assert!(wrong.contains(FILE), "{wrong}");
    }
}
