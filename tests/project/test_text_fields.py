"""Every field that a person writes a text into applies the rules of `mysocial.core.text`."""

from collections.abc import Iterator
from typing import Any

from django import forms
from rest_framework import serializers

import moderation.admin
import moderation.forms
from mysocial.admin.text_forms import TextFormField
from mysocial.api import StrictSerializer, TextField
from tests.support import api_contract

# Fields that hold no text of a person.
# A token, a code and a proof.
NO_TEXTS = {("RefreshInput", "refresh"), ("SignUpInput", "invite"), ("SignUpInput", "captcha")}
NO_TEXT_CLASSES = {"CodeForm", "StaffLoginForm"}  # codes and credentials of staff


def subclasses(base: type[Any]) -> Iterator[type[Any]]:
    for cls in base.__subclasses__():
        if not cls.__module__.startswith("tests."):
            yield cls
        yield from subclasses(cls)


def test_every_text_of_a_request_is_a_text_field() -> None:
    assert api_contract.paths()  # loads all views
    bare = {
        (cls.__name__, name)
        for cls in subclasses(StrictSerializer)
        for name, field in cls().fields.items()
        if type(field) is serializers.CharField
    }
    assert bare == NO_TEXTS
    texts = [
        f"{cls.__name__}.{name}"
        for cls in subclasses(StrictSerializer)
        for name, field in cls().fields.items()
        if isinstance(field, TextField)
    ]
    assert {"PostInput.text", "CommentInput.text", "MessageInput.text"} <= set(texts)


def test_every_text_of_a_staff_form_is_a_text_field() -> None:
    checked = [
        cls
        for cls in subclasses(forms.BaseForm)
        if cls.__module__.partition(".")[0] in {"moderation", "mysocial"}
        and cls.__name__ not in NO_TEXT_CLASSES
    ]
    assert moderation.forms.DecisionForm in checked
    bare = [
        f"{cls.__name__}.{name}"
        for cls in checked
        for name, field in getattr(cls, "base_fields", {}).items()
        if isinstance(field, forms.CharField) and not isinstance(field, TextFormField)
    ]
    assert bare == []
    page: Any = moderation.admin.admin.site.get_model_admin(moderation.admin.WordFilter)
    field = page.formfield_for_dbfield(page.model._meta.get_field("phrase"), None)
    assert isinstance(field, TextFormField)
