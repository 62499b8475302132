//! VIA 3 (VGG Image Annotator): temporal segments in seconds.
//!
//! Owns the two CSV forms and the project JSON; the CSV with coordinates is written, with attributes for class, lane,
//! note and confidence. Does not own regions in pictures: rows with coordinates in the picture are counted and left
//! out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::export::{ExportVideo, Field, count, lost_fields};
use super::{DEFAULT_CLASS, FileSpan, FileVideo, FormatError, LabelFile, json};

pub(super) const LIMITS: [&str; 2] = [
    "The label normal or abnormal of a whole video is not kept.",
    "Videos without intervals are not written: a row is an interval.",
];

const FORMAT: &str = "VIA 3";

/// The attributes that we write, by their numbers from 1.
const ATTRIBUTES: [&str; 4] = ["class", "lane", "note", "confidence"];

/// One attribute of a project: what it is called, and the texts of its choices.
#[derive(Debug, Deserialize)]
struct Attribute {
    #[serde(default)]
    aname: String,
    #[serde(default)]
    options: BTreeMap<String, String>,
}

type Attributes = BTreeMap<String, Attribute>;
type Values = BTreeMap<String, String>;

#[derive(Deserialize)]
struct Project {
    attribute: Attributes,
    file: BTreeMap<String, File>,
    metadata: BTreeMap<String, Metadata>,
    #[serde(default)]
    view: BTreeMap<String, View>,
}

#[derive(Deserialize)]
struct File {
    fname: String,
}

#[derive(Deserialize)]
struct View {
    #[serde(default)]
    fid_list: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Metadata {
    vid: serde_json::Value,
    #[serde(default)]
    z: Vec<f64>,
    #[serde(default)]
    xy: Vec<f64>,
    #[serde(default)]
    av: Values,
}

/// Videos by name in the order of their first appearance, and what was left out.
#[derive(Default)]
struct Found {
    file: LabelFile,
    at: BTreeMap<String, usize>,
    regions: usize,
}

impl Found {
    fn video(&mut self, name: &str) -> &mut FileVideo {
        let videos = &mut self.file.videos;
        let at = *self.at.entry(name.to_owned()).or_insert_with(|| {
            videos.push(FileVideo::named(name));
            videos.len() - 1
        });
        &mut videos[at]
    }

