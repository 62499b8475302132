//! ELAN .eaf 3.0: annotations between time slots in whole milliseconds, in tiers.
//!
//! Owns the way between lanes and tiers. Annotations of one tier may not overlap there, so a lane's overlapping
//! labels go to further tiers with the same annotator. Does not own dependent tiers, which have no times of their own.

use std::collections::{BTreeSet, HashMap};

use quick_xml::events::BytesText;

use super::export::{ExportVideo, Field, count, lost_fields};
use super::lines::{lost_controls, plain};
use super::xml;
use super::{FileSpan, FileVideo, FormatError, LabelFile};
use crate::domain::label::Label;
use crate::domain::time::MediaTime;

pub(super) const LIMITS: [&str; 4] = [
    "A file holds one video.",
    "Times are whole milliseconds, so frames shorter than 2 ms may move.",
    "Notes and confidences are not kept.",
    "The label normal or abnormal of a whole video is not kept.",
];

const FORMAT: &str = "ELAN";
/// The tier of labels in a lane without a name.
const NAMELESS: &str = "labels";

const KEPT: [&str; 10] = [
    "TIME_UNITS",
    "MEDIA_URL",
    "RELATIVE_MEDIA_URL",
    "TIME_SLOT_ID",
    "TIME_VALUE",
    "TIER_ID",
    "ANNOTATOR",
    "ANNOTATION_ID",
    "TIME_SLOT_REF1",
    "TIME_SLOT_REF2",
];

pub(super) fn read(text: &str, video: Option<&str>) -> Result<LabelFile, FormatError> {
    let root = xml::parse(text, "ANNOTATION_DOCUMENT", &KEPT, FORMAT)?;
    let header = root.find(&["HEADER"]);
    if let Some(unit) = header.and_then(|h| h.attribute("TIME_UNITS"))
        && unit != "milliseconds"
    {
        return Err(root.wrong(format!("times in {unit} are not known; ELAN 3.0 writes milliseconds")));
    }
    let media = header.and_then(|h| h.find(&["MEDIA_DESCRIPTOR"]));
    let url = |name| media.and_then(|m| m.attribute(name)).filter(|url| !url.is_empty());
    let relative = url("RELATIVE_MEDIA_URL").map(|url| url.strip_prefix("./").unwrap_or(url));
    let absolute = url("MEDIA_URL").map(|url| url.strip_prefix("file://").unwrap_or(url));
    let mut found = FileVideo::named(relative.or(absolute).or(video).ok_or(FormatError::NeedsVideo)?);

    let mut slots: HashMap<&str, f64> = HashMap::new();
    for slot in root.find(&["TIME_ORDER"]).iter().flat_map(|order| order.all("TIME_SLOT")) {
        if let Some(value) = slot.attribute("TIME_VALUE") {
            let millis: i64 = value.parse().map_err(|_| slot.wrong(format!("{value:?} is no time in milliseconds")))?;
            slots.insert(slot.required("TIME_SLOT_ID")?, millis as f64 / 1000.0);
        }
    }
    let mut loose = 0;
    for tier in root.all("TIER") {
        let lane = match tier.attribute("ANNOTATOR") {
            Some(annotator) if !annotator.is_empty() => annotator,
            _ => tier.required("TIER_ID")?,
        };
        for annotation in tier.all("ANNOTATION").filter_map(|a| a.find(&["ALIGNABLE_ANNOTATION"])) {
            let edge = |name| annotation.required(name).map(|slot| slots.get(slot).copied());
            let (Some(start), Some(end)) = (edge("TIME_SLOT_REF1")?, edge("TIME_SLOT_REF2")?) else {
                loose += 1;
                continue;
            };
            let class = annotation.find(&["ANNOTATION_VALUE"]).map_or("", |value| &value.text);
            found.spans.push(FileSpan { lane: Some(lane.to_owned()), ..FileSpan::seconds(start, end, class) });
        }
    }
    let mut warnings = Vec::new();
    if loose > 0 {
        let loose = count(loose, "annotation has", "annotations have");
        warnings.push(format!("{loose} an edge without a time and cannot be placed."));
    }
    Ok(LabelFile { videos: vec![found], warnings })
}

/// To the nearest millisecond, half a millisecond up.
fn millis(time: MediaTime) -> i64 {
    (time.micros() + 500).div_euclid(1000)
}

/// An annotation to be written: where it begins and ends in milliseconds, and its class.
type Written<'a> = (i64, i64, &'a str);

struct Tier<'a> {
    id: String,
    annotator: &'a str,
    annotations: Vec<Written<'a>>,
}

