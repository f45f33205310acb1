# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from .customer_group_operation import Change

_logger = logging.getLogger(__name__)


class CustomerGroupEnrolment(models.Model):
    """Doing what the next step says, for each contact in a transaction of its own."""

    _inherit = "customer.group.enrolment"

    #: Enrollments looked up at once.
    _batch_size = 500
    #: How often a step that fails is tried.
    _max_attempts = 5

    @api.model
    def _get_due_domain(self):
        return Domain(
            [
                ("state", "=", "running"),
                ("sequence_id.state", "=", "running"),
                ("next_run", "<=", fields.Datetime.now()),
            ]
        )

    @api.model
    def _cron_run(self):
        """Do the steps that are due.

        Each enrollment is locked by the first statement of its transaction: several
        workers neither wait for each other nor do a step twice.
        """
        commit = self.env["ir.cron"]._commit_progress
        domain = self._get_due_domain()
        due = self.search(domain, limit=self._batch_size, order="next_run, id")
        time_left = commit(remaining=self.search_count(domain))
        mailed = False
        for enrolment in due:
            if not time_left:
                break
            try:
                locked = enrolment.try_lock_for_update().filtered_domain(domain)
                for one in locked:
                    mailed |= one._run()
                time_left = commit(1)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                self.env.invalidate_all()
        if mailed:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _run(self):
        """Do the next step.

        :return: whether it has put an e-mail into the queue
        """
        self.ensure_one()
        reason = self._get_stop_reason()
        if reason:
            self._stop(reason)
            return False
        step = self.next_step_id
        try:
            with self.env.cr.savepoint():
                values = step._run(self)
                self._advance(step, values)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.info("A step fails for enrollment %s", self.id, exc_info=True)
            self._postpone(error)
            return False
        return step.action == "email"

    def _get_stop_reason(self):
        """Return why the series ends here for the contact, or nothing.

        :return: a value of ``stop_reason``, or False
        """
        return not self.partner_id.active and "archived"

    def _advance(self, step, values):
        """Note what came of a step, and when the next one is due."""
        now = fields.Datetime.now()
        self.env["customer.group.enrolment.trace"].create(
            {"enrolment_id": self.id, "step_id": step.id, "date": now, **values}
        )
        steps = self.sequence_id.step_ids
        following = steps.filtered(
            lambda s: (s.sequence, s.id) > (step.sequence, step.id)
        )
        following = following[:1]
        if following:
            delay = timedelta(**{following.delay_unit: following.delay_value})
            self.write(
                {
                    "next_step_id": following.id,
                    "next_run": now + delay,
                    "attempts": 0,
                    "last_error": False,
                }
            )
        else:
            self.write(
                {
                    "state": "done",
                    "next_step_id": False,
                    "next_run": False,
                    "date_end": now,
                }
            )

    def _postpone(self, error):
        """Try again later, and give up after some times."""
        attempts = self.attempts + 1
        values = {"attempts": attempts, "last_error": str(error)[:500]}
        if attempts < self._max_attempts:
            values["next_run"] = fields.Datetime.now() + timedelta(minutes=2**attempts)
        else:
            values |= {
                "state": "error",
                "next_run": False,
                "date_end": fields.Datetime.now(),
            }
        self.write(values)


class CustomerGroupSequenceStep(models.Model):
    """What each kind of step does."""

    _inherit = "customer.group.sequence.step"

    def _run(self, enrolment):
        """Do the step for a contact.

        :param enrolment: who is in the series, and since when
        :return: values of the trace
        :rtype: dict
        """
        return getattr(self, f"_run_{self.action}")(enrolment)

    def _run_email(self, enrolment):
        """Put an e-mail into Odoo's queue, in the same transaction as the trace."""
        partner = enrolment.partner_id
        mail = self.template_id.send_mail_batch(
            partner.ids, email_values=self._get_mail_values(enrolment)
        )
        return {
            "state": "queued",
            "mail_mail_id": mail.id,
            "message_id": mail.message_id,
            "email": partner.email_normalized,
        }

    def _get_mail_values(self, enrolment):
        """Return what the e-mail has that its template does not say.

        :return: values of ``mail.mail``
        :rtype: dict
        """
        return {"auto_delete": False, "recipient_ids": [(4, enrolment.partner_id.id)]}

    def _run_activity(self, enrolment):
        partner = enrolment.partner_id
        user = self.activity_user_id or partner.user_id or self.sequence_id.user_id
        partner.activity_schedule(
            activity_type_id=self.activity_type_id.id,
            summary=self.activity_summary,
            user_id=user.id,
        )
        return {"state": "done"}

    def _run_add(self, enrolment):
        self._change_group(enrolment, "add")
        return {"state": "done"}

    def _run_remove(self, enrolment):
        self._change_group(enrolment, "remove")
        return {"state": "done"}

    def _change_group(self, enrolment, kind):
        pair = SQL(
            "SELECT %s AS partner_id, %s AS group_id",
            enrolment.partner_id.id,
            self.target_group_id.id,
        )
        pairs = (pair, None) if kind == "add" else (None, pair)
        change = Change(kind, "automation", self.sequence_id.name)
        self.env["customer.group"]._change_members(*pairs, change)

    def _run_code(self, enrolment):
        partner = enrolment.partner_id
        self.server_action_id.with_user(self.sequence_id.user_id).with_context(
            active_model=partner._name, active_id=partner.id, active_ids=partner.ids
        ).run()
        return {"state": "done"}
