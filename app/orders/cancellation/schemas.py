from app.http.schemas import In, Text


class CancelOrder(In):
    reason: Text
