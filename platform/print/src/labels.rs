//! Sheets of labels: a QR code with what stands on the plate beside it.

use krilla::{
    Document, color,
    geom::{PathBuilder, Point, Rect},
    metadata::Metadata,
    num::NormalizedF32,
    page::PageSettings,
    paint::{Fill, FillRule},
    surface::Surface,
};
use qrcode::{Color, QrCode};

use crate::{PrintError, letters::Letters};

/// Points of a millimetre.
const MM: f32 = 72.0 / 25.4;
/// White modules that a reader wants around a QR code.
const QUIET: f32 = 4.0;

db::choice! {
    /// What the labels are printed on.
    pub enum SheetSize {
        /// A roll of labels, 40 by 30 mm each.
        Roll40x30 = "40x30",
        /// A roll of labels, 60 by 40 mm each.
        Roll60x40 = "60x40",
        /// A roll of labels, 80 by 50 mm each.
        Roll80x50 = "80x50",
        /// Sheets of A4 with three columns of eight labels, 70 by 37 mm each.
        A4 = "a4-3x8",
    }
}

/// One label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Small, on top: whose label it is.
    pub heading: String,
    /// What the thing is called.
    pub title: String,
    /// Its serial number.
    pub serial: String,
    /// What else fits, such as the place.
    pub lines: Vec<String>,
    /// What the QR code says.
    pub code: String,
}

/// How labels lie on pages; all in millimetres.
#[derive(Debug, Clone, Copy)]
struct Grid {
    page: (f32, f32),
    label: (f32, f32),
    columns: usize,
    rows: usize,
    /// White on every side of a label.
    margin: f32,
    /// Height of the title's letters.
    letters: f32,
}

impl SheetSize {
    fn grid(self) -> Grid {
        let roll = |width, height, margin, letters| Grid {
            page: (width, height),
            label: (width, height),
            columns: 1,
            rows: 1,
            margin,
            letters,
        };
        match self {
            Self::Roll40x30 => roll(40.0, 30.0, 2.0, 2.7),
            Self::Roll60x40 => roll(60.0, 40.0, 3.0, 3.7),
            Self::Roll80x50 => roll(80.0, 50.0, 4.0, 4.6),
            Self::A4 => {
                Grid { page: (210.0, 297.0), label: (70.0, 37.125), columns: 3, rows: 8, margin: 5.0, letters: 3.5 }
            }
        }
    }
}

