# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, models
from odoo.tools import SQL

from ..models.customer_group_operation import Change


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _get_fk_on(self, table):
        """Leave out what the merge of groups moves itself, and the choices in dialogs.

        :param str table: the table whose rows are merged
        :return: list of pairs (table, column) that refer to it
        """
        relations = super()._get_fk_on(table)
        if table != self.env["customer.group"]._table:
            return relations
        skipped = {
            table,
            self.env["customer.group.count"]._table,
            self.env["customer.group.exclusion"]._table,
            self.env["customer.group.membership"]._table,
            self.env["customer.group.rule.run"]._table,
            self.env["customer.group.stat"]._table,
            self.env["res.partner"]._fields["customer_group_ids"].relation,
        }
        for model in self.env.values():
            if model._transient:
                fields = model._fields.values()
                skipped.add(model._table)
                skipped.update(f.relation for f in fields if f.type == "many2many")
        return [pair for pair in relations if pair[0] not in skipped]

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Give the remaining contact the groups and the history of all.

        Odoo moves the rows with SQL and would stumble over memberships that two of the
        contacts have at the same time.
        """
        before = dst_partner._get_customer_group_pairs()
        self.env["customer.group.membership"]._merge(
            "partner_id", src_partners, dst_partner
        )
        self.env["customer.group.enrolment"]._merge(src_partners, dst_partner)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        after = dst_partner._get_customer_group_pairs()
        leaves = dst_partner._get_groups_to_leave(before)
        if after != before or leaves:
            groups = self.env["customer.group"]
            # No names: they would stay when the remaining contact is deleted.
            reason = self.env._("Contacts merged into one: %s", len(src_partners))
            operation = self.env["customer.group.operation"]._open(
                Change("merge", "merge", reason),
                added=len(after - before),
                group_ids=[Command.set({group for _partner, group in after - before})],
            )
            groups._take_out(
                SQL(
                    "SELECT %s AS partner_id, unnest(%s::int[]) AS group_id",
                    dst_partner.id,
                    leaves,
                ),
                operation,
            )
            if groups._get_rule_index()["rules"]:
                self.env["customer.group.rule.queue"]._enter(dst_partner.ids)
        return result
