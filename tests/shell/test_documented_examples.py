"""Every example of the API's document runs as it stands on the demo, and is answered as documented."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from service.api.audiences import GROUPS
from service.api.documented_problems import PROBLEM, STATUS_OF
from service.api.problem_codes import CODE_PAGES
from service.main import create_app
from service.settings import Settings
from tests.served_demo import Demo, served_demo
from tests.shell.documented import Operation, examples_in, operations
from tests.write_statements import CONTRACTS

DOCUMENT: dict[str, Any] = create_app(Settings()).openapi()
OPERATIONS = operations(DOCUMENT)
_JSON = ("application/json", PROBLEM, "application/schema+json")


@pytest.fixture
def demo(database_url: str) -> Iterator[Demo]:
    """The service of `make run` on this database."""
    with served_demo(database_url) as served:
        yield served


def told(remedy: str, faults: list[str]) -> str:
    """A failure message: what to do, then each place where it is to be done."""
    return "\n  ".join([remedy, *faults])


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """The judge of a schema that refers to the document's components."""
    whole = {**schema, "components": DOCUMENT["components"]}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def answer_faults(operation: Operation, response: httpx.Response) -> Iterator[str]:
    """What of the answer the document does not say."""
    documented = operation.told["responses"].get(str(response.status_code))
    media_type = response.headers.get("content-type", "").partition(";")[0]
    if documented is None:
        yield f"status {response.status_code} is not documented"
    elif media_type not in documented["content"]:
        yield f"{response.status_code}: {media_type} is not documented"
    elif media_type in _JSON:
        schema = documented["content"][media_type].get("schema", {})
        for fault in validator(schema).iter_errors(response.json()):
            yield f"{fault.json_path}: {fault.message[:300]}"


def test_every_example_runs_as_it_stands_and_is_answered_as_documented(demo: Demo) -> None:
    faults = []
    with httpx.Client(
        base_url=demo.url, headers={"Authorization": f"Bearer {demo.key}"}, timeout=60, trust_env=False
    ) as client:
        for operation in OPERATIONS:
            sent_before: set[tuple[str, bytes]] = set()
            for name, request in operation.requests():
                if (str(request.url), request.content) in sent_before:
                    continue
                sent_before.add((str(request.url), request.content))
                headers = {"Content-Type": request.headers.get("Content-Type", "")} if request.content else {}
                headers |= seen(client, operation, request)
                headers["Authorization"] = f"Bearer {demo.key_for(operation.path)}"
                response = client.request(
                    request.method, request.url.raw_path.decode(), content=request.content, headers=headers
                )
                faults += [f"{name}: {fault}" for fault in outcome_faults(operation, response)]
    assert not faults, told("Mend these examples, or what is documented of the answers.", faults)


def seen(client: httpx.Client, operation: Operation, request: httpx.Request) -> dict[str, str]:
    """If-Match, where the operation asks for it: what the caller has read, which is different on every ledger."""
    if all(parameter["name"] != "if-match" for parameter in operation.told.get("parameters", ())):
        return {}
    read = client.get(f"{request.url.path.rpartition('/')[0]}/draft")
    return {"If-Match": read.headers["ETag"]}


def outcome_faults(operation: Operation, response: httpx.Response) -> Iterator[str]:
    """Why this is not the answer that an example deserves."""
    if not response.is_success:
        yield f"{response.status_code} {response.text[:500]}"
    elif response.headers["content-type"] == "application/json" and "verdicts" in response.json():
        refused = [one for one in response.json()["verdicts"] if one["verdict"] not in ("accepted", "duplicate")]
        yield from (f"not taken: {one}" for one in refused)
    yield from answer_faults(operation, response)


def test_every_operation_stands_in_a_group_with_a_title_and_a_description() -> None:
    groups = {group["name"] for group in GROUPS}
    faults = [
        f"{one.name}: {one.told.get('tags')}, {one.told.get('summary')!r}"
        for one in OPERATIONS
        if len(one.told.get("tags", ())) != 1
        or one.told["tags"][0] not in groups
        or not one.told.get("summary")
        or not one.told.get("description")
    ]
    assert not faults, told(
        "Give each one tag of service/api/audiences.py, a summary that finance staff understand, a docstring.",
        faults,
    )
    titles = [one.told["summary"] for one in OPERATIONS]
    assert len(titles) == len(set(titles)), "Two operations have the same title."


