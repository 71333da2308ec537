//! From the tree to text again.

use super::{Content, Document, ElementId};

impl Document {
    /// The document as UTF-8 text, declaration included.
    pub fn write(&self) -> String {
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        for content in &self.before {
            self.content(content, &mut text);
            text.push('\n');
        }
        self.write_element(self.root(), &mut text);
        text.push('\n');
        for content in &self.after {
            self.content(content, &mut text);
            text.push('\n');
        }
        text
    }

    /// One element with everything in it; the nesting was bounded when it was read.
    fn write_element(&self, id: ElementId, text: &mut String) {
        let element = self.element(id);
        text.push('<');
        text.push_str(&element.name);
        for attribute in &element.attributes {
            text.push(' ');
            text.push_str(&attribute.name);
            text.push_str("=\"");
            escape(&attribute.value, true, text);
            text.push('"');
        }
        if element.content.is_empty() {
            text.push_str("/>");
            return;
        }
        text.push('>');
        for content in &element.content {
            self.content(content, text);
        }
        text.push_str("</");
        text.push_str(&element.name);
        text.push('>');
    }

    fn content(&self, content: &Content, text: &mut String) {
        match content {
            Content::Element(child) => self.write_element(*child, text),
            Content::Text(part) => escape(part, false, text),
            Content::CData(part) => {
                text.push_str("<![CDATA[");
                text.push_str(part);
                text.push_str("]]>");
            }
            Content::Comment(part) => {
                text.push_str("<!--");
                text.push_str(part);
                text.push_str("-->");
            }
            Content::Instruction(part) => {
                text.push_str("<?");
                text.push_str(part);
                text.push_str("?>");
            }
        }
    }
}

/// Line breaks in attributes, and carriage returns anywhere, would be changed by the next reader unless they are references.
fn escape(value: &str, in_attribute: bool, text: &mut String) {
    for character in value.chars() {
        match character {
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '&' => text.push_str("&amp;"),
            '"' if in_attribute => text.push_str("&quot;"),
            '\n' if in_attribute => text.push_str("&#10;"),
            '\t' if in_attribute => text.push_str("&#9;"),
            '\r' => text.push_str("&#13;"),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a xmlns=\"x\" y=\"1 &lt; 2&#10;3 &quot;4&quot;\"><!-- b --><b>x &amp; y<c/></b><![CDATA[<z>]]><?p q?></a>\n";
        let document = Document::read(text.as_bytes()).unwrap();
        assert_eq!(document.write(), text);
        assert_eq!(document.element(document.root()).attribute("y"), Some("1 < 2\n3 \"4\""));
    }

    #[test]
    fn other_encodings_are_read() {
        let (bytes, _, _) = encoding_rs::GBK.encode("<?xml version=\"1.0\" encoding=\"GBK\"?><a>报修</a>");
        let document = Document::read(&bytes).unwrap();
        assert_eq!(document.text(document.root()), "报修");
    }

    #[test]
    fn what_is_no_xml_is_refused() {
        for text in ["", "hello", "<a>", "<a></b>", "<a/><b/>", "<a>&nope;</a>", "<p:a/>", "<a b=1/>"] {
            assert!(Document::read(text.as_bytes()).is_err(), "{text}");
        }
        let deep = "<a>".repeat(300) + &"</a>".repeat(300);
        assert_eq!(Document::read(deep.as_bytes()).unwrap_err(), super::super::XmlError::TooLarge);
        assert_eq!(
            Document::read(b"<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>").unwrap_err(),
            super::super::XmlError::DocumentType
        );
    }
}
