"""Normalization, counting and folding of texts."""

import string
import time
import unicodedata

import pytest

from mysocial.core.text import (
    MAX_STACKED_MARKS,
    count_characters,
    find_text_problem,
    fold,
    fold_name,
    fold_query,
    fold_words,
    is_visible,
    normalize_password,
    normalize_text,
)

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1e9\U0001f1ea"
ENGLAND = "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in "gbeng") + "\U000e007f"
INVISIBLE = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u061c\u115f\u1160\u17b4\u180b\u180e\u200e\u202e"
    "\u2061\u2066\u206f\u2800\u3164\ufe0f\uffa0\ufff9\U00016fe4\U0001d159\U0001d173\U000e0001"
    "\U000e0020\U000e0100\U00013441"
)
# A letter of each of some scripts with as many marks as its texts have.
MARKED_LETTERS = (
    "\u1ec7",  # Vietnamese
    "\u05e9\u05bc\u05c1\u05b8\u0591",  # Hebrew with points and an accent
    "\u0628\u0651\u064e\u0670",  # Arabic
    "\u0e01\u0e36\u0e49",  # Thai
    "\u0915\u094d\u0937\u093f\u0902",  # Devanagari
    "\u0f67\u0f90\u0fb5\u0fa8\u0fb3\u0fba\u0f71\u0f74",  # Tibetan
    "\u1780\u17d2\u178f\u17d2\u179a\u17b6",  # Khmer
    FAMILY,
    ENGLAND,
    "\u2764\ufe0f",
    "1\ufe0f\u20e3",
)


def problem_code(text, max_characters=100, max_bytes=600):
    problem = find_text_problem(text, max_characters=max_characters, max_bytes=max_bytes)
    return problem and problem.code


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("a\r\nb\rc\n\r\n\rd", "a\nb\nc\n\n\nd"),
        ("a\u2028b\u2029c\x85d\x0be\x0cf", "a\nb\nc\nd\ne\nf"),
        ("e\u0301", "\u00e9"),
        ("\u1112\u1161\u11ab", "\ud55c"),
        ("\u212b", "\u00c5"),
        (" \t a\tb \n", "a\tb"),
        ("\u3000a\u00a0", "a"),
        ("a\x1b[31m\x7f\x01b\x9c", "a[31mb"),
        ("\ufb01 \uff21", "\ufb01 \uff21"),  # letters that look different stay different
    ],
)
def test_texts_have_one_form(text, normal):
    assert normalize_text(text) == normal
    assert normalize_text(normal) == normal


@pytest.mark.parametrize("character", INVISIBLE, ids=lambda character: f"U+{ord(character):04X}")
def test_invisible_characters_show_nothing(character):
    assert not is_visible(character * 3)
    assert problem_code(character) == "invisible"
    assert is_visible(f"{character}a{character}")
    assert problem_code(f"{character}a") is None


@pytest.mark.parametrize("text", [FAMILY, FLAG, "\u0600", ".", "\u3002", "\U0001fae8", "\u0e01"])
def test_emoji_punctuation_and_signs_are_visible(text):
    assert is_visible(text)


def test_characters_are_counted_as_a_person_counts_them():
    assert count_characters(FAMILY * 3 + FLAG * 2 + "e\u0301\u0323" + "\u0e19\u0e49") == 7
    assert count_characters("\ud55c\uad6d") == count_characters("\u1112\u1161\u11ab") + 1 == 2
    for letter in MARKED_LETTERS:
        assert count_characters(letter) == 1 or "\u17d2" in letter


def test_a_text_has_limits_in_characters_and_bytes():
    assert problem_code(FLAG * 10, max_characters=10) is None
    assert problem_code(FLAG * 11, max_characters=10) == "max_length"
    assert problem_code("x" * 100) is None
    assert problem_code("x" * 101) == "max_length"
    assert problem_code("x" * 1_000_000) == "max_length"
    size = len(FAMILY.encode())
    assert problem_code(FAMILY * 10, max_bytes=10 * size) is None
    assert problem_code(FAMILY * 10, max_bytes=10 * size - 1) == "max_bytes"


