"""The register's divisions and the zones beside them."""

from django.db import migrations

from denggao.web.accounts.regions import rows


def fill(apps, editor):
    region = apps.get_model("accounts", "Region")
    region.objects.bulk_create(rows(region), batch_size=500, ignore_conflicts=True)


class Migration(migrations.Migration):
    """Rows of Region."""

    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
