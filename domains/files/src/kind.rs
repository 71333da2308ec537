//! What a file is, found out from its bytes; what the sender says about it is not believed.

use encoding_rs::{Decoder, DecoderResult, GB18030, UTF_8};

/// Bytes from the beginning that are looked at for marks of binary formats.
const HEAD: usize = 64 * 1024;
/// Old office documents are one container format; which program wrote them stands deep inside.
const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// The part every new office document has.
const OFFICE_PART: &[u8] = b"[Content_Types].xml";

/// A kind of file that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The media type it is delivered as.
    pub media_type: &'static str,
    /// The ending it gets when its own does not fit.
    pub extension: &'static str,
    /// Whether browsers may show it in place: nothing in it can run.
    pub safe_inline: bool,
}

/// Kinds by ending; the first ending of a media type is the one that is added.
const KINDS: &[(&str, &str)] = &[
    ("pdf", "application/pdf"),
    ("doc", "application/msword"),
    ("xls", "application/vnd.ms-excel"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("jfif", "image/jpeg"),
    ("png", "image/png"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("bmp", "image/bmp"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("heic", "image/heif"),
    ("heif", "image/heif"),
    ("avif", "image/avif"),
    ("svg", "image/svg+xml"),
    ("dwg", "image/vnd.dwg"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("ogg", "audio/ogg"),
    ("oga", "audio/ogg"),
    ("opus", "audio/opus"),
    ("flac", "audio/x-flac"),
    ("wav", "audio/x-wav"),
    ("amr", "audio/amr"),
    ("aac", "audio/aac"),
    ("mp4", "video/mp4"),
    ("m4v", "video/x-m4v"),
    ("mov", "video/quicktime"),
    ("webm", "video/webm"),
    ("mkv", "video/x-matroska"),
    ("avi", "video/x-msvideo"),
    ("wmv", "video/x-ms-wmv"),
    ("mpg", "video/mpeg"),
    ("mpeg", "video/mpeg"),
    ("flv", "video/x-flv"),
    ("txt", "text/plain"),
    ("text", "text/plain"),
    ("log", "text/plain"),
    ("md", "text/plain"),
    ("json", "text/plain"),
    ("tsv", "text/plain"),
    ("csv", "text/csv"),
];

/// Pictures that hold nothing but pixels and that every browser shows.
const PLAIN_PICTURES: &[&str] = &["image/png", "image/jpeg", "image/gif", "image/webp"];

impl Kind {
    fn of(media_type: &str) -> Option<Self> {
        let media_type = match media_type {
            "audio/m4a" => "audio/mp4",
            other => other,
        };
        let (extension, media_type) = KINDS.iter().find(|(_, known)| *known == media_type)?;
        let safe_inline =
            PLAIN_PICTURES.contains(media_type) || media_type.starts_with("audio/") || media_type.starts_with("video/");
        Some(Self { media_type, extension, safe_inline })
    }

    /// Whether a name may end this way.
    pub fn fits(self, extension: &str) -> bool {
        KINDS.iter().any(|(known, media_type)| *media_type == self.media_type && *known == extension)
    }
}

/// Reads the bytes as text of one encoding until something in them is no text.
struct Reading(Option<Decoder>);

impl Reading {
    fn feed(&mut self, mut bytes: &[u8], last: bool) {
        let mut out = [0_u8; 4096];
        while let Some(decoder) = &mut self.0 {
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(bytes, &mut out, last);
            let control = |byte: &u8| (*byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C)) || *byte == 0x7F;
            if matches!(result, DecoderResult::Malformed(..)) || out[..written].iter().any(control) {
                self.0 = None;
                return;
            }
            if matches!(result, DecoderResult::InputEmpty) {
                return;
            }
            bytes = &bytes[read..];
        }
    }
}

/// Watches the bytes go by and says at the end what they are.
pub(crate) struct Sniffer {
    head: Vec<u8>,
    /// UTF-8, and UTF-16 with its mark.
    unicode: Reading,
    /// What Chinese spreadsheets export.
    chinese: Reading,
}

impl Sniffer {
    pub fn new() -> Self {
        let chinese = GB18030.new_decoder_without_bom_handling();
        Self { head: Vec::new(), unicode: Reading(Some(UTF_8.new_decoder())), chinese: Reading(Some(chinese)) }
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
        self.unicode.feed(bytes, false);
        self.chinese.feed(bytes, false);
    }

    /// The kind; `None` for files that are not taken. The name's ending only chooses among kinds that the bytes
    /// cannot tell apart.
    pub fn finish(mut self, extension: &str) -> Option<Kind> {
        self.unicode.feed(&[], true);
        self.chinese.feed(&[], true);
        let text = self.unicode.0.is_some() || self.chinese.0.is_some();
        if text { textual(&self.head, extension) } else { binary(&self.head, extension) }
    }
}

/// Texts are judged first: the marks of some binary formats are two letters (`BM`, `MZ`) that begin sentences too.
fn textual(head: &[u8], extension: &str) -> Option<Kind> {
    let start = head.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(head).trim_ascii_start();
    let begins = |mark: &[u8]| start.get(..mark.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(mark));
    if begins(b"%PDF-") {
        return Kind::of("application/pdf");
    }
    // Drawings and pages can carry scripts; a drawing is kept, but is never shown in place.
    let markup = begins(b"<");
    if markup && contains(start, b"<svg") && !contains(start, b"<html") {
        return Kind::of("image/svg+xml");
    }
    if infer::is_mime(start, "text/html") || begins(b"{\\rtf") || (markup && contains(start, b"<html")) {
        return None;
    }
    Kind::of(if extension == "csv" { "text/csv" } else { "text/plain" })
}

fn binary(head: &[u8], extension: &str) -> Option<Kind> {
    let chosen = |endings: &[&str], usual: &'static str| {
        let ending = endings.iter().find(|ending| **ending == extension).copied().unwrap_or(usual);
        KINDS.iter().find(|(known, _)| *known == ending).and_then(|(_, media_type)| Kind::of(media_type))
    };
    if head.starts_with(OLE) {
        return chosen(&["doc", "xls", "ppt"], "doc");
    }
    if let Some(found) = infer::get(head)
        && let Some(kind) = Kind::of(found.mime_type())
    {
        return Some(kind);
    }
    let office = head.starts_with(b"PK\x03\x04") && contains(head, OFFICE_PART);
    if office && ["docx", "xlsx", "pptx"].contains(&extension) {
        return chosen(&["docx", "xlsx", "pptx"], "docx");
    }
    None
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniff(bytes: &[u8], extension: &str) -> Option<&'static str> {
        let mut sniffer = Sniffer::new();
        // Pieces of odd length cut characters in two, as networks do.
        for piece in bytes.chunks(7) {
            sniffer.feed(piece);
        }
        sniffer.finish(extension).map(|kind| kind.media_type)
    }

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

    #[test]
    fn a_kind_is_known_by_its_bytes_whatever_its_name_says() {
        assert_eq!(sniff(PNG, "txt"), Some("image/png"));
        assert_eq!(sniff(b"\xFF\xD8\xFF\xE0\0\x10JFIF\0", "pdf"), Some("image/jpeg"));
        assert_eq!(sniff(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n", "png"), Some("application/pdf"));
        assert_eq!(sniff(b"%PDF-1.4\n1 0 obj", "png"), Some("application/pdf"));
        assert_eq!(sniff(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "mp4"), Some("video/mp4"));
        assert_eq!(sniff(b"#!AMR\n\x3C\x91\x17\x16\xBE\x66\x79\xE1", "amr"), Some("audio/amr"));
    }

    #[test]
    fn programs_archives_and_pages_are_not_taken() {
        for (bytes, extension) in [
            (&b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF"[..], "png"),
            (b"\x7FELF\x02\x01\x01\0", "jpg"),
            (b"PK\x03\x04\x14\0\0\0\x08\0", "zip"),
            (b"<!DOCTYPE html><html><script>alert(1)</script>", "txt"),
            (b"\xEF\xBB\xBF  <html><body>", "csv"),
            (b"<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><svg/></html>", "svg"),
            (b"{\\rtf1\\ansi}", "txt"),
            (b"\x00\x01\x02\x03\x04\x05", "csv"),
        ] {
            assert_eq!(sniff(bytes, extension), None, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn texts_are_texts_in_every_encoding_people_use() {
        assert_eq!(sniff("型号,数量\n电梯,2\n".as_bytes(), "csv"), Some("text/csv"));
        assert_eq!(sniff(&GB18030.encode("型号,数量\r\n电梯,2\r\n").0, "csv"), Some("text/csv"));
        assert_eq!(sniff(b"\xFF\xFEa\0b\0\n\0", "txt"), Some("text/plain"));
        assert_eq!(sniff(b"BMW X5, 3 units", "log"), Some("text/plain"));
        assert_eq!(sniff(b"MZ is a prefix", "exe"), Some("text/plain"));
    }

    #[test]
    fn a_drawing_is_never_shown_in_place() {
        let mut sniffer = Sniffer::new();
        sniffer.feed(b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>");
        let kind = sniffer.finish("png").unwrap();
        assert_eq!((kind.media_type, kind.safe_inline), ("image/svg+xml", false));
        assert!(Kind::of("image/png").unwrap().safe_inline && !Kind::of("application/pdf").unwrap().safe_inline);
    }

    #[test]
    fn office_documents_are_told_by_container_and_ending() {
        let mut old = OLE.to_vec();
        old.extend([0; 600]);
        assert_eq!(sniff(&old, "xls"), Some("application/vnd.ms-excel"));
        assert_eq!(sniff(&old, "exe"), Some("application/msword"));
        let new = b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0aaaabbbbcccc\x13\0\0\0[Content_Types].xml";
        let sheet = Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
        assert_eq!(sniff(new, "xlsx"), sheet);
        assert_eq!(sniff(new, "jar"), None);
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let world = kernel::World::seeded(kernel::ManualClock::at(kernel::Timestamp(0)), 5);
        for length in 0..600 {
            let mut bytes = vec![0; length];
            world.fill(&mut bytes);
            for mark in [&b""[..], b"PK\x03\x04", OLE, b"RIFF", b"\0\0\0\x20ftyp", b"\x89PNG", b"GIF89a", b"\xFF\xFB"] {
                sniff(&[mark, &bytes].concat(), "docx");
            }
        }
    }
}
