# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

#: Changes in which nobody decides about a single contact.
AUTOMATIC = ("rule", "merge", "undo", "system")


class CustomerGroupMembership(models.Model):
    """Who is in a group because of its rule, and whom people hold there."""

    _inherit = "customer.group.membership"

    by_rule = fields.Boolean(
        string="By Rule",
        readonly=True,
        help="Leaves the group by itself when the rule no longer matches.",
    )
    pin_operation_id = fields.Many2one(
        comodel_name="customer.group.operation",
        string="Kept by",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The change by hand since which the rule no longer decides.",
    )
    unmatched_since = fields.Datetime(
        string="No Match since",
        readonly=True,
        help="Leaves the group when the days of grace are over.",
    )

    _by_rule_idx = models.Index(
        "(group_id, partner_id) WHERE by_rule AND date_end IS NULL"
    )

    @api.model
    def _record(self, before, after, change):
        operation = super()._record(before, after, change)
        self.env["customer.group"]._follow_change(operation)
        return operation

    @api.model
    def _merge(self, field, sources, target):
        """Hold whom people hold in one of several, and move whom they keep out.

        Who was a member of a group that goes is held in the one that remains, whose
        rule, if it has one, is another.
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE customer_group_membership m
                      SET by_rule = FALSE, unmatched_since = NULL
                     FROM customer_group_membership held
                    WHERE m.by_rule AND m.date_end IS NULL AND held.date_end IS NULL
                      AND m.%(field)s IN %(ids)s AND held.%(field)s IN %(ids)s
                      AND held.%(other)s = m.%(other)s
                      AND (held.by_rule IS NOT TRUE OR held.group_id IN %(groups)s)""",
                field=SQL.identifier(field),
                other=SQL.identifier(
                    "group_id" if field == "partner_id" else "partner_id"
                ),
                ids=(sources | target)._ids,
                groups=sources._ids if field == "group_id" else (0,),
            )
        )
        result = super()._merge(field, sources, target)
        self.env["customer.group.exclusion"]._merge(field, sources, target)
        return result

    @api.model
    def _pin(self, pairs, operation):
        """Hold members where they are, whatever the rule says from now on.

        :param SQL pairs: query (partner_id, group_id) of what a person wants
        :return: number of members that were there by rule
        """
        return self._enter(
            SQL(
                """UPDATE customer_group_membership m
                      SET by_rule = FALSE, pin_operation_id = %s, unmatched_since = NULL
                     FROM (%s) AS pair
                    WHERE m.partner_id = pair.partner_id
                      AND m.group_id = pair.group_id
                      AND m.by_rule AND m.date_end IS NULL""",
                operation.id,
                pairs,
            ),
            operation,
        )

    def action_pin(self):
        """Hold these members, as a change by hand.

        :raise AccessError: when the user may not assign the group or change the contact
        """
        members = self.filtered(lambda m: m.by_rule and not m.date_end)
        members.partner_id.check_access("write")
        return members._change_by_hand("add_members")

    def _change_by_hand(self, method):
        for group, memberships in self.grouped("group_id").items():
            getattr(group, method)(memberships.partner_id.ids)


