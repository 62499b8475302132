//! CVAT for video 1.1: an interval is a track whose box covers the whole picture.
//!
//! Owns the way between tracks and spans: a track's interval ends where a box is marked outside, or behind its last
//! box. Does not own boxes as places in the picture; they are read as intervals of their track.

use std::collections::BTreeMap;

use quick_xml::events::BytesText;

use super::export::{ExportVideo, Field, count, lost_fields};
use super::lines::{lost_controls, plain};
use super::xml::{self, Element};
use super::{FileSpan, FileVideo, FormatError, LabelFile};

pub(super) const LIMITS: [&str; 3] = [
    "A file holds one video.",
    "Lanes, notes and confidences are not kept.",
    "The label normal or abnormal of a whole video is not kept.",
];

const FORMAT: &str = "CVAT for video";

pub(super) fn read(text: &str, video: Option<&str>) -> Result<LabelFile, FormatError> {
    let root = xml::parse(text, "annotations", &["id", "label", "task_id", "frame", "outside"], FORMAT)?;
    let mut file = LabelFile::default();
    let mut by_task = BTreeMap::new();
    let meta = root.find(&["meta"]);
    let text_at = |element: &Element, path: &[&str]| {
        element.find(path).map(|found| found.text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let of_project = root.find(&["meta", "project", "tasks"]);
    for task in meta.iter().flat_map(|m| m.all("task")).chain(of_project.iter().flat_map(|t| t.all("task"))) {
        let source = text_at(task, &["source"]).or_else(|| text_at(&root, &["meta", "source"]));
        let name = source.or_else(|| text_at(task, &["name"])).or_else(|| video.map(str::to_owned));
        let frames = text_at(task, &["size"]).and_then(|size| size.parse().ok());
        by_task.insert(text_at(task, &["id"]).unwrap_or_default(), file.videos.len());
        let name = name.ok_or(FormatError::NeedsVideo)?;
        let skips = text_at(task, &["start_frame"]).is_some_and(|start| start != "0");
        if skips || text_at(task, &["frame_filter"]).is_some() {
            let what = "the task shows only part of the video's frames; its frame numbers may not be the video's";
            file.warnings.push(format!("{name}: {what}."));
        }
        file.videos.push(FileVideo { frames, ..FileVideo::named(name) });
    }
    if file.videos.is_empty() {
        file.videos.push(FileVideo::named(video.ok_or(FormatError::NeedsVideo)?));
    }
    for track in root.all("track") {
        let at = match track.attribute("task_id") {
            Some(task) => *by_task.get(task).ok_or_else(|| track.wrong(format!("no task has the id {task:?}")))?,
            None if file.videos.len() == 1 => 0,
            None => return Err(track.wrong("the file holds several tasks, and this track does not say which it is of")),
        };
        let class = track.required("label")?;
        let spans = spans(track)?.into_iter().map(|(start, end)| FileSpan::frames(start, end, class));
        file.videos[at].spans.extend(spans);
    }
    let pictures = root.all("image").count();
    if pictures > 0 {
        let pictures = count(pictures, "single picture", "single pictures");
        file.warnings.push(format!("{pictures} with shapes of their own: they are no intervals and were left out."));
    }
    Ok(file)
}

/// The stretches in which a track is visible, ends exclusive.
fn spans(track: &Element) -> Result<Vec<(i64, i64)>, FormatError> {
    let mut shapes = Vec::new();
    for shape in track.children.iter().filter(|child| child.attribute("frame").is_some()) {
        let frame = shape.required("frame")?;
        let number: i64 = frame.parse().map_err(|_| shape.wrong(format!("{frame:?} is no frame number")))?;
        shapes.push((number, shape.attribute("outside") == Some("1")));
    }
    shapes.sort_unstable();
    let (mut spans, mut open) = (Vec::new(), None);
    for (frame, outside) in &shapes {
        match (open, outside) {
            (Some(start), true) => {
                spans.push((start, *frame));
                open = None;
            }
            (None, false) => open = Some(*frame),
            _ => {}
        }
    }
    if let (Some(start), Some((last, _))) = (open, shapes.last()) {
        spans.push((start, last.saturating_add(1)));
    }
    Ok(spans)
}

pub(super) fn write(videos: &[ExportVideo<'_>]) -> Result<Vec<u8>, FormatError> {
    let [video] = videos else { return Err(FormatError::OneVideo(videos.len())) };
    let (width, height) = (video.size.0.to_string(), video.size.1.to_string());
    let frames = video.table.len();
    xml::document(|writer| {
        writer.create_element("annotations").write_inner_content(|writer| {
            let leaf = |writer: &mut quick_xml::Writer<Vec<u8>>, name, text: &str| {
                writer.create_element(name).write_text_content(BytesText::new(text)).map(|_| ())
            };
            leaf(writer, "version", "1.1")?;
            writer.create_element("meta").write_inner_content(|writer| {
                writer.create_element("task").write_inner_content(|writer| {
                    leaf(writer, "name", &plain(video.name))?;
                    leaf(writer, "size", &frames.to_string())?;
                    leaf(writer, "mode", "interpolation")?;
                    leaf(writer, "start_frame", "0")?;
                    leaf(writer, "stop_frame", &(frames - 1).to_string())?;
                    writer.create_element("original_size").write_inner_content(|writer| {
                        leaf(writer, "width", &width)?;
                        leaf(writer, "height", &height)
                    })?;
                    Ok(())
                })?;
                leaf(writer, "source", &plain(video.name))
            })?;
            for (id, label) in video.labels.iter().enumerate() {
                // A track that lasts to the end of the video is closed by its last frame: there is none to be
                // outside on.
                let (first, last, end) = (label.span.start(), label.span.last(), label.span.end());
                let mut boxes = vec![(first, "0")];
                match end < frames {
                    true => boxes.push((end, "1")),
                    false if last > first => boxes.push((last, "0")),
                    false => {}
                }
                let class = plain(&label.class);
                let id = id.to_string();
                let track = writer.create_element("track").with_attribute(("id", id.as_str()));
                let track = track.with_attribute(("label", &*class)).with_attribute(("source", "manual"));
                track.write_inner_content(|writer| {
                    for (frame, outside) in boxes {
                        let frame = frame.to_string();
                        let shape = writer.create_element("box").with_attribute(("frame", frame.as_str()));
                        let shape = shape.with_attributes([("outside", outside), ("occluded", "0"), ("keyframe", "1")]);
                        let shape = shape.with_attributes([("xtl", "0"), ("ytl", "0")]);
                        let corner = [("xbr", width.as_str()), ("ybr", height.as_str()), ("z_order", "0")];
                        shape.with_attributes(corner).write_empty()?;
                    }
                    Ok(())
                })?;
            }
            Ok(())
        })?;
        Ok(())
    })
}

pub(super) fn losses(videos: &[ExportVideo<'_>]) -> Vec<String> {
    let mut lost = lost_fields(videos, &[Field::Lane, Field::Note, Field::Confidence, Field::VideoLabel]);
    lost.extend(lost_controls(
        videos.iter().flat_map(|v| v.labels.iter().map(|label| label.class.as_str()).chain([v.name])),
    ));
    lost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracks_end_outside_or_behind_their_last_box() {
        let text = r#"<annotations><version>1.1</version><meta><task><id>7</id><name>t</name><size>300</size>
            <start_frame>5</start_frame></task><source>a.mp4</source></meta>
            <track id="0" label="fight"><box frame="165" outside="0"/><box frame="241" outside="1"/>
            <box frame="250" outside="0"/><box frame="251" outside="0"/></track>
            <track id="1" label="b &amp; c"><polygon frame="3"></polygon></track><image id="0"/></annotations>"#;
        let file = read(text, None).expect("is read");
        let video = &file.videos[0];
        assert_eq!((video.name.as_str(), video.frames), ("a.mp4", Some(300)));
        let spans = [(165, 241, "fight"), (250, 252, "fight"), (3, 4, "b & c")];
        assert_eq!(video.spans, spans.map(|(start, end, class)| FileSpan::frames(start, end, class)));
        assert_eq!(file.warnings.len(), 2);
    }

    #[test]
    fn tracks_of_several_tasks_know_theirs() {
        let text = r#"<annotations><meta><project><tasks><task><id>1</id><name>a</name></task><task><id>2</id>
            <name>b</name></task></tasks></project></meta>
            <track label="x" task_id="2"><box frame="1"/></track></annotations>"#;
        let file = read(text, None).expect("is read");
        assert_eq!((file.videos[0].spans.len(), file.videos[1].spans.len()), (0, 1));
        let unknown = read(&text.replace("task_id=\"2\"", "task_id=\"9\""), None).expect_err("is wrong");
        assert!(unknown.to_string().starts_with("line 3: no task"), "{unknown}");
        assert!(read(&text.replace("task_id=\"2\"", ""), None).is_err());
    }

    #[test]
    fn damage_names_its_line() {
        let error = |text: &str| read(text, Some("a")).expect_err("is wrong").to_string();
        assert!(
            error("<annotations>\n<track><box frame='1'/></track></annotations>").starts_with("line 2: <track> has")
        );
        assert!(
            error("<annotations><track label='a'>\n<box frame='1e3'/></track></annotations>").starts_with("line 2")
        );
        assert_eq!(read("<annotations></annotations>", None), Err(FormatError::NeedsVideo));
    }
}
