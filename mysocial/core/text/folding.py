"""The folded form of a text, in which spellings that people do not tell apart are equal."""

import unicodedata

import regex

# Marks that a reader can leave out: accents of Latin, Greek and Cyrillic, points of Hebrew and
# Arabic. The marks of other scripts are vowels or change the consonant.
DROPPED = regex.compile(
    r"(?V1)[\p{Cf}\p{DI}[[\p{Mn}\p{Me}]&&"
    r"[\p{Zinh}\p{Zyyy}\p{Latin}\p{Greek}\p{Cyrillic}\p{Hebrew}\p{Arabic}\p{Syriac}]]"
    r"--[\u3099\u309A]]"
)


def fold(text: str) -> str:
    """Return a text without case, width variants, optional marks and invisible characters."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    decomposed = unicodedata.normalize("NFKD", folded)
    return unicodedata.normalize("NFC", DROPPED.sub("", decomposed))


def fold_name(name: str) -> str:
    """Return the form of a name that is stored and searched: folded, with single blanks."""
    return " ".join(fold(name).split())


def fold_query(text: str) -> str:
    """Return the folded form of a search for a name, which may start with `@`."""
    return fold_name(fold_name(text).lstrip("@"))
