from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.canonical import canonical_hash, canonical_json
from app.core.money import amount_in_words
from app.core.quantities import line_sum
from app.documents.acts.policies import credit_for
from app.documents.content.policies import is_content_intact, is_signature_intact
from app.documents.passports.policies import add_months, warranty_state, warranty_until
from app.documents.rewards.policies import divide_reward
from app.documents.signing.policies import moment_of_signing

quantities = st.decimals("0.001", 10_000, places=3)
shares = st.lists(st.integers(1, 1000), min_size=1, max_size=12)


@pytest.mark.covers("M32")
@given(quantities, st.integers(0, 100_000_000_00), shares)
def test_the_parts_of_a_reward_add_up_to_the_kopeck(quantity, rate_kop, weights):
    parts = divide_reward(quantity=quantity, rate_kop=rate_kop, shares=weights)

    assert sum(parts) == line_sum(quantity, rate_kop)
    assert len(parts) == len(weights)


@pytest.mark.covers("M32")
@given(quantities, st.integers(0, 100_000_000_00), shares)
def test_nobody_gets_a_kopeck_more_or_less_than_his_share(quantity, rate_kop, weights):
    parts = divide_reward(quantity=quantity, rate_kop=rate_kop, shares=weights)

    exact = [line_sum(quantity, rate_kop) * weight / sum(weights) for weight in weights]
    assert all(abs(part - one) <= 1 for part, one in zip(parts, exact, strict=True))


@pytest.mark.covers("M32")
def test_a_hundred_kopecks_for_three_go_to_the_first_member_first():
    assert divide_reward(quantity=Decimal(1), rate_kop=100, shares=[1, 1, 1]) == [34, 33, 33]


@pytest.mark.covers("P-rel-20")
@given(st.lists(st.integers(0, 10**12), max_size=8), st.integers(0, 10**13))
def test_what_was_paid_is_credited_once_over_all_acts_of_an_order(totals, paid_kop):
    credited = [
        credit_for(total, paid_kop=paid_kop, acted_kop=sum(totals[:index]))
        for index, total in enumerate(totals)
    ]

    assert sum(credited) == min(paid_kop, sum(totals))
    assert all(0 <= credit <= total for credit, total in zip(credited, totals, strict=True))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 3, 2), 36, date(2029, 3, 2)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_a_short_month(day, months, expected):
    assert add_months(day, months) == expected


@pytest.mark.covers("M8")
@pytest.mark.parametrize(
    ("own", "works", "expected"),
    [
        (60, [36], date(2031, 3, 2)),
        (None, [12, 36, 0], date(2029, 3, 2)),
        (0, [36], None),
        (None, [0], None),
        (None, [], None),
    ],
)
def test_a_products_own_warranty_counts_before_that_of_the_works(own, works, expected):
    until = warranty_until(date(2026, 3, 2), own_months=own, work_months=works)

    assert until == expected


@pytest.mark.covers("M8")
def test_the_last_day_of_a_warranty_is_still_under_warranty():
    until = date(2029, 3, 2)

    assert warranty_state(until, today=until) == "under_warranty"
    assert warranty_state(until, today=until + timedelta(days=1)) == "expired"
    assert warranty_state(None, today=until) == "none"


def test_canonical_json_is_the_same_for_any_order_of_keys():
    one, other = (
        {"b": [1, {"д": None, "a": True}], "a": "Ёж «»"},
        {"a": "Ёж «»", "b": [1, {"a": True, "д": None}]},
    )

    assert (
        canonical_json(one) == canonical_json(other) == '{"a":"Ёж «»","b":[1,{"a":true,"д":null}]}'.encode()
    )


