"""An arq worker as its tutorial shows it. It records how late each deferred job began.

python -m benchmarks.arq_reference REDIS_URL        until SIGTERM
"""

import sys
import time
from typing import Any

from arq import run_worker
from arq.connections import RedisSettings
from arq.worker import func

LATENESS = "arq-reference:lateness"
QUEUE = "arq-reference"


async def note_lateness(ctx: dict[str, Any], due_at: float) -> None:
    await ctx["redis"].rpush(LATENESS, time.time() - due_at)


def main() -> None:
    settings = {
        "functions": [func(note_lateness, name="note_lateness", keep_result=0)],
        "redis_settings": RedisSettings.from_dsn(sys.argv[1]),
        "queue_name": QUEUE,
    }
    run_worker(type("WorkerSettings", (), settings))


if __name__ == "__main__":
    main()
