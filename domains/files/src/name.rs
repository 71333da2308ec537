//! The name under which a file is kept and saved again: no folders, nothing invisible, an ending that tells the truth.

use crate::kind::Kind;

/// Characters of a name at most, its ending included.
pub(crate) const LONGEST: usize = 200;
/// What files without a usable name are called.
const NAMELESS: &str = "file";

/// Characters that are invisible or turn the reading direction, so that `exe.gpj` reads as `jpg.exe`.
fn deceives(c: char) -> bool {
    matches!(
        c,
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{061C}' | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{2028}' | '\u{2029}' | '\u{00AD}'
    )
}

/// The last part of what may be a path of any system, without control and deceiving characters.
pub(crate) fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .filter(|c| !c.is_control() && !deceives(*c))
        .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c })
        .collect();
    let kept = kept.trim().trim_matches('.').trim();
    shortened(if kept.is_empty() { NAMELESS } else { kept })
}

/// The ending in small letters, without the dot.
pub(crate) fn extension(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => extension.to_lowercase(),
        _ => String::new(),
    }
}

/// A cleaned name with an ending that fits the kind.
pub(crate) fn fitting(name: &str, kind: Kind) -> String {
    if kind.fits(&extension(name)) { name.to_owned() } else { shortened(&format!("{name}.{}", kind.extension)) }
}

/// Cuts in the middle, so that the ending stays.
fn shortened(name: &str) -> String {
    let count = name.chars().count();
    if count <= LONGEST {
        return name.to_owned();
    }
    let ending: String = match name.rsplit_once('.') {
        Some((_, ending)) if ending.chars().count() <= 10 => format!(".{ending}"),
        _ => String::new(),
    };
    let stem: String = name.chars().take(LONGEST - ending.chars().count()).collect();
    format!("{}{ending}", stem.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_control_characters_and_turned_text_are_taken_out() {
        for (name, cleaned) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\li\\照片.jpg", "照片.jpg"),
            ("a\0b\r\nc.png", "abc.png"),
            ("photo\u{202E}gpj.exe", "photogpj.exe"),
            ("  .htaccess. ", "htaccess"),
            ("..", "file"),
            ("", "file"),
            ("报告 <终稿>?.pdf", "报告 _终稿__.pdf"),
        ] {
            assert_eq!(clean(name), cleaned);
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = clean(&format!("{}.docx", "长".repeat(400)));
        assert_eq!(name.chars().count(), LONGEST);
        assert!(name.ends_with("长.docx"));
        assert_eq!(clean(&"x".repeat(400)).chars().count(), LONGEST);
    }

    #[test]
    fn an_ending_that_does_not_fit_gets_company() {
        let mut sniffer = crate::kind::Sniffer::new();
        sniffer.feed(b"plain words");
        let text = sniffer.finish("").unwrap();
        assert_eq!(fitting("setup.exe", text), "setup.exe.txt");
        assert_eq!(fitting("page.html", text), "page.html.txt");
        assert_eq!(fitting("Notes.TXT", text), "Notes.TXT");
        assert_eq!(fitting("无后缀", text), "无后缀.txt");
    }
}
