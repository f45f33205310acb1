# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, timedelta
from io import BytesIO

from openpyxl import load_workbook

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, tagged

from odoo.addons.customer_group.models.customer_group_selection import CONFIRM_ABOVE

from .test_selection import SelectionCommon


@tagged("post_install", "-at_install")
class TestSelectionUse(SelectionCommon):
    """What is done with the contacts of a selection."""

    def setUp(self):
        super().setUp()
        self.cleo.email = "cleo@example.com"
        self.selection = self.create_selection(("any", self.trade), name="Spring")
        self.three = self.anna + self.ben + self.cleo

    def open(self, action):
        """Open the dialog of an action as the web client does."""
        wizard = self.env[action["res_model"]].with_env(self.selection.env)
        return Form(wizard.with_context(**action["context"]))

    # ------------------------------------------------------------
    # LISTS, GROUPS, EXPORT
    # ------------------------------------------------------------

    def test_open_partners(self):
        action = self.selection.action_open_partners()
        partners = self.Partner.with_user(self.assigner)
        self.assertEqual(partners.search(action["domain"]).sudo(), self.three)

    def test_add_to_groups(self):
        with self.open(self.selection.action_add_to_groups()) as form:
            form.group_ids.add(self.retail)
            self.assertEqual((form.selected_count, form.change_count), (3, 3))
        wizard = form.save()
        wizard.action_apply()
        self.assertEqual(wizard.added, 3)
        self.assertEqual(wizard.operation_id.reason, "Selection “Spring”")
        self.assertLedger()
        wizard.action_undo()
        self.env.invalidate_all()
        self.assertFalse(self.cleo.customer_group_ids & self.retail)

    def test_remove_from_its_own_group(self):
        with self.open(self.selection.action_remove_from_groups()) as form:
            form.group_ids.add(self.wholesale)
            form.include_subgroups = True
        wizard = form.save()
        wizard.action_apply()
        self.assertEqual(wizard.removed, 4)
        self.assertEqual(wizard.operation_id.skipped, 0)
        self.env.invalidate_all()
        self.assertEqual(self.selection.contact_count, 0)

    # ------------------------------------------------------------
    # FREEZE
    # ------------------------------------------------------------

    def test_freeze(self):
        with self.open(self.selection.action_freeze()) as form:
            self.assertEqual(form.contact_count, 3)
            form.reason = "Invited"
        wizard = form.save()
        wizard.action_confirm()
        snapshot = self.selection.snapshot_ids
        self.assertEqual((snapshot.count, snapshot.reason), (3, "Invited"))
        self.assertEqual(snapshot.user_id, self.assigner)
        self.dora.customer_group_ids = self.wholesale
        self.ben.active = False
        partners = self.Partner.with_user(self.assigner)
        domain = snapshot.action_open_partners()["domain"]
        self.assertEqual(partners.search(domain).sudo(), self.three)
        self.cleo.unlink()
        self.assertEqual(partners.search_count(domain), 2)
        self.assertEqual(snapshot.count, 3)
        self.selection.unlink()
        self.assertEqual(snapshot.name, "Spring")
        with self.assertRefused(UserError, "done already"):
            wizard.action_confirm()

    def test_merged_contacts_stay_in_snapshots(self):
        snapshot = self.selection._freeze("freeze", self.selection._get_domain())
        merger = self.env["base.partner.merge.automatic.wizard"]
        merger._merge((self.anna + self.dora).ids, self.dora)
        found = self.Partner.search(snapshot.sudo()._get_partner_domain())
        self.assertEqual(found, self.ben + self.cleo + self.dora)
        snapshot = self.selection._freeze("freeze", self.selection._get_domain())
        merger._merge((self.ben + self.cleo).ids, self.cleo)
        found = self.Partner.search(snapshot.sudo()._get_partner_domain())
        self.assertEqual(found, self.cleo + self.dora)

    # ------------------------------------------------------------
    # E-MAIL
    # ------------------------------------------------------------

    def compose(self, subject="News"):
        """Confirm the number, and return the composer as it is about to be sent."""
        wizard = self.open(self.selection.action_send_mail()).save()
        action = wizard.action_confirm()
        composer = self.env["mail.compose.message"].with_env(self.selection.env)
        form = Form(composer.with_context(**action["context"]))
        form.subject = subject
        form.body = "<p>Hello <t t-out='object.name'/></p>"
        return form.save()

    def test_mail_is_queued(self):
        self.env["mail.blacklist"].create({"email": "cleo@example.com"})
        with self.open(self.selection.action_send_mail()) as form:
            self.assertEqual((form.contact_count, form.left_out_count), (2, 1))
        composer = self.compose()
        snapshot = self.selection.snapshot_ids[:1]
        self.assertEqual(snapshot.purpose, "compose")
        before = self.env["mail.mail"].search([]).ids
        composer.action_send_mail()
        mails = self.env["mail.mail"].search([("id", "not in", before)])
        self.assertEqual(set(mails.mapped("state")), {"outgoing"})
        self.assertEqual(set(mails.mapped("res_id")), set((self.anna + self.ben).ids))
        self.assertEqual(mails.recipient_ids, self.anna + self.ben)
        self.assertEqual((snapshot.purpose, snapshot.reason), ("mail", "News"))
        self.assertEqual(snapshot.count, 2)

    def test_mail_to_those_who_were_counted(self):
        """Who joins or opts out while the e-mail is written does not get it."""
        composer = self.compose()
        self.dora.write(
            {"email": "dora@example.com", "customer_group_ids": self.wholesale}
        )
        self.env["mail.blacklist"].create({"email": "cleo@example.com"})
        before = self.env["mail.mail"].search([]).ids
        composer.action_send_mail()
        mails = self.env["mail.mail"].search([("id", "not in", before)])
        sent = mails.filtered(lambda mail: mail.state == "outgoing")
        self.assertEqual(sent.recipient_ids, self.anna + self.ben)

    def test_mail_never_sent(self):
        self.compose()
        snapshot = self.selection.snapshot_ids
        snapshot.sudo()._gc_unsent()
        self.assertTrue(snapshot.exists())
        snapshot.sudo().date = fields.Datetime.now() - timedelta(days=2)
        snapshot.sudo()._gc_unsent()
        self.assertFalse(snapshot.exists())

    def test_mail_of_another_user_is_not_marked(self):
        self.compose()
        snapshot = self.selection.snapshot_ids
        self.as_user(snapshot, self.manager)._set_mailed("Forged")
        self.assertEqual(snapshot.purpose, "compose")

    def test_addresses_are_counted(self):
        self.cleo.email = "ANNA@example.com"
        with self.open(self.selection.action_send_mail()) as form:
            self.assertEqual((form.contact_count, form.address_count), (3, 2))

    # ------------------------------------------------------------
    # CONFIRMATION
    # ------------------------------------------------------------

    def test_number_has_to_be_typed(self):
        self.env["ir.config_parameter"].set_param(CONFIRM_ABOVE, "2")
        form = self.open(self.selection.action_send_mail())
        self.assertTrue(form.is_large)
        wizard = form.save()
        for number in (0, 2, 4):
            wizard.typed_count = number
            with self.assertRefused(UserError, "Type their number, 3,"):
                wizard.action_confirm()
        wizard.typed_count = 3
        wizard.action_confirm()
        self.env["ir.config_parameter"].set_param(CONFIRM_ABOVE, "3")
        self.assertFalse(self.open(self.selection.action_send_mail()).is_large)

    def test_settings(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.customer_group_confirm_above, 500)
        settings.customer_group_confirm_above = 0
        settings.execute()
        self.assertEqual(self.Selection._get_confirm_limit(), 0)
        self.env["ir.config_parameter"].set_param(CONFIRM_ABOVE, "garbage")
        self.assertEqual(self.Selection._get_confirm_limit(), 500)

    def test_number_has_changed(self):
        wizard = self.open(self.selection.action_send_mail()).save()
        self.dora.write(
            {"email": "dora@example.com", "customer_group_ids": self.wholesale}
        )
        with self.assertRefused(UserError, "now it is 4 contacts instead of 3"):
            wizard.action_confirm()
        self.assertFalse(self.selection.snapshot_ids)

    def test_nobody(self):
        selection = self.create_selection(("any", self.retail))
        for action in (
            selection.action_send_mail(),
            selection.action_schedule_activities(),
            selection.action_freeze(),
        ):
            wizard = self.open(action).save()
            with self.assertRefused(UserError, "nobody"):
                wizard.action_confirm()

    def test_forged_dialogs(self):
        private = self.create_selection(("any", self.trade), user=self.creator)
        use = self.env["customer.group.selection.use"].with_user(self.assigner)
        for purpose in ("freeze", "mail", "activity", "series"):
            with self.assertRaises(UserError):
                use.create(
                    {"selection_id": private.id, "purpose": purpose, "contact_count": 3}
                ).action_confirm()
        wizard = self.open(self.selection.action_freeze()).save()
        with self.assertRaises(AccessError):
            self.as_user(wizard, self.manager).action_confirm()
        wizard = self.as_user(wizard, self.assigner)
        wizard.contact_count = 2
        with self.assertRefused(UserError, "3 contacts instead of 2"):
            wizard.action_confirm()

    # ------------------------------------------------------------
    # ACTIVITIES
    # ------------------------------------------------------------

    def test_activities(self):
        form = self.open(self.selection.action_schedule_activities())
        self.assertEqual(form.contact_count, 3)
        form.summary = "Call about the catalog"
        form.date_deadline = date(2030, 1, 2)
        form.activity_user_id = self.manager
        before = self.env["mail.mail"].search([]).ids
        form.save().action_confirm()
        activities = self.three.activity_ids
        self.assertEqual(len(activities), 3)
        self.assertEqual(activities.user_id, self.manager)
        self.assertEqual(set(activities.mapped("summary")), {"Call about the catalog"})
        mails = self.env["mail.mail"].search([("id", "not in", before)])
        self.assertLessEqual(len(mails), 1, "One message for all activities")
        note = self.env["mail.message"].search(
            [("subject", "=", "Activities for “Spring”")]
        )
        self.assertEqual(len(note), 1)
        self.assertIn("3 activities", note.body)

    def test_activities_of_contacts_one_may_not_change(self):
        self.env["ir.rule"].create(
            {
                "name": "Ben is not to be changed",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": [("id", "!=", self.ben.id)],
                "perm_read": False,
            }
        )
        self.env.registry.clear_cache()
        form = self.open(self.selection.action_schedule_activities())
        self.assertEqual((form.contact_count, form.left_out_count), (2, 1))
        form.save().action_confirm()
        self.assertEqual(len(self.three.activity_ids), 2)
        self.assertFalse(self.ben.activity_ids)

    def test_activities_take_the_same_queries(self):
        """Contacts are scheduled for in batches."""
        counts = []
        for number in (3, 100):
            people = self.Partner.create([{"name": f"P{i}"} for i in range(number)])
            selection = self.create_selection(domain=repr([("id", "in", people.ids)]))
            wizard = self.open(selection.action_schedule_activities()).save()
            self.env.flush_all()
            count = self.env.cr.sql_log_count
            wizard.action_confirm()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - count)
        self.assertLess(counts[1], counts[0] + 20)

    # ------------------------------------------------------------
    # SERIES
    # ------------------------------------------------------------

    def create_series(self):
        sequence = self.env["customer.group.sequence"].create(
            {
                "name": "Welcome",
                "trigger": "manual",
                "step_ids": [
                    Command.create({"action": "add", "target_group_id": self.retail.id})
                ],
            }
        )
        sequence.action_start()
        return sequence

    def test_series(self):
        sequence = self.create_series()
        form = self.open(self.selection.action_start_series())
        form.sequence_id = sequence
        self.assertEqual(form.contact_count, 3)
        wizard = form.save()
        wizard.action_confirm()
        self.assertEqual(sequence.enrolment_ids.partner_id, self.three)
        self.assertEqual(self.selection.snapshot_ids.reason, "Welcome")
        with self.assertRefused(UserError, "done already"):
            wizard.action_confirm()
        form = self.open(self.selection.action_start_series())
        form.sequence_id = sequence
        self.assertEqual((form.contact_count, form.left_out_count), (0, 3))
        sequence.action_pause()
        with self.assertRefused(UserError, "running"):
            wizard.create(
                {
                    "selection_id": self.selection.id,
                    "purpose": "series",
                    "sequence_id": self.create_series().copy().id,
                }
            ).action_confirm()


@tagged("post_install", "-at_install")
class TestSelectionExport(SelectionCommon, HttpCase):
    """The spreadsheet, as the browser downloads it."""

    def test_export(self):
        self.assigner.group_ids += self.env.ref("base.group_allow_export")
        selection = self.create_selection(
            ("any", self.trade), ("exclude", self.private)
        )
        action = selection.action_export()
        self.authenticate(self.assigner.login, self.assigner.login)
        response = self.url_open(action["url"])
        sheet = load_workbook(BytesIO(response.content)).active
        names = {row[0] for row in sheet.iter_rows(min_row=2, values_only=True)}
        self.assertEqual(names, {"Anna", "Cleo"})

    def test_export_is_refused(self):
        self.assigner.group_ids -= self.env.ref("base.group_allow_export")
        selection = self.create_selection(("any", self.trade))
        self.authenticate(self.assigner.login, self.assigner.login)
        with self.assertLogs("odoo.addons.web.controllers.export", "ERROR"):
            response = self.url_open(selection.action_export()["url"])
        self.assertNotIn(b"Anna", response.content)
        self.assertEqual(response.status_code, 500)