def test_every_parameter_is_described_and_has_an_example() -> None:
    faults = [
        f"{one.name}: {parameter['name']}"
        for one in OPERATIONS
        for parameter in one.told.get("parameters", ())
        # A header filled in would make the second run another one: a key that is used up, a copy that is held.
        if ("example" not in parameter and parameter["in"] != "header") or not parameter.get("description")
    ]
    assert not faults, told("Give each its description= and examples=[...] that runs on the demo's data.", faults)


def test_every_body_has_an_example_that_its_schema_allows() -> None:
    faults = []
    for one in OPERATIONS:
        for media_type, content in one.told.get("requestBody", {}).get("content", {}).items():
            shown = examples_in(content)
            faults += [f"{one.name}: {media_type} has no example"] * (not shown)
            for name, value in shown:
                place = f"{one.name} {media_type} {name}"
                wrong = validator(content["schema"]).iter_errors(value)
                faults += [f"{place}: {fault.json_path} {fault.message[:200]}" for fault in wrong]
    assert not faults, told("Add or mend these (service/api/examples.py, service/api/event_bodies.py).", faults)


def test_every_error_is_documented_with_a_problem_of_each_code() -> None:
    faults = []
    for one in OPERATIONS:
        for status, response in one.told["responses"].items():
            if int(status) >= 400:
                faults += [f"{one.name} {status}: {fault}" for fault in problem_faults(int(status), response)]
    assert not faults, told(
        "Name the codes: responses=problems('contract-not-found'); a new code stands in documented_problems.py.", faults
    )


def problem_faults(status: int, response: dict[str, Any]) -> Iterator[str]:
    """What is missing from a documented error."""
    content = response.get("content", {}).get(PROBLEM)
    if content is None:
        yield f"is not documented as {PROBLEM}"
        return
    shown = examples_in(content)
    if not shown:
        yield "has no example"
    for code, value in shown:
        if value["code"] != code or value["status"] != status or STATUS_OF[code] != status:
            yield f"the example {code} is of another code or status"
        yield from (f"{one['code']} is no code" for one in value["errors"] if one["code"] not in CODE_PAGES)
        yield from (fault.message for fault in validator(content["schema"]).iter_errors(value))


def test_what_any_operation_can_answer_stands_at_each() -> None:
    everywhere = {"500", "503"}
    guarded = {"401", "422"}
    faults = []
    for one in OPERATIONS:
        needed = everywhere | guarded if one.path.startswith("/v1") and one.told.get("security") else set()
        needed |= {"400", "413", "415"} if "requestBody" in one.told else set()
        needed |= {"404"} if "{" in one.path else set()
        missing = needed - one.told["responses"].keys()
        faults += [f"{one.name}: {', '.join(sorted(missing))}"] * bool(missing)
    assert not faults, told("Add these to responses=problems(...).", faults)


def test_the_document_has_no_shape_of_the_framework_and_no_loose_end() -> None:
    assert "HTTPValidationError" not in DOCUMENT["components"]["schemas"]
    Draft202012Validator.check_schema({"$defs": DOCUMENT["components"]["schemas"]})


def test_every_example_of_an_answer_is_one_that_its_schema_allows() -> None:
    faults = [
        f"{name}: {fault.json_path} {fault.message[:200]}"
        for name, schema in DOCUMENT["components"]["schemas"].items()
        for value in schema.get("examples", ())
        for fault in validator(schema).iter_errors(value)
    ]
    assert not faults, told("Mend these examples (service/api/example_statement.json).", faults)
    shown = DOCUMENT["components"]["schemas"]["StatementDocument"]["examples"]
    issued = CONTRACTS / "housing-first-aarhus" / "statements" / "2023.council.json"
    assert shown == [json.loads(issued.read_text("utf-8"))], f"Copy {issued.name} into example_statement.json again."


def test_the_answers_that_carry_amounts_have_no_loose_part() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    faults = [
        f"{name}.{field}"
        for name in ("StatementDocument", "MetricSection", "LineItem", "PendingItem", "LinePrice", "Totals")
        for field, shape in schemas[name]["properties"].items()
        if not shape.keys() & {"$ref", "anyOf", "const", "enum", "type"} or shape.get("additionalProperties")
    ]
    assert not faults, told("Give each a shape of its own (service/api/statement_documents.py).", faults)
