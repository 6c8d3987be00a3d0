"""The rules for texts of people: normalization, counting, folding and facets (docs/text.md).

Every field that holds a text of a person applies them: `mysocial.api.TextField` in requests and
`mysocial.admin.text_forms` in the admin.
"""

from mysocial.core.text.confusables import fold_words
from mysocial.core.text.counting import (
    BYTES_PER_CHARACTER,
    MAX_STACKED_MARKS,
    byte_length,
    count_characters,
    has_too_many_marks,
    is_longer_than,
)
from mysocial.core.text.facets import (
    FACET_TYPES,
    Facet,
    find_facets,
    mentioned_names,
    store_facets,
)
from mysocial.core.text.folding import fold, fold_name, fold_query
from mysocial.core.text.normalization import (
    is_same_value,
    is_visible,
    normalize_password,
    normalize_text,
)
from mysocial.core.text.problems import TextProblem, find_text_problem

__all__ = [
    "BYTES_PER_CHARACTER",
    "FACET_TYPES",
    "MAX_STACKED_MARKS",
    "Facet",
    "TextProblem",
    "byte_length",
    "count_characters",
    "find_facets",
    "find_text_problem",
    "fold",
    "fold_name",
    "fold_query",
    "fold_words",
    "has_too_many_marks",
    "is_longer_than",
    "is_same_value",
    "is_visible",
    "mentioned_names",
    "normalize_password",
    "normalize_text",
    "store_facets",
]
