# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .customer_group_rule import BROKEN


class CustomerGroupExclusion(models.Model):
    """Contacts whom a person keeps out of a group though its rule matches.

    Rows are opened and closed by changes of members, and by nobody else; who did it,
    when and why stands in the journal.
    """

    _name = "customer.group.exclusion"
    _description = "Contact Kept out of a Customer Group"
    _order = "id desc"
    _rec_name = "partner_id"
    _log_access = False

    group_id = fields.Many2one(
        comodel_name="customer.group",
        string="Group",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    start_operation_id = fields.Many2one(
        comodel_name="customer.group.operation",
        string="Kept out by",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    end_operation_id = fields.Many2one(
        comodel_name="customer.group.operation",
        string="Admitted by",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    user_id = fields.Many2one(related="start_operation_id.user_id", string="By")
    date = fields.Datetime(related="start_operation_id.date", string="Since")
    reason = fields.Char(related="start_operation_id.reason")
    can_admit = fields.Boolean(compute="_compute_can_admit")

    _open_uniq = models.UniqueIndex(
        "(group_id, partner_id) WHERE end_operation_id IS NULL"
    )

    @api.depends("end_operation_id", "group_id")
    @api.depends_context("uid")
    def _compute_can_admit(self):
        may_assign = self.env["res.partner"]._may_change_customer_groups()
        for row in self:
            row.can_admit = (
                may_assign
                and not row.end_operation_id
                and row.group_id.active
                and row.group_id.can_assign
            )

    @api.model
    def _keep_out(self, operation, group_ids):
        """Keep out whom a person has just taken out, if the rule would take him back.

        :param operation: the change that took contacts out
        :param group_ids: the groups with a rule that they left
        """
        self.env.flush_all()
        # sudo: the rule is evaluated, whoever takes somebody out.
        for group in self.env["customer.group"].sudo().browse(group_ids):
            gone = SQL(
                """SELECT partner_id, by_rule FROM customer_group_membership
                    WHERE end_operation_id = %s AND group_id = %s""",
                operation.id,
                group.id,
            )
            try:
                group._check_rule_groups()
                chosen = SQL("ANY(ARRAY(SELECT partner_id FROM (%s) AS gone))", gone)
                matching = group._get_rule_query(chosen)
            except (UserError, *BROKEN):  # as far as anybody knows, they all match
                matching = SQL("SELECT partner_id FROM (%s) AS gone", gone)
            self.env.cr.execute(
                SQL(
                    """INSERT INTO customer_group_exclusion
                              (group_id, partner_id, start_operation_id)
                       SELECT %s, partner_id, %s FROM (%s) AS gone
                        WHERE by_rule OR partner_id IN (%s)
                           ON CONFLICT (group_id, partner_id)
                        WHERE end_operation_id IS NULL DO NOTHING""",
                    group.id,
                    operation.id,
                    gone,
                    matching,
                )
            )
        self.invalidate_model()

    @api.model
    def _admit(self, operation):
        """Forget that contacts are kept out of what a person has just put them into."""
        self.env.cr.execute(
            SQL(
                """UPDATE customer_group_exclusion e
                      SET end_operation_id = %(operation)s
                     FROM customer_group_membership m
                    WHERE m.start_operation_id = %(operation)s
                      AND e.partner_id = m.partner_id
                      AND e.group_id = m.group_id
                      AND e.end_operation_id IS NULL""",
                operation=operation.id,
            )
        )
        self.invalidate_model()

    @api.model
    def _undo(self, operation, undo, partners, groups):
        """Keep out again whom a change admitted, and admit whom it kept out.

        Whoever is in again is admitted in any case.

        :param operation: the change that is undone
        :param undo: the change that undoes it
        :param Query partners: contacts that the user may change
        :param Query groups: groups that he may assign
        """
        self._admit(undo)
        self.env.cr.execute(
            SQL(
                """UPDATE customer_group_exclusion SET end_operation_id = %s
                    WHERE start_operation_id = %s AND end_operation_id IS NULL
                      AND partner_id IN %s AND group_id IN %s""",
                undo.id,
                operation.id,
                partners.subselect(),
                groups.subselect(),
            )
        )
        self.env.cr.execute(
            SQL(
                """INSERT INTO customer_group_exclusion
                          (group_id, partner_id, start_operation_id)
                   SELECT e.group_id, e.partner_id, e.start_operation_id
                     FROM customer_group_exclusion e
                    WHERE e.end_operation_id = %s
                      AND e.partner_id IN %s AND e.group_id IN %s
                      AND NOT EXISTS (
                          SELECT FROM customer_group_res_partner_rel r
                           WHERE r.partner_id = e.partner_id
                             AND r.group_id = e.group_id)
                       ON CONFLICT (group_id, partner_id)
                    WHERE end_operation_id IS NULL DO NOTHING""",
                operation.id,
                partners.subselect(),
                groups.subselect(),
            )
        )
        self.invalidate_model()

    @api.model
    def _merge(self, field, sources, target):
        """Have the rows of several contacts, or of several groups, concern one.

        One row of a pair stays open at most, and none where the contact is held in the
        group. Call it when the memberships are those of the target.

        :param str field: ``partner_id`` or ``group_id``
        :param sources: the records that go
        :param target: the record that gets their rows
        """
        other = "group_id" if field == "partner_id" else "partner_id"
        self.env.cr.execute(
            SQL(
                """DELETE FROM customer_group_exclusion WHERE id IN (
                       SELECT id FROM (
                           SELECT e.id,
                                  row_number() OVER (
                                      PARTITION BY e.%(other)s
                                          ORDER BY e.%(field)s != %(target)s, e.id
                                  ) > 1 OR m.id IS NOT NULL AS superfluous
                             FROM customer_group_exclusion e
                        LEFT JOIN customer_group_membership m
                               ON m.%(field)s = %(target)s
                              AND m.%(other)s = e.%(other)s
                              AND m.date_end IS NULL
                              AND (m.by_rule IS NOT TRUE OR %(groups)s)
                            WHERE e.%(field)s IN %(ids)s
                              AND e.end_operation_id IS NULL) AS open
                        WHERE superfluous)""",
                field=SQL.identifier(field),
                other=SQL.identifier(other),
                target=target.id,
                groups=field == "group_id",
                ids=(sources | target)._ids,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE customer_group_exclusion SET %(field)s = %(target)s"
                " WHERE %(field)s IN %(ids)s",
                field=SQL.identifier(field),
                target=target.id,
                ids=sources._ids,
            )
        )
        self.invalidate_model()

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_admit(self):
        """Let the rule decide again about these contacts.

        :raise AccessError: when the user may not assign the group or change the contact
        """
        groups = self.group_id
        groups.check_access("read")
        groups._check_assign(joining=groups)
        partners = self.partner_id
        partners.check_access("write")
        partners._check_field_access(partners._fields["customer_group_ids"], "write")
        kept_out = self.filtered(lambda row: not row.end_operation_id)
        if not kept_out:
            return
        operations = self.env["customer.group.operation"]
        operation = operations._open(
            replace(operations._get_change(), kind="release"),
            released=len(kept_out),
            group_ids=kept_out.group_id.ids,
        )
        # sudo: the rows are closed to everybody; the rights were checked above.
        kept_out.sudo().end_operation_id = operation
        kept_out.flush_recordset()  # the others read the table
        self.env["customer.group.rule.queue"]._enter(partners.ids)
