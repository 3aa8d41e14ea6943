"""The one font, which has Latin and Chinese: Kivy knows no fallback from font to font."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

from kivy.core.text import LabelBase

from kiosk.errors import ConfigError

FONT_NAME: Final = "UI"
_PACKAGE: Final = "pylopdf_fonts_zh_cn"
_FILE: Final = "NotoSansSC-Regular.otf"


def font_path() -> Path:
    """Return the font's file; raises ConfigError when it is missing, since Kivy would end the app at the first word."""
    try:
        path = Path(str(resources.files(_PACKAGE))) / _FILE
    except ModuleNotFoundError as error:
        raise ConfigError([f"font: the package {_PACKAGE} is not installed"]) from error
    if not path.is_file():
        raise ConfigError([f"font: {_FILE} is missing in the package {_PACKAGE}"])
    return path


def register_font() -> None:
    """Make the font known to Kivy as `UI`. It has one weight: heavy words are drawn more than once (`widgets.kv`)."""
    LabelBase.register(FONT_NAME, fn_regular=str(font_path()))
