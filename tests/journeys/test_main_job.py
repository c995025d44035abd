"""The main job from the first call to the passport, through the generated client, on the running product."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from deploy.local.faked_time import handed_on
from tests.running import RunningProduct

STEPS = ["M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8"]
LEFT = [
    "act-ru.pdf",
    "act-en.pdf",
    "signature.png",
    "photo_act.jpg",
    "installation-1.jpg",
    "installation-2.jpg",
]


@pytest.mark.citus
@pytest.mark.covers(*STEPS, "R181", "R177", "R178", "R179", "R180", "M32")
def test_the_eight_steps_come_out_as_promised(product: RunningProduct, tmp_path: Path):
    """`demo` checks each promise itself and exits with 1 when one is broken."""
    command = [sys.executable, "-m", "demo", "--url", product.address, "--out", str(tmp_path)]
    environment = {"SMS_FILE": product.settings.sms_file, "PYTHONPATH": ".", "PATH": "/usr/bin:/bin"}
    environment |= handed_on()

    played = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=280, check=False
    )

    assert played.returncode == 0, played.stdout[-3000:] + played.stderr[-3000:]
    for step in STEPS:
        assert re.search(rf"^(M\d+, )*{step}(, M\d+)*  ", played.stdout, re.MULTILINE), step
    assert all((tmp_path / name).stat().st_size > 0 for name in LEFT)
    act = "".join(page.extract_text() for page in PdfReader(tmp_path / "act-ru.pdf").pages)
    assert "Котова Анна Сергеевна" in act
