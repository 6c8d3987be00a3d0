"""Form fields for texts of people, with the rules of `mysocial.core.text`."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from mysocial.core.text import BYTES_PER_CHARACTER, find_text_problem, normalize_text

DEFAULT_MAX_CHARACTERS = 1000


class TextFormField(forms.CharField):
    """A text of a person, as `mysocial.api.TextField`: normalized, and counted as a person would.

    Browsers send the line ends of a form as CR LF, which is no change of a text.
    """

    def __init__(self, *, max_length: int | None = None, **kwargs: Any) -> None:
        self.max_characters = max_length or DEFAULT_MAX_CHARACTERS
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        return normalize_text(super().to_python(value) or "")

    def validate(self, value: Any) -> None:
        super().validate(value)
        problem = find_text_problem(
            value,
            max_characters=self.max_characters,
            max_bytes=self.max_characters * BYTES_PER_CHARACTER,
        )
        if problem:
            raise ValidationError(problem.detail, code=problem.code)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(normalize_text(initial or "") != normalize_text(data or ""))
