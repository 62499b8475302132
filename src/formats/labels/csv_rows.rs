//! A table for spreadsheets: one row for each interval.
//!
//! Owns the header `video,start_frame,end_frame,start_s,end_s,class,lane,note,confidence`. Frames count from 0 and
//! `end_frame` is the first frame behind the interval, which appears at `end_s`; times are those that this program
//! shows. A row without edges speaks of the whole video, with `normal` or `abnormal` as its class and whoever says so as
//! its lane; a video may have one of each lane. Columns may stand in any order and any but `video` may be missing; where a row has frames and times, frames count. Does not own the
//! tables of other tools.

use std::collections::HashMap;

use super::export::{ExportVideo, left_out};
use super::{DEFAULT_CLASS, Edge, FileSpan, FileVideo, FormatError, LabelFile};
use crate::domain::label::VideoLabel;

const FORMAT: &str = "label table";
const HEADER: [&str; 9] =
    ["video", "start_frame", "end_frame", "start_s", "end_s", "class", "lane", "note", "confidence"];

/// One row by the names of its columns.
struct Row<'a> {
    cells: &'a csv::StringRecord,
    columns: &'a HashMap<String, usize>,
    line: usize,
}

impl Row<'_> {
    /// A cell; empty if its column is missing.
    fn cell(&self, name: &str) -> &str {
        self.columns.get(name).and_then(|at| self.cells.get(*at)).unwrap_or_default()
    }

    fn number<T: std::str::FromStr>(&self, name: &str, what: &str) -> Result<Option<T>, FormatError> {
        let cell = self.cell(name).trim();
        let wrong = |_| FormatError::line(self.line, format!("{name} is {cell:?}, which is no {what}"));
        if cell.is_empty() { Ok(None) } else { cell.parse().map(Some).map_err(wrong) }
    }

    fn edge(&self, frame: &str, secs: &str) -> Result<Option<Edge>, FormatError> {
        match self.number(frame, "frame number")? {
            Some(number) => Ok(Some(Edge::Frame(number))),
            None => Ok(self.number(secs, "time in seconds")?.map(Edge::Seconds)),
        }
    }
}

