# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL


class CustomerGroupSelectionSnapshot(models.Model):
    """Who was in a selection when it was used, as far as these contacts still exist.

    Snapshots are made by the selection and changed by nobody.
    """

    _name = "customer.group.selection.snapshot"
    _description = "Contacts of a Selection at a Time"
    _order = "id desc"
    _log_access = False

    selection_id = fields.Many2one(
        comodel_name="customer.group.selection",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    name = fields.Char(string="Selection Name", required=True, readonly=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="By",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    date = fields.Datetime(required=True, readonly=True)
    purpose = fields.Selection(
        selection=[
            ("freeze", "Frozen"),
            ("compose", "E-mail being written"),
            ("mail", "E-mail"),
            ("activity", "Activities"),
            ("series", "Series"),
        ],
        string="For",
        required=True,
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    count = fields.Integer(
        string="Contacts",
        readonly=True,
        aggregator=False,
        help="How many there were. Those who were deleted since are not listed.",
    )

    def _get_partner_domain(self):
        """Return the domain of the contacts that still exist, archived ones included.

        :rtype: list
        """
        return [
            ("customer_group_snapshot_ids", "in", self.ids),
            ("active", "in", [True, False]),
        ]

    def action_open_partners(self):
        """Open the contacts that the reader may see.

        :return: action dictionary
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_group.customer_group_selection_action_partners"
        )
        day = fields.Datetime.context_timestamp(self, self.date).date()
        return action | {
            "display_name": f"{self.name}, {day}",
            "domain": self._get_partner_domain(),
        }

    def _set_mailed(self, subject):
        """Enter that an e-mail to these contacts is in the queue.

        :param str subject: of the e-mail
        """
        # sudo: nobody has the right to write snapshots; only one's own is concerned.
        own = self.sudo().filtered(
            lambda s: s.purpose == "compose" and s.user_id == self.env.user
        )
        own.write({"purpose": "mail", "reason": subject})

    @api.autovacuum
    def _gc_unsent(self):
        """Forget contacts for whom an e-mail was begun and never sent."""
        limit = fields.Datetime.now() - timedelta(days=1)
        self.search([("purpose", "=", "compose"), ("date", "<", limit)]).unlink()

    @api.model
    def _forget_reasons(self, snapshot_ids):
        """Empty what people wrote about snapshots of which no contact exists any more.

        :param list[int] snapshot_ids: the snapshots
        """
        self.env.cr.execute(
            SQL(
                """UPDATE customer_group_selection_snapshot s SET reason = NULL
                    WHERE id = ANY(%s) AND NOT EXISTS (
                          SELECT FROM customer_group_snapshot_res_partner_rel r
                           WHERE r.snapshot_id = s.id)""",
                list(snapshot_ids),
            )
        )
        self.invalidate_model(["reason"])
