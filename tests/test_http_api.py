# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import tagged

from .http_common import SILENT, HttpApiCommon


@tagged("post_install", "-at_install")
class TestHttpApi(HttpApiCommon):
    """The rights again, as a program of each user meets them over HTTP."""

    # ------------------------------------------------------------
    # JSON-2
    # ------------------------------------------------------------

    def test_json2_reader(self):
        status, groups = self.json2(
            self.reader,
            "customer.group",
            "search_read",
            domain=[["id", "child_of", self.trade.id]],
            fields=["display_name", "member_count"],
        )
        self.assertEqual(status, 200)
        self.assertIn(
            {
                "id": self.wholesale.id,
                "display_name": "Trade / Wholesale",
                "member_count": 3,
            },
            groups,
        )

    @SILENT
    def test_json2_forbidden(self):
        link = {"customer_group_ids": [Command.link(self.students.id)]}
        nested = {"child_ids": [Command.create({"name": "Gil"} | link)]}
        dora = {"ids": self.dora.ids}
        students = {"ids": self.students.ids}
        for user, model, method, arguments in [
            (self.reader, "res.partner", "write", {**dora, "vals": link}),
            (self.reader, "res.partner", "write", {**dora, "vals": nested}),
            (
                self.reader,
                "res.partner",
                "web_save",
                {**dora, "vals": link, "specification": {}},
            ),
            (
                self.reader,
                "res.partner",
                "create",
                {"vals_list": [{"name": "Gil"} | link]},
            ),
            (
                self.reader,
                "res.partner",
                "create",
                {
                    "vals_list": [{"name": "Gil"}],
                    "context": {"default_customer_group_ids": self.students.ids},
                },
            ),
            (self.reader, "customer.group", "create", {"vals_list": [{"name": "Gil"}]}),
            (
                self.assigner,
                "customer.group",
                "create",
                {"vals_list": [{"name": "Gil"}]},
            ),
            (self.assigner, "customer.group", "name_create", {"name": "Gil"}),
            (
                self.assigner,
                "customer.group",
                "write",
                {**students, "vals": {"name": "Gil"}},
            ),
            (
                self.creator,
                "customer.group",
                "write",
                {**students, "vals": {"name": "Gil"}},
            ),
            (self.creator, "customer.group", "unlink", students),
            (self.portal, "customer.group", "search_read", {"domain": []}),
            (
                self.portal,
                "res.partner",
                "search",
                {"domain": [["customer_group_ids", "in", self.students.ids]]},
            ),
        ]:
            with self.subTest(user=user.login, model=model, method=method):
                status, answer = self.json2(user, model, method, **arguments)
                self.assertEqual(status, 403, answer)
        self.env.invalidate_all()
        self.assertFalse(self.dora.customer_group_ids)
        self.assertEqual(self.students.name, "Students")
        self.assertFalse(self.Partner.search([("name", "=", "Gil")]))
        self.assertFalse(self.Group.search([("name", "=", "Gil")]))

    @SILENT
    def test_json2_private_methods(self):
        for method in ("_change", "_get_member_counts", "_find_by_path"):
            status, _answer = self.json2(self.manager, "customer.group", method)
            self.assertIn(status, (403, 404))

    def test_json2_assigner(self):
        status, _answer = self.json2(
            self.assigner,
            "res.partner",
            "write",
            ids=self.dora.ids,
            vals={"customer_group_ids": [Command.link(self.students.id)]},
        )
        self.assertEqual(status, 200)
        self.env.invalidate_all()
        self.assertEqual(self.dora.customer_group_ids, self.students)
        row = self.env["customer.group.membership"].search(
            [("partner_id", "=", self.dora.id)]
        )
        self.assertEqual(row.source, "api")

    @SILENT
    def test_json2_other_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        secret = self.create_group("Secret", company_id=other.id)
        self.dora.customer_group_ids = secret + self.students
        status, [dora] = self.json2(
            self.assigner,
            "res.partner",
            "read",
            ids=self.dora.ids,
            fields=["customer_group_ids"],
        )
        self.assertEqual((status, dora["customer_group_ids"]), (200, self.students.ids))
        for domain in (
            [["customer_group_ids", "in", secret.ids]],
            [["customer_group_ids", "child_of", secret.id]],
        ):
            status, found = self.json2(
                self.assigner, "res.partner", "search", domain=domain
            )
            self.assertEqual((status, found), (200, []))
        status, _answer = self.json2(
            self.assigner,
            "res.partner",
            "write",
            ids=self.dora.ids,
            vals={"customer_group_ids": [Command.set([])]},
            context={"allowed_company_ids": self.env.company.ids},
        )
        self.assertEqual(status, 200)
        self.env.invalidate_all()
        self.assertEqual(self.dora.customer_group_ids, secret)
        status, _answer = self.json2(
            self.assigner,
            "customer.group",
            "read",
            ids=secret.ids,
            fields=["name"],
            context={"allowed_company_ids": other.ids},
        )
        self.assertEqual(status, 403)

    @SILENT
    def test_json2_bad_input_says_what_to_do(self):
        for vals, message in [
            ({"name": " "}, "Give the group a name"),
            ({"name": "A/B"}, "contains “/”"),
            ({"name": "tráde"}, "already"),
            ({"name": "Blue", "color": 99}, "colors 1 to 11"),
            ({"name": "Blue", "code": "t"}, "has this code already"),
        ]:
            with self.subTest(vals):
                status, answer = self.json2(
                    self.manager, "customer.group", "create", vals_list=[vals]
                )
                self.assertIn(status, (400, 422))
                self.assertIn(message, answer["message"])
        for parent in (self.trade, self.wholesale_eu):
            status, answer = self.json2(
                self.manager,
                "customer.group",
                "write",
                ids=self.trade.ids,
                vals={"parent_id": parent.id},
            )
            self.assertIn(status, (400, 422))
            self.assertRegex(answer["message"], "its own parent|its own subgroups")
        status, answer = self.json2(
            self.manager, "customer.group", "unlink", ids=self.trade.ids
        )
        self.assertIn(status, (400, 422))
        self.assertIn("has subgroups", answer["message"])
        self.assertTrue(self.trade.exists())

    def test_json2_bulk_and_history(self):
        """The calls of docs/api.md."""
        status, [wizard] = self.json2(
            self.assigner,
            "customer.group.assign",
            "create",
            vals_list=[
                {
                    "mode": "add",
                    "partner_domain": f"[('id', 'in', {(self.dora + self.anna).ids})]",
                    "group_ids": [[6, 0, self.students.ids]],
                    "reason": "Open day",
                }
            ],
        )
        self.assertEqual(status, 200)
        self.json2(self.assigner, "customer.group.assign", "action_apply", ids=[wizard])
        status, [result] = self.json2(
            self.assigner,
            "customer.group.assign",
            "read",
            ids=[wizard],
            fields=["added", "removed", "skipped"],
        )
        self.assertEqual(
            (result["added"], result["removed"], result["skipped"]), (2, 0, 0)
        )
        now = datetime.now() + timedelta(minutes=1)
        status, rows = self.json2(
            self.reader,
            "customer.group.membership",
            "search_read",
            domain=[
                ["group_id", "=", self.students.id],
                ["date_start", "<=", now.strftime("%Y-%m-%d %H:%M:%S")],
                "|",
                ["date_end", "=", False],
                ["date_end", ">", now.strftime("%Y-%m-%d %H:%M:%S")],
            ],
            fields=["partner_id", "start_reason", "start_user_id", "source"],
        )
        self.assertEqual(status, 200)
        self.assertEqual(
            {row["partner_id"][0] for row in rows},
            set((self.anna + self.ben + self.dora).ids),
        )
        [dora] = [row for row in rows if row["partner_id"][0] == self.dora.id]
        self.assertEqual((dora["start_reason"], dora["source"]), ("Open day", "bulk"))
        self.assertEqual(dora["start_user_id"][0], self.assigner.id)

    @SILENT
    def test_json2_ledger_is_read_only(self):
        row = self.env["customer.group.membership"].search([], limit=1)
        for model, record in [
            ("customer.group.membership", row),
            ("customer.group.operation", row.start_operation_id),
        ]:
            for method, arguments in [
                ("write", {"ids": record.ids, "vals": {"create_uid": 1}}),
                ("unlink", {"ids": record.ids}),
                ("create", {"vals_list": [{}]}),
            ]:
                with self.subTest(model=model, method=method):
                    status, _answer = self.json2(
                        self.manager, model, method, **arguments
                    )
                    self.assertEqual(status, 403)
        status, _answer = self.json2(
            self.reader,
            "customer.group.assign",
            "create",
            vals_list=[{"partner_domain": "[]", "group_ids": [[6, 0, []]]}],
        )
        self.assertEqual(status, 403)

    # ------------------------------------------------------------
    # XML-RPC
    # ------------------------------------------------------------

    def test_xmlrpc_forbidden(self):
        link = {"customer_group_ids": [self.link_command(self.students)]}
        for user, model, method, arguments in [
            (self.reader, "res.partner", "write", [self.dora.ids, link]),
            (self.reader, "res.partner", "create", [[{"name": "Gil"} | link]]),
            (self.assigner, "customer.group", "create", [[{"name": "Gil"}]]),
            (self.creator, "customer.group", "unlink", [self.students.ids]),
            (self.portal, "customer.group", "search_read", [[]]),
        ]:
            with self.subTest(user=user.login, model=model, method=method):
                message = self.refused(user, model, method, *arguments)
                self.assertRegex(message, "not allowed|enough rights")
        self.env.invalidate_all()
        self.assertFalse(self.dora.customer_group_ids)

    def test_xmlrpc_assigner(self):
        self.xmlrpc(
            self.assigner,
            "res.partner",
            "write",
            self.dora.ids,
            {"customer_group_ids": [self.link_command(self.students)]},
        )
        found = self.xmlrpc(
            self.reader,
            "res.partner",
            "search",
            [["customer_group_ids", "child_of", self.private.id]],
        )
        self.assertEqual(set(found), set((self.ben + self.dora).ids))
        row = self.env["customer.group.membership"].search(
            [("partner_id", "=", self.dora.id)]
        )
        self.assertEqual(row.source, "api")
