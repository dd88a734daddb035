"""A program that starts the server of a home folder, says where it is and stays. Run by the tests, to be killed."""

import sys
from pathlib import Path

from docflow.adapters.postgres.embedded import EmbeddedPostgres
from docflow.domain.errors import DocflowError

if __name__ == "__main__":
    server = EmbeddedPostgres(Path(sys.argv[1]), outside=tuple(map(Path, sys.argv[2:])), lock_wait_s=0.2)
    try:
        print(server.start(), flush=True)
    except DocflowError as error:
        print(f"{error.code}: {error}", flush=True)
        sys.exit(1)
    sys.stdin.read()
    server.stop()
