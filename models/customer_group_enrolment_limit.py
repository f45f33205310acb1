# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: First half of the keys of the locks, so that others who lock do not meet ours.
LOCK = 1_667_725_157


class CustomerGroupEnrolment(models.Model):
    """No more e-mails of a series in an hour than somebody has said."""

    _inherit = "customer.group.enrolment"

    @api.model
    @contextmanager
    def _hold_limited(self):
        """Keep series with a limit for this worker, and wait where it is reached.

        Several workers cannot count together: none sees what the others have not
        committed. So each of these series belongs to one of them at a time, by a lock
        that outlasts transactions.

        :return: context manager whose value is the list of ids of the series that
            another worker has
        """
        # sudo: the job concerns all companies.
        limited = self.env["customer.group.sequence"].sudo()
        limited = limited.search([("state", "=", "running"), ("hourly_limit", ">", 0)])
        held, elsewhere = [], []
        try:
            for id_ in limited.ids:
                [[is_free]] = self.env.execute_query(
                    SQL("SELECT pg_try_advisory_lock(%s, %s)", LOCK, id_)
                )
                (held if is_free else elsewhere).append(id_)
            if held:
                # What others did before they let go is seen only from now on.
                self.env["ir.cron"]._commit_progress()
                for sequence in limited.browse(held):
                    self._spread(sequence)
            yield elsewhere
        except BaseException:
            self.env.cr.rollback()
            raise
        finally:
            for id_ in held:
                self.env.execute_query(
                    SQL("SELECT pg_advisory_unlock(%s, %s)", LOCK, id_)
                )

    @api.model
    def _spread(self, sequence):
        """Distribute the e-mails that are over the limit among the hours to come.

        Takes three statements for any number of contacts. Each is planned once, in the
        order in which they were due, so that nobody has to look at all of them again
        every hour; and nobody is late because of the limit.

        :param sequence: the series
        """
        self.flush_model()
        now = fields.Datetime.now()
        hour = timedelta(hours=1)
        waiting = SQL(
            """SELECT e.id, e.next_run FROM customer_group_enrolment e
                WHERE e.sequence_id = %s AND e.state = 'running' AND e.next_run <= %s
                  AND (e.next_step_id IS NULL OR EXISTS (
                       SELECT FROM customer_group_sequence_step s
                        WHERE s.id = e.next_step_id
                          AND (s.action = 'email' OR NOT s.active)))""",
            sequence.id,
            now,
        )
        [[sent, first]] = self.env.execute_query(
            SQL(
                """SELECT count(*), min(t.date)
                     FROM customer_group_enrolment_trace t
                     JOIN customer_group_enrolment e ON e.id = t.enrolment_id
                     JOIN customer_group_sequence_step s ON s.id = t.step_id
                    WHERE e.sequence_id = %s AND s.action = 'email'
                      AND t.state != 'skipped' AND t.date > %s""",
                sequence.id,
                now - hour,
            )
        )
        limit = sequence.hourly_limit
        free = max(limit - sent, 0)
        self.env.cr.execute(
            SQL(
                """UPDATE customer_group_enrolment e
                      SET next_run = %(start)s + r.place / %(limit)s * %(hour)s
                     FROM (SELECT w.id, row_number() OVER (
                                      ORDER BY w.next_run, w.id) - 1 AS place
                             FROM (%(waiting)s ORDER BY e.next_run, e.id
                                   OFFSET %(free)s FOR UPDATE OF e SKIP LOCKED) AS w
                          ) AS r
                    WHERE r.id = e.id""",
                start=(now if free else first) + hour,
                limit=limit,
                hour=hour,
                waiting=waiting,
                free=free,
            )
        )
        self.invalidate_model(["next_run"])
