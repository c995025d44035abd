"""Puts the built faces into the wheel and the sdist. Hatchling calls it for each.

Faces that are missing, or are not what `web/` says, are built first, with the npm of the system (Node 20.19 or newer).
BRIGADA_SKIP_WEB=1 makes a package with the API alone. An sdist contains the built faces, so installing from it needs no
npm. Nothing is built for an editable install: `make web` does that.
"""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FacesHook(BuildHookInterface):  # type: ignore[misc]  # hatchling is there only while a package is made
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises RuntimeError with what to do."""
        if version == "editable" or os.environ.get("BRIGADA_SKIP_WEB") == "1":
            return
        sys.path.insert(0, self.root)
        from deploy.local import faces
        from deploy.local.failures import Failure

        built = Path(self.root, "app", "web", "static")
        if not Path(self.root, ".git").exists() and all(
            (built / face / "index.html").exists() for face in faces.FACES
        ):
            return  # unpacked from an sdist: they were built when it was made
        try:
            faces.ensure(may_install_node=False)
        except Failure as failure:
            advice = "BRIGADA_SKIP_WEB=1 makes a package without console and field app."
            raise RuntimeError(f"{failure.text()}\n{advice}") from failure
