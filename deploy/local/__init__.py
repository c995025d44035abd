"""The commands behind `make`: they run on the system's own Python, before any virtual environment exists.

Only the standard library may be imported here. This file checks Python's version, because Python reads
it first. Every Python 3 must be able to read it; otherwise an old Python fails before it shows the message.
"""

import sys

OLDEST_PYTHON = (3, 11)

if sys.version_info < OLDEST_PYTHON:
    sys.exit(
        f"error: Brigada needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).\n"
        "  what to do:\n"
        "    Install one beside it (Debian and Ubuntu: apt install python3.11 python3.11-venv) and name it:\n"
        "    make run PYTHON=python3.11"
    )
