"""The workers' app: their visits, measurements, photos, payments, forms and acts."""