    fn finish(mut self) -> LabelFile {
        if self.regions > 0 {
            let rows = count(self.regions, "row is no temporal segment", "rows are no temporal segments");
            self.file.warnings.push(format!("{rows} (regions, still frames, remarks on files): left out."));
        }
        self.file
    }
}

/// A segment with what its attributes say. Without one that is called class, the first gives it.
fn span(start: f64, end: f64, values: &Values, attributes: &Attributes) -> FileSpan {
    let text = |id: &String| {
        let value = values.get(id)?;
        let option = attributes.get(id).and_then(|attribute| attribute.options.get(value));
        Some(option.unwrap_or(value).clone())
    };
    let of =
        |name: &str| attributes.iter().find(|(_, a)| a.aname.eq_ignore_ascii_case(name)).and_then(|(id, _)| text(id));
    let class = of(ATTRIBUTES[0]).or_else(|| values.keys().next().and_then(text));
    FileSpan {
        lane: of(ATTRIBUTES[1]),
        note: of(ATTRIBUTES[2]).unwrap_or_default(),
        confidence: of(ATTRIBUTES[3]).and_then(|text| text.parse().ok()),
        ..FileSpan::seconds(start, end, class.unwrap_or_else(|| DEFAULT_CLASS.to_owned()))
    }
}

pub(super) fn read(text: &str) -> Result<LabelFile, FormatError> {
    if text.trim_start().starts_with('{') { read_project(text) } else { read_csv(text) }
}

fn read_project(text: &str) -> Result<LabelFile, FormatError> {
    let project: Project = json::from_str(text, FORMAT)?;
    let id = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut found = Found::default();
    for (key, item) in &project.metadata {
        let vid = id(&item.vid);
        let fid = project.view.get(&vid).and_then(|view| view.fid_list.first()).map_or(vid, id);
        let file = project.file.get(&fid).ok_or_else(|| {
            FormatError::at(format!("metadata {key:?}"), format!("the file {fid:?} that it belongs to is not listed"))
        })?;
        match item.z.as_slice() {
            [start, end] if item.xy.is_empty() => {
                found.video(&file.fname).spans.push(span(*start, *end, &item.av, &project.attribute));
            }
            _ => found.regions += 1,
        }
    }
    Ok(found.finish())
}

fn read_csv(text: &str) -> Result<LabelFile, FormatError> {
    let mut attributes = Attributes::new();
    // Remarks stand before the rows; a row's first cell is a quoted id and never begins with a hash.
    for (i, line) in text.lines().enumerate().take_while(|(_, line)| line.starts_with('#') || line.trim().is_empty()) {
        if let Some((_, found)) = line.split_once("ATTRIBUTE =").or_else(|| line.split_once("ATTRIBUTE=")) {
            attributes = serde_json::from_str(found.trim())
                .map_err(|err| FormatError::line(i + 1, format!("the attributes are damaged: {err}")))?;
        }
    }
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).comment(Some(b'#')).from_reader(text.as_bytes());
    let mut found = Found::default();
    let mut rows = 0;
    for row in reader.records() {
        let row = row.map_err(|err| match err.position() {
            Some(position) => FormatError::line(position.line() as usize, err.to_string()),
            None => FormatError::at("table", err.to_string()),
        })?;
        let number = row.position().map_or(0, csv::Position::line) as usize;
        let wrong = |problem: String| FormatError::line(number, problem);
        let bad = |cell: &str, what: &str, err: serde_json::Error| wrong(format!("{cell:?} is no {what}: {err}"));
        rows += 1;
        let cells: Vec<&str> = row.iter().collect();
        let (files, times, xy, values) = match cells.as_slice() {
            ["metadata_id", ..] => continue,
            [_, files, _, z, xy, values] => {
                let z: Vec<f64> = serde_json::from_str(z).map_err(|err| bad(z, "list of times", err))?;
                (*files, z, *xy, *values)
            }
            [_, files, start, end, values] => {
                let time = |cell: &str| cell.trim().parse().map_err(|_| wrong(format!("{cell:?} is no time")));
                (*files, vec![time(start)?, time(end)?], "[]", *values)
            }
            other => return Err(wrong(format!("the row has {} cells; VIA 3 writes 6 or 5", other.len()))),
        };
        let files: Vec<String> = serde_json::from_str(files).map_err(|err| bad(files, "list of files", err))?;
        let xy: Vec<f64> = serde_json::from_str(xy).map_err(|err| bad(xy, "list of coordinates", err))?;
        let values: Values = serde_json::from_str(values).map_err(|err| bad(values, "set of attributes", err))?;
        let name = files.first().ok_or_else(|| wrong("the row names no file".to_owned()))?;
        match times.as_slice() {
            [start, end] if xy.is_empty() => found.video(name).spans.push(span(*start, *end, &values, &attributes)),
            _ => found.regions += 1,
        }
    }
    if rows == 0 {
        return Err(FormatError::Form { format: FORMAT, problem: "it has no rows".to_owned() });
    }
    Ok(found.finish())
}

