# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import SQL


class CustomerGroupEnrolment(models.Model):
    """What becomes of series when contacts are merged."""

    _inherit = "customer.group.enrolment"

    @api.model
    def _merge(self, sources, target):
        """Give the enrollments of some contacts to another one, with what was done.

        In a series that runs for several of them, it goes on for the one who remains,
        else for who entered first.

        :param sources: contacts that go
        :param target: the contact that remains
        """
        ids = (sources | target)._ids
        self._stop_where(
            "merged",
            SQL(
                """e.partner_id IN %(ids)s AND EXISTS (
                   SELECT FROM customer_group_enrolment other
                    WHERE other.sequence_id = e.sequence_id
                      AND other.state = 'running' AND other.partner_id IN %(ids)s
                      AND (other.partner_id != %(target)s, other.id)
                        < (e.partner_id != %(target)s, e.id))""",
                ids=ids,
                target=target.id,
            ),
        )
        # Numbers are unique for a contact: those who come are counted on.
        self.env.cr.execute(
            SQL(
                """UPDATE customer_group_enrolment e
                      SET partner_id = %(target)s, occurrence = n.occurrence
                     FROM (SELECT id, row_number() OVER (
                                      PARTITION BY sequence_id ORDER BY date_start, id
                                  ) + COALESCE((
                                      SELECT max(occurrence)
                                        FROM customer_group_enrolment has
                                       WHERE has.sequence_id = moved.sequence_id
                                         AND has.partner_id = %(target)s), 0)
                                  AS occurrence
                             FROM customer_group_enrolment moved
                            WHERE partner_id IN %(sources)s) AS n
                    WHERE n.id = e.id""",
                target=target.id,
                sources=sources._ids,
            )
        )
        self.invalidate_model()
