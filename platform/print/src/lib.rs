//! Paper: sheets of labels as PDF, with Chinese letters and QR codes as vectors.
//!
//! ```ignore
//! let labels = vec![Label { heading: company, title: "乘客电梯".into(), serial: "SN-1".into(), lines: vec![], code: url }];
//! let pdf: Vec<u8> = print::sheet(&labels, SheetSize::A4, "设备标签")?;
//! ```
//!
//! Sheets are laid out here, in millimetres from the top left; `krilla` writes the file and embeds of the font what is
//! used. The font is compiled in ([its origin](../fonts/README.md)); a letter it does not have is printed as 〓.

mod labels;
mod letters;

pub use labels::{Label, SheetSize, sheet};

/// Why a sheet could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The text is too long for a QR code.
    #[error("the address is too long for a QR code")]
    CodeTooLong,
    /// The compiled-in font cannot be read, which is a defect.
    #[error("the font of printed sheets cannot be read")]
    Font,
    /// The file could not be written, which is a defect.
    #[error("the PDF could not be written: {0}")]
    Pdf(String),
}
