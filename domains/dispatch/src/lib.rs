//! Who should go: a ranked list with reasons, assignment, acceptance.
