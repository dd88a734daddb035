import socket
import threading

import pytest
from docflow.runtime.health_check import healthy


def answer_once(listener: socket.socket, status: bytes) -> threading.Thread:
    def talk() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")

    thread = threading.Thread(target=talk)
    thread.start()
    return thread


@pytest.mark.parametrize(("status", "expected"), [(b"200 OK", True), (b"503 Service Unavailable", False)])
def test_a_service_is_healthy_when_it_says_so(status: bytes, expected: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = answer_once(listener, status)
        assert healthy(listener.getsockname()[1]) is expected
        thread.join()


def test_a_service_that_nobody_listens_for_is_not_healthy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert not healthy(port)
