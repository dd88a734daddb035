"""A browser's name in two words, for the list of sessions."""

_PROGRAMS = (
    ("edg/", "Edge"),
    ("opr/", "Opera"),
    ("firefox/", "Firefox"),
    ("chrome/", "Chrome"),
    ("safari/", "Safari"),
    ("curl/", "curl"),
    ("python-httpx/", "Python"),
)
_SYSTEMS = (
    ("android", "Android"),
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("windows", "Windows"),
    ("mac os", "macOS"),
    ("cros", "ChromeOS"),
    ("linux", "Linux"),
)
"""The first that fits counts: Edge and Opera name Chrome too, Android names Linux."""


def device_of(user_agent: str | None) -> str | None:
    """Such as `Firefox on Linux`; None where nothing is known."""
    text = (user_agent or "").lower()
    program = next((name for mark, name in _PROGRAMS if mark in text), None)
    system = next((name for mark, name in _SYSTEMS if mark in text), None)
    return " on ".join(each for each in (program, system) if each) or None
