"""The docs page in a real browser: finance staff authorise, run the examples as they stand, and read the answers."""

import json
from urllib.parse import urlsplit

from service.api.audiences import GROUPS
from tests.browser.chromium import DocsPage


def test_finance_staff_read_a_contract_preview_a_statement_and_explain_a_line(docs: DocsPage) -> None:
    docs.picture("docs-page")
    headings = docs.page.locator(".opblock-tag-section h3").all_inner_texts()
    assert [heading.split("\n")[0] for heading in headings[: len(GROUPS)]] == [group["name"] for group in GROUPS]
    docs.authorise()

    contract = json.loads(docs.execute("Read a contract", "read-a-contract"))
    assert contract["title"] == "Dialog mod Vold: behandling af voldsudsatte familier"

    preview = json.loads(docs.execute("Preview the statements of a period", "preview-a-statement"))
    (entry,) = preview["data"]
    assert entry["statement"]["totals"]["payable"] == "30000.00"
    assert entry["statement"]["investor"]["name"] == "Rådet for Sociale Investeringer"

    explained = json.loads(docs.execute("Explain a line of a statement", "explain-a-line"))
    assert explained["paragraphs"][0].endswith("6 months: 15,000.00 DKK, a new outcome of the period.")
    assert "Price 30,000.00 (illustrative) by terms version 1" in explained["paragraphs"][2]

    served_from = {urlsplit(address).netloc for address in docs.requested if not address.startswith("data:")}
    assert served_from == {urlsplit(docs.demo.url).netloc}, docs.requested
    assert not docs.complaints, docs.complaints


def test_the_key_is_forgotten_when_the_page_is_loaded_again(docs: DocsPage) -> None:
    docs.authorise()
    assert "15,000.00 DKK" in docs.execute("Explain a line of a statement", "explained-with-a-key")
    stored = docs.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert docs.demo.key not in stored
    docs.page.reload()
    docs.page.locator(".opblock").first.wait_for()
    assert "not-authenticated" in docs.execute("Explain a line of a statement", "explained-without-a-key")


def test_finance_staff_authorise_by_an_access_token_that_may_do_what_they_chose(docs: DocsPage) -> None:
    sent: list[str] = []
    docs.page.on("request", lambda request: sent.append(request.headers.get("authorization", "")))
    docs.authorise_by_token("contracts:read", "statements:read")
    contract = json.loads(docs.execute("Read a contract", "read-by-token"))
    assert contract["title"] == "Dialog mod Vold: behandling af voldsudsatte familier"
    assert sent[-1].startswith("Bearer ey") and sent[-1].count(".") == 2
    assert "permission-missing" in docs.execute("Explain a line of a statement", "not-chosen")
    assert not docs.complaints, docs.complaints


def test_every_operation_tells_the_permission_it_needs_and_who_has_it(docs: DocsPage) -> None:
    block = docs.page.locator(".opblock", has=docs.page.locator('text="Read a contract"')).first
    block.locator(".opblock-summary-control").click()
    needs = "Needs: contracts:read (case-system, provider, investor, payer, finance, auditor)."
    assert needs in block.locator(".opblock-description").inner_text()


def test_a_script_that_is_not_the_services_own_does_not_run(docs: DocsPage) -> None:
    docs.page.evaluate(
        "const one = document.createElement('script'); one.textContent = 'window.ran = true'; document.body.append(one)"
    )
    assert docs.page.evaluate("window.ran") is None
    assert any("Content Security Policy" in told for told in docs.complaints)
