# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from psycopg2.extras import Json

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.tag_plan import SOURCE


class CustomerGroupPlan(models.AbstractModel):
    """What wizards share that make groups of something else, once or again and again.

    A :class:`~..tools.tag_plan.TagPlan` tells which groups are there already; the
    others are created, with their names in all languages.
    """

    _name = "customer.group.plan"
    _description = "Plan of Customer Groups"

    parent_id = fields.Many2one(
        comodel_name="customer.group",
        string="Put them below",
        domain=[("active", "=", True)],
    )

    # ------------------------------------------------------------
    # PLAN
    # ------------------------------------------------------------

    def _get_group_rows(self):
        """Return all groups as rows of a plan.

        Groups the user may not see are only there to keep clear of their names.
        """
        groups = self.env["customer.group"].with_context(active_test=False)
        groups.flush_model()
        return self.env.execute_query_dict(
            SQL(
                """SELECT id, parent_id, company_id, active, name, id IN %s AS visible
                     FROM customer_group""",
                groups._search([]).subselect(),
            )
        )

    def _get_links(self, links):
        """Return which of the visible groups was made from what.

        :param SQL links: query of ``source_id`` and ``group_id``
        :return: dict of the id of the group by that of its source
        """
        groups = self.env["customer.group"].with_context(active_test=False)
        groups.flush_model()
        # A source can have become a group in each company: the last one wins.
        rows = self.env.execute_query(
            SQL(
                """SELECT link.source_id, g.id
                     FROM (%(links)s) AS link
                     JOIN customer_group g ON g.id = link.group_id
                    WHERE g.id IN %(visible)s
                      AND COALESCE(g.company_id, %(company)s, 0)
                          = COALESCE(%(company)s, g.company_id, 0)
                 ORDER BY g.company_id IS NOT DISTINCT FROM %(company)s, g.id DESC""",
                links=links,
                visible=groups._search([]).subselect(),
                company=self.parent_id.company_id.id or None,
            )
        )
        return dict(rows)

    def _check_parent(self):
        """Refuse a target the user may not see, or that is archived."""
        self.parent_id.check_access("read")
        if self.parent_id and not self.parent_id.active:
            raise UserError(
                self.env._(
                    "The group “%s” is archived. Unarchive it, or choose another one.",
                    self.parent_id.display_name,
                )
            )

    # ------------------------------------------------------------
    # GROUPS
    # ------------------------------------------------------------

    def _create_groups(self, plan):
        """Create the new groups of the plan, all of a level at once.

        :return: the groups
        """
        groups = self.env["customer.group"].with_context(
            lang=SOURCE, tracking_disable=True
        )
        created = groups.browse()
        levels = defaultdict(list)
        for place in plan.new_places:
            levels[place.level].append(place)
        for places in levels.values():
            records = groups.create(
                [self._prepare_group(plan, place) for place in places]
            )
            for place, group in zip(places, records, strict=True):
                place.group_id = group.id
            created += records
        self._translate_names(plan.new_places)
        return created

    def _prepare_group(self, plan, place):
        """Return the values of a new group; without a color it takes its parent's."""
        values = {
            "name": place.names[SOURCE],
            "parent_id": place.parent.group_id,
            "company_id": place.company_id,
            "active": place.active,
        }
        return values | ({"color": place.color} if place.color else {})

    def _translate_names(self, places):
        """Give new groups their names in all languages, in one statement."""
        if not places:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE customer_group g SET name = v.name
                     FROM unnest(%s::int[], %s::jsonb[]) AS v(id, name)
                    WHERE g.id = v.id""",
                [place.group_id for place in places],
                [Json(place.names) for place in places],
            )
        )
        groups = self.env["customer.group"].browse(place.group_id for place in places)
        groups.invalidate_model(["name", "complete_name", "display_name"])
        groups._check_sibling_names()

    # ------------------------------------------------------------
    # RESULT
    # ------------------------------------------------------------

    def action_open_groups(self):
        """Open the groups that were made or found.

        :return: action dictionary
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_group.customer_group_action"
        )
        return action | {
            "domain": [("id", "in", self.group_ids.ids)],
            "context": {"active_test": False},
        }

    def _reopen(self, size="extra-large"):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Done"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": size},
        }
