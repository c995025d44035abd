"""Removes what is known of where people were when its time is over."""
