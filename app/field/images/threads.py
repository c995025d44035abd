from concurrent.futures import ThreadPoolExecutor

EXAMINERS = ThreadPoolExecutor(2, thread_name_prefix="images")
"""Few threads, so that a burst of photos does not slow down other requests."""
