"""Measurements against other servers, one file per question: `python -m benchmarks.bench_serving`."""
