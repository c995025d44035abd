"""What of an act is paid already."""


def credit_for(total_kop: int, *, paid_kop: int, acted_kop: int) -> int:
    """How much of an act is paid already.

    What the client has paid for the order goes to its acts in the order they were signed: `acted_kop`
    is the sum of those before. Never more than this act's total.
    """
    return min(max(paid_kop - acted_kop, 0), total_kop)
