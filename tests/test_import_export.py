# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import csv
import io
import json

from odoo.tests import tagged
from odoo.tools.misc import file_open

from .common import CustomerGroupCommon

GROUPS_TEMPLATE = "customer_group/static/xls/customer_group_template.xlsx"
CONTACTS_TEMPLATE = "customer_group/static/xls/contacts_template.xlsx"


@tagged("post_install", "-at_install")
class TestImportExport(CustomerGroupCommon):
    """Groups in files, by Odoo's own import and export."""

    def test_import_ten_thousand_contacts(self):
        paths = [
            "Trade / Wholesale",
            "trade/wholesale/eu",
            "Students",
            "Trade / Retail chains,Private / Students",
        ]
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(["Name", "Email", "Customer Groups"])
        for number in range(10_000):
            writer.writerow(
                [f"Import {number:05}", f"{number}@example.com", paths[number % 4]]
            )
        result = self.import_file("res.partner", file.getvalue().encode(), "text/csv")
        self.assertFalse(result["messages"][:1])
        self.assertEqual(len(result["ids"]), 10_000)
        for group, count in [
            (self.wholesale, 5_000),
            (self.wholesale_eu, 2_500),
            (self.students, 5_000),
            (self.retail, 2_500),
        ]:
            found = self.Partner.search_count(
                [
                    ("customer_group_ids", "child_of", group.id),
                    ("name", "=like", "Import %"),
                ]
            )
            self.assertEqual(found, count, group.name)

    def import_file(self, model, content, mimetype):
        """Import ``content`` as a user does, with the columns Odoo recognises."""
        wizard = self.env["base_import.import"].with_user(self.assigner).sudo()
        wizard = wizard.create(
            {"res_model": model, "file": content, "file_type": mimetype}
        )
        wizard = wizard.with_user(self.manager)
        options = {
            "quoting": '"',
            "separator": ",",
            "has_headers": True,
            "encoding": "utf-8",
            "headers": True,
        }
        preview = wizard.parse_preview(options)
        self.assertNotIn("error", preview)
        fields = [
            "/".join(preview["matches"][index])
            if index in preview["matches"]
            else False
            for index in range(len(preview["headers"]))
        ]
        return wizard.execute_import(fields, preview["headers"], preview["options"])

    def test_unknown_path(self):
        result = self.load("Trade / Nothing of the sort")
        self.assertFalse(result["ids"])
        [message] = result["messages"]
        self.assertIn("No matching record found", message["message"])
        self.assertIn("Nothing of the sort", message["message"])
        self.assertFalse(self.Partner.search([("name", "=", "Imported")]))

    def load(self, cell, **context):
        return (
            self.Partner.with_user(self.manager)
            .with_context(**context)
            .load(["name", "customer_group_ids"], [["Imported", cell]])
        )

    def test_ambiguous_name(self):
        self.create_group("EU", self.private)
        result = self.load("EU")
        self.assertFalse(result["ids"])
        [message] = result["messages"]
        self.assertIn("Private / EU, Trade / Wholesale / EU", message["message"])
        self.assertIn("Write the whole path", message["message"])
        self.assertTrue(self.load("Private / EU")["ids"])

    def test_create_missing_groups_when_asked(self):
        wanted = {"name_create_enabled_fields": {"customer_group_ids": True}}
        result = self.load(
            "Trade / Wholesale / Asia / Japan", import_file=True, **wanted
        )
        self.assertFalse(result["messages"])
        partner = self.Partner.browse(result["ids"])
        self.assertEqual(
            partner.customer_group_ids.display_name, "Trade / Wholesale / Asia / Japan"
        )

    def test_import_groups(self):
        result = self.Group.with_user(self.manager).load(
            ["name", "parent_id", "color", "code", "sequence", "assign_policy"],
            [
                ["Region", "", "4", "REG", "", ""],
                ["Alps", "Region", "", "ALP", "5", "Managers only"],
                ["Valais", "region / alps", "", "", "", ""],
            ],
        )
        self.assertFalse(result["messages"])
        groups = self.Group.browse(result["ids"])
        self.assertEqual(groups[2].display_name, "Region / Alps / Valais")
        self.assertEqual(groups.mapped("color"), [4, 4, 4])
        self.assertEqual(groups.mapped("sequence"), [10, 5, 10])
        self.assertEqual(groups.mapped("assign_policy"), ["all", "manager", "all"])

    def test_import_by_code(self):
        self.students.code = "STUD"
        partner = self.Partner.browse(self.load("stud,T")["ids"])
        self.assertEqual(partner.customer_group_ids, self.students + self.trade)

    def test_import_bad_groups(self):
        for row, text in [
            (["", "", "1"], "Give the group a name"),
            (["A/B", "", "1"], "contains “/”"),
            (["trade", "", "1"], "already"),
            (["Blue", "", "99"], "colors 1 to 11"),
            (["Blue", "Nowhere", "1"], "No matching record found"),
        ]:
            with self.subTest(row):
                result = self.Group.with_user(self.manager).load(
                    ["name", "parent_id", "color"], [["Good", "", "1"], row]
                )
                self.assertFalse(result["ids"])
                self.assertIn(text, json.dumps(result["messages"], ensure_ascii=False))
                self.assertFalse(self.Group.search([("name", "=", "Good")]))

    def test_export_imports_again(self):
        partners = self.anna + self.ben
        rows = partners.export_data(["id", "name", "customer_group_ids"])["datas"]
        self.assertEqual(rows[0][2], "Trade / Wholesale,Trade / Wholesale / EU")
        before = [partner.customer_group_ids for partner in partners]
        result = self.Partner.with_user(self.manager).load(
            ["id", "name", "customer_group_ids"], rows
        )
        self.assertFalse(result["messages"])
        self.env.invalidate_all()
        self.assertEqual([partner.customer_group_ids for partner in partners], before)

    def test_templates_are_offered_and_import(self):
        self.Group.search([]).unlink()
        for model, path in [
            ("customer.group", GROUPS_TEMPLATE),
            ("res.partner", CONTACTS_TEMPLATE),
        ]:
            templates = self.env[model].with_user(self.manager).get_import_templates()
            self.assertIn(f"/{path}", [template["template"] for template in templates])
            with file_open(path, "rb") as file:
                result = self.import_file(
                    model,
                    file.read(),
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                )
            self.assertFalse(result["messages"], path)
            self.assertGreater(len(result["ids"]), 2)
        partners = self.Partner.browse(result["ids"])
        self.assertTrue(all(partner.customer_group_ids for partner in partners))