def test_marks_are_stacked_only_as_high_as_scripts_need():
    for letter in MARKED_LETTERS:
        for form in ("NFC", "NFD"):
            assert problem_code(unicodedata.normalize(form, letter) * 3) is None, letter
    # No composed letter has this mark.
    assert problem_code("z" + "\u0333" * MAX_STACKED_MARKS) is None
    for mark in ("\u0333", "\u0323", "\u0e49", "\u20dd", "\u0489", "\ua670", "\u064b", "\u0fad"):
        assert problem_code("z" + mark * (MAX_STACKED_MARKS + 1)) == "marks"
        for joiner in ("\u200d", "\u200c", "\u034f", "\u2060", "\u0903"):
            assert problem_code("z" + (mark + joiner) * (MAX_STACKED_MARKS + 1)) == "marks"
    assert problem_code("a" + "\U000e0041" * 33) == "marks"


def test_problems_are_explained_to_the_person():
    problem = find_text_problem(FLAG * 11, max_characters=10, max_bytes=600)
    assert problem is not None
    assert problem.detail == "This has 11 characters, and may have at most 10."


@pytest.mark.parametrize(
    ("spelling", "other"),
    [
        ("STRASSE", "stra\u00dfe"),
        ("\uff5a\uff45\uff44", "ZED"),
        ("e\u0301t\u00e9", "ete"),
        ("ze\u200bd\ufeff", "zed"),
        ("\u0391\u03b8\u03ae\u03bd\u03b1", "\u03b1\u03b8\u03b7\u03bd\u03b1"),
        ("\u0130stanbul", "istanbul"),
        ("\u0643\u064e\u062a\u064e\u0628", "\u0643\u062a\u0628"),
        ("\u2167", "viii"),
        ("\uff76\uff9e", "\u30ac"),
    ],
)
def test_folding_ignores_case_accents_width_and_invisible_characters(spelling, other):
    assert fold(spelling) == fold(other)


@pytest.mark.parametrize(
    ("spelling", "other"),
    [
        ("\u304b", "\u304c"),
        ("\u0915\u0941\u0932", "\u0915\u0932"),
        ("a", "b"),
        ("\ud55c", "\ud558"),
    ],
)
def test_folding_distinguishes_different_letters(spelling, other):
    assert fold(spelling) != fold(other)


def test_the_key_of_a_username_is_its_folded_form():
    names = ("Alice_01", string.ascii_letters[:30], string.ascii_uppercase, "0123456789_")
    assert [fold_name(name) for name in names] == [name.lower() for name in names]


def test_a_search_may_have_an_at_sign_blanks_and_other_forms():
    for typed in (
        "zed",
        "ZED",
        " zed ",
        "@zed",
        "\uff20\uff3aed",
        "\u200b@zed",
        "zed\u200b",
        "@@zed",
    ):
        assert fold_query(typed) == "zed"
    assert fold_query(" Ana  Mar\u00eda ") == "ana maria"
    assert fold_query("@") == fold_query("\u200b") == ""


def test_words_of_letters_that_look_alike_are_equal():
    cyrillic, greek = "\u0440\u0430\u0443\u0440al", "\u03a1ayP\u0430\u217c"
    assert fold_words(f"{cyrillic} {greek} P\u0101yp4l") == ("paypal", "paypal", "payp4l")
    assert fold_words("\U0001d4df\U0001d4ea\U0001d502\U0001d4f9\U0001d4ea\U0001d4f5") == ("paypal",)
    assert fold_words("g00d 100 l0l") == ("good", "100", "lol")
    assert fold_words("burn bum") == ("burn", "bum")
    assert fold_words("\u0915\u0941\u0932, \u0915\u0932") == ("\u0915\u0941\u0932", "\u0915\u0932")


def test_a_password_has_one_form():
    for password in ("sch\u00f6n", "\uff46\uff55\uff4c\uff4c\u3000width", "Vi\u1ec7t"):
        forms = {unicodedata.normalize(form, password) for form in ("NFC", "NFD", "NFKC", "NFKD")}
        assert len({normalize_password(form) for form in forms}) == 1


def test_a_plain_text_takes_microseconds_and_a_hostile_one_milliseconds():
    def seconds(text):
        started = time.thread_time()
        for _ in range(5):
            find_text_problem(normalize_text(text), max_characters=10_000, max_bytes=60_000)
        return (time.thread_time() - started) / 5

    assert seconds("hello " * 20) < 0.0005
    for text in ("a\u0333" * 20_000, "\u0333" * 250_000, "\u200b" * 80_000, FAMILY * 10_000):
        assert seconds(text) < 0.25
