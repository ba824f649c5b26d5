import uuid

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
            name="Clock",
            fields=[
                (
                    "region",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.region",
                    ),
                ),
                (
                    "answer",
                    models.PositiveSmallIntegerField(default=7, verbose_name="答复期限（天）"),
                ),
                (
                    "first",
                    models.PositiveSmallIntegerField(default=9, verbose_name="一级催办（天）"),
                ),
                (
                    "second",
                    models.PositiveSmallIntegerField(default=21, verbose_name="二级催办（天）"),
                ),
                (
                    "third",
                    models.PositiveSmallIntegerField(default=45, verbose_name="三级催办（天）"),
                ),
                ("working", models.BooleanField(default=False, verbose_name="按工作日计")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer__gte", 1),
                            ("first__gte", 1),
                            ("first__lt", models.F("second")),
                            ("second__lt", models.F("third")),
                        ),
                        name="clock_rises",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="序号")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                (
                    "every",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "未定"),
                            ("month", "每月"),
                            ("quarter", "每季度"),
                            ("half", "每半年"),
                            ("year", "每年"),
                        ],
                        default="",
                        max_length=8,
                        verbose_name="频次",
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("chained", "已包抓联的企业"),
                            ("all", "全部企业"),
                            ("titled", "持有效资格证书的企业"),
                        ],
                        default="chained",
                        max_length=8,
                        verbose_name="范围",
                    ),
                ),
                (
                    "since",
                    models.DateField(
                        default=django.utils.timezone.localdate, verbose_name="起算日"
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
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("region", "number"), name="duty_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number__range", (1, 6))), name="six_duties"
                    ),
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("leader", "包抓领导"),
                            ("head", "专班班长"),
                            ("adviser", "政策辅导员"),
                            ("specialist", "科技专员"),
                            ("liaison", "联络员"),
                            ("expert", "专家"),
                        ],
                        max_length=12,
                        verbose_name="队伍",
                    ),
                ),
                ("name", models.CharField(max_length=30, verbose_name="姓名")),
                (
                    "unit",
                    models.CharField(blank=True, default="", max_length=60, verbose_name="单位"),
                ),
                (
                    "post",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="职务"),
                ),
                (
                    "phone",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="电话"),
                ),
                ("fields", models.JSONField(blank=True, default=list, verbose_name="技术领域")),
                (
                    "most",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="最多辅导几户"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="在岗")),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登录账号",
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "unit", "name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "kind", "name", "unit"), name="member_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Interest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("served", "有偿服务过"),
                            ("unit", "同一单位或关联单位"),
                            ("other", "其他"),
                        ],
                        max_length=8,
                        verbose_name="冲突",
                    ),
                ),
                (
                    "why",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="说明"),
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
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.enterprise",
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="interests",
                        to="visits.member",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("expert", "enterprise"), name="interest_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Chain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        blank=True, default="", max_length=60, verbose_name="专班负责单位"
                    ),
                ),
                (
                    "firm_head",
                    models.CharField(
                        blank=True, default="", max_length=30, verbose_name="企业负责人"
                    ),
                ),
                (
                    "firm_phone",
                    models.CharField(
                        blank=True, default="", max_length=40, verbose_name="企业联系电话"
                    ),
                ),
                (
                    "products",
                    models.CharField(
                        blank=True, default="", max_length=300, verbose_name="主要产品"
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="备注"),
                ),
                ("since", models.DateField(verbose_name="起")),
                ("until", models.DateField(null=True, verbose_name="止")),
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
                        related_name="chains",
                        to="ledger.enterprise",
                    ),
                ),
                (
                    "adviser",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="visits.member",
                        verbose_name="政策辅导员",
                    ),
                ),
                (
                    "head",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="visits.member",
                        verbose_name="专班班长",
                    ),
                ),
                (
                    "leader",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="visits.member",
                        verbose_name="包抓领导",
                    ),
                ),
                (
                    "liaison",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="visits.member",
                        verbose_name="联络员",
                    ),
                ),
                (
                    "specialist",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="visits.member",
                        verbose_name="科技专员",
                    ),
                ),
            ],
            options={
                "ordering": ["enterprise_id", "since", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("enterprise",),
                        name="chain_one_now",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until", None), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="chain_forward",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待审核"),
                            ("adopted", "已生效"),
                            ("dropped", "已放弃"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reviewed_at", models.DateTimeField(null=True)),
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
                    "reviewed_by",
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("reviewed_at", None), ("reviewed_by", None), ("state", "proposed")
                            ),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                ("reviewed_at__isnull", False),
                                ("reviewed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="round_reviewed_by_somebody",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.enterprise",
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="visits.member",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="visits.round",
                    ),
                ),
            ],
            options={
                "ordering": ["expert__name", "enterprise_id"],
                "constraints": [
                    models.UniqueConstraint(fields=("round", "enterprise"), name="proposal_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Coaching",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField(verbose_name="起")),
                ("until", models.DateField(null=True, verbose_name="止")),
                (
                    "why",
                    models.CharField(
                        blank=True, default="", max_length=300, verbose_name="结束原因"
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coached",
                        to="ledger.enterprise",
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="firms",
                        to="visits.member",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="visits.round",
                    ),
                ),
            ],
            options={
                "ordering": ["enterprise_id", "since", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("enterprise",),
                        name="coached_by_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until", None), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="coaching_forward",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Territory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField(verbose_name="起")),
                ("until", models.DateField(null=True, verbose_name="止")),
                (
                    "leader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="visits.member",
                        verbose_name="挂钩领导",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                        verbose_name="区县",
                    ),
                ),
            ],
            options={
                "ordering": ["region__path", "since", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("region",),
                        name="territory_one_now",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until", None), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="territory_forward",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(db_index=True, verbose_name="走访日期")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("onsite", "实地"),
                            ("phone", "电话"),
                            ("meeting", "座谈"),
                            ("online", "线上"),
                        ],
                        default="onsite",
                        max_length=8,
                        verbose_name="走访方式",
                    ),
                ),
                ("visitors", models.CharField(max_length=120, verbose_name="走访人")),
                (
                    "met",
                    models.CharField(
                        blank=True, default="", max_length=120, verbose_name="企业接待人"
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        blank=True, default="", max_length=40, verbose_name="沟通事项分类"
                    ),
                ),
                (
                    "situation",
                    models.TextField(
                        blank=True, default="", max_length=2000, verbose_name="基本情况"
                    ),
                ),
                (
                    "advice",
                    models.TextField(
                        blank=True, default="", max_length=2000, verbose_name="企业建议"
                    ),
                ),
                ("token", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
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
                    "duty",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="visits.duty",
                        verbose_name="哪一项必访",
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="ledger.enterprise",
                    ),
                ),
            ],
            options={
                "ordering": ["-on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        default="",
                        max_length=30,
                        verbose_name="问题编号",
                    ),
                ),
                (
                    "received_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="接收时间"
                    ),
                ),
                ("text", models.TextField(max_length=2000, verbose_name="企业反映的问题")),
                (
                    "kind",
                    models.CharField(
                        blank=True, default="", max_length=40, verbose_name="问题类型"
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        blank=True, default="", max_length=60, verbose_name="交办单位"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "受理中"),
                            ("assigned", "已交办"),
                            ("working", "办理中"),
                            ("done", "办结待回访"),
                            ("revisited", "已回访待销号"),
                            ("closed", "已销号"),
                            ("cannot", "暂无法办结"),
                        ],
                        db_index=True,
                        default="received",
                        max_length=12,
                        verbose_name="办理状态",
                    ),
                ),
                (
                    "handled",
                    models.TextField(
                        blank=True, default="", max_length=2000, verbose_name="办理内容"
                    ),
                ),
                (
                    "handled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="办理时间"),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
                (
                    "outcome",
                    models.TextField(
                        blank=True, default="", max_length=2000, verbose_name="办结说明"
                    ),
                ),
                (
                    "cannot",
                    models.TextField(
                        blank=True, default="", max_length=2000, verbose_name="暂无法办结说明"
                    ),
                ),
                (
                    "revisited_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="回访时间"),
                ),
                (
                    "satisfaction",
                    models.CharField(blank=True, default="", max_length=8, verbose_name="满意度"),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="销号时间")),
                (
                    "attachments",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="附件"),
                ),
                (
                    "running_since",
                    models.DateTimeField(db_index=True, default=django.utils.timezone.now),
                ),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="首次答复"),
                ),
                (
                    "reopened",
                    models.PositiveSmallIntegerField(default=0, verbose_name="重新办理次数"),
                ),
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
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="ledger.enterprise",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="visits.visit",
                        verbose_name="走访",
                    ),
                ),
            ],
            options={
                "ordering": ["-received_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=("enterprise", "number"),
                        name="ticket_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "cannot"), _negated=True),
                            models.Q(("cannot", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="cannot_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("revisited", "closed")), _negated=True),
                            models.Q(
                                ("revisited_at__isnull", False),
                                models.Q(("satisfaction__in", ("", "不满意")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="closed_after_a_revisit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("state", "closed")),
                            models.Q(
                                models.Q(("state", "closed"), _negated=True), ("closed_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="closed_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("move", models.CharField(max_length=12, verbose_name="动作")),
                ("source", models.CharField(max_length=12)),
                ("target", models.CharField(max_length=12)),
                (
                    "unit",
                    models.CharField(blank=True, default="", max_length=60, verbose_name="单位"),
                ),
                (
                    "note",
                    models.TextField(blank=True, default="", max_length=2000, verbose_name="说明"),
                ),
                (
                    "satisfaction",
                    models.CharField(blank=True, default="", max_length=8, verbose_name="满意度"),
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
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="visits.ticket",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="WeekPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("monday", models.DateField(verbose_name="周一")),
                ("deadline", models.DateField(verbose_name="申报截止日")),
                ("most", models.PositiveSmallIntegerField(default=20, verbose_name="排多少户")),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "正在算"), ("done", "已完成"), ("failed", "没有算成")],
                        default="running",
                        max_length=8,
                    ),
                ),
                ("message", models.TextField(default="")),
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
                "ordering": ["-monday", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Planned",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.PositiveSmallIntegerField(verbose_name="名次")),
                ("keys", models.JSONField(default=list)),
                ("settles", models.JSONField(default=list)),
                ("may_settle", models.JSONField(default=list)),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.enterprise",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="visits.weekplan",
                    ),
                ),
            ],
            options={
                "ordering": ["place"],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "enterprise"), name="planned_once")
                ],
            },
        ),
    ]
