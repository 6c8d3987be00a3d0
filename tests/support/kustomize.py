"""The manifests of a kustomization, resolved as `kubectl kustomize` does, as far as ours go."""

import copy
from pathlib import Path
from typing import Any

import yaml

Doc = dict[str, Any]
MERGED = "mysocial-config"


def build(folder: Path) -> list[Doc]:
    """Return what the kustomization in a folder comes to; KeyError for what it can't be."""
    said = yaml.safe_load((folder / "kustomization.yaml").read_text())
    docs: list[Doc] = []
    for name in said.get("resources", []):
        place = folder / name
        docs += build(place) if place.is_dir() else list(yaml.safe_load_all(place.read_text()))
    docs += [
        _config_map(one) for one in said.get("configMapGenerator", []) if "behavior" not in one
    ]
    for name in said.get("components", []):
        docs += build(folder / name)
        _merge_config_maps(docs, yaml.safe_load((folder / name / "kustomization.yaml").read_text()))
    for change in said.get("replicas", []):
        (found,) = [one for one in docs if _matches(one, {"kind": "Deployment", **change})]
        found["spec"]["replicas"] = change["count"]
    for patch in said.get("patches", []):
        docs = _apply_patch(docs, patch["target"], yaml.safe_load(patch["patch"]))
    return docs


def _config_map(said: Doc) -> Doc:
    data = dict(one.split("=", 1) for one in said["literals"])
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": said["name"]},
        "data": data,
    }


def _merge_config_maps(docs: list[Doc], component: Doc) -> None:
    for one in component.get("configMapGenerator", []):
        (found,) = [d for d in docs if _matches(d, {"kind": "ConfigMap", "name": one["name"]})]
        found["data"] |= _config_map(one)["data"]


def _matches(doc: Doc, target: Doc) -> bool:
    named = target.get("name", doc["metadata"]["name"]) == doc["metadata"]["name"]
    return bool(doc["kind"] == target["kind"] and named)


def _apply_patch(docs: list[Doc], target: Doc, patch: Doc) -> list[Doc]:
    chosen = [one for one in docs if _matches(one, target)]
    assert chosen, target
    if patch.get("$patch") == "delete":
        return [one for one in docs if one not in chosen]
    for one in chosen:
        name = one["metadata"]["name"]
        one.update(_merge_patch(one, patch))
        one["metadata"]["name"] = name
    return docs


def _merge_patch(under: Doc, over: Doc) -> Doc:
    found = copy.deepcopy(under)
    for name, value in over.items():
        both = isinstance(value, dict) and isinstance(found.get(name), dict)
        found[name] = _merge_patch(found[name], value) if both else value
    return found
