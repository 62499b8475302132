//! Plain values and rules: time, frames, snippets, scores, events, playback, metrics.
//!
//! Owns what the words of this program mean. Does not own files, threads, pixels on a screen or any
//! foreign library's type (only `serde` and `thiserror` are used here), so that every rule can be
//! tested without a window, a codec or a model.

pub mod ablation;
pub mod agreement;
pub mod attention;
pub mod attention_grid;
pub mod bootstrap;
pub mod color;
pub mod compare;
pub mod curve;
pub mod disagreement;
pub mod evaluation;
pub mod event_cost;
pub mod features;
pub mod folds;
pub mod footage;
pub mod frame;
pub mod frames;
pub mod gaps;
pub mod gate;
pub mod heat;
pub mod interval;
pub mod known_normal;
pub mod label;
pub mod lane_data;
pub mod lasso;
pub mod lesson;
pub mod library;
pub mod looping;
pub mod mark;
pub mod metrics;
pub mod nearest;
pub mod noise;
pub mod pca;
pub mod picks;
pub mod pixels;
pub mod playback;
pub mod provenance;
pub mod pyramid;
pub mod queue;
pub mod record;
pub mod review;
pub mod score;
pub mod segment;
pub mod selection;
pub mod shelf;
pub mod snippet;
pub mod sound;
pub mod still;
pub mod sweep;
pub mod symmetric;
pub mod threshold;
pub mod time;
pub mod trial;
pub mod truth_check;
pub mod video_name;
pub mod viridis;
pub mod what_if;
pub mod why;
