"""Touches every button of every screen, through the window, and compares what the host was asked with the promise.

    python -m tests.screens.taps visitor|cases|day

A button that no promise names, and a promise without its button, are mistakes as well.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from kiosk.domain.booking_number import ALPHABET
from tests.screens.promises_guard import CASE_PROMISES, DAY_PROMISES, DIGITS
from tests.screens.samples_base import VISIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kivy.uix.widget import Widget

    from tests.screens.samples_base import Sample
    from tests.screens.stand import Stand

Acts = tuple[tuple[object, ...], ...]

BAR: Final[dict[str, Acts]] = {
    "车管二分所 · 1 号入口": (("open_guard",),),
    "大字": (("switch_large_text",),),
    "EN": (("switch_language",),),
}
HELP: Final[dict[str, Acts]] = {"请人协助": (("ask_person",),)}
DONE: Final[dict[str, Acts]] = {"知道了": (("done",),)}
BACK: Final[dict[str, Acts]] = {"返回": (("back",),)}
NOT_ME: Final[dict[str, Acts]] = {"不是我": (("not_me",),)}

PROMISES: Final[dict[str, dict[str, Acts]]] = {
    "idle": {**BAR, "没有二维码": (("open_keypad",),), "需要帮助": (("open_help",),)},
    "rest-board": BAR,
    "booking": {**BAR, **HELP, "是我，继续": (("confirm",),), "不是我的预约": (("disown",),)},
    "declaration": {
        **BAR,
        **NOT_ME,
        **HELP,
        "查看全文": (("open_notice",),),
        "以上都没有": (("declare", ()),),
        "有其中一项": (("open_which",),),
        "更多时间": (("more_time",),),
    },
    "which": {
        **BAR,
        **NOT_ME,
        **HELP,
        **BACK,
        "有发热、咳嗽、乏力或腹泻": (),
        "到过公告所列风险地区": (),
        "接触过确诊或疑似人员": (),
        "确认提交": (("declare", ("places",)),),
    },
    "notice": {**BAR, **NOT_ME, **BACK},
    "measuring": {**BAR, **NOT_ME, "请人工测量": (("measure_by_hand",),), "更多时间": (("more_time",),)},
    "admitted": {**BAR, **DONE},
    "rest": {**BAR, **HELP, **DONE},
    "guard": {**BAR, **DONE, "再次呼叫": (("ask_person",),)},
    "hall-line": {**BAR, **HELP, **DONE},
    "goodbye": {**BAR, **DONE},
    "out-of-order": BAR,
    "enrol": BAR,
    "enrol-confirm": {**BAR, "确认登记": (("enrol_go",),), "返回": (("enrol_back",),)},
    "enrol-done": {**BAR, "开始使用": (("enrol_go",),)},
    "help": {**BAR, **HELP, **BACK},
    "refused-too-early": {**BAR, **HELP, **DONE},
    "refused-online-only": {**BAR, **HELP, **DONE},
    "refused-unreadable-code": {**BAR, **HELP, **DONE, "输入号码": (("open_keypad",),)},
    "refused-unknown-booking": {**BAR, **HELP, **DONE, "输入号码": (("open_keypad",),)},
    "keypad-booking": {**BAR, **HELP, **BACK, **dict.fromkeys([*ALPHABET, "back"], ()), "改用身份证号": ()},
    "keypad-id": {
        **BAR,
        **HELP,
        **BACK,
        **DIGITS,
        "X": (),
        "改用预约号": (),
        "查找": (("look_up", "id", "11010519491231002X"),),
    },
    "idle-alarm": {
        **BAR,
        "没有二维码": (("open_keypad",),),
        "需要帮助": (("open_help",),),
        "2": (("seen",),),
    },
}

_SCROLL_S: Final = 0.5
"""A field that scrolls hands a tap on only once it cannot become a scroll."""


def main(side: str) -> int:
    """Touch everything on the screens of one side; print what is not as promised; return 0 when all is."""
    from tests.screens.window import open_window

    open_window(540, 960)  # half as large is drawn four times as fast
    from tests.screens.samples import SAMPLES
    from tests.screens.stand import Stand

    stand = Stand(540, 960)
    samples = {sample.name: sample for sample in SAMPLES}
    promises = {"visitor": PROMISES, "cases": CASE_PROMISES, "day": DAY_PROMISES}[side]
    mistakes = [fault for name, promise in promises.items() for fault in _screen(stand, samples[name], promise)]
    if side == "cases":
        mistakes += _types_twice(stand, samples["guard-reading"])
    elif side == "visitor":
        mistakes += _scrolls(stand, samples["help"])
        mistakes += _scrolls(stand, samples["notice"])
        mistakes += _types(stand, samples["keypad-not-found"])
    unnamed = {sample.place for sample in SAMPLES} - {
        samples[name].place for name in (*PROMISES, *CASE_PROMISES, *DAY_PROMISES)
    }
    mistakes += [f"no promise for the screen {place}" for place in unnamed]
    for mistake in mistakes:
        print(mistake)  # noqa: T201 - a command that answers on standard output
    return 1 if mistakes else 0


def _screen(stand: Stand, sample: Sample, promise: dict[str, Acts]) -> Iterator[str]:
    from kiosk.screens.widgets import BackKey, Key
    from tests.screens.window import tap

    buttons = _buttons(stand, sample)
    names = [_name(button) for button in buttons]
    for name in {*names, *promise}:
        if names.count(name) != 1 or name not in promise:
            yield f"{sample.name}: {name}: {names.count(name)} buttons; promised: {name in promise}"
    keys = [button for button in buttons if isinstance(button, (Key, BackKey))]
    stand.host.acts.clear()
    for key in keys:  # without showing the screen anew for each
        tap(key)
    if stand.host.acts:
        yield f"{sample.name}: keys that ask the host: {stand.host.acts}"
    for name in (promise.keys() & set(names)) - {_name(key) for key in keys}:
        done = _touch(stand, sample, name)
        if done != promise[name]:
            yield f"{sample.name}: {name}: {done} instead of {promise[name]}"


def _touch(stand: Stand, sample: Sample, name: str) -> Acts:
    """Show `sample` anew, touch the button of this name, and return what the host was asked."""
    from kivy.uix.scrollview import ScrollView

    from tests.screens.window import tap, turn, turn_until

    button = next(button for button in _buttons(stand, sample) if _name(button) == name)
    field = next((outer for outer in button.walk_reverse() if isinstance(outer, ScrollView)), None)
    if field is not None and field.children[0].height > field.height:
        field.scroll_to(button, animate=False)
        turn(3)
    stand.host.acts.clear()
    for touch in range(2 if is_asked_twice(button) else 1):
        if touch and stand.host.acts:
            return (("done at the first touch",),)
        tap(button)
        if field is not None:
            turn_until(lambda: stand.host.acts or getattr(button, "is_armed", False), _SCROLL_S)
    return tuple(stand.host.acts)


def is_asked_twice(button: Any) -> bool:  # noqa: ANN401 - each button has properties of its own
    """Tell whether a button asks before it does what is hard to undo."""
    from kiosk.screens.widgets import ArmedButton

    return bool(getattr(button, "is_hard", isinstance(button, ArmedButton)))


def _buttons(stand: Stand, sample: Sample) -> list[Any]:
    from kivy.uix.behaviors import ButtonBehavior

    from tests.screens.looks import seen

    screen = stand.show(sample, is_drawn=False)
    widgets: list[Any] = [one.widget for one in seen(screen)]
    return [widget for widget in widgets if not widget.disabled and isinstance(widget, ButtonBehavior)]


def _name(button: Widget) -> str:
    words = getattr(button, "label", "") or getattr(button, "content", "") or getattr(button, "name", "")
    if not words and hasattr(button, "count"):  # the badge with how many wait
        words = str(button.count)
    return f"{button.parent.label} {words}" if hasattr(button.parent, "item_id") else words


def _scrolls(stand: Stand, sample: Sample) -> Iterator[str]:
    """Draw a long text up with a finger."""
    from tests.screens.window import drag_up

    field: Any = stand.show(sample, "en", is_large=True).ids.scroll
    before = field.scroll_y
    drag_up(field)
    if not field.scroll_y < before - 0.05:
        yield f"{sample.name}: a finger does not scroll it: {before} to {field.scroll_y}"


def _types(stand: Stand, sample: Sample) -> Iterator[str]:
    """Type some signs, take one away; what is typed stands on the screen."""
    from tests.screens.window import tap

    screen: Any = stand.show(sample)
    for name in ("7", "K", "3", "back"):
        tap(next(widget for widget in screen.walk() if getattr(widget, "name", None) == name))
    if (screen.typed, screen.shown, screen.hint) != ("7K", "7K", ""):
        yield f"{sample.name}: typed {screen.typed!r}, shown {screen.shown!r}, hint {screen.hint!r}"


def _types_twice(stand: Stand, sample: Sample) -> Iterator[str]:
    """Type an unusual temperature: it is asked for again, and sent with what was typed the second time."""
    for second, expected in (("396", (("measure", VISIT, None, "forehead:39.6:39.6"),)), ("395", ()), ("370", ())):
        screen: Any = stand.show(sample)
        stand.host.acts.clear()
        for value in ("396", second):
            screen.digits = ""
            for digit in value:
                screen.on_key(digit)
            screen.on_save()
        if tuple(stand.host.acts) != expected:
            yield f"{sample.name}: 396, then {second}: {stand.host.acts} instead of {expected}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
