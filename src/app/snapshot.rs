//! What snapshots and charts are called.
//!
//! Owns the names of their files. Does not make pictures, nor choose folders.

use crate::domain::time::MediaTime;

/// The name of a video's file without its extension, as a part of other files' names.
pub fn file_stem(video: &str) -> String {
    let stem = video.rsplit_once('.').map_or(video, |(stem, _)| if stem.is_empty() { video } else { stem });
    // What some file systems refuse: these letters, and names of more than 255 bytes with what is added.
    let stem: String =
        stem.chars().map(|c| if c.is_control() || r#"<>:"/\|?*"#.contains(c) { '-' } else { c }).collect();
    let fits = stem.char_indices().map(|(i, c)| i + c.len_utf8()).take_while(|end| *end <= 160).last();
    stem[..fits.unwrap_or(0)].to_owned()
}

/// Name of the picture of a frame, without extension: `door_frame1234_00m41s160` of `door.mp4`.
pub fn file_name(video: &str, frame: usize, time: MediaTime) -> String {
    let stem = file_stem(video);
    let sign = if time.micros() < 0 { "-" } else { "" };
    let millis = time.micros().unsigned_abs() / 1000;
    let (hours, mins, secs, millis) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60, millis % 1000);
    let hours = if hours > 0 { format!("{hours}h") } else { String::new() };
    format!("{stem}_frame{frame}_{sign}{hours}{mins:02}m{secs:02}s{millis:03}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_tell_video_frame_and_time() {
        let time = MediaTime::from_micros;
        assert_eq!(file_name("door.mp4", 1234, time(41_160_900)), "door_frame1234_00m41s160");
        assert_eq!(file_name("a.b.mkv", 0, time(3_723_456_000)), "a.b_frame0_1h02m03s456");
        assert_eq!(file_name(".hidden", 1, time(-1_500_000)), ".hidden_frame1_-00m01s500");
        assert_eq!(file_name("a:b/c?", 1, time(0)), "a-b-c-_frame1_00m00s000");
    }

    proptest! {
        #[test]
        fn any_name_becomes_one_that_can_be_written(video in ".{0,300}", frame: usize, micros: i64) {
            let name = file_name(&video, frame, MediaTime::from_micros(micros));
            prop_assert!(!name.contains(['/', '\\', ':', '\0']));
            prop_assert!(name.len() < 240);
        }
    }
}
