# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .customer_group_sequence import START_FIELDS


class CustomerGroupSequence(models.Model):
    """Contacts enter a series."""

    _inherit = "customer.group.sequence"

    def _enrol(self, contacts, operation=None):
        """Let contacts enter the series, as far as its policy of entering again allows.

        Takes one statement for any number of contacts. The caller has checked the
        rights of the user.

        :param SQL contacts: query with the columns (partner_id, group_id); the group is
            that which a contact joined or left, or NULL
        :param operation: the change that starts the series; may be empty
        :return: number of contacts that entered
        """
        self.ensure_one()
        first = self.step_ids[:1]
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """INSERT INTO customer_group_enrolment (
                       sequence_id, partner_id, group_id, operation_id, occurrence,
                       depth, state, next_step_id, next_run, attempts, date_start)
                   SELECT %(sequence)s, c.partner_id, c.group_id, %(operation)s,
                          c.occurrence, 0, 'running', %(step)s, %(run)s, 0, %(now)s
                     FROM (%(startable)s) AS c
              ON CONFLICT DO NOTHING
                RETURNING id""",
                sequence=self.id,
                operation=operation.id if operation else None,
                step=first.id,
                run=now + timedelta(**{first.delay_unit: first.delay_value}),
                now=now,
                startable=self._sql_startable(contacts, now),
            )
        )
        if rows:
            self.env.ref("customer_group.ir_cron_enrolment_run").sudo()._trigger()
        return len(rows)

    def _count_startable(self, contacts):
        """Return how many contacts would enter the series.

        :param SQL contacts: as for :meth:`_enrol`
        """
        [[count]] = self.env.execute_query(
            SQL(
                "SELECT count(*) FROM (%s) AS c",
                self._sql_startable(contacts, fields.Datetime.now()),
            )
        )
        return count

    def _sql_startable(self, contacts, now):
        """Return the query (partner_id, group_id, occurrence) of those who can."""
        self.env["customer.group.enrolment"].flush_model()
        again = SQL("last.occurrence IS NULL")
        if self.reentry == "after":
            again = SQL(
                "%s OR (NOT last.running AND last.date_end <= %s)",
                again,
                now - timedelta(days=self.reentry_days),
            )
        return SQL(
            """SELECT c.partner_id, min(c.group_id) AS group_id,
                      COALESCE(max(last.occurrence), 0) + 1 AS occurrence
                 FROM (%s) AS c
            LEFT JOIN LATERAL (
                      SELECT max(e.occurrence) AS occurrence,
                             bool_or(e.state = 'running') AS running,
                             max(e.date_end) AS date_end
                        FROM customer_group_enrolment e
                       WHERE e.sequence_id = %s AND e.partner_id = c.partner_id
                 ) AS last ON TRUE
                WHERE %s
             GROUP BY c.partner_id""",
            contacts,
            self.id,
            again,
        )


class CustomerGroup(models.Model):
    """Changes of members start series."""

    _inherit = "customer.group"

    @api.model
    def _follow_change(self, operation):
        super()._follow_change(operation)
        index = self.env["customer.group.sequence"]._get_start_index()
        if not operation or not index:
            return
        watched = {group_id for _trigger, group_id in index}
        concerned = set(self._get_concerned_ids(operation, watched))
        starting = {}
        for (trigger, group_id), sequence_ids in index.items():
            if group_id in concerned:
                for id_ in sequence_ids:
                    starting.setdefault((trigger, id_), []).append(group_id)
        for (trigger, id_), group_ids in starting.items():
            # sudo: series start for whoever joins.
            sequence = self.env["customer.group.sequence"].sudo().browse(id_)
            if sequence._is_started_by(operation):
                sequence._enrol(
                    self._sql_changed(trigger, operation, group_ids), operation
                )

    @api.model
    def _sql_changed(self, trigger, operation, group_ids):
        """Return the query (partner_id, group_id) of those who joined or left."""
        column = "start_operation_id" if trigger == "join" else "end_operation_id"
        return SQL(
            """SELECT partner_id, group_id FROM customer_group_membership
                WHERE %s = %s AND group_id = ANY(%s)""",
            SQL.identifier(column),
            operation.id,
            group_ids,
        )


class CustomerGroupSequenceSource(models.Model):
    """Which changes start a series."""

    _inherit = "customer.group.sequence"

    def _is_started_by(self, operation):
        """Say whether a change starts the series, judging by where it came from."""
        field = START_FIELDS.get(operation.source)
        return self[field] if field else operation.start_series
