//! Appointments and field work: check-in, checklist, labour, photos, signature, offline commands.
