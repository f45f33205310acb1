# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, split_every

_logger = logging.getLogger(__name__)


class CustomerGroupEnrolment(models.Model):
    """The job that does the steps which are due, beside other workers."""

    _inherit = "customer.group.enrolment"

    #: Enrollments looked up at once.
    _batch_size = 500
    #: Enrollments of which the steps are done in one transaction.
    _chunk_size = 20
    #: How often a step is tried at once when others change the same rows.
    _tries = 3

    @api.model
    def _get_due_domain(self):
        return Domain(
            [
                ("state", "=", "running"),
                ("sequence_id.state", "=", "running"),
                ("next_run", "<=", fields.Datetime.now()),
            ]
        )

    # ------------------------------------------------------------
    # JOB
    # ------------------------------------------------------------

    @api.model
    def _cron_run(self):
        """Do the steps that are due.

        Enrollments are locked by the first statement of a transaction: several workers
        neither wait for each other nor do a step twice. What fails is noted with the
        contact; it stops neither the job nor the other contacts.
        """
        commit = self.env["ir.cron"]._commit_progress
        with self._hold_limited() as elsewhere:
            domain = self._get_due_domain() & Domain("sequence_id", "not in", elsewhere)
            ids = self.search(domain, limit=self._batch_size, order="next_run, id").ids
            count = len(ids)
            if count == self._batch_size:
                count = self.search_count(domain, limit=20 * self._batch_size)
            time_left = commit(remaining=count)
            mailed = False
            for some in split_every(self._chunk_size, ids):
                if not time_left:
                    break
                # Without the others: the ORM would read all of them each time.
                mailed |= self.browse(some)._run_together(domain)
                time_left = commit(len(some))
        if mailed:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        if time_left:
            self._wake_up_for_next()
        commit()

    def _run_together(self, domain):
        """Do the next steps in one transaction, and what hinders others in its own.

        A savepoint for each lets the others be when one fails. What may have effects
        outside the database is done alone, so that nothing can take them back with it.

        :param Domain domain: nothing is done any more for who is out of it
        :return: whether an e-mail was put into the queue
        """
        try:
            locked = self.try_lock_for_update().filtered_domain(domain)
            alone = locked.filtered(lambda e: e.sudo().next_step_id.action == "code")
            mailed = [enrolment._run() for enrolment in locked - alone]
            self.env["ir.cron"]._commit_progress()
        except Exception:  # what it was is seen when each is tried alone
            self.env.cr.rollback()
            alone, mailed = self, []
        mailed += [self.browse(id_)._run_alone(domain) for id_ in alone.ids]
        return any(mailed)

    def _run_alone(self, domain):
        """Do the next step in a transaction of its own, whatever happens.

        Takes and returns the same as :meth:`_run_together`.
        """
        for _attempt in range(self._tries):
            try:
                locked = self.try_lock_for_update().filtered_domain(domain)
                mailed = bool(locked) and locked._run()
                self.env["ir.cron"]._commit_progress()
                return mailed
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:  # noqa: PERF203
                self.env.cr.rollback()
            except Exception as error:
                _logger.exception("A step fails for enrollment %s", self.id)
                self.env.cr.rollback()
                self._fail_alone(error)
                break
        return False

    def _fail_alone(self, error):
        """Note an error in a transaction of its own, so that the others get on."""
        try:
            self.try_lock_for_update().filtered(
                lambda e: e.state == "running"
            )._postpone(error)
            self.env["ir.cron"]._commit_progress()
        except Exception:
            _logger.exception("The error of enrollment %s cannot be noted", self.id)
            self.env.cr.rollback()

    @api.model
    def _wake_up_for_next(self):
        """Have the job run again when the next step is due."""
        [[next_run]] = self.env.execute_query(
            SQL(
                """SELECT min(e.next_run) FROM customer_group_enrolment e
                     JOIN customer_group_sequence s ON s.id = e.sequence_id
                    WHERE e.state = 'running' AND s.state = 'running'"""
            )
        )
        if next_run:
            # What was left now waits for others, who will not be done this instant.
            soon = fields.Datetime.now() + timedelta(minutes=1)
            self._wake_up(max(next_run, soon))

    @api.model
    def _wake_up(self, moment):
        """Have the job run at a moment, unless it runs before.

        :param datetime moment: is rounded up to minutes, if it is not now
        """
        now = fields.Datetime.now()
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "customer_group.ir_cron_enrolment_run"
        )
        if moment > now:
            moment = (moment + timedelta(seconds=59)).replace(second=0, microsecond=0)
        # What ir.cron does, in one statement.
        self.env.cr.execute(
            SQL(
                """INSERT INTO ir_cron_trigger (cron_id, call_at)
                   SELECT %(cron)s, %(moment)s WHERE NOT EXISTS (
                          SELECT FROM ir_cron_trigger
                           WHERE cron_id = %(cron)s AND call_at > %(now)s
                             AND call_at <= %(moment)s)""",
                cron=cron_id,
                moment=moment,
                now=now,
            )
        )
        if moment <= now:
            self.env.cr.postcommit.add(self.env["ir.cron"]._notifydb)


class CustomerGroupSequence(models.Model):
    """Telling the responsible what is wrong."""

    _inherit = "customer.group.sequence"

    def _tell_of_error(self, enrolment):
        """Give the responsible, or else a manager, one task for all contacts.

        :param enrolment: the contact for whom a step has failed for good
        """
        note = self.env._(
            "The step “%(step)s” was given up for %(contact)s, and maybe for"
            " others: %(error)s",
            step=enrolment.next_step_id.display_name,
            contact=enrolment.partner_id.display_name,
            error=enrolment.last_error,
        )
        self._tell(self.env._("A step of this series fails"), note)

    def _tell(self, summary, note):
        """Give the responsible, or else a manager, a task, if there is none yet."""
        if self.problem_activity_id.active:
            return
        manager = self.user_id if self.user_id.active else self._get_manager()
        self.problem_activity_id = self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=manager.id,
            summary=summary,
            note=note,
        )

    def _get_manager(self):
        """Return a manager of the company, rather by name than an administrator."""
        role = self.env.ref("customer_group.group_manager")
        managers = role.all_user_ids.filtered(
            lambda user: (
                user.active
                and (not self.company_id or self.company_id in user.company_ids)
            )
        )
        return (
            (role.user_ids & managers)[:1]
            or managers[:1]
            or self.env.ref("base.user_admin")
        )
