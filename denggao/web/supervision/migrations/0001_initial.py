import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import denggao.web.supervision.models.reports


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_regions"),
        ("accounts", "__first__"),
        ("planning", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Basis",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField(verbose_name="起")),
                (
                    "place",
                    models.CharField(
                        choices=[
                            ("region", "按所在区县"),
                            ("zone", "按功能区"),
                            ("office", "按责任单位"),
                        ],
                        default="region",
                        max_length=8,
                        verbose_name="归口",
                    ),
                ),
                (
                    "kinds",
                    models.JSONField(
                        default=denggao.web.supervision.models.reports._ladder,
                        verbose_name="统计的资格",
                    ),
                ),
                ("laws", models.JSONField(default=list, verbose_name="另数条件都符合的")),
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
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
            ],
            options={
                "ordering": ["-since", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="会议")),
                ("on", models.DateField(verbose_name="日期")),
                (
                    "place",
                    models.CharField(blank=True, default="", max_length=60, verbose_name="地点"),
                ),
                (
                    "chair",
                    models.CharField(blank=True, default="", max_length=30, verbose_name="主持人"),
                ),
                (
                    "present",
                    models.CharField(
                        blank=True, default="", max_length=500, verbose_name="到会单位"
                    ),
                ),
                ("minutes", models.TextField(blank=True, default="", verbose_name="纪要")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("version", models.PositiveIntegerField(default=1)),
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
                "ordering": ["-on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="序号")),
                ("text", models.CharField(max_length=500, verbose_name="议定事项")),
                ("units", models.CharField(max_length=200, verbose_name="责任单位")),
                (
                    "leader",
                    models.CharField(
                        blank=True, default="", max_length=30, verbose_name="责任领导"
                    ),
                ),
                ("due", models.DateField(blank=True, null=True, verbose_name="期限")),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="supervision.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["meeting_id", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "number"), name="decision_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="成员单位")),
                (
                    "person",
                    models.CharField(blank=True, default="", max_length=30, verbose_name="联络员"),
                ),
                ("duty", models.CharField(default="成员", max_length=20, verbose_name="职责")),
                ("since", models.DateField(verbose_name="自")),
                ("until", models.DateField(blank=True, null=True, verbose_name="至")),
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
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("region", "name"),
                        name="member_now_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until", None), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="member_until_after_since",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("as_of", models.DateField(verbose_name="截至")),
                ("content", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                ("stand", models.BinaryField()),
                ("stand_digest", models.CharField(max_length=64)),
                ("head", models.CharField(max_length=90, verbose_name="审计链头")),
                ("shown", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("compiled", "待签发"),
                            ("signed", "已签发"),
                            ("dropped", "不签发"),
                        ],
                        default="compiled",
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
                ("why", models.CharField(default="", max_length=300, verbose_name="理由")),
                ("word", models.BinaryField(null=True)),
                ("excel", models.BinaryField(null=True)),
                ("files_digest", models.CharField(default="", max_length=64)),
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
                    "last",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="supervision.report",
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
                "ordering": ["-as_of", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "dropped"), _negated=True),
                        fields=("region", "as_of"),
                        name="report_of_day_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None), ("decided_by", None), ("state", "compiled")
                            ),
                            models.Q(
                                models.Q(("state", "compiled"), _negated=True),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="report_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "signed"), _negated=True),
                            models.Q(("decided_by", models.F("by")), _negated=True),
                            _connector="OR",
                        ),
                        name="report_signed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "signed"), _negated=True),
                            models.Q(
                                ("word__isnull", False),
                                ("excel__isnull", False),
                                models.Q(("files_digest", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="report_signed_with_files",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=500, verbose_name="任务")),
                ("source", models.CharField(max_length=200, verbose_name="来源")),
                (
                    "leader",
                    models.CharField(
                        blank=True, default="", max_length=30, verbose_name="责任领导"
                    ),
                ),
                ("due", models.DateField(blank=True, null=True, verbose_name="期限")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "未开始"),
                            ("running", "推进中"),
                            ("done", "已完成"),
                            ("stuck", "暂无法完成"),
                        ],
                        default="waiting",
                        max_length=7,
                        verbose_name="状态",
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="原因"),
                ),
                ("made_on", models.DateField(verbose_name="下达日期")),
                ("done_on", models.DateField(null=True, verbose_name="办结日期")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="task",
                        to="supervision.decision",
                    ),
                ),
                (
                    "plan_task",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="planning.plantask",
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
                "ordering": [models.OrderBy(models.F("due"), nulls_last=True), "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "plan_task"), name="plan_task_taken_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_on__isnull", False), ("state", "done")),
                            models.Q(models.Q(("state", "done"), _negated=True), ("done_on", None)),
                            _connector="OR",
                        ),
                        name="task_done_on_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "stuck"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="task_stuck_for_a_reason",
                    ),
                ],
                "indexes": [models.Index(fields=["region", "state", "due"], name="task_due")],
            },
        ),
        migrations.CreateModel(
            name="Progress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(verbose_name="进展")),
                (
                    "before",
                    models.CharField(
                        choices=[
                            ("waiting", "未开始"),
                            ("running", "推进中"),
                            ("done", "已完成"),
                            ("stuck", "暂无法完成"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("waiting", "未开始"),
                            ("running", "推进中"),
                            ("done", "已完成"),
                            ("stuck", "暂无法完成"),
                        ],
                        max_length=7,
                    ),
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
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="progress",
                        to="supervision.task",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="文件")),
                ("content", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "progress",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evidence",
                        to="supervision.progress",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit", models.CharField(max_length=60, verbose_name="单位")),
                ("way", models.CharField(max_length=20, verbose_name="方式")),
                (
                    "answer",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="答复"),
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
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminders",
                        to="supervision.task",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="TaskUnit",
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
                        to="supervision.task",
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
                "ordering": ["-leads", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("task", "name"), name="task_unit_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "remind",
                    models.PositiveSmallIntegerField(default=7, verbose_name="到期前多少天提醒"),
                ),
                (
                    "supervise",
                    models.PositiveSmallIntegerField(default=1, verbose_name="逾期多少天列入督办"),
                ),
                (
                    "circulate",
                    models.PositiveSmallIntegerField(default=7, verbose_name="逾期多少天通报"),
                ),
                (
                    "region",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("circulate__gte", models.F("supervise"))),
                        name="circulated_after_supervised",
                    )
                ],
            },
        ),
    ]
