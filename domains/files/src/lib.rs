//! Attachments: sniffed, bounded, stored once by content hash.
