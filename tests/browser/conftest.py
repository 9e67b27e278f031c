"""A real browser and the served pages, on this machine only."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from api.app import application
from api.composition import Composition
from tests.api import makers

FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--window-size=1200,900",
)
NO_SCRIPTS = {"profile.managed_default_content_settings.javascript": 2}


@pytest.fixture(scope="session")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composition]:
    """The world the API tests use, too."""
    filled = makers.filled(makers.registry(), tmp_path_factory.mktemp("browser"))
    yield filled
    filled.engine.dispose()


@pytest.fixture(scope="session")
def site(here: Composition) -> Iterator[str]:
    """The address of the served pages."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(application(replace(here, now=lambda: makers.NOW)), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def open_browser(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Start a browser with a profile of its own."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("no chromium with chromedriver on this machine")

    def start(**preferences: object) -> Any:
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        profile: Path = tmp_path_factory.mktemp("profile")
        for flag in (*FLAGS, *sandbox, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.add_experimental_option("prefs", preferences)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        return webdriver.Chrome(options, webdriver.ChromeService(driver))

    return start


@pytest.fixture(scope="session")
def browser(open_browser: Callable[..., Any]) -> Iterator[Any]:
    """A browser as most people have it."""
    started = open_browser()
    yield started
    started.quit()


@pytest.fixture(scope="session")
def plain_browser(open_browser: Callable[..., Any]) -> Iterator[Any]:
    """A browser that runs no scripts."""
    started = open_browser(**NO_SCRIPTS)
    yield started
    started.quit()
