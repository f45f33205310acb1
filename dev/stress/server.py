"""A real Odoo server in a process of its own."""

import socket
import subprocess
import sys
import time
from urllib.request import urlopen


class Server:
    def __init__(self, database):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [
                *(sys.executable, sys.argv[0], "server", "--database", database),
                *("--db-filter", f"^{database}$", "--http-port", str(port)),
                *("--http-interface", "127.0.0.1", "--max-cron-threads", "0"),
                *("--log-level", "critical"),
            ]
        )
        for _attempt in range(600):
            if self.answers():
                return
            time.sleep(0.1)
        self.kill()
        raise RuntimeError("The server does not answer")

    def answers(self):
        try:
            urlopen(f"{self.url}/web/login", timeout=60).close()
        except OSError:
            return False
        return True

    def kill(self):
        """End it at once, as a power failure would."""
        self.process.kill()
        self.process.wait()
