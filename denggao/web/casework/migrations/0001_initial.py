import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_regions"),
        ("accounts", "__first__"),
        ("ledger", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Announcement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=300, verbose_name="公告题名")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("备案公示", "备案公示"),
                            ("备案公告", "备案公告"),
                            ("备案类（公示或公告不明）", "备案类（公示或公告不明）"),
                            ("更名", "更名"),
                            ("异地搬迁", "异地搬迁"),
                            ("资格继续有效", "资格继续有效"),
                            ("取消资格", "取消资格"),
                            ("撤销资格", "撤销资格"),
                            ("年报", "年报"),
                            ("中介机构", "中介机构"),
                            ("标题截断，类型不明", "标题截断，类型不明"),
                            ("其他", "其他"),
                        ],
                        max_length=20,
                        verbose_name="类别",
                    ),
                ),
                ("subject", models.CharField(max_length=60, verbose_name="资格")),
                (
                    "number",
                    models.CharField(blank=True, default="", max_length=120, verbose_name="文号"),
                ),
                ("on", models.DateField(verbose_name="发布日期")),
                ("digest", models.CharField(max_length=64)),
                ("notes", models.JSONField(default=list)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("region", "digest"), name="announcement_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Announced",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=120)),
                ("old", models.CharField(blank=True, default="", max_length=120)),
                ("code", models.CharField(blank=True, default="", max_length=18)),
                ("number", models.CharField(blank=True, default="", max_length=60)),
                ("day", models.DateField(null=True)),
                (
                    "match",
                    models.CharField(
                        choices=[
                            ("sure", "对上了"),
                            ("doubtful", "拿不准"),
                            ("unknown", "台账里没有"),
                            ("elsewhere", "不在本辖区"),
                        ],
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(blank=True, default="", max_length=300)),
                ("candidates", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待入账"), ("entered", "已入账"), ("skipped", "不入账")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.enterprise",
                    ),
                ),
                (
                    "announcement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="casework.announcement",
                    ),
                ),
            ],
            options={
                "ordering": ["announcement_id", "line"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_by", None), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="announced_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "entered"), _negated=True),
                            ("enterprise__isnull", False),
                            _connector="OR",
                        ),
                        name="announced_entered_for_a_firm",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AnnualReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("filed_at", models.DateTimeField(null=True, verbose_name="报送时间")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="annual_reports",
                        to="ledger.enterprise",
                    ),
                ),
            ],
            options={
                "ordering": ["enterprise_id", "year"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enterprise", "year"), name="annual_report_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=60, verbose_name="资格")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几批")),
                ("deadline", models.DateTimeField(verbose_name="申报截止")),
                ("words", models.CharField(max_length=60, verbose_name="截止原文")),
                (
                    "basis",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="依据"),
                ),
                (
                    "note",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="说明"),
                ),
                (
                    "law",
                    models.CharField(
                        blank=True, default="", max_length=60, verbose_name="对照规范"
                    ),
                ),
                (
                    "told_intents",
                    models.CharField(
                        blank=True, default="", max_length=40, verbose_name="上报意向数"
                    ),
                ),
                ("intents_lo", models.PositiveIntegerField(null=True)),
                ("intents_hi", models.PositiveIntegerField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                        verbose_name="地域",
                    ),
                ),
            ],
            options={
                "ordering": ["-year", "region_id", "title", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "title", "year", "number"), name="batch_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BlankYear",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=60, verbose_name="资格")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                (
                    "basis",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="依据"),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                        verbose_name="地域",
                    ),
                ),
            ],
            options={
                "ordering": ["-year"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "title", "year"), name="blank_year_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Department",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=30, verbose_name="部门")),
                ("question", models.CharField(max_length=200, verbose_name="请核实")),
                ("place", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ("is_asked", models.BooleanField(default=True, verbose_name="参加联审")),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                        verbose_name="地域",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        help_text="这个单位里有“部门联审”角色的人可以登录填意见；不指定就按单位名称认",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                        verbose_name="对应单位",
                    ),
                ),
            ],
            options={
                "ordering": ["place", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("region", "name"), name="department_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="JointReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kept", models.TextField()),
                ("number", models.CharField(max_length=12, unique=True, verbose_name="名单编号")),
                ("due", models.DateField(verbose_name="反馈期限")),
                ("silence", models.CharField(default="不得推荐", max_length=8)),
                (
                    "silence_basis",
                    models.CharField(
                        blank=True, default="", max_length=300, verbose_name="逾期规定"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="casework.batch",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("silence", "不得推荐"),
                            models.Q(("silence_basis", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="silence_by_a_rule",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Move",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("old", models.DateTimeField(null=True)),
                ("old_words", models.CharField(max_length=60)),
                ("new", models.DateTimeField()),
                ("new_words", models.CharField(max_length=60)),
                ("notice", models.CharField(max_length=200, verbose_name="改期通知")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="casework.batch",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("notice", ""), _negated=True), name="moved_by_a_notice"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Recommendation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "待审定"),
                            ("approved", "已审定"),
                            ("returned", "已退回"),
                        ],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("version", models.PositiveIntegerField(default=1)),
                ("why", models.CharField(blank=True, default="", max_length=300)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recommendations",
                        to="casework.batch",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None), ("decided_by", None), ("state", "draft")
                            ),
                            models.Q(
                                models.Q(("state", "draft"), _negated=True),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="list_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            models.Q(("decided_by", models.F("by")), _negated=True),
                            _connector="OR",
                        ),
                        name="list_approved_by_another",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")),
                        fields=("batch", "region"),
                        name="list_draft_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=60)),
                ("year", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("intent", "意向"),
                            ("coaching", "辅导"),
                            ("materials", "材料"),
                            ("review", "联审"),
                            ("recommended", "推荐"),
                            ("expert", "专家评审"),
                            ("publicity", "公示"),
                            ("objection", "异议核查"),
                            ("issued", "发证"),
                            ("appeal", "复议"),
                            ("withdrawn", "撤回"),
                            ("refused", "不予推荐"),
                            ("failed", "未通过"),
                        ],
                        default="intent",
                        max_length=12,
                    ),
                ),
                ("before", models.CharField(blank=True, default="", max_length=12)),
                (
                    "adviser",
                    models.CharField(
                        blank=True, default="", max_length=60, verbose_name="辅导人或机构"
                    ),
                ),
                (
                    "field",
                    models.CharField(
                        blank=True, default="", max_length=60, verbose_name="技术领域"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True, default="", max_length=60, verbose_name="意向来源"
                    ),
                ),
                ("filed_at", models.DateTimeField(null=True, verbose_name="提交时间")),
                ("publicised_on", models.DateField(null=True, verbose_name="公示发布日")),
                (
                    "hard",
                    models.CharField(
                        choices=[("pass", "符合"), ("unknown", "未知"), ("fail", "不符合")],
                        default="unknown",
                        max_length=8,
                    ),
                ),
                ("open_rules", models.JSONField(default=list)),
                ("lacking", models.JSONField(default=list)),
                ("law_version", models.CharField(blank=True, default="", max_length=80)),
                ("checked_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="casework.batch",
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="ledger.enterprise",
                    ),
                ),
                (
                    "leader",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="责任领导",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recommendation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="casework.recommendation",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                (
                                    "intent",
                                    "coaching",
                                    "materials",
                                    "review",
                                    "recommended",
                                    "expert",
                                    "publicity",
                                    "objection",
                                    "issued",
                                    "appeal",
                                ),
                            )
                        ),
                        fields=("enterprise", "title", "year"),
                        name="case_live_once",
                    )
                ],
                "indexes": [models.Index(fields=["batch", "state"], name="case_of_batch")],
            },
        ),
        migrations.CreateModel(
            name="CaseStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.CharField(max_length=16)),
                ("source", models.CharField(blank=True, default="", max_length=12)),
                ("target", models.CharField(max_length=12)),
                ("why", models.CharField(blank=True, default="", max_length=300)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="casework.case",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="MaterialState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[("missing", "缺"), ("checking", "待核"), ("ready", "已齐")],
                        default="missing",
                        max_length=8,
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="materials",
                        to="casework.case",
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "code"), name="material_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnedFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("department", models.CharField(max_length=30)),
                ("file", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("taken", "已采用"), ("refused", "没有采用")], max_length=8
                    ),
                ),
                ("taken", models.PositiveIntegerField(default=0)),
                ("problems", models.JSONField(default=list)),
                ("notes", models.JSONField(default=list)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returned",
                        to="casework.jointreview",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("department", models.CharField(max_length=30)),
                (
                    "answer",
                    models.CharField(
                        choices=[("是", "是"), ("否", "否"), ("不详", "不详")], max_length=4
                    ),
                ),
                (
                    "words",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="说明"),
                ),
                ("row", models.PositiveIntegerField(default=0)),
                ("counts", models.BooleanField(default=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions",
                        to="casework.case",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions",
                        to="casework.jointreview",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions",
                        to="casework.returnedfile",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("counts", True)),
                        fields=("case", "department"),
                        name="opinion_counts_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ("是", "否", "不详"))),
                        name="opinion_is_an_answer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TitleEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=60, verbose_name="资格")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("first", "首次认定"),
                            ("renewed", "重新认定"),
                            ("renamed", "更名"),
                            ("moved_in", "整体迁入"),
                            ("moved_out", "整体迁出"),
                            ("partial", "部分搬迁"),
                            ("cancelled", "取消"),
                            ("revoked", "撤销"),
                        ],
                        max_length=10,
                        verbose_name="事项",
                    ),
                ),
                ("on", models.DateField(verbose_name="生效日期")),
                (
                    "number",
                    models.CharField(
                        blank=True, default="", max_length=60, verbose_name="证书编号"
                    ),
                ),
                ("old_name", models.CharField(blank=True, default="", max_length=120)),
                ("new_name", models.CharField(blank=True, default="", max_length=120)),
                ("why", models.CharField(max_length=300, verbose_name="依据")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn", models.BooleanField(default=False)),
                (
                    "announced",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="casework.announced",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="title_events",
                        to="ledger.enterprise",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.title",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
            ],
            options={
                "ordering": ["on", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn", False)),
                        fields=("enterprise", "subject", "kind", "on"),
                        name="title_event_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Waiver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("gate", models.CharField(max_length=24)),
                ("agreed_by", models.CharField(max_length=30, verbose_name="同意人")),
                ("why", models.CharField(max_length=300, verbose_name="理由")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waivers",
                        to="casework.case",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "gate"), name="waiver_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed_by", ""), _negated=True),
                            models.Q(("why", ""), _negated=True),
                        ),
                        name="waiver_by_name_and_reason",
                    ),
                ],
            },
        ),
    ]
