//! What the label formats in XML share.
//!
//! Owns the step from text to a tree of bounded depth and the frame of a written document. The document's own
//! entities are never expanded, and files outside it never opened. Does not own any format.

use std::io;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesDecl, BytesStart, Event};
use quick_xml::{Reader, Writer, XmlVersion};

use super::FormatError;

/// Deeper than any of the formats, shallow enough for every stack.
const DEEPEST: usize = 64;

/// An element with the attributes that were asked for.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(&'static str, String)>,
    /// Its own text, without that of its children.
    pub(super) text: String,
    pub(super) children: Vec<Self>,
    /// In which it begins, from 1.
    line: usize,
}

impl Element {
    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// The value of an attribute that must be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, FormatError> {
        self.attribute(name).ok_or_else(|| self.wrong(format!("<{}> has no {name}", self.name)))
    }

    /// The children of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first descendant along a path of names.
    pub(super) fn find(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, name| element.children.iter().find(|child| child.name == *name))
    }

    /// An error with the line of this element.
    pub(super) fn wrong(&self, problem: impl Into<String>) -> FormatError {
        FormatError::line(self.line, problem)
    }
}

/// Reads a document whose root has this name. Of attributes only those in `keep` are kept: exports with a
/// box for every frame hold millions of others.
pub(super) fn parse(
    text: &str,
    root: &str,
    keep: &[&'static str],
    format: &'static str,
) -> Result<Element, FormatError> {
    let mut reader = Reader::from_str(text);
    let mut line = LineCount { text: text.as_bytes(), at: 0, line: 1 };
    // The last is the innermost that is still open; the first stands for the document.
    let mut open = vec![Element::default()];
    loop {
        let place = line.of(reader.buffer_position());
        let wrong = |problem: String| FormatError::line(place, problem);
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(err) => return Err(FormatError::line(line.of(reader.error_position()), err.to_string())),
        };
        let Some(innermost) = open.last_mut() else { break };
        match event {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return Err(wrong(format!("elements are nested more than {DEEPEST} deep")));
                }
                open.push(element(&start, keep, place)?);
            }
            Event::Empty(start) => innermost.children.push(element(&start, keep, place)?),
            Event::End(_) => {
                if let Some(closed) = open.pop()
                    && let Some(parent) = open.last_mut()
                {
                    parent.children.push(closed);
                }
            }
            Event::Text(text) => innermost.text += &text.xml10_content().map_err(|err| wrong(err.to_string()))?,
            Event::CData(text) => innermost.text += &text.decode().map_err(|err| wrong(err.to_string()))?,
            Event::GeneralRef(entity) => {
                let name = entity.decode().map_err(|err| wrong(err.to_string()))?;
                let unknown =
                    || wrong(format!("the entity &{name}; is not one of XML's own, and others are not opened"));
                match entity.resolve_char_ref().map_err(|err| wrong(err.to_string()))? {
                    Some(letter) => innermost.text.push(letter),
                    None => innermost.text += resolve_predefined_entity(&name).ok_or_else(unknown)?,
                }
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    if let [_, .., unclosed] = open.as_slice() {
        return Err(unclosed.wrong(format!("<{}> is never closed: the file is cut short", unclosed.name)));
    }
    let top = open.pop().and_then(|document| document.children.into_iter().next());
    match top {
        Some(top) if top.name == root => Ok(top),
        Some(top) => Err(FormatError::Form { format, problem: format!("it begins with <{}>, not <{root}>", top.name) }),
        None => Err(FormatError::Form { format, problem: "it holds no XML element".to_owned() }),
    }
}

fn element(start: &BytesStart<'_>, keep: &[&'static str], line: usize) -> Result<Element, FormatError> {
    let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|err| FormatError::line(line, err.to_string()))?;
        if let Some(key) = keep.iter().find(|key| key.as_bytes() == attribute.key.as_ref()) {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            attributes.push((*key, value.map_err(|err| FormatError::line(line, err.to_string()))?.into_owned()));
        }
    }
    Ok(Element { name, attributes, line, ..Element::default() })
}

/// Line numbers of ascending byte positions, each byte looked at once.
struct LineCount<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
}

impl LineCount<'_> {
    fn of(&mut self, position: u64) -> usize {
        let to = usize::try_from(position).map_or(self.text.len(), |p| p.min(self.text.len()));
        if to > self.at {
            self.line += self.text[self.at..to].split(|byte| *byte == b'\n').count() - 1;
            self.at = to;
        }
        self.line
    }
}

/// Puts a document together; the function writes its root.
pub(super) fn document(root: impl FnOnce(&mut Writer<Vec<u8>>) -> io::Result<()>) -> Result<Vec<u8>, FormatError> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
    let declaration = Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None));
    let written = writer.write_event(declaration).and_then(|()| root(&mut writer));
    written.map_err(|err| FormatError::Write(err.to_string()))?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Element, FormatError> {
        parse(text, "a", &["k"], "test")
    }

    #[test]
    fn trees_with_lines_and_entities() {
        let tree = read("<?xml version='1.0'?>\n<a>\n<b k='1 &lt;&#10;' other='2'/>x&amp;<![CDATA[<y>]]>&#65;</a>");
        let tree = tree.expect("is read");
        assert_eq!(tree.text.trim(), "x&<y>A");
        let b = tree.find(&["b"]).expect("is there");
        assert_eq!((b.attribute("k"), b.attribute("other"), b.line), (Some("1 <\n"), None, 3));
        assert_eq!(b.required("z").expect_err("is missing").to_string(), "line 3: <b> has no z");
    }

    #[test]
    fn damage_names_its_line() {
        let error = |text: &str| read(text).expect_err("is damaged").to_string();
        assert!(error("<a>\n<b>\n</a>").starts_with("line 3"));
        assert!(error("<a>\n<b>").starts_with("line 2: <b> is never closed"));
        assert!(error("").contains("no XML element"));
        assert!(error("<c/>").contains("<c>, not <a>"));
        assert!(error("<a>\n&b;</a>").starts_with("line 2: the entity &b;"));
        assert!(error("<a k='&b;'/>").starts_with("line 1"));
        assert!(error(&"<a>".repeat(100_000)).contains("more than 64 deep"));
        let bomb = "<!DOCTYPE a [<!ENTITY x 'yyyy'><!ENTITY z '&x;&x;&x;&x;'>]>\n<a>&z;</a>";
        assert!(error(bomb).starts_with("line 2: the entity &z;"));
    }
}
