"""A headless Chromium that is installed on the machine, and the docs page opened and worked in it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Request, ViewportSize, sync_playwright

from tests.served_demo import Demo
from tests.sources import ROOT

SCREENSHOTS = ROOT / "build" / "screenshots"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The browser asks nobody for updates, lists or experiments: what is requested is the page's doing.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
)
_SIZE = ViewportSize(width=1400, height=1000)


def installed_chromium() -> str | None:
    """The program, CHROMIUM in the environment first; None where there is none."""
    given = os.environ.get("CHROMIUM")
    return given or next((path for name in _NAMES if (path := shutil.which(name))), None)


@dataclass
class DocsPage:
    """The docs page as finance staff see it, and what the browser did for it."""

    page: Page
    demo: Demo
    requested: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def note_request(self, request: Request) -> None:
        """Remember what the browser asked for, of whomever."""
        self.requested.append(request.url)

    def note_error(self, error: Error) -> None:
        """Remember a script that failed."""
        self.complaints.append(str(error))

    def note_message(self, message: ConsoleMessage) -> None:
        """Remember what the browser complained of; a refusal of the service is no fault of the page."""
        if message.type == "error" and "status of 40" not in message.text:
            self.complaints.append(message.text)

    def authorise(self) -> None:
        """Give the key as one does: Authorize, fill in, Authorize, Close."""
        self.page.locator(".auth-wrapper .authorize").first.click()
        dialog = self.page.locator(".dialog-ux")
        dialog.locator("#auth-bearer-value").fill(self.demo.key)
        dialog.get_by_role("button", name="Apply credentials").click()
        self.picture("authorised", dialog.locator(".modal-ux"))
        dialog.locator(".btn-done").first.click()

    def authorise_by_token(self, *permissions: str) -> None:
        """Fetch an access token for these permissions in the same dialog, with the credential's name and its key."""
        self.page.locator(".auth-wrapper .authorize").first.click()
        dialog = self.page.locator(".dialog-ux")
        dialog.locator("#client_id_clientCredentials").fill("demo")
        dialog.locator("#client_secret_clientCredentials").fill(self.demo.key)
        for permission in permissions:
            dialog.locator(f'label[for="{permission}-clientCredentials-checkbox-oauth2"] .item').click()
        with self.page.expect_response("**/oauth/token"):
            dialog.get_by_role("button", name="Apply given OAuth2 credentials").click()
        dialog.get_by_role("button", name="Remove authorization").wait_for()
        self.picture("authorised-by-token", dialog.locator(".modal-ux"))
        dialog.locator(".btn-done").first.click()

    def execute(self, title: str, picture: str) -> str:
        """Open the operation of that title, run its example as it stands, keep a screenshot; the body of the answer."""
        block = self.page.locator(".opblock", has=self.page.locator(f'text="{title}"')).first
        block.locator(".opblock-summary-control").click()
        block.locator(".execute").click()
        answer = block.locator(".live-responses-table .response-col_description .highlight-code").first
        answer.wait_for(timeout=20_000)
        self.picture(picture, block)
        self.picture(f"{picture}-answer", answer)
        told = answer.locator("code").first.inner_text()
        block.locator(".opblock-summary-control").click()
        return told

    def picture(self, name: str, of: Locator | None = None) -> None:
        """Keep what is shown as a test artefact."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        if of is None:
            self.page.screenshot(path=path, full_page=True)
        else:
            of.screenshot(path=path)


@contextmanager
def opened_docs_page(program: str, demo: Demo, profile: Path) -> Iterator[DocsPage]:
    """The docs page of the demo in a browser with a fresh profile."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=program, args=list(_FLAGS), headless=True, viewport=_SIZE
        )
        try:
            page = context.pages[0] if context.pages else context.new_page()
            docs = DocsPage(page, demo)
            context.on("request", docs.note_request)
            page.on("pageerror", docs.note_error)
            page.on("console", docs.note_message)
            page.goto(f"{demo.url}/docs")
            page.locator(".opblock").first.wait_for(timeout=30_000)
            yield docs
        finally:
            context.close()
