"""Debian's chromium without a window, as the tests of the server's pages drive it."""

from __future__ import annotations

import contextlib
import os
import re
import time
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from selenium.webdriver.remote.webelement import WebElement

PROGRAM: Final = Path("/usr/bin/chromium")
DRIVER: Final = Path("/usr/bin/chromedriver")
PHONE: Final = (390, 844)
DESK: Final = (1280, 800)
SIZES: Final = {"phone": PHONE, "desk": DESK}
_FONTS: Final = "pylopdf_fonts_zh_cn"  # the font that the kiosk draws with; a test machine may have none for Chinese
_Read = TypeVar("_Read")
_WAIT_S: Final = 60.0
_OVERFLOW: Final = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Window:
    """A window of the browser."""

    driver: webdriver.Chrome
    url: str
    pictures: Path
    size: tuple[int, int] = DESK

    def open(self, path: str) -> None:
        """Open a page of the server."""
        self.driver.get(self.url + path)

    @property
    def path(self) -> str:
        """The path of the page that is open."""
        return urlsplit(self.driver.current_url).path

    @property
    def text(self) -> str:
        """What a person reads on the page."""
        return self._steadily(lambda: self.driver.find_element(By.TAG_NAME, "body").text) or ""

    def has(self, words: str) -> bool:
        """Tell whether a person reads these words on the page."""
        return words in self.text

    def find(self, selector: str) -> WebElement:
        """Return the first element that fits, waiting for it."""
        self.until(lambda: bool(self.driver.find_elements(By.CSS_SELECTOR, selector)), selector)
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def value(self, selector: str, name: str) -> str:
        """Return an attribute of the first element that fits, "" when there is none."""

        def read() -> str:
            found = self.driver.find_elements(By.CSS_SELECTOR, selector)
            return (found[0].get_attribute(name) or "") if found else ""

        return self._steadily(read) or ""

    def press(self, selector: str) -> None:
        """Press what fits, as a finger does: where it is, once it is there."""

        def try_it() -> bool:
            found = self.driver.find_elements(By.CSS_SELECTOR, selector)
            if not found:
                return False
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", found[0])
            found[0].click()
            return True

        self.until(lambda: bool(self._steadily(try_it)), selector)

    def type(self, selector: str, text: str) -> None:
        """Type into a field."""
        self.find(selector).send_keys(text)

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for a condition; fails with what was waited for and what the page said."""
        end = time.monotonic() + _WAIT_S
        while not holds():
            assert time.monotonic() < end, f"waited in vain for {what}; the page says: {self.text}"
            time.sleep(0.02)

    def says(self, words: str) -> None:
        """Wait until a person reads these words."""
        self.until(lambda: self.has(words), words)

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        height = int(self.driver.execute_script("return document.documentElement.scrollHeight") or 0)
        metrics = {"width": self.size[0], "height": max(height, 300), "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.save_screenshot(str(self.pictures / f"{name}.png"))
        self.resize()

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return int(self.driver.execute_script(_OVERFLOW) or 0)

    def resize(self, size: tuple[int, int] | None = None) -> None:
        """Give the page this size, or the last one again."""
        self.size = size or self.size
        metrics = {"width": self.size[0], "height": self.size[1], "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def _steadily(self, read: Callable[[], _Read]) -> _Read | None:
        """Read from a page that may be drawn anew meanwhile; None then."""
        try:
            return read()
        except (StaleElementReferenceException, NoSuchElementException):
            return None


def is_here() -> bool:
    """Tell whether this machine has the browser."""
    return PROGRAM.exists() and DRIVER.exists()


@contextlib.contextmanager
def window(folder: Path, url: str, size: tuple[int, int]) -> Iterator[Window]:
    """Open a window of its own browser; `folder` takes its profile and pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    options = webdriver.ChromeOptions()
    options.binary_location = str(PROGRAM)
    for argument in (
        "--headless=new",
        "--no-sandbox",  # tests may run as root
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        f"--user-data-dir={folder / 'profile'}",
        f"--window-size={size[0]},{size[1]}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    environment = {**os.environ, "FONTCONFIG_FILE": str(_fonts(folder)), "HOME": str(folder)}
    driver = webdriver.Chrome(options, Service(str(DRIVER), env=environment))
    try:
        opened = Window(driver, url, folder / "pictures")
        opened.resize(size)
        yield opened
    finally:
        driver.quit()


def complaints(opened: Window) -> list[str]:
    """Return what the browser's console says of the page: errors of the script, whatever the policy forbids."""
    said = [str(line["message"]) for line in opened.driver.get_log("browser") if line["level"] != "DEBUG"]  # pyright: ignore[reportUnknownMemberType]
    # A refused act is answered with its status, which the console repeats.
    return [line for line in said if not re.search(r"status of (403|409)|favicon", line)]


def _fonts(folder: Path) -> Path:
    """Write a list of fonts that has one with Chinese signs."""
    conf = folder / "fonts.conf"
    with resources.as_file(resources.files(_FONTS)) as fonts:
        conf.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
            f"<dir>{fonts}</dir><dir>/usr/share/fonts</dir><cachedir>{folder / 'font-cache'}</cachedir>"
            "<alias><family>sans-serif</family><prefer><family>Noto Sans SC</family></prefer></alias></fontconfig>",
            encoding="utf-8",
        )
    return conf
