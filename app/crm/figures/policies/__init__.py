"""Figures about the base as a whole: values in, values out."""
