//! Labels between a project and the files of other tools, without a window.
//!
//! Owns the way there and back: which video a file means, what an import would do, the one step that it becomes, what an
//! export holds, and which videos moved. Does not own the formats (`formats::labels`), the project on disk (`store`), nor how any of
//! this is asked for or shown.

mod content;
mod export;
mod hashing;
mod intake;
mod library;
mod opening;
mod placing;
mod plan;
mod relocation;
mod reviewed;
mod source;
mod step;
mod work;

pub use content::{Choice, Content, content};
pub use export::{ExportPlan, Exported, OpenedFrames, OutFile};
pub use hashing::{FileState, HashedFile, check_files, hash_files};
pub use intake::{ImportRequest, Intake, convention, meaning, name_of, videos};
pub use library::{Entry, Library};
pub use opening::{is_at, open_video};
pub use placing::Placed;
pub use plan::{ImportPlan, PlannedVideo};
pub use relocation::{Found, Relocation, missing, search};
pub use reviewed::{Survey, Surveyed, VideoChoice, reviews};
pub use source::SourceRead;
pub use step::Import;
pub use work::{ExchangeError, Stage, Watch};

// What views choose from: they name no format themselves.
pub use crate::formats::ground_truth::SpanEnd;
pub use crate::formats::labels::{EndChoice, Format};
