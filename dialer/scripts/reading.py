"""Reading scripts from the database."""

from sqlalchemy import Connection, select

from dialer.scripts.models import ScriptRow, ScriptVersionRow
from dialer.scripts.script import Script


def read_script(
    connection: Connection, script_id: int, version: int | None = None
) -> Script | None:
    """A version of a script; the newest where none is named. None when there is no such script."""
    wanted = ScriptRow.version if version is None else version
    row = connection.execute(
        select(ScriptRow.name, ScriptVersionRow.version, ScriptVersionRow.content)
        .join(ScriptVersionRow, ScriptVersionRow.script_id == ScriptRow.id)
        .where(ScriptRow.id == script_id, ScriptVersionRow.version == wanted)
    ).first()
    if row is None:
        return None
    return Script.model_validate(
        {**row.content, "id": script_id, "name": row.name, "version": row.version}
    )