pub(super) fn read(text: &str) -> Result<LabelFile, FormatError> {
    let wrong = |err: &csv::Error| match err.position() {
        Some(position) => FormatError::line(position.line() as usize, err.to_string()),
        None => FormatError::at("table", err.to_string()),
    };
    // Spreadsheets of half of Europe write semicolons.
    let head = text.lines().next().unwrap_or_default();
    let delimiter = if head.contains(';') && !head.contains(',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|err| wrong(&err))?;
    let columns: HashMap<String, usize> =
        header.iter().enumerate().map(|(at, name)| (name.trim().to_lowercase(), at)).collect();
    if !columns.contains_key(HEADER[0]) {
        let problem = format!("its first line does not name the column video; expected: {}", HEADER.join(","));
        return Err(FormatError::Form { format: FORMAT, problem });
    }
    let mut file = LabelFile::default();
    let mut at: HashMap<String, usize> = HashMap::new();
    for cells in reader.records() {
        let cells = cells.map_err(|err| wrong(&err))?;
        let row =
            Row { cells: &cells, columns: &columns, line: cells.position().map_or(0, csv::Position::line) as usize };
        let name = row.cell(HEADER[0]);
        if name.is_empty() {
            return Err(FormatError::line(row.line, "the row names no video"));
        }
        let videos = &mut file.videos;
        let index = *at.entry(name.to_owned()).or_insert_with(|| {
            videos.push(FileVideo::named(name));
            videos.len() - 1
        });
        read_row(&row, &mut file.videos[index])?;
    }
    Ok(file)
}

fn read_row(row: &Row<'_>, video: &mut FileVideo) -> Result<(), FormatError> {
    let class = row.cell("class");
    match (row.edge("start_frame", "start_s")?, row.edge("end_frame", "end_s")?) {
        (Some(start), Some(end)) => {
            let lane = Some(row.cell("lane").to_owned()).filter(|lane| !lane.is_empty());
            let class = if class.is_empty() { DEFAULT_CLASS } else { class };
            let (note, confidence) = (row.cell("note").to_owned(), row.number("confidence", "number")?);
            video.spans.push(FileSpan { lane, note, confidence, ..FileSpan::new(start, end, class) });
        }
        (None, None) => {
            let label = match class.trim().to_lowercase().as_str() {
                "normal" => VideoLabel::Normal,
                "abnormal" => VideoLabel::Abnormal,
                "" => return Ok(()),
                _ => return Err(FormatError::line(row.line, format!("{class:?} has neither start nor end"))),
            };
            video.say(row.cell("lane").to_owned(), label);
        }
        (Some(_), None) => return Err(FormatError::line(row.line, "the interval has a start and no end")),
        (None, Some(_)) => return Err(FormatError::line(row.line, "the interval has an end and no start")),
    }
    Ok(())
}

pub(super) fn write(videos: &[ExportVideo<'_>]) -> Result<Vec<u8>, FormatError> {
    let failed = |err: &dyn std::fmt::Display| FormatError::Write(err.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER).map_err(|err| failed(&err))?;
    for video in videos {
        for (lane, label) in video.video_labels {
            let whole = [video.name, "", "", "", "", &label.to_string(), lane, "", ""];
            writer.write_record(whole).map_err(|err| failed(&err))?;
        }
        for label in video.labels {
            let shown = video.table.frames_span(label.span.start(), label.span.last());
            let row = [
                video.name,
                &label.span.start().to_string(),
                &label.span.end().to_string(),
                &format!("{:.6}", shown.start.secs_f64()),
                &format!("{:.6}", shown.end.secs_f64()),
                &label.class,
                &label.lane,
                &label.note,
                &label.confidence.map(|c| c.to_string()).unwrap_or_default(),
            ];
            writer.write_record(row).map_err(|err| failed(&err))?;
        }
    }
    writer.into_inner().map_err(|err| failed(&err))
}

pub(super) fn losses(videos: &[ExportVideo<'_>]) -> Vec<String> {
    left_out(videos, "without any label", ExportVideo::is_labelled).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_in_any_order() {
        let text = "class;end_s;start_s;video\nFight;2.5;1;\"a;b.mp4\"\nnormal;;;c.mp4\n";
        let file = read(text).expect("is read");
        assert_eq!(file.videos[0].spans, [FileSpan::seconds(1.0, 2.5, "Fight")]);
        assert_eq!((file.videos[0].name.as_str(), file.videos[1].label), ("a;b.mp4", Some(VideoLabel::Normal)));
        let both = "video,start_frame,end_frame,start_s,end_s\na,10,20,9,9\n";
        assert_eq!(read(both).expect("is read").videos[0].spans, [FileSpan::frames(10, 20, DEFAULT_CLASS)]);
    }

    #[test]
    fn whole_videos_belong_to_lanes() {
        let file = read("video,class,lane\na,normal,Ada\na,abnormal,Grace\nb,abnormal,\na,,Eve\n").expect("is read");
        let said: Vec<_> = file.videos[0].video_labels.iter().map(|(lane, label)| (lane.as_str(), *label)).collect();
        assert_eq!(said, [("Ada", VideoLabel::Normal), ("Grace", VideoLabel::Abnormal)]);
        assert_eq!((file.videos[0].label, file.videos[1].label), (None, Some(VideoLabel::Abnormal)));
        assert!(file.videos[1].video_labels.is_empty());
    }

    #[test]
    fn damage_names_its_line() {
        let error =
            |rows: &str| read(&format!("video,start_frame,end_frame,class\n{rows}")).expect_err("is wrong").to_string();
        assert!(error("a,1,2,x\na,1,z,x\n").starts_with("line 3: end_frame is \"z\""));
        assert!(error("a,1,,x\n").starts_with("line 2: the interval has a start and no end"));
        assert!(error("a,,1,x\n").contains("an end and no start"));
        assert!(error("a,,,x\n").contains("neither start nor end"));
        assert!(error(",1,2,x\n").contains("names no video"));
        assert!(error("a,99999999999999999999,2,x\n").contains("no frame number"));
        assert!(read("").expect_err("is empty").to_string().contains("column video"));
    }
}
