import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_regions"),
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Goal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="指标")),
                (
                    "tier",
                    models.CharField(blank=True, default="", max_length=60, verbose_name="梯队"),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("stock", "存量"),
                            ("gross", "新增"),
                            ("net", "净增"),
                            ("other", "其他"),
                        ],
                        max_length=5,
                        verbose_name="口径",
                    ),
                ),
                ("unit", models.CharField(default="家", max_length=12, verbose_name="单位")),
                (
                    "op",
                    models.CharField(
                        choices=[
                            ("≥", "不少于"),
                            (">", "多于"),
                            ("=", "等于"),
                            ("≤", "不超过"),
                            ("约", "约"),
                        ],
                        default="≥",
                        max_length=1,
                        verbose_name="比较",
                    ),
                ),
                ("first", models.PositiveSmallIntegerField(verbose_name="起始年度")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                        verbose_name="范围",
                    ),
                ),
            ],
            options={
                "ordering": ["region__path", "year", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "name", "how", "unit", "first", "year"), name="goal_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("year__gte", models.F("first"))), name="goal_years"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Forecast",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("as_of", models.DateField()),
                ("target", models.PositiveIntegerField()),
                ("given", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "正在算"), ("done", "已算出"), ("failed", "没有算成")],
                        default="running",
                        max_length=7,
                    ),
                ),
                ("message", models.TextField(default="")),
                ("result", models.JSONField(default=dict)),
                ("seen", models.BigIntegerField()),
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
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="forecasts",
                        to="planning.goal",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="PlanText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="标题")),
                ("file", models.CharField(max_length=200, verbose_name="文件")),
                ("kind", models.CharField(max_length=4)),
                ("content", models.BinaryField()),
                ("digest", models.CharField(db_index=True, max_length=64)),
                ("text", models.TextField()),
                ("head", models.JSONField(default=dict)),
                ("noise", models.JSONField(default=list)),
                ("claims", models.JSONField(default=list)),
                ("series", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "核对中"),
                            ("submitted", "待下达"),
                            ("adopted", "已下达"),
                            ("dropped", "不采用"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("why", models.CharField(default="", max_length=300)),
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
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "dropped"), _negated=True),
                        fields=("region", "digest"),
                        name="plan_text_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None),
                                ("decided_by", None),
                                ("state__in", ["draft", "submitted"]),
                            ),
                            models.Q(
                                ("decided_by__isnull", False), ("state__in", ["adopted", "dropped"])
                            ),
                            _connector="OR",
                        ),
                        name="plan_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["submitted", "adopted"]), _negated=True),
                            ("submitted_by__isnull", False),
                            _connector="OR",
                        ),
                        name="plan_submitted_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "adopted"), _negated=True),
                            models.Q(
                                models.Q(("decided_by", models.F("by")), _negated=True),
                                models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="plan_adopted_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="序号")),
                ("start", models.PositiveIntegerField()),
                ("end", models.PositiveIntegerField()),
                ("quote", models.TextField(verbose_name="原文")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("target", "目标"),
                            ("task", "任务"),
                            ("award", "奖补"),
                            ("deadline", "期限"),
                            ("cited", "依据"),
                            ("body", "成员"),
                            ("conflict", "矛盾"),
                        ],
                        max_length=8,
                    ),
                ),
                ("proposed", models.JSONField(null=True)),
                ("said", models.JSONField()),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("open", "待核对"),
                            ("confirmed", "已确认"),
                            ("corrected", "已更正"),
                            ("rejected", "不采用"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("why", models.CharField(default="", max_length=300)),
                ("version", models.PositiveIntegerField(default=1)),
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
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="planning.plantext",
                    ),
                ),
            ],
            options={
                "ordering": ["plan_id", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "number"), name="plan_item_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None), ("decided_by", None), ("decision", "open")
                            ),
                            models.Q(
                                models.Q(("decision", "open"), _negated=True),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="plan_item_decided_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("no", models.CharField(default="", max_length=20)),
                ("title", models.CharField(max_length=300, verbose_name="任务")),
                ("due_text", models.CharField(default="", max_length=60, verbose_name="期限")),
                ("due", models.DateField(null=True)),
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="task",
                        to="planning.planitem",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="planning.plantext",
                    ),
                ),
            ],
            options={
                "ordering": ["plan_id", "item__number"],
            },
        ),
        migrations.CreateModel(
            name="PlanTaskUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="单位")),
                ("leads", models.BooleanField(default=False, verbose_name="牵头")),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="units",
                        to="planning.plantask",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("task", "name"), name="plan_task_unit_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="序号")),
                ("start", models.PositiveIntegerField()),
                ("end", models.PositiveIntegerField()),
                ("quote", models.TextField(verbose_name="原文")),
                ("role", models.CharField(max_length=10)),
                ("said", models.JSONField()),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="facts",
                        to="planning.plantext",
                    ),
                ),
            ],
            options={
                "ordering": ["plan_id", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "number"), name="plan_fact_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField(verbose_name="起")),
                ("why", models.CharField(max_length=300, verbose_name="说明")),
                ("file", models.CharField(default="", max_length=200, verbose_name="文件")),
                ("digest", models.CharField(default="", max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待下达"),
                            ("adopted", "已下达"),
                            ("dropped", "不采用"),
                        ],
                        default="proposed",
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
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
                    "plan",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revision",
                        to="planning.plantext",
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
                                ("decided_at", None), ("decided_by", None), ("state", "proposed")
                            ),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="revision_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "adopted"), _negated=True),
                            models.Q(("decided_by", models.F("by")), _negated=True),
                            _connector="OR",
                        ),
                        name="revision_adopted_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quota",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("industry", models.CharField(default="", max_length=40, verbose_name="行业")),
                ("number", models.BigIntegerField(null=True)),
                ("why", models.CharField(default="", max_length=300, verbose_name="说明")),
                (
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotas",
                        to="planning.goal",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="planning.planitem",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                    ),
                ),
                (
                    "person",
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotas",
                        to="planning.revision",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number", None), ("number__gte", 0), _connector="OR"),
                        name="quota_not_negative",
                    )
                ],
            },
        ),
    ]
