"""The edge: problem documents, guards, one transaction per request, idempotency, paging, the live channel."""
