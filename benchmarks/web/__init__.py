"""The faces in Chromium: what they weigh, and how soon a slow phone and a full board can be used.

`make bench-web`. Each part lies in a module of its own and answers medians in milliseconds, with an empty page measured
beside it in the same run.
"""
