//! From bytes to the tree: any usual encoding, namespaces resolved, and bounds that no file can pass.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, QName, ResolveResult};
use quick_xml::reader::NsReader;

use super::{Attribute, Content, Document, Element, ElementId, Namespace};

/// The largest model that is read, in bytes.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// The deepest nesting of elements.
const DEEPEST: usize = 200;

/// Why a file is no XML that is read here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// The markup is wrong.
    #[error(
        "the file is not well-formed XML near byte {position}: {problem}. Export it again from the tool it was drawn with"
    )]
    Malformed {
        /// Where, in bytes of the text.
        position: u64,
        /// What the reader says about it.
        problem: String,
    },
    /// A document type brings its own entities, which can blow a small file up.
    #[error("the file has a document type declaration, which process models do not need. Remove the <!DOCTYPE …>")]
    DocumentType,
    /// More than is read.
    #[error("the file is larger than {} MiB or nested deeper than {DEEPEST} elements. Split it into several files", MOST_BYTES / 1024 / 1024)]
    TooLarge,
    /// Nothing there.
    #[error("the file has no XML element at all. Export it again from the tool it was drawn with")]
    Empty,
}

impl Document {
    /// Reads a document from bytes in the encoding it names.
    ///
    /// # Errors
    /// [`XmlError`] when it is no well-formed XML, or more than is read.
    pub fn read(bytes: &[u8]) -> Result<Self, XmlError> {
        if bytes.len() > MOST_BYTES {
            return Err(XmlError::TooLarge);
        }
        let text = decode(bytes);
        Builder::new().build(&text)
    }
}

/// The text of a file by its byte order mark, by the encoding it declares, or as UTF-8.
fn decode(bytes: &[u8]) -> String {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, bytes.get(length..).unwrap_or_default()),
        None => (declared_encoding(bytes).unwrap_or(UTF_8), bytes),
    };
    // A declaration that is wrong about UTF-8 is more usual than text that happens to be valid UTF-8.
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let encoding = if encoding == UTF_8 { WINDOWS_1252 } else { encoding };
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..200).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head);
    let (_, rest) = head.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (label, _) = rest.get(1..)?.split_once(quote)?;
    Encoding::for_label(label.as_bytes())
}

struct Builder {
    elements: Vec<Element>,
    open: Vec<ElementId>,
    before: Vec<Content>,
    after: Vec<Content>,
}

impl Builder {
    fn new() -> Self {
        Self { elements: Vec::new(), open: Vec::new(), before: Vec::new(), after: Vec::new() }
    }

    fn build(mut self, text: &str) -> Result<Document, XmlError> {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().check_end_names = true;
        loop {
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => return Err(malformed(reader.error_position(), &error)),
            };
            let position = reader.buffer_position();
            match event {
                Event::Start(start) => {
                    let id = self.element(&start, reader.resolver(), position)?;
                    self.open.push(id);
                    if self.open.len() > DEEPEST {
                        return Err(XmlError::TooLarge);
                    }
                }
                Event::Empty(start) => {
                    self.element(&start, reader.resolver(), position)?;
                }
                Event::End(_) => {
                    self.open.pop();
                }
                Event::Text(text) => self.text(&text.xml10_content(), position)?,
                Event::GeneralRef(reference) => {
                    let text = match reference.resolve_char_ref() {
                        Ok(Some(character)) => character.to_string(),
                        Ok(None) => predefined(&reference.xml10_content())
                            .ok_or_else(|| malformed(position, &"it uses an entity that is not defined"))?
                            .to_owned(),
                        Err(error) => return Err(malformed(position, &error)),
                    };
                    self.text(&text, position)?;
                }
                Event::CData(data) => self.push(Content::CData(data.xml10_content().into_owned())),
                Event::Comment(comment) => self.push(Content::Comment(comment.into_inner().into_owned())),
                Event::PI(instruction) => self.push(Content::Instruction(instruction.into_inner().into_owned())),
                Event::Decl(_) => {}
                Event::DocType(_) => return Err(XmlError::DocumentType),
                Event::Eof => break,
            }
        }
        if !self.open.is_empty() {
            return Err(malformed(text.len() as u64, &"the file ends inside an element"));
        }
        if self.elements.is_empty() {
            return Err(XmlError::Empty);
        }
        Ok(Document { elements: self.elements, before: self.before, after: self.after })
    }

    fn element(
        &mut self,
        start: &BytesStart<'_>,
        resolver: &NamespaceResolver,
        position: u64,
    ) -> Result<ElementId, XmlError> {
        if self.open.is_empty() && !self.elements.is_empty() {
            return Err(malformed(position, &"there is a second root element"));
        }
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| malformed(position, &error))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| malformed(position, &error))?
                .into_owned();
            attributes.push(Attribute {
                name: attribute.key.as_ref().to_owned(),
                value,
                namespace: namespace(&resolver.resolve_attribute(attribute.key).0),
            });
        }
        let name: QName<'_> = start.name();
        let resolved = resolver.resolve_element(name).0;
        if let ResolveResult::Unknown(_) = resolved {
            return Err(malformed(position, &"it uses a prefix that no xmlns attribute declares"));
        }
        let id = ElementId(self.elements.len() as u32);
        self.elements.push(Element {
            name: name.as_ref().to_owned(),
            namespace: namespace(&resolved),
            attributes,
            content: Vec::new(),
            parent: self.open.last().copied(),
        });
        if let Some(parent) = self.open.last() {
            self.elements[parent.0 as usize].content.push(Content::Element(id));
        }
        Ok(id)
    }

    fn text(&mut self, text: &str, position: u64) -> Result<(), XmlError> {
        if self.open.is_empty() {
            return if text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() {
                Ok(())
            } else {
                Err(malformed(position, &"there is text outside of the root element"))
            };
        }
        let content = &mut self.elements[self.open[self.open.len() - 1].0 as usize].content;
        if let Some(Content::Text(before)) = content.last_mut() {
            before.push_str(text);
        } else {
            content.push(Content::Text(text.to_owned()));
        }
        Ok(())
    }

    fn push(&mut self, content: Content) {
        match self.open.last() {
            Some(parent) => self.elements[parent.0 as usize].content.push(content),
            None if self.elements.is_empty() => self.before.push(content),
            None => self.after.push(content),
        }
    }
}

fn namespace(resolved: &ResolveResult<'_>) -> Namespace {
    match resolved {
        ResolveResult::Bound(uri) => Namespace::of(uri.as_ref()),
        ResolveResult::Unbound | ResolveResult::Unknown(_) => Namespace::Other,
    }
}

fn predefined(entity: &str) -> Option<&'static str> {
    Some(match entity {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "apos" => "'",
        "quot" => "\"",
        _ => return None,
    })
}

fn malformed(position: u64, problem: &dyn std::fmt::Display) -> XmlError {
    XmlError::Malformed { position, problem: problem.to_string() }
}
