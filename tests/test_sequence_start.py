# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.customer_group_operation import CHANGE_KEY, Change
from .sequence_common import SequenceCommon


@tagged("post_install", "-at_install")
class TestSequenceStart(SequenceCommon):
    """Who enters a series, and who does not."""

    def count(self, series, state="running"):
        return len(self.get_enrolments(series).filtered(lambda e: e.state == state))

    def assign(self, partners, user=None, **values):
        """Return the dialog that puts contacts into ``retail``."""
        wizard = self.env["customer.group.assign"].with_user(user or self.assigner)
        return wizard.create(
            {
                "mode": "add",
                "partner_domain": repr([("id", "in", partners.ids)]),
                "group_ids": [Command.set(self.retail.ids)],
                **values,
            }
        )

    # ------------------------------------------------------------
    # JOIN, LEAVE
    # ------------------------------------------------------------

    def test_join_by_hand(self):
        """Who joins a start group gets the first step, and the next one in time."""
        series = self.create_series([self.email(), self.activity(3)])
        self.join(self.dora)
        enrolment = self.get_enrolments(series)
        self.assertEqual(enrolment.partner_id, self.dora)
        self.assertEqual(enrolment.group_id, self.retail)
        self.run_due()
        self.assertEqual(self.get_mails(self.dora).subject, "Welcome, Dora")
        self.assertEqual(enrolment.next_step_id, series.step_ids[1])
        self.env["customer.group.enrolment.trace"].search([]).state = "sent"
        self.run_due(days=2)
        self.assertFalse(self.dora.activity_ids)
        self.run_due(days=3, minutes=1)
        self.assertEqual(self.dora.activity_ids.summary, "Call")
        self.assertEqual(self.dora.activity_ids.user_id, self.manager)
        self.assertEqual(enrolment.state, "done")

    def test_subgroups(self):
        with_subgroups = self.create_series([self.activity()], self.trade)
        without = self.create_series(
            [self.activity()], self.trade, include_subgroups=False
        )
        new = self.create_group("New", self.retail)
        self.join(self.dora, new)
        self.assertEqual(self.count(with_subgroups), 1)
        self.assertEqual(self.count(without), 0)
        new.parent_id = self.private
        self.join(self.cleo, new)
        self.assertEqual(self.count(with_subgroups), 1)

    def test_leave(self):
        """Who leaves one start group for another has not left them."""
        series = self.create_series([self.activity(1)], self.trade, trigger="leave")
        self.leave(self.anna, self.wholesale_eu)
        self.assertEqual(self.count(series), 0, "She is in Wholesale still")
        self.leave(self.cleo, self.wholesale_eu)
        self.assertEqual(self.get_enrolments(series).partner_id, self.cleo)
        self.join(self.cleo)
        self.run_due(days=1, minutes=1)
        self.assertEqual(self.get_enrolments(series).stop_reason, "back")
        self.assertFalse(self.cleo.activity_ids)

    def test_only_running_series(self):
        draft = self.create_series([self.activity()], run=False)
        paused = self.create_series([self.activity()])
        paused.action_pause()
        archived = self.create_series([self.activity()])
        archived.action_archive()
        self.join(self.dora)
        for series in (draft, paused, archived):
            self.assertFalse(self.get_enrolments(series))

    def test_archived_contacts_stay_out(self):
        series = self.create_series([self.activity()])
        self.dora.active = False
        self.join(self.dora)
        self.assertFalse(self.get_enrolments(series))

    # ------------------------------------------------------------
    # SOURCES
    # ------------------------------------------------------------

    def test_sources(self):
        """Each source has its tick; bulk and import only start with a person's word."""
        groups = self.Group
        for source, field in {
            "manual": "start_manual",
            "rule": "start_rule",
            "api": "start_api",
            "form": "start_form",
            "automation": "start_automation",
        }.items():
            for tick in (True, False):
                series = self.create_series([self.activity()], **{field: tick})
                contact = self.Partner.create({"name": source})
                groups._change_members(
                    self.sql(contact, self.retail),
                    None,
                    Change("add", source),
                )
                self.assertEqual(self.count(series), int(tick), source)
                series.action_archive()
        for source in ("bulk", "import", "undo", "merge", "system"):
            for word in (True, False):
                series = self.create_series([self.activity()])
                contact = self.Partner.create({"name": source})
                groups._change_members(
                    self.sql(contact, self.retail),
                    None,
                    Change("add", source, start_series=word),
                )
                self.assertEqual(self.count(series), int(word), source)
                series.action_archive()

    def test_list_edited_in_bulk(self):
        """A list in which many rows are edited at once asks nobody, and starts none."""
        series = self.create_series([self.activity()])
        partners = self.Partner.create([{"name": f"Contact {i}"} for i in range(21)])
        self.join(partners[:20])
        self.assertEqual(self.count(series), 20)
        self.leave(partners)
        self.join(partners)
        self.assertEqual(self.count(series), 20)

    def test_context_of_a_caller_says_nothing(self):
        """A text in the context is no word of a person, only an object of Python is."""
        series = self.create_series([self.activity()])
        text = {"source": "bulk", "start_series": True, "enrolment_id": 1}
        partner = self.as_user(self.dora, self.assigner)
        partner.with_context(**{CHANGE_KEY: text}, import_file=True).write(
            self.put_into(self.retail)
        )
        self.assertFalse(self.get_enrolments(series))

    # ------------------------------------------------------------
    # BULK
    # ------------------------------------------------------------

    def test_dialog_asks(self):
        """The dialog tells how many would enter, and starts nothing unless ticked."""
        series = self.create_series([self.activity()])
        self.assertEqual(self.assign(self.dora).series_count, 1)
        wizard = self.assign(self.anna + self.ben + self.dora)
        self.join(self.anna)
        self.assertEqual(wizard.series_count, 2)
        wizard.action_apply()
        self.assertEqual(self.get_enrolments(series).partner_id, self.anna)
        self.leave(self.ben + self.dora)
        wizard = self.assign(self.ben + self.dora, start_series=True)
        self.assertEqual(wizard.series_count, 2)
        wizard.action_apply()
        self.assertEqual(self.count(series), 3)
        self.assertTrue(wizard.operation_id.sudo().start_series)

    def test_dialog_counts_exactly(self):
        """What the dialog promises is what starts, whatever the mode and the series."""
        self.create_series([self.activity()], self.students, trigger="leave")
        self.create_series([self.activity()], self.trade, trigger="leave")
        self.create_series([self.activity()], self.retail)
        everybody = self.anna + self.ben + self.cleo + self.dora
        for values in (
            {"mode": "add"},
            {
                "mode": "move",
                "from_group_ids": [Command.set(self.students.ids)],
            },
            {
                "mode": "remove",
                "group_ids": [
                    Command.set((self.wholesale + self.wholesale_eu + self.retail).ids)
                ],
            },
        ):
            wizard = self.assign(everybody, start_series=True, **values)
            before = self.Enrolment.search([])
            promised = wizard.series_count
            wizard.action_apply()
            entered = self.Enrolment.search([]) - before
            self.assertTrue(promised, values)
            self.assertEqual(len(entered.partner_id), promised, values)

    def test_dialog_without_series(self):
        self.create_series([self.activity()], self.students)
        self.assertEqual(self.assign(self.dora).series_count, 0)

    def test_no_series_for_contacts_that_may_not_be_changed(self):
        """Neither the number nor the start goes beyond what the user may change."""
        series = self.create_series([self.activity()])
        self.env["ir.rule"].create(
            {
                "name": "Only Anna",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', 'in', [{self.anna.id}])]",
                "perm_read": False,
            }
        )
        wizard = self.assign(self.anna + self.dora, start_series=True)
        self.assertEqual(wizard.series_count, 1)
        wizard.action_apply()
        self.assertEqual(self.get_enrolments(series).partner_id, self.anna)

    # ------------------------------------------------------------
    # IMPORT
    # ------------------------------------------------------------

    def test_import_of_contacts_sends_nothing(self):
        """10,000 contacts that Odoo imports into a start group: nobody enters."""
        series = self.create_series([self.email()])
        rows = [[f"Import {i}", "Trade / Retail chains"] for i in range(10000)]
        partners = self.Partner.with_user(self.manager)
        result = partners.load(["name", "customer_group_ids"], rows)
        self.assertEqual(len(result["ids"] or []), 10000, result["messages"][:2])
        self.run_due()
        self.assertFalse(self.get_enrolments(series))
        self.assertEqual(self.retail.direct_member_count, 10000)

    def test_import_of_memberships(self):
        """The same with our import; with a person's word, all enter, at one go."""
        series = self.create_series([self.email(1)])
        partners = self.Partner.create([{"name": f"Old {i}"} for i in range(10000)])
        rows = [[str(id_), "Trade / Retail chains"] for id_ in partners.ids]
        columns = ["partner_id/.id", "group_ids"]
        wizard = self.env["customer.group.import"].with_user(self.manager)
        counts = {}
        for words, some in ((False, rows), (True, rows[:10]), (True, rows)):
            self.Group._change_members(
                None,
                SQL("SELECT partner_id, group_id FROM customer_group_res_partner_rel"),
                Change("remove", "bulk"),
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            result = wizard.with_context(
                default_mode="add", default_start_series=words
            ).load(columns, some)
            counts[words, len(some)] = self.env.cr.sql_log_count - before
            self.assertTrue(result["ids"], result["messages"])
            self.assertEqual(self.count(series), len(some) if words else 0)
            self.run_due()
            self.assertFalse(self.env["mail.mail"].search([], limit=1))
        self.assertLessEqual(counts[True, 10000], counts[True, 10] + 5)

    def test_import_dialog_passes_the_word_on(self):
        wizard = self.env["customer.group.import"].create({})
        self.assertFalse(wizard.has_series)
        self.create_series([self.email()])
        wizard = self.env["customer.group.import"].create({"start_series": True})
        self.assertTrue(wizard.has_series)
        context = wizard.action_choose_file()["params"]["context"]
        self.assertIs(context["default_start_series"], True)

    # ------------------------------------------------------------
    # AGAIN
    # ------------------------------------------------------------

    def test_never_again(self):
        series = self.create_series([self.activity()])
        self.join(self.dora)
        self.run_due()
        self.leave(self.dora)
        self.join(self.dora)
        self.assertEqual(self.get_enrolments(series).state, "done")

    def test_again_after_days(self):
        """Counted from the end of the last time, not from its start."""
        series = self.create_series(
            [self.activity(5)], reentry="after", reentry_days=30
        )
        self.join(self.dora)
        start = fields.Datetime.now()
        self.run_due(days=5, minutes=1)
        self.assertEqual(self.count(series, "done"), 1)
        for days, number in ((31, 1), (34, 1), (36, 2)):
            with freeze_time(start + timedelta(days=days)):
                self.leave(self.dora)
                self.join(self.dora)
            self.assertEqual(len(self.get_enrolments(series)), number, days)
        self.assertEqual(self.get_enrolments(series).mapped("occurrence"), [1, 2])

    def test_never_twice_at_the_same_time(self):
        series = self.create_series([self.activity(5)], reentry="after", reentry_days=0)
        self.join(self.dora)
        self.leave(self.dora)
        self.join(self.dora)
        self.assertEqual(len(self.get_enrolments(series)), 1)

    def test_several_groups_at_once(self):
        series = self.create_series([self.activity()], self.retail + self.students)
        groups = [Command.link(g.id) for g in self.retail + self.students]
        self.dora.customer_group_ids = groups
        self.assertEqual(len(self.get_enrolments(series)), 1)

    # ------------------------------------------------------------
    # LOOPS
    # ------------------------------------------------------------

    def test_loop(self):
        """Two series that start each other: it ends, and says so."""
        values = {"reentry": "after", "reentry_days": 0, "stop_on_leave": False}
        one = self.create_series(
            [self.remove(self.retail), self.add(self.students)], **values
        )
        two = self.create_series(
            [self.remove(self.students), self.add(self.retail)],
            self.students,
            **values,
        )
        self.assertIn("circle", one.warning)
        self.join(self.dora)
        for minutes in range(1, 12):
            self.run_due(minutes=minutes)
        first, second = self.get_enrolments(one)
        self.assertEqual(first.state, "done")
        child = self.get_enrolments(two)
        self.assertEqual(
            (child.state, child.parent_id, child.depth), ("done", first, 1)
        )
        self.assertEqual((second.state, second.stop_reason), ("stopped", "loop"))
        self.assertEqual(second.parent_id, child)

    def test_long_chain(self):
        groups = self.Group.create([{"name": f"Chain {i}"} for i in range(8)])
        series = [
            self.create_series([self.add(after)], before)
            for before, after in zip(groups, groups[1:], strict=False)
        ]
        self.join(self.dora, groups[0])
        for minutes in range(1, 10):
            self.run_due(minutes=minutes)
        states = [self.get_enrolments(s).mapped("stop_reason") for s in series]
        self.assertEqual(states, [[False]] * 6 + [["loop"]])
        # It does not count when he joins by himself.
        self.leave(self.dora, groups[6])
        self.join(self.dora, groups[6])
        self.assertEqual(self.count(series[6]), 1)

    def test_too_many_in_a_day(self):
        series = [self.create_series([self.activity(1)]) for _i in range(12)]
        self.join(self.dora)
        states = [self.get_enrolments(s).stop_reason for s in series]
        self.assertEqual(states, [False] * 10 + ["limit"] * 2)
        self.assertEqual(series[11]._count_startable(self.sql(self.dora)), 0)
        with freeze_time(fields.Datetime.now() + timedelta(days=2)):
            self.assertEqual(series[11]._count_startable(self.sql(self.dora)), 1)

    def sql(self, partners, group=None):
        return SQL(
            "SELECT unnest(%s) AS partner_id, %s::int AS group_id",
            partners.ids,
            group and group.id,
        )

    # ------------------------------------------------------------
    # WHEN
    # ------------------------------------------------------------

    def test_first_step_by_zone(self):
        """The first step is due by the clock of each contact."""
        self.anna.tz, self.ben.tz = "Europe/Zurich", "America/New_York"
        self.cleo.tz = False
        self.manager.company_id.partner_id.tz = "Asia/Tokyo"
        series = self.create_series(
            [self.activity(1)], window_from=9, window_to=17, weekdays_only=True
        )
        with freeze_time("2026-03-26 23:30"):  # Thursday
            self.join(self.anna + self.ben + self.cleo)
        due = {e.partner_id: e.next_run for e in self.get_enrolments(series)}
        # Friday 00:30 in Zurich, a day later is Saturday: Monday 9:00, in summer time.
        self.assertEqual(due[self.anna], datetime(2026, 3, 30, 7))
        # Thursday 19:30 in New York, a day later is Friday 19:30.
        self.assertEqual(due[self.ben], datetime(2026, 3, 30, 13))
        # Friday 8:30 in Tokyo, a day later is Saturday.
        self.assertEqual(due[self.cleo], datetime(2026, 3, 30, 0))

    def test_zone_of_the_company(self):
        self.anna.tz = "America/New_York"
        self.manager.company_id.partner_id.tz = "Asia/Tokyo"
        series = self.create_series([self.activity()], tz_mode="company", window_from=9)
        with freeze_time("2026-03-26 16:00"):
            self.join(self.anna)
        self.assertEqual(self.get_enrolments(series).next_run, datetime(2026, 3, 27, 0))
        self.manager.company_id.partner_id.tz = False
        self.manager.tz = "Europe/Zurich"
        self.assertEqual(series._get_timezone(self.anna), "Europe/Zurich")
        self.manager.tz = False
        self.assertEqual(series._get_timezone(self.anna), "UTC")

    # ------------------------------------------------------------
    # BY HAND, RIGHTS
    # ------------------------------------------------------------

    def test_start_for(self):
        series = self.create_series([self.activity()], trigger="manual")
        domain = [("id", "in", (self.anna + self.dora).ids)]
        mine = self.as_user(series, self.assigner)
        self.assertEqual(mine._count_start_for(domain), 2)
        self.assertEqual(mine._start_for(domain), 2)
        self.assertEqual(mine._start_for(domain), 0)
        with self.assertRefused(AccessError, "follow-up|Follow-up"):
            self.as_user(series, self.reader)._start_for(domain)
        series.action_pause()
        with self.assertRefused(UserError, "does not run"):
            mine._start_for(domain)

    def test_other_companies(self):
        """A series of a company leaves contacts of other companies alone."""
        company = self.env["res.company"].create({"name": "Other"})
        series = self.create_series([self.activity()], company_id=self.env.company.id)
        self.anna.company_id = self.env.company
        self.ben.company_id = company
        self.join(self.anna + self.ben + self.dora)
        self.assertEqual(self.get_enrolments(series).partner_id, self.anna + self.dora)
        self.anna.company_id = company
        self.run_due()
        enrolment = self.get_enrolments(series, self.anna)
        self.assertEqual(enrolment.stop_reason, "company")

    # ------------------------------------------------------------
    # SCALE
    # ------------------------------------------------------------

    def test_queries_do_not_grow(self):
        """As many queries for 10 contacts as for 1,000, in all time zones."""
        self.create_series([self.activity(1)], window_from=8, window_to=18)
        self.create_series([self.activity(1)], self.students, trigger="leave")
        counts = []
        for size in (10, 10, 1000):
            partners = self.Partner.create(
                [
                    {
                        "name": f"C{i}",
                        "tz": ("Europe/Zurich", "Asia/Tokyo", False)[i % 3],
                    }
                    for i in range(size)
                ]
            )
            wizard = self.assign(partners, start_series=True)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_apply()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_unaffected_save_costs_nothing(self):
        """Without a running series, saving groups takes the queries it always took."""
        partners = self.Partner.create([{"name": "One"}, {"name": "Two"}])
        self.join(partners[0])  # everything is in the caches now
        self.env.flush_all()
        self.env.invalidate_all()
        queries = []
        original = type(self.env.cr).execute

        def execute(cursor, query, *args, **kwargs):
            queries.append(str(getattr(query, "code", query)))
            return original(cursor, query, *args, **kwargs)

        self.patch(type(self.env.cr), "execute", execute)
        self.join(partners[1])
        self.env.flush_all()
        self.assertTrue(queries)
        for query in queries:
            self.assertNotRegex(query, "enrolment[^_]|customer_group_sequence")
