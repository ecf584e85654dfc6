"""The license documents of the demo: an invented company, and real license names."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

OWNER = "Fjordlys Handel AS"
SERIAL_NUMBER = "1204417838"
TRIAL_SERIAL_NUMBER = "1010000004"
OTHER_SERIAL_NUMBER = "1204417846"

Claims = dict[str, Any]

# The hidden licenses, grouped by the plans that include them.
_COMMON_FEATURES = {
    "user": "User",
    "web": "Web access",
    "pocket-crm-cal": "Mobile CRM",
    "selection-cal": "Selections",
    "relation-cal": "Relations",
}
_SALES_FEATURES = {
    "report-cal": "Reports",
    "chat-cal": "Chat",
    "forms-cal": "Forms",
    "sale-cal": "Sales",
    "t2": "Premium tier",
    "saint-cal": "Sales intelligence",
    "target-cal": "Targets",
    "project-cal": "Projects",
    "quote-cal": "Quotes",
    "guide-cal": "Sales and project guides",
    "stakeholder-cal": "Stakeholders",
    "dash-cal": "Dashboards",
    "selection-combined-cal": "Combined selections",
}
_SERVICE_FEATURES = {"ej-client": "Service"}
_MARKETING_FEATURES = {"ej-mod-spm-cal": "Mailings", "mktg-auto-cal": "Marketing automation"}
_MAILING_FEATURES = {"mail-merge-cal": "Mail merge"}
_FEATURES = _COMMON_FEATURES | _SALES_FEATURES | _SERVICE_FEATURES | _MARKETING_FEATURES | _MAILING_FEATURES
_HIDDEN_LICENSES = [
    *({"code": code, "name": name, "scope": "USER"} for code, name in _FEATURES.items()),
    {"code": "server", "name": "Server", "scope": "SYSTEM"},
]


def _license(
    code: str, name: str, norwegian: str | None, description: str, *, scope: str = "SYSTEM", **claims: Any
) -> Claims:
    names = {"names": {"nb": norwegian}} if norwegian else {}
    return {"code": code, "name": name, **names, "description": description, "scope": scope, "total": None, **claims}


def _plan(code: str, name: str, total: int, description: str, *features: Claims) -> Claims:
    includes = [code for group in (_COMMON_FEATURES, *features) for code in group]
    return _license(code, name, None, description, scope="USER", total=total, plan=True, includes=includes)


TEN_SALES = _plan("ten-sales", "Sales Premium", 21, "Follow up sales, quotes and projects.", _SALES_FEATURES)
SUPEROFFICE_LICENSES = [
    TEN_SALES,
    _plan("ten-service", "Service Premium", 15, "Answer customers' requests.", _SERVICE_FEATURES),
    _plan(
        "ten-salesservicemarketing",
        "Sales, Service and Marketing Premium",
        20,
        "Everything for sales, service and marketing.",
        _SALES_FEATURES,
        _SERVICE_FEATURES,
        _MARKETING_FEATURES,
        _MAILING_FEATURES,
    ),
    _plan("ten-marketing", "Marketing Premium", 7, "Run campaigns and mailings.", _MARKETING_FEATURES),
    _license(
        "visible-for",
        "Confidential activities",
        "Konfidensielle aktiviteter",
        "Choose who sees an activity.",
        scope="USER",
    ),
    _license(
        "system-user-cal",
        "System user",
        "Systembruker",
        "Lets another system work in the user's place.",
        scope="USER",
        **{"for": ["SYSTEM"]},
    ),
    _license("expander-services", "Developer Tools", "Utviklerverktøy", "Scripts, triggers and extra tables."),
    _license("online-webservices", "Online WebServices", None, "Lets other systems read and write data."),
    _license("sales-t2", "Sales Premium Tier", None, "Switches on what Sales Premium is made of."),
    _license("projects-free", "Projects (free)", "Prosjekter (gratis)", "Projects without guides."),
]
_CHATBOT = _license("ai-chatbot", "AI: Chatbot", "KI: Chatbot", "Answers visitors before a colleague has to.")
_TEN_DEMO = _plan(
    "ten-demo",
    "Demo",
    5,
    "Everything, to try it.",
    _SALES_FEATURES,
    _SERVICE_FEATURES,
    _MARKETING_FEATURES,
    _MAILING_FEATURES,
)


def _with_totals(licenses: Sequence[Claims], **totals: int) -> list[Claims]:
    by_code = {code.replace("_", "-"): total for code, total in totals.items()}
    return [{**license, "total": by_code.get(license["code"], license["total"])} for license in licenses]


def _base_document(vendor: str, vendor_name: str, serial_number: str, seq: int, issued_at: datetime) -> Claims:
    return {
        "iss": vendor,
        "sub": serial_number,
        "jti": f"{vendor}-{serial_number}-{seq}",
        "seq": seq,
        "iat": int(issued_at.timestamp()),
        "owner": OWNER,
        "vendor": {
            "name": vendor_name,
            "store_url": f"https://shop.example/{vendor}",
            "support_url": f"https://support.example/{vendor}",
        },
    }


def _superoffice(
    seq: int, issued_at: datetime, licenses: Sequence[Claims], now: datetime, *, years: int = 0, serial: str
) -> Claims:
    start = now + timedelta(days=365 * years)
    listed = [{**license, "sort": 10 * i} for i, license in enumerate(licenses, 1)]
    hidden = [
        {**license, "hidden": True, "total": None, "sort": 1000 + i} for i, license in enumerate(_HIDDEN_LICENSES)
    ]
    return _base_document("superoffice", "SuperOffice AS", serial, seq, issued_at) | {
        "exp": int((now + timedelta(days=365)).timestamp()),
        "dates": {
            "warn_at": (start + timedelta(days=60)).isoformat(),
            "expires_at": (start + timedelta(days=88)).isoformat(),
            "grace_ends_at": (start + timedelta(days=100)).isoformat(),
        },
        "licenses": [*listed, *hidden],
    }


def first_document(now: datetime, issued_at: datetime) -> Claims:
    """Return the claims of the main vendor's document in force."""
    return _superoffice(1, issued_at, SUPEROFFICE_LICENSES, now, serial=SERIAL_NUMBER)


