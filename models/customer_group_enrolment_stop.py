# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

#: Why a series stopped, that somebody can put right.
RESUMABLE = ("no_email", "undeliverable")


class CustomerGroupEnrolment(models.Model):
    """Why a series ends for a contact before its last step."""

    _inherit = "customer.group.enrolment"

    #: Who leaves a group is not stopped meanwhile without a step being due: he may be
    #: back within minutes, when a field that a rule looks at is corrected.
    _grace = timedelta(hours=1)

    # ------------------------------------------------------------
    # WHY
    # ------------------------------------------------------------

    def _get_stop_reason(self):
        """Return why the series ends here for the contact, or nothing.

        Is asked before each step, and again before an e-mail is sent.

        :return: a value of ``stop_reason``, or False
        """
        self.ensure_one()
        partner = self.partner_id
        sequence = self.sequence_id
        if not partner.active:
            return "archived"
        if (
            sequence.company_id
            and partner.company_id
            and partner.company_id.id not in sequence._get_company_ids()
        ):
            return "company"
        for reason, condition in self._get_group_conditions(sequence):
            [[is_so]] = self.env.execute_query(
                SQL(
                    "SELECT EXISTS (SELECT FROM customer_group_enrolment e"
                    " WHERE e.id = %s AND %s)",
                    self.id,
                    condition,
                )
            )
            if is_so:
                return reason
        if self.next_step_id.action == "email" and not partner.email_normalized:
            return "no_email"
        return False

    @api.model
    def _get_group_conditions(self, sequence, since=None):
        """Return which groups end a series for a contact.

        :param sequence: the series
        :param datetime since: who left, or came back, later than that is given time;
            without it, nobody is
        :return: list of pairs (reason, condition on enrollments ``e`` as SQL)
        """
        conditions = []
        start_ids = sequence.stop_on_leave and sequence._get_start_group_ids()
        if start_ids and sequence.trigger == "join":
            gone = SQL("NOT %s", self._sql_in_groups(start_ids))
            if since:
                gone = SQL("%s AND NOT %s", gone, self._sql_was_in(start_ids, since))
            # Who was put into the series by hand need not be in a group.
            conditions.append(("left", SQL("e.group_id IS NOT NULL AND %s", gone)))
        elif start_ids and sequence.trigger == "leave":
            back = self._sql_in_groups(start_ids)
            if since:
                back = self._sql_is_in_since(start_ids, since)
            conditions.append(("back", SQL("e.group_id IS NOT NULL AND %s", back)))
        goals = sequence.with_context(active_test=False).stop_group_ids
        if goals:
            goal_ids = goals._get_subtree_ids(goals.ids)
            conditions.append(("goal", self._sql_in_groups(goal_ids)))
        return conditions

    @api.model
    def _sql_in_groups(self, group_ids):
        return SQL(
            """EXISTS (SELECT FROM customer_group_res_partner_rel r
                        WHERE r.partner_id = e.partner_id AND r.group_id = ANY(%s))""",
            list(group_ids),
        )

    @api.model
    def _sql_was_in(self, group_ids, since):
        return SQL(
            """EXISTS (SELECT FROM customer_group_membership m
                        WHERE m.partner_id = e.partner_id AND m.group_id = ANY(%s)
                          AND m.date_end > %s)""",
            list(group_ids),
            since,
        )

    @api.model
    def _sql_is_in_since(self, group_ids, since):
        return SQL(
            """EXISTS (SELECT FROM customer_group_membership m
                        WHERE m.partner_id = e.partner_id AND m.group_id = ANY(%s)
                          AND m.date_end IS NULL AND m.date_start <= %s)""",
            list(group_ids),
            since,
        )

    # ------------------------------------------------------------
    # STOP
    # ------------------------------------------------------------

    def _stop(self, reason):
        """End these enrollments before their last step.

        :param str reason: a value of ``stop_reason``
        """
        # sudo: nobody has the right to write enrollments; this is how they end.
        self.sudo().filtered(lambda e: e.state == "running").write(
            {
                "state": "stopped",
                "stop_reason": reason,
                "next_run": False,
                "next_step_id": False,
                "date_end": fields.Datetime.now(),
            }
        )

    @api.model
    def _stop_where(self, reason, condition):
        """End any number of enrollments at once.

        :param str reason: a value of ``stop_reason``
        :param SQL condition: on columns of the table, which has the alias ``e``
        :return: number of enrollments that ended
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE customer_group_enrolment AS e
                      SET state = 'stopped', stop_reason = %s, next_run = NULL,
                          next_step_id = NULL, date_end = %s
                    WHERE e.state = 'running' AND %s""",
                reason,
                fields.Datetime.now(),
                condition,
            )
        )
        self.invalidate_model()
        return self.env.cr.rowcount

    @api.model
    def _cron_stop(self):
        """End what a change of groups, or of the contact, has ended some time ago.

        Steps ask for themselves before they are done; this is so that a series which
        waits for weeks does not look as if it went on.
        """
        commit = self.env["ir.cron"]._commit_progress
        sequences = self.env["customer.group.sequence"].search(
            [("state", "in", ["running", "paused"])]
        )
        time_left = commit(remaining=len(sequences))
        for id_ in sequences.ids:
            if not time_left:
                return
            try:
                self._stop_late(sequences.browse(id_))
                time_left = commit(1)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # A worker does a step, which asks for itself; the rest is done in
                # an hour.
                self.env.cr.rollback()
                time_left = commit(1)

    @api.model
    def _stop_late(self, sequence):
        """End the enrollments in a series whose time of grace is over.

        Takes a statement for each reason, for any number of contacts.
        """
        since = fields.Datetime.now() - self._grace
        archived = SQL(
            """EXISTS (SELECT FROM res_partner p
                        WHERE p.id = e.partner_id AND NOT p.active)"""
        )
        reasons = self._get_group_conditions(sequence, since)
        for reason, condition in [("archived", archived), *reasons]:
            self._stop_where(
                reason, SQL("e.sequence_id = %s AND %s", sequence.id, condition)
            )

    @api.model
    def _catch_up(self, sequences):
        """Have everything done now that became due while series were paused.

        :param sequences: the series that go on
        """
        if not sequences:
            return
        self.flush_model()
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """UPDATE customer_group_enrolment SET next_run = %(now)s
                    WHERE sequence_id IN %(ids)s AND state = 'running'
                      AND next_run < %(now)s""",
                now=now,
                ids=sequences._ids,
            )
        )
        self.invalidate_model(["next_run"])
        self._wake_up(now)

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_stop(self):
        """End the series for these contacts, because the user says so.

        :raise AccessError: when he may not assign groups, or not change a contact
        """
        self._check_by_hand()
        running = self.filtered(lambda e: e.state == "running")
        running._stop("manual")
        # sudo: as above
        running.sudo().stop_user_id = self.env.user

    def action_resume(self):
        """Try again what has failed, or had no address to go to.

        :raise AccessError: when the user may not assign groups, or not change a contact
        :raise UserError: when the series has not stopped for such a reason, or is over
        """
        self._check_by_hand()
        for enrolment in self.sudo():
            obstacle = enrolment._get_resume_obstacle()
            if obstacle:
                raise UserError(obstacle)
            step = enrolment.next_step_id
            if not step.active:
                step = enrolment._get_following(step)
            enrolment.write(
                {
                    "state": "running",
                    "stop_reason": False,
                    "stop_user_id": False,
                    "date_end": False,
                    "attempts": 0,
                    "last_error": False,
                    "next_step_id": step.id,
                    "next_run": fields.Datetime.now(),
                }
            )
        self._wake_up(fields.Datetime.now())

    def _check_by_hand(self):
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(
            "customer_group.group_assign"
        ):
            raise AccessError(
                self.env._(
                    "You may not change who is in follow-up series. Ask somebody who"
                    " may assign customer groups."
                )
            )
        self.partner_id.check_access("write")

    def _get_resume_obstacle(self):
        """Say why the series cannot go on for the contact; empty when it can."""
        sequence = self.sequence_id
        if self.state != "error" and self.stop_reason not in RESUMABLE:
            return self.env._(
                "“%s” can go on for a contact only where a step has failed, or an"
                " e-mail address was missing.",
                sequence.name,
            )
        if not sequence.active:
            return self.env._("“%s” is archived. Unarchive it first.", sequence.name)
        again = [
            ("sequence_id", "=", sequence.id),
            ("partner_id", "=", self.partner_id.id),
            ("state", "=", "running"),
        ]
        if self.search_count(again, limit=1):
            return self.env._(
                "%(contact)s is in “%(series)s” again already.",
                contact=self.partner_id.display_name,
                series=sequence.name,
            )
        return ""


class CustomerGroupOperation(models.Model):
    """Taking back a change that has started series."""

    _inherit = "customer.group.operation"

    def _undo(self):
        """Stop what the change has started, as long as nothing was done.

        This concerns the contacts for whom the change could be taken back.
        """
        undo = super()._undo()
        self.env["customer.group.enrolment"]._stop_where(
            "undone",
            SQL(
                """e.operation_id = %(change)s
                   AND EXISTS (SELECT FROM customer_group_membership m
                                WHERE m.partner_id = e.partner_id
                                  AND (m.start_operation_id = %(undo)s
                                       OR m.end_operation_id = %(undo)s))
                   AND NOT EXISTS (SELECT FROM customer_group_enrolment_trace t
                                    WHERE t.enrolment_id = e.id)""",
                change=self.id,
                undo=undo.id,
            ),
        )
        return undo
