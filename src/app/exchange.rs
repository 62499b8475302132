//! Labels between a project and the files of other tools, without a window.
//!
//! Owns the way there and back: which video a file means, what an import would do, the one step that it becomes, and
//! what an export holds. Does not own the formats (`formats::labels`), the project on disk (`store`), nor how any of
//! this is asked for or shown.

mod content;
mod export;
mod hashing;
mod library;
mod opening;
mod plan;
mod reviews;
mod source;
mod step;

pub use content::{Choice, Content, content};
pub use export::{ExportPlan, Exported, OpenedFrames, OutFile};
pub use hashing::{FileState, HashedFile, check_files, hash_files};
pub use library::{Entry, Library};
pub use opening::open_video;
pub use plan::{ImportPlan, PlannedVideo, plan};
pub use reviews::all_reviews;
pub use source::{Source, SourceError, SourceRead, read};
pub use step::Import;
