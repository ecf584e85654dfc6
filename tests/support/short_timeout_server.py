"""`seatkeeper serve` with timeouts of two seconds: `python -m tests.support.short_timeout_server serve`."""

import argparse

import uvicorn

from schema.build import schema
from server.app import create_app
from server.middleware.uvicorn_protocol import ConnectionLimits, UvicornProtocol
from server.observability.logs import configure_logs
from server.settings import read_settings

SEND_TIMEOUT = HEADER_TIMEOUT = 2.0


def main() -> None:
    """Serve until the process is killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("--port", type=int)
    settings = read_settings()
    configure_logs(settings.log_format)
    app = create_app(settings, schema, send_timeout=SEND_TIMEOUT)
    protocol = UvicornProtocol.with_limits(ConnectionLimits(header_timeout=HEADER_TIMEOUT))
    uvicorn.run(app, port=parser.parse_args().port, http=protocol, log_config=None, access_log=False)


if __name__ == "__main__":
    main()
