"""Roles: a sentence and a list of permissions each. A person may hold several; of the three
administrators (三员) only one, for each watches the other two."""

from __future__ import annotations

from typing import ClassVar


class Role:
    """``scope``: whose firms the permissions reach: "region" those of the unit's region, "own"
    only firms that the person is named at, "none" no firm."""

    code: ClassVar[str]
    name: ClassVar[str]
    sentence: ClassVar[str]
    scope: ClassVar[str] = "region"
    administrator: ClassVar[bool] = False
    permissions: ClassVar[frozenset[str]]


class Clerk(Role):
    """经办"""

    code, name = "clerk", "经办"
    sentence = "记台账、导入导出、体检诊断、办件走访，不审批。"
    permissions = frozenset(
        [
            "accounts.view",
            "ledger.view",
            "ledger.export",
            "ledger.import",
            "ledger.undo",
            "ledger.edit",
            "assessments.view",
            "assessments.run",
            "laws.draft",
            "casework.view",
            "casework.edit",
            "money.view",
            "money.run",
            "planning.view",
            "planning.edit",
        ]
    )


class Head(Role):
    """科室负责人"""

    code, name = "head", "科室负责人"
    sentence = "经办能做的都能做，并审核规范和报告。"
    permissions = Clerk.permissions | {"laws.adopt", "planning.approve"}


class Leader(Role):
    """局领导"""

    code, name = "leader", "局领导"
    sentence = "看全局，审定名单、奖补、目标；不改数据。"
    permissions = frozenset(
        [
            "accounts.view",
            "ledger.view",
            "ledger.export",
            "assessments.view",
            "laws.adopt",
            "casework.view",
            "casework.approve",
            "money.view",
            "money.approve",
            "planning.view",
            "planning.approve",
        ]
    )


class Partner(Role):
    """部门联审"""

    code, name = "partner", "部门联审"
    sentence = "财政、税务、市场监管等联审部门：看企业，出具本部门意见。"
    permissions = frozenset(["ledger.view", "casework.view", "casework.review"])


class Expert(Role):
    """专家"""

    code, name, scope = "expert", "专家", "own"
    sentence = "只看指派给自己的企业，评分和辅导。"
    permissions = frozenset(["ledger.view", "casework.score"])


class Company(Role):
    """企业"""

    code, name, scope = "company", "企业", "own"
    sentence = "只看、只填本企业的数据。"
    permissions = frozenset(["ledger.view", "ledger.own"])


class SystemAdministrator(Role):
    """系统管理员"""

    code, name, scope, administrator = "system", "系统管理员", "none", True
    sentence = "建单位、建账号、重设密码；看不到企业数据，不能审批。"
    permissions = frozenset(["accounts.view", "accounts.manage"])


class SecurityAdministrator(Role):
    """安全管理员"""

    code, name, scope, administrator = "security", "安全管理员", "none", True
    sentence = "授予和收回角色；看不到企业数据，不能建账号。"
    permissions = frozenset(["roles.grant"])


class Auditor(Role):
    """审计管理员"""

    code, name, scope, administrator = "audit", "审计管理员", "none", True
    sentence = "只读审计记录，校验审计链。"
    permissions = frozenset(["audit.view"])


ROLES: dict[str, type[Role]] = {
    role.code: role
    for role in (
        *(Clerk, Head, Leader, Partner, Expert, Company),
        *(SystemAdministrator, SecurityAdministrator, Auditor),
    )
}


def permissions_of(codes: list[str]) -> frozenset[str]:
    """All that these roles together allow; an unknown role allows nothing."""
    return frozenset().union(*(ROLES[code].permissions for code in codes if code in ROLES))


def fault(codes: list[str], separated: bool) -> str:
    """Why one person cannot hold these roles together, "" if they can. ``separated``: an
    administrator holds no other role at all."""
    unknown = [code for code in codes if code not in ROLES]
    if unknown:
        return f"没有角色 {'、'.join(unknown)}"
    administrators = [ROLES[code].name for code in codes if ROLES[code].administrator]
    if len(administrators) > 1:
        return f"{'、'.join(administrators)}互相监督，一个人只能任其中一员"
    if separated and administrators and len(codes) > 1:
        return f"已设三员分立，{administrators[0]}不能兼任其他角色"
    return ""
