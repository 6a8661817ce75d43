"""Side by side with the original server: `python -m tests.compat` (or `make compat`) compares answer by answer."""
