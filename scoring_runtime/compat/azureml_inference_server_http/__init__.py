"""The original server's own names, as far as scripts and logging configurations use them."""
