"""How originals leave: as attachments that no browser runs, under the name they came with."""

from urllib.parse import quote

FILE_CSP = "default-src 'none'; sandbox; frame-ancestors 'none'"


def attachment(file_name: str) -> str:
    """Content-Disposition with the name for old and new clients (RFC 6266, RFC 8187)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
