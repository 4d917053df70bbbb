"""The page on access says of each role what the roles say."""

from service.workflows.roles import MAY, PERMISSIONS, ROLES
from tests.sources import ROOT


def test_the_page_lists_each_roles_permissions() -> None:
    page = (ROOT / "docs" / "access.md").read_text("utf-8")
    for role in ROLES:
        listed = ", ".join(f"`{one}`" for one in PERMISSIONS if one in MAY[role])
        assert f"| `{role}` | {listed} |" in page, f"write the permissions of {role} into docs/access.md anew: {listed}"