@pytest.mark.covers("M42", "P-rel-8")
@pytest.mark.parametrize(
    "change", [{"total_kop": 1}, {"number": 8}, {"check_code": "X"}, {"client_name": "Иван"}, {"more": 1}]
)
def test_any_change_of_a_content_is_seen(change):
    content = {"number": 7, "check_code": "C", "total_kop": 100, "client_name": "Анна"}
    beside = {"content_hash": canonical_hash(content), "number": 7, "check_code": "C", "total_kop": 100}

    assert is_content_intact(content, **beside)
    assert not is_content_intact(content | change, **beside)


@pytest.mark.covers("M42", "P-rel-8")
@pytest.mark.parametrize("change", [{"number": 8}, {"check_code": "X"}, {"total_kop": 1}])
def test_a_column_that_says_something_else_than_the_content_is_seen(change):
    content = {"number": 7, "check_code": "C", "total_kop": 100}
    beside = {"content_hash": canonical_hash(content), "number": 7, "check_code": "C", "total_kop": 100}

    assert not is_content_intact(content, **(beside | change))


@pytest.mark.covers("M42", "P-rel-8")
def test_a_signature_is_bound_to_the_content_it_was_put_under():
    content_hash = canonical_hash({"total_kop": 100})
    signature = {"content_sha256": content_hash.hex(), "signer_name": "Анна"}
    known = {
        "signature_hash": canonical_hash(signature),
        "content_hash": content_hash,
        "number": 7,
        "signed_at": NOW,
    }

    assert is_signature_intact(signature, **known)
    assert not is_signature_intact(signature | {"signer_name": "Иван"}, **known)
    assert not is_signature_intact(signature, **(known | {"content_hash": canonical_hash({})}))
    assert not is_signature_intact(signature, **(known | {"signed_at": None}))


@pytest.mark.covers("M42", "P-rel-8")
def test_a_number_stands_in_the_content_of_old_acts_and_in_the_signature_of_others():
    content = {"check_code": "C", "total_kop": 100}
    beside = {"content_hash": canonical_hash(content), "check_code": "C", "total_kop": 100}
    signature = {"content_sha256": beside["content_hash"].hex(), "act_number": 7}
    known = {
        "signature_hash": canonical_hash(signature),
        "content_hash": beside["content_hash"],
        "signed_at": NOW,
    }

    assert is_content_intact(content, number=None, **beside)
    assert is_content_intact(content, number=7, **beside)
    assert is_signature_intact(signature, number=7, **known)
    assert not is_signature_intact(signature, number=8, **known)


NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("occurred", "expected"),
    [(timedelta(minutes=-5), -5), (timedelta(hours=2), 0), (timedelta(days=-3), -60)],
    ids=["offline for a while", "phone is ahead", "phone is behind"],
)
def test_nobody_signs_before_the_act_was_shown_or_after_it_has_arrived(occurred, expected):
    signed_at = moment_of_signing(presented_at=NOW - timedelta(hours=1), happened_at=NOW + occurred, now=NOW)

    assert signed_at == NOW + timedelta(minutes=expected)


@pytest.mark.covers("M7")
@pytest.mark.parametrize(
    ("amount_kop", "lang", "words"),
    [
        (0, "ru", "Ноль рублей 00 копеек"),
        (1_00, "ru", "Один рубль 00 копеек"),
        (2_01, "ru", "Два рубля 01 копейка"),
        (5_02, "ru", "Пять рублей 02 копейки"),
        (11_11, "ru", "Одиннадцать рублей 11 копеек"),
        (21_21, "ru", "Двадцать один рубль 21 копейка"),
        (1_001_00, "ru", "Одна тысяча один рубль 00 копеек"),
        (2_000_000_50, "ru", "Два миллиона рублей 50 копеек"),
        (12_345_67, "ru", "Двенадцать тысяч триста сорок пять рублей 67 копеек"),
        (1_00, "en", "One rouble 00 kopecks"),
        (12_345_01, "en", "Twelve thousand, three hundred and forty-five roubles 01 kopeck"),
    ],
)
def test_a_sum_is_written_in_words_as_accounting_wants_it(amount_kop, lang, words):
    assert amount_in_words(amount_kop, lang) == words
