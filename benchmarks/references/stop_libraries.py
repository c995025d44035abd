"""Stops by libraries, in the interpreter they are installed in: `python stop_libraries.py < tracks.json`.

In: a list of tracks, each a list of `[seconds, latitude, longitude]`. Out: by library a list of stops for each track,
`[from, to, latitude, longitude]`. A library that is not installed is left out. The product's code is not used.
"""

import importlib.metadata
import json
import sys
import warnings
from collections.abc import Callable
from datetime import timedelta
from typing import Any

Fix = tuple[float, float, float]
Finder = Callable[[list[Fix]], list[tuple[float, float, float, float]]]


def movingpandas_stops() -> Finder:
    """As the authors of Stop & Go Classifier tuned it: 114 m and 164 s."""
    import geopandas  # noqa: PLC0415  # in its own environment
    import movingpandas  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    def find(track: list[Fix]) -> list[tuple[float, float, float, float]]:
        at = pd.to_datetime([one[0] for one in track], unit="s")
        points = geopandas.points_from_xy([one[2] for one in track], [one[1] for one in track])
        frame = geopandas.GeoDataFrame(index=at, geometry=points, crs=4326)
        detector = movingpandas.TrajectoryStopDetector(movingpandas.Trajectory(frame, 1))
        found = detector.get_stop_segments(min_duration=timedelta(seconds=164), max_diameter=114)
        return [
            (
                one.get_start_time().timestamp(),
                one.get_end_time().timestamp(),
                float(one.df.geometry.y.median()),
                float(one.df.geometry.x.median()),
            )
            for one in found.trajectories
        ]

    return find


def skmob_stops() -> Finder:
    """As the authors of Stop & Go Classifier tuned it: 52 m and 130 s."""
    import pandas as pd  # noqa: PLC0415  # in its own environment
    from skmob import TrajDataFrame  # noqa: PLC0415
    from skmob.preprocessing.detection import stay_locations  # noqa: PLC0415

    def find(track: list[Fix]) -> list[tuple[float, float, float, float]]:
        frame = pd.DataFrame(track, columns=["at", "lat", "lng"])
        frame["datetime"] = pd.to_datetime(frame.pop("at"), unit="s")
        stays = stay_locations(TrajDataFrame(frame), minutes_for_a_stop=130 / 60, spatial_radius_km=0.052)
        columns = zip(stays["datetime"], stays["leaving_datetime"], stays["lat"], stays["lng"], strict=True)
        return [(begin.timestamp(), end.timestamp(), lat, lng) for begin, end, lat, lng in columns]

    return find


LIBRARIES = {
    "movingpandas": ("114 m and 164 s", movingpandas_stops),
    "scikit-mobility": ("52 m and 130 s", skmob_stops),
}


def main() -> None:
    warnings.simplefilter("ignore")
    tracks = json.load(sys.stdin)
    found: dict[str, Any] = {}
    for name, (tuned, make) in LIBRARIES.items():
        try:
            version, find = importlib.metadata.version(name), make()
        except ImportError:
            continue
        found[f"{name} {version}, {tuned}"] = [find(track) for track in tracks]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
