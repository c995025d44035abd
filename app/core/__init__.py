"""What everything else stands on: clock, errors, money, phones, ids, texts, settings. No I/O at import."""
