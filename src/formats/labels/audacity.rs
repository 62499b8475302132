//! Audacity labels: a line with start, end and text, separated by tabs, in seconds.
//!
//! Owns that form; lines of frequencies (they begin with a backslash) are passed over. A label at a point has equal
//! times and holds no frame. Does not own the video's name, which the file lacks.

use std::fmt::Write as _;

use super::export::{ExportVideo, Field, lost_fields};
use super::lines::{lost_controls, numbered, plain};
use super::{FileSpan, FileVideo, FormatError, LabelFile};

pub(super) const LIMITS: [&str; 3] = [
    "A file holds one video and does not name it.",
    "Lanes, notes and confidences are not kept.",
    "The label normal or abnormal of a whole video is not kept.",
];

pub(super) fn read(text: &str, video: Option<&str>) -> Result<LabelFile, FormatError> {
    let mut found = FileVideo::named(video.ok_or(FormatError::NeedsVideo)?);
    for (number, line) in numbered(text).filter(|(_, line)| !line.starts_with('\\')) {
        let mut cells = line.splitn(3, '\t');
        let mut time = || {
            let cell = cells.next().unwrap_or_default().trim();
            let wrong = || format!("{cell:?} is no time; expected: START, END and text with tabs between them");
            cell.parse::<f64>().map_err(|_| FormatError::line(number, wrong()))
        };
        let (start, end) = (time()?, time()?);
        found.spans.push(FileSpan::seconds(start, end, cells.next().unwrap_or_default()));
    }
    Ok(LabelFile { videos: vec![found], warnings: Vec::new() })
}

pub(super) fn write(videos: &[ExportVideo<'_>]) -> Result<Vec<u8>, FormatError> {
    let [video] = videos else { return Err(FormatError::OneVideo(videos.len())) };
    let mut text = String::new();
    for label in video.labels {
        let (start, end) = video.seconds(label.span);
        writeln!(text, "{start:.6}\t{end:.6}\t{}", plain(&label.class)).ok();
    }
    Ok(text.into_bytes())
}

pub(super) fn losses(videos: &[ExportVideo<'_>]) -> Vec<String> {
    let mut lost = lost_fields(videos, &[Field::Lane, Field::Note, Field::Confidence, Field::VideoLabel]);
    lost.extend(lost_controls(videos.iter().flat_map(|v| v.labels).map(|label| label.class.as_str())));
    lost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_frequencies() {
        let text = "1.000000\t2.500000\ta fight\n\\\t100.0\t200.0\n3.0\t3.0\t\r\n";
        let file = read(text, Some("a.mp4")).expect("is read");
        assert_eq!(file.videos[0].spans, [FileSpan::seconds(1.0, 2.5, "a fight"), FileSpan::seconds(3.0, 3.0, "")]);
        let error = |text: &str| read(text, Some("a.mp4")).expect_err("is wrong").to_string();
        assert!(error("1\t2\ta\nx\t2\tb\n").starts_with("line 2: \"x\" is no time"));
        assert!(error("1.0").starts_with("line 1: \"\" is no time"));
        assert_eq!(read("", None), Err(FormatError::NeedsVideo));
    }
}
