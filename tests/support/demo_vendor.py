"""The demo's main vendor, whose license server publishes documents."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from licensing.documents.document import read_stored, sign
from tests.support.demo_server import RunningServer

CONVERSION = {"serialNumber": "1204417838", "licenseOwner": "Fjordlys Handel AS"}
"""The input of `convertDemo` that matches `purchase.lic`."""
TRIAL = {"serialNumber": "1010000004", "licenseOwner": "Fjordlys Handel AS", "isDemo": True}
"""The installation before its conversion, as returned by `convertDemo`."""


@dataclass
class Vendor:
    """The main vendor: its license server and the folder it serves."""

    url: str
    folder: Path

    def publish(self, text: str, serial_number: str) -> None:
        """Publish the latest license document of a serial number."""
        licenses = self.folder / "v1" / "licenses"
        licenses.mkdir(parents=True, exist_ok=True)
        (licenses / f"{serial_number}.lic").write_text(text)

    def sell(self, demo_serial: str, serial: str, owner: str) -> None:
        """Record the purchase that replaces a demo."""
        sold = self.folder / "conversions"
        sold.mkdir(exist_ok=True)
        (sold / f"{demo_serial}.json").write_text(json.dumps({"serial": serial, "owner": owner}))

    def reports(self, kind: str) -> list[dict[str, Any]]:
        """Return the reports received of a kind, `acceptances` or `rejections`."""
        return [json.loads(file.read_text()) for file in sorted((self.folder / kind).rglob("*.json"))]


def served(server: RunningServer, vendor: Vendor, name: str, **changed: object) -> str:
    """Return a license file of the demo, signed again with changed claims and the vendor's license server."""
    claims = msgspec.to_builtins(read_stored(server.demo.files[name].encode()))
    claims["vendor"]["license_server"] = vendor.url
    return sign({**claims, **changed}, server.demo.keys["superoffice"])


def publish_purchase(server: RunningServer, vendor: Vendor) -> None:
    """Publish `purchase.lic` and record its sale at the vendor."""
    vendor.publish(server.demo.files["purchase.lic"], CONVERSION["serialNumber"])
    vendor.sell(TRIAL["serialNumber"], CONVERSION["serialNumber"], CONVERSION["licenseOwner"])  # type: ignore[arg-type]
