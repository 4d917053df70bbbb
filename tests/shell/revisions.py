"""The revisions that the migrations folder holds, oldest first."""

from alembic.config import Config
from alembic.script import ScriptDirectory

from service.storage.database import MIGRATIONS


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


SCRIPTS = ScriptDirectory.from_config(alembic_config())
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]
