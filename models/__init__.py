"""What is stored: Tortoise tables and their migrations, no rules."""

from models.api_token import ApiToken
from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.change_set import ChangeSet, ReceivedDocument
from models.idempotency import IdempotencyKey
from models.installation import Installation
from models.license import License
from models.session import Session
from models.sign_in_attempt import SignInAttempt
from models.user import User
from models.vendor import TrustedKey, Vendor, VendorReport

__all__ = [
    "ApiToken",
    "Assignment",
    "AuditEvent",
    "ChangeSet",
    "IdempotencyKey",
    "Installation",
    "License",
    "ReceivedDocument",
    "Session",
    "SignInAttempt",
    "TrustedKey",
    "User",
    "Vendor",
    "VendorReport",
]
