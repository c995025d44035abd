"""`python -m demo --url http://127.0.0.1:8000 --out var/demo`: exits with 1 if a step fails."""

import argparse
import sys
import time
from pathlib import Path

from demo.caller import Refused
from demo.company import create_company
from demo.story import Story
from demo.transcript import PromiseBroken, Transcript


def main() -> int:
    arguments = argparse.ArgumentParser(description="Plays the eight steps of the main job over HTTP.")
    arguments.add_argument("--url", required=True, help="Address of a running Brigada")
    arguments.add_argument(
        "--out", type=Path, required=True, help="Folder for PDFs, photos and the signature"
    )
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    transcript = Transcript()
    try:
        transcript.step("", "A company, its people and their phones")
        company = create_company(given.url, transcript)
        Story(given.url, company, transcript, given.out).play()
    except (PromiseBroken, Refused, TimeoutError) as failure:
        print(f"\nNOT AS PROMISED: {failure}", file=sys.stderr)
        return 1
    print(
        f"\nAll eight steps came out as promised, in {time.monotonic() - started:.0f} s. Files are in {given.out}/"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
