//! CSAT and NPS by link, and the recovery task a low score opens.
