# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace

import psycopg2

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, formatLang

from .customer_group_operation import Change


class CustomerGroup(models.Model):
    """Adding and removing any number of members at once."""

    _inherit = "customer.group"

    # ------------------------------------------------------------
    # FOR PROGRAMS
    # ------------------------------------------------------------

    def add_members(self, partner_ids=None, domain=None, reason=""):
        """Add contacts to each of these groups, as one change that can be undone.

        Give either the ids of the contacts or a domain. Contacts that the user may not
        change, and those that are in the groups already, are skipped.

        :param list[int] partner_ids: ids of the contacts, archived ones included
        :param list domain: domain of the contacts, with the rights of the user
        :param str reason: is shown in the history
        :return: ``{"operation_id": int or False, "added": int, "removed": 0,
            "skipped": int}``: the memberships that began, and the contacts that were
            chosen but not changed; without any chosen contact there is no operation
        :rtype: dict
        :raise AccessError: when the user may not see or assign one of the groups
        :raise UserError: when the selection is not valid, a group is archived, or a
            contact belongs to another company than a group
        """
        return self._change_selected("add", partner_ids, domain, reason)

    def remove_members(self, partner_ids=None, domain=None, reason=""):
        """Take contacts out of each of these groups, as one change.

        Takes the same arguments, returns and raises the same as :meth:`add_members`.
        """
        return self._change_selected("remove", partner_ids, domain, reason)

    def _change_selected(self, kind, partner_ids, domain, reason):
        if not self:
            raise UserError(self.env._("Choose the groups first."))
        change = self.env["customer.group.operation"]._get_change()
        source = "bulk" if change.source == "manual" else change.source
        change = replace(
            change, kind=kind, source=source, reason=reason or change.reason
        )
        domain = self._get_selection(partner_ids, domain)
        try:
            with self.env.cr.savepoint():
                operation = self._assign(domain, change)
        except psycopg2.DataError as error:
            raise UserError(
                self.env._("The domain of contacts is not valid: %s", error)
            ) from error
        # sudo: the caller may know the numbers of what he did, whatever the journal's
        # rules.
        [numbers] = operation.sudo().read(["added", "removed", "skipped"]) or [
            {"id": False, "added": 0, "removed": 0, "skipped": 0}
        ]
        return {"operation_id": numbers.pop("id")} | numbers

    @api.model
    def _get_selection(self, partner_ids, domain):
        """Return the domain of the contacts that a program has chosen.

        :raise UserError: when it has chosen in no way, in two ways, or in a wrong way
        """
        if (partner_ids is None) == (domain is None):
            raise UserError(
                self.env._(
                    "Say which contacts are meant, either by partner_ids or by domain."
                )
            )
        if partner_ids is not None:
            if not isinstance(partner_ids, list | tuple) or not all(
                type(id_) is int for id_ in partner_ids
            ):
                raise UserError(
                    self.env._("partner_ids must be a list of numbers, the ids.")
                )
            domain = [("id", "in", partner_ids), ("active", "in", [True, False])]
        try:
            domain = Domain(domain)
            domain.validate(self.env["res.partner"])
        except (ValueError, TypeError) as error:
            raise UserError(
                self.env._("The domain of contacts is not valid: %s", error)
            ) from error
        return domain

    # ------------------------------------------------------------
    # SELECTED CONTACTS
    # ------------------------------------------------------------

    def _assign(self, domain, change, out_of=None):
        """Change whether the contacts of a domain are in these groups.

        :param Domain domain: the contacts, as the user sees them; those he may not
            change are left alone
        :param Change change: ``add``, ``remove`` or ``move`` is its kind
        :param out_of: groups to move the contacts out of
        :return: the operation; empty when the domain finds nobody
        :raise AccessError: when the user may not see or assign one of the groups
        :raise UserError: when contacts cannot join one of the groups
        """
        partners = self.env["res.partner"]
        out_of = out_of or self.browse()
        (self | out_of).check_access("read")
        joining = self if change.kind != "remove" else self.browse()
        (self | out_of)._check_assign(joining)
        allowed = partners._get_assignable_query(domain)
        selected = partners.search_count(domain)
        if not selected:
            return self.env["customer.group.operation"]
        return self._assign_allowed(allowed, selected, change, out_of)

    def _assign_allowed(self, allowed, selected, change, out_of):
        """Do what :meth:`_assign` does, for contacts and groups that are checked.

        :param Query allowed: the contacts that the user may change
        :param int selected: how many were chosen; the others count as skipped
        :return: the operation, also when there are no contacts
        """
        adds, removes = self._get_pairs(change.kind, allowed.select(), out_of)
        operation = self._change_members(adds, removes, change)
        operation._set_skipped(selected - operation._count_contacts())
        return operation

    def _get_pairs(self, kind, allowed, out_of):
        """Return the queries of pairs to add and to remove, or ``None`` for each.

        :param str kind: ``add``, ``remove`` or ``move``
        :param SQL allowed: the query of the contacts
        :param out_of: groups to move the contacts out of
        """
        adds = removes = None
        take_out = {"remove": self, "move": out_of - self}.get(kind)
        if take_out:
            removes = SQL(
                """SELECT r.partner_id, r.group_id
                     FROM customer_group_res_partner_rel r
                    WHERE r.group_id IN %s AND r.partner_id IN (%s)""",
                take_out._ids,
                allowed,
            )
        if self and kind != "remove":
            members = SQL()
            if kind == "move":
                members = SQL(
                    """WHERE EXISTS (SELECT FROM customer_group_res_partner_rel r
                              WHERE r.partner_id = p.id AND r.group_id IN %s)""",
                    out_of._ids or (0,),
                )
            adds = SQL(
                """SELECT p.id AS partner_id, g.id AS group_id
                     FROM (%s) AS p CROSS JOIN unnest(%s) AS g(id) %s""",
                allowed,
                self.ids,
                members,
            )
        return adds, removes

    def _sql_count_changing(self, kind, allowed, out_of):
        """Return the query that counts the contacts whose groups would change.

        Takes the same arguments as :meth:`_get_pairs`.
        """
        adds, removes = self._get_pairs(kind, allowed, out_of)
        queries = []
        if adds:
            queries.append(
                SQL(
                    """SELECT partner_id FROM (%s) AS p WHERE NOT EXISTS (
                       SELECT FROM customer_group_res_partner_rel r
                        WHERE r.partner_id = p.partner_id AND r.group_id = p.group_id)
                    """,
                    adds,
                )
            )
        if removes:
            queries.append(SQL("SELECT partner_id FROM (%s) AS p", removes))
        if not queries:
            return SQL("SELECT 0")
        # One group: no contact comes twice, and nothing has to be sorted.
        distinct = SQL("DISTINCT") if len(self | out_of) > 1 else SQL()
        return SQL(
            "SELECT count(%s partner_id) FROM (%s) AS changing",
            distinct,
            SQL(" UNION ALL ").join(queries),
        )

    # ------------------------------------------------------------
    # ANY PAIRS
    # ------------------------------------------------------------

    def _check_assign(self, joining):
        """Check that the current user may change who is in these groups.

        :param joining: those of the groups that contacts are to join
        :raise AccessError: when a group is reserved for managers
        :raise UserError: when contacts are to join an archived group
        """
        reserved = self.filtered(lambda group: not group.can_assign)
        if reserved[:1].assign_policy == "rule":
            raise AccessError(
                self.env._(
                    "Only its rule decides who is in “%s”. Change the rule, or who may"
                    " assign the group.",
                    reserved[0].display_name,
                )
            )
        if reserved:
            raise AccessError(
                self.env._(
                    "Only managers of customer groups decide who is in “%s”."
                    " Ask one of them to make the change.",
                    reserved[0].display_name,
                )
            )
        archived = joining.filtered(lambda group: not group.active)
        if archived:
            raise UserError(
                self.env._(
                    "The group “%s” is archived. Unarchive it before you add contacts.",
                    archived[0].display_name,
                )
            )

    @api.model
    def _change_members(self, adds, removes, change):
        """Add memberships, then remove others, with ledger and journal.

        Takes the same few statements for any number of contacts, and neither reads nor
        writes nor locks these. The caller has checked the rights of the user.

        :param SQL adds: query (partner_id, group_id) of the pairs to add, or ``None``
        :param SQL removes: query of the pairs to remove, or ``None``
        :param Change change: what is being done
        :return: the operation with the exact numbers
        :raise UserError: when a contact belongs to another company than a group
        """
        membership = self.env["customer.group.membership"]
        operation = self.env["customer.group.operation"]._open(change)
        added = removed = pinned = 0
        if adds:
            pinned = self._pin_members(adds, operation)
            changed = SQL(
                """INSERT INTO customer_group_res_partner_rel (partner_id, group_id)
                   SELECT partner_id, group_id FROM (%s) AS pair
                 ORDER BY group_id, partner_id
                       ON CONFLICT DO NOTHING
                RETURNING partner_id, group_id""",
                adds,
            )
            added = membership._start(SQL("TABLE changed"), operation, changed)
            self.env["res.partner"]._check_customer_group_company(
                SQL(
                    """(r.partner_id, r.group_id) IN (
                       SELECT partner_id, group_id FROM customer_group_membership
                        WHERE start_operation_id = %s)""",
                    operation.id,
                )
            )
        if removes:
            removed = self._take_out(removes, operation)
        operation.write({"added": added, "removed": removed, "pinned": pinned})
        self.env["res.partner"].invalidate_model(["customer_group_ids"])
        self._follow_change(operation)
        return operation

    @api.model
    def _take_out(self, pairs, operation):
        """Remove memberships as a part of a change, and end their rows of the ledger.

        :param SQL pairs: query with the columns (partner_id, group_id)
        :return: number of memberships removed
        """
        changed = SQL(
            """DELETE FROM customer_group_res_partner_rel r USING (%s) AS pair
                WHERE r.partner_id = pair.partner_id
                  AND r.group_id = pair.group_id
            RETURNING r.partner_id, r.group_id""",
            pairs,
        )
        membership = self.env["customer.group.membership"]
        return membership._close(SQL("TABLE changed"), operation, changed)

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def unlink(self):
        """Enter it in the journal, as the history of a group disappears with it."""
        change = self.env["customer.group.operation"]._get_change()
        if change.kind == "merge":  # the members went elsewhere
            return super().unlink()
        members = dict(
            self.env.execute_query(
                SQL(
                    """SELECT group_id, count(*) FROM customer_group_res_partner_rel
                        WHERE group_id IN %s GROUP BY group_id""",
                    self._ids or (0,),
                )
            )
        )
        deleted = [(group.complete_name, members.get(group.id, 0)) for group in self]
        result = super().unlink()
        for name, count in deleted:
            self.env["customer.group.operation"]._open(
                Change("delete", change.source, name), removed=count
            )
        return result

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_copy_with_members(self):
        """Duplicate the group together with its own members, and open the copy.

        Contacts that the user may not change, or that are archived, are left out.

        :return: client action that says how many members the copy has
        :raise AccessError: when the user may not create groups, or not assign this one
        :raise UserError: when the group is archived
        """
        self.ensure_one()
        self.browse().check_access("create")
        self.check_access("read")
        self._check_assign(joining=self)
        copy = self.copy()
        partners = self.env["res.partner"]
        members = [("customer_group_ids", "in", self.ids)]
        reason = self.env._("Copied from %s", self.display_name)
        operation = copy._assign_allowed(
            partners._get_assignable_query(members),
            partners.search_count(members),
            Change("add", "bulk", reason),
            out_of=self.browse(),
        )
        skipped = operation.skipped
        message = self.env._(
            "Members copied: %s.", formatLang(self.env, operation.added, digits=0)
        )
        if skipped:
            message += " " + self.env._(
                "Left out, because you may not change them: %s.",
                formatLang(self.env, skipped, digits=0),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if skipped else "success",
                "message": message,
                "next": copy._get_open_action(),
            },
        }
