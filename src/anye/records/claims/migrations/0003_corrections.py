"""What is proposed and approved to be paid besides or asked back; and what differs knows of it."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models
from django.db.migrations import RunSQL

from anye.records.audit.guards import audited, belongs_to, granted, scoped

# a decision is made once, by the rule of two persons; what it was about never changes
DECIDED_ONCE = RunSQL(
    """
    CREATE FUNCTION anye_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        kept text[] := ARRAY['scope_no', 'carried_out_on', 'gone_on'];
    BEGIN
        IF TG_OP = 'INSERT' AND NEW.state = 'proposed' THEN
            RETURN NEW;
        END IF;
        IF TG_OP = 'UPDATE' THEN
            IF OLD.state = 'proposed' THEN
                kept := kept || ARRAY['state', 'decided_by', 'decided_at', 'decision'];
            END IF;
            IF to_jsonb(NEW) - kept = to_jsonb(OLD) - kept THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'a row of % is proposed first, decided once, and stays', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END $$;
    CREATE TRIGGER claims_correction_decided_once BEFORE INSERT OR UPDATE OR DELETE ON claims_correction
        FOR EACH ROW EXECUTE FUNCTION anye_decided_once();
    """,
    RunSQL.noop,
)

# what is approved differs no more; nothing else is the app's to delete
CORRECTED = RunSQL(
    """
    CREATE FUNCTION anye_corrected() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_user <> 'anye_app' OR EXISTS (
            SELECT 1 FROM claims_correction c
            WHERE c.state = 'approved' AND c.policy_id = OLD.policy_id
                AND (c.person_id = OLD.person_id OR c.firm_id = OLD.firm_id)
                AND c.first_month = OLD.first_month AND c.last_month = OLD.last_month
                AND c.entitled_fen = OLD.entitled_fen AND c.paid_fen = OLD.paid_fen AND c.corrected_fen = OLD.corrected_fen)
        THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'a row of % goes where two persons corrected it', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END $$;
    CREATE TRIGGER claims_difference_corrected BEFORE DELETE ON claims_difference
        FOR EACH ROW EXECUTE FUNCTION anye_corrected();
    """,
    RunSQL.noop,
)


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0002_differences"),
        ("entitlements", "0001_tables"),
        ("firms", "0005_months_that_came"),
        ("people", "0006_household_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=22, unique=True)),
                ("scope_no", models.BigIntegerField()),
                ("first_month", models.DateField(verbose_name="首月")),
                ("last_month", models.DateField(verbose_name="末月")),
                ("kind", models.CharField(max_length=8, verbose_name="类型")),
                ("because", models.CharField(blank=True, default="", max_length=9, verbose_name="缘由")),
                ("amount_fen", models.BigIntegerField(verbose_name="调整金额（分）")),
                ("entitled_fen", models.BigIntegerField(verbose_name="应发（分）")),
                ("paid_fen", models.BigIntegerField(verbose_name="实发（分）")),
                ("corrected_fen", models.BigIntegerField(verbose_name="已调整（分）")),
                ("reason", models.CharField(max_length=300, verbose_name="理由")),
                ("state", models.CharField(default="proposed", max_length=10, verbose_name="状态")),
                ("proposed_by", models.CharField(max_length=40, verbose_name="提出人")),
                ("proposed_at", models.DateTimeField(verbose_name="提出时间")),
                ("decided_by", models.CharField(blank=True, default="", max_length=40, verbose_name="决定人")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="决定时间")),
                ("decision", models.CharField(blank=True, default="", max_length=300, verbose_name="决定理由")),
                ("carried_out_on", models.DateField(null=True, verbose_name="兑现日期")),
                ("gone_on", models.DateField(null=True, verbose_name="兑现撤回日期")),
            ],
        ),
        # they are drawn anew by the next pass, and the sums of their hashes are of rows without the new columns
        RunSQL("DELETE FROM claims_difference", RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="difference",
            name="claims_difference_differs",
        ),
        migrations.AddField(
            model_name="difference",
            name="because",
            field=models.CharField(blank=True, default="", max_length=9, verbose_name="缘由"),
        ),
        migrations.AddField(
            model_name="difference",
            name="corrected_fen",
            field=models.BigIntegerField(default=0, verbose_name="已调整（分）"),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "entitled_fen",
                        django.db.models.expressions.CombinedExpression(
                            models.F("paid_fen"), "+", models.F("corrected_fen")
                        ),
                    ),
                    _negated=True,
                ),
                name="claims_difference_differs",
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(("because__in", ("", "withdrawn", "relinked"))), name="claims_difference_because"
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="firm",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="firms.firm"
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="corrections",
                to="people.person",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="policy",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="entitlements.policy",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="reverses",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversed_by",
                to="claims.correction",
            ),
        ),
        migrations.AddIndex(
            model_name="correction",
            index=models.Index(fields=["scope_no", "state", "id"], name="claims_correction_scope"),
        ),
        migrations.AddIndex(
            model_name="correction",
            index=models.Index(fields=["policy", "state"], name="claims_correction_policy"),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")),
                fields=("policy", "person", "firm", "first_month", "last_month"),
                name="claims_correction_open",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("proposed", "approved"))),
                fields=("reverses",),
                name="claims_correction_reversed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount_fen",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("entitled_fen"), "-", models.F("paid_fen")
                            ),
                            "-",
                            models.F("corrected_fen"),
                        ),
                    ),
                    models.Q(("amount_fen", 0), _negated=True),
                ),
                name="claims_correction_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("firm__isnull", True), ("person__isnull", False)),
                    models.Q(("firm__isnull", False), ("person__isnull", True)),
                    _connector="OR",
                ),
                name="claims_correction_whose",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by", ""), ("state", "proposed")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("state__in", ("approved", "refused")),
                        models.Q(("decided_by", ""), _negated=True),
                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    ),
                    models.Q(
                        ("decided_at__isnull", False), ("decided_by", models.F("proposed_by")), ("state", "taken_back")
                    ),
                    _connector="OR",
                ),
                name="claims_correction_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "approved"),
                    models.Q(("carried_out_on__isnull", True), ("gone_on__isnull", True)),
                    _connector="OR",
                ),
                name="claims_correction_carried_out",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="claims_correction_reason"
            ),
        ),
        belongs_to("claims_correction", "people_person", "person_id"),
        scoped("claims_correction"),
        audited("claims_correction"),
        DECIDED_ONCE,
        granted(
            "claims_correction",
            app="SELECT, INSERT, UPDATE (state, decided_by, decided_at, decision)",
            batch="SELECT, UPDATE (carried_out_on, gone_on)",
        ),
        CORRECTED,
        RunSQL("GRANT DELETE ON claims_difference TO anye_app", RunSQL.noop),
    ]
