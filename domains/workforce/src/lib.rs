//! Engineers: skills, home place, working hours.
