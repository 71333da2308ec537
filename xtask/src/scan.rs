//! A look at Rust source that tells code, comments and text apart, without parsing it.

/// A piece of text in quotes, and the line it starts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// Line, from 1.
    pub line: usize,
    /// What stands between the quotes, escapes as written.
    pub text: String,
}

/// One Rust file, taken apart.
#[derive(Debug)]
pub struct Source {
    /// The lines with comments and the insides of quotes blanked out.
    pub code: Vec<String>,
    /// Everything in quotes.
    pub literals: Vec<Literal>,
    /// The first line (from 1) of the test module at the end; one past the last line when there is none.
    pub tests_from: usize,
}

impl Source {
    /// Takes `text` apart.
    pub fn of(text: &str) -> Self {
        let (masked, literals) = mask(text);
        let code: Vec<String> = masked.lines().map(str::to_owned).collect();
        let tests_from = code
            .iter()
            .position(|line| line.trim_start() == line && line.starts_with("#[cfg(test)]"))
            .map_or(code.len() + 1, |index| index + 1);
        Self { code, literals, tests_from }
    }

    /// Code lines before the tests, numbered from 1.
    pub fn code_without_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let end = self.tests_from;
        self.code
            .iter()
            .enumerate()
            .map(|(index, line)| (index + 1, line.as_str()))
            .filter(move |(line, _)| *line < end)
    }

    /// Literals before the tests.
    pub fn literals_without_tests(&self) -> impl Iterator<Item = &Literal> {
        self.literals.iter().filter(|literal| literal.line < self.tests_from)
    }
}

/// Blanks comments and the insides of literals, keeping every line break, and collects the literals.
fn mask(text: &str) -> (String, Vec<Literal>) {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut literals = Vec::new();
    let mut line = 1;
    let mut at = 0;
    let peek = |index: usize| chars.get(index).copied().unwrap_or('\0');
    while at < chars.len() {
        let c = chars[at];
        let before = if at == 0 { ' ' } else { chars[at - 1] };
        if c == '/' && peek(at + 1) == '/' {
            while at < chars.len() && chars[at] != '\n' {
                at += 1;
            }
        } else if c == '/' && peek(at + 1) == '*' {
            let mut depth = 0;
            while at < chars.len() {
                if chars[at] == '/' && peek(at + 1) == '*' {
                    depth += 1;
                    at += 2;
                } else if chars[at] == '*' && peek(at + 1) == '/' {
                    depth -= 1;
                    at += 2;
                    if depth == 0 {
                        break;
                    }
                } else {
                    if chars[at] == '\n' {
                        out.push('\n');
                        line += 1;
                    }
                    at += 1;
                }
            }
        } else if let Some((hashes, start)) = raw_start(&chars, at, before) {
            out.push('"');
            let first = line;
            let mut end = start;
            while end < chars.len() && !(chars[end] == '"' && (1..=hashes).all(|n| peek(end + n) == '#')) {
                if chars[end] == '\n' {
                    out.push('\n');
                    line += 1;
                }
                end += 1;
            }
            literals.push(Literal { line: first, text: chars[start..end.min(chars.len())].iter().collect() });
            out.push('"');
            at = end + 1 + hashes;
        } else if c == '"' {
            out.push('"');
            let first = line;
            let start = at + 1;
            let mut end = start;
            while end < chars.len() && chars[end] != '"' {
                if chars[end] == '\\' {
                    end += 1;
                }
                if peek(end) == '\n' {
                    out.push('\n');
                    line += 1;
                }
                end += 1;
            }
            literals.push(Literal { line: first, text: chars[start..end.min(chars.len())].iter().collect() });
            out.push('"');
            at = end + 1;
        } else if c == '\'' && (peek(at + 1) == '\\' || peek(at + 2) == '\'') {
            // A character, not a lifetime.
            let mut end = at + 1;
            if peek(end) == '\\' {
                end += 1;
            }
            end += 1;
            while end < chars.len() && chars[end] != '\'' {
                end += 1;
            }
            out.push_str("' '");
            at = end + 1;
        } else {
            if c == '\n' {
                line += 1;
            }
            out.push(c);
            at += 1;
        }
    }
    (out, literals)
}

/// `r"`, `r#"`, `br##"` at `at`: how many hashes, and where the text starts.
fn raw_start(chars: &[char], at: usize, before: char) -> Option<(usize, usize)> {
    if before.is_alphanumeric() && before != 'b' || before == '_' || chars[at] != 'r' {
        return None;
    }
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    (chars.get(at + 1 + hashes) == Some(&'"')).then_some((hashes, at + 2 + hashes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_the_insides_of_text_are_not_code() {
        let source = Source::of(
            "let a = \"use db;\"; // use db\n/* use\n db */ let c = '\"'; let d: &'static str = r#\"x\"y\"#;\n",
        );
        assert_eq!(source.code[0].trim_end(), "let a = \"\";");
        assert!(!source.code.join("\n").contains("db"));
        assert_eq!(
            source.literals,
            vec![Literal { line: 1, text: "use db;".into() }, Literal { line: 3, text: "x\"y".into() }]
        );
    }

    #[test]
    fn the_test_module_is_found_and_cut() {
        let source = Source::of("fn a() {}\n#[cfg(test)]\nmod tests {\n  const X: &str = \"select 1\";\n}\n");
        assert_eq!(source.tests_from, 2);
        assert_eq!(source.code_without_tests().count(), 1);
        assert_eq!(source.literals_without_tests().count(), 0);
    }

    #[test]
    fn lines_are_counted_through_text_of_several_lines() {
        let source = Source::of("const A: &str = \"one\ntwo\";\nconst B: &str = \"b\";\n");
        assert_eq!(source.literals[1].line, 3);
        assert_eq!(source.code.len(), 3);
    }

    #[test]
    fn an_escaped_quote_does_not_end_the_text() {
        let source = Source::of(r#"let a = "x\"y"; let b = '\''; let c = "z";"#);
        assert_eq!(source.literals.len(), 2);
        assert_eq!(source.literals[1].text, "z");
    }
}
