"""The API contract: what Litestar's generator leaves out, added for the page, the file and the clients alike."""

from app.http.openapi.plugin import ApiDescription as ApiDescription
