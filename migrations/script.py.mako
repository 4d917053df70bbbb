"""${message}."""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
from service.storage.guards import install_guards

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '5s'")
    ${upgrades if upgrades else ""}
    install_guards(connection)


def downgrade() -> None:
    raise RuntimeError("restore from a backup instead")
