"""Why a walk through the demo may end before its last visitor."""


class LostError(Exception):
    """The screen is not what the story expects; says what it waited for and what is there."""


class TakenOverError(Exception):
    """A person touched the screen: it is theirs now."""


class ClosedError(Exception):
    """The window was closed."""