/// Each lane's labels, dealt to as many tiers as their overlaps need.
fn tiers<'a>(video: &ExportVideo<'a>) -> Vec<Tier<'a>> {
    let lanes: BTreeSet<&str> = video.labels.iter().map(|label| label.lane.as_str()).collect();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut tiers: Vec<Tier<'_>> = Vec::new();
    for lane in lanes {
        let annotator = if lane.is_empty() { NAMELESS } else { lane };
        let first_of_lane = tiers.len();
        let mut labels: Vec<&Label> = video.labels.iter().filter(|label| label.lane == lane).collect();
        labels.sort_by_key(|label| label.span);
        for label in labels {
            let (start, end) = video.times(label.span);
            let annotation = (millis(start), millis(end), label.class.as_str());
            let free = |tier: &&mut Tier<'_>| tier.annotations.last().is_none_or(|last| last.1 <= annotation.0);
            if let Some(tier) = tiers[first_of_lane..].iter_mut().find(free) {
                tier.annotations.push(annotation);
                continue;
            }
            let name = plain(annotator).into_owned();
            let numbered = (1..).map(|n| if n == 1 { name.clone() } else { format!("{name} {n}") });
            let id = numbered.into_iter().find(|id| !taken.contains(id)).unwrap_or_default();
            taken.insert(id.clone());
            tiers.push(Tier { id, annotator, annotations: vec![annotation] });
        }
    }
    tiers
}

