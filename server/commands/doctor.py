"""`seatkeeper doctor`: what should never be."""

from argparse import Namespace
from dataclasses import asdict

from resolvers.operations.doctor import examine, repair_seats
from server.commands.arguments import Subparsers, add_command, takes_installation, takes_json
from server.commands.connection import in_installation
from server.commands.terminal import complain, print_json, say


def add_to(commands: Subparsers) -> None:
    """Adds the command."""
    help = "recount seats, check stored signatures and look for what should never be; exit code 1 if anything is wrong"
    parser = add_command(commands, "doctor", examine_installation, help)
    parser.add_argument("--repair", action="store_true", help="set the counts of seats right first")
    takes_installation(parser)
    takes_json(parser)


async def examine_installation(arguments: Namespace) -> bool:
    """Examines an installation, and mends its counts if that is asked for."""
    async with in_installation(arguments) as context:
        mended = await repair_seats(context) if arguments.repair else []
        findings = await examine(context)
    if arguments.json:
        print_json({"mended": mended, "findings": [asdict(finding) for finding in findings]})
        return not findings
    for license in mended:
        say(f"Recounted the seats in use of {license}.")
    for finding in findings:
        complain(f"{finding.code}: {finding.message}")
    if not findings:
        say("All is well.")
    return not findings
