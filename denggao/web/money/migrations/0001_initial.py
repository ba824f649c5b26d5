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
            name="ReliefFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="文件")),
                ("digest", models.CharField(max_length=64)),
                ("count", models.PositiveIntegerField()),
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
                    models.UniqueConstraint(fields=("region", "digest"), name="relief_file_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Relief",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="企业或载体")),
                (
                    "carrier",
                    models.CharField(
                        blank=True, default="", max_length=120, verbose_name="所在载体"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("tax", "减免税"), ("rent", "减免租金")],
                        max_length=4,
                        verbose_name="类别",
                    ),
                ),
                ("period", models.CharField(max_length=30, verbose_name="所属期")),
                ("fen", models.BigIntegerField(blank=True, null=True, verbose_name="金额（分）")),
                ("source", models.CharField(max_length=200, verbose_name="来源")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn", models.CharField(default="", max_length=200)),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reliefs",
                        to="ledger.enterprise",
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
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="money.relieffile",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("fen", None), ("fen__gte", 0), _connector="OR"),
                        name="relief_not_negative",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn", "")),
                        fields=("region", "name", "carrier", "kind", "period"),
                        name="relief_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("as_of", models.DateField(verbose_name="兑付日")),
                (
                    "since",
                    models.DateField(blank=True, null=True, verbose_name="只看这一天以后的证书"),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("titles", "台账里的证书（免申即享）"),
                            ("list", "上传名单"),
                            ("paste", "粘贴名单"),
                        ],
                        max_length=8,
                        verbose_name="事项来自",
                    ),
                ),
                (
                    "usual",
                    models.CharField(
                        blank=True, default="", max_length=20, verbose_name="没有写事项的按"
                    ),
                ),
                ("laws", models.JSONField(default=list)),
                ("file", models.CharField(default="", max_length=120)),
                ("content", models.BinaryField(null=True)),
                ("before_file", models.CharField(default="", max_length=120)),
                ("before", models.BinaryField(null=True)),
                ("digest", models.CharField(default="", max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("computing", "正在测算"),
                            ("failed", "没有算成"),
                            ("computed", "待复核"),
                            ("reviewed", "已复核"),
                            ("published", "公示中"),
                            ("approved", "已审定"),
                            ("paid", "已付清"),
                            ("dropped", "作废"),
                        ],
                        default="computing",
                        max_length=10,
                    ),
                ),
                ("message", models.TextField(default="")),
                ("counts", models.JSONField(default=dict)),
                ("notes", models.JSONField(default=list)),
                ("problems", models.JSONField(default=list)),
                ("versions", models.JSONField(default=list)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("dropped_at", models.DateTimeField(null=True)),
                ("dropped_why", models.CharField(default="", max_length=200)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "dropped_by",
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
                "base_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("approved_by", models.F("by")), _negated=True),
                        name="run_approved_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reviewed_by", models.F("by")), _negated=True),
                        name="run_reviewed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ("reviewed", "published", "approved", "paid")),
                                _negated=True,
                            ),
                            models.Q(
                                ("reviewed_at__isnull", False), ("reviewed_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="run_reviewed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("approved", "paid")), _negated=True),
                            models.Q(
                                ("approved_at__isnull", False), ("approved_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="run_approved_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("digest", ""), _negated=True),
                            models.Q(("state__in", ("failed", "dropped")), _negated=True),
                        ),
                        fields=("region", "digest"),
                        name="run_of_a_list_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PayBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("paid_on", models.DateField(verbose_name="付款日期")),
                ("reference", models.CharField(max_length=60, verbose_name="凭证号")),
                ("count", models.PositiveIntegerField()),
                ("fen", models.BigIntegerField()),
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
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="money.run",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "reference"), name="voucher_of_run_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Row",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("part", models.PositiveSmallIntegerField(default=1)),
                ("code", models.CharField(default="", max_length=18)),
                ("name", models.CharField(max_length=120)),
                ("district", models.CharField(max_length=60)),
                ("batch", models.CharField(max_length=60)),
                ("event", models.CharField(max_length=20)),
                ("said", models.CharField(default="", max_length=80)),
                ("title", models.CharField(default="", max_length=40)),
                ("day", models.DateField(null=True)),
                ("stage", models.PositiveSmallIntegerField(default=1)),
                ("ref", models.CharField(default="", max_length=60)),
                ("already", models.BigIntegerField(default=0)),
                ("scheme", models.CharField(default="", max_length=60)),
                ("law_version", models.CharField(default="", max_length=80)),
                ("award", models.CharField(default="", max_length=60)),
                ("award_name", models.CharField(default="", max_length=80)),
                ("cite", models.CharField(default="", max_length=200)),
                ("once", models.BooleanField(default=False)),
                ("status", models.CharField(max_length=8)),
                ("fen", models.BigIntegerField(default=0)),
                ("lo", models.BigIntegerField(default=0)),
                ("hi", models.BigIntegerField(null=True)),
                ("rate", models.CharField(default="", max_length=60)),
                ("levels", models.JSONField(default=dict)),
                ("due", models.DateField(null=True)),
                ("why", models.TextField(default="")),
                ("beside", models.TextField(default="")),
                ("listed", models.BigIntegerField(null=True)),
                ("values", models.JSONField(default=dict)),
                ("source", models.CharField(default="", max_length=200)),
                ("left_out", models.CharField(default="", max_length=200)),
                (
                    "enterprise",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="award_rows",
                        to="ledger.enterprise",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="money.run",
                    ),
                ),
            ],
            options={
                "ordering": ["run_id", "number", "part"],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "number", "part"), name="run_row_once")
                ],
                "indexes": [models.Index(fields=["run", "status"], name="run_row_status")],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(verbose_name="公示日")),
                ("days", models.PositiveSmallIntegerField(verbose_name="工作日")),
                ("until", models.DateField(verbose_name="公示至")),
                ("contact", models.CharField(max_length=120, verbose_name="异议受理")),
                ("rows", models.JSONField()),
                ("count", models.PositiveIntegerField()),
                ("total", models.BigIntegerField()),
                ("digest", models.CharField(max_length=64)),
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
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publication",
                        to="money.run",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("on"))),
                        name="published_for_some_days",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("who", models.CharField(max_length=60, verbose_name="提出人")),
                ("on", models.DateField(verbose_name="提出日期")),
                ("text", models.CharField(max_length=500, verbose_name="异议内容")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "待处理"),
                            ("upheld", "成立，该笔不发"),
                            ("rejected", "不成立"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("answer", models.CharField(default="", max_length=500, verbose_name="核实情况")),
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
                    "row",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="money.row",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="money.run",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_by", None), ("outcome", "open")),
                            models.Q(
                                models.Q(("outcome", "open"), _negated=True),
                                ("decided_by__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="objection_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "upheld"), _negated=True),
                            ("row__isnull", False),
                            _connector="OR",
                        ),
                        name="objection_upheld_to_a_row",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Trial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(verbose_name="办法")),
                ("short", models.CharField(default="", max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "正在测算"),
                            ("done", "已完成"),
                            ("failed", "没有算成"),
                        ],
                        default="running",
                        max_length=8,
                    ),
                ),
                ("message", models.TextField(default="")),
                ("found", models.JSONField(default=dict)),
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
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trials",
                        to="money.run",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Voucher",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, verbose_name="券号")),
                ("face", models.BigIntegerField(verbose_name="券面额（分）")),
                ("issued_on", models.DateField(verbose_name="申领日期")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="有效期至")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("applied", "已申领"),
                            ("contracted", "已签合同"),
                            ("invoiced", "已开发票"),
                            ("proven", "已交佐证"),
                            ("reviewed", "已审核"),
                            ("published", "公示中"),
                            ("paid", "已兑付"),
                            ("refused", "不予兑付"),
                        ],
                        default="applied",
                        max_length=10,
                    ),
                ),
                (
                    "provider",
                    models.CharField(
                        blank=True, default="", max_length=120, verbose_name="服务机构"
                    ),
                ),
                (
                    "contract",
                    models.CharField(
                        blank=True, default="", max_length=60, verbose_name="合同编号"
                    ),
                ),
                ("contract_fen", models.BigIntegerField(null=True, verbose_name="合同金额（分）")),
                (
                    "invoice",
                    models.CharField(
                        blank=True, default="", max_length=60, verbose_name="发票号码"
                    ),
                ),
                ("invoice_fen", models.BigIntegerField(null=True, verbose_name="发票金额（分）")),
                (
                    "proof",
                    models.CharField(
                        blank=True, default="", max_length=300, verbose_name="佐证材料"
                    ),
                ),
                ("fen", models.BigIntegerField(null=True, verbose_name="核定金额（分）")),
                ("cite", models.CharField(default="", max_length=200)),
                ("published_on", models.DateField(null=True)),
                ("published_until", models.DateField(null=True)),
                ("paid_on", models.DateField(null=True)),
                ("reference", models.CharField(default="", max_length=60, verbose_name="凭证号")),
                ("why", models.CharField(default="", max_length=200, verbose_name="理由")),
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
                        related_name="vouchers",
                        to="ledger.enterprise",
                    ),
                ),
                (
                    "paid_by",
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
                    models.UniqueConstraint(fields=("region", "number"), name="voucher_once"),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("invoice", ""), _negated=True),
                            models.Q(("state", "refused"), _negated=True),
                        ),
                        fields=("region", "invoice"),
                        name="voucher_invoice_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("face__gt", 0)), name="voucher_has_a_face"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fen", None),
                            models.Q(("fen__gt", 0), ("fen__lte", models.F("face"))),
                            _connector="OR",
                        ),
                        name="voucher_within_face",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fen", None),
                            models.Q(
                                ("contract_fen__isnull", False),
                                ("fen__lte", models.F("contract_fen")),
                            ),
                            _connector="OR",
                        ),
                        name="voucher_within_contract",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fen", None),
                            models.Q(
                                ("fen__lte", models.F("invoice_fen")),
                                ("invoice_fen__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="voucher_within_invoice",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ("reviewed", "published", "paid")), _negated=True
                            ),
                            models.Q(("fen__isnull", False), ("reviewed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="voucher_reviewed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reviewed_by", models.F("by")), _negated=True),
                        name="voucher_reviewed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "paid"), _negated=True),
                            models.Q(
                                ("paid_by__isnull", False),
                                ("paid_on__isnull", False),
                                ("published_until__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="voucher_paid_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("why", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="voucher_refused_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Budget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scheme", models.CharField(max_length=60, verbose_name="办法")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("level", models.CharField(max_length=10, verbose_name="出资级次")),
                ("fen", models.BigIntegerField(verbose_name="预算（分）")),
                (
                    "document",
                    models.CharField(
                        blank=True, default="", max_length=120, verbose_name="下达文件"
                    ),
                ),
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
                    ),
                ),
            ],
            options={
                "ordering": ["-year", "scheme", "level"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "scheme", "year", "level"), name="budget_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fen__gte", 0)), name="budget_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("holder", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=120)),
                ("scheme", models.CharField(max_length=60)),
                ("award", models.CharField(max_length=60)),
                ("event", models.CharField(max_length=20)),
                ("title", models.CharField(default="", max_length=40)),
                ("day", models.DateField(null=True)),
                ("year", models.PositiveSmallIntegerField(default=0)),
                ("stage", models.PositiveSmallIntegerField(default=1)),
                ("ref", models.CharField(default="", max_length=60)),
                ("again", models.PositiveSmallIntegerField(default=0)),
                ("district", models.CharField(max_length=60)),
                ("fen", models.BigIntegerField(verbose_name="应付（分）")),
                ("levels", models.JSONField(default=dict)),
                ("budget_year", models.PositiveSmallIntegerField()),
                ("waits", models.CharField(default="", max_length=120)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "enterprise",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="ledger.enterprise",
                    ),
                ),
                (
                    "row",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grant",
                        to="money.row",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="money.run",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["scheme", "budget_year"], name="grant_of_budget")],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fen", models.BigIntegerField(verbose_name="金额（分）")),
                ("paid_on", models.DateField(verbose_name="日期")),
                ("reference", models.CharField(max_length=60, verbose_name="凭证号")),
                ("why", models.CharField(default="", max_length=200, verbose_name="理由")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="money.paybatch",
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
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="money.grant",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversal",
                        to="money.payment",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("fen__gt", 0)), fields=("grant",), name="paid_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fen__gt", 0), ("reverses", None)),
                            models.Q(("fen__lt", 0), ("reverses__isnull", False)),
                            _connector="OR",
                        ),
                        name="paid_or_claimed_back",
                    ),
                ],
                "indexes": [models.Index(fields=["paid_on"], name="payment_day")],
            },
        ),
        migrations.AddField(
            model_name="grant",
            name="back_of",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claimed_by",
                to="money.payment",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("back_of", None)),
                fields=("holder", "scheme", "award", "year", "stage", "ref", "again"),
                name="granted_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("back_of", None)),
                fields=("enterprise", "scheme", "award", "year", "stage", "ref", "again"),
                name="granted_to_a_firm_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("back_of", None), ("fen__gt", 0)),
                    models.Q(("back_of__isnull", False), ("fen__lt", 0)),
                    _connector="OR",
                ),
                name="granted_or_claimed_back",
            ),
        ),
    ]
