"""`seatkeeper serve` that waits for a reader no longer than two seconds: `python -m tests.faults.impatient serve`."""

import argparse

import uvicorn

from schema.build import schema
from server.app import create_app
from server.graphql.streams import Protocol
from server.observability.logs import configure_logs
from server.settings import read_settings

SEND_TIMEOUT = 2.0


def main() -> None:
    """Serves until it is killed."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("command")
    arguments.add_argument("--port", type=int)
    settings = read_settings()
    configure_logs(settings.log_format)
    app = create_app(settings, schema, send_timeout=SEND_TIMEOUT)
    uvicorn.run(app, port=arguments.parse_args().port, http=Protocol, log_config=None, access_log=False)


if __name__ == "__main__":
    main()
