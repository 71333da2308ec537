//! The shape of an expression: what it reads, how much work it may be, and what of the language it may not use.

use std::collections::BTreeSet;

use zen_expression::{
    functions::{ClosureFunction, DateMethod, FunctionKind, InternalFunction, MethodKind},
    intellisense::AstMetadata,
    lexer::{ArithmeticOperator, ComparisonOperator, Operator},
    parser::Node,
};

use crate::{
    MAX_DEPTH,
    fault::{Code, Fault},
    types::{Kind, NAMES, Types},
};

/// An expression as far as the amount of work depends on it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// A constant of this size.
    Constant(u64),
    /// A field.
    Field(String),
    /// The element of the list that the closure so many levels out goes through.
    Element(usize),
    /// A part of something.
    Part(Box<Shape>),
    /// One of several, after all of them were worked out.
    Either(Vec<Shape>),
    /// All of them joined to one text.
    Joined(Vec<Shape>),
    /// A list of them.
    List(Vec<Shape>),
    /// The pieces of a text.
    Pieces(Vec<Shape>),
    /// The members of the lists in a list.
    Flat(Box<Shape>),
    /// One small value from all of them.
    Small(Vec<Shape>),
    /// A body for every element of a list.
    Each { list: Box<Shape>, body: Box<Shape>, gives: Gives },
}

/// What comes of a body that runs for every element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gives {
    Small,
    Some,
    Bodies,
    BodiesFlat,
}

/// What was found out about an expression.
#[derive(Debug)]
pub(crate) struct Reading {
    pub shape: Shape,
    pub reads: BTreeSet<String>,
    pub faults: Vec<Fault>,
    /// Texts to put into the source at these bytes, so that days in it are read in the same zone everywhere.
    pub inserts: Vec<(usize, &'static str)>,
}

/// Reads the tree of an expression. Without types every name passes.
pub(crate) fn read(source: &str, root: &Node<'_>, metadata: &AstMetadata, types: Option<&Types>) -> Reading {
    let mut reader = Reader {
        source,
        metadata,
        types,
        closures: Vec::new(),
        reads: BTreeSet::new(),
        faults: Vec::new(),
        inserts: Vec::new(),
    };
    let shape = reader.node(root, 0);
    Reading { shape, reads: reader.reads, faults: reader.faults, inserts: reader.inserts }
}

struct Reader<'a> {
    source: &'a str,
    metadata: &'a AstMetadata,
    types: Option<&'a Types>,
    /// The names that closures around give to their elements.
    closures: Vec<Option<String>>,
    reads: BTreeSet<String>,
    faults: Vec<Fault>,
    inserts: Vec<(usize, &'static str)>,
}

impl Reader<'_> {
    fn span(&self, node: &Node<'_>) -> Option<(u32, u32)> {
        self.metadata.get(&(std::ptr::from_ref(node) as usize)).map(|known| known.span)
    }

    fn refuse(&mut self, node: &Node<'_>, code: Code, message: impl Into<String>) -> Shape {
        let fault = Fault::new(code, message);
        let fault = match self.span(node) {
            Some(span) => fault.at(self.source, span),
            None => fault,
        };
        self.faults.push(fault);
        Shape::Constant(1)
    }

