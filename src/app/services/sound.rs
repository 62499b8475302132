//! Sound for the video on screen: where decoding and playing meet.
//!
//! Owns the bridge between the two, and how the transport and the preferences become what is heard.

use std::sync::Arc;

use crate::app::prefs::Prefs;
use crate::app::state::AppState;
use crate::domain::sound::SoundChunk;
use crate::domain::time::MediaTime;
use crate::jobs::Ticket;
use crate::media::{OpenedVideo, SoundReader};
use crate::sound::{Motion, SoundFile, SoundSource};

/// The sound of `video`, if it has any.
pub(super) fn file(video: &OpenedVideo) -> Option<Arc<dyn SoundFile>> {
    video.info.sound.is_some().then(|| Arc::new(Track(video.clone())) as Arc<dyn SoundFile>)
}

/// How the picture on screen moves.
pub(super) fn motion(state: &AppState) -> Option<Motion> {
    let transport = &state.session.as_ref()?.transport;
    Some(Motion {
        position: transport.position().secs_f64(),
        speed: transport.speed(),
        backward: transport.is_backward(),
        playing: transport.is_playing(),
        jumps: transport.jumps(),
    })
}

/// Factor on the samples: the square of the slider, which the ear takes as even.
pub(super) fn gain(prefs: &Prefs) -> f32 {
    if prefs.muted { 0.0 } else { prefs.volume * prefs.volume }
}

#[derive(Debug)]
struct Track(OpenedVideo);

impl SoundFile for Track {
    fn open(&self, rate: u32) -> Option<Box<dyn SoundSource>> {
        match SoundReader::open(&self.0, rate) {
            Ok(reader) => Some(Box::new(Decoded(reader))),
            Err(err) => {
                log::info!("no sound: {err}");
                None
            }
        }
    }
}

struct Decoded(SoundReader);

impl SoundSource for Decoded {
    fn seek(&mut self, to: MediaTime, ticket: &Ticket) {
        self.0.seek(to, ticket);
    }

    fn next_chunk(&mut self) -> Option<SoundChunk> {
        self.0.next_chunk()
    }
}
