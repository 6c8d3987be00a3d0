"""Manifests of a kustomization, built like `kubectl kustomize` does, as far as ours need it."""

import copy
from pathlib import Path
from typing import Any

import yaml

Doc = dict[str, Any]
MERGED = "mysocial-config"


def build(folder: Path) -> list[Doc]:
    """Return the manifests that the kustomization in a folder builds.

    Raises:
        KeyError: a required field is missing.
    """
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    docs: list[Doc] = []
    for name in kustomization.get("resources", []):
        path = folder / name
        docs += build(path) if path.is_dir() else list(yaml.safe_load_all(path.read_text()))
    generators = kustomization.get("configMapGenerator", [])
    docs += [_config_map(generator) for generator in generators if "behavior" not in generator]
    for name in kustomization.get("components", []):
        docs += build(folder / name)
        _merge_config_maps(docs, yaml.safe_load((folder / name / "kustomization.yaml").read_text()))
    for image in kustomization.get("images", []):
        _set_tag(docs, image)
    for change in kustomization.get("replicas", []):
        (deployment,) = [doc for doc in docs if _matches(doc, {"kind": "Deployment", **change})]
        deployment["spec"]["replicas"] = change["count"]
    for patch in kustomization.get("patches", []):
        docs = _apply_patch(docs, patch["target"], yaml.safe_load(patch["patch"]))
    return docs


def _set_tag(docs: list[Doc], image: Doc) -> None:
    """Set the tag of an image in all containers that name it without one."""
    for doc in docs:
        pod = doc.get("spec", {}).get("template", {}).get("spec", {})
        for container in (*pod.get("containers", ()), *pod.get("initContainers", ())):
            if container["image"] == image["name"]:
                container["image"] = f"{image['name']}:{image['newTag']}"


def _config_map(generator: Doc) -> Doc:
    data = dict(literal.split("=", 1) for literal in generator["literals"])
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": generator["name"]},
        "data": data,
    }


def _merge_config_maps(docs: list[Doc], component: Doc) -> None:
    for entry in component.get("configMapGenerator", []):
        target = {"kind": "ConfigMap", "name": entry["name"]}
        (config_map,) = [doc for doc in docs if _matches(doc, target)]
        config_map["data"] |= _config_map(entry)["data"]


def _matches(doc: Doc, target: Doc) -> bool:
    has_name = target.get("name", doc["metadata"]["name"]) == doc["metadata"]["name"]
    return bool(doc["kind"] == target["kind"] and has_name)


def _apply_patch(docs: list[Doc], target: Doc, patch: Doc) -> list[Doc]:
    targets = [doc for doc in docs if _matches(doc, target)]
    assert targets, target
    if patch.get("$patch") == "delete":
        return [doc for doc in docs if doc not in targets]
    for doc in targets:
        name = doc["metadata"]["name"]
        doc.update(_merge_patch(doc, patch))
        doc["metadata"]["name"] = name
    return docs


def _merge_patch(original: Doc, patch: Doc) -> Doc:
    merged = copy.deepcopy(original)
    for name, value in patch.items():
        both_nested = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merge_patch(merged[name], value) if both_nested else value
    return merged
