# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL


class CustomerGroupRuleQueue(models.Model):
    """Contacts for which the rules have to be evaluated soon.

    Saving a contact only ever inserts here, so that nobody waits for anybody; a contact
    can be in it several times. Without foreign key: who is deleted meanwhile is not
    found any more, and that is all.
    """

    _name = "customer.group.rule.queue"
    _description = "Contacts to Evaluate"
    _log_access = False

    #: Contacts evaluated in one transaction.
    _batch_size = 5000

    partner_id = fields.Integer(required=True, readonly=True)
    field_names = fields.Char(
        readonly=True,
        help="What was saved. Empty: all rules are evaluated, whatever they look at.",
    )

    @api.model
    def _enter(self, partner_ids, names=()):
        """Have contacts evaluated within seconds. Takes one statement.

        :param list[int] partner_ids: the contacts
        :param names: the fields that changed; without them, all rules are evaluated
        """
        if partner_ids:
            query = SQL("SELECT unnest(%s::int[])", list(partner_ids))
            self._insert(query, ",".join(sorted(names)) or None)

    @api.model
    def _enter_members(self, operation):
        """Have contacts evaluated that an operation put into groups, held or took out.

        :param operation: the change; may be empty
        """
        if operation:
            self._insert(
                SQL(
                    """SELECT partner_id FROM customer_group_membership
                        WHERE start_operation_id = %(id)s
                        UNION
                       SELECT partner_id FROM customer_group_membership
                        WHERE end_operation_id = %(id)s
                        UNION
                       SELECT partner_id FROM customer_group_membership
                        WHERE pin_operation_id = %(id)s""",
                    id=operation.id,
                )
            )

    @api.model
    def _insert(self, partner_ids, names=None):
        # What ir.cron does to wake up a job, in the same statement.
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "customer_group.ir_cron_rule_queue"
        )
        self.env.cr.execute(
            SQL(
                """WITH entered AS (
                       INSERT INTO customer_group_rule_queue (partner_id, field_names)
                       SELECT p.id, %s FROM (%s) AS p(id))
                   INSERT INTO ir_cron_trigger (cron_id, call_at) VALUES (%s, %s)""",
                names,
                partner_ids,
                cron_id,
                fields.Datetime.now(),
            )
        )
        self.env.cr.postcommit.add(self.env["ir.cron"]._notifydb)

    @api.model
    def _cron_run(self):
        """Evaluate the rules for the contacts in the queue."""
        [[waiting]] = self.env.execute_query(
            SQL("SELECT count(*) FROM customer_group_rule_queue")
        )
        commit = self.env["ir.cron"]._commit_progress
        time_left = commit(remaining=waiting)
        while time_left:
            done = self.env["customer.group.rule.run"]._retry(self._run_batch)
            if not done:
                return
            time_left = commit(done)

    @api.model
    def _run_batch(self):
        """Evaluate the rules for some of the contacts, and take them out of the queue.

        :return: number of rows taken out
        """
        rows = self.env.execute_query(
            SQL(
                """DELETE FROM customer_group_rule_queue WHERE id IN (
                       SELECT id FROM customer_group_rule_queue
                     ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
                RETURNING field_names, partner_id""",
                self._batch_size,
            )
        )
        saved = defaultdict(set)
        for names, partner_id in rows:
            saved[names].add(partner_id)
        # sudo: rules work for all companies.
        groups = self.env["customer.group"].sudo()
        index = groups._get_rule_index()
        waiting = {
            id_: set().union(
                *(
                    ids
                    for names, ids in saved.items()
                    if not names
                    or not index["triggers"][id_].isdisjoint(names.split(","))
                )
            )
            for id_ in index["order"]
        }
        concerned = groups.browse(id_ for id_, ids in waiting.items() if ids)
        everybody = set().union(*saved.values())
        unsettled = concerned._get_unsettled(everybody)
        for id_, partner_ids in waiting.items():
            partner_ids &= unsettled.get(id_, set())
        for group in groups.browse(index["order"]):
            partner_ids = waiting[group.id]
            operation = partner_ids and group._run_rule(list(partner_ids))
            if operation:
                dependent = groups._get_dependent_ids(set(operation.group_ids.ids))
                for id_ in dependent & waiting.keys():
                    waiting[id_] |= partner_ids
        return len(rows)


class ResPartner(models.Model):
    """Noticing that contacts have to be evaluated."""

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if self.env["customer.group"]._get_rule_index()["rules"]:
            self.env["customer.group.rule.queue"]._enter(partners.ids)
        return partners

    def write(self, vals):
        result = super().write(vals)
        names = (
            self.env["customer.group"]._get_rule_index()["fields"].intersection(vals)
        )
        if names:
            self.env["customer.group.rule.queue"]._enter(self.ids, names)
        return result
