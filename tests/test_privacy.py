# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, mute_logger

from ..models.customer_group_membership import RETENTION
from ..models.customer_group_operation import CHANGE_KEY, Change
from .sequence_common import SequenceCommon


class PrivacyCase(SequenceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.there = cls.env["res.company"].create({"name": "There"})
        cls.hidden = cls.create_group("Hidden", company_id=cls.there.id)
        cls.eve = cls.Partner.create(
            {
                "name": "Evelyn Unmistakable",
                "email": "evelyn@unmistakable.example",
            }
        )

    def change(self, partner, values, reason):
        change = Change("edit", "manual", reason)
        partner.with_context(**{CHANGE_KEY: change}).write(values)

    def live(self):
        """Let Eve appear wherever a contact can appear."""
        self.change(self.eve, self.put_into(self.students), "Evelyn Unmistakable asked")
        self.change(self.eve, self.take_out_of(self.students), "Evelyn was unhappy")
        self.eve.customer_group_ids = self.wholesale + self.hidden
        series = self.create_series([self.email()], self.retail, name="Welcome series")
        self.join(self.eve)
        [enrolment] = self.Enrolment.search([("sequence_id", "=", series.id)])
        self.trace = self.Trace.create(
            {
                "enrolment_id": enrolment.id,
                "step_id": series.step_ids.id,
                "state": "sent",
                "date": "2026-01-10 10:00:00",
                "email": self.eve.email,
                "error": f"No such mailbox: {self.eve.email}",
            }
        )
        self.env["customer.group.optout"].create(
            {"partner_id": self.eve.id, "group_id": self.students.id}
        )
        selection = self.env["customer.group.selection"].create({"name": "All"})
        selection._freeze("freeze", [("id", "=", self.eve.id)], "Evelyn only")
        rule = self.create_group(
            "Rule",
            use_rule=True,
            rule_domain="[('email', 'like', 'evelyn@unmistakable')]",
        )
        rule._run_rule()
        self.change(self.eve, self.take_out_of(rule), "Evelyn does not want it")
        rule.rule_domain = "[('name', '=', 'Nobody')]"
        request = self.env["customer.group.request"].with_user(self.assigner)
        request.create(
            [
                {"name": "Fans", "partner_ids": [Command.set(self.eve.ids)]},
                {"name": "Clubs", "res_model": "res.partner", "res_id": self.eve.id},
            ]
        )
        double = self.Partner.create(
            {
                "name": "Evelyn Unmistakable-Double",
                "email": "evelyn@unmistakable.example",
                "customer_group_ids": self.retail,
            }
        )
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((double + self.eve).ids, self.eve)
        return rule


@tagged("post_install", "-at_install")
class TestTell(PrivacyCase):
    def test_data(self):
        rule = self.live()
        data = self.as_user(self.eve, self.manager)._get_customer_group_data()
        json.dumps(data)
        self.assertEqual(data["contact"]["email"], self.eve.email)
        self.assertEqual(
            {row["complete_name"] for row in data["groups"]},
            {"Trade / Wholesale", "Trade / Retail chains"},
        )
        former = next(
            row
            for row in data["memberships"]
            if row["group_id"] == "Private / Students"
        )
        self.assertEqual(former["start_reason"], "Evelyn Unmistakable asked")
        self.assertEqual(former["end_reason"], "Evelyn was unhappy")
        self.assertEqual(data["kept_out"][0]["group_id"], rule.display_name)
        self.assertEqual(data["kept_out"][0]["reason"], "Evelyn does not want it")
        self.assertEqual({row["name"] for row in data["requests"]}, {"Fans", "Clubs"})
        self.assertEqual(data["series"][0]["sequence_id"], "Welcome series")
        self.assertEqual(data["steps_of_series"][0]["email"], self.eve.email)
        self.assertEqual(data["opted_out"][0]["what"], "Private / Students")
        self.assertEqual(data["snapshots_of_selections"][0]["name"], "All")

    def test_other_companies(self):
        """A manager gets what his companies know; the superuser gets all."""
        self.live()
        eve = self.as_user(self.eve, self.manager)
        data = eve._get_customer_group_data()
        self.assertNotIn("Hidden", json.dumps(data))
        self.assertNotIn("There", data["companies"])
        data = eve.sudo()._get_customer_group_data()
        self.assertIn("Hidden", {row["complete_name"] for row in data["groups"]})
        self.assertIn("There", data["companies"])
        self.manager.company_ids += self.there
        data = self.as_user(self.eve, self.manager)._get_customer_group_data()
        self.assertIn("Hidden", {row["complete_name"] for row in data["groups"]})

    def test_managers_only(self):
        for user in (self.reader, self.assigner, self.creator):
            eve = self.as_user(self.eve, user)
            with self.assertRaises(AccessError):
                eve._get_customer_group_data()
            with self.assertRaises(AccessError):
                eve.action_export_customer_group_data()
        self.eve.company_id = self.there
        with self.assertRaises(AccessError):
            self.as_user(self.eve, self.manager)._get_customer_group_data()

    def test_never_in_a_group(self):
        data = self.as_user(self.dora, self.manager)._get_customer_group_data()
        self.assertEqual(data["memberships"], [])


@tagged("post_install", "-at_install")
class TestTellHttp(PrivacyCase, HttpCase):
    def download(self, user, partner_id):
        self.authenticate(user.login, user.login)
        return self.url_open(f"/customer_group/contact/{partner_id}/data")

    def test_download(self):
        self.live()
        answer = self.download(self.manager, self.eve.id)
        self.assertEqual(answer.json()["contact"]["name"], self.eve.name)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn("no-store", answer.headers["Cache-Control"])

    @mute_logger("odoo.http")
    def test_refused(self):
        eve_id = self.eve.id
        for user in (self.reader, self.creator, self.portal):
            answer = self.download(user, eve_id)
            self.assertEqual(answer.status_code, 403)
            self.assertNotIn("Evelyn", answer.text)
        self.assertEqual(self.download(self.manager, 2**31 - 1).status_code, 404)
        self.assertEqual(self.download(self.manager, 2**70).status_code, 404)
        self.authenticate(None, None)
        answer = self.url_open(f"/customer_group/contact/{eve_id}/data")
        self.assertNotIn("Evelyn", answer.text)


@tagged("post_install", "-at_install")
class TestForget(PrivacyCase):
    def get_tables(self):
        """Return all tables of the add-on, relations included."""
        self.env.cr.execute(
            """SELECT table_name FROM information_schema.tables
                WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
                  AND table_name LIKE 'customer\\_group%'"""
        )
        return [name for [name] in self.env.cr.fetchall()]

    def find(self, words, id_):
        """Return where rows of the add-on hold one of the words, or the id."""
        found = set()
        for table in self.get_tables():
            self.env.cr.execute(
                SQL(
                    """SELECT to_jsonb(t) FROM %s t
                        WHERE to_jsonb(t)::text ILIKE ANY(%s)""",
                    SQL.identifier(table),
                    [f"%{word}%" for word in words],
                )
            )
            found.update((table, str(row)) for [row] in self.env.cr.fetchall())
            self.env.cr.execute(
                """SELECT column_name FROM information_schema.columns
                    WHERE table_name = %s AND data_type = 'integer'
                      AND (column_name LIKE '%%partner_id' OR column_name = 'res_id')
                """,
                (table,),
            )
            for [column] in self.env.cr.fetchall():
                self.env.cr.execute(
                    SQL(
                        "SELECT 1 FROM %s WHERE %s = %s LIMIT 1",
                        SQL.identifier(table),
                        SQL.identifier(column),
                        id_,
                    )
                )
                if self.env.cr.rowcount:
                    found.add((table, column))
        return found

    def run_jobs(self):
        with patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=float("inf")
        ):
            self.env["customer.group.stat"]._cron_fill()
            self.env["customer.group.rule.queue"]._cron_run()

    def test_nothing_is_left(self):
        self.live()
        self.run_jobs()
        self.env.flush_all()
        words, id_ = ["evelyn", "unmistakable"], self.eve.id
        before = {place for place, _what in self.find(words, id_)}
        # The search finds him wherever he is.
        self.assertLessEqual(
            {
                "customer_group_res_partner_rel",
                "customer_group_membership",
                "customer_group_exclusion",
                "customer_group_operation",
                "customer_group_request",
                "customer_group_request_partner_rel",
                "customer_group_enrolment",
                "customer_group_enrolment_trace",
                "customer_group_optout",
                "customer_group_snapshot_res_partner_rel",
            },
            before,
        )
        stats = self.env["customer.group.stat"].search([])
        numbers = stats.mapped("members")
        self.eve.unlink()
        self.run_queue()
        self.assertEqual(self.find(words, id_), set())
        self.assertEqual(stats.exists().mapped("members"), numbers)
        self.assertLedger()

    def run_queue(self):
        self.env.flush_all()
        with patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=float("inf")
        ):
            self.env["customer.group.rule.queue"]._cron_run()
        self.env.flush_all()

    def test_words_about_others_stay(self):
        change = Change("add", "bulk", "Visitors of the fair")
        both = (self.eve + self.dora).with_context(**{CHANGE_KEY: change})
        both.write(self.put_into(self.retail))
        operation = self.env["customer.group.operation"].search([], limit=1)
        self.eve.unlink()
        self.assertEqual(operation.reason, "Visitors of the fair")
        self.assertEqual(operation.added, 2)
        self.dora.unlink()
        self.assertFalse(operation.reason)
        self.assertEqual(operation.added, 2)

    def test_request_goes_on(self):
        self.live()
        self.eve.unlink()
        requests = self.env["customer.group.request"].search(
            [("name", "in", ["Fans", "Clubs"])]
        )
        requests.with_user(self.manager).action_approve()
        self.assertEqual(set(requests.mapped("state")), {"approved"})

    def test_refused_delete_forgets_nothing(self):
        self.change(self.eve, self.put_into(self.retail), "Evelyn asked")
        operation = self.env["customer.group.operation"].search([], limit=1)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.eve.with_user(self.portal).unlink()
        operation.invalidate_recordset()
        self.assertEqual(operation.reason, "Evelyn asked")

    def test_number_of_queries(self):
        """As many for one contact as for 100."""
        counts = []
        for size in (1, 100):
            people = self.Partner.create([{"name": f"P {i}"} for i in range(size)])
            people.customer_group_ids = self.retail
            operations = self.env["customer.group.operation"]
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            ids = operations._get_ids_of_contacts(people)
            operations._forget_reasons(SQL("o.id = ANY(%s)", ids))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])