def renewal(now: datetime, issued_at: datetime, *, serial_number: str = SERIAL_NUMBER) -> Claims:
    """Return the claims of a renewal for a year, with 18 seats of Sales Premium, three fewer than in use."""
    kept = [license for license in SUPEROFFICE_LICENSES if license["code"] != "projects-free"]
    licenses = _with_totals([*kept, _CHATBOT], ten_sales=18, ten_service=20)
    return _superoffice(2, issued_at, licenses, now, years=1, serial=serial_number)


def growth(now: datetime, issued_at: datetime) -> Claims:
    """Return the claims of the renewal with 25 seats of Sales Premium, more than in use."""
    claims = renewal(now, issued_at)
    later = {"seq": 3, "jti": f"superoffice-{SERIAL_NUMBER}-3"}
    return claims | later | {"licenses": _with_totals(claims["licenses"], ten_sales=25)}


def nordsync_document(now: datetime, issued_at: datetime) -> Claims:
    """Return the claims of the second vendor's document, which expires in 20 days."""
    seats = _license(
        "connector-cal", "NordSync Connector", None, "Keeps a user's calendar in step.", scope="USER", total=10, sort=10
    )
    connector = _license("connector", "NordSync", None, "Connects calendars and contacts.", sort=20)
    return _base_document("nordsync", "NordSync AS", SERIAL_NUMBER, 1, issued_at) | {
        "exp": int((now + timedelta(days=365)).timestamp()),
        "dates": {
            "warn_at": (now - timedelta(days=10)).isoformat(),
            "expires_at": (now + timedelta(days=20)).isoformat(),
        },
        "licenses": [seats, connector],
    }


def trial_document(now: datetime, issued_at: datetime) -> Claims:
    """Return the claims of the document for the trial."""
    return _superoffice(1, issued_at, [_TEN_DEMO], now, serial=TRIAL_SERIAL_NUMBER)


def purchase(now: datetime, issued_at: datetime) -> Claims:
    """Return the claims of the purchase after the trial, with two seats, one fewer than the trial has in use."""
    licenses = _with_totals([TEN_SALES], ten_sales=2)
    return _superoffice(1, issued_at, licenses, now, years=1, serial=SERIAL_NUMBER)
