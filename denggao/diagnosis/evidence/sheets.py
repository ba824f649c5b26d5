"""The sheets of the workbook that a firm fills in: heads as in the forms of the application."""

from __future__ import annotations

from dataclasses import dataclass

from denggao.diagnosis.evidence.case import CLASS1, CLASS2, ITEMS

TEXT, DAY, WAN, CODES, YEAR, COUNT, YES = "text", "day", "wan", "codes", "year", "count", "yes"
FULL, PART = "全时", "非全时"
SOURCES = (
    *("大专院校", "地方属科研院所", "其他企业技术", "引进技术本企业消化创新", "国外技术"),
    *("企业自有技术", "中央属科研院所"),
)
FIELDS = (
    *("电子信息", "生物与新医药", "航空航天", "新材料", "高技术服务", "新能源与节能"),
    *("资源与环境", "先进制造与自动化"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, the field it fills, how a cell is read. ``options``: the only words
    allowed; ``most``: characters."""

    head: str
    field: str
    kind: str = TEXT
    needed: bool = False
    options: tuple[str, ...] = ()
    most: int = 400


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; ``target``: the field of ``Case`` it fills; ``example``: a row of the
    template."""

    name: str
    target: str
    columns: tuple[Column, ...]
    note: str
    example: tuple[object, ...] = ()
    #: Rows that the template has ready, as values of its first columns.
    ready: tuple[tuple[object, ...], ...] = ()


IP = Sheet(
    "知识产权", "ips",
    (
        Column("知识产权编号", "code", needed=True, most=10),
        Column("知识产权名称", "name", needed=True, most=200),
        Column("类别", "kind", needed=True, options=(*CLASS1, *CLASS2)),
        Column("授权日期", "granted", DAY, needed=True),
        Column("授权号", "number", most=60),
        Column("获得方式", "obtained", options=("自主研发", "受让", "受赠", "并购", "其他")),
        Column("曾用于认定的年度", "used_in", YEAR),
    ),
    "编号 IP01 起；Ⅱ类（实用新型、外观、软著）在认定中只能用一次，以前认定用过的写年度",
)  # fmt: skip
RD = Sheet(
    "研发活动", "projects",
    (
        Column("研发活动编号", "code", needed=True, most=10),
        Column("研发活动名称", "name", needed=True, most=200),
        Column("开始日期", "start", DAY, needed=True),
        Column("结束日期", "end", DAY, needed=True),
        Column("技术领域", "field", most=200),
        Column("技术来源", "source", options=SOURCES),
        Column("知识产权编号", "ips", CODES),
        Column("总预算（万元）", "budget", WAN),
        Column("第一年（万元）", "year1", WAN),
        Column("第二年（万元）", "year2", WAN),
        Column("第三年（万元）", "year3", WAN),
        Column("目的及组织实施方式（限400字）", "purpose"),
        Column("核心技术及创新点（限400字）", "core"),
        Column("取得的阶段性成果（限400字）", "result"),
    ),
    "编号 RD01 起；第一年到第三年是申报年之前的三年，由远到近；几个知识产权编号用逗号隔开",
)  # fmt: skip
COST = Sheet(
    "研发费用", "costs",
    (
        Column("年度", "year", YEAR, needed=True),
        Column("项目编号", "project", needed=True, most=10),
        Column("人员人工费用（万元）", "labor", WAN),
        Column("直接投入费用（万元）", "direct", WAN),
        Column("折旧费用与长期待摊费用（万元）", "depreciation", WAN),
        Column("无形资产摊销费用（万元）", "amortization", WAN),
        Column("设计费用（万元）", "design", WAN),
        Column("装备调试费用与试验费用（万元）", "commissioning", WAN),
        Column("其他费用（万元）", "other", WAN),
        Column("委托外部研究开发费用（万元）", "external", WAN),
        Column("其中：境内的外部研发费用（万元）", "domestic", WAN),
    ),
    "每个项目每年一行；合计由程序算",
)  # fmt: skip
PS = Sheet(
    "产品服务", "products",
    (
        Column("编号", "code", needed=True, most=10),
        Column("产品（服务）名称", "name", needed=True, most=200),
        Column("技术领域", "field", most=200),
        Column("技术来源", "source", options=SOURCES),
        Column("上年度销售收入（万元）", "sales", WAN, needed=True),
        Column("是否主要产品（服务）", "is_main", YES),
        Column("知识产权编号", "ips", CODES),
        Column("首次销售日期", "first_sold", DAY),
        Column("关键技术及主要技术指标（限400字）", "tech"),
        Column("与同类产品（服务）的竞争优势（限400字）", "advantage"),
        Column("知识产权获得情况及其支持作用（限400字）", "support"),
    ),
    "编号 PS01 起；技术性收入也作为一项 PS；首次销售日期不进申请书，只用来核对时间先后",
)  # fmt: skip
CONVERSION = Sheet(
    "成果转化", "conversions",
    (
        Column("序号", "number", needed=True, most=10),
        Column("科技成果名称", "name", needed=True, most=200),
        Column("成果类型", "kind", options=("专利", "版权", "集成电路布图设计", "其他")),
        Column("成果来源", "origin", options=("自主研发", "受让、受赠、并购", "其他")),
        Column("转化形式", "form", most=60),
        Column(
            "转化结果", "result",
            options=("新产品", "新服务", "新设备", "新技术应用", "样品/样机", "其他"),
        ),
        Column("转化年度", "year", YEAR, needed=True),
        Column("关联IP", "ips", CODES),
        Column("关联RD", "projects", CODES),
        Column("关联PS", "products", CODES),
        Column("证明材料", "proof", most=300),
    ),
    "证明材料：合同、发票、检测报告、用户意见等，写名称",
)  # fmt: skip
WORK = Sheet(
    "研发人员投入", "works",
    (
        Column("人员编号", "person", needed=True, most=20),
        Column("项目编号", "project", needed=True, most=10),
        Column("开始日期", "start", DAY, needed=True),
        Column("结束日期", "end", DAY, needed=True),
        Column("投入方式", "full_time", needed=True, options=(FULL, PART)),
    ),
    "人员只写工号或编号，不写姓名；一个人在几个项目写几行",
)  # fmt: skip
TOLD = Sheet(
    "三表", "told",
    (
        Column("年度", "year", YEAR, needed=True),
        Column("项目", "item", needed=True, options=ITEMS),
        Column("审计报告（万元）", "audit", WAN),
        Column("纳税申报（万元）", "tax", WAN),
        Column("申请书（万元）", "application", WAN),
    ),
    "没有的格留空；利润可以是负数",
)  # fmt: skip
HEADCOUNT = Sheet(
    "人力资源", "heads",
    (
        Column("分类", "group", needed=True, most=20),
        Column("项目", "item", needed=True, most=20),
        Column("企业职工", "staff", COUNT),
        Column("科技人员", "tech", COUNT),
    ),
    "各分类之和应等于总数",
    ready=tuple(
        (group, item)
        for group, items in (
            ("总数", ("总数",)),
            (
                "总体",
                (
                    "在职人员", "兼职人员", "临时聘用人员", "外籍人员", "留学归国人员",
                    "千人计划人员",
                ),
            ),
            ("学历", ("博士", "硕士", "本科", "大专及以下")),
            ("职称", ("高级职称", "中级职称", "初级职称", "高级技工")),
            ("年龄", ("30岁及以下", "31-40岁", "41-50岁", "51岁及以上")),
        )
        for item in items
    ),
)  # fmt: skip
STANDARD = Sheet(
    "标准", "standards",
    (
        Column("标准名称", "name", needed=True, most=200),
        Column("标准级别", "level", options=("国家标准", "行业标准")),
        Column("标准编号", "code", most=60),
        Column("参与方式", "part", options=("主持", "参与")),
    ),
    "加分项，没有就空着",
)  # fmt: skip
TABLES = (IP, RD, COST, PS, CONVERSION, WORK, TOLD, HEADCOUNT, STANDARD)

#: 〈企业〉: 项目 | 内容, one line each.
CARD_NAME = "企业"
CARD = (
    ("企业名称", TEXT), ("统一社会信用代码", TEXT), ("申报年度", YEAR), ("申报日期", DAY),
    ("注册日期", DAY), ("企业所在地区", TEXT), ("认定机构", TEXT), ("技术领域", TEXT),
    ("近三年境内研发费用总额（万元）", WAN), ("近三年基础研究投入费用总额（万元）", WAN),
    ("申请认定前一年内是否发生过重大安全、重大质量事故或严重环境违法行为", YES),
)  # fmt: skip
#: 〈创新能力〉: four texts.
ABILITY_NAME = "创新能力"
ABILITIES = (
    "知识产权对企业竞争力的作用", "科技成果转化情况", "研究开发与技术创新组织管理情况",
    "管理与科技人员情况",
)  # fmt: skip
