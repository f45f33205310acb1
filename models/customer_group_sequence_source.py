# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

from .customer_group_sequence import START_FIELDS


class CustomerGroupSequence(models.Model):
    """Which changes start a series."""

    _inherit = "customer.group.sequence"

    #: More contacts than this that a person changes at once were changed in bulk: lists
    #: can be edited many rows at a time, without a dialog that asks.
    _max_by_hand = 20

    def _is_started_by(self, operation):
        """Say whether a change starts the series, judging by where it came from."""
        if operation.start_series:
            return True
        field = START_FIELDS.get(operation.source)
        if operation.source == "manual" and operation._is_bulk(self._max_by_hand):
            return False
        return bool(field and self[field])


class CustomerGroupOperation(models.Model):
    _inherit = "customer.group.operation"

    enrolment_id = fields.Many2one(
        comodel_name="customer.group.enrolment",
        string="In the Series",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="A step for this contact made the change.",
    )

    def _is_bulk(self, limit):
        """Say whether the change concerns more contacts than a number."""
        if self.added + self.removed <= limit:
            return False
        return self._count_contacts() > limit


class CustomerGroup(models.Model):
    """Changes of members start series."""

    _inherit = "customer.group"

    @api.model
    def _follow_change(self, operation):
        super()._follow_change(operation)
        index = self.env["customer.group.sequence"]._get_start_index()
        if not operation or not index:
            return
        # sudo: series start for whoever joins.
        operation = operation.sudo()
        for sequence, trigger, group_ids in self._get_starting(operation, index):
            if sequence._is_started_by(operation):
                sequence._enrol(
                    self._sql_changed(trigger, operation, sequence, group_ids),
                    operation,
                )

    @api.model
    def _get_starting(self, operation, index):
        """Return which series the groups of a change start.

        :return: list of triples (series, trigger, ids of the groups)
        """
        watched = {group_id for _trigger, group_id in index}
        concerned = set(self._get_concerned_ids(operation, watched))
        return self._get_started_by(concerned, concerned, index)

    @api.model
    def _get_started_by(self, joined, left, index):
        """Return which series are started by groups that contacts join or leave.

        :return: list of triples (series, trigger, ids of the groups)
        """
        starting = {}
        for (trigger, group_id), sequence_ids in index.items():
            if group_id in (joined if trigger == "join" else left):
                for id_ in sequence_ids:
                    starting.setdefault((id_, trigger), []).append(group_id)
        # sudo: as in the caller
        sequences = self.env["customer.group.sequence"].sudo()
        return [
            (sequences.browse(id_), trigger, group_ids)
            for (id_, trigger), group_ids in starting.items()
        ]

    @api.model
    def _sql_changed(self, trigger, operation, sequence, group_ids):
        """Return the query (partner_id, group_id) of those who joined or left.

        Who has left one start group and is in another one has not left them.
        """
        if trigger == "join":
            return SQL(
                """SELECT partner_id, group_id FROM customer_group_membership
                    WHERE start_operation_id = %s AND group_id = ANY(%s)""",
                operation.id,
                group_ids,
            )
        return SQL(
            """SELECT m.partner_id, m.group_id FROM customer_group_membership m
                WHERE m.end_operation_id = %s AND m.group_id = ANY(%s)
                  AND NOT EXISTS (
                      SELECT FROM customer_group_res_partner_rel r
                       WHERE r.partner_id = m.partner_id AND r.group_id = ANY(%s))""",
            operation.id,
            group_ids,
            sequence._get_start_group_ids(),
        )

    def _count_starting(self, kind, allowed, out_of):
        """Return how many contacts would enter series if a bulk change may start them.

        :param str kind: ``add``, ``remove`` or ``move``
        :param SQL allowed: the query of the contacts
        :param out_of: groups to move the contacts out of
        """
        sequences = self.env["customer.group.sequence"].sudo()
        index = sequences._get_start_index()
        if not index:
            return 0
        adds, removes = self._get_pairs(kind, allowed, out_of)
        leaving = self if kind == "remove" else out_of - self
        joined = set(self.ids) if adds else set()
        left = set(leaving.ids) if removes else set()
        starting = []
        for sequence, trigger, group_ids in self._get_started_by(joined, left, index):
            if trigger == "join":
                stay = SQL("r.group_id = pair.group_id")
            else:
                start_ids = sequence._get_start_group_ids()
                if not joined.isdisjoint(start_ids):
                    continue
                stay = SQL(
                    "r.group_id = ANY(%s)",
                    [id_ for id_ in start_ids if id_ not in left],
                )
            contacts = SQL(
                """SELECT partner_id, group_id FROM (%s) AS pair
                    WHERE group_id = ANY(%s) AND NOT EXISTS (
                          SELECT FROM customer_group_res_partner_rel r
                           WHERE r.partner_id = pair.partner_id AND %s)""",
                adds if trigger == "join" else removes,
                group_ids,
                stay,
            )
            starting.append((sequence, contacts))
        return sequences._count_starting(starting)
