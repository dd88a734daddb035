"""Asks the service of this container for its health: `python -m docflow.runtime.health_check`; 0 = healthy.

Nothing but the standard library: it runs every few seconds beside the service.
"""

import http.client
import os
import sys

_TIMEOUT_S = 4.0


def healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if healthy(int(os.environ["DOCFLOW_ADMIN__PORT"])) else 1)
