"""The demonstration's database: the synthetic county, imported as a clerk would import it.

python -m denggao.web.demonstration LEDGER AS_OF     prints the one-time password
"""

from __future__ import annotations

import datetime
import sys
from importlib import import_module
from pathlib import Path

USERNAME = "demo"
#: What each department shows of itself: ``fill(user, as_of)``, once, after the ledger is there.
DEPARTMENTS: tuple[str, ...] = (
    "denggao.web.assessments.demo",
    "denggao.web.casework.demo",
    "denggao.web.planning.demo",
    "denggao.web.visits.demo",
    "denggao.web.money.demo",
    "denggao.web.supervision.demo",
)


def fill(ledger: Path, as_of: datetime.date) -> str:
    """Build the county's bureau and one account, import the ledger; returns the one-time
    password. Done before, it only gives the account a new password."""
    from denggao.web.accounts import actions
    from denggao.web.accounts.models import Region, Unit, User
    from denggao.web.accounts.regions import SYNTHETIC
    from denggao.web.ledger.models import Enterprise

    user = User.objects.filter(username=USERNAME).first()
    if user is None:
        region = Region.objects.get(code=SYNTHETIC)
        bureau = actions.save_unit(by=None, name="模拟县科技局", kind="bureau", region=region)
        unit = actions.save_unit(
            by=None, name="高新科", kind=Unit.Kind.DEPARTMENT, region=region, parent=bureau
        )
        user, password = actions.create_first_user(
            username=USERNAME, name="演示", codes=["head", "system"], unit=unit, why="演示"
        )
    else:
        password = actions.reset_password(by=None, user=user, why="再次演示")
    if not Enterprise.objects.for_user(user).exists():
        _import(user, ledger, as_of)
        for name in DEPARTMENTS:
            import_module(name).fill(user, as_of)
    return password


def _import(user: object, ledger: Path, as_of: datetime.date) -> None:
    """The jobs run here and now; the queue's worker will find nothing left to do."""
    from denggao.facts.errors import UserError
    from denggao.web.accounts.models import User
    from denggao.web.ledger import actions, importing

    assert isinstance(user, User)
    assert user.region is not None
    source = actions.bring(
        by=user, name=ledger.name, chunks=[ledger.read_bytes()], region=user.region,
        mode="upsert", source="ledger", as_of=as_of,
    )  # fmt: skip
    importing.check(source.pk)
    source.refresh_from_db()
    actions.confirm(by=user, source=source, without_wrong=True)
    importing.commit(source.pk)
    source.refresh_from_db()
    if source.state != source.State.COMMITTED:
        raise UserError(f"演示数据没有导入：{source.message}")


if __name__ == "__main__":
    from denggao.web import server, start

    start()
    server.migrate()
    sys.stdout.write(fill(Path(sys.argv[1]), datetime.date.fromisoformat(sys.argv[2])))