    fn all(&mut self, nodes: &[&Node<'_>], depth: usize) -> Vec<Shape> {
        nodes.iter().map(|node| self.node(node, depth)).collect()
    }

    fn node(&mut self, node: &Node<'_>, depth: usize) -> Shape {
        if depth > MAX_DEPTH {
            if self.faults.iter().any(|fault| fault.code == Code::TooDeep) {
                return Shape::Constant(1);
            }
            let message = format!("Nest less deep; {MAX_DEPTH} levels are the most. Split the formula into several.");
            return self.refuse(node, Code::TooDeep, message);
        }
        let deeper = depth + 1;
        match node {
            Node::Null | Node::Bool(_) | Node::Number(_) => Shape::Constant(1),
            Node::String(text) => Shape::Constant(weight_of_text(text)),
            Node::TemplateString(parts) => Shape::Joined(self.all(parts, deeper)),
            Node::Pointer => match self.closures.len() {
                0 => self.refuse(node, Code::NotAllowed, "Use # only inside of all, some, map, filter and the like."),
                _ => Shape::Element(0),
            },
            Node::Array(parts) => Shape::List(self.all(parts, deeper)),
            Node::Identifier(name) => self.name(node, name),
            Node::Parenthesized(inner) | Node::Unary { node: inner, .. } => self.node(inner, deeper),
            Node::Member { node: of, property } => {
                let of = self.node(of, deeper);
                // The name of a column stands in the tree as a text.
                let at = self.node(property, deeper);
                Shape::Part(Box::new(Shape::Either(vec![of, at])))
            }
            Node::Slice { node: of, from, to } => {
                let mut shapes = vec![self.node(of, deeper)];
                shapes.extend([from, to].into_iter().flatten().map(|bound| self.node(bound, deeper)));
                Shape::Either(shapes)
            }
            Node::Conditional { condition, on_true, on_false } => {
                Shape::Either(self.all(&[condition, on_true, on_false], deeper))
            }
            Node::Binary { left, operator, right } => self.binary(left, *operator, right, deeper),
            Node::FunctionCall { kind, arguments } => self.call(node, kind, arguments, deeper),
            Node::MethodCall { kind, this, arguments } => self.method(node, kind, this, arguments, deeper),
            Node::Interval { .. } => {
                self.refuse(node, Code::NotAllowed, "Use a range only behind `in`, such as `price in [1..5]`.")
            }
            Node::Closure { .. } | Node::Root | Node::Object(_) | Node::Assignments { .. } => self.refuse(
                node,
                Code::NotAllowed,
                "Formulas make one value; objects and assignments have no place in them.",
            ),
            Node::Error { .. } => self.refuse(node, Code::Syntax, "Correct the expression here."),
        }
    }

    fn name(&mut self, node: &Node<'_>, name: &str) -> Shape {
        let alias = self.closures.iter().rev().position(|known| known.as_deref() == Some(name));
        if let Some(level) = alias {
            return Shape::Element(level);
        }
        let known = self.types.is_none_or(|types| types.contains_key(name));
        if !known && !NAMES.iter().any(|(known, _)| *known == name) {
            let message = format!("Name a field that this formula can use; `{}` is none.", shortened(name));
            return self.refuse(node, Code::UnknownField, message);
        }
        self.reads.insert(name.to_owned());
        Shape::Field(name.to_owned())
    }

    fn binary(&mut self, left: &Node<'_>, operator: Operator, right: &Node<'_>, depth: usize) -> Shape {
        match operator {
            Operator::Comparison(ComparisonOperator::In | ComparisonOperator::NotIn) => {
                let left = self.node(left, depth);
                let mut list = right;
                while let Node::Parenthesized(inner) = list {
                    list = inner;
                }
                // A range is looked into, not walked along.
                if let Node::Interval { left: from, right: to, .. } = list {
                    let mut shapes = self.all(&[from, to], depth);
                    shapes.push(left);
                    return Shape::Small(shapes);
                }
                let right = self.node(right, depth);
                Shape::Small(vec![left, right])
            }
            Operator::Comparison(_) => {
                self.compare(left, right);
                Shape::Small(self.all(&[left, right], depth))
            }
            Operator::Arithmetic(ArithmeticOperator::Add) => Shape::Joined(self.all(&[left, right], depth)),
            _ => Shape::Either(self.all(&[left, right], depth)),
        }
    }

    /// A day that is compared with a text is read where the company is, not where the server stands.
    fn compare(&mut self, left: &Node<'_>, right: &Node<'_>) {
        if self.is_moment(left) {
            self.as_moment(right);
        }
        if self.is_moment(right) {
            self.as_moment(left);
        }
    }

    fn is_moment(&self, node: &Node<'_>) -> bool {
        match node {
            Node::Parenthesized(inner) => self.is_moment(inner),
            Node::Identifier(name) => match self.types.and_then(|types| types.get(*name)) {
                Some(kind) => kind.is_moment(),
                None => NAMES.iter().any(|(known, kind)| known == name && kind.is_moment()),
            },
            Node::FunctionCall { kind: FunctionKind::Internal(InternalFunction::Date), .. }
            | Node::MethodCall { .. } => true,
            _ => false,
        }
    }

    fn as_moment(&mut self, node: &Node<'_>) {
        let Node::String(text) = node else { return };
        let looks_so =
            text.len() >= 10 && text.is_char_boundary(10) && jiff::civil::Date::strptime("%F", &text[..10]).is_ok();
        if let Some((from, to)) = self.span(node).filter(|_| looks_so) {
            self.inserts.push((from as usize, "d("));
            self.inserts.push((to as usize, ", 'UTC')"));
        }
    }

    fn call(&mut self, node: &Node<'_>, kind: &FunctionKind, arguments: &[&Node<'_>], depth: usize) -> Shape {
        use InternalFunction as F;
        let function = match kind {
            FunctionKind::Internal(function) => *function,
            FunctionKind::Closure(closure) => return self.closure(node, *closure, arguments, depth),
            FunctionKind::Deprecated(_) => {
                let message =
                    format!("Use days and their methods, such as d(sold).add(1, 'year'), instead of `{kind}`.");
                return self.refuse(node, Code::NotAllowed, message);
            }
        };
        match function {
            F::Rand
            | F::Matches
            | F::Extract
            | F::FuzzyMatch
            | F::Merge
            | F::MergeDeep
            | F::Keys
            | F::Values
            | F::Type => self.refuse(node, Code::NotAllowed, format!("Formulas cannot use `{kind}`.")),
            F::Len if !arguments.first().is_some_and(|list| self.is_list(list)) => {
                self.refuse(node, Code::NotAllowed, "Use len for lists, such as the rows of a sub-table.")
            }
            F::Date => {
                if arguments.is_empty() {
                    return self.refuse(node, Code::NotAllowed, "Write now or today instead of d().");
                }
                if arguments.len() == 1
                    && let Some((_, to)) = self.span(node)
                {
                    self.inserts.push((to as usize - 1, ", 'UTC'"));
                }
                Shape::Small(self.all(arguments, depth))
            }
            F::Split => Shape::Pieces(self.all(arguments, depth)),
            F::Flatten => Shape::Flat(Box::new(Shape::Either(self.all(arguments, depth)))),
            F::Upper | F::Lower | F::Trim | F::String => Shape::Joined(self.all(arguments, depth)),
            F::Min | F::Max | F::Median | F::Mode => Shape::Part(Box::new(Shape::Either(self.all(arguments, depth)))),
            _ => Shape::Small(self.all(arguments, depth)),
        }
    }

