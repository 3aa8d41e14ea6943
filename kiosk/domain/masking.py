"""What may be shown of a name, a plate or a telephone number in a public hall."""

from __future__ import annotations

_SHORT = 2
_PLATE_SHOWN_HEAD = 2  # province and letter say the district, not the car
_PLATE_SHOWN_TAIL = 2
_PHONE_SHOWN_HEAD = 3
_PHONE_SHOWN_TAIL = 4


def mask_name(name: str) -> str:
    """Return a name that its owner knows and a bystander does not: 张小明 → 张*明, 李雷 → 李*, Ann Lee → A*e."""
    name = " ".join(name.split())
    if len(name) <= _SHORT:
        return name[:1] + "*"
    return f"{name[0]}*{name[-1]}"


def mask_plate(plate: str) -> str:
    """Return a plate with its middle hidden: 冀A12345 → 冀A***45."""
    plate = plate.strip()
    hidden = len(plate) - _PLATE_SHOWN_HEAD - _PLATE_SHOWN_TAIL
    if hidden <= 0:
        return "*" * len(plate)
    return plate[:_PLATE_SHOWN_HEAD] + "*" * hidden + plate[-_PLATE_SHOWN_TAIL:]


def mask_phone(phone: str) -> str:
    """Return a number with its middle hidden: 13912345678 → 139****5678; a short one is hidden whole."""
    phone = phone.strip()
    if len(phone) <= _PHONE_SHOWN_HEAD + _PHONE_SHOWN_TAIL:
        return "*" * len(phone)
    hidden = len(phone) - _PHONE_SHOWN_HEAD - _PHONE_SHOWN_TAIL
    return phone[:_PHONE_SHOWN_HEAD] + "*" * hidden + phone[-_PHONE_SHOWN_TAIL:]
