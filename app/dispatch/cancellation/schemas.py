from app.http.schemas import In, Text


class CancelJob(In):
    reason: Text
