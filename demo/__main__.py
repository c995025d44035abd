"""`python -m demo --url http://127.0.0.1:8000 --out var/demo`: exits with 1 if a step fails.

The act `a-year-later` needs a Brigada in which the act `main-job` was played, with a clock that is a year ahead.
"""

import argparse
import sys
import time
from pathlib import Path

from demo.caller import Refused
from demo.company import create_company, meet_again
from demo.story import Story
from demo.transcript import PromiseBroken, Transcript
from demo.year_later import YearLater

COMPANY = "company.json"


def play_main_job(url: str, out: Path) -> str:
    transcript = Transcript()
    transcript.step("", "A company, its people and their phones")
    company = create_company(url, transcript, out / COMPANY)
    Story(url, company, transcript, out).play()
    return "All eight steps"


def play_year_later(url: str, out: Path) -> str:
    YearLater(meet_again(url, out / COMPANY), Transcript()).play()
    return "The year after"


ACTS = {"main-job": play_main_job, "a-year-later": play_year_later}


def main() -> int:
    arguments = argparse.ArgumentParser(description="Plays the life of a client over HTTP.")
    arguments.add_argument("--url", required=True, help="Address of a running Brigada")
    arguments.add_argument(
        "--out", type=Path, required=True, help="Folder for PDFs, photos and the signature"
    )
    arguments.add_argument("--act", choices=ACTS, default="main-job")
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    try:
        said = ACTS[given.act](given.url, given.out)
    except (PromiseBroken, Refused, TimeoutError) as failure:
        print(f"\nNOT AS PROMISED: {failure}", file=sys.stderr)
        return 1
    print(f"\n{said} came out as promised, in {time.monotonic() - started:.0f} s. Files are in {given.out}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