class CustomerGroup(models.Model):
    """What follows from a change by hand for groups with rules."""

    _inherit = "customer.group"

    @api.model
    def _pin_members(self, adds, operation):
        """Hold members by rule whom a person adds; called before others are added.

        :return: number of members held
        """
        rules = self._get_rule_index()["rules"]
        if not rules or operation.source in AUTOMATIC:
            return 0
        pairs = SQL(
            "SELECT * FROM (%s) AS p WHERE group_id = ANY(%s)", adds, list(rules)
        )
        return self.env["customer.group.membership"]._pin(pairs, operation)

    @api.model
    def _follow_change(self, operation):
        """Do what a change of members entails elsewhere.

        Who was taken out by hand is kept out, who was put in is admitted, branches that
        exclude each other are left, and rules that look at the groups are evaluated.

        :param operation: the change, with its ledger; may be empty
        """
        watched = self._get_rule_index()["watched"]
        if not operation or not watched or operation.source == "rule":
            return
        group_ids = self._get_concerned_ids(operation, watched)
        if not group_ids:
            return
        if operation.source not in AUTOMATIC:
            exclusions = self.env["customer.group.exclusion"]
            if operation.removed:
                rules = self._get_rule_index()["rules"]
                exclusions._keep_out(operation, [g for g in group_ids if g in rules])
            if operation.added:
                exclusions._admit(operation)
        if operation.added:
            self._leave_other_branches(operation, group_ids)
        self.env["customer.group.rule.queue"]._enter_members(operation)

    @api.model
    def _get_concerned_ids(self, operation, watched):
        rows = self.env.execute_query(
            SQL(
                """SELECT group_id FROM customer_group_operation_group_rel
                    WHERE operation_id = %s AND group_id = ANY(%s)""",
                operation.id,
                list(watched),
            )
        )
        return [group_id for [group_id] in rows]


class CustomerGroupOperation(models.Model):
    """Taking back what a change meant for rules."""

    _inherit = "customer.group.operation"

    def _undo_pins(self, undo, partners, groups):
        """Let rules decide again where this change by hand put an end to that.

        :param undo: the change that undoes this one; what it began again is by rule if
            it was before
        :param Query partners: contacts that the user may change
        :param Query groups: groups that he may assign
        :return: number of members who are no longer held
        """
        if not self.env["customer.group"]._get_rule_index()["watched"]:
            return 0
        self.env["customer.group.exclusion"]._undo(self, undo, partners, groups)
        membership = self.env["customer.group.membership"]
        membership._enter(
            SQL(
                """UPDATE customer_group_membership m SET by_rule = TRUE
                     FROM customer_group_membership ended
                    WHERE ended.end_operation_id = %s AND ended.by_rule
                      AND m.start_operation_id = %s
                      AND m.partner_id = ended.partner_id
                      AND m.group_id = ended.group_id
                      AND m.group_id IN (
                          SELECT id FROM customer_group WHERE use_rule)""",
                self.id,
                undo.id,
            ),
            undo,
        )
        if self.pinned:
            self.env["customer.group.rule.queue"]._enter_members(self)
        pinned = membership._enter(
            SQL(
                """UPDATE customer_group_membership m
                      SET by_rule = TRUE, pin_operation_id = NULL
                    WHERE m.pin_operation_id = %s AND m.date_end IS NULL
                      AND m.partner_id IN %s AND m.group_id IN %s
                      AND m.group_id IN (
                          SELECT id FROM customer_group WHERE use_rule)""",
                self.id,
                partners.subselect(),
                groups.subselect(),
            ),
            undo,
        )
        return pinned


class ResPartner(models.Model):
    """What a contact cannot be after a merge, though several contacts were."""

    _inherit = "res.partner"

    def _get_groups_to_leave(self, before):
        """Return the groups that keep this contact out, or that others exclude.

        What people decided goes before what rules did, then what was here before.

        :param set before: pairs (contact id, group id) before the merge
        :rtype: list[int]
        """
        groups = self.env["customer.group"]
        if not groups._get_rule_index()["watched"]:
            return []
        rows = self.env.execute_query(
            SQL(
                """SELECT m.group_id, EXISTS (
                              SELECT FROM customer_group_exclusion e
                               WHERE e.partner_id = m.partner_id
                                 AND e.group_id = m.group_id
                                 AND e.end_operation_id IS NULL)
                     FROM customer_group_membership m
                    WHERE m.partner_id = %s AND m.date_end IS NULL
                 ORDER BY m.by_rule IS TRUE, m.group_id != ALL(%s::int[]), m.id""",
                self.id,
                [group_id for _partner_id, group_id in before],
            )
        )
        stays, leaves = set(), []
        for group_id, kept_out in rows:
            others, _earlier = groups.browse(group_id)._get_other_branches()
            if kept_out or not stays.isdisjoint(others):
                leaves.append(group_id)
            else:
                stays.add(group_id)
        return leaves
