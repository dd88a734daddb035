"""How the SDKs' HTTP clients are set up."""

from typing import Any

#: As many calls as one process may have open. The SDKs keep a tenth of them and shake hands anew for the others.
MAX_CONNECTIONS = 1_000


def connections() -> dict[str, Any]:
    """Redirects are not followed, as the SDKs would: a document goes to the address that was set and nowhere else."""
    import httpx2

    limits = httpx2.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS)
    return {"limits": limits, "follow_redirects": False}
