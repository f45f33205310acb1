# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest import skipUnless
from urllib.parse import urlsplit

from odoo.tests import tagged

from .http_common import SILENT, HttpApiCommon

try:
    import odoorpc
except ImportError:
    odoorpc = None


@tagged("post_install", "-at_install")
class TestHttpMembers(HttpApiCommon):
    """Many members at once over HTTP: what programs do, and what nobody may do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other"})
        cls.secret = cls.create_group("Secret", company_id=cls.other.id)
        cls.hidden = cls.Partner.create({"name": "Hidden", "company_id": cls.other.id})

    def add(self, user, groups, **arguments):
        return self.json2(
            user, "customer.group", "add_members", ids=groups.ids, **arguments
        )

    def assertMembers(self, group, members):
        self.env.invalidate_all()
        found = self.Partner.search([("customer_group_ids", "in", group.ids)])
        self.assertEqual(found, members.sorted())
        self.assertLedger()

    def forbid_change(self, partner):
        """Let everybody see a contact, but nobody change it."""
        self.env["ir.rule"].create(
            {
                "name": "Not to be changed",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": [("id", "!=", partner.id)],
                "perm_read": False,
            }
        )

    # ------------------------------------------------------------
    # ADD, REMOVE
    # ------------------------------------------------------------

    def test_add_and_remove(self):
        """The calls of docs/api.md."""
        status, result = self.add(
            self.assigner,
            self.students,
            partner_ids=(self.anna + self.ben + self.dora).ids,
            reason="Open day",
        )
        self.assertEqual(status, 200)
        operation = self.env["customer.group.operation"].browse(
            result.pop("operation_id")
        )
        self.assertEqual(result, {"added": 2, "removed": 0, "skipped": 1})
        self.assertEqual(
            (operation.kind, operation.source, operation.reason, operation.user_id),
            ("add", "api", "Open day", self.assigner),
        )
        self.assertMembers(self.students, self.anna + self.ben + self.dora)

        status, result = self.json2(
            self.assigner,
            "customer.group",
            "remove_members",
            ids=self.students.ids,
            domain=[["name", "in", ["Ben", "Dora", "Cleo"]]],
        )
        self.assertEqual(status, 200)
        removal = result.pop("operation_id")
        self.assertEqual(result, {"added": 0, "removed": 2, "skipped": 1})
        self.assertMembers(self.students, self.anna)

        status, _result = self.json2(
            self.assigner, "customer.group.operation", "action_undo", ids=[removal]
        )
        self.assertEqual(status, 200)
        self.assertMembers(self.students, self.anna + self.ben + self.dora)

    def test_add_again_and_add_nobody(self):
        status, result = self.add(
            self.assigner, self.students, partner_ids=self.ben.ids
        )
        self.assertEqual((status, result["added"], result["skipped"]), (200, 0, 1))
        operations = self.env["customer.group.operation"].search_count([])
        for selection in ({"partner_ids": []}, {"domain": [["name", "=", "Nobody"]]}):
            status, result = self.add(self.assigner, self.students, **selection)
            self.assertEqual(
                (status, result),
                (200, {"operation_id": False, "added": 0, "removed": 0, "skipped": 0}),
            )
        self.assertEqual(
            self.env["customer.group.operation"].search_count([]), operations
        )

    def test_add_to_several_groups(self):
        status, result = self.add(
            self.assigner,
            self.students + self.retail,
            partner_ids=(self.ben + self.dora).ids,
        )
        self.assertEqual((status, result["added"], result["skipped"]), (200, 3, 0))
        self.assertMembers(self.retail, self.ben + self.dora)

    def test_archived_contacts_are_meant_when_their_id_is_given(self):
        self.dora.active = False
        domain = [["id", "in", self.dora.ids]]
        _status, result = self.add(self.assigner, self.students, domain=domain)
        self.assertEqual(result["added"], 0)
        _status, result = self.add(
            self.assigner, self.students, partner_ids=self.dora.ids
        )
        self.assertEqual(result["added"], 1)

    def test_source_of_server_code(self):
        group = self.students.with_user(self.assigner)
        result = group.add_members(self.dora.ids)
        operation = self.env["customer.group.operation"].browse(result["operation_id"])
        self.assertEqual((operation.source, operation.added), ("bulk", 1))

    def test_queries_do_not_grow_with_the_contacts(self):
        partners = self.Partner.create([{"name": f"Contact {i}"} for i in range(1000)])
        group = self.students.with_user(self.assigner)
        group.add_members(self.dora.ids)
        for some in (partners[:10], partners):
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(20):
                group.add_members(some.ids)

    # ------------------------------------------------------------
    # FORBIDDEN
    # ------------------------------------------------------------

    @SILENT
    def test_without_the_right(self):
        wizard = {
            "partner_domain": repr([("id", "=", self.dora.id)]),
            "group_ids": [[6, 0, self.students.ids]],
        }
        operation = self.env["customer.group.membership"].search([], limit=1)
        operation = operation.start_operation_id
        for user in (self.reader, self.portal):
            for model, method, records, arguments in [
                (
                    "customer.group",
                    "add_members",
                    self.students,
                    {"partner_ids": self.dora.ids},
                ),
                ("customer.group", "remove_members", self.students, {"domain": []}),
                ("customer.group.assign", "create", None, {"vals_list": [wizard]}),
                ("customer.group.operation", "action_undo", operation, {}),
            ]:
                with self.subTest(user=user.login, method=method):
                    ids = {"ids": records.ids} if records else {}
                    status, answer = self.json2(user, model, method, **ids, **arguments)
                    self.assertEqual(status, 403, answer)
                    positional = [records.ids] if records else [[wizard]]
                    error, answer = self.web(
                        user,
                        model,
                        method,
                        *positional,
                        **(arguments if records else {}),
                    )
                    self.assertEqual(error, "AccessError", answer)
        self.assertMembers(self.students, self.ben)

    @SILENT
    def test_groups_that_are_not_to_be_assigned(self):
        self.retail.assign_policy = "manager"
        archived = self.create_group("Old", active=False)
        deleted = self.create_group("Deleted")
        deleted.copy()
        for groups, expected, message in [
            (self.secret, 403, "customer.group|Customer Group"),
            (self.secret + self.students, 403, "customer.group|Customer Group"),
            (self.retail, 403, "Only managers"),
            (archived, 422, "is archived"),
            (self.Group, 422, "Choose the groups"),
        ]:
            with self.subTest(groups.mapped("name")):
                status, answer = self.add(
                    self.assigner, groups, partner_ids=self.dora.ids
                )
                self.assertEqual(status, expected, answer)
                self.assertRegex(answer["message"], message)
        deleted.unlink()
        status, answer = self.add(self.assigner, deleted, partner_ids=self.dora.ids)
        self.assertEqual(status, 404, answer)
        self.env.invalidate_all()
        self.assertFalse(self.dora.customer_group_ids)
        self.assertNotIn("Secret", str(answer))

    @SILENT
    def test_selections_that_are_not_valid(self):
        for selection, message in [
            ({}, "either by partner_ids or by domain"),
            ({"partner_ids": [1], "domain": []}, "either by partner_ids or by domain"),
            ({"partner_ids": "1,2"}, "list of numbers"),
            ({"partner_ids": ["1"]}, "list of numbers"),
            ({"partner_ids": [True]}, "list of numbers"),
            ({"partner_ids": 5}, "list of numbers"),
            ({"domain": "[]"}, "not valid"),
            ({"domain": 7}, "not valid"),
            ({"domain": {"a": 1}}, "not valid"),
            ({"domain": [["no_such_field", "=", 1]]}, "no_such_field"),
            ({"domain": [["name", "~~", 1]]}, "not valid"),
            ({"domain": ["name", "=", "Dora"]}, "not valid"),
            ({"domain": [["id", "=", "x"]]}, "not valid"),
            ({"domain": ["|", ["name", "=", "Dora"]]}, "not valid"),
        ]:
            with self.subTest(selection):
                status, answer = self.add(self.assigner, self.students, **selection)
                self.assertEqual(status, 422, answer)
                self.assertRegex(answer["message"], message)
        self.assertMembers(self.students, self.ben)

    def test_contacts_out_of_reach(self):
        """Those one cannot see do not count; those one cannot change are skipped."""
        self.forbid_change(self.anna)
        partners = self.anna + self.dora + self.hidden
        _status, result = self.add(
            self.assigner, self.students, partner_ids=partners.ids
        )
        self.assertEqual((result["added"], result["skipped"]), (1, 1))
        self.assertMembers(self.students, self.ben + self.dora)
        _status, result = self.json2(
            self.assigner,
            "customer.group",
            "remove_members",
            ids=self.students.ids,
            domain=[],
            context={"allowed_company_ids": self.env.company.ids},
        )
        self.assertEqual(result["removed"], 2)

    @SILENT
    def test_dialog_with_forged_values(self):
        """The dialog asks again for everything that came from outside."""
        self.forbid_change(self.anna)
        partners = self.anna + self.dora + self.hidden
        values = {
            "partner_domain": repr([("id", "in", partners.ids)]),
            "group_ids": [[6, 0, self.students.ids]],
        }
        _error, ids = self.web(
            self.assigner, "customer.group.assign", "create", [values]
        )
        counts = ["selected_count", "change_count", "forbidden_count"]
        _error, [numbers] = self.web(
            self.assigner, "customer.group.assign", "read", ids, counts
        )
        self.assertEqual([numbers[name] for name in counts], [2, 1, 1])
        # the dialog of somebody else
        for method in ("action_apply", "action_undo", "read", "unlink"):
            for user in (self.manager, self.reader):
                error, _message = self.web(user, "customer.group.assign", method, ids)
                self.assertEqual(error, "AccessError", (method, user.login))
        # another selection than the dialog shows
        for domain in ("__import__('os').system('id')", "[('no_such', '=', 1)]", "[["):
            vals = {"partner_domain": domain}
            self.web(self.assigner, "customer.group.assign", "write", ids, vals)
            error, message = self.web(
                self.assigner, "customer.group.assign", "action_apply", ids
            )
            self.assertEqual((error, "broken" in message), ("UserError", True))
        # a group of another company
        vals = values | {"group_ids": [[6, 0, self.secret.ids]]}
        error, _message = self.web(
            self.assigner, "customer.group.assign", "write", ids, vals
        )
        if not error:
            error, _message = self.web(
                self.assigner, "customer.group.assign", "action_apply", ids
            )
        self.assertEqual(error, "AccessError")
        # an operation that was not made by the dialog
        operation = self.env["customer.group.operation"].search([], limit=1)
        vals = values | {"operation_id": operation.id}
        _error, forged = self.web(
            self.assigner, "customer.group.assign", "create", [vals]
        )
        for method, arguments in (("action_undo", []), ("read", [["added"]])):
            error, _message = self.web(
                self.assigner, "customer.group.assign", method, forged, *arguments
            )
            self.assertEqual(error, "AccessError")
        self.assertMembers(self.students, self.ben)

    @SILENT
    def test_ledger_and_journal_are_closed_to_the_web_client(self):
        row = self.env["customer.group.membership"].search([], limit=1)
        for user in (self.assigner, self.manager):
            for record, vals in [
                (row, {"date_end": "2026-01-01 00:00:00"}),
                (row.start_operation_id, {"reason": "Forged"}),
            ]:
                for method, arguments in [
                    ("write", [record.ids, vals]),
                    ("web_save", [record.ids, vals, {}]),
                    ("unlink", [record.ids]),
                    ("create", [[vals]]),
                ]:
                    with self.subTest(user=user.login, method=method):
                        error, _message = self.web(
                            user, record._name, method, *arguments
                        )
                        self.assertEqual(error, "AccessError")

    @SILENT
    def test_private_methods(self):
        for model, method in [
            ("customer.group", "_change_members"),
            ("customer.group", "_assign"),
            ("customer.group", "_change_selected"),
            ("customer.group.operation", "_open"),
            ("customer.group.operation", "_undo"),
            ("customer.group.membership", "_start"),
            ("customer.group.membership", "_reconcile"),
            ("customer.group.membership", "_cron_reconcile"),
            ("res.partner", "_get_assignable_query"),
        ]:
            with self.subTest(method):
                status, _answer = self.json2(self.manager, model, method)
                self.assertIn(status, (403, 404))
                error, message = self.web(self.manager, model, method, [])
                self.assertEqual(error, "AccessError", message)

    @SILENT
    def test_undo_of_others(self):
        _status, result = self.add(
            self.manager, self.students, partner_ids=self.dora.ids
        )
        ids = [result["operation_id"]]
        error, message = self.web(
            self.assigner, "customer.group.operation", "action_undo", ids
        )
        self.assertEqual(error, "AccessError", message)
        self.assertMembers(self.students, self.ben + self.dora)

    @SILENT
    def test_context_cannot_forge_the_source(self):
        """What kind of change it is comes from the server alone."""
        _status, result = self.add(
            self.assigner,
            self.students,
            partner_ids=self.dora.ids,
            context={
                "customer_group_change": {"kind": "repair", "source": "system"},
                "import_file": True,
            },
        )
        operation = self.env["customer.group.operation"].browse(result["operation_id"])
        self.assertEqual((operation.kind, operation.source), ("add", "api"))

    # ------------------------------------------------------------
    # OTHER PROTOCOLS
    # ------------------------------------------------------------

    def test_xmlrpc(self):
        result = self.xmlrpc(
            self.assigner,
            "customer.group",
            "add_members",
            self.students.ids,
            domain=[["name", "=", "Dora"]],
            reason="XML-RPC",
        )
        self.assertEqual((result["added"], result["skipped"]), (1, 0))
        self.assertRegex(
            self.refused(
                self.reader,
                "customer.group",
                "add_members",
                self.students.ids,
                self.dora.ids,
            ),
            "not allowed|enough rights|Only managers",
        )
        self.assertMembers(self.students, self.ben + self.dora)

    @skipUnless(odoorpc, "odoorpc is not installed")
    def test_odoorpc(self):
        """The example of docs/api.md."""
        url = urlsplit(self.base_url())
        self.env.flush_all()
        self.cr.clear()
        with self.allow_requests(all_requests=True):
            odoo = odoorpc.ODOO(url.hostname, "jsonrpc", port=url.port)
            odoo.login(self.env.cr.dbname, self.assigner.login, self.assigner.login)
            groups, partners = odoo.env["customer.group"], odoo.env["res.partner"]
            memberships = odoo.env["customer.group.membership"]
            # the tree
            [trade] = groups.search([("code", "=", "T")])
            tree = groups.search_read([("id", "child_of", trade)], ["complete_name"])
            # who is in, subgroups included
            members = partners.search([("customer_group_ids", "child_of", trade)])
            # add and remove
            [students] = groups.search([("complete_name", "=", "Private / Students")])
            added = groups.add_members([students], members, None, "Open day")
            removed = groups.remove_members([students], None, [("name", "=", "Cleo")])
            odoo.env["res.partner"].write(
                self.dora.ids, {"customer_group_ids": [(4, students)]}
            )
            # who was in at some moment
            moment = "2999-01-01 00:00:00"
            then = memberships.search_read(
                [
                    ("group_id", "=", students),
                    ("date_start", "<=", moment),
                    "|",
                    ("date_end", "=", False),
                    ("date_end", ">", moment),
                ],
                ["partner_id"],
            )
            # the history of a contact
            history = memberships.search_read(
                [("partner_id", "=", self.cleo.id), ("group_id", "=", students)],
                ["date_start", "date_end", "start_reason", "source", "end_user_id"],
            )
            # taken back
            operations = odoo.env["customer.group.operation"]
            operations.action_undo([removed["operation_id"]])
        self.assertEqual(
            {row["complete_name"] for row in tree},
            {
                "Trade",
                "Trade / Retail chains",
                "Trade / Wholesale",
                "Trade / Wholesale / EU",
            },
        )
        self.assertEqual(set(members), set((self.anna + self.ben + self.cleo).ids))
        self.assertEqual((added["added"], added["skipped"]), (2, 1))
        self.assertEqual((removed["removed"], removed["skipped"]), (1, 0))
        self.assertEqual(
            {row["partner_id"][0] for row in then},
            set((self.anna + self.ben + self.dora).ids),
        )
        [row] = history
        self.assertEqual((row["start_reason"], row["source"]), ("Open day", "api"))
        self.assertEqual(row["end_user_id"][0], self.assigner.id)
        self.assertMembers(self.students, self.anna + self.ben + self.cleo + self.dora)
