"""The OpenAPI document is complete and valid (`support/api_contract.py` checks each response)."""

import io
import re

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.support import api_contract
from tests.support.api_contract import resolved
from tests.support.people import new_client

PUBLIC = {
    "getSignUpChallenge", "getSignUpOptions", "signUp", "signIn", "refreshTokens",
    "requestPasswordReset", "requestSignInLink", "signInWithLink", "resetPassword",
    "verifyEmail", "revokeEmailChange",
    "unsubscribeFromEmails",
}  # fmt: skip
# Generated clients name their functions after these: a change breaks them.
OPERATION_IDS = {
    "accounts": """changeEmail changePassword downloadExport endAllSessions endSession eraseAccount
        getAccount getExportStatus getSignUpChallenge getSignUpOptions
        listSessions listSignIns refreshTokens
        requestExport requestPasswordReset requestSignInLink resetPassword revokeEmailChange
        sendVerificationEmail signIn signInWithLink signOut signUp verifyEmail""",
    "chat": """closeChat countUnreadMessages deleteMessage getMessage listConversations listMessages
        listOpenChats markConversationRead openChat removeMessageReaction sendMessage
        setMessageReaction updateMessage""",
    "comments": """createComment deleteComment getComment listCommentReactions listCommenters
        listComments listReplies removeCommentReaction setCommentReaction updateComment""",
    "events": "streamEvents",
    "followers": """acceptFollowRequest blockMember declineFollowRequest followMember
        listBlockedMembers listFollowRequests listFollowers listFollowing listMutedMembers
        listRelationships listSuggestions muteMember removeFollower unblockMember unfollowMember
        unmuteMember""",
    "images": """deleteImage listMemberImages removeBackgroundImage setBackgroundImage
        setProfileImage""",
    "moderation": "createReport listReports",
    "notifications": """deleteNotification listNotifications markAllNotificationsRead
        unsubscribeFromEmails updateNotification""",
    "posts": """createBookmark createPost deleteBookmark deletePollVote deletePost getPost
        listBookmarkedPosts listHomePosts listMemberPosts listPinnedPosts listPostVersions listPosts
        pinPost setPollVote unpinPost updatePost""",
    "reactions": """getOwnPostReaction listMemberReactions listPostReactions removePostReaction
        setPostReaction""",
    "users": """changeUsername getLeaderboard getMember getOwnProfile getSettings listMembers
        listOnlineMembers lookUpMember searchMembers
        updateOwnProfile updateSettings""",
}
READ_ERRORS = {"400", "401", "404", "429", "503"}
WRITE_ERRORS = READ_ERRORS | {"403", "409", "413", "415", "422"}
JSON = "application/json"


def operations():
    return [
        (verb, operation)
        for verbs in api_contract.schema()["paths"].values()
        for verb, operation in verbs.items()
    ]


def named(operation_id):
    """Return the operation with this id."""
    matching = [part for _, part in operations() if part["operationId"] == operation_id]
    (operation,) = matching
    return operation


def successes():
    """Yield each successful response with its operation."""
    for _, operation in operations():
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                yield operation, response


def examples_of(media):
    """Return the values of the examples of a body."""
    values = [example["value"] for example in media.get("examples", {}).values()]
    return values + ([media["example"]] if "example" in media else [])


def schema_errors(schema, value):
    components = api_contract.schema()["components"]
    validator = Draft202012Validator({**schema, "components": components})
    return [error.message for error in validator.iter_errors(value)]


def properties(schema, place):
    """Yield each property in a schema with its place, also in nested schemas."""
    for name, value in schema.get("properties", {}).items():
        yield f"{place}.{name}", value
    for key, inner in schema.items():
        parts = inner.values() if key == "properties" else inner if isinstance(inner, list) else ()
        for part in [*parts, *([inner] if isinstance(inner, dict) else [])]:
            if isinstance(part, dict) and key != "properties":
                yield from properties(part, f"{place}.{key}")
            elif isinstance(part, dict):
                yield from properties(part, place)


