//! What can go wrong with a media file.
//!
//! Owns the sentences: each names the file, the problem and, where there is one, the way out.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// How much a failure matters to the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The user stopped the work; nothing to report.
    Stopped,
    /// The file is not something that can be played; other files are not concerned.
    Refused,
    /// Something that should have worked did not.
    Failed,
}

/// A file that cannot be opened, decoded or written, in one sentence.
#[derive(Debug, Error)]
pub enum MediaError {
    /// No such file, no permission, or the disk failed.
    #[error("{} cannot be read: {source}. Check that the file is there and that you may read it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder where a file was wanted.
    #[error("{} is a folder. Choose a video file inside it, or open the folder as a whole", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// A pipe, socket or device.
    #[error("{} is not a regular file. Only files on disk are opened, no pipes, devices or streams", path.display())]
    NotAFile {
        /// The thing.
        path: PathBuf,
    },
    /// Nothing in it.
    #[error("{} is empty (0 bytes). Copy or export the recording again", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A playlist, script or other thing that makes a reader open further files.
    #[error(
        "{} is refused: it is {kind}, which would make other files be opened. Open the video file itself",
        path.display()
    )]
    OpensOtherFiles {
        /// The file.
        path: PathBuf,
        /// What it is, with its article.
        kind: &'static str,
    },
    /// Known to FFmpeg, but not a video container.
    #[error("{} is not a video file: its content looks like {format}", path.display())]
    NotVideo {
        /// The file.
        path: PathBuf,
        /// FFmpeg's name of the format.
        format: String,
    },
    /// No container recognised, or its tables are unusable.
    #[error(
        "{} is not a playable video: {problem}. It may be cut off, damaged or another kind of file; \
         copy or export the recording again",
        path.display()
    )]
    Unrecognised {
        /// The file.
        path: PathBuf,
        /// What FFmpeg said.
        problem: String,
    },
    /// A proper container without pictures.
    #[error("{} holds no video, only {holds}", path.display())]
    NoVideo {
        /// The file.
        path: PathBuf,
        /// What it holds instead.
        holds: String,
    },
    /// Video in a form that the installed FFmpeg cannot decode.
    #[error(
        "{} holds video that cannot be decoded here ({codec}): it is encrypted, or FFmpeg was built without this codec",
        path.display()
    )]
    NoDecoder {
        /// The file.
        path: PathBuf,
        /// Name of the codec.
        codec: String,
    },
    /// A video stream without a single frame.
    #[error("{} has a video track without any frame. The recording was probably never finished", path.display())]
    NoFrames {
        /// The file.
        path: PathBuf,
    },
    /// Packets are there but none gives a picture.
    #[error(
        "{} has {packets} video packets, but none of the first {tried} can be decoded ({codec}): \
         the data is damaged or encrypted",
        path.display()
    )]
    NothingDecodes {
        /// The file.
        path: PathBuf,
        /// Packets in the file.
        packets: usize,
        /// Packets given to the decoder.
        tried: usize,
        /// Name of the codec.
        codec: String,
    },
    /// A device for decoding has no part for this kind of video, such as its number of bits.
    #[error("{} holds video of a kind that {device} does not decode here", path.display())]
    DeviceRefuses {
        /// The file.
        path: PathBuf,
        /// The device, for people.
        device: &'static str,
    },
    /// The file changed or vanished while it was open, or the library failed in an unexpected place.
    #[error("{}: {doing} failed: {problem}", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What FFmpeg or the system said.
        problem: String,
    },
    /// Writing a video failed.
    #[error("{} cannot be written: {problem}", path.display())]
    Unwritable {
        /// The file to be written.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// The work is no longer wanted.
    #[error("stopped")]
    Stopped,
}

impl MediaError {
    /// How much it matters.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Stopped => Severity::Stopped,
            Self::Unreadable { .. } | Self::Failed { .. } | Self::Unwritable { .. } => Severity::Failed,
            _ => Severity::Refused,
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "errors and texts are handed over alike")]
    pub(super) fn failed(path: &Path, doing: &'static str, problem: impl ToString) -> Self {
        Self::Failed { path: path.to_owned(), doing, problem: problem.to_string() }
    }

    #[expect(clippy::needless_pass_by_value, reason = "errors and texts are handed over alike")]
    pub(super) fn unwritable(path: &Path, problem: impl ToString) -> Self {
        Self::Unwritable { path: path.to_owned(), problem: problem.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_name_the_file_and_the_way_out() {
        let text = MediaError::Empty { path: "clips/a.mp4".into() }.to_string();
        assert!(text.contains("clips/a.mp4") && text.contains("export"), "{text}");
        assert_eq!(MediaError::Stopped.severity(), Severity::Stopped);
        assert_eq!(MediaError::NotAFile { path: "x".into() }.severity(), Severity::Refused);
    }
}
