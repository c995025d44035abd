"""Numbers of documents, orders and jobs: 1, 2, 3 … in each company, without gaps."""