def references(value):
    """Yield each `$ref` in a part of the document."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from references(part)


def test_the_schema_is_valid_and_generated_without_warnings():
    out = io.StringIO()
    call_command("spectacular", fail_on_warn=True, validate=True, stdout=out)
    assert out.getvalue().startswith("openapi: 3.1.0")


def test_an_independent_validator_accepts_the_document():
    errors = [
        error.message for error in OpenAPIV31SpecValidator(api_contract.schema()).iter_errors()
    ]
    assert errors == []


def test_the_operation_ids_are_those_that_clients_know():
    ids = {}
    for _, operation in operations():
        (tag,) = operation["tags"]
        ids.setdefault(tag, []).append(operation["operationId"])
    assert {tag: sorted(names) for tag, names in ids.items()} == {
        tag: names.split() for tag, names in OPERATION_IDS.items()
    }
    names = [name for tag in ids.values() for name in tag]
    assert len(names) == len(set(names))
    assert [name for name in names if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", name)] == []


def test_every_operation_has_a_summary_and_refers_to_its_problems():
    for verb, operation in operations():
        assert operation["summary"], operation
        statuses = {code for code in operation["responses"] if code >= "400"}
        errors = READ_ERRORS if verb == "get" else WRITE_ERRORS
        if operation["operationId"] == "streamEvents":
            errors = errors - {"404"}  # a topic that does not exist has no events
        assert statuses == errors, operation
        for status in statuses:
            assert list(operation["responses"][status]) == ["$ref"], operation
            problem = resolved(operation["responses"][status])
            media = problem["content"]["application/problem+json"]
            assert str(media["example"]["status"]) == status
            assert schema_errors(media["schema"], media["example"]) == []
        if verb != "get":
            keys = [resolved(parameter)["name"] for parameter in operation["parameters"]]
            assert keys.count("Idempotency-Key") == 1


def test_every_operation_requires_a_token_except_the_public_ones():
    public = {
        operation["operationId"]
        for _, operation in operations()
        if {"access": []} not in operation.get("security", [])
    }
    assert public == PUBLIC


def test_paths_are_relative_to_the_server(alice):
    (server,) = api_contract.schema()["servers"]
    assert server["url"] == "/api/v1"
    assert server["description"]
    assert [path for path in api_contract.schema()["paths"] if path.startswith("/api")] == []
    path = server["url"] + "/users/me"
    assert path in api_contract.paths()
    response = new_client().get(path, headers={"Authorization": f"Bearer {alice.access}"})
    assert response.status_code == 200


def test_every_tag_has_a_description():
    tags = {tag["name"]: tag["description"] for tag in api_contract.schema()["tags"]}
    assert list(tags) == sorted(tags)
    assert set(tags) == set(OPERATION_IDS)
    assert all(len(text) > 20 for text in tags.values())


def test_every_property_and_parameter_and_header_has_a_description():
    components = api_contract.schema()["components"]
    described = [
        item for name, schema in components["schemas"].items() for item in properties(schema, name)
    ]
    assert len(described) > 250
    # A property that is a component by itself may be described there.
    bare = [
        place
        for place, schema in described
        if not (schema.get("description") or resolved(schema).get("description"))
    ]
    assert bare == []
    parameters = [
        resolved(parameter)
        for _, operation in operations()
        for parameter in operation.get("parameters", [])
    ]
    parts = [*parameters, *components["headers"].values(), *components["securitySchemes"].values()]
    assert [part for part in parts if not part.get("description")] == []
    assert [schema for schema in components["schemas"].values() if "description" not in schema] == [
        components["schemas"][name] for name in ("BlankEnum", "NullEnum")
    ]


def test_every_success_response_has_a_description_and_a_valid_example():
    for operation, response in successes():
        assert response["description"], operation
        media = response["content"].get(JSON)
        if not media:
            assert operation["operationId"] in {"downloadExport", "streamEvents"}
            continue
        examples = examples_of(media)
        assert examples, operation
        for example in examples:
            assert schema_errors(media["schema"], example) == [], operation["operationId"]


def test_the_example_of_a_write_has_its_message(alice, bob):
    example = examples_of(named("followMember")["responses"]["200"]["content"][JSON])[0]
    response = bob.put(f"users/{alice.id}/follow").json()
    assert response == {**example, "relation": {**example["relation"], "id": alice.id}}
    response = alice.post("posts", {"text": "Hello, world."}).json()
    example = examples_of(named("createPost")["responses"]["201"]["content"][JSON])[0]
    assert response["message"] == example["message"]


def test_every_request_body_has_a_valid_example():
    bodies = [
        operation["requestBody"] for _, operation in operations() if "requestBody" in operation
    ]
    assert len(bodies) > 15
    for body in bodies:
        media = body["content"][JSON]
        examples = examples_of(media)
        assert examples, body
        for example in examples:
            assert schema_errors(media["schema"], example) == [], body


def test_an_invalid_example_is_detected():
    assert schema_errors({"$ref": "#/components/schemas/Post"}, {"id": 7}) != []


def test_no_component_is_unused():
    document = api_contract.schema()
    used = set(references(document))
    defined = {
        f"#/components/{kind}/{name}"
        for kind in ("headers", "parameters", "responses", "schemas")
        for name in document["components"][kind]
    }
    assert defined - used == set()


def test_a_response_that_violates_the_schema_is_detected(alice):
    class Response:
        status_code = 200
        headers = {"Content-Type": "application/json"}  # noqa: RUF012
        content = b'{"posts": [{"id": 7}], "next": null}'

    with pytest.raises(AssertionError):
        api_contract.check("GET", "/api/v1/posts", Response())
