# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain


class CustomerGroup(models.Model):
    """The tree of the group manager, and news of it for who has it open."""

    _inherit = "customer.group"

    @api.model
    def get_tree(self, domain=()):
        """Return the groups that match, and those above them, in the order of the tree.

        :param domain: which groups
        :return: dictionary with ``groups``, a list of ``[id, name, color, parent id,
            active, match, movable, direct, total]``, parents before their subgroups;
            ``match`` is false for those that only lead to others, ``movable`` for those
            the current user may not change, ``direct`` and ``total`` are members as
            lists show them. With ``count_date``: when the oldest of these numbers was
            counted, false if all are of now. And with ``rights``: whether the current
            user may ``create`` groups and ``assign`` members
        """
        matches = set(self._search(domain).get_result_ids())
        rows = self._get_tree_rows(matches)
        groups = self.browse(row[0] for row in rows)
        movable = set(groups._filtered_access("write")._ids)
        counts = {id_: row for id_, *row in groups._get_cached_member_counts()}
        dates = [date for *__, date in counts.values() if date]
        return {
            "groups": [
                [*row, row[0] in matches, row[0] in movable]
                + counts.get(row[0], [0, 0])[:2]
                for row in rows
            ],
            "count_date": min(dates, default=False),
            "rights": {
                "create": self.has_access("create"),
                "assign": self.env.user.has_group("customer_group.group_assign"),
            },
        }

    def _get_tree_rows(self, ids):
        """Read groups and those above them, without a record for each of thousands.

        :param set[int] ids: the groups, which the current user may see
        :return: list of tuples (id, name, color, parent id, active)
        """
        groups = self.with_context(active_test=False)
        query = groups._search(Domain.TRUE, order=self._order)
        columns = ("id", "name", "color", "parent_id", "active")
        rows = self.env.execute_query(
            query.select(*(self._field_to_sql(self._table, name) for name in columns))
        )
        parents = {id_: parent_id for id_, __, __, parent_id, __ in rows}
        shown = set()
        for id_ in ids:
            while id_ in parents and id_ not in shown:
                shown.add(id_)
                id_ = parents[id_]
        return [row for row in rows if row[0] in shown]

    def _get_open_action(self):
        """Return what shows this group to the user when an action has made it.

        The group manager chooses it in its tree; elsewhere a page opens.

        :return: action dictionary
        """
        self.ensure_one()
        if self.env.context.get("customer_group_manager"):
            infos = {"customer_group_id": self.id}
            return {"type": "ir.actions.act_window_close", "infos": infos}
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------
    # NEWS
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        groups = super().create(vals_list)
        groups._notify_tree()
        return groups

    def write(self, vals):
        result = super().write(vals)
        self._notify_tree()
        return result

    def unlink(self):
        self._notify_tree(deleted=True)
        return super().unlink()

    def _notify_tree(self, deleted=False):
        """Tell the browsers of all internal users that these groups have changed.

        Ids only: what may be seen of a group is decided when a browser asks for it.
        """
        if self and not self.env.context.get("install_mode"):
            # sudo: users need no right on groups of users to be sent news.
            users = self.env.ref("base.group_user").sudo()
            users._bus_send(
                "customer_group/changed", {"ids": self.ids[:100], "deleted": deleted}
            )