    fn is_list(&self, node: &Node<'_>) -> bool {
        match node {
            Node::Parenthesized(inner) => self.is_list(inner),
            Node::Array(_) => true,
            Node::Identifier(name) => {
                self.types.is_none_or(|types| matches!(types.get(*name), Some(Kind::Texts | Kind::Rows(_))))
            }
            Node::FunctionCall { kind, .. } => matches!(
                kind,
                FunctionKind::Closure(ClosureFunction::Filter | ClosureFunction::Map | ClosureFunction::FlatMap)
                    | FunctionKind::Internal(InternalFunction::Split | InternalFunction::Flatten)
            ),
            _ => false,
        }
    }

    fn closure(&mut self, node: &Node<'_>, kind: ClosureFunction, arguments: &[&Node<'_>], depth: usize) -> Shape {
        let [list, Node::Closure { body, alias }] = arguments else {
            return self.refuse(node, Code::Syntax, "Give a list and what to do with each of its members.");
        };
        let list = self.node(list, depth);
        self.closures.push(alias.map(str::to_owned));
        let body = self.node(body, depth);
        self.closures.pop();
        let gives = match kind {
            ClosureFunction::Filter => Gives::Some,
            ClosureFunction::Map => Gives::Bodies,
            ClosureFunction::FlatMap => Gives::BodiesFlat,
            _ => Gives::Small,
        };
        Shape::Each { list: Box::new(list), body: Box::new(body), gives }
    }

    fn method(
        &mut self,
        node: &Node<'_>,
        kind: &MethodKind,
        this: &Node<'_>,
        arguments: &[&Node<'_>],
        depth: usize,
    ) -> Shape {
        let MethodKind::DateMethod(method) = kind;
        match method {
            DateMethod::IsToday | DateMethod::IsYesterday | DateMethod::IsTomorrow => {
                return self.refuse(
                    node,
                    Code::NotAllowed,
                    "Compare with today instead, such as due.isSame(today, 'day').",
                );
            }
            DateMethod::Tz | DateMethod::OffsetName => {
                return self.refuse(node, Code::NotAllowed, "Days and times stand in the company's zone already.");
            }
            DateMethod::Format if !arguments.first().is_none_or(|format| is_safe_format(format)) => {
                return self.refuse(
                    node,
                    Code::NotAllowed,
                    "Give a format of %Y %m %d %H %M %S and plain signs, in quotes.",
                );
            }
            DateMethod::Diff
            | DateMethod::IsSame
            | DateMethod::IsBefore
            | DateMethod::IsAfter
            | DateMethod::IsSameOrBefore
            | DateMethod::IsSameOrAfter => {
                if let Some(other) = arguments.first() {
                    self.as_moment(other);
                }
            }
            _ => {}
        }
        let mut shapes = vec![self.node(this, depth)];
        shapes.extend(self.all(arguments, depth));
        Shape::Small(shapes)
    }
}

/// A format that cannot fail.
fn is_safe_format(node: &Node<'_>) -> bool {
    let Node::String(format) = node else { return false };
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter == '%' && !letters.next().is_some_and(|next| "YmdHMSyjuFTe%".contains(next)) {
            return false;
        }
    }
    format.chars().count() <= 50
}

/// Sixteen bytes of text are about as much work as one step.
pub(crate) const fn weight_of_text(text: &str) -> u64 {
    text.len() as u64 / 16 + 1
}

fn shortened(name: &str) -> String {
    name.chars().take(40).collect()
}
