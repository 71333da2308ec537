//! Text search over every object, Chinese of one or two characters included.
