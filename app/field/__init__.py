"""The workers' app: their visits, measurements, photos, payments, checklists and acts."""
