# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import doctest

from odoo.tests import BaseCase

from odoo.addons.customer_group.tools import naming


class TestNaming(BaseCase):
    def test_examples_in_docstrings(self):
        result = doctest.testmod(naming)
        self.assertGreater(result.attempted, 5)
        self.assertEqual(result.failed, 0)

    def test_path_there_and_back(self):
        for names in (["A"], ["A", "B"], ["A", "B", "C"]):
            self.assertEqual(naming.split_path(naming.join_path(names)), names)

    def test_find_similar(self):
        names = ["Key accounts", "Wholesale", "Écoles"]
        for variant, expected in [
            ("key account", "Key accounts"),
            ("Whole-sale", "Wholesale"),
            ("ecoles", "Écoles"),
            ("Students", None),
        ]:
            with self.subTest(variant):
                self.assertEqual(naming.find_similar(variant, names), expected)
