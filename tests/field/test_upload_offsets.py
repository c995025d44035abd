"""Every place and length a chunk can have, compared with a small model of an upload."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import DomainError
from app.field.uploads.policies import (
    PARTS_MAX,
    Progress,
    TooManyParts,
    UploadOffsetWrong,
    UploadTooLong,
    check_chunk,
    check_repeated,
)
from tests.field.sending import chunk_sent, code_of, declare_photo, fetched, offset_of
from tests.pictures import a_photo
from tests.stories import visit_in_progress

pytestmark = pytest.mark.covers("M44", "P-rel-13")


def refusal_of(check, *args, **fields):
    try:
        check(*args, **fields)
    except DomainError as error:
        return type(error)
    return None


SIZES = st.integers(1, 20)
PLACES = st.integers(0, 25)


@given(SIZES, st.data(), PLACES, PLACES, st.sampled_from([0, 1, PARTS_MAX]))
def test_a_chunk_is_taken_where_the_file_ends_and_within_it(size, data, offset, length, parts):
    received = data.draw(st.integers(0, size))

    found = refusal_of(check_chunk, Progress(size, received, parts), offset=offset, length=length)

    if offset != received:
        assert found is UploadOffsetWrong
    elif received + length > size:
        assert found is UploadTooLong
    else:
        assert found is (TooManyParts if length and parts == PARTS_MAX else None)


@given(SIZES, PLACES, PLACES)
def test_a_chunk_of_a_stored_file_is_told_again_only_if_the_file_has_its_bytes(size, offset, length):
    has_them = offset + length <= size

    assert (
        refusal_of(check_repeated, Progress(size, size), offset=offset, length=length) is None
    ) == has_them


async def test_every_offset_and_length_is_answered_as_the_model_says(cast, files):
    visit = await visit_in_progress(cast)
    content = a_photo()
    size, half = len(content), len(content) // 2
    attachment = await declare_photo(visit, content)
    offsets = [0, 1, half - 1, half, half + 1, size - 1, size, size + 1]
    lengths = [0, 1, 2, half, size - half, size - half + 1, size, size + 1]
    combinations = [*itertools.product(offsets, lengths, (True, False))]

    await chunk_sent(cast.pavel, attachment, 0, content[:half])
    for offset, length, is_announced in combinations:
        fits = offset == half and 0 < half + length <= size
        if fits and length:
            continue
        answer = await chunk_sent(cast.pavel, attachment, offset, bytes_of(length, is_announced))
        expected = (409, "upload_offset_wrong") if offset != half else (413, "upload_too_long")
        assert answer.status_code == 200 if fits else code_of(answer) == expected, (
            offset,
            length,
            is_announced,
        )
        assert await offset_of(cast.pavel, attachment) == half

    await chunk_sent(cast.pavel, attachment, half, content[half:])
    for offset, length, is_announced in combinations:
        answer = await chunk_sent(cast.pavel, attachment, offset, bytes_of(length, is_announced))
        expected = (409, "upload_offset_wrong") if offset > size else (413, "upload_too_long")
        fits = offset + length <= size
        assert answer.status_code == 200 if fits else code_of(answer) == expected, (
            offset,
            length,
            is_announced,
        )
    assert (await fetched(cast.olga, attachment)).content == content


def bytes_of(length, is_announced):
    return bytes(length) if is_announced else in_turn(bytes(length))


async def in_turn(content):
    """Without a Content-Length."""
    yield content
