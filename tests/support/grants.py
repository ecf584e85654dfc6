"""Factories of license grants, and Hypothesis strategies for them."""

from hypothesis import strategies as st

from licensing.diff import LicenseTerms
from licensing.documents.claims import LicenseDates, LicenseGrant
from licensing.enums import LicenseScope
from tests.support.documents import OWNER


def license(code, total=None, **members):
    """Return a license for users, by default unlimited and named after its code."""
    return LicenseGrant(**{"code": code, "name": code.title(), "scope": LicenseScope.USER, "total": total, **members})


def terms(*grants, owner=OWNER, **dates):
    """Return a vendor's license terms."""
    return LicenseTerms(owner, LicenseDates(**dates), grants)


# The same codes are plans or system licenses in all sets, because neither may change.
PLANS, SYSTEM = ("plan-a", "plan-b"), ("server", "portal")
FEATURES = ("t2", "quote", "chat")


@st.composite
def grants(draw):
    """Generate a vendor's complete set of licenses, some of them hidden."""
    return [
        license(
            code,
            total=None if code in SYSTEM else draw(st.none() | st.integers(0, 5)),
            name=draw(st.sampled_from(["Old name", "New name"])),
            scope=LicenseScope.SYSTEM if code in SYSTEM else LicenseScope.USER,
            plan=code in PLANS,
            hidden=draw(st.booleans()),
            includes=tuple(draw(st.permutations(FEATURES)))[: draw(st.integers(0, 3))] if code in PLANS else (),
            sort=draw(st.integers(0, 2)),
        )
        for code in draw(st.sets(st.sampled_from([*PLANS, *SYSTEM, "marketing", "visible-for"])))
    ]


in_use = st.dictionaries(st.sampled_from([*PLANS, *SYSTEM, "marketing", "visible-for"]), st.integers(0, 6))
