"""`python -m scoring_runtime`."""

import sys

from scoring_runtime.cli import main

sys.exit(main())