pub(super) fn write(videos: &[ExportVideo<'_>], date: &str) -> Result<Vec<u8>, FormatError> {
    let [video] = videos else { return Err(FormatError::OneVideo(videos.len())) };
    let tiers = tiers(video);
    let name = plain(video.name);
    let mut times: Vec<i64> = tiers.iter().flat_map(|t| &t.annotations).flat_map(|a| [a.0, a.1]).collect();
    times.sort_unstable();
    times.dedup();
    let slot = |time: i64| format!("ts{}", times.partition_point(|t| *t < time) + 1);
    let date = if date.is_empty() { "1970-01-01T00:00:00+00:00" } else { date };
    let mut last_id = 0;
    xml::document(|writer| {
        let root = writer.create_element("ANNOTATION_DOCUMENT");
        let root = root.with_attributes([("AUTHOR", ""), ("DATE", date), ("FORMAT", "3.0"), ("VERSION", "3.0")]);
        let schema = [
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            ("xsi:noNamespaceSchemaLocation", "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"),
        ];
        root.with_attributes(schema).write_inner_content(|writer| {
            let header = writer.create_element("HEADER");
            let header = header.with_attributes([("MEDIA_FILE", ""), ("TIME_UNITS", "milliseconds")]);
            header.write_inner_content(|writer| {
                let media = writer.create_element("MEDIA_DESCRIPTOR").with_attribute(("MEDIA_URL", &*name));
                let media = media.with_attribute(("MIME_TYPE", "video/mp4"));
                media.with_attribute(("RELATIVE_MEDIA_URL", format!("./{name}").as_str())).write_empty()?;
                Ok(())
            })?;
            writer.create_element("TIME_ORDER").write_inner_content(|writer| {
                for time in &times {
                    let (id, time) = (slot(*time), time.to_string());
                    let element = writer.create_element("TIME_SLOT").with_attribute(("TIME_SLOT_ID", id.as_str()));
                    element.with_attribute(("TIME_VALUE", time.as_str())).write_empty()?;
                }
                Ok(())
            })?;
            for tier in &tiers {
                let element = writer.create_element("TIER").with_attribute(("LINGUISTIC_TYPE_REF", "default-lt"));
                let element = element.with_attribute(("TIER_ID", tier.id.as_str()));
                let element = element.with_attribute(("ANNOTATOR", &*plain(tier.annotator)));
                element.write_inner_content(|writer| {
                    for (start, end, class) in &tier.annotations {
                        last_id += 1;
                        let (id, from, to) = (format!("a{last_id}"), slot(*start), slot(*end));
                        writer.create_element("ANNOTATION").write_inner_content(|writer| {
                            let annotation = writer.create_element("ALIGNABLE_ANNOTATION");
                            let annotation = annotation.with_attribute(("ANNOTATION_ID", id.as_str()));
                            let annotation = annotation.with_attribute(("TIME_SLOT_REF1", from.as_str()));
                            let annotation = annotation.with_attribute(("TIME_SLOT_REF2", to.as_str()));
                            annotation.write_inner_content(|writer| {
                                let value = writer.create_element("ANNOTATION_VALUE");
                                value.write_text_content(BytesText::new(&plain(class)))?;
                                Ok(())
                            })?;
                            Ok(())
                        })?;
                    }
                    Ok(())
                })?;
            }
            let kind = writer.create_element("LINGUISTIC_TYPE").with_attribute(("GRAPHIC_REFERENCES", "false"));
            let kind = kind.with_attributes([("LINGUISTIC_TYPE_ID", "default-lt"), ("TIME_ALIGNABLE", "true")]);
            kind.write_empty()?;
            Ok(())
        })?;
        Ok(())
    })
}

pub(super) fn losses(videos: &[ExportVideo<'_>]) -> Vec<String> {
    let mut lost = lost_fields(videos, &[Field::Note, Field::Confidence, Field::VideoLabel]);
    let labels = || videos.iter().flat_map(|video| video.labels);
    let names = videos.iter().map(|video| video.name);
    lost.extend(lost_controls(labels().flat_map(|label| [label.class.as_str(), label.lane.as_str()]).chain(names)));
    if labels().any(|label| label.lane.is_empty()) {
        lost.push(format!("Labels without a lane are read back in the lane {NAMELESS:?}."));
    }
    for video in videos {
        let short = |frame: usize| video.table.frame_span(frame).length() < MediaTime::from_micros(2_000);
        let near = |label: &Label| {
            let (start, end) = (label.span.start(), label.span.end());
            [start.saturating_sub(1), start, end - 1, end].into_iter().any(|f| f < video.table.len() && short(f))
        };
        let moved = video.labels.iter().filter(|label| near(label)).count();
        if moved > 0 {
            let moved = count(moved, "interval begins or ends", "intervals begin or end");
            lost.push(format!("{}: {moved} at frames shorter than 2 ms and may move by a frame.", video.name));
        }
    }
    lost
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::frames::FrameTable;
    use crate::domain::interval::FrameSpan;

    #[test]
    fn slots_without_times_and_dangling_references_are_tolerated() {
        let annotation = |from: &str, to: &str| {
            format!(
                "<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID='a' TIME_SLOT_REF1='{from}' TIME_SLOT_REF2='{to}'>\
                 <ANNOTATION_VALUE>Ab&amp;use</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
            )
        };
        let text = format!(
            "<ANNOTATION_DOCUMENT><HEADER TIME_UNITS='milliseconds'><MEDIA_DESCRIPTOR MEDIA_URL='file:///v/a b.mp4'/>\
             </HEADER>\n<TIME_ORDER><TIME_SLOT TIME_SLOT_ID='ts1' TIME_VALUE='5500'/><TIME_SLOT TIME_SLOT_ID='ts2'/>\
             <TIME_SLOT TIME_SLOT_ID='ts3' TIME_VALUE='8000'/></TIME_ORDER><TIER TIER_ID='anomaly' ANNOTATOR='kt'>{}\
             </TIER><TIER TIER_ID='other'>{}{}<ANNOTATION><REF_ANNOTATION/></ANNOTATION></TIER></ANNOTATION_DOCUMENT>",
            annotation("ts1", "ts3"),
            annotation("ts1", "ts2"),
            annotation("ts9", "ts3"),
        );
        let file = read(&text, None).expect("is read");
        assert_eq!(file.videos[0].name, "/v/a b.mp4");
        let expected = FileSpan { lane: Some("kt".to_owned()), ..FileSpan::seconds(5.5, 8.0, "Ab&use") };
        assert_eq!(file.videos[0].spans, [expected]);
        assert!(file.warnings[0].starts_with("2 annotations have an edge without a time"));
        let error = |text: &str| read(text, None).expect_err("is wrong").to_string();
        assert!(error(&text.replace("5500", "5.5")).starts_with("line 2: \"5.5\" is no time"));
        assert!(error(&text.replace("TIER_ID='other'", "")).starts_with("line 2: <TIER> has no TIER_ID"));
        assert!(error(&text.replace("milliseconds", "fortnights")).contains("fortnights"));
        assert!(error(&text[..text.len() - 40]).contains("line 2"));
    }

    #[test]
    fn overlapping_labels_of_a_lane_get_tiers_of_their_own() {
        let times = (0..100).map(|i| (MediaTime::from_micros(i * 33_367), true)).collect();
        let table = FrameTable::new(times, None).expect("has frames");
        let label = |start, end, lane: &str| Label {
            span: FrameSpan::new(start, end).expect("holds frames"),
            class: "x".to_owned(),
            lane: lane.to_owned(),
            note: String::new(),
            confidence: None,
        };
        let labels = [label(50, 60, "kt"), label(0, 10, "kt"), label(5, 50, "kt"), label(9, 20, "kt 2")];
        let video_labels = std::collections::BTreeMap::new();
        let video =
            ExportVideo { name: "a.mp4", table: &table, size: (1, 1), video_labels: &video_labels, labels: &labels };
        let tiers = tiers(&video);
        let shown: Vec<_> = tiers.iter().map(|t| (t.id.as_str(), t.annotator, t.annotations.len())).collect();
        assert_eq!(shown, [("kt", "kt", 2), ("kt 2", "kt", 1), ("kt 2 2", "kt 2", 1)]);
        // Frame 10 begins at 333.67 ms, frame 5 at 166.835.
        assert_eq!((tiers[0].annotations[0].1, tiers[1].annotations[0].0), (334, 167));
    }
}
