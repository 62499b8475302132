//! Which videos a model has seen, and whether it is judged on them.
//!
//! Owns the identity of a video in a model's record, by content where both sides know it and by name else, and finding those
//! that are in two sets. Figures on videos that a model was trained on, or by which its threshold or weights were chosen,
//! say nothing about other videos. Does not own where the record is kept (`model`) or what is refused (`cli`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::video_name::plain_name;

/// Digits of a hash that are kept: 128 bits.
const DIGITS: usize = 32;

/// A video as a record names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoRef {
    /// Name without folders and ending.
    pub name: String,
    /// What was hashed and the first digits of its hash, such as `video:0f3a…` or `features:91bc…`; `None` where only the
    /// name is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub content: Option<String>,
}

impl VideoRef {
    /// A file called `name` whose `kind` of content, `video` or `features`, has this hash.
    pub fn new(name: &str, kind: &str, hash: &str) -> Self {
        let content = Some(format!("{kind}:{}", &hash[..DIGITS.min(hash.len())]));
        Self { name: plain_name(name).to_owned(), content }
    }

    /// A video of which only the name is known.
    pub fn named(name: &str) -> Self {
        Self { name: plain_name(name).to_owned(), content: None }
    }

    fn kind(&self) -> Option<&str> {
        self.content.as_deref().and_then(|content| content.split(':').next())
    }

    /// Whether both are the same video. Names repeat from folder to folder, so contents that can be compared decide.
    pub fn is(&self, other: &Self) -> bool {
        match (&self.content, &other.content) {
            (Some(a), Some(b)) if self.kind() == other.kind() => a == b,
            // Also of records that were written when fewer endings were known.
            _ => plain_name(&self.name) == plain_name(&other.name),
        }
    }
}

/// The videos that made a model what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenVideos {
    /// Its weights were trained on these.
    pub trained: Vec<VideoRef>,
    /// By these its checkpoint, confidence and threshold were chosen.
    pub chosen: Vec<VideoRef>,
    /// Whether that is all; false if an ancestor did not record its own.
    pub complete: bool,
}

/// Videos that are in two sets, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SharedVideos {
    /// Trained on.
    pub trained: Vec<String>,
    /// Chosen by.
    pub chosen: Vec<String>,
}

impl SharedVideos {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.trained.is_empty() && self.chosen.is_empty()
    }
}

impl SeenVideos {
    /// With what `parent` has seen too; a parent without a record makes this one incomplete.
    #[must_use]
    pub fn after(mut self, parent: Option<&Self>) -> Self {
        self.complete &= parent.is_some_and(|parent| parent.complete);
        let Some(parent) = parent else { return self };
        for (own, theirs) in [(&mut self.trained, &parent.trained), (&mut self.chosen, &parent.chosen)] {
            let known: BTreeSet<(String, Option<String>)> =
                own.iter().map(|video| (video.name.clone(), video.content.clone())).collect();
            let new = theirs.iter().filter(|video| !known.contains(&(video.name.clone(), video.content.clone())));
            own.extend(new.cloned());
        }
        self
    }

    /// Those of `videos` that the model has seen.
    pub fn shared(&self, videos: &[VideoRef]) -> SharedVideos {
        SharedVideos { trained: shared(&self.trained, videos), chosen: shared(&self.chosen, videos) }
    }
}

/// Names of those of `videos` that are among `seen`, in order.
pub fn shared(seen: &[VideoRef], videos: &[VideoRef]) -> Vec<String> {
    let (mut by_name, mut by_content) = (BTreeMap::<&str, Vec<&VideoRef>>::new(), BTreeSet::<&str>::new());
    for video in seen {
        by_name.entry(plain_name(&video.name)).or_default().push(video);
        by_content.extend(video.content.as_deref());
    }
    let is_seen = |video: &&VideoRef| {
        video.content.as_deref().is_some_and(|content| by_content.contains(content))
            || by_name.get(plain_name(&video.name)).is_some_and(|same| same.iter().any(|other| video.is(other)))
    };
    videos.iter().filter(is_seen).map(|video| video.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_decide_where_both_are_known_and_names_else() {
        let video = |name: &str, hash: &str| VideoRef::new(name, "video", hash);
        let features = |name: &str, hash: &str| VideoRef::new(name, "features", hash);
        assert!(video("1/a.mp4", "00ff").is(&video("renamed.mp4", "00ff")));
        assert!(!video("1/a.mp4", "00ff").is(&video("2/a.mp4", "11ff")), "names repeat from folder to folder");
        assert!(video("a.mp4", "00ff").is(&features("a.npy", "22ff")), "features have no hash of their video");
        assert!(VideoRef::named("x/a.npy").is(&video("a.mp4", "00ff")) && !VideoRef::named("b").is(&video("a", "0")));
        let seen =
            SeenVideos { trained: vec![video("a.mp4", "00")], chosen: vec![features("b.npy", "11")], complete: true };
        let shared = seen.shared(&[video("c.mp4", "00"), VideoRef::named("b"), video("a.mp4", "33"), video("d", "44")]);
        assert_eq!((shared.trained, shared.chosen), (vec!["c".to_owned()], vec!["b".to_owned()]));
        assert!(seen.shared(&[]).is_empty());
        let cam = SeenVideos { trained: vec![features("cam.npy", "22")], ..SeenVideos::default() };
        assert_eq!(cam.shared(&[video("1/cam.MP4", "55")]).trained, ["cam"], "endings have no case");
    }

    #[test]
    fn a_child_has_seen_what_its_parent_saw() {
        let one =
            |name: &str| SeenVideos { trained: vec![VideoRef::named(name)], complete: true, ..SeenVideos::default() };
        let child = one("b").after(Some(&one("a")));
        assert_eq!((child.trained.len(), child.complete), (2, true));
        assert_eq!(one("a").after(Some(&one("a"))).trained.len(), 1);
        assert!(!one("b").after(None).complete, "nobody knows what that parent saw");
    }
}
