# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import csv
import io
import json

import openpyxl

from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools.misc import file_open

from .common import CustomerGroupCommon

GROUPS_TEMPLATE = "customer_group/static/xls/customer_group_template.xlsx"
CONTACTS_TEMPLATE = "customer_group/static/xls/contacts_template.xlsx"
MEMBERSHIPS_TEMPLATE = "customer_group/static/xls/memberships_template.xlsx"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportCase(CustomerGroupCommon):
    def import_file(self, model, content, mimetype, **context):
        """Import ``content`` as a user does, with the columns Odoo recognizes."""
        wizard = self.env["base_import.import"].with_user(self.assigner).sudo()
        wizard = wizard.create(
            {"res_model": model, "file": content, "file_type": mimetype}
        )
        wizard = wizard.with_user(self.manager).with_context(**context)
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


@tagged("post_install", "-at_install")
class TestImportExport(ImportCase):
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
            ("customer.group.import", MEMBERSHIPS_TEMPLATE),
        ]:
            templates = self.env[model].with_user(self.manager).get_import_templates()
            self.assertIn(f"/{path}", [template["template"] for template in templates])
            with file_open(path, "rb") as file:
                result = self.import_file(model, file.read(), XLSX, default_mode="add")
            self.assertFalse(result["messages"], path)
            self.assertGreater(len(result["ids"]), 2)
        operations = self.env["customer.group.operation"].browse(result["ids"][:1])
        self.assertEqual((operations.added, operations.skipped), (0, 7))


@tagged("post_install", "-at_install")
class TestRoundTrip(HttpCase, ImportCase):
    """What the export dialog writes, the import page reads, and nothing changes."""

    NAMES = ('=HYPERLINK("x")', "+1", "-20 %", "@SUM(A1)", "{=1}", "internal:x", "VIP")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids += cls.env.ref("base.group_allow_export")
        cls.odd = cls.Group.create(
            [
                {
                    "name": name,
                    "code": f"-{number}",
                    "description": f"- {name}",
                    "color": 1,
                }
                for number, name in enumerate(cls.NAMES)
            ]
        )
        cls.below = cls.Group.create(
            [{"name": "=1+1", "parent_id": group.id} for group in cls.odd]
        )
        cls.dora.customer_group_ids = cls.odd
        cls.ben.customer_group_ids = cls.below + cls.students
        cls.partners = cls.anna + cls.ben + cls.cleo + cls.dora

    def export(self, extension, records, fields, **params):
        """Download what the export dialog offers."""
        self.authenticate(self.manager.login, self.manager.login)
        params = {
            "model": records._name,
            "fields": [
                {"name": name, "label": name, "type": "char"} for name in fields
            ],
            "ids": records.ids,
            "domain": [],
            "import_compat": True,
            **params,
        }
        response = self.url_open(
            f"/web/export/{extension}",
            data={"data": json.dumps(params), "csrf_token": Request.csrf_token(self)},
        )
        self.assertEqual(response.status_code, 200, response.text[:2000])
        return response.content

    def assertSafe(self, extension, content):
        """Assert that no cell is or looks like a formula."""
        if extension == "csv":
            for row in csv.reader(io.StringIO(content.decode())):
                for cell in row:
                    self.assertFalse(cell.startswith(("=", "+", "-", "@")), cell)
        else:
            sheet = openpyxl.load_workbook(io.BytesIO(content)).active
            for row in sheet.rows:
                for cell in row:
                    self.assertNotEqual(cell.data_type, "f", cell.value)
                    self.assertFalse(cell.hyperlink, cell.value)

    def test_contacts(self):
        before = {partner: partner.customer_group_ids for partner in self.partners}
        operations = self.env["customer.group.operation"]
        count = operations.search_count([])
        for extension, mimetype in [("csv", "text/csv"), ("xlsx", XLSX)]:
            fields = ["id", "name", "customer_group_ids"]
            content = self.export(extension, self.partners, fields)
            self.assertSafe(extension, content)
            result = self.import_file("res.partner", content, mimetype)
            self.assertFalse(result["messages"])
            self.assertEqual(result["ids"], self.partners.ids)
            self.env.invalidate_all()
            for partner in self.partners:
                self.assertEqual(partner.customer_group_ids, before[partner])
            self.assertEqual(operations.search_count([]), count)

    def test_memberships(self):
        """The same file, as one that replaces groups."""
        for extension, mimetype in [("csv", "text/csv"), ("xlsx", XLSX)]:
            fields = ["id", "customer_group_ids"]
            content = self.export(extension, self.partners, fields)
            content = content.replace(b"customer_group_ids", b"group_ids")
            if extension == "xlsx":
                content = self.rename_title(content)
            result = self.import_file(
                "customer.group.import", content, mimetype, default_mode="replace"
            )
            self.assertFalse(result["messages"])
            operation = self.env["customer.group.operation"].browse(result["ids"][0])
            self.assertEqual((operation.added, operation.removed), (0, 0))
            self.assertEqual(operation.skipped, 2 + 8 + 1 + 7)

    def rename_title(self, content):
        book = openpyxl.load_workbook(io.BytesIO(content))
        book.active["B1"] = "group_ids"
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    def test_groups(self):
        fields = ["name", "code", "description", "color", "assign_policy"]
        groups = self.odd + self.below
        before = groups.read(["parent_id", *fields])
        for extension, mimetype in [("csv", "text/csv"), ("xlsx", XLSX)]:
            content = self.export(extension, groups, ["id", "parent_id", *fields])
            self.assertSafe(extension, content)
            result = self.import_file("customer.group", content, mimetype)
            self.assertFalse(result["messages"])
            self.assertEqual(result["ids"], groups.ids)
            self.env.invalidate_all()
            self.assertEqual(groups.read(["parent_id", *fields]), before)

    def test_groups_in_headings(self):
        content = self.export(
            "xlsx",
            self.partners,
            ["name", "customer_group_ids/name"],
            import_compat=False,
            groupby=["customer_group_ids"],
        )
        self.assertSafe("xlsx", content)
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        headings = [row[0].value for row in sheet.rows]
        self.assertIn('\'=HYPERLINK("x") (1)', headings)

    def test_cells_of_others_are_left_alone(self):
        self.dora.function = "@dora"
        content = self.export("csv", self.dora, ["function", "customer_group_ids"])
        [_titles, row] = csv.reader(io.StringIO(content.decode()))
        self.assertEqual(row[0], "@dora")
        content = self.export("csv", self.below[3], ["parent_id/name"])
        self.assertIn(b'"\'@SUM(A1)"', content)

    def test_a_name_has_no_guard(self):
        """The apostrophe of an exported cell never becomes part of a name."""
        group = self.create_group("'=A1")
        self.assertEqual(group.name, "=A1")
        self.assertEqual(self.create_group("'s-Gravenhage").name, "'s-Gravenhage")
        self.assertEqual(self.Group._find_by_path("'=A1"), group)
