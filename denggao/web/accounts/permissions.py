"""The one permission map: everything that can be allowed, in words. A view names one of these
with ``@requires``; a role lists some of them; a test proves that nothing lies outside."""

from __future__ import annotations

#: Permission → what it lets a person do.
PERMISSIONS: dict[str, str] = {
    # people and units
    "accounts.view": "查看单位和人员",
    "accounts.manage": "建立单位、人员，停用账号，重设密码",
    "roles.grant": "授予和收回角色",
    "audit.view": "查看审计记录，校验审计链",
    # ledger
    "ledger.view": "查看本辖区企业、填报和来源",
    "ledger.export": "导出台账",
    "ledger.import": "导入台账，认定疑似重复",
    "ledger.undo": "撤销一次导入",
    "ledger.edit": "更正企业数据（须写理由）",
    "ledger.own": "查看和填报本企业数据",
    # assessments
    "assessments.view": "查看体检诊断、清单和法条",
    "assessments.run": "开始一次体检、冻结清单",
    "laws.draft": "起草和试算规范",
    "laws.adopt": "审核并启用规范",
    # casework
    "casework.view": "查看批次、走访和诉求",
    "casework.edit": "办理批次、走访和诉求",
    "casework.review": "联审：出具本部门意见",
    "casework.approve": "审定推荐名单",
    "casework.score": "专家评分和辅导记录",
    # money
    "money.view": "查看奖补兑现",
    "money.run": "测算奖补",
    "money.approve": "审定奖补",
    # planning
    "planning.view": "查看目标任务和报告",
    "planning.edit": "填报任务进展、编制报告",
    "planning.approve": "下达目标、签发报告",
}
