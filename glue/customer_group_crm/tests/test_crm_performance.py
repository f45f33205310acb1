# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager

from odoo.tests import tagged

from .common import CrmGroupCommon


@tagged("post_install", "-at_install")
class TestCrmPerformance(CrmGroupCommon):
    """The number of queries depends neither on the number of leads nor of groups."""

    FIELDS = {
        "name": {},
        "customer_group_ids": {
            "fields": {"name": {}, "complete_name": {}, "color": {}},
        },
    }

    def create_leads(self, count, groups):
        leads = self.Lead.create(
            [
                {
                    "name": f"Lead {i:04}",
                    "customer_group_ids": groups[i % len(groups)].ids,
                }
                for i in range(count)
            ]
        )
        return self.as_user(leads, self.seller)

    def count_group_queries(self, action):
        """Return how many queries of an action concern groups."""
        queries = []
        with contextmanager(self._patchExecute)(queries):
            action()
            self.env.flush_all()
        return len([query for query in queries if "customer_group" in str(query)])

    def test_list(self):
        counts = []
        for leads, groups in ((100, 100), (1000, 900)):
            tree = self.create_tree(groups)
            leads = self.create_leads(leads, tree)

            def screen(leads=leads, tree=tree):
                domain = [
                    ("id", "in", leads.ids),
                    ("customer_group_id", "child_of", tree[:10].ids),
                ]
                found = leads.web_search_read(domain, self.FIELDS, limit=80)
                self.assertEqual(found["length"], len(leads))

            screen()
            self.env.invalidate_all()
            counts.append(self.count_group_queries(screen))
            tree.unlink()
        self.assertEqual(*counts)

    def test_group_by(self):
        counts = []
        for leads, groups in ((10, 20), (1000, 2000)):
            tree = self.create_tree(groups)
            leads = self.create_leads(leads, tree)
            domain = [("id", "in", leads.ids)]
            counts.append(
                self.count_group_queries(
                    lambda leads=leads, domain=domain: leads.web_read_group(
                        domain, ["customer_group_ids"], ["__count"]
                    )
                )
            )
            tree.unlink()
        self.assertEqual(*counts)

    def test_create(self):
        counts = []
        for count in (10, 1000):
            values = [
                {"name": f"Lead {i}", "partner_id": self.anna.id} for i in range(count)
            ]
            counts.append(
                self.count_group_queries(lambda vals=values: self.Lead.create(vals))
            )
        self.assertEqual(*counts)

    def test_saving_a_lead_costs_no_query_more(self):
        lead = self.as_user(self.enquiry, self.selling_assigner)
        self.assertFalse(
            self.count_group_queries(
                lambda: lead.write({"name": "Renamed", "priority": "1"})
            )
        )
