# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class CustomerGroup(models.Model):
    """The tree of the group manager, and news of it for who has it open."""

    _inherit = "customer.group"

    @api.model
    def get_tree(self, domain=()):
        """Return the groups that match, and those above them, in the order of the tree.

        :param domain: which groups
        :return: dictionary with ``groups``, a list of ``{"id", "name", "color",
            "parent_id", "active", "match", "direct", "total"}``, parents before their
            subgroups; ``match`` is false for those that only lead to others, ``direct``
            and ``total`` are members as lists show them. With ``count_date``: when the
            oldest of these numbers was counted, false if all are of now. And with
            ``rights``: whether the current user may ``create`` and ``write`` groups and
            ``assign`` members
        """
        matches = self._search(domain).get_result_ids()
        groups = self.with_context(active_test=False).search_fetch(
            [("id", "parent_of", list(matches))],
            ["name", "color", "parent_id", "active"],
        )
        counts = {id_: row for id_, *row in groups._get_cached_member_counts()}
        dates = [row[2] for row in counts.values() if row[2]]
        rights = {name: self.has_access(name) for name in ("create", "write")}
        return {
            "groups": [
                {
                    "id": group.id,
                    "name": group.name,
                    "color": group.color,
                    "parent_id": group.parent_id.id,
                    "active": group.active,
                    "match": group.id in matches,
                    "direct": counts.get(group.id, (0, 0))[0],
                    "total": counts.get(group.id, (0, 0))[1],
                }
                for group in groups
            ],
            "count_date": min(dates, default=False),
            "rights": rights
            | {"assign": self.env.user.has_group("customer_group.group_assign")},
        }

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
