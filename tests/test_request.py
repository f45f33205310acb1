# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import xmlrpc.client

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import EDITOR, CustomerGroupCommon


@tagged("post_install", "-at_install")
class TestRequest(CustomerGroupCommon):
    """Asking for a group, and what managers make of it."""

    def ask(self, user=None, **values):
        values = {
            "name": "Spring fair",
            "reason": "To invite them again",
            "partner_ids": self.dora.ids,
        } | values
        requests = self.env["customer.group.request"].with_user(user or self.assigner)
        return self.as_user(requests.create(values), user or self.assigner)

    def approve(self, request, user=None):
        self.as_user(request, user or self.manager).action_approve()
        self.env.invalidate_all()
        return request.sudo().group_id

    def get_notified(self, request):
        """Return to whom the last message on ``request`` went, and its text."""
        message = request.sudo().message_ids.filtered("notified_partner_ids")[0]
        return message.notified_partner_ids, message.preview

    # ------------------------------------------------------------
    # RIGHTS
    # ------------------------------------------------------------

    def test_who_may_ask(self):
        with self.assertRaises(AccessError):
            self.ask(self.reader)
        with self.assertRaises(AccessError):
            self.ask(self.portal)
        self.assertEqual(self.ask().user_id, self.assigner)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_who_sees_requests(self):
        request = self.ask()
        self.assertEqual(request.name, "Spring fair")
        self.assertEqual(
            self.as_user(request, self.manager).partner_ids, self.dora, "Managers do"
        )
        other = self.create_user("other", f"{EDITOR},customer_group.group_assign")
        for user in (other, self.creator, self.reader):
            with self.assertRaises(AccessError):
                self.as_user(request, user).read(["name"])
        self.assertFalse(request.with_user(other).search([]))

    def test_requester_does_not_decide(self):
        request = self.ask()
        for method in ("action_approve", "action_decline"):
            with self.assertRaises(AccessError):
                getattr(request, method)()
        for values in (
            {"state": "approved"},
            {"name": "Other"},
            {"partner_ids": [Command.link(self.anna.id)]},
        ):
            with self.assertRaises(AccessError):
                request.write(values)

    def test_what_the_requester_cannot_set(self):
        for values in (
            {"user_id": self.manager.id},
            {"state": "approved"},
            {"group_id": self.trade.id},
            {"answer": "Certainly"},
        ):
            with self.assertRaises(AccessError):
                self.ask(**values)
            context = {f"default_{name}": value for name, value in values.items()}
            requests = self.env["customer.group.request"].with_user(self.assigner)
            with self.assertRaises(AccessError):
                requests.with_context(**context).create({"name": "Mine"})

    def test_manager_changes_neither_requester_nor_contacts(self):
        """The rights of the requester decide on the contacts."""
        request = self.as_user(self.ask(), self.manager)
        with self.assertRaises(AccessError):
            request.user_id = self.manager
        with self.assertRefused(AccessError, "cannot be changed afterwards"):
            request.partner_ids = self.anna

    # ------------------------------------------------------------
    # ASKING
    # ------------------------------------------------------------

    def test_one_manager_gets_a_task(self):
        task = self.ask(parent_id=self.trade.id).sudo().activity_ids
        self.assertEqual(task.user_id, self.manager)
        chief = self.create_user("chief", f"{EDITOR},customer_group.group_manager")
        self.trade.user_id = chief
        task = self.ask(name="Autumn fair", parent_id=self.trade.id).sudo().activity_ids
        self.assertEqual(task.user_id, chief, "The owner of the parent group")

    def test_bad_names(self):
        for name, message in [
            (" ", "Give the group a name"),
            ("Trade / Fair", "separates groups"),
            ("x" * 101, "too long"),
        ]:
            with self.assertRefused(ValidationError, message):
                self.ask(name=name)
        with self.assertRefused(UserError, "There is a group “Trade / Wholesale”"):
            self.ask(name="wholesale", parent_id=self.trade.id)

    def test_asking_twice(self):
        self.ask()
        with self.assertRefused(UserError, "have asked for the group"):
            self.ask(name="SPRING FAIR")
        self.assertTrue(self.ask(partner_ids=self.anna.ids), "For another contact")

    def test_similar_group_is_pointed_out(self):
        request = self.ask(name="Whole sale")
        self.assertEqual(request.similar_id, self.wholesale)
        self.assertTrue(request.similar_can_assign)
        board = self.create_group("Board", assign_policy="manager")
        request = self.ask(name="Boards")
        self.assertEqual(request.similar_id, board)
        self.assertFalse(request.similar_can_assign)

    # ------------------------------------------------------------
    # DECISION
    # ------------------------------------------------------------

    def test_approve(self):
        request = self.as_user(self.ask(), self.manager)
        request.write({"parent_id": self.trade.id, "color": 7, "answer": "Fine"})
        group = self.approve(request)
        self.assertEqual(group.complete_name, "Trade / Spring fair")
        self.assertEqual((group.color, group.user_id), (7, self.manager))
        self.assertEqual(self.dora.customer_group_ids, group)
        self.assertRecordValues(
            request.sudo(), [{"state": "approved", "activity_ids": []}]
        )
        membership = self.env["customer.group.membership"].search(
            [("group_id", "=", group.id)]
        )
        self.assertEqual(membership.source, "manual")
        self.assertEqual(membership.start_user_id, self.manager)
        self.assertEqual(
            membership.start_reason,
            f"Requested by {self.assigner.name}: To invite them again",
        )
        self.assertLedger()
        partner, text = self.get_notified(request)
        self.assertEqual(partner, self.assigner.partner_id)
        self.assertRegex(text, r"approved.*Trade / Spring fair”: 1\. Fine")
        with self.assertRefused(UserError, "decided already"):
            self.approve(request)

    def test_approve_when_the_group_exists_by_now(self):
        request, other = self.ask(), self.ask(partner_ids=self.anna.ids)
        group = self.create_group("spring FAIR")
        self.assertEqual(self.approve(request), group)
        self.assertEqual(self.approve(other), group)
        self.assertIn(group, self.anna.customer_group_ids)
        self.assertIn(group, self.dora.customer_group_ids)

    def test_approve_with_an_existing_group(self):
        request = self.ask(name="Whole sale")
        self.as_user(request, self.manager).group_id = self.wholesale
        self.assertEqual(self.approve(request), self.wholesale)
        self.assertEqual(self.dora.customer_group_ids, self.wholesale)
        self.assertFalse(self.Group.search([("name", "=", "Whole sale")]))

    def test_approve_while_an_archived_group_has_the_name(self):
        request = self.ask()
        self.create_group("Spring fair").action_archive()
        with self.assertRefused(UserError, "archived group “Spring fair”"):
            self.approve(request)
        self.assertEqual(request.state, "open")

    def test_contacts_the_requester_may_not_change(self):
        """A contact whose id he has guessed, and any when he lost the right."""
        hidden = self.Partner.create(
            {"name": "Hidden", "company_id": self.create_company("There").id}
        )
        request = self.ask(partner_ids=(self.dora + hidden).ids)
        group = self.approve(request)
        self.assertEqual(self.dora.customer_group_ids, group)
        self.assertFalse(hidden.customer_group_ids)
        request = self.ask(name="Autumn fair")
        self.assigner.group_ids -= self.env.ref("customer_group.group_assign")
        group = self.approve(request)
        self.assertNotIn(group, self.dora.customer_group_ids)
        self.assertIn("”: 0", self.get_notified(request)[1])

    def test_decline(self):
        request = self.as_user(self.ask(), self.manager)
        with self.assertRefused(UserError, "Write an answer first"):
            request.action_decline()
        request.answer = "Use Wholesale."
        request.action_decline()
        self.assertRecordValues(
            request.sudo(), [{"state": "declined", "activity_ids": []}]
        )
        partner, text = self.get_notified(request)
        self.assertEqual(partner, self.assigner.partner_id)
        self.assertRegex(text, "declined.*Use Wholesale")
        self.assertFalse(self.Group.search([("name", "=", "Spring fair")]))
        with self.assertRefused(UserError, "decided already"):
            request.action_approve()

    # ------------------------------------------------------------
    # COMPANIES
    # ------------------------------------------------------------

    def create_company(self, name):
        return self.env["res.company"].create({"name": name})

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_companies(self):
        here, there = self.create_company("Here"), self.create_company("There")
        manager_here, manager_there, requester = (
            self.create_user(
                name,
                f"{EDITOR},customer_group.{right}",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            for name, right, company in [
                ("here", "group_manager", here),
                ("there", "group_manager", there),
                ("asks", "group_assign", here),
            ]
        )
        local = self.create_group("Local", company_id=here.id)
        request = self.ask(requester, parent_id=local.id)
        self.assertEqual(request.company_id, here)
        self.assertEqual(request.sudo().activity_ids.user_id, manager_here)
        for user in (manager_there, self.manager):
            with self.assertRaises(AccessError):
                self.as_user(request, user).action_approve()
        group = self.approve(request, manager_here)
        self.assertEqual(group.company_id, here, "That of the parent group")
        self.assertEqual(self.dora.customer_group_ids, group)
        with self.assertRaises(AccessError):
            self.as_user(request, manager_there).read(["name"])

    def test_manager_of_one_company_and_requester_of_two(self):
        there = self.create_company("There")
        partner = self.Partner.create({"name": "Thea", "company_id": there.id})
        self.assigner.company_ids += there
        request = self.ask(partner_ids=(partner + self.dora).ids)
        self.assertFalse(self.manager.company_ids & there)
        self.assertEqual(
            self.as_user(request, self.manager).web_read({"partner_ids": {}})[0][
                "partner_ids"
            ],
            self.dora.ids,
        )
        group = self.approve(request)
        self.assertEqual(partner.customer_group_ids, group)

    # ------------------------------------------------------------
    # THE RECORD IT WAS ASKED ON
    # ------------------------------------------------------------

    def test_on_a_record(self):
        request = self.ask(partner_ids=[], res_model="res.partner", res_id=self.dora.id)
        other = self.ask(partner_ids=[], res_model="res.partner", res_id=self.cleo.id)
        with self.assertRefused(UserError, "have asked"):
            self.ask(partner_ids=[], res_model="res.partner", res_id=self.dora.id)
        shown = self.as_user(request, self.manager).web_read(
            {"res_id": {"fields": {"display_name": {}}}}
        )
        self.assertEqual(shown[0]["res_id"]["display_name"], "Dora")
        group = self.approve(request)
        self.assertEqual(self.dora.customer_group_ids, group)
        self.assertRegex(self.get_notified(request)[1], "”: 1. “Dora” is in it, too")
        self.cleo.unlink()
        self.assertEqual(self.approve(other), group)
        self.assertEqual(group.direct_member_count, 1)
        self.assertLedger()

    def test_on_what_cannot_be_in_groups(self):
        for model, id_ in [
            ("res.users", self.assigner.id),
            ("customer.group.mixin", 1),
            ("no.such.model", 1),
            ("res.partner", 0),
            ("res.partner", self.dora.id + 10**6),
        ]:
            with self.subTest(model), self.assertRefused(UserError, "nothing here"):
                self.ask(res_model=model, res_id=id_)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_on_a_record_the_requester_may_not_change(self):
        there = self.create_company("There")
        hidden = self.Partner.create({"name": "Hidden", "company_id": there.id})
        with self.assertRaises(AccessError):
            self.ask(res_model="res.partner", res_id=hidden.id)
        request = self.ask(partner_ids=[], res_model="res.partner", res_id=self.dora.id)
        for user in (self.assigner, self.manager):
            with self.assertRefused(AccessError, "cannot be changed|not allowed"):
                self.as_user(request, user).res_id = hidden.id
        self.dora.company_id = there  # out of reach by now
        group = self.approve(request)
        self.assertFalse(self.dora.customer_group_ids)
        self.assertNotIn("Dora", self.get_notified(request)[1])
        self.assertFalse(group.member_count)

    # ------------------------------------------------------------
    # SCALE
    # ------------------------------------------------------------

    def test_queries_do_not_grow_with_the_contacts(self):
        counts = []
        for size in (10, 1000):
            partners = self.Partner.create([{"name": f"P{i}"} for i in range(size)])
            request = self.ask(name=f"Fair {size}", partner_ids=partners.ids)
            request = self.as_user(request, self.manager)
            before = self.cr.sql_log_count
            request.action_approve()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(request.group_id.direct_member_count, size)
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestRequestHttp(CustomerGroupCommon, HttpCase):
    def call(self, user, method, *arguments):
        return self.xmlrpc_object.execute_kw(
            self.env.cr.dbname,
            user.id,
            user.login,
            "customer.group.request",
            method,
            arguments,
        )

    def test_over_the_api(self):
        values = {"name": "Spring fair", "partner_ids": self.dora.ids}
        with (
            mute_logger("odoo.http", "odoo.addons.base.models.ir_model"),
            self.assertRaisesRegex(xmlrpc.client.Fault, "not allowed|access"),
        ):
            self.call(self.reader, "create", values)
        request_id = self.call(self.assigner, "create", values)
        for method, arguments in [
            ("action_approve", []),
            ("write", [{"state": "approved"}]),
            ("write", [{"user_id": self.manager.id}]),
        ]:
            with (
                mute_logger("odoo.http", "odoo.addons.base.models.ir_model"),
                self.assertRaises(xmlrpc.client.Fault),
            ):
                self.call(self.assigner, method, [request_id], *arguments)
        self.assertFalse(self.dora.customer_group_ids)
        with (
            mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"),
            self.assertRaises(xmlrpc.client.Fault),
        ):
            self.call(self.creator, "read", [request_id], ["name"])
