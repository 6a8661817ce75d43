"""Imported by generated AutoML scripts; they use what is in `shared`."""
