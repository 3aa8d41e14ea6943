"""The parts of the scanner's benchmark: pictures and their truths, the peers, blank frames and drawn visits."""