/// The labels as a PDF, in their order; `title` is the document's.
pub fn sheet(labels: &[Label], size: SheetSize, title: &str) -> Result<Vec<u8>, PrintError> {
    let (letters, grid) = (Letters::load()?, size.grid());
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(title.to_owned()).creator("Aftersail".to_owned()));
    for page_labels in labels.chunks(grid.columns * grid.rows) {
        let settings = PageSettings::from_wh(grid.page.0 * MM, grid.page.1 * MM)
            .ok_or_else(|| PrintError::Pdf("the page has no size".to_owned()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let black =
            Fill { paint: color::luma::Color::black().into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero };
        surface.set_fill(Some(black));
        for (index, label) in page_labels.iter().enumerate() {
            let (column, row) = ((index % grid.columns) as f32, (index / grid.columns) as f32);
            let corner = (column * grid.label.0 + grid.margin, row * grid.label.1 + grid.margin);
            draw(&mut surface, &letters, label, &grid, corner)?;
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| PrintError::Pdf(format!("{error:?}")))
}

/// A text on the label: what it says, its letters' height in mm, and how many lines it may take.
struct Piece<'t> {
    text: &'t str,
    height: f32,
    most: usize,
}

/// Draws one label whose inner top left corner is at `corner`, in mm.
fn draw(
    surface: &mut Surface<'_>,
    letters: &Letters,
    label: &Label,
    grid: &Grid,
    (left, top): (f32, f32),
) -> Result<(), PrintError> {
    let (width, height) = (grid.label.0 - 2.0 * grid.margin, grid.label.1 - 2.0 * grid.margin);
    let code = QrCode::new(&label.code).map_err(|_| PrintError::CodeTooLong)?;
    let side = height.min(width * 0.5);
    let module = side / code.width() as f32;
    qr(surface, &code, (left, top + (height - side) / 2.0), module);
    let (column, room) = (left + side + QUIET * module, width - side - QUIET * module);
    let small = grid.letters * 0.75;
    let mut pieces = vec![
        Piece { text: &label.heading, height: small, most: 2 },
        Piece { text: &label.title, height: grid.letters, most: 2 },
        Piece { text: &label.serial, height: grid.letters * 0.9, most: 3 },
    ];
    pieces.extend(label.lines.iter().map(|text| Piece { text, height: small, most: 2 }));
    let mut y = top;
    for piece in pieces {
        for line in letters.lines(piece.text, room / piece.height, piece.most) {
            if y + piece.height > top + height {
                return Ok(());
            }
            // Letters stand on a line that lies at nine tenths of their height.
            let at = Point::from_xy(column * MM, (y + piece.height * 0.9) * MM);
            surface.draw_glyphs(at, &line.glyphs, letters.font.clone(), &line.text, piece.height * MM, false);
            y += piece.height * 1.3;
        }
        y += piece.height * 0.25;
    }
    Ok(())
}

/// A QR code as filled rectangles, one for each run of dark modules in a row.
fn qr(surface: &mut Surface<'_>, code: &QrCode, (left, top): (f32, f32), module: f32) {
    let mut path = PathBuilder::new();
    for (row, colors) in code.to_colors().chunks(code.width()).enumerate() {
        let mut column = 0;
        while column < colors.len() {
            let run = colors[column..].iter().take_while(|color| **color == Color::Dark).count();
            if run > 0 {
                let (x, y) = (left + column as f32 * module, top + row as f32 * module);
                if let Some(dark) = Rect::from_xywh(x * MM, y * MM, run as f32 * module * MM, module * MM) {
                    path.push_rect(dark);
                }
            }
            column += run.max(1);
        }
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(number: usize) -> Label {
        Label {
            heading: "申菱电梯暖通服务有限公司".to_owned(),
            title: "医用病床电梯 EL-H200".to_owned(),
            serial: format!("EL-H200-01{number:03}"),
            lines: vec!["仁和医院主楼 · 3号楼 B1 机房".to_owned()],
            code: format!("https://service.example.com/s/abcdefghijklmnopqr{number:04}"),
        }
    }

    fn pages(pdf: &[u8]) -> usize {
        let text = String::from_utf8_lossy(pdf);
        text.matches("/Type/Page/").count() + text.matches("/Type /Page\n").count()
    }

    #[test]
    fn a_roll_has_one_label_a_page_and_a_sheet_has_twenty_four() {
        let labels: Vec<Label> = (0..25).map(label).collect();
        for (size, expected) in
            [(SheetSize::Roll40x30, 25), (SheetSize::Roll60x40, 25), (SheetSize::Roll80x50, 25), (SheetSize::A4, 2)]
        {
            let pdf = sheet(&labels, size, "设备标签").unwrap();
            assert!(pdf.starts_with(b"%PDF-"));
            assert_eq!(pages(&pdf), expected, "{size}");
            assert!(pdf.len() < 200_000, "{} bytes", pdf.len());
        }
    }

    #[test]
    fn the_same_labels_give_the_same_file() {
        let one = |number| sheet(&[label(number)], SheetSize::Roll60x40, "标签").unwrap();
        assert_eq!(one(1), one(1));
        assert_ne!(one(1), one(2));
    }

    #[test]
    fn an_address_too_long_for_a_code_is_refused() {
        let long = Label { code: "x".repeat(5_000), ..label(1) };
        assert!(matches!(sheet(&[long], SheetSize::A4, "标签"), Err(PrintError::CodeTooLong)));
    }
}