pub(super) fn write(videos: &[ExportVideo<'_>]) -> Result<Vec<u8>, FormatError> {
    let failed = |err: &dyn std::fmt::Display| FormatError::Write(err.to_string());
    let attribute = |(i, name): (usize, &&str)| {
        let attribute = serde_json::json!({
            "aname": name, "anchor_id": "FILE1_Z2_XY0", "type": 1, "desc": "", "options": {}, "default_option_id": "",
        });
        ((i + 1).to_string(), attribute)
    };
    let attributes: serde_json::Map<_, _> = ATTRIBUTES.iter().enumerate().map(attribute).collect();
    let mut head = "# Exported in the form of VGG Image Annotator 3\n".to_owned();
    head += "# SHAPE_ID = {\"0\":\"NONE\",\"1\":\"POINT\",\"2\":\"RECTANGLE\"}\n";
    writeln!(head, "# ATTRIBUTE = {}", serde_json::Value::Object(attributes)).ok();
    head += "# CSV_HEADER = metadata_id,file_list,flags,temporal_coordinates,spatial_coordinates,metadata\n";
    let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::NonNumeric).from_writer(head.into_bytes());
    let mut row = 0;
    for video in videos {
        let files = serde_json::to_string(&[video.name]).map_err(|err| failed(&err))?;
        for label in video.labels {
            row += 1;
            let (start, end) = video.seconds(label.span);
            let mut values = Values::from([("1".to_owned(), label.class.clone())]);
            let confidence = label.confidence.map(|c| c.to_string()).unwrap_or_default();
            let others = [("2", label.lane.as_str()), ("3", label.note.as_str()), ("4", confidence.as_str())];
            values.extend(others.iter().filter(|o| !o.1.is_empty()).map(|(id, v)| ((*id).to_owned(), (*v).to_owned())));
            let values = serde_json::to_string(&values).map_err(|err| failed(&err))?;
            let times = format!("[{start},{end}]");
            writer
                .write_record([&format!("1_{row}"), &files, "0", &times, "[]", &values])
                .map_err(|err| failed(&err))?;
        }
    }
    writer.into_inner().map_err(|err| failed(&err))
}

pub(super) fn losses(videos: &[ExportVideo<'_>]) -> Vec<String> {
    let mut lost = lost_fields(videos, &[Field::VideoLabel]);
    lost.extend(super::export::left_out(videos, "without intervals", |video| !video.labels.is_empty()));
    lost
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = r#""1_abc","[""a.mp4""]",0,"[7.2,11.6]","[]","{""1"":""0""}""#;

    #[test]
    fn both_tables_and_the_project() {
        let head = "# Exported\n# ATTRIBUTE = {\"1\":{\"aname\":\"what\",\"options\":{\"0\":\"fight\"}}}\n";
        let point = r#""1_d","[""a.mp4""]",0,"[7.2]","[2,1,1,5,5]","{}""#;
        let expected = FileSpan::seconds(7.2, 11.6, "fight");
        let file = read(&format!("{head}{ROW}\n{point}\n")).expect("is read");
        assert_eq!(file.videos[0].spans, std::slice::from_ref(&expected));
        assert!(file.warnings[0].starts_with("1 row is no temporal segment"));
        let short = "metadata_id,file_list,temporal_segment_start,temporal_segment_end,metadata\n\
                     1_a,\"[\"\"a.mp4\"\"]\",7.2,11.6,\"{\"\"1\"\":\"\"fight\"\"}\"\n";
        assert_eq!(read(short).expect("is read").videos[0].spans, std::slice::from_ref(&expected));
        let project = r#"{"project":{"vid_list":["1"]},"attribute":{"1":{"aname":"what"}},
            "file":{"1":{"fid":"1","fname":"a.mp4"}},"view":{"1":{"fid_list":["1"]}},
            "metadata":{"1_a":{"vid":"1","flg":0,"z":[7.2,11.6],"xy":[],"av":{"1":"fight"}}}}"#;
        assert_eq!(read(project).expect("is read").videos[0].spans, [expected]);
        let lost = read(&project.replace("\"1\":{\"fid\"", "\"2\":{\"fid\"")).expect_err("is wrong");
        assert!(lost.to_string().starts_with("metadata \"1_a\": the file \"1\""), "{lost}");
    }

    #[test]
    fn damage_names_its_line() {
        let error = |text: &str| read(text).expect_err("is wrong").to_string();
        assert!(error(&format!("{ROW}\n1,2\n")).starts_with("line 2: the row has 2 cells"));
        assert!(error(&ROW.replace("[7.2", "[x")).starts_with("line 1: \"[x,11.6]\" is no list of times"));
        assert!(error(&ROW.replace("[\"\"a.mp4\"\"]", "[]")).contains("names no file"));
        assert!(error("# ATTRIBUTE = {\n").starts_with("line 1: the attributes are damaged"));
        assert!(error("# nothing\n").contains("no rows"));
        assert!(error("{\"project\":1}").contains("line 1"));
    }
}
