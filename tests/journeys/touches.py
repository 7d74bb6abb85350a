"""How often a phone is touched for a job (domain.md §5)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page

CODE_READ = """(camera, text) => camera.dispatchEvent(
  new CustomEvent("code-read", { bubbles: true, detail: { text, format: "", kind: "" } }))"""


@dataclass
class Touches:
    """A phone, and how often it is touched."""

    phone: Page
    taps: int = 0
    scans: int = 0
    keys: int = 0

    def tap(self, what: Locator) -> None:
        """One touch."""
        what.tap()
        self.taps += 1

    def tick(self, what: Locator) -> None:
        """One touch, on a chip."""
        what.check()
        self.taps += 1

    def scan(self, code: str) -> None:
        """One decoded code, as a hand-held scanner sends it."""
        self.phone.get_by_role("searchbox", name="Code").fill(code)
        self.phone.get_by_role("searchbox", name="Code").press("Enter")
        self.scans += 1

    def send(self, code: str) -> None:
        """One decoded code, wherever one is."""
        self.phone.keyboard.type(code)
        self.phone.keyboard.press("Enter")
        self.scans += 1

    def read(self, code: str) -> None:
        """One decoded code, as the camera's element says it."""
        camera = self.phone.locator("code-camera:defined").first
        camera.wait_for(state="attached")
        camera.evaluate(CODE_READ, code)
        self.scans += 1

    def type(self, field: Locator, text: str) -> None:
        """Into a field that is tapped first."""
        self.tap(field)
        field.press_sequentially(text)
        self.keys += len(text)

    def photo(self, field: Locator, photo: Path) -> None:
        """The camera is opened, and its shutter pressed."""
        field.set_input_files(photo)
        self.taps += 2
