//! XML as a tree that keeps everything, so that a model is written again as it was read.
//!
//! Nothing here knows what BPMN means. An element keeps its name as written, its attributes, its text, its comments and
//! where its namespace is; [`Document::write`] gives the same document again, foreign namespaces and diagram included.

mod read;
mod write;

pub use read::XmlError;

/// The namespaces of BPMN 2.0 that matter here; everything else is kept and not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Namespace {
    /// The semantic model: processes, tasks, flows.
    Bpmn,
    /// Shapes and edges of BPMN diagrams.
    BpmnDi,
    /// Bounds, points and fonts.
    Dc,
    /// Way points and labels.
    Di,
    /// Aftersail's own attributes and extension elements.
    Aftersail,
    /// Some other namespace, or none.
    Other,
}

impl Namespace {
    /// The namespace of Aftersail's own attributes in a model, such as the calendar of a timer.
    pub const AFTERSAIL: &'static str = "urn:aftersail:bpmn:1";

    fn of(uri: &str) -> Self {
        match uri {
            "http://www.omg.org/spec/BPMN/20100524/MODEL" => Self::Bpmn,
            "http://www.omg.org/spec/BPMN/20100524/DI" => Self::BpmnDi,
            "http://www.omg.org/spec/DD/20100524/DC" => Self::Dc,
            "http://www.omg.org/spec/DD/20100524/DI" => Self::Di,
            Self::AFTERSAIL => Self::Aftersail,
            _ => Self::Other,
        }
    }
}

/// Where an element stands in its [`Document`], in document order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ElementId(pub(crate) u32);

/// An attribute as written, namespace declarations included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Name with its prefix.
    pub name: String,
    /// Value with references resolved.
    pub value: String,
    /// The namespace of its prefix; `Other` without one.
    pub namespace: Namespace,
}

/// What stands inside an element, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A child element.
    Element(ElementId),
    /// Text with references resolved.
    Text(String),
    /// Text that was written as a CDATA section.
    CData(String),
    /// A comment.
    Comment(String),
    /// A processing instruction.
    Instruction(String),
}

/// An element with everything in it.
#[derive(Debug, Clone)]
pub struct Element {
    /// Name with its prefix, as written.
    pub name: String,
    /// The namespace of the name.
    pub namespace: Namespace,
    /// Attributes in the order written.
    pub attributes: Vec<Attribute>,
    /// What stands inside.
    pub content: Vec<Content>,
    /// The element around it; none for the root.
    pub parent: Option<ElementId>,
}

impl Element {
    /// The name without its prefix.
    pub fn local_name(&self) -> &str {
        local(&self.name)
    }

    /// The value of an attribute without namespace.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.value.as_str())
    }

    /// The value of one of Aftersail's own attributes.
    pub fn own_attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.namespace == Namespace::Aftersail && local(&attribute.name) == name)
            .map(|attribute| attribute.value.as_str())
    }
}

/// A whole XML document.
#[derive(Debug, Clone)]
pub struct Document {
    elements: Vec<Element>,
    before: Vec<Content>,
    after: Vec<Content>,
}

impl Document {
    /// The outermost element.
    pub fn root(&self) -> ElementId {
        ElementId(0)
    }

    /// One element.
    ///
    /// Ids come from this document alone, so there is always one; a foreign id gives the root.
    pub fn element(&self, id: ElementId) -> &Element {
        self.elements.get(id.0 as usize).unwrap_or(&self.elements[0])
    }

    /// Every element in document order.
    pub fn elements(&self) -> impl Iterator<Item = (ElementId, &Element)> {
        self.elements.iter().enumerate().map(|(index, element)| (ElementId(index as u32), element))
    }

    /// The child elements in order.
    pub fn children(&self, id: ElementId) -> impl Iterator<Item = ElementId> + '_ {
        self.element(id).content.iter().filter_map(|content| match content {
            Content::Element(child) => Some(*child),
            _ => None,
        })
    }

    /// The child elements of BPMN's own namespace with this name.
    pub fn children_named<'a>(&'a self, id: ElementId, name: &'a str) -> impl Iterator<Item = ElementId> + 'a {
        self.children(id).filter(move |child| self.is(*child, name))
    }

    /// The first child element of BPMN's own namespace with this name.
    pub fn child_named(&self, id: ElementId, name: &str) -> Option<ElementId> {
        self.children(id).find(|child| self.is(*child, name))
    }

    /// Whether an element is the one of this name in BPMN's own namespace.
    pub fn is(&self, id: ElementId, name: &str) -> bool {
        let element = self.element(id);
        element.namespace == Namespace::Bpmn && element.local_name() == name
    }

    /// The name of an element of BPMN's own namespace; empty for others.
    pub fn bpmn_name(&self, id: ElementId) -> &str {
        let element = self.element(id);
        if element.namespace == Namespace::Bpmn { element.local_name() } else { "" }
    }

    /// The text directly inside an element, without white space around it.
    pub fn text(&self, id: ElementId) -> String {
        let mut text = String::new();
        for content in &self.element(id).content {
            if let Content::Text(part) | Content::CData(part) = content {
                text.push_str(part);
            }
        }
        text.trim().to_owned()
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}
