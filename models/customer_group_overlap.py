# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from itertools import combinations_with_replacement

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CustomerGroup(models.Model):
    """Comparing groups: who is in several of them.

    Everything is counted with the rights of the reader, groups he may not see are left
    out without a word, and what a number counts can be opened.
    """

    _inherit = "customer.group"

    #: So many groups can be compared at once, and are when none are chosen.
    _compare_limit, _compare_default = 50, 20
    #: Part of the contacts in one of two groups that are in both, from which on one
    #: of them looks superfluous.
    _duplicate_share = 0.9

    # ------------------------------------------------------------
    # WHICH GROUPS
    # ------------------------------------------------------------

    @api.model
    def _get_compared(self, group_ids, parent_id, include_subgroups):
        """Return the groups to compare, in the order of the tree.

        :param list[int] group_ids: the chosen groups
        :param int parent_id: the group whose subgroups are compared, if none is chosen;
            without either, the largest groups are
        :param bool include_subgroups: whether members of subgroups count
        :return: the groups, and how many there would have been
        :rtype: tuple
        :raise UserError: when too many were chosen
        """
        if group_ids:
            everything = self.with_context(active_test=False)
            groups = everything.search([("id", "in", group_ids)]).with_env(self.env)
            if len(groups) > self._compare_limit:
                raise UserError(
                    self.env._(
                        "%(chosen)s groups are too many to compare. Choose %(limit)s"
                        " at most.",
                        chosen=len(groups),
                        limit=self._compare_limit,
                    )
                )
            return groups, len(groups)
        groups = self.search([("parent_id", "=", parent_id)] if parent_id else [])
        limit = self._compare_limit if parent_id else self._compare_default
        if len(groups) <= limit:
            return groups, len(groups)
        column = 2 if include_subgroups else 1
        counts = {row[0]: row[column] for row in groups._get_cached_member_counts()}
        largest = groups.sorted(lambda group: -counts.get(group.id, 0))[:limit]
        return groups & largest, len(groups)

    def _sql_parts(self, include_subgroups):
        """Return the query of the groups whose members count as those of these groups.

        Columns: ``part_id``, and ``mask`` with a bit for each of these groups, in their
        order. As in searches, archived subgroups belong to archived groups only.
        """
        if not include_subgroups:
            return SQL(
                """SELECT id AS part_id, 1::bigint << (n - 1)::int AS mask
                     FROM unnest(%s) WITH ORDINALITY AS g (id, n)""",
                self.ids,
            )
        self.flush_model(["parent_path", "active"])
        return SQL(
            """SELECT s.id AS part_id, bit_or(1::bigint << (n - 1)::int) AS mask
                 FROM unnest(%s) WITH ORDINALITY AS wanted (id, n)
                 JOIN customer_group g USING (id)
                 JOIN customer_group s ON s.parent_path ^@ g.parent_path
                WHERE (s.active OR NOT g.active) AND s.id IN %s
             GROUP BY s.id""",
            self.ids,
            self.with_context(active_test=False)._search([]).subselect(),
        )

    def _get_of_mask(self, mask):
        """Return the ids of those of these groups whose bit is set."""
        return [id_ for n, id_ in enumerate(self.ids) if mask >> n & 1]

    def _prepare_compared(self):
        """Return what the page shows of these groups.

        :rtype: list[dict]
        """
        return [
            {
                "id": group.id,
                "name": group.name,
                "path": group.complete_name,
                "color": group.color,
            }
            for group in self
        ]

    # ------------------------------------------------------------
    # OVERLAP
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    def get_overlap(self, group_ids=None, parent_id=None, include_subgroups=False):
        """Count the contacts that are in two groups, for each pair of groups.

        :param list[int] group_ids: the groups; see :meth:`_get_compared`
        :param int parent_id: or the group whose subgroups are compared
        :param bool include_subgroups: whether members of subgroups count
        :return: ``groups`` with the ``members`` of each; ``pairs``, lists (id, id,
            contacts in both, contacts in one of them at least) of those that have any;
            ``duplicates``, the pairs that are nearly the same; ``empty``, ids;
            ``found``, the number of groups that could have been compared
        :rtype: dict
        :raise UserError: when too many groups were chosen
        """
        groups, found = self._get_compared(group_ids, parent_id, include_subgroups)
        counts = groups._count_overlap(include_subgroups) if groups else {}
        members = {id_: counts[id_, id_] for id_ in groups.ids if (id_, id_) in counts}
        pairs = [
            (one, other, both, members[one] + members[other] - both)
            for (one, other), both in counts.items()
            if one != other
        ]
        return {
            "groups": [
                values | {"members": members.get(values["id"], 0)}
                for values in groups._prepare_compared()
            ],
            "pairs": pairs,
            "duplicates": [
                (one, other)
                for one, other, both, either in pairs
                if both > self._duplicate_share * either
                and not (include_subgroups and groups._are_nested(one, other))
            ],
            "empty": [id_ for id_ in groups.ids if id_ not in members],
            "found": found,
        }

    def _count_overlap(self, include_subgroups):
        """Count the contacts in each pair of these groups.

        The database says how many contacts are in which combination of groups; it reads
        each membership once, and compares no two of them.

        :return: contacts by pair of ids, in the order of the groups; a group with
            itself gives its members; pairs without contacts are left out
        :rtype: dict
        """
        partners = self.env["res.partner"]
        counts = defaultdict(int)
        for mask, count in self.env.execute_query(
            SQL(
                """SELECT mask, count(*)
                     FROM (SELECT bit_or(part.mask) AS mask
                             FROM (%s) AS part
                             JOIN customer_group_res_partner_rel r
                               ON r.group_id = part.part_id
                            WHERE %s
                         GROUP BY r.partner_id) AS contact
                 GROUP BY mask""",
                self._sql_parts(include_subgroups),
                partners._sql_is_visible(SQL("r.partner_id")),
            )
        ):
            for pair in combinations_with_replacement(self._get_of_mask(mask), 2):
                counts[pair] += count
        return counts

    def _are_nested(self, one, other):
        one, other = self.browse((one, other))
        return one.parent_path.startswith(
            other.parent_path
        ) or other.parent_path.startswith(one.parent_path)

    @api.model
    def get_overlap_action(self, group_ids, include_subgroups=False):
        """Open the contacts that are in all of some groups.

        :param list[int] group_ids: the groups
        :param bool include_subgroups: whether members of subgroups count
        :return: action dictionary
        """
        groups = self.with_context(active_test=False).search([("id", "in", group_ids)])
        operator = "child_of" if include_subgroups else "in"
        domain = [("customer_group_ids", operator, [id_]) for id_ in groups.ids]
        name = " + ".join(groups.mapped("name"))
        return self._get_contacts_action(name, domain)


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _sql_is_visible(self, contact):
        """Return the condition that the current user may see a contact.

        To leave out those he may not see is faster, as long as they are few.

        :param SQL contact: the id of the contact
        """
        hidden = self._get_hidden_ids()
        if hidden is None:
            return SQL("%s IN %s", contact, self._search([]).subselect())
        return SQL("%s NOT IN (SELECT unnest(%s::int[]))", contact, hidden)
