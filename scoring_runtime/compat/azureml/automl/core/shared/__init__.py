"""The logging modules that generated AutoML scripts use."""
