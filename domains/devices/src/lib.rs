//! Devices in the field: serial number, place, owner, warranty dates, QR code.
