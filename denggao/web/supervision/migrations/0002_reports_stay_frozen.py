"""A frozen report cannot be changed, by whatever program: the database itself refuses."""

from django.db import migrations

_TABLE = "supervision_report"
_SAID = "a frozen report does not change"
_ALWAYS = ("region_id", "as_of", "last_id", "content", "digest", "stand", "stand_digest", "by_id")
_FILES = ("word", "excel", "files_digest", "decided_by_id", "state")


def _differs(columns, sign):
    return " OR ".join(f"OLD.{c} {sign} NEW.{c}" for c in columns)


def _condition(sign):
    return (
        f"{_differs(_ALWAYS, sign)} OR (OLD.head <> '' AND OLD.head <> NEW.head)"
        f" OR (OLD.state = 'signed' AND ({_differs(_FILES, sign)}))"
    )


def forwards(apps, schema_editor):
    """Add the trigger on the databases that we run on."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER report_stays BEFORE UPDATE ON {_TABLE} FOR EACH ROW "
            f"WHEN {_condition('IS NOT')} BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
        )
    elif schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION report_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '{_SAID}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER report_stays BEFORE UPDATE ON {_TABLE} FOR EACH ROW "
            f"WHEN ({_condition('IS DISTINCT FROM')}) EXECUTE FUNCTION report_stays()"
        )


def backwards(apps, schema_editor):
    """Take it away."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER report_stays")
    elif schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER report_stays ON {_TABLE}")
        schema_editor.execute("DROP FUNCTION report_stays()")


class Migration(migrations.Migration):
    dependencies = [("supervision", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
