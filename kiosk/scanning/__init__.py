"""The parts of the scanner: decoders, their order, the sources of frames and the watch over the camera."""
