# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ..tools import naming
from ..tools.tag_plan import SOURCE, TagPlan


class CustomerGroupFromTags(models.TransientModel):
    """What is to be done: the plan, its members and how it reads in the preview."""

    _inherit = "customer.group.from.tags"

    # ------------------------------------------------------------
    # PLAN
    # ------------------------------------------------------------

    def _get_plan(self):
        """Return what becomes of the chosen tags, as things stand now.

        :rtype: TagPlan
        """
        tags = self._get_tag_rows()
        return TagPlan(
            tags,
            self._get_chosen_ids(tags),
            self._get_group_rows(),
            self._get_links(
                SQL("SELECT tag_id AS source_id, group_id FROM customer_group_tag_rel")
            ),
            self.parent_id._origin.id or None,
            self.env._("Tag %s"),
        )

    def _get_tag_rows(self):
        """Return all tags the user may see; SQL, for their names in all languages."""
        tags = self.env["res.partner.category"].with_context(active_test=False)
        tags.flush_model()
        return self.env.execute_query_dict(
            SQL(
                """SELECT id, parent_id, name, color, COALESCE(active, FALSE) AS active
                     FROM res_partner_category WHERE id IN %s ORDER BY id""",
                tags._search([]).subselect(),
            )
        )

    def _get_chosen_ids(self, tags):
        eligible = {row["id"] for row in tags if row["active"] or self.with_archived}
        if self.scope == "all":
            return eligible
        chosen = set(self.tag_ids._origin.ids)
        below = defaultdict(list)
        for row in tags:
            below[row["parent_id"]].append(row["id"])
        todo = list(chosen) if self.with_subtags else []
        while todo:
            found = (set(below[todo.pop()]) & eligible) - chosen
            chosen |= found
            todo += found
        return chosen

    # ------------------------------------------------------------
    # PREVIEW
    # ------------------------------------------------------------

    def _prepare_lines(self, plan):
        """Return the values of the lines: those with remarks first."""
        counts, removes = self._count_adds(plan), self._count_removes(plan)
        paths = self._get_group_paths(plan)
        tag_paths = {}
        lines = []
        for tag_id, place in plan.places.items():
            with_tag, to_add, unfit = counts.get(tag_id, (0, 0, 0))
            tag_paths[tag_id] = naming.join_path(
                self._get_text(row["name"]) for row in plan.get_line(tag_id)
            )
            first = place.tag_ids[0]
            remarks = self._get_remarks(plan.remarks[tag_id], unfit)
            if tag_id != first:
                remarks.append(self.env._("Merged with “%s”.", tag_paths[first]))
            lines.append(
                {
                    "tag_path": tag_paths[tag_id],
                    "group_path": paths[place],
                    "how": plan.how[tag_id],
                    "remarks": " ".join(remarks),
                    "contact_count": with_tag,
                    "add_count": to_add,
                    "remove_count": removes.get(tag_id, 0),
                }
            )
        return sorted(lines, key=lambda line: (not line["remarks"], line["tag_path"]))

    def _get_text(self, names):
        return names.get(self.env.lang) or names.get(SOURCE) or ""

    def _get_group_paths(self, plan):
        places = dict.fromkeys(plan.places.values())
        known = self.env["customer.group"].browse(
            {
                place.group_id
                for one in places
                for place in (one, one.parent)
                if place and place.group_id
            }
        )
        names = {group.id: group.complete_name for group in known}
        paths = {}
        for place in places:
            if place.group_id:
                paths[place] = names[place.group_id]
                continue
            above = paths.get(place.parent) or names.get(place.parent.group_id)
            name = place.get_name(self.env.lang)
            paths[place] = naming.join_path([above, name] if above else [name])
        return paths

    def _get_remarks(self, codes, unfit):
        texts = {
            "circle": self.env._(
                "Its parent tags run in a circle, which is cut open here."
            ),
            "characters": self.env._("“/” and “,” cannot be in the name of a group."),
            "long": self.env._(
                "The name is cut to %s characters.", naming.MAX_NAME_LENGTH
            ),
            "nameless": self.env._("The tag has no name that a group could have."),
            "taken": self.env._(
                "Another group there has this name in one of the languages: a number is"
                " added."
            ),
            "exists": self.env._("There is a group of this name, which will be used."),
            "inactive": self.env._(
                "Becomes an archived group, as the tag or the group above is archived."
            ),
            "archived": self.env._(
                "The group is archived and stays as it is."
                " Unarchive it to add contacts."
            ),
        }
        remarks = [texts[code] for code in codes]
        if unfit:
            remarks.append(
                self.env._("%s contacts of other companies cannot be added.", unfit)
            )
        return remarks

    # ------------------------------------------------------------
    # MEMBERS
    # ------------------------------------------------------------

    def _sql_mapping(self, plan):
        """Return the table ``m`` of tags and groups.

        ``rank`` numbers the tags of one group, ``tags`` counts them. Groups that are
        archived, not only about to be made so, are left alone: they are not ``open``.
        """
        rows = [
            (
                tag_id,
                place.group_id or -place.tag_ids[0],
                place.tag_ids.index(tag_id),
                len(place.tag_ids),
                place.company_id,
                place.is_new or place.active,
            )
            for tag_id, place in plan.places.items()
        ]
        columns = map(list, zip(*rows, strict=True)) if rows else [[]] * 6
        return SQL(
            """unnest(%s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::bool[])
               AS m(tag_id, group_id, rank, tags, company_id, open)""",
            *columns,
        )

    def _sql_carriers(self, plan):
        """Return the rest of a query: ``r`` who carries a tag, ``m`` what it becomes.

        With ``fits``: whether the companies of contact and group go together.
        """
        fits = SQL("TRUE")  # the planner takes the condition for a narrow one
        if any(place.company_id for place in plan.places.values()):
            fits = SQL(
                """gc.id IS NULL OR pc.id IS NULL
                   OR gc.parent_path LIKE pc.parent_path || '%%'
                   OR pc.parent_path LIKE gc.parent_path || '%%'"""
            )
        return SQL(
            """  FROM %s
                 JOIN res_partner_res_partner_category_rel r ON r.category_id = m.tag_id
                 JOIN res_partner p ON p.id = r.partner_id
            LEFT JOIN res_company gc ON gc.id = m.company_id
            LEFT JOIN res_company pc ON pc.id = p.company_id
            LEFT JOIN customer_group_res_partner_rel member
                   ON member.partner_id = p.id AND member.group_id = m.group_id
           CROSS JOIN LATERAL (SELECT %s AS fits) f
                WHERE p.id IN %s""",
            self._sql_mapping(plan),
            fits,
            self._get_allowed().subselect(),
        )

    def _get_allowed(self):
        """Return the query of contacts the user may change, archived ones included."""
        partners = self.env["res.partner"].with_context(active_test=False)
        partners.flush_model()
        return partners._get_assignable_query([])

    def _count_adds(self, plan):
        """Count by tag who has it, who is to be added and who belongs elsewhere.

        A contact with several tags of one group is added for the first of them.
        """
        carriers = self._sql_carriers(plan)
        to_add = SQL("m.open AND f.fits AND member.group_id IS NULL")
        counts = self.env.execute_query(
            SQL(
                """SELECT m.tag_id, count(*), count(*) FILTER (WHERE %s AND m.tags = 1),
                          count(*) FILTER (WHERE m.open AND NOT f.fits)
                     %s GROUP BY m.tag_id""",
                to_add,
                carriers,
            )
        )
        merged = self.env.execute_query(
            SQL(
                """SELECT tag_id, count(*) FROM (
                       SELECT DISTINCT ON (p.id, m.group_id) m.tag_id
                       %s AND %s AND m.tags > 1
                     ORDER BY p.id, m.group_id, m.rank) AS first
                 GROUP BY tag_id""",
                carriers,
                to_add,
            )
        )
        added = dict(merged)
        return {
            tag_id: (with_tag, alone + added.get(tag_id, 0), unfit)
            for tag_id, with_tag, alone, unfit in counts
        }

    def _sql_removes(self, plan):
        """Return the query of who is in one of the groups and carries no tag of it.

        Tags that became the group earlier count as well, chosen or not.
        """
        return SQL(
            """SELECT member.partner_id, member.group_id
                 FROM customer_group_res_partner_rel member
                WHERE member.group_id IN (SELECT group_id FROM %(mapping)s WHERE open)
                  AND member.partner_id IN %(allowed)s
                  AND NOT EXISTS (
                      SELECT
                        FROM (SELECT tag_id, group_id FROM %(mapping)s
                              UNION
                              SELECT tag_id, group_id FROM customer_group_tag_rel) made
                        JOIN res_partner_res_partner_category_rel r
                          ON r.category_id = made.tag_id
                       WHERE made.group_id = member.group_id
                         AND r.partner_id = member.partner_id)""",
            mapping=self._sql_mapping(plan),
            allowed=self._get_allowed().subselect(),
        )

    def _count_removes(self, plan):
        """Count who is to be removed, by the first tag of each group."""
        if self.mode != "equal":
            return {}
        rows = self.env.execute_query(
            SQL(
                """SELECT m.tag_id, count(*) FROM %s JOIN (%s) AS pair
                       ON pair.group_id = m.group_id AND m.rank = 0
                 GROUP BY m.tag_id""",
                self._sql_mapping(plan),
                self._sql_removes(plan),
            )
        )
        return dict(rows)
