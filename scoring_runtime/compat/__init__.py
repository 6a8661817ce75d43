"""The Azure names that entry scripts import, working without any Azure package (see `finder`)."""