@tagged("post_install", "-at_install")
class TestRetention(PrivacyCase):
    def run_job(self):
        self.env.flush_all()
        with patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=float("inf")
        ):
            self.env["customer.group.stat"]._cron_fill()
        self.env.invalidate_all()

    def setUp(self):
        super().setUp()
        self.club = self.create_group("Club")
        with freeze_time("2025-01-10 10:00:00"):
            self.change(self.eve, self.put_into(self.club), "Spring")
            self.change(self.eve, self.put_into(self.retail), "For good")
        with freeze_time("2025-02-10 10:00:00"):
            self.change(self.eve, self.take_out_of(self.club), "Summer")
        self.rows = self.env["customer.group.membership"].search(
            [("partner_id", "=", self.eve.id)]
        )

    def test_off(self):
        with freeze_time("2026-11-01 10:00:00"):
            self.run_job()
        self.assertEqual(len(self.rows.exists()), 2)

    def test_on(self):
        settings = self.env["res.config.settings"].create(
            {"customer_group_retention_months": 12}
        )
        settings.execute()
        operations = self.rows.start_operation_id + self.rows.end_operation_id
        with freeze_time("2026-02-10 09:00:00"):
            self.run_job()
        self.assertEqual(len(self.rows.exists()), 2)
        with freeze_time("2026-02-11 11:00:00"):
            self.run_job()
        left = self.rows.exists()
        self.assertEqual(left.group_id, self.retail)
        self.assertEqual(set(operations.mapped("reason")), {False, "For good"})
        self.assertLedger()
        stats = self.env["customer.group.stat"].search(
            [("group_id", "=", self.club.id), ("date", "=", "2025-01-10")]
        )
        self.assertEqual(
            (stats.direct_members, stats.joins), (1, 1), "counted before it went"
        )
        with freeze_time("2026-02-12 11:00:00"):
            self.run_job()
        self.assertEqual(stats.exists().direct_members, 1)

    def test_addresses(self):
        """Addresses of e-mails are kept for a year."""
        self.live()
        for now, email in (("2027-01-09", self.eve.email), ("2027-01-11", False)):
            with freeze_time(now):
                self.run_job()
            self.assertEqual(self.trace.email, email)

    def test_bad_settings(self):
        with self.assertRaises(ValidationError):
            self.env["res.config.settings"].create(
                {"customer_group_retention_months": -1}
            )
        for value in ("-3", "soon", "1e9"):
            self.env["ir.config_parameter"].set_param(RETENTION, value)
            with freeze_time("2026-02-11 11:00:00"):
                self.run_job()
            self.assertEqual(len(self.rows.exists()), 2)
