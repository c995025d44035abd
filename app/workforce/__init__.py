"""The people who go to clients: skills, territories, shifts, absences, crews, bookings and positions."""
