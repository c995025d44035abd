"""A worker's day as a track, where he was at a moment, mileage, and lateness at visits."""
