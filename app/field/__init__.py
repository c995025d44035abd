"""The installer's app: own visits, measurements, photos, payments, checklists, acts."""
