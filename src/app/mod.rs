//! State and decisions of the program, without a window.
//!
//! Owns what is open, what plays, what is being scored and what the person was told, as one value
//! ([`state::AppState`]) that changes only through the pure function [`update::update`]. The work that
//! follows from a change is returned as [`effect::Effect`]s and carried out by [`services::Services`],
//! whose workers answer with [`event::Event`]s. Does not own drawing: no egui type is named here.

pub mod ablation;
pub mod action;
pub mod agreement;
pub mod arrangement;
pub mod attention_sheet;
pub mod bench;
pub mod blind;
pub mod charting;
pub mod clock;
pub mod command;
pub mod comparing;
pub mod disagreements;
pub mod effect;
pub mod engine;
pub mod evaluation;
pub mod event;
pub mod examination;
pub mod exchange;
pub mod exchanging;
pub mod exports;
pub mod feature_file;
pub mod finder;
pub mod folders;
pub mod frame_run;
pub mod inspect;
pub mod keymap;
pub mod known_normal;
pub mod lanes;
pub mod learn;
pub mod learning;
pub mod library;
pub mod marking;
pub mod models;
pub mod notice;
pub mod phase;
pub mod picture;
pub mod pipeline;
pub mod place;
pub mod prefs;
pub mod projects;
pub mod report;
pub mod review_queue;
pub mod reviews;
pub mod services;
pub mod session;
pub mod sheet;
pub mod shortcut;
pub mod snapshot;
pub mod state;
pub mod survey;
pub mod sweep;
pub mod typed;
pub mod upcoming;
pub mod update;
pub mod yardstick;
