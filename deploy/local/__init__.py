"""The commands behind `make`: they run on the system's own Python, before any virtual environment exists.

Only the standard library may be imported here. The version is checked in this file because Python
reads it first; it must stay readable for every Python 3, or an old one never gets to the message.
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
