"""Imported by the samples before they unpickle a model; they use nothing of it."""
