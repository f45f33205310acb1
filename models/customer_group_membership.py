# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_group_operation import Change

#: Parameter: after how many months the history of former members is deleted; 0: never.
RETENTION = "customer_group.retention_months"


class CustomerGroupMembership(models.Model):
    """The ledger: from when to when a contact was in a group, and why.

    ``res.partner.customer_group_ids`` tells who is in; each pair of it has one open row
    here. Rows are written by the methods below and by nobody else; a closed row never
    changes again.
    """

    _name = "customer.group.membership"
    _description = "Membership in a Customer Group"
    _order = "date_start desc, id desc"
    _rec_name = "group_id"

    #: So many rows are deleted in one transaction.
    _removed_at_once = 50_000

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    group_id = fields.Many2one(
        comodel_name="customer.group",
        string="Group",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    date_start = fields.Datetime(string="Joined", required=True, readonly=True)
    date_end = fields.Datetime(string="Left", readonly=True)
    source = fields.Selection(related="start_operation_id.source", string="How joined")
    start_operation_id = fields.Many2one(
        comodel_name="customer.group.operation",
        string="Joined by",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    end_operation_id = fields.Many2one(
        comodel_name="customer.group.operation",
        string="Left by",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    start_user_id = fields.Many2one(
        related="start_operation_id.user_id", string="Added by"
    )
    end_user_id = fields.Many2one(
        related="end_operation_id.user_id", string="Removed by"
    )
    start_reason = fields.Char(related="start_operation_id.reason", string="Why joined")
    end_source = fields.Selection(related="end_operation_id.source", string="How left")
    end_reason = fields.Char(related="end_operation_id.reason", string="Why left")

    # At most one open row for a pair.
    _open_uniq = models.UniqueIndex("(partner_id, group_id) WHERE date_end IS NULL")
    # For who joined lately.
    _open_start_idx = models.Index("(date_start) WHERE date_end IS NULL")
    _group_start_idx = models.Index("(group_id, date_start)")

    @api.model
    def _get_rules_for_contact(self):
        """Return what the user may read, in two parts that both have to be true.

        To look at the contact of each row takes longer than all the rest where there
        are many rows. Who searches contacts has it at hand.

        :return: the domain of the contacts, and the domain of their rows
        :rtype: tuple[Domain, Domain]
        :raise AccessError: when the user may not read the ledger
        """
        self.browse().check_access("read")
        rules = self.env["ir.rule"]._compute_domain(self._name, "read")
        terms = rules.children if getattr(rules, "OPERATOR", "") == "&" else [rules]
        of_contact, of_row = [], []
        for term in terms:
            path = getattr(term, "field_expr", "")
            if path == "partner_id" and term.operator == "any":
                of_contact.append(term.value)
            else:
                of_row.append(term)
        return Domain.AND(of_contact), Domain.AND(of_row)

    @api.model
    def _record(self, before, after, change):
        """Enter a change that somebody else made in the relation.

        :param set before: pairs (contact id, group id) before the change
        :param set after: the pairs after it
        :param Change change: what was done
        :return: the operation; empty when nothing changed
        """
        added, removed = after - before, before - after
        operations = self.env["customer.group.operation"]
        if not added and not removed:
            return operations
        operation = operations._open(change, added=len(added), removed=len(removed))
        if removed:
            self._close(SQL("SELECT * FROM %s", self._sql_pairs(removed)), operation)
        if added:
            self._start(SQL("SELECT * FROM %s", self._sql_pairs(added)), operation)
        return operation

    @api.model
    def _sql_pairs(self, pairs):
        partner_ids, group_ids = zip(*pairs, strict=True)
        return SQL(
            "unnest(%s::int[], %s::int[]) AS pair(partner_id, group_id)",
            list(partner_ids),
            list(group_ids),
        )

    @api.model
    def _start(self, pairs, operation, changed=None):
        """Open a row for each pair of a query (partner_id, group_id).

        :param SQL pairs: the query
        :param SQL changed: a statement that changes the relation and returns pairs;
            ``pairs`` may read them from ``changed``
        :return: number of rows opened
        """
        date = operation.date
        if changed:
            # It may have waited for others to take the same contacts out of a group.
            # The clock stops after the last pair: no row begins before theirs ended.
            date = SQL(
                """(SELECT date_trunc('second',
                           %s + (max(clock_timestamp()) - statement_timestamp()))
                      FROM changed)""",
                datetime.now(),
            )
        return self._enter(
            SQL(
                """INSERT INTO customer_group_membership AS m
                          (partner_id, group_id, date_start, start_operation_id,
                           by_rule)
                   SELECT partner_id, group_id, %s, %s, %s FROM (%s) AS pairs
                   ON CONFLICT (partner_id, group_id) WHERE date_end IS NULL
                   DO NOTHING""",
                date,
                operation.id,
                operation.source == "rule",
                pairs,
            ),
            operation,
            changed,
        )

    @api.model
    def _close(self, pairs, operation, changed=None):
        """Close the open row of each pair of a query (partner_id, group_id).

        Takes the same arguments as :meth:`_start`. No row ends before it began, even
        when the clocks of two servers differ.

        :return: number of rows closed
        """
        return self._enter(
            SQL(
                """UPDATE customer_group_membership m
                      SET date_end = GREATEST(m.date_start, %s),
                          end_operation_id = %s
                     FROM (%s) AS pairs
                    WHERE m.partner_id = pairs.partner_id
                      AND m.group_id = pairs.group_id
                      AND m.date_end IS NULL""",
                operation.date,
                operation.id,
                pairs,
            ),
            operation,
            changed,
        )

    @api.model
    def _enter(self, statement, operation, changed=None):
        """Run a statement on the ledger, and note in the journal which groups it meets.

        :param SQL statement: changes rows with the alias ``m``
        :param SQL changed: see :meth:`_start`
        :return: number of rows it changed
        """
        [[count]] = self.env.execute_query(
            SQL(
                """WITH %s entered AS (%s RETURNING m.group_id),
                        concerned AS (
                            INSERT INTO customer_group_operation_group_rel
                                        (operation_id, group_id)
                            SELECT DISTINCT %s::int, group_id FROM entered
                                ON CONFLICT DO NOTHING)
                   SELECT count(*) FROM entered""",
                SQL("changed AS (%s),", changed) if changed else SQL(),
                statement,
                operation.id,
            )
        )
        self.invalidate_model()
        operation.invalidate_recordset(["group_ids"])
        return count

    @api.model
    def _merge(self, field, sources, target):
        """Make one history of those of several contacts, or of several groups.

        Where two of them have the same pair at the same time, the later row is cut at
        its beginning, or dropped when the earlier ones cover it: intervals never
        overlap. Takes two statements for any number of rows.

        :param str field: ``partner_id`` or ``group_id``
        :param sources: the records that go
        :param target: the record that gets their rows
        """
        self.flush_model()
        rows = self._sql_merged_rows(field, sources, target)
        self.env.cr.execute(
            SQL(
                """DELETE FROM customer_group_membership m USING (%s) AS r
                    WHERE m.id = r.id AND r.ends <= r.covered_until""",
                rows,
            )
        )
        self.env.cr.execute(
            SQL(
                """UPDATE customer_group_membership m
                      SET %s = %s,
                          date_start = GREATEST(m.date_start, r.covered_until)
                     FROM (%s) AS r
                    WHERE m.id = r.id
                      AND (r.moves OR r.covered_until > m.date_start)""",
                SQL.identifier(field),
                target.id,
                rows,
            )
        )
        self.invalidate_model()

    @api.model
    def _count_merged(self, sources, target):
        """Return how many rows of groups would live on as rows of another one."""
        self.flush_model()
        [[count]] = self.env.execute_query(
            SQL(
                """SELECT count(*) FROM (%s) AS r
                    WHERE r.moves AND (r.ends <= r.covered_until) IS NOT TRUE""",
                self._sql_merged_rows("group_id", sources, target),
            )
        )
        return count

    @api.model
    def _sql_merged_rows(self, field, sources, target):
        """Return the query of rows that become one history.

        Columns: ``id``, ``ends``, ``moves`` (is of a source), and ``covered_until``, to
        when the rows before it in the same pair reach (NULL for the first).
        """
        return SQL(
            """SELECT id,
                      COALESCE(date_end, 'infinity') AS ends,
                      %(field)s != %(target)s AS moves,
                      max(COALESCE(date_end, 'infinity')) OVER (
                          PARTITION BY %(other)s
                              ORDER BY date_start, %(field)s != %(target)s, id
                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                      ) AS covered_until
                 FROM customer_group_membership
                WHERE %(field)s IN %(ids)s""",
            field=SQL.identifier(field),
            other=SQL.identifier("group_id" if field == "partner_id" else "partner_id"),
            target=target.id,
            ids=(sources | target)._ids,
        )

    # ------------------------------------------------------------
    # REPAIR
    # ------------------------------------------------------------

    @api.model
    def _cron_reconcile(self):
        """Enter what others changed in the relation with SQL of their own."""
        self._reconcile()

    @api.model
    def _reconcile(self):
        """Make the open rows equal to the relation.

        :return: the operation; empty when nothing was to do
        """
        missing = SQL(
            """SELECT r.partner_id, r.group_id FROM customer_group_res_partner_rel r
                WHERE NOT EXISTS (
                      SELECT FROM customer_group_membership m
                       WHERE m.partner_id = r.partner_id
                         AND m.group_id = r.group_id
                         AND m.date_end IS NULL)"""
        )
        stale = SQL(
            """SELECT m.partner_id, m.group_id FROM customer_group_membership m
                WHERE m.date_end IS NULL AND NOT EXISTS (
                      SELECT FROM customer_group_res_partner_rel r
                       WHERE r.partner_id = m.partner_id AND r.group_id = m.group_id)"""
        )
        operations = self.env["customer.group.operation"]
        [[wrong]] = self.env.execute_query(
            SQL("SELECT EXISTS (%s) OR EXISTS (%s)", missing, stale)
        )
        if not wrong:
            return operations
        operation = operations._open(Change("repair", "system"))
        removed = self._close(stale, operation)
        operation.write({"removed": removed, "added": self._start(missing, operation)})
        return operation

    # ------------------------------------------------------------
    # RETENTION
    # ------------------------------------------------------------

    @api.model
    def _remove_old(self):
        """Delete memberships that ended long ago, as the settings say.

        The present members and everything younger stay, and so do the numbers of the
        journal; words that belong to nothing any more go.
        """
        # sudo: a job, and what it asks is no secret.
        value = self.env["ir.config_parameter"].sudo().get_param(RETENTION, "")
        months = int(value) if value.isdecimal() else 0
        if not months:
            return
        before = fields.Datetime.now() - relativedelta(months=months)
        commit = self.env["ir.cron"]._commit_progress
        while True:
            self.env.cr.execute(
                SQL(
                    """DELETE FROM customer_group_membership WHERE id IN (
                       SELECT id FROM customer_group_membership
                        WHERE date_end < %s LIMIT %s)""",
                    before,
                    self._removed_at_once,
                )
            )
            removed = self.env.cr.rowcount
            if not commit(removed) or not removed:
                break
        self.env["customer.group.operation"]._forget_reasons(SQL("o.date < %s", before))
        self.invalidate_model()
